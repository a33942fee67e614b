#!/bin/sh
# Users, rights and limits on the broker. Safe to run again: an existing user keeps its password.
#
#   set-up.sh service          the service's user, and the limits of registers' queues
#   set-up.sh store <store>    the user of one store's tills
#
# RABBITMQCTL (default: rabbitmqctl), VHOST (default: /) and PREFIX (default: checkout) come from the environment.
set -eu

ctl=${RABBITMQCTL:-rabbitmqctl}
vhost=${VHOST:-/}
prefix=${PREFIX:-checkout}

fail() {
    echo "$1" >&2
    exit 1
}

# Makes a user with a random password unless it is there, and prints the password once.
make_user() {
    if $ctl --quiet list_users --no-table-headers | cut -f1 | grep -qx "$1"; then
        echo "user $1: there already, its password stays"
        return
    fi
    password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    $ctl --quiet add_user "$1" "$password"
    echo "user $1: password $password"
}

# The names of the broker's objects as a regular expression; dots of the prefix are meant literally.
names=$(printf '%s' "$prefix" | sed 's/\./\\./g')

service() {
    make_user integrator
    $ctl --quiet set_permissions -p "$vhost" integrator "^$names\\." "^$names\\." "^$names\\."
    # Events for a till that is away for days wait in its queue. A full queue refuses instead of dropping: the service
    # then keeps the events itself and tries again, so nothing is lost.
    $ctl --quiet set_policy -p "$vhost" --apply-to queues "$prefix-tills" "^$names\\.till\\." \
        '{"max-length": 100000, "overflow": "reject-publish"}'
}

store() {
    case $1 in
    '' | *[!A-Za-z0-9_-]*) fail "a store is 1 to 40 of A-Z a-z 0-9 _ -, not '$1'" ;;
    esac
    user=store-$1
    make_user "$user"
    # Its own queues, bound to the exchange of events; commands to one exchange. It declares no exchange.
    $ctl --quiet set_permissions -p "$vhost" "$user" "^$names\\.till\\.$1\\." \
        "^$names\\.(command|till\\.$1\\..*)\$" "^$names\\.(event|till\\.$1\\..*)\$"
    # What it sends and what it binds to is of this store only.
    $ctl --quiet set_topic_permissions -p "$vhost" "$user" "$prefix.command" "^v1\\.$1\\." ''
    $ctl --quiet set_topic_permissions -p "$vhost" "$user" "$prefix.event" '' "^v1\\.$1\\."
}

case "${1:-}" in
service) service ;;
store) store "${2:-}" ;;
*) fail "usage: $0 service | store <store>" ;;
esac
