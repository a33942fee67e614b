#!/bin/sh
# Controls the private RabbitMQ node of this folder. Written by `cargo xtask rabbitmq prepare`.
#
#   control start    start, or start again after any end, on the same ports with the same data; waits until clients can come
#   control stop     a clean stop of all that belongs to the node; nothing happens if it does not run
#   control kill     kill -9 of the broker: a crash
#   control freeze   SIGSTOP: connections stay open, nothing answers
#   control thaw     SIGCONT
#   control status   prints running, frozen or stopped; exit status 0 only for running
#   control ctl ...  rabbitmqctl with these arguments, such as: control ctl list_queues name messages

set -u
dir=$(cd "$(dirname "$0")" && pwd) || exit 1
. "$dir/node" # AMQP, DIST, EPMD, BIN

# Runs a program with the node's environment and nothing of the caller's. HOME is where Erlang keeps its cookie.
# RabbitMQ's programs are called directly: the wrappers of the same name in the system's folders change the user.
# RUNNING_UNDER_SYSTEMD only makes the start script become the broker, instead of waiting beside it: one process, one
# number, and kill -9 hits the broker itself.
in_node() {
    exec env -i PATH="$BIN:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" LANG=C.UTF-8 HOME="$dir" RUNNING_UNDER_SYSTEMD=1 ERL_CRASH_DUMP_SECONDS=0 \
        RABBITMQ_NODENAME="lab$AMQP@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$AMQP" \
        RABBITMQ_DIST_PORT="$DIST" ERL_EPMD_PORT="$EPMD" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_MNESIA_BASE="$dir/mnesia" RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_PID_FILE="$dir/rabbitmq.pid" \
        RABBITMQ_CONFIG_FILE="$dir/rabbitmq" RABBITMQ_ADVANCED_CONFIG_FILE="$dir/advanced" \
        RABBITMQ_CONF_ENV_FILE="$dir/none" RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +sbwt none' "$@"
}

# in_background NAME PROGRAM ...: in a session of its own, so that a signal to the caller's group does not reach it.
# The process writes its number down before it becomes the program: there is no moment in which a stop could miss it.
in_background() {
    name=$1
    shift
    detach=$(command -v setsid) || detach=nohup
    (cd "$dir" && in_node "$detach" sh -c 'echo $$ >"$0"; exec "$@"' "$dir/$name.pid" "$@") \
        </dev/null >"$dir/log/console-$name.log" 2>&1 &
}

# alive NAME: whether the process of NAME.pid runs. One that ended but was not yet collected by its parent does not.
alive() {
    [ -s "$dir/$1.pid" ] || return 1
    pid=$(cat "$dir/$1.pid")
    kill -0 "$pid" 2>/dev/null || return 1
    case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in Z*) return 1 ;; esac
}

# ended NAME: waits up to 20 s for the end of the process of NAME.pid.
ended() {
    tenths=0
    while alive "$1"; do
        [ "$tenths" -lt 200 ] || return 1
        sleep 0.1
        tenths=$((tenths + 1))
    done
    rm -f "$dir/$1.pid"
}

send() { # send SIGNAL NAME
    if alive "$2"; then kill "-$1" "$pid"; fi
}

start() {
    if alive broker; then return 0; fi
    rm -f "$dir/rabbitmq.pid" "$dir/broker.pid" "$dir/frozen"
    if ! alive epmd; then
        epmd=$(command -v epmd) || for epmd in /usr/lib/erlang/erts-*/bin/epmd; do :; done
        in_background epmd "$epmd" -port "$EPMD" -address 127.0.0.1
    fi
    in_background broker "$BIN/rabbitmq-server"
    until [ -s "$dir/broker.pid" ]; do sleep 0.1; done
    # By the number of the process: then a broker that dies while it starts ends the waiting at once.
    (in_node "$BIN/rabbitmqctl" --timeout 120 wait --pid "$(cat "$dir/broker.pid")") >"$dir/log/wait.log" 2>&1
}

stop() {
    send CONT broker
    send TERM broker
    ended broker || { send KILL broker; ended broker; }
    send TERM epmd
    ended epmd || { send KILL epmd; ended epmd; }
    rm -f "$dir/frozen"
}

status() {
    state=stopped
    if alive broker; then state=running; fi
    if [ -e "$dir/frozen" ]; then state=frozen; fi
    echo "$state"
    [ "$state" = running ]
}

case ${1-} in
start) start ;;
stop) stop ;;
kill) send KILL broker; ended broker; rm -f "$dir/frozen" ;;
freeze) send STOP broker && : >"$dir/frozen" ;;
thaw) rm -f "$dir/frozen"; send CONT broker ;;
status) status ;;
ctl) shift; in_node "$BIN/rabbitmqctl" "$@" ;;
*) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
