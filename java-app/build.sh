#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds the Java modules without their tests. Afterwards build/host/bin holds
# launchers of entropy, virtual-token and token, and build/modules what the guest's
# runtime is linked from. What did not change is not built anew.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../build

# shellcheck source=board/qemu/lib.sh
. "$here/../board/qemu/lib.sh"
jdk=$("$here/jdk.sh")
package=$here/../package/maaxboard-entropy
inputs=$(key "$jdk" "$(key_of_files "$package/StackMaps.java" "$package/ArrayTypes.java")" "$(cd "$here" && find . -path '*/target' -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)")
if [ "$(cat "$build/made-of" 2>/dev/null)" = "$inputs" ]; then
    exit 0
fi
rm -f "$build/made-of"
"$here/mvn.sh" -q package -DskipTests

# place FOLDER FILE...: the folder holds these files afterwards, and no others
place() {
    rm -rf "$1"
    mkdir -p "$1"
    folder=$1
    shift
    cp "$@" "$folder"
}
place "$build/modules" "$here"/entropy/target/modules/*.jar "$here"/entropy/target/entropy-*.jar
"$jdk/bin/java" "$package/StackMaps.java" "$build"/modules/picocli-*.jar
"$jdk/bin/java" "$package/ArrayTypes.java" "$build"/modules/entropy-*.jar
place "$build/host/lib/entropy" "$build"/modules/*
place "$build/host/lib/virtual-token" "$here"/virtual-token/target/modules/*.jar "$here"/virtual-token/target/virtual-token-*.jar
place "$build/host/lib/token" "$here"/token-tools/target/modules/*.jar "$here"/token-tools/target/token-tools-*.jar
place "$build/host/lib/bench" "$here"/bench/target/modules/*.jar "$here"/bench/target/bench-*.jar
place "$build/host/lib/demo" "$here"/guest-tests/target/modules/*.jar "$here"/guest-tests/target/guest-tests-*.jar

# launcher NAME JAVA-OPTION...: "$lib" in them stands for the program's folder of jars
launcher() {
    name=$1
    shift
    cat >"$build/host/bin/$name" <<END
#!/bin/sh
lib=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/lib/$name
exec "$jdk/bin/java" -XX:+UseSerialGC -XX:-UsePerfData $* "\$@"
END
    chmod +x "$build/host/bin/$name"
}
mkdir -p "$build/host/bin"
# shellcheck disable=SC2016
{
    launcher entropy --enable-native-access=maaxboard.entropy -p '"$lib"' \
        -m maaxboard.entropy/maaxboard.entropy.cli.Main
    launcher virtual-token --enable-native-access=maaxboard.virtualtoken -p '"$lib"' \
        -m maaxboard.virtualtoken/maaxboard.virtualtoken.Main
    launcher token --enable-native-access=maaxboard.entropy,maaxboard.tokentools -p '"$lib"' \
        -m maaxboard.tokentools/maaxboard.tokentools.cli.Main
    launcher bench --enable-native-access=ALL-UNNAMED -cp '"$lib/*"' maaxboard.bench.Bench
    launcher demo --enable-native-access=ALL-UNNAMED -cp '"$lib/*"' maaxboard.guest.Demo
}
echo "$inputs" >"$build/made-of"
