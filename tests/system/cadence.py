"""Readers change between a daily, a weekly and a monthly digest, over and over, while posts appear: whoever stays on the list
gets every post exactly once, whichever digest brings it."""
import collections
import datetime
import random
import re
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, parse_mail, rss, text_of

UTC = datetime.timezone.utc
BEGIN = datetime.datetime(2026, 3, 1, 0, 0, tzinfo=UTC)  # a Sunday; Athens changes its clocks on the 29th
DAYS = 32
DIGESTS = """[[digest]]
name = "daily"
schedule = "daily 07:30"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
[[digest]]
name = "monthly"
schedule = "monthly 1 08:00"
"""
RESTLESS = ["ada@example.org", "bob@example.org", "chi@example.org", "dan@example.org"]
STEADY = {"eve@example.org": "daily", "fay@example.org": "weekly"}
OFF = "gil@example.org"
BUSY = "ada@example.org"  # whose mailbox defers a lot, so that they leave a digest while its mail is still owed


def at(day, hours):
    return BEGIN + datetime.timedelta(days=day, hours=hours)


class Cadence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(20260301)
        cls.posts = []
        moment = at(0, 1)
        while moment < at(DAYS + 31, 0):  # what is owed comes with the next edition, so life goes on for a while
            number = len(cls.posts)
            # Most are dated when they appear; some long before, some not at all.
            published = cls.random.choice([moment, moment, moment - datetime.timedelta(hours=9), None])
            cls.posts.append(Article("Post [%03d]" % number, "https://blog.example/%d" % number, moment, published, "<p>Text</p>"))
            moment += datetime.timedelta(hours=cls.random.choice([3, 9, 15, 26, 40]))
        cls.received = collections.defaultdict(list)
        cls.changes = collections.Counter()
        with Home() as home, SmtpServer([Rule("rcpt", "451 4.3.0 busy", to=BUSY, times=9)]) as server:
            home.configure(server.url, digests=DIGESTS + '[delivery]\ngive_up_after = "10d"\n')
            cls.live(home, server)
            cls.rules_left = [rule.times for rule in server.rules]

    @classmethod
    def live(cls, home, server):
        now = {address: "daily" for address in RESTLESS} | STEADY | {OFF: "daily"}
        for address, digest in now.items():
            home.do("subscriber", "add", address, "--digest", digest, "--confirmed", at=at(0, 0))
        for day in range(DAYS + 34):
            for hours in (6.1, 14.0) if day < DAYS and day % 2 == 0 else (6.1,):
                moment = at(day, hours)
                home.write("feed.xml", rss("Feed", [post for post in cls.posts if post.appears <= moment]))
                done = home.run("send", "--due", at=moment)
                if done.returncode not in (0, 75):
                    raise AssertionError(done.stdout + done.stderr)
                for mail in server.take():
                    titles = re.findall(r"\[(\d{3})\]", text_of(parse_mail(mail.octets)))
                    cls.received[mail.envelope_to].append((day, sorted(set(map(int, titles)))))
                if day > DAYS:
                    continue
                for address in RESTLESS:
                    if cls.random.random() < 0.2:
                        wanted = cls.random.choice([each for each in ("daily", "weekly", "monthly") if each != now[address]])
                        said = home.do("subscriber", "set", address, "--cadence", wanted, at=moment)
                        assert "no longer: %s; from now on: %s" % (now[address], wanted) in said, said
                        now[address] = wanted
                        cls.changes[address] += 1
                if (day, hours) == (10, 14.0):
                    home.do("subscriber", "set", OFF, "--cadence", "off", at=moment)

    def test_whoever_changes_misses_nothing_and_gets_nothing_twice(self):
        for address in RESTLESS + list(STEADY):
            times = collections.Counter(number for _, numbers in self.received[address] for number in numbers)
            want = {number for number, post in enumerate(self.posts) if post.appears < at(DAYS, 0)}
            missing = sorted(want - set(times))
            twice = sorted(number for number, count in times.items() if count > 1)
            self.assertEqual((missing, twice), ([], []), "%s: %s" % (address, self.received[address]))

    def test_off_is_off(self):
        self.assertTrue(self.received[OFF])
        self.assertLessEqual(max(day for day, _ in self.received[OFF]), 10)

    def test_something_was_at_stake(self):
        self.assertGreater(sum(self.changes.values()), 20)
        self.assertGreater(min(self.changes[address] for address in RESTLESS), 2)
        self.assertEqual(self.rules_left, [0], "the mailbox was never busy")


class Titles(unittest.TestCase):
    def test_the_title_covers_what_was_carried_over_for_those_who_get_it_only(self):
        """Whoever changes from weekly to daily gets the week's older posts with the next daily edition."""
        with Home() as home, SmtpServer() as server:
            home.configure(server.url, digests=DIGESTS)
            home.write("feed.xml", rss("Feed", []))
            for address, digest in (("ada@example.org", "weekly"), ("eve@example.org", "daily")):
                home.do("subscriber", "add", address, "--digest", digest, "--confirmed", at=at(2, 0))
            posts = [Article("Post [%03d]" % day, "https://blog.example/%d" % day, at(day, 12), at(day, 12), "<p>Text</p>") for day in (2, 3, 4, 5)]
            for day in (3, 4, 5, 6):
                home.write("feed.xml", rss("Feed", [each for each in posts if each.appears < at(day, 6)]))
                if day == 6:
                    home.do("subscriber", "set", "ada@example.org", "--cadence", "daily", at=at(6, 6))
                home.do("send", "--due", at=at(day, 6.1))
            last = {mail.envelope_to: text_of(parse_mail(mail.octets)) for mail in server.accepted}
            self.assertEqual(re.findall(r"\[(\d{3})\]", last["eve@example.org"])[-1], "005")
            self.assertIn("News, 6 March 2026", last["eve@example.org"].split("[")[0])
            self.assertEqual(sorted(set(re.findall(r"\[(\d{3})\]", last["ada@example.org"]))), ["002", "003", "004", "005"])
            self.assertIn("3–6 March 2026", last["ada@example.org"].split("[")[0])


