# A daemon that dies or hangs is replaced, and the services don't notice.

systemctl start bulkhead.service
await both_run
before=$(pids) limits=$(limits)

replaced() { [ "$(daemon)" != 0 ] && [ "$(daemon)" != "$old" ] && [ "$(state)" = active ] || fail "$(daemon) $(state)"; }
lived_on() { await replaced && await both_run && same "$(pids)" "$before" && same "$(limits)" "$limits"; }

old=$(daemon)
killed() { kill -KILL "$old" && lived_on; }
check "SIGKILL of the daemon: replaced, the services live on" killed

dropin watchdog WatchdogSec=15
systemctl restart bulkhead.service
await both_run
before=$(pids) old=$(daemon)
hung() { kill -STOP "$old" && lived_on; }
check "watchdog: a daemon that hangs is replaced, the services live on" hung
by_watchdog() { journal | grep -F 'Watchdog timeout' || fail "it wasn't the watchdog"; }
check "watchdog: it was the watchdog" by_watchdog

stale() {
    configure "on-exit = keep"
    systemctl restart bulkhead.service && await both_run || return
    before=$(pids)
    systemctl kill -s KILL --kill-whom=main bulkhead.service
    systemctl stop bulkhead.service
    kill -KILL $before
    systemctl start bulkhead.service && await both_run && [ "$(pids)" != "$before" ]
}
check "stale groups, FIFOs and records: no obstacle to a start" stale
