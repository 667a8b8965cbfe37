# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Read by the scripts beside it, after lib.sh: which cards the guest finds in its USB.
# CARD in the environment names one, or several separated by commas:
#
#   usb            a virtual token as a USB device (the default)
#   passthru       a virtual token in QEMU's own card reader, over VSC
#   certificates   QEMU's own card with certificates of a database that certutil makes
#   host           the card in a reader of this host's pcscd, relayed over VSC (READER: part
#                  of the reader's name)
#   host:VID:PID   this host's own USB device of these numbers

# card_check: sets $cards to the words of CARD, or gives up
card_check() {
    cards=$(echo "${CARD:-usb}" | tr , ' ')
    for card in $cards; do
        case $card in
        usb|passthru|host) ;;
        certificates)
            command -v certutil >/dev/null || give_up 69 "no certutil on this host: apt-get install libnss3-tools"
            ;;
        host:[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]:[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F])
            card_on_usb "${card#host:}"
            ;;
        host:*) give_up 64 "CARD=host:VID:PID has two numbers of four hex digits, not ${card#host:}" ;;
        *) give_up 64 "CARD is usb, passthru, certificates, host or host:VID:PID, or several of them with commas, not $card" ;;
        esac
    done
}

# card_on_usb VID:PID: gives up if this host has no such device, or it may not be used
card_on_usb() {
    wanted=$(echo "$1" | tr A-F a-f)
    for device in /sys/bus/usb/devices/*; do
        if [ "$(cat "$device/idVendor" 2>/dev/null):$(cat "$device/idProduct" 2>/dev/null)" = "$wanted" ]; then
            node=$(printf '/dev/bus/usb/%03d/%03d' "$(cat "$device/busnum")" "$(cat "$device/devnum")")
            [ -w "$node" ] || give_up 69 "no permission to use $node, the USB device $wanted: be root, or own it"
            return 0
        fi
    done
    give_up 69 "no USB device $wanted on this host; 'lsusb' tells which there are"
}

# card_options CARD: QEMU's options for one card, one a line. The names of files are
# relative to the run's folder, where QEMU runs.
card_options() {
    case $1 in
    usb)
        for n in 0 1; do
            printf '%s\n' -chardev "socket,id=token$n,path=token$n.sock,server=on,wait=off" \
                -device "usb-redir,chardev=token$n,bus=xhci.0,port=$((n + 1))"
        done
        ;;
    passthru|host)
        printf '%s\n' -device "usb-ccid,id=$1-reader,bus=xhci.0" \
            -chardev "socket,id=$1,path=$1.sock,server=on,wait=off" \
            -device "ccid-card-passthru,chardev=$1,bus=$1-reader.0"
        ;;
    certificates)
        printf '%s\n' -device "usb-ccid,id=$1-reader,bus=xhci.0" \
            -device "ccid-card-emulated,backend=certificates,db=sql:certificates,cert1=identity,cert2=signing,cert3=encryption,bus=$1-reader.0"
        ;;
    host:*)
        numbers=${1#host:}
        printf '%s\n' -device "usb-host,vendorid=0x${numbers%:*},productid=0x${numbers#*:},bus=xhci.0"
        ;;
    esac
}

# card_certificates FOLDER: a new database with a self-signed authority and the three
# certificates of QEMU's card; what certutil says when it fails goes to stderr.
card_certificates() {
    mkdir "$1"
    head -c 64 /dev/urandom >"$1/noise"
    {
        certutil -N -d "sql:$1" --empty-password &&
            certutil -S -d "sql:$1" -z "$1/noise" -n authority -s "CN=Authority of a test" -x -t CT,CT,CT &&
            for certificate in identity signing encryption; do
                certutil -S -d "sql:$1" -z "$1/noise" -n "$certificate" -s "CN=Test $certificate" -c authority -t ,, \
                    -m "$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')" || return 1
            done
    } >"$1/log" 2>&1 || { cat "$1/log" >&2; return 1; }
}
