"""Languages: all words in every one, Chinese as the reader's country writes it, names, and a file of one's own."""
import datetime
import re
import tomllib
import unittest

from tidings import Article, Home, TOP, html_of, parse_mail, rss, text_of
from web import Site, path_of

UTC = datetime.timezone.utc
RUN = datetime.datetime(2026, 1, 26, 8, 5, tzinfo=UTC)
DAY = datetime.timedelta(days=1)
WORDS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in (TOP / "templates/default/strings").glob("*.toml")}
TRADITIONAL = ("zh-TW", "zh-HK", "zh-MO", "zh-Hant", "zh-Hant-HK")
SIMPLIFIED = ("zh", "zh-CN", "zh-SG", "zh-Hans", "zh-Hans-HK")


class Mails(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure()
        self.home.write("feed.xml", rss("Town", [Article("Ships in the fog", "https://town.example/1", RUN, RUN - DAY, "<p>Words.</p>")]))

    def test_no_language_lacks_a_word(self):
        done = self.home.run("template", "check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_reader_gets_the_chinese_of_the_country(self):
        for number, tag in enumerate(TRADITIONAL + SIMPLIFIED):
            self.home.do("subscriber", "add", "reader%d@example.org" % number, "--language", tag, "--confirmed", at=RUN - 8 * DAY)
        self.home.do("send", "--due", "--to-dir", "out", at=RUN)
        mails = [parse_mail(path.read_bytes()) for path in (self.home.folder / "out").glob("**/*.eml")]
        self.assertEqual(len(mails), len(TRADITIONAL + SIMPLIFIED))
        for mail in mails:
            number = int(re.search(r"\d+", mail["To"])[0])
            tag = "zh-hant" if number < len(TRADITIONAL) else "zh"
            self.assertIn(WORDS[tag]["t"]["unsubscribe_text"], text_of(mail), number)
            self.assertIn('lang="%s"' % tag, html_of(mail))
            self.assertEqual(mail["Content-Language"], tag)

    def test_each_language_is_known_by_its_own_name(self):
        for tag, words in WORDS.items():
            address = tag + "@example.org"
            self.home.do("subscriber", "add", address, "--language", words["name"])
            self.assertEqual(self.home.json("subscriber", "show", address)[0]["language"].lower(), tag)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)

    def language_of(self, **headers):
        return re.search(r'<html lang="([^"]+)" dir="([^"]+)"', self.site.ask("GET", "/subscribe", headers=headers)[1]).groups()

    def test_a_browser_gets_the_language_that_it_asks_for(self):
        for tags, want in ((TRADITIONAL, "zh-hant"), (SIMPLIFIED, "zh"), *(((tag,), tag) for tag in WORDS)):
            for tag in tags:
                self.assertEqual(self.language_of(**{"Accept-Language": tag + ",en;q=0.5"}), (want, WORDS[want]["dir"]), tag)

    def test_the_preferences_offer_every_language_by_its_own_name(self):
        self.site.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        page = self.site.ask("GET", path_of(self.site.mail("ada@example.org"), "p"))[1]
        self.assertEqual(dict(re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)<', page)), {tag: words["name"] for tag, words in WORDS.items()})


class Own(unittest.TestCase):
    def test_a_language_of_ones_own_is_on_the_pages_too(self):
        site = Site()
        self.addCleanup(site.close)
        site.stop()
        text = (TOP / "templates/default/strings/sv.toml").read_text(encoding="utf-8")
        site.home.write("templates/default/strings/da.toml", text.replace('name = "Svenska"', 'name = "Dansk"'))
        site.start()
        self.assertIn('<html lang="da"', site.ask("GET", "/subscribe", headers={"Accept-Language": "da"})[1])


if __name__ == "__main__":
    unittest.main()
