#!/bin/bash
# Makes an image that the rig boots and prints its directory: kernel, initrd.img, disk.ext4 and the tree that is on it. Of
# Debian's packages alone; nothing is mounted or installed on the host. Kept in a cache by the hash of what it is made from.
#
#   image.sh [-k KIND] [-a ARCHITECTURE] [SUITE]
#
#   -k KIND          tests     with a JRE and the servers that tests contain (the default)
#                    pristine  as a new machine is: Debian with systemd and apt, which finds a JRE in a repository on the disk
#   -a ARCHITECTURE  as Debian names it: amd64 (the default) or arm64, which is unpacked and not installed: it has no systemd
#   SUITE            bookworm (systemd 252, Linux 6.1; the default) or trixie (systemd 257, Linux 6.12)
#
# BULKHEAD_RIG     where images are kept (~/.cache/bulkhead/rig)
# BULKHEAD_MIRROR  where packages come from (what the host's apt uses)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
kind=tests architecture=amd64
while getopts k:a: option; do
    case $option in
        k) kind=$OPTARG ;; a) architecture=$OPTARG ;;
        *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
    esac
done
shift $((OPTIND - 1))
suite=${1:-bookworm}

# What every guest has: systemd, and what its scenarios look with.
packages=apt,ca-certificates,systemd,systemd-sysv,dbus,util-linux,procps,iproute2,kmod,curl
# What a pristine one can install by itself.
offered=
case $kind in
    tests) packages=$packages,binutils,default-jre-headless,init-system-helpers,nginx-light,postgresql,redis-server ;;
    pristine) offered="default-jre-headless supervisor" ;;
    *) echo "image.sh: no kind $kind: tests or pristine" >&2; exit 64 ;;
esac

# None of another architecture's scripts can run here, so its packages are only unpacked: enough for a script as process 1.
variant=essential merge=: hook=--customize-hook
if [ "$architecture" != amd64 ]; then
    packages=base-files,base-passwd,bash,coreutils,dash,findutils,grep,hostname,mawk,mount,procps,sed,util-linux,iproute2,curl,openjdk-17-jre-headless
    [ "$suite" = bookworm ] || packages=${packages/17/21}
    variant=extract merge=/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh hook=--extract-hook
fi

