#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# linux-check.sh FRAGMENT CONFIG
#
# Holds a kernel's .config against what was asked for: an option that Kconfig
# dropped (renamed, dependency missing, selected against our will) is an error.

set -eu

[ $# -eq 2 ] || { echo "usage: $0 FRAGMENT CONFIG" >&2; exit 64; }
for file in "$1" "$2"; do
	[ -r "$file" ] || { echo "$0: cannot read $file" >&2; exit 66; }
done

awk -v fragment="$1" -v config="$2" '
	function name(line) {
		sub(/^# /, "", line)
		sub(/[= ].*/, "", line)
		return line
	}
	!/^CONFIG_/ && !/^# CONFIG_[A-Za-z0-9_]* is not set$/ { next }
	FILENAME == fragment { asked[name($0)] = $0; order[++n] = name($0); next }
	{ found[name($0)] = $0 }
	END {
		for (i = 1; i <= n; i++) {
			option = order[i]
			got = (option in found) ? found[option] : "# " option " is not set"
			if (got == asked[option])
				continue
			printf "%s: asked for \"%s\", got \"%s\"%s\n", config, asked[option], got, \
				(option in found) ? "" : " (its dependencies are missing)"
			lost++
		}
		if (n == 0) {
			print fragment ": no option in it"
			exit 1
		}
		if (lost)
			exit 1
		printf "%d kernel options as asked for\n", n
	}' "$1" "$2" || exit 65
