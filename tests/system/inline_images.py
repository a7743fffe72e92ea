"""Pictures that travel with the mail: [[digest]] images = "inline", with a blog on loopback that serves good and bad ones.

Python's email package reads the mails; every cid: of the HTML must be a part of the same message, octet for octet what the blog served.
"""
import http.server
import re
import threading
import unittest

from smtp_server import SmtpServer
from tidings import Home, TOP, html_of, parse_mail, text_of

AT = "2026-03-02T09:00:00+02:00"
PHOTO = (TOP / "tests/data/demo/images/ferry.jpg").read_bytes()
DOT = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
BIG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 80
ANSWERS = {"/ferry.jpg?a=1&b=2": PHOTO, "/dot.gif": DOT, "/big.png": BIG, "/page.jpg": b"<!doctype html><p>no picture",
           "/drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>'}
SHOWN = list(ANSWERS) + ["/absent.png"]


class Blog(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Blog.asked.append(self.path)
        base = "http://127.0.0.1:%d" % self.server.server_port
        body = ANSWERS.get(self.path)
        if self.path == "/feed.xml":
            body = ("<rss version='2.0'><channel><title>Harbour</title><link>%s/</link>" % base + "".join(
                "<item><title>Picture %d</title><link>%s/%d</link><pubDate>Mon, 02 Mar 2026 0%d:00:00 +0200</pubDate><description>&lt;p&gt;&lt;img src=\"%s%s\" width=\"500\" alt=\"p\"&gt;Words.&lt;/p&gt;</description></item>"
                % (n, base, n, 8 - n, base, path.replace("&", "&amp;amp;")) for n, path in enumerate(SHOWN)) + "</channel></rss>").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *unused):
        pass


def parts_of(mail):
    return {part["Content-ID"]: part for part in mail.walk() if part["Content-ID"]}


class InlineImages(unittest.TestCase):
    def setUp(self):
        Blog.asked = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blog)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = "http://127.0.0.1:%d" % self.server.server_port

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def configure(self, home, server, digest, more=""):
        source = '[[source]]\nname = "blog"\nurl = "%s/feed.xml"\nallow_private_address = true\n' % self.base
        home.configure(server.url, sources=[source + more],
                       digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n' + digest)

    def letters(self, digest, readers=2):
        """The mails of one edition, and the preview of it afterwards."""
        with Home() as home, SmtpServer() as server:
            self.configure(home, server, digest)
            for n in range(readers):
                home.do("subscriber", "add", "r%d@example.org" % n, "--confirmed", at=AT)
            self.unsealed = home.do("preview", "weekly", "--to", "out", at=AT)
            Blog.asked = []
            self.told = [home.do("send", "weekly", "--now", at=AT), home.do("preview", "weekly#1", "--to", "out", at=AT),
                         home.do("edition", "show", "weekly#1", at=AT)]
            self.page = (home.folder / "out/en.html").read_text()
            self.preview = parse_mail((home.folder / "out/en.eml").read_bytes())
            mails = [parse_mail(each.octets) for each in server.accepted]
        self.assertEqual(len(mails), readers)
        for mail in mails + [self.preview]:
            self.assertEqual([part.defects for part in mail.walk() if part.defects], [])
        return mails

    def test_good_pictures_travel_and_the_others_stay_links(self):
        for mail in self.letters('images = "inline"\nimage_limit = "20KiB"\n') + [self.preview]:
            self.assertEqual([part.get_content_type() for part in mail.walk()],
                             ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/jpeg", "image/gif"])
            parts = parts_of(mail)
            self.assertEqual([part.get_content() for part in parts.values()], [PHOTO, DOT])
            called = re.findall(r'<img[^>]* src="cid:([^"]+)"', html_of(mail))
            self.assertEqual(["<%s>" % each for each in called], list(parts))
            links = re.findall(r'<img[^>]* src="(http[^"]+)"', html_of(mail))
            self.assertEqual(links, [self.base + path for path in ("/big.png", "/page.jpg", "/drawing.svg", "/absent.png")])
            self.assertNotIn("cid:", text_of(mail))
        # looked at without the mail, the page shows the addresses
        self.assertNotIn("cid:", self.page)
        self.assertIn(self.base + "/ferry.jpg?a=1&amp;b=2", self.page)
        # each was asked for once, whatever the number of readers, and nothing when looking at the edition again
        self.assertEqual(sorted(Blog.asked), sorted(["/feed.xml"] + SHOWN))

    def test_what_stays_a_link_is_told_with_the_reason_by_send_preview_and_edition_show(self):
        self.letters('images = "inline"\nimage_limit = "20KiB"\n')
        for told in self.told:
            self.assertIn("4 pictures stay links: %s/big.png (" % self.base, told)
            for path, why in (("/page.jpg", "not a PNG, JPEG, GIF or WebP"), ("/drawing.svg", "not a PNG, JPEG, GIF or WebP"), ("/absent.png", "404")):
                self.assertRegex(told, r"%s \([^)]*%s" % (path, why))
        self.assertIn("6 pictures to be fetched when the edition is sealed", self.unsealed)
        self.letters("")
        self.assertNotIn("picture", "".join(self.told) + self.unsealed)

    def test_the_mail_stays_within_its_budget(self):
        mail = self.letters('images = "inline"\nimage_limit = "1MiB"\nimages_limit = "%dB"\n' % (len(PHOTO) + 5))[0]
        self.assertEqual([part.get_content() for part in parts_of(mail).values()], [PHOTO])

    def test_a_draft_shows_links_and_its_pictures_travel_once_it_is_approved(self):
        with Home() as home, SmtpServer() as server:
            self.configure(home, server, 'images = "inline"\nimage_limit = "20KiB"\nreview = true\n')
            config = home.folder / "config.toml"
            config.write_text(config.read_text().replace('language = "en"', 'language = "en"\neditor = "eddy@example.org"'))
            home.do("subscriber", "add", "r0@example.org", "--confirmed", at=AT)
            home.do("send", "weekly", "--now", at=AT)
            self.assertEqual(parts_of(parse_mail(server.take()[0].octets)), {})
            Blog.asked = []
            home.do("edition", "approve", "weekly#1", at=AT)
            self.assertEqual(sorted(Blog.asked), sorted(SHOWN))
            home.do("deliver", at=AT)
            mail = parse_mail(server.take()[0].octets)
            self.assertEqual([part.get_content() for part in parts_of(mail).values()], [PHOTO, DOT])
            Blog.asked = []
            self.assertEqual(home.run("edition", "approve", "weekly#1", at=AT).returncode, 77)
            self.assertEqual(Blog.asked, [])  # what cannot be approved fetches nothing

    def compose_unsent(self, at, digest="", more="", status=0):
        """What compose says of an edition for which everything is there, a week after one without posts; no picture is fetched."""
        with Home() as home, SmtpServer() as server:
            self.configure(home, server, 'images = "inline"\n' + digest)
            home.do("subscriber", "add", "r0@example.org", "--confirmed", at="2026-02-20T09:00:00+02:00")
            home.do("compose", "weekly", at="2026-02-23T09:00:00+02:00")
            self.configure(home, server, 'images = "inline"\n' + digest, more)
            home.do("collect", at=AT, status=69 if more else 0)
            Blog.asked = []
            said = home.do("compose", "weekly", at=at, status=status)
            self.assertEqual(Blog.asked, [])
        return said

    def test_an_edition_that_waits_or_is_held_fetches_nothing(self):
        gone = '[[source]]\nname = "gone"\nurl = "%s/absent.xml"\nallow_private_address = true\n' % self.base
        self.assertIn("waits, gone: ", self.compose_unsent(AT, 'on_source_error = "hold"\n', gone))
        self.assertIn("held, it was due 2026-03-02 08:00", self.compose_unsent("2026-03-05T09:00:00+02:00", status=69))

    def test_links_are_the_default(self):
        self.assertEqual(parts_of(self.letters("")[0]), {})

    def test_links_that_are_not_measured_fetch_nothing(self):
        self.assertEqual(parts_of(self.letters("measure_images = false\n")[0]), {})
        self.assertEqual(Blog.asked, ["/feed.xml"])


if __name__ == "__main__":
    unittest.main()
