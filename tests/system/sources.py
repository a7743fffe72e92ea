"""Sources that are not fetched, digests that wait for them, and the doctor."""
import datetime
import gzip
import http.server
import json
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
import unittest

import namespaces
from namespaces import PUBLIC
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
    """Answers questions from a table; everything else has no such name (RFC 1035). A text is a TXT record; a list has more of them, and
    ("MX", host), ("A", address) or ("PTR", name)."""

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
            kind = struct.unpack(">H", question[at + 1:at + 3])[0]
            found = self.records.get(".".join(labels).lower())
            answers = [each for each in map(self.record, found if isinstance(found, list) else [found] if found else []) if each[0] == kind]
            answer = question[:2] + struct.pack(">HHHHH", 0x8180 if found else 0x8183, 1, len(answers), 0, 0) + body
            for _, data in answers:
                answer += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
            self.socket.sendto(answer, sender)

    @staticmethod
    def record(value):
        """(type, data)"""
        def name(text):
            return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"

        if isinstance(value, str):
            return 16, b"".join(bytes([len(part)]) + part for part in (value[i:i + 255].encode() for i in range(0, len(value), 255)))
        kind, text = value
        if kind == "MX":
            return 15, struct.pack(">H", 10) + name(text)
        return (1, socket.inet_aton(text)) if kind == "A" else (12, name(text))

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()


class FaultServer:
    """A web server whose paths say how it fails; /good has one post more each time it changes."""

    def __init__(self, address="127.0.0.1", certificate=None):
        self.posts = 1
        self.broken = set()
        self.asked = []
        self.leads_to = "/loop"  # where /away goes
        self.patience = threading.Event()  # what /slow waits for
        self.scheme = "https" if certificate else "http"
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.handle_error = lambda *unused: None  # a client that does not like the certificate says so
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, path):
        return "%s://%s:%d/%s" % (self.scheme, *self.server.server_address[:2], path)

    def source(self, name, more="allow_private_address = true\n"):
        return '[[source]]\nname = "%s"\nurl = "%s"\n%s' % (name, self.url(name), more)

    def feed(self, path):
        items = "".join("<item><title>%s %d</title><link>/%s/%d</link></item>" % (path, n, path, n) for n in range(self.posts))
        return ("<rss version='2.0'><channel><title>x</title>%s</channel></rss>" % items).encode()

    def answer(self, request):
        path = request.path.strip("/")
        self.asked.append(path)
        body = self.feed(path)
        tag = '"%d"' % self.posts
        status, headers, sent = 200, {"ETag": tag}, body
        if path in self.broken:
            status, headers, sent = {
                "status500": (500, {}, b"oops"),
                "status410": (410, {}, b""),
                "status429": (429, {"Retry-After": "7200"}, b"slow down"),
                "loop": (302, {"Location": "/loop"}, b""),
                "away": (302, {"Location": self.leads_to}, b""),
                "endless": (200, {}, body),
                "slow": (200, {}, body),
                "cut": (200, {}, body[:-60]),
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
        says_no_length = path in self.broken and path in ("endless", "cut")
        if status != 304 and not says_no_length:
            request.send_header("Content-Length", str(len(body) if path == "short" else len(sent)))
        request.end_headers()
        try:
            if path == "slow" and path in self.broken:
                request.wfile.write(sent[:20])
                self.patience.wait()
            while path == "endless" and path in self.broken:
                request.wfile.write(bytes(1 << 16))
            request.wfile.write(sent)
        except OSError:  # who asked has had enough
            request.close_connection = True

    def close(self):
        self.patience.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class PoliteServer(FaultServer):
    """Says how it would be asked, and keeps the questions with their header fields."""

    def answer(self, request):
        path = request.path.strip("/")
        self.asked.append((path, dict(request.headers)))
        if path == "old":
            status, headers, body = 301, {"Location": "/new"}, b""
        elif path == "limited":
            status, headers, body = 429, {"Retry-After": "7200"}, b""
        elif path == "gone":
            status, headers, body = 410, {}, b""
        else:
            status, headers, body = 200, {"ETag": '"1"', "Last-Modified": "Sun, 25 Jan 2026 08:00:00 GMT"}, self.feed(path)
        if path == "fresh":
            headers["Cache-Control"] = "max-age=1800"
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)


