#!/bin/bash
# Makes the image that the rig boots and prints its directory: kernel, initrd.img, disk.ext4 and the tree the disk was made of.
# Debian's packages alone, nothing mounted or installed on the host. Kept in a cache by the hash of what it is made from.
#
#   image.sh [SUITE]        bookworm (systemd 252, Linux 6.1; the default) or trixie (systemd 257, Linux 6.12)
#
# BULKHEAD_RIG     where images are kept (~/.cache/bulkhead/rig)
# BULKHEAD_MIRROR  where packages come from (what the host's apt uses)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
suite=${1:-bookworm}
cache=${BULKHEAD_RIG:-${XDG_CACHE_HOME:-$HOME/.cache}/bulkhead/rig}
image=$cache/$suite-$(cat "$here/image.sh" "$here"/guest/* | sha256sum | cut -c1-12)
[ -e "$image/done" ] && { echo "$image"; exit; }

missing=()
for pair in mmdebstrap:mmdebstrap mke2fs:e2fsprogs xz:xz-utils zstd:zstd; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ ${#missing[@]} -eq 0 ] || { echo "image.sh: apt-get install -y --no-install-recommends ${missing[*]}" >&2; exit 1; }

rm -rf "$image"; mkdir -p "$image"
tree=$image/tree
lap() { printf 'image: %3d s  %s\n' "$SECONDS" "$1" >&2; }

# What the guest runs: systemd and what its scenarios look with, a JRE, and the servers that tests contain.
packages=apt,systemd,systemd-sysv,dbus,util-linux,procps,iproute2,kmod,curl,binutils,default-jre-headless,nginx-light,redis-server,init-system-helpers
mmdebstrap --mode=root --variant=essential --include="$packages" \
    --setup-hook='mkdir -p "$1/usr/share/man/man1" "$1/usr/sbin"; printf "#!/bin/sh\nexit 101\n" > "$1/usr/sbin/policy-rc.d"; chmod +x "$1/usr/sbin/policy-rc.d"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --aptopt='APT::Install-Recommends "false"' --skip=cleanup/apt \
    --customize-hook='export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"; kernel=$(apt-cache depends linux-image-amd64 | sed -n "s/.*Depends: \(linux-image-[^ ]*\).*/\1/p" | head -1); mkdir "$1/pk"; cd "$1/pk" && apt-get -qq download "$kernel" busybox-static' \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1/usr/sbin/policy-rc.d"' \
    "$suite" "$tree" ${BULKHEAD_MIRROR:-} > "$image/mmdebstrap.log" 2>&1 || { tail -20 "$image/mmdebstrap.log" >&2; exit 1; }
lap "tree"

mv "$tree/pk" "$image/pk"
mkdir "$image/kernel-package" "$image/busybox"
dpkg-deb -x "$image"/pk/linux-image-*.deb "$image/kernel-package"
dpkg-deb -x "$image"/pk/busybox-static*.deb "$image/busybox"
[ -d "$image/kernel-package/usr/lib/modules" ] && modules=$image/kernel-package/usr/lib/modules || modules=$image/kernel-package/lib/modules
version=$(ls "$modules")
mkdir -p "$tree/usr/lib/modules/$version"
# What a virtual machine can use; the other hundred megabytes are drivers.
(cd "$modules/$version" && for part in fs/9p fs/netfs fs/fscache fs/overlayfs fs/ext4 fs/jbd2 fs/mbcache.ko fs/mbcache.ko.xz \
        net/9p net/bridge net/802 net/llc net/ipv4 net/ipv6 net/netfilter net/sched drivers/virtio drivers/block \
        drivers/char/virtio_console.ko drivers/char/virtio_console.ko.xz drivers/char/hw_random drivers/net/veth.ko drivers/net/veth.ko.xz \
        drivers/net/dummy.ko drivers/net/dummy.ko.xz lib crypto arch/x86/crypto; do
    [ ! -e "kernel/$part" ] || cp -a --parents "kernel/$part" "$tree/usr/lib/modules/$version/"
done; cp modules.order modules.builtin modules.builtin.modinfo "$tree/usr/lib/modules/$version/")
chroot "$tree" depmod "$version"

# Uncompressed, for QEMU enters such a kernel directly (PVH): a guest that decompresses itself takes two seconds more.
compressed=$image/kernel-package/boot/vmlinuz-$version
offset() { LC_ALL=C grep -abo -P -m1 "$1" "$compressed" | head -1 | cut -d: -f1; }
if at=$(offset '\xfd7zXZ\x00') && [ -n "$at" ]; then
    tail -c "+$((at + 1))" "$compressed" | xz -dc --single-stream > "$image/kernel" 2>/dev/null || true
elif at=$(offset '\x28\xb5\x2f\xfd') && [ -n "$at" ]; then
    tail -c "+$((at + 1))" "$compressed" | zstd -dcq > "$image/kernel" 2>/dev/null || true
fi
[ "$(head -c 4 "$image/kernel" 2>/dev/null | tail -c 3)" = ELF ] || cp "$compressed" "$image/kernel"
lap "kernel $version"

# The initramfs: busybox, and the modules on the way to the disk and the shares.
initramfs=$image/initramfs
mkdir -p "$initramfs"/{bin,proc,sys,dev,root,modules}
cp "$(find "$image/busybox" -name busybox -type f)" "$initramfs/bin/busybox"
for module in virtio_pci virtio_blk ext4 9pnet_virtio 9p virtio_console overlay; do
    chroot "$tree" modprobe -S "$version" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' | while read -r file; do
    name=$(basename "$file" .xz)
    case $file in *.xz) xz -dc "$tree$file" > "$initramfs/modules/$name" ;; *) cp "$tree$file" "$initramfs/modules/$name" ;; esac
    echo "$name" >> "$initramfs/modules/order"
done
cp "$here/guest/initramfs" "$initramfs/init"; chmod 755 "$initramfs/init"
(cd "$initramfs" && find . | ./bin/busybox cpio -o -H newc 2>/dev/null | gzip -1) > "$image/initrd.img"

# The guest's own habits: no device it waits for, no timer, no console.
install -m 755 "$here/guest/rig-run" "$here/guest/rig-init" "$tree/usr/local/sbin/"
install -m 644 "$here/guest/lib.sh" "$tree/usr/local/lib/rig.sh"
install -m 644 "$here/guest/rig.service" "$here/guest/rig.target" "$tree/etc/systemd/system/"
printf 'rig\n' > "$tree/etc/hostname"; printf '127.0.0.1 localhost rig\n' > "$tree/etc/hosts"; : > "$tree/etc/fstab"
printf '0123456789abcdef0123456789abcdef\n' > "$tree/etc/machine-id"
rm -f "$tree"/etc/systemd/system/*.wants/*.timer
for unit in getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    fstrim.timer e2scrub_reap.service systemd-tmpfiles-clean.timer systemd-networkd.service systemd-timesyncd.service systemd-pstore.service \
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-random-seed.service systemd-journal-catalog-update.service \
    systemd-journal-flush.service systemd-update-done.service systemd-machine-id-commit.service ldconfig.service nginx.service redis-server.service; do
    ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done

size=$(($(du -sm "$tree" | cut -f1) + 1024))
mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -E lazy_itable_init=1,root_owner=0:0 -m 0 -d "$tree" "$image/disk.ext4" "${size}M"
rm -rf "$image/pk" "$image/kernel-package" "$image/busybox" "$initramfs"
lap "disk"
echo "$SECONDS" > "$image/done"
echo "$image"
