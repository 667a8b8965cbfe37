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
# The archive holds all classes of the program (picocli, which only help and wrong
# command lines need, would take 3 MB), as they are loaded here, and the
# JDK's classes of the list `jdk-classes`: those, with the entries of their constant
# pools that are looked up, that `entropy generate` and `entropy run` load with a
# token (-XX:DumpLoadedClassList in the guest). A list made here would differ from
# one making to the next, as the JDK's threads race. Entries that another version
# of the JDK does not have are left out with a warning.
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
train="$java -Xshare:off -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:DumpLoadedClassList=$work"
module=$root/usr/lib/opensc-pkcs11.so

# It ends with a complaint here, after nearly all of what it loads with a token. The service itself is not run: its
# threads race, and no two lists would be the same.
# shellcheck disable=SC2086
$train/generate.list $main generate --bytes 32 --output-file "$work/random" --module "$module" >"$log" 2>&1 || true
# shellcheck disable=SC2086
$train/run.list $main run --check-config --module "$module" >>"$log" 2>&1 || true
if [ ! -s "$work/generate.list" ] || [ ! -s "$work/run.list" ]; then
    cat "$log" >&2
    exit 70
fi

# The numbers of two runs differ; only classes of foreign loaders need them.
{
    cat "$here/jdk-classes"
    "$jdk/bin/jimage" list --include 'regex:/maaxboard\.entropy/maaxboard/.*' "$home/lib/modules" |
        sed -n 's/^ *\(maaxboard\/.*\)\.class$/\1/p'
    sed -s '/ source: /d; s/ id: [0-9]*$//' "$work"/*.list |
        grep -E '^(@(cp|lambda-proxy) )?maaxboard/' | LC_ALL=C sort
} | awk '!/^@/ && !seen[$0]++; /^@/ && !seen[$0]++ { after = after $0 "\n" } END { printf "%s", after }' >"$work/classes"
# shellcheck disable=SC2086
"$jdk/bin/java" "$here/SteadyArchive.java" "$work/classes.jsa" \
    $java -Xshare:dump -XX:+AOTClassLinking -XX:SharedClassListFile="$work/classes" -XX:SharedArchiveFile="$work/classes.jsa" \
    $main >"$log" 2>&1 || { cat "$log" >&2; exit 70; }
install -m 0644 "$work/classes.jsa" "$(dirname "$(echo "$home"/lib/*/libjvm.so)")/classes.jsa"
