"""Pictures of unknown size are measured when an edition first shows them: [[digest]] measure_images.

Pillow makes the pictures; a blog on loopback serves them and notes what is asked.
"""
import http.server
import io
import re
import threading
import unittest

from PIL import Image

from smtp_server import SmtpServer
from tidings import Home, html_of, parse_mail, text_of

AT = "2026-03-02T09:00:00+02:00"


def picture(kind, size, **more):
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture("JPEG", (600, 400), exif=exif)


ANSWERS = {"/photo.jpg": picture("JPEG", (1200, 800), quality=95), "/progressive.jpg": picture("JPEG", (900, 300), progressive=True), "/portrait.jpg": turned(),
           "/chart.png": picture("PNG", (800, 1000)), "/moving.gif": picture("GIF", (300, 200)), "/modern.webp": picture("WEBP", (640, 640)),
           "/exact.webp": picture("WEBP", (321, 123), lossless=True), "/page.jpg": b"<!doctype html><p>no picture", "/absent.png": None}
SHOWN = {"/photo.jpg": (520, 346), "/progressive.jpg": (520, 173), "/portrait.jpg": (266, 400), "/chart.png": (320, 400), "/moving.gif": (300, 200),
         "/modern.webp": (400, 400), "/exact.webp": (321, 123)}


