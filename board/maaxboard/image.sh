#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# `make image`: the whole guest image with Buildroot.
#
#   BUILDROOT=FOLDER   this checkout; otherwise the pinned tag is cloned into the cache
#   O=FOLDER           where it is built (build/image)
#   DEFCONFIG=NAME     of configs/ (maaxboard_entropy_defconfig)
#   FRAGMENTS="A B"    further configuration, merged after the defconfig
#   STEPS=NAME         ends after this step: configure, sources, image (default), report
#
# The images lie in O/images. O/image.log has everything that was said.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
tag=2026.08-rc1
site=https://gitlab.com/buildroot.org/buildroot.git

# shellcheck source=board/qemu/lib.sh
. "$top/board/qemu/lib.sh"

output=${O:-$top/build/image}
mkdir -p "$output"
output=$(cd "$output" && pwd)
log=$output/image.log
times=$output/image-times.txt
for file in "$log" "$times"; do
	[ ! -s "$file" ] || mv "$file" "$file.old"
	: >"$file"
done
number=0

# step TITLE COMMAND...: runs it with its output in the log, and shows of that
# which package Buildroot is at.
step() {
	number=$((number + 1))
	title=$1
	shift
	printf '[%d/5] %s\n' "$number" "$title"
	printf '\n=== %s\n' "$title" >>"$log"
	began=$(date +%s)
	{ "$@" 2>&1 || echo "step failed: $?"; } </dev/null | tee -a "$log" | tee "$output/.last" |
		awk -v esc="$(printf '\033')" '
			{ gsub(esc "\\[[0-9;]*m", "") }
			/^>>> / { sub(/^>>> */, ""); line = "      " $0; if (line != last) print line; last = line; fflush() }'
	took=$(($(date +%s) - began))
	if failure=$(grep '^step failed: ' "$output/.last"); then
		tail -n 20 "$output/.last" >&2
		give_up 70 "$title: $failure; the whole log is in $log"
	fi
	printf '%-44s %8d s\n' "$title" "$took" | tee -a "$times"
}

clone() {
	command -v git >/dev/null || give_up 69 "git is missing; or give BUILDROOT=FOLDER"
	git clone --quiet --depth 1 --branch "$tag" "$site" "$1/buildroot"
}
if [ -n "${BUILDROOT-}" ]; then
	[ -r "$BUILDROOT/Config.in" ] || give_up 66 "BUILDROOT=$BUILDROOT is no Buildroot checkout"
	buildroot=$(cd "$BUILDROOT" && pwd)
else
	keep "buildroot-$tag" clone
	buildroot=$cache/buildroot-$tag/buildroot
fi
# The tools of a shell that a developer has set up are not those of the build.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL O BUILDROOT LD_LIBRARY_PATH

br() {
	make --no-print-directory -C "$buildroot" O="$output" "$@"
}

configure() {
	grep -qs 'config BR2_PACKAGE_OPENJDK_VERSION_25' "$buildroot/package/openjdk/Config.in" || {
		echo "This Buildroot, $(sed -n 's/^export BR2_VERSION := //p' "$buildroot/Makefile"), has no OpenJDK 25: $tag is the first with it"
		return 69
	}
	# The last word on an option is the later fragment's.
	cat "$top/configs/${DEFCONFIG:-maaxboard_entropy_defconfig}" >"$output/merged_defconfig"
	for fragment in ${FRAGMENTS-}; do
		[ -r "$fragment" ] || { echo "no fragment $fragment"; return 66; }
		echo "# from $fragment" >>"$output/merged_defconfig"
		cat "$fragment" >>"$output/merged_defconfig"
	done
	br BR2_EXTERNAL="$top" BR2_DEFCONFIG="$output/merged_defconfig" defconfig || return
	# What a fragment asked for took effect.
	for fragment in ${FRAGMENTS-}; do
		grep '^BR2_' "$fragment" | while IFS= read -r line; do
			grep -qxF "$line" "$output/.config" || echo "$fragment: \"$line\" did not take effect"
		done
	done >"$output/.lost"
	cat "$output/.lost"
	[ ! -s "$output/.lost" ] || return
	grep -q '^BR2_PACKAGE_MAAXBOARD_ENTROPY_CLASS_ARCHIVE=y' "$output/.config" || return 0
	command -v qemu-aarch64-static >/dev/null || command -v qemu-aarch64 >/dev/null || {
		echo "qemu-aarch64 is missing (Debian: qemu-user-static): the archive of classes is made with it"
		return 69
	}
}

report() {
	br legal-info || return
	br -s show-info >"$output/show-info.json" || return
	# The list of licence names is fetched once, to where downloads are kept.
	BR2_DL_DIR=$(br -s printvars VARS=DL_DIR | sed 's/^DL_DIR=//')
	export BR2_DL_DIR
	# It asks Buildroot for its version, which makes an output folder in the checkout unless it is given one.
	MAKEFLAGS="O=$output" "$buildroot/utils/generate-cyclonedx" --in-file "$output/show-info.json" \
		--out-file "$output/images/sbom.cdx.json"
}

# finish: what is left to say after the last step
finish() {
	rm -f "$output/.last" "$output/.lost"
	echo
	echo "steps"
	sed 's/^/  /' "$times"
	if [ -r "$output/build/build-time.log" ]; then
		echo "longest packages"
		awk -F: '
			$2 ~ /^start/ { start[$3 $4] = $1 }
			$2 ~ /^end/ { n[$4] += $1 - start[$3 $4] }
			END { for (p in n) printf "%8d s  %s\n", n[p], p }' "$output/build/build-time.log" |
			sort -rn | head -n 8
	fi
	if [ -r "$output/images/sizes.txt" ]; then
		echo
		cat "$output/images/sizes.txt"
		echo
		echo "by package"
		head -n 12 "$output/images/sizes-by-package.txt"
	fi
	echo
	echo "images: $output/images   log: $log"
}

step "configuration" configure
[ "${STEPS-}" != configure ] || exit 0
step "sources" br source
[ "${STEPS-}" != sources ] || exit 0
step "toolchain" br toolchain
step "packages and images" br all
step "legal information and SBOM" report
finish
