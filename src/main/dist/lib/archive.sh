#!/bin/sh
# Makes the class-data archives of both commands for the Java they would run on now, by running each once. Optional: without
# them they start slower.
set -eu
LIB=$(dirname "$(readlink -f "$0")")
rm -f "$LIB"/*.jsa
# A static archive: picocli's classes are too old for one made at a program's exit.
for command in supervisord supervisorctl; do
    said=$(BULKHEAD_DUMP=list timeout 300 "$LIB/../bin/$command" --train 2>&1) ||
        echo "archive.sh: $command cannot be trained: $said" >&2
    BULKHEAD_DUMP=archive "$LIB/../bin/$command" --train >/dev/null 2>&1 || true
    rm -f "$LIB/$command.classes"
done