cache=${BULKHEAD_RIG:-${XDG_CACHE_HOME:-$HOME/.cache}/bulkhead/rig}
name=$suite-$architecture-$kind
image=$cache/$name-$(cat "$here/image.sh" "$here"/guest/* | grep -v '^ *#' | sha256sum | cut -c1-12)
mkdir -p "$cache"
# Two at a time would make it twice.
exec 9> "$cache/$name.lock"; flock 9
[ -e "$image/done" ] && { touch "$image"; echo "$image"; exit; }

missing=()
for pair in mmdebstrap:mmdebstrap mke2fs:e2fsprogs xz:xz-utils zstd:zstd depmod:kmod cpio:cpio; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ ${#missing[@]} -eq 0 ] || { echo "image.sh: apt-get install -y --no-install-recommends ${missing[*]}" >&2; exit 1; }

# Other branches may have images of their own; what nobody has used for days is in the way.
find "$cache" -maxdepth 1 -name "$name-*" -mtime +3 -exec rm -rf {} +
rm -rf "$image"; mkdir "$image"
tree=$image/tree
lap() { printf 'image: %3d s  %s\n' "$SECONDS" "$1" >&2; }

# Run by mmdebstrap, with its apt: fetches the kernel, busybox, and what is offered with all that it needs.
cat > "$image/fetch" <<'FETCH'
set -eu
tree=$1 offered=$2
export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG
kernel=$(apt-cache depends "linux-image-$3" | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -1)
mkdir "$tree/kernel" && cd "$tree/kernel" && apt-get -qq download "$kernel" busybox-static
for package in $offered; do
    apt-get -qq -y --download-only install "$package"
done
[ -n "$offered" ] || exit 0
# A repository: its index is what the packages say of themselves, and where they are.
repository=$tree/var/local/packages
mkdir "$repository" && cd "$repository" && mv "$tree"/var/cache/apt/archives/*.deb .
for package in *.deb; do
    dpkg-deb -f "$package"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$package" "$(stat -c %s "$package")" "$(sha256sum "$package" | cut -d' ' -f1)"
done > Packages
rm -f "$tree"/etc/apt/sources.list "$tree"/etc/apt/sources.list.d/* "$tree"/var/lib/apt/lists/*_*
echo 'deb [trusted=yes] file:/var/local/packages ./' > "$tree/etc/apt/sources.list.d/local.list"
chroot "$tree" apt-get -qq update
FETCH

mmdebstrap --mode=root --variant="$variant" --architectures="$architecture" --include="$packages" --setup-hook="$merge \"\$1\"" \
    --setup-hook='mkdir -p "$1/usr/share/man/man1" "$1/usr/sbin"; printf "#!/bin/sh\nexit 101\n" > "$1/usr/sbin/policy-rc.d"; chmod +x "$1/usr/sbin/policy-rc.d"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --aptopt='APT::Install-Recommends "false"' --skip=cleanup/apt \
    "$hook=sh '$image/fetch' \"\$1\" '$offered' '$architecture'" \
    "$hook"='rm -rf "$1"/var/cache/apt/*.bin "$1"/var/cache/apt/archives/*.deb "$1/usr/sbin/policy-rc.d"' \
    "$suite" "$tree" ${BULKHEAD_MIRROR:-} > "$image/mmdebstrap.log" 2>&1 || { tail -20 "$image/mmdebstrap.log" >&2; exit 1; }
[ -n "$offered" ] || rm -rf "$tree"/var/lib/apt/lists/*
lap "tree $name"

mv "$tree/kernel" "$image/fetched"
mkdir "$image/kernel-package" "$image/busybox-package"
dpkg-deb -x "$image"/fetched/linux-image-*.deb "$image/kernel-package"
dpkg-deb -x "$image"/fetched/busybox-static*.deb "$image/busybox-package"
modules=$image/kernel-package/usr/lib/modules
[ -d "$modules" ] || modules=$image/kernel-package/lib/modules
version=$(ls "$modules")
mkdir -p "$tree/usr/lib/modules/$version"
# What a virtual machine can use; the other hundred megabytes are drivers.
(cd "$modules/$version" && for part in fs/9p fs/netfs fs/fscache fs/overlayfs fs/ext4 fs/jbd2 fs/mbcache.ko \
        net/9p net/bridge net/802 net/llc net/ipv4 net/ipv6 net/netfilter net/sched drivers/virtio drivers/block \
        drivers/char/virtio_console.ko drivers/char/hw_random drivers/net/veth.ko drivers/net/dummy.ko lib crypto arch/x86/crypto; do
    for file in "kernel/$part" "kernel/$part.xz"; do
        [ ! -e "$file" ] || cp -a --parents "$file" "$tree/usr/lib/modules/$version/"
    done
done; cp modules.order modules.builtin modules.builtin.modinfo "$tree/usr/lib/modules/$version/")
depmod -b "$tree" "$version"

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
busybox=$image/busybox-package/bin/busybox
[ -e "$busybox" ] || busybox=$image/busybox-package/usr/bin/busybox
cp "$busybox" "$initramfs/bin/busybox"
for module in virtio_pci virtio_blk ext4 9pnet_virtio 9p virtio_console overlay; do
    modprobe -d "$tree" -S "$version" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' | while read -r file; do
    name=$(basename "$file" .xz)
    case $file in *.xz) xz -dc "$file" > "$initramfs/modules/$name" ;; *) cp "$file" "$initramfs/modules/$name" ;; esac
    echo "$name" >> "$initramfs/modules/order"
done
cp "$here/guest/initramfs" "$initramfs/init"; chmod 755 "$initramfs/init"
(cd "$initramfs" && find . | cpio --quiet -o -H newc | gzip -1) > "$image/initrd.img"

# What the scripts of unpacked packages would have made.
if [ "$variant" = extract ]; then
    mkdir -p "$tree"/etc/systemd/system "$tree"/usr/local/sbin
    for file in passwd group; do cp "$tree/usr/share/base-passwd/$file.master" "$tree/etc/$file"; done
    ln -s mawk "$tree/usr/bin/awk"
    (cd "$tree/usr/bin" && ln -s ../lib/jvm/java-1.*/bin/java java)
fi

# The guest's own habits: no device it waits for, no timer, no console.
install -m 755 "$here/guest/rig-run" "$here/guest/rig-init" "$tree/usr/local/sbin/"
install -m 644 "$here/guest/rig.service" "$here/guest/rig.target" "$tree/etc/systemd/system/"
printf 'rig\n' > "$tree/etc/hostname"; printf '127.0.0.1 localhost rig\n' > "$tree/etc/hosts"; : > "$tree/etc/fstab"
printf '0123456789abcdef0123456789abcdef\n' > "$tree/etc/machine-id"
rm -f "$tree"/etc/systemd/system/*.wants/*.timer
for unit in getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    fstrim.timer e2scrub_reap.service systemd-tmpfiles-clean.timer systemd-networkd.service systemd-timesyncd.service systemd-pstore.service \
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-random-seed.service systemd-journal-catalog-update.service \
    systemd-journal-flush.service systemd-update-done.service systemd-machine-id-commit.service ldconfig.service nginx.service postgresql.service redis-server.service; do
    ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done

size=$(($(du -sm "$tree" | cut -f1) + 1024))
mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -E lazy_itable_init=1,root_owner=0:0 -m 0 -d "$tree" "$image/disk.ext4" "${size}M" >&2
rm -rf "$image/fetch" "$image/fetched" "$image"/*-package "$initramfs"
lap "disk"
echo "$SECONDS" > "$image/done"
echo "$image"
