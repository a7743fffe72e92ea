"""`run`, the scheduler: what is due is done when it is due, signals are obeyed in the middle of a send, one sender at a time."""
import collections
import datetime
import fcntl
import re
import signal
import socketserver
import threading
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, parse_mail, preloaded, rss, text_of

UTC = datetime.timezone.utc
ATHENS = datetime.timezone(datetime.timedelta(hours=2))
MONDAY = datetime.datetime(2026, 1, 5, 6, 0, tzinfo=ATHENS)
HOUR = datetime.timedelta(hours=1)
DAILY = '[[digest]]\nname = "daily"\nschedule = "daily 07:30"\n'
WEEKLY = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'
RARE = '[[digest]]\nname = "rare"\nschedule = "0 0 29 2 *"\n'
EVERY_MINUTE = '[[digest]]\nname = "minute"\nschedule = "* * * * *"\n'


class Pop3Server:
    """As much of RFC 1939 as one reader needs."""

    def __init__(self, mails):
        self.mails = list(mails)
        owner = self

        class Session(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                marked = set()
                self.say("+OK ready")
                for line in self.rfile:
                    word, _, number = line.decode().strip().partition(" ")
                    index = int(number) - 1 if number.isdigit() else -1
                    if word == "CAPA":
                        self.say("-ERR none")
                    elif word == "UIDL" or word == "LIST":
                        self.say("+OK")
                        for at, mail in enumerate(owner.mails):
                            self.say("%d %s" % (at + 1, "id%d" % at if word == "UIDL" else len(mail)))
                        self.say(".")
                    elif word == "RETR":
                        self.say("+OK")
                        self.wfile.write(owner.mails[index])
                        self.say(".")
                    elif word == "DELE":
                        marked.add(index)
                        self.say("+OK")
                    elif word == "QUIT":
                        owner.mails = [mail for at, mail in enumerate(owner.mails) if at not in marked]
                        self.say("+OK")
                        return
                    else:
                        self.say("+OK")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


class Running:
    """A process whose lines are kept as they come."""

    def __init__(self, home, *arguments, at=None):
        self.process = home.start("run", *arguments, at=at)
        self.lines, self.changed = [], threading.Condition()
        self.readers = [threading.Thread(target=self.read, args=(stream,), daemon=True)
                        for stream in (self.process.stdout, self.process.stderr)]
        for each in self.readers:
            each.start()

    def read(self, stream):
        for line in stream:
            with self.changed:
                self.lines.append(line.rstrip())
                self.changed.notify_all()

    def wait_for(self, words, count=1, timeout=60):
        with self.changed:
            found = self.changed.wait_for(lambda: sum(words in line for line in self.lines) >= count, timeout)
        if not found:
            raise AssertionError("never said %r: %s" % (words, self.lines))

    def end(self, with_signal=signal.SIGTERM):
        if with_signal and self.process.poll() is None:
            self.process.send_signal(with_signal)
        status = self.process.wait(60)
        for each in self.readers:
            each.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status


class Scheduler(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def feed(self, published):
        """Without a date the post belongs to the edition that is made when it is first seen."""
        self.home.write("feed.xml", rss("Feed", [Article("Post 0", "https://blog.example/0", published, published, "<p>Text</p>")]))

    def readers(self, count, at):
        self.home.write("list.csv", "email\n" + "".join("r%03d@example.org\n" % i for i in range(count)))
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=at)

    # ---- a rehearsal: the clock jumps

    def test_two_days_of_rehearsal_do_what_cron_would(self):
        with SmtpServer([Rule("rcpt", "451 4.3.0 busy", to="r001@example.org", times=2)]) as server:
            self.home.configure(server.url, digests=DAILY + WEEKLY)
            self.readers(3, MONDAY)
            self.feed(MONDAY - datetime.timedelta(hours=3))
            self.home.do("run", "--until", (MONDAY + datetime.timedelta(days=2)).isoformat(), at=MONDAY)
            mails = server.take()
        times = collections.Counter((mail.envelope_to, parse_mail(mail.octets)["List-Id"] and parse_mail(mail.octets)["Feedback-ID"])
                                    for mail in mails)
        self.assertEqual(sorted(set(times.values())), [1])
        self.assertEqual(len(times), 6, times)  # one daily and one weekly each; the other runs have no posts
        dates = {mail.envelope_to: parse_mail(mail.octets)["Date"].datetime for mail in mails
                 if "daily" in str(parse_mail(mail.octets)["Feedback-ID"])}
        self.assertEqual(dates["r000@example.org"], MONDAY.replace(hour=7, minute=30))
        self.assertGreater(dates["r001@example.org"], dates["r000@example.org"])  # deferred, tried again by itself
        states = collections.Counter((each["digest"], each["state"]) for each in self.home.json("edition", "list", at=MONDAY))
        self.assertEqual(states, {("daily", "sent"): 1, ("daily", "skipped"): 1, ("weekly", "sent"): 1})  # none from before the digests were known

    def test_a_held_edition_is_said_once_and_stays_in_the_status(self):
        late = MONDAY + datetime.timedelta(days=2, hours=5)
        with SmtpServer() as server:
            self.home.configure(server.url, digests=WEEKLY + DAILY)
            self.feed(MONDAY - datetime.timedelta(days=9))
            self.readers(1, MONDAY - datetime.timedelta(days=10))
            self.home.do("send", "--due", at=MONDAY - datetime.timedelta(days=7) + datetime.timedelta(hours=2))  # so that Monday's run is a missed one
            server.take()
            self.home.write("feed.xml", rss("Feed", [Article("Post 1", "https://blog.example/1", MONDAY, MONDAY, "<p>Text</p>")]))
            said = self.home.do("run", "--until", (late + datetime.timedelta(hours=30)).isoformat(), at=late)
            # The first one went with the send above: it covered the runs that were missed since the digest was known.
            self.assertEqual([parse_mail(mail.octets)["Feedback-ID"] for mail in server.accepted], ["2:daily:digest:tidings"])
        self.assertIn("daily: skipped", said)  # what becomes of another digest is no reason to say it again
        self.assertEqual([line.partition("  ")[2] for line in said.splitlines() if "weekly: held" in line],
                         ["weekly: held, it was due 2026-01-05 08:00, more than max_lateness (36h) ago"])
        self.assertIn("tidings send weekly --late", self.home.do("status", at=late + datetime.timedelta(hours=30)))

    def test_the_archive_follows(self):
        with SmtpServer() as server:
            self.home.configure(server.url, digests=DAILY + '[archive]\nurl = "https://news.example.org/archive"\n[web]\narchive = "public"\n')
            self.readers(1, MONDAY)
            self.feed(MONDAY - datetime.timedelta(hours=3))
            self.home.do("run", "--until", (MONDAY + datetime.timedelta(hours=3)).isoformat(), at=MONDAY)
            self.assertEqual(len(server.accepted), 1)
        self.assertIn("Post 0", (self.home.folder / "public/daily/1.en.html").read_text())
        self.assertIn('href="daily/1.en.html"', (self.home.folder / "public/index.html").read_text())

    def test_reports_are_read_from_the_mailbox_that_ingest_reads(self):
        mail = b"Subject: hello\r\nMessage-ID: <1@example.net>\r\n\r\nNo report.\r\n"
        with SmtpServer() as server, Pop3Server([mail]) as mailbox:
            self.home.write("password", "secret\n").chmod(0o600)
            self.home.configure(server.url, digests=DAILY + '[bounce]\npop3 = "pop3://127.0.0.1:%d"\nusername = "u"\n'
                                'password_file = "password"\ntls = "off"\ndelete = true\n' % mailbox.port)
            self.feed(MONDAY)
            said = self.home.do("run", "--until", (MONDAY + datetime.timedelta(minutes=30)).isoformat(), at=MONDAY)
            self.assertIn("1 report read from the mailbox", said)
            self.assertEqual(mailbox.mails, [])
        self.assertEqual([path.read_bytes() for path in (self.home.folder / "subscribers/unmatched").iterdir()], [mail])

    def test_a_mailbox_that_does_not_answer_keeps_nothing_else_waiting(self):
        with SmtpServer() as server:
            self.home.write("password", "secret\n").chmod(0o600)
            self.home.configure(server.url, digests=DAILY + '[bounce]\npop3 = "pop3://127.0.0.1:1"\nusername = "u"\n'
                                'password_file = "password"\ntls = "off"\n')
            self.feed(MONDAY - datetime.timedelta(hours=3))
            self.home.do("subscriber", "add", "pending@example.org", at=MONDAY)
            self.readers(1, MONDAY)
            done = self.home.run("run", "--until", (MONDAY + datetime.timedelta(hours=2)).isoformat(), at=MONDAY)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(sum("reports wait" in line for line in done.stderr.splitlines()), range(1, 4), done.stderr)
            self.assertEqual({mail.envelope_to for mail in server.accepted}, {"r000@example.org", "pending@example.org"})

    def test_a_clock_that_stands_still_needs_an_end(self):
        self.home.configure()
        done = self.home.run("run", at=MONDAY)
        self.assertEqual(done.returncode, 64)
        self.assertIn("--until", done.stderr)

    # ---- the real clock

    def prepare(self, server, digests=EVERY_MINUTE, readers=3):
        self.home.configure(server.url, digests=digests)
        self.feed(None)
        self.readers(readers, datetime.datetime.now(UTC) - datetime.timedelta(minutes=5))

    def begin(self, server, **more):
        """With EVERY_MINUTE an edition is due at once: the last full minute's."""
        self.prepare(server, **more)
        return Running(self.home)

    def test_term_ends_a_sleep(self):
        with SmtpServer() as server:
            running = self.begin(server, digests=RARE)
            running.wait_for("running: 1 digest")
            self.assertEqual(running.end(), 0)
        self.assertTrue(any(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d  ended", line) for line in running.lines), running.lines)

    def test_term_in_the_middle_of_a_send_settles_what_is_in_flight(self):
        with SmtpServer([Rule("dot", "delay:0.05")]) as server:
            running = self.begin(server, readers=200)
            server.wait_for(5, 60)
            self.assertEqual(running.end(), 0)
            first = len(server.accepted)
            self.assertLess(first, 200)
            counts = self.home.json("edition", "list")[-1]
            self.assertEqual((counts["sent_count"], counts["in_doubt_count"], counts["claimed_count"]), (first, 0, 0))
            server.rules.clear()
            self.home.do("deliver")
            times = collections.Counter(mail.envelope_to for mail in server.take())
        self.assertEqual((len(times), set(times.values())), (200, {1}))

    def test_hup_reads_the_configuration_again_and_a_bad_one_changes_nothing(self):
        with SmtpServer() as server:
            running = self.begin(server, digests=RARE)
            running.wait_for("running: 1 digest")
            good = (self.home.folder / "config.toml").read_text()
            self.home.write("config.toml", good + "[[digest]]\nnam = 3\n")
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("the configuration is unchanged")
            self.assertRegex([line for line in running.lines if "is unchanged" in line][0], r"config\.toml:\d+:\d+")
            self.home.write("config.toml", good + EVERY_MINUTE)
            self.home.do("subscriber", "add", "new@example.org", "--digest", "minute", "--confirmed")
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("configuration read again: 2 digests")
            self.assertTrue(server.wait_for(1, 90), running.lines)
            self.assertEqual(running.end(), 0)
            self.assertIn("Post 0", text_of(parse_mail(server.to("new@example.org")[0].octets)))

    def test_it_waits_while_another_process_sends(self):
        with SmtpServer() as server:
            self.prepare(server)
            with open(self.home.folder / "subscribers/tidings.db.lock", "a+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                running = Running(self.home)
                running.wait_for("waits: ")
                self.assertEqual(server.accepted, [])
                fcntl.flock(lock, fcntl.LOCK_UN)
                self.assertTrue(server.wait_for(3, 60), running.lines)
            self.assertEqual(running.end(), 0)

    def test_a_relay_that_is_down_is_asked_again_and_said_once(self):
        end = MONDAY + datetime.timedelta(minutes=98)  # tried at 07:30, 07:31, 07:33 and 07:37
        self.home.configure("smtp://127.0.0.1:1", digests=DAILY)
        self.readers(2, MONDAY)
        self.feed(MONDAY - datetime.timedelta(hours=3))
        done = self.home.run("run", "--until", end.isoformat(), at=MONDAY)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sum("relay 127.0.0.1:1" in line for line in done.stderr.splitlines()), 1, done.stderr)
        with SmtpServer() as server:
            self.home.configure(server.url, digests=DAILY)
            self.home.do("run", "--until", (end + datetime.timedelta(hours=1)).isoformat(), at=end)
            self.assertEqual(len(server.accepted), 2)


class ClockSetBack(unittest.TestCase):
    """`run` by the system's clock, which tests/support/virtual_clock.cpp replaces."""

    @classmethod
    def setUpClass(cls):
        cls.clock = preloaded(cls, "virtual_clock")

    def go(self, set_back_at, to, until, readers=("ann@example.org", "bob@example.org")):
        """Daily 07:30 from Monday 06:00; at `set_back_at` the clock is set to `to`. Returns lines and (address, day and hour, titles)."""
        with Home() as home, SmtpServer([Rule("rcpt", "451 4.3.0 busy", to="bob@example.org", times=1)]) as server:
            # Posts of a folder wait for their date.
            home.configure(server.url, digests=DAILY,
                           sources=('[[source]]\nname = "notes"\nkind = "markdown"\nurl = "file:posts"\nsite_url = "https://blog.example/"\n',))
            home.write("list.csv", "email\n" + "".join(each + "\n" for each in readers))
            home.do("subscriber", "import", "list.csv", "--confirmed", at=MONDAY - datetime.timedelta(hours=2))
            for day in range(5):
                date = MONDAY + datetime.timedelta(days=day, hours=-1)
                home.write("posts/%d.md" % day, "---\ntitle: Post %d\ndate: %s\n---\nText\n" % (day, date.isoformat()))
            times = "%d %d %d" % tuple(each.timestamp() for each in (MONDAY, set_back_at, to))
            home.environment = self.clock | {"TIDINGS_TEST_CLOCK": times}
            done = home.run("run", "--until", until.isoformat())
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(done.stderr.count("the clock was set back"), 1, done.stderr)
            home.environment = {}
            self.editions = home.json("edition", "list", at=until)
            return done, server.take()

    def check_nobody_is_mailed_twice(self, mails):
        times = collections.Counter((mail.envelope_to, parse_mail(mail.octets)["Message-ID"]) for mail in mails)
        self.assertEqual(set(times.values()), {1}, times)

    def test_no_edition_is_repeated_or_missed(self):
        for what, at, to in (("some hours back", HOUR * 3, HOUR * -2), ("two minutes back", HOUR * 3, HOUR * 3 - HOUR / 30),
                             ("to before the edition", HOUR * 1.5 + HOUR / 60, HOUR / 4), ("two days back", HOUR * 51, HOUR * 3),
                             ("a day ahead", HOUR * 3, HOUR * 27)):
            with self.subTest(what):
                done, mails = self.go(MONDAY + at, MONDAY + to, MONDAY + HOUR * 75)
                self.check_nobody_is_mailed_twice(mails)
                said = done.stdout + done.stderr
                texts = {reader: "".join(text_of(parse_mail(mail.octets)) for mail in mails if mail.envelope_to == reader)
                         for reader in ("ann@example.org", "bob@example.org")}
                for reader, text in texts.items():
                    self.assertEqual([text.count("Post %d" % n) for n in range(5)], [1, 1, 1, 1, 0], reader + "\n" + said)
                self.assertIn("daily#", said)
                self.assertLessEqual({each["state"] for each in self.editions}, {"sent", "skipped"}, said)

    def test_what_waits_does_not_wait_for_the_old_hour(self):
        """Bob is deferred at 07:30; one minute later it is 19:31 of the day before."""
        back = MONDAY + HOUR * -10.5 + HOUR / 60
        _, mails = self.go(MONDAY + HOUR * 1.5 + HOUR / 60, back, MONDAY + HOUR * 4)
        dates = {mail.envelope_to: parse_mail(mail.octets)["Date"].datetime for mail in mails}
        self.assertLess(dates["bob@example.org"], back + HOUR)
        self.check_nobody_is_mailed_twice(mails)


if __name__ == "__main__":
    unittest.main()
