#!/bin/sh
# What a container sees of itself, side by side: as `runc spec` makes one, as Bulkhead does by default, and as it does with
# the network and the capabilities of `runc spec`. Run as root: sh src/test/bench/report.sh
#
# Ends with 1 where Bulkhead is looser anywhere but in the two that are so on purpose: by default a service has the host's
# network, and the capabilities that Docker gives.
set -eu
cd "$(dirname "$0")/../../.."
. src/test/bench/daemon-lib.sh
command -v runc >/dev/null 2>&1 || fail "missing runc: apt-get install -y runc"
command -v python3 >/dev/null 2>&1 || fail "missing python3: apt-get install -y python3"
begin
gcc -O2 -static -o "$WORK/rootfs/bin/report" src/test/bench/report.c
mkdir "$WORK/runc"
# All system calls but those that would end, stop or hang their caller.
# shellcheck disable=SC2046
CALLS=$(python3 - <<'EOF'
import re
ends = 'exit exit_group pause rt_sigreturn fork vfork clone rt_sigsuspend restart_syscall wait4 waitid vhangup reboot kill tkill'.split()
numbers = dict((m[1], int(m[2])) for m in re.finditer(r'#define __NR_(\w+) (\d+)\n', open(__import__('glob').glob('/usr/include/*-linux-gnu/asm/unistd*64.h')[0]).read()))
print(' '.join(str(n) for name, n in sorted(numbers.items(), key=lambda x: x[1]) if name not in ends))
EOF
)
(cd "$WORK/runc" && runc spec)
python3 - "$WORK" $CALLS <<'EOF'
import json, sys
work, calls = sys.argv[1], sys.argv[2:]
file = work + '/runc/config.json'
spec = json.load(open(file))
spec['process']['terminal'] = False
spec['process']['args'] = ['/bin/report'] + calls
spec['root']['path'] = work + '/rootfs'
json.dump(spec, open(file, 'w'))
EOF
runc --root "$WORK/state" run -b "$WORK/runc" "$GROUP" < /dev/null > "$WORK/runc.report"
{
    supervisor
    for name in default tight; do
        [ $name = tight ] && keys='namespaces.net = private, capabilities { drop = [ALL], add = [AUDIT_WRITE, KILL, NET_BIND_SERVICE] }' || keys=
        echo "services.$name { rootfs = $WORK/rootfs, command = [/bin/report, $(echo "$CALLS" | sed 's/ /, /g')]"
        echo "  restart.policy = never, start.ready-after = 0 s, log.timestamps = false, $keys }"
    done
} > "$CONF"
daemon 2> /dev/null
for name in default tight; do
    tries=0
    until ctl status "$name" 2>/dev/null | grep -q EXITED; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || fail "$name: $(ctl status "$name")"
        sleep 0.2
    done
    cp "$WORK/log/$name.stdout.log" "$WORK/$name.report"
done
python3 - "$WORK" <<'EOF'
import os, sys
work = sys.argv[1]
columns = ('runc', 'default', 'tight')
reports = {c: dict(l.rstrip('\n').split(' ', 1) for l in open(f'{work}/{c}.report')) for c in columns}
for kind in 'cgroup ipc mnt net pid time user uts'.split():
    host = os.readlink('/proc/self/ns/' + kind)
    for r in reports.values():
        key = 'namespace.' + kind
        r[key] = 'host' if r.get(key, host) == host else 'own'
blocked = lambda r: {k for k, v in r.items() if k.startswith('call.') and v == 'blocked'}
looser_calls = {c: blocked(reports['runc']) - blocked(reports[c]) for c in columns}
for c in columns:
    reports[c]['calls blocked'] = str(len(blocked(reports[c])))
flags = lambda v: set(v.strip('.,').split(',')) - {''}
def looser(key, theirs, ours, column):
    if key.startswith('namespace.'): return theirs == 'own' and ours == 'host'
    if key.startswith('Cap'): return int(ours, 16) & ~int(theirs, 16) != 0
    if key == 'NoNewPrivs': return ours < theirs
    if key == 'Seccomp': return ours < theirs
    if key == 'calls blocked': return bool(looser_calls[column])
    if key.startswith('mount.'): return not flags(ours) >= flags(theirs)
    return theirs in ('hidden', 'protected') and ours != theirs
on_purpose = {'namespace.net', 'CapPrm', 'CapEff', 'CapBnd', 'CapInh', 'CapAmb', 'calls blocked'} # calls, by what capabilities allow
print('%-40s %-18s %-18s %-18s' % ('', 'runc spec', 'bulkhead', 'with its net, caps'))
bad = []
for key in [k for k in reports['default'] if not k.startswith('call.')]:
    row = [reports[c].get(key, '-') for c in columns]
    if row == ['-'] * 3: continue
    notes = ''
    for c in columns[1:]:
        if key in reports['runc'] and looser(key, reports['runc'][key], reports[c][key], c):
            purpose = c == 'default' and key in on_purpose
            notes += '  looser, on purpose' if purpose else '  LOOSER'
            if not purpose: bad.append((c, key))
    print('%-40s %-18s %-18s %-18s%s' % (key, *row, notes))
for c in columns[1:]:
    if looser_calls[c]: print(c, 'leaves open what runc blocks:', sorted(looser_calls[c]))
print('looser than runc spec:', bad or 'nowhere but on purpose')
sys.exit(1 if bad else 0)
EOF
