#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boots a folder of images (Image, rootfs.cpio.gz) in QEMU, the console on this
# terminal (Ctrl-A X ends it).
#
#   run.sh IMAGES FOLDER [QEMU OPTION...]
#
# Everything of the run is kept in FOLDER: the RAM file `ram`, the device tree, and
# the sockets token0.sock and token1.sock (a virtual token plugs in there) and
# qmp.sock. The entropy region on the host's side is
#   --region FOLDER/ram@0x2000000+0x10000,FOLDER/ram@0x2010000+0x1000
# MEMORY (in MiB, 256) sizes the guest's RAM. CARD puts other cards into it: card.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=board/qemu/lib.sh
. "$here/lib.sh"
# shellcheck source=board/qemu/card.sh
. "$here/card.sh"

[ $# -ge 2 ] || give_up 64 "usage: run.sh IMAGES FOLDER [QEMU OPTION...]"
images=$1 run=$2
shift 2
for image in Image rootfs.cpio.gz; do
    [ -r "$images/$image" ] || give_up 66 "no $image in $images"
done
card_check
mkdir -p "$run"
rm -f "$run/ram" "$run"/*.sock

machine=virt,memory-backend=ram,gic-version=2
memory=${MEMORY:-256}
# A root in tmpfs may take half of the memory, of which it would be more here; ramfs knows no limit.
root=
[ "$memory" -ge 160 ] || root=rootfstype=ramfs
# The sockets' names are short ones relative to FOLDER: a socket's path ends at 107 bytes.
images=$(cd "$images" && pwd)
cd "$run"

# shellcheck disable=SC2054
set -- -machine "$machine" -cpu cortex-a53 -m "$memory" -nic none \
    -object "memory-backend-file,id=ram,size=${memory}M,mem-path=ram,share=on" \
    -kernel "$images/Image" -initrd "$images/rootfs.cpio.gz" \
    -append "console=ttyAMA0 uio_pdrv_genirq.of_id=generic-uio panic=-1 $root ${APPEND-}" -no-reboot \
    -device qemu-xhci,id=xhci \
    -qmp unix:qmp.sock,server=on,wait=off -nographic -serial mon:stdio "$@"
for card in $cards; do
    if [ "$card" = certificates ] && [ ! -e certificates ]; then
        card_certificates certificates || give_up 70 "certutil makes no certificates"
    fi
    # shellcheck disable=SC2046 # one option a line, none with blanks
    set -- "$@" $(card_options "$card")
done

"$here/qemu.sh" "$@" -machine "$machine,dumpdtb=virt.dtb" >/dev/null 2>dumpdtb.log </dev/null ||
    { cat dumpdtb.log >&2; give_up 70 "QEMU did not give its device tree"; }
dtc -q -@ -I dts -O dtb -o entropy.dtbo "$here/entropy.dtso"
fdtoverlay -i virt.dtb -o guest.dtb entropy.dtbo
exec "$here/qemu.sh" "$@" -dtb guest.dtb
