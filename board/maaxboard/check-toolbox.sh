#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# `make check-toolbox IMAGES=FOLDER`: boots the toolbox's image, and goes in it through
# what docs/tokens.md shows.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=board/qemu/lib.sh
. "$top/board/qemu/lib.sh"

[ -n "${IMAGES-}" ] || give_up 64 "usage: make check-toolbox IMAGES=FOLDER"
[ -r "$IMAGES/rootfs.cpio.gz" ] || give_up 66 "no rootfs.cpio.gz in $IMAGES"
IMAGES=$(cd "$IMAGES" && pwd)
export IMAGES
gzip -dc "$IMAGES/rootfs.cpio.gz" | cpio --quiet -t 2>/dev/null | grep -qx 'usr/bin/token' ||
	give_up 65 "$IMAGES: no usr/bin/token; this is not the image of maaxboard_entropy_toolbox_defconfig"

"$top/board/qemu/demo.sh" check
"$top/board/maaxboard/sizes.sh" "$IMAGES"
exec "$top/java-app/mvn.sh" --projects guest-tests --also-make verify \
	-Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
	-Dit.test=ToolboxCheck -Dfailsafe.failIfNoSpecifiedTests=false
