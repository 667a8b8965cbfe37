#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the quick guest's images (Image, rootfs.cpio.gz) in FOLDER: the wrapper, its
# configuration and its init scripts as the real image has them, on Debian 13's
# arm64 packages. What did not change is not made anew.
#
#   quick-guest.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=board/qemu/lib.sh
. "$here/lib.sh"
[ $# -eq 1 ] || give_up 64 "usage: quick-guest.sh FOLDER"
mkdir -p "$1"
images=$(cd "$1" && pwd)
top=$(cd "$here/../.." && pwd)
package=$top/package/maaxboard-entropy
modules=$top/build/modules
[ -d "$modules" ] || give_up 66 "no $modules; run 'make build' first"

debian=$("$here/debian13.sh" guest)
kernel=$("$here/kernel.sh")

inputs=$(key "$debian" "$kernel" "$(key_of_files "$here/quick-guest.sh" "$here"/quick-guest/* "$package/entropy" \
    "$package/keep-running" "$package"/S[0-9]* "$package"/*.conf "$package"/*.rules "$package/users" \
    "$package/profile.sh" "$package/class-archive.sh" "$package"/*.java "$package"/*-classes "$top/board/maaxboard/opensc.conf" "$modules"/*)")
if [ "$(cat "$images/made-of" 2>/dev/null)" = "$inputs" ] && [ -r "$images/rootfs.cpio.gz" ]; then
    exit 0
fi

root=$images/root
rm -rf "$root" "$images/made-of"
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib/maaxboard-entropy" "$root/usr/libexec/maaxboard-entropy" \
    "$root/etc/init.d" "$root/etc/profile.d" "$root/etc/udev/rules.d" "$root/usr/lib/udev/rules.d" \
    "$root/var" "$root/root" "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp"
chmod 1777 "$root/tmp"
chmod 0700 "$root/root"
for link in bin sbin lib; do
    ln -s usr/$link "$root/$link"
done
ln -s ../run "$root/var/run"
ln -s ../tmp "$root/var/log"

# The files of Debian's, each with the libraries it needs. Debian's own packages
# still hold some files in /lib and /bin.
libraries=usr/lib/aarch64-linux-gnu
take() { # take PATH: copies a file and, if it is a program or a library, what it is linked with
    [ ! -e "$root/$1" ] || return 0
    mkdir -p "$root/$(dirname "$1")"
    cp "$debian/$1" "$root/$1"
    for needed in $(aarch64-linux-gnu-readelf -d "$root/$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        for folder in "$libraries" "$libraries/systemd" usr/lib/maaxboard-entropy/lib; do
            if [ -e "$debian/$folder/$needed" ]; then
                take "$folder/$needed"
                break
            fi
        done
    done
}
# (libpcsclite is loaded by name while it runs.)
bundle=usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents
for file in usr/bin/busybox usr/bin/chrt usr/bin/udevadm usr/bin/pkcs11-tool usr/sbin/pcscd \
    "$libraries/opensc-pkcs11.so" "$libraries/libpcsclite.so.1" "$libraries/libpcsclite_real.so.1" \
    "$bundle/Linux/libccid.so" \
    usr/lib/udev/rules.d/50-udev-default.rules; do
    take "$file"
done
# (In Debian's bundle this is a link from the root folder, which here would be the host's.)
cp "$debian/etc/libccid_Info.plist" "$root/$bundle/Info.plist"
mkdir -p "$root/usr/lib/systemd"
ln -s ../../bin/udevadm "$root/usr/lib/systemd/systemd-udevd"
ln -s aarch64-linux-gnu/opensc-pkcs11.so "$root/usr/lib/opensc-pkcs11.so"
ln -s aarch64-linux-gnu/ld-linux-aarch64.so.1 "$root/usr/lib/ld-linux-aarch64.so.1"

# The wrapper on its runtime. An arm64 runtime is linked by a JDK of the same version.
jdk=$("$top/java-app/jdk.sh")
jmods=$debian/usr/lib/jvm/java-25-openjdk-arm64/jmods
rmdir "$root/usr/lib/maaxboard-entropy"
"$jdk/bin/jlink" --module-path "$jmods:$modules" --add-modules maaxboard.entropy --strip-java-debug-attributes \
    --no-header-files --no-man-pages --generate-jli-classes="@$package/jli-classes" --compress zip-9 \
    --exclude-files='**.debuginfo' --output "$root/usr/lib/maaxboard-entropy"
for file in bin/java lib/server/libjvm.so; do
    aarch64-linux-gnu-strip "$root/usr/lib/maaxboard-entropy/$file"
    for needed in $(aarch64-linux-gnu-readelf -d "$root/usr/lib/maaxboard-entropy/$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        [ ! -e "$debian/$libraries/$needed" ] || take "$libraries/$needed"
    done
done
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64)
"$package/class-archive.sh" "$root" "$jdk" "$emulator" -cpu cortex-a53 -L "$root"

# What the real image's package installs, from the same files.
install -m 0755 "$package/entropy" "$root/usr/bin/entropy"
install -m 0755 "$package/keep-running" "$root/usr/libexec/maaxboard-entropy/"
install -m 0755 "$package"/S[0-9]* "$root/etc/init.d/"
install -m 0644 "$package/maaxboard-entropy.conf" "$root/etc/"
install -m 0644 "$package"/*.rules "$root/etc/udev/rules.d/"
install -m 0644 "$package/profile.sh" "$root/etc/profile.d/maaxboard-entropy.sh"
mkdir -p "$root/etc/opensc"
install -m 0644 "$top/board/maaxboard/opensc.conf" "$root/etc/opensc.conf"
ln -s ../opensc.conf "$root/etc/opensc/opensc.conf"

# The frame that Buildroot gives the real image.
own=$here/quick-guest
install -m 0755 "$own/init" "$root/init"
install -m 0755 "$own"/S[0-9]* "$own/rcS" "$own/rcK" "$root/etc/init.d/"
install -m 0644 "$own/inittab" "$own/issue" "$own/profile" "$own/group" "$root/etc/"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
awk '!/^#/ && NF {
    id = 1000 + NR
    print $1 ":x:" id ":" id ":" $1 ":/:/bin/false" >> passwd
    print $3 ":x:" id ":" >> group
}' passwd="$root/etc/passwd" group="$root/etc/group" "$package/users"

(cd "$root" && find . -print0 | LC_ALL=C sort -z |
    cpio --null --create --format=newc --owner=0:0 --reproducible --quiet) | gzip -6 -n >"$images/rootfs.cpio.gz"
cp "$kernel/Image" "$images/Image"
rm -rf "$root"
echo "$inputs" >"$images/made-of"
