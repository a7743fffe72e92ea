"""One edition in many forms: "edition export" writes a book, paper and text from what was sealed, whatever became of posts and templates since."""
import base64
import datetime
import hashlib
import http.server
import re
import shutil
import subprocess
import threading
import unittest
import xml.etree.ElementTree
import zipfile

from smtp_server import SmtpServer
from tidings import Article, Home, rss

UTC = datetime.timezone.utc
MONDAY = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFUlEQVR4nGP8z8DAwMDAxAADCAYABgEBAfMQ4KcAAAAASUVORK5CYII=")
XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
HARD = ('<p>Some <b>bold <i>and</i></b> text &amp; <a href="https://x.example/a b?c=[1]|2#d#e">a link</a> <img src="BASE/one.png" alt="A quay"></p>'
        '<ul><li>First<ul><li>Inner</li></ul></li><li><p>Second</p><p>More</p></li></ul><ol start="3"><li>Three</li></ol>'
        '<blockquote>Said</blockquote><pre>a  = 1\n```\nb</pre><table><caption>Fish</caption><tr><th>Name</th><th>Price | kilo</th></tr><tr><td>Cod</td><td>4</td></tr></table>'
        '<dl><dt>Term</dt><dd>Meaning<p>and more</p></dd></dl><center><font color="red">Centred</font></center><b><p>Bold block</p></b>'
        '<a href="https://y.example/"><div>Block link</div></a><figure><img src="BASE/lost.png" alt="Lost"><figcaption>Cap</figcaption></figure>'
        '<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><p># no heading</p><p>1. no list</p><p>=> no link</p><time datetime="x">then</time><hr>'
        '<bdo>plain</bdo><abbr title="a &quot;b&quot;">ab</abbr><p dir="rtl" lang="ar">مرحبا</p><p lang="x!">odd</p><h2>Inner heading</h2><p>End</p>')


