"""Sources that are not fetched, digests that wait for them, and the doctor."""
import json
import socket
import struct
import threading
import unittest

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
