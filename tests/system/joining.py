"""Joining: what newcomers are offered, what they get if they say nothing, and the ways in besides our own form."""
import json
import re
import time
import unittest

from tidings import Article, Home, WEEKLY, rss
from web import Site, path_of

RHYTHMS = """[[digest]]
name = "daily"
schedule = "daily 07:30"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
sign_up = "default"
[[digest]]
name = "jobs"
title = "Jobs"
schedule = "weekly friday 08:00"
topics = ["jobs"]
sign_up = "offered"
[[digest]]
name = "board"
title = "The board"
schedule = "monthly 1 08:00"
topics = ["board"]
sign_up = "hidden"
[[topic]]
name = "jobs"
title = "Jobs and training"
description = "What the town's firms are looking for"
[[topic]]
name = "boats"
title = "On the water"
"""
WEB = '[web]\nlisten = "127.0.0.1:0"\n'


def states(home, address):
    shown = json.loads(home.do("subscriber", "show", address, "--json"))
    return {each["digest"]: each["status"] for each in shown["subscriptions"]}


class Offer(unittest.TestCase):
    """What is offered, and what whoever says nothing gets."""

    @classmethod
    def setUpClass(cls):
        cls.site = Site(config=RHYTHMS + WEB)
        cls.page = cls.site.ask("GET", "/subscribe")[1]
        cls.stamp = cls.site.fresh_form()
        time.sleep(2.1)  # a person's time
        cls.names = iter("newcomer%d@example.org" % i for i in range(1000))

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def joined(self, **more):
        address = next(self.names)
        status, page, _ = self.site.sign_up(self.stamp, address, **more)
        self.assertEqual(status, 200, page)
        self.site.mail(address)
        return address, set(self.site.state(address))

    def test_rhythms_of_the_same_posts_are_one_choice_with_the_publishers_default_chosen(self):
        radios = re.findall(r'type="radio" name="(digest[^"]*)" value="([^"]*)"( checked)?', self.page)
        self.assertEqual(radios, [("digest", "daily", ""), ("digest", "weekly", " checked"), ("digest", "", "")])
        self.assertRegex(self.page, r'type="checkbox" name="digest" value="jobs">')
        self.assertNotRegex(self.page, r'name="digest" value="board"')

    def test_topics_have_titles_and_descriptions_and_all_of_them_is_said_by_name(self):
        self.assertRegex(self.page, r'name="topics" value="all" checked')
        self.assertIn("Jobs and training", self.page)
        self.assertIn("What the town&#39;s firms are looking for", self.page)
        order = [self.page.index('name="topic" value="%s"' % each) for each in ("jobs", "boats", "board")]
        self.assertEqual(order, sorted(order), "as in the file, then the others")
        self.assertNotIn("Nothing ticked: all", self.page)

    def test_who_chooses_nothing_in_a_form_gets_what_the_publisher_says(self):
        self.assertEqual(self.joined()[1], {"weekly"}, "a form without such fields")
        self.assertEqual(self.joined(asked="1", digest=["weekly"], topics="all")[1], {"weekly"}, "our own form as it comes")

    def test_every_digest_of_commands_and_files_is_all_but_those_that_sign_up_takes_out(self):
        home = self.site.home
        every = {"daily": "confirmed", "weekly": "confirmed"}  # daily is only preset to nobody: its sign_up is not written
        home.do("subscriber", "add", "cli@example.org", "--confirmed")
        self.assertEqual(states(home, "cli@example.org"), every)
        home.do("subscriber", "import", "-", "--confirmed", input="email\nfile@example.org\n")
        self.assertEqual(states(home, "file@example.org"), every)
        home.do("subscriber", "sync", "-", "--name", "club", "--confirmed", input="email\nclub@example.org\n")
        self.assertEqual(states(home, "club@example.org"), every)

    def test_who_chooses_gets_that_and_nothing_else(self):
        address, digests = self.joined(asked="1", digest=["daily", "jobs"], topics="some", topic=["boats"])
        self.assertEqual(digests, {"daily", "jobs"})
        self.assertEqual(json.loads(self.site.home.do("subscriber", "show", address, "--json"))["topics"], ["boats"])

    def test_who_unticks_everything_is_asked_to_choose_and_keeps_what_they_typed(self):
        for more in ({"asked": "1", "digest": [""]}, {"asked": "1", "digest": ["daily"], "topics": "some"}):
            address = next(self.names)
            status, page, _ = self.site.sign_up(self.stamp, address, name="Ida", **more)
            self.assertEqual(status, 422)
            self.assertIn("Please choose at least one.", page)
            self.assertIn('value="%s"' % address, page)
            self.assertIn('value="Ida"', page)
            self.assertIsNone(self.site.state(address))

    def test_a_hidden_digest_cannot_be_had_by_the_form_and_is_shown_to_who_has_it(self):
        self.assertEqual(self.site.sign_up(self.stamp, next(self.names), digest=["board"])[0], 422)
        for digests, is_shown in (((), False), (("--digest", "board"), True)):
            address = next(self.names)
            self.site.home.do("subscriber", "add", address, "--confirmed", *digests)
            self.site.home.do("subscriber", "unsubscribe", address)
            self.site.home.do("subscriber", "add", address, *digests)
            mail = self.site.mail(address)
            self.site.ask("POST", path_of(mail, "c"), {})
            page = self.site.ask("GET", self.preferences_of(address))[1]
            self.assertEqual('name="digest" value="board"' in page, is_shown)

    def preferences_of(self, address):
        """By the notice that says that somebody is on the list already."""
        self.site.sign_up(self.stamp, address)
        mail = self.site.mail(address)
        while "/p/" not in mail.get_body(("plain",)).get_content():
            self.site.ask("POST", path_of(mail, "c"), {})
            self.site.sign_up(self.stamp, address)
            mail = self.site.mail(address)
        return path_of(mail, "p")

    def test_the_preferences_have_one_rhythm_or_none_and_keep_two_for_who_has_two(self):
        home, address = self.site.home, next(self.names)
        home.do("subscriber", "add", address, "--confirmed", "--digest", "daily")
        self.site.sign_up(self.stamp, address, digest=["daily"])
        path = path_of(self.site.mail(address), "p")
        page = self.site.ask("GET", path)[1]
        self.assertRegex(page, r'type="radio" name="digest" value="daily" checked')
        self.assertRegex(page, r'type="radio" name="digest" value="">')
        self.assertEqual(self.site.ask("POST", path, {"act": "save", "digest": ["weekly"], "topics": "all"})[0], 200)
        self.assertEqual(states(home, address), {"daily": "withdrawn", "weekly": "confirmed"})
        home.do("subscriber", "set", address, "--cadence", "daily", "--cadence", "weekly")
        page = self.site.ask("GET", path)[1]
        self.assertEqual(re.findall(r'type="checkbox" name="digest" value="(\w+)" checked', page), ["daily", "weekly"])
        self.assertEqual(self.site.ask("POST", path, {"act": "save", "digest": ["weekly"], "topics": "some"})[0], 422)
        self.assertEqual(self.site.ask("POST", path, {"act": "save", "digest": [""], "topics": "all"})[0], 200)
        self.assertEqual(set(states(home, address).values()), {"withdrawn"})

    def test_the_language_of_the_form_is_the_readers_choice(self):
        address = next(self.names)
        status, page, _ = self.site.sign_up(self.stamp, address, language="de")
        self.assertIn('lang="de"', page)
        self.site.mail(address)
        self.assertEqual(json.loads(self.site.home.do("subscriber", "show", address, "--json"))["language"], "de")


