#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# post-image.sh IMAGES
#
# Run by Buildroot on the finished images: holds the kernel's configuration
# against what was asked for, works out the memory layout and tells the sizes.

set -eu

images=$1
here=$(cd "$(dirname "$0")" && pwd)

kernel_config=$(find "$BUILD_DIR" -maxdepth 2 -path '*/linux-[0-9c]*/.config' ! -path '*/linux-headers*' | head -n 1)
"$here/linux-check.sh" "$here/linux.fragment" "$kernel_config"
"$here/layout.sh" "$BR2_CONFIG" "$images/Image" "$images/rootfs.cpio.gz" \
	"$images/maaxboard-entropy.dtb" "$images"
"$here/sizes.sh" "$images" "$TARGET_DIR"
