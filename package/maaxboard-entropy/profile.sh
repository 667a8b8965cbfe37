# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# At login: what this machine is, and how the region fares.
printf '\nmaaxboard-entropy: random bytes from a token for seL4\n'
/usr/bin/entropy region show 2>&1 | head -n 8
printf '\n"entropy status" tells more, "entropy doctor" walks the stack.\n\n'
