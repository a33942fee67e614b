# install PACKAGE ...: on Debian and its relatives, as root.
# Packages of servers start them on installation unless policy-rc.d forbids it. The project needs the programs only, each
# test has its own server: so a guard stands there while the packages are installed, if the machine has none of its own.
set -eu
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
    trap 'rm -f "$guard"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod 755 "$guard"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
