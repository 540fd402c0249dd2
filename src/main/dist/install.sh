#!/bin/sh
# Installs Bulkhead from the directory this script is in, on a host without packages of it.
#
#   install.sh [--prefix DIR] [--destdir DIR] [--force] [--quiet]   install, or upgrade: services that run are not restarted
#   install.sh --uninstall [--prefix DIR] [--purge]       stop and remove it; with --purge logs, /var/lib/bulkhead and /etc/bulkhead, too
#
#   --prefix DIR    where to: DIR/lib/bulkhead, DIR/bin, DIR/sbin, DIR/share (/usr/local)
#   --destdir DIR   write all of it below DIR and start nothing, as whoever makes an image wants it
#   --force         replace commands of the same names that aren't links to Bulkhead
set -eu

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d'; }
say() { [ -n "$quiet" ] || echo "$*"; }
fail() { echo "install.sh: $*" >&2; exit 1; }
value() { [ $# -ge 2 ] || { echo "install.sh: $1 needs a value" >&2; exit 2; }; }

source=$(dirname "$(readlink -f "$0")")
prefix=/usr/local destdir='' force='' quiet='' uninstall='' purge=''
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) value "$@"; prefix=$2; shift ;;
        --prefix=*) prefix=${1#*=} ;;
        --destdir) value "$@"; destdir=$2; shift ;;
        --destdir=*) destdir=${1#*=} ;;
        --force) force=1 ;;
        --quiet) quiet=1 ;;
        --uninstall) uninstall=1 ;;
        --purge) purge=1 ;;
        -h | --help) usage; exit ;;
        *) echo "install.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
    esac
    shift
done
case $prefix in /*) ;; *) fail "--prefix $prefix: must be an absolute path" ;; esac
case $destdir in '' | /*) ;; *) fail "--destdir $destdir: must be an absolute path" ;; esac
[ -z "$purge" ] || [ -n "$uninstall" ] || fail "--purge goes with --uninstall"
prefix=${prefix%/}
[ -n "$destdir" ] || [ "$(id -u)" = 0 ] || fail "must be run as root, or with --destdir"

lib=$destdir$prefix/lib/bulkhead
share=$destdir$prefix/share
# systemd looks below /usr and /usr/local; what has another prefix goes where the administrator's own is.
case $prefix in
    /usr | /usr/local) libs=$destdir$prefix/lib units=$destdir$prefix/lib/systemd/system ;;
    *) libs=$destdir/etc units=$destdir/etc/systemd/system ;;
esac
systemd() { [ -z "$destdir" ] && [ -d /run/systemd/system ]; }

link() { # a command's name; refuses to replace another program of it
    file=$destdir$prefix/$1/$2
    if [ -e "$file" ] && [ -z "$force" ] && [ "$(readlink -f "$file")" != "$(readlink -f "$lib/bin/$2")" ]; then
        fail "$file exists and isn't Bulkhead's: remove it (Supervisor has a command of this name), or use --force"
    fi
}

documents() { (cd "$source/share" && find . -type f) | sed 's,^\./,,'; }

remove() {
    [ -d "$lib" ] || fail "nothing of Bulkhead is at $lib"
    if systemd && systemctl --quiet is-active bulkhead.service; then
        "$lib/bin/supervisorctl" -c /etc/bulkhead/supervisord.conf shutdown --stop >/dev/null 2>&1 || true
    fi
    ! systemd || systemctl --quiet disable --now bulkhead.socket bulkhead.service 2>/dev/null || true
    for command in bin/supervisorctl sbin/supervisord; do
        [ "$(readlink "$destdir$prefix/$command" 2>/dev/null)" != "../lib/bulkhead/bin/${command#*/}" ] ||
            rm -f "$destdir$prefix/$command"
    done
    documents | while IFS= read -r file; do rm -f "$share/$file"; done
    rm -rf "$lib" "$units"/bulkhead.* "$share/doc/bulkhead" "$libs/sysusers.d/bulkhead.conf" "$libs/tmpfiles.d/bulkhead.conf"
    ! systemd || systemctl daemon-reload
    [ -n "$destdir" ] || rm -rf /run/bulkhead
    if [ -n "$purge" ]; then
        rm -rf "$destdir/etc/bulkhead" "$destdir/var/lib/bulkhead" "$destdir/var/log/bulkhead"
        say "Bulkhead is removed, with its configuration and logs."
    else
        say "Bulkhead is removed; bulkhead in $destdir/etc, $destdir/var/lib and $destdir/var/log is left."
    fi
}

install_files() {
    # Beside the old one and then in its place: a daemon that runs goes on with the files it has.
    rm -rf "$lib.new" "$lib.old"
    mkdir -p "$lib.new" "$destdir$prefix/bin" "$destdir$prefix/sbin" "$units" "$libs/sysusers.d" "$libs/tmpfiles.d" \
        "$destdir/etc/bulkhead/services.d" "$destdir/var/log/bulkhead"
    cp -R "$source/bin" "$source/lib" "$lib.new/"
    rm -f "$lib.new"/lib/*.jsa
    if [ -d "$lib" ]; then mv "$lib" "$lib.old"; fi
    mv "$lib.new" "$lib"
    rm -rf "$lib.old"
    ln -sfn ../lib/bulkhead/bin/supervisorctl "$destdir$prefix/bin/supervisorctl"
    ln -sfn ../lib/bulkhead/bin/supervisord "$destdir$prefix/sbin/supervisord"
    documents | while IFS= read -r file; do
        mkdir -p "$(dirname "$share/$file")"
        cp "$source/share/$file" "$share/$file"
    done
    for unit in "$source"/systemd/bulkhead.*; do
        sed "s,/usr/lib/bulkhead,$prefix/lib/bulkhead,g" "$unit" > "$units/${unit##*/}"
    done
    cp "$source/systemd/sysusers.conf" "$libs/sysusers.d/bulkhead.conf"
    cp "$source/systemd/tmpfiles.conf" "$libs/tmpfiles.d/bulkhead.conf"
    if [ ! -e "$destdir/etc/bulkhead/supervisord.conf" ]; then
        cp "$source/conf/supervisord.conf" "$destdir/etc/bulkhead/supervisord.conf"
    fi
}

install_all() {
    [ -e "$source/lib/java.sh" ] && [ -d "$source/share" ] || fail "run it from the unpacked archive; $source isn't that"
    link bin supervisorctl
    link sbin supervisord
    if [ -z "$destdir" ]; then
        (LIB=$source/lib; . "$LIB/java.sh") || exit 1
        [ -z "$(command -v groupadd)" ] || groupadd --force --system bulkhead
    fi
    running=''
    if systemd && systemctl --quiet is-active bulkhead.service; then running=1; fi
    install_files
    [ -n "$destdir" ] || sh "$lib/lib/archive.sh" || true
    if systemd; then
        systemctl daemon-reload
        [ -z "$running" ] || sh "$lib/lib/leave-services.sh"
        systemctl --quiet enable bulkhead.service
        systemctl start bulkhead.service || fail "installed, but the daemon doesn't start: journalctl -u bulkhead"
        say "Bulkhead is installed below $prefix and runs. Next: a file in /etc/bulkhead/services.d, systemctl reload bulkhead"
    else
        say "Bulkhead is installed below $destdir$prefix. Next: $prefix/bin/supervisorctl doctor, $prefix/sbin/supervisord"
    fi
}

if [ -n "$uninstall" ]; then remove; else install_all; fi
