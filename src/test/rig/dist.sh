#!/bin/bash
# Lays out target/rig/bulkhead: the distribution with class-data archives by an image's own Java. They are made on the host, at
# a tenth of the time that it would take in emulation, and fit where the guest copies it, times and all, to /usr/lib/bulkhead.
#
#   dist.sh IMAGE        a directory that image.sh printed
set -euo pipefail
target=$(dirname "$(readlink -f "$0")")/../../../target
tree=$1/tree
exec 9< "$1/done"; flock 9
rm -rf "$tree/usr/lib/bulkhead" "$target/rig/bulkhead"; mkdir -p "$target/rig"
cp -a "$target/bulkhead" "$tree/usr/lib/bulkhead"
rm -f "$tree"/usr/lib/bulkhead/lib/*.jsa
# A JVM finds itself by /proc, which is mounted for it alone.
unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc "$1/proc" && exec chroot "$1" /usr/lib/bulkhead/lib/archive.sh' - "$tree"
mv "$tree/usr/lib/bulkhead" "$target/rig/bulkhead"
