#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# boot-presets.sh IMAGES [PRESET...]
#
# Boots IMAGES (Image, rootfs.cpio.gz) in QEMU at the memory layouts that virtual
# machine monitors use: kernel, initramfs and device tree are laid at exactly the
# layout's addresses, and a stub sets x0 and jumps to the kernel, as a monitor
# does. The device tree is QEMU's own, told the layout's memory. QEMU keeps a tree
# at the start of its RAM, where three layouts have the kernel: the stub brings the
# kernel there from above the guest's memory. Says for each layout how much memory
# is left once the service is up.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=board/qemu/lib.sh
. "$top/board/qemu/lib.sh"

[ $# -ge 1 ] || give_up 64 "usage: boot-presets.sh IMAGES [PRESET...]"
images=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- SEL4DEVKIT LIBVMM HIGH_INITRD USB QEMU_SEL4

work=$(mktemp -d)
qemu=
# shellcheck disable=SC2317 # called by trap
tidy() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true
	rm -rf "$work"
}
trap tidy EXIT
trap 'exit 130' INT TERM

# little-endian words
word() {
	for value in "$@"; do
		for shift in 0 8 16 24; do
			# shellcheck disable=SC2059 # the escape is the format
			printf "\\$(printf %03o $(((value >> shift) & 255)))"
		done
	done
}
# load REGISTER VALUE: movz and movk of a 32-bit value
load() {
	word $((0xd2800000 | (($2 & 0xffff) << 5) | $1)) $((0xf2a00000 | ((($2 >> 16) & 0xffff) << 5) | $1))
}

say() {
	printf '%s\n' "$1" >&3
}
# await PATTERN SECONDS: until the console has said it
await() {
	tries=$(($2 * 2))
	until grep -a -q -e "$1" "$work/console"; do
		tries=$((tries - 1))
		if [ "$tries" -eq 0 ] || ! kill -0 "$qemu" 2>/dev/null; then
			tail -n 15 "$work/console" >&2
			give_up 70 "$preset: no \"$1\" on the console within $2 s"
		fi
		sleep 0.5
	done
}

# boot: the layout in $work/config
boot() {
	setting() {
		sed -n "s/^BR2_MAAXBOARD_$1=//p" "$work/config"
	}
	ram=$(setting RAM_BASE)
	size=$(setting RAM_SIZE)
	dtb_at=$(setting DTB_ADDRESS)
	initrd_at=$(setting INITRD_ADDRESS)
	data_at=$(setting REGION_DATA_ADDRESS)
	kernel_size=$((($(wc -c <"$images/Image") + 7) & ~7))
	aside=$((ram + size + (4 << 20)))
	stub_at=$((ram + size + (2 << 20)))

	# QEMU's RAM begins at 0x40000000; the layout's lies in it, the region above.
	machine=virt,gic-version=2
	memory=$(((aside + kernel_size - 0x40000000 + 0x1fffff) >> 20))
	set -- -cpu cortex-a53 -m "$memory" -nic none -nographic -no-reboot -device qemu-xhci
	"$top/board/qemu/qemu.sh" -machine "$machine,dumpdtb=$work/virt.dtb" "$@" >/dev/null 2>&1
	dtc -q -I dtb -O dts -o "$work/guest.dts" "$work/virt.dtb"
	cat >>"$work/guest.dts" <<END
/ {
	/delete-node/ memory@40000000;
	memory@$(printf %x "$ram") { device_type = "memory"; reg = <0 $ram 0 $size>; };
	entropy@$(printf %x "$data_at") {
		compatible = "generic-uio";
		reg = <0 $data_at 0 $(setting REGION_DATA_SIZE)>, <0 $(setting REGION_CONTROL_ADDRESS) 0 0x1000>;
		reg-names = "data", "control";
		linux,uio-name = "entropy";
	};
	chosen {
		bootargs = "console=ttyAMA0 uio_pdrv_genirq.of_id=generic-uio panic=-1";
		linux,initrd-start = <0 $initrd_at>;
		linux,initrd-end = <0 $(printf 0x%x $((initrd_at + $(wc -c <"$images/rootfs.cpio.gz"))))>;
	};
};
END
	dtc -q -I dts -O dtb -o "$work/guest.dtb" "$work/guest.dts"
	{
		load 6 "$aside"
		load 7 "$ram"
		load 8 $((aside + kernel_size))
		word 0xf84084c5 0xf80084e5 0xeb0800df 0x54ffffa3 # 1: ldr x5, [x6], 8; str x5, [x7], 8; cmp x6, x8; b.lo 1b
		load 0 "$dtb_at"
		load 4 "$ram"
		word 0xd2800001 0xd2800002 0xd2800003 0xd61f0080 # mov x1 to x3, 0; br x4
	} >"$work/stub"

	rm -f "$work/in" "$work/console"
	mkfifo "$work/in"
	: >"$work/console"
	raw=force-raw=on
	"$top/board/qemu/qemu.sh" -machine "$machine" "$@" \
		-device "loader,file=$images/Image,addr=$aside,$raw" \
		-device "loader,file=$images/rootfs.cpio.gz,addr=$initrd_at,$raw" \
		-device "loader,file=$work/guest.dtb,addr=$dtb_at,$raw" \
		-device "loader,file=$work/stub,addr=$stub_at,$raw,cpu-num=0" \
		<"$work/in" >"$work/console" 2>&1 &
	qemu=$!
	exec 3>"$work/in"
	await '\(login: \|[#$] \)' 180
	if grep -a -q 'login: ' "$work/console"; then
		say root
		sleep 2
	fi
	# shellcheck disable=SC2016 # for the guest's shell
	say 'n=0; until [ -e /run/maaxboard-entropy.child.pid ] || [ $n -ge 60 ]; do sleep 1; n=$((n+1)); done; sleep 5'
	# shellcheck disable=SC2016
	say 'echo "mem=$(awk "/MemTotal/ { t = \$2 } /MemAvailable/ { a = \$2 } END { print t, a }" /proc/meminfo) uio=$(cat /sys/class/uio/uio0/maps/map0/addr)=ok"'
	await 'mem=[0-9]* [0-9]* uio=0x[0-9a-f]*=ok' 180
	result=$(sed -n 's/.*mem=\([0-9]*\) \([0-9]*\) uio=\(0x[0-9a-f]*\)=ok.*/\1 \2 \3/p' "$work/console" | tail -n 1)
	say 'poweroff'
	exec 3>&-
	tries=60
	while kill -0 "$qemu" 2>/dev/null && [ "$tries" -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.5
	done
	kill "$qemu" 2>/dev/null || true
	wait "$qemu" 2>/dev/null || true
	qemu=
	# shellcheck disable=SC2086 # three words
	set -- $result
	[ $(($3)) -eq $((data_at)) ] || give_up 70 "$preset: the region is at $3 in the guest, not at $data_at"
	printf '%-12s RAM %s + %3d MiB, device tree %s, initramfs %s: %6d kB of %6d kB available\n' \
		"$preset" "$ram" $((size >> 20)) "$dtb_at" "$initrd_at" "$2" "$1"
}

for preset in "$@"; do
	"$top/board/maaxboard/preset.sh" "$preset" >"$work/config"
	boot
done
