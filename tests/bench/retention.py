#!/usr/bin/env python3
"""How large the database of a year is: 52 weekly editions, composed and pruned by the binary.

    TIDINGS=build/release/tidings tests/bench/retention.py [--readers 100000] [--weeks 52] [--keep 90d]

The sending itself is left out: its answers are written as the ledger writes them. The goal is 2 x rows x 20 octets, rows being all
deliveries of the year, whether they are still there or added up.
"""
import argparse
import datetime
import pathlib
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from tidings import Article, Home, rss  # noqa: E402

MONDAY = datetime.datetime(2026, 1, 5, 6, 5, tzinfo=datetime.timezone.utc)
WEEK = datetime.timedelta(days=7)
WORDS = "A sentence about boats, fish and the weather at the quay that goes on for a while. "


def settle(path, at):
    """What the relay said to everybody: the queue id of a Postfix."""
    ms = int(at.timestamp() * 1000)
    with sqlite3.connect(path, timeout=60) as database:
        database.execute("INSERT OR IGNORE INTO relay_names (id, name) VALUES (1, 'mail.example.org:587')")
        database.execute("UPDATE deliveries SET state = 5, attempts = 1, code = 250, relay_id = 1, settled_ms = ? + subscriber_id / 500 * 1000, "
                         "reply = '2.0.0 Ok: queued as ' || upper(hex(randomblob(6))) WHERE state = 1", (ms,))
        database.execute("UPDATE editions SET state = 'sent', started_ms = ?, finished_ms = ? WHERE state = 'sealed'", (ms, ms + 600_000))
    database.close()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--readers", type=int, default=100_000)
    options.add_argument("--weeks", type=int, default=52)
    options.add_argument("--keep", help="keep_deliveries, such as 90d; default: the program's")
    options = options.parse_args()
    with Home(on_disk=True) as home:
        home.configure("drop:out")
        config = home.folder / "config.toml"
        if options.keep:
            config.write_text(config.read_text().replace("[smtp]", 'keep_deliveries = "%s"\n[smtp]' % options.keep))
        home.write("list.csv", "email\n" + "".join("reader%06d@%s\n" % (i, ("gmail.com", "gmx.de", "example.org", "town%d.example" % (i % 500))[i % 4])
                                                  for i in range(options.readers)))
        home.write("feed.xml", rss("Town", []))
        home.do("subscriber", "import", "list.csv", "--confirmed", at=MONDAY - WEEK)
        path = home.folder / "subscribers/tidings.db"
        articles, highest, slowest = [], 0, 0.0
        for week in range(options.weeks):
            at = MONDAY + week * WEEK
            articles += [Article("Post %d of week %d" % (i, week), "https://town.example/%d/%d" % (week, i), at, at - datetime.timedelta(hours=20 + i),
                                 "<p>%s</p>" % (WORDS * 30)) for i in range(10)]
            home.write("feed.xml", rss("Town", articles[-30:]))
            home.do("collect", at=at)
            home.do("compose", "weekly", at=at)
            settle(path, at)
            began = time.monotonic()
            home.do("db", "prune", at=at + datetime.timedelta(days=2))
            slowest = max(slowest, time.monotonic() - began)
            highest = max(highest, path.stat().st_size)
            if week % 4 == 3:
                print("week %2d: %6.1f MB" % (week + 1, path.stat().st_size / 1e6), flush=True)
        rows = options.readers * options.weeks
        counts = home.json("edition", "list", "--limit", "100")
        assert sum(each["sent_count"] for each in counts) == rows, "counts are not for ever"
        size = path.stat().st_size
        with sqlite3.connect(path) as database:
            spare = database.execute("PRAGMA freelist_count").fetchone()[0] * database.execute("PRAGMA page_size").fetchone()[0]
        print("%d deliveries: %.1f MB (highest %.1f, to spare %.1f), %.2f x rows x 20 octets; slowest prune %.1f s"
              % (rows, size / 1e6, highest / 1e6, spare / 1e6, size / (rows * 20), slowest))
        return 0 if size <= 2 * rows * 20 else 1


if __name__ == "__main__":
    sys.exit(main())
