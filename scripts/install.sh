#!/usr/bin/env bash
# Installs what scripts/packages.txt names for the given purposes and is missing:  scripts/install.sh build [demo] [test]
# Quiet when all is there. Needs root, or sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=()
while read -r package purpose _; do
  case "$package" in "" | "#"*) continue ;; esac
  case " $* " in *" $purpose "*) ;; *) continue ;; esac
  if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
    missing+=("$package")
  fi
done <scripts/packages.txt
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install.sh: missing: ${missing[*]}; run as root, or install sudo" >&2
    exit 77
  fi
  as_root=(sudo)
fi
echo "installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >"$log" 2>&1 &&
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1 || {
  cat "$log" >&2
  exit 69
}
