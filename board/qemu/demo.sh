#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# From a fresh clone to random bytes in shared memory: prepares what is missing,
# then does what the word says.
#
#   demo.sh check      nothing more; what tests need is made sure of, too
#   demo.sh demo       boots a guest with a virtual token, shows what arrives on the host
#   demo.sh bench      measures the subjects in SUBJECTS, or all, and writes docs/performance.md
#   demo.sh run        the same guest with its console on this terminal; CARD: card.sh
#
# IMAGES=FOLDER boots those images instead of the quick guest's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=board/qemu/lib.sh
. "$here/lib.sh"
# shellcheck source=board/qemu/progress.sh
. "$here/progress.sh"
# shellcheck source=board/qemu/card.sh
. "$here/card.sh"

if [ "${1-}" = run ]; then
    card_check
elif [ -n "${CARD-}" ]; then
    give_up 64 "CARD is for 'make run'"
fi
for image in Image rootfs.cpio.gz; do
    [ -z "${IMAGES-}" ] || [ -r "$IMAGES/$image" ] || give_up 66 "no $image in $IMAGES"
done

case ${1-} in
demo|run) "$here/prerequisites.sh" demo ;;
check|bench) "$here/prerequisites.sh" check ;;
*) give_up 64 "usage: demo.sh check|demo|run|bench" ;;
esac
if [ -n "${IMAGES-}" ]; then
    images=$(cd "$IMAGES" && pwd)
    progress_of 2 "$top/build/log"
else
    images=$top/build/quick-guest
    progress_of 5 "$top/build/log"
fi
step 20 "JDK 25 and QEMU 10" "$here/tools.sh"
step 40 "Java modules" "$top/java-app/build.sh"
if [ -z "${IMAGES-}" ]; then
    step 25 "Debian 13 packages for the guest" "$here/debian13.sh" guest
    step 260 "Linux kernel for the guest" "$here/kernel.sh"
    step 20 "Quick guest's images" "$here/quick-guest.sh" "$images"
fi
progress_end

case $1 in
demo) IMAGES=$images exec "$top/build/host/bin/demo" ;;
bench)
    # shellcheck disable=SC2086
    IMAGES=${IMAGES-} exec "$top/build/host/bin/bench" ${SUBJECTS-}
    ;;
run) exec "$here/console.sh" "$images" ;;
esac
