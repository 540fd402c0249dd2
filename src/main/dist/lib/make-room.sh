#!/bin/sh
# Run by systemd after a daemon has ended, in whatever way (ExecStopPost=). On cgroup v2 no process may be in a group that
# hands controllers down, and systemd starts the next daemon in just that group, even where a DelegateSubgroup= is to take it in
# at once; so it stops handing them down until that daemon, moved to a leaf, begins again. Services that are left run without
# limits for that moment, and limits that they gave to groups of their own are gone. cgroups(7)
set -eu
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
unit=/sys/fs/cgroup${own%/.control}
[ "$own" != "${own%/.control}" ] || exit 0
[ -e "$unit/cgroup.subtree_control" ] || exit 0 # v2 is elsewhere, beside v1
# Deepest first: as long as a service hands one down to groups of its own, it can't be taken from above.
find "$unit" -depth -type d | while IFS= read -r group; do
    read -r controllers < "$group/cgroup.subtree_control" || continue
    for controller in $controllers; do
        echo "-$controller" > "$group/cgroup.subtree_control" || true
    done
done
