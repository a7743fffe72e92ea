"""One bad item stops one item: for each job, something poisoned among good things. It fails alone, by its name, and the exit status says so.

What no input of ours would write is put into the database by hand. Data ends in 65, or in 75 where the next run tries again (69 for a source,
as design says): never in 70, never in a signal.
"""
import datetime
import hashlib
import hmac
import http.client
import json
import pathlib
import sqlite3
import subprocess
import unittest

from smtp_server import SmtpServer
from tidings import Home, parse_mail, text_of

START = datetime.datetime(2026, 1, 5, 8, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
LATER = START + datetime.timedelta(days=7)
KEY = b"signing key"
MORE = """[bounce]
address = "bounces@news.example.org"
pipe = true
forward_to = "none"
[web]
listen = "127.0.0.1:0"
webhooks = ["mailgun"]
mailgun_key_file = "mailgun"
"""
BROKEN = "CAST(x'41ff42c3' AS TEXT)"  # not UTF-8
READERS = ("ann@quay.example", "bo@pier.example", "cy@mole.example")


def rss(*posts):
    return '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://h.example/</link>' + "".join(
        "<item><guid>%s</guid><title>Post %s</title><link>https://h.example/%s</link><description>Words of %s.</description>"
        "<pubDate>%s</pubDate></item>" % (name, name, name, name, date) for name, date in posts) + "</channel></rss>"


def report(to, recipient, serial=[0]):
    serial[0] += 1
    return ("Return-Path: <>\nDelivered-To: %s\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\nMessage-ID: <r-%d@mx.example>\nMIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=q\n\n--q\nContent-Type: message/delivery-status\n\n"
            "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; %s\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--q--\n"
            % (to, serial[0], recipient))


class Poison(unittest.TestCase):
    SOURCES = ("feed.xml",)

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.home.write("mailgun", KEY).chmod(0o600)
        self.home.write("feed.xml", rss(("a", "Sun, 04 Jan 2026 10:00:00 +0000"), ("b", "Sun, 04 Jan 2026 11:00:00 +0000")))
        self.home.configure(smtp="smtp://127.0.0.1:%d" % self.server.port, more_smtp=MORE, sources=self.SOURCES)
        self.home.write("list.csv", "email\n" + "\n".join(READERS) + "\n")
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=START)

    def spoil(self, *statements):
        with sqlite3.connect(self.home.folder / "subscribers/tidings.db") as database:
            database.execute("PRAGMA ignore_check_constraints = ON")
            for each in statements:
                database.execute(each)
        database.close()

    def rows(self, query):
        with sqlite3.connect(self.home.folder / "subscribers/tidings.db") as database:
            database.text_factory = lambda octets: octets.decode(errors="replace")
            rows = database.execute(query).fetchall()
        database.close()
        return rows

    def fails_alone(self, done, *names, statuses=(65, 75)):
        said = done.stdout + done.stderr
        self.assertIn(done.returncode, statuses, said)
        for name in names:
            self.assertIn(name, said)
        return said

    def is_no_bug(self, done):
        self.assertNotIn(done.returncode, (70,), done.stderr)
        self.assertGreaterEqual(done.returncode, 0, done.stderr)

    def mailed(self):
        return sorted(each.envelope_to for each in self.server.accepted)


class Collect(Poison):
    SOURCES = ("broken.xml", "feed.xml", "gone.xml")

    def test_a_feed_that_cannot_be_read_fails_alone(self):
        self.home.write("broken.xml", b"\x1f\x8b\x00not a feed\xff")
        done = self.home.run("collect", at=START)
        self.fails_alone(done, "broken", "gone", statuses=(65, 69, 75))
        self.assertEqual(self.rows("SELECT count(*) FROM posts"), [(2,)])

    def test_a_poisoned_row_of_a_source_fails_alone(self):
        self.home.write("broken.xml", rss(("x", "Sun, 04 Jan 2026 10:00:00 +0000")))
        self.home.write("gone.xml", rss(("y", "Sun, 04 Jan 2026 10:00:00 +0000")))
        self.home.do("collect", at=START)
        self.home.write("feed.xml", rss(("c", "Mon, 05 Jan 2026 10:00:00 +0000")))
        for change in ("last_error = " + BROKEN, "next_fetch_ms = -9223372036854775808", "next_fetch_ms = 9223372036854775807", "etag = " + BROKEN,
                       "error_streak = -5", "error_streak = 2147483647", "gone = 7"):
            self.spoil("UPDATE sources SET %s WHERE name = 'broken'" % change)
            self.is_no_bug(self.home.run("collect", at=LATER))
            self.is_no_bug(self.home.run("status", at=LATER))
        self.assertEqual(self.rows("SELECT count(*) FROM posts WHERE link LIKE '%/c'"), [(1,)])


