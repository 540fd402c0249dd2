# Sourced by scenarios, in the guest. A line of the table is written for every `check`; a failed one shows why, and the
# scenario goes on.

failed=
row() { [ "$2" = passed ] || failed=1; printf '@row\t%s\t%s\t%s\n' "$1" "$2" "$3"; }

# check WHAT COMMAND...: passed if the command succeeds; what it prints is the detail
check() {
    local what=$1 detail begin=$SECONDS
    shift
    if detail=$("$@" 2>&1); then
        row "$what" passed "$(printf '%s' "$detail" | tail -1) [$((SECONDS - begin)) s]"
    else
        row "$what" FAILED "$(printf '%s' "$detail" | tail -1)"
        printf '%s\n' "$detail" | sed 's/^/    /'
        journalctl -q -b -n 25 -o cat -u bulkhead.service 2>/dev/null | sed 's/^/    journal: /'
    fi
}

# await SECONDS COMMAND...: until the command succeeds; a look costs little more than the command
await() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { echo "not within the time: $*"; "$@"; return 1; }
        sleep 0.2
    done
}

fail() { echo "$*"; return 1; }

# The daemon's own API, for each start of a JVM costs seconds here.
api() { curl -sS --max-time 60 --unix-socket /run/bulkhead/supervisord.sock "http://localhost/v1/$1" "${@:2}"; }
field() { sed -n "s/.*\"name\":\"$1\"[^}]*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }
pid_of() { api status | tr '{' '\n' | sed -n "s/.*\"name\":\"$1\".*\"pid\":\([0-9]*\).*/\1/p"; }
running() { [ -n "$(pid_of "$1")" ] && api status | tr '{' '\n' | grep "\"name\":\"$1\"" | grep -q RUNNING; }
answers() { api status | grep -q '^{\|^\['; }
unit_pid() { systemctl show -P MainPID bulkhead.service; }
