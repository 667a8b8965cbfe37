#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# preset.sh PRESET
#
# The settings that Kconfig gives for a layout (SEL4DEVKIT, LIBVMM, HIGH_INITRD,
# USB, QEMU_SEL4 or CUSTOM), worked out from the defaults in Config.in: what stands in
# Buildroot's .config, without Buildroot.

set -eu

awk -v chosen="BR2_MAAXBOARD_LAYOUT_$1" '
	$1 == "config" { name = $2; done = 0; known = known || name == chosen }
	$1 == "default" && name ~ /^BR2_MAAXBOARD_/ && name !~ /LAYOUT|DOORBELL$/ && !done {
		if (NF == 2 || $4 == chosen) { print name "=" $2; done = 1 }
	}
	END { if (!known) exit 64; print chosen "=y" }' "$(dirname "$0")/Config.in"
