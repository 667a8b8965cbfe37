#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sizes.sh IMAGES [TARGET]
#
# The table of sizes against their limits, on standard output and in
# IMAGES/sizes.txt; with Buildroot's target folder also what each package takes.
# Exits 65 if a limit is exceeded. The toolbox's image has none.

set -eu

images=$1
target=${2-}

runtime=usr/lib/maaxboard-entropy
list=$(mktemp)
trap 'rm -f "$list"' EXIT
gzip -dc "$images/rootfs.cpio.gz" | cpio --quiet -tv >"$list"

# The 5th column of cpio's listing is the size, the 9th the name. A file with
# several names has its bytes at the last of them.
sum() {
	awk -v prefix="$1" '$1 ~ /^-/ && index($9, prefix) == 1 { n += $5 } END { printf "%.0f", n }' "$list"
}
archives=$(awk -v prefix="$runtime/" '
	$1 ~ /^-/ && index($9, prefix) == 1 && $9 ~ /\.(jsa|aot)$/ { n += $5 } END { printf "%.0f", n }' "$list")
limit=28
[ "$archives" -eq 0 ] || limit=40
compressed=30
unpacked=80
if awk '$9 == "usr/bin/token" { found = 1 } END { exit !found }' "$list"; then
	limit=0
	compressed=0
	unpacked=0
fi

{
	printf '%-44s %12s %12s\n' "size" "bytes" "limit"
	for line in \
		"Image $(wc -c <"$images/Image") 0" \
		"rootfs.cpio.gz $(wc -c <"$images/rootfs.cpio.gz") $compressed" \
		"unpacked-root $(sum '') $unpacked" \
		"Java-runtime $(sum "$runtime/") $limit" \
		"of-it-libjvm.so $(awk '$9 ~ /libjvm\.so$/ { n += $5 } END { printf "%.0f", n }' "$list") 0" \
		"of-it-modules $(sum "$runtime/lib/modules") 0" \
		"of-it-CDS/AOT-archives $archives 0"; do
		# shellcheck disable=SC2086 # three words
		set -- $line
		if [ "$3" -eq 0 ]; then
			printf '%-44s %12d %12s\n' "$1" "$2" -
		else
			printf '%-44s %12d %12d%s\n' "$1" "$2" $(($3 * 1000000)) \
				"$([ "$2" -le $(($3 * 1000000)) ] || echo '  TOO LARGE')"
		fi
	done
} | tee "$images/sizes.txt"

if [ -n "$target" ] && [ -r "${BUILD_DIR-/nonexistent}/packages-file-list.txt" ]; then
	# Files of the finished target by the package that brought them; the archive of
	# classes is made when the target is finished.
	(cd "$target" && find . -type f -printf '%s %p\n') |
		awk -v owners="$BUILD_DIR/packages-file-list.txt" '
			FILENAME == owners { at = index($0, ","); owner[substr($0, at + 1)] = substr($0, 1, at - 1); next }
			{ at = index($0, " "); path = substr($0, at + 1); who = (path in owner) ? owner[path] : "(other)"
				if (who == "(other)" && index(path, "./usr/lib/maaxboard-entropy/") == 1) who = "maaxboard-entropy"
				n[who] += $1 }
			END { for (who in n) printf "%-44s %12d\n", who, n[who] }' "$BUILD_DIR/packages-file-list.txt" - |
		sort -k 2 -n -r >"$images/sizes-by-package.txt"
fi

! grep -q 'TOO LARGE' "$images/sizes.txt" || {
	echo "sizes: a limit is exceeded" >&2
	exit 65
}
