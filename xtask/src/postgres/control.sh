#!/bin/sh
# Controls the private PostgreSQL server of this folder. Written by `cargo xtask postgres prepare`.
#
#   control start    start, or start again after any end, on the same port with the same data; waits until clients can come
#   control stop     a clean stop; nothing happens if it does not run
#   control kill     kill -9 of the server and all its processes: a crash
#   control freeze   SIGSTOP: connections stay open, nothing answers
#   control thaw     SIGCONT
#   control status   prints running, frozen or stopped; exit status 0 only for running
#   control sql ...  psql with these arguments, such as: control sql -c 'SELECT 1'

set -u
dir=$(cd "$(dirname "$0")" && pwd) || exit 1
. "$dir/node" # PORT, BIN

# PostgreSQL does not run as root. Root runs it as the user of Debian's package, with the data where that user may go.
if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id -u "$owner" >/dev/null 2>&1 || owner=nobody
    as_owner() { exec setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups "$@"; }
else
    owner=
    as_owner() { exec "$@"; }
fi

# The file `elsewhere` names a data folder outside of this one: who removes this folder removes that one too.
if [ -e "$dir/elsewhere" ]; then data=$(cat "$dir/elsewhere"); else data=$dir/data; fi

make_data() {
    [ -e "$data/PG_VERSION" ] && return 0
    mkdir -p "$data"
    if [ -n "$owner" ]; then
        chown "$owner" "$data"
        if ! (as_owner test -w "$data") 2>/dev/null; then
            data=$(mktemp -d) && chown "$owner" "$data" && echo "$data" >"$dir/elsewhere"
        fi
    fi
    chmod 700 "$data"
    (cd / && as_owner "$BIN/initdb" -D "$data" -U postgres -A trust --encoding=UTF8 --locale=C.UTF-8 --no-sync) \
        >"$dir/log/initdb.log" 2>&1
}

# alive: whether the process of postgres.pid runs. One that ended but was not yet collected by its parent does not.
alive() {
    [ -s "$dir/postgres.pid" ] || return 1
    pid=$(cat "$dir/postgres.pid")
    kill -0 "$pid" 2>/dev/null || return 1
    case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in Z*) return 1 ;; esac
}

# ended: waits up to 20 s for the end of the server.
ended() {
    tenths=0
    while alive; do
        [ "$tenths" -lt 200 ] || return 1
        sleep 0.1
        tenths=$((tenths + 1))
    done
    rm -f "$dir/postgres.pid"
}

# all SIGNAL: to the server and its processes, which are in sessions of their own.
all() {
    if alive; then
        # shellcheck disable=SC2046 # numbers
        kill "-$1" "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) 2>/dev/null
    fi
}

start() {
    if alive; then return 0; fi
    rm -f "$dir/postgres.pid" "$dir/frozen"
    make_data || return 1
    # A killed server that nobody has collected yet would count as running for the next one.
    rm -f "$data/postmaster.pid"
    detach=$(command -v setsid) || detach=nohup
    # fsync is off: this server is for tests, and what it has must survive the end of the server, not of the machine.
    (cd / && as_owner "$detach" sh -c 'exec "$@"' postgres "$BIN/postgres" -D "$data" -p "$PORT" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300) \
        </dev/null >"$dir/log/postgres.log" 2>&1 &
    echo $! >"$dir/postgres.pid"
    tenths=0
    until "$BIN/pg_isready" -q -h 127.0.0.1 -p "$PORT"; do
        alive && [ "$tenths" -lt 600 ] || return 1
        sleep 0.1
        tenths=$((tenths + 1))
    done
}

stop() {
    all CONT
    if alive; then kill -INT "$pid"; fi # connections are closed, nothing is lost
    ended || { all KILL; ended; }
    rm -f "$dir/frozen"
}

status() {
    state=stopped
    if alive; then state=running; fi
    if [ -e "$dir/frozen" ]; then state=frozen; fi
    echo "$state"
    [ "$state" = running ]
}

case ${1-} in
start) start ;;
stop) stop ;;
kill) all KILL; ended; rm -f "$dir/frozen" ;;
freeze) all STOP && : >"$dir/frozen" ;;
thaw) rm -f "$dir/frozen"; all CONT ;;
status) status ;;
sql) shift; exec "$BIN/psql" -h 127.0.0.1 -p "$PORT" -U postgres "$@" ;;
*) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
