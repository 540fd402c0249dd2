#!/bin/sh
# Makes the class-data archives of both commands for the Java they would run on now, by running each once. Optional: without
# them they start slower.
set -eu
LIB=$(dirname "$(readlink -f "$0")")
rm -f "$LIB"/*.jsa
BULKHEAD_DUMP=1 "$LIB/../bin/supervisord" --train >/dev/null 2>&1 || true
BULKHEAD_DUMP=1 "$LIB/../bin/supervisorctl" --train >/dev/null 2>&1 || true
