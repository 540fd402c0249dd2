#!/bin/sh
# A table of every controller in both cgroup versions: made, held to its limit, changed live, put right after somebody changed
# it, removed; each measured on the running kernel, with the reason where it has none. Run as root:
#
#   sh src/test/bench/controllers.sh [SECONDS [KEY...]]
#
# SECONDS  over which speeds are measured (10)
# KEY      to try these alone: cpu.quota, devices, ...
#
# src/test/rig/verify controllers does so in the rig, on v2 alone and on v1 with systemd.
set -eu
cd "$(dirname "$0")/../../.."
[ "$(id -u)" = 0 ] || { echo "controllers.sh: must be run as root: it makes cgroups" >&2; exit 1; }
[ -e target/test-classes/io/bulkhead/cgroup/ControllerTable.class ] && [ -x target/bulkhead/bin/supervisord ] || mvn -q -B -DskipTests package
exec java -cp "target/test-classes:target/classes:target/bulkhead/lib/*" io.bulkhead.cgroup.ControllerTable "$@"