class WrongOffers(unittest.TestCase):
    def test_offers_that_make_no_sense_are_told_with_their_place(self):
        two = WEEKLY + 'sign_up = "default"\n' + WEEKLY.replace('"weekly"', '"daily"') + 'sign_up = "default"\n'
        cases = ((two, "both are sign_up"), (WEEKLY + 'sign_up = "hidden"\n', "newcomers would get nothing"),
                 (WEEKLY + 'sign_up = "ofered"\n', 'did you mean "offered"'),
                 (WEEKLY + '[[topic]]\nname = "a;b"\n', "is not a topic"),
                 (WEEKLY + '[[topic]]\nname = "Sea"\n[[topic]]\nname = "sea"\n', "two topics named"))
        for digests, words in cases:
            with self.subTest(words), Home() as home:
                home.configure(digests=digests)
                done = home.run("config", "check")
                self.assertEqual(done.returncode, 78)
                self.assertRegex(done.stderr, r"config.toml:\d+:\d+: ")
                self.assertIn(words, done.stderr)


DOORS = """embed_origins = ["https://club.example", "http://127.0.0.1:9"]
api_key_file = "api-key"
api_origins = ["https://club.example"]
blocked_domains = ["burner.example"]
blocked_domains_file = "throw-away.txt"
"""


