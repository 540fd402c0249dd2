#!/bin/sh
# From SIGKILL of a service's process to the first instruction of the next, by a daemon of its own. Run as root:
# sh src/test/bench/restart.sh [ROUNDS]
set -eu
cd "$(dirname "$0")/../../.."
. src/test/bench/daemon-lib.sh
begin
{
    supervisor
    cat <<EOF
services.bench {
  rootfs = $WORK/rootfs
  command = [/bin/restart, service]
  cpu { quota = 20 ms, period = 100 ms }
  memory.max = 64 MiB
  pids.max = 64
  restart { backoff { initial = 0 s }, limit { attempts = 0 } }
}
EOF
} > "$CONF"
daemon
procs=
for _ in $(seq 100); do
    procs=$(find /sys/fs/cgroup -path "*/$GROUP/bench/cgroup.procs" 2>/dev/null | head -n 1)
    [ -z "$procs" ] || break
    sleep 0.1
done
[ -n "$procs" ] || fail "no group was made"
"$WORK/restart" "$((${1:-150} + 50))" "$WORK/rootfs/stamp" "$procs" > "$WORK/all"
tail -n +51 "$WORK/all" > "$WORK/warm" # a daemon is up for long, as a rule
printf 'first 50:  '; head -n 50 "$WORK/all" > "$WORK/first"; statistics "$WORK/first"
printf 'from then: '; statistics "$WORK/warm"
