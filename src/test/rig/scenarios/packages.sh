#!/bin/bash
# The .deb on a Debian that has never seen it, then the archive: packages.sh DEB TAR. A script of its own, for a machine of
# its own; run in the guest.
export LAYOUT=${LAYOUT:-systemd} DEBIAN_FRONTEND=noninteractive
cd "$(dirname "$0")" || exit
. ./lib.sh
deb=$1 archive=$2
services=/etc/bulkhead/services.d

ctl() { supervisorctl "$@"; }
apt() { apt-get -q -y -o Dpkg::Use-Pty=0 "$@"; }
pid_of() { api status | tr '{' '\n' | sed -n 's/.*"name":"web".*"pid":\([0-9]*\).*/\1/p'; }
runs() { [ -n "$(pid_of)" ] && [ -d "/proc/$(pid_of)" ] || fail "web doesn't run: $(api status)"; }
main_pid() { systemctl show -P MainPID bulkhead.service; }
is_active() { systemctl is-active bulkhead.service; }
until_runs() { local end=$((SECONDS + 120)); until runs >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { runs; return; }; sleep 0.3; done; }
no_trace() { # of the program
    local left
    left=$(ls -d /usr/lib/bulkhead /usr/bin/supervisorctl /usr/sbin/supervisord /usr/lib/systemd/system/bulkhead.* /run/bulkhead \
        /usr/share/man/man?/supervisor* 2>/dev/null)
    [ -z "$left" ] || fail "left: $left"
}

# --- Two commands to a running service. The second's file is what a user would write.
mkdir -p /srv/web/bin && cp /bin/sleep /srv/web/bin/ && mkdir -p /srv/web/lib /srv/web/lib64
ldd /bin/sleep | grep -o '/[^ ]*' | while read -r library; do mkdir -p "/srv/web${library%/*}"; cp "$library" "/srv/web$library"; done
printf 'services.web { rootfs = /srv/web, command = "/bin/sleep 1000000", memory.max = 64 MiB, start.ready-after = 0 ms }\n' > /root/web.conf

installed() { apt install "$deb"; }
check "packages: 1st command: apt install ./bulkhead.deb, with all it depends on" installed
check "packages: the daemon is up, and will be at boot" eval 'is_active && systemctl is-enabled bulkhead.service'
second() { cp /root/web.conf $services/ && systemctl reload bulkhead; }
check "packages: 2nd command: a file, and systemctl reload bulkhead" second
check "packages: the service runs" runs

