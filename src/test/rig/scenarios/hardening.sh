# The units are written as systemd wants them, and confine what can be confined.

# Without the manual pages, which packages bring and an installation by hand does not.
verified() {
    same "$(systemd-analyze verify --man=no /etc/systemd/system/bulkhead.service /etc/systemd/system/bulkhead.socket 2>&1)" ""
}
check "systemd-analyze verify: clean" verified
exposure() { systemd-analyze security --no-pager --threshold=85 bulkhead.service; }
check "systemd-analyze security: no worse than 8.5" exposure
systemd-analyze security --no-pager bulkhead.service | tail -1 | sed 's/^/    /'
