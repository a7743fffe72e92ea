"""tidings beside its peers on the same sinks: medians, ratios; each part is one run whose rounds are interleaved.

    tests/bench/send/send.py BUILD_FOLDER PART... [--messages 40000] [--rounds 5] [--peers FOLDER]

    sinks       8 sessions, each dialect, beside smtp-source -d, to the bench sink; without ledger too
    postfix     the same to Postfix's smtp-sink
    sessions    1, 8 and 32 sessions
    signed      rsa-2048 and ed25519, beside "openssl speed" on both cores
    scripts     nodemailer with mustache.js, Python's smtplib with EmailMessage
    delay       every answer 50 ms later, 32 sessions: libcurl's upload in 32 threads, nodemailer
    ledger      claims and settles beside plain SQLite updates of the same rows; bytes on disk a delivery
    lists       10,000, 100,000 and 1,000,000 recipients: peak memory, and the time from "deliver" to the first MAIL

What is measured is the real program, "tidings deliver" on a sealed edition, ledger and journal on disk; its CPU is that of the whole
process. Build first: scripts/build.sh release tidings bench_sink bench_send curl_upload. smtp-source and smtp-sink are in Debian's package
postfix; --peers names a folder in which "npm install nodemailer mustache" was run.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from newsletter import NEWSLETTER  # noqa: E402

PARTS = ("sinks", "postfix", "sessions", "signed", "scripts", "delay", "ledger", "lists")
parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("parts", nargs="+", choices=PARTS)
parser.add_argument("--messages", type=int, default=40000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--peers", type=pathlib.Path)
parser.add_argument("--sizes", default="10000,100000,1000000", help="for the part lists")
options = parser.parse_args()
build = options.build.resolve()
os.environ["PATH"] += ":/usr/sbin"

CONFIG = NEWSLETTER + """[smtp]
url = "smtp://127.0.0.1:{port}"
tls = "off"
connections = {sessions}
dialect = "{dialect}"
messages_per_connection = 1000000
{dkim}
[[source]]
name = "harbour"
url = "file:feed.xml"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
"""
AT = "2026-03-02T09:00:00+02:00"  # a Monday
SENTENCE = "The harbour was quiet this week, and the ferries kept their times to the islands beyond the lighthouse. "


class Home:
    """A folder with a sealed edition of about 30 KB, nothing of it sent; each run takes a fresh copy of the database."""

    def __init__(self, readers):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-bench-"))
        items = "".join("<item><title>Notes from the quay, %d</title><link>https://blog.example/%d</link><pubDate>Sun, 01 Mar 2026 %02d:%02d:00 "
                        "+0000</pubDate><description>%s</description></item>" % (i, i, 8 + i // 60, i % 60, SENTENCE * 5) for i in range(12))
        (self.folder / "feed.xml").write_text("<rss version='2.0'><channel><title>Harbour</title><link>https://blog.example/</link>%s</channel></rss>" % items)
        with open(self.folder / "list.csv", "w", encoding="utf-8") as out:
            out.write("email,name\n")
            out.writelines("reader%d@example.org,Reader %d\n" % (n, n) for n in range(readers))
        self.configure(1)
        self.tidings("subscriber", "import", "list.csv", "--confirmed")
        self.tidings("collect")
        self.tidings("compose", "weekly", "--now")
        self.tidings("preview", "weekly#1", "--to", "preview")
        (self.folder / "list.db").rename(self.folder / "sealed.db")
        letter = max((self.folder / "preview").glob("*.eml"), key=lambda path: path.stat().st_size)
        self.letter_bytes = letter.stat().st_size
        self.write_templates(letter)
        self.readers = readers

    def write_templates(self, letter):
        import email
        import email.policy
        message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
        link = re.search(r"<(https://[^>]+)>", message["List-Unsubscribe"])[1]
        parts = {kind: message.get_body((kind,)).get_content().replace(link, "{{link}}") + "{{name}}\n" for kind in ("plain", "html")}
        (self.folder / "template.json").write_text(json.dumps({"subject": message["Subject"], "text": parts["plain"], "html": parts["html"]}))
        text = letter.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"@NAME@\r\n"
        (self.folder / "upload.eml").write_bytes(text)

    def configure(self, port, sessions=8, dialect="chunking", dkim=""):
        (self.folder / "config.toml").write_text(CONFIG.format(port=port, sessions=sessions, dialect=dialect, dkim=dkim))

    def tidings(self, *arguments):
        return timed([build / "tidings", "--at", AT, *arguments], self.folder)

    def fresh(self):
        for path in self.folder.glob("list.db*"):
            path.unlink()
        shutil.copyfile(self.folder / "sealed.db", self.folder / "list.db")
        os.sync()  # what the copy left to be written is not the sender's

    def deliver(self, port, sessions=8, dialect="chunking", dkim=""):
        self.configure(port, sessions, dialect, dkim)
        self.fresh()
        return per_message(self.tidings("deliver"), self.readers)

    def bench(self, mode, port=1, dialect="chunking"):
        self.configure(port, 8, dialect)
        self.fresh()
        return json.loads(timed([build / "bench_send", mode, self.folder / "config.toml"], self.folder)["out"])

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.folder)


class Sink:
    """The bench sink."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([build / "bench_sink", *map(str, arguments)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class PostfixSink(Sink):
    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        who = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["smtp-sink", *who, "-m", "200", "127.0.0.1:%d" % self.port, "512"])
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)


