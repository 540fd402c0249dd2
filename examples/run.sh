#!/bin/sh
# One command at a time, with the flags of docker run: limits that hold, a root that can't be written, exit codes handed on,
# a command inside a running one. Run as root; builds first if need be.
ME=run
. "$(dirname "$0")/lib.sh"

ROOT=$WORK/rootfs

show() { # show WANTED COMMAND...: with the exit code that it should have
    wanted=$1 code=0
    shift
    printf '$ supervisorctl'
    for word; do
        case $word in *[!A-Za-z0-9_./:=@,-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    echo
    ctl "$@" 2>&1 || code=$?
    [ $code = 0 ] || echo "(exit code $code)"
    [ $code = "$wanted" ] || fail "exit code $code instead of $wanted"
}

say "A root file system, and a daemon without services"
ctl rootfs build "$ROOT" --binary bash --binary ls --binary cat --binary sleep --binary touch
cat > "$CONF" <<EOF
supervisor { run-dir = $WORK/run, log-dir = $WORK/log, cgroup.parent = /$GROUP }
services {}
EOF
"$BIN/supervisord" -c "$CONF" 2> "$WORK/supervisord.log" &
DAEMON=$!
end=$(($(date +%s) + 20))
until ctl version > "$WORK/version" 2>&1; do
    [ "$(date +%s)" -lt $end ] || fail "no daemon: $(cat "$WORK/version")"
    sleep 0.1
done

say "As whoever it is told, with what it is given"
show 0 run --rootfs "$ROOT" -u 1000:1000 -h box -e GREETING=hello -w /tmp --tmpfs /tmp -- \
    /bin/bash -c 'echo $GREETING from $HOSTNAME:$PWD, user $EUID, process $$'

say "Read-only, but for a tmpfs"
show 1 run --rootfs "$ROOT" --read-only --tmpfs /tmp -- /bin/bash -c 'touch /tmp/a && ls /tmp && touch /b'

say "More memory than it may have: it is killed, by signal 9"
show 137 run --rootfs "$ROOT" -m 32m --memory-swap 32m -- /bin/bash -c 'a=x; while :; do a=$a$a; done'

say "Half a CPU, in the background; and a command inside"
show 0 run -d --name busy --rootfs "$ROOT" --cpus 0.5 -- /bin/bash -c 'while :; do :; done'
show 0 status
show 0 exec busy -- /bin/bash -c 'echo processes here: $(cat /proc/[0-9]*/comm)'
show 0 stop busy

say "Exit codes are Docker's"
show 7 run --rootfs "$ROOT" -- /bin/bash -c 'exit 7'
show 127 run --rootfs "$ROOT" -- /bin/nosuch
show 126 run --rootfs "$ROOT" -- /etc

say "What is left of them?"
show 0 status
kill "$DAEMON"
wait "$DAEMON" || fail "the daemon ended with exit code $?"
DAEMON=
[ -z "$(find /sys/fs/cgroup -type d -name "$GROUP" 2>/dev/null)" ] || fail "a cgroup is left"
! grep -q "$WORK" /proc/self/mountinfo || fail "a mount is left"
echo "nothing left behind"
