#!/bin/sh
# From the start of a daemon to its first answer, with no services and with 200 that an earlier daemon has left running. Run
# as root: sh src/test/bench/adopt.sh [SERVICES [ROUNDS]]
set -eu
cd "$(dirname "$0")/../../.."
. src/test/bench/daemon-lib.sh
SERVICES=${1:-200}
ROUNDS=${2:-5}
begin
none() { supervisor; }
many() {
    supervisor
    for i in $(seq "$SERVICES"); do
        printf 'services.bench-%s { rootfs = %s/rootfs, command = [/bin/restart, service], cpu.quota = 20 ms, memory.max = 64 MiB, pids.max = 64, start.ready-after = 0 s }\n' "$i" "$WORK"
    done
}
exec 5<> "$WORK/rootfs/stamp" # what the services write has somewhere to go
now() { echo $(($(date +%s%N) / 1000)); }
killed() { kill -KILL "$DAEMON"; wait "$DAEMON" 2>/dev/null || true; DAEMON=; }
pids() { ctl status | awk '$2 == "RUNNING" { print $1, $4 }'; }
ready() { # ready FILE: as the daemon itself says it, when all are taken up
    rm -f "$WORK/supervisord.log" "$WORK/run/supervisord.sock"
    begun=$(now)
    daemon
    until grep -q ' ready ' "$WORK/supervisord.log" 2>/dev/null; do
        kill -0 "$DAEMON" 2>/dev/null || fail "the daemon ended"
        sleep 0.005
    done
    echo $(($(now) - begun)) >> "$1"
    ctl status > "$WORK/first" || true
}
many > "$CONF"
daemon
for _ in $(seq 600); do
    [ "$(pids 2>/dev/null | wc -l)" != "$SERVICES" ] || break
    sleep 0.2
done
pids > "$WORK/pids"
[ "$(wc -l < "$WORK/pids")" = "$SERVICES" ] || fail "not all services run"
for _ in $(seq "$ROUNDS"); do
    killed
    ready "$WORK/adopt"
    awk '$2 == "RUNNING" { print $1, $4 }' "$WORK/first" | cmp -s - "$WORK/pids" || fail "the first answer is not right"
done
for _ in $(seq "$ROUNDS"); do # the groups stay with the first configuration's daemon: another parent, another run-dir
    (
        trap - EXIT
        WORK=$WORK/none
        GROUP=$GROUP-none
        CONF=$WORK/supervisord.conf
        mkdir -p "$WORK"
        none > "$CONF"
        ready "$WORK/times"
        kill "$DAEMON"
        wait "$DAEMON" || true
    )
done
printf 'no service:  '; statistics "$WORK/none/times"
printf '%3s adopted: ' "$SERVICES"; statistics "$WORK/adopt"
