# Sourced by the scenarios, in the guest: a unit, its configuration, and a row of the table for each `check`.

CONF=/etc/bulkhead/supervisord.conf
UNIT=/sys/fs/cgroup/system.slice/bulkhead.service

# What a row says of where it was.
case ${LAYOUT:=init} in init | systemd) on=v2 ;; legacy) on=v1 ;; *) on=$LAYOUT ;; esac
[ "$LAYOUT" = init ] || on="$on, $(systemctl --version | sed -n '1s/ (.*//p')"
[ "$(uname -m)" = x86_64 ] || on="$on, $(uname -m)"

failed=
row() { # row WHAT RESULT SECONDS DETAIL
    [ "$2" = passed ] || failed=1
    printf '@row\t%s\t%s\t%s\t%s\t%s\n' "$on" "$@"
}

# check WHAT COMMAND...: passed if the command succeeds; the last line it prints is the detail. What a failed one printed is
# shown, and the scenario goes on.
check() {
    local what=$1 said begin=$SECONDS
    shift
    if said=$("$@" 2>&1); then
        row "$what" passed $((SECONDS - begin)) "$(printf '%s' "$said" | tail -n 1)"
    else
        row "$what" FAILED $((SECONDS - begin))
        printf '%s\n' "$said" | sed 's/^/    /'
        journalctl -q -b -n 30 -o short-monotonic -u bulkhead.service 2>/dev/null | sed 's/^/    journal: /'
    fi
}

fail() { echo "$*"; return 1; }
same() { [ "$1" = "$2" ] || fail "not the same: \"$1\" and \"$2\""; }

# await [SECONDS] COMMAND...: until it succeeds. Patient, for an emulated CPU may be a slow one.
await() {
    local patience=180
    case $1 in [0-9]*) patience=$1; shift ;; esac
    local deadline=$((SECONDS + patience))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { "$@"; fail "not within $patience s: $*"; return; }
        sleep 0.2
    done
}

# The daemon's own API, for each start of a JVM costs seconds here.
api() { curl -sS --fail-with-body --max-time 180 --unix-socket "${SOCKET:-/run/bulkhead/supervisord.sock}" "http://localhost/v1/$1" "${@:2}"; }
service() { api status | tr '{' '\n' | grep "\"name\":\"$1\""; }
field() { service "$1" | sed -n "s/.*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }
pid_of() { service "$1" | sed -n 's/.*"pid":\([0-9]*\).*/\1/p'; }
pids() { echo $(pid_of first) $(pid_of second); }
running() { local name; for name; do service "$name" | grep -q '"state":"RUNNING"' || fail "$name isn't RUNNING: $(service "$name")" || return; done; }
both_run() { running first second; }
daemon() { systemctl show -P MainPID bulkhead.service; }
state() { systemctl show -P ActiveState bulkhead.service; }
# Where $old was the daemon, $before the services' processes and $limits the first's.
replaced() { [ "$(daemon)" != 0 ] && [ "$(daemon)" != "$old" ] && [ "$(state)" = active ] || fail "$(daemon) $(state)"; }
lived_on() { await replaced && await both_run && same "$(pids)" "$before" && same "$(limits)" "$limits"; }
journal() { journalctl -q -b -o cat -u bulkhead.service; }

# limit FILE SERVICE: what a service's group says, whatever the layout; the first name of FILE|FILE that is there
limit() {
    local file group
    for group in "$UNIT/$2" /sys/fs/cgroup/*/bulkhead/"$2" /sys/fs/cgroup/bulkhead/"$2"; do
        for file in ${1//|/ }; do
            [ ! -e "$group/$file" ] || { cat "$group/$file"; return; }
        done
    done
    fail "no $1 of $2"
}
memory_max() { limit 'memory.max|memory.limit_in_bytes' "$1"; }
pids_max() { limit pids.max "$1"; }
limits() { echo $(memory_max first) $(pids_max first) $(limit 'cpu.max|cpu.cfs_quota_us' first); }
groups() { find /sys/fs/cgroup -type d -path '*bulkhead*' -name "${1:-*}"; }
# Everything that is a group, but what systemd makes for its own as it likes.
others() { find /sys/fs/cgroup -type d -not -path '*/bulkhead*' -not -path '*/user.slice*' | sort; }

# configure [TEXT [SERVICES]]: two services, the first with limits; TEXT goes into `supervisor`
configure() {
    mkdir -p /etc/bulkhead
    cat > $CONF <<CONF
supervisor { reconcile.interval = 1 s, ${1:-} }
defaults { rootfs = /srv/root }
services {
  first {
    # Says on the disk when it was told to end, and that it was let end.
    command = [/bin/bash, -c, "trap 'echo \$HOSTNAME told >> /ends; sleep 2; echo \$HOSTNAME ended >> /ends; exit' TERM; while :; do sleep 1; done"]
    cpu.quota = 40 ms, memory.max = ${MEMORY:-64 MiB}, pids.max = 20
  }
  second { command = [/bin/bash, -c, "trap 'echo \$HOSTNAME ended >> /ends; exit' TERM; while :; do sleep 1; done"] }
}
CONF
}

# dropin NAME LINE...: adds to the unit, until the next topic
dropin() {
    local name=$1
    shift
    mkdir -p /run/systemd/system/bulkhead.service.d
    printf '%s\n' '[Service]' "$@" > "/run/systemd/system/bulkhead.service.d/$name.conf"
    systemctl daemon-reload
}

# As README says, with class-data archives for this Java.
install_bulkhead() {
    cp -a /src/rig/bulkhead /usr/lib/bulkhead || return
    mkdir -p /etc/bulkhead/services.d && cp /project/conf/*.conf /etc/bulkhead
    cp /project/systemd/bulkhead.* /etc/systemd/system && systemctl daemon-reload || return
    systemd-sysusers /project/systemd/sysusers.conf || return
    /usr/lib/bulkhead/bin/supervisorctl rootfs build /srv/root --binary bash --binary sleep
}

# What every topic begins with: nothing of the last one.
fresh() {
    systemctl stop bulkhead.socket bulkhead.service
    systemctl reset-failed bulkhead.service
    local file
    for file in $(groups cgroup.procs); do xargs -r kill -KILL < "$file"; done
    rm -rf /run/systemd/system/bulkhead.service.d /run/systemd/system.control/bulkhead.service.d /run/bulkhead /var/lib/bulkhead /var/log/bulkhead /srv/root/ends
    # Emulation may take long over what takes a second.
    dropin patience TimeoutStartSec=infinity
    configure
} >/dev/null 2>&1
