#!/bin/bash
# controllers.sh [SECONDS [KEY...]]: every controller's limit measured on this kernel; the whole table, then a row for each controller.
# SECONDS are the guest's own: its clock counts instructions, so a busy host changes nothing that is measured by it.
. "${0%/*}/lib.sh"
# Without any, there is nothing to refuse one of.
echo 8 > /proc/sys/vm/nr_hugepages
java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/src/test-classes:/src/bulkhead/lib/*' io.bulkhead.cgroup.ControllerTable "${@:-10}" | tee /tmp/table
code=${PIPESTATUS[0]}
# The columns of ControllerTable.line: controller 13, version 3, key 13, created 8, then what holds.
awk -v on="$on" '
    substr($0, 15, 2) ~ /^v[12]$/ {
        name = substr($0, 1, 13); key = substr($0, 19, 13); sub(/ +$/, "", name); sub(/ +$/, "", key)
        created = substr($0, 33, 8) ~ /^[0-9.]+ ms *$/
        detail = created ? substr($0, 42, 38) : "not here: " substr($0, 33); sub(/ +$/, "", detail)
        printf "@row\t%s\tcontrollers: %s\t%s\t0\t%s\n", on, name (key == "" || key == name ? "" : ", " key), /FAILED/ ? "FAILED" : "passed", detail
    }' /tmp/table
exit "$code"
