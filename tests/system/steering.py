"""Readers steer and leave as they like: another address, their data, less instead of nothing, a way back, a link that expired, and the
question whether they still want it. The binary, its pages and a scripted relay."""
import datetime
import email
import json
import os
import re
import subprocess
import time
import unittest
import urllib.parse

from bounce import report
from smtp_server import Rule, SmtpServer
from tidings import Article, Home, TOP, html_of, parse_mail, rss, text_of
from web import FORM, Site, path_of

UTC = datetime.timezone.utc


def field(page, name):
    return re.search(r'name="%s" value="([^"]*)"' % name, page)[1]


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.numbers = iter(range(1000))

    @classmethod
    def tearDownClass(cls):
        cls.site.close()
        assert cls.site.process.returncode == 0, cls.site.errors

    def reader(self, *more):
        address = "reader%d@example.org" % next(self.numbers)
        self.site.home.do("subscriber", "add", address, "--confirmed", *more)
        return address, path_of(self.site.mail(address), "p")

    def post(self, path, body, status=200, headers=None):
        answer = self.site.ask("POST", path, body, headers)
        self.assertEqual(answer[0], status, answer[1])
        return answer[1]

    def show(self, address):
        return self.site.home.json("subscriber", "show", address)[0]

    def unsubscribe_link(self, address, digest="weekly"):
        number = next(self.numbers)
        self.site.home.write("town.xml", rss("Town", [Article("News %d" % number, "https://town.example/s%d" % number, None)]))
        moment = datetime.datetime(2026, 2, 1, 12, tzinfo=UTC) + datetime.timedelta(days=number)
        self.site.home.do("send", digest, "--now", at=moment)
        return re.search(r"<https://news\.example\.org(/u/[\w-]+)>", self.site.mail(address)["List-Unsubscribe"])[1]

    def day(self, days):
        return (datetime.datetime.now(UTC) + datetime.timedelta(days=days)).strftime("%Y-%m-%d")

    # ---- preferences

    def test_a_pause_is_set_shown_and_ended_on_the_page(self):
        address, path = self.reader("--digest", "weekly")
        page = self.post(path, {"act": "save", "digest": "weekly", "paused_until": self.day(40)})
        self.assertIn("Paused: no mail before", page)
        self.assertEqual(self.site.state(address), {"weekly": "paused"})
        page = self.site.ask("GET", path)[1]
        self.assertEqual(field(page, "paused_until"), self.day(40))
        self.assertIn('role="status">Paused: no mail before', page)
        self.assertRegex(page, r'value="weekly" checked')
        page = self.post(path, {"act": "save", "digest": "weekly", "paused_until": self.day(40), "name": "Ada"})
        self.assertNotIn("Pause", page.split("<h2>")[0], "what stays the same is not told as changed")
        self.assertIn("Ada", page)
        self.post(path, {"act": "save", "digest": "weekly", "paused_until": ""})
        self.assertEqual(self.site.state(address), {"weekly": "confirmed"})

    def test_a_day_that_makes_no_sense_is_told_beside_its_field_and_changes_nothing(self):
        address, path = self.reader("--digest", "weekly")
        for day in ("2020-01-01", self.day(0), self.day(500), "tomorrow", "<b>"):
            page = self.post(path, {"act": "save", "digest": "daily", "paused_until": day}, 422)
            self.assertRegex(page, r'id="pause-problem"[^>]*role="alert"', day)
            self.assertIn("pause-hint pause-problem", page)
        self.assertEqual(self.site.state(address), {"weekly": "confirmed"})

    def test_saving_says_what_changed_and_when_the_next_mail_comes(self):
        _, path = self.reader("--digest", "weekly")
        page = self.post(path, {"act": "save", "digest": "daily", "topic": "boats", "name": "Ada Finch", "language": "en"})
        for words in ("How often", "daily", "Topics", "boats", "Ada Finch"):
            self.assertIn(words, page)
        self.assertRegex(page.split("The next mail")[1], r"\w+ \d+ \w+, 07:30")
        page = self.post(path, {"act": "save", "digest": "daily", "topic": "boats", "name": "Ada Finch", "language": "en"})
        self.assertIn("Nothing has changed.", page)
        page = self.post(path, {"act": "save"})
        self.assertIn("No more mail will come.", page)

    def test_data_are_downloaded_by_post_alone(self):
        address, path = self.reader("--name", "Ada", "--digest", "weekly")
        self.unsubscribe_link(address)
        status, body, headers = self.site.ask("POST", path, {"act": "download"})
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json; charset=utf-8"))
        self.assertIn("attachment", headers["Content-Disposition"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        data = json.loads(body)
        self.assertEqual(data, json.loads(self.site.home.do("subscriber", "export", "--one", address)))
        self.assertEqual((data["address"], data["name"], len(data["deliveries"])), (address, "Ada", 1))
        self.assertTrue(self.site.ask("GET", path + "?act=download")[2]["Content-Type"].startswith("text/html"))

    def test_erasing_asks_once_more_and_leaves_nothing(self):
        address, path = self.reader("--digest", "weekly")
        page = self.post(path, {"act": "erase"})
        self.assertIn('value="erase_now"', page)
        self.assertNotIn(address, page)
        self.assertEqual(self.site.state(address), {"weekly": "confirmed"})
        self.site.ask("GET", path + "?act=erase_now")
        self.assertEqual(self.site.state(address), {"weekly": "confirmed"})
        page = self.post(path, {"act": "erase_now"})
        self.assertIn("/subscribe", page, "a way on")
        self.assertIsNone(self.site.state(address))
        self.assertEqual(self.site.ask("GET", path)[0], 404)
        self.post(path, {"act": "erase_now"}, 404)

    # ---- another address

    def test_a_subscription_moves_when_the_new_address_agrees_and_the_old_one_is_told(self):
        address, path = self.reader("--name", "Ada", "--digest", "weekly")
        link = self.unsubscribe_link(address)
        before = self.show(address)
        new = "Ada%d.New@example.net" % next(self.numbers)
        page = self.post(path, {"act": "move", "email": new})
        self.assertNotIn(new, page)
        mail = self.site.mail(new)
        self.assertEqual(self.show(address)["subscriptions"], before["subscriptions"], "nothing changes before")
        self.assertIsNone(self.site.state(new))
        confirm = path_of(mail, "c")
        page = self.site.ask("GET", confirm)[1]
        self.assertIn("Confirm the new address", page)
        self.assertIn("Ad…\u2060w@ex…\u2060e.net", page)
        self.assertIsNone(self.site.state(new), "a GET changes nothing")
        page = self.post(confirm, {"act": "confirm"})
        self.assertIn("The address is changed", page)
        self.assertIsNone(self.site.state(address))
        after = self.show(new)
        self.assertEqual((after["id"], after["name"], after["subscriptions"]), (before["id"], "Ada", before["subscriptions"]))
        self.assertEqual(after["deliveries"], before["deliveries"])
        self.assertIn("address %s -> %s" % (address, new), after["consents"][-1]["detail"])
        told = self.site.mail(address)
        self.assertIn("Ad…\u2060w@", text_of(told))
        self.assertNotIn(new, text_of(told) + html_of(told))
        self.assertIn("https://news.example.org/subscribe", text_of(told))
        self.assertEqual(self.site.ask("GET", path)[0], 200, "the links of old mails stay good")
        self.assertIn("The address is changed", self.post(confirm, {}), "pressed again, it says so")
        self.post(link, "List-Unsubscribe=One-Click", headers=FORM)
        self.assertEqual(self.site.state(new), {"weekly": "withdrawn"})

    def test_nobody_learns_from_a_move_who_is_on_the_list_or_suppressed(self):
        known, _ = self.reader("--digest", "weekly")
        blocked = "blocked%d@example.org" % next(self.numbers)
        self.site.home.do("suppression", "add", blocked)
        pages = set()
        for to in (known, blocked, "free%d@example.org" % next(self.numbers)):
            _, path = self.reader("--digest", "weekly")
            pages.add(self.post(path, {"act": "move", "email": to}))
        self.assertEqual(len(pages), 1)
        self.site.mail(known)
        time.sleep(0.3)
        self.assertEqual([each for each in self.site.relay.accepted if each.envelope_to == blocked], [])

    def test_an_address_that_is_on_the_list_gets_what_moves_there(self):
        known, _ = self.reader("--digest", "weekly")
        address, path = self.reader("--digest", "daily")
        self.post(path, {"act": "move", "email": known})
        self.post(path_of(self.site.mail(known), "c"), {"act": "confirm"})
        self.assertEqual(self.site.state(known), {"daily": "confirmed", "weekly": "confirmed"})
        self.assertEqual(self.site.state(address), {"daily": "withdrawn"})

    def test_a_move_that_cannot_be_is_told_and_one_that_floods_is_stopped(self):
        address, path = self.reader("--digest", "weekly")
        for wrong in ("nobody", "", "a@b@c", "x\x00y@example.org"):
            page = self.post(path, {"act": "move", "email": wrong}, 422)
            self.assertRegex(page, r'id="move-problem"[^>]*role="alert"')
        self.post(path, {"act": "move", "email": address.upper()})
        for number in range(3):
            self.post(path, {"act": "move", "email": "flood%d-%d@example.org" % (number, next(self.numbers))})
        self.post(path, {"act": "move", "email": "flood@example.org"}, 429)
        self.post(path, {"act": "save"})
        self.assertNotIn('value="move"', self.site.ask("GET", path)[1], "who left has nothing to move")

    def test_a_suppressed_address_is_left_suppressed_and_the_new_one_gets_mail(self):
        address, path = self.reader("--digest", "weekly")
        self.site.home.write("s.csv", "email,status\n%s,bounced\n" % address)
        self.site.home.do("subscriber", "import", "s.csv")
        new = "fresh%d@example.org" % next(self.numbers)
        self.post(path, {"act": "move", "email": new})
        self.post(path_of(self.site.mail(new), "c"), {})
        self.assertIsNone(self.show(new)["suppressed"])
        self.assertEqual(self.show(address)["suppressed"]["cause"], "hard_bounce")
        self.assertNotIn("No mail is sent", self.site.ask("GET", path)[1])

    def test_an_import_does_not_bring_back_the_address_that_somebody_moved_from(self):
        address, path = self.reader("--digest", "weekly")
        new = "moved%d@example.org" % next(self.numbers)
        self.post(path, {"act": "move", "email": new})
        self.post(path_of(self.site.mail(new), "c"), {})
        self.site.home.write("first.csv", "email,digests\n%s,weekly\n" % address)
        self.site.home.do("subscriber", "import", "first.csv", "--confirmed")
        self.assertIsNone(self.site.state(address))
        self.assertEqual(self.site.state(new), {"weekly": "confirmed"})

    # ---- leaving

    def test_the_leave_page_offers_less_below_its_button(self):
        address, _ = self.reader("--digest", "daily")
        link = self.unsubscribe_link(address, "daily")
        page = self.site.ask("GET", link)[1]
        self.assertLess(page.index('value="leave"'), page.index('value="instead:weekly"'))
        self.assertLess(page.index('value="leave"'), page.index('value="pause"'))
        page = self.post(link, {"act": "instead:weekly"})
        self.assertEqual(self.site.state(address), {"daily": "withdrawn", "weekly": "confirmed"})
        self.assertRegex(page.split("The next mail")[1], r"The week \(weekly\)[\s\S]*Monday")
        self.post(link, {"act": "instead:daily"})
        self.assertEqual(self.site.state(address), {"daily": "withdrawn", "weekly": "confirmed"}, "more mail is not less")

    def test_the_leave_page_pauses_and_takes_topics_away_but_adds_none(self):
        address, _ = self.reader("--digest", "weekly")
        link = self.unsubscribe_link(address)
        self.post(link, {"act": "topics", "topic": ["boats", "nonsense"]})
        self.assertEqual(self.show(address)["topics"], ["boats"])
        self.post(link, {"act": "topics", "topic": "<b>&{{x}}"})
        self.assertEqual(self.show(address)["topics"], ["boats"], "a topic that was taken away comes back by preferences only")
        page = self.post(link, {"act": "pause"})
        self.assertIn("Paused: no mail before", page)
        self.assertEqual(self.site.state(address), {"weekly": "paused"})
        self.post(link, {"act": "leave"})
        self.assertEqual(self.site.state(address), {"weekly": "withdrawn"})

    def test_whoever_has_just_left_by_mistake_takes_it_back_at_once(self):
        address, _ = self.reader("--digest", "weekly")
        link = self.unsubscribe_link(address)
        undo = field(self.post(link, {"act": "leave"}), "undo")
        other, _ = self.reader("--digest", "weekly")
        others = self.unsubscribe_link(other)
        self.post(others, {"act": "leave"})
        self.assertIn("Check your mail", self.post(others, {"act": "return", "undo": undo}), "somebody else's page proves nothing")
        self.assertNotEqual(self.site.state(other), {"weekly": "confirmed"})
        page = self.post(link, {"act": "return", "undo": undo})
        self.assertIn("You are subscribed again", page)
        self.assertEqual(self.site.state(address), {"weekly": "confirmed"})
        consent = self.show(address)["consents"][-1]
        self.assertEqual((consent["event"], consent["origin"]), ("confirmed", "web"))
        self.assertIn("undone", consent["detail"])

    def test_later_a_mail_asks_whether_they_want_to_come_back(self):
        address, _ = self.reader("--digest", "weekly")
        link = self.unsubscribe_link(address)
        self.post(link, {"act": "leave"})
        page = self.site.ask("GET", link)[1]
        self.assertEqual(field(page, "undo"), "")
        self.post(link, {"act": "return", "undo": ""})
        until = time.monotonic() + 20
        while self.site.state(address) != {"weekly": "pending"} and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.site.state(address), {"weekly": "pending"})

    def test_a_reason_is_counted_once_and_reported_with_the_edition(self):
        address, _ = self.reader("--digest", "weekly")
        link = self.unsubscribe_link(address)
        page = self.post(link, {"act": "leave"})
        for reason in re.findall(r'name="reason" value="(\w+)"', page):
            self.assertIn("Thank you", self.post(link, {"act": "reason", "reason": reason}))
        self.post(link, {"act": "reason", "reason": "drop table"}, 422)
        self.post(link, {"act": "reason"}, 422)
        self.post(link, {"act": "reason", "reason": "too_many"})
        edition = self.show(address)["deliveries"][0]["edition"]
        told = self.site.home.json("report", edition)[0]
        self.assertEqual(told["leave_reasons"], [{"reason": "too_many", "subscriber_count": 1}])
        self.assertIn("1 said: too many emails", self.site.home.do("report", edition))
        self.assertEqual(self.site.state(address), {"weekly": "withdrawn"})

    def test_every_page_that_ends_something_leads_on(self):
        for path in ("/nothing", "/u/x", "/p/x", "/c/" + "a" * 26):
            self.assertIn('href="/subscribe"', self.site.ask("GET", path)[1], path)
        _, path = self.reader("--digest", "weekly")
        self.assertIn('href="/subscribe"', self.post(path, {"act": "other"}, 400))
        self.assertIn('<a href="">', self.post(path, {"act": "save", "digest": "weekly"}))

    def test_no_page_runs_anything_or_asks_anybody(self):
        address, path = self.reader("--digest", "daily")
        link = self.unsubscribe_link(address, "daily")
        pages = [self.site.ask("GET", each) for each in (path, link)]
        pages += [self.site.ask("POST", path, {"act": act, "digest": "daily"}) for act in ("save", "erase")]
        pages.append(self.site.ask("POST", link, {"act": "leave"}))
        for _, page, headers in pages:
            self.assertNotRegex(page, r"<script|onclick|http://|style=")
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            for name in re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', page):
                self.assertIn('for="%s"' % name, page, "every field has a label")

    def test_every_language_has_all_words_of_these_pages(self):
        address, path = self.reader("--digest", "daily")
        link = self.unsubscribe_link(address, "daily")
        english = re.findall(r">([^<>\n]{12,})<", self.site.ask("GET", path + "?lang=en")[1] + self.site.ask("GET", link + "?lang=en")[1])
        for language in sorted(path.stem for path in (TOP / "templates/default/strings").glob("*.toml") if path.stem != "en"):
            page = self.site.ask("GET", path + "?lang=" + language)[1] + self.site.ask("GET", link + "?lang=" + language)[1]
            same = [words for words in english if ">%s<" % words in page and "(daily)" not in words and "b&gt;" not in words]
            self.assertEqual([words for words in same if "Quay" not in words and "News" not in words], [], language)


class Clock(unittest.TestCase):
    """What takes days: by --at, and pages by cgi."""
    AT = datetime.datetime(2026, 3, 1, 9, tzinfo=UTC)

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.relay = SmtpServer()
        self.relay.__enter__()
        self.addCleanup(self.relay.__exit__)
        self.configure()

    def configure(self, more=""):
        self.home.configure(self.relay.url, digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'
                            '[[digest]]\nname = "monthly"\nschedule = "monthly 1 08:00"\n' + more)
        self.home.write("feed.xml", rss("Feed", []))

    def at(self, days):
        return self.AT + datetime.timedelta(days=days)

    def mails(self):
        return {each.envelope_to: parse_mail(each.octets) for each in self.relay.take()}

    def cgi(self, method, path, body, days):
        body = urllib.parse.urlencode(body)
        env = {**os.environ, "REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "192.0.2.5",
               "CONTENT_TYPE": FORM["Content-Type"]}
        done = subprocess.run(self.home.command("cgi", at=self.at(days)), cwd=self.home.folder, env=env, input=body, text=True,
                              capture_output=True, timeout=60)
        head, _, page = done.stdout.partition("\n\n")
        return int(re.search(r"Status: (\d+)", head)[1]), page

    def wait_for(self, address):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            mails = self.mails()
            if address in mails:
                return mails[address]
            time.sleep(0.05)
        raise AssertionError("no mail to " + address)

    def states(self, address, days):
        done = self.home.run("subscriber", "show", address, "--json", at=self.at(days))
        return {each["digest"]: each["status"] for each in json.loads(done.stdout)["subscriptions"]} if done.returncode == 0 else None

    def test_an_expired_link_offers_a_new_one_to_its_own_address(self):
        self.home.do("subscriber", "add", "ada@example.org", "--digest", "weekly", at=self.at(0))
        old = path_of(self.wait_for("ada@example.org"), "c")
        self.assertIn('value="confirm"', self.cgi("GET", old, {}, 2.5)[1])
        status, page = self.cgi("GET", old, {}, 3.5)
        self.assertEqual((status, "This link has expired" in page), (200, True))
        self.assertIn("a…\u2060@ex…\u2060e.org", page)
        self.assertEqual(self.cgi("POST", old, {"act": "confirm"}, 3.5)[0], 404, "it confirms nothing any more")
        self.assertEqual(self.states("ada@example.org", 3.5), {"weekly": "pending"})
        self.assertEqual(self.cgi("POST", old, {"act": "again", "email": "eve@example.org"}, 3.5)[0], 200)
        new = path_of(self.wait_for("ada@example.org"), "c")
        self.assertNotEqual(old, new)
        self.assertEqual(self.cgi("POST", new, {}, 3.6)[0], 200)
        self.assertEqual(self.states("ada@example.org", 3.6), {"weekly": "confirmed"})

    def test_an_expired_link_to_move_offers_a_new_one_to_the_new_address(self):
        self.home.do("subscriber", "add", "ada@example.org", "--digest", "weekly", "--confirmed", at=self.at(0))
        said = self.home.do("subscriber", "set", "ada@example.org", "--email", "new@example.net", at=self.at(0))
        self.assertIn("until then nothing changes", said)
        old = path_of(self.wait_for("new@example.net"), "c")
        self.assertIn("ex…\u2060e.net", self.cgi("GET", old, {}, 4)[1])
        self.assertEqual(self.cgi("POST", old, {"act": "again"}, 4)[0], 200)
        self.assertEqual(self.cgi("POST", path_of(self.wait_for("new@example.net"), "c"), {}, 4.1)[0], 200)
        self.assertEqual(self.states("new@example.net", 4.1), {"weekly": "confirmed"})

    def test_an_admin_is_told_why_an_address_cannot_be(self):
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=self.at(0))
        self.home.do("suppression", "add", "bad@example.org", at=self.at(0))
        for email_, status in (("bad@example.org", 77), ("nobody", 65), ("ada@example.org", 0)):
            done = self.home.run("subscriber", "set", "ada@example.org", "--email", email_, at=self.at(0))
            self.assertEqual(done.returncode, status, done.stderr)
        self.home.do("subscriber", "unsubscribe", "ada@example.org", at=self.at(0))
        self.assertEqual(self.home.run("subscriber", "set", "ada@example.org", "--email", "x@example.org", at=self.at(0)).returncode, 77)

    def test_a_move_is_confirmed_by_reply_and_by_token_too(self):
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=self.at(0))
        self.home.do("subscriber", "set", "ada@example.org", "--email", "new@example.net", at=self.at(0))
        token = path_of(self.wait_for("new@example.net"), "c")[3:]
        self.assertIn("confirmed", self.home.do("subscriber", "confirm", token, at=self.at(1)))
        self.assertEqual(set(self.states("new@example.net", 1).values()), {"confirmed"})
        self.assertIn("n…\u2060@ex…\u2060e.net", text_of(self.wait_for("ada@example.org")))

    def test_a_bounce_of_a_mail_to_the_old_address_says_nothing_about_the_new_one(self):
        self.configure('[bounce]\naddress = "bounces@news.example.org"\n')
        self.home.do("subscriber", "add", "ada@example.org", "--digest", "weekly", "--confirmed", at=self.at(0))
        self.home.do("subscriber", "set", "ada@example.org", "--name", "Ada", at=self.at(0))
        self.home.write("feed.xml", rss("Feed", [Article("Fog", "https://f.example/1", self.at(0), self.at(0))]))
        self.home.do("send", "weekly", "--now", at=self.at(1))
        sent = next(each for each in self.relay.take() if each.envelope_to == "ada@example.org")
        self.home.do("subscriber", "set", "ada@example.org", "--email", "new@example.net", at=self.at(1.1))
        self.home.do("subscriber", "confirm", path_of(self.wait_for("new@example.net"), "c")[3:], at=self.at(1.2))
        self.home.run("bounce", "ingest", input=report(sent.envelope_from, "ada@example.org", message=sent.octets), at=self.at(1.3))
        self.assertIsNone(self.home.json("subscriber", "show", "new@example.net", at=self.at(1.4))[0]["suppressed"])
        self.home.write("feed.xml", rss("Feed", [Article("Sun", "https://f.example/2", self.at(2), self.at(2))]))
        self.home.do("send", "weekly", "--now", at=self.at(3))
        sent = next(each for each in self.relay.take() if each.envelope_to == "new@example.net")
        self.home.run("bounce", "ingest", input=report(sent.envelope_from, "new@example.net", message=sent.octets), at=self.at(3.1))
        self.assertEqual(self.home.json("subscriber", "show", "new@example.net", at=self.at(3.2))[0]["suppressed"]["cause"], "hard_bounce")

    # ---- asked once more

    def test_old_consents_are_asked_about_once_and_end_without_an_answer(self):
        lines = "".join("%s,confirmed,%s\n" % each for each in (
            ("old@example.org", "2020-01-01"), ("silent@example.org", "2021-01-01"), ("new@example.org", "2025-12-31"),
            ("refused@example.org", "2020-01-01"), ("away@example.org", "2020-01-01")))
        self.home.write("list.csv", "email,status,confirmed_at\n" + lines)
        self.home.do("subscriber", "import", "list.csv", "--digest", "weekly", at=self.at(0))
        self.home.do("subscriber", "pause", "away@example.org", "--until", "2026-08-01", at=self.at(0))
        self.relay.rules.append(Rule("rcpt", "550 5.1.1 no such user", to="refused@example.org", times=1))
        dry = self.home.do("subscriber", "reconfirm", "--confirmed-before", "2022-01-01", "--dry-run", at=self.at(1))
        self.assertIn("3 subscribers would be asked", dry)
        self.assertEqual(self.mails(), {})
        self.assertIn("3 subscribers asked", self.home.do("subscriber", "reconfirm", "--confirmed-before", "2022-01-01", at=self.at(1)))
        mails = self.mails()
        self.assertEqual(set(mails), {"old@example.org", "silent@example.org"})
        mail = mails["old@example.org"]
        self.assertIn("1 April 2026", text_of(mail))
        self.assertNotIn("<img", html_of(mail), "no pixel tells who has read it")
        self.assertIsNotNone(mail["List-Unsubscribe"])
        self.home.do("subscriber", "reconfirm", "--confirmed-before", "2022-01-01", at=self.at(2))
        self.assertEqual(set(self.mails()), {"refused@example.org"}, "asked again: only who was not reached")
        self.assertIn("ends 2026-04-02 without an answer", self.home.do("subscriber", "show", "silent@example.org", at=self.at(20)))
        self.assertEqual(self.states("silent@example.org", 20), {"weekly": "confirmed"}, "until then they get their mail")
        link = path_of(mail, "c")
        self.assertIn("Confirm your subscription", self.cgi("GET", link, {}, 20)[1])
        self.assertEqual(self.cgi("POST", link, {}, 20)[0], 200)
        self.home.run("send", "--due", at=self.at(31.4))
        self.assertEqual(self.states("silent@example.org", 31.4), {"weekly": "confirmed"})
        self.home.run("send", "--due", at=self.at(31.6))
        self.assertEqual(self.states("silent@example.org", 31.6), {"weekly": "withdrawn"})
        self.assertEqual(self.states("old@example.org", 31.6), {"weekly": "confirmed"})
        self.assertEqual(self.states("new@example.org", 31.6), {"weekly": "confirmed"})
        self.assertEqual(self.states("away@example.org", 31.6), {"weekly": "paused"})
        self.assertEqual(self.states("refused@example.org", 31.6), {"weekly": "confirmed"}, "their time began later")
        consent = self.home.json("subscriber", "show", "silent@example.org", at=self.at(31.6))[0]["consents"][-1]
        self.assertEqual((consent["event"], consent["origin"]), ("expired", "system"))
        answered = self.home.json("subscriber", "show", "old@example.org", at=self.at(31.6))[0]
        self.assertTrue(answered["subscriptions"][0]["confirmed_at"].startswith("2026-03-21"))
        self.assertIn("This link has expired", self.cgi("GET", path_of(mails["silent@example.org"], "c"), {}, 31.7)[1])
        self.assertIn("nobody to ask", self.home.do("subscriber", "reconfirm", "--confirmed-before", "2022-01-01", "--digest", "monthly",
                                                    at=self.at(32)))

    def test_saving_preferences_is_an_answer(self):
        self.configure('[web]\nwelcome = true\nreconfirm_within = "2d"\n')
        self.home.do("subscriber", "add", "ada@example.org", "--digest", "weekly", "--confirmed", at=self.at(0))
        path = path_of(self.wait_for("ada@example.org"), "p")
        self.home.do("subscriber", "reconfirm", "--confirmed-before", "2026-03-08", at=self.at(8))
        self.wait_for("ada@example.org")
        self.assertEqual(self.cgi("POST", path, {"act": "save", "digest": "weekly"}, 9)[0], 200)
        self.home.run("send", "--due", at=self.at(12))  # editions are held, as they are late
        self.assertEqual(self.states("ada@example.org", 12), {"weekly": "confirmed"})

    def test_a_day_that_makes_no_sense_asks_nobody(self):
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=self.at(0))
        for day, status in (("2027-01-01", 65), ("yesterday", 65), ("2026-02-30", 65)):
            self.assertEqual(self.home.run("subscriber", "reconfirm", "--confirmed-before", day, at=self.at(1)).returncode, status)
        self.assertEqual(self.home.run("subscriber", "reconfirm", at=self.at(1)).returncode, 64)
        done = self.home.run("subscriber", "reconfirm", "--confirmed-before", "2026-01-01", "--digest", "wekly", at=self.at(1))
        self.assertEqual((done.returncode, "weekly" in done.stderr), (66, True))


if __name__ == "__main__":
    unittest.main()
