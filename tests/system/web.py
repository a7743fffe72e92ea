"""Join, choose, leave over the web: the real `tidings serve` (and `tidings cgi`) with a scripted relay, and what must not work.

Every request is made by hand over a socket or by http.client, so that also what no browser sends can be sent.

Which attack is tried where (here, if no file is named):

    token guessing                    guessing_is_slowed_down_for_that_network_only
    truncated and changed tokens,
    tokens of other purposes          tokens_that_are_cut_changed_or_of_another_purpose_open_nothing
    CR, LF and NUL in every field     line_breaks_and_nul_in_every_field_reach_neither_mail_nor_table,
                                      what_a_header_claims_splits_no_line_and_reaches_no_table
    header splitting                  requests_that_are_too_large_or_mean_two_things_are_refused, and the two above
    path traversal                    the_archive_is_served_and_has_no_way_out; through nginx and Caddy: web_fronts.py
    oversized requests                requests_that_are_too_large_or_mean_two_things_are_refused
    slow requests (slowloris)         who_drips_is_sent_away_after_ten_seconds, slow_and_many_connections_hold_nobody_up
    10,000 connections                web_load.py: ten_thousand_connections_stay_open_while_others_are_answered
    SQL, HTML, mustache, formulas     hostile_fields_reach_no_header_page_or_table
    who is on the list, by answer     the_answer_is_the_same_for_every_address
    who is on the list, by time       web_load.py: the_time_of_an_answer_does_not_say_who_is_on_the_list
    open redirect, poisoned host      nobody_is_sent_to_another_site_and_links_are_of_the_configured_one
    a scanner that follows links      a_scanner_that_fetches_every_link_changes_nothing_and_two_posts_are_one_withdrawal
"""
import concurrent.futures
import contextlib
import csv
import email
import http.client
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest
import urllib.parse

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, html_of, parse_mail, rss, text_of
import datetime

