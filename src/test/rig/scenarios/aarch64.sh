#!/bin/bash
# rig -a arm64 bash /scenarios/aarch64.sh
#
# The launch routine, limits and adoption as another architecture does them: system call numbers, flags, structures, machine code.
. "${0%/*}/lib.sh"
root=/srv/root conf=/etc/bulkhead/supervisord.conf logs=/var/log/bulkhead
group=/sys/fs/cgroup/bulkhead
mkdir -p /opt /srv /etc/bulkhead; cp -r /src/bulkhead /opt
ctl() { /opt/bulkhead/bin/supervisorctl -c $conf "$@"; }
daemon() { /opt/bulkhead/bin/supervisord -c $conf 2>> /var/log/supervisord.log & echo $! > /run/daemon; }
logged() { grep -q "$2" "$logs/$1.stdout.log"; }
pid_is() { [ "$(pid_of "$1")" = "$2" ]; }
pid_changed() { running "$1" && ! pid_is "$1" "$2"; }
state() { api status | tr '{' '\n' | grep "\"name\":\"$1\"" | grep -q "\"state\":\"$2\""; }
gone() { ! kill -0 "$1" 2>/dev/null; }

# web burns CPU while /burn is there, and tells of every signal.
cat > /srv/web.sh <<'WEB'
trap 'echo got HUP' HUP
trap 'echo got TERM; exit 0' TERM
ls /proc/$$/fd > /descriptors
echo "process $$ on $HOSTNAME, root: $(ls / | tr '\n' ' '), descriptors: $(tr '\n' ' ' < /descriptors)"
beat=0
while :; do
    if [ -e /burn ]; then for ((i = 0; i < 500; i++)); do :; done; continue; fi
    echo "beat $((beat++))"; sleep 0.2
done
WEB
configure() { # configure QUOTA
    cat > $conf <<EOF
supervisor.reconcile.interval = 1 s
defaults { rootfs = $root, restart.policy = never, start.ready-after = 0 s }
services {
  web {
    command = [/bin/bash, /web.sh]
    cpu { period = 100 ms, quota = $1 ms }
    memory.max = 64 MiB
    pids.max = 32
    restart { policy = always, backoff.initial = 10 ms }
  }
  idle { command = [/bin/sleep, 1000] }
  wrong { command = [/bin/nosuch], autostart = false }
  tended {
    init = true
    command = [/bin/bash, -c, "trap 'echo told; exit 3' TERM; (sleep 0 &); echo child of \$PPID; while :; do sleep 0.2; done"]
  }
  forks {
    command = [/bin/bash, -c, "trap '' CHLD; for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; wait"]
    pids.max = 6
  }
  hogs {
    command = [/bin/bash, -c, "x=aaaaaaaaaaaaaaaa; while :; do x=\$x\$x; done"]
    memory.max = 24 MiB
  }
}
EOF
}
# uses SERVICE PERCENT: its share of a CPU over 5 s, at most one point more. Down to three quarters of it is nobody's fault here: an idle
# guest is woken by the host, and where that is late it misses a period's quota.
uses() {
    local before after begin end
    sleep 1
    before=$(sed -n 's/^usage_usec //p' $group/$1/cpu.stat) begin=$(date +%s%N)
    sleep 5
    after=$(sed -n 's/^usage_usec //p' $group/$1/cpu.stat) end=$(date +%s%N)
    local tenths=$(((after - before) * 1000000 / (end - begin)))
    echo "$((tenths / 10)).$((tenths % 10)) %"
    [ $tenths -ge $(($2 * 75 / 10)) ] && [ $tenths -le $((($2 + 1) * 10)) ]
}

here() { echo "$(uname -m), Linux $(uname -r), $(java -version 2>&1 | sed -n 2p)"; [ "$(uname -m)" = aarch64 ]; }
check "the machine" here

builds() { ctl rootfs build $root --binary bash --binary ls --binary sleep --binary tr > /run/built || { cat /run/built; return 1; }
    cp /srv/web.sh $root/web.sh
    echo "$(wc -l < /run/built) files, $(grep -o 'ld-linux[^ ]*' /run/built | head -1) among them"; }
check "rootfs build" builds

configure 20
launched=$(date +%s%N); daemon
starts() { await 60 running web; echo "$((($(date +%s%N) - launched) / 1000000)) ms until RUNNING"; ctl status web | grep RUNNING; }
check "start: the daemon, clone3 and the way to execve" starts
web=$(pid_of web)

alone() { await 20 logged web '^process' && grep '^process' $logs/web.stdout.log &&
    grep -q "^process 1 on web, root: .*web.sh.*, descriptors: 0 1 2 255 $" $logs/web.stdout.log; }
check "pivot_root, UTS name, no descriptor but 0, 1, 2" alone

private() { local kind
    for kind in pid mnt uts ipc cgroup; do
        [ "$(readlink /proc/self/ns/$kind)" != "$(readlink "/proc/$web/ns/$kind")" ] || fail "$kind is the host's" || return
    done
    [ "$(readlink /proc/self/ns/net)" = "$(readlink "/proc/$web/ns/net")" ] && echo "pid mnt uts ipc cgroup private, net shared"; }
check "namespaces" private

