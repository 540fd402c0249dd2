#!/bin/sh
# From the first launch until all are ready, of services in layers, each of which requires two of the layer before and takes its
# time to be ready; beside the longest chain's own time and the cost of launching as many without any of that. Run as root:
# sh src/test/bench/layers.sh [SERVICES [LAYERS [MILLIS]]]
set -eu
cd "$(dirname "$0")/../../.."
. src/test/bench/daemon-lib.sh
SERVICES=${1:-500}
LAYERS=${2:-5}
MILLIS=${3:-1000}
PORT=20000
WIDTH=$((SERVICES / LAYERS))
begin
gcc -O2 -static -o "$WORK/rootfs/bin/health" src/test/bench/health.c
services() { # services MILLIS KEYS-OF
    supervisor
    for i in $(seq 0 $((SERVICES - 1))); do
        printf 'services.bench-%s { rootfs = %s/rootfs, command = [/bin/health, serve, %s, %s], memory.max = 64 MiB, pids.max = 64, %s }\n' \
            "$i" "$WORK" "$1" "$((PORT + i))" "$($2 "$i")"
    done
}
plain() { printf 'start.ready-after = 0 s'; }
layered() {
    printf 'start.ready.tcp = %s' "$((PORT + $1))"
    [ "$1" -lt "$WIDTH" ] || printf ', requires = [bench-%s, bench-%s]' \
        "$(($1 - WIDTH))" "$(($1 / WIDTH * WIDTH - WIDTH + ($1 + 1) % WIDTH))"
}
took() { # from the first launch to the last that is up, in milliseconds, as the daemon's log has it
    daemon
    for _ in $(seq 600); do
        [ "$(grep -c -- 'STARTING->RUNNING' "$WORK/supervisord.log")" -lt "$SERVICES" ] || break
        sleep 0.2
    done
    [ "$(grep -c -- 'STARTING->RUNNING' "$WORK/supervisord.log")" = "$SERVICES" ] || fail "not all services came up"
    TOOK=$(awk '
        function millis(clock, p) { split(clock, p, /[:.]/); return ((p[1] * 60 + p[2]) * 60 + p[3]) * 1000 + p[4] }
        /STOPPED->STARTING/ && !first { first = millis($2) }
        /STARTING->RUNNING/ { last = millis($2) }
        END { print last - first }' "$WORK/supervisord.log")
    kill "$DAEMON"
    wait "$DAEMON" || true
    DAEMON=
    rm -f "$WORK/supervisord.log"
}
services 0 plain > "$CONF"
took
launching=$TOOK
services "$MILLIS" layered > "$CONF"
took
chain=$((LAYERS * MILLIS))
awk -v n="$SERVICES" -v layers="$LAYERS" -v took="$TOOK" -v chain="$chain" -v launching="$launching" 'BEGIN {
    printf "%d services in %d layers: ready after %d ms; the longest chain itself %d ms, launching %d ms: %+.1f %%\n",
        n, layers, took, chain, launching, 100 * (took / (chain + launching) - 1) }'
