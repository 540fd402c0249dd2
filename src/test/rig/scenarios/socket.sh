# bulkhead.socket: systemd listens, and the first question starts the daemon.

listening() { systemctl start bulkhead.socket && same "$(state)" inactive && [ -S /run/bulkhead/supervisord.sock ]; }
check "socket: systemd listens, no daemon runs" listening
inode=$(stat -c %i /run/bulkhead/supervisord.sock)

activated() { api status | grep -q '"name":"first"' && same "$(state)" active && await both_run; }
check "socket: the first question starts the daemon, and is answered" activated

stays() {
    systemctl restart bulkhead.service && await both_run && same "$(stat -c %i /run/bulkhead/supervisord.sock)" "$inode" &&
        systemctl stop bulkhead.service && same "$(stat -c %i /run/bulkhead/supervisord.sock)" "$inode"
}
check "socket: it outlives restart and stop" stays
ended() { journal | tail -4 | grep -x 'INFO ended' || fail "the daemon's last word isn't in the journal"; }
check "socket: the log goes on to the end" ended
again() { api status >/dev/null && await both_run; }
check "socket: the next question starts the next daemon" again