def prepare_doors(home):
    home.write("api-key", "open sesame\n").chmod(0o600)
    home.write("throw-away.txt", "# domains of a day\nmailinator.example\n*.trash.example\n\nnot a domain\n")


class Doors(unittest.TestCase):
    """By a frame, by JSON, and who is not let in."""

    @classmethod
    def setUpClass(cls):
        cls.site = Site(config=RHYTHMS + WEB + DOORS, prepare=prepare_doors)
        cls.stamp = cls.site.fresh_form()
        time.sleep(2.1)  # a person's time
        cls.names = iter("guest%d@example.org" % i for i in range(1000))

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def call(self, body, key="open sesame", **headers):
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        return self.site.ask("POST", "/api/subscribe", body, {"Content-Type": "application/json", "Authorization": "Bearer " + key, **headers})

    # ---- domains ----

    def test_addresses_of_blocked_domains_and_those_below_do_not_sign_up_and_others_do(self):
        for domain in ("burner.example", "mx.burner.example", "mailinator.example", "MAILINATOR.example", "a.trash.example"):
            status, page, _ = self.site.sign_up(self.stamp, "x@" + domain)
            self.assertEqual(status, 422, domain)
            self.assertIn("Please use another address", page)
            self.assertEqual(self.call({"email": "x@" + domain})[0], 422)
            self.assertIsNone(self.site.state("x@" + domain))
        for domain in ("notburner.example", "burner.example.org"):
            self.assertEqual(self.site.sign_up(self.stamp, "x@" + domain)[0], 200, domain)

    def test_the_publisher_adds_whom_they_like_and_the_file_is_read_again_when_it_changes(self):
        self.site.home.do("subscriber", "add", "friend@burner.example", "--confirmed")
        self.assertEqual(self.site.sign_up(self.stamp, "x@new.example")[0], 200)
        prepare_doors(self.site.home)
        with open(self.site.home.folder / "throw-away.txt", "a", encoding="utf-8") as file:
            file.write("fresh.example\n")
        self.assertEqual(self.site.sign_up(self.stamp, "x@fresh.example")[0], 422)

    def test_lines_that_are_no_domain_are_told_and_a_missing_file_is_a_mistake(self):
        done = self.site.home.run("config", "check")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 line", done.stderr)
        with Home() as home:
            home.configure(digests=WEEKLY + '[web]\nblocked_domains_file = "nowhere.txt"\n')
            self.assertEqual(home.run("config", "check").returncode, 78)

    # ---- JSON ----

    def test_a_sign_up_by_json_is_asked_by_mail_like_every_other(self):
        address = next(self.names)
        status, answer, headers = self.call({"email": address, "name": "Ida", "language": "de", "digests": ["Daily"], "topics": ["boats"],
                                             "consent": "Yes, mail me"})
        self.assertEqual((status, json.loads(answer)), (202, {"status": "check_mail"}))
        self.assertEqual(headers["Content-Type"], "application/json")
        mail = self.site.mail(address)
        self.assertEqual(self.site.state(address), {"daily": "pending"})
        self.site.ask("POST", path_of(mail, "c"), {})
        shown = json.loads(self.site.home.do("subscriber", "show", address, "--json"))
        self.assertEqual((shown["name"], shown["language"], shown["topics"]), ("Ida", "de", ["boats"]))
        self.assertIn("API: Yes, mail me, from 127.0.0.1", json.dumps(shown["consents"]))
        other = next(self.names)
        self.call({"email": other})
        self.site.mail(other)
        self.assertEqual(self.site.state(other), {"weekly": "pending"}, "who names nothing gets what newcomers get")

    def test_the_answer_does_not_say_who_is_on_the_list_and_hidden_digests_are_not_to_be_had(self):
        known = next(self.names)
        self.site.home.do("subscriber", "add", known, "--confirmed")
        self.assertEqual(self.call({"email": known})[:2], self.call({"email": next(self.names)})[:2])
        for digests in (["board"], ["nonsense"]):
            self.assertEqual(self.call({"email": next(self.names), "digests": digests})[0], 422)

    def test_without_the_key_nothing_is_taken_and_bad_bodies_are_told(self):
        address = next(self.names)
        for key in ("wrong", "", "open sesame2"):
            status, answer, headers = self.call({"email": address}, key)
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, "Bearer"))
        self.assertEqual(self.site.ask("POST", "/api/subscribe", "{}", {})[0], 401)
        self.assertIsNone(self.site.state(address))
        cases = (("{", 400), ("[]", 422), ({}, 422), ({"email": 7}, 422), ({"email": "x"}, 422), ({"email": address, "digests": "weekly"}, 422),
                 ({"email": address, "colour": "red"}, 422), ("\xff".encode("latin-1"), 400), ("[" * 30000, 400))
        for body, wanted in cases:
            status, answer, _ = self.call(body)
            self.assertEqual(status, wanted, body)
            self.assertTrue(json.loads(answer)["error"])
        self.assertEqual(self.site.ask("GET", "/api/subscribe")[0], 405)

    def test_browsers_may_call_from_the_named_sites_only(self):
        for origin, is_allowed in (("https://club.example", True), ("https://evil.example", False), ("https://club.example.evil.example", False)):
            wanted = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
            status, _, headers = self.site.ask("OPTIONS", "/api/subscribe", None, wanted)
            self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (204, origin) if is_allowed else (403, None))
            status, _, headers = self.call({"email": next(self.names)}, Origin=origin)
            self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (202, origin) if is_allowed else (403, None))

    def test_without_a_key_or_sites_there_is_neither(self):
        site = Site(config=WEEKLY + WEB)
        try:
            self.assertEqual(site.ask("POST", "/api/subscribe", "{}")[0], 404)
            self.assertEqual(site.ask("GET", "/embed")[0], 404)
            self.assertEqual(site.home.run("serve", "--frame").returncode, 78)
        finally:
            site.close()

    # ---- a frame ----

    def test_the_frame_is_shown_by_the_named_sites_only_and_signs_up(self):
        status, page, headers = self.site.ask("GET", "/embed?lang=de")
        self.assertEqual(status, 200)
        self.assertIn("frame-ancestors https://club.example http://127.0.0.1:9", headers["Content-Security-Policy"])
        self.assertNotIn("script-src", headers["Content-Security-Policy"])
        self.assertIn("frame-ancestors 'none'", self.site.ask("GET", "/subscribe")[2]["Content-Security-Policy"])
        self.assertIn('action="/embed"', page)
        stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
        time.sleep(2.1)  # a person's time
        address = next(self.names)
        status, page, headers = self.site.ask("POST", "/embed", {"email": address, "stamp": stamp, "website": "", "language": "de", "asked": "1",
                                                                 "digest": ["weekly"], "topics": "all"})
        self.assertEqual(status, 200)
        self.assertIn("frame-ancestors https://club.example", headers["Content-Security-Policy"])
        self.assertIn('class="embed"', page)
        self.site.mail(address)
        shown = json.loads(self.site.home.do("subscriber", "show", address, "--json"))
        self.assertEqual(shown["language"], "de")
        self.assertIn("embedded sign-up form: ", json.dumps(shown["consents"]))
        self.assertIn('<iframe src="https://news.example.org/embed"', self.site.home.do("serve", "--frame"))

    def test_origins_that_are_none_are_told_with_their_place(self):
        for line in ('embed_origins = ["https://club.example/"]', 'embed_origins = ["*"]', 'api_key_env = "K"\napi_origins = ["club.example"]',
                     'api_origins = ["https://club.example"]', 'blocked_domains = ["a b"]'):
            with Home() as home:
                home.configure(digests=WEEKLY + "[web]\n" + line + "\n")
                done = home.run("config", "check")
                self.assertEqual(done.returncode, 78, line)
                self.assertRegex(done.stderr, r"config.toml:\d+:\d+: ")


if __name__ == "__main__":
    unittest.main()
