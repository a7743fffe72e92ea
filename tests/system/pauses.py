"""Readers pause: nothing comes before their day, and after it a usual edition, without what came in between and nothing twice; by
command, by file, and whatever else they change meanwhile."""
import collections
import csv
import datetime
import json
import random
import re
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, parse_mail, rss, text_of

UTC = datetime.timezone.utc
BEGIN = datetime.datetime(2026, 3, 1, 0, 0, tzinfo=UTC)  # a Sunday; Athens changes its clocks on the 29th
DAYS = 50
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
STEADY = {"daily": "steady-daily@example.org", "weekly": "steady-weekly@example.org", "monthly": "steady-monthly@example.org"}
PAUSERS = {"daily": "ada@example.org", "weekly": "bob@example.org", "monthly": "chi@example.org"}
RESTLESS = ["dan@example.org", "eve@example.org", "fay@example.org", "gil@example.org"]


def at(day, hours):
    return BEGIN + datetime.timedelta(days=day, hours=hours)


def day_text(day):
    return (BEGIN + datetime.timedelta(days=day)).strftime("%Y-%m-%d")


class Lives(unittest.TestCase):
    """Two months: some only pause, some also change between digests before, in and after a pause, or end it early."""

    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(20260302)
        cls.posts = []
        moment = at(0, 1)
        while moment < at(DAYS + 40, 0):
            number = len(cls.posts)
            published = cls.random.choice([moment, moment, moment - datetime.timedelta(hours=9), None])
            cls.posts.append(Article("Post [%03d]" % number, "https://blog.example/%d" % number, moment, published, "<p>Text</p>"))
            moment += datetime.timedelta(hours=cls.random.choice([3, 9, 15, 26]))
        cls.received = collections.defaultdict(list)
        cls.pauses = collections.defaultdict(list)  # first and last day without mail, as it came
        cls.changes = collections.Counter()
        with Home() as home, SmtpServer() as server:
            home.configure(server.url, digests=DIGESTS)
            cls.live(home, server)

    @classmethod
    def live(cls, home, server):
        on = {address: digest for group in (STEADY, PAUSERS) for digest, address in group.items()}
        on |= {address: "daily" for address in RESTLESS}
        for address, digest in on.items():
            home.do("subscriber", "add", address, "--digest", digest, "--confirmed", at=at(0, 0))
        until = {}
        for day in range(DAYS + 40):
            for hours in (6.1, 14.0):
                moment = at(day, hours)
                home.write("feed.xml", rss("Feed", [post for post in cls.posts if post.appears <= moment]))
                home.do("send", "--due", at=moment)
                for mail in server.take():
                    titles = re.findall(r"\[(\d{3})\]", text_of(parse_mail(mail.octets)))
                    cls.received[mail.envelope_to].append((day, hours, sorted(set(map(int, titles)))))
            if day > DAYS:
                continue
            moment = at(day, 15)
            for address in list(PAUSERS.values()) + RESTLESS:
                away = until.get(address, 0) > day
                if not away and cls.random.random() < 0.12:
                    length = cls.random.choice([2, 3, 6, 9, 16])
                    until[address] = day + length
                    said = home.do("subscriber", "pause", address, "--until", day_text(day + length), at=moment)
                    assert day_text(day + length) in said, said
                    cls.pauses[address].append([day, day + length - 1])
                elif away and address in RESTLESS and cls.random.random() < 0.08:
                    home.do("subscriber", "resume", address, at=moment)
                    until[address] = day
                    cls.pauses[address][-1][1] = day
                if address in RESTLESS and cls.random.random() < 0.15:
                    wanted = cls.random.choice([each for each in ("daily", "weekly", "monthly") if each != on[address]])
                    home.do("subscriber", "set", address, "--cadence", wanted, at=moment)
                    on[address] = wanted
                    cls.changes[address] += away

    def is_away(self, address, day):
        """Whether no mail may come on the day; it may in its morning on the day of the pause."""
        return any(first < day <= last for first, last in self.pauses[address])

    def test_nothing_comes_before_the_day(self):
        for address in list(PAUSERS.values()) + RESTLESS:
            self.assertEqual([each for each in self.received[address] if self.is_away(address, each[0])], [], address)

    def test_whoever_only_pauses_gets_the_editions_outside_the_pause_and_no_others(self):
        for digest, address in PAUSERS.items():
            want = [each for each in self.received[STEADY[digest]] if not self.is_away(address, each[0])]
            self.assertEqual(self.received[address], want, (address, self.pauses[address]))

    def test_nothing_comes_twice_whatever_they_change(self):
        for address in list(PAUSERS.values()) + RESTLESS:
            times = collections.Counter(number for _, _, numbers in self.received[address] for number in numbers)
            self.assertEqual([number for number, count in times.items() if count > 1], [], (address, self.received[address]))

    def test_after_the_last_pause_nothing_is_missed(self):
        for address in RESTLESS:
            last = max(last for _, last in self.pauses[address])
            got = {number for _, _, numbers in self.received[address] for number in numbers}
            want = {number for number, post in enumerate(self.posts) if at(last + 1, 0) <= post.appears < at(DAYS, 0)}
            self.assertEqual(sorted(want - got), [], (address, self.pauses[address], self.received[address]))

    def test_something_was_at_stake(self):
        for address in list(PAUSERS.values()) + RESTLESS:
            self.assertTrue(self.pauses[address], address)
        self.assertGreater(sum(self.changes.values()), 3, "nobody changed digests in a pause")
        lost = [len(self.received[STEADY[digest]]) - len(self.received[address]) for digest, address in PAUSERS.items()]
        self.assertGreater(min(lost[:2]), 0, lost)


