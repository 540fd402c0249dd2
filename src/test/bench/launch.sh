#!/bin/sh
# Launch to exit of /bin/true, from the same rootfs, in the same namespaces (pid, mount, uts, ipc, cgroup, net), with the
# same limits (20 ms of CPU in 100 ms, 64 MiB, 64 tasks): Bulkhead, runc, crun, bubblewrap (which has no limits) and the
# floor, the same system calls from C. Run as root: sh src/test/bench/launch.sh [--everything] [ROUNDS]
#
# --everything: with the default system call filter, mounts of its own, a read-only root and every controller that is live
# here, for Bulkhead, runc and crun; the floor and bubblewrap stay as they are.
#
#   bulkhead launch   the launcher, in groups that stand; as the daemon has it, with the next network namespace at hand
#   bulkhead restart  with all that the daemon does to restart a service: groups and limits looked at
#   bulkhead whole    with groups made, limited and removed each time
set -eu
cd "$(dirname "$0")/../../.."
EVERYTHING=
[ "${1:-}" != --everything ] || { EVERYTHING=yes; shift; }
ROUNDS=${1:-20}
[ "$(id -u)" = 0 ] || { echo "launch.sh: must be run as root: it makes cgroups and namespaces" >&2; exit 1; }
missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need runc runc; need crun crun; need bwrap bubblewrap; need gcc gcc
[ -e /usr/include/stdio.h ] || missing="$missing libc6-dev"
[ -z "$missing" ] || { echo "launch.sh: missing:$missing; apt-get install -y$missing" >&2; exit 1; }
[ -d target/test-classes/io/bulkhead/bench ] && [ -x target/bulkhead/bin/supervisorctl ] || mvn -q -B -DskipTests package
LIB=$PWD/target/bulkhead/lib
NAME=bulkhead-bench-$$
WORK=$(mktemp -d "${TMPDIR:-/tmp}/$NAME.XXXXXX")
JVM=
cleanup() {
    status=$?
    trap - EXIT INT TERM
    exec 3>&- # the end of its standard input ends it, and it removes its groups
    [ -z "$JVM" ] || wait "$JVM" || true
    find /sys/fs/cgroup -depth -type d -path "*/$NAME*" -exec rmdir {} + 2>/dev/null || true
    [ $status = 0 ] || cat "$WORK"/*.err >&2 2>/dev/null || true
    rm -rf "$WORK"
    exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

target/bulkhead/bin/supervisorctl rootfs build "$WORK/rootfs" --binary true >/dev/null
gcc -O2 -o "$WORK/floor" src/test/bench/floor.c
KEYS='seccomp = unconfined'
READONLY=false MOUNTS= CPU= RESOURCES= SECCOMP=
if [ -n "$EVERYTHING" ]; then
    mkdir -p "$WORK/data" "$WORK/rootfs/data" "$WORK/rootfs/conf" "$WORK/rootfs/tmp"
    mkdir -p "$WORK/rootfs/proc" "$WORK/rootfs/sys" "$WORK/rootfs/dev"
    disk=$(lsblk -dno NAME,MAJ:MIN,TYPE | awk '$3 == "disk" { print $1, $2; exit }')
    last=$(($(nproc --all) - 1))
    KEYS="rootfs.readonly = true
    mounts = [{ source = $WORK/data, target = /data }, { source = $WORK/data, target = /conf, readonly = true },
              { type = tmpfs, target = /tmp, size = 16 MiB }]
    cpu { weight = 200, cpus = \"0-$last\", mems = \"0\" }
    io.limits = [{ device = /dev/${disk% *}, read-bps = 100 MiB, write-bps = 100 MiB }]
    devices = [{ path = /dev/fuse, access = rwm }]"
    READONLY=true
    MOUNTS=",{\"destination\": \"/data\", \"source\": \"$WORK/data\", \"type\": \"bind\", \"options\": [\"bind\", \"nosuid\", \"nodev\"]},
    {\"destination\": \"/conf\", \"source\": \"$WORK/data\", \"type\": \"bind\", \"options\": [\"bind\", \"nosuid\", \"nodev\", \"ro\"]},
    {\"destination\": \"/tmp\", \"source\": \"tmpfs\", \"type\": \"tmpfs\", \"options\": [\"nosuid\", \"nodev\", \"size=16m\"]}"
    CPU=",\"shares\": 2048, \"cpus\": \"0-$last\", \"mems\": \"0\""
    rate="[{\"major\": ${disk#* }, \"rate\": 104857600}]"
    rate=$(echo "$rate" | sed 's/: \([0-9]*\):\([0-9]*\)/: \1, "minor": \2/')
    RESOURCES=",\"blockIO\": {\"throttleReadBpsDevice\": $rate, \"throttleWriteBpsDevice\": $rate}"
fi
cat > "$WORK/bench.conf" <<EOF
services.bench {
    command = [/bin/true]
    rootfs.path = $WORK/rootfs
    namespaces.net = private
    cpu { period = 100 ms, quota = 20 ms }
    memory.max = 64 MiB
    pids.max = 64
    $KEYS
}
EOF
bundle() { # bundle TOOL: what runc and crun read, with the mounts, masks and powers that Bulkhead gives by default
    capabilities='["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_FSETID","CAP_KILL","CAP_SETGID","CAP_SETUID",
        "CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_NET_RAW","CAP_SYS_CHROOT","CAP_MKNOD","CAP_AUDIT_WRITE","CAP_SETFCAP"]'
    mkdir "$WORK/$1"
    cat > "$WORK/$1/config.json" <<EOF
{
  "ociVersion": "1.0.2",
  "process": {
    "terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["/bin/true"], "cwd": "/", "noNewPrivileges": true,
    "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/"],
    "capabilities": {"bounding": $capabilities, "effective": $capabilities, "permitted": $capabilities}
  },
  "root": {"path": "$WORK/rootfs", "readonly": $READONLY},
  "hostname": "bench",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
      "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
      "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
      "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
    {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}
    $MOUNTS
  ],
  "linux": {
    "cgroupsPath": "/$NAME-$1/bench",
    "resources": {
      "devices": [{"allow": false, "access": "rwm"}],
      "cpu": {"quota": 20000, "period": 100000 $CPU}, "memory": {"limit": 67108864}, "pids": {"limit": 64} $RESOURCES
    },
    "namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"},
      {"type": "cgroup"}],
    "maskedPaths": ["/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
      "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",
      "/sys/firmware", "/sys/devices/virtual/powercap"],
    "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    $SECCOMP
  }
}
EOF
}

# The JVM as the daemon has it.
. "$LIB/java.sh"
classpath=target/test-classes
for jar in "$LIB"/*.jar; do classpath=$classpath:$jar; done
mkfifo "$WORK/requests" "$WORK/answers"
# shellcheck disable=SC2086
"$JAVA" $BULKHEAD_FLAGS -Xms8m -Xmx64m -Xss512k -XX:ReservedCodeCacheSize=24m -XX:MaxMetaspaceSize=64m \
    -Djffi.boot.library.path="$LIB/jni/$(uname -m)-Linux" -cp "$classpath" \
    io.bulkhead.bench.LaunchBench "$WORK/bench.conf" "/$NAME" 400 < "$WORK/requests" > "$WORK/answers" 2> "$WORK/jvm.err" &
JVM=$!
exec 3> "$WORK/requests" 4< "$WORK/answers"
ask() { # ask REQUEST: the JVM's answer, a word a line
    echo "$1" >&3
    read -r answer <&4
    # shellcheck disable=SC2086
    printf '%s\n' $answer
}
groups=$(ask groups | tr '\n' ' ')
[ -z "$EVERYTHING" ] || SECCOMP=",\"seccomp\": $(ask seccomp)"
bundle runc
bundle crun

bulkhead() { ask "whole 10"; }
restart() { ask "start 10"; }
launch() { ask "launch 10"; }
# shellcheck disable=SC2086
floor() { "$WORK/floor" launch 10 "$WORK/rootfs" /bin/true $groups; }
runc() { "$WORK/floor" time 3 runc --root "$WORK/runc-state" run -b "$WORK/runc" "$NAME"; }
crun() {
    # It takes a host that has v1 and v2 for neither; a private mount namespace, in which nothing done reaches the host.
    # shellcheck disable=SC2016
    unshare -m --propagation private sh -c '
        [ ! -e /sys/fs/cgroup/unified/cgroup.procs ] || umount /sys/fs/cgroup/unified
        exec "$@"' sh "$WORK/floor" time 10 crun --root "$WORK/crun-state" run -b "$WORK/crun" "$NAME"
}
bwrap() {
    "$WORK/floor" time 10 bwrap --unshare-all --bind "$WORK/rootfs" / --proc /proc --dev /dev --tmpfs /dev/shm \
        --hostname bench --chdir / /bin/true
}
tools="bulkhead restart launch floor bwrap crun runc"
for round in $(seq 0 "$ROUNDS"); do
    for tool in $tools; do
        [ ! -t 2 ] || printf '\rround %s of %s: %-8s' "$round" "$ROUNDS" "$tool" >&2
        $tool > "$WORK/now" 2> "$WORK/$tool.err"
        [ "$round" = 0 ] || cat "$WORK/now" >> "$WORK/$tool.us" # the first one warms up
    done
done
[ ! -t 2 ] || printf '\r%40s\r' '' >&2

at() { # at TOOL PERCENT: that percentile
    sort -n "$WORK/$1.us" | awk -v p="$2" '{ a[NR] = $1 } END { i = int(NR * p / 100 + 0.5); print a[i < 1 ? 1 : i] }'
}
row() { # row TOOL NAME: how many times the launcher's own time, and of the whole with groups made and removed
    awk -v name="$2" -v n="$(wc -l < "$WORK/$1.us")" -v m="$(at "$1" 50)" -v p="$(at "$1" 95)" -v l="$(at launch 50)" \
        -v w="$(at bulkhead 50)" \
        'BEGIN { printf "%-18s %5d %10.2f %10.2f %11.2f %11.2f\n", name, n, m / 1000, p / 1000, m / l, m / w }'
}
printf '%-18s %5s %10s %10s %11s %11s\n' "launch to exit" n "median ms" "p95 ms" "x launch" "x whole"
row launch "bulkhead launch"
row restart "bulkhead restart"
row bulkhead "bulkhead whole"
row floor floor
row bwrap bubblewrap
row crun crun
row runc runc
awk -v l="$(at launch 50)" -v f="$(at floor 50)" 'BEGIN { printf "bulkhead launch is %.2f times the floor\n", l / f }'
