#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs Maven in this folder with a JDK that jdk.sh finds. Trusted checksums need
# Maven 3.9: an older host's Maven is only used to fetch one, once, into the cache.
set -eu
cd "$(dirname "$0")"
# shellcheck source=board/qemu/lib.sh
. ../board/qemu/lib.sh

version=3.9.11
sha512=bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978

# fetch_maven FOLDER
fetch_maven() {
    command -v mvn >/dev/null || give_up 69 "Maven is missing; see board/qemu/prerequisites.sh"
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
        "-Dartifact=org.apache.maven:apache-maven:$version:tar.gz:bin" "-DoutputDirectory=$1" >&2
    archive=$1/apache-maven-$version-bin.tar.gz
    echo "$sha512  $archive" | sha512sum --check --quiet >&2 ||
        give_up 65 "$archive is not the Maven $version whose checksum is written here"
    tar -xzf "$archive" --strip-components=1 -C "$1"
    rm "$archive"
}

# The host's Maven, if it is a 3.9.
maven=
if command -v mvn >/dev/null; then
    case $(mvn -B --version 2>/dev/null) in
    *"Apache Maven 3.9."*) maven=mvn ;;
    esac
fi
if [ -z "$maven" ]; then
    keep "maven-$version" fetch_maven
    maven=$cache/maven-$version/bin/mvn
fi

JAVA_HOME=$(./jdk.sh)
export JAVA_HOME
# What Maven's own libraries do, said to be known: no warnings before every line.
export MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS-}"
exec "$maven" -B "$@"
