#!/bin/sh
# A table of every controller in both cgroup versions: made, held to its limit, changed live, put right after somebody changed
# it, removed; each measured on the running kernel, with the reason where it has none. Run as root:
#
#   sh src/test/bench/controllers.sh [SECONDS [KEY...]]
#
# SECONDS  over which speeds are measured (10)
# KEY      to try these alone: cpu.quota, devices, ...
#
# In the rig, which has v2 alone, or v1's fourteen with systemd:
#
#   src/test/rig/rig -d target 'java -cp "/src/test-classes:/src/bulkhead/lib/*" io.bulkhead.cgroup.ControllerTable 10'
set -eu
cd "$(dirname "$0")/../../.."
[ "$(id -u)" = 0 ] || { echo "controllers.sh: must be run as root: it makes cgroups" >&2; exit 1; }
[ -e target/test-classes/io/bulkhead/cgroup/ControllerTable.class ] && [ -x target/bulkhead/bin/supervisord ] || mvn -q -B -DskipTests package
exec java -cp "target/test-classes:target/classes:target/bulkhead/lib/*" io.bulkhead.cgroup.ControllerTable "$@"
