"""A large list of which half chose among topics: what compose, deliver, dry run and preview cost when nearly every choice is a segment.

    tests/bench/segments.py BUILD_FOLDER [--readers 1000000] [--other BINARY]

Needs the targets tidings and bench_sink. Twelve topics, twelve languages; half of the readers take everything in the newsletter's language.
Prints for each job seconds, CPU and peak memory, the time from "deliver" to the first MAIL, the size of the edition on disk; beside it the
same for --other (another build), and for one segment of as many readers.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from newsletter import NEWSLETTER  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("--readers", type=int, default=1_000_000)
parser.add_argument("--other", type=pathlib.Path)
options = parser.parse_args()
BINARY = (options.build / "tidings").resolve()
TOPICS = ["boats", "choir", "council", "ferries", "fish", "gardens", "history", "markets", "music", "schools", "sport", "weather"]
LANGUAGES = ["en", "de", "el", "es", "fr", "it", "ja", "pt", "ru", "tr", "zh", "ar"]
AT = "2026-01-05T08:00:00Z"
BEFORE = "2026-01-04T08:00:00Z"


def run(binary, folder, *arguments, at=AT):
    """(seconds, CPU seconds, peak MB, stdout)"""
    start = time.monotonic()
    with open(folder / "said", "wb") as said:
        pid = os.posix_spawn("/bin/sh", ["sh", "-c", 'cd "$0" && exec "$@"', str(folder), str(binary), "--at", at, *arguments], os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), 1)])
        _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit("%s: status %s" % (arguments, status))
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


class Sink:
    def __enter__(self):
        self.child = subprocess.Popen([options.build / "bench_sink"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.child.stdout.readline().split()[1])
        return self

    def __exit__(self, *unused):
        self.child.send_signal(signal.SIGTERM)
        self.said, _ = self.child.communicate()


def fill(folder, readers, with_choice):
    choice = random.Random(5)
    with open(folder / "list.csv", "w", encoding="utf-8") as out:
        out.write("email,language,topics\n")
        for number in range(readers):
            chosen = with_choice and number % 2
            out.write("reader%d@example.org,%s,%s\n" % (number, choice.choice(LANGUAGES) if chosen else "",
                                                        ";".join(choice.sample(TOPICS, choice.randint(1, 4))) if chosen else ""))
    words = random.Random(1)
    sources = ""
    for topic in TOPICS:
        items = ""
        for number in range(2):
            text = "".join("<p>%s.</p>" % " ".join("%s%d" % (topic, words.randrange(900)) for _ in range(50)) for _ in range(4))
            items += ("<item><title>%s %d</title><link>https://%s.example/%d</link><pubDate>Sun, 04 Jan 2026 %02d:00:00 +0000</pubDate>"
                      "<description><![CDATA[%s]]></description></item>" % (topic.capitalize(), number, topic, number, 9 + number, text))
        (folder / (topic + ".xml")).write_text('<rss version="2.0"><channel><title>%s</title>%s</channel></rss>' % (topic.capitalize(), items))
        sources += '[[source]]\nname = "%s"\nurl = "file:%s.xml"\ntopics = ["%s"]\n' % (topic, topic, topic)
    (folder / "sources.toml").write_text(sources)


def configure(folder, port):
    (folder / "config.toml").write_text(NEWSLETTER + '[smtp]\nurl = "smtp://127.0.0.1:%d"\ntls = "off"\nconnections = 8\n' % port
                                        + (folder / "sources.toml").read_text() + '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n')


def measure(name, binary, with_choice):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-segments-"))
    try:
        fill(folder, options.readers, with_choice)
        configure(folder, 1)
        run(binary, folder, "collect", at=BEFORE)
        run(binary, folder, "subscriber", "import", "list.csv", "--confirmed", at=BEFORE)
        run(binary, folder, "collect")
        size = (folder / "list.db").stat().st_size
        for job in (("send", "weekly", "--dry-run"), ("preview", "weekly", "--to", "shown"), ("compose", "--due")):
            print("%s: %-26s %7.1f s, CPU %7.1f s, %5d MB" % (name, " ".join(job[:3]), *run(binary, folder, *job)), flush=True)
            shutil.rmtree(folder / "shown", ignore_errors=True)
        with sqlite3.connect(folder / "list.db") as database:
            segments, = database.execute("SELECT count(*) FROM segments").fetchone()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        print("%s: %d segments, the edition %.0f MB on disk" % (name, segments, ((folder / "list.db").stat().st_size - size) / 1e6))
        with Sink() as sink:
            configure(folder, sink.port)
            start = time.clock_gettime(time.CLOCK_MONOTONIC)
            seconds, cpu, peak = run(binary, folder, "deliver")
        first = float(re.search(r"first ([\d.]+)", sink.said)[1]) - start
        print("%s: deliver %.1f s (%.0f/s), CPU %.1f us a message, %d MB, first MAIL after %.2f s"
              % (name, seconds, options.readers / seconds, cpu / options.readers * 1e6, peak, first), flush=True)
        for job in (("status",), ("edition", "list"), ("report", "weekly#1")):
            print("%s: %-26s %7.2f s, CPU %7.2f s, %5d MB" % (name, " ".join(job), *run(binary, folder, *job)), flush=True)
    finally:
        shutil.rmtree(folder)


measure("one segment", BINARY, False)
measure("many", BINARY, True)
if options.other:
    measure("many, other", options.other.resolve(), True)