class Compose(Poison):
    def test_a_post_that_makes_no_sense_spoils_no_other(self):
        for change in ("title = " + BROKEN, "html = " + BROKEN, "html = '<p><b><i>cut of'", "summary_html = " + BROKEN, "link = ''", "link = " + BROKEN,
                       "published_ms = -9223372036854775808", "published_ms = 9223372036854775807", "title = char(0) || char(7) || char(8238)",
                       "image_url = 'javascript:x'", "image_url = " + BROKEN, "author = " + BROKEN, "language = " + BROKEN, "first_seen_ms = -5"):
            with self.subTest(change), Fresh(self) as home:
                home.do("collect", at=START)
                column = change.split(" ")[0]
                if column not in columns(home, "posts"):
                    continue
                spoil(home, "UPDATE posts SET %s WHERE link LIKE '%%/a'" % change)
                done = home.run("send", "weekly", at=START)
                self.is_no_bug(done)
                mails = [parse_mail(each.octets) for each in self.server.accepted]
                self.assertEqual(len(mails), 3, change + done.stdout + done.stderr)
                self.assertTrue(all("Post b" in text_of(mail) for mail in mails))
                for each in self.server.accepted:
                    each.octets.decode("ascii")
                self.server.accepted.clear()

    def test_a_reader_that_makes_no_sense_spoils_no_other(self):
        for change in ("UPDATE subscribers SET language = 'xx-nope-%s'", "UPDATE subscribers SET language = CAST(x'ff' AS TEXT)", "UPDATE subscribers SET name = " + BROKEN,
                       "UPDATE subscribers SET name = 'A' || char(13) || char(10) || 'Bcc: eve@x.example'", "UPDATE subscribers SET created_ms = -9223372036854775808",
                       "INSERT INTO subscriber_topics (subscriber_id, topic) SELECT id, CAST(x'ff' AS TEXT) FROM subscribers"):
            with self.subTest(change), Fresh(self) as home:
                spoil(home, change + " WHERE address = 'bo@pier.example'")
                self.is_no_bug(home.run("send", "weekly", at=START))
                self.assertLessEqual({"ann@quay.example", "cy@mole.example"}, set(self.mailed()))
                self.assertNotIn("eve@x.example", "".join(parse_mail(each.octets).get("Bcc", "") for each in self.server.accepted))
                self.server.accepted.clear()

    def test_a_digest_that_cannot_be_composed_fails_alone(self):
        self.home.configure(smtp="smtp://127.0.0.1:%d" % self.server.port, more_smtp=MORE,
                            digests='[[digest]]\nname = "bad"\nschedule = "weekly monday 08:00"\nintro_file = "missing.md"\n'
                                    '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n')
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=START)
        done = self.home.run("send", "--due", at=START)
        self.fails_alone(done, "missing.md", statuses=(65, 66, 75, 78))
        self.assertEqual(self.mailed(), sorted(READERS))

    def test_an_edition_of_the_past_that_makes_no_sense_does_not_stop_the_next(self):
        for change in ("state = 'nonsense'", "number = -7", "title = " + BROKEN, "until_ms = from_ms - 5", "finished_ms = -1"):
            with self.subTest(change), Fresh(self) as home:
                home.do("send", "weekly", at=START)
                self.server.accepted.clear()
                spoil(home, "UPDATE editions SET " + change)
                home.write("feed.xml", rss(("c", "Thu, 08 Jan 2026 10:00:00 +0000")))
                self.is_no_bug(home.run("send", "--due", at=LATER))
                self.is_no_bug(home.run("status", at=LATER))
                self.is_no_bug(home.run("edition", "list", at=LATER))
                self.server.accepted.clear()


