# A daemon that hangs is replaced, and the services don't notice.

dropin watchdog WatchdogSec=15
systemctl start bulkhead.service
await both_run
before=$(pids) limits=$(limits) old=$(daemon)

hung() { kill -STOP "$old" && lived_on; }
check "watchdog: a daemon that hangs is replaced, the services live on" hung
by_watchdog() { journal | grep -F 'Watchdog timeout' || fail "it wasn't the watchdog"; }
check "watchdog: it was the watchdog" by_watchdog
