"""Front pages without a feed and without configuration: what a person reads off them is what tidings reads, or it refuses.

tests/data/pages holds pages as towns, departments and clubs have them, each with its posts; a local server shows them at their paths.
"""
import http.server
import json
import pathlib
import threading
import unittest
import urllib.parse

from tidings import Home, TOP

AT = "2026-03-15T09:00:00+02:00"
PAGES = sorted((TOP / "tests/data/pages").glob("*.html"))


class Site(http.server.BaseHTTPRequestHandler):
    page = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(Site.page)

    def log_message(self, *unused):
        pass


def expected(page: pathlib.Path):
    """The path of the page, and its posts as (day, path of the link, title); None if it must be refused."""
    lines = page.with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    base = lines[0].removeprefix("# ")
    if lines[1] == "refused":
        return base, None
    return base, [tuple(line.split("\t")) for line in lines[1:]]


class Pages(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = "http://127.0.0.1:%d" % self.server.server_port

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def read(self, page, base):
        """What collect finds on the page; None and its words if nothing."""
        Site.page = page.read_bytes()
        path = urllib.parse.urlsplit(base)
        url = self.host + path.path + ("?" + path.query if path.query else "")
        with Home() as home:
            home.configure("smtp://127.0.0.1:9", sources=['[[source]]\nname = "p"\nkind = "page"\nurl = "%s"\nallow_private_address = true\n' % url],
                           digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n')
            result = home.run("collect", at=AT)
            if result.returncode != 0:
                self.assertEqual(result.returncode, 69, result.stderr)
                return None, result.stderr
            posts = [json.loads(line) for line in home.do("post", "list", "--json", at=AT).splitlines()]
        there = urllib.parse.urlsplit(base)._replace(path="", query="").geturl()
        return {(post["published"][:10], post["link"].replace(self.host, there), post["title"]) for post in posts}, ""

    def test_each_page_is_read_as_a_person_reads_it_or_refused_with_a_hint(self):
        right = refused = 0
        for page in PAGES:
            base, wanted = expected(page)
            found, said = self.read(page, base)
            with self.subTest(page=page.name):
                if found is None:
                    refused += 1
                    self.assertIn("item_xpath", said)
                else:
                    self.assertEqual(found, set(wanted or []))
                    right += 1
        with self.subTest("how many"):
            self.assertGreaterEqual(right, 16, "%d right, %d refused" % (right, refused))


if __name__ == "__main__":
    unittest.main()
