#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# check-maven.sh
#
# Tests of maven-build.sh on a copy of java-app: two builds give the same jar, also
# one with "token" beside it, and neither a file with another checksum than the one
# in the tree nor a file that is not listed gets into a build. Uses the Maven and
# the files that java-app/mvn.sh uses, without a network.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

JAVA_HOME=$("$top/java-app/jdk.sh")
export JAVA_HOME
mvn=$("$top/java-app/mvn.sh" --version | sed -n 's/^Maven home: //p')/bin/mvn
repository=$("$top/java-app/mvn.sh" -q help:evaluate -Dexpression=settings.localRepository -DforceStdout -N 2>/dev/null) ||
	repository=$HOME/.m2/repository
cp -al "$repository" "$work/repository" 2>/dev/null || cp -a "$repository" "$work/repository"
mkdir "$work/source" "$work/checksums"
(cd "$top/java-app" && tar -c --exclude=target .) | tar -x -C "$work/source"

build() {
	"$here/maven-build.sh" "$mvn" "$work/source" "$work/repository" "$work/checksums" >"$work/log" 2>&1
}

cp "$here/maven-checksums/checksums.sha256" "$work/checksums/"
build || { cat "$work/log" >&2; exit 65; }
first=$(cat "$work"/source/modules/entropy-*.jar | sha256sum)
build || { cat "$work/log" >&2; exit 65; }
[ "$first" = "$(cat "$work"/source/modules/entropy-*.jar | sha256sum)" ] || {
	echo "two builds of one source gave two jars" >&2
	exit 65
}

PROJECT=token-tools build || { cat "$work/log" >&2; exit 65; }
ls "$work"/source/token/token-tools-*.jar >/dev/null
[ "$first" = "$(cat "$work"/source/modules/entropy-*.jar | sha256sum)" ] || {
	echo "the build with token gave another jar of the wrapper" >&2
	exit 65
}

# Another first digit.
awk '$2 ~ /\/picocli-[0-9.]*\.jar$/ { sub(/^./, substr($0, 1, 1) == "0" ? "1" : "0") } { print }' \
	"$here/maven-checksums/checksums.sha256" >"$work/checksums/checksums.sha256"
if build; then
	echo "a file with another checksum got into a build" >&2
	exit 65
fi
grep -q 'picocli.*trusted checksum mismatch' "$work/log" || { cat "$work/log" >&2; exit 65; }

grep -v '/jackson-core-[0-9.]*\.jar$' "$here/maven-checksums/checksums.sha256" >"$work/checksums/checksums.sha256"
if build; then
	echo "a file that is not listed got into a build" >&2
	exit 65
fi
grep -q 'Missing from.*trusted checksum\|jackson-core.*[Mm]issing' "$work/log" || { cat "$work/log" >&2; exit 65; }

echo "Maven: two builds alike, token beside the same wrapper, a changed and an unlisted file refused"