class InDoubt(unittest.TestCase):
    """The relay took a daily edition and its answer was lost. Before the next attempt its reader goes to another digest."""
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer([Rule("dot", "keep-close", to="ada@example.org", times=1)])
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.home.configure(self.server.url, digests=DIGESTS)
        self.home.write("feed.xml", rss("Feed", []))

    def join(self, *digests):
        self.home.do("subscriber", "add", "ada@example.org", *[word for each in digests for word in ("--digest", each)], "--confirmed", at=at(2, 0))
        self.home.do("send", "--due", at=at(2, 6))
        self.publish(2)
        self.assertEqual(self.send(at(3, 6.1)), [["002"]])
        self.assertEqual(self.state(), "in_doubt")

    def publish(self, *days):
        posts = [Article("Post [%03d]" % day, "https://blog.example/%d" % day, at(day, 12), at(day, 12), "<p>Text</p>") for day in days]
        self.home.write("feed.xml", rss("Feed", posts))

    def send(self, moment):
        """The posts of each mail that the relay took."""
        self.home.run("send", "--due", at=moment)
        self.mails = [parse_mail(mail.octets) for mail in self.server.take()]
        return [sorted(set(re.findall(r"\[(\d{3})\]", text_of(mail)))) for mail in self.mails]

    def state(self):
        return next(each["state"] for each in self.home.json("delivery", "list", "--limit", "100") if each["edition"].startswith("daily"))

    def test_it_comes_once_more_with_its_message_id_and_in_no_other_edition(self):
        self.join("daily")
        first = self.mails[0]["Message-ID"]
        self.home.do("subscriber", "set", "ada@example.org", "--cadence", "weekly", at=at(3, 7))
        self.publish(2, 3)
        self.assertEqual(self.send(at(3, 15)), [["002"]])
        self.assertEqual(self.mails[0]["Message-ID"], first)
        self.assertEqual(self.state(), "sent")
        self.assertEqual(self.send(at(8, 7)), [["003"]])

    def test_nor_if_the_mailbox_defers_it_first(self):
        self.join("daily")
        self.server.rules.append(Rule("rcpt", "451 4.3.0 busy", to="ada@example.org", times=1))
        self.assertEqual(self.send(at(3, 6.5)), [])
        self.assertEqual(self.state(), "deferred")
        self.home.do("subscriber", "set", "ada@example.org", "--cadence", "weekly", at=at(3, 6.6))
        self.publish(2, 3)
        self.assertEqual(self.send(at(3, 15)), [["002"]])
        self.assertEqual(self.send(at(8, 7)), [["003"]])

    def test_whoever_leaves_one_of_two_digests_gets_no_more_of_it(self):
        self.join("daily", "weekly")
        self.home.do("subscriber", "set", "ada@example.org", "--cadence", "weekly", at=at(3, 7))
        self.assertEqual(self.send(at(3, 15)), [])
        self.assertEqual(self.state(), "suppressed")

    def test_whoever_leaves_altogether_gets_nothing(self):
        self.join("daily")
        self.home.do("subscriber", "unsubscribe", "ada@example.org", at=at(3, 7))
        self.assertEqual(self.send(at(3, 15)), [])
        self.assertEqual(self.state(), "suppressed")


class Commands(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure(digests=DIGESTS)
        self.home.now = at(0, 0)
        self.home.do("subscriber", "add", "ada@example.org", "--digest", "daily", "--confirmed")

    def states(self, address="ada@example.org"):
        found = self.home.json("subscriber", "show", address)[0]
        return {each["digest"]: each["status"] for each in found["subscriptions"]}

    def test_several_digests_and_back_to_one(self):
        self.home.do("subscriber", "set", "ada@example.org", "--cadence", "weekly", "--cadence", "monthly")
        self.assertEqual(self.states(), {"daily": "withdrawn", "weekly": "confirmed", "monthly": "confirmed"})
        self.home.do("subscriber", "set", "--cadence", "daily", "ada@example.org")
        self.assertEqual(self.states(), {"daily": "confirmed", "weekly": "withdrawn", "monthly": "withdrawn"})
        self.assertIn("nothing changed", self.home.do("subscriber", "set", "ada@example.org", "--cadence", "daily"))

    def test_who_was_off_must_confirm_again(self):
        self.home.do("subscriber", "set", "ada@example.org", "--cadence", "off")
        self.assertIn("must be confirmed first: weekly", self.home.do("subscriber", "set", "ada@example.org", "--cadence", "weekly"))
        self.assertEqual(self.states(), {"daily": "withdrawn", "weekly": "pending"})

    def test_a_digest_that_is_none_is_named_with_the_nearest(self):
        done = self.home.run("subscriber", "set", "ada@example.org", "--cadence", "wekly")
        self.assertEqual(done.returncode, 66)
        self.assertIn("weekly", done.stderr)
        self.assertEqual(self.home.run("subscriber", "set", "ada@example.org", "--cadence", "off", "--cadence", "daily").returncode, 64)
        self.assertEqual(self.states(), {"daily": "confirmed"})


if __name__ == "__main__":
    unittest.main()
