"""How many reports a minute: sends one edition to READERS (default 10000) readers, makes a report of each mail as a mail system would, and times
`tidings bounce ingest` over the Maildir: read, matched, judged, stored and put away. Beside it, on the same files, what only reads them: Sisimai
(Debian: libsisimai-perl) and flufl.bounce (python3-flufl.bounce), where they are installed. TIDINGS names the binary.

    ingest.py [READERS [DOMAINS]]
"""
import pathlib
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from bounce import report  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402
from tidings import Home  # noqa: E402

NOW = "2026-03-02T09:00:00+02:00"
FEED = """<rss version="2.0"><channel><title>Harbour</title><link>https://blog.example/</link>
<item><title>The ferries kept their times</title><link>https://blog.example/1</link><description>All of them.</description></item></channel></rss>"""
PEER_FILES = 2000  # they are slow
SISIMAI = """use Sisimai; my $n = 0; for my $f (glob "$ARGV[0]/*") { open my $in, '<', $f or die; local $/; my $text = <$in>; $n += @{ Sisimai->make(\\$text) || [] } } print $n"""
FLUFL = """import email, pathlib, sys
from flufl.bounce import scan_message
print(sum(len(scan_message(email.message_from_bytes(f.read_bytes()))) for f in pathlib.Path(sys.argv[1]).iterdir()))"""


def per_minute(name, count, command, note=""):
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.monotonic() - start
    if done.returncode != 0:
        print("%-28s not run: %s" % (name, (done.stderr.strip().splitlines() or ["no word"])[-1]))
        return
    print("%-28s %6d reports in %6.2f s: %8.0f a minute; %s" % (name, count, took, 60 * count / took, note or done.stdout.strip().splitlines()[-1]))


def high_water(pid):
    try:
        found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/%d/status" % pid).read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def main():
    readers = int(sys.argv[1]) if sys.argv[1:] else 10000
    domains = int(sys.argv[2]) if sys.argv[2:] else readers
    with Home() as home, SmtpServer() as server:
        home.write("feed.xml", FEED)
        home.configure(smtp=server.url, more_smtp='[bounce]\naddress = "bounces@news.example.org"\nmaildir = "box"\n')
        home.write("list.csv", "email\n" + "".join("r%d@d%d.example\n" % (n, n % domains) for n in range(readers)))
        home.do("subscriber", "import", "list.csv", "--confirmed", at=NOW)
        home.do("send", "weekly", "--now", at=NOW)
        box, peers = home.folder / "box", home.folder / "peers"
        for folder in (*(box / part for part in ("new", "cur", "tmp")), peers):
            folder.mkdir(parents=True)
        for n, each in enumerate(server.accepted):
            (box / "new" / ("%06d.x" % n)).write_text(report(each.envelope_from, each.envelope_to, message=each.octets))
        for path in sorted((box / "new").iterdir())[:PEER_FILES]:
            shutil.copy(path, peers)
        start = time.monotonic()
        process = home.start("bounce", "ingest", at=NOW)
        reader = ThreadPoolExecutor().submit(process.stdout.read)
        peak = 0
        while process.poll() is None:  # wait4 would tell of this program's memory too: exec keeps the mark of who forked
            peak = max(peak, high_water(process.pid))
            time.sleep(0.005)
        took = time.monotonic() - start
        out = reader.result()
        assert process.returncode == 0, process.returncode
        said = re.search(r".*suppressed", out.splitlines()[-1])
        count = len(server.accepted)
        print("%-28s %6d reports in %6.2f s: %8.0f a minute; %.1f MB at most; %d domains, %s" % (
            "tidings bounce ingest", count, took, 60 * count / took, peak / 1024, domains, said[0] if said else out.splitlines()[-1]))
        for path in (box / "cur").iterdir():  # the same mails once more
            path.rename(box / "new" / path.name.split(":")[0])
        print("%-28s %s" % ("the same once more", home.do("bounce", "ingest", at=NOW).splitlines()[-1]))
        few = sum(1 for _ in peers.iterdir())
        per_minute("Sisimai, reading only", few, ["perl", "-e", SISIMAI, peers], "")
        per_minute("flufl.bounce, reading only", few, ["/usr/bin/python3", "-c", FLUFL, peers], "")


if __name__ == "__main__":
    main()
