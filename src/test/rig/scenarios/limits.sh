# What systemd does to our unit must not undo our limits, and whoever does undo one sees it repaired.

systemctl start bulkhead.service
await both_run
before=$(pids) limits=$(limits)
stands() { await same_limits && same "$(pids)" "$before" && both_run; }
same_limits() { same "$(limits)" "$limits"; }

reexecuted() { systemctl daemon-reload && stands && systemctl daemon-reexec && stands; }
check "limits: daemon-reload and daemon-reexec leave them" reexecuted

set_property() {
    systemctl set-property --runtime bulkhead.service MemoryMax=1500M CPUQuota=90% TasksMax=1000 IOWeight=50 && stands || return
    [ "$LAYOUT" != systemd ] || { same "$(cat "$UNIT/memory.max")" 1572864000 && same "$(cat "$UNIT/cpu.max")" "90000 100000"; }
}
check "limits: set-property on the unit leaves them, and holds" set_property
unset_property() { systemctl set-property --runtime bulkhead.service MemoryMax= CPUQuota= TasksMax= IOWeight= && stands; }
check "limits: and so does taking it back" unset_property

meddled() {
    local file
    for file in "$UNIT/first/pids.max" /sys/fs/cgroup/pids/bulkhead/first/pids.max; do
        [ ! -e "$file" ] || echo 7 > "$file"
    done
    stands
}
check "limits: one that somebody changed is repaired" meddled
