#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# layout.sh CONFIG KERNEL INITRAMFS DTB FOLDER
#
# Works out where a virtual machine monitor has to put kernel, device tree and
# initramfs for the layout chosen in Buildroot's CONFIG, checks that everything
# fits, writes the addresses into a copy of DTB in FOLDER (same name), and beside
# it guest-layout.h and guest-layout.json. Numbers that do not fit are named.

set -eu

[ $# -eq 5 ] || { echo "usage: $0 CONFIG KERNEL INITRAMFS DTB FOLDER" >&2; exit 64; }
config=$1 kernel=$2 initramfs=$3 dtb=$4 folder=$5
for file in "$config" "$kernel" "$initramfs" "$dtb"; do
	[ -r "$file" ] || { echo "layout: cannot read $file" >&2; exit 66; }
done

# What the service needs besides kernel and root: Java, pcscd, their buffers.
daemon=$((48 << 20))
page=4096

wrong=0
fail() {
	echo "layout: $*" >&2
	wrong=1
}

hex() {
	printf '0x%x' "$1"
}

mib() {
	awk -v n="$1" 'BEGIN { printf "%.1f MiB", n / 1048576 }'
}

setting() {
	value=$(sed -n "s/^BR2_MAAXBOARD_$1=//p" "$config" | tr -d '"')
	[ -n "$value" ] || { echo "layout: no BR2_MAAXBOARD_$1 in $config" >&2; exit 78; }
	echo "$value"
}

ram=$(setting RAM_BASE)
ram_size=$(setting RAM_SIZE)
dtb_at=$(setting DTB_ADDRESS)
initrd_at=$(setting INITRD_ADDRESS)
initrd_limit=$(setting INITRD_LIMIT)
data_at=$(setting REGION_DATA_ADDRESS)
data_size=$(setting REGION_DATA_SIZE)
control_at=$(setting REGION_CONTROL_ADDRESS)
interrupt=$(setting REGION_INTERRUPT)
uart=$(setting UART)
doorbell_at=
if grep -q '^BR2_MAAXBOARD_REGION_DOORBELL=y' "$config"; then
	doorbell_at=$(setting REGION_DOORBELL_ADDRESS)
fi

layout=$(sed -n 's/^BR2_MAAXBOARD_LAYOUT_\(.*\)=y/\1/p' "$config" | tr 'A-Z_' 'a-z-')
ram_end=$((ram + ram_size))

# The arm64 boot header: text offset at 8, size in memory (with bss) at 16.
word() {
	od -An -tu8 -j "$1" -N 8 "$kernel" | tr -d ' '
}
[ "$(od -An -c -j 56 -N 4 "$kernel" | tr -d ' ')" = 'ARMd' ] || {
	echo "layout: $kernel is no arm64 kernel image" >&2
	exit 65
}
kernel_at=$((ram + $(word 8)))
kernel_size=$(word 16)
initrd_size=$(wc -c <"$initramfs")
unpacked=$(gzip -dc "$initramfs" | wc -c)

mkdir -p "$folder"
out=$folder/$(basename "$dtb")
cp "$dtb" "$out.new"
mv "$out.new" "$out"

cells() {
	for number in "$@"; do
		printf '%x %x ' $((number >> 32)) $((number & 0xffffffff))
	done
}
put() {
	# shellcheck disable=SC2086,SC2046 # words are cells
	fdtput "$@"
}

node=$(fdtget -l "$out" / | sed -n '/^memory@/p')
if [ "$node" != "memory@${ram#0x}" ]; then
	put -r "$out" "/$node"
	put -c "$out" "/memory@${ram#0x}"
	put -t s "$out" "/memory@${ram#0x}" device_type memory
fi
# shellcheck disable=SC2046
put -t x "$out" "/memory@${ram#0x}" reg $(cells "$ram" "$ram_size")

node=$(fdtget -l "$out" / | sed -n '/^entropy@/p')
wanted=entropy@${data_at#0x}
if [ "$node" != "$wanted" ]; then
	gic=$(fdtget -t x "$out" "/$node" interrupt-parent)
	put -r "$out" "/$node"
	put -c "$out" "/$wanted"
	put -t s "$out" "/$wanted" compatible generic-uio
	put -t s "$out" "/$wanted" linux,uio-name entropy
	put -t x "$out" "/$wanted" interrupt-parent "$gic"
fi
put -t x "$out" "/$wanted" interrupts 0 "$(printf %x "$interrupt")" 1
if [ -n "$doorbell_at" ]; then
	put -t s "$out" "/$wanted" reg-names data control doorbell
	# shellcheck disable=SC2046
	put -t x "$out" "/$wanted" reg $(cells "$data_at" "$data_size" "$control_at" "$page" "$doorbell_at" "$page")
else
	put -t s "$out" "/$wanted" reg-names data control
	# shellcheck disable=SC2046
	put -t x "$out" "/$wanted" reg $(cells "$data_at" "$data_size" "$control_at" "$page")
fi

# The aliases count from 0, the labels from 1. The console that the tree comes with
# goes off when another is chosen.
serial=$((${uart#uart} - 1))
path=$(fdtget "$out" /aliases "serial$serial" 2>/dev/null) ||
	{ echo "layout: the device tree has no $uart" >&2; exit 78; }
put -t s "$out" "$(fdtget "$out" /aliases serial0)" status disabled
put -t s "$out" "$path" status okay
put -t s "$out" /chosen stdout-path "$path:115200n8"
# A root in tmpfs may grow to half of the memory that the kernel has once its own image,
# the initramfs and some 8 MiB of tables are taken off. One that needs more goes into
# ramfs, which knows no limit.
room=$(((ram_size - kernel_size - initrd_size - (8 << 20)) / 2))
root=
[ "$unpacked" -le "$room" ] || root=" rootfstype=ramfs"
put -t s "$out" /chosen bootargs \
	"console=ttymxc$serial,115200 uio_pdrv_genirq.of_id=generic-uio$root"
# shellcheck disable=SC2046
{
	put -t x "$out" /chosen linux,initrd-start $(cells "$initrd_at")
	put -t x "$out" /chosen linux,initrd-end $(cells $((initrd_at + initrd_size)))
}
dtb_size=$(wc -c <"$out")

# --- does it fit? ------------------------------------------------------------
aligned() {
	[ $(($2 % $3)) -eq 0 ] || fail "$1 at $2 is not a multiple of $(hex "$3")"
}
aligned "guest RAM" "$ram" $((2 << 20))
aligned "the device tree" "$dtb_at" 8
aligned "the initramfs" "$initrd_at" "$page"
aligned "the region's data" "$data_at" "$page"
aligned "the region's data size" "$data_size" "$page"
aligned "the region's control page" "$control_at" "$page"
[ -z "$doorbell_at" ] || aligned "the region's doorbell" "$doorbell_at" "$page"
[ $((data_size)) -ge $((2 * page)) ] || fail "the region's data map of $data_size bytes is smaller than two pages"

initrd_end=$((initrd_at + initrd_size))
[ "$initrd_end" -le $((initrd_limit)) ] ||
	fail "the initramfs has $initrd_size bytes ($(mib "$initrd_size")), but only $((initrd_limit - initrd_at)) ($(mib $((initrd_limit - initrd_at)))) lie between $initrd_at and $initrd_limit"

# NAME START END, each inside RAM and apart from the others
pieces="kernel $kernel_at $((kernel_at + kernel_size))
device-tree $((dtb_at)) $((dtb_at + dtb_size))
initramfs $((initrd_at)) $initrd_end"
region="data $((data_at)) $((data_at + data_size))
control $((control_at)) $((control_at + page))"
[ -z "$doorbell_at" ] || region="$region
doorbell $((doorbell_at)) $((doorbell_at + page))"
clashes=$(printf '%s\n' "$pieces" "$region" "RAM $((ram)) $ram_end" |
	awk '
		{ name[NR] = $1; from[NR] = $2; to[NR] = $3 }
		$1 == "RAM" { base = $2; end = $3 }
		END {
			for (i = 1; i < NR; i++) {
				inside = from[i] >= base && to[i] <= end
				outside = to[i] <= base || from[i] >= end
				shared = name[i] == "data" || name[i] == "control" || name[i] == "doorbell"
				if (!shared && !inside)
					printf "%s (%.0f to %.0f) lies outside guest RAM (%.0f to %.0f)\n", name[i], from[i], to[i], base, end
				if (shared && !outside)
					printf "the region (%s, %.0f to %.0f) lies in guest RAM (%.0f to %.0f)\n", name[i], from[i], to[i], base, end
				for (k = i + 1; k < NR; k++)
					if (from[i] < to[k] && from[k] < to[i])
						printf "%s (%.0f to %.0f) and %s (%.0f to %.0f) overlap\n", name[i], from[i], to[i], name[k], from[k], to[k]
			}
		}')
[ -z "$clashes" ] || fail "$clashes"

needed=$((initrd_size + unpacked + kernel_size + daemon))
[ "$needed" -le $((ram_size)) ] ||
	fail "the guest needs $needed bytes ($(mib "$needed")): initramfs $initrd_size, unpacked $unpacked, kernel $kernel_size, service $daemon; its RAM has $((ram_size)) ($(mib $((ram_size))))"
[ "$wrong" -eq 0 ] || exit 65

# --- told to the monitor -----------------------------------------------------
doorbell_h=""
doorbell_json=""
if [ -n "$doorbell_at" ]; then
	doorbell_h="#define GUEST_REGION_DOORBELL_ADDRESS $(hex "$doorbell_at")ULL
#define GUEST_REGION_DOORBELL_SIZE $(hex "$page")ULL
"
	doorbell_json="    \"doorbell\": { \"address\": $((doorbell_at)), \"size\": $page },
"
fi
cat >"$folder/guest-layout.h" <<END
/* Made by layout.sh: where the guest's images lie in its memory. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define GUEST_LAYOUT_NAME "$layout"
#define GUEST_RAM_BASE $(hex "$ram")ULL
#define GUEST_RAM_SIZE $(hex "$ram_size")ULL
#define GUEST_KERNEL_ADDRESS $(hex "$kernel_at")ULL
#define GUEST_KERNEL_SIZE $(hex "$kernel_size")ULL
#define GUEST_DTB_ADDRESS $(hex "$dtb_at")ULL
#define GUEST_DTB_SIZE $(hex "$dtb_size")ULL
#define GUEST_INITRD_ADDRESS $(hex "$initrd_at")ULL
#define GUEST_INITRD_SIZE $(hex "$initrd_size")ULL
#define GUEST_INITRD_LIMIT $(hex "$initrd_limit")ULL
#define GUEST_REGION_DATA_ADDRESS $(hex "$data_at")ULL
#define GUEST_REGION_DATA_SIZE $(hex "$data_size")ULL
#define GUEST_REGION_CONTROL_ADDRESS $(hex "$control_at")ULL
#define GUEST_REGION_CONTROL_SIZE $(hex "$page")ULL
$doorbell_h#define GUEST_REGION_INTERRUPT $((interrupt + 32)) /* INTID */

#endif
END
cat >"$folder/guest-layout.json" <<END
{
  "layout": "$layout",
  "ram": { "address": $((ram)), "size": $((ram_size)) },
  "kernel": { "address": $kernel_at, "size": $kernel_size },
  "dtb": { "address": $((dtb_at)), "size": $dtb_size },
  "initrd": { "address": $((initrd_at)), "size": $initrd_size, "limit": $((initrd_limit)), "unpacked": $unpacked },
  "region": {
    "data": { "address": $((data_at)), "size": $((data_size)) },
    "control": { "address": $((control_at)), "size": $page },
$doorbell_json    "interrupt": $((interrupt + 32))
  },
  "uart": "$uart",
  "memory_needed": $needed
}
END
echo "layout $layout: kernel $(hex "$kernel_at") $(mib "$kernel_size"), device tree $(hex "$dtb_at"), initramfs $(hex "$initrd_at") $(mib "$initrd_size") of $(mib $((initrd_limit - initrd_at))), unpacked $(mib "$unpacked"); needs $(mib "$needed") of $(mib $((ram_size)))${root:+, root in ramfs}"
