#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of layout.sh on small stand-ins for kernel, initramfs and device tree: the
# addresses of every preset, what is written into the tree, and that what does not
# fit is refused with its numbers.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
passed=0

# kernel FILE SIZE: an arm64 boot header that claims SIZE bytes of memory
kernel() {
	{
		printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
		for shift in 0 8 16 24 32 40 48 56; do
			# shellcheck disable=SC2059 # the escape is the format
			printf "\\$(printf %03o $((($2 >> shift) & 255)))"
		done
		printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
		printf 'ARMd'
	} >"$1"
}

# initramfs FILE PACKED UNPACKED: a gzip file of about PACKED bytes
initramfs() {
	{ head -c "$2" /dev/urandom; head -c $(($3 - $2)) /dev/zero; } | gzip -1 >"$1"
}

cat >tree.dts <<'END'
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	aliases { serial0 = "/serial@30860000"; serial1 = "/serial@30890000"; };
	chosen { };
	gic: gic { #interrupt-cells = <3>; interrupt-controller; };
	serial@30860000 { reg = <0 0x30860000 0 0x1000>; status = "okay"; };
	serial@30890000 { reg = <0 0x30890000 0 0x1000>; status = "disabled"; };
	memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0xf000000>; };
	entropy@4f000000 {
		compatible = "generic-uio";
		reg = <0 0x4f000000 0 0x10000>, <0 0x4f010000 0 0x1000>;
		reg-names = "data", "control";
		interrupt-parent = <&gic>;
		interrupts = <0 126 1>;
	};
};
END
dtc -q -I dts -O dtb -o tree.dtb tree.dts
kernel Image $((7 << 20))
initramfs root.gz 1000000 3000000

# config PRESET [LINE...]: what Kconfig gives for a preset, and more
config() {
	preset=$1
	shift
	"$here/preset.sh" "$preset"
	for line in "$@"; do
		echo "$line"
	done
}

# expect NAME FILTER VALUE
expect() {
	got=$(jq -c "$2" out/guest-layout.json)
	if [ "$got" = "$3" ]; then
		passed=$((passed + 1))
	else
		echo "$1: $2 is $got, not $3" >&2
		failed=$((failed + 1))
	fi
}

# refuse NAME PATTERN: layout.sh says no, with these words
refuse() {
	if said=$("$here/layout.sh" .config Image root.gz tree.dtb out 2>&1); then
		echo "$1: accepted" >&2
		failed=$((failed + 1))
	elif ! echo "$said" | grep -q -e "$2"; then
		echo "$1: says \"$said\"" >&2
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
}

place() {
	rm -rf out
	"$here/layout.sh" .config Image root.gz tree.dtb out >said
}

config SEL4DEVKIT >.config
place
expect sel4devkit '[.ram.address, .ram.size, .kernel.address, .dtb.address, .initrd.address, .initrd.limit]' \
	"[$((0x40000000)),$((0xf000000)),$((0x40000000)),$((0x44000000)),$((0x44500000)),$((0x47000000))]"
expect sel4devkit .region.data.address $((0x4f000000))

config LIBVMM >.config
place
expect libvmm '[.ram.size, .dtb.address, .initrd.address, .initrd.limit, .region.data.address]' \
	"[$((0x10000000)),$((0x4f000000)),$((0x4c000000)),$((0x4f000000)),$((0x50000000))]"

config HIGH_INITRD >.config
place
expect high-initrd '[.ram.size, .initrd.address, .initrd.limit]' \
	"[$((0xf000000)),$((0x45000000)),$((0x4f000000))]"

# The numbers that the example under seL4 is compiled with.
example() {
	sed -n "/BOARD_qemu_virt_aarch64/,/#elif/s/^#define $1 \(0x[0-9a-f]*\)ul$/\1/p" \
		"$here/../../sel4/example/board.h"
}
config QEMU_SEL4 BR2_MAAXBOARD_REGION_DOORBELL=y >.config
place
expect qemu-sel4 '[.ram.address, .ram.size, .dtb.address, .initrd.address, .region.data.address, .region.control.address, .region.doorbell.address]' \
	"[$(($(example GUEST_RAM_BASE))),$(($(example GUEST_RAM_SIZE))),$(($(example GUEST_DTB_BASE))),$(($(example GUEST_INITRD_BASE))),$(($(example REGION_DATA_BASE))),$(($(example REGION_CONTROL_BASE))),$(($(example REGION_DOORBELL_BASE)))]"

