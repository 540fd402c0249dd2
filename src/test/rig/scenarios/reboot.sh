# The machine goes down and comes up: services are ended in their own time, and back by themselves.

# reboot_now COMMAND...: the host's command goes on in the next boot
reboot_now() { touch /run/rig-reboots; sync; "$@"; exit 0; }

if [ "$BOOT" = 1 ]; then
    systemctl enable -q --now bulkhead.service
    await both_run
    rm -f /srv/root/ends
    reboot_now systemctl reboot
fi

if [ "$BOOT" = 2 ]; then
    ended() { same "$(sort /srv/root/ends | tr '\n' ' ')" "first ended first told second ended " || cat /srv/root/ends; }
    check "shutdown: every service ended by itself, on TERM, while its disk was there" ended
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
