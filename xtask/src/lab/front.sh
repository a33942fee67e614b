# The front of a lab (see lab.rs). Standard input and output are one socket to the work.
# A signal asks the work to stop, and this process waits on: it leaves with the work's exit status when all has been
# stopped. `read` also returns when a signal came; then it is called again.
trap '' PIPE
trap 'asked=yes; echo stop 2>/dev/null' HUP INT TERM
while :; do
    asked=
    if read -r status; then exit "$status"; fi
    # The end of the socket without a status: the work was killed, and the keeper has cleaned up after it.
    [ -n "$asked" ] || exit 137
done
