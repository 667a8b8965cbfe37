#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# maven-build.sh MVN SOURCE REPOSITORY [CHECKSUMS]
#
# Builds the wrapper in SOURCE (a copy of java-app) with the Maven program MVN and
# lays its modules into SOURCE/modules. What Maven needs is kept in REPOSITORY:
# once a build with the same descriptions and checksums has succeeded, the next
# one does not use the network. With PROJECT=token-tools the program "token" is
# built too, and its archives are laid into SOURCE/token.
#
# Every file that Maven takes from a repository, plugins too, is held against
# CHECKSUMS/checksums.sha256 (the folder maven-checksums here); one that is
# not listed there, or has another checksum, ends the build. With RECORD=yes the
# list is written anew from what Maven takes.

set -eu

mvn=$1
source=$2
repository=$3
here=$(cd "$(dirname "$0")" && pwd)
checksums=$(cd "${4:-$here/maven-checksums}" && pwd)

cd "$source"
project=${PROJECT-entropy}
inputs=$(cat pom.xml entropy/pom.xml "$project/pom.xml" "$checksums/checksums.sha256" | sha256sum | cut -d ' ' -f 1)
stamp=$repository/complete-$inputs
mkdir -p "$repository"

# build CHECKSUMS ARGUMENT...
build() {
	basedir=$1
	shift
	set -- \
		-Dmaven.repo.local="$repository" \
		-Daether.artifactResolver.postProcessor.trustedChecksums=true \
		-Daether.artifactResolver.postProcessor.trustedChecksums.checksumAlgorithms=SHA-256 \
		-Daether.trustedChecksumsSource.summaryFile=true \
		-Daether.trustedChecksumsSource.summaryFile.basedir="$basedir" \
		-Daether.trustedChecksumsSource.summaryFile.originAware=false "$@"
	if [ "${RECORD-}" = yes ]; then
		set -- "$@" -Daether.artifactResolver.postProcessor.trustedChecksums.record=true
	else
		set -- "$@" -Daether.artifactResolver.postProcessor.trustedChecksums.failIfMissing=true
		[ ! -e "$stamp" ] || set -- "$@" --offline
	fi
	"$mvn" --batch-mode --no-transfer-progress --quiet -Dmaven.test.skip=true "$@" clean package
}

[ "${RECORD-}" != yes ] || rm -f "$checksums"/checksums.sha256*
if [ "$project" = entropy ]; then
	build "$checksums" --projects entropy
else
	# What "token" takes of the modules beside it is held against a list, too: theirs
	# is made by building them once before. Two builds give the same bytes.
	build "$checksums" --projects entropy,virtual-token
	own=$(mktemp -d)
	trap 'rm -rf "$own"' EXIT
	version=$(sed -n 's|^  <version>\(.*\)</version>|\1|p' pom.xml)
	{
		cat "$checksums/checksums.sha256"
		for file in entropy/pom.xml:entropy-$version.pom \
			entropy/target/bare/entropy-$version-bare.jar:entropy-$version-bare.jar \
			virtual-token/pom.xml:virtual-token-$version.pom \
			virtual-token/target/virtual-token-$version.jar:virtual-token-$version.jar; do
			module=${file%%/*}
			echo "$(sha256sum "${file%:*}" | cut -d ' ' -f 1)  maaxboard/$module/$version/${file#*:}"
		done
	} >"$own/checksums.sha256"
	if [ "${RECORD-}" = yes ]; then
		build "$checksums" --projects "$project" --also-make
		sed -i '\|  maaxboard/|d' "$checksums/checksums.sha256"
	else
		build "$own" --projects "$project" --also-make
	fi
fi

rm -f "$checksums/checksums.sha256.bak"
touch "$stamp"
rm -rf modules token
mkdir modules
cp entropy/target/modules/*.jar entropy/target/entropy-*.jar modules/
"$JAVA_HOME/bin/java" "$here/StackMaps.java" modules/*.jar
"$JAVA_HOME/bin/java" "$here/ArrayTypes.java" modules/entropy-*.jar
if [ "$project" = token-tools ]; then
	mkdir token
	cp token-tools/target/modules/*.jar token-tools/target/token-tools-*.jar token/
fi
