"""PostgreSQL beside SQLite, and several workers beside one: the tables of docs/scale.md.

    python3 tests/bench/scale/scale.py [--readers 100000] [--rounds 3] [PART...]

    ledger    claims and settles every delivery, sending nothing: SQLite, PostgreSQL, and pgbench's row-wise loop with
              FOR UPDATE SKIP LOCKED over as many rows; each but SQLite once more with a snapshot held; dead tuples
    blocks    the same with blocks of 128, 512 and 2,048
    workers   1, 2 and 4 workers (tidings deliver --follow) at relays that answer after 20 ms
Wants build/release/tidings, bench_send and bench_sink. The server is a real one with fsync, its folder is in --folder (or /var/tmp).
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/support"))
import postgres  # noqa: E402

PARTS = ("ledger", "blocks", "workers")
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("parts", nargs="*", metavar="PART", help="of " + ", ".join(PARTS))
parser.add_argument("--readers", type=int, default=100000)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--build", type=pathlib.Path, default=TOP / "build/release")
parser.add_argument("--folder", default="/var/tmp")
options = parser.parse_args()
options.parts = options.parts or list(PARTS)
if set(options.parts) - set(PARTS):
    parser.error("parts are " + ", ".join(PARTS))
AT = "2026-03-02T09:00:00+02:00"  # a Monday
CONFIG = """[newsletter]
name = "Bench"
from = "bench@example.org"
public_url = "https://news.example.org"
postal_address = "1 Quay Street"
timezone = "Europe/Athens"
language = "en"
[store]
path = "list.db"
%(store)s
[smtp]
url = "smtp://127.0.0.1:%(port)d"
tls = "off"
connections = 8
window = 4
dialect = "chunking"
[[source]]
name = "harbour"
url = "file:feed.xml"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
"""
LOOP = """BEGIN;
WITH chosen AS (SELECT edition_id, subscriber_id FROM queue WHERE state = 1 ORDER BY subscriber_id LIMIT 500 FOR UPDATE SKIP LOCKED),
     taken AS (UPDATE queue q SET state = 2, attempts = attempts + 1, owner = :client_id FROM chosen
               WHERE q.edition_id = chosen.edition_id AND q.subscriber_id = chosen.subscriber_id RETURNING q.subscriber_id, q.segment_id)
