#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# remove-packages.sh TARGET BUILD LIST...
#
# Removes from TARGET what Buildroot noted that a package installed there (one
# .files-list.txt each, "package,./path" a line), and the folders that are empty
# afterwards. What the list of any other package in BUILD names too stays. A list
# that does not exist belongs to a package that is not built.

set -eu

target=$1
build=$2
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for list in "$@"; do
	[ ! -r "$list" ] || realpath "$list"
done | sort >"$work/go"
find "$(realpath "$build")" -mindepth 2 -maxdepth 2 -name .files-list.txt | sort | comm -13 "$work/go" - >"$work/stay"

paths() {
	xargs -r cat <"$1" | sed 's/^[^,]*,//' | sort -u
}
paths "$work/stay" >"$work/stay.paths"
paths "$work/go" | comm -23 - "$work/stay.paths" >"$work/paths"

cd "$target"
tr '\n' '\0' <"$work/paths" | xargs -r -0 rm -f
# Deeper folders first.
sed 's|/[^/]*$||' "$work/paths" | sort -u -r | while IFS= read -r folder; do
	while [ "$folder" != . ] && rmdir "$folder" 2>/dev/null; do
		folder=${folder%/*}
	done
done
