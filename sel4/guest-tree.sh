#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# guest-tree.sh FOLDER
#
# Makes the MaaXBoard guest's device tree (maaxboard-entropy.dtb) as the image's layout
# script writes it for USB pass-through, with guest-layout.json beside it, without
# Buildroot: the includes come from Debian's linux-source, kernel and initramfs are
# stand-ins of a plausible size. For the checker of java-app/sel4-tests.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=board/qemu/lib.sh
. "$top/board/qemu/lib.sh"
[ $# -eq 1 ] || give_up 64 "usage: guest-tree.sh FOLDER"
mkdir -p "$1"
out=$(cd "$1" && pwd)

# includes DEB FOLDER
includes() {
    dpkg-deb --fsys-tarfile "$1" | tar -x -O --wildcards './usr/src/linux-source-*.tar.xz' |
        tar -x -J --strip-components=1 -C "$2" --wildcards 'linux-source-*/include/dt-bindings' \
            'linux-source-*/include/uapi/linux/input-event-codes.h' \
            'linux-source-*/arch/arm64/boot/dts/freescale/imx8mq*'
}

linux=$("$top/board/qemu/debian13.sh" linux)
deb=$(echo "$linux"/*.deb)
name=linux-dts-$(key "$(basename "$deb")" recipe-1)
keep "$name" includes "$deb" >&2
tree=$cache/$name

${CPP:-cpp} -nostdinc -undef -D__DTS__ -x assembler-with-cpp -I "$tree/include" \
    -I "$tree/arch/arm64/boot/dts/freescale" "$top"/board/maaxboard/dts/freescale/maaxboard-entropy.dts >"$out/guest.dts"
dtc -q -I dts -O dtb -o "$out/source.dtb" "$out/guest.dts"

# An arm64 boot header: 20 MiB of kernel in memory, text offset 0.
{
    head -c 16 /dev/zero
    printf '\000\000\100\001'
    head -c 36 /dev/zero
    printf 'ARMd'
    head -c 4 /dev/zero
} >"$out/kernel"
head -c 30000000 /dev/urandom | gzip -1 >"$out/initramfs"
"$top/board/maaxboard/preset.sh" USB >"$out/config"
echo BR2_MAAXBOARD_REGION_DOORBELL=y >>"$out/config"
cp "$out/source.dtb" "$out/maaxboard-entropy.dtb"
mkdir -p "$out/images"
"$top/board/maaxboard/layout.sh" "$out/config" "$out/kernel" "$out/initramfs" "$out/maaxboard-entropy.dtb" "$out/images"
