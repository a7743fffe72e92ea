"""What an edition is made of beside its posts in their usual order: sections, a list of links, notices."""
import datetime
import re
import unittest

from smtp_server import SmtpServer
from tidings import Article, Home, html_of, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 12, 8, 0, tzinfo=ATHENS)  # a Monday
TOWN = '[[source]]\nname = "town"\nurl = "file:town.xml"\ntopics = ["news"]\n'
MARKS = '[[source]]\nname = "marks"\nurl = "file:marks.xml"\ntopics = ["found"]\n'
DIGEST = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'
LINKS = '[[digest.section]]\ntitle = "Elsewhere"\nsources = ["marks"]\nlayout = "links"\n'
SEA = '[[digest.section]]\ntitle = "By the sea"\ntopics = ["sea"]\nlayout = "list"\n'
LEAD = '[[digest.section]]\ntitle = "The week in one story"\ntopics = ["top"]\nlayout = "lead"\nmax_posts = 1\n'
GRID = '[[digest.section]]\ntitle = "In pictures"\ntopics = ["pictures"]\nlayout = "grid"\n'
PICTURE = '<p><img src="https://town.example/%s.jpg" alt="%s" width="800" height="500"></p>'


def story(name, *tags, body=None):
    when = RUN - datetime.timedelta(days=2)
    return Article(name, "https://town.example/" + name.lower().replace(" ", "-"), when, when, body or
                   "<p>%s is a story that says enough to be a sentence of its own. And there is a second one.</p>" % name, tags)


def mark(name, host, note):
    when = RUN - datetime.timedelta(days=1)
    return Article(name, "https://%s/%s" % (host, name.lower()), when, when, "<p>%s</p>" % note)


