#!/bin/sh
# Ends a daemon that systemd runs and leaves its services running, whatever supervisor.on-exit says; for an upgrade, whose
# daemon then takes them up. Returns when the unit is down.
set -eu
systemctl --quiet is-active bulkhead.service || exit 0
# Whoever is killed can stop nothing, and the unit kills no other (KillMode=process).
systemctl kill --kill-who=main --signal=SIGKILL bulkhead.service
# Waits for that end, and keeps systemd from starting again what is about to be replaced.
systemctl stop bulkhead.service
