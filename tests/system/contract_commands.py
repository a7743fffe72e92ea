"""The cases of the command line: for each verb, option and exit status something that shows its effect. See contract.py."""
import fcntl
import json
import os
import pathlib
import re
import shlex
import subprocess
import time
import unittest

from contract_world import ADA, BEN, LATER, Pages, World, day, readable
from contract_worlds import (A_LETTER, EARLY, NEW, SOON, TOO_LATE, shown_elsewhere, shrunken, all_deferred, asks_city, backed_up, bare, begin, both, both_composed, both_sent, chosen,
                             collected, composed, deferred, drafts, filled, flooded, hidden, in_doubt, lists_to_import, mails_back, many,
                             many_composed, many_segments, moved, old_database, paused, pending, pinned, sent, sent_and_suppressed,
                             signed, suppressed, templates)
from smtp_server import SmtpServer
from sources import NameServer
from tidings import BINARY, Article, rss

# ---- how a case is told -----------------------------------------------------------------------------------------------


def perform(world, act, at=None, input=None):
    """A command line or a function of the world; None: nothing is done. What was said, with the world's folder as HOME."""
    if act is None:
        return ""
    said = act(world) if callable(act) else world.said(*shlex.split(act), at=at, input=input)
    return said.replace(str(world.folder), "HOME")


NO_SERVER = "postgresql:///news?host=/nowhere"


def differs(without, with_, shows="", hides="", then=None, prepare=collected, at=None, input=None, env=None):
    """Two worlds that `prepare` has made alike, in which one thing differs. `then`: what looks at them afterwards; else it is what
    was said. `shows`: words that only the second has; `hides`: that only the first has."""
    assert shows or hides

    def case(test, world):
        seen = []
        for act, here in ((without, world), (with_, World())):
            with here:
                here.environment.update(env or {})
                begin(here, prepare)
                said = perform(here, act, at, input)
                seen.append(said if then is None else perform(here, then, at))
                test.assertNotIn("exit 70", said)
        if shows:
            test.assertIn(shows, seen[1])
            test.assertNotIn(shows, seen[0])
        if hides:
            test.assertIn(hides, seen[0])
            test.assertNotIn(hides, seen[1])
    return case


def names(world):
    """Of all files; without the hash that tells one newsletter's mails from another's."""
    return "\n".join(sorted(re.sub(r"-[0-9a-f]{12}\.eml$", ".eml", name) for name in world.files(".")))


def mails(world):
    return "\n".join(readable(each) for name, each in sorted(world.files(".").items()) if name.endswith(".eml"))


def text_of_file(name):
    return lambda world: (world.folder / name).read_text(encoding="utf-8") if (world.folder / name).exists() else "no %s" % name


def order_of_edition(world):
    return world.said("compose", "weekly") + world.said("edition", "show", "weekly")


def breaks_the_harbour(world):
    world.write("harbour.xml", "nonsense")
    return ""


def files_with(name, text):
    def act(world):
        world.write(name, text)
        return ""
    return act


def in_order(*acts):
    return lambda world: "".join(perform(world, each) for each in acts)


def with_input(line, text):
    return lambda world: world.said(*shlex.split(line), input=text)


# ---- cases that need more than two command lines -----------------------------------------------------------------------


def doctor_asks_the_relay(test, world):
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        quiet, asked = world.said("doctor"), world.said("doctor", "--smtp")
    test.assertNotIn("is ready", quiet)
    test.assertIn("is ready", asked)


def doctor_asks_the_dns(test, world):
    world.write_config()
    server = NameServer({"example.org": "v=spf1 mx ~all"})
    try:
        where = "127.0.0.1:%d" % server.port
        quiet, asked = world.said("doctor", "--resolver", where), world.said("doctor", "--dns", "--resolver", where)
    finally:
        server.close()
    test.assertNotIn("spf", quiet)
    test.assertIn("spf", asked)


def doctor_asks_the_server_that_is_named(test, world):
    world.write_config()
    servers = [NameServer({"example.org": text}) for text in ("v=spf1 mx ~all", "nothing of the kind")]
    try:
        levels = [next(each["level"] for each in map(json.loads, world.run("doctor", "--dns", "--json", "--resolver", "127.0.0.1:%d"
                                                                            % server.port).stdout.splitlines())
                       if each["about"] == "spf") for server in servers]
    finally:
        for server in servers:
            server.close()
    test.assertEqual(levels[0], "good")
    test.assertNotEqual(levels[1], "good")


def opml(world):
    bare(world)
    for name, host in (("list", "lake"), ("other", "pond")):
        world.write(name + ".opml", '<opml><body><outline text="%s" xmlUrl="https://%s.example/"/></body></opml>' % (host, host))


def article(world):
    bare(world)
    page = "<html><head><title>%s</title></head><body><nav><a href=/>Home</a></nav><article><h1>%s</h1>%s</article></body></html>"
    text = "<p>%s</p>" % ("A sentence about a caf\u00e9 at the pier, with commas, words, and some more of them. " * 6)
    for name, title in (("article", "Old boats"), ("other", "New nets")):
        world.write(name + ".html", (page % (title, title, (text + '<p>See <a href="/pier">the pier</a>, where all of this was written down in time.</p>') * 3)).encode("latin-1"))


def pages_are_served(test, world):
    world.set("web.listen", '"127.0.0.1:0"')
    filled(world)
    with Pages(world) as pages:
        test.assertIn("Harbour News", pages.ask("/subscribe"))
    test.assertIsNotNone(pages.process.returncode)


def threads_of_serve(test, world):
    world.set("web.listen", '"127.0.0.1:0"')
    filled(world)
    serving = [world.start("serve", "--threads", number) for number in ("2", "12")]
    try:
        few, many_ = (pathlib.Path("/proc/%d/task" % each.pid) for each in serving)
        deadline = time.monotonic() + 60
        while len(list(many_.iterdir())) - len(list(few.iterdir())) != 10 and time.monotonic() < deadline:
            time.sleep(0.01)
        test.assertEqual(len(list(many_.iterdir())) - len(list(few.iterdir())), 10)
    finally:
        for each in serving:
            each.terminate()
            each.communicate()


def cgi_answers_a_request(test, world):
    filled(world)
    world.environment.update(REQUEST_METHOD="GET", PATH_INFO="/subscribe", REMOTE_ADDR="192.0.2.1")
    page = world.said("cgi")
    world.environment["PATH_INFO"] = "/nowhere"
    nothing = world.said("cgi")
    test.assertIn("Harbour News", page)
    test.assertIn("404", nothing)


def recipient_of_a_report(test, world):
    """Who a report is about stands in the address that it was sent to, as only the mail system knows it."""
    filled(world)
    world.set("bounce.address", '"back@example.org"')
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.do("collect", at=EARLY)
        world.do("send", "weekly")
        to = server.to(ADA)[0].envelope_from
    report = ("From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; "
              "report-type=delivery-status; boundary=q\n\n--q\n\nNot delivered.\n\n--q\nContent-Type: message/delivery-status\n\n"
              "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; hidden@forward.example\nAction: failed\nStatus: 5.1.1\n"
              "Diagnostic-Code: smtp; 550 5.1.1 user unknown\n\n--q--\n")
    test.assertNotIn(ADA, world.said("bounce", "ingest", "--dry-run", "--json", input=report))
    test.assertIn(ADA, world.said("bounce", "ingest", "--dry-run", "--json", "--recipient", to, input=report))


def another_time(test, world):
    both(world)
    world.now = None
    now, then = world.said("digest", "list"), world.said("--at", LATER, "digest", "list")
    test.assertIn("2026-01-28 07:30", then)
    test.assertNotIn("2026-01-28 07:30", now)


