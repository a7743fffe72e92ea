"""How many reports a minute: sends one edition to READERS (default 10000) readers into a Maildir, makes a report of each mail as a mail system
would, and times `tidings bounce ingest` over them. TIDINGS names the binary."""
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from bounce import report  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402
from tidings import Home  # noqa: E402

NOW = "2026-03-02T09:00:00+02:00"
FEED = """<rss version="2.0"><channel><title>Harbour</title><link>https://blog.example/</link>
<item><title>The ferries kept their times</title><link>https://blog.example/1</link><description>All of them.</description></item></channel></rss>"""


def main():
    readers = int(sys.argv[1]) if sys.argv[1:] else 10000
    domains = int(sys.argv[2]) if sys.argv[2:] else 500
    with Home() as home, SmtpServer() as server:
        home.write("feed.xml", FEED)
        home.configure(smtp=server.url, more_smtp='[bounce]\naddress = "bounces@news.example.org"\nmaildir = "box"\n')
        home.write("list.csv", "email\n" + "".join("r%d@d%d.example\n" % (n, n % domains) for n in range(readers)))
        home.do("subscriber", "import", "list.csv", "--confirmed", at=NOW)
        home.do("send", "weekly", "--now", at=NOW)
        box = home.folder / "box"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        for n, each in enumerate(server.accepted):
            (box / "new" / ("%06d.x" % n)).write_text(report(each.envelope_from, each.envelope_to, message=each.octets))
        start = time.monotonic()
        out = home.do("bounce", "ingest", at=NOW)
        took = time.monotonic() - start
        said = re.search(r".*suppressed", out.splitlines()[-1])
        print("%d reports of %d domains in %.1f s: %.0f a minute; %s" % (len(server.accepted), domains, took, 60 * len(server.accepted) / took, said and said[0]))


if __name__ == "__main__":
    main()
