#!/bin/sh
# Ends a daemon that systemd runs and leaves its services running, whatever supervisor.on-exit says; for an upgrade, whose
# daemon then takes them up. Returns when the unit is down.
set -eu
LIB=$(dirname "$(readlink -f "$0")")
systemctl --quiet is-active bulkhead.service || exit 0
# One that can't be asked, or is too old to know what that means, is killed: whoever is killed can stop nothing, and the unit
# kills no other (KillMode=process).
"$LIB/../bin/supervisorctl" -c /etc/bulkhead/supervisord.conf shutdown --keep >/dev/null 2>&1 ||
    systemctl kill --kill-who=main --signal=SIGKILL bulkhead.service
# Waits for that end, and keeps systemd from starting again what is about to be replaced.
systemctl stop bulkhead.service