class Deliver(Poison):
    def spoiled(self, *changes):
        self.home.do("collect", at=START)
        self.home.do("compose", "weekly", at=START)
        self.spoil(*changes)
        return self.home.run("deliver", at=START)

    def others_are_mailed(self, done):
        self.is_no_bug(done)
        self.assertLessEqual({"ann@quay.example", "cy@mole.example"}, set(self.mailed()), done.stdout + done.stderr)

    def test_an_address_that_is_none_fails_alone(self):
        for address in ("bo", "bo@", "@pier.example", "b o@pier.example", "bo@pier.example' || char(10) || 'x"):
            with self.subTest(address), Fresh(self) as home:
                home.do("collect", at=START)
                home.do("compose", "weekly", at=START)
                spoil(home, "UPDATE subscribers SET address = '%s' WHERE address = 'bo@pier.example'" % address)
                self.others_are_mailed(home.run("deliver", at=START))
                self.server.accepted.clear()

    def test_a_delivery_of_a_segment_that_is_not_there_fails_alone(self):
        done = self.spoiled("UPDATE deliveries SET segment_id = 999 WHERE subscriber_id = 2")
        self.others_are_mailed(done)
        self.fails_alone(done, "bo@pier.example")

    def test_a_state_or_time_that_makes_no_sense_stops_no_other(self):
        self.others_are_mailed(self.spoiled("UPDATE deliveries SET state = 99, due_ms = -5 WHERE subscriber_id = 2"))
        self.is_no_bug(self.home.run("delivery", "list"))
        self.is_no_bug(self.home.run("status"))
        self.is_no_bug(self.home.run("report", "weekly#1"))


class Notices(Poison):
    def test_a_sign_up_that_makes_no_sense_stops_no_other(self):
        sign_up = "INSERT INTO sign_ups (address, name, language, digests, topics, detail, created_ms) VALUES ('%s', '', '', 'weekly', '', '', 0)"
        self.spoil(sign_up % "nobody", sign_up % "dora@x.example")
        done = self.home.run("send", "--due", at=START)
        self.is_no_bug(done)
        self.assertIn("dora@x.example", self.mailed(), done.stderr)

    def test_a_notice_that_cannot_be_written_stops_no_other(self):
        for address in ("dora@x.example", "emil@x.example"):
            self.home.run("subscriber", "add", address, at=START)
        self.server.accepted.clear()
        self.spoil("UPDATE notices SET done_ms = NULL, due_ms = 0", "UPDATE subscribers SET address = 'dora' WHERE address = 'dora@x.example'")
        self.is_no_bug(self.home.run("send", "--due", at=START))
        self.assertIn("emil@x.example", self.mailed())


class Ingest(Poison):
    def setUp(self):
        super().setUp()
        self.home.do("send", "weekly", at=START)
        self.returns = {each.envelope_to: each.envelope_from for each in self.server.accepted}

    def mailbox(self, *mails):
        for part in ("new", "cur", "tmp"):
            (self.home.folder / "box" / part).mkdir(parents=True)
        for n, mail in enumerate(mails):
            (self.home.folder / "box/new" / ("%d.x" % n)).write_bytes(mail if isinstance(mail, bytes) else mail.encode())
        return [self.home.folder / "box" / each for each in ("new", "cur", "unmatched/cur")]

    def suppressed(self):
        return sorted(each["address"] for each in self.home.json("suppression", "list", at=START))

    def test_a_mail_about_a_row_that_makes_no_sense_fails_alone(self):
        reports = [report(self.returns[each], each) for each in READERS]
        new, cur, unmatched = self.mailbox(*reports)
        self.spoil("UPDATE subscriptions SET state = 'odd' WHERE subscriber_id = 2")
        done = self.home.run("bounce", "ingest", "--maildir", "box", at=START)
        self.fails_alone(done, "box/new/1.x", statuses=(65,))
        self.assertEqual((len(list(new.iterdir())), len(list(cur.iterdir())), len(list(unmatched.iterdir()))), (0, 2, 1))
        self.assertEqual(self.suppressed(), ["ann@quay.example", "cy@mole.example"])
        self.spoil("UPDATE subscriptions SET state = 'confirmed' WHERE subscriber_id = 2")
        mbox = self.home.write("again", "From x\n" + reports[1])
        self.assertIn("1 bounce; 1 suppressed", self.home.do("bounce", "ingest", "--mbox", mbox, at=START))

    def test_the_same_mail_from_a_pipe_is_tried_again(self):
        self.spoil("UPDATE subscriptions SET state = 'odd' WHERE subscriber_id = 2")
        done = self.home.run("bounce", "ingest", at=START, input=report(self.returns["bo@pier.example"], "bo@pier.example"))
        self.fails_alone(done, "standard input", statuses=(75,))

    def test_mails_without_sense_or_end_spoil_no_other(self):
        long_head = b"From: a@b.example\n" + b"X-A: b\n" * 1_000_000 + b"\nhello\n"
        nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000))
        mails = [long_head, b"", b"\0" * 100_000, bytes(range(256)) * 1000, nested, b"From: " + b"a" * 5_000_000 + b"\n\nx", b"Subject: =?utf-8?b?" + b"/w==" * 100_000 + b"?=\n\nx",
                 report(self.returns["ann@quay.example"], "ann@quay.example").encode()]
        new, cur, unmatched = self.mailbox(*mails)
        done = self.home.run("bounce", "ingest", "--maildir", "box", at=START)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.suppressed(), ["ann@quay.example"])
        self.assertEqual((len(list(new.iterdir())), len(list(cur.iterdir())), len(list(unmatched.iterdir()))), (0, 1, len(mails) - 1))

    def test_a_body_that_cannot_be_read_is_named_and_stays(self):
        new, cur, unmatched = self.mailbox(report(self.returns["ann@quay.example"], "ann@quay.example"))
        # Root may read everything: a file that fails in reading is one of another process's memory.
        poison = new / "0.mem"
        poison.symlink_to("/proc/self/mem")
        done = self.home.run("bounce", "ingest", "--maildir", "box", at=START)
        self.is_no_bug(done)
        self.assertEqual(self.suppressed(), ["ann@quay.example"])
        if done.returncode != 0:
            self.fails_alone(done, "0.mem", statuses=(75,))

    def test_rows_of_reports_that_make_no_sense_stop_no_report(self):
        for change in ("INSERT INTO bounce_events (subscriber_id, edition_id, domain, at_ms, kind, reason, status, counts) VALUES (999, 999, 'quay.example', -5, 'odd', '', '', 9)",
                       "UPDATE deliveries SET settled_ms = -9223372036854775808", "UPDATE editions SET scheduled_ms = 9223372036854775807",
                       "INSERT INTO bounce_mails (mail_key, at_ms, outcome) VALUES (CAST(x'ff' AS TEXT), -1, 'odd')"):
            self.spoil(change)
            done = self.home.run("bounce", "ingest", at=START, input=report(self.returns["ann@quay.example"], "ann@quay.example"))
            self.assertEqual(done.returncode, 0, change + done.stderr)
        self.assertEqual(self.suppressed(), ["ann@quay.example"])