SELECT count(s.address) FROM taken JOIN subscribers s ON s.id = taken.subscriber_id JOIN subscriptions c ON c.subscriber_id = s.id AND c.state = 'confirmed';
COMMIT;
UPDATE queue SET state = 5, code = 250, reply = '2.0.0 taken', settled_ms = 1772436000000, relay_id = 1 WHERE state = 2 AND owner = :client_id;
"""


class Home:
    """A newsletter with a sealed edition of which nothing is sent; fresh() makes it so again."""

    def __init__(self, server):
        self.server = server
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-scale-", dir=options.folder))
        items = "".join("<item><title>Quay %d</title><link>https://blog.example/%d</link><pubDate>Sun, 01 Mar 2026 10:%02d:00 +0000</pubDate>"
                        "<description>%s</description></item>" % (i, i, i, "Quiet. " * 60) for i in range(12))
        (self.folder / "feed.xml").write_text("<rss version='2.0'><channel><title>H</title><link>https://blog.example/</link>%s</channel></rss>" % items)
        with open(self.folder / "list.csv", "w", encoding="utf-8") as out:
            out.write("email,name\n")
            out.writelines("reader%d@example.org,Reader %d\n" % (n, n) for n in range(options.readers))
        self.configure()
        for words in (("subscriber", "import", "list.csv", "--confirmed"), ("collect",), ("compose", "weekly", "--now")):
            self.tidings(*words)
        if not server:
            (self.folder / "list.db").rename(self.folder / "sealed.db")
        else:
            server.sql("CREATE TABLE bench.kept AS SELECT * FROM bench.planned_deliveries")
            server.sql("VACUUM ANALYZE")

    def configure(self, port=1):
        store = 'url = "%s"\nschema = "bench"' % self.server.url if self.server else ""
        (self.folder / "config.toml").write_text(CONFIG % {"store": store, "port": port})

    def tidings(self, *words):
        subprocess.run([options.build / "tidings", "-q", "--at", AT, *words], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def start(self, *words):
        return subprocess.Popen([options.build / "tidings", "-q", "--at", AT, *words], cwd=self.folder, stdout=subprocess.DEVNULL)

    def fresh(self):
        if not self.server:
            for path in self.folder.glob("list.db*"):
                path.unlink()
            shutil.copyfile(self.folder / "sealed.db", self.folder / "list.db")
            os.sync()
            return
        self.server.sql("SET search_path = bench; TRUNCATE deliveries, attempts, delivery_blocks, planned_deliveries, lost_attempts; "
                        "INSERT INTO planned_deliveries SELECT * FROM kept; UPDATE editions SET state = 'sealed', started_ms = NULL, finished_ms = NULL")
        self.server.sql("VACUUM ANALYZE")
        self.server.sql("CHECKPOINT")

    def ledger(self, *words):
        self.fresh()
        return self.ledger_as_is(*words)

    def ledger_as_is(self, *words):
        done = subprocess.run([options.build / "bench_send", "ledger", self.folder / "config.toml", *words], cwd=self.folder, check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)["per_second"]

    def dead(self):
        self.server.sql("SELECT pg_stat_clear_snapshot()")
        return self.server.sql("SELECT relname || ' ' || n_dead_tup FROM pg_stat_user_tables WHERE schemaname = 'bench' AND relname IN "
                               "('deliveries', 'planned_deliveries', 'delivery_blocks', 'queue') ORDER BY 1").replace("\n", ", ").rstrip(", ")

    def row_wise(self):
        """pgbench with one client, over the same rows."""
        self.server.sql("SET search_path = bench; DROP TABLE IF EXISTS queue; CREATE TABLE queue (edition_id bigint, subscriber_id bigint, segment_id bigint, "
                        "state bigint, attempts bigint, due_ms bigint, code bigint, reply text, settled_ms bigint, relay_id bigint, owner bigint, "
                        "PRIMARY KEY (edition_id, subscriber_id)); CREATE INDEX ON queue (subscriber_id) WHERE state = 1; CREATE INDEX ON queue (owner) WHERE state = 2; "
                        "INSERT INTO queue SELECT edition_id, subscriber_id, segment_id, 1, 0 FROM kept")
        self.server.sql("VACUUM ANALYZE bench.queue")
        self.server.sql("CHECKPOINT")
        script = self.folder / "loop.sql"
        script.write_text(LOOP)
        turns = -(-options.readers // 500)
        start = time.monotonic()
        subprocess.run([postgres.PROGRAMS / "pgbench", "-n", "-c", "1", "-t", str(turns), "-M", "prepared", "-f", script, self.server.url + "&options=-csearch_path%3Dbench"],
                       check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        assert self.server.sql("SELECT count(*) FROM bench.queue WHERE state = 5").strip() == str(options.readers)
        return options.readers / seconds


class Snapshot:
    """A REPEATABLE READ transaction that is held."""

    def __init__(self, server):
        self.process = subprocess.Popen([postgres.PROGRAMS / "psql", "-XAtq", "-d", server.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.process.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM bench.editions;\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def __exit__(self, *unused):
        self.process.communicate("ROLLBACK;\n")


def show(name, rates, base, more=""):
    rate = statistics.median(rates)
    print("  %-44s %8.0f/s   x %-5.2f %s" % (name, rate, rate / (base or rate), more), flush=True)
    return rate


def ledger(files, home):
    print("\nclaimed and settled, batches of 512, %d rows; load %s; medians of %d" % (options.readers, os.getloadavg(), options.rounds))
    rates = {name: [] for name in ("SQLite", "PostgreSQL", "held", "row-wise", "row-wise held")}
    dead = {}
    for _ in range(options.rounds):
        rates["SQLite"].append(files.ledger())
        rates["PostgreSQL"].append(home.ledger())
        dead["PostgreSQL"] = home.dead()
        home.fresh()
        with Snapshot(home.server):
            rates["held"].append(home.ledger_as_is())
            dead["held"] = home.dead()
        rates["row-wise"].append(home.row_wise())
        dead["row-wise"] = home.dead()
    base = show("SQLite's ledger", rates["SQLite"], None)
    ours = show("PostgreSQL, blocks", rates["PostgreSQL"], base, "of SQLite; dead: " + dead["PostgreSQL"])
    show("the same under a held snapshot", rates["held"], ours, "of the same; dead: " + dead["held"])
    rows = show("pgbench, rows, SKIP LOCKED, batches of 500", rates["row-wise"], base, "of SQLite; dead: " + dead["row-wise"])
    print("  blocks over rows: x %.2f" % (ours / rows))
    size = home.server.sql("SELECT pg_total_relation_size('bench.deliveries') / %d || ' ' || pg_total_relation_size('bench.kept') / %d" % (options.readers, options.readers))
    print("  octets a delivery on disk: outcome with its indexes, plan without:", size.strip())


def blocks(_files, home):
    print("\nblocks of so many recipients; load %s" % (os.getloadavg(),))
    rates = {size: [] for size in (128, 512, 2048)}
    for _ in range(options.rounds):
        for size, found in rates.items():
            found.append(home.ledger(str(size)))
    for size, found in rates.items():
        show(str(size), found, None)


class Sink:
    def __init__(self, delay_ms):
        self.process = subprocess.Popen([options.build / "bench_sink", "--delay", str(delay_ms)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def sent_by(home, count):
    home.fresh()
    start = time.monotonic()
    cpu = os.times().children_user + os.times().children_system
    workers = [home.start("deliver", "--follow", "--workers-name", "w%d" % number) for number in range(count)]
    # The state is asked for rarely: a count would be work for the server.
    while home.server.sql("SELECT state FROM bench.editions").strip() != "sent":
        time.sleep(0.1)
    seconds = time.monotonic() - start
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.wait()
    used = os.times().children_user + os.times().children_system - cpu
    return options.readers / seconds, used / seconds


def workers(_files, home):
    print("\nworkers, 8 sessions each, a window of 4, answers after 20 ms; load before %s" % (os.getloadavg(),))
    sink = Sink(20)
    home.configure(sink.port)
    base = None
    for count in (1, 2, 4):
        runs = [sent_by(home, count) for _ in range(options.rounds)]
        rate = show("%d worker%s" % (count, "" if count == 1 else "s"), [each[0] for each in runs], base,
                    "of one; processors busy with workers: %.2f" % statistics.median(each[1] for each in runs))
        base = base or rate
    sink.end()
    print("  load after", os.getloadavg())


def main():
    server = postgres.Server(["fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=256MB", "max_wal_size=2GB", "autovacuum=on"],
                             folder=options.folder)
    homes = []
    try:
        home = Home(server)
        homes.append(home)
        files = Home(None) if "ledger" in options.parts else None
        homes += [files] if files else []
        for part in options.parts:
            {"ledger": ledger, "blocks": blocks, "workers": workers}[part](files, home)
    finally:
        for each in homes:
            shutil.rmtree(each.folder, ignore_errors=True)
        server.end()


if __name__ == "__main__":
    main()
