#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# maven-build.sh MVN SOURCE REPOSITORY [CHECKSUMS]
#
# Builds the wrapper in SOURCE (a copy of java-app) with the Maven program MVN and
# lays its modules into SOURCE/modules. What Maven needs is kept in REPOSITORY:
# once a build with the same descriptions and checksums has succeeded, the next
# one does not use the network.
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
inputs=$(cat pom.xml entropy/pom.xml "$checksums/checksums.sha256" | sha256sum | cut -d ' ' -f 1)
stamp=$repository/complete-$inputs
mkdir -p "$repository"

set -- \
	-Dmaven.repo.local="$repository" \
	-Daether.artifactResolver.postProcessor.trustedChecksums=true \
	-Daether.artifactResolver.postProcessor.trustedChecksums.checksumAlgorithms=SHA-256 \
	-Daether.trustedChecksumsSource.summaryFile=true \
	-Daether.trustedChecksumsSource.summaryFile.basedir="$checksums" \
	-Daether.trustedChecksumsSource.summaryFile.originAware=false
if [ "${RECORD-}" = yes ]; then
	rm -f "$checksums"/checksums.sha256*
	set -- "$@" -Daether.artifactResolver.postProcessor.trustedChecksums.record=true
else
	set -- "$@" -Daether.artifactResolver.postProcessor.trustedChecksums.failIfMissing=true
	[ ! -e "$stamp" ] || set -- "$@" --offline
fi

"$mvn" --batch-mode --no-transfer-progress --quiet "$@" -Dmaven.test.skip=true \
	--projects entropy clean package

rm -f "$checksums/checksums.sha256.bak"
touch "$stamp"
rm -rf modules
mkdir modules
cp entropy/target/modules/*.jar entropy/target/entropy-*.jar modules/
"$JAVA_HOME/bin/java" "$here/StackMaps.java" modules/*.jar
