#!/bin/sh
# A container by hand, but not by hand: a root file system from this host's own bash and ls, a service in it that burns a
# CPU, held to 20 % of it, then live to 40 %, killed and back, removed without a trace. Run as root; builds first if need be.
ME=quickstart
. "$(dirname "$0")/lib.sh"

show() { printf '$ %s\n' "supervisorctl $*"; ctl "$@" || true; }
groups() { find /sys/fs/cgroup -type d -name "$GROUP" 2>/dev/null; }
usage_us() { # CPU time the service has used, in microseconds
    for file in /sys/fs/cgroup/cpuacct/$GROUP/burner/cpuacct.usage /sys/fs/cgroup/cpu,cpuacct/$GROUP/burner/cpuacct.usage; do
        [ -r "$file" ] && { echo $(($(cat "$file") / 1000)); return; }
    done
    for directory in $(groups); do
        [ -r "$directory/burner/cpu.stat" ] && { sed -n 's/^usage_usec //p' "$directory/burner/cpu.stat"; return; }
    done
    fail "no CPU accounting found"
}
periods() { # periods KEY: of the quota's periods so far, nr_periods or nr_throttled
    for directory in $(groups); do
        [ ! -r "$directory/burner/cpu.stat" ] || sed -n "s/^$1 //p" "$directory/burner/cpu.stat"
    done | head -n 1
}
now_us() { echo $(($(date +%s%N) / 1000)); }
measure() { # measure WANTED: the share of a CPU over 5 s, in tenths of a percent, at most one point off
    u0=$(usage_us) t0=$(now_us) n0=$(periods nr_periods) h0=$(periods nr_throttled)
    sleep 5
    u1=$(usage_us) t1=$(now_us) n1=$(periods nr_periods) h1=$(periods nr_throttled)
    share=$(((u1 - u0) * 1000 / (t1 - t0)))
    echo "measured: $((share / 10)).$((share % 10)) % of a CPU"
    [ $share -le $((($1 + 1) * 10)) ] || fail "that is more than $1 %"
    # A period in which the quota wasn't used up is one in which others kept the service from the CPU.
    used=$(((h1 - h0) * 100 / (n1 - n0)))
    [ $used -ge 99 ] || echo "(the host is busy: the quota was used up in $used % of the periods)"
    [ $share -ge $(($1 * used / 10 - 10)) ] || fail "that is less than $1 %"
}
await() { # await SECONDS CONDITION...: until it holds
    end=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $end ] || fail "timed out: $*"
        sleep 0.1
    done
}
restarted() { new=$(ctl pid burner) && [ "$new" -gt 0 ] && [ "$new" != "$1" ]; }

say "A root file system: bash, ls and what they need"
printf '$ %s\n' "supervisorctl rootfs build $WORK/rootfs --binary bash --binary ls"
ctl rootfs build "$WORK/rootfs" --binary bash --binary ls

say "A configuration: one service, 20 ms of CPU in every 100 ms"
cat > "$CONF" <<EOF
supervisor {
  run-dir = $WORK/run
  log-dir = $WORK/log, state-dir = $WORK/state
  cgroup.parent = /$GROUP
}
services {
  burner {
    rootfs = $WORK/rootfs
    command = [/bin/bash, -c, "echo I am process \$\$ on \$HOSTNAME, and my root holds: \$(ls /); while :; do :; done"]
    cpu { period = 100 ms, quota = 20 ms }
  }
}
EOF
sed -n '/^services/,$p' "$CONF"

say "The daemon"
"$BIN/supervisord" -c "$CONF" 2> "$WORK/supervisord.log" &
DAEMON=$!
await 20 ctl status
await 20 sh -c "'$BIN/supervisorctl' -c '$CONF' status | grep -q RUNNING"
show status
show tail burner
pid=$(ctl pid burner)

say "How much of a CPU does it get?"
measure 20

say "The file edited to 40 ms, and a reload"
sed -i 's/quota = 20 ms/quota = 40 ms/' "$CONF"
show plan
show reload
[ "$(ctl pid burner)" = "$pid" ] || fail "the process was replaced"
echo "same process: $pid"
measure 40

say "A crash"
echo "\$ kill -KILL $pid"
kill -KILL "$pid"
await 20 restarted "$pid"
await 20 sh -c "'$BIN/supervisorctl' -c '$CONF' status | grep -q RUNNING"
show status

say "The entry deleted, and a reload"
sed -i '/^services/,$d' "$CONF"
last=$(ctl pid burner || true)
show reload
show status

say "What is left of it?"
[ -z "$(find /sys/fs/cgroup -type d -path "*/$GROUP/burner*" 2>/dev/null)" ] || fail "a cgroup is left"
[ -z "$last" ] || [ ! -e "/proc/$last" ] || fail "a process is left"
! grep -q "$WORK" /proc/self/mountinfo || fail "a mount is left"
[ -z "$(pgrep -f "^bulkhead-keeper $WORK/run" || true)" ] || fail "a pipe is left"
kill "$DAEMON"
wait "$DAEMON" || fail "the daemon ended with exit code $?"
DAEMON=
[ -z "$(groups)" ] || fail "a cgroup is left: $(groups)"
[ -z "$(find "$WORK/run" -type p -o -type s)" ] || fail "a socket or FIFO is left"
[ -z "$(pgrep -f "^bulkhead-keeper $WORK/run" || true)" ] || fail "a process is left that holds pipes"
echo "nothing left behind"
