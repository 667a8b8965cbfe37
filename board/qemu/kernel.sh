#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints the folder of the quick guest's kernel (Image, config), built once into
# the cache: Debian 13's linux-source with the image's own configuration.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=board/qemu/lib.sh
. "$here/lib.sh"
fragment=$here/../maaxboard/linux.fragment
check=$here/../maaxboard/linux-check.sh
source=$("$here/debian13.sh" linux)

# build FOLDER
build() {
    echo "Unpacking $(basename "$source"/*.deb)"
    dpkg-deb --fsys-tarfile "$source"/*.deb | tar -x -C "$1" --strip-components=3 ./usr/src
    mkdir "$1/linux" "$1/out"
    tar -x -f "$1"/linux-source-*.tar.xz -C "$1/linux" --strip-components=1
    export ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- KBUILD_BUILD_TIMESTAMP=2026-01-01 KBUILD_BUILD_USER=quick KBUILD_BUILD_HOST=guest
    KCONFIG_ALLCONFIG=$fragment make -C "$1/linux" O="$1/out" alldefconfig
    "$check" "$fragment" "$1/out/.config"
    make -C "$1/linux" O="$1/out" -j"$(nproc)" Image
    cp "$1/out/arch/arm64/boot/Image" "$1/Image"
    cp "$1/out/.config" "$1/config"
    rm -rf "$1/linux" "$1/out" "$1"/linux-source-* "$1"/*.deb
}

name=linux-6.12-$(key "$(basename "$source"/*.deb)" "$(key_of_files "$fragment")" "$(aarch64-linux-gnu-gcc -dumpfullversion)" recipe-1)
keep "$name" build >&2
echo "$cache/$name"