class Edition(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def begin(self, sections, digest="", readers=(("ada@example.org", ()),)):
        self.home.configure(self.server.url, sources=(TOWN, MARKS))
        for address, more in readers:
            self.home.do("subscriber", "add", address, "--confirmed", *more, at=RUN - datetime.timedelta(days=7))
        self.home.configure(self.server.url, sources=(TOWN, MARKS), digests=DIGEST + digest + sections)
        self.home.write("town.xml", rss("Town", [
            story("Quay", "sea"), story("Market", "top"), story("Museum", "top"), story("Lighthouse", "sea", "pictures", body=PICTURE % ("light", "A lighthouse") + "<p>It shines every night for all who come by boat.</p>"),
            story("Garden", "pictures", body=PICTURE % ("roses", "Roses") + "<p>The roses bloom in all colours this year, says the gardener.</p>"), story("Council")]))
        self.home.write("marks.xml", rss("Bookmarks", [mark("Tides", "www.tides.example", "Tables for <b>all</b> harbours & bays."), mark("Knots", "knots.example", "Learn one a day.")]))

    def send(self):
        self.home.do("send", "--due", at=RUN)
        return self.mail("ada@example.org")

    def mail(self, address):
        """Text and HTML, without the line that mail programs show behind the subject."""
        message = parse_mail(self.server.to(address)[0].octets)
        return text_of(message).replace("\r\n", "\n"), html_of(message).partition('aria-roledescription="email"')[2]

    def show(self):
        return self.home.json("edition", "show", "weekly#1")[0]

    def sections(self):
        return {each["title"]: each["section"] for each in self.show()["posts"]}


class Sections(Edition):
    def test_a_post_goes_into_the_first_section_that_takes_it_and_the_others_keep_their_place(self):
        self.begin(SEA + GRID)
        text, html = self.send()
        self.assertEqual(self.sections(), {"Quay": "By the sea", "Lighthouse": "By the sea", "Garden": "In pictures", "Market": None,
                                           "Museum": None, "Council": None, "Tides": None, "Knots": None})
        for part in (text, html):
            places = [part.index(each) for each in ("Council", "By the sea", "Quay", "In pictures", "roses")]
            self.assertEqual(places, sorted(places))
            self.assertEqual(part.count("Quay is a story"), 1)

    def test_a_lead_stands_above_all_and_what_it_has_no_room_for_stays_where_it_was(self):
        self.begin(LEAD)
        text, html = self.send()
        self.assertEqual([title for title, section in self.sections().items() if section], ["Market"] if "Market" == self.lead(text) else ["Museum"])
        self.assertLess(text.index("The week in one story"), text.index("Council"))
        self.assertLess(html.index("The week in one story"), html.index("Council"))
        other = "Museum" if self.lead(text) == "Market" else "Market"
        self.assertIn(other, text)

    @staticmethod
    def lead(text):
        return re.search(r"== The week in one story ==\s+(\w+)", text)[1]

    def test_edition_show_has_the_order_and_the_groups_of_the_mail(self):
        rest = '[[digest.section]]\ntitle = "All else"\nlayout = "list"\n'
        self.begin(LINKS + rest + SEA + LEAD)
        text, _ = self.send()
        shown = self.home.do("edition", "show", "weekly#1")
        titles = [each["title"] for each in self.show()["posts"]]
        self.assertEqual(re.findall(r"^ +\d+  (\w+)", shown, re.M), titles)
        self.assertEqual(sorted(titles, key=text.index), titles)
        # Where they stand is settled when the edition is sealed.
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text().replace(SEA, ""))
        self.assertEqual([each["title"] for each in self.show()["posts"]][0], titles[0])
        self.assertIn("(in By the sea)", self.home.do("edition", "show", "weekly#1"))

    def test_a_section_that_takes_the_rest_puts_the_others_where_it_stands(self):
        self.begin(LINKS + '[[digest.section]]\ntitle = "All else"\nlayout = "list"\n' + SEA)
        text, _ = self.send()
        places = [text.index(each) for each in ("== Elsewhere ==", "Tides", "== All else ==", "Council", "== By the sea ==", "Quay")]
        self.assertEqual(places, sorted(places))

    def test_an_empty_section_is_not_shown(self):
        self.begin(SEA + '[[digest.section]]\ntitle = "Sports"\ntopics = ["sports"]\n')
        for part in self.send():
            self.assertNotIn("Sports", part)

    def test_each_reader_gets_the_sections_that_their_topics_fill(self):
        self.begin(SEA + LINKS, readers=(("ada@example.org", ()), ("ben@example.org", ("--topic", "found"))))
        self.send()
        text, _ = self.mail("ben@example.org")
        self.assertIn("Elsewhere", text)
        self.assertNotIn("By the sea", text)
        self.assertIn("By the sea", self.mail("ada@example.org")[0])

    def test_a_title_is_in_the_language_of_the_reader_and_escaped(self):
        self.begin(SEA.replace('"By the sea"', '{ en = "Sea & <b>shore</b>", de = "Am Meer" }'),
                   readers=(("ada@example.org", ()), ("ben@example.org", ("--language", "de"))))
        text, html = self.send()
        self.assertIn("== Sea & <b>shore</b> ==", text)
        self.assertIn("Sea &amp; &lt;b&gt;shore&lt;/b&gt;", html)
        text, _ = self.mail("ben@example.org")
        self.assertIn("== Am Meer ==", text)

    def test_a_section_of_links_is_a_line_each_with_title_host_and_note(self):
        self.begin(LINKS)
        text, html = self.send()
        self.assertIn("* Tides (tides.example)\n  Tables for all harbours & bays.\n  https://www.tides.example/tides\n", text)
        self.assertRegex(html, r'href="https://www.tides.example/tides"[^>]*>Tides</a> <span[^>]*>tides.example</span>'
                               r"<br><span[^>]*>Tables for all harbours &amp; bays\.</span>")

    def test_links_show_neither_pictures_nor_whole_texts(self):
        self.begin(GRID.replace("grid", "links"), digest='content = "full"\n')
        text, html = self.send()
        self.assertNotIn("roses.jpg", html)
        self.assertIn("* Garden (town.example)\n  The roses bloom", text)

    def test_cards_have_their_picture_and_lists_have_none(self):
        self.begin(SEA + GRID, digest='content = "full"\n')
        _, html = self.send()
        self.assertIn("roses.jpg", html)
        self.assertNotIn("light.jpg", html)

    def test_every_theme_shows_every_layout(self):
        self.begin(LEAD + SEA + GRID + LINKS)
        self.home.do("collect", at=RUN)
        config = self.home.folder / "config.toml"
        whole = config.read_text()
        for theme in ("default", "magazine", "compact", "plain"):
            config.write_text(whole.replace(DIGEST, DIGEST + 'theme = "%s"\n' % theme))
            self.home.do("preview", "weekly", "--to", theme, at=RUN)
            for part in ("html", "txt"):
                shown = "".join(each.read_text() for each in (self.home.folder / theme).glob("*.%s" % part) if each.name != "index.html")
                with self.subTest(theme=theme, part=part):
                    for words in ("The week in one story", "By the sea", "In pictures", "Elsewhere", "tides.example", "Tables for all harbours", "Quay is a story"):
                        self.assertIn(words, shown) if not (theme == "compact" and part == "txt" and words.startswith("Quay is")) else None

    def test_a_lead_stays_a_lead_in_a_mail_that_is_too_long(self):
        self.begin(LEAD, digest='content = "title"\nmax_posts = 400\n')
        old = RUN - datetime.timedelta(days=3)
        many = [Article("Number %d %s" % (n, "long words " * 30), "https://town.example/%d" % n, old, old + datetime.timedelta(minutes=n)) for n in range(300)]
        self.home.write("town.xml", rss("Town", [Article("The one that leads", "https://town.example/lead", old, old, tags=("top",)), *many]))
        text, html = self.send()
        self.assertIn("More on the web", html)
        self.assertLess(html.index("The one that leads"), html.index("Number 299"))
        self.assertGreater(text.index("The one that leads"), text.index("== The week in one story =="))
        self.assertLess(text.index("The one that leads"), text.index("More on the web"))

    def test_the_dry_run_tells_where_posts_stand(self):
        self.begin(SEA)
        said = self.home.do("send", "--due", "--dry-run", at=RUN)
        self.assertRegex(said, r"\d+  Quay \(in By the sea\)")
        done = self.home.run("send", "--due", "--dry-run", "--json", at=RUN)
        self.assertIn('"section":"By the sea"', done.stdout)

    def test_what_was_sent_is_told_as_it_was(self):
        self.begin(SEA)
        self.send()
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text().replace("By the sea", "Ashore"))
        self.assertEqual(self.sections()["Quay"], "By the sea")
        self.assertRegex(self.home.do("edition", "show", "weekly#1"), r"\d+  Quay \(in By the sea\)")


