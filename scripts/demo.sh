#!/usr/bin/env bash
# The main job on sample data: two blogs are collected, a list is imported, and the weekly digest goes out over real SMTP to
# a mail server on this machine that keeps everything in a Maildir.  scripts/demo.sh [DIR]   (DIR: build/demo)
# Run again, it sends nothing twice. Remove DIR to begin anew. TIDINGS=BINARY skips installing and building.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
demo=$(realpath -m "${1:-build/demo}")
eve=2026-01-25T18:00:00+02:00 # when the newsletter is set up: a digest owes nothing from before
now=2026-01-26T08:05:00+02:00 # the Monday after the three weeks of the sample posts

if [ -z "${TIDINGS:-}" ]; then
  scripts/install.sh build demo
  echo "building build/release/tidings"
  log=$(mktemp)
  scripts/build.sh release tidings >"$log" 2>&1 || {
    tail -n 60 "$log" >&2
    exit 1
  }
  rm -f "$log"
  TIDINGS=$top/build/release/tidings
fi
mkdir -p "$demo"

# The mail server: the port of config.toml if it is free, else one that the kernel picks.
port=$(/usr/bin/python3 -c '
import socket
for port in (2525, 0):
    try:
        with socket.socket() as s:
            s.bind(("127.0.0.1", port))
            print(s.getsockname()[1])
            break
    except OSError:
        pass')
/usr/bin/python3 -m aiosmtpd -n -l "127.0.0.1:$port" -c aiosmtpd.handlers.Mailbox "$demo/maildir" 2>"$demo/aiosmtpd.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
kill -0 "$server" 2>/dev/null || {
  echo "demo.sh: the mail server did not start:" >&2
  cat "$demo/aiosmtpd.log" >&2
  exit 69
}

# The configuration at the top level, with the paths and the port of this run.
sed -e "s|^path = .*|path = \"$demo/tidings.db\"|" -e "s|\"smtp://127.0.0.1:2525\"|\"smtp://127.0.0.1:$port\"|" \
  -e "s|\"file:|\"file:$top/|" config.toml >"$demo/config.toml"
tidings() { "$TIDINGS" --config "$demo/config.toml" --at "${at:-$now}" "$@"; }
mails() { find "$demo/maildir/new" "$demo/maildir/cur" -type f 2>/dev/null | wc -l; }

before=$(mails)
echo
echo "\$ tidings --at $eve collect"
at=$eve tidings collect
echo
echo "\$ tidings --at $eve subscriber import subscribers/example.csv"
at=$eve tidings subscriber import subscribers/example.csv
echo
echo "\$ tidings --at $now send weekly"
tidings send weekly
after=$(mails)
echo
echo "\$ tidings preview weekly#1 --to $demo/preview"
rm -rf "$demo/preview"
tidings preview weekly#1 --to "$demo/preview"
# So that the sample pictures show without the net; the mails keep their https links.
sed -i -E "s#https://(harbour\.example/images|garden\.example/wp-content/uploads/2026/01)/(s72-c/)?([a-z]+)(-300x169)?\.jpg#file://$top/tests/data/demo/images/\3.jpg#g" \
  "$demo"/preview/*.html
echo
echo "\$ tidings status"
tidings status

first=$(find "$demo/maildir/new" -type f 2>/dev/null | sort | head -n 1)
[ -n "$first" ] && cp "$first" "$demo/received.eml"
echo
if [ "$after" -eq 0 ]; then
  echo "demo.sh: nothing was received" >&2
  exit 1
elif [ "$after" -gt "$before" ]; then
  echo "received over SMTP: $((after - before)) messages, now $after in $demo/maildir"
else
  echo "received over SMTP: nothing new; the $after messages of the first run stay the only ones: nobody is mailed twice"
fi
echo "one of them:        $demo/received.eml"
echo "in a browser:       $demo/preview/index.html"
