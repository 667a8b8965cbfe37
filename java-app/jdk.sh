#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints the home of a JDK, 25 or later: JAVA_HOME's, else one found on this
# system, else Debian 13's in the cache.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

# usable HOME: is a whole JDK, and not too old
usable() {
    [ -x "$1/bin/javac" ] && [ -x "$1/bin/jlink" ] && [ -r "$1/release" ] &&
        [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")" -ge 25 ]
}

javac=$(command -v javac || true)
for home in "${JAVA_HOME-}" "${javac:+$(dirname "$(dirname "$(readlink -f "$javac")")")}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && usable "$home"; then
        echo "$home"
        exit
    fi
done
root=$("$here/../board/qemu/debian13.sh" tools)
echo "$root/usr/lib/jvm/java-25-openjdk-$(dpkg --print-architecture)"
