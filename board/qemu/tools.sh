#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes sure of a JDK and a QEMU that are new enough, and says which they are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
jdk=$("$here/../../java-app/jdk.sh")
echo "JDK: $jdk"
"$jdk/bin/java" --version
"$here/qemu.sh" --version
