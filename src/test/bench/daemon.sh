#!/bin/sh
# A daemon with 10 services: time to ready, resident memory, CPU at rest, time of a status command. Run as root:
# sh src/test/bench/daemon.sh
set -eu
cd "$(dirname "$0")/../../.."
. src/test/bench/daemon-lib.sh
begin
{
    supervisor
    for i in 0 1 2 3 4 5 6 7 8 9; do
        cat <<EOF
services.bench-$i {
  rootfs = $WORK/rootfs
  command = [/bin/restart, service]
  cpu { quota = 20 ms, period = 100 ms }
  memory.max = 64 MiB
  pids.max = 64
}
EOF
    done
} > "$CONF"
exec 5<> "$WORK/rootfs/stamp" # what the services write has somewhere to go
now() { echo $(($(date +%s%N) / 1000)); }
begun=$(now)
daemon
until grep -q ' ready ' "$WORK/supervisord.log" 2>/dev/null; do
    kill -0 "$DAEMON" 2>/dev/null || fail "the daemon ended"
    sleep 0.005
done
echo "ready after $((($(now) - begun) / 1000)) ms"
sleep 5 # all are RUNNING
ctl status > "$WORK/status"
[ "$(grep -c RUNNING "$WORK/status")" = 10 ] || fail "not all services run"
for _ in $(seq 10); do
    t=$(now)
    ctl status > "$WORK/status"
    echo $(($(now) - t)) >> "$WORK/times"
done
printf 'status: '; statistics "$WORK/times"
# By the scheduler's own clock, thread by thread: what the ticks in /proc/PID/stat catch of so little is chance.
busy() { (cd "/proc/$DAEMON/task" && for t in *; do read -r ns _ < "$t/schedstat" && echo "$t $ns"; done) | sort; }
busy > "$WORK/before"
sleep 30
busy | join "$WORK/before" - | awk '{ t += $3 - $2 } END { printf "at rest: %.2f %% of a core over 30 s\n", t / 30e9 * 100 }'
awk '/^VmRSS/ { printf "resident: %.0f MB\n", $2 / 1000 } /^Threads/ { print "threads: " $2 }' "/proc/$DAEMON/status"
