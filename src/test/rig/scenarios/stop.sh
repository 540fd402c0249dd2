# Stopping takes the services along, in their own time; supervisor.on-exit = keep leaves them to the next daemon.

systemctl start bulkhead.service
await both_run

stopped() {
    systemctl stop bulkhead.service || return
    same "$(systemctl show -P Result bulkhead.service)" success
}
check "stop: done, and successful" stopped

in_their_own_time() { same "$(grep -c 'first ended' /srv/root/ends)" 1 && same "$(grep -c 'second ended' /srv/root/ends)" 1; }
check "stop: each service ended by itself on TERM" in_their_own_time

nothing_left() {
    local left
    left=$(groups; pgrep -f 'trap.*ends')
    same "$left" ""
}
check "stop: no group and no process is left" nothing_left

rm -f /srv/root/ends
configure "on-exit = keep"
systemctl start bulkhead.service
await both_run
before=$(pids) old=$(daemon)

lived_on() {
    await both_run && same "$(pids)" "$before" && same "$(limits)" "67108864 20 ${limits##* 20 }" || return
    [ ! -e /srv/root/ends ] || fail "told to end: $(cat /srv/root/ends)"
}
limits=$(limits)
restarted() { systemctl restart bulkhead.service && [ "$(daemon)" != "$old" ] && lived_on; }
check "restart, on-exit=keep: a new daemon, the services live on" restarted

stopped_and_started() {
    systemctl stop bulkhead.service && same "$(state)" inactive && kill -0 $before || return
    systemctl start bulkhead.service && lived_on
}
check "stop and start, on-exit=keep: the services live on" stopped_and_started
