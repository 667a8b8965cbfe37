#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# `make check-image IMAGES=FOLDER`: every test of a built image.
#
# FOLDER is Buildroot's images folder (O/images); BUILDROOT=FOLDER names the
# checkout it was built with, for the checks that are Buildroot's own.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/board/maaxboard
# shellcheck source=board/qemu/lib.sh
. "$top/board/qemu/lib.sh"

[ -n "${IMAGES-}" ] || give_up 64 "usage: make check-image IMAGES=FOLDER [BUILDROOT=FOLDER]"
[ -r "$IMAGES/rootfs.cpio.gz" ] || give_up 66 "no rootfs.cpio.gz in $IMAGES"
IMAGES=$(cd "$IMAGES" && pwd)
export IMAGES
output=$(dirname "$IMAGES")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== sizes"
"$here/sizes.sh" "$IMAGES"

echo "== kernel options"
# The kernel carries its configuration between these marks.
offset=$(grep -abo IKCFG_ST "$IMAGES/Image" | head -n 1 | cut -d : -f 1)
[ -n "$offset" ] || give_up 65 "the kernel carries no configuration"
tail -c +$((offset + 9)) "$IMAGES/Image" | gzip -dc 2>/dev/null >"$work/config" || true
"$here/linux-check.sh" "$here/linux.fragment" "$work/config"

echo "== layout"
jq -e '.ram.size > .memory_needed and .initrd.address + .initrd.size <= .initrd.limit' \
	"$IMAGES/guest-layout.json" >/dev/null || give_up 65 "guest-layout.json: does not fit"
[ "$(jq .initrd.size "$IMAGES/guest-layout.json")" -eq "$(wc -c <"$IMAGES/rootfs.cpio.gz")" ] ||
	give_up 65 "guest-layout.json is not of this initramfs"
fdtget -t x "$IMAGES/maaxboard-entropy.dtb" /chosen linux,initrd-start >/dev/null
echo "layout $(jq -r .layout "$IMAGES/guest-layout.json"): as guest-layout.json says"

echo "== licences and SBOM"
manifest=$output/legal-info/manifest.csv
[ -r "$manifest" ] || give_up 66 "no $manifest; make image makes it"
grep '^"maaxboard-entropy"' "$manifest" | grep -q BSD-2-Clause ||
	give_up 65 "$manifest: maaxboard-entropy has no known licence"
! grep -h -i '^"\(maaxboard-entropy\|maven\|host-maven\)",.*"unknown"' "$output"/legal-info/*manifest.csv ||
	give_up 65 "a package of this tree has an unknown licence"
jq -e '.bomFormat == "CycloneDX" and any(.components[]; .name == "maaxboard-entropy") and any(.components[]; .name == "opensc")' \
	"$IMAGES/sbom.cdx.json" >/dev/null || give_up 65 "sbom.cdx.json does not list what is in the image"
echo "$(jq '.components | length' "$IMAGES/sbom.cdx.json") components in the SBOM, licences known"

echo "== external tree"
if [ -n "${BUILDROOT-}" ]; then
	"$here/check-tree.sh" "$BUILDROOT"
else
	echo "BUILDROOT names no Buildroot: the external tree was not held against one"
fi

echo "== presets"
"$top/board/qemu/demo.sh" check
"$here/boot-presets.sh" "$IMAGES"

echo "== guest tests"
exec "$top/java-app/mvn.sh" --projects guest-tests --also-make verify \
	-Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
	-Dit.test='maaxboard.guest.*IT' -Dfailsafe.failIfNoSpecifiedTests=false
