#!/bin/bash
# Lays out target/rig/bulkhead: the distribution with class-data archives by the images' own Java. They are made on the host, at
# a tenth of the time that it would take in emulation, and fit where the guest copies it, times and all, to /usr/lib/bulkhead.
#
#   dist.sh IMAGE...     directories that image.sh printed
set -euo pipefail
target=$(dirname "$(readlink -f "$0")")/../../../target
rm -rf "$target/rig/bulkhead"; mkdir -p "$target/rig"
cp -a "$target/bulkhead" "$target/rig/bulkhead"
rm -f "$target"/rig/bulkhead/lib/*.jsa
for image; do
    tree=$image/tree
    exec 9< "$image/done"; flock 9
    rm -rf "$tree/usr/lib/bulkhead"
    cp -a "$target/bulkhead" "$tree/usr/lib/bulkhead"
    # A JVM finds itself by /proc, which is mounted for it alone.
    unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc "$1/proc" && exec chroot "$1" /usr/lib/bulkhead/lib/archive.sh' - "$tree"
    mv "$tree"/usr/lib/bulkhead/lib/*.jsa "$target/rig/bulkhead/lib/"
    rm -rf "$tree/usr/lib/bulkhead"
done
