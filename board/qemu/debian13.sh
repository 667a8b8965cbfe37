#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints the folder of a set of Debian 13 files, fetched once into the cache.
# Nothing of it is installed in the host and no foreign code is run.
#
#   debian13.sh tools     QEMU 10 and JDK 25 for this host, runnable where they are
#   debian13.sh guest     the quick guest's arm64 packages, and the arm64 JDK's jmods
#   debian13.sh linux     the package linux-source-6.12, as a .deb file
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=board/qemu/lib.sh
. "$here/lib.sh"

# fetch ARCHITECTURE PACKAGES HOOK FOLDER
fetch() {
    mmdebstrap --quiet --variant=extract --architectures="$1" --include="$2" --extract-hook="$3" trixie - |
        tar -x --no-same-owner --exclude='./dev/*' --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
            --exclude='./usr/share/locale/*' -C "$4"
}

# The binaries of the root use the root's own C library, whatever the host's is:
# its loader and its libraries are written into them.
make_tools() {
    fetch "$arch" "$packages" true "$1"
    libraries=$(echo "$1"/usr/lib/*-linux-gnu)
    final=${libraries#"$1"}
    jdk=$(echo "$1"/usr/lib/jvm/java-25-openjdk-*)
    loader=$(cd "$libraries" && echo ld-linux*.so.*)
    # A JVM loads the host's PKCS#11 modules too, and these want the host's libraries: of
    # the root's it finds only the C library's parts and what it is linked with itself.
    mkdir "$libraries/jdk"
    for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libutil.so.1 libanl.so.1 \
        libgcc_s.so.1 libstdc++.so.6 libz.so.1; do
        ln -s "../$library" "$libraries/jdk/$library"
    done
    for program in "$1/usr/bin/qemu-system-aarch64" "$jdk"/bin/* "$jdk/lib/jspawnhelper"; do
        case $program in
        "$jdk"/*) where=$final/jdk ;;
        *) where=$final ;;
        esac
        # shellcheck disable=SC2016
        patchelf --set-interpreter "$cache/$name$final/$loader" --force-rpath \
            --set-rpath '$ORIGIN:$ORIGIN/../lib:'"$cache/$name$where" "$program"
    done
    # With this QEMU takes its modules and firmware from the root, never the host's.
    ln -s ../.. "$1/usr/bin/qemu-bundle"
    # Debian keeps a JDK's settings in /etc: point into the root's. The host's own
    # certificates stay what they are.
    find "$jdk" -type l -lname '/*' | while read -r link; do
        target=$(readlink "$link")
        [ ! -e "$1$target" ] || ln -sfn "$cache/$name$target" "$link"
    done
    rm -rf "$jdk/jmods"
}

make_guest() {
    fetch "$arch" "$packages" true "$1"
    jdk=$(echo "$1"/usr/lib/jvm/java-25-openjdk-*)
    rm -rf "${jdk:?}/lib" "${jdk:?}/bin"
}

make_linux() {
    # shellcheck disable=SC2016
    fetch "$arch" "$packages" 'cd "$1" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q download linux-source-6.12' "$1"
    find "$1" -mindepth 1 -maxdepth 1 ! -name '*.deb' -exec rm -rf {} +
}

# The recipe's number goes up when what a make_ function does changes.
recipe=1
case ${1-} in
tools) recipe=2 arch=$(dpkg --print-architecture) packages=qemu-system-arm,openjdk-25-jdk-headless ;;
guest) arch=arm64 packages=busybox,libccid,opensc,opensc-pkcs11,openjdk-25-jdk-headless,pcscd,udev ;;
linux) arch=arm64 packages=base-files ;;
*) give_up 64 "usage: debian13.sh tools|guest|linux" ;;
esac
name=debian-13-$1-$(key "$arch" "$packages" "recipe-$recipe")
keep "$name" "make_$1" >&2
echo "$cache/$name"
