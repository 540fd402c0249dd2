# A daemon that dies is replaced, and the services don't notice.

systemctl start bulkhead.service
await both_run
before=$(pids) limits=$(limits) old=$(daemon)

killed() { kill -KILL "$old" && lived_on; }
check "SIGKILL of the daemon: replaced, the services live on" killed

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
