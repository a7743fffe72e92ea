"""Own fields ([[field]]): asked by forms, JSON, commands and files, shown in mails, and strict as all names."""
import csv
import datetime
import html
import io
import json
import time
import unittest

from smtp_server import SmtpServer
from tidings import Article, Home, WEEKLY, html_of, parse_mail, rss, text_of
from web import Site, path_of

FIELDS = """[[field]]
name = "city"
title = "Where do you live?"
[[field]]
name = "boat"
title = "Your boat"
kind = "choice"
choices = ["Dinghy", "Yacht"]
[[field]]
name = "member_since"
title = "Member since"
kind = "date"
[[field]]
name = "crew"
title = "Hands on board"
kind = "number"
[[field]]
name = "races"
title = "Do you race?"
kind = "yes_no"
"""
MONDAY = datetime.datetime(2026, 1, 26, 8, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))


def theme(home, words):
    """A theme of a line."""
    for part in ("text", "html"):
        home.write("templates/mine/digest.%s.mustache" % part, words + " {{unsubscribe_url}}\n")


class Commands(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure(digests=WEEKLY + FIELDS)

    def shown(self, address="ann@x.example"):
        return json.loads(self.home.do("subscriber", "show", address, "--json"))["fields"]

    def refused(self, *arguments, status=65, **more):
        done = self.home.run(*arguments, **more)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_add_set_and_show_keep_each_kind_in_one_spelling(self):
        home = self.home
        home.do("subscriber", "add", "ann@x.example", "--confirmed", "--field", "city= Porto ", "--field", "boat=yacht", "--field", "member_since=2019-05-01",
                "--field", "crew=-1.5", "--field", "races=Y")
        full = {"city": "Porto", "boat": "Yacht", "member_since": "2019-05-01", "crew": "-1.5", "races": "yes"}
        self.assertEqual(self.shown(), full)
        self.assertRegex(home.do("subscriber", "show", "ann@x.example"), r"city +Porto")
        self.assertIn("changed", home.do("subscriber", "set", "ann@x.example", "--field", "city=São João", "--field", "races="))
        del full["races"]
        self.assertEqual(self.shown(), {**full, "city": "São João"})
        self.assertIn("nothing changed", home.do("subscriber", "set", "ann@x.example", "--field", "city=São João"))
        self.assertEqual([each["fields"] for each in home.json("subscriber", "list")], [self.shown()])
        home.do("subscriber", "add", "ann@x.example", "--field", "city=Elsewhere", "--field", "races=no")
        self.assertEqual(self.shown(), {**full, "city": "São João", "races": "no"}, "what is known is filled in, not replaced")

    def test_an_unknown_field_or_a_value_that_makes_no_sense_is_refused_with_a_hint(self):
        self.home.do("subscriber", "add", "ann@x.example", "--confirmed")
        for field, hint in (("citty=Porto", 'did you mean "city"'), ("boat=Canoe", "Dinghy, Yacht"), ("member_since=2019-02-30", "2026-01-31"),
                            ("member_since=May 2019", "2026-01-31"), ("crew=many", "-1.5"), ("races=perhaps", "yes or no"), ("city=" + "x" * 201, "200 bytes")):
            with self.subTest(field):
                self.assertIn(hint, self.refused("subscriber", "set", "ann@x.example", "--field", field))
                self.assertIn(hint, self.refused("subscriber", "add", "bob@x.example", "--field", field))
        self.assertIn("NAME=VALUE", self.refused("subscriber", "set", "ann@x.example", "--field", "city", status=64))
        self.assertEqual((self.shown(), len(self.home.json("subscriber", "list"))), ({}, 1))

    def test_export_and_import_have_a_column_each_and_lose_nothing(self):
        home = self.home
        home.do("subscriber", "add", "ann@x.example", "--confirmed", "--field", "city==1+1, \"Porto\"", "--field", "crew=3")
        home.do("subscriber", "add", "bob@x.example", "--confirmed")
        home.do("suppression", "add", "eve@x.example")
        text = home.do("subscriber", "export", "-")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(list(rows[0])[-5:], ["city", "boat", "member_since", "crew", "races"])
        self.assertEqual((rows[0]["crew"], rows[1]["crew"]), ("3", ""))
        with Home() as other:
            other.configure(digests=WEEKLY + FIELDS)
            other.do("subscriber", "import", "-", input=text)
            self.assertEqual(json.loads(other.do("subscriber", "show", "ann@x.example", "--json"))["fields"], self.shown())
            self.assertEqual(other.do("subscriber", "export", "-"), text)
            line = "email,City,Boot\n%s,Faro,dinghy\n"
            other.do("subscriber", "import", "-", "--map", "boat=Boot", "--confirmed", input=line % "cy@x.example")
            self.assertEqual(json.loads(other.do("subscriber", "show", "cy@x.example", "--json"))["fields"], {"boat": "Dinghy", "city": "Faro"})
            done = other.run("subscriber", "import", "-", "--confirmed", input="email,crew\nd@x.example,4\ne@x.example,four\n")
            self.assertEqual(done.returncode, 65)
            self.assertIn("a number", done.stdout + done.stderr)
            self.assertEqual(json.loads(other.do("subscriber", "show", "d@x.example", "--json"))["fields"], {"crew": "4"})
            wrong = other.run("subscriber", "import", "-", "--map", "citty=City", input=line % "f@x.example")
            self.assertEqual(wrong.returncode, 64)
            self.assertIn('did you mean "city"', wrong.stderr)

    def test_a_large_import_keeps_them_too(self):
        lines = "email,city\n" + "".join("r%d@x.example,Town %d\n" % (each, each) for each in range(3000))
        self.home.do("subscriber", "import", "-", "--confirmed", input=lines)
        self.assertEqual(self.shown("r2999@x.example"), {"city": "Town 2999"})
        self.assertEqual(int(self.home.sql("SELECT count(*) FROM subscriber_fields")[0][0]), 3000)

    def test_a_field_that_speaks_of_consent_confirms_nobody_by_the_way(self):
        self.home.configure(digests=WEEKLY + '[[field]]\nname = "consent"\n')
        self.assertIn("consent", self.refused("subscriber", "import", "-", "--confirmed", input="email,consent\nann@x.example,no\n"))

    def test_personal_data_has_them_and_erasing_removes_them(self):
        home = self.home
        home.do("subscriber", "add", "ann@x.example", "--confirmed", "--field", "city=Xanadu-on-Sea")
        self.assertEqual(json.loads(home.do("subscriber", "export", "--one", "ann@x.example"))["fields"], {"city": "Xanadu-on-Sea"})
        home.do("subscriber", "erase", "ann@x.example")
        self.assertEqual(home.sql("SELECT * FROM subscriber_fields"), [])
        self.assertNotIn(b"Xanadu", b"".join(each.read_bytes() for each in home.folder.rglob("*") if each.is_file()))

    def test_fields_that_make_no_sense_are_told_with_their_place(self):
        for lines, words in (('name = "City"', "not a name"), ('name = "email"', "meaning of its own"), ('name = "boat"\nkind = "choice"', "needs choices"),
                             ('name = "boat"\nchoices = ["a"]', "takes no choices"), ('name = "boat"\nkind = "chioce"', 'did you mean "choice"'),
                             ('name = "boat"\nkind = "choice"\nchoices = ["a", "A"]', "there twice"), ('name = "boat"\n[[field]]\nname = "boat"', "two fields"),
                             ('title = "x"', "name")):
            with self.subTest(lines):
                self.home.configure(digests=WEEKLY + "[[field]]\n" + lines + "\n")
                done = self.home.run("config", "check")
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertRegex(done.stderr, r"config.toml:\d+")
                self.assertIn(words, done.stderr)


class Mails(unittest.TestCase):
    def begin(self, words, digests=WEEKLY, more=""):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.relay = SmtpServer()
        self.relay.__enter__()
        self.addCleanup(self.relay.__exit__)
        theme(self.home, words)
        self.home.configure(self.relay.url, ["feed.xml"], digests + 'theme = "mine"\n' + more + FIELDS)
        at = MONDAY - datetime.timedelta(days=1)
        self.home.write("feed.xml", rss("Town", [Article("Bread", "https://town.example/bread", at, at, "<p>Cheap.</p>")]))

    def mail(self, address):
        return parse_mail(self.relay.to(address)[0].octets)

    def test_a_mail_shows_each_reader_their_own_and_all_are_one_segment(self):
        self.begin("Hello in {{field.city}}. {{field.boat}}.", more='subject = "News for {{field.city}}"\n')
        values = {"ann": "Porto", "bob": "<b>&\"x\" {{name}}", "cy": "", "dora": "Łódź"}
        for name, city in values.items():
            self.home.do("subscriber", "add", name + "@x.example", "--confirmed", "--field", "city=" + city, at=MONDAY - datetime.timedelta(days=2))
        self.home.do("send", "--due", at=MONDAY)
        for name, city in values.items():
            mail = self.mail(name + "@x.example")
            self.assertEqual(mail["Subject"].strip(), ("News for " + city).strip())
            self.assertIn("Hello in %s. ." % city, text_of(mail))
            self.assertIn("Hello in %s. ." % city, html.unescape(html_of(mail)))
            self.assertNotIn("<b>", html_of(mail))
        self.assertEqual(len(self.home.sql("SELECT * FROM segments")), 1)

    def test_what_is_set_between_sealing_and_sending_is_shown(self):
        self.begin("Hello in {{field.city}}.")
        self.home.do("subscriber", "add", "ann@x.example", "--confirmed", at=MONDAY - datetime.timedelta(days=2))
        self.home.do("collect", at=MONDAY)
        self.home.do("compose", "--due", at=MONDAY)
        self.home.do("subscriber", "set", "ann@x.example", "--field", "city=Faro", at=MONDAY)
        self.home.do("deliver", at=MONDAY)
        self.assertIn("Hello in Faro.", text_of(self.mail("ann@x.example")))

    def test_preview_shows_values_and_the_archive_nobodys(self):
        self.begin("Hello in {{field.city}}, {{field.boat}}.", more="[archive]\nurl = \"https://news.example.org/archive\"\n")
        self.home.do("subscriber", "add", "ann@x.example", "--confirmed", "--field", "city=Porto", at=MONDAY - datetime.timedelta(days=2))
        self.home.do("send", "--due", at=MONDAY)
        self.home.do("preview", "weekly#1", "--to", "shown", at=MONDAY)
        text = "".join(each.read_text(encoding="utf-8") for each in (self.home.folder / "shown").glob("*.txt"))
        self.assertIn("Hello in Where do you live?, Dinghy.", text)
        self.home.do("test", "weekly#1", "ann@x.example", at=MONDAY)
        self.assertIn("Hello in Porto, .", text_of(parse_mail(self.relay.to("ann@x.example")[-1].octets)))
        self.home.do("archive", "build", "site", at=MONDAY)
        pages = "".join(each.read_text(encoding="utf-8") for each in (self.home.folder / "site").rglob("*.html"))
        self.assertNotIn("Porto", pages)
        self.assertNotIn("\x02", pages)

    def test_a_template_that_names_no_field_of_ours_is_found_by_the_checks(self):
        for words, said in (("{{field.citty}}", 'did you mean "field.city"'), ("{{#field.city}}x{{/field.city}}", "is a value, not a section")):
            with self.subTest(words):
                self.begin(words)
                for check in (("config", "check"), ("template", "check", "mine")):
                    done = self.home.run(*check)
                    self.assertEqual(done.returncode, 78, done.stdout + done.stderr)
                    self.assertIn(said, done.stderr)
        self.begin("{{field.city}}")
        self.home.do("config", "check")
        self.home.do("template", "check", "mine")
        self.home.configure(digests=WEEKLY + 'theme = "mine"\n')
        self.assertIn("unknown name", self.home.run("config", "check").stderr)


KEY = 'listen = "127.0.0.1:0"\napi_key_file = "api-key"\nembed_origins = ["https://club.example"]\n'


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site(config=WEEKLY + FIELDS + "[web]\n" + KEY, prepare=lambda home: home.write("api-key", "open\n").chmod(0o600))
        cls.page = cls.site.ask("GET", "/subscribe")[1]
        cls.stamp = cls.site.fresh_form()
        time.sleep(2.1)  # a person's time
        cls.names = iter("asked%d@example.org" % i for i in range(100))

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def fields(self, address):
        return json.loads(self.site.home.do("subscriber", "show", address, "--json"))["fields"]

    def test_the_form_asks_each_by_its_kind_and_so_does_the_frame(self):
        for page in (self.page, self.site.ask("GET", "/embed")[1]):
            self.assertIn("Where do you live?", page)
            self.assertRegex(page, r'<input id="f0" type="text" name="field-city"')
            self.assertRegex(page, r'<select id="f1" name="field-boat">\s*<option value="" selected>[^<]*</option>\s*<option value="Dinghy">')
            self.assertRegex(page, r'type="date" name="field-member_since"')
            self.assertRegex(page, r'name="field-crew"[^>]*inputmode="decimal"')
            self.assertRegex(page, r'<option value="yes">Yes</option>\s*<option value="no">No</option>')

    def test_what_the_form_is_told_is_kept_and_what_makes_no_sense_is_asked_again(self):
        address = next(self.names)
        answers = {"field-city": "Porto", "field-boat": "Yacht", "field-member_since": "2019-05-01", "field-crew": "3", "field-races": "no"}
        status, page, _ = self.site.sign_up(self.stamp, address, **{**answers, "field-crew": "three"})
        self.assertEqual(status, 422)
        self.assertIn("This does not fit.", page)
        self.assertRegex(page, r'name="field-crew" value="three"[^>]*aria-invalid="true"')
        self.assertRegex(page, r'name="field-city" value="Porto"')
        self.assertEqual(self.site.sign_up(self.stamp, address, **answers)[0], 200)
        self.site.mail(address)
        self.assertEqual(self.fields(address), {"city": "Porto", "boat": "Yacht", "member_since": "2019-05-01", "crew": "3", "races": "no"})

    def test_json_takes_them_and_refuses_others_by_the_nearest_name(self):
        def call(fields):
            address = next(self.names)
            status, answer, _ = self.site.ask("POST", "/api/subscribe", json.dumps({"email": address, "fields": fields}),
                                              {"Content-Type": "application/json", "Authorization": "Bearer open"})
            return address, status, answer

        address, status, _ = call({"city": "Faro", "crew": 2, "races": True, "boat": None})
        self.assertEqual(status, 202)
        self.site.mail(address)
        self.assertEqual(self.fields(address), {"city": "Faro", "crew": "2", "races": "yes"})
        for fields, said in (({"citty": "x"}, 'did you mean \\"city\\"'), ({"boat": "Canoe"}, "Dinghy, Yacht"), ({"city": ["x"]}, "must be a string"), (["x"], "an object")):
            _, status, answer = call(fields)
            self.assertEqual(status, 422)
            self.assertIn(said, answer)

    def test_preferences_show_them_save_them_and_tell_what_changed(self):
        address = next(self.names)
        home = self.site.home
        home.do("subscriber", "add", address, "--confirmed", "--field", "city=Porto", "--field", "boat=Dinghy")
        self.site.sign_up(self.stamp, address, **{"field-city": "Nowhere"})  # by a stranger
        path = path_of(self.site.mail(address), "p")
        self.assertEqual(self.fields(address)["city"], "Porto", "a stranger's form changes nothing")
        page = self.site.ask("GET", path)[1]
        self.assertRegex(page, r'name="field-city" value="Porto"')
        self.assertIn('<option value="Dinghy" selected>', page)
        form = {"act": "save", "digest": ["weekly"], "topics": "all", "field-city": "Faro", "field-boat": "", "field-crew": "2"}
        status, page, _ = self.site.ask("POST", path, {**form, "field-crew": "two"})
        self.assertEqual(status, 422)
        self.assertRegex(page, r'name="field-city" value="Faro"')
        self.assertEqual(self.fields(address), {"city": "Porto", "boat": "Dinghy"})
        status, page, _ = self.site.ask("POST", path, form)
        self.assertEqual(status, 200, page)
        for words in ("Where do you live?", "Faro", "Your boat"):
            self.assertIn(words, page)
        self.assertEqual(self.fields(address), {"city": "Faro", "crew": "2"})
        self.assertIn("Faro", self.site.ask("POST", path, {"act": "download"})[1])


if __name__ == "__main__":
    unittest.main()