class Sources(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.now = AT

    def program(self, text):
        self.home.write("bin/feed", "#!/bin/sh\n" + text).chmod(0o755)

    def posts(self):
        return [json.loads(line) for line in self.home.do("post", "list", "--json").splitlines()]

    def health(self):
        return {row["source"]: row for row in map(json.loads, self.home.do("source", "list", "--json").splitlines())}

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
        self.assertIn("exited with status 3: no calendar today", done.stdout + done.stderr)
        self.assertEqual(len(self.posts()), 1)
        self.assertIn("failing (1 in a row)", self.home.do("source", "list"))

    def test_a_source_that_fails_for_days_is_told_once_a_day_and_in_the_exit_status(self):
        self.home.configure(sources=(COMMAND,))
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        self.home.write("feed.xml", FEED)
        self.program("cat feed.xml\n")
        self.home.do("collect")
        self.program("echo out of order >&2; exit 1\n")
        begin = datetime.datetime.fromisoformat(AT.replace("Z", "+00:00"))
        told = []
        for hours in range(2, 24 * 4, 2):
            done = self.home.run("-q", "send", "--due", "--to-dir", "out", at=begin + datetime.timedelta(hours=hours))
            if done.stderr or done.returncode:
                told.append(hours)
                self.assertEqual(done.returncode, 69)
                self.assertRegex(done.stderr, r"^tidings: error: source calendar fails since 20\d\d-\d\d-\d\d \d\d:\d\d: .*out of order.*source check calendar")
                self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertEqual(told, [48, 72], "nothing for two days, then once a day")
        self.program("cat feed.xml\n")
        self.home.do("collect", "calendar", at=begin + datetime.timedelta(hours=97))
        self.assertEqual(self.home.run("-q", "send", "--due", "--to-dir", "out", at=begin + datetime.timedelta(hours=98)).returncode, 0)

    def test_collecting_counts_against_the_time_budget(self):
        self.home.configure(sources=(COMMAND,))
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at="2026-01-18T08:00:00+02:00")
        self.home.write("feed.xml", FEED)
        self.program("sleep 1.1; cat feed.xml\n")
        done = self.home.run("send", "--due", "--to-dir", "out", "--time-budget", "1s")
        self.assertEqual(done.returncode, 75, done.stdout + done.stderr)
        self.assertEqual(list((self.home.folder / "out").glob("*.eml")), [])
        self.home.do("send", "--due", "--to-dir", "out", "--time-budget", "1h")
        self.assertEqual(len(list((self.home.folder / "out").glob("*.eml"))), 1)

    def test_two_blogs_without_a_name_get_two_names(self):
        server, other = FaultServer(), FaultServer()
        for each in (server, other):
            self.addCleanup(each.close)
        names = [re.search(r'name = "(.+)"', self.home.do("source", "check", each.url("good")))[1] for each in (server, other)]
        self.assertEqual(len(set(names)), 2, names)
        self.home.configure(sources=('[[source]]\nname = "club"\nurl = "https://club.example.org/feed"\n',))
        self.home.write("club.example/feed.xml", FEED)
        for name in names:
            self.assertRegex(name, r"^blog-127-0-0-1-\d+$")

    def test_a_post_by_hand(self):
        self.home.configure(sources=(COMMAND,))
        self.home.write("party.md", "---\ntags: [music]\n---\nBring *fish*.\n")
        add = ["post", "add", "--title", "Harbour party", "--url", "https://club.example.org/party", "--topic", "events"]
        self.assertIn("added (notes)", self.home.do(*add, "--markdown-file", self.home.folder / "party.md"))
        self.assertIn("updated", self.home.do(*add))
        self.assertIn("already exists", self.home.do(*add))
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
        server, slow = FaultServer(), FaultServer("127.0.0.2")  # a host has one connection at a time, and slow is all of one
        for each in (server, slow):
            self.addCleanup(each.close)
        names = ["good", "status500", "status410", "status429", "loop", "short", "bomb", "html", "empty", "endless", "cut", "slow"]
        self.home.configure(sources=tuple((slow if name == "slow" else server).source(name) for name in names))
        self.home.do("collect")
        self.assertEqual(len(self.posts()), len(names))
        self.home.do("collect", *names)
        self.assertEqual(len(self.posts()), len(names), "unchanged feeds answer 304 and bring nothing new")
        for each in (server, slow):
            each.posts = 2
            each.broken = set(names) - {"good"}
        done = self.home.run("collect", *names)
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertEqual(len(self.posts()), len(names) + 1)
        health = self.health()
        self.assertEqual(health["good"]["health"], "good")
        self.assertEqual(health["cut"]["health"], "good", "what is whole in it has been read")
        self.assertEqual(health["status410"]["health"], "gone")
        self.assertNotIn("failing", health["status429"]["health"], "being asked to wait is no error of the feed")
        for name in ("status500", "loop", "short", "bomb", "html", "empty", "endless", "slow"):
            self.assertEqual(health[name]["health"], "failing (1 in a row)", name)
        server.broken = slow.broken = set()
        self.home.do("collect", *(name for name in names if name != "status410"))
        self.assertEqual(len(self.posts()), 2 * len(names) - 1, "what came meanwhile is there; who was gone is not asked again")

    def test_servers_are_asked_as_they_wish(self):
        server = PoliteServer()
        self.addCleanup(server.close)
        self.home.configure(sources=tuple(server.source(name) for name in ("plain", "old", "fresh", "limited", "gone")))

        def asked_at(clock):
            server.asked.clear()
            self.home.run("collect", at="2026-01-26T%s:00+02:00" % clock)
            return sorted(path for path, _ in server.asked)
        self.assertEqual(asked_at("08:05"), ["fresh", "gone", "limited", "new", "old", "plain"])
        for _, headers in server.asked:
            self.assertRegex(headers["User-Agent"], r"^tidings/\S+ \(\+https://news\.example\.org\)$")
            self.assertIn("gzip", headers["Accept-Encoding"])
        self.assertEqual(asked_at("08:20"), ["new", "plain"], "moved for good, fresh for half an hour, asked to wait, gone")
        for _, headers in server.asked:
            self.assertEqual((headers["If-None-Match"], headers["If-Modified-Since"]), ('"1"', "Sun, 25 Jan 2026 08:00:00 GMT"))
        self.assertEqual(asked_at("08:40"), ["fresh", "new", "plain"])
        self.assertEqual(asked_at("10:10"), ["fresh", "limited", "new", "plain"])
        health = self.health()
        self.assertEqual(health["gone"]["health"], "gone")
        self.assertEqual(health["limited"]["health"], "never fetched", "being asked to wait is no error of the feed")

    def test_a_blog_that_has_fallen_silent_is_told_of(self):
        items = "".join("<item><title>Day %d</title><link>/%d</link><pubDate>%d Jan 2026 09:00:00 +0000</pubDate></item>" % (n, n, n) for n in range(1, 13))
        self.home.write("daily.xml", "<rss version='2.0'><channel><title>Daily</title>%s</channel></rss>" % items)
        self.home.configure(sources=('[[source]]\nname = "daily"\nurl = "file:daily.xml"\n',))
        self.home.do("collect", at="2026-01-13T08:00:00+02:00")
        for clock, silent in (("2026-01-15T08:00:00+02:00", False), ("2026-02-02T08:00:00+02:00", True)):
            for command in (("source", "list"), ("status",), ("doctor",)):
                said = self.home.run(*command, at=clock)
                self.assertEqual("silent" in said.stdout + said.stderr, silent, (clock, command, said.stdout + said.stderr))

    def test_a_private_address_is_refused_unless_allowed(self):
        server = FaultServer()
        self.addCleanup(server.close)
        self.home.configure(sources=(server.source("good", ""),))
        done = self.home.run("collect")
        self.assertEqual(done.returncode, 69)
        self.assertIn("not a public address", done.stdout + done.stderr)
        self.assertEqual((self.posts(), server.asked), ([], []))

    @unittest.skipUnless(shutil.which("openssl"), "makes the certificate")
    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        plain = FaultServer()
        self.addCleanup(plain.close)
        key, certificate = self.home.folder / "key.pem", self.home.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        secured = FaultServer(certificate=(certificate, key))
        self.addCleanup(secured.close)
        self.home.configure(sources=(plain.source("good"), plain.source("other")))
        self.home.do("collect")
        plain.posts = secured.posts = 2
        self.home.configure(sources=(secured.source("good"), plain.source("other")))
        done = self.home.run("collect", "good", "other")
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertIn("certificate", done.stdout + done.stderr)
        self.assertEqual(sorted(post["title"] for post in self.posts()), ["good 0", "other 0", "other 1"])
        health = self.health()
        self.assertEqual((health["good"]["health"], health["other"]["health"]), ("failing (1 in a row)", "good"))
        self.assertIn("certificate", health["good"]["error"])
        self.assertEqual(secured.asked, [])

    def test_a_public_source_cannot_lead_to_a_private_address(self):
        # In a network of its own, where a public address is this machine's.
        namespaces.run_inside(self, __file__)

    def test_the_doctor_asks_the_relay(self):
        self.program("cat <<'END'\n%s\nEND\n" % FEED)  # the doctor reads what is on this host
        self.home.configure(sources=(COMMAND,))
        status, found = self.findings("--smtp")
        self.assertEqual((status, found["smtp"]["level"]), (75, "trouble"), "nobody listens there")
        with SmtpServer() as relay:
            self.home.configure(sources=(COMMAND,), smtp=relay.url)
            status, found = self.findings("--smtp")
            self.assertEqual((status, found["smtp"]["level"]), (0, "good"), found["smtp"])
            self.assertIn("is ready", found["smtp"]["what"])
            self.assertEqual(relay.take(), [])

    def test_the_doctor_names_what_is_wrong(self):
        self.program("cat <<'END'\n%s\nEND\n" % FEED)  # the doctor reads what is on this host
        self.home.configure(sources=(COMMAND,))
        status, found = self.findings()
        self.assertEqual((status, found["database"]["level"], found["source calendar"]["level"]), (0, "note", "good"))
        self.program("exit 1\n")
        status, found = self.findings()
        self.assertEqual((status, found["source calendar"]["level"]), (75, "trouble"))
        self.home.run("collect")
        status, found = self.findings()
        self.assertEqual((status, found["source calendar"]["level"], found["digest weekly"]["level"]), (75, "trouble", "good"))
        server = NameServer({"example.org": "v=spf1 mx ~all"})
        self.addCleanup(server.close)
        status, found = self.findings("--dns", "--resolver", "127.0.0.1:%d" % server.port)
        self.assertEqual((found["spf"]["level"], found["dmarc"]["level"]), ("good", "trouble"))


