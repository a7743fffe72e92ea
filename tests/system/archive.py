"""The archive: every edition as a page in each language it was read in, an index and an Atom feed; and nobody's name in it."""
import datetime
import html.parser
import re
import unittest
import xml.etree.ElementTree

from smtp_server import SmtpServer
from tidings import Article, Home, rss

UTC = datetime.timezone.utc
ATOM = "{http://www.w3.org/2005/Atom}"
MONDAYS = [datetime.datetime(2026, 1, day, 9, 0, tzinfo=UTC) for day in (5, 12)]
READERS = {"ada.secret@example.org": ["--name", "Ada Lovelace", "--language", "en"], "elli@example.org": ["--name", "Elli Papa", "--language", "el"]}
DIGEST = ('[[digest]]\nname = "weekly"\ntitle = "Harbour <Weekly>"\nschedule = "weekly monday 08:00"\n[archive]\nurl = "https://news.example.org/archive"\n'
          '[web]\narchive = "public"\n')


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.root = [], {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.links.append(dict(attributes))
        if tag == "html":
            self.root = dict(attributes)


class Archive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.__exit__)
        with SmtpServer() as server:
            cls.home.configure(server.url, digests=DIGEST)
            for address, more in READERS.items():
                cls.home.do("subscriber", "add", address, "--confirmed", *more, at=MONDAYS[0] - datetime.timedelta(days=30))
            articles = []
            for monday in MONDAYS:
                at = monday - datetime.timedelta(days=1)
                articles.append(Article("Post of %s" % monday.date(), "https://blog.example/%s" % monday.date(), at, at, "<p>Text &amp; more</p>"))
                cls.home.write("feed.xml", rss("Harbour", articles))
                cls.home.do("send", "weekly", at=monday)
            cls.messages = len(server.accepted)
        cls.folder = cls.home.folder / "public"

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def test_a_send_keeps_the_served_folder_up_to_date(self):
        self.assertEqual(4, self.messages)
        files = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        self.assertEqual(files, ["feed.atom", "index.html", "weekly/1.el.html", "weekly/1.en.html", "weekly/2.el.html", "weekly/2.en.html"])

    def test_building_it_by_hand_gives_the_same_files_and_touches_none_that_is_right(self):
        self.home.do("archive", "build", "elsewhere")
        for path in self.folder.rglob("*.*"):
            self.assertEqual(path.read_bytes(), (self.home.folder / "elsewhere" / path.relative_to(self.folder)).read_bytes(), path)
        before = {path: path.stat().st_ino for path in self.folder.rglob("*.*")}
        self.assertIn("2 editions", self.home.do("archive", "build", "public"))
        self.assertEqual(before, {path: path.stat().st_ino for path in self.folder.rglob("*.*")})

    def test_the_index_leads_to_every_page_newest_first_in_every_language(self):
        index = Links(self.read("index.html"))
        self.assertEqual([each["href"] for each in index.links], ["weekly/2.en.html", "weekly/2.el.html", "weekly/1.en.html", "weekly/1.el.html"])
        self.assertEqual((index.links[1]["hreflang"], index.links[1]["lang"]), ("el", "el"))
        self.assertIn("Ελληνικά", self.read("index.html"))
        self.assertEqual(index.root, {"lang": "en", "dir": "ltr"})
        self.assertNotIn("<Weekly>", self.read("index.html"))

    def test_the_feed_is_atom(self):
        feed = xml.etree.ElementTree.fromstring(self.read("feed.atom"))
        self.assertEqual(feed.tag, ATOM + "feed")
        for name in ("id", "title", "updated", "author"):
            self.assertEqual(1, len(feed.findall(ATOM + name)), name)
        entries = feed.findall(ATOM + "entry")
        self.assertEqual(2, len(entries))
        self.assertEqual(2, len({entry.find(ATOM + "id").text for entry in entries}))
        self.assertEqual(max(entry.find(ATOM + "updated").text for entry in entries), feed.find(ATOM + "updated").text)
        for entry in entries:
            self.assertIn("Harbour <Weekly>", entry.find(ATOM + "title").text)
            links = [link.attrib for link in entry.findall(ATOM + "link")]
            self.assertEqual({"en", "el"}, {link["hreflang"] for link in links})
            for link in links:
                self.assertTrue((self.folder / link["href"].removeprefix("https://news.example.org/archive/")).is_file(), link)
        # Our own reader of feeds takes it too.
        told = self.home.do("feed", "parse", "public/feed.atom")
        self.assertIn('"format":"atom"', told)
        self.assertEqual(2, told.count('"link":"https://news.example.org/archive/weekly/'))

    def test_nothing_in_it_belongs_to_a_reader(self):
        for path in self.folder.rglob("*.*"):
            text = path.read_text(encoding="utf-8")
            for word in ("ada.secret", "Ada", "Lovelace", "elli", "Papa", "@example.org", "\x02", "\x03"):
                self.assertNotIn(word, text, path)
            self.assertIsNone(re.search(r"example\.org/[up]/", text), path)

    def test_pages_say_their_language_and_show_their_posts(self):
        for tag in ("en", "el"):
            page = self.read("weekly/1.%s.html" % tag)
            self.assertEqual(Links(page).root["lang"], tag)
            self.assertIn("Post of 2026-01-05", page)
            self.assertNotIn("Post of 2026-01-12", page)


if __name__ == "__main__":
    unittest.main()
