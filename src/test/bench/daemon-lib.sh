# Sourced by the measurements of a whole daemon: one of its own, with nothing of it left at the end. A script calls `begin
# NAME`, writes $CONF, `daemon`.
fail() { echo "${0##*/}: $1" >&2; exit 1; }
cleanup() {
    status=$?
    trap - EXIT INT TERM
    if [ -n "$DAEMON" ] && kill -0 "$DAEMON" 2>/dev/null; then
        kill "$DAEMON"
        wait "$DAEMON" || true
    fi
    [ $status = 0 ] || tail -20 "$WORK/supervisord.log" >&2 2>/dev/null || true
    rm -rf "$WORK"
    exit $status
}
begin() { # begin: sets WORK, GROUP, CONF, BIN
    [ "$(id -u)" = 0 ] || fail "must be run as root: it makes cgroups and namespaces"
    command -v gcc >/dev/null 2>&1 && [ -e /usr/include/stdio.h ] || fail "missing gcc: apt-get install -y gcc libc6-dev"
    [ -x target/bulkhead/bin/supervisord ] || mvn -q -B -DskipTests package
    BIN=$PWD/target/bulkhead/bin
    GROUP=bulkhead-bench-$$
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/$GROUP.XXXXXX")
    CONF=$WORK/supervisord.conf
    DAEMON=
    trap cleanup EXIT
    trap 'exit 1' INT TERM
    mkdir -p "$WORK/rootfs/proc" "$WORK/rootfs/sys" "$WORK/rootfs/dev" "$WORK/rootfs/bin"
    mkfifo "$WORK/rootfs/stamp"
    gcc -O2 -static -o "$WORK/restart" src/test/bench/restart.c
    cp "$WORK/restart" "$WORK/rootfs/bin/restart"
}
supervisor() { printf 'supervisor { run-dir = %s/run, log-dir = %s/log, state-dir = %s/state, cgroup.parent = /%s }\n' "$WORK" "$WORK" "$WORK" "$GROUP"; }
daemon() {
    "$BIN/supervisord" -c "$CONF" 2> "$WORK/supervisord.log" &
    DAEMON=$!
}
ctl() { "$BIN/supervisorctl" -c "$CONF" "$@"; }
statistics() { # statistics FILE: n, median, 95th percentile and maximum of its numbers, a thousandth of each
    sort -n "$1" | awk '{ a[NR] = $1 / 1000 } END {
        printf "n %d  median %.2f  p95 %.2f  max %.2f ms\n", NR, a[int((NR + 1) / 2)], a[int(NR * 0.95 + 0.5)], a[NR] }'
}
