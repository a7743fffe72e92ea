"""Feeds behind a login and through a proxy: what proves who we are goes to the source's own host only."""
import base64
import http.server
import threading
import unittest

from tidings import Article, Home, rss

AT = "2026-01-26T08:05:00+02:00"
FEED = rss("Secret", [Article("For members", "https://club.example/1", None, None, "<p>Text</p>")])


class Server:
    """Answers /feed, sends /away elsewhere, and remembers the headers of each request. As a proxy it answers for every host."""

    def __init__(self):
        self.asked = []
        self.leads_to = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                to = outer.leads_to.get(self.path)
                if to:
                    self.send_response(to[0])
                    self.send_header("Location", to[1])
                    self.end_headers()
                    return
                body = FEED.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Logins(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.site, self.other = Server(), Server()
        self.addCleanup(self.site.close)
        self.addCleanup(self.other.close)

    def secret(self, name, text):
        self.home.write(name, text).chmod(0o600)

    def collect(self, settings, path="/feed", url=None, status=0):
        self.home.configure(sources=['[[source]]\nname = "club"\nurl = "%s"\nallow_private_address = true\n%s' % (url or "http://127.0.0.1:%d%s" % (self.site.port, path), settings)])
        done = self.home.run("collect", "club", at=AT)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def headers(self, server, path):
        return {name.lower(): value for name, value in next(headers for asked, headers in server.asked if asked == path).items()}

    BASIC = 'username = "ada"\npassword_file = "pw"\n'
    HEADER = 'header = "X-Api-Key"\nheader_value_file = "key"\n'

    def test_basic(self):
        self.secret("pw", "geheim:1\n")
        self.collect(self.BASIC)
        self.assertEqual(self.headers(self.site, "/feed")["authorization"], "Basic " + base64.b64encode(b"ada:geheim:1").decode())
        self.assertEqual([each["title"] for each in self.home.json("post", "list", at=AT)], ["For members"])

    def test_bearer_from_a_variable_and_a_header_from_a_command(self):
        self.home.environment["CLUB_TOKEN"] = "t0ken"
        self.collect('bearer_env = "CLUB_TOKEN"\nheader = "X-Api-Key"\nheader_value_command = "echo k3y"\n')
        asked = self.headers(self.site, "/feed")
        self.assertEqual((asked["authorization"], asked["x-api-key"]), ("Bearer t0ken", "k3y"))

    def test_a_redirect_to_another_host_gets_nothing(self):
        for status in (301, 302, 307):
            with self.subTest(status), Home() as self.home:
                self.secret("pw", "geheim")
                self.secret("key", "k3y")
                self.site.leads_to = {"/away": (status, "http://localhost:%d/feed" % self.other.port)}
                self.site.asked.clear()
                self.other.asked.clear()
                self.collect(self.BASIC + self.HEADER, "/away")
                self.assertIn("authorization", self.headers(self.site, "/away"))
                asked = self.headers(self.other, "/feed")
                self.assertNotIn("authorization", asked)
                self.assertNotIn("x-api-key", asked)
                # Where a permanent redirect led is another's still.
                self.other.asked.clear()
                self.collect(self.BASIC + self.HEADER, "/away")
                self.assertNotIn("authorization", self.headers(self.other, "/feed"))

    def test_another_port_is_another_host(self):
        self.secret("key", "k3y")
        self.site.leads_to = {"/away": (302, "http://127.0.0.1:%d/feed" % self.other.port)}
        self.collect(self.HEADER, "/away")
        self.assertNotIn("x-api-key", self.headers(self.other, "/feed"))

    def test_a_redirect_within_the_host_keeps_it(self):
        self.secret("pw", "geheim")
        self.secret("key", "k3y")
        self.site.leads_to = {"/away": (302, "/feed")}
        self.collect(self.BASIC + self.HEADER, "/away")
        asked = self.headers(self.site, "/feed")
        self.assertIn("authorization", asked)
        self.assertEqual(asked["x-api-key"], "k3y")

    def test_a_circle_ends(self):
        self.secret("key", "k3y")
        self.site.leads_to = {"/away": (302, "/away")}
        self.assertIn("more than 5 redirects", self.collect(self.HEADER, "/away", status=69))

    def test_a_secret_that_cannot_be_read_is_told_and_other_sources_go_on(self):
        self.assertIn('source "club": password', self.collect(self.BASIC, status=69))
        self.assertEqual(self.site.asked, [])
        self.secret("pw", "x")
        (self.home.folder / "pw").chmod(0o644)
        self.assertIn("pw", self.collect(self.BASIC, status=69))
        self.assertEqual(self.site.asked, [])

    def test_secrets_are_masked(self):
        self.home.environment["CLUB_TOKEN"] = "t0ken"
        self.secret("pw", "geheim")
        self.collect(self.BASIC)
        shown = self.home.do("config", "show")
        self.assertIn("pw", shown)
        self.assertNotIn("geheim", shown)

    def test_a_proxy_is_asked_in_the_source_s_place(self):
        self.collect('proxy = "http://127.0.0.1:%d"\n' % self.other.port, url="http://club.example/feed")
        self.assertEqual(self.other.asked[0][0], "http://club.example/feed")
        self.assertEqual(self.site.asked, [])

    def test_a_proxy_is_no_way_to_a_private_address(self):
        self.home.configure(sources=['[[source]]\nname = "club"\nurl = "http://192.168.0.1/feed"\nproxy = "http://127.0.0.1:%d"\n' % self.other.port])
        self.assertIn("not a public address", self.home.run("collect", "club", at=AT).stderr)
        self.other.leads_to = {"http://club.example/feed": (302, "http://10.0.0.1/x")}
        self.home.configure(sources=['[[source]]\nname = "club"\nurl = "http://club.example/feed"\nproxy = "http://127.0.0.1:%d"\n' % self.other.port])
        self.assertIn("not a public address", self.home.run("collect", "club", at=AT).stderr)
        self.assertEqual([path for path, _ in self.other.asked], ["http://club.example/feed"])

    def test_mistakes_are_told_with_their_place(self):
        for settings, words in (('username = "ada"\n', "a login needs username and password"), ('password_file = "pw"\n', "a login needs username and password"),
                                ('header = "X-Key"\n', "a header needs its name and its value"), ('header = "Host"\nheader_value_file = "k"\n', '"Host" is not a header for this'),
                                ('header = "X: y"\nheader_value_file = "k"\n', "is not a header for this"), ('proxy = "ftp://x"\n', '"ftp://x" is not a proxy'),
                                ('proxy = "http://a:b@c"\n', "is not a proxy"), ('username = "a"\npassword_file = "p"\nbearer_file = "b"\n', "a source has one login")):
            with self.subTest(settings):
                self.home.configure(sources=['[[source]]\nname = "club"\nurl = "https://club.example/"\n' + settings])
                done = self.home.run("config", "check")
                self.assertEqual(done.returncode, 78)
                self.assertIn(words, done.stderr)


class Interval(unittest.TestCase):
    def test_a_source_is_read_when_its_interval_has_passed(self):
        site = Server()
        self.addCleanup(site.close)
        with Home() as home:
            home.configure(sources=['[[source]]\nname = "club"\nurl = "http://127.0.0.1:%d/feed"\nallow_private_address = true\ninterval = "6h"\n' % site.port])
            for hour, asked in ((6, 1), (7, 1), (11, 1), (12, 2), (13, 2), (18, 3)):
                home.do("collect", at="2026-01-26T%02d:00:00+02:00" % hour)
                self.assertEqual(len(site.asked), asked, hour)
            home.do("collect", "club", at="2026-01-26T19:00:00+02:00")  # by name it is read at once
            self.assertEqual(len(site.asked), 4)


if __name__ == "__main__":
    unittest.main()
