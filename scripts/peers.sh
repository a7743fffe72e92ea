#!/usr/bin/env bash
# Makes servers available to tests without installing them, for what is installed is also started: Exim and OpenSMTPD for
# tests/system/peers.py (Debian's mail servers exclude each other besides; the test shows them the users and folders they want in a
# mount namespace), nginx, Caddy and lighttpd for tests/system/web_fronts.py. Their packages are only unpacked into a folder. Needs
# root, as the first of the tests does.
#   scripts/peers.sh [FOLDER]        default build/peers
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/peers}
[ "$(id -u)" -eq 0 ] || exit 0
[ -x "$folder/usr/sbin/exim4" ] && [ -x "$folder/usr/sbin/smtpd" ] && [ -x "$folder/usr/bin/caddy" ] && exit 0
mkdir -p "$folder/packages"
(cd "$folder/packages" && apt-get download -q exim4-daemon-light opensmtpd nginx caddy lighttpd >/dev/null 2>&1) || {
  echo "peers.sh: Exim, OpenSMTPD, nginx, Caddy and lighttpd cannot be fetched" >&2
  exit 0
}
for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder"; done
