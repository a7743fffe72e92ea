"""`tidings serve` beside a bare cpp-httplib handler on this machine, in one run: one-click POSTs and page GETs per second.

    tests/bench/web/run.py BUILD_FOLDER [--readers 300000] [--seconds 6] [--connections 64] [--rounds 2]

wrk asks both, the rounds interleaved. The bare handler parses the same requests and answers as many bytes, with a thread for each
connection. Every POST has a link of its own; afterwards the withdrawals in the database are counted: at least as many as were
answered with 200, at most those that were sent.
Build first: scripts/build.sh release tidings bench_web. Needs Debian's wrk.
"""
import argparse
import json
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("--readers", type=int, default=300_000)
parser.add_argument("--seconds", type=int, default=6)
parser.add_argument("--connections", type=int, default=64)
parser.add_argument("--rounds", type=int, default=2)
options = parser.parse_args()
build = options.build.resolve()
if not shutil.which("wrk"):
    sys.exit("needs wrk (Debian: wrk)")

CONFIG = """[newsletter]
name = "Town"
from = "Town <news@example.org>"
public_url = "https://news.example.org"
postal_address = "1 Quay"
[smtp]
url = "drop:%s"
[dkim]
signed_by_relay = true
[[source]]
name = "town"
url = "file:town.xml"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
[web]
listen = "127.0.0.1:0"
"""
FEED = """<rss version="2.0"><channel><title>Town</title><link>https://town.example/</link><description>t</description>
<item><title>Ships</title><link>https://town.example/1</link><guid>1</guid></item></channel></rss>"""
POST = """
local from, till = %d, %d
local paths = {}
local number = 0
for path in io.lines("%s") do
  number = number + 1
  if number > from and number <= till then paths[#paths + 1] = path end
end
local threads = {}
function setup(thread) thread:set("id", #threads); table.insert(threads, thread) end
local at = 0
function init() at = id end
function request()
  at = at + 2
  local path = paths[at - 1]
  if path == nil then io.stderr:write("no more links\\n") os.exit(1) end
  return wrk.format("POST", path, {["Content-Type"] = "application/x-www-form-urlencoded"}, "List-Unsubscribe=One-Click")
end
function done(summary, latency)
  io.write(string.format('JSON {"answered": %%d, "bad": %%d, "lost": %%d, "seconds": %%f, "p99": %%f}\\n',
    summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.duration / 1e6, latency:percentile(99) / 1e3))
end
"""
GET = 'wrk.method = "GET"\n' + POST[POST.index("function done"):].replace("%%", "%")


def wrk(folder, script, url):
    file = folder / "wrk.lua"
    file.write_text(script)
    done = subprocess.run(
        ["wrk", "-t2", "-c%d" % options.connections,
         "-d%ds" % options.seconds, "--timeout", "10s", "-s", file, url],
        capture_output=True,
        text=True,
        timeout=options.seconds + 60)
    found = re.search("JSON (.*)", done.stdout)
    if not found:
        sys.exit(done.stdout + done.stderr)
    return json.loads(found[1])


def said(name, ours, bare):
    rate = [statistics.median(each["answered"] / each["seconds"] for each in runs) for runs in (ours, bare)]
    p99 = [statistics.median(each["p99"] for each in runs) for runs in (ours, bare)]
    trouble = sum(each["bad"] + each["lost"] for each in ours + bare)
    print("%-16s tidings %7.0f/s p99 %6.1f ms   bare %7.0f/s p99 %6.1f ms   ratio %.2f   not 200 or lost: %d"
          % (name, rate[0], p99[0], rate[1], p99[1], rate[0] / rate[1], trouble), flush=True)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "config.toml").write_text(CONFIG % (folder / "mail"))
    (folder / "town.xml").write_text(FEED)
    tidings = [build / "tidings", "--config", folder / "config.toml"]

    def run(*words):
        done = subprocess.run([*tidings, *words], capture_output=True, text=True, cwd=folder)
        if done.returncode:
            sys.exit("%s: %s" % (words, done.stderr))

    run("subscriber", "add", "first@example.org", "--confirmed")
    run("send", "weekly", "--now")
    (folder / "list.csv").write_text("email\n" + "".join("reader%d@mail%d.example\n" % (i, i % 50)
                                                         for i in range(2, options.readers + 1)))
    run("subscriber", "import", "list.csv", "--confirmed")
    database = folder / "subscribers/tidings.db"
    paths = folder / "paths"
    subprocess.run([build / "bench_web", "paths", database, "1", str(options.readers), paths], check=True)
    serve = subprocess.Popen([*tidings, "serve"], stdout=subprocess.PIPE, text=True, cwd=folder)
    ours = "http://127.0.0.1:%s" % serve.stdout.readline().rsplit(":", 1)[1].strip()
    # From the far end, which no POST reaches.
    page_path = paths.read_text().split()[-1]
    page = urllib.request.urlopen(ours + page_path).read()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    answers = {
        "one-click POST": 13, "page GET": len(page), "sign-up GET": len(urllib.request.urlopen(ours + "/subscribe").read())
    }
    bare = "http://127.0.0.1:%d" % port
    sent_from, answered = 0, 0
    for what, size in answers.items():
        handler = subprocess.Popen([build / "bench_web", "bare", str(port), str(size), str(options.connections)])
        results = ([], [])
        while True:
            try:
                urllib.request.urlopen(bare).read()
                break
            except OSError:
                time.sleep(0.05)
        for _ in range(options.rounds):
            for index, base in enumerate((ours, bare)):
                if what.endswith("POST"):
                    share = options.readers // options.rounds
                    results[index].append(wrk(folder, POST % (sent_from, sent_from + share, paths), base))
                else:
                    results[index].append(wrk(folder, GET, base + (page_path if what.startswith("page") else "/subscribe")))
            sent_from += options.readers // options.rounds if what.endswith("POST") else 0
        if what.endswith("POST"):
            answered = sum(each["answered"] - each["bad"] for each in results[0])
        said(what, *results)
        handler.send_signal(signal.SIGTERM)
        handler.wait()
    status = pathlib.Path("/proc/%d/status" % serve.pid).read_text()
    serve.send_signal(signal.SIGTERM)
    serve.wait()
    with sqlite3.connect(database) as connection:
        withdrawn = connection.execute("SELECT count(*) FROM subscriptions WHERE state = 'withdrawn'").fetchone()[0]
    most = answered + options.rounds * options.connections
    print(
        "withdrawals answered with 200: %d, in the database: %d (%s); peak memory of serve %s" %
        (answered, withdrawn, "none lost" if answered <= withdrawn <= most else "WRONG", re.search(r"VmHWM:\s+(.*)", status)[1]))
    sys.exit(0 if answered <= withdrawn <= most else 1)