def a_folder_of_two(world):
    """Each has a source whose program waits a moment for the other's."""
    for name, other in (("pier", "quay"), ("quay", "pier")):
        wait = "touch %s; for i in 1 2 3 4 5 6 7 8 9 10; do [ -e %s ] && break; sleep 0.1; done; [ -e %s ] && echo met >> met; cat ../harbour.xml"
        world.lists["source"] = [{"name": '"slow"', "kind": '"command"', "command": json.dumps(["sh", "-c", wait % (name, other, other)])}]
        world.set("store.path", '"%s/tidings.db"' % name)
        world.write_config()
        (world.folder / "both").mkdir(exist_ok=True)
        (world.folder / "config.toml").rename(world.folder / "both" / (name + ".toml"))


def two_at_a_time(test, world):
    met = {}
    for count in ("1", "2"):
        with World() as other:
            a_folder_of_two(other)
            other.said("--all", "both", "--parallel", count, "collect")
            met[count] = (other.folder / "both/met").read_text().count("met")
    test.assertEqual(met, {"1": 1, "2": 2}, "one after the other, only the second meets the first")


def nothing_but_errors(test, world):
    """cron's line: silent when all is well, also when it has sent something; errors are told all the same."""
    both(world)
    test.assertIn("2 sent now", world.said("send", "--due"))
    with World() as other:
        both(other)
        test.assertEqual(other.said("-q", "send", "--due"), "exit 0\n")
        test.assertEqual(len([name for name in other.files(".") if name.endswith(".eml")]), 4)
        for line in ("subscriber add x@example.org --confirmed", "post hide 1", "config check", "db check", "keys rotate",
                     "edition list --limit 1 --json"):
            test.assertEqual(other.run("-q", *shlex.split(line)).stderr, "")
        test.assertEqual(other.said("-q", "subscriber", "add", "y@example.org", "--confirmed"), "exit 0\n")
        test.assertIn(ADA, other.said("-q", "subscriber", "list"), "what was asked for is no talk")
        test.assertIn("error", other.said("-q", "subscriber", "show", "nobody@example.org"))


def a_worker_follows(test, world):
    begin(world, composed)
    worker = world.start("deliver", "--follow")
    try:
        test.assertIn("waiting", worker.stdout.readline())
        test.assertIn("2 sent now", worker.stdout.readline())
    finally:
        worker.terminate()
        worker.communicate(timeout=5)
    test.assertEqual(worker.returncode, 0)


def a_name_goes_with_follow(test, world):
    begin(world, composed)
    test.assertIn("exit 64", world.said("deliver", "--workers-name", "one"))
    test.assertIn("not a worker's name", world.said("deliver", "--follow", "--workers-name", "No. 1"))


def a_copy_elsewhere(test, world):
    begin(world, moved)
    test.assertIn("exit 77", world.said("deliver"))
    world.do("db", "adopt")
    test.assertIn("2 sent now", world.said("deliver"))


def mended(test, world):
    collected(world)
    (world.folder / "subscribers/tidings.db").chmod(0o644)
    world.said("db", "check")
    test.assertEqual((world.folder / "subscribers/tidings.db").stat().st_mode & 0o777, 0o644)
    test.assertIn("now private", world.said("db", "check", "--mend"))
    test.assertEqual((world.folder / "subscribers/tidings.db").stat().st_mode & 0o777, 0o600)


def checked(test, world):
    collected(world)
    test.assertIn("intact", world.said("db", "check"))
    path = world.folder / "subscribers/tidings.db"
    octets = bytearray(path.read_bytes())
    octets[4096 * 4:4096 * 12] = os.urandom(4096 * 8)
    path.write_bytes(octets)
    test.assertNotIn("intact", world.said("db", "check"))


def quick_checked(test, world):
    collected(world)
    test.assertIn("schema version", world.said("db", "check"))
    test.assertIn("pages intact", world.said("db", "check", "--quick"))


def rotated(test, world):
    collected(world)
    for hour in (7, 8, 9):
        world.do("db", "backup", "copies/", "--keep", "2", at="2026-01-26T%02d:00:00Z" % hour)
    test.assertEqual(list(world.files("copies")), ["tidings-2026-01-26T%02d-00-00Z.db" % hour for hour in (8, 9)])


def old_edition(world):
    """Sent long ago."""
    sent(world)
    world.now = "2026-07-01T08:00:00+02:00"


def dry_pruned(test, world):
    old_edition(world)
    first, second = (world.said("db", "prune", "--dry-run") for _ in range(2))
    test.assertIn("would drop the mails of", first)
    test.assertEqual(first, second)
    test.assertIn("dropped the mails of", world.said("db", "prune"))


def completes(test, world):
    scripts = {shell: world.said("completion", shell) for shell in ("bash", "zsh", "fish")}
    test.assertEqual(len(set(scripts.values())), 3)
    test.assertIn("complete -c tidings", scripts["fish"])
    test.assertIn("#compdef tidings", scripts["zsh"])


def table_of_commands(test, world):
    for line in subprocess.run([BINARY, "commands"], capture_output=True, text=True, check=True).stdout.splitlines():
        test.assertTrue(json.loads(line)["command"].startswith("tidings"))


ADDS = "post add --source harbour --title Extra --url https://x.example/e"
SHOWN = "post show 5 --json"
IMPORT = "subscriber import more.csv"
SYNC = "subscriber sync more.csv"
ON_LIST = "subscriber list"
SHOWS_ADA = "subscriber show " + ADA
SHOWS_NEW = "subscriber show " + NEW
PAUSED_UNTIL = "2026-02-20"
PAUSE = "subscriber pause %s --until " + PAUSED_UNTIL
RECONFIRM = "subscriber reconfirm --confirmed-before "
ASKED = {"then": SHOWS_ADA, "shows": "without an answer", "at": "2026-02-10T08:00:00Z"}
ADD = "subscriber add " + NEW
RSS = "<rss version='2.0'><channel><title>%s</title><link>https://a.example/</link><item><title>One</title><link>%s</link></item></channel></rss>"
LINK = '<p>Text of <a href="/x">a link</a></p>'

