"""Sources that are not fetched, digests that wait for them, and the doctor."""
import gzip
import http.server
import json
import socket
import struct
import threading
import unittest

from smtp_server import SmtpServer
from tidings import WEEKLY, Home

AT = "2026-01-26T08:05:00+02:00"
FEED = """<rss version="2.0"><channel><title>Kalender</title><item><title>Fest am Kai</title><link>/fest?utm_source=x&amp;ref_a=1&amp;id=2</link>
<pubDate>Thu, 22 Jan 2026 09:00:00 GMT</pubDate><description>Musik und Fisch</description></item></channel></rss>"""
COMMAND = """[[source]]
name = "calendar"
kind = "command"
command = ["bin/feed"]
site_url = "https://club.example.org/"
strip_parameters = ["ref_*"]
[[source]]
name = "notes"
kind = "manual"
topics = ["club"]
"""


class NameServer:
    """Answers TXT questions from a table; everything else has no such name (RFC 1035)."""

    def __init__(self, records):
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            question, sender = self.socket.recvfrom(4096)
            if question == b"end":
                return
            at, labels = 12, []
            while question[at]:
                labels.append(question[at + 1:at + 1 + question[at]].decode())
                at += 1 + question[at]
            body = question[12:at + 5]
            text = self.records.get(".".join(labels).lower())
            flags = 0x8180 if text else 0x8183
            answer = question[:2] + struct.pack(">HHHHH", flags, 1, 1 if text else 0, 0, 0) + body
            if text:
                parts = [text[i:i + 255].encode() for i in range(0, len(text), 255)]
                data = b"".join(bytes([len(part)]) + part for part in parts)
                answer += b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data
            self.socket.sendto(answer, sender)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()


