"""The doctor finds what would keep mail from arriving, against a name server and pages of this machine."""
import json
import os
import re
import shutil
import socket
import threading
import unittest

from smtp_server import SmtpServer
from sources import NameServer
from tidings import Home, WEEKLY

AT = "2026-01-26T08:05:00+02:00"
GOOD = {"example.org": ["v=spf1 mx -all", ("MX", "mx.example.org")],
        "_dmarc.example.org": "v=DMARC1; p=reject; rua=mailto:d@example.org"}


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.now = AT
        self.home.configure()
        self.home.write("feed.xml", "<rss version='2.0'><channel><title>T</title></channel></rss>")

    def findings(self, *arguments):
        done = self.home.run("doctor", "--json", *arguments)
        self.assertIn(done.returncode, (0, 75, 78), done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def of(self, about, *arguments):
        return [(each["level"], each["what"]) for each in self.findings(*arguments) if each["about"] == about]


class Dns(Case):
    def ask(self, about, more=None, without=(), **config):
        zone = {name: value for name, value in GOOD.items() if name not in without} | (more or {})
        server = NameServer(zone)
        try:
            return self.of(about, "--dns", "--resolver", "127.0.0.1:%d" % server.port)
        finally:
            server.close()

    def from_address(self, address, more=""):
        path = self.home.folder / "config.toml"
        path.write_text(re.sub(r'from = ".*"', 'from = "News <%s>"' % address, path.read_text()) + more)

    def key(self, domain):
        self.home.do("dkim", "keygen", "key.pem")
        path = self.home.folder / "config.toml"
        path.write_text(path.read_text() + '[dkim]\ndomain = "%s"\nselector = "s1"\nkey_file = "key.pem"\n' % domain)
        return {"s1._domainkey." + domain: next(each for each in self.home.do("dkim", "record").splitlines() if "v=DKIM1" in each)}

    def test_dmarc_of_the_domain_itself(self):
        self.assertEqual(self.ask("dmarc")[0], ("good", "example.org: v=DMARC1; p=reject; rua=mailto:d@example.org"))

    def test_dmarc_by_the_walk_up_the_tree(self):
        self.from_address("news@letters.list.example.org")
        self.assertIn("letters.list.example.org, from example.org: v=DMARC1", self.ask("dmarc")[0][1])
        self.assertEqual(self.ask("dmarc", {"_dmarc.list.example.org": "v=DMARC1; p=none; psd=n; rua=mailto:x@example.org"})[0],
                         ("good", "letters.list.example.org, from list.example.org: v=DMARC1; p=none; psd=n; rua=mailto:x@example.org"))

    def test_dmarc_of_a_public_suffix_serves_the_name_below_it(self):
        self.from_address("news@mail.shop.example")
        found = self.ask("dmarc", {"_dmarc.example": "v=DMARC1; p=reject; psd=y; rua=mailto:x@nic.example"})
        self.assertIn("from example: ", found[0][1])

    def test_no_dmarc_at_all_is_trouble(self):
        self.assertEqual(self.ask("dmarc", without=("_dmarc.example.org",))[0][0], "trouble")

    def test_dead_tags_are_told(self):
        found = self.ask("dmarc", {"_dmarc.example.org": "v=DMARC1; p=none; pct=50; ri=3600; rua=mailto:d@example.org"})
        self.assertIn(("note", "pct, ri mean nothing since RFC 9989"), found)

    def test_two_spf_records_or_eleven_look_ups_are_trouble(self):
        self.assertEqual(self.ask("spf")[0][0], "good")
        two = self.ask("spf", {"example.org": ["v=spf1 -all", "v=spf1 mx -all", ("MX", "mx.example.org")]})
        self.assertEqual((two[0][0], "none counts" in two[0][1]), ("trouble", True))
        chain = {"i%d.example" % i: "v=spf1 include:i%d.example -all" % (i + 1) for i in range(12)}
        self.assertEqual(self.ask("spf", {**chain, "example.org": ["v=spf1 include:i0.example -all", ("MX", "m.example")]})[0][0], "trouble")
        self.assertEqual(self.ask("spf", {"example.org": ["v=spf1 +all", ("MX", "m.example")]})[0][0], "trouble")

    def test_a_from_domain_that_takes_no_mail_is_trouble(self):
        self.assertEqual(self.ask("from")[0], ("good", "mail to example.org goes to mx.example.org"))
        self.assertEqual(self.ask("from", {"example.org": "v=spf1 -all"})[0][0], "trouble")
        self.assertEqual(self.ask("from", {"example.org": ["v=spf1 -all", ("A", "192.0.2.1")]})[0][0], "good")

    def test_alignment_of_signature_and_envelope(self):
        self.key("example.org")
        self.assertEqual(self.ask("alignment"), [("good", "SPF and DKIM belong to the From domain")])

    def test_a_bounce_domain_of_another_house_is_told(self):
        self.key("example.org")
        path = self.home.folder / "config.toml"
        path.write_text(path.read_text() + '[bounce]\naddress = "back@returns.example"\nmaildir = "in"\n')
        found = self.ask("alignment", {"returns.example": ["v=spf1 -all", ("MX", "m.example")]})
        self.assertIn("SPF does not count for DMARC", found[0][1])
        self.assertIn(("note", "the bounce domain returns.example is not at or below d=example.org"), found)

    def test_nothing_that_belongs_to_the_from_domain_is_trouble(self):
        path = self.home.folder / "config.toml"
        path.write_text(path.read_text() + '[bounce]\naddress = "back@returns.example"\nmaildir = "in"\n')
        self.assertEqual(self.ask("alignment")[0][0], "trouble")

    def test_strict_alignment_is_strict(self):
        self.from_address("news@list.example.org")
        self.key("example.org")
        strict = {"_dmarc.list.example.org": "v=DMARC1; p=none; adkim=s; rua=mailto:d@example.org", "_dmarc.example.org": ""}
        self.assertIn("no signature belongs to list.example.org", self.ask("alignment", strict)[0][1])

    def test_a_key_that_is_old_or_in_test_mode_is_told(self):
        self.key("example.org")
        record = re.search(r'p=([^";]+)', self.home.do("dkim", "record").replace('" "', ""))[1]
        good = self.ask("dkim", {"s1._domainkey.example.org": "v=DKIM1; k=rsa; p=" + record})
        self.assertEqual(good[1:], [("good", "s1._domainkey.example.org holds our key")])
        os.utime(self.home.folder / "key.pem", (1.6e9, 1.6e9))
        found = self.ask("dkim", {"s1._domainkey.example.org": "v=DKIM1; k=rsa; t=y; p=" + record})
        self.assertEqual([level for level, _ in found], ["good", "good", "note", "note"])
        self.assertIn("t=y", found[2][1])
        self.assertIn("old", found[3][1])
        self.assertEqual(self.ask("dkim", {"s1._domainkey.example.org": "v=DKIM1; k=rsa; p=AAAA"})[1][0], "trouble")

    def test_the_relay_has_a_name_that_leads_back(self):
        path = self.home.folder / "config.toml"
        self.key("example.org")
        path.write_text(path.read_text().replace("smtp://127.0.0.1:1", "smtp://relay.example.org:587").replace('tls = "off"\n', ""))
        zone = {"relay.example.org": [("A", "192.0.2.7")], "7.2.0.192.in-addr.arpa": [("PTR", "relay.example.org")]}
        self.assertEqual(self.ask("relay", zone), [("good", "192.0.2.7 is relay.example.org and back")])
        self.assertEqual(self.ask("relay", {"relay.example.org": [("A", "192.0.2.7")]})[0][0], "note")

    def test_hints_are_one_line(self):
        self.assertEqual(self.ask("dns"), [("note", "MTA-STS, TLS-RPT, BIMI could be set for example.org")])
        self.assertEqual(self.ask("dns", {"_mta-sts.example.org": "v=STSv1; id=1", "_smtp._tls.example.org": "v=TLSRPTv1; rua=mailto:t@example.org",
                                          "default._bimi.example.org": "v=BIMI1; l=https://example.org/l.svg"}), [])

    def test_a_name_server_that_does_not_answer_is_told(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            port = silent.getsockname()[1]
        found = self.of("spf", "--dns", "--resolver", "127.0.0.1:%d" % port)
        self.assertEqual((found[0][0], "no answer from the DNS" in found[0][1]), ("trouble", True))


class Readiness(Case):
    def test_what_is_good_is_one_line_and_trouble_comes_first(self):
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        self.home.write("feed.xml", "nonsense")
        self.home.do("collect", status=69)
        lines = self.home.run("doctor").stdout.splitlines()
        self.assertTrue(lines[0].startswith("TROUBLE  source feed"), lines)
        self.assertTrue(lines[-1].startswith("good     config, database"), lines)
        self.assertEqual(sum(line.startswith("good") for line in lines), 1)
        self.assertGreater(sum(line.startswith("good") for line in self.home.run("-v", "doctor").stdout.splitlines()), 3)

    def test_a_copy_that_will_refuse_to_send_is_told(self):
        with SmtpServer() as server:
            self.home.configure(server.url)
            self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
            self.home.do("send", "--due")
        self.assertEqual([level for level, _ in self.of("database")], ["good"])
        shutil.copytree(self.home.folder / "subscribers", self.home.folder / "elsewhere")
        path = self.home.folder / "config.toml"
        path.write_text(path.read_text().replace("subscribers/tidings.db", "elsewhere/tidings.db"))
        self.assertTrue([what for level, what in self.of("database") if level == "trouble" and "it last sent mail from elsewhere" in what])

    def test_an_edition_that_nobody_sends_is_told(self):
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        self.home.now = "2026-01-26T09:30:00+02:00"
        self.assertIn(("trouble", "its edition of 2026-01-26 08:00 is overdue"), self.of("digest weekly"))

    def test_a_password_for_microsoft_is_told(self):
        path = self.home.folder / "config.toml"
        path.write_text(path.read_text().replace('url = "smtp://127.0.0.1:1"\ntls = "off"', 'url = "smtp://smtp.office365.com:587"\nusername = "n"\npassword_env = "P"'))
        self.home.environment["P"] = "x"
        self.assertIn(("note", "smtp.office365.com takes no passwords after December 2026"), self.of("smtp"))


class Pages(Case):
    def serving(self, get, post):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def answer():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked = connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 %d X\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % (post if asked.startswith(b"POST") else get))

        threading.Thread(target=answer, daemon=True).start()
        path = self.home.folder / "config.toml"
        path.write_text(re.sub(r'public_url = ".*"', 'public_url = "http://127.0.0.1:%d"' % listener.getsockname()[1], path.read_text()))
        return self.of("pages", "--pages")

    def test_a_post_that_is_refused_or_redirected_is_trouble(self):
        for get, post, level in ((200, 404, "good"), (200, 405, "trouble"), (200, 302, "trouble"), (200, 403, "trouble"), (502, 502, "trouble")):
            with self.subTest(get=get, post=post):
                self.home.configure()
                self.assertEqual(self.serving(get, post)[0][0], level)

    def test_our_own_pages_are_good(self):
        self.home.configure(digests=WEEKLY + '[web]\nlisten = "127.0.0.1:0"\n')
        process = self.home.start("serve")
        self.addCleanup(lambda: (process.terminate(), process.communicate()))
        port = re.search(r"http://127.0.0.1:(\d+)", process.stdout.readline())[1]
        path = self.home.folder / "config.toml"
        path.write_text(re.sub(r'public_url = ".*"', 'public_url = "http://127.0.0.1:%s"' % port, path.read_text()))
        self.assertEqual(self.of("pages", "--pages")[0][0], "good")

    def test_pages_that_do_not_answer_are_trouble(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        path = self.home.folder / "config.toml"
        path.write_text(re.sub(r'public_url = ".*"', 'public_url = "http://127.0.0.1:%d"' % port, path.read_text()))
        self.assertIn("does not answer", self.of("pages", "--pages")[0][1])


if __name__ == "__main__":
    unittest.main()
