#!/bin/bash
# A shop of twelve services: comes up in order, is healthy, lives through the death of each in turn, goes over to a new configuration,
# leaves a broken one by itself, and goes back to the first. Run as root; builds first if need be. Needs PostgreSQL, redis and nginx:
# apt-get install postgresql redis-server nginx-light curl
ME=shop
. "$(dirname "$0")/lib.sh"

postgres=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
for program in "$postgres/postgres" redis-server redis-cli nginx curl; do
    command -v "$program" >/dev/null || fail "needs $program: apt-get install postgresql redis-server nginx-light curl"
done
export SHOP=$WORK SHOP_GROUP=/$GROUP SHOP_PATH=$postgres:/usr/sbin:/usr/bin:/sbin:/bin

show() { printf '$ supervisorctl %s\n' "$*"; ctl "$@"; }
await() { # await SECONDS CONDITION...: until it holds
    local end=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { ctl status >&2; fail "not so in time: $*"; }
        sleep 0.1
    done
}

services=(db-files db migration queue orders mail bills parcels report catalogue api proxy)
is_well() { # is_well SERVICE...: each runs or has done what it was to do, and none is unhealthy
    ctl status "$@" > "$WORK/status" && ! grep -qv ' RUNNING\|completed' "$WORK/status" && ! grep -q unhealthy "$WORK/status"
}
page() { curl -fsS "http://127.0.0.1:$PROXY_PORT/$1"; }
says() { page "$1" | grep -q "$2"; }
orders_done() { ctl tail -200 report | sed -n 's/^orders done: //p' | tail -n 1; }
more_done() { local now; now=$(orders_done) && [ "${now:-0}" -gt "$1" ]; }
came_back() { # came_back SERVICE PID: it runs as another process, whose pid is $now
    is_well "$1" && now=$(sed -n "s/^$1 .* pid \([0-9]*\),.*/\1/p" "$WORK/status") && [ -n "$now" ] && [ "$now" != "$2" ]
}

say "A root for all of them, with the host's /usr to be mounted in it; five free ports"
mkdir -p "$WORK"/root/{etc,usr,tmp,srv,data,dev,proc,sys,run,var/lib/nginx,var/log/nginx} "$WORK/data" "$WORK/srv" "$WORK/state"
for link in bin lib lib64 sbin; do ln -s "usr/$link" "$WORK/root/$link"; done
chmod 1777 "$WORK/root/tmp"
echo 'shop:x:61234:61234:Shop:/tmp:/bin/sh' > "$WORK/root/etc/passwd"
echo 'shop:x:61234:' > "$WORK/root/etc/group"
echo '127.0.0.1 localhost' > "$WORK/root/etc/hosts"
chown 61234:61234 "$WORK/data"
chmod 700 "$WORK/data"
free_port() { # one that nobody listens on now; each call another
    for ((port = ${last_port:-$((20000 + $$ % 10000))} + 1; ; port++)); do
        (: <> "/dev/tcp/127.0.0.1/$port") 2>/dev/null || { last_port=$port; return; }
    done
}
for name in DB QUEUE API CATALOGUE PROXY; do free_port; export "${name}_PORT=$last_port"; done
cp examples/shop/*.s* "$WORK/srv"
nginx_conf() { # nginx_conf PORT LOCATIONS
    cat <<END
daemon off; pid /tmp/nginx.pid; worker_processes 1; error_log /dev/stderr warn;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi; default_type text/plain;
  server { listen 127.0.0.1:$1; $2 }
}
END
}
catalogue() { nginx_conf "$CATALOGUE_PORT" "location / { return 200 \"the $1 edition\\n\"; }" > "$WORK/srv/catalogue.conf"; }
catalogue first
nginx_conf "$API_PORT" 'location / { return 200 "open\n"; }' > "$WORK/srv/api.conf"
nginx_conf "$PROXY_PORT" "location /catalogue { proxy_pass http://127.0.0.1:$CATALOGUE_PORT; }
    location /api { proxy_pass http://127.0.0.1:$API_PORT; }" > "$WORK/srv/proxy.conf"
cp examples/shop/supervisord.conf "$CONF"
show check "$CONF"

say "The daemon; all of them come up, each when what it needs is there"
"$BIN/supervisord" -c "$CONF" 2> "$WORK/supervisord.log" &
DAEMON=$!
await 20 ctl version
await 120 is_well "${services[@]}"
show status
ctl events --json | sed -n 's/.*"at":"[^T]*T\([0-9:.]*\)Z".*"service":"\([^"]*\)".*"to":"RUNNING".*/\1 \2/p' | head -n 12
await 10 says catalogue "the first edition"
await 10 more_done 0

say "Each is killed in turn, and is back, the shop with it"
for service in db queue orders mail bills parcels report catalogue api proxy; do
    pid=$(ctl pid $service)
    kill -KILL "$pid"
    await 60 came_back $service "$pid"
    echo "$service: pid $pid killed, now $now"
done
await 60 is_well "${services[@]}"
await 10 says catalogue "the first edition"
before=$(orders_done)
await 20 more_done "$before"
echo "orders done: $before, and more are"

say "A new configuration, watched for ten seconds"
catalogue second
sed -i 's/EDITION = first/EDITION = second/; s/memory.max = 512 MiB/memory.max = 384 MiB/' "$CONF"
show plan
db=$(ctl pid db)
show reload --confirm 10s
[ "$(ctl pid db)" = "$db" ] || fail "the database was restarted for a limit"
await 20 says catalogue "the second edition"
await 60 is_well "${services[@]}"

say "One that doesn't work goes back by itself"
sed -i 's|/srv/api.conf|/srv/nosuch.conf|' "$CONF"
code=0
show reload --confirm 10s || code=$?
[ $code != 0 ] || fail "a configuration that doesn't work was confirmed"
await 60 is_well "${services[@]}"
await 10 says api open

say "And back to the first"
show history
catalogue first
show rollback 1
await 60 is_well "${services[@]}"
await 20 says catalogue "the first edition"

say "The end, in reverse order"
kill "$DAEMON"
wait "$DAEMON" || fail "the daemon ended with exit code $?"
DAEMON=
sed -n 's/.*service=\([^ ]*\) state=.*->STOPPED .*/\1/p' "$WORK/supervisord.log" | tail -n 12 | tr '\n' ' '
echo
[ -z "$(find /sys/fs/cgroup -type d -name "$GROUP" 2>/dev/null)" ] || fail "a cgroup is left"
! grep -q "$WORK" /proc/self/mountinfo || fail "a mount is left"
echo "nothing left behind"
