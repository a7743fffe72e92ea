#!/usr/bin/env bash
# Makes Exim and OpenSMTPD available to tests/system/peers.py without installing them: Debian's mail servers exclude each other, so their packages
# are only unpacked into a folder; the test shows them the users and folders they want in a mount namespace. Needs root, as the test does.
#   scripts/peers.sh [FOLDER]        default build/peers
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/peers}
[ "$(id -u)" -eq 0 ] || exit 0
[ -x "$folder/usr/sbin/exim4" ] && [ -x "$folder/usr/sbin/smtpd" ] && exit 0
mkdir -p "$folder/packages"
(cd "$folder/packages" && apt-get download -q exim4-daemon-light opensmtpd >/dev/null 2>&1) || {
  echo "peers.sh: Exim and OpenSMTPD cannot be fetched" >&2
  exit 0
}
for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder"; done
