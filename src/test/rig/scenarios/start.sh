# Type=notify: when systemctl says started, the daemon answers.

started() {
    systemctl start bulkhead.service || return
    api status | grep -q '"name":"first"' || fail "no answer"
}
check "start: started means that it answers" started
check "start: the services run" await both_run

main() { readlink "/proc/$(daemon)/exe" | grep '/java$'; }
check "start: the main process is the JVM, no shell beside it" main

enabled() { same "$(systemctl show -P NRestarts bulkhead.service)" 0 && same "$(state)" active; }
check "start: active, at the first attempt" enabled