DIGESTS = """[[digest]]
name = "daily"
schedule = "daily 07:30"
[[digest]]
name = "weekly"
title = "The week"
schedule = "weekly monday 08:00"
"""
WEB = '[web]\nlisten = "127.0.0.1:0"\nmetrics = "127.0.0.1:0"\narchive = "archive"\nwelcome = true\ngoodbye = true\n'
SOURCE = '[[source]]\nname = "town"\nurl = "file:town.xml"\ntopics = ["boats", "<b>&{{x}}"]\n'
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Site:
    """A running server and its relay."""

    def __init__(self, on_disk=False, config=DIGESTS + WEB, prepare=lambda home: None):
        self.home = Home(on_disk)
        prepare(self.home)
        self.relay = SmtpServer()
        self.relay.__enter__()
        self.home.configure(self.relay.url, [SOURCE], config)
        begun = datetime.datetime(2026, 1, 18, 9, tzinfo=datetime.timezone.utc)
        post = Article("Ships in the fog", "https://town.example/1", begun, begun, "<p>Words.</p>")
        self.home.write("town.xml", rss("Town", [post]))
        self.start()

    def start(self):
        self.process = self.home.start("serve")
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1])
        if "metrics" in (self.home.folder / "config.toml").read_text(encoding="utf-8"):
            self.monitor = int(re.search(r":(\d+)/metrics", self.process.stdout.readline())[1])

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(20)
        self.process.stdout.close()
        self.errors = self.process.stderr.read()
        self.process.stderr.close()

    def close(self):
        self.stop()
        self.relay.__exit__()
        self.home.__exit__()

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            if isinstance(body, dict):
                body = urllib.parse.urlencode(body, doseq=True)
                headers = {**FORM, **(headers or {})}
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def raw(self, octets, timeout=20):
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            out = b""
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(65536):
                    out += part
            return out

    def mail(self, to, seconds=20):
        """The next mail to the address; waits for it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for each in list(self.relay.accepted):
                if each.envelope_to == to:
                    self.relay.accepted.remove(each)
                    return parse_mail(each.octets)
            threading.Event().wait(0.02)
        raise AssertionError("no mail to %s" % to)

    def state(self, address):
        done = self.home.run("subscriber", "show", address, "--json")
        if done.returncode:
            return None
        return {each["digest"]: each["status"] for each in json.loads(done.stdout).get("subscriptions", [])} or None

    def fresh_form(self):
        """A stamp that is old enough for a person."""
        _, page, _ = self.ask("GET", "/subscribe")
        return re.search(r'name="stamp" value="([^"]+)"', page)[1]

    def sign_up(self, stamp, email, **more):
        return self.ask("POST", "/subscribe", {"email": email, "stamp": stamp, "website": "", **more})


def path_of(mail, kind):
    return re.search(r"https://news\.example\.org(/%s/\S+)" % kind, text_of(mail))[1]


class Web(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.stamp = cls.site.fresh_form()
        time.sleep(2.1)  # what the test is about: a form filled in quicker than this is a robot's
        cls.names = iter("reader%d@example.org" % i for i in range(5000))
        pool = concurrent.futures.ThreadPoolExecutor(2)
        cls.trickles = [
            pool.submit(cls.drip, each) for each in (b"", b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n")
        ]

    @classmethod
    def drip(cls, begun):
        """An octet at a time, of the header or of the body, as slowloris does. How long that is put up with."""
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", cls.site.port),
                                      timeout=0.3) as connection, contextlib.suppress(ConnectionError):
            connection.sendall(begun)
            while time.monotonic() < begin + 40:
                connection.sendall(b"G")
                with contextlib.suppress(TimeoutError):
                    if connection.recv(1) == b"":
                        break
        return time.monotonic() - begin

    @classmethod
    def tearDownClass(cls):
        cls.site.close()
        assert cls.site.process.returncode == 0, cls.site.errors

    def reader(self, *more):
        """A confirmed subscriber and the paths of their links."""
        address = next(self.names)
        self.site.home.do("subscriber", "add", address, "--confirmed", *more)
        self.site.mail(address)  # welcome: by every way of joining
        return address

    def digest_mail(self):
        self.new_post()
        self.site.home.do("send", "weekly", "--now", at=self.moment())

    def new_post(self):
        type(self).posts = getattr(type(self), "posts", 1) + 1
        self.site.home.write("town.xml",
                             rss("Town", [Article("News %d" % self.posts, "https://town.example/%d" % self.posts, None)]))

    def states_of_all(self):
        return {each["address"]: each["subscriptions"] for each in self.site.home.json("subscriber", "list", "--limit", "100000")}

    def moment(self):
        type(self).days = getattr(type(self), "days", 0) + 1
        return (datetime.datetime(2026, 1, 19, 12, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=self.days)).isoformat()

    def joined(self, **more):
        address = next(self.names)
        status, page, _ = self.site.sign_up(self.stamp, address, **more)
        self.assertEqual(status, 200)
        mail = self.site.mail(address)
        self.assertEqual(self.site.ask("POST", path_of(mail, "c"), {})[0], 200)
        welcome = self.site.mail(address)
        return address, path_of(welcome, "p"), mail

    def test_a_reader_joins_changes_leaves_and_comes_back(self):
        site = self.site
        address, preferences, mail = self.joined(digest=["weekly"], topic=["boats"])
        self.assertEqual(site.state(address), {"weekly": "confirmed"})
        self.assertIn("confirm", mail["Message-ID"])
        status, page, _ = site.ask("GET", path_of(mail, "c"))
        self.assertEqual((status, "Already confirmed" in page), (200, True), "a confirmation is good once, and says so")
        page = site.ask("GET", preferences)[1]
        self.assertRegex(page, r'value="weekly" checked')
        self.assertNotIn(address, page)
        answer = site.ask("POST", preferences,
                          {"act": "save", "digest": ["daily"], "topic": ["boats"], "name": "Ada", "language": "de"})
        self.assertEqual(answer[0], 200)
        self.assertEqual(site.state(address), {"daily": "confirmed", "weekly": "withdrawn"})
        self.assertEqual(site.ask("POST", preferences, {"act": "save"})[0], 200)
        self.assertEqual(set(site.state(address).values()), {"withdrawn"})
        site.mail(address)  # goodbye: by every way of leaving
        site.sign_up(self.stamp, address, digest=["daily"])
        again = site.mail(address)
        self.assertEqual(site.state(address)["daily"], "pending", "who left needs a new confirmation")
        site.ask("POST", path_of(again, "c"), {})
        self.assertEqual(site.state(address)["daily"], "confirmed")

    def test_a_scanner_that_fetches_every_link_changes_nothing_and_two_posts_are_one_withdrawal(self):
        site = self.site
        addresses = [next(self.names) for _ in range(100)]
        site.home.write("readers.csv", "email\n" + "\n".join(addresses))
        site.home.do("subscriber", "import", "readers.csv", "--confirmed")
        self.digest_mail()
        mails = {each: site.mail(each) for each in addresses}
        before = self.states_of_all()
        links = []
        for mail in mails.values():
            found = re.findall(r"https://news\.example\.org(/[a-z]/[\w-]+)",
                               text_of(mail) + html_of(mail) + mail["List-Unsubscribe"])
            self.assertEqual({link[:3] for link in found}, {"/u/", "/p/"})
            links += set(found)
        self.assertEqual(len(links), 200)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for method in ("GET", "HEAD"):
                for answers in pool.map(lambda link: self.fetch(method, link, 10), links):
                    self.assertEqual([status for status, _ in answers], [200] * 10)
                    self.assertEqual({body == b"" for _, body in answers}, {method == "HEAD"})
        self.assertEqual(self.states_of_all(), before)

        def leave(number):
            link = re.search(r"<https://news\.example\.org(/u/[\w-]+)>", mails[addresses[number]]["List-Unsubscribe"])[1]
            body, headers = "List-Unsubscribe=One-Click", FORM
            if number % 2:
                body = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
                headers = {"Content-Type": "multipart/form-data; boundary=b"}
            return site.ask("POST", link, body, headers)[0]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:  # twice at nearly the same time, and once more after that
            self.assertEqual(set(pool.map(leave, [number // 2 for number in range(200)])), {200})
            self.assertEqual(set(pool.map(leave, range(100))), {200})
        with contextlib.closing(sqlite3.connect(site.home.folder / "subscribers/tidings.db")) as database:
            withdrawn = database.execute(
                "SELECT s.address, c.digest, c.origin FROM consents c JOIN subscribers s ON s.id = c.subscriber_id "
                "WHERE c.event = 'withdrawn' AND c.digest = 'weekly'").fetchall()
        self.assertEqual(sorted(each for each in withdrawn if each[0] in mails),
                         sorted((each, "weekly", "one-click") for each in addresses))

    def fetch(self, method, link, times):
        """Statuses and bodies, over one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        answers = []
        for _ in range(times):
            connection.request(method, link)
            answer = connection.getresponse()
            answers.append((answer.status, answer.read()))
        connection.close()
        return answers

    def test_a_suppressed_reader_leaves_what_they_leave_and_is_told_that_nothing_else_is_to_be_had(self):
        site = self.site
        address, preferences, _ = self.joined(digest=["weekly"])
        site.home.do("suppression", "add", address)
        self.assertIn("No mail is sent to this address", site.ask("GET", preferences)[1])
        status, page, _ = site.ask("POST", preferences, {"act": "save", "digest": ["daily"], "name": "Ida"})
        self.assertEqual(status, 200)
        self.assertIn("No mail is sent to this address", page)
        self.assertNotRegex(page, r'value="(daily|weekly)" checked')
        self.assertIn('value="Ida"', page)
        self.assertEqual(site.state(address), {"weekly": "withdrawn"})
        site.home.do("suppression", "remove", address)
        self.assertNotIn("No mail is sent", site.ask("GET", preferences)[1])

    def test_one_click_ends_the_mail_of_that_list_id_and_no_other(self):
        site = self.site
        address = self.reader()
        self.digest_mail()
        mail = site.mail(address)
        self.assertRegex(mail["List-Id"], r"<weekly\.news\.example\.org>$")
        link = re.search(r"<https://news\.example\.org(/u/[\w-]+)>", mail["List-Unsubscribe"])[1]
        self.assertEqual(site.ask("POST", link, "List-Unsubscribe=One-Click", FORM)[:2], (200, "unsubscribed\n"))
        self.assertEqual(site.state(address), {"daily": "confirmed", "weekly": "withdrawn"})
        self.assertEqual(site.mail(address)["Subject"], "You have left The week (weekly)")

    def test_a_link_in_a_mail_of_a_digest_that_they_changed_from_ends_what_they_get_in_its_place(self):
        site = self.site
        ways = {
            "one click": lambda link: self.assertEqual(site.ask("POST", link, "List-Unsubscribe=One-Click", FORM)[:2], (200, "unsubscribed\n")),
            "page": lambda link: self.assertEqual(site.ask("POST", link, {"act": "leave"})[0], 200)}
        for way, leave in ways.items():
            with self.subTest(way):
                address = self.reader("--digest", "weekly")
                self.digest_mail()
                link = re.search(r"<https://news\.example\.org(/u/[\w-]+)>", site.mail(address)["List-Unsubscribe"])[1]
                site.home.do("subscriber", "set", address, "--cadence", "daily")
                self.assertEqual(site.state(address), {"daily": "confirmed", "weekly": "withdrawn"})
                self.assertIn("daily", site.ask("GET", link)[1].lower())
                leave(link)
                self.assertEqual(site.state(address), {"daily": "withdrawn", "weekly": "withdrawn"})

    def test_an_erased_reader_leaves_no_word_of_the_relay_behind_and_the_export_tells_all_before(self):
        site = self.site
        address = self.reader()
        site.relay.rules.append(Rule("rcpt", "451 4.2.0 <%s> is asleep" % address, address))
        self.new_post()
        site.home.run("send", "weekly", "--now", at=self.moment())
        person = json.loads(site.home.do("subscriber", "export", "--one", address))
        self.assertEqual([each["state"] for each in person["deliveries"]], ["deferred"])
        self.assertIn(address, person["deliveries"][0]["reply"])
        shown = json.loads(site.home.do("subscriber", "show", address, "--json"))
        self.assertEqual(shown["deliveries"], person["deliveries"])
        number = sqlite3.connect(site.home.folder / "subscribers/tidings.db").execute(
            "SELECT id FROM subscribers WHERE address = ?", [address]).fetchone()[0]
        site.home.do("subscriber", "erase", address)
        with contextlib.closing(sqlite3.connect(site.home.folder / "subscribers/tidings.db")) as database:
            rows = database.execute("SELECT state, reply FROM deliveries WHERE subscriber_id = ?", [number]).fetchall()
            self.assertEqual(rows, [(3, None)])
            for table in [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]:
                for row in database.execute('SELECT * FROM "%s"' % table):
                    self.assertNotIn(address, str(row), table)

    def test_tokens_that_are_cut_changed_or_of_another_purpose_open_nothing(self):
        site = self.site
        _, preferences, mail = self.joined()
        token = preferences[3:]
        bad = [
            "/u/" + token, "/c/" + token, "/p/" + token[:-1], "/p/" + token + "A", "/p/", "/p/" + token + "/",
            "/p/" + token.swapcase(), "/p/" + "A" * 3000, "/p/%00" + token, "/p/" + token + "%0d%0aX:1", "/c/" + "a" * 26,
            "/u/preview"
        ]
        bad += ["/p/" + token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1:] for i in range(0, len(token), 3)]
        for path in bad:
            for method in ("GET", "POST"):
                headers = {"X-Forwarded-For": "198.51.100.%d" % (len(path) % 250)}
                self.assertIn(site.ask(method, path, {} if method == "POST" else None, headers)[0], (404, 429), path)
        self.assertEqual(site.ask("GET", preferences)[0], 200)

    def test_guessing_is_slowed_down_for_that_network_only(self):
        headers = {"X-Forwarded-For": "203.0.113.9"}
        got = [self.site.ask("GET", "/u/%026d" % i, headers=headers)[0] for i in range(80)]
        self.assertEqual(set(got[:50]), {404})
        self.assertIn(429, got)
        self.assertEqual(self.site.ask("GET", "/u/nothing", headers={"X-Forwarded-For": "192.0.2.1"})[0], 404)

    def test_the_answer_is_the_same_for_every_address(self):
        site = self.site
        known = self.reader()
        suppressed = next(self.names)
        site.home.do("suppression", "add", suppressed)
        pages = [site.sign_up(self.stamp, each)[:2] for each in (known, suppressed, next(self.names))]
        self.assertEqual(pages[0], pages[1])
        self.assertEqual(pages[0], pages[2])
        self.assertIn("already", text_of(site.mail(known)))
        self.assertIsNone(site.state(suppressed))

    def test_whoever_signs_up_again_before_confirming_gets_what_they_asked_for_last(self):
        site, address = self.site, next(self.names)

        def wish():
            known, = site.home.json("subscriber", "show", address)
            return known["name"], known["topics"]

        first = site.sign_up(self.stamp, address, name="Anne", topic=["boats"])
        site.mail(address)
        self.assertEqual(wish(), ("Anne", ["boats"]))
        again = site.sign_up(self.stamp, address, name="Ann")
        mail = site.mail(address)
        self.assertEqual(wish(), ("Ann", []))
        self.assertEqual(first[:2], again[:2], "the answer tells nothing")
        site.ask("POST", path_of(mail, "c"), {})
        site.mail(address)  # welcome
        self.assertEqual(site.sign_up(self.stamp, address, name="Mallory", topic=["boats"])[:2], first[:2])
        self.assertIn("already", text_of(site.mail(address)))
        self.assertEqual(wish(), ("Ann", []), "a stranger changes nothing of a confirmed reader")

    def test_robots_are_answered_and_forgotten(self):
        site = self.site
        address = next(self.names)
        self.assertEqual(site.ask("POST", "/subscribe", {"email": address, "stamp": self.stamp, "website": "https://x"})[0], 200)
        status, page, _ = site.ask("POST", "/subscribe", {"email": address})  # from another site: a second step
        self.assertIn('value="%s"' % address, page)
        site.ask("POST", "/subscribe", {"email": address, "stamp": site.fresh_form()})  # too quick
        site.ask("POST", "/subscribe", {"email": address, "stamp": "1.00"})
        real = next(self.names)
        site.sign_up(self.stamp, real)
        site.mail(real)  # everything before it has been looked at
        self.assertIsNone(site.state(address))

    def test_hostile_fields_reach_no_header_page_or_table(self):
        site = self.site
        for unseen in ("\u0085", "\u2028", "\u202e", "\u2067", "\u200b", "\ufeff"):
            evil = {"email": "ev%sil@example.org" % unseen, "stamp": self.stamp, "website": ""}
            self.assertEqual(site.ask("POST", "/subscribe", evil, {"X-Forwarded-For": "198.51.100.177"})[0], 422, ascii(unseen))
        for evil in ("a@example.org\r\nBcc: b@example.org", "<script>@example.org", "a@b@c", "a@" + "x" * 300, "=cmd()@"):
            status, page, _ = site.sign_up(self.stamp, evil)
            self.assertEqual(status, 422, evil)
            self.assertNotIn("<script>", page)
        address = next(self.names)
        name = "=HYPERLINK(\"x\")'; DROP TABLE subscribers;-- {{name}} {{{t}}} <img src=x>\r\nBcc: x@example.org\0"
        self.assertEqual(site.sign_up(self.stamp, address, name=name, topic=["<b>&{{x}}", "nonsense"])[0], 422)
        self.assertEqual(site.sign_up(self.stamp, address, name=name, digest=["weekly"], topic=["<b>&{{x}}"])[0], 200)
        mail = site.mail(address)
        self.assertIsNone(mail["Bcc"])
        site.ask("POST", path_of(mail, "c"), {})
        page = site.ask("GET", path_of(site.mail(address), "p"))[1]
        self.assertIn("&lt;b&gt;&amp;{{x}}", page)
        self.assertIn("; DROP TABLE subscribers;-- {{name}} {{{t}}} &lt;img src=x&gt;", page)
        self.assertNotIn("<img", page)
        self.assertEqual(json.loads(site.home.do("subscriber", "show", address, "--json"))["topics"], ["<b>&{{x}}"])
        for formula in ("=1+1", "+1", "-1", "@SUM(A1)", "＝1"):  # as a spreadsheet of East Asia takes them, too
            site.home.do("subscriber", "set", address, "--name", formula)
            table = site.home.do("subscriber", "export")
            rows = list(csv.reader(io.StringIO(table)))
            self.assertIn(formula.strip(), [field.lstrip("'") for row in rows for field in row])
            self.assertEqual([field for row in rows for field in row if field.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))],
                             [])
        self.digest_mail()
        digest = site.mail(address)
        self.assertIsNone(digest["Bcc"])
        self.assertEqual(digest.defects, [])

    def test_pages_ask_nobody_else_and_run_nothing(self):
        site = self.site
        _, preferences, mail = self.joined()
        for path in ("/", "/subscribe?lang=ar", preferences, "/nothing", "/u/x"):
            status, page, headers = site.ask("GET", path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
            self.assertNotIn("evil.example", page)
            self.assertNotRegex(page, r"<script|\son\w+=|javascript:|style=")
            self.assertEqual(re.findall(r'(?:src|href)="(https?:[^"]*)"', page), [])
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIsNone(headers["Set-Cookie"])
            self.assertIsNone(headers["Location"])
        self.assertIn('dir="rtl"', site.ask("GET", "/?lang=ar")[1])

    def test_the_archive_is_served_and_has_no_way_out(self):
        site = self.site
        if not (site.home.folder / "archive/index.html").exists():
            self.assertNotIn("Read past issues", site.ask("GET", "/")[1], "before the first edition there are none to read")
        site.home.write("archive/index.html", "<h1>All</h1>")
        self.assertIn("Read past issues", site.ask("GET", "/")[1])
        site.home.write("archive/feed.atom", "<feed/>")
        site.home.write("archive/.secret", "x")
        os.symlink("../config.toml", site.home.folder / "archive/link.txt")
        self.assertEqual(site.ask("GET", "/archive/")[1], "<h1>All</h1>")
        self.assertIn("application/atom+xml", site.ask("GET", "/archive/feed.atom")[2]["Content-Type"])
        for path in ("/archive/../config.toml", "/archive/%2e%2e/config.toml", "/archive/..%2fconfig.toml",
                     "/archive//etc/passwd", "/archive/%2fetc/passwd", "/archive/.secret", "/archive/link.txt",
                     "/archive/..%5cconfig.toml", "/archive/index.html%00.txt"):
            self.assertEqual(site.ask("GET", path, headers={"X-Forwarded-For": "192.0.2.77"})[0], 404, path)

    def test_requests_that_are_too_large_or_mean_two_things_are_refused(self):
        raw = self.site.raw
        self.assertIn(b" 431 ", raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n")[:20])
        self.assertIn(b" 413 ", raw(b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n")[:20])
        self.assertIn(b" 400 ", raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na")[:20])
        self.assertIn(b" 411 ", raw(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")[:20])
        self.assertIn(b" 400 ", raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n")[:20])
        self.assertIn(b" 405 ", raw(b"DELETE /subscribe HTTP/1.1\r\nHost: x\r\n\r\n")[:20])
        self.assertEqual(
            raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").count(b"200 OK"), 2)
        answer = raw(b"GET /subscribe?x=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertNotIn(b"Set-Cookie", answer.split(b"\r\n\r\n")[0])

    def test_slow_and_many_connections_hold_nobody_up(self):
        site = self.site
        slow = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(600)]
        try:
            for connection in slow:
                connection.sendall(b"POST /subscribe HTTP/1.1\r\nContent-Length: 5000\r\nX-Slow: ")
            begin = time.monotonic()
            self.assertEqual(site.ask("GET", "/healthz")[0], 200)
            self.assertLess(time.monotonic() - begin, 2)
        finally:
            for connection in slow:
                connection.close()

    def test_who_drips_is_sent_away_after_ten_seconds(self):
        for trickle in self.trickles:
            self.assertLess(trickle.result(60), 20)

    def test_line_breaks_and_nul_in_every_field_reach_neither_mail_nor_table(self):
        site = self.site
        evil = "x\r\nBcc: thief@example.org\r\n\r\n\0%0d%0aBcc: thief@example.org"
        address = next(self.names)
        fields = {
            "email": address, "name": "Ann", "stamp": self.stamp, "website": "", "digest": ["weekly"], "topic": ["boats"],
            "language": "de", "lang": "de"
        }
        for field in fields:
            form = {**fields, field: [*fields[field], evil] if isinstance(fields[field], list) else fields[field] + evil}
            self.assertIn(site.ask("POST", "/subscribe", form)[0], (200, 422), field)
        site.ask("POST", "/subscribe?lang=" + urllib.parse.quote(evil), fields)
        mail = site.mail(address)
        site.ask("POST", path_of(mail, "c"), {"act": evil, evil: evil})
        welcome = site.mail(address)
        while "/p/" not in text_of(welcome):  # it was asked for more than once
            welcome = site.mail(address)
        preferences = path_of(welcome, "p")
        wishes = {"act": "save", "name": "Ann", "language": "en", "digest": ["weekly"], "topic": ["boats"]}
        for field in wishes:
            form = {**wishes, field: [*wishes[field], evil] if isinstance(wishes[field], list) else wishes[field] + evil}
            self.assertIn(site.ask("POST", preferences, form)[0], (200, 400, 422), field)
        self.new_post()
        site.home.do("send", "weekly", "--now", at=self.moment())
        for each in [mail, site.mail(address)] + [parse_mail(each.octets) for each in site.relay.accepted]:
            self.assertIsNone(each["Bcc"])
            self.assertEqual(each.defects, [])
        self.assertNotIn("thief@example.org", {each.envelope_to for each in site.relay.accepted})
        with contextlib.closing(sqlite3.connect(site.home.folder / "subscribers/tidings.db")) as database:
            for table in ("subscribers", "subscriptions", "subscriber_topics", "consents", "sign_ups", "notices"):
                for row in database.execute('SELECT * FROM "%s"' % table):
                    for value in row:
                        self.assertFalse(isinstance(value, str) and re.search(r"[\r\0]", value), (table, row))

    def test_what_a_header_claims_splits_no_line_and_reaches_no_table(self):
        site = self.site
        form = urllib.parse.urlencode({"email": next(self.names), "stamp": self.stamp, "website": ""}).encode()
        head = (b"POST /subscribe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 198.51.100.77\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(form))
        for field in (b"User-Agent", b"Accept-Language", b"Referer", b"Cookie", b"X-Forwarded-For"):
            for evil in (b"thief\rBcc: thief@example.org", b"thief\nBcc: thief@example.org", b"thief\0",
                         b"thief\r\n\tBcc: thief@example.org"):
                answer = site.raw(head + field + b": " + evil + b"\r\n\r\n" + form)
                status, _, rest = answer.partition(b"\r\n")
                self.assertIn(status.split(b" ")[1], (b"200", b"400"), (field, evil))
                self.assertNotIn(b"thief", rest.split(b"\r\n\r\n")[0])
        for claim in ("thief", "203.0.113.5%0d%0aBcc: thief@example.org", "203.0.113.5, thief", "' OR 1=1;--", "7" * 3000):
            address = next(self.names)
            headers = {"X-Forwarded-For": claim, "User-Agent": claim}
            self.assertEqual(site.ask("POST", "/subscribe", {"email": address, "stamp": self.stamp}, headers)[0], 200)
            mail = site.mail(address)
            self.assertEqual((mail.defects, mail["Bcc"]), ([], None))
            self.assertNotIn("thief", str(mail))
            consent, = json.loads(site.home.do("subscriber", "show", address, "--json"))["consents"][:1]
            self.assertTrue(consent["detail"].endswith("from 127.0.0.1"), consent)

    def test_nobody_is_sent_to_another_site_and_links_are_of_the_configured_one(self):
        site = self.site
        address = next(self.names)
        poison = {
            "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http",
            "Forwarded": "host=evil.example"
        }
        status, page, _ = site.ask(
            "POST", "/subscribe",
            {"email": address, "stamp": self.stamp, "next": "https://evil.example/", "redirect": "//evil.example"}, poison)
        self.assertEqual(status, 200)
        mail = site.mail(address)
        self.assertNotIn("evil", text_of(mail) + str(mail))
        answers = [
            site.ask("POST",
                     path_of(mail, "c") + "?next=https://evil.example/", {"return": "https://evil.example/"}, poison)
        ]
        for path in ("//evil.example/subscribe", "/\\evil.example", "/subscribe/..//evil.example",
                     "/subscribe?next=//evil.example", "/archive//evil.example/.."):
            answers.append(site.ask("GET", path, headers={**poison, "X-Forwarded-For": "192.0.2.81"}))
        for status, page, headers in answers:
            self.assertIn(status, (200, 400, 404), page)
            self.assertIsNone(headers["Location"])
            self.assertIsNone(headers["Refresh"])
            self.assertNotIn("evil.example", page)
        self.assertNotIn(
            b"evil", site.raw(b"GET http://evil.example/subscribe HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))

    def test_numbers_are_on_a_listener_of_their_own(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.site.monitor, timeout=20)
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertRegex(answer.read().decode(), r'tidings_subscriptions\{digest="weekly",state="confirmed"\} \d')
        connection.close()
        self.assertEqual(self.site.ask("GET", "/metrics")[0], 404)
        self.assertEqual(self.site.ask("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"})[0], 404)

    def test_old_links_stay_good_when_keys_are_rotated(self):
        site = self.site
        _, old, _ = self.joined()
        site.home.do("keys", "rotate")
        _, new, _ = self.joined()
        self.assertNotEqual(old[:6], new[:6])
        for path in (old, new):
            self.assertEqual(site.ask("GET", path)[0], 200)

    def cgi(self, method, path, body="", client="192.0.2.5", **more):
        return self.cgi_answer(method, path, body, client, **more)[:2]

    def cgi_answer(self, method, path, body="", client="192.0.2.5", **more):
        """As lighttpd does it: the program is killed as soon as nobody writes any more."""
        home = self.site.home
        env = {
            **os.environ, "REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": client,
            **more
        }
        if isinstance(body, str) and body and "CONTENT_TYPE" not in more:
            env["CONTENT_TYPE"] = FORM["Content-Type"]
        process = subprocess.Popen(home.command("cgi"), cwd=home.folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        out, errors = process.communicate(body, timeout=60)  # until both pipes have ended, whoever holds them
        process.kill()
        self.assertEqual(errors, "")
        head, _, page = out.partition("\n\n")
        self.assertEqual(page == "", method == "HEAD", head)
        return int(re.search(r"Status: (\d+)", head)[1]), page, email.message_from_string(head + "\n\n")

    def test_the_same_pages_as_cgi(self):
        site = self.site
        _, preferences, mail = self.joined(digest=["weekly"])
        site.home.write("archive/index.html", "<h1>All</h1>")
        wrong = urllib.parse.urlencode({"email": "nobody", "stamp": self.stamp})
        asked = [("GET", path, "") for path in ("/", "/subscribe", "/style.css", "/healthz", "/robots.txt", "/favicon.ico", "/archive/",
                                                "/archive/../config.toml", "/nothing", "/u/x", "/c/x", preferences, path_of(mail, "c"))]
        asked += [("HEAD", preferences, ""), ("POST", "/", "a=b"), ("POST", "/subscribe", wrong), ("POST", preferences, "act=other"),
                  ("DELETE", "/subscribe", ""), ("POST", "/u/x", "List-Unsubscribe=One-Click")]
        for method, path, body in asked:
            served = site.ask(method, path, body, {**FORM, "X-Forwarded-For": "192.0.2.30"})
            started = self.cgi_answer(method, path, body, "192.0.2.31")
            pages = [re.sub(r'(name="stamp" value=")[^"]+', r"\1", answer[1]) for answer in (served, started)]
            self.assertEqual((served[0], pages[0]), (started[0], pages[1]), (method, path))
            for field in ("Content-Type", "Content-Language", "Content-Security-Policy", "Cache-Control", "Referrer-Policy",
                          "X-Content-Type-Options", "X-Robots-Tag", "Allow", "Location"):
                self.assertEqual(served[2][field], started[2][field], (method, path, field))
        address = next(self.names)
        self.assertEqual(self.cgi("POST", "/subscribe", urllib.parse.urlencode({"email": address, "stamp": self.stamp}))[0], 200)
        link = path_of(site.mail(address), "c")
        self.assertEqual(self.cgi("POST", link)[0], 200)
        self.assertEqual(set(site.state(address).values()), {"confirmed"})
        self.assertEqual(self.cgi("GET", "/metrics")[0], 404)

    def test_cgi_mails_at_once_and_neither_visitor_nor_server_waits_for_the_relay(self):
        site = self.site
        site.stop()  # nobody else is there to send
        try:
            address = next(self.names)
            rule = Rule("dot", "delay:3", address, 1)
            site.relay.rules.append(rule)
            begin = time.monotonic()
            status, page = self.cgi("POST", "/subscribe", urllib.parse.urlencode({"email": address, "stamp": self.stamp}))
            answered = time.monotonic() - begin
            self.assertEqual(status, 200)
            mail = site.mail(address)
            self.assertLess(answered, 3)
            self.assertGreater(time.monotonic() - begin, 3)
            known = self.cgi("POST", "/subscribe", urllib.parse.urlencode({"email": address, "stamp": self.stamp}))
            self.assertEqual(known, (status, page), "the answer says who is on the list")
            self.assertEqual(self.cgi("POST", path_of(mail, "c"))[0], 200)
        finally:
            site.start()

    def test_cgi_counts_by_network_though_no_process_lives_on(self):
        sign_up = urllib.parse.urlencode({"email": "not an address", "stamp": self.stamp})
        client = "198.51.100.200"
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            got = list(pool.map(lambda _: self.cgi("POST", "/subscribe", sign_up, client)[0], range(36)))
        self.assertEqual((got.count(422), got.count(429)), (30, 6))
        self.assertEqual(self.cgi("POST", "/subscribe", sign_up, "198.51.101.1")[0], 422, "another network")
        with contextlib.closing(sqlite3.connect(self.site.home.folder / "subscribers/tidings.db")) as database:
            for row in database.execute("SELECT * FROM web_limits"):
                self.assertNotIn(client, str(row))


if __name__ == "__main__":
    unittest.main()
