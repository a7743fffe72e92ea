"""What people write back, through the real binary: to which address, whether it is read, and where it goes from there."""
import datetime
import json
import os
import re
import sqlite3
import subprocess
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Home, parse_mail, text_of

START = datetime.datetime(2026, 1, 5, 8, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://h.example/</link>
<item><guid>a</guid><title>Post a</title><link>https://h.example/a</link><pubDate>Sun, 04 Jan 2026 10:00:00 +0000</pubDate></item></channel></rss>"""
ADDRESS = '[bounce]\naddress = "bounces@news.example.org"\n'


def letter(text, sender="Ann Quay <ann@quay.example>", serial=[0], subject="a question", **fields):
    serial[0] += 1
    head = {"From": sender, "To": "bounces@news.example.org", "Subject": subject, "Message-ID": "<mail-%d@quay.example>" % serial[0]}
    head.update({name.replace("_", "-"): value for name, value in fields.items()})
    return "".join("%s: %s\n" % each for each in head.items() if each[1] is not None) + "\n" + text + "\n"


class Town(unittest.TestCase):
    """A digest was sent; what comes back is handed to `bounce ingest`."""
    MORE = ADDRESS + "pipe = true\n"
    READERS = ("ann@quay.example", "bo@pier.example", "cy@mole.example")

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.home.write("feed.xml", FEED)
        self.configure(self.MORE)
        self.home.write("list.csv", "email\n" + "\n".join(self.READERS) + "\n")
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=START)
        self.home.do("send", "weekly", at=START)
        self.sent = {each.envelope_to: each for each in self.server.accepted}
        self.server.accepted.clear()

    def configure(self, more):
        self.home.configure(smtp="smtp://127.0.0.1:%d" % self.server.port, more_smtp=more)

    def ingest(self, mail, *more, status=0, at=START):
        out = self.home.do("bounce", "ingest", "--json", *more, at=at, input=mail, status=status)
        return json.loads(out.splitlines()[0])

    def message_id(self, reader):
        return str(parse_mail(self.sent[reader].octets)["Message-ID"])

    def state(self, reader):
        return json.loads(self.home.do("subscriber", "show", reader, "--json"))["subscriptions"][0]["status"]

    def unmatched(self):
        folder = self.home.folder / "subscribers/unmatched"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def rows(self, query):
        with sqlite3.connect(self.home.folder / "subscribers/tidings.db") as database:
            rows = database.execute(query).fetchall()
        database.close()
        return rows


class Addresses(Town):
    def mailto(self, more):
        self.configure(more)
        folder = self.home.folder / "out"
        self.home.do("preview", "weekly#1", "--to", folder, at=START)
        return re.findall(r"<mailto:([^?>]+)", "".join(re.sub(r"\s", "", each.read_text()) for each in folder.rglob("*.eml")))[0]

    def test_mailto_goes_to_the_mailbox_that_is_read(self):
        self.assertEqual(self.mailto(""), "news@example.org")
        self.assertEqual(self.mailto(ADDRESS), "news@example.org")
        self.assertEqual(self.mailto(ADDRESS + "pipe = true\n"), "bounces@news.example.org")
        self.assertEqual(self.mailto(ADDRESS + 'maildir = "box"\n'), "bounces@news.example.org")
        shown = {(each["section"], each["key"]): each["value"] for each in self.home.json("config", "show")}
        self.assertEqual(shown["newsletter", "unsubscribe_mailto"], '"bounces@news.example.org"')

    def test_a_confirmation_is_answered_to_the_mailbox_that_is_read(self):
        for more, wanted in ((ADDRESS, r"^news@example\.org$"), (ADDRESS + 'maildir = "box"\n', r"^bounces\+confirm-[a-z2-7]+@news\.example\.org$")):
            self.configure(more)
            self.server.accepted.clear()
            self.home.do("subscriber", "add", "new%d@x.example" % len(more), at=START)
            self.assertRegex(str(parse_mail(self.server.accepted[0].octets)["Reply-To"]), wanted)

    def test_an_address_that_nobody_reads_is_named(self):
        for command in ("config", "check"), ("doctor",):
            self.configure(ADDRESS)
            done = self.home.run(*command, at=START)
            self.assertIn("mail to bounces@news.example.org is not read", done.stdout + done.stderr)
            self.assertIn("mail to news@example.org, which unsubscribes or confirms, is not read", done.stdout + done.stderr)
            self.configure(ADDRESS + 'maildir = "box"\n')
            done = self.home.run(*command, at=START)
            self.assertNotIn("is not read", done.stdout + done.stderr)

    def test_forward_to_ourselves_is_a_mistake(self):
        self.configure(ADDRESS + 'forward_to = "Bounces <bounces+x@news.example.org>"\n')
        self.assertIn("is the address whose mail would be forwarded", self.home.run("config", "check").stderr)
        self.home.do("config", "check", status=78)


