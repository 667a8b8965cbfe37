#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `make run`: a guest with a virtual token, its console on this terminal.
#
#   console.sh IMAGES
set -eu
here=$(cd "$(dirname "$0")" && pwd)
run=$(mktemp -d)
token=
# shellcheck disable=SC2317 # called by trap
clean() {
    [ -z "$token" ] || kill "$token" 2>/dev/null || true
    rm -rf "$run"
}
trap clean EXIT
trap 'exit 130' INT TERM
echo "Ctrl-A X ends the guest. Its region, from another terminal:"
echo "  build/host/bin/entropy region show --region $run/ram@0x4000000+0x10000,$run/ram@0x4010000+0x1000"
"$here/../../build/host/bin/virtual-token" usbredir --socket "$run/token0.sock" --control "$run/control.sock" \
    2>"$run/token.log" </dev/null &
token=$!
"$here/run.sh" "$1" "$run"
