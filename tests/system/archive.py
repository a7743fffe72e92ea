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
        self.assertEqual(files, ["feed.atom", "feed.el.atom", "feed.en.atom", "index.html", "sitemap.xml", "weekly/1.el.html", "weekly/1.en.html",
                                 "weekly/2.el.html", "weekly/2.en.html"])

    def test_building_it_by_hand_gives_the_same_files_and_touches_none_that_is_right(self):
        self.home.do("archive", "build", "elsewhere")
        for path in self.folder.rglob("*.*"):
            self.assertEqual(path.read_bytes(), (self.home.folder / "elsewhere" / path.relative_to(self.folder)).read_bytes(), path)
        before = {path: path.stat().st_ino for path in self.folder.rglob("*.*")}
        self.assertIn("2 editions", self.home.do("archive", "build", "public"))
        self.assertEqual(before, {path: path.stat().st_ino for path in self.folder.rglob("*.*")})

    def test_the_index_leads_to_every_page_newest_first_in_every_language(self):
        index = Links(self.read("index.html"))
        links = [each for each in index.links if each["href"].startswith("weekly/")]
        self.assertEqual([each["href"] for each in links], ["weekly/2.en.html", "weekly/2.el.html", "weekly/1.en.html", "weekly/1.el.html"])
        self.assertEqual((links[1]["hreflang"], links[1]["lang"]), ("el", "el"))
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
            self.assertIn("Text &amp; more", entry.find(ATOM + "content").text)
            self.assertNotIn("<table", entry.find(ATOM + "content").text)
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
            self.assertNotIn("https://blog.example/2026-01-12", page)  # the next issue is named, its posts are not shown

    def test_the_index_names_lead_number_day_digest_and_where_to_subscribe(self):
        index = self.read("index.html")
        for words in ("Post of 2026-01-12", "Harbour &lt;Weekly&gt;", "No. 2", "12 January 2026", '<h2>2026</h2>', "Subscribe to Harbour News",
                      '<link rel="canonical" href="https://news.example.org/archive/">', 'property="og:title"'):
            self.assertIn(words, index)
        self.assertIn("https://news.example.org", [each["href"] for each in Links(index).links])

    def test_an_edition_leads_to_index_neighbours_languages_and_sign_up(self):
        first, second = Links(self.read("weekly/1.en.html")), Links(self.read("weekly/2.el.html"))
        hrefs = [each["href"] for each in first.links]
        for href in ("../index.html", "../weekly/2.en.html", "../weekly/1.el.html", "https://news.example.org"):
            self.assertIn(href, hrefs)
        self.assertEqual([each["href"] for each in first.links if each.get("rel") == "next"], ["../weekly/2.en.html"])
        self.assertEqual([each for each in first.links if each.get("rel") == "prev"], [])
        self.assertEqual([each["href"] for each in second.links if each.get("rel") == "prev"], ["../weekly/1.el.html"])
        page = self.read("weekly/1.en.html")
        for words in ('<link rel="canonical" href="https://news.example.org/archive/weekly/1.en.html">', 'property="og:type" content="article"',
                      'hreflang="el" href="https://news.example.org/archive/weekly/1.el.html"', "All issues", "Next issue: Post of 2026-01-12"):
            self.assertIn(words, page)
        self.assertEqual((page.count("<body"), page.count("</body>"), page.count("</head>")), (1, 1, 1))

    def test_the_sitemap_names_every_page(self):
        names = [each.text for each in xml.etree.ElementTree.fromstring(self.read("sitemap.xml")).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        self.assertEqual(sorted(names), ["https://news.example.org/archive/"] + ["https://news.example.org/archive/weekly/%d.%s.html" % (n, tag)
                                                                                 for n in (1, 2) for tag in ("el", "en")])

    def test_a_feed_of_one_language_holds_only_its_pages(self):
        feed = xml.etree.ElementTree.fromstring(self.read("feed.el.atom"))
        self.assertEqual({link.get("hreflang") for entry in feed.findall(ATOM + "entry") for link in entry.findall(ATOM + "link")}, {"el"})

    def test_a_theme_has_its_own_templates_for_all_of_it(self):
        templates = self.home.folder / "templates/default/archive"
        templates.mkdir(parents=True)
        self.addCleanup(lambda: __import__("shutil").rmtree(self.home.folder / "templates"))
        for name in ("index.html", "head", "top", "end"):
            (templates / (name + ".mustache")).write_text("<!-- my %s of {{newsletter_name}} -->" % name)
        self.home.do("archive", "build", "mine")
        page = (self.home.folder / "mine/weekly/1.en.html").read_text()
        self.assertEqual((self.home.folder / "mine/index.html").read_text(), "<!-- my index.html of Harbour News -->")
        for name in ("head", "top", "end"):
            self.assertIn("<!-- my %s of Harbour News -->" % name, page)
        (templates / "top.mustache").write_text("{{no_such_name}}")
        done = self.home.run("archive", "build", "mine")
        self.assertEqual(done.returncode, 78)
        self.assertIn("default/archive/top.mustache:1:1", done.stderr)

    def test_with_epub_each_edition_is_a_book_in_a_catalogue(self):
        config = self.home.folder / "config.toml"
        before = config.read_text()
        self.addCleanup(config.write_text, before)
        config.write_text(before.replace("[archive]\n", "[archive]\nepub = true\n"))
        self.home.do("archive", "build", "books")
        catalogue = xml.etree.ElementTree.fromstring((self.home.folder / "books/opds.xml").read_bytes())
        books = [link.get("href") for entry in catalogue.findall(ATOM + "entry") for link in entry.findall(ATOM + "link")
                 if link.get("rel") == "http://opds-spec.org/acquisition/open-access"]
        self.assertEqual(sorted(books), ["weekly/%d.%s.epub" % (n, tag) for n in (1, 2) for tag in ("el", "en")])
        for book in books:
            self.assertEqual((self.home.folder / "books" / book).read_bytes()[30:58], b"mimetypeapplication/epub+zip")
        self.assertIn('href="opds.xml"', (self.home.folder / "books/index.html").read_text())


class Years(unittest.TestCase):
    """Sixty weeks: two years, three pages of the feed."""

    def test_years_and_pages_of_the_feed(self):
        with Home() as home, SmtpServer() as server:
            home.configure(server.url, digests=DIGEST)
            home.do("subscriber", "add", "ada@example.org", "--confirmed", at=MONDAYS[0] - datetime.timedelta(days=30))
            articles = []
            for week in range(60):
                monday = MONDAYS[0] + datetime.timedelta(weeks=week)
                at = monday - datetime.timedelta(days=1)
                articles = (articles + [Article("Post %d" % week, "https://blog.example/%d" % week, at, at, "<p>Text</p>")])[-5:]
                home.write("feed.xml", rss("Harbour", articles))
                home.do("collect", at=monday)
                home.do("compose", "weekly", at=monday)
            home.do("archive", "build", "public")
            folder = home.folder / "public"
            self.assertEqual((folder / "2026.html").read_text().count("<li>"), 52)
            self.assertIn('<a href="2026.html">2026</a>', (folder / "index.html").read_text())
            self.assertIn('<b aria-current="page">2027</b>', (folder / "index.html").read_text())
            self.assertEqual(sorted(each.name for each in folder.glob("feed*")), ["feed-1.atom", "feed-2.atom", "feed.atom"])
            seen, name = [], "feed.atom"
            while name:
                feed = xml.etree.ElementTree.fromstring((folder / name).read_bytes())
                seen.append((name, [entry.find(ATOM + "title").text for entry in feed.findall(ATOM + "entry")]))
                links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
                name = links.get("prev-archive", "").rpartition("/")[2]
            self.assertEqual([(each, len(entries)) for each, entries in seen], [("feed.atom", 25), ("feed-2.atom", 25), ("feed-1.atom", 25)])
            self.assertEqual(60, len({title for _, entries in seen for title in entries}))
            # An archived page that is full is not touched by the next edition.
            before = {each: each.stat().st_ino for each in folder.glob("feed-*")}
            monday = MONDAYS[0] + datetime.timedelta(weeks=60)
            home.write("feed.xml", rss("Harbour", [Article("New", "https://blog.example/new", monday, monday, "<p>Text</p>")]))
            home.do("collect", at=monday)
            home.do("compose", "weekly", at=monday)
            home.do("archive", "build", "public")
            self.assertEqual(before, {each: each.stat().st_ino for each in folder.glob("feed-*")})


if __name__ == "__main__":
    unittest.main()
