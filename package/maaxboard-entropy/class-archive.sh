#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the JVM's archive of loaded classes (CDS) in the runtime that lies in a
# target's root folder; the JVM there takes it by itself. Two makings of the same
# root give the same bytes (SteadyArchive.java tells what had to be done for it).
#
#   class-archive.sh ROOT JDK COMMAND...
#
# JDK is one of this host, of the runtime's version. COMMAND runs the target's
# programs on this host, such as `qemu-aarch64-static -cpu cortex-a53 -L ROOT`.
#
# All that is in the archive is mapped and relocated at every start, so it holds what
# the service and `entropy generate` need and little else: the program's classes but
# for the estimators and the doctor (and picocli, which only help and wrong command
# lines need) with what of their constant pools can be looked up ahead, and the JDK's
# classes of the list `jdk-classes`: of those, with such entries, that the two load
# with a token in the guest (-XX:DumpLoadedClassList) the ones that they still load
# when all of them are in an archive (-Xlog:class+load). A list made here would differ
# from one making to the next, as the JDK's threads race. Entries that another
# version of the JDK does not have are left out with a warning. First of such entries are
# those of ArrayTypes.java, which the JDK's wait for.
set -eu
[ $# -ge 3 ] || { echo "usage: class-archive.sh ROOT JDK COMMAND..." >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
root=$1 jdk=$2
shift 2
home=$root/usr/lib/maaxboard-entropy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What they print belongs into a log only when something is wrong.
log=$work/log

# The environment decides, too, which classes are loaded.
java="env -i PATH=$PATH LC_ALL=C $* $home/bin/java -XX:+UseSerialGC --enable-native-access=maaxboard.entropy"
main="-m maaxboard.entropy/maaxboard.entropy.cli.Main"

"$jdk/bin/jimage" extract --dir "$work/program" --include 'regex:/maaxboard\.entropy/maaxboard/.*' "$home/lib/modules"
rm -r "$work/program/maaxboard.entropy/maaxboard/entropy/assess" "$work/program/maaxboard.entropy/maaxboard/entropy/doctor"
{
    cat "$here/jdk-classes"
    "$jdk/bin/java" "$here/ProgramClasses.java" "$work/program/maaxboard.entropy"
} | awk '/^@cp .*\/ArrayTypes / { arrays = $0; next } /^@/ { after = after $0 "\n"; next } { print }
    END { print arrays; printf "%s", after }' >"$work/classes"
# shellcheck disable=SC2086
"$jdk/bin/java" "$here/SteadyArchive.java" "$work/classes.jsa" \
    $java -Xshare:dump -XX:+AOTClassLinking -XX:SharedClassListFile="$work/classes" -XX:SharedArchiveFile="$work/classes.jsa" \
    $main >"$log" 2>&1 || { cat "$log" >&2; exit 70; }
install -m 0644 "$work/classes.jsa" "$(dirname "$(echo "$home"/lib/*/libjvm.so)")/classes.jsa"
