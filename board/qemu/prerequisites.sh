#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Installs the Debian packages that are needed and missing: as root or through sudo.
# Otherwise it prints the one line to run and exits with 69. Debian 12 and 13 are
# known to work.
#
#   prerequisites.sh demo    to build, and to boot a guest
#   prerequisites.sh check   the same and what only tests need
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=board/qemu/lib.sh
. "$here/lib.sh"

# To build: Maven's fetcher, the compilers, what a kernel's build runs.
packages='ca-certificates maven make gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    bc bison flex libssl-dev xz-utils cpio'
# To make the quick guest and boot it.
packages="$packages mmdebstrap debian-archive-keyring patchelf device-tree-compiler uidmap
    qemu-user-static"

case ${1-} in
demo) ;;
check)
    # Real PKCS#11 modules, a real pcscd, its virtual reader, the standard's header,
    # a second C compiler with its sanitizers, GnuPG as another user of the card,
    # users of keys in tokens and tokens without hardware, a browser that looks at a report, a reader of JSON, of manual pages
    # and of shell scripts, certificates for QEMU's card, GNU time for the bench.
    packages="$packages time softhsm2 opensc opensc-pkcs11 pcscd vsmartcard-vpcd libp11-kit-dev pkg-config
        clang libclang-rt-dev gnupg scdaemon openssl curl chromium fonts-dejavu-core procps jq groff-base p11-kit-modules shellcheck git file
        python3-magic python3-flake8 libnss3-tools p11-kit gnutls-bin libengine-pkcs11-openssl openssh-client socat strace libpam-p11 pamtester
        swtpm libtpm2-pkcs11-1 libtss2-tcti-swtpm0 opencryptoki"
    ;;
*) give_up 64 "usage: prerequisites.sh demo|check" ;;
esac

command -v dpkg-query >/dev/null || give_up 69 "this is no Debian system; its packages are: $packages"
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "${VERSION_ID:-13}")
if [ "${release%%.*}" -ge 13 ]; then
    # Debian 12's are too old: there Debian 13's are fetched into the cache.
    packages="$packages openjdk-25-jdk-headless qemu-system-arm"
fi

missing=
for package in $packages; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
    installed) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo=sudo
else
    echo "Missing packages. As root:" >&2
    echo "apt-get update && $install" >&2
    exit 69
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
{
    $sudo apt-get -q update
    $sudo $install
} || give_up 69 "packages are missing: $install"