class Mistakes(Edition):
    def check(self, section, *words, status=78):
        self.begin(section)
        done = self.home.run("config", "check")
        self.assertEqual(done.returncode, status, done.stderr)
        line = next((n for n, text in enumerate((self.home.folder / "config.toml").read_text().splitlines(), 1) if words[0] in text), None)
        self.assertRegex(done.stderr, r"config\.toml:%s:\d+: " % line)
        for each in words[1:]:
            self.assertIn(each, done.stderr)

    def test_an_unknown_source_layout_or_key_has_a_place_and_a_hint(self):
        self.check(LINKS.replace('"marks"', '"mark"'), '"mark"', 'no source "mark"', "marks")
        self.check(LINKS.replace('"links"', '"link"'), 'layout = "link"', 'layout cannot be "link"', "links")
        self.check(LINKS + "max_post = 3\n", "max_post = 3", 'unknown key "max_post" in [digest.section "weekly 1"]', "max_posts")

    def test_an_unknown_topic_is_told_and_no_obstacle(self):
        self.check(SEA.replace('"sea"', '"new"'), 'topics = ["new"]', 'no source and no rule has the topic "new"', "news", status=0)

    def test_a_source_that_the_digest_does_not_take_is_a_mistake(self):
        self.begin(LINKS, digest='sources = ["town"]\n')
        self.assertIn('digest "weekly" takes no posts from "marks"', self.home.run("config", "check").stderr)

    def test_two_sections_of_one_name_and_two_for_the_rest_are_mistakes(self):
        self.begin(LINKS + LINKS)
        self.assertIn('there are two sections "Elsewhere"', self.home.run("config", "check").stderr)
        self.begin('[[digest.section]]\ntitle = "A"\n[[digest.section]]\ntitle = "B"\n')
        self.assertIn('section "B" can have no posts', self.home.run("config", "check").stderr)


