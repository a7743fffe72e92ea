"""What a digest says of its mails: who they are from and who gets answers, when they expire, how long posts take to read, what links tell
the publisher's statistics, and where those subscribe whom a reader forwards the mail to."""
import datetime
import email
import email.policy
import email.utils
import pathlib
import unittest

import dkim

from tidings import Article, Home, WEEKLY, rss

MONDAY = datetime.datetime.fromisoformat("2026-01-05T08:00:00+02:00")
HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR
KITCHEN = '[[digest]]\nname = "kitchen"\nschedule = "weekly monday 08:00"\n'
DKIM = '[dkim]\nselector = "news1"\nkey_file = "dkim.pem"\n'


class DigestMail(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.write("feed.xml", rss("Town", [
            Article("Bread", "https://town.example/bread?from=feed#price", MONDAY - HOUR, MONDAY - HOUR, "<p>" + "Bread is cheap. " * 300 + "</p>"),
            Article("Milk", "https://town.example/milk", MONDAY - 2 * HOUR, MONDAY - 2 * HOUR, "<p>Milk is dear.</p>")]))

    def mails(self, digests, more="", readers=("ann@example.org",)):
        """Each digest's first mail, by the digest's name."""
        self.home.configure("drop:out", digests=digests, more_smtp=more)
        for reader in readers:
            self.home.do("subscriber", "add", reader, "--confirmed", at=MONDAY)
        self.home.do("send", "--due", at=MONDAY)
        mails = {}
        for file in sorted((self.home.folder / "out").glob("*.eml")):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            mails.setdefault(mail["List-Id"].split("<")[1].split(".")[0], mail)
        return mails

    def parts(self, mail):
        return [mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]

    def test_each_digest_has_its_own_sender_and_the_newsletters_message_ids(self):
        mails = self.mails(WEEKLY + KITCHEN + 'from = "Küche <food@kitchen.example.org>"\nreply_to = "cook@kitchen.example.org"\n')
        self.assertEqual("Harbour News <news@example.org>", mails["weekly"]["From"])
        self.assertEqual("Küche <food@kitchen.example.org>", mails["kitchen"]["From"])
        self.assertEqual("cook@kitchen.example.org", mails["kitchen"]["Reply-To"])
        self.assertIsNone(mails["weekly"]["Reply-To"])
        for mail in mails.values():
            self.assertTrue(mail["Message-ID"].endswith("@example.org>"), mail["Message-ID"])

    def test_a_sender_that_the_key_may_not_sign_for_is_a_mistake(self):
        self.home.do("init", "keys")
        (self.home.folder / "keys/dkim.pem").rename(self.home.folder / "dkim.pem")
        self.home.configure("drop:out", digests=KITCHEN + 'from = "food@kitchen.example.org"\n', more_smtp=DKIM)
        self.home.do("config", "check")
        self.home.configure("drop:out", digests=KITCHEN + 'from = "food@elsewhere.example"\n', more_smtp=DKIM)
        done = self.home.run("config", "check")
        self.assertEqual(78, done.returncode)
        self.assertIn("does not align with the From domain elsewhere.example of digest kitchen", done.stderr)

    def test_a_sender_is_an_address_as_everybody_can_answer(self):
        for line, words in (('from = "nobody"', "nobody"), ('from = "jörg@example.org"', "outside ASCII"), ('reply_to = "a b@x"', "a b@x")):
            self.home.configure("drop:out", digests=KITCHEN + line + "\n")
            done = self.home.run("config", "check")
            self.assertEqual(78, done.returncode, line)
            self.assertIn(words, done.stderr)

    def test_mail_expires_a_while_after_its_schedule_and_the_signature_covers_it(self):
        self.home.do("init", "keys")
        (self.home.folder / "keys/dkim.pem").rename(self.home.folder / "dkim.pem")
        mail = self.mails(WEEKLY + 'expires = "7d"\n', DKIM)["weekly"]
        self.assertEqual(MONDAY + 7 * DAY, email.utils.parsedate_to_datetime(mail["Expires"]))
        self.assertEqual("Mon, 12 Jan 2026 08:00:00 +0200", mail["Expires"])
        raw = next((self.home.folder / "out").glob("*.eml")).read_bytes()
        signature = dkim.DKIM(raw[raw.index(b"DKIM-Signature"):])
        record = self.home.do("dkim", "record").split('"')
        txt = "".join(record[1::2]).encode()
        self.assertTrue(signature.verify(dnsfunc=lambda *unused, **more: txt))
        self.assertIn(b"expires", [name.lower() for name in signature.signed_headers and dict(signature.signed_headers)])

    def test_an_expiry_of_minutes_is_a_mistake(self):
        self.home.configure("drop:out", digests=WEEKLY + 'expires = "5m"\n')
        done = self.home.run("config", "check")
        self.assertEqual(78, done.returncode)
        self.assertIn("expires is less than an hour", done.stderr)

    def test_whoever_gets_it_forwarded_finds_the_sign_up(self):
        for part in self.parts(self.mails(WEEKLY)["weekly"]):
            self.assertIn("Was this forwarded to you?", part)
            self.assertIn("https://news.example.org/subscribe", part)

    def test_without_a_sign_up_page_or_by_wish_there_is_no_such_line(self):
        for part in self.parts(self.mails(WEEKLY + "forwarded = false\n")["weekly"]):
            self.assertNotIn("forwarded", part)

    def test_posts_say_how_long_the_whole_of_them_takes(self):
        text, page = self.parts(self.mails(WEEKLY + "reading_time = true\n")["weekly"])
        self.assertRegex(text, r"Bread\n-----\n4\u00a0min\n")
        self.assertRegex(text, r"Milk\n----\n1\u00a0min\n")
        self.assertIn("4\u00a0min", page)

    def test_links_to_posts_tell_the_statistics_where_readers_come_from(self):
        text, page = self.parts(self.mails(WEEKLY + 'campaign = "utm"\n')["weekly"])
        tail = "utm_source=Harbour%20News&utm_medium=email&utm_campaign=weekly-1"
        self.assertIn("https://town.example/bread?from=feed&" + tail + "#price", text)
        self.assertIn("https://town.example/milk?" + tail + "\n", text)
        self.assertIn("https://town.example/milk?" + tail.replace("&", "&amp;"), page)
        self.assertNotIn("utm_", [line for line in text.splitlines() if "news.example.org" in line][0])

    def test_the_archive_and_the_default_know_no_campaign(self):
        for wish in ("", 'campaign = "utm"\n'):
            with self.subTest(wish):
                self.setUp()
                self.mails(WEEKLY + wish, '[archive]\nurl = "https://news.example.org/archive"\n')
                self.home.do("archive", "build", "site", at=MONDAY)
                pages = "".join(each.read_text() for each in pathlib.Path(self.home.folder / "site").rglob("*.html"))
                self.assertIn("https://town.example/milk", pages)
                self.assertNotIn("utm_", pages)


if __name__ == "__main__":
    unittest.main()