class Site(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Site.asked.append(self.path)
        self.send_response(200 if self.path == "/one.png" else 404)
        self.end_headers()
        self.wfile.write(PNG if self.path == "/one.png" else b"no")

    def log_message(self, *unused):
        pass


def posts(base, rtl=False):
    at = MONDAY - datetime.timedelta(hours=20)
    if rtl:
        return [Article("خبر %d" % n, "%s/%d" % (base, n), at, at, "<p>نص الخبر رقم %d</p>" % n) for n in (1, 2)]
    return [Article("Harbour <opens> & more", base + "/1", at, at, HARD.replace("BASE", base)),
            Article("", base + "/2", at, at, "<p>A post without a title</p>"),
            Article("Third_post *stars*", base + "/3", at - datetime.timedelta(days=1), at, "<p>Short</p>")]


class Exporting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=cls.site.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.site.server_close)
        cls.addClassCleanup(cls.site.shutdown)
        cls.base = "http://127.0.0.1:%d" % cls.site.server_port

    def sealed(self, digest="", language="en", rtl=False):
        home = Home()
        self.addCleanup(home.__exit__)
        with SmtpServer() as server:
            source = '[[source]]\nname = "blog"\nurl = "file:feed.xml"\nallow_private_address = true\n'
            home.configure(server.url, sources=(source,),
                           digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\ncontent = "full"\n' + digest)
            config = home.folder / "config.toml"
            config.write_text(config.read_text().replace('language = "en"', 'language = "%s"' % language))
            home.do("subscriber", "add", "ada@example.org", "--name", "Ada Secret", "--confirmed", at=MONDAY - datetime.timedelta(days=30))
            home.write("feed.xml", rss("Harbour Blog", posts(self.base, rtl)))
            home.do("send", "weekly", at=MONDAY)
        return home

    def book(self, home, *more):
        home.do("edition", "export", "weekly#1", "--epub", "out.epub", *more)
        return zipfile.ZipFile(home.folder / "out.epub")

    def check_epub(self, home):
        if not (shutil.which("epubcheck") and shutil.which("java")):
            self.skipTest("epubcheck is not installed")
        done = subprocess.run(["java", "-jar", shutil.which("epubcheck"), str(home.folder / "out.epub")], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("0 errors", done.stdout)

    def test_epubcheck_finds_no_error_in_any_theme(self):
        if not (shutil.which("epubcheck") and shutil.which("java")):
            self.skipTest("epubcheck is not installed")
        for theme in ("default", "magazine", "compact", "plain"):
            with self.subTest(theme=theme):
                home = self.sealed('theme = "%s"\n' % theme)
                self.book(home)
                self.check_epub(home)

    def test_a_book_has_a_chapter_a_post_a_contents_list_and_its_pictures(self):
        home = self.sealed()
        book = self.book(home)
        names = book.namelist()
        self.assertEqual(names[0], "mimetype")
        self.assertEqual((book.infolist()[0].compress_type, book.infolist()[0].extra), (zipfile.ZIP_STORED, b""))
        self.assertEqual(book.read("mimetype"), b"application/epub+zip")
        self.assertEqual([book.read(name) for name in names if "/images/" in name], [PNG])
        nav = xml.etree.ElementTree.fromstring(book.read("EPUB/nav.xhtml"))
        titles = [link.text for link in nav.iter(XHTML + "a")]
        for title in ("Harbour <opens> & more", "A post without a title", "Third_post *stars*"):
            self.assertIn(title, titles)
        for link in nav.iter(XHTML + "a"):
            self.assertIn("EPUB/" + link.get("href"), names)
        text = "".join(book.read(name).decode() for name in names if name.endswith(".xhtml"))
        self.assertIn("Some <b>bold <i>and</i></b> text", text)
        for word in ("Unsubscribe", "unsubscribe", "Ada", "style=", "<script", "Contents"):
            self.assertNotIn(word, text)
        # A picture that cannot be had is its description and a link, and is told.
        self.assertIn('<a href="%s/lost.png">[Lost]</a>' % self.base, text)
        done = home.run("edition", "export", "weekly#1", "--epub", "again.epub")
        self.assertEqual(done.returncode, 0)
        self.assertIn("picture left out: %s/lost.png" % self.base, done.stderr)

    def test_the_same_edition_is_the_same_bytes_whatever_became_of_its_posts(self):
        home = self.sealed()
        self.book(home)
        first = (home.folder / "out.epub").read_bytes()
        home.write("feed.xml", rss("Harbour Blog", [Article("Changed", self.base + "/1", MONDAY, MONDAY, "<p>Changed</p>")]))
        home.do("collect", at=MONDAY + datetime.timedelta(hours=1))
        home.environment["TZ"] = "Asia/Tokyo"
        self.book(home)
        self.assertEqual(hashlib.sha256(first).hexdigest(), hashlib.sha256((home.folder / "out.epub").read_bytes()).hexdigest())

    def test_right_to_left_pages_turn_right_to_left(self):
        home = self.sealed(language="ar", rtl=True)
        book = self.book(home)
        package = xml.etree.ElementTree.fromstring(book.read("EPUB/package.opf"))
        self.assertEqual(package.find(OPF + "spine").get("page-progression-direction"), "rtl")
        self.assertEqual(package.find(".//{http://purl.org/dc/elements/1.1/}language").text, "ar")
        root = xml.etree.ElementTree.fromstring(book.read("EPUB/000.xhtml"))
        self.assertEqual((root.get("dir"), root.get("lang")), ("rtl", "ar"))
        self.check_epub(home)

    def test_a_digest_without_archive_is_exported_as_most_readers_got_it(self):
        home = self.sealed("archive = false\n")
        book = self.book(home)
        text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml"))
        self.assertIn("Some <b>bold", text)
        for word in ("nsubscribe", "Ada", "\x02"):
            self.assertNotIn(word, text)

    def test_markdown_renders_as_the_text_it_was(self):
        home = self.sealed()
        said = home.do("edition", "export", "weekly#1", "--markdown", "-")
        for line in ("Some **bold *and*** text \\& [a link](https://x.example/a%20b?c=%5B1%5D%7C2#d%23e) ![A quay](" + self.base + "/one.png)",
                     "- First", "  - Inner", "3. Three", "> Said", "````", "| Name | Price \\| kilo |", "| --- | --- |", "\\# no heading", "1\\. no list",
                     "Bold block", "#### Inner heading"):
            self.assertIn(line, said.splitlines(), said)
        self.assertRegex(said, r"(?m)^#{2,3} \[Third\\_post \\\*stars\\\*\]\(")
        self.assertRegex(said, r"(?m)^#{2,3} \[Harbour \\<opens> \\& more\]\(")

    def test_gemtext_has_a_line_a_paragraph_and_links_below(self):
        home = self.sealed()
        home.do("edition", "export", "weekly#1", "--gemtext", "out.gmi")
        lines = (home.folder / "out.gmi").read_text().splitlines()
        for line in ("### Harbour <opens> & more" if "### Harbour <opens> & more" in lines else "## Harbour <opens> & more",
                     "=> https://x.example/a%20b?c=%5B1%5D%7C2#d%23e a link", "* First Inner", "* 3. Three", "> Said", "\u200b=> no link"):
            self.assertIn(line, lines)
        self.assertEqual(lines.count("```") % 2, 0)

    def test_pdf_by_chromium_has_the_posts_on_a4(self):
        if not shutil.which("chromium"):
            self.skipTest("chromium is not installed")
        home = self.sealed()
        home.do("edition", "export", "weekly#1", "--pdf", "out.pdf")
        pdf = (home.folder / "out.pdf").read_bytes()
        self.assertTrue(pdf.startswith(b"%PDF-"))
        box = re.search(rb"/MediaBox ?\[ ?0 0 ([0-9.]+) ([0-9.]+)", pdf)
        self.assertEqual((round(float(box[1])), round(float(box[2]))), (595, 842))

    def test_without_a_program_that_prints_the_error_says_what_to_install(self):
        home = self.sealed()
        home.environment["PATH"] = str(home.folder)
        done = home.run("edition", "export", "weekly#1", "--pdf", "out.pdf")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertEqual(len([line for line in done.stderr.splitlines() if "picture left out" not in line]), 1)
        self.assertIn("weasyprint", done.stderr)

    def test_wrong_words(self):
        home = self.sealed()
        for arguments, status, words in ((["weekly#1"], 64, "--epub FILE"), (["weekly#9", "--epub", "x"], 66, "weekly#9"),
                                         (["weekly#1", "--epub", "x", "--language", "fr"], 66, "it has one in en"),
                                         (["weekly#1", "--markdown", "/proc/none/x"], 73, "/proc/none")):
            done = home.run("edition", "export", *arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
