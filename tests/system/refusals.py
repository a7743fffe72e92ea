"""A refusal that is about us never burns the list: it rests the relay, and nobody fails or is suppressed. Greylisting is one mailbox's matter, a
relay that refuses everybody alike is believed by nobody, and every run and status say which relay is in trouble, and what to do."""
import collections
import datetime
import signal
import smtplib
import stat
import time
import unittest

from smtp_server import ALL_FEATURES, Rule, SmtpServer
from tidings import Home

AT = "2026-01-26T08:05:00+02:00"
LATER = "2026-01-26T08:20:00+02:00"
MUCH_LATER = "2026-01-26T10:20:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
READERS = ["reader%02d@%s" % (number, ("kai.example", "quay.example", "pier.example")[number % 3]) for number in range(36)]
LOCK_STEP = "connections = 1\nwindow = 1\n"
FEW_FEATURES = ("SIZE 52428800", "8BITMIME")

# The system that says it, and its words.
ABOUT_US = [
    ("Exim", "550 relay not permitted"),
    ("sendmail", "550 5.7.1 <%s>... Relaying denied"),
    ("sendmail, old", "550 Relaying denied"),
    ("Postfix", "554 5.7.1 <%s>: Relay access denied"),
    ("Postfix, no status", "554 <%s>: Relay access denied"),
    ("Postfix, a client", "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied"),
    ("Postfix, a list", "550 5.7.1 Service unavailable; client [192.0.2.7] blocked using zen.spamhaus.org"),
    ("Postfix, a list, no status", "554 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org"),
    ("sendmail, login", "550 5.7.1 <%s>... Proper authentication required"),
    ("Exim, policy", "550 Administrative prohibition"),
    ("Exim, upper case", "550 ADMINISTRATIVE PROHIBITION"),
    ("qmail", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
    ("IIS", "571 Delivery not authorized, message refused"),
    ("Microsoft", "550 5.1.8 Access denied, bad outbound sender"),
    ("Microsoft, an address", "550 5.7.708 Access denied, traffic not accepted from this IP"),
    ("cPanel", "550 Please turn on SMTP Authentication in your mail client, or login to the IMAP/POP3 server"),
    ("cPanel, quota", "550 Domain example.org has exceeded the max emails per hour (201/200) allowed"),
    ("hosters", "550 Account suspended"),
    ("hosters, reputation", "550 Your host is on our black list"),
    ("RFC 7504", "521 no mail"),
    ("RFC 7504, words", "521 relay.example does not accept mail"),
    ("Gmail", "550 5.4.5 Daily user sending limit exceeded. For more information see https://support.google.com/a"),
    ("Gmail, DMARC", "550 5.7.26 unauthenticated email from example.org is not accepted"),
    ("SES", "554 Message rejected: Email address is not verified. The following identities failed the check"),
    ("SES, paused", "554 Message rejected: sending paused for this account"),
    ("SES, rate", "454 Throttling failure: Maximum sending rate exceeded."),
    ("spam", "552 Message rejected as spam"),
    ("login", "530 5.7.0 Authentication Required"),
    ("login, refused", "535 5.7.8 Username and Password not accepted"),
]


class Refusals(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.open_town(READERS, PUBLISHED, AT)

    def edition(self, at=LATER):
        return self.home.json("status", at=at)[0]["newest"]

    def relays(self, at=LATER):
        return {each["relay"]: each for each in self.home.json("status", at=at)[-1]["relays"]}

    def states(self):
        return collections.Counter(each["state"] for each in self.home.json("delivery", "list", at=AT))

    def suppressed(self):
        return [each["address"] for each in self.home.json("suppression", "list", at=AT)]

    def nobody_is_touched(self):
        self.assertLessEqual(set(self.states()), {"planned", "deferred"})
        self.assertEqual(self.suppressed(), [])

    def send(self, server, at=AT, more="", more_smtp="", status=0):
        self.home.configure(server.url, more_smtp=more_smtp, digests=HOURLY_FREE + more)
        done = self.home.run("send", "--due", at=at)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done


HOURLY_FREE = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'


class AboutUs(Refusals):
    def check(self, stage, features):
        for system, reply in ABOUT_US:
            with self.subTest(system=system, stage=stage), Home() as home:
                self.home = home
                home.open_town(READERS[:12], PUBLISHED, AT)
                reply = reply % "reader@kai.example" if "%s" in reply else reply
                with SmtpServer(rules=[Rule(stage, reply)], features=features) as server:
                    done = self.send(server, status=75 if reply.startswith("4") else 69)
                words = reply[4:].split(" ", 1)[-1][:20]
                self.assertIn(words, done.stderr)
                self.nobody_is_touched()
                text = home.do("status", at=AT)
                self.assertRegex(text, r"relay 127\.0\.0\.1:\d+ (refuses|is paused)")
                self.assertIn(words, text)

    def test_every_known_text_at_rcpt_rests_the_relay_and_fails_nobody(self):
        self.check("rcpt", ALL_FEATURES)

    def test_every_known_text_at_the_dot_rests_the_relay_and_fails_nobody(self):
        self.check("dot", FEW_FEATURES)

    def test_the_same_before_a_recipient_is_named(self):
        for stage in ("greeting", "mail"):
            with self.subTest(stage=stage), SmtpServer(rules=[Rule(stage, "554 5.7.1 not from you")]) as server:
                done = self.send(server, status=69)
                self.assertIn("not from you", done.stderr)
                self.nobody_is_touched()

    def test_a_list_of_one_is_not_burnt_either(self):
        with Home() as home:
            self.home = home
            home.open_town(READERS[:1], PUBLISHED, AT)
            with SmtpServer(rules=[Rule("rcpt", "550 relay not permitted")]) as server:
                self.send(server, status=69)
            self.nobody_is_touched()

    def test_a_quota_that_is_used_up_stops_the_run_and_the_rest_goes_when_it_is_gone(self):
        rules = [Rule("rcpt", "550 5.4.5 Daily user sending limit exceeded", to=each) for each in READERS[20:]]
        with SmtpServer(rules=rules) as server:
            self.send(server, status=69)
            first = server.take()
            server.rules.clear()
            self.home.do("send", "--due", at=MUCH_LATER)
            times = collections.Counter(each.envelope_to for each in [*first, *server.take()])
        self.assertEqual(times, {each: 1 for each in READERS})

    def test_what_is_about_the_message_fails_the_message_and_not_the_person(self):
        for reply in ("552 5.3.4 message too big", "554 5.6.0 malformed", "552 message size exceeds fixed limit"):
            with self.subTest(reply=reply), Home() as home:
                self.home = home
                home.open_town(READERS[:12], PUBLISHED, AT)
                with SmtpServer(rules=[Rule("dot", reply)]) as server:
                    done = self.send(server, status=65)
                self.assertIn("refuses the message itself, 12 times: " + reply[:8], done.stderr)
                self.assertEqual(dict(self.states()), {"failed": 12})
                self.assertEqual(self.suppressed(), [])

    def test_no_such_mailbox_is_still_about_the_mailbox(self):
        rules = [Rule("rcpt", "550 5.1.1 <%s>: Recipient address rejected: User unknown" % READERS[5], to=READERS[5])]
        with SmtpServer(rules=rules) as server:
            self.send(server)
        self.assertEqual(dict(self.states()), {"sent": 35, "failed": 1})
        self.assertEqual(self.suppressed(), [READERS[5]])

    def test_an_unknown_user_beside_words_about_us_fails_without_proof(self):
        rules = [Rule("rcpt", "550 5.1.1 no such user, or your host is on our black list", to=READERS[5])]
        with SmtpServer(rules=rules) as server:
            self.send(server)
        self.assertEqual((dict(self.states()), self.suppressed()), ({"sent": 35, "failed": 1}, []))


class TheBrake(Refusals):
    def check(self, features, more_smtp=""):
        with SmtpServer(rules=[Rule("rcpt", "550 5.1.1 user unknown in our tables")], features=features) as server:
            done = self.send(server, more_smtp=more_smtp, status=69)
            self.assertIn("refuses nearly everybody in the same words: 550 5.1.1 user unknown in our tables", done.stderr)
            self.assertIn("tidings delivery resolve", done.stderr)
            self.nobody_is_touched()
            self.assertIn("refuses nearly everybody", self.home.do("status", at=LATER))
            server.rules.clear()
            self.home.do("send", "--due", at=LATER)
            self.assertEqual(collections.Counter(each.envelope_to for each in server.take()), {each: 1 for each in READERS})
        self.assertNotIn("relay", self.home.do("status", at=LATER))
        self.assertEqual((dict(self.states()), self.suppressed()), ({"sent": 36}, []))

    def test_everybody_refused_alike_is_believed_by_nobody_in_lock_step(self):
        self.check(FEW_FEATURES, LOCK_STEP)

    def test_everybody_refused_alike_is_believed_by_nobody_pipelined_and_in_several_sessions(self):
        self.check(("PIPELINING", *FEW_FEATURES))

    def test_everybody_refused_alike_is_believed_by_nobody_in_chunks(self):
        self.check(ALL_FEATURES)

    def test_a_short_list_is_spared_too(self):
        with Home() as home:
            self.home = home
            home.open_town(READERS[:12], PUBLISHED, AT)
            with SmtpServer(rules=[Rule("rcpt", "550 go away, reader")]) as server:
                self.send(server, status=69)
                self.nobody_is_touched()
                self.send(server, at=LATER, status=69)
                self.nobody_is_touched()
                server.rules.clear()
                self.send(server, at=MUCH_LATER)
            self.assertEqual(dict(self.states()), {"sent": 12})

    def test_one_reader_is_not_failed_by_the_first_words_of_a_relay_that_has_never_taken_anything(self):
        for words, states in (("550 The gardener has locked the gate", {"deferred": 1}), ("550 5.2.1 mailbox disabled", {"failed": 1})):
            with self.subTest(words), Home() as home:
                self.home = home
                home.open_town(READERS[:1], PUBLISHED, AT)
                with SmtpServer(rules=[Rule("rcpt", words)]) as server:
                    self.send(server, status=69 if "deferred" in states else 0)
                self.assertEqual(dict(self.states()), states)

    def test_give_up_after_counts_from_what_the_mailbox_says_and_not_from_our_quota(self):
        with Home() as home:
            self.home = home
            home.open_town(READERS[:1], PUBLISHED, AT)
            with SmtpServer(rules=[Rule("rcpt", "550 5.4.5 Daily user sending limit exceeded")]) as server:
                for day in (26, 27):
                    self.send(server, at="2026-01-%dT08:05:00+02:00" % day, status=69)
                server.rules[:] = [Rule("rcpt", "452 4.2.2 mailbox full")]
                self.send(server, at="2026-01-27T12:05:00+02:00", status=75)
                self.send(server, at="2026-01-28T12:05:00+02:00", status=75)
                self.assertEqual(dict(self.states()), {"deferred": 1})
                self.home.run("send", "--due", at="2026-01-29T13:05:00+02:00")
                self.assertEqual(dict(self.states()), {"failed": 1})

    def test_give_up_after_ends_with_a_word_of_the_mailbox_and_not_with_a_connection_that_was_cut(self):
        with Home() as home:
            self.home = home
            home.open_town(READERS[:1], PUBLISHED, AT)
            with SmtpServer(rules=[Rule("rcpt", "452 4.2.2 mailbox full")]) as server:
                for day in (26, 27):
                    self.send(server, at="2026-01-%dT08:05:00+02:00" % day, status=75)
                server.rules[:] = [Rule("rcpt", "close")]
                self.home.run("send", "--due", at="2026-01-28T13:05:00+02:00")
                self.assertEqual(dict(self.states()), {"deferred": 1})
                server.rules.clear()
                self.home.run("send", "--due", at="2026-01-29T08:05:00+02:00")
                self.assertEqual(dict(self.states()), {"sent": 1})

    def test_words_that_differ_in_addresses_numbers_and_ids_are_the_same(self):
        rules = [Rule("rcpt", "550 5.1.1 <%s>: no such user here (id 4XyZ%dq, session %d)" % (each, number * 7, number), to=each)
                 for number, each in enumerate(READERS)]
        with SmtpServer(rules=rules) as server:
            self.send(server, status=69)
        self.nobody_is_touched()

    def test_an_admin_may_believe_the_relay(self):
        with SmtpServer(rules=[Rule("rcpt", "550 5.1.1 user unknown")]) as server:
            self.send(server, status=69)
        deferred = self.states()["deferred"]
        self.assertIn("%d addresses are failed now" % deferred, self.home.do("delivery", "resolve", "weekly#1", "--failed", at=LATER))
        self.assertEqual(self.states()["failed"], deferred)

    def test_one_domain_in_trouble_keeps_nobody_else_waiting_and_suppresses_nobody(self):
        rules = [Rule("rcpt", "550 5.1.1 user unknown", to=each) for each in READERS if each.endswith("@pier.example")]
        with SmtpServer(rules=rules) as server:
            done = self.send(server, status=75)
        self.assertIn("weekly#1: pier.example refused 12 readers at once: 550 5.1.1 user unknown", done.stderr)
        self.assertEqual((dict(self.states()), self.suppressed()), ({"sent": 24, "deferred": 12}, []))

    def test_a_crash_does_not_make_the_refusals_true(self):
        """Killed when some refusals are recorded and the brake has not been pulled; the next run takes those back as well."""
        with SmtpServer(rules=[Rule("rcpt", "550 5.1.1 user unknown", times=9), Rule("rcpt", "hang")], features=FEW_FEATURES) as server:
            self.home.configure(server.url, more_smtp=LOCK_STEP)
            sender = self.home.start("send", "--due", at=AT)
            self.assertTrue(wait_until(lambda: self.states()["failed"] == 9 or sender.poll() is not None))
            sender.send_signal(signal.SIGKILL)
            sender.communicate()
        self.assertEqual((self.states()["failed"], self.suppressed()), (9, []))
        with SmtpServer(rules=[Rule("rcpt", "550 5.1.1 user unknown")]) as server:
            self.send(server, status=69)
        self.nobody_is_touched()


def wait_until(condition, seconds=30):
    for _ in range(seconds * 10):
        if condition():
            return True
        time.sleep(0.1)
    return False


class Greylisting(Refusals):
    def test_a_greylisted_mailbox_waits_alone(self):
        grey = READERS[:3] + READERS[10:12]
        for reply in ("451 4.7.1 Greylisted, please try again in 300 seconds", "450 4.7.1 <x>: Recipient address rejected: Greylisted",
                      "451 Greylisting in action, please come back later", "450 4.2.0 greylisted", "451 4.7.1 try again later"):
            with self.subTest(reply=reply), Home() as home:
                self.home = home
                home.open_town(READERS, PUBLISHED, AT)
                with SmtpServer(rules=[Rule("rcpt", reply, to=each) for each in grey]) as server:
                    self.send(server, status=75)
                    self.assertEqual(dict(self.states()), {"sent": 31, "deferred": 5})
                    server.rules.clear()
                    self.send(server, at=LATER)
                    self.assertEqual(dict(self.states()), {"sent": 36})

    def test_three_in_a_hundred_stop_nobody_else(self):
        readers = ["r%04d@kai.example" % number for number in range(2000)]
        grey = readers[::33]
        with Home() as home:
            self.home = home
            home.open_town(readers, PUBLISHED, AT)
            with SmtpServer(rules=[Rule("rcpt", "451 4.7.1 Greylisted", to=each) for each in grey]) as server:
                self.send(server, status=75)
            edition = self.edition()
            self.assertEqual((edition["sent_count"], edition["open_count"]), (len(readers) - len(grey), len(grey)))

    def test_what_is_said_to_everybody_rests_the_relay(self):
        with SmtpServer(rules=[Rule("rcpt", "451 4.7.1 too many messages from you, slow down")]) as server:
            done = self.send(server, status=75)
        self.assertIn("it will be retried after 2026-01-26 08:", done.stderr)
        self.nobody_is_touched()
        self.assertRegex(self.home.do("status", at=AT), r"relay 127\.0\.0\.1:\d+ is paused until 2026-01-26 08:\d\d: 451 4\.7\.1 too many")


class TheRelay(Refusals):
    def test_without_a_login_nothing_is_sent_where_one_is_configured(self):
        self.home.write("password", "secret\n").chmod(0o600)
        with SmtpServer() as server:
            done = self.send(server, more_smtp='username = "town"\npassword_file = "password"\n', status=69)
            self.assertEqual(server.take(), [])
            self.assertNotIn(b"MAIL", b"".join(line for _, line in server.commands))
        self.assertIn("offers no login (AUTH)", done.stderr)
        self.nobody_is_touched()

    def test_a_size_limit_below_the_message_is_told_before_anybody_is_named(self):
        with SmtpServer(features=("PIPELINING", "SIZE 1000")) as server:
            done = self.send(server, status=69)
            self.assertNotIn(b"RCPT", b"".join(line for _, line in server.commands))
        self.assertRegex(done.stderr, r"accepts messages of at most 1000 octets; this edition's have \d{4,}")
        self.assertEqual(dict(self.states()), {"planned": 36})

    def two_relays(self, first, second, more=""):
        return self.home.configure(first.url, more_smtp='name = "harbour"\nweight = 3\n' + LOCK_STEP + '[[relay]]\nname = "backup"\nurl = "%s"\n'
                                   'tls = "off"\n%s%s' % (second.url, LOCK_STEP, more))

    def test_weight_three_sends_three_for_one(self):
        with SmtpServer() as first, SmtpServer() as second:
            self.two_relays(first, second)
            self.home.do("send", "--due", at=AT)
            counts = (len(first.take()), len(second.take()))
        self.assertEqual(sum(counts), 36)
        self.assertTrue(25 <= counts[0] <= 29, counts)

    def test_list_and_report_say_which_relay_took_what(self):
        with SmtpServer() as first, SmtpServer() as second:
            self.two_relays(first, second)
            self.home.do("send", "--due", at=AT)
            took = {"harbour": len(first.take()), "backup": len(second.take())}
        rows = self.home.json("delivery", "list", at=AT)
        self.assertEqual(collections.Counter(each["relay"] for each in rows), took)
        self.assertIn("harbour", self.home.do("delivery", "list", at=AT))
        report = self.home.json("report", "weekly#1", at=AT)[0]
        self.assertEqual({each["relay"]: each["sent_count"] for each in report["relays"]}, took)
        self.assertRegex(self.home.do("report", "weekly#1", at=AT), r"RELAY +TOOK .*\nbackup +%d" % took["backup"])

    def test_a_dead_relay_among_two_is_told_and_the_other_goes_on(self):
        with SmtpServer() as first:
            self.home.configure(first.url, more_smtp='[[relay]]\nname = "backup"\nurl = "smtp://127.0.0.1:1"\ntls = "off"\n')
            done = self.home.run("send", "--due", at=AT)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(first.take()), 36)
        self.assertRegex(done.stderr, r"relay backup is unavailable: .*; tried again by the next run")
        self.assertIn("relay backup is unavailable", self.home.do("status", at=AT))

    def test_421_of_one_of_two_is_told_and_status_gives_the_time(self):
        with SmtpServer() as first, SmtpServer(rules=[Rule("mail", "421 4.3.2 slow down")]) as second:
            self.two_relays(first, second)
            done = self.home.run("send", "--due", at=AT)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"relay backup is paused until 2026-01-26 08:\d\d: 421 4\.3\.2 slow down")
        self.assertEqual(self.relays(AT)["backup"]["state"], "rests")
        self.assertEqual(self.relays(AT)["harbour"]["state"], "ready")

    def test_two_relays_of_one_name_are_a_mistake(self):
        with SmtpServer() as first:
            self.home.configure(first.url, more_smtp='name = "one"\n[[relay]]\nname = "one"\nurl = "smtp://127.0.0.1:1"\ntls = "off"\n')
            self.home.do("config", "check", status=78)

    def sessions_of(self, server):
        """With one of ours, which is greeted after all that the kernel still held."""
        with smtplib.SMTP("127.0.0.1", int(server.url.rpartition(":")[2])):
            return server.sessions

    def test_a_relay_that_rests_ends_in_75_and_is_not_asked_again_before_its_time(self):
        with SmtpServer(rules=[Rule("mail", "421 4.7.0 come back later")]) as server:
            self.send(server, status=75)
            sessions = self.sessions_of(server)
            done = self.send(server, at="2026-01-26T08:06:00+02:00", status=75)
            self.assertEqual(self.sessions_of(server), sessions + 1)
            self.assertIn("421 4.7.0 come back later", done.stderr)
            self.assertIn("the relay is paused", self.home.do("status", at="2026-01-26T08:06:00+02:00"))
            self.assertIn("tried again by the next run", self.home.do("delivery", "resolve", at="2026-01-26T08:07:00+02:00"))
            server.rules.clear()
            self.send(server, at="2026-01-26T08:07:00+02:00")
            self.assertEqual(len(server.take()), 36)


