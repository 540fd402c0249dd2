# Delegate=yes on v2: all that is the daemon's is below its unit.

before=$(others)
systemctl start bulkhead.service
await both_run

leaf() { same "$(cat "/proc/$(daemon)/cgroup")" "0::/system.slice/bulkhead.service/_supervisor"; }
check "delegation: the daemon in a leaf of its own" leaf
beside() {
    same "$(cat "$UNIT/cgroup.procs")" "" && grep -qx "$(pid_of first)" "$UNIT/first/cgroup.procs" &&
        grep -qx "$(pid_of second)" "$UNIT/second/cgroup.procs"
}
check "delegation: each service in a group beside it" beside
outside() { same "$(others)" "$before" && same "$(groups bulkhead)" ""; }
check "delegation: no group outside the unit's" outside
