#!/bin/sh
# What share of a core the daemon needs to ask many services every 10 s whether they are well, beside what it needs for the same
# services unasked. Of commands, the launching, done by threads of its own, is left out of the second figure. Run as root: sh
# src/test/bench/health.sh [SERVICES [SECONDS [KIND…]]]
set -eu
cd "$(dirname "$0")/../../.."
. src/test/bench/daemon-lib.sh
SERVICES=${1:-500}
SECONDS_LONG=${2:-30}
shift $(($# > 2 ? 2 : $#))
KINDS=${*:-none tcp http exec}
PORT=20000
begin
gcc -O2 -static -o "$WORK/rootfs/bin/health" src/test/bench/health.c
services() { # services KIND
    supervisor
    for i in $(seq "$SERVICES"); do
        case $1 in
            none) health= ;;
            tcp) health="tcp = $((PORT + i)), interval = 10 s" ;;
            http) health="http = \"http://127.0.0.1:$((PORT + i))/\", interval = 10 s" ;;
            exec) health="exec = [/bin/health, ok], interval = 10 s" ;;
        esac
        printf 'services.bench-%s { rootfs = %s/rootfs, command = [/bin/health, serve, 0, %s], memory.max = 64 MiB, pids.max = 64, start.ready-after = 0 s, health { %s } }\n' \
            "$i" "$WORK" "$((PORT + i))" "$health"
    done
}
await() { # await TEXT: as often in the daemon's log as there are services
    for _ in $(seq 600); do
        [ "$(grep -c -- "$1" "$WORK/supervisord.log")" -lt "$SERVICES" ] || return 0
        sleep 0.2
    done
    fail "no $1 of all services"
}
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$DAEMON/stat"; }
probing() { # probing SECONDS: ticks, meanwhile, of the threads that launch, which come and go, and rest for 5 s before they go
    for second in $(seq "$1"); do
        for task in /proc/"$DAEMON"/task/*; do
            case $(cat "$task/comm" 2>/dev/null) in probe-*) echo "$second $task $(cat "$task/schedstat" 2>/dev/null)" ;; esac
        done
        sleep 1
    done | awk -v hz="$hz" '$3 { if (!($2 in first)) first[$2] = $1 == 1 ? $3 : 0; last[$2] = $3 }
        END { for (task in last) sum += last[task] - first[task]; printf "%d\n", sum / 1e9 * hz }'
}
hz=$(getconf CLK_TCK)
share() { awk -v n="$1" -v s="$took" -v hz="$hz" 'BEGIN { printf "%.2f", 100e3 * n / hz / s }'; }
for kind in $KINDS; do
    services "$kind" > "$CONF"
    daemon
    if [ "$kind" = none ]; then await 'STARTING->RUNNING'; else await 'starting -> healthy'; fi
    sleep 25 # until the just-in-time compiler is through
    began=$(ticks) at=$(date +%s%3N)
    launched=$(probing "$SECONDS_LONG")
    all=$(($(ticks) - began)) took=$(($(date +%s%3N) - at))
    ! grep -q 'healthy -> unhealthy' "$WORK/supervisord.log" || fail "some were found unhealthy"
    printf '%3s services, %-4s every 10 s: %5s %% of a core; without launching %5s %%\n' \
        "$SERVICES" "$kind" "$(share "$all")" "$(share $((all - launched)))"
    kill "$DAEMON"
    wait "$DAEMON" || true
    DAEMON=
    rm -f "$WORK/supervisord.log"
done