class Leaving(Town):
    def test_the_mailto_of_a_digest_that_they_changed_from_ends_what_they_get_in_its_place(self):
        self.home.configure(smtp="smtp://127.0.0.1:%d" % self.server.port, more_smtp=self.MORE,
                            digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n[[digest]]\nname = "daily"\nschedule = "daily 08:00"\n')
        self.home.do("subscriber", "set", "ann@quay.example", "--cadence", "daily", at=START)
        self.home.do("subscriber", "add", "bo@pier.example", "--digest", "daily", "--confirmed", at=START)
        for reader, states in (("ann@quay.example", {"daily": "withdrawn", "weekly": "withdrawn"}),
                               ("bo@pier.example", {"daily": "confirmed", "weekly": "withdrawn"})):
            field = re.sub(r"\s", "", parse_mail(self.sent[reader].octets)["List-Unsubscribe"])
            subject = re.search(r"subject=([^>]+)", field)[1].replace("%20", " ")
            for _ in range(2):
                self.assertEqual(self.ingest(letter("", sender=reader, subject=subject))["outcome"], "unsubscribe")
                shown = json.loads(self.home.do("subscriber", "show", reader, "--json"))["subscriptions"]
                self.assertEqual({each["digest"]: each["status"] for each in shown}, states)


class Pipes(Town):
    MORE = ADDRESS + 'maildir = "box"\n'

    def setUp(self):
        super().setUp()
        for part in ("new", "cur", "tmp"):
            (self.home.folder / "box" / part).mkdir(parents=True)

    def test_piped_mail_is_read_although_a_maildir_is_configured(self):
        self.assertEqual(self.ingest(letter("Hello"))["outcome"], "forward")
        mail = self.home.write("mail", letter("Hello again"))
        with open(mail) as file:
            done = subprocess.run(self.home.command("bounce", "ingest", at=START), cwd=self.home.folder, stdin=file, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 forward; 0 suppressed", done.stdout)

    def test_without_piped_mail_the_maildir_is_read(self):
        (self.home.folder / "box/new/1.a").write_text(letter("Hello"))
        for stdin in (subprocess.DEVNULL, "empty pipe"):
            given = {"input": ""} if stdin == "empty pipe" else {"stdin": stdin}
            done = subprocess.run(self.home.command("bounce", "ingest", at=START), cwd=self.home.folder, capture_output=True, text=True, **given)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("1 forward" if stdin == subprocess.DEVNULL else "no new mail", done.stdout)

    def test_mail_over_the_limit_is_read_as_far_as_it_goes(self):
        self.home.configure(smtp="drop:out", more_smtp=self.MORE)
        mail = letter("Hello\n" + ("x" * 70 + "\n") * 1_000_000)
        done = self.home.run("bounce", "ingest", "--recipient", "bounces@news.example.org", at=START, input=mail)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("only the first 10.5 MB", done.stderr)
        self.assertIn("1 forward", done.stdout)
        sent, = (self.home.folder / "out").glob("*.eml")
        self.assertIn("Only the first 10.5 MB were kept", text_of(parse_mail(sent.read_bytes())))
        report = letter("Content-Type: text/plain\n\n" + "x" * 11_000_000, "MAILER-DAEMON@x.example")
        self.home.do("bounce", "ingest", at=START, input=report)
        self.assertEqual([each.stat().st_size for each in self.unmatched()], [10 << 20])


class Editor(Town):
    def test_what_a_person_writes_goes_on_to_the_editor(self):
        got = self.ingest(letter("Dear editor,\nthe ferry is late.", subject="The f\u00e9rry"))
        self.assertEqual((got["outcome"], got["address"]), ("forward", "ann@quay.example"))
        sent, = self.server.accepted
        self.assertEqual((sent.envelope_to, sent.envelope_from), ("news@example.org", "news@example.org"))
        mail = parse_mail(sent.octets)
        self.assertEqual((mail["Reply-To"], mail["Subject"]), ("ann@quay.example", "Fwd: The f\u00e9rry"))
        self.assertEqual((mail["Auto-Submitted"], mail["X-Tidings-Forwarded"]), ("auto-generated", "news.example.org"))
        note, original = mail.iter_parts()
        self.assertIn("the ferry is late.", note.get_content())
        self.assertEqual(self.rows("SELECT count(*), sum(length(bytes)) FROM forwards"), [(1, 0)])
        self.assertEqual(self.unmatched(), [])

    def test_the_mail_itself_is_attached(self):
        plain = letter("Dear editor")
        self.ingest(plain)
        attached = parse_mail(self.server.accepted[0].octets).get_payload(1)
        self.assertEqual(attached.get_content_type(), "message/rfc822")
        self.assertEqual(str(attached.get_payload(0)["Message-ID"]), re.search("Message-ID: (.*)", plain)[1])
        self.ingest(letter("\u00dcber alle\u00df"))
        attached = parse_mail(self.server.accepted[1].octets).get_payload(1)
        self.assertEqual(attached.get_content_type(), "application/octet-stream")
        self.assertIn("\u00dcber alle\u00df", attached.get_content().decode())

    def test_forward_to_names_the_editor_and_none_keeps_it_here(self):
        self.configure(self.MORE + 'forward_to = "Eve <eve@desk.example>"\n')
        self.ingest(letter("Hello"))
        self.assertEqual(self.server.accepted[0].envelope_to, "eve@desk.example")
        self.configure(self.MORE + 'forward_to = "none"\n')
        self.assertEqual(self.ingest(letter("Hello"))["outcome"], "unmatched")
        self.assertEqual((len(self.server.accepted), len(self.unmatched())), (1, 1))

    def test_no_loop(self):
        self.ingest(letter("Hello"))
        loop = self.server.accepted[0].octets.decode().replace("\r\n", "\n")
        self.assertNotEqual(self.ingest(loop)["outcome"], "forward")
        for fields in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<l.x.example>"}, {"Return_Path": "<>"}, {"X_Spam_Flag": "YES"},
                       {"X_Tidings_Forwarded": "another.example"}, {"Delivered_To": "news+x@example.org"}, {"From": "MAILER-DAEMON@x.example"}, {"From": None},
                       {"From": "a@b.example, c@d.example"}):
            self.assertNotEqual(self.ingest(letter("Hello", **fields))["outcome"], "forward", fields)
        self.assertNotEqual(self.ingest(letter("Hello"), "--recipient", "news@example.org")["outcome"], "forward")
        self.assertEqual(len(self.server.accepted), 1)

    def test_one_writer_is_forwarded_ten_times_a_day(self):
        got = [self.ingest(letter("Hello %d" % n))["outcome"] for n in range(12)]
        self.assertEqual(got, ["forward"] * 10 + ["unmatched"] * 2)
        self.assertEqual(self.ingest(letter("Hello"), at=START + datetime.timedelta(hours=25))["outcome"], "forward")

    def test_a_flood_waits_for_its_hour(self):
        self.configure(self.MORE + "forward_per_hour = 2\n")
        box = "".join("From x Mon Jan  5 08:00:00 2026\n" + letter("Hello", "p%d@x.example" % n) + "\n" for n in range(5))
        done = self.home.run("bounce", "ingest", "--mbox", self.home.write("mbox", box), at=START)
        self.assertEqual((done.returncode, len(self.server.accepted)), (75, 2))
        self.assertIn("3 mails for the editor wait: the limit of [bounce] forward_per_hour", done.stderr)
        for hours, count in ((2, 4), (4, 5)):
            self.home.run("send", "--due", at=START + datetime.timedelta(hours=hours))
            self.assertEqual(len(self.server.accepted), count)

    def test_a_relay_that_is_away_gets_it_later_and_a_pipe_is_not_told(self):
        self.server.rules[:] = [Rule("rcpt", "451 4.3.0 later")]
        done = self.home.run("bounce", "ingest", at=START, input=letter("Hello"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 mail for the editor waits: ", done.stderr)
        self.server.rules.clear()
        self.home.run("send", "--due", at=START + datetime.timedelta(hours=1))
        self.assertEqual(len(self.server.accepted), 1)

    def test_what_the_relay_refuses_is_kept_and_told(self):
        self.server.rules[:] = [Rule("rcpt", "550 5.1.1 no such user")]
        mail = letter("Hello")
        done = self.home.run("bounce", "ingest", at=START, input=mail)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 mail for the editor kept in unmatched: ", done.stderr)
        self.assertEqual([each.read_text() for each in self.unmatched()], [mail])

    def test_killed_before_the_answer_it_goes_on_once_more(self):
        self.server.rules[:] = [Rule("dot", "keep-hang", times=1)]
        process = subprocess.Popen(self.home.command("bounce", "ingest", at=START), cwd=self.home.folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        process.stdin.write(letter("Hello"))
        process.stdin.close()
        while not self.server.accepted and process.poll() is None:
            pass
        process.kill()
        process.wait()
        for minutes in (5, 20, 60, 600):
            self.home.run("send", "--due", at=START + datetime.timedelta(minutes=minutes))
        self.assertEqual(len({str(parse_mail(each.octets)["Message-ID"]) for each in self.server.accepted}), 1)
        self.assertEqual(len(self.server.accepted), 2)

    def test_a_dry_run_forwards_nothing(self):
        self.assertEqual(self.ingest(letter("Hello"), "--dry-run")["outcome"], "forward")
        self.assertEqual((self.server.accepted, self.rows("SELECT count(*) FROM forwards")), ([], [(0,)]))


class Leaving(Town):
    WISH = "Please unsubscribe me.\n\nOn Mon, 5 Jan 2026, Harbour News <news@example.org> wrote:\n> Post a\n> Unsubscribe: ...\n"

    def test_a_reply_that_asks_for_it_unsubscribes(self):
        got = self.ingest(letter(self.WISH, In_Reply_To=self.message_id("ann@quay.example")))
        self.assertEqual(got["outcome"], "unsubscribe")
        self.assertEqual([self.state(each) for each in self.READERS], ["withdrawn", "confirmed", "confirmed"])
        wish = "Hallo, bitte melden Sie mich ab. Danke"
        self.ingest(letter(wish, "bo@pier.example", References="<x@y> " + self.message_id("bo@pier.example")))
        self.assertEqual(self.state("bo@pier.example"), "withdrawn")
        self.assertEqual(self.server.accepted, [])

    def test_it_needs_the_readers_own_address_and_our_message_id(self):
        mine = self.message_id("ann@quay.example")
        for sender, answered in (("ann@quay.example", None), ("ann@quay.example", self.message_id("bo@pier.example")), ("bo@pier.example", mine),
                                 ("stranger@x.example", mine), ("ann@quay.example", mine.replace("<", "<0"))):
            self.assertEqual(self.ingest(letter(self.WISH, sender, In_Reply_To=answered))["outcome"], "forward")
        self.assertEqual([self.state(each) for each in self.READERS], ["confirmed"] * 3)
        self.assertIn("tidings subscriber unsubscribe ann@quay.example", parse_mail(self.server.accepted[0].octets).get_payload(0).get_content())

    def test_every_doubt_goes_to_the_editor(self):
        for text in ("Please don't unsubscribe me!", "How do I unsubscribe?", "The unsubscribe link is broken.", "Lovely.\n> Please unsubscribe me"):
            self.assertEqual(self.ingest(letter(text, In_Reply_To=self.message_id("ann@quay.example")))["outcome"], "forward", text)
        self.assertEqual(self.ingest(letter(self.WISH, In_Reply_To=self.message_id("ann@quay.example"), Auto_Submitted="auto-replied"))["outcome"], "auto_reply")
        self.assertEqual(self.state("ann@quay.example"), "confirmed")

    def test_a_goodbye_is_said_by_this_way_too(self):
        self.configure(self.MORE + "[web]\ngoodbye = true\n")
        self.ingest(letter(self.WISH, In_Reply_To=self.message_id("ann@quay.example")))
        self.home.run("send", "--due", at=START + datetime.timedelta(minutes=1))
        self.assertEqual([each.envelope_to for each in self.server.accepted], ["ann@quay.example"])


class Quota(Town):
    MORE = ADDRESS + 'pipe = true\nforward_to = "none"\nunmatched_limit = 3\nunmatched_bytes = "1KiB"\n'

    def test_the_oldest_unmatched_mails_go_first_and_it_is_told(self):
        stranger = self.home.write("subscribers/unmatched/notes.txt", "mine")
        for n in range(5):
            done = self.home.run("bounce", "ingest", at=START, input=letter("Hello %d" % n))
            newest = max((each for each in self.unmatched() if each != stranger), key=lambda each: each.stat().st_mtime_ns)
            os.utime(newest, (n + 1, n + 1))
        self.assertIn("unmatched is full: the oldest 1 mail", done.stderr)
        texts = [each.read_text() for each in self.unmatched()]
        self.assertEqual(sorted(re.findall(r"Hello \d", "".join(texts))), ["Hello 2", "Hello 3", "Hello 4"])
        self.assertIn("mine", texts)
        self.home.run("bounce", "ingest", at=START, input=letter("Long " + "x" * 900))
        self.assertEqual(len(self.unmatched()), 2)

    def test_a_maildirs_own_unmatched_has_the_same_limit(self):
        for part in ("new", "cur", "tmp"):
            (self.home.folder / "box" / part).mkdir(parents=True)
        for n in range(5):
            path = self.home.folder / ("box/new/%d.a" % n)
            path.write_text(letter("Hello %d" % n))
            os.utime(path, (n + 1, n + 1))
        done = self.home.run("bounce", "ingest", "--maildir", "box", at=START)
        self.assertIn("the oldest 2 mails", done.stderr)
        self.assertEqual(sorted(each.name for each in (self.home.folder / "box/unmatched/cur").iterdir()), ["2.a:2,S", "3.a:2,S", "4.a:2,S"])


if __name__ == "__main__":
    unittest.main()