class Commands(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure(digests=DIGESTS)
        self.home.now = at(0, 12)
        self.home.do("subscriber", "add", "ada@example.org", "--digest", "daily", "--confirmed")

    def states(self, address="ada@example.org", when=None):
        found = self.home.json("subscriber", "show", address, at=when)[0]
        return {each["digest"]: (each["status"], each["paused_until"]) for each in found["subscriptions"]}

    def test_a_pause_is_shown_counted_logged_and_ends_by_itself(self):
        self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-04-01")
        end = "2026-03-31T21:00:00Z"  # midnight in Athens
        self.assertEqual(self.states(), {"daily": ("paused", end)})
        self.assertIn("daily  paused until 2026-04-01", self.home.do("subscriber", "show", "ada@example.org"))
        self.assertIn("daily (paused)", self.home.do("subscriber", "list"))
        self.assertEqual(self.home.do("subscriber", "list", "--status", "paused", "--count").strip(), "1")
        self.assertEqual(self.home.do("subscriber", "list", "--status", "confirmed", "--count").strip(), "0")
        self.assertIn("daily: 0 subscribers, 1 paused", self.home.do("status"))
        consents = self.home.json("subscriber", "show", "ada@example.org")[0]["consents"]
        self.assertEqual((consents[-1]["event"], consents[-1]["origin"]), ("changed", "cli"))
        self.assertIn("paused until " + end, consents[-1]["detail"])
        self.assertEqual(self.states(when="2026-03-31T20:59:59Z"), {"daily": ("paused", end)})
        self.assertEqual(self.states(when=end), {"daily": ("confirmed", None)})
        self.assertEqual(self.home.do("subscriber", "list", "--status", "confirmed", "--count", at=end).strip(), "1")
        self.assertIn("daily: 1 subscriber, ", self.home.do("status", at=end))

    def test_a_pause_takes_what_is_sealed_and_not_sent(self):
        with SmtpServer([Rule("rcpt", "451 4.3.0 busy", times=9)]) as relay:
            self.home.configure(relay.url, digests=DIGESTS)
            self.home.write("feed.xml", rss("Feed", [Article("Fog", "https://blog.example/1", at(0, 13), at(0, 13))]))
            self.home.do("collect", at=at(0, 14))
            self.home.do("send", "daily", at=at(1, 6), status=75)  # 08:00 in Athens
            self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-03-09", at=at(1, 6.1))
            relay.rules.clear()
            self.home.do("deliver", at=at(1, 7))
            self.assertEqual(relay.take(), [])
            delivery = self.home.json("subscriber", "show", "ada@example.org", at=at(1, 7))[0]["deliveries"][0]
            self.assertEqual((delivery["state"], delivery["reply"]), ("suppressed", "paused"))
            self.assertIn("paused after the edition was sealed", self.home.do("report", "daily", at=at(1, 7)))

    def test_what_was_carried_over_before_a_pause_is_not_made_up_for_after_it(self):
        posts = [Article("Post [%03d]" % day, "https://blog.example/%d" % day, at(day, 3), at(day, 3)) for day in range(1, 40)]
        with SmtpServer() as relay:
            self.home.configure(relay.url, digests=DIGESTS)
            self.home.do("subscriber", "add", "steady@example.org", "--digest", "weekly", "--confirmed")
            got = collections.defaultdict(list)
            for day in range(1, 40):
                self.home.write("feed.xml", rss("Feed", [post for post in posts if post.appears <= at(day, 6)]))
                self.home.do("send", "--due", at=at(day, 6.1))
                for mail in relay.take():
                    got[mail.envelope_to] += [(day, sorted(set(map(int, re.findall(r"\[(\d{3})\]", text_of(parse_mail(mail.octets)))))))]
                if day == 3:  # a Wednesday: Thursday's post and the rest of the week would have come on Monday
                    self.home.do("subscriber", "set", "ada@example.org", "--cadence", "weekly", at=at(day, 7))
                    self.home.do("subscriber", "pause", "ada@example.org", "--until", day_text(25), at=at(day, 8))
        late = [numbers for day, numbers in got["ada@example.org"] if day > 3]
        self.assertEqual(late, [numbers for day, numbers in got["steady@example.org"] if day >= 25])
        self.assertEqual(late[0][0], 23, "the week before the first Monday")

    def test_a_day_that_makes_no_sense_is_refused_with_one_that_does(self):
        for day, word in (("2026-03-01", "2026-03-02"), ("2020-01-01", "2026-03-02"), ("2027-03-03", "2027-03-02"),
                          ("soon", "2026-03-29"), ("2026-02-30", "2026-03-29"), ("01.04.2026", "2026-03-29"), ("", "2026-03-29")):
            done = self.home.run("subscriber", "pause", "ada@example.org", "--until", day)
            self.assertEqual(done.returncode, 65, (day, done.stderr))
            self.assertIn(word, done.stderr, day)
        self.assertEqual(self.home.run("subscriber", "pause", "ada@example.org").returncode, 64)
        self.assertEqual(self.home.run("subscriber", "pause", "nobody@example.org", "--until", "2026-04-01").returncode, 66)
        self.assertEqual(self.states(), {"daily": ("confirmed", None)})

    def test_a_pause_is_moved_ended_and_left(self):
        self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-04-01")
        self.assertIn("already", self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-04-01"))
        self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-03-10")
        self.assertIn("daily", self.home.do("subscriber", "resume", "ada@example.org"))
        self.assertEqual(self.states(), {"daily": ("confirmed", None)})
        self.assertIn("not paused", self.home.do("subscriber", "resume", "ada@example.org"))
        self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-04-01")
        self.home.do("subscriber", "set", "ada@example.org", "--cadence", "weekly")
        self.assertEqual(self.states()["weekly"][0], "paused", "a pause is of all that somebody gets")
        self.home.do("subscriber", "unsubscribe", "ada@example.org")
        self.assertEqual(self.states(), {"daily": ("withdrawn", None), "weekly": ("withdrawn", None)})
        self.assertIn("nothing that could be paused", self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-04-01"))

    def test_export_and_import_keep_a_pause(self):
        self.home.do("subscriber", "pause", "ada@example.org", "--until", "2026-04-01")
        self.home.do("subscriber", "export", "list.csv")
        line = next(csv.DictReader((self.home.folder / "list.csv").read_text().splitlines()))
        self.assertEqual((line["status"], line["paused_until"]), ("paused", "2026-03-31T21:00:00Z"))
        person = json.loads(self.home.do("subscriber", "export", "--json"))
        self.assertEqual(person["subscriptions"][0]["paused_until"], "2026-03-31T21:00:00Z")
        with Home() as other:
            other.configure(digests=DIGESTS)
            other.write("list.csv", (self.home.folder / "list.csv").read_text())
            other.do("subscriber", "import", "list.csv", at=at(0, 13))
            show = other.json("subscriber", "show", "ada@example.org", at=at(0, 13))[0]["subscriptions"][0]
            self.assertEqual((show["status"], show["paused_until"]), ("paused", "2026-03-31T21:00:00Z"))
        with Home() as later:
            later.configure(digests=DIGESTS)
            later.write("list.csv", (self.home.folder / "list.csv").read_text())
            later.do("subscriber", "import", "list.csv", at=at(60, 0))
            show = later.json("subscriber", "show", "ada@example.org", at=at(60, 0))[0]["subscriptions"][0]
            self.assertEqual((show["status"], show["paused_until"]), ("confirmed", None))

    def test_a_large_import_keeps_pauses(self):
        lines = "".join("r%d@example.org,paused,2026-01-01,%s\n" % (i, "2026-04-01T00:00:00Z" if i % 2 else "") for i in range(6000))
        self.home.write("big.csv", "email,status,confirmed_at,paused_until\n" + lines)
        self.home.do("subscriber", "import", "big.csv")
        self.assertEqual(self.home.do("subscriber", "list", "--status", "paused", "--count").strip(), "3000")
        self.assertEqual(self.states("r5999@example.org")["weekly"][0], "paused")


if __name__ == "__main__":
    unittest.main()
