#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the JVM's archive of loaded classes (CDS) in the runtime that lies in a
# target's root folder; the JVM there takes it by itself. It holds the program's
# classes and those that `entropy generate` and `entropy run` load without a token.
#
#   class-archive.sh ROOT JDK COMMAND...
#
# JDK is one of this host, of the runtime's version. COMMAND runs the target's
# programs on this host, such as `qemu-aarch64-static -cpu cortex-a53 -L ROOT`.
set -eu
[ $# -ge 3 ] || { echo "usage: class-archive.sh ROOT JDK COMMAND..." >&2; exit 64; }
root=$1 jdk=$2
shift 2
home=$root/usr/lib/maaxboard-entropy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What they print belongs into a log only when something is wrong.
log=$work/log

java="$* $home/bin/java -XX:+UseSerialGC --enable-native-access=maaxboard.entropy"
main="-m maaxboard.entropy/maaxboard.entropy.cli.Main"
train="$java -Xshare:off -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:DumpLoadedClassList=$work"
module=$root/usr/lib/opensc-pkcs11.so

# Both end with a complaint here, after nearly all of what they load with a token.
# shellcheck disable=SC2086
$train/generate.list $main generate --bytes 32 --output-file "$work/random" --module "$module" >"$log" 2>&1 || true
truncate -s 64K "$work/data"
truncate -s 4K "$work/control"
# shellcheck disable=SC2086
$train/run.list $main run --module "$module" --region "$work/data,$work/control" --run-directory "$work" \
    >>"$log" 2>&1 </dev/null &
service=$!
tries=0
until grep -q WAITING "$log" || [ "$tries" -ge 120 ] || ! kill -0 "$service"; do
    sleep 1
    tries=$((tries + 1))
done 2>/dev/null
kill "$service" 2>/dev/null || true
wait "$service" || true
if [ ! -s "$work/generate.list" ] || [ ! -s "$work/run.list" ]; then
    cat "$log" >&2
    exit 70
fi

"$jdk/bin/jimage" list --include 'regex:/maaxboard\.entropy/maaxboard/.*' "$home/lib/modules" |
    sed -n 's/^ *\(maaxboard\/.*\)\.class$/\1/p' >"$work/own.list"
# The numbers of two runs differ; only classes of foreign loaders need them.
sed -s '/ source: /d; s/ id: [0-9]*$//' "$work"/*.list | awk '!seen[$0]++' >"$work/classes"
# shellcheck disable=SC2086
$java -Xshare:dump -XX:+AOTClassLinking -XX:SharedClassListFile="$work/classes" $main >"$log" 2>&1 ||
    { cat "$log" >&2; exit 70; }
