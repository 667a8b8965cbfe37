#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# post-build.sh TARGET
#
# Run by Buildroot on the finished target folder: takes off what the guest does
# not use, then checks what is left. The first finding that matters ends the
# build, after all of them have been named.

set -eu

target=$1
findings=$(mktemp)
needed=$(mktemp)
trap 'rm -f "$findings" "$needed"' EXIT

finding() {
	echo "post-build: $*" | tee -a "$findings" >&2
}

readelf=$(echo "${HOST_DIR:-/nonexistent}"/bin/*-linux-*readelf | cut -d ' ' -f 1)
[ -x "$readelf" ] || readelf=readelf
programs() {
	find "$target" -xdev -type f \( -perm -0100 -o -name '*.so' -o -name '*.so.*' \)
}

# --- trimmed -----------------------------------------------------------------
# OpenSC: of its programs pkcs11-tool and opensc-tool stay, of its modules the
# one in use and the spy that the doctor's --spy loads.
for program in "$target"/usr/bin/*; do
	case ${program##*/} in
	cardos-tool | cryptoflex-tool | dnie-tool | dtrust-tool | egk-tool | eidenv | \
		gids-tool | goid-tool | iasecc-tool | netkey-tool | npa-tool | opensc-asn1 | \
		opensc-explorer | opensc-notify | openpgp-tool | piv-tool | pkcs11-register | \
		pkcs15-crypt | pkcs15-init | pkcs15-tool | sc-hsm-tool | westcos-tool)
		rm -f "$program"
		;;
	esac
done
rm -f "$target/usr/lib/onepin-opensc-pkcs11.so"
rm -f "$target"/usr/lib/pkcs11/*opensc-pkcs11.so "$target/usr/lib/pkcs11/pkcs11-spy.so"
[ ! -d "$target/usr/lib/pkcs11" ] || rmdir --ignore-fail-on-non-empty "$target/usr/lib/pkcs11"
rm -rf "$target/usr/share/opensc" "$target/etc/opensc.conf.example" \
	"$target/usr/share/applications" "$target/usr/share/bash-completion" \
	"$target/usr/share/polkit-1" "$target/usr/share/locale" "$target/usr/share/aclocal" \
	"$target/usr/share/pkgconfig" "$target/etc/xdg" "$target/etc/bash_completion.d"
rm -f "$target/etc/udev/hwdb.bin" "$target/usr/bin/pcsc-spy" "$target/usr/lib/libpcscspy.so"*
rm -rf "$target/etc/udev/hwdb.d" "$target/lib/udev/hwdb.d"

# Libraries of the toolchain that nothing is linked with (the virtual machine has its own C++ library).
programs | while IFS= read -r file; do "$readelf" -d "$file" 2>/dev/null || true; done >"$needed"
for library in libstdc++ libgomp libatomic; do
	grep -q "NEEDED.*\\[$library\\.so" "$needed" || rm -f "$target/lib/$library".so* "$target/usr/lib/$library".so*
done

# The service comes first: what it does not need to publish is started after it.
rm -f "$target/etc/init.d/S11modules"
install -m 0755 "$(dirname "$0")"/board/maaxboard/init.d/S* "$target/etc/init.d"
[ ! -e "$target/etc/init.d/S02klogd" ] || mv "$target/etc/init.d/S02klogd" "$target/etc/init.d/S80klogd"

# Each program that a boot starts takes time: none for settings that are not there,
# for swap, for links in /dev that udevd makes itself, or for a folder that nobody uses.
for settings in "$target/etc/sysctl.conf" "$target"/etc/sysctl.d/*.conf "$target"/usr/local/lib/sysctl.d/*.conf \
	"$target"/usr/lib/sysctl.d/*.conf "$target"/lib/sysctl.d/*.conf /dev/null; do
	[ ! -e "$settings" ] || break
done
[ "$settings" != /dev/null ] || rm -f "$target/etc/init.d/S02sysctl"
sed -i -e '/:\/sbin\/swapo/d' -e '/:\/bin\/ln -sf \/proc\/self\/fd/d' \
	-e '/:\/bin\/mkdir -p \/run\/lock\/subsys/d' "$target/etc/inittab"

# --- checked -----------------------------------------------------------------
# Scripts and programs can be started.
for file in "$target"/etc/init.d/S[0-9]* "$target/etc/init.d/rcS" \
	"$target/usr/libexec/maaxboard-entropy/keep-running" "$target/usr/bin/entropy" \
	"$target/usr/lib/maaxboard-entropy/bin/java" "$target/usr/sbin/pcscd" "$target/usr/bin/chrt"; do
	[ -x "$file" ] || finding "${file#"$target"} is missing or not executable"
done
for file in /etc/maaxboard-entropy.conf /etc/opensc.conf \
	/etc/udev/rules.d/70-maaxboard-entropy.rules /usr/lib/opensc-pkcs11.so; do
	[ -r "$target$file" ] || finding "$file is missing"
done

# One Java runtime, ours; no service but those known.
for file in "$target"/usr/lib/jvm "$target/usr/bin/java" "$target/usr/bin/keytool"; do
	if [ -e "$file" ] || [ -L "$file" ]; then
		finding "${file#"$target"} of Buildroot's JRE is left"
	fi
done
for file in "$target"/etc/init.d/S[0-9]*; do
	case ${file##*/} in
	S01syslogd | S02sysctl | S10udevd | S01seedrng | S20seedrng | S60pcscd | S70maaxboard-entropy | S80klogd | S90coldplug) ;;
	*) finding "${file#"$target"} starts a service that the guest does not know" ;;
	esac
done

# Every library that something on the target is linked with is there, in the
# folders that the loader searches or beside its user. This is what finds a
# program that misses one of the packages taken off.
programs | while IFS= read -r file; do
	"$readelf" -d "$file" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r library; do
		for folder in "$target/lib" "$target/usr/lib" "$(dirname "$file")" \
			"$target/usr/lib/maaxboard-entropy/lib" "$target/usr/lib/maaxboard-entropy/lib/client" \
			"$target/usr/lib/maaxboard-entropy/lib/server"; do
			[ ! -e "$folder/$library" ] || continue 2
		done
		finding "${file#"$target"} needs $library, which is not on the target"
	done
done

# The archive of classes is made here, if it is asked for: the root is an initramfs,
# every boot a first one.
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)
rm -f "$target"/usr/lib/maaxboard-entropy/lib/*/*.jsa
if grep -qs '^BR2_PACKAGE_MAAXBOARD_ENTROPY_CLASS_ARCHIVE=y' "$BR2_CONFIG"; then
	[ -n "$emulator" ] || finding "qemu-aarch64 is missing here: the archive of classes needs it"
	[ -s "$findings" ] ||
		"$(dirname "$0")/package/maaxboard-entropy/class-archive.sh" "$target" "$HOST_DIR/lib/jvm" \
			"$emulator" -cpu cortex-a53 -L "$target" || finding "no archive of classes"
fi

# The wrapper starts, where its instructions can be run.
if [ -n "$emulator" ]; then
	version=$("$emulator" -cpu cortex-a53 -L "$target" "$target/usr/lib/maaxboard-entropy/bin/java" \
		-XX:+UseSerialGC -XX:-UsePerfData --enable-native-access=maaxboard.entropy \
		-m maaxboard.entropy/maaxboard.entropy.cli.Main --version 2>&1) ||
		finding "the wrapper does not start under $emulator: $version"
	echo "post-build: under ${emulator##*/} the wrapper says: $version"
else
	echo "post-build: no qemu-aarch64 here, the wrapper was not started"
fi

[ ! -s "$findings" ]