class Editing(Edition):
    def draft(self, sections=SEA + LINKS):
        self.begin(sections, digest="review = true\n")
        self.home.do("collect", at=RUN)
        self.home.do("compose", "weekly", at=RUN)

    def file(self):
        self.home.environment.update(EDITOR="sh %s" % self.home.write("editor.sh", 'cp "$1" seen.txt\n'), VISUAL="")
        self.home.do("edition", "edit", "weekly#1", at=RUN)
        return (self.home.folder / "seen.txt").read_text()

    def save(self, text):
        self.home.write("draft.txt", text)
        return self.home.run("edition", "edit", "weekly#1", "--file", "draft.txt", at=RUN)

    def line(self, text, title):
        return re.search(r"^\d+ %s$" % title, text, re.M)[0]

    def test_the_file_shows_sections_and_saving_it_changes_nothing(self):
        self.draft()
        text = self.file()
        places = [text.index(each) for each in ("== (no section) ==", self.line(text, "Council"), "== By the sea ==", self.line(text, "Quay"), "== Elsewhere ==", self.line(text, "Tides"))]
        self.assertEqual(places, sorted(places))
        before = self.home.json("edition", "show", "weekly#1")[0]
        self.assertEqual(self.save(text).returncode, 0)
        self.home.do("edition", "approve", "weekly#1", at=RUN)
        self.assertEqual({each["title"]: each["section"] for each in before["posts"]}, self.sections())
        self.home.do("deliver", at=RUN)
        self.assertIn("== By the sea ==", self.mail("ada@example.org")[0])

    def test_a_post_that_is_moved_below_another_heading_goes_there(self):
        self.draft()
        text = self.file()
        council = self.line(text, "Council")
        moved = text.replace(council + "\n", "", 1).replace("== By the sea ==\n", "== By the sea ==\n%s\n" % council)
        quay = self.line(text, "Quay")
        moved = moved.replace(quay + "\n", "", 1).replace("== (no section) ==\n", "== (no section) ==\n%s\n" % quay)
        self.assertEqual(self.save(moved).returncode, 0)
        self.assertEqual((self.sections()["Council"], self.sections()["Quay"]), ("By the sea", None))
        self.home.do("edition", "approve", "weekly#1", at=RUN)
        self.assertEqual((self.sections()["Council"], self.sections()["Quay"]), ("By the sea", None))
        self.home.do("deliver", at=RUN)
        text, _ = self.mail("ada@example.org")
        self.assertGreater(text.index("Council"), text.index("== By the sea =="))
        self.assertLess(text.index("Quay"), text.index("== By the sea =="))

    def test_an_unknown_heading_is_told_with_its_line(self):
        self.draft()
        text = self.file().replace("== Elsewhere ==", "== Elswhere ==")
        done = self.save(text)
        self.assertEqual(done.returncode, 65)
        number = text.splitlines().index("== Elswhere ==") + 1
        self.assertRegex(done.stderr, r'draft\.txt:%d: there is no section "Elswhere".*Elsewhere' % number)

    def test_the_draft_mail_says_where_posts_stand(self):
        self.draft()
        draft = text_of(parse_mail(self.server.to("news@example.org")[0].octets))
        self.assertRegex(draft, r"\d+  Quay \(in By the sea\)")


