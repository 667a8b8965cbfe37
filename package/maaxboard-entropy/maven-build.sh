#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# maven-build.sh MVN SOURCE REPOSITORY
#
# Builds the wrapper in SOURCE (a copy of java-app) with the Maven program MVN and
# lays its modules into SOURCE/modules. What Maven needs is kept in REPOSITORY:
# once a build with the same descriptions and checksums has succeeded, the next
# one does not use the network.

set -eu

mvn=$1
source=$2
repository=$3

cd "$source"
inputs=$(cat pom.xml entropy/pom.xml .mvn/maven.config .mvn/checksums/* 2>/dev/null |
	sha256sum | cut -d ' ' -f 1)
stamp=$repository/complete-$inputs
mkdir -p "$repository"
offline=
[ ! -e "$stamp" ] || offline=--offline

# shellcheck disable=SC2086 # no word at all, when empty
"$mvn" --batch-mode --no-transfer-progress $offline \
	-Dmaven.repo.local="$repository" -DskipTests \
	--projects entropy --also-make clean package

touch "$stamp"
rm -rf modules
mkdir modules
cp entropy/target/modules/*.jar entropy/target/entropy-*.jar modules/
