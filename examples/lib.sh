# Sourced by the examples, each of which says first who it is (ME): a daemon of its own, below a directory and a cgroup parent of
# its own, both gone at its end, whatever that is.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "$ME: must be run as root: it makes cgroups and namespaces" >&2; exit 1; }
BIN=${BULKHEAD_BIN:-target/bulkhead/bin}
[ -x "$BIN/supervisorctl" ] || mvn -q -B -DskipTests package
BIN=$(cd "$BIN" && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-$ME.XXXXXX")
GROUP=bulkhead-$ME-$$
CONF=$WORK/supervisord.conf
DAEMON=

ctl() { "$BIN/supervisorctl" -c "$CONF" "$@"; }
say() { printf '\n# %s\n' "$1"; }
fail() { echo "$ME: $1" >&2; exit 1; }
cleanup() {
    status=$?
    trap - EXIT INT TERM
    if [ -n "$DAEMON" ] && kill -0 "$DAEMON" 2>/dev/null; then
        kill "$DAEMON"
        wait "$DAEMON" || true
    fi
    [ $status = 0 ] || { echo "--- the daemon's log:"; cat "$WORK/supervisord.log" 2>/dev/null; } >&2
    rm -rf "$WORK"
    exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

