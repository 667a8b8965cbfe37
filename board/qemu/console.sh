#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `make run`: a guest with a card, its console on this terminal. CARD says which card: card.sh.
#
#   console.sh IMAGES [FOLDER]
#
# What belongs to the run lies in FOLDER, or else in one that goes with it: run.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=board/qemu/lib.sh
. "$here/lib.sh"
# shellcheck source=board/qemu/card.sh
. "$here/card.sh"
[ $# -ge 1 ] || give_up 64 "usage: console.sh IMAGES [FOLDER]"
card_check
virtual_token=$here/../../build/host/bin/virtual-token

temporary=
running=
# shellcheck disable=SC2317 # called by trap
clean() {
    # shellcheck disable=SC2086 # several numbers
    [ -z "$running" ] || kill $running 2>/dev/null || true
    [ -z "$temporary" ] || rm -rf "$temporary"
}
trap clean EXIT
trap 'exit 130' INT TERM

case " $cards " in
*" host "*)
    # Its own line tells why there is none.
    host_card=$("$virtual_token" readers ${READER:+--reader "$READER"}) || exit
    ;;
esac
if [ $# -ge 2 ]; then
    mkdir -p "$2"
    run=$(cd "$2" && pwd)
else
    run=$(mktemp -d)
    temporary=$run
fi

# plug NAME COMMAND OPTION...: a virtual token in the background
plug() {
    name=$1
    shift
    "$virtual_token" "$@" 2>"$run/$name.log" </dev/null &
    running="$running $!"
}

echo "Ctrl-A X ends the guest. Its region, from another terminal:"
echo "  build/host/bin/entropy region show --region $run/ram@0x2000000+0x10000,$run/ram@0x2010000+0x1000"
for card in $cards; do
    case $card in
    usb)
        echo "A virtual token in its USB port listens to commands on $run/control.sock ('virtual-token --help')"
        plug token usbredir --socket "$run/token0.sock" --control "$run/control.sock"
        ;;
    passthru)
        echo "A virtual token in QEMU's card reader (T=0) listens to commands on $run/passthru.control"
        plug passthru vsc --socket "$run/passthru.sock" --control "$run/passthru.control" --hashes "$run/passthru.hashes"
        ;;
    certificates)
        rm -rf "$run/certificates"
        card_certificates "$run/certificates" || give_up 70 "certutil makes no certificates"
        echo "QEMU's own card in QEMU's card reader, with these certificates:"
        certutil -L -d "sql:$run/certificates" | sed -n 's/^\([a-z][^ ]*\)  .*/  \1/p'
        echo "OpenSC knows no random generator on this card: the service takes nothing from it."
        ;;
    host)
        echo "This host's card, relayed into QEMU's card reader (T=0): $host_card"
        plug host relay --socket "$run/host.sock" ${READER:+--reader "$READER"}
        ;;
    host:*)
        echo "This host's USB device ${card#host:} belongs to the guest until it ends."
        ;;
    esac
done
# In the background, so that a signal is heard while it runs; there a shell takes the terminal away.
exec 3<&0
"$here/run.sh" "$1" "$run" <&3 3<&- &
guest=$!
running="$running $guest"
wait "$guest"
