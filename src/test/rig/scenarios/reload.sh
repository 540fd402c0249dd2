# systemctl reload: live where it can be, all or nothing, and systemd is told of it.

systemctl start bulkhead.service
await both_run
before=$(pids)

reloaded() {
    MEMORY="128 MiB" configure
    systemctl reload bulkhead.service || return
    same "$(memory_max first)" 134217728 && same "$(pids)" "$before"
}
check "reload: done means that the limit is changed, of the same process" reloaded

refused() {
    MEMORY="128 MiBs" configure
    ! systemctl reload bulkhead.service || fail "the reload of a broken configuration succeeded"
}
check "reload: a broken configuration makes it fail" refused
told() { journal | grep -F "$CONF:7: services.first.memory.max:" || fail "the journal lacks the error"; }
check "reload: with file, line and key in the journal" told
untouched() { same "$(memory_max first)" 134217728 && same "$(pids)" "$before" && same "$(state)" active; }
check "reload: and changes nothing" untouched

# What systemd was told, by itself: RELOADING=1 with the time, then READY=1.
announced() {
    configure
    systemd-analyze log-level debug
    systemctl reload bulkhead.service; local done=$?
    systemd-analyze log-level info
    [ $done = 0 ] || return
    local told
    told=$(journalctl -q -b -o cat _PID=1 | grep 'bulkhead.service: Got notification message' | grep -oE 'RELOADING=1|MONOTONIC_USEC=[1-9][0-9]+|READY=1' | sed 's/=.*//' | tail -3)
    same "$(echo $told)" "RELOADING MONOTONIC_USEC READY"
}
check "reload: systemd hears RELOADING with MONOTONIC_USEC, then READY" announced

by_signal() {
    MEMORY="96 MiB" configure
    kill -HUP "$(daemon)" && await same_memory 100663296 && same "$(pids)" "$before" && await same_state active
}
same_memory() { same "$(memory_max first)" "$1"; }
same_state() { same "$(state)" "$1"; }
check "reload: SIGHUP does the same" by_signal
