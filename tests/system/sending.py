"""A send in the middle: it stops at its time budget or when asked to, loses and repeats nothing, keeps a second sender out, and status says how
far it is."""
import collections
import datetime
import os
import pty
import re
import select
import signal
import time
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Home

AT = "2026-01-26T08:05:00+02:00"
LATER = "2026-01-26T08:06:00+02:00"
AFTER_RETRY = "2026-01-26T20:00:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
READERS = ["reader%02d@example.org" % number for number in range(30)]
ONE_AT_A_TIME = "connections = 1\nwindow = 1\n"
SLOW = Rule("dot", "delay:0.1")


class Sending(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.open_town(READERS, PUBLISHED, AT)

    def edition(self, at=LATER):
        return self.home.json("status", at=at)[0]["newest"]

    def rest_is_sent_once(self, first):
        """A next run mails all that `first` did not, and nobody twice."""
        with SmtpServer() as server:
            self.home.configure(server.url)
            self.home.do("send", "--due", at=LATER)
            times = collections.Counter(each.envelope_to for each in [*first, *server.take()])
        self.assertEqual(times, {each: 1 for each in READERS})
        self.assertEqual((self.edition()["sent_count"], self.edition()["open_count"]), (len(READERS), 0))

    def test_a_mail_store_that_has_a_name_is_reached_by_its_url(self):
        with SmtpServer() as server:
            self.home.configure(server.url.replace("smtp:", "lmtp:"), more_smtp='name = "store"\n')
            self.home.do("send", "--due", at=AT)
            self.assertEqual(len(server.accepted), len(READERS))
        self.assertEqual({each["relay"] for each in self.home.json("delivery", "list", at=LATER)}, {"store"})

    def test_stops_at_its_time_budget_and_goes_on_with_the_next_run(self):
        with SmtpServer(rules=[SLOW]) as server:
            self.home.configure(server.url, more_smtp=ONE_AT_A_TIME)
            start = time.monotonic()
            self.home.do("send", "--due", "--time-budget", "1s", at=AT, status=75)
            self.assertLess(time.monotonic() - start, 2.5)
            first = server.take()
        self.assertTrue(0 < len(first) < len(READERS), len(first))
        edition = self.edition()
        self.assertEqual((edition["sent_count"], edition["open_count"], edition["in_doubt_count"]), (len(first), len(READERS) - len(first), 0))
        text = self.home.do("status", at=LATER)
        self.assertRegex(text, r"%d of 30 sent, %d open, [\d.]+/s, about .* left" % (len(first), len(READERS) - len(first)))
        self.rest_is_sent_once(first)

    def test_a_terminal_shows_how_far_it_is_and_a_log_does_not(self):
        with SmtpServer(rules=[SLOW]) as server:
            self.home.configure(server.url, more_smtp=ONE_AT_A_TIME)
            try:
                ours, theirs = pty.openpty()
            except OSError as error:
                self.skipTest("the kernel refuses a terminal: %s" % error)
            sender = self.home.start("send", "--due", at=AT, stderr=theirs)
            os.close(theirs)
            shown = b""
            while sender.poll() is None or select.select([ours], [], [], 0)[0]:
                if not select.select([ours], [], [], 0.1)[0]:
                    continue
                try:
                    shown += os.read(ours, 4096)
                except OSError:  # what Linux says of a terminal that everybody has left
                    break
            os.close(ours)
            sender.communicate()
            self.assertEqual((sender.returncode, len(server.take())), (0, len(READERS)))
        steps = re.findall(r"\rweekly#1 \[(#*)(\.*)\] (\d+) of 30 messages, [\d.]+/s, [^\r]* left\x1b\[K", shown.decode())
        self.assertTrue(steps, shown)
        self.assertTrue(all(len(done) == int(count) and len(done + rest) == 30 for done, rest, count in steps), steps)
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown[-80:])  # the line is gone when the result comes

    def test_letters_that_belong_to_no_edition_have_a_file_each(self):
        self.home.configure("drop:mails")
        for address in ("ana@kai.example", "bo@kai.example"):
            self.home.do("subscriber", "add", address, at=AT)
        mails = [each.read_text() for each in (self.home.folder / "mails").glob("*.eml")]
        self.assertEqual(sorted(re.search(r"Delivered-To: (\S+)", each)[1] for each in mails), ["ana@kai.example", "bo@kai.example"])

    def test_asked_to_end_it_finishes_what_is_in_flight_and_a_second_sender_is_kept_out(self):
        with SmtpServer(rules=[SLOW]) as server:
            self.home.configure(server.url, more_smtp=ONE_AT_A_TIME)
            sender = self.home.start("send", "--due", at=AT)
            self.assertTrue(server.wait_for(2, 30))
            second = self.home.run("deliver", at=AT)
            self.assertEqual(second.returncode, 75, second.stderr)
            self.assertIn(str(sender.pid), second.stderr)
            sender.send_signal(signal.SIGTERM)
            out, err = sender.communicate(timeout=30)
            self.assertEqual(sender.returncode, 75, out + err)
            self.assertNotIn("\r", err)
            first = server.take()
        self.assertTrue(2 <= len(first) < len(READERS), len(first))
        edition = self.edition()
        self.assertEqual((edition["sent_count"], edition["in_doubt_count"]), (len(first), 0))
        self.rest_is_sent_once(first)

    def test_status_says_why_deliveries_wait(self):
        rules = [Rule("rcpt", "450 4.2.0 greylisted", to=each) for each in READERS[:3]]
        with SmtpServer(rules=[*rules, Rule("rcpt", "452 4.2.2 mailbox full", to=READERS[9])]) as server:
            self.home.configure(server.url)
            self.home.do("send", "--due", at=AT, status=75)
        reasons = [(each["delivery_count"], each["reply"]) for each in self.edition()["deferred"]]
        self.assertEqual(reasons, [(3, "450 4.2.0 greylisted"), (1, "452 4.2.2 mailbox full")])
        text = self.home.do("status", at=LATER)
        self.assertIn("    3 deferred: 450 4.2.0 greylisted\n", text)
        self.assertIn("26 of 30 sent, 4 open", text)


if __name__ == "__main__":
    unittest.main()