class FaultServer:
    """A web server whose paths say how it fails; /good has one post more each time it changes."""

    def __init__(self):
        self.posts = 1
        self.broken = set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, path):
        return "http://127.0.0.1:%d/%s" % (self.server.server_address[1], path)

    def feed(self, path):
        items = "".join("<item><title>%s %d</title><link>/%s/%d</link></item>" % (path, n, path, n) for n in range(self.posts))
        return ("<rss version='2.0'><channel><title>x</title>%s</channel></rss>" % items).encode()

    def answer(self, request):
        path = request.path.strip("/")
        body = self.feed(path)
        tag = '"%d"' % self.posts
        status, headers, sent = 200, {"ETag": tag}, body
        if path in self.broken:
            status, headers, sent = {
                "status500": (500, {}, b"oops"),
                "status410": (410, {}, b""),
                "status429": (429, {"Retry-After": "7200"}, b"slow down"),
                "loop": (302, {"Location": "/loop"}, b""),
                "short": (200, {}, body[:len(body) // 2]),
                "bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(20 << 20))),
                "html": (200, {"Content-Type": "text/html"}, b"<html><title>Sorry</title><p>Back soon</html>"),
                "empty": (200, {}, b""),
            }[path]
        elif request.headers.get("If-None-Match") == tag:
            status, sent = 304, b""
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status != 304:
            request.send_header("Content-Length", str(len(body) if path == "short" else len(sent)))
        request.end_headers()
        try:
            request.wfile.write(sent)
        except OSError:  # who asked has had enough
            request.close_connection = True

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Sources(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.now = AT

    def program(self, text):
        self.home.write("bin/feed", "#!/bin/sh\n" + text).chmod(0o755)

    def posts(self):
        return [json.loads(line) for line in self.home.do("post", "list", "--json").splitlines()]

    def findings(self, *arguments):
        done = self.home.run("doctor", "--json", *arguments)
        return done.returncode, {each["about"]: each for each in map(json.loads, done.stdout.splitlines())}

    def test_a_program_is_a_source(self):
        self.home.configure(sources=(COMMAND,))
        self.home.write("feed.xml", FEED)
        self.program("cat feed.xml\n")
        self.home.do("collect")
        self.assertEqual([(post["title"], post["link"]) for post in self.posts()], [("Fest am Kai", "https://club.example.org/fest?id=2")])
        self.program("echo half; echo 'no calendar today' >&2; exit 3\n")
        done = self.home.run("collect", "calendar")
        self.assertIn("ended with status 3: no calendar today", done.stdout + done.stderr)
        self.assertEqual(len(self.posts()), 1)
        self.assertIn("failing (1 in a row)", self.home.do("source", "list"))

    def test_a_post_by_hand(self):
        self.home.configure(sources=(COMMAND,))
        self.home.write("party.md", "---\ntags: [music]\n---\nBring *fish*.\n")
        add = ["post", "add", "--title", "Harbour party", "--url", "https://club.example.org/party", "--topic", "events"]
        self.assertIn("added (notes)", self.home.do(*add, "--markdown-file", self.home.folder / "party.md"))
        self.assertIn("updated", self.home.do(*add))
        self.assertIn("is there already", self.home.do(*add))
        post, = self.posts()
        self.assertEqual((post["title"], post["tags"]), ("Harbour party", ["events"]))
        for wrong in (["--title", "x"], ["--url", "https://a.example/"], ["--title", "x", "--url", "javascript:1"],
                      ["--title", "x", "--url", "https://a.example/", "--published", "someday"]):
            self.assertEqual(self.home.run("post", "add", *wrong).returncode, 64, wrong)
        self.assertEqual(len(self.posts()), 1)

    def test_a_digest_waits_for_a_source_that_fails(self):
        self.home.configure(sources=(COMMAND,), digests=WEEKLY + 'on_source_error = "hold"\n')
        self.program("exit 1\n")
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        self.home.do("post", "add", "--title", "Harbour party", "--url", "https://club.example.org/party", "--published", "2026-01-22")
        self.home.run("collect")
        done = self.home.run("compose", "weekly")
        self.assertIn("waits", done.stdout + done.stderr)
        self.assertEqual(self.home.do("edition", "list", "--json"), "")
        self.home.write("feed.xml", FEED)
        self.program("cat feed.xml\n")
        self.home.do("collect", "calendar")
        self.home.do("compose", "weekly")
        self.assertIn("sealed", self.home.do("edition", "list"))

    def test_nothing_is_lost_when_servers_fail(self):
        server = FaultServer()
        self.addCleanup(server.close)
        names = ["good", "status500", "status410", "status429", "loop", "short", "bomb", "html", "empty"]
        self.home.configure(sources=tuple('[[source]]\nname = "%s"\nurl = "%s"\nallow_private_address = true\n' % (name, server.url(name))
                                          for name in names))
        self.home.do("collect")
        self.assertEqual(len(self.posts()), len(names))
        self.home.do("collect", *names)
        self.assertEqual(len(self.posts()), len(names), "unchanged feeds answer 304 and bring nothing new")
        server.posts = 2
        server.broken = set(names) - {"good"}
        done = self.home.run("collect", *names)
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertEqual(len(self.posts()), len(names) + 1)
        health = {row["name"]: row for row in map(json.loads, self.home.do("source", "list", "--json").splitlines())}
        self.assertEqual(health["good"]["health"], "good")
        self.assertEqual(health["status410"]["health"], "gone")
        self.assertNotIn("failing", health["status429"]["health"], "being asked to wait is no error of the feed")
        for name in ("status500", "loop", "short", "bomb", "html", "empty"):
            self.assertEqual(health[name]["health"], "failing (1 in a row)", name)
        server.broken = set()
        self.home.do("collect", *(name for name in names if name != "status410"))
        self.assertEqual(len(self.posts()), 2 * len(names) - 1, "what came meanwhile is there; who was gone is not asked again")

    def test_a_private_address_is_refused_unless_allowed(self):
        server = FaultServer()
        self.addCleanup(server.close)
        self.home.configure(sources=('[[source]]\nname = "inside"\nurl = "%s"\n' % server.url("good"),))
        done = self.home.run("collect")
        self.assertEqual(done.returncode, 69)
        self.assertIn("no public address", done.stdout + done.stderr)
        self.assertEqual(self.posts(), [])

    def test_the_doctor_asks_the_relay(self):
        self.home.configure(sources=(COMMAND,))
        status, found = self.findings("--smtp")
        self.assertEqual((status, found["smtp"]["level"]), (69, "trouble"), "nobody listens there")
        with SmtpServer() as relay:
            self.home.configure(sources=(COMMAND,), smtp=relay.url)
            status, found = self.findings("--smtp")
            self.assertEqual((status, found["smtp"]["level"]), (0, "good"), found["smtp"])
            self.assertIn("is ready", found["smtp"]["what"])
            self.assertEqual(relay.take(), [])

    def test_the_doctor_names_what_is_wrong(self):
        self.home.configure(sources=(COMMAND,))
        self.program("exit 1\n")
        status, found = self.findings()
        self.assertEqual((status, found["database"]["level"]), (0, "note"))
        self.home.run("collect")
        status, found = self.findings()
        self.assertEqual((status, found["source calendar"]["level"], found["digest weekly"]["level"]), (69, "trouble", "good"))
        server = NameServer({"example.org": "v=spf1 mx ~all"})
        self.addCleanup(server.close)
        status, found = self.findings("--dns", "--resolver", "127.0.0.1:%d" % server.port)
        self.assertEqual((found["spf"]["level"], found["dmarc"]["level"]), ("good", "trouble"))


if __name__ == "__main__":
    unittest.main()