class Import(Poison):
    def test_lines_without_sense_are_rejected_by_number(self):
        lines = [b"email,name", b"good1@x.example,One", b"nobody,Two", b"a@b@c.example,Three", b"\x81\x8d@x.example,Four", b"\0\0,Five", b"good2@x.example," + b"x" * 100_000,
                 b"good3@x.example,Six"]
        self.home.write("bad.csv", b"\n".join(lines) + b"\n")
        done = self.home.run("subscriber", "import", "bad.csv", "--confirmed", at=START)
        self.fails_alone(done, "bad.csv", statuses=(65,))
        for number in (3, 4, 5, 6, 7):
            self.assertIn("bad.csv:%d" % number, done.stderr)
        there = {row[0] for row in self.rows("SELECT address FROM subscribers")}
        self.assertLessEqual({"good1@x.example", "good3@x.example"}, there)

    def test_a_quote_that_never_ends_is_named_and_nothing_of_the_file_is_taken(self):
        self.home.write("bad.csv", 'email,name\ngood@x.example,One\n"unclosed@x.example,Two\nother@x.example,Three\n')
        self.fails_alone(self.home.run("subscriber", "import", "bad.csv", "--confirmed", at=START), "bad.csv:3", statuses=(65,))
        self.assertEqual(self.rows("SELECT count(*) FROM subscribers"), [(len(READERS),)])

    def test_a_row_that_makes_no_sense_stops_no_import(self):
        self.spoil("UPDATE subscribers SET address = 'bo' WHERE address = 'bo@pier.example'", "UPDATE subscriptions SET state = 'odd' WHERE subscriber_id = 3",
                   "INSERT INTO suppressions (address_key, cause, at_ms, detail) VALUES (CAST(x'ff' AS TEXT), 'odd', -1, '')")
        self.home.write("more.csv", "email\nnew@x.example\nbo@pier.example\ncy@mole.example\n")
        self.fails_alone(self.home.run("subscriber", "import", "more.csv", "--confirmed", at=START), "more.csv:4", statuses=(65,))
        for command in (("subscriber", "list"), ("subscriber", "export"), ("suppression", "list"), ("status",)):
            self.is_no_bug(self.home.run(*command, at=START))
        self.assertEqual(self.rows("SELECT count(*) FROM subscribers WHERE address = 'new@x.example'"), [(1,)])


