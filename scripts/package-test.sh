#!/usr/bin/env bash
# Installs the Debian package in a clean system, uses it, upgrades it with data, and purges it. The system is made by debootstrap
# and entered by chroot: nothing of it reaches this machine but the mails it sends to a sink on the loopback.
#   scripts/package-test.sh [FOLDER]    FOLDER (build/package) holds a package of scripts/package.sh, and older/ one of an older version:
#                                         VERSION=0.0.9 scripts/package.sh build/package/older
# Needs root and a Debian mirror (MIRROR, default http://deb.debian.org/debian).
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath "${1:-build/package}")
[ "$(id -u)" -eq 0 ] || {
  echo "package-test.sh: needs root" >&2
  exit 77
}
scripts/install.sh demo package
one_package() {
  local found=("$1"/tidings_*_"$(dpkg --print-architecture)".deb)
  [ -e "${found[0]}" ] && [ ${#found[@]} -eq 1 ] || {
    echo "package-test.sh: $1 should hold one package" >&2
    exit 66
  }
  echo "${found[0]}"
}
new=$(one_package "$folder")
old=$(one_package "$folder/older")

work=$(mktemp -d /var/tmp/tidings-package-test-XXXXXX)
root=$work/root
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap finish EXIT

say() { printf '\n== %s\n' "$*"; }
# In the system, with its own mounts and processes: they end with the command.
within() {
  unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" chroot "$root" /usr/bin/env -i \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}
tidings() { within runuser -u tidings -- tidings --at "$now" "$@"; }
apt() { within apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >"$work/apt.log" 2>&1 || { cat "$work/apt.log" && return 1; }; }
must_have() { grep -q -- "$1" <<<"$2" || { printf 'package-test.sh: no "%s" in:\n%s\n' "$1" "$2" >&2 && exit 1; }; }
mails() { find "$work/maildir/new" -type f 2>/dev/null | wc -l; }

say "a clean system: debootstrap"
debootstrap --variant=minbase bookworm "$root" "${MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 || {
  tail "$work/debootstrap.log" >&2
  exit 69
}
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no service starts in here
chmod 755 "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$old" "$root/root/old.deb"
cp "$new" "$root/root/new.deb"
mkdir "$root/srv/feeds"
cp tests/data/demo/*.atom tests/data/demo/*.rss subscribers/example.csv "$root/srv/feeds"
apt update
before=$(within find / -xdev -name '*tidings*' -not -path '/root/*')

say "a mail server that keeps everything"
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
/usr/bin/python3 -m aiosmtpd -n -l "127.0.0.1:$port" -c aiosmtpd.handlers.Mailbox "$work/maildir" 2>"$work/aiosmtpd.log" &
server=$!

say "installed: $(basename "$old")"
started=$(date +%s%N)
apt install /root/old.deb
installed=$(date +%s%N)
must_have "tidings [0-9]" "$(within tidings --version)"
must_have "^tidings:.*:/var/lib/tidings:/usr/sbin/nologin" "$(within getent passwd tidings)"
must_have "750 root tidings" "$(within stat -c '%a %U %G' /etc/tidings)"
must_have "700 tidings tidings" "$(within stat -c '%a %U %G' /var/lib/tidings)"
for unit in tidings.service tidings.timer tidings@.service tidings@.timer tidings-serve.service tidings-serve@.service; do
  [ -f "$root/lib/systemd/system/$unit" ]
done
[ -z "$(find "$root/etc/systemd/system" -name '*tidings*')" ] # nothing is enabled unasked

say "used: the first digest"
# What a person writes: the example with a name, a relay and two blogs.
sed -e 's|^name = "My Newsletter"|name = "Harbour News"|' -e "s|^url = \"smtp://127.0.0.1:25\"|url = \"smtp://127.0.0.1:$port\"|" \
  "$root/usr/share/doc/tidings/examples/config.toml" >"$root/etc/tidings/config.toml"
cat >>"$root/etc/tidings/config.toml" <<'EOF'
[[source]]
name = "harbour"
url = "file:/srv/feeds/harbour.atom"
[[source]]
name = "garden"
url = "file:/srv/feeds/garden.rss"
EOF
within chgrp tidings /etc/tidings/config.toml
within chmod 640 /etc/tidings/config.toml
now=2026-01-25T18:00:00Z
tidings config check
tidings collect
tidings subscriber import /srv/feeds/example.csv --digest weekly
now=2026-01-26T08:05:00Z
# What the timer runs, as the unit says it.
words=$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/tidings.service")
[ "$words" = "/usr/bin/tidings send --due" ]
tidings ${words#* }
first=$(mails)
[ "$first" -gt 0 ]
finished=$(date +%s%N)
echo "$first mails; apt took $(((installed - started) / 1000000)) ms, from there to the last mail $(((finished - installed) / 1000000)) ms"
tidings send --due
[ "$(mails)" -eq "$first" ]
must_have "600 tidings tidings" "$(within stat -c '%a %U %G' /var/lib/tidings/tidings.db)"

say "several newsletters: tidings@second"
sed -e 's|/var/lib/tidings/|&second/|' -e 's|Harbour News|Second News|' "$root/etc/tidings/config.toml" >"$root/etc/tidings/second.toml"
within chgrp tidings /etc/tidings/second.toml
words=$(sed -n 's/^ExecStart=//p; s/%i/second/g' "$root/lib/systemd/system/tidings@.service" | sed 's/%i/second/g')
tidings ${words#* }
must_have "weekly" "$(within runuser -u tidings -- tidings --config /etc/tidings/second.toml status)"

say "upgraded: $(basename "$new")"
apt install /root/new.deb
must_have "$(dpkg-deb -f "$new" Version)" "$(within tidings --version)"
must_have "weekly" "$(tidings edition list)"
tidings db check
tidings send --due
[ "$(mails)" -eq "$first" ] # what the old version has sent is not sent again
now=2026-02-02T08:05:00Z
tidings post add --title "From the new version" --url https://harbour.example/new --source harbour
tidings send --due
[ "$(mails)" -gt "$first" ]
must_have "From=\|Subject:" "$(cat "$work"/maildir/new/* | head -200)"

say "removed, installed again, purged"
apt remove tidings
[ -f "$root/etc/tidings/config.toml" ] && [ -f "$root/var/lib/tidings/tidings.db" ]
apt install /root/new.deb
must_have "weekly" "$(tidings edition list)"
apt purge tidings
[ ! -e "$root/etc/tidings" ] && [ -f "$root/var/lib/tidings/tidings.db" ] # the list is the publisher's
must_have "is kept" "$(cat "$work/apt.log")"
rm -r "$root/var/lib/tidings"
apt install /root/new.deb
apt purge tidings
apt autoremove
after=$(within find / -xdev -name '*tidings*' -not -path '/root/*' -not -path '/var/lib/dpkg/*' -not -path '/var/lib/systemd/*')
[ "$before" = "$after" ] || {
  diff <(echo "$before") <(echo "$after") >&2
  exit 1
}
say "good: installed, used, upgraded, purged"
