#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# post-fakeroot.sh TARGET
#
# Run by Buildroot when owners and modes of the root are as they will be in the
# image: nobody but root needs busybox with root's rights, and nothing else may
# have rights that are not on the list.

set -eu

target=$1
allowed=" "

chmod 0755 "$target/bin/busybox"
# The toolbox's helpers that users would need: its only user is root.
for file in sbin/unix_chkpwd usr/sbin/unix_chkpwd usr/libexec/ssh-keysign; do
	[ ! -e "$target/$file" ] || chmod u-s "$target/$file"
done
# Folders that Buildroot's device and user tables make for what is not here.
rm -rf "$target/etc/network" "$target/var/www" "$target/var/spool/lpd"

found=$(
	find "$target" -xdev -type f \( -perm -4000 -o -perm -2000 \) | while IFS= read -r file; do
		case $allowed in
		*" ${file#"$target"} "*) ;;
		*) echo "post-fakeroot: ${file#"$target"} is setuid or setgid" ;;
		esac
	done
	find "$target" -xdev ! -type l ! -type c -perm -0002 ! \( -type d -perm -1000 \) | while IFS= read -r file; do
		echo "post-fakeroot: ${file#"$target"} is world-writable"
	done
	for file in /etc/maaxboard-entropy.conf /usr/bin/entropy /etc/init.d/S60pcscd; do
		[ "$(stat -c %u "$target$file")" = 0 ] || echo "post-fakeroot: $file is not root's"
	done
)
[ -z "$found" ] || {
	echo "$found" >&2
	exit 1
}