def timed(command, folder=None):
    """Runs to the end: seconds, CPU seconds and peak MB of that process and its children, what it printed.

    The kernel hands the peak of the process that starts another on to it, so no peak is below this script's own."""
    start = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("%s: exit %d" % (" ".join(map(str, command)), process.returncode))
    return {"start": start, "seconds": time.monotonic() - start, "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024, "out": out}


def per_message(run, messages):
    return {"per_second": messages / run["seconds"], "cpu_us": run["cpu"] * 1e6 / messages, "peak_mb": run["peak_mb"]}


def source(port, messages, sessions):
    return per_message(timed(["smtp-source", "-d", "-l", "30000", "-m", str(messages), "-s", str(sessions), "-f", "a@bench.example", "-t", "b@bench.example",
                              "127.0.0.1:%d" % port]), messages)


def nodemailer(home, port, messages, sessions, *key):
    return per_message(timed(["node", HERE / "nodemailer.mjs", options.peers.resolve(), port, messages, sessions, home.folder / "template.json", *key]), messages)


def smtplib(home, port, messages):
    return per_message(timed([sys.executable, HERE / "smtplib_send.py", port, messages, home.folder / "template.json"]), messages)


def upload(home, port, messages, threads):
    return per_message(timed([build / "curl_upload", "smtp://127.0.0.1:%d/bench.example" % port, messages, threads, home.folder / "upload.eml"]), messages)


def compare(title, cases):
    """Each case in turn, round by round, so that noise falls on all alike; the first is what the others are compared with."""
    results = {name: [] for name, _ in cases}
    for _ in range(options.rounds):
        for name, run in cases:
            results[name].append(run())
    print("\n%s; medians of %d" % (title, options.rounds))
    base = None
    for name, runs in results.items():
        rate, cpu = (statistics.median(run[key] for run in runs) for key in ("per_second", "cpu_us"))
        base = base or (rate, cpu)
        peak = max(run.get("peak_mb", 0) for run in runs)
        print("  %-34s %8.0f/s %9.1f us CPU %5.0f MB   rate x %-6.2f CPU x %.3f" % (name, rate, cpu, peak, rate / base[0], cpu / base[1]), flush=True)


def dialects(home, port):
    return [("tidings " + dialect, lambda dialect=dialect: home.deliver(port, 8, dialect)) for dialect in ("chunking", "pipelined", "lock-step")]


def sinks(home):
    n = home.readers
    with Sink() as sink:
        compare("bench sink, 8 sessions, unsigned, %d messages of %d octets" % (n, home.letter_bytes),
                [("smtp-source -d", lambda: source(sink.port, n, 8)), *dialects(home, sink.port),
                 ("tidings chunking, no ledger", lambda: home.bench("without-ledger", sink.port))])


def postfix(home):
    n = home.readers
    with PostfixSink() as sink:
        compare("Postfix's smtp-sink, 8 sessions, unsigned", [("smtp-source -d", lambda: source(sink.port, n, 8)), *dialects(home, sink.port)])


def sessions(home):
    with Sink() as sink:
        for count in (1, 8, 32):
            compare("bench sink, %d sessions, unsigned" % count,
                    [("smtp-source -d", lambda: source(sink.port, home.readers, count)),
                     ("tidings chunking", lambda: home.deliver(sink.port, count)),
                     ("tidings pipelined", lambda: home.deliver(sink.port, count, "pipelined"))])


def openssl_us(algorithm):
    """CPU microseconds of one signature with every core busy: one "openssl speed" a core, each measuring its own CPU time."""
    runs = [subprocess.Popen(["openssl", "speed", "-seconds", "2", algorithm], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for _ in range(os.cpu_count())]
    rates = []
    for run in runs:
        line = next(line for line in reversed(run.communicate()[0].splitlines()) if "bits" in line)
        rates.append(float(line.split()[-2]))
    return 1e6 / statistics.mean(rates)


def signed(_):
    with Home(20000) as home, Sink() as sink:  # enough that the 45 ms of a start are none of the figure
        home.configure(1)
        home.tidings("dkim", "keygen", "rsa.pem")
        home.tidings("dkim", "keygen", "ed.pem", "--ed25519")
        rsa = '[dkim]\nselector = "r"\nkey_file = "rsa.pem"\n'
        ed = '[dkim]\ned25519_selector = "e"\ned25519_key_file = "ed.pem"\n'
        def speed():
            us = openssl_us("rsa2048")
            return {"per_second": os.cpu_count() * 1e6 / us, "cpu_us": us}

        compare("bench sink, 8 sessions, signed; CPU beside the bare signature",
                [("openssl speed rsa2048", speed), ("tidings rsa-2048", lambda: home.deliver(sink.port, 8, "chunking", rsa)),
                 ("tidings ed25519", lambda: home.deliver(sink.port, 8, "chunking", ed)), ("tidings unsigned", lambda: home.deliver(sink.port))])


def scripts(home):
    few = 600
    with Sink() as sink:
        compare("bench sink, 8 sessions, scripts beside us", [
            ("tidings chunking", lambda: home.deliver(sink.port)),
            ("nodemailer + mustache.js", lambda: nodemailer(home, sink.port, few, 8)),
            ("smtplib + EmailMessage", lambda: smtplib(home, sink.port, few))])


def delay(_):
    with Home(5000) as home, Sink("--delay", 50) as sink:
        compare("every answer 50 ms later, 32 sessions", [
            ("libcurl upload, 32 threads", lambda: upload(home, sink.port, 640, 32)),
            ("nodemailer + mustache.js", lambda: nodemailer(home, sink.port, 640, 32)),
            ("tidings pipelined", lambda: home.deliver(sink.port, 32, "pipelined")),
            ("tidings chunking", lambda: home.deliver(sink.port, 32))])


def ledger(home):
    compare("claimed and settled, nothing sent, %d rows" % home.readers,
            [("plain SQLite updates", lambda: home.bench("plain")), ("tidings ledger", lambda: home.bench("ledger"))])
    home.bench("ledger")
    sizes = []
    for name in ("sealed.db", "list.db"):
        with sqlite3.connect(home.folder / name) as database:
            sizes.append(database.execute("SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name IN "
                                          "('deliveries', 'attempts'))").fetchone()[0])
    print("  bytes on disk a delivery: %.1f planned, %.1f sent" % tuple(size / home.readers for size in sizes))


def lists(_):
    for count in map(int, options.sizes.split(",")):
        with Home(count) as home, Sink() as sink:
            home.configure(sink.port)
            home.fresh()
            run = home.tidings("deliver")
            first = float(sink.process.stdout.readline().split()[1]) - run["start"]
            print("%9d recipients: peak %.1f MB, first MAIL after %.3f s, %.0f/s" % (count, run["peak_mb"], first, count / run["seconds"]), flush=True)


with Home(options.messages) if set(options.parts) - {"lists", "delay", "signed"} else tempfile.TemporaryDirectory() as shared:
    for part in options.parts:
        globals()[part](shared)
