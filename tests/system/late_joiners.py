"""Late joiners: who confirms soon behind an edition gets it, and with welcome = "latest" the newest one however old; once, with its
Message-ID, in the books, and never a post twice."""
import datetime
import re
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, WEEKLY, parse_mail, rss, text_of

ZONE = datetime.timezone(datetime.timedelta(hours=2))
MONDAY = datetime.datetime(2026, 1, 26, 8, tzinfo=ZONE)
LATE = WEEKLY + 'late_joiners = "24h"\n'
LATEST = '[web]\nwelcome = "latest"\n'
SPOOL = '[hooks]\non_edition_sent = ["sh", "-c", "cat >> told.txt"]\n'


def after(**more):
    return MONDAY + datetime.timedelta(**more)


class LateJoiners(unittest.TestCase):
    def begin(self, digests=LATE + SPOOL, rules=()):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.relay = SmtpServer(list(rules))
        self.relay.__enter__()
        self.addCleanup(self.relay.__exit__)
        self.home.configure(self.relay.url, ['[[source]]\nname = "town"\nurl = "file:town.xml"\n'], digests)
        self.posts = []
        self.join("ann@example.org", after(days=-2), "--digest", "weekly")
        self.publish("Bread", after(days=-1), ("food",))
        self.publish("Boats", after(days=-1), ("sea",))
        self.home.do("send", "--due", at=after(minutes=1))
        self.first = self.mails("ann@example.org")[-1]

    def publish(self, title, at, tags=()):
        self.posts.append(Article(title, "https://town.example/" + title.lower(), at, at, "<p>About %s.</p>" % title.lower(), tags))
        self.home.write("town.xml", rss("Town", self.posts))
        self.home.do("collect", at=at + datetime.timedelta(minutes=5))

    def join(self, address, at, *more):
        self.home.do("subscriber", "add", address, "--confirmed", *more, at=at)

    def mails(self, address):
        """Editions that came to them."""
        return [parse_mail(each.octets) for each in self.relay.to(address) if b"Feedback-ID" in each.octets]

    def books(self, edition="weekly#1"):
        """Recipients and what became of them."""
        line = re.search(r"recipients (.*) bounced", self.home.do("edition", "show", edition))[0]
        recipients, sent, *others = map(int, re.findall(r"\d+", line))
        self.assertEqual(recipients, sent + sum(others), line)
        return recipients, sent

    def test_who_comes_soon_gets_the_edition_once_and_the_books_balance(self):
        self.begin()
        self.join("bob@example.org", after(hours=20))
        said = self.home.do("send", "--due", at=after(hours=20, minutes=10))
        self.assertIn("1 newcomer gets the latest edition", said)
        mail, = self.mails("bob@example.org")
        self.assertEqual(mail["Subject"], self.first["Subject"])
        self.assertRegex(mail["Message-ID"], "<.+@example.org>")
        self.assertNotEqual(mail["Message-ID"], self.first["Message-ID"], "a function of edition and subscriber")
        self.assertEqual(self.books(), (2, 2))
        for hours in (20, 23, 50):
            self.assertNotIn("newcomer", self.home.do("send", "--due", at=after(hours=hours, minutes=20)))
        self.assertEqual(len(self.mails("bob@example.org")), 1)
        self.assertEqual(len(self.mails("ann@example.org")), 1)
        told = (self.home.folder / "told.txt").read_text(encoding="utf-8")
        self.assertEqual(told.count('"edition_sent"'), 1, "it was sent once")
        self.publish("Fish", after(days=3))
        self.home.do("send", "--due", at=after(days=7, minutes=1))
        second = text_of(self.mails("bob@example.org")[1])
        self.assertIn("Fish", second)
        self.assertNotIn("Bread", second)

    def test_who_comes_later_waits_for_the_next_edition(self):
        self.begin()
        self.join("cy@example.org", after(hours=24, minutes=2))
        self.home.do("send", "--due", at=after(hours=24, minutes=3))
        self.assertEqual((self.mails("cy@example.org"), self.books()), ([], (1, 1)))

    def test_without_the_key_nobody_gets_an_edition_that_has_gone(self):
        self.begin(WEEKLY)
        self.join("cy@example.org", after(hours=1))
        self.home.do("send", "--due", at=after(hours=1, minutes=1))
        self.assertEqual(self.mails("cy@example.org"), [])

    def test_the_latest_edition_welcomes_whoever_confirms_however_old_it_is(self):
        self.begin(WEEKLY + LATEST)
        self.join("dora@example.org", after(days=5))
        self.home.do("send", "--due", at=after(days=5, minutes=1))
        self.assertEqual(len(self.mails("dora@example.org")), 1, "five days old, and not held as late")
        self.assertEqual(self.books(), (2, 2))
        subjects = [parse_mail(each.octets)["Subject"] for each in self.relay.to("dora@example.org")]
        self.assertIn("Welcome to Harbour News", subjects)

    def test_an_import_sends_nobody_an_edition_that_has_gone(self):
        self.begin(LATE + LATEST)
        self.home.do("subscriber", "import", "-", "--confirmed", input="email\nmany@example.org\n", at=after(hours=1))
        self.home.do("send", "--due", at=after(hours=1, minutes=1))
        self.assertEqual(self.relay.to("many@example.org"), [])

    def test_language_and_topics_are_theirs_though_nobody_had_them(self):
        self.begin()
        self.join("eva@example.org", after(hours=1), "--language", "de", "--topic", "sea")
        self.join("ivo@example.org", after(hours=1), "--topic", "nonsense")
        self.home.do("send", "--due", at=after(hours=1, minutes=1))
        mail, = self.mails("eva@example.org")
        self.assertEqual(mail["Content-Language"], "de")
        self.assertIn("Boats", text_of(mail))
        self.assertNotIn("Bread", text_of(mail))
        self.assertIn("Abbestellen", text_of(mail))
        self.assertEqual(self.mails("ivo@example.org"), [], "nothing for these topics")
        self.assertEqual(self.books(), (2, 2))
        self.assertEqual(text_of(self.mails("ann@example.org")[0]).count("Bread"), text_of(self.first).count("Bread"))

    def test_nobody_gets_a_post_twice_by_coming_back_or_by_two_rhythms(self):
        daily = WEEKLY.replace("weekly monday", "daily").replace('"weekly"', '"daily"')
        self.begin(LATE + LATEST + daily.replace("08:00", "07:30"))
        self.home.do("subscriber", "unsubscribe", "ann@example.org", at=after(hours=1))
        self.home.do("subscriber", "add", "ann@example.org", "--digest", "weekly", at=after(hours=2))
        self.home.do("subscriber", "confirm", "ann@example.org", at=after(hours=3))
        self.home.do("send", "--due", at=after(hours=3, minutes=1))
        self.assertEqual(len(self.mails("ann@example.org")), 1)
        self.join("kim@example.org", after(hours=4), "--digest", "daily", "--digest", "weekly")
        self.home.do("send", "--due", at=after(hours=4, minutes=1))
        texts = "".join(text_of(each) for each in self.mails("kim@example.org"))
        self.assertEqual(len(re.findall(r"town\.example/bread", texts)), len(re.findall(r"town\.example/bread", text_of(self.first))))

    def test_who_leaves_before_the_next_run_or_is_erased_gets_nothing(self):
        self.begin()
        for address in ("lea@example.org", "max@example.org"):
            self.join(address, after(hours=1))
        self.home.do("subscriber", "unsubscribe", "lea@example.org", at=after(hours=2))
        self.home.do("subscriber", "erase", "max@example.org", at=after(hours=2))
        self.home.do("send", "--due", at=after(hours=2, minutes=1))
        self.assertEqual(self.relay.to("lea@example.org") + self.relay.to("max@example.org"), [])
        self.assertEqual(self.books(), (1, 1))

    def test_a_relay_that_says_later_is_asked_again_and_the_books_still_balance(self):
        self.begin(rules=[Rule("rcpt", "451 4.3.0 busy", to="bob@example.org", times=1)])
        self.join("bob@example.org", after(hours=20))
        self.home.do("send", "--due", at=after(hours=20, minutes=1), status=75)
        self.assertEqual(self.books(), (2, 1))
        self.home.do("send", "--due", at=after(hours=22))
        self.assertEqual((len(self.mails("bob@example.org")), self.books()), (1, (2, 2)))

    def previewed(self, at):
        self.home.do("preview", "weekly#1", "--to", "preview", at=at)
        return {each.name: each.read_text(encoding="utf-8") for each in (self.home.folder / "preview").glob("*.txt")}

    def test_an_edition_that_was_compressed_meanwhile_takes_newcomers_and_keeps_its_mails(self):
        self.begin(WEEKLY + LATEST)
        before = self.previewed(after(hours=2))
        self.assertEqual(len(before), 1)
        for days in (3, 6):
            self.home.do("db", "prune", at=after(days=days))
            address = "eva%d@example.org" % days
            self.join(address, after(days=days, hours=1), "--language", "de", "--topic", "food" if days == 3 else "sea")
            self.home.do("send", "--due", at=after(days=days, hours=2))
            mail, = self.mails(address)
            self.assertEqual("Bread" in text_of(mail), days == 3)
            now = self.previewed(after(days=days, hours=3))
            self.assertEqual({name: now.get(name) for name in before}, before)
            self.assertEqual(len(now), days // 3 + 1)
        self.assertEqual(self.books(), (3, 3))

    def test_an_edition_whose_mails_are_no_longer_kept_takes_nobody(self):
        self.begin(WEEKLY + LATEST)
        self.home.do("db", "prune", at=after(days=92))
        self.join("fay@example.org", after(days=93))
        self.home.do("send", "--due", at=after(days=93, hours=1), status=69)  # the editions since then are held as late
        self.assertEqual((self.mails("fay@example.org"), self.books()), ([], (1, 1)))


if __name__ == "__main__":
    unittest.main()
