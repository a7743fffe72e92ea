"""How long an edition takes that weighs 100,000 posts of one period, near-duplicates among them.

    python3 tests/bench/stories.py [POSTS]

Prints the seconds of "send --dry-run" with near-duplicates joined and kept; the difference is what finding them costs.
"""
import datetime
import json
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from tidings import Article, Home, rss  # noqa: E402

UTC = datetime.timezone.utc
RUN = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SOURCES = 50


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    chance = random.Random(1)
    words = ["".join(chance.choice("abcdefghijklmnoprstuvw") for _ in range(chance.randint(3, 9))) for _ in range(20_000)]
    texts = []
    articles = [[] for _ in range(SOURCES)]
    for number in range(count):
        # One of twenty is the story of another source.
        if texts and number % 20 == 0:
            text = chance.choice(texts[-2000:])
        else:
            text = " ".join(chance.choice(words) for _ in range(chance.randint(40, 300)))
            texts.append(text)
        articles[number % SOURCES].append(Article("Post %d" % number, "https://s%d.example/%d" % (number % SOURCES, number), RUN,
                                                  RUN - datetime.timedelta(hours=chance.randint(1, 100)), "<p>%s</p>" % text))
    with Home(on_disk=True) as home:
        blocks = ['[[source]]\nname = "s%d"\nurl = "file:s%d.xml"\nmax_entries = 100000\nmax_bytes = "256MiB"\n' % (number, number) for number in range(SOURCES)]
        digest = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n%s'
        home.configure(sources=blocks, digests=digest % "")
        for number, each in enumerate(articles):
            home.write("s%d.xml" % number, rss("S%d" % number, each))
        home.do("subscriber", "add", "ada@example.org", "--confirmed", at=RUN - datetime.timedelta(days=8))
        home.do("collect", at=RUN - datetime.timedelta(minutes=1))
        seconds = {}
        for way in ("join", "keep"):
            home.configure(sources=blocks, digests=digest % ('near_duplicates = "%s"\n' % way))
            began = time.monotonic()
            said = home.do("send", "--due", "--dry-run", "--json", at=RUN)
            seconds[way] = time.monotonic() - began
            joined = len(json.loads(said.splitlines()[0])["joined"])
            print("%s: %.1f s, %d joined of the shown" % (way, seconds[way], joined))
        print("%d posts: %.1f s for near-duplicates" % (count, seconds["join"] - seconds["keep"]))


if __name__ == "__main__":
    main()
