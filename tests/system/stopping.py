"""A relay that is silent or drips its answers a few octets a second, and people who want a run to end.

Each command has a deadline that dripping does not put off; SIGTERM, SIGINT, SIGHUP and --time-budget are answered within seconds, and what
was in flight is then in doubt or deferred, as the ledger's rules say.
"""
import collections
import datetime
import signal
import time
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Home

AT = "2026-01-26T08:05:00+02:00"
LATER = "2026-01-26T12:05:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
READERS = ["reader%02d@example.org" % number for number in range(6)]
LOCK_STEP = ("SIZE 52428800", "8BITMIME")
PATIENT = 5.0  # within which a wish to stop is answered
SHORT = "connections = 2\n" + "".join('%s_timeout = "700ms"\n' % each for each in ("connect", "command", "data", "block", "final_dot"))
STAGES = ("greeting", "ehlo", "mail", "rcpt", "data", "dot")


class Stopping(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.open_town(READERS, PUBLISHED, AT)

    def finish(self):
        """A healthy relay takes the rest; everybody was mailed."""
        with SmtpServer() as server:
            self.home.configure(server.url)
            self.assertIn(self.home.run("deliver", at=LATER).returncode, (0, 75))
            return [mail.envelope_to for mail in server.take()]

    def states(self):
        return collections.Counter(each["state"] for each in self.home.json("delivery", "list"))

    def test_a_dripping_relay_does_not_outlive_the_deadline_of_a_command(self):
        for stage in STAGES:
            with self.subTest(stage), SmtpServer([Rule(stage, "drip:0.05")], features=LOCK_STEP) as server:
                self.setUp()
                self.home.configure(server.url, more_smtp=SHORT)
                before = time.monotonic()
                done = self.home.run("send", "--due", at=AT)
                self.assertLess(time.monotonic() - before, 40, "the relay kept it waiting")
                self.assertIn(done.returncode, (69, 75), done.stderr)
                states = self.states()
                self.assertEqual(states["sent"] + states["failed"], 0)
                self.assertEqual(states["in_doubt"] > 0, stage == "dot", states)
                self.assertEqual(sorted(set(self.finish())), READERS)

    def asked_to_stop(self, action, stage, ask, *options):
        """How long the end took, and the exit status, of a run that was asked by `ask` while that stage was under way."""
        with SmtpServer([Rule(stage, action)], features=LOCK_STEP) as server:
            self.home.configure(server.url, more_smtp="connections = 2\n")
            sender = self.home.start("send", "--due", *options, at=AT)
            deadline = time.monotonic() + 60
            while server.stalled == 0 and time.monotonic() < deadline and sender.poll() is None:
                time.sleep(0.02)
            before = time.monotonic()
            ask(sender)
            _, err = sender.communicate(timeout=60)
            took = time.monotonic() - before
        self.assertIn(sender.returncode, (69, 75), err)
        self.assertLess(took, PATIENT + 2, "2 s for a busy machine")
        return took

    def test_signals_are_answered_within_seconds_whatever_the_relay_does(self):
        for stage, action, ask in (("greeting", "hang", signal.SIGTERM), ("ehlo", "drip:0.25", signal.SIGINT), ("mail", "hang", signal.SIGHUP),
                                   ("rcpt", "drip:0.25", signal.SIGTERM), ("dot", "hang", signal.SIGTERM), ("dot", "drip:0.25", signal.SIGHUP)):
            with self.subTest(stage=stage, action=action, signal=ask.name):
                self.setUp()
                self.asked_to_stop(action, stage, lambda sender, ask=ask: sender.send_signal(ask))
                states = self.states()
                self.assertEqual(states["in_doubt"], 2 if stage == "dot" else 0, states)
                self.assertEqual(states["claimed"] + states["failed"], 0, states)
                self.assertEqual(sorted(set(self.finish())), READERS)

    def test_the_time_budget_ends_a_run_with_a_silent_relay(self):
        for stage, action in (("mail", "drip:0.25"), ("dot", "hang")):
            with self.subTest(stage):
                self.setUp()
                self.asked_to_stop(action, stage, lambda sender: None, "--time-budget", "1s")
                self.assertEqual(sorted(set(self.finish())), READERS)

    def test_a_relay_that_answers_in_time_leaves_no_doubt_after_a_signal(self):
        with SmtpServer([Rule("dot", "delay:0.5")]) as server:
            self.home.configure(server.url)
            sender = self.home.start("send", "--due", at=AT)
            self.assertTrue(server.wait_for(1, 60))
            sender.send_signal(signal.SIGHUP)
            _, err = sender.communicate(timeout=60)
            self.assertIn(sender.returncode, (0, 75), err)
            first = [mail.envelope_to for mail in server.take()]
        self.assertEqual(self.states()["in_doubt"], 0)
        self.assertEqual(sorted(first + self.finish()), READERS)


if __name__ == "__main__":
    unittest.main()