check "packages: class-data archives are made" ls /usr/lib/bulkhead/lib/supervisord-17.*.jsa /usr/lib/bulkhead/lib/supervisorctl-17.*.jsa
new_java() { # what dpkg does after it has unpacked one
    rm /usr/lib/bulkhead/lib/*.jsa && dpkg-trigger --by-package=bulkhead --no-await /usr/lib/jvm && dpkg --triggers-only -a
    ls /usr/lib/bulkhead/lib/supervisord-17.*.jsa
}
check "packages: and made anew when a Java is installed" new_java
group() { getent group bulkhead && [ "$(stat -c %G:%a /run/bulkhead/supervisord.sock)" = bulkhead:660 ]; }
check "packages: the control group is made, and the socket is its" group
member() { # commands without being root
    useradd --system --groups bulkhead alice && setpriv --reuid alice --regid alice --init-groups \
        curl -sS --fail --unix-socket /run/bulkhead/supervisord.sock http://localhost/v1/status
}
check "packages: a member of it may ask" member
doctor() { ctl doctor | tee /tmp/doctor | tail -1 | grep -x 'Bulkhead can work on this host.' && grep -E '^  (memory|delegation) +ok' /tmp/doctor; }
check "packages: doctor finds what it needs" doctor
check "packages: bash completes the names of services" bash -c '. /usr/share/bash-completion/completions/supervisorctl
    COMP_WORDS=(supervisorctl start w) COMP_CWORD=2; _supervisorctl; [ "${COMPREPLY[*]}" = web ]'

# --- An upgrade.
before=$(pid_of) daemon=$(main_pid)
rm -rf /tmp/next && dpkg-deb -R "$deb" /tmp/next && sed -i 's/^Version: .*/&.next/' /tmp/next/DEBIAN/control
dpkg-deb -b /tmp/next /tmp/next.deb >/dev/null
upgraded() { apt install /tmp/next.deb && dpkg-query -W -f '${Version}\n' bulkhead | grep next; }
check "packages: an upgrade while services run" upgraded
replaced() { [ "$(main_pid)" != 0 ] && [ "$(main_pid)" != "$daemon" ] && is_active || fail "daemon $(main_pid), before $daemon"; }
check "packages: brings a new daemon" replaced
kept() { until_runs && [ "$(pid_of)" = "$before" ] || fail "pid $(pid_of), before $before"; }
check "packages: and the same processes, although on-exit is stop" kept
conffile() { grep -q mine /etc/bulkhead/supervisord.conf && ls $services/web.conf; }
echo "# mine" >> /etc/bulkhead/supervisord.conf
apt install --reinstall "$deb" --allow-downgrades >/dev/null 2>&1
check "packages: configuration that was edited stays, also over a downgrade" conffile
check "packages: the service, too" kept

# --- Supervisor's package.
conflict() { # nothing is done without leave
    apt-get -s install supervisor > /tmp/said 2>&1
    grep -E '^Remv bulkhead ' /tmp/said || { cat /tmp/said; false; }
}
check "packages: installing supervisor is to remove it, by the package's own word" conflict

# --- Away, and back.
removed() { apt remove bulkhead && no_trace && [ ! -d "/proc/$before" ] || fail "still runs"; }
check "packages: apt remove stops the services, leaves no program" removed
groups_gone() { local left; left=$(find /sys/fs/cgroup -name 'bulkhead*'); [ -z "$left" ] || fail "$left"; }
check "packages: and no group" groups_gone
check "packages: but configuration and logs" ls $services/web.conf /etc/bulkhead/supervisord.conf /var/lib/bulkhead/generations/*.generation /var/log/bulkhead/web.stdout.log
back() { apt install "$deb" && is_active && until_runs && grep -q mine /etc/bulkhead/supervisord.conf; }
check "packages: installed again, it goes on with them" back
before=$(pid_of)
keeping() {
    echo 'supervisor.on-exit = keep' >> /etc/bulkhead/supervisord.conf
    systemctl reload bulkhead && systemctl restart bulkhead && kept
}
check "packages: a restart with on-exit = keep: the same processes" keeping
check "packages: but apt remove stops them, for nobody would look after them" removed
check "packages: and leaves no group" groups_gone
check "packages: once more installed" back
purged() {
    apt purge bulkhead && no_trace && [ ! -e /var/lib/bulkhead ] && [ ! -e /var/log/bulkhead ] && [ ! -e /etc/bulkhead/supervisord.conf ] || fail "left"
    ls $services/web.conf
}
check "packages: apt purge takes logs, earlier configurations and its own, not what others wrote" purged
fresh_again() { apt install "$deb" && is_active && until_runs; }
check "packages: installed after a purge, as at first" fresh_again

# --- The archive with its installer.
apt purge bulkhead >/dev/null 2>&1
mkdir -p $services && cp /root/web.conf $services/ && mkdir /tmp/archive && tar -xzf "$archive" -C /tmp/archive
installer() { sh /tmp/archive/bulkhead-*/install.sh "$@"; }
by_archive() { installer && is_active && until_runs && ls -l /usr/local/bin/supervisorctl; }
check "packages: install.sh of the archive" by_archive
before=$(pid_of)
again() { installer --prefix /usr/local && until_runs && [ "$(pid_of)" = "$before" ] || fail "pid $(pid_of), before $before"; }
check "packages: and again, which is an upgrade: the same processes" again
uninstalled() {
    installer --uninstall --purge && [ ! -d "/proc/$before" ] || return
    local left
    left=$(find / -xdev -path /proc -prune -o \( -iname '*bulkhead*' -o -name 'supervisor*' \) -print | grep -vE '^/(tmp|root|rig|sys|var/lib/systemd|var/local/packages|var/log/journal)/')
    [ -z "$left" ] || fail "left: $left"
}
check "packages: install.sh --uninstall --purge leaves nothing" uninstalled
[ -z "$failed" ]
