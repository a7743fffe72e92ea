#!/usr/bin/env bash
# Makes Exim and OpenSMTPD available to tests/system/peers.py without installing them: Debian's mail servers exclude each other, so their packages
# are unpacked into a folder, and the users that they look up are made. Needs root; does nothing otherwise, and the test says what it left out.
#   scripts/peers.sh [FOLDER]        default build/peers
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/peers}
[ "$(id -u)" -eq 0 ] || exit 0
[ -x "$folder/usr/sbin/exim4" ] && [ -x /usr/libexec/opensmtpd/mail.mda ] && exit 0
mkdir -p "$folder/packages"
(cd "$folder/packages" && apt-get download -q exim4-daemon-light opensmtpd >/dev/null 2>&1) || {
  echo "peers.sh: Exim and OpenSMTPD cannot be fetched" >&2
  exit 0
}
for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder"; done
for user in Debian-exim opensmtpd opensmtpq; do
  getent passwd "$user" >/dev/null || useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
done
# Where OpenSMTPD looks, whatever it is told.
[ -e /usr/libexec/opensmtpd ] || cp -r "$folder/usr/libexec/opensmtpd" /usr/libexec/
mkdir -p /var/lib/opensmtpd/empty
chmod 711 /var/lib/opensmtpd/empty
