"""What comes back, from the real binary: a digest is sent, its mails are bounced, complained about and answered by hand-made reports.

Every report is made from the envelope sender and the octets that the scripted server really got, so that tokens and
Message-IDs are those of the program; forged ones are made from addresses alone and must change nobody.
"""
import datetime
import email
import json
import os
import re
import subprocess
import unittest

from smtp_server import SmtpServer
from tidings import BINARY, Home

START = datetime.datetime(2026, 1, 5, 8, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://h.example/</link>
<item><guid>%s</guid><title>Post %s</title><link>https://h.example/%s</link><pubDate>Sun, 04 Jan 2026 10:00:00 +0000</pubDate></item></channel></rss>"""


def report(to, recipient, status="5.1.1", text="550 5.1.1 User unknown", message=b"", serial=[0]):
    """An RFC 3464 report as a mail system would return it."""
    serial[0] += 1
    headers = message.replace(b"\r\n", b"\n").split(b"\n\n")[0].decode()
    return ("""Return-Path: <>
Delivered-To: %s
From: MAILER-DAEMON@mx.example
To: <%s>
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-%d@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=q

--q
Content-Type: text/plain

Not delivered.

--q
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; %s
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--q
Content-Type: text/rfc822-headers

%s
--q--
""" % (to, to, serial[0], recipient, status, text, headers))


class Killed(unittest.TestCase):
    READERS = 600

    def test_killed_in_the_middle_nothing_is_lost_and_nothing_counts_twice(self):
        """kill -9 at many places of reading a Maildir, then an mbox of the same mails: each reader has one event and one suppression."""
        with Home() as home, SmtpServer() as server:
            home.write("feed.xml", FEED % ("a", "a", "a"))
            home.configure(smtp="smtp://127.0.0.1:%d" % server.port, more_smtp='[bounce]\naddress = "bounces@news.example.org"\n')
            home.write("list.csv", "email\n" + "".join("r%d@d%d.example\n" % (n, n) for n in range(self.READERS)))
            home.do("subscriber", "import", "list.csv", "--confirmed", at=START)
            home.do("send", "weekly", at=START)
            mails = [report(each.envelope_from, each.envelope_to, "5.2.2", "552 5.2.2 mailbox full") for each in server.accepted]
            box = home.folder / "Maildir"
            for part in ("new", "cur", "tmp"):
                (box / part).mkdir(parents=True)
            for n, mail in enumerate(mails):
                (box / "new" / ("%04d.x" % n)).write_text(mail)
            kills = 0
            for left in range(self.READERS - 40, 0, -70):
                process = home.start("bounce", "ingest", "--maildir", "Maildir", at=START)
                while process.poll() is None and sum(1 for _ in os.scandir(box / "new")) > left:
                    pass
                process.kill()
                process.communicate()
                kills += process.returncode == -9
            self.assertGreater(kills, 3)
            home.do("bounce", "ingest", "--maildir", "Maildir", at=START)
            self.assertEqual((len(os.listdir(box / "new")), len(os.listdir(box / "cur"))), (0, self.READERS))
            mbox = home.write("mbox", "".join("From x Mon Jan  5 08:00:00 2026\n%s\n" % each for each in mails))
            self.assertIn("%d duplicate; 0 suppressed" % self.READERS, home.do("bounce", "ingest", "--mbox", mbox, at=START))
            rows = home.sql("SELECT count(*), count(DISTINCT subscriber_id), sum(counts) FROM bounce_events")[0]
            self.assertEqual(tuple(map(int, rows)), (self.READERS, self.READERS, self.READERS))


class Bounce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        home = cls.home
        home.write("feed.xml", FEED % ("a", "a", "a"))
        with SmtpServer() as server:
            home.configure(smtp="smtp://127.0.0.1:%d" % server.port,
                           more_smtp='[bounce]\naddress = "bounces@news.example.org"\nforward_to = "none"\n')
            readers = ["r%02d@big.example" % i for i in range(24)] + ["ann@quay.example", "bo@pier.example", "cy@mole.example", "di@reef.example", "ed@dock.example", "flo@kai.example"]
            home.write("list.csv", "email\n" + "\n".join(readers) + "\n")
            home.do("subscriber", "import", "list.csv", "--confirmed", at=START)
            home.do("send", "weekly", at=START)
            cls.sent = {each.envelope_to: each for each in server.accepted}
        assert set(cls.sent) == set(readers), len(cls.sent)

    @classmethod
    def tearDownClass(cls):
        cls.home.__exit__()

    def ingest(self, mail, at=START, status=0, *more):
        out = self.home.do("bounce", "ingest", "--json", *more, at=at, input=mail, status=status)
        return json.loads(out.splitlines()[0])

    def mbox(self, mails):
        return self.home.write("mails.mbox", "".join("From x Mon Jan  5 08:00:00 2026\n%s\n" % each for each in mails))

    def suppressed(self):
        return {json.loads(line)["address"]: json.loads(line) for line in self.home.do("suppression", "list", "--json").splitlines()}

    def test_hard_bounce_by_return_address(self):
        sent = self.sent["ann@quay.example"]
        self.assertRegex(sent.envelope_from, r"^bounces\+[a-z2-7]+@news\.example\.org$")
        mail = report(sent.envelope_from, "somebody-else@quay.example")
        dry = self.ingest(mail, START, 0, "--dry-run")
        self.assertTrue(dry["suppressed"])
        self.assertNotIn("ann@quay.example", self.suppressed())
        got = self.ingest(mail)
        self.assertEqual((got["outcome"], got["suppressed"]), ("bounce", True))
        self.assertEqual(self.suppressed()["ann@quay.example"]["cause"], "hard_bounce")
        self.assertIn("never mailed since 2026-01-05 08:05: an earlier mail to the address was permanently refused", self.home.do("subscriber", "show", "ann@quay.example"))
        self.assertRegex(self.home.do("report", "weekly#1"), r"(?m)^\d+ +hard +user unknown +never mailed again$")
        self.assertEqual(self.ingest(mail)["outcome"], "duplicate")
        states = [json.loads(line) for line in self.home.do("delivery", "list", "--json").splitlines()]
        self.assertEqual([each["state"] for each in states if each["address"] == "ann@quay.example"], ["bounced"])

    def test_by_message_id_without_return_address(self):
        got = self.ingest(report("news@example.org", "bo@pier.example", message=self.sent["bo@pier.example"].octets))
        self.assertEqual((got["outcome"], got["suppressed"]), ("bounce", True))

    def test_forged_reports_change_nobody(self):
        before = self.suppressed()
        token = self.sent["cy@mole.example"].envelope_from
        broken = token.replace("bounces+", "bounces+a")
        for to in ("bounces@news.example.org", broken, "bounces+" + "a" * 34 + "@news.example.org", token.replace("news.example.org", "evil.example")):
            got = self.ingest(report(to, "cy@mole.example", message=b"Message-ID: <forged@example.org>\n\n"))
            self.assertEqual((got["outcome"], got["subscriber_id"], got["suppressed"]), ("unmatched", None, False))
        # Somebody else's message does not prove anything about cy.
        got = self.ingest(report("x@news.example.org", "cy@mole.example", message=re.sub(rb"(?im)^list-unsubscribe:.*\r?\n( .*\r?\n)*", b"", self.sent["di@reef.example"].octets)))
        self.assertEqual(got["outcome"], "unmatched")
        self.assertEqual(self.suppressed(), before)

    def test_complaint_acts_at_once(self):
        sent = self.sent["di@reef.example"]
        arf = """From: feedback@big.example
To: %s
Message-ID: <arf-1@big.example>
Content-Type: multipart/report; report-type=feedback-report; boundary=q

--q
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1
Version: 1

--q--
""" % sent.envelope_from
        self.assertEqual(self.ingest(arf)["outcome"], "complaint")
        self.assertEqual(self.suppressed()["di@reef.example"]["cause"], "complaint")

    def test_soft_bounces_need_days(self):
        sent = self.sent["ed@dock.example"]
        for day in range(5):
            for _ in range(2):
                got = self.ingest(report(sent.envelope_from, "ed@dock.example", "5.2.2", "552 5.2.2 mailbox full"), START + datetime.timedelta(days=day))
            self.assertEqual("ed@dock.example" in self.suppressed(), day == 4, day)
        self.assertEqual(self.suppressed()["ed@dock.example"]["cause"], "soft_bounces")
        self.assertIn("bounced on 5 days; the last time mailbox full: 552 5.2.2 mailbox full", self.home.do("subscriber", "show", "ed@dock.example"))

    def test_storms_suppress_nobody(self):
        for day, (status, text) in enumerate([("5.7.1", "550 5.7.1 blocked"), ("4.4.7", "expired"), ("4.4.7", "expired"), ("4.4.7", "expired"), ("4.4.7", "expired"),
                                              ("4.4.7", "expired"), ("4.4.7", "expired"), ("5.1.1", "550 5.1.1 user unknown")]):
            mails = [report(sent.envelope_from, address, status, text) for address, sent in self.sent.items() if address.endswith("@big.example")]
            said = self.home.do("bounce", "ingest", "--mbox", self.mbox(mails), at=START + datetime.timedelta(days=day, hours=1))
            self.assertRegex(said.splitlines()[-1], r"^24 bounce; 0 suppressed$")
        self.assertIn("13 suppressions taken back", said)
        self.assertEqual([each for each in self.suppressed() if each.endswith("@big.example")], [])
        self.assertNotIn("never mailed", self.home.do("subscriber", "show", "r00@big.example"))

    def test_replies(self):
        mail = email.message_from_bytes(self.sent["flo@kai.example"].octets)
        token = re.search(r"subject=unsubscribe%20([A-Za-z0-9_-]+)|/u/([A-Za-z0-9_-]+)", re.sub(r"\s", "", mail["List-Unsubscribe"]))
        token = token.group(1) or token.group(2)
        def state():
            return json.loads(self.home.do("subscriber", "show", "flo@kai.example", "--json"))["subscriptions"][0]["status"]
        away = "From: flo@kai.example\nSubject: %s\nMessage-ID: <away@x>\nAuto-Submitted: auto-replied\n\nAbwesend\n" % token
        self.assertNotEqual(self.ingest(away)["outcome"], "unsubscribe")
        self.assertEqual(state(), "confirmed")
        wish = "From: flo@kai.example\nSubject: unsubscribe %s\nMessage-ID: <wish@x>\n\n\u89e3\u9664\n" % token
        self.assertEqual(self.ingest(wish)["outcome"], "unsubscribe")
        self.assertEqual(state(), "withdrawn")

    def test_mailboxes_are_read_and_put_away(self):
        box = self.home.folder / "Maildir"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        (box / "new" / "1.a").write_text("From: a@b.example\nSubject: hello\nMessage-ID: <hello@b>\n\nhello\n")
        (box / "new" / "2.b").write_text(report(self.sent["cy@mole.example"].envelope_from, "cy@mole.example", "5.7.1", "550 5.7.1 spam"))
        out = self.home.do("bounce", "ingest", "--maildir", "Maildir", at=START)
        self.assertIn("1 bounce, 1 unmatched", out)
        self.assertEqual([each.name for each in (box / "unmatched" / "cur").iterdir()], ["1.a:2,S"])
        self.assertEqual([each.name for each in (box / "cur").iterdir()], ["2.b:2,S"])
        self.assertIn("no new mail", self.home.do("bounce", "ingest", "--maildir", "Maildir", at=START))
        self.home.write("mbox", "From x Mon Jan  5 08:00:00 2026\n" + report(self.sent["cy@mole.example"].envelope_from, "cy@mole.example", "5.7.1", "550 5.7.1 spam") + "\nFrom x Mon Jan  5 08:00:00 2026\nSubject: none\n\nx\n")
        self.assertIn("1 bounce, 1 unmatched", self.home.do("bounce", "ingest", "--mbox", "mbox", at=START))
        self.assertIn("2 duplicate", self.home.do("bounce", "ingest", "--mbox", "mbox", at=START))
        self.home.do("bounce", "ingest", "--maildir", "nowhere", at=START, status=66)

    def test_a_pipe_keeps_the_mail_when_unsure(self):
        done = subprocess.run([BINARY, "--config", "/nonexistent/config.toml", "bounce", "ingest"], input="x", capture_output=True, text=True, env=os.environ)
        self.assertEqual(done.returncode, 75, done.stderr)

    def test_parse_says_what_it_reads(self):
        got = json.loads(self.home.do("bounce", "parse", "-", input=report("x@y.example", "ann@quay.example")))
        self.assertEqual([(each["address"], each["action"], each["status"], each["kind"]) for each in got["recipients"]], [("ann@quay.example", "failed", "5.1.1", "hard")])
        self.assertEqual(got["complaint"], False)
        self.home.do("bounce", "parse", "-", input="Subject: hello\n\nhello\n", status=65)


if __name__ == "__main__":
    unittest.main()