class Redirects(unittest.TestCase):
    """Run by test_a_public_source_cannot_lead_to_a_private_address."""
    health, posts = Sources.health, Sources.posts

    def setUp(self):
        Sources.setUp(self)
        self.outside, self.inside, self.elsewhere = (FaultServer(address) for address in (PUBLIC, "127.0.0.1", PUBLIC))
        for server in (self.outside, self.inside, self.elsewhere):
            self.addCleanup(server.close)

    def collect_away(self, more, to):
        self.home.configure(sources=(self.outside.source("away", more), self.outside.source("good", "")))
        self.home.do("collect")
        self.assertEqual(len(self.posts()), 2)
        self.outside.posts = self.inside.posts = self.elsewhere.posts = 2
        self.outside.broken, self.outside.leads_to = {"away"}, to.url("away")
        return self.home.run("collect", "away", "good")

    def test_it_is_refused_on_the_connected_address(self):
        done = self.collect_away("", self.inside)
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertIn("not a public address", done.stdout + done.stderr)
        self.assertEqual(self.inside.asked, [])
        self.assertEqual(sorted(post["title"] for post in self.posts()), ["away 0", "good 0", "good 1"])
        health = self.health()
        self.assertEqual((health["away"]["health"], health["good"]["health"]), ("failing (1 in a row)", "good"))

    def test_it_is_followed_if_the_source_may(self):
        done = self.collect_away("allow_private_address = true\n", self.inside)
        self.assertEqual((done.returncode, self.inside.asked), (0, ["away"]), done.stdout + done.stderr)
        self.assertIn("away 1", [post["title"] for post in self.posts()])

    def test_it_is_followed_to_another_public_address(self):
        done = self.collect_away("", self.elsewhere)
        self.assertEqual((done.returncode, self.elsewhere.asked), (0, ["away"]), done.stdout + done.stderr)
        self.assertIn("away 1", [post["title"] for post in self.posts()])


if __name__ == "__main__":
    if namespaces.inside():
        namespaces.enter()
        unittest.main(argv=[sys.argv[0], "Redirects"])
    unittest.main(argv=[sys.argv[0], *(sys.argv[1:] or ["Sources"])])
