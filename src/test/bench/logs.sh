#!/bin/sh
# Throughput of logs: Bulkhead, without and with timestamps, svlogd (runit), s6-log and Supervisor, each given the same lines of
# 100 bytes by the same writer, on the same disk, with files of 50 MiB. Run as root: sh src/test/bench/logs.sh [ROUNDS [MB]]
#
# The loggers take turns in each round, and the medians are shown: what a disk does at one time hits them all. "blocks": 64 KiB a
# write(2), as a program that buffers does; "lines": a line a write(2). The time is that from the first write until the last
# line is in the file; CPU is the logger's alone. The Debian packages are unpacked into a temporary directory, not installed.
set -eu
cd "$(dirname "$0")/../../.."
ROUNDS=${1:-5}
BYTES=$((${2:-500} * 1000000))
. src/test/bench/daemon-lib.sh
command -v python3 >/dev/null 2>&1 || fail "missing python3: apt-get install -y python3"
begin
PACKAGES="runit s6 libs6-2.11 libskarnet2.13 libexecline2.9 supervisor python3-pkg-resources"
mkdir -p "$WORK/deb" "$WORK/x"
(cd "$WORK/deb" && apt-get -q download $PACKAGES) > "$WORK/apt.log" 2>&1 || fail "apt-get download $PACKAGES: $(tail -1 "$WORK/apt.log")"
for deb in "$WORK"/deb/*.deb; do dpkg -x "$deb" "$WORK/x"; done
export LD_LIBRARY_PATH="$(echo "$WORK"/x/usr/lib/*-linux-gnu)" PYTHONPATH="$WORK/x/usr/lib/python3/dist-packages"
gcc -O2 -static -o "$WORK/logs" src/test/bench/logs.c
cp "$WORK/logs" "$WORK/rootfs/bin/logs"
mkfifo "$WORK/rootfs/go"
GO=$WORK/rootfs/go

# run NAME FILE PID...: has the writer begin, notes what it took
run() {
    name=$1
    shift
    "$WORK/logs" time "$GO" "$@" > "$WORK/result" || fail "$name: the writer's last line didn't come"
    echo "$name $(cat "$WORK/result")" >> "$WORK/results"
}
# waits for a writer to have opened GO, with what is left of other rounds written out meanwhile
settle() {
    sync
    until [ -n "$(pgrep -f -x "[^ ]*logs write $BYTES $BLOCK .*" || true)" ]; do sleep 0.05; done
    sleep 0.5
}
pipe() { # pipe NAME COMMAND...: a logger that reads from a pipe
    name=$1
    shift
    mkfifo "$WORK/pipe"
    "$@" < "$WORK/pipe" 2> "$WORK/logger.err" &
    logger=$!
    "$WORK/logs" write "$BYTES" "$BLOCK" "$GO" > "$WORK/pipe" &
    writer=$!
    settle
    run "$name" "$WORK/l/current" "$logger"
    kill "$writer"
    wait "$writer" "$logger" 2>/dev/null || true
    rm -rf "$WORK/pipe" "$WORK/l"
}
runit() {
    mkdir "$WORK/l"
    printf 's52428800\nn100\n' > "$WORK/l/config"
    pipe svlogd "$WORK/x/usr/bin/svlogd" -b 65536 "$WORK/l"
}
s6() {
    mkdir "$WORK/l"
    pipe s6-log "$WORK/x/usr/bin/s6-log" -b n100 s52428800 "$WORK/l"
}
python() {
    mkdir "$WORK/l"
    cat > "$WORK/python.conf" <<EOS
[supervisord]
nodaemon = true
logfile = $WORK/l/supervisord.log
pidfile = $WORK/l/pid
[program:writer]
command = $WORK/logs write $BYTES $BLOCK $GO
stdout_logfile = $WORK/l/current
stdout_logfile_maxbytes = 50MB
stdout_logfile_backups = 100
EOS
    python3 "$WORK/x/usr/bin/supervisord" -c "$WORK/python.conf" > "$WORK/python.log" 2>&1 &
    logger=$!
    settle
    run supervisor "$WORK/l/current" "$logger"
    kill "$logger"
    wait "$logger" || true
    rm -rf "$WORK/l"
}
bulkhead() { # bulkhead NAME KEYS
    {
        supervisor
        echo "services.writer { rootfs = $WORK/rootfs, command = [/bin/logs, write, $BYTES, $BLOCK, /go], restart.policy = never, seccomp = unconfined"
        echo "  log { max-size = 50 MiB, backups = 100, $2 } }"
    } > "$CONF"
    daemon
    settle
    run "$1" "$WORK/log/writer.stdout.log" "$DAEMON"
    kill "$DAEMON"
    wait "$DAEMON" || true
    DAEMON=
    rm -rf "$WORK/log"
}

for pattern in blocks lines; do
    [ $pattern = blocks ] && BLOCK=65536 || BLOCK=100
    : > "$WORK/results"
    for _ in $(seq "$ROUNDS"); do
        bulkhead bulkhead "timestamps = false"
        bulkhead bulkhead+timestamps "timestamps = true"
        runit
        s6
        python
    done
    echo "$pattern, $((BYTES / 1000000)) MB, medians of $ROUNDS rounds:"
    for name in bulkhead bulkhead+timestamps svlogd s6-log supervisor; do
        for column in 2 3; do
            awk -v n=$name -v c=$column '$1 == n { print $c }' "$WORK/results" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
        done | tr '\n' ' ' | awk -v n=$name -v b="$BYTES" \
            '{ printf "  %-20s %7.0f MB/s   CPU per GB %6.2f s\n", n, b / 1000 / $1, $2 / 1000 / (b / 1e9) }'
    done
done