class Blog(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        blog = self.server
        base = "http://127.0.0.1:%d" % blog.server_port
        body = ANSWERS.get(self.path)
        if self.path == "/feed.xml":
            body = ("<rss version='2.0'><channel><title>Harbour</title><link>%s/</link>" % base + "".join(
                "<item><title>Picture %d</title><link>%s/%d</link><pubDate>Mon, 02 Mar 2026 0%d:%02d:00 +0200</pubDate>"
                "<enclosure url='%s%s' type='image/jpeg' length='1'/><description>Words about boats number %d.</description></item>"
                % (n, base, n, n // 60, n, base, path, n * 7919) for n, path in enumerate(blog.paths)) + "</channel></rss>").encode()
        else:
            blog.asked.append((self.path, self.headers["Range"]))
        asked = re.fullmatch(r"bytes=0-(\d+)", self.headers["Range"] or "")
        part = body is not None and asked is not None and blog.knows_ranges
        self.send_response(404 if body is None else 206 if part else 200)
        body = body or b""
        if part:
            self.send_header("Content-Range", "bytes 0-%d/%d" % (min(len(body), int(asked[1]) + 1) - 1, len(body)))
            body = body[:int(asked[1]) + 1]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        blog.sent += len(body)
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *unused):
        pass


class PictureSizes(unittest.TestCase):
    def setUp(self):
        self.blog = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blog)
        self.blog.asked, self.blog.sent, self.blog.paths, self.blog.knows_ranges = [], 0, list(ANSWERS), True
        threading.Thread(target=self.blog.serve_forever, daemon=True).start()
        self.addCleanup(self.blog.server_close)
        self.addCleanup(self.blog.shutdown)
        self.home = self.enterContext(Home())
        self.server = self.enterContext(SmtpServer())

    def configure(self, digest="", source="allow_private_address = true\n"):
        # A theme that says what it knows of each picture; in ours some are small squares.
        self.home.write("templates/mine/digest.text.mustache", "{{#groups}}{{#posts}}{{{image_url}}} {{#has_image_size}}{{image_width}}x{{image_height}}{{/has_image_size}}\n"
                        "{{/posts}}{{/groups}}{{{unsubscribe_url}}}\n")
        self.home.configure(self.server.url, sources=['[[source]]\nname = "blog"\nurl = "http://127.0.0.1:%d/feed.xml"\n%s' % (self.blog.server_port, source)],
                            digests='[[digest]]\nname = "daily"\nschedule = "daily 08:00"\ntheme = "mine"\n' + digest)

    def send(self, at=AT):
        if not (self.home.folder / "subscribers/tidings.db").exists():
            self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=at)
        self.home.do("send", "daily", "--now", at=at)
        return self.shown()

    def shown(self):
        text = text_of(parse_mail(self.server.accepted[-1].octets))
        found = re.findall(r"http://127\.0\.0\.1:\d+(/\S+) (?:(\d+)x(\d+))?", text)
        return {path: (int(width), int(height)) if width else None for path, width, height in found}

    def test_each_kind_is_shown_with_its_size_and_asked_for_its_head_alone(self):
        self.configure()
        found = self.send()
        self.assertEqual({path: size for path, size in found.items() if size}, SHOWN)
        self.assertEqual({path for path, size in found.items() if not size}, {"/page.jpg", "/absent.png"})
        self.assertEqual(sorted(path for path, _ in self.blog.asked), sorted(ANSWERS))
        self.assertEqual({asked for _, asked in self.blog.asked}, {"bytes=0-131071"})

    def test_no_picture_is_asked_for_twice(self):
        self.configure("max_posts = 3\n")
        self.send()
        first = [path for path, _ in self.blog.asked]
        self.assertEqual(len(first), 3)
        self.home.do("preview", "daily#1", "--to", "out", at=AT)
        self.blog.asked.clear()
        self.send("2026-03-03T09:00:00+02:00")
        self.assertEqual(set(first) & {path for path, _ in self.blog.asked}, set())

    def test_a_host_that_knows_no_ranges_is_cut_off(self):
        big = picture("PNG", (1600, 1600))
        self.assertGreater(len(big), 2_000_000)
        ANSWERS["/big.png"] = big
        self.addCleanup(ANSWERS.pop, "/big.png")
        self.blog.paths, self.blog.knows_ranges = ["/big.png"], False
        self.configure()
        self.assertEqual(self.send(), {"/big.png": (400, 400)})

    def test_the_lead_of_the_program_s_own_theme_says_its_size(self):
        self.blog.paths = ["/portrait.jpg"]
        self.home.configure(self.server.url, sources=['[[source]]\nname = "blog"\nurl = "http://127.0.0.1:%d/feed.xml"\nallow_private_address = true\n' % self.blog.server_port],
                            digests='[[digest]]\nname = "daily"\nschedule = "daily 08:00"\n')
        self.send()
        html = html_of(parse_mail(self.server.accepted[-1].octets))
        self.assertRegex(html, r'<img [^>]*src="http://127\.0\.0\.1:\d+/portrait\.jpg"[^>]* width="266" height="400"')

    def test_the_key_says_no(self):
        self.configure("measure_images = false\n")
        self.assertEqual(set(self.send().values()), {None})
        self.assertEqual(self.blog.asked, [])

    def test_a_private_host_is_not_asked_unless_the_sources_may(self):
        self.home.write("feed.xml", "<rss version='2.0'><channel><title>Harbour</title><link>https://town.example/</link><item><title>Boat</title><link>https://town.example/1</link>"
                        "<pubDate>Mon, 02 Mar 2026 01:00:00 +0200</pubDate><enclosure url='http://127.0.0.1:%d/photo.jpg' type='image/jpeg' length='1'/>"
                        "<description>Words.</description></item></channel></rss>" % self.blog.server_port)
        self.configure()
        self.home.configure(self.server.url, sources=["feed.xml"], digests='[[digest]]\nname = "daily"\nschedule = "daily 08:00"\ntheme = "mine"\n')
        self.assertEqual(self.send(), {"/photo.jpg": None})
        self.assertEqual(self.blog.asked, [])

    def test_a_draft_is_measured_and_so_is_what_its_editor_brings_in(self):
        self.configure("review = true\nmax_posts = 2\n")
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=AT)
        self.home.do("send", "daily", "--now", at=AT)
        self.assertEqual(len(self.blog.asked), 2)
        self.home.do("edition", "approve", "daily#1", at=AT)
        self.assertEqual(len(self.blog.asked), 2)

    def test_an_answer_of_yesterday_that_was_none_is_asked_for_again(self):
        self.blog.paths = ["/absent.png"]
        self.configure()
        self.assertEqual(self.send(), {"/absent.png": None})
        ANSWERS["/absent.png"] = picture("PNG", (200, 100))
        self.addCleanup(ANSWERS.__setitem__, "/absent.png", None)
        self.blog.paths.append("/absent.png")  # another post with the same picture
        self.assertEqual(self.send("2026-03-02T20:00:00+02:00"), {"/absent.png": None})
        self.blog.paths.append("/absent.png")
        self.assertEqual(self.send("2026-03-04T09:00:00+02:00"), {"/absent.png": (200, 100)})


if __name__ == "__main__":
    unittest.main()
