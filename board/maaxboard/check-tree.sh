#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# check-tree.sh BUILDROOT
#
# Holds this external tree against a Buildroot checkout: it loads, everything
# that a defconfig asks for is there and resolves, the defconfig is what
# savedefconfig makes of it, and check-package has no complaint. Builds nothing.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)

[ $# -eq 1 ] || { echo "usage: $0 BUILDROOT" >&2; exit 64; }
[ -r "$1/Config.in" ] || { echo "$1 is no Buildroot checkout" >&2; exit 66; }
buildroot=$(cd "$1" && pwd)

grep -qs 'config BR2_PACKAGE_OPENJDK_VERSION_25' "$buildroot/package/openjdk/Config.in" || {
	version=$(sed -n 's/^export BR2_VERSION := //p' "$buildroot/Makefile")
	echo "This Buildroot, $version, has no OpenJDK 25: 2026.08-rc1 is the first with it" >&2
	exit 69
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check_defconfig NAME
check_defconfig() {
	defconfig=$top/configs/$1
	output=$work/$1
	mkdir "$output"

	# 1. It loads.
	make -s -C "$buildroot" BR2_EXTERNAL="$top" O="$output" "$1" >"$output/log" 2>&1 || {
		cat "$output/log" >&2
		echo "$1: the external tree does not load" >&2
		exit 65
	}

	# 2. It resolves: what was asked for took effect, and our symbols exist.
	status=0
	while IFS= read -r line; do
		case $line in
		BR2_*=*) grep -qxF "$line" "$output/.config" || { echo "not in .config: $line" >&2; status=65; } ;;
		'# BR2_'*' is not set')
			symbol=${line#\# }
			symbol=${symbol%% *}
			! grep -q "^$symbol=" "$output/.config" || { echo "in .config although not wanted: $symbol" >&2; status=65; }
			;;
		esac
	done <"$defconfig"
	sed -n 's/^\(menu\)\{0,1\}config \(BR2_[A-Z0-9_]*\).*/\2/p' "$top"/package/*/Config.in* >"$output/symbols"
	while read -r symbol; do
		grep -q -e "^$symbol=" -e "^# $symbol is" "$output/.config" || { echo "not in .config: $symbol" >&2; status=65; }
	done <"$output/symbols"
	[ "$status" -eq 0 ] || exit "$status"

	# 3. It goes round through savedefconfig.
	make -s -C "$buildroot" O="$output" BR2_DEFCONFIG="$output/saved" savedefconfig >"$output/log" 2>&1
	diff -u "$defconfig" "$output/saved" >&2 || {
		echo "$1 is not what savedefconfig makes of it" >&2
		exit 65
	}

	# 4. make can read the recipes.
	make -s -C "$buildroot" O="$output" show-targets >"$output/targets" 2>&1 || {
		cat "$output/targets" >&2
		exit 65
	}
	grep -q maaxboard-entropy "$output/targets"
	echo "$1: loads, resolves, goes round ($(wc -l <"$defconfig") lines," \
		"$(tr ' ' '\n' <"$output/targets" | wc -l) packages)"
}
check_defconfig maaxboard_entropy_defconfig
check_defconfig maaxboard_entropy_toolbox_defconfig

# What is for the toolbox is off in the image.
! grep -q -e '^BR2_PACKAGE_PAM_P11=' -e '^BR2_PACKAGE_MAAXBOARD_ENTROPY_TOKEN_TOOLS=' -e '^BR2_PACKAGE_P11_KIT=' -e '^BR2_PACKAGE_SOFTHSM2=' \
	"$work/maaxboard_entropy_defconfig/.config" || {
	echo "a package of the toolbox is in the image" >&2
	exit 65
}

# 5. Buildroot's style.
cd "$top"
# Debian's Python has the modules that it asks for; another one in front may not.
# shellcheck disable=SC2046 # one word a file
PATH="/usr/bin:$PATH" "$buildroot/utils/check-package" -b $(git ls-files Config.in external.mk external.desc configs package \
	board/maaxboard post-build.sh) >"$work/style" 2>&1 || {
	cat "$work/style" >&2
	exit 65
}

echo "external tree: lints"
