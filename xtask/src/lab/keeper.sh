# The keeper of a lab (see lab.rs): lab-keeper FOLDER keep|remove
# Standard input: the process group of each program as it starts, one a line; its end means "clean up".
folder=$1
trap '' HUP INT TERM

group=
while read -r next; do group=$next; done

# A polite end first: the test runner and the service need seconds to close their books, not more than 30.
if [ -n "$group" ] && kill -TERM "-$group" 2>/dev/null; then
    tenths=0
    while kill -0 "-$group" 2>/dev/null; do
        if [ "$tenths" -ge 300 ]; then
            echo "what ran last did not end within 30 s: killed" >&2
            kill -KILL "-$group" 2>/dev/null
            break
        fi
        sleep 0.1
        tenths=$((tenths + 1))
    done
fi

# Nodes are in sessions of their own; each folder has the script that stops it. Tests may have added some.
for control in "$folder"/*/control "$folder"/*/*/control; do
    if [ -x "$control" ]; then "$control" stop >/dev/null; fi
done

if [ "$2" = remove ]; then
    # Data that had to be outside of the folder.
    for elsewhere in "$folder"/*/elsewhere "$folder"/*/*/elsewhere; do
        if [ -s "$elsewhere" ]; then rm -rf "$(cat "$elsewhere")"; fi
    done
    rm -rf "$folder"
fi
exit 0
