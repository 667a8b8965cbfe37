#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs qemu-system-aarch64, version 10 or later: older ones do not fault on an
# unaligned access to device memory, as the board does. The host's if it is new
# enough, else Debian 13's in the cache.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if command -v qemu-system-aarch64 >/dev/null; then
    version=$(qemu-system-aarch64 --version | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
    if [ "${version:-0}" -ge 10 ]; then
        exec qemu-system-aarch64 "$@"
    fi
fi
root=$("$here/debian13.sh" tools)
exec "$root/usr/bin/qemu-system-aarch64" "$@"