class Notices(Edition):
    def notice(self, name, head, body="Boats **for rent** at the [old quay](https://boats.example/)."):
        self.home.write("notices/%s.md" % name, "---\n%s\n---\n%s\n" % (head, body))

    def test_a_notice_is_in_each_edition_whose_day_lies_within(self):
        self.begin(SEA)
        self.notice("boats", "from: 2026-01-12\nuntil: 2026-01-12\nlabel: Sponsored")
        self.notice("past", "until: 2026-01-11", "Too late.")
        self.notice("future", "from: 2026-01-13", "Too early.")
        text, html = self.send()
        self.assertIn("\n\n\n[Sponsored]\nBoats for rent at the old quay", text)
        self.assertIn("Boats <strong>for rent</strong>", html)
        self.assertIn("Sponsored", html)
        for part in (text, html):
            self.assertNotIn("Too late", part)
            self.assertNotIn("Too early", part)
        self.assertEqual(self.show()["notices"], ["notices/boats.md"])
        self.assertIn("notice     notices/boats.md", self.home.do("edition", "show", "weekly#1"))

    def test_it_stands_above_between_or_below_the_posts(self):
        self.begin("")
        for place in ("top", "middle", "end"):
            self.notice(place, "place: " + place, "It is the %s." % place)
        for part in self.send():
            posts = [part.index(each) for each in ("Quay is a story", "Council is a story", "Market is a story", "Museum is a story")]
            self.assertLess(part.index("It is the top."), min(posts))
            self.assertTrue(min(posts) < part.index("It is the middle.") < max(posts))
            self.assertGreater(part.index("It is the end."), max(posts))

    def test_only_its_digests_and_languages_get_it(self):
        self.begin("", readers=(("ada@example.org", ()), ("ben@example.org", ("--language", "de"))))
        self.notice("german", "languages: [de]\nlabel: sponsored", "Boote zu vermieten.")
        self.notice("daily", "digests: [weekly]", "For the weekly.")
        text, _ = self.send()
        self.assertNotIn("Boote", text)
        self.assertIn("For the weekly.", text)
        self.assertIn("[Anzeige]\nBoote zu vermieten.", self.mail("ben@example.org")[0])

    def test_what_it_says_passes_the_same_sanitiser_as_posts(self):
        self.begin("")
        self.notice("bad", "place: top", '<script>alert(1)</script><a href="javascript:x()" onclick="y()">Boats</a> <img src=x onerror=z()>')
        _, html = self.send()
        self.assertIn("Boats", html)
        for each in ("<script", "javascript:", "onclick", "onerror"):
            self.assertNotIn(each, html)

    def test_a_broken_notice_is_told_by_name_and_stops_nobody(self):
        for head, words in (("until: soon", 'notices/broken.md: until: "soon" is not a day'), ("form: 2026-01-01", 'notices/broken.md: unknown key "form"'),
                            ("digests: [wekly]", 'notices/broken.md: there is no digest "wekly"'), ("place: left", 'notices/broken.md: place cannot be "left"'),
                            ("from: 2026-02-01\nuntil: 2026-01-01", "notices/broken.md: until is before from")):
            with self.subTest(head=head):
                self.setUp()
                self.begin("")
                self.notice("broken", head)
                self.notice("good", "place: top", "A good one.")
                done = self.home.run("send", "--due", at=RUN)
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assertIn(words, done.stderr)
                self.assertIn("A good one.", self.mail("ada@example.org")[0])
                check = self.home.run("config", "check")
                self.assertEqual((check.returncode, words in check.stderr), (0, True), check.stderr)

    def test_files_that_are_none_harm_nobody(self):
        self.begin("")
        self.notice("empty", "place: top", "")
        self.home.write("notices/binary.md", b"\xff\xfe\x00")
        self.home.write("notices/large.md", "x" * 100_000)
        (self.home.folder / "notices/folder.md").mkdir()
        self.home.write("notices/README.txt", "Not a notice.")
        done = self.home.run("send", "--due", at=RUN)
        self.assertEqual(done.returncode, 65)
        for name in ("empty", "binary", "large", "folder"):
            self.assertIn("%s.md" % name, done.stderr)
        self.assertNotIn("README", done.stderr)
        self.assertEqual(len(self.server.to("ada@example.org")), 1)

    def test_a_theme_that_shows_no_notices_is_told(self):
        self.begin("", 'theme = "mine"\n')
        self.home.write("templates/mine/digest.text.mustache", "{{#groups}}{{#posts}}{{title}}\n{{/posts}}{{/groups}}\n{{{unsubscribe_url}}}\n")
        self.notice("boats", "place: top")
        self.notice("past", "place: top\nuntil: 2026-01-01")
        done = self.home.run("send", "--due", at=RUN)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn('notices/boats.md: nobody sees it: theme "mine" has no {{#notices_top}}', done.stderr)
        self.assertNotIn("past", done.stderr)
        self.assertEqual(len(self.server.to("ada@example.org")), 1)

    def test_the_dry_run_tells_notices(self):
        self.begin("")
        self.notice("boats", "place: top")
        self.assertIn("notice  notices/boats.md", self.home.do("send", "--due", "--dry-run", at=RUN))


if __name__ == "__main__":
    unittest.main()