class Archive(Poison):
    def test_an_edition_whose_page_makes_no_sense_is_left_out_alone(self):
        for change in ("UPDATE edition_pages SET html = CAST(x'3c68ff' AS TEXT)", "UPDATE edition_pages SET html = ''", "UPDATE edition_pages SET language = '../../evil'",
                       "UPDATE editions SET title = " + BROKEN):
            with self.subTest(change), Fresh(self) as home:
                home.do("send", "weekly", at=START)
                home.write("feed.xml", rss(("c", "Thu, 08 Jan 2026 10:00:00 +0000")))
                home.do("send", "weekly", at=LATER)
                first = "id = 1" if "UPDATE editions" in change else "edition_id = 1"
                spoil(home, "%s WHERE %s" % (change, first))
                done = home.run("archive", "build", "out", at=LATER)
                self.fails_alone(done, "weekly#1", statuses=(65,))
                self.assertIn("1 edition in out", done.stdout)
                self.assertTrue((home.folder / "out/weekly/2.en.html").is_file())
                self.assertIn("weekly/2.en.html", (home.folder / "out/index.html").read_text())
                self.assertFalse(list(pathlib.Path(home.folder).rglob("evil*")))


class Serve(Poison):
    def setUp(self):
        super().setUp()
        self.home.do("send", "weekly", at=START)
        self.sent = {each.envelope_to: each for each in self.server.accepted}
        self.process = self.home.start("serve", at=START)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
        self.addCleanup(self.stop)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=20)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def path(self, reader):
        return parse_mail(self.sent[reader].octets)["List-Unsubscribe"].split("<https://news.example.org")[1].split(">")[0]

    def test_an_event_about_a_row_that_makes_no_sense_stops_no_other(self):
        self.spoil("UPDATE subscriptions SET state = 'odd' WHERE subscriber_id = 2")
        time = str(int(START.timestamp()))
        answers = {}
        for n, reader in enumerate(READERS):
            proof = hmac.new(KEY, (time + "t%d" % n).encode(), hashlib.sha256).hexdigest()
            event = {"event": "failed", "severity": "permanent", "recipient": reader, "envelope": {"sender": self.sent[reader].envelope_from},
                     "delivery-status": {"code": 550, "message": "5.1.1 no such user"}}
            answers[reader] = self.ask("POST", "/hooks/mailgun", json.dumps({"signature": {"timestamp": time, "token": "t%d" % n, "signature": proof}, "event-data": event}),
                                       {"Content-Type": "application/json"})[0]
        self.assertEqual([answers["ann@quay.example"], answers["cy@mole.example"]], [200, 200])
        self.assertIn(answers["bo@pier.example"], (200, 500))
        self.assertEqual(sorted(each["address"] for each in self.home.json("suppression", "list", at=START)), ["ann@quay.example", "cy@mole.example"])

    def test_a_reader_that_makes_no_sense_closes_no_page_of_another(self):
        for change in ("address = 'bo'", "language = " + BROKEN, "name = " + BROKEN, "created_ms = -9223372036854775808"):
            self.spoil("UPDATE subscribers SET %s WHERE id = 2" % change)
            self.assertLess(self.ask("GET", self.path("bo@pier.example"))[0], 600)
            self.assertEqual(self.ask("GET", self.path("ann@quay.example"))[0], 200)
        self.spoil("UPDATE subscriptions SET state = 'odd' WHERE subscriber_id = 2")
        one_click = ("List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"})
        self.ask("POST", self.path("bo@pier.example"), *one_click)
        self.assertEqual(self.ask("POST", self.path("ann@quay.example"), *one_click)[0], 200)
        self.assertEqual(self.rows("SELECT state FROM subscriptions WHERE subscriber_id = 1"), [("withdrawn",)])
        self.assertIsNone(self.process.poll())


class Fresh:
    """A home of its own for one of many poisons, set up as the test's was."""

    def __init__(self, test):
        self.test, self.home = test, Home()

    def __enter__(self):
        home = self.home
        home.write("mailgun", KEY).chmod(0o600)
        for name in ("feed.xml", "list.csv", "config.toml"):
            home.write(name, (self.test.home.folder / name).read_bytes())
        home.do("subscriber", "import", "list.csv", "--confirmed", at=START)
        return home

    def __exit__(self, *_):
        self.home.__exit__()


def spoil(home, statement):
    with sqlite3.connect(home.folder / "subscribers/tidings.db") as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute(statement)
    database.close()


def columns(home, table):
    with sqlite3.connect(home.folder / "subscribers/tidings.db") as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(%s)" % table)]
    database.close()
    return names


if __name__ == "__main__":
    unittest.main()