CASES = {
    # of every command
    ("", "--config"): differs("config show", "--config other.toml config show", shows="Quay Post",
                              prepare=lambda world: (bare(world), world.write("other.toml", (world.folder / "config.toml").read_text().replace(
                                  "Harbour News", "Quay Post")))),
    ("", "--all"): differs("digest list", "--all both digest list", shows="pier: ", prepare=lambda world: (collected(world), a_folder_of_two(world))),
    ("", "--parallel"): two_at_a_time,
    ("", "--at"): another_time,
    ("", "--verbose"): differs("send weekly", "-v send weekly", shows="harbour: 2 posts", prepare=filled),
    ("", "--quiet"): nothing_but_errors,
    ("", "--json"): differs("edition list", "edition list --json", shows='{"edition":"weekly#1"', prepare=sent),
    ("", "--version"): differs("commands", "--version", shows="exit 0\ntidings "),
    # jobs
    ("init", ""): differs(None, "init new", then=names, shows="new/config.toml", prepare=bare),
    ("init", "DIR"): differs("init new", "init other", then=names, shows="other/config.toml", prepare=bare),
    ("collect", ""): differs(None, "collect", then="post list", shows="Tulips", prepare=filled),
    ("collect", "SOURCE"): differs("collect", "collect garden", then="post list", hides="New pier", prepare=filled),
    ("compose", ""): differs(None, "compose weekly", then="edition list", shows="weekly#1"),
    ("compose", "DIGEST"): differs("compose daily", "compose weekly", then="edition list", shows="weekly#1"),
    ("compose", "--due"): differs("compose weekly", "compose --due", then="edition list", shows="daily#1", prepare=both),
    ("compose", "--now"): differs("compose weekly", "compose weekly --now", then="edition list", shows="weekly#1", at=EARLY),
    ("compose", "--late"): differs("compose weekly", "compose weekly --late", then="edition list", shows="weekly#1", at=TOO_LATE),
    ("deliver", ""): differs(None, "deliver", then=names, shows="out/", prepare=composed),
    ("deliver", "--follow"): a_worker_follows,
    ("deliver", "--workers-name"): a_name_goes_with_follow,
    ("deliver", "EDITION"): differs("deliver daily#1", "deliver weekly#1", shows="weekly#1: 2 sent", hides="daily#1", prepare=both_composed),
    ("deliver", "--to-dir"): differs("deliver", "deliver --to-dir mails", then=names, shows="mails/", prepare=composed),
    ("deliver", "--time-budget"): differs("deliver", "deliver --time-budget 1ms", hides="2000 sent now", prepare=many_composed),
    ("deliver", "--late"): differs("deliver", "deliver --late", then=names, shows="out/", prepare=composed, at=TOO_LATE),
    ("send", ""): differs(None, "send weekly", then=names, shows="out/", prepare=filled),
    ("send", "DIGEST"): differs("send daily", "send weekly", then="edition list", shows="weekly#1"),
    ("send", "--due"): differs("send weekly", "send --due", then="edition list", shows="daily#1", prepare=both),
    ("send", "--now"): differs("send weekly", "send weekly --now", then=names, shows="out/", at=EARLY),
    ("send", "--dry-run"): differs("send weekly", "send weekly --dry-run", then=names, hides="out/"),
    ("send", "--to-dir"): differs("send weekly", "send weekly --to-dir mails", then=names, shows="mails/", hides="out/"),
    ("send", "--time-budget"): differs("send weekly", "send weekly --time-budget 1ms", hides="2000 sent now", prepare=many),
    ("send", "--late"): differs("send weekly", "send weekly --late", then=names, shows="out/", at=TOO_LATE),
    ("preview", ""): differs(None, "preview weekly --to x", then=names, shows="x/index.html"),
    ("preview", "WHAT"): differs("preview weekly --to x", "preview daily --to x", then=text_of_file("x/en.txt"), shows="The day", prepare=both),
    ("preview", "--to"): differs("preview weekly --to x", "preview weekly --to y", then=names, shows="y/index.html"),
    ("preview", "--name"): differs("preview weekly --to x", "preview weekly --to x --name Zoe", then=mails, shows="Zoe"),
    ("preview", "--all"): differs("preview weekly --to x", "preview weekly --to x --all", then=names, shows="x/zh-3.html", prepare=many_segments),
    ("test", ""): differs(None, "test weekly me@example.org", then=mails, shows="Subject: [Test]"),
    ("test", "WHAT"): differs("test weekly me@example.org", "test daily me@example.org", then=mails, shows="The day", prepare=both),
    ("test", "ADDRESS"): differs("test weekly me@example.org", "test weekly you@example.org", then=mails, shows="you@example.org"),
    ("test", "--name"): differs("test weekly me@example.org", "test weekly me@example.org --name Zoe", then=mails, shows="Zoe"),
    ("test", "--to-dir"): differs("test weekly me@example.org", "test weekly me@example.org --to-dir mails", then=names, shows="mails/"),
    ("run", ""): differs(None, "run --until " + SOON, then=names, shows="out/", prepare=filled),
    ("run", "--until"): differs("run", "run --until " + SOON, shows="weekly#1: 2 sent", prepare=filled),
    ("rehearse", ""): differs("run --until " + SOON, "rehearse --until " + SOON, then=names, hides="out/", prepare=filled),
    ("rehearse", "--from"): differs("rehearse --until " + SOON, "rehearse --from %s --until %s" % (EARLY, SOON), shows="05:30  running"),
    ("rehearse", "--until"): differs("rehearse", "rehearse --until " + SOON, hides="2026-02-02"),
    ("rehearse", "--to-dir"): differs("rehearse --until " + SOON, "rehearse --to-dir mails --until " + SOON, then=names, shows="mails/"),
    ("report", ""): differs(None, "send weekly", then="report weekly", shows="2 = 2 sent"),
    ("report", "EDITION"): differs("report", "report daily#1", shows="first mail", hides="weekly#1", prepare=both_sent),
    ("report", "--html"): differs("report weekly", "report weekly --html page.html", then=names, shows="page.html", prepare=sent),
    ("status", ""): differs(None, "send weekly", then="status", shows="2 of 2 sent"),
    ("status", "--health"): differs("status", "status --health", shows="healthy: "),
    ("doctor", ""): differs(None, in_order(breaks_the_harbour, "collect"), then="doctor", shows="exit 75"),
    ("doctor", "--smtp"): doctor_asks_the_relay,
    ("doctor", "--dns"): doctor_asks_the_dns,
    ("doctor", "--pages"): differs("doctor", "doctor --pages", shows="pages: "),
    ("doctor", "--resolver"): doctor_asks_the_server_that_is_named,
    # sources, feeds, HTML
    ("source list", ""): differs(None, in_order(breaks_the_harbour, "collect"), then="source list", shows="failing"),
    ("source list", "--limit"): differs("source list", "source list --limit 1", shows="there are more: --after harbour continues", hides="garden"),
    ("source list", "--after"): differs("source list", "source list --after harbour", hides="harbour"),
    ("source check", ""): differs(None, breaks_the_harbour, then="source check", shows="exit 69"),
    ("source check", "URL"): differs("source check harbour", "source check garden", shows="Tulips"),
    ("source import", ""): differs("feed parse harbour.xml", "source import list.opml", shows="[[source]]", prepare=opml),
    ("source import", "FILE"): differs("source import list.opml", "source import other.opml", shows="pond", prepare=opml),
    ("source import", "--append"): differs("source import list.opml", "source import list.opml --append", then="source list", shows="lake", prepare=opml),
    ("source export", ""): differs("source list", "source export", shows='<opml version="2.0">', prepare=bare),
    ("feed parse", ""): differs("feed parse list.csv", "feed parse harbour.xml", shows='"format":"rss"'),
    ("feed parse", "FILE"): differs("feed parse harbour.xml", "feed parse garden.xml", shows="Tulips"),
    ("feed parse", "--base-url"): differs("feed parse -", "feed parse - --base-url https://b.example/", shows="https://b.example/one",
                                          input=RSS.replace("https://a.example/", "") % ("News", "/one")),
    ("feed parse", "--content-type"): differs(
        "feed parse euro.xml", "feed parse euro.xml --content-type 'application/rss+xml; charset=iso-8859-15'", shows="5 \u20ac",
        prepare=lambda world: (bare(world), world.write("euro.xml", (RSS % ("5 \u20ac", "https://a.example/1")).encode("iso-8859-15")))),
    ("feed article", ""): differs("feed parse article.html", "feed article article.html", shows='"title":"Old boats"', prepare=article),
    ("feed article", "FILE"): differs("feed article other.html", "feed article article.html", shows="Old boats", prepare=article),
    ("feed article", "--base-url"): differs("feed article article.html", "feed article article.html --base-url https://b.example/", shows="https://b.example/pier",
                                            prepare=article),
    ("feed article", "--content-type"): differs(
        "feed article article.html", "feed article article.html --content-type 'text/html; charset=iso-8859-5'", hides="caf\u00e9", prepare=article),
    ("html sanitize", ""): differs("html text", "html sanitize", input=LINK + "<script>x</script>", shows="<p", prepare=bare),
    ("html sanitize", "--base-url"): differs("html sanitize", "html sanitize --base-url https://b.example/", input=LINK, shows="https://b.example/x", prepare=bare),
    ("html text", ""): differs("html sanitize", "html text", input=LINK, hides="<p", prepare=bare),
    ("html text", "--base-url"): differs("html text", "html text --base-url https://b.example/", input=LINK, shows="https://b.example/x", prepare=bare),
    ("html text", "--width"): differs("html text", "html text --width 10", input="<p>one two three four five</p>", shows="one two\n", prepare=bare),
    # posts
    ("post list", ""): differs(None, "collect", then="post list", shows="Tulips", prepare=filled),
    ("post list", "--source"): differs("post list", "post list --source garden", hides="New pier"),
    ("post list", "--since"): differs("post list", "post list --since 2026-01-26T09:00:00Z", hides="New pier"),
    ("post list", "--left-out"): differs("post list", "post list --left-out", shows="when its source was first read", prepare=sent),
    ("post list", "--digest"): differs("post list --left-out", "post list --left-out --digest weekly", hides="daily", prepare=sent),
    ("post list", "--limit"): differs("post list", "post list --limit 3", shows="there are more: --after 4 continues, --limit 6", hides="Bread is cheap"),
    ("post list", "--after"): differs("post list", "post list --after 1", hides="New pier"),
    ("post show", ""): differs("post list", "post show 3", shows="Tulips too."),
    ("post show", "ID"): differs("post show 1", "post show 3", shows="Tulips too."),
    ("post add", ""): differs(None, ADDS, then="post list", shows="Extra"),
    ("post add", "--title"): differs(ADDS, ADDS.replace("Extra", "'Another one'"), then="post list", shows="Another one"),
    ("post add", "--url"): differs(ADDS, ADDS.replace("x.example", "y.example"), then="post list", shows="y.example"),
    ("post add", "--source"): differs(ADDS, ADDS.replace("harbour", "garden"), then="post list --source garden", shows="Extra"),
    ("post add", "--html-file"): differs(ADDS, in_order(files_with("a.html", "<p>By hand.</p>"), ADDS + " --html-file a.html"), then=SHOWN, shows="By hand."),
    ("post add", "--markdown-file"): differs(ADDS, in_order(files_with("a.md", "By *hand*.\n"), ADDS + " --markdown-file a.md"), then=SHOWN, shows="<em>hand</em>"),
    ("post add", "--published"): differs(ADDS, ADDS + " --published 2026-01-08", then=SHOWN, shows='"published":"2026-01-08'),
    ("post add", "--author"): differs(ADDS, ADDS + " --author Zoe", then=SHOWN, shows='"author":"Zoe"'),
    ("post add", "--topic"): differs(ADDS, ADDS + " --topic quay", then=SHOWN, shows='"tags":["quay"]'),
    ("post release", ""): differs(None, "post release --source harbour", then="post list --left-out", hides="Old 03", prepare=flooded),
    ("post release", "ID"): differs("post release 5", "post release 6", then="post list --left-out --json", hides='"id":6,', prepare=flooded),
    ("post release", "--source"): differs("post release --source garden", "post release --source harbour", then="post list --left-out", hides="Old 03", prepare=flooded),
    ("post hide", ""): differs(None, "post hide 3", then=order_of_edition, shows="Tulips (hidden by hand)"),
    ("post hide", "ID"): differs("post hide 1", "post hide 3", then=order_of_edition, shows="Tulips (hidden by hand)"),
    ("post unhide", ""): differs(None, "post unhide 2", then=order_of_edition, hides="hidden by hand", prepare=hidden),
    ("post unhide", "ID"): differs("post unhide 1", "post unhide 2", then=order_of_edition, hides="hidden by hand", prepare=hidden),
    ("post pin", ""): differs(None, "post pin 2", then=order_of_edition, shows="2  Bread is cheap\n       3  Tulips"),
    ("post pin", "ID"): differs("post pin 1", "post pin 2", then=order_of_edition, shows="2  Bread is cheap\n       3  Tulips"),
    ("post unpin", ""): differs(None, "post unpin 2", then=order_of_edition, hides="2  Bread is cheap\n       3  Tulips", prepare=pinned),
    ("post unpin", "ID"): differs("post unpin 1", "post unpin 2", then=order_of_edition, hides="2  Bread is cheap\n       3  Tulips", prepare=pinned),
    # digests, editions
    ("digest list", ""): differs(None, "send weekly", then="digest list", hides="due since 2026-01-26 08:00"),
    ("digest list", "--limit"): differs("digest list", "digest list --limit 1", shows="there are more: --after weekly continues", prepare=both),
    ("digest list", "--after"): differs("digest list", "digest list --after weekly", hides="weekly", prepare=both),
    ("edition list", ""): differs(None, "compose weekly", then="edition list", shows="weekly#1"),
    ("edition list", "--digest"): differs("edition list", "edition list --digest daily", hides="weekly#1", prepare=both_sent),
    ("edition list", "--limit"): differs("edition list", "edition list --limit 1", shows="there are more: --after weekly#1 continues, --limit 2", prepare=both_sent),
    ("edition list", "--after"): differs("edition list", "edition list --after weekly#1", hides="weekly#1", prepare=both_sent),
    ("edition show", ""): differs(None, "send weekly", then="edition show weekly", shows="2 sent"),
    ("edition show", "EDITION"): differs("edition show weekly", "edition show daily#1", shows="daily#1", prepare=both_sent),
    ("edition edit", ""): differs(None, "edition edit weekly#1 --drop 3", then="edition show weekly", shows="dropped by the editor", prepare=drafts),
    ("edition edit", "EDITION"): differs("edition edit weekly --intro-file intro.md", "edition edit daily#1 --intro-file intro.md",
                                         then="edition show daily", shows="friends", prepare=drafts),
    ("edition edit", "--order"): differs("edition edit weekly", "edition edit weekly --order 2,1", then="edition show weekly",
                                         shows="2  Bread is cheap\n       1  New pier", prepare=drafts, env={"EDITOR": "true", "VISUAL": ""}),
    ("edition edit", "--drop"): differs("edition edit weekly", "edition edit weekly --drop 3", then="edition show weekly",
                                        shows="dropped by the editor", prepare=drafts, env={"EDITOR": "true", "VISUAL": ""}),
    ("edition edit", "--subject"): differs("edition edit weekly", "edition edit weekly --subject 'Ferries at last'",
                                           then=in_order("preview weekly#1 --to out", mails), shows="Ferries at last", prepare=drafts, env={"EDITOR": "true", "VISUAL": ""}),
    ("edition edit", "--file"): differs("edition edit weekly", in_order(files_with("draft.txt", "2 Bread for everybody\n"), "edition edit weekly --file draft.txt"),
                                        then="edition show weekly", shows="dropped by the editor", prepare=drafts, env={"EDITOR": "true", "VISUAL": ""}),
    ("edition edit", "--intro-file"): differs("edition edit weekly", "edition edit weekly --intro-file intro.md", then="edition show weekly",
                                              shows="friends", prepare=drafts, env={"EDITOR": "true", "VISUAL": ""}),
    ("edition approve", ""): differs(None, "edition approve weekly", then="edition list", shows="sealed", prepare=drafts),
    ("edition approve", "EDITION"): differs("edition approve weekly", "edition approve daily#1", shows="daily#1", prepare=drafts),
    ("edition approve", "--order"): differs("edition approve weekly", "edition approve weekly --order 2,1", then="edition show weekly",
                                            shows="2  Bread is cheap\n       1  New pier", prepare=drafts),
    ("edition approve", "--drop"): differs("edition approve weekly", "edition approve weekly --drop 3", then="edition show weekly",
                                           shows="dropped by the editor", prepare=drafts),
    ("edition approve", "--intro-file"): differs("edition approve weekly", "edition approve weekly --intro-file intro.md", then="edition show weekly",
                                                 shows="friends", prepare=drafts),
    ("edition approve", "--edit"): differs("edition approve weekly", "edition approve weekly --edit", then="edition show weekly", shows="From the editor.",
                                           prepare=drafts, env={"EDITOR": "sh -c 'echo From the editor. >> \"$1\"' sh", "VISUAL": ""}),
    ("edition cancel", ""): differs(None, "edition cancel weekly", then="edition list", shows="cancelled", prepare=composed),
    ("edition cancel", "EDITION"): differs("edition cancel weekly", "edition cancel daily#1", shows="daily#1 is cancelled", prepare=both_composed),
    ("edition cancel", "--reason"): differs("edition cancel weekly", "edition cancel weekly --reason 'a mistake'", then="edition list",
                                            shows="a mistake", prepare=composed),
    ("edition export", ""): differs(None, "edition export weekly --markdown out.md", then=names, shows="out.md", prepare=sent),
    ("edition export", "EDITION"): differs("edition export weekly --markdown -", "edition export daily --markdown -", hides="Tulips", prepare=both_sent),
    ("edition export", "--markdown"): differs(None, "edition export weekly --markdown -", shows="## [Bread is cheap](", prepare=sent),
    ("edition export", "--gemtext"): differs(None, "edition export weekly --gemtext -", shows="=> https://", prepare=sent),
    ("edition export", "--epub"): differs("edition export weekly --markdown out.md", "edition export weekly --epub out.epub", then=names, shows="out.epub",
                                          prepare=sent),
    ("edition export", "--pdf"): differs(None, "edition export weekly --pdf out.pdf", shows="neither Chromium nor WeasyPrint", prepare=sent, env={"PATH": "/nowhere"}),
    ("edition export", "--language"): differs("edition export weekly --markdown -", "edition export weekly --markdown - --language fr", shows="no page in fr",
                                              prepare=sent),
    ("archive build", ""): differs(None, "archive build site", then=names, shows="site/index.html", prepare=sent),
    ("archive build", "DIR"): differs("archive build site", "archive build other", then=names, shows="other/index.html", prepare=sent),
    # the list
    ("subscriber add", ""): differs(None, ADD, then=ON_LIST, shows=NEW),
    ("subscriber add", "ADDRESS"): differs("subscriber add other@example.org", ADD, then=ON_LIST, shows=NEW),
    ("subscriber add", "--name"): differs(ADD, ADD + " --name Zoe", then=ON_LIST, shows="Zoe"),
    ("subscriber add", "--language"): differs(ADD, ADD + " --language de", then=SHOWS_NEW, shows="language  de"),
    ("subscriber add", "--timezone"): differs(ADD, ADD + " --timezone America/Lima", then=SHOWS_NEW, shows="zone      America/Lima"),
    ("subscriber add", "--digest"): differs(ADD, ADD + " --digest daily", then=SHOWS_NEW, hides="weekly  pending"),
    ("subscriber add", "--topic"): differs(ADD, ADD + " --topic sea", then=SHOWS_NEW, shows="topics    sea"),
    ("subscriber add", "--field"): differs(ADD, ADD + " --field city=Porto", then=SHOWS_NEW, shows="city      Porto", prepare=asks_city),
    ("subscriber add", "--confirmed"): differs(ADD, ADD + " --confirmed", then=SHOWS_NEW, shows="weekly  confirmed"),
    ("subscriber set", ""): differs(None, "subscriber set %s --name Zoe" % ADA, then=ON_LIST, shows="Zoe"),
    ("subscriber set", "ADDRESS"): differs("subscriber set %s --name Zoe" % BEN, "subscriber set %s --name Zoe" % ADA, then=SHOWS_ADA, shows="Zoe"),
    ("subscriber set", "--name"): differs("subscriber set %s --name Yan" % ADA, "subscriber set %s --name Zoe" % ADA, then=SHOWS_ADA, shows="Zoe"),
    ("subscriber set", "--language"): differs("subscriber set %s --name Zoe" % ADA, "subscriber set %s --name Zoe --language de" % ADA, then=SHOWS_ADA, shows="language  de"),
    ("subscriber set", "--timezone"): differs("subscriber set %s --name Zoe" % ADA, "subscriber set %s --name Zoe --timezone America/Lima" % ADA, then=SHOWS_ADA, shows="zone      America/Lima"),
    ("subscriber set", "--topic"): differs("subscriber set %s --name Zoe" % ADA, "subscriber set %s --name Zoe --topic sea" % ADA, then=SHOWS_ADA, shows="topics    sea"),
    ("subscriber set", "--field"): differs("subscriber set %s --name Zoe" % ADA, "subscriber set %s --name Zoe --field city=Porto" % ADA, then=SHOWS_ADA,
                                           shows="city      Porto", prepare=asks_city),
    ("subscriber set", "--cadence"): differs("subscriber set %s --name Zoe" % ADA, "subscriber set %s --name Zoe --cadence daily" % ADA, then=SHOWS_ADA, shows="daily  confirmed"),
    ("subscriber set", "--all-topics"): differs("subscriber set %s --name Zoe" % ADA, "subscriber set %s --name Zoe --all-topics" % ADA, then=SHOWS_ADA,
                                                shows="topics    all", prepare=chosen),
    ("subscriber set", "--email"): differs("subscriber set %s --name Zoe" % ADA, "subscriber set %s --name Zoe --email zoe@example.org" % ADA,
                                           then=SHOWS_ADA, shows="asked to move to zoe@example.org"),
    ("subscriber reconfirm", ""): differs(None, RECONFIRM + "2026-02-01", **ASKED),
    ("subscriber reconfirm", "--confirmed-before"): differs(RECONFIRM + "2020-01-01", RECONFIRM + "2026-02-01", **ASKED),
    ("subscriber reconfirm", "--digest"): differs(RECONFIRM + "2026-02-01 --digest daily", RECONFIRM + "2026-02-01", **ASKED),
    ("subscriber reconfirm", "--dry-run"): differs(RECONFIRM + "2026-02-01 --dry-run", RECONFIRM + "2026-02-01", **ASKED),
    ("subscriber pause", ""): differs(None, PAUSE % ADA, then=SHOWS_ADA, shows="weekly  paused until " + PAUSED_UNTIL),
    ("subscriber pause", "ADDRESS"): differs(PAUSE % BEN, PAUSE % ADA, then=SHOWS_ADA, shows="weekly  paused until " + PAUSED_UNTIL),
    ("subscriber pause", "--until"): differs("subscriber pause %s --until 2026-03-01" % ADA, PAUSE % ADA, then=SHOWS_ADA,
                                             shows="weekly  paused until " + PAUSED_UNTIL),
    ("subscriber resume", ""): differs(None, "subscriber resume " + ADA, then=SHOWS_ADA, hides="weekly  paused", prepare=paused),
    ("subscriber resume", "ADDRESS"): differs("subscriber resume " + BEN, "subscriber resume " + ADA, then=SHOWS_ADA, hides="weekly  paused",
                                              prepare=paused),
    ("subscriber unsubscribe", ""): differs(None, "subscriber unsubscribe " + ADA, then=SHOWS_ADA, shows="weekly  withdrawn"),
    ("subscriber unsubscribe", "ADDRESS"): differs("subscriber unsubscribe " + BEN, "subscriber unsubscribe " + ADA, then=SHOWS_ADA, shows="weekly  withdrawn"),
    ("subscriber unsubscribe", "--digest"): differs("subscriber unsubscribe " + ADA, "subscriber unsubscribe %s --digest daily" % ADA, then=SHOWS_ADA,
                                                    hides="weekly  withdrawn", prepare=both),
    ("subscriber confirm", ""): differs(None, "subscriber confirm " + NEW, then=SHOWS_NEW, shows="weekly  confirmed", prepare=pending),
    ("subscriber confirm", "ADDRESS|TOKEN"): differs("subscriber confirm other@example.org", "subscriber confirm " + NEW, then=SHOWS_NEW,
                                                     shows="weekly  confirmed", prepare=pending),
    ("subscriber confirm", "--digest"): differs("subscriber confirm " + NEW, "subscriber confirm %s --digest weekly" % NEW, then=SHOWS_NEW,
                                                hides="daily  confirmed", prepare=pending),
    ("subscriber erase", ""): differs(None, "subscriber erase " + ADA, then=ON_LIST, hides=ADA),
    ("subscriber erase", "ADDRESS"): differs("subscriber erase " + BEN, "subscriber erase " + ADA, then=ON_LIST, hides=ADA),
    ("subscriber list", ""): differs(None, ADD, then=ON_LIST, shows=NEW),
    ("subscriber list", "--status"): differs(ON_LIST, ON_LIST + " --status pending", hides=ADA, prepare=pending),
    ("subscriber list", "--digest"): differs(ON_LIST, ON_LIST + " --digest daily", hides=ADA, prepare=pending),
    ("subscriber list", "--topic"): differs(ON_LIST, ON_LIST + " --topic sea", hides=BEN, prepare=chosen),
    ("subscriber list", "--domain"): differs(ON_LIST, ON_LIST + " --domain example.net", hides=ADA),
    ("subscriber list", "--since"): differs(ON_LIST, ON_LIST + " --since 2026-01-26T08:00:00+02:00", hides=ADA, prepare=pending),
    ("subscriber list", "--search"): differs(ON_LIST, ON_LIST + " --search ben", hides=ADA),
    ("subscriber list", "--limit"): differs(ON_LIST, ON_LIST + " --limit 1", shows="there are more: --after 1", hides=BEN),
    ("subscriber list", "--after"): differs(ON_LIST, ON_LIST + " --after 1", hides=ADA),
    ("subscriber list", "--count"): differs(ON_LIST, ON_LIST + " --count", shows="exit 0\n2\n"),
    ("subscriber show", ""): differs(None, "send weekly", then=SHOWS_ADA, shows="1 sent"),
    ("subscriber show", "ADDRESS"): differs("subscriber show " + BEN, SHOWS_ADA, shows=ADA),
    ("subscriber export", ""): differs(None, ADD, then="subscriber export", shows=NEW),
    ("subscriber export", "FILE"): differs("subscriber export", "subscriber export all.csv", then=names, shows="all.csv"),
    ("subscriber export", "--one"): differs("subscriber export", "subscriber export --one " + ADA, shows='"consents"'),
    ("subscriber export", "--status"): differs("subscriber export", "subscriber export --status pending", hides=ADA, prepare=pending),
    ("subscriber export", "--digest"): differs("subscriber export", "subscriber export --digest daily", hides=ADA, prepare=pending),
    ("subscriber export", "--topic"): differs("subscriber export", "subscriber export --topic sea", hides=BEN, prepare=chosen),
    ("subscriber export", "--domain"): differs("subscriber export", "subscriber export --domain example.net", hides=ADA),
    ("subscriber export", "--since"): differs("subscriber export", "subscriber export --since 2026-01-26T08:00:00+02:00", hides=ADA, prepare=pending),
    ("subscriber export", "--search"): differs("subscriber export", "subscriber export --search ben", hides=ADA),
    ("subscriber import", ""): differs(None, IMPORT, then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber import", "FILE"): differs("subscriber import other.csv", IMPORT, then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber import", "--digest"): differs(IMPORT, IMPORT + " --digest daily", then=SHOWS_NEW, hides="weekly  pending", prepare=lists_to_import),
    ("subscriber import", "--map"): differs("subscriber import odd.csv", "subscriber import odd.csv --map name=Kundenname", then=ON_LIST, shows="Newman", prepare=lists_to_import),
    ("subscriber import", "--delimiter"): differs("subscriber import bars.csv", "subscriber import bars.csv --delimiter '|'", then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber import", "--encoding"): differs("subscriber import latin.csv", "subscriber import latin.csv --encoding windows-1251", then=ON_LIST,
                                                 shows="J\u044crgen", prepare=lists_to_import),
    ("subscriber import", "--ignore-column"): differs("subscriber import status.csv --confirmed", "subscriber import status.csv --confirmed --ignore-column 'Consent state'",
                                                      then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber import", "--confirmed"): differs(IMPORT, IMPORT + " --confirmed", then=SHOWS_NEW, shows="weekly  confirmed", prepare=lists_to_import),
    ("subscriber import", "--send-confirmations"): differs(in_order(IMPORT, "send --due"), in_order(IMPORT + " --send-confirmations", "send --due"), then=mails,
                                                           shows="Delivered-To: " + NEW, prepare=lists_to_import),
    ("subscriber import", "--dry-run"): differs(IMPORT, IMPORT + " --dry-run", then=ON_LIST, hides=NEW, prepare=lists_to_import),
    ("subscriber import", "--rejects"): differs("subscriber import bad.csv", "subscriber import bad.csv --rejects rest.csv", then=text_of_file("rest.csv"),
                                                shows="nobody", prepare=lists_to_import),
    ("subscriber import", "--batch"): differs("subscriber import cut.csv", "subscriber import cut.csv --batch 1", then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber sync", ""): differs(None, SYNC, then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber sync", "SOURCE"): differs("subscriber sync other.csv", SYNC, then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber sync", "--name"): differs(SYNC, SYNC + " --name club", shows="of club", prepare=lists_to_import),
    ("subscriber sync", "--digest"): differs(SYNC, SYNC + " --digest daily", then=SHOWS_NEW, hides="weekly  pending", prepare=lists_to_import),
    ("subscriber sync", "--map"): differs("subscriber sync odd.csv", "subscriber sync odd.csv --map name=Kundenname", then=ON_LIST, shows="Newman", prepare=lists_to_import),
    ("subscriber sync", "--ignore-column"): differs("subscriber sync status.csv --confirmed", "subscriber sync status.csv --confirmed --ignore-column 'Consent state'",
                                                    then=ON_LIST, shows=NEW, prepare=lists_to_import),
    ("subscriber sync", "--confirmed"): differs(SYNC, SYNC + " --confirmed", then=SHOWS_NEW, shows="weekly  confirmed", prepare=lists_to_import),
    ("subscriber sync", "--most-leaving"): differs(shrunken("subscriber sync club.csv"), shrunken("subscriber sync club.csv --most-leaving 100"), hides="exit 77",
                                                   prepare=lists_to_import),
    ("subscriber sync", "--dry-run"): differs(SYNC, SYNC + " --dry-run", then=ON_LIST, hides=NEW, prepare=lists_to_import),
    ("keys rotate", ""): differs(in_order("keys rotate", "send weekly"), in_order("keys rotate", "keys rotate", "send weekly"), then=mails, shows="/u/Ag"),
    ("suppression list", ""): differs(None, "suppression add " + BEN, then="suppression list", shows=BEN),
    ("suppression list", "--limit"): differs("suppression list", "suppression list --limit 1", shows="there are more: --after @bad.test continues", prepare=suppressed),
    ("suppression list", "--after"): differs("suppression list", "suppression list --after @bad.test", hides="@bad.test", prepare=suppressed),
    ("suppression add", ""): differs(None, "suppression add " + BEN, then=in_order("send weekly", names), hides="2.eml"),
    ("suppression add", "ADDRESS|@DOMAIN"): differs("suppression add x@example.com", "suppression add @example.net", then=in_order("send weekly", names), hides="2.eml"),
    ("suppression add", "--reason"): differs("suppression add " + BEN, "suppression add %s --reason 'asked by phone'" % BEN, then="suppression list", shows="asked by phone"),
    ("suppression remove", ""): differs(None, "suppression remove " + BEN, then="suppression list", hides=BEN, prepare=suppressed),
    ("suppression remove", "ADDRESS|@DOMAIN"): differs("suppression remove @bad.test", "suppression remove " + BEN, then="suppression list", hides=BEN, prepare=suppressed),
    # the pages
    ("serve", ""): pages_are_served,
    ("serve", "--threads"): threads_of_serve,
    ("serve", "--frame"): differs("config check", "serve --frame", shows="<iframe", prepare=shown_elsewhere),
    ("serve", "--snippet"): differs("config check", "serve --snippet", shows="<form"),
    ("cgi", ""): cgi_answers_a_request,
    # deliveries
    ("delivery list", ""): differs(None, "deliver", then="delivery list", shows="250", prepare=composed),
    ("delivery list", "--edition"): differs("delivery list", "delivery list --edition daily#1", hides="weekly#1", prepare=both_sent),
    ("delivery list", "--address"): differs("delivery list", "delivery list --address " + ADA, hides=BEN, prepare=sent),
    ("delivery list", "--state"): differs("delivery list", "delivery list --state deferred", hides=BEN, prepare=deferred),
    ("delivery list", "--limit"): differs("delivery list", "delivery list --limit 1", shows="there are more: --after weekly#1/%s continues, --limit 2" % ADA, hides=BEN, prepare=sent),
    ("delivery list", "--after"): differs("delivery list", "delivery list --after weekly#1/" + ADA, hides=ADA, prepare=sent),
    ("delivery retry", ""): differs(None, "delivery retry weekly", then="deliver", shows="1 sent now", prepare=deferred),
    ("delivery retry", "EDITION"): differs("delivery retry daily#1", "delivery retry weekly#1", shows="%s is due now" % ADA, prepare=deferred),
    ("delivery retry", "--address"): differs("delivery retry weekly", "delivery retry weekly --address " + ADA, hides=" are due now", prepare=all_deferred),
    ("delivery retry", "--state"): differs("delivery retry weekly", "delivery retry weekly --state failed", then="delivery list --address " + BEN, shows="deferred", prepare=deferred),
    ("delivery resolve", ""): differs(None, "delivery resolve weekly --sent", then="delivery list --state in_doubt", hides=ADA, prepare=in_doubt),
    ("delivery resolve", "EDITION"): differs("delivery resolve daily#1 --sent", "delivery resolve weekly#1 --sent", then="delivery list --state in_doubt", hides=ADA, prepare=in_doubt),
    ("delivery resolve", "ADDRESS"): differs("delivery resolve weekly --sent", "delivery resolve weekly %s --sent" % BEN, then="delivery list --state in_doubt", shows=ADA, prepare=in_doubt),
    ("delivery resolve", "--sent"): differs("delivery resolve weekly", "delivery resolve weekly --sent", then="delivery list --state sent", shows=ADA, prepare=in_doubt),
    ("delivery resolve", "--failed"): differs("delivery resolve weekly", "delivery resolve weekly --failed", then="delivery list --state failed", shows=ADA, prepare=in_doubt),
    # what comes back
    ("bounce parse", ""): differs("bounce parse in/new/1.mail", "bounce parse report.eml", shows='{"recipients"', prepare=mails_back),
    ("bounce parse", "FILE"): differs("bounce parse in/new/1.mail", "bounce parse report.eml", shows='{"recipients"', prepare=mails_back),
    ("bounce ingest", ""): differs(None, with_input("bounce ingest", A_LETTER), then=mails, shows="who@example.net", prepare=mails_back),
    ("bounce ingest", "--maildir"): differs("bounce ingest --maildir elsewhere", "bounce ingest --maildir in", hides="no new mail", prepare=mails_back),
    ("bounce ingest", "--mbox"): differs("bounce ingest --maildir elsewhere", "bounce ingest --mbox box.mbox", hides="no new mail", prepare=mails_back),
    ("bounce ingest", "--recipient"): recipient_of_a_report,
    ("bounce ingest", "--dry-run"): differs("bounce ingest --maildir in", "bounce ingest --maildir in --dry-run", then=names, shows="in/new/1.mail", prepare=mails_back),
    # themes, keys
    ("template check", ""): differs(None, files_with("templates/mine/digest.html.mustache", "{{#open}}"), then="template check", hides="exit 0", prepare=bare),
    ("template check", "THEME"): differs("template check", "template check plain", hides="default: good", prepare=bare),
    ("template check", "--variables"): differs("template check plain", "template check --variables", shows="newsletter_name", prepare=bare),
    ("template render", ""): differs("template render other.mustache --data more.json", "template render page.mustache --data data.json", shows="<b>Ada", prepare=templates),
    ("template render", "FILE"): differs("template render page.mustache --data data.json", "template render other.mustache --data data.json", shows="other", prepare=templates),
    ("template render", "--data"): differs("template render page.mustache --data data.json", "template render page.mustache --data more.json", shows="Cara", prepare=templates),
    ("template render", "--partials"): differs("template render page.mustache --data data.json", "template render page.mustache --data data.json --partials parts", shows="a part", prepare=templates),
    ("template render", "--text"): differs("template render other.mustache --data data.json", "template render other.mustache --data data.json --text", shows="Ada & Ben", prepare=templates),
    ("dkim keygen", ""): differs(None, "dkim keygen --ed25519", then=names, shows="dkim.pem", prepare=bare),
    ("dkim keygen", "FILE"): differs("dkim keygen --ed25519", "dkim keygen own.pem --ed25519", then=names, shows="own.pem", prepare=bare),
    ("dkim keygen", "--ed25519"): differs("dkim keygen", "dkim keygen --ed25519", shows="ed25519_selector", prepare=bare),
    ("dkim record", ""): differs("config check", "dkim record", shows="k=ed25519", prepare=signed),
    # configuration, database, shells
    ("config show", ""): differs("config check", "config show", shows="schedule = "),
    ("config show", "--changed"): differs("config show", "config show --changed", hides="give_up_after"),
    ("config check", ""): differs(None, files_with("config.toml", "[newsletter]\nnam = 1\n"), then="config check", shows="exit 78"),
    ("db check", ""): checked,
    ("db check", "--mend"): mended,
    ("db backup", ""): differs(None, "db backup copy.db", then=names, shows="copy.db"),
    ("db backup", "FILE"): differs("db backup copy.db", "db backup other.db", then=names, shows="other.db"),
    ("db backup", "--keep"): rotated,
    ("db check", "--quick"): quick_checked,
    ("db prune", ""): differs(None, "db prune", then="db prune --dry-run", shows="nothing is older", prepare=sent,
                               at="2026-07-01T08:00:00+02:00"),
    ("db prune", "--dry-run"): dry_pruned,
    ("db prune", "--rebuild"): differs("db prune", "db prune --rebuild", shows="written anew"),
    ("db restore", ""): differs(None, "db restore copy.db", then=ON_LIST, shows=ADA, prepare=backed_up),
    ("db restore", "FILE"): differs("db restore nothing.db", "db restore copy.db", then=ON_LIST, shows=ADA, prepare=backed_up),
    ("db copy", ""): differs(None, "db copy subscribers/tidings.db other.db", then=names, shows="other.db"),
    ("db copy", "FROM"): differs("db copy nothing.db other.db", "db copy subscribers/tidings.db other.db", shows="verified"),
    ("db copy", "TO"): differs("db copy subscribers/tidings.db other.db", "db copy subscribers/tidings.db third.db", then=names, shows="third.db"),
    ("db copy", "--from-schema"): differs("db copy %s other.db --from-schema harbour" % NO_SERVER, "db copy %s other.db --from-schema garden" % NO_SERVER,
                                          shows="schema garden"),
    ("db copy", "--to-schema"): differs("db copy subscribers/tidings.db %s --to-schema harbour" % NO_SERVER,
                                        "db copy subscribers/tidings.db %s --to-schema garden" % NO_SERVER, shows="schema garden"),
    ("db migrate", ""): differs(None, "db migrate", then=ON_LIST, shows="exit 0", prepare=old_database),
    ("db adopt", ""): a_copy_elsewhere,
    ("completion", ""): completes,
    ("completion", "SHELL"): completes,
    ("commands", ""): table_of_commands,
}


# ---- what is promised of all commands -----------------------------------------------------------------------------------

TABLE = [json.loads(line) for line in subprocess.run([BINARY, "commands"], capture_output=True, text=True, check=True).stdout.splitlines()]
VERBS = {each["command"].partition(" ")[2]: each for each in TABLE if not each["group"]}
OF_WHAT = {"post show": "3", "edition show": "weekly", "subscriber show": ADA}


def run(*arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def misspelt(word):
    """Without its third letter from the end."""
    return word[:-3] + word[-2:]


class Promises(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.__exit__)

    def test_every_list_and_show_prints_one_json_object_a_line(self):
        begin(self.world, sent_and_suppressed)
        listing = [verb for verb in VERBS if verb.split()[-1] in ("list", "show")]
        self.assertGreaterEqual(len(listing), 11)
        for verb in [*listing, "post list --left-out", "status", "report weekly", "doctor", "dkim record"]:
            with self.subTest(verb):
                lines = self.world.do(*verb.split(), *OF_WHAT.get(verb, "").split(), "--json").splitlines()
                self.assertTrue(lines)
                for line in lines:
                    self.assertIsInstance(json.loads(line), dict)

    def test_help_of_every_verb_fits_a_screen_and_explains_every_option(self):
        for verb, command in VERBS.items():
            with self.subTest(verb):
                text = run(*verb.split(), "--help").stdout
                words = " ".join(text.split())
                self.assertLessEqual(len(text.splitlines()), 24)
                self.assertLessEqual(max(map(len, text.splitlines())), 80)
                self.assertIn("\nExample: %s" % command["example"], text)
                self.assertIn(command["about"], words)
                for option in command["options"]:
                    self.assertTrue(option["about"], option)
                    self.assertIn(" ".join(option["about"].split()), words)
                    self.assertIn((option["flags"] or [option["value"]])[-1], words)
                    if option["default"] is not None:
                        self.assertRegex(words, r"=%s\b|\[%s\]|=%s " % ((re.escape(option["default"]),) * 3))
                    for word in option["choices"]:
                        self.assertIn(word, words)

    def test_the_example_of_every_verb_is_understood(self):
        for verb, command in VERBS.items():
            with self.subTest(verb):
                words = shlex.split(command["example"].partition(" <")[0].partition(" >")[0])
                self.assertEqual(words[0], "tidings")
                self.assertIn(" %s " % verb, " ".join(words) + " ")
                options = words[1:] if "--config" in words else ["--config", "/nonexistent/config.toml", *words[1:]]
                if "init" not in words and "dkim keygen" != verb:  # these would write
                    self.assertNotEqual(run(*options).returncode, 64)

    def test_a_missing_argument_is_told_with_the_usage_of_the_verb(self):
        for verb, command in VERBS.items():
            if any(each["required"] for each in command["options"]):
                with self.subTest(verb):
                    done = run(*verb.split())
                    self.assertEqual(done.returncode, 64)
                    self.assertIn("(usage: tidings %s" % verb, done.stderr)
                    self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("tidings source: which command? (list, check", run("source").stderr)

    def test_a_misspelt_word_is_told_with_the_nearest(self):
        for verb, command in VERBS.items():
            *noun, name = verb.split()
            options = [each["flags"][-1] for each in command["options"] if each["flags"] and len(each["flags"][-1]) > 5]
            tries = [([*noun, misspelt(name)], name)] if len(name) > 4 and not command["hidden"] else []
            tries += [([*noun, name, misspelt(each) + end], each) for each in options[-1:] for end in ("", "=x")]
            for words, meant in tries:
                with self.subTest(" ".join(words)):
                    done = run(*words)
                    self.assertEqual(done.returncode, 64, done.stderr)
                    self.assertIn('did you mean "%s"?' % meant, done.stderr)
                    self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn('did you mean "--quiet"?', run("--quite", "send").stderr)
        self.assertIn('did you mean "post"?', run("pst", "list").stderr)
        self.assertIn('did you mean "--limit"?', run("post", "list", "-limit", "3").stderr)
        self.assertIn('did you mean "pending"?', run("subscriber", "list", "--status", "pendin").stderr)

    def test_a_number_that_is_none_is_told_in_a_short_line(self):
        for verb, command in VERBS.items():
            for option in command["options"]:
                if option["flags"][-1:] in (["--limit"], ["--threads"], ["--batch"]):
                    for number in ("0", "-1", "abc", "1.5", "99999999999999"):
                        with self.subTest("%s %s" % (verb, number)):
                            needed = ["x"] if any(each["required"] for each in command["options"]) else []
                            done = run(*verb.split(), *needed, option["flags"][-1], number)
                            self.assertEqual(done.returncode, 64)
                            self.assertIn('"%s" is not a whole number from 1 to ' % number, done.stderr)
                            self.assertLess(len(done.stderr), 200)

    def test_a_list_that_ends_at_its_limit_says_how_to_see_the_rest(self):
        begin(self.world, many_composed)
        self.world.write("garden.xml", rss("Garden", [Article("Post %d" % each, "https://garden.example/%d" % each, day(26, 5), day(26, 5))
                                                      for each in range(60)]))
        self.world.do("collect")
        for verb, limit, rest in (("delivery list", 1000, 2000), ("post list", 50, 64), ("subscriber list", 100, 2000)):
            with self.subTest(verb):
                done = self.world.run(*verb.split(), "--json")
                self.assertEqual(len(done.stdout.splitlines()), limit)
                self.assertIn("there are more: ", done.stderr)
                self.assertIn("there are more: ", self.world.do(*verb.split()).splitlines()[-1])
                done = self.world.run(*verb.split(), "--json", "--limit", str(rest))
                self.assertEqual((len(done.stdout.splitlines()), done.stderr), (rest, ""))

    def test_a_post_by_hand_is_told_with_its_number(self):
        begin(self.world, collected)
        said = self.world.do(*shlex.split(ADDS))
        number = re.match(r"post (\d+): ", said)[1]
        self.assertIn("Extra", self.world.do("post", "show", number))
        self.assertTrue(self.world.do(*shlex.split(ADDS)).startswith("post %s: " % number), "once more is the same post")

    def test_search_finds_an_address_as_people_write_it(self):
        begin(self.world, collected)
        self.world.do("subscriber", "add", "jane@b\u00fccher.example", "--name", "J\u00fcrgen_%", "--confirmed")
        for text in ("jane@b\u00fccher.example", "B\u00fccher", "@b\u00fccher", "xn--bcher", "JANE@", "J\u00fcrgen", "n_%"):
            with self.subTest(text):
                found = [each["name"] for each in self.world.json("subscriber", "list", "--search", text)]
                self.assertEqual(found, ["J\u00fcrgen_%"])
        self.assertEqual(self.world.json("subscriber", "list", "--search", "b\u00e4cher"), [])


# ---- exit statuses ------------------------------------------------------------------------------------------------------


def ends(status, line, good, shows="", **more):
    """The same command ends with this status for one reason, and with 0 without it."""
    return differs(good, line, shows="exit %d\n" % status, **more)


def locked(test, world):
    filled(world)
    with open(world.folder / "subscribers/tidings.db.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        test.assertIn("exit 75", world.said("send", "weekly"))
    test.assertIn("exit 0", world.said("send", "weekly"))


STATUSES = {
    64: ends(64, "post list --limt 1", "post list --limit 1"),
    65: ends(65, "feed parse list.csv", "feed parse harbour.xml"),
    66: ends(66, "subscriber show nobody@example.org", SHOWS_ADA),
    69: ends(69, in_order(breaks_the_harbour, "collect"), "collect"),
    73: ends(73, "db backup config.toml", "db backup copy.db"),
    74: ends(74, "subscriber import bad.csv --rejects /dev/full", IMPORT + " --rejects rest.csv", prepare=lists_to_import),
    75: locked,
    77: ends(77, "subscriber add " + BEN, ADD, prepare=suppressed),
    78: ends(78, in_order(files_with("config.toml", "[newsletter]\nnam = 1\n"), "config check"), "config check"),
}
