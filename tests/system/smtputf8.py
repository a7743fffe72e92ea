"""Readers whose address is not ASCII before the @ (RFC 6531, RFC 6532), against an independent server with and without SMTPUTF8.

Such a reader gets the mail where the relay announces the extension, fails alone as 5.6.7 where it does not, and never stops the others.
Addresses with characters that nobody can see, or that end a line or turn its order, are refused wherever addresses come in; one that is in
the database all the same fails alone.
"""
import datetime
import email
import email.policy
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import dkim

from smtp_server import Rule, SmtpServer
from tidings import Home, TOP

AT = "2026-01-26T08:05:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
WIDE = "jürgen@example.org"
INTERNATIONAL = "anna@bücher.example"
READERS = ["ada@example.org", WIDE, INTERNATIONAL, "zoe@example.org"]
# C1 control, separators, bidirectional, zero-width, byte order mark, soft hyphen
UNSEEN = {"U+0085": "\u0085", "U+2028": "\u2028", "U+2029": "\u2029", "U+202E": "\u202e", "U+2066": "\u2066", "U+200E": "\u200e",
          "U+200F": "\u200f", "U+061C": "\u061c", "U+200B": "\u200b", "U+FEFF": "\ufeff", "U+00AD": "\u00ad"}


class Peer:
    """tests/support/smtputf8_server.py as a process."""

    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="tidings-utf8-")
        script = TOP / "tests/support/smtputf8_server.py"
        self.process = subprocess.Popen([sys.executable, "-B", str(script), self.folder.name, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.url = "smtp://127.0.0.1:%d" % int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.folder.cleanup()

    def taken(self):
        """{recipient: (options of MAIL, octets)}"""
        folder = pathlib.Path(self.folder.name)
        lines = (folder / "envelopes").read_text(encoding="utf-8").splitlines() if (folder / "envelopes").exists() else []
        envelopes = [json.loads(line) for line in lines]
        return {each["to"][0]: (each["options"], (folder / ("%d.eml" % (n + 1))).read_bytes()) for n, each in enumerate(envelopes)}


class SmtpUtf8(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.open_town(READERS, PUBLISHED, AT)

    def test_where_the_relay_announces_it_the_mail_goes_out_in_utf8_and_signed(self):
        self.home.write("rsa.pem", (TOP / "tests/data/dkim/rsa.pem").read_bytes()).chmod(0o600)
        with Peer() as peer:
            self.home.configure(peer.url, more_smtp='[dkim]\ndomain = "example.org"\nselector = "rsa"\nkey_file = "rsa.pem"\n')
            self.home.do("send", "--due", at=AT)
            record = self.home.do("dkim", "record")
            taken = peer.taken()
        self.assertEqual(sorted(taken), sorted(["ada@example.org", WIDE, "anna@xn--bcher-kva.example", "zoe@example.org"]))
        options, octets = taken[WIDE]
        self.assertIn("SMTPUTF8", options)
        self.assertIn("BODY=8BITMIME", options)
        header, _, body = octets.partition(b"\r\n\r\n")
        self.assertIn(("To: " + WIDE).encode(), header.split(b"\r\n"))
        self.assertTrue(body.isascii(), "only the header is in UTF-8")
        message = email.message_from_string(octets.decode("utf-8").replace("\r\n", "\n"), policy=email.policy.SMTPUTF8)
        self.assertEqual(message["To"].addresses[0].addr_spec, WIDE)
        published = "".join(record.split('"')[1::2]) if '"' in record else record
        verified = dkim.DKIM(octets).verify(dnsfunc=lambda name, timeout=5: published[published.index("v=DKIM1"):].encode())
        self.assertTrue(verified, "the signature covers the header as it is")
        for address in ("ada@example.org", "anna@xn--bcher-kva.example"):
            options, octets = taken[address]
            self.assertNotIn("SMTPUTF8", options)
            self.assertTrue(octets.isascii())

    def test_without_it_one_delivery_fails_as_5_6_7_and_says_so(self):
        for make in (lambda: Peer("--ascii"), SmtpServer):
            with self.subTest(server=make), make() as server:
                self.setUp()
                self.home.configure(server.url)
                done = self.home.run("send", "--due", at=AT)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(WIDE, done.stderr)
                self.assertIn("5.6.7", done.stderr)
                self.assertIn("SMTPUTF8", done.stderr)
                failed = self.home.json("delivery", "list", "--state", "failed")
                self.assertEqual([(each["address"], each["code"]) for each in failed], [(WIDE, 553)])
                edition = self.home.json("edition", "list")[0]
                self.assertEqual((edition["state"], edition["sent_count"]), ("sent", 3))
                self.assertEqual(self.home.json("suppression", "list"), [])
                # and nothing stands in the way of the next run
                self.home.do("send", "--due", at="2026-01-26T09:05:00+02:00")

    def test_of_several_relays_the_one_that_announces_it_is_used(self):
        for order in (0, 1):
            with self.subTest(order=order), SmtpServer() as ascii_only, SmtpServer(features=("PIPELINING", "8BITMIME", "SMTPUTF8")) as wide:
                self.setUp()
                first, second = (ascii_only, wide) if order == 0 else (wide, ascii_only)
                self.home.configure(first.url, more_smtp='[[relay]]\nurl = "%s"\ntls = "off"\n' % second.url)
                self.home.do("send", "--due", at=AT)
                self.assertEqual([mail.envelope_to for mail in wide.accepted].count(WIDE), 1)
                self.assertEqual(len(wide.take()) + len(ascii_only.take()), len(READERS))

    def test_a_relay_that_announces_it_and_refuses_one_address_fails_one(self):
        features = ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8")
        with SmtpServer([Rule("rcpt", "553 5.6.7 no", to=WIDE)], features=features) as server:
            self.home.configure(server.url)
            self.home.do("send", "--due", at=AT)
            self.assertEqual(len(server.take()), 3)
            said = [line for _, line in server.commands if line.startswith(b"MAIL") and b"SMTPUTF8" in line]
            self.assertEqual(len(said), 1)
        self.assertEqual([each["address"] for each in self.home.json("delivery", "list", "--state", "failed")], [WIDE])

    def test_characters_that_nobody_sees_are_refused_where_addresses_come_in(self):
        for name, character in UNSEEN.items():
            address = "ev%sil@example.org" % character
            with self.subTest(name):
                for command in (("subscriber", "add", address), ("suppression", "add", address), ("test", "weekly", address)):
                    done = self.home.run(*command, at=AT)
                    self.assertEqual(done.returncode, 65, (command, done.stderr))
                    self.assertIn(name, done.stderr)
                    self.assertNotIn(character, done.stderr)
        rows = ["good@example.org"] + ["r%d%s@example.org" % (n, each) for n, each in enumerate(UNSEEN.values())]
        self.home.write("new.csv", "email\n" + "".join('"%s"\n' % row for row in rows))
        done = self.home.run("subscriber", "import", "new.csv", "--confirmed", at=AT)
        self.assertIn("%d" % len(UNSEEN), done.stdout + done.stderr)
        listed = {each["address"] for each in self.home.json("subscriber", "list")}
        self.assertIn("good@example.org", listed)
        self.assertEqual([each for each in listed if each.startswith("r")], [])

    def test_an_address_in_the_database_that_would_be_refused_today_fails_alone(self):
        for number, character in enumerate(("\u0085", "\u2028", "\u202e")):
            address = "ev%sil@example.org" % character
            with self.subTest(number), SmtpServer() as server:
                self.setUp()
                self.home.configure(server.url)
                with sqlite3.connect(self.home.folder / "subscribers/tidings.db") as database:
                    database.execute("UPDATE subscribers SET address = ?, address_key = ? WHERE address = 'ada@example.org'", (address, address))
                database.close()
                done = self.home.run("send", "--due", at=AT)
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assertIn("gets no mail", done.stderr)
                self.assertEqual(sorted(each.envelope_to for each in server.take()), ["anna@xn--bcher-kva.example", "zoe@example.org"])
                self.home.do("send", "--due", at="2026-01-26T09:05:00+02:00")
                # Whoever has it can be found, exported and erased all the same.
                self.home.do("subscriber", "export", at=AT)
                self.home.do("subscriber", "erase", address, at=AT)
                self.assertNotIn(address, {each["address"] for each in self.home.json("subscriber", "list")})

    def test_an_address_of_the_newsletter_outside_ascii_is_a_mistake_of_the_configuration(self):
        good = (self.home.folder / "config.toml").read_text()
        for change in (('from = "Harbour News <news@example.org>"', 'from = "Harbour News <nëws@example.org>"'),
                       ("[store]", 'reply_to = "rédaction@example.org"\n[store]'),
                       ("[store]", 'unsubscribe_mailto = "désabonner@example.org"\n[store]'),
                       ("[smtp]", '[bounce]\naddress = "rückläufer@example.org"\n[smtp]')):
            with self.subTest(change[1]):
                self.home.write("config.toml", good.replace(*change))
                done = self.home.run("config", "check")
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertIn("outside ASCII", done.stderr)
        self.home.write("config.toml", good.replace("news@example.org", "news@bücher.example"))
        self.home.do("config", "check")


if __name__ == "__main__":
    unittest.main()
