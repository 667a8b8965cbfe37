#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# remove-packages.sh TARGET LIST...
#
# Removes from TARGET what Buildroot noted that a package installed there (one
# .files-list.txt each, "package,./path" a line), and the folders that are empty
# afterwards. A list that does not exist belongs to a package that is not built.

set -eu

target=$1
shift

for list in "$@"; do
	[ -r "$list" ] || continue
	sed 's/^[^,]*,//' "$list" | while IFS= read -r path; do
		rm -f "$target/$path"
		folder=$(dirname "$path")
		while [ "$folder" != . ] && [ "$folder" != / ]; do
			rmdir "$target/$folder" 2>/dev/null || break
			folder=$(dirname "$folder")
		done
	done
done