powers() { local file; file=/proc/$(pid_of idle)/status
    grep -E '^(CapEff|CapBnd|NoNewPrivs|SigBlk|SigIgn):' "$file" | tr '\n\t' '  '
    grep -q '^CapEff:.00000000a80425fb$' "$file" && grep -q '^CapBnd:.00000000a80425fb$' "$file" && grep -q '^NoNewPrivs:.1$' "$file" &&
        grep -q '^SigBlk:.0000000000000000$' "$file" && grep -q '^SigIgn:.0000000000000000$' "$file"; }
check "capset, no_new_privs, the signal mask" powers

written() { echo "cpu.max $(cat $group/web/cpu.max), memory.max $(cat $group/web/memory.max), pids.max $(cat $group/web/pids.max)"
    [ "$(cat $group/web/cpu.max)" = "20000 100000" ] && [ "$(cat $group/web/memory.max)" = $((64 << 20)) ] && [ "$(cat $group/web/pids.max)" = 32 ]; }
check "the limits as the kernel reads them back" written

touch $root/burn
check "20 ms in every 100 ms" uses web 20

holds_pids() { await 40 grep -q 'max [1-9]' $group/forks/pids.events; echo "$(cat $group/forks/pids.current) processes, refused: $(cat $group/forks/pids.events)"
    [ "$(cat $group/forks/pids.current)" -le 6 ]; }
check "pids.max holds" holds_pids

holds_memory() { await 40 state hogs EXITED && api status | field hogs exit && grep 'oom_kill ' $group/hogs/memory.events
    grep -q 'service=hogs .*exit="SIGKILL (out of memory)' /var/log/supervisord.log; }
check "memory.max holds" holds_memory

live() { configure 40; ctl reload && grep -q '^40000 ' $group/web/cpu.max && pid_is web "$web" && echo "same process: $web"; }
check "a live change" live
check "40 ms in every 100 ms" uses web 40
rm $root/burn

drifts() { echo max > $group/web/cpu.max; await 10 grep -q '^40000 ' $group/web/cpu.max && cat $group/web/cpu.max; }
check "a limit changed by somebody else is repaired" drifts

refused() { local out; out=$(ctl start wrong 2>&1) && { fail "it started: $out"; return; }; printf '%s\n' "$out"
    printf '%s\n' "$out" | grep -q "^wrong: execve /bin/nosuch: ENOENT (No such file or directory)" && [ -z "$(cat $group/wrong/cgroup.procs 2>/dev/null)" ]; }
check "a failed step is named" refused

crashes() { kill -KILL "$web"; await 10 pid_changed web "$web" && echo "$web -> $(pid_of web)"; }
check "a crash, and back" crashes
web=$(pid_of web)

post() { api "$1" -d "{\"names\":[\"$2\"]$3}"; echo; }
signalled() { post signal web ',"signal":"HUP"' && await 10 logged web 'got HUP'; }
check "a signal by pidfd" signalled
# An ELF file of our own making for this architecture, from memory.
tended() { local init; init=$(pid_of tended)
    await 20 logged tended '^child of 1$' && same "$(readlink "/proc/$init/exe")" "/memfd:bulkhead-init (deleted)" &&
        ! (echo x > "/proc/$init/exe") 2>/dev/null && ! grep -lsE '^State:.Z' /proc/[0-9]*/status && readlink "/proc/$init/exe"; }
check "init: process 1 of ours, from a file in memory that nobody can write to" tended
ends_tended() { post stop tended && await 10 logged tended '^told$' && await 10 state tended STOPPED; }
check "init: hands SIGTERM on" ends_tended

daemon_pid=$(cat /run/daemon)
kill -KILL "$daemon_pid"; await 10 gone "$daemon_pid"
beats=$(grep -c beat $logs/web.stdout.log); sleep 1
daemon
adopts() { await 60 running web && pid_is web "$web" && echo "same process: $web" && api daemon | grep -q "\"pid\":$(cat /run/daemon)\b"; }
check "SIGKILL of the daemon: the next one adopts" adopts

nothing_lost() { local last
    await 10 eval '[ $(grep -c beat $logs/web.stdout.log) -gt $((beats + 5)) ]' || return
    grep -o 'beat [0-9]*' $logs/web.stdout.log | awk '{ if ($2 != last + 1 && $2 != 0) lost = lost " " $2; last = $2 } END { print NR " lines, gaps:" (lost ? lost : " none"); exit lost != "" }'; }
check "what was written meanwhile is in the log" nothing_lost

ends() { kill -KILL "$web"; await 10 pid_changed web "$web" && echo "$web -> $(pid_of web)"; }
check "the end of an adopted process is noticed" ends
web=$(pid_of web)

stops() { post stop web && grep -q 'got TERM' $logs/web.stdout.log && state web STOPPED && gone "$web"; }
check "stop: SIGTERM and its handler" stops

removes() { echo 'services { }' > $conf; ctl reload
    [ -z "$(find $group -mindepth 1 -type d)" ] && ! grep -aq bulkhead-keeper /proc/[0-9]*/cmdline && ! grep -q $root /proc/self/mountinfo && echo "no group, no pipe, no mount"; }
check "removed without a trace" removes

finishes() { kill "$(cat /run/daemon)"; await 20 gone "$(cat /run/daemon)" && [ ! -e $group ] && ! grep -n 'Exception\|ERROR' /var/log/supervisord.log; }
check "the daemon's end leaves no group" finishes
[ -z "$failed" ] || sed 's/^/    log: /' /var/log/supervisord.log
exit ${failed:-0}
