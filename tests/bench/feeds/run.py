"""Feeds beside their peers, in one run; medians, ratios, peak memory.

    tests/bench/feeds/run.py BUILD_FOLDER [PART...] [--rounds 3]

    parse     20 MB of Atom, 7,450 entries, to entries: beside libxml2's bare DOM parse
    collect   the same to clean posts in the database: beside Python feedparser and newsboat's reload; then a second collect
    many      1,000 sources of 50 entries from a local server, each on an address of its own

A feed may have 15 MiB, so "collect" has the 20 MB in two halves; all read the same files. Build first: scripts/build.sh release tidings
bench_feeds. Debian packages of the peers: newsboat, python3-feedparser (a peer that is not there is left out by name).
"""
import argparse
import http.server
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from newsletter import NEWSLETTER  # noqa: E402

PARTS = ("parse", "collect", "many")
parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("parts", nargs="*", choices=[[], *PARTS])
parser.add_argument("--rounds", type=int, default=3)
options = parser.parse_args()
build = options.build.resolve()
PEER_PYTHON = "/usr/bin/python3"  # the one that sees Debian's packages

CONFIG = NEWSLETTER + """[smtp]
url = "smtp://127.0.0.1:1"
tls = "off"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
"""
PARAGRAPH = ("&lt;p&gt;The harbour master counts the boats at dawn, and again at dusk; Ο λιμενάρχης μετρά τις βάρκες. "
             "&lt;a href=\"https://example.org/boats?year=2026&amp;amp;month=1\"&gt;the list&lt;/a&gt; &lt;img src=\"/boat.jpg\" "
             "alt=\"a boat\"&gt;&lt;/p&gt;\n")


def feed(first, count, paragraphs=8):
    entries = "".join(
        "<entry><id>tag:example.org,2026:%d</id><title type=\"html\">Boats &amp;amp; birds, part %d</title><link rel=\"alternate\" "
        "href=\"https://example.org/2026/01/%d.html\"/><published>2026-01-08T10:15:30+02:00</published><updated>2026-01-09T10:15:30Z</updated>"
        "<author><name>Ada</name></author><category term=\"sea\"/><content type=\"html\">%s</content></entry>\n" % (i, i, i, PARAGRAPH * paragraphs)
        for i in range(first, first + count))
    return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"><title>Harbour</title>"
            "<link href=\"https://example.org/\"/><id>tag:example.org,2026:%d</id><updated>2026-01-08T10:15:30Z</updated>\n%s</feed>\n" % (first, entries))


def timed(command, folder):
    """Seconds and peak MB of one process; the kernel hands this script's own peak on, so none is below that."""
    start = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("%s: exit %d\n%s" % (" ".join(map(str, command)), process.returncode, out))
    return time.monotonic() - start, usage.ru_maxrss / 1024


def report(name, runs, megabytes=None, base=None):
    seconds, peak = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
    print("  %-28s %8.2f s %6.0f MB%s%s" % (name, seconds, peak, "  %6.1f MB/s" % (megabytes / seconds) if megabytes else "",
                                           "  x %.1f" % (base / seconds) if base else ""), flush=True)
    return seconds


def fresh(folder):
    for path in folder.glob("list.db*"):
        path.unlink()


def parse(_):
    print(subprocess.run([build / "bench_feeds"], stdout=subprocess.PIPE, text=True, check=True).stdout)


def collect(folder):
    halves = [folder / "one.xml", folder / "two.xml"]
    for at, path in enumerate(halves):
        path.write_text(feed(at * 3725, 3725), encoding="utf-8")
    megabytes = sum(path.stat().st_size for path in halves) / 1e6
    sources = "".join("[[source]]\nname = \"%s\"\nurl = \"file:%s\"\n" % (path.stem, path.name) for path in halves)
    (folder / "config.toml").write_text(CONFIG + sources)
    (folder / "urls").write_text("".join("file://%s\n" % path for path in halves))
    (folder / "newsboatrc").write_text("max-items 0\n")
    script = "import feedparser, sys\nfor path in sys.argv[1:]: assert len(feedparser.parse(path).entries) == 3725"
    peers = {"Python feedparser": [PEER_PYTHON, "-c", script, *halves],
             "newsboat reload": ["newsboat", "-q", "-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "newsboatrc", "-x", "reload"]}
    if subprocess.run([PEER_PYTHON, "-c", "import feedparser"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("  NOT RUN: no python3-feedparser")
        del peers["Python feedparser"]
    if not shutil.which("newsboat"):
        print("  NOT RUN: no newsboat")
        del peers["newsboat reload"]
    ours = [build / "tidings", "collect"]
    first, second, others = [], [], {name: [] for name in peers}
    for _ in range(options.rounds):
        fresh(folder)
        (folder / "cache.db").unlink(missing_ok=True)
        first.append(timed(ours, folder))
        second.append(timed([*ours, "one", "two"], folder))
        for name, command in peers.items():
            others[name].append(timed(command, folder))
    print("\n%.1f MB of Atom in two feeds, 7,450 entries, all the way; medians of %d" % (megabytes, options.rounds))
    base = report("tidings collect", first, megabytes)
    report("tidings collect again", second, megabytes, base)
    for name, runs in others.items():
        seconds = report(name, runs, megabytes)
        print("      tidings is %.1f times as fast" % (seconds / base))


class Feeds(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = feed(int(self.path[1:]) * 50, 50, 1).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/atom+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *unused):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512


def many(folder):
    count = 1000
    with Server(("0.0.0.0", 0), Feeds) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sources = "".join("[[source]]\nname = \"s%d\"\nurl = \"http://127.1.%d.%d:%d/%d\"\nallow_private_address = true\n" %
                          (i, i // 250, i % 250 + 1, server.server_address[1], i) for i in range(count))
        (folder / "config.toml").write_text(CONFIG + sources)
        runs = []
        for _ in range(options.rounds):
            fresh(folder)
            runs.append(timed([build / "tidings", "collect"], folder))
        print("\n%d sources of 50 entries from a local server; medians of %d" % (count, options.rounds))
        report("tidings collect", runs)
        server.shutdown()


for part in options.parts or PARTS:
    with tempfile.TemporaryDirectory(prefix="tidings-bench-") as name:
        globals()[part](pathlib.Path(name))
