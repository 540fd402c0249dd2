# A daemon that dies is replaced, and the services don't notice.

systemctl start bulkhead.service
await both_run
before=$(pids) limits=$(limits) old=$(daemon)

killed() { kill -KILL "$old" && lived_on; }
check "SIGKILL of the daemon: replaced, the services live on" killed

# A service that is a manager of groups itself: what it hands down must not keep the next daemon out. cgroups(7)
nested() {
    local process
    mkdir "$UNIT/first/inner" || return
    for process in $(cat "$UNIT/first/cgroup.procs"); do echo "$process" > "$UNIT/first/inner/cgroup.procs" || true; done
    echo "+pids +memory" > "$UNIT/first/cgroup.subtree_control" && old=$(daemon) && kill -KILL "$old" && lived_on
}
[ "$LAYOUT" != systemd ] || check "SIGKILL again, beside a service with groups of its own: the same" nested

stale() {
    configure "on-exit = keep"
    systemctl restart bulkhead.service && await both_run || return
    before=$(pids)
    systemctl kill -s KILL --kill-whom=main bulkhead.service
    systemctl stop bulkhead.service
    kill -KILL $before
    systemctl start bulkhead.service && await both_run && [ "$(pids)" != "$before" ]
}
check "stale groups, pipes and records: no obstacle to a start" stale