class Status(Refusals):
    def test_the_only_relay_dead_is_no_sending(self):
        self.home.configure("smtp://127.0.0.1:1")
        self.home.do("send", "--due", at=AT, status=69)
        text = self.home.do("status", at="2027-04-12T08:05:00+02:00")
        self.assertRegex(text, r"relay 127\.0\.0\.1:1 is unavailable: ")
        self.assertIn("sending: nobody\n", text)
        self.assertNotIn("left", text)

    def test_says_who_is_sending_and_what_send_due_would_do(self):
        self.assertIn('"send --due" now would: compose weekly\n', self.home.do("status", at=AT))
        with SmtpServer(rules=[Rule("dot", "delay:0.1")]) as server:
            self.home.configure(server.url, more_smtp=LOCK_STEP)
            sender = self.home.start("send", "--due", at=AT)
            self.assertTrue(server.wait_for(5, 30))
            text = self.home.do("status", at=AT)
            self.assertRegex(text, r"sending: process %d, send, since \d{4}-\d\d-\d\d \d\d:\d\d, \d+ sent in the last minute\n" % sender.pid)
            sender.send_signal(signal.SIGTERM)
            sender.communicate()
            self.assertRegex(self.home.do("status", at=AT), r'sending: nobody\n"send --due" now would: send weekly#1 to \d+ readers\n')
            self.home.do("send", "--due", at=AT)
        self.assertIn('now would: nothing\n', self.home.do("status", at=AT))

    def test_counts_those_who_stay(self):
        self.home.do("subscriber", "unsubscribe", READERS[0], at=AT)
        text = self.home.do("status", at=AT)
        self.assertIn("weekly: 35 subscribers", text)
        self.assertIn("subscribers: 35\n", text)

    def test_held_mails_in_doubt_are_told_by_every_run_with_the_command(self):
        with SmtpServer(rules=[Rule("dot", "keep-close", to=READERS[4], times=1)]) as server:
            hold = '[delivery]\nin_doubt = "hold"\n'
            first = self.send(server, more=hold, more_smtp=LOCK_STEP, status=69)
            second = self.send(server, at=LATER, more=hold, status=69)
        for done in (first, second):
            self.assertIn("weekly#1: 1 delivery in doubt is held", done.stderr)
            self.assertIn("tidings delivery resolve weekly#1", done.stderr)
        self.assertIn("in doubt", self.home.do("status", at=LATER))
        self.assertIn(" is sent now", self.home.do("delivery", "resolve", "weekly#1", "--sent", at=LATER))
        self.assertNotIn("doubt", self.home.run("send", "--due", at=LATER).stderr)