config USB BR2_MAAXBOARD_REGION_DOORBELL=y >.config
place
expect usb '[.ram.address, .kernel.address, .dtb.address, .initrd.address, .region.data.address, .region.control.address, .region.doorbell.address]' \
	"[$((0x80000000)),$((0x80000000)),$((0x8f000000)),$((0x8c000000)),$((0x90000000)),$((0x90010000)),$((0x90011000))]"
# tree NODE PROPERTY VALUE [TYPE]
tree() {
	# shellcheck disable=SC2086 # two words
	got=$(fdtget ${4:--t x} out/tree.dtb "$1" "$2")
	if [ "$got" = "$3" ]; then
		passed=$((passed + 1))
	else
		echo "device tree: $1 $2 is $got, not $3" >&2
		failed=$((failed + 1))
	fi
}
tree /memory@80000000 reg "0 80000000 0 10000000"
tree /entropy@90000000 reg "0 90000000 0 10000 0 90010000 0 1000 0 90011000 0 1000"
tree /chosen bootargs "console=ttymxc0,115200 uio_pdrv_genirq.of_id=generic-uio" "-t s"
tree /chosen linux,initrd-start "0 8c000000"
tree /chosen linux,initrd-end "0 $(printf %x $((0x8c000000 + $(wc -c <root.gz))))"
grep -q '^#define GUEST_INITRD_ADDRESS 0x8c000000ULL$' out/guest-layout.h || failed=$((failed + 1))
fdtget -l out/tree.dtb / | grep -q -e memory@40000000 -e entropy@4f000000 && failed=$((failed + 1))
printf '#include "out/guest-layout.h"\nint main(void) { return GUEST_RAM_SIZE == 0; }\n' >use.c
${CC:-cc} -Wall -Werror -o use use.c || failed=$((failed + 1))

config SEL4DEVKIT >.config
sed -i 's/^BR2_MAAXBOARD_UART=.*/BR2_MAAXBOARD_UART="uart2"/' .config
place
[ "$(fdtget out/tree.dtb /serial@30890000 status)" = okay ] || failed=$((failed + 1))
[ "$(fdtget out/tree.dtb /serial@30860000 status)" = disabled ] || failed=$((failed + 1))

# What does not fit.
config CUSTOM >.config
sed -i 's/^BR2_MAAXBOARD_INITRD_LIMIT=.*/BR2_MAAXBOARD_INITRD_LIMIT=0x44580000/' .config
refuse "initramfs too large for its place" "the initramfs has [0-9]* bytes .* only 524288 "
config CUSTOM >.config
sed -i 's/^BR2_MAAXBOARD_REGION_DATA_ADDRESS=.*/BR2_MAAXBOARD_REGION_DATA_ADDRESS=0x48000000/' .config
refuse "region in RAM" "the region (data, .* lies in guest RAM"
config CUSTOM >.config
sed -i 's/^BR2_MAAXBOARD_REGION_CONTROL_ADDRESS=.*/BR2_MAAXBOARD_REGION_CONTROL_ADDRESS=0x4f00f000/' .config
refuse "control page inside the data map" "data (.*) and control (.*) overlap"
config CUSTOM >.config
sed -i 's/^BR2_MAAXBOARD_REGION_DATA_SIZE=.*/BR2_MAAXBOARD_REGION_DATA_SIZE=0x1000/' .config
refuse "region of one page" "smaller than two pages"
config CUSTOM >.config
sed -i 's/^BR2_MAAXBOARD_DTB_ADDRESS=.*/BR2_MAAXBOARD_DTB_ADDRESS=0x40100000/' .config
refuse "device tree in the kernel" "kernel (.*) and device-tree (.*) overlap"
config CUSTOM >.config
sed -i 's/^BR2_MAAXBOARD_DTB_ADDRESS=.*/BR2_MAAXBOARD_DTB_ADDRESS=0x60000000/' .config
refuse "device tree outside RAM" "device-tree (.*) lies outside guest RAM"
config SEL4DEVKIT >.config
sed -i 's/^BR2_MAAXBOARD_UART=.*/BR2_MAAXBOARD_UART="uart9"/' .config
refuse "unknown console" "the device tree has no uart9"
config SEL4DEVKIT >.config
initramfs root.gz 1000000 220000000
refuse "root that would not unpack" "the guest needs [0-9]* bytes .* unpacked 220000000"
initramfs root.gz 1000000 130000000
place
tree /chosen bootargs "console=ttymxc0,115200 uio_pdrv_genirq.of_id=generic-uio rootfstype=ramfs" "-t s"
initramfs root.gz 1000000 3000000
echo nonsense >Image
refuse "no kernel" "is no arm64 kernel image"

echo "layout: $passed checks passed, $failed failed"
[ "$failed" -eq 0 ]
