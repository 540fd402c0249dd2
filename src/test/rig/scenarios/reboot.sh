# The machine goes down and comes up: services are ended in their own time, and back by themselves.

# reboot_now COMMAND...: the host's command goes on in the next boot
reboot_now() { touch /run/rig-reboots; sync; "$@"; exit 0; }

# in_order PATTERN...: what is read has a line of each, in this order
in_order() {
    local line
    while IFS= read -r line; do
        [[ $line =~ $1 ]] || continue
        shift
        [ $# -gt 0 ] || { echo "$line"; return 0; }
    done
    fail "in this place, no line of: $1"
}

if [ "$BOOT" = 1 ]; then
    # The journal outlasts the boot, and the services' root is a file system of its own that the machine unmounts.
    mkdir -p /var/log/journal && journalctl --flush
    mv /srv/root /srv/disk && mkdir /srv/root && echo "/srv/disk /srv/root none bind 0 0" >> /etc/fstab
    systemctl daemon-reload && systemctl start srv-root.mount
    systemctl enable -q --now bulkhead.service
    await both_run
    rm -f /srv/root/ends
    reboot_now systemctl reboot
fi

if [ "$BOOT" = 2 ]; then
    ended() { same "$(sort /srv/root/ends | tr '\n' ' ')" "first ended first told second ended "; }
    check "shutdown: every service ended by itself, on TERM, while its disk was there" ended
    ordered() {
        journalctl -q -b -1 -o cat |
            in_order '^Stopping .*[Bb]ulkhead' 'service=first state=RUNNING->STOPPING' 'service=first state=STOPPING->STOPPED' \
                '^INFO ended' '^Stopped .*[Bb]ulkhead' '^Unmount.*srv-root'
    }
    check "shutdown: the services first, then the daemon, then their file system" ordered
    check "reboot: the unit came up by itself" same "$(state)" active
    check "reboot: with all services" await both_run

    # What is usually gone after a boot now lies on the disk, and nobody has the time to clear up.
    configure "run-dir = /var/lib/bulkhead-run"
    systemctl restart bulkhead.service
    SOCKET=/var/lib/bulkhead-run/supervisord.sock await both_run
    reboot_now sh -c 'sync; echo b > /proc/sysrq-trigger; sleep 60'
fi

SOCKET=/var/lib/bulkhead-run/supervisord.sock
check "reset: the unit came up by itself, over a stale run-dir" same "$(state)" active
check "reset: with all services" await both_run