class Sendmail(Refusals):
    def program(self, script):
        path = self.home.write("bin/sendmail", "#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        self.home.configure("sendmail:bin/sendmail", more_smtp="[dkim]\nsigned_by_relay = true\n")

    def test_the_words_of_the_program_are_the_reply_with_the_address(self):
        self.program('cat > /dev/null\ncase "$5" in reader05@*) echo "mailbox is gone, sorry" >&2; exit 67;; esac\n')
        self.home.do("send", "--due", at=AT)
        row = [each for each in self.home.json("delivery", "list", at=AT) if each["address"] == READERS[5]][0]
        self.assertEqual((row["state"], row["reply"], row["relay"]),
                         ("failed", "5.1.1 <%s>: mailbox is gone, sorry" % READERS[5], "sendmail"))

    def test_words_about_us_fail_nobody(self):
        self.program('cat > /dev/null\necho "server said: 550 relay not permitted" >&2\nexit 69\n')
        done = self.home.run("send", "--due", at=AT)
        self.assertIn(done.returncode, (69, 75), done.stderr)
        self.nobody_is_touched()

    def test_a_program_that_refuses_everybody_is_not_believed(self):
        self.program('cat > /dev/null\necho "no such user: $5"\nexit 67\n')
        self.home.do("send", "--due", at=AT, status=69)
        self.nobody_is_touched()

    def test_a_program_that_talks_a_lot_does_not_block(self):
        self.program('yes "so many words" | head -c 300000\ncat > /dev/null\nexit 0\n')
        self.home.do("send", "--due", at=AT)
        self.assertEqual(dict(self.states()), {"sent": 36})


if __name__ == "__main__":
    unittest.main()
