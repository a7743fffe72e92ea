"""No source drowns the others: sources take turns where max_posts cuts, max_per_source limits each, what waits is one line of the
mail, and posts without a date do not all come at once."""
import datetime
import json
import re
import unittest

from tidings import Article, Home, html_of, json_feed, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=ATHENS)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def posts(source, count, newest=RUN - HOUR, step=datetime.timedelta(minutes=10), dated=True):
    """The newest is the last one, as in Article lists of the other tests."""
    out = []
    for number in range(count, 0, -1):
        published = newest - (number - 1) * step
        out.append(Article("%s %02d" % (source, number), "https://%s.example/%d" % (source.lower(), number), RUN,
                           published if dated else None, "<p>This is number %d of %s.</p>" % (number, source)))
    return out


def plain(mail):
    return text_of(mail).replace("\r\n", "\n")


class Shares(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def configure(self, settings="", sources=("Camera", "Town", "Garden")):
        self.home.configure(sources=[each.lower() + ".xml" for each in sources],
                            digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\ngroup_by = "none"\n' + settings)

    def open(self, settings="", language="en"):
        self.configure(settings)
        for source, count in (("Camera", 40), ("Town", 3), ("Garden", 2)):
            # The camera's pictures are the newest.
            newest = RUN - HOUR if source == "Camera" else RUN - DAY
            self.home.write(source.lower() + ".xml", rss(source, posts(source, count, newest)))
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", "--language", language, at=RUN - 8 * DAY)

    def send(self, at=RUN):
        self.told = self.home.do("send", "--due", "--to-dir", "out", at=at)
        return self.newest_mail()

    def newest_mail(self):
        mails = sorted((self.home.folder / "out").glob("**/*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return parse_mail(mails[-1].read_bytes())

    def shown(self, mail):
        return re.findall(r"(?m)^(?:\d+\. )?((?:Camera|Town|Garden) \d\d)$", plain(mail))

    def counts(self, mail):
        titles = set(self.shown(mail))
        return [sum(each.startswith(source) for each in titles) for source in ("Camera", "Town", "Garden")]

    # ---- a fair share

    def test_sources_take_turns_where_max_posts_cuts(self):
        self.open("max_posts = 10\n")
        self.assertEqual(self.counts(self.send()), [5, 3, 2])

    def test_the_newest_of_each_source_come_and_the_mail_keeps_its_order(self):
        self.open("max_posts = 6\n")
        self.assertEqual(self.shown(self.send()), ["Camera 01", "Camera 02", "Town 01", "Garden 01", "Town 02", "Garden 02"])

    def test_nothing_changes_where_max_posts_does_not_cut(self):
        self.open("max_posts = 45\n")
        self.assertEqual(self.counts(self.send()), [40, 3, 2])

    def test_max_per_source_none_is_first_come_first_served(self):
        for none in ('"none"', "0"):
            with self.subTest(none), Home() as self.home:
                self.open("max_posts = 10\nmax_per_source = %s\n" % none)
                self.assertEqual(self.counts(self.send()), [10, 0, 0])

    def test_max_per_source_limits_each_source(self):
        self.open("max_per_source = 2\n")
        self.assertEqual(self.counts(self.send()), [2, 2, 2])

    def test_a_pinned_post_comes_beyond_its_share(self):
        self.open("max_per_source = 1\n")
        self.home.do("collect", at=RUN - HOUR / 2)
        pinned = next(each["id"] for each in self.home.json("post", "list", "--limit", "100") if each["title"] == "Camera 30")
        self.home.do("post", "pin", pinned, at=RUN - HOUR / 2)
        self.assertEqual(sorted(set(self.shown(self.send()))), ["Camera 30", "Garden 01", "Town 01"])

    def test_min_posts_counts_what_max_per_source_lets_in(self):
        self.open("max_per_source = 1\nmin_posts = 3\n", )
        self.home.write("garden.xml", rss("Garden", []))
        self.home.do("send", "--due", "--to-dir", "out", at=RUN)
        self.assertEqual(self.home.json("edition", "list")[0]["reason"], "2 posts within max_per_source, min_posts is 3")

    # ---- what waits is told

    def test_the_surplus_of_a_source_is_one_line_of_the_mail(self):
        self.open("max_posts = 10\n")
        mail = self.send()
        self.assertEqual(re.findall(r"(?m)^(\d+ more from .*)$", plain(mail)), ["35 more from Camera"])
        self.assertRegex(html_of(mail), r'35 more from <a class="mute" href="https://blog\.example/"[^>]*>Camera</a>')

    def test_each_language_has_its_words_for_the_surplus(self):
        want = {"ar": "35 مقالًا آخر من Camera", "de": "35 weitere Beiträge von Camera", "el": "35 ακόμη από Camera",
                "es": "35 más de Camera", "fr": "35 autres articles chez Camera", "it": "altri 35 articoli da Camera",
                "ja": "Camera：ほか35件", "pt": "mais 35 de Camera", "ru": "ещё 35 записей: Camera",
                "tr": "Camera: 35 yazı daha", "zh": "Camera 另有 35 篇", "nl": "nog 35 berichten van Camera", "sv": "35 inlägg till från Camera",
                "pl": "jeszcze 35 wpisów: Camera", "uk": "ще 35 дописів: Camera", "ko": "Camera의 글 35편 더 보기",
                "he": "עוד 35 פוסטים מתוך Camera", "fa": "35 نوشتهٔ دیگر از Camera", "zh-hant": "Camera 另有 35 篇"}
        for language, words in want.items():
            with self.subTest(language), Home() as self.home:
                self.open("max_posts = 10\n", language)
                self.assertIn(words, plain(self.send()))

    def test_readers_of_a_topic_are_told_of_the_sources_that_they_read(self):
        self.open("max_posts = 10\n")
        text = (self.home.folder / "config.toml").read_text()
        for source in ("Camera", "Town"):
            text = text.replace('url = "file:%s.xml"' % source.lower(), 'url = "file:%s.xml"\ntopics = ["%s"]' % (source.lower(), source))
        self.home.write("config.toml", text)
        self.home.do("subscriber", "add", "tom@example.org", "--confirmed", "--topic", "town", at=RUN - 8 * DAY)
        self.send()
        mails = [parse_mail(path.read_bytes()) for path in (self.home.folder / "out").glob("**/*.eml")]
        told = {mail["To"]: "more from" in plain(mail) for mail in mails}
        self.assertEqual(told, {"ada@example.org": True, "tom@example.org": False})

    def test_left_out_posts_are_told_with_their_reason(self):
        self.open("max_posts = 4\nmax_per_source = 2\n")
        dry = self.home.do("send", "--due", "--dry-run", at=RUN)
        self.assertRegex(dry, r"Camera 03 \(waiting for the next edition: max_per_source reached\)")
        self.send()
        self.assertIn("39 waiting for the next edition: max_per_source reached", self.told)
        shown = self.home.json("edition", "show", "weekly")[0]
        self.assertEqual({each["reason"] for each in shown["left_out"]}, {"max_per_source", "max_posts"})
        listed = self.home.json("post", "list", "--left-out", at=RUN + HOUR)
        self.assertEqual(len(listed), 41)

    def test_what_waits_comes_in_the_next_edition(self):
        self.open("max_per_source = 2\n")
        self.send()
        self.assertEqual(sorted(self.shown(self.send(RUN + 7 * DAY))), ["Camera 03", "Camera 04", "Town 03"])

    def test_a_draft_keeps_the_line(self):
        self.open("max_posts = 10\nreview = true\n")
        self.home.do("send", "--due", "--to-dir", "out", at=RUN)
        self.home.do("edition", "approve", "weekly", at=RUN + HOUR)
        self.home.do("deliver", "--to-dir", "out", at=RUN + HOUR)
        texts = [plain(parse_mail(path.read_bytes())) for path in (self.home.folder / "out").glob("**/*.eml")]
        self.assertTrue(any("35 more from Camera" in text and "ada" not in text for text in texts))

    def test_links_of_what_is_cut_are_a_fair_share_too(self):
        self.open('max_posts = 3\noverflow = "list"\n')
        text = plain(self.send())
        self.assertNotIn("more from", text)  # all others are links
        self.assertEqual(len(re.findall(r"(?m)^\* (?:Camera|Town|Garden) \d\d$", text)), 42)

    # ---- the configuration

    def test_a_share_that_never_reaches_min_posts_is_refused(self):
        self.configure("max_per_source = 1\nmin_posts = 5\n")
        done = self.home.run("config", "check")
        self.assertEqual(done.returncode, 78)
        self.assertIn("max_per_source = 1 lets in 3 posts of 3 sources, and min_posts is 5", done.stderr)

    def test_a_share_is_a_number_or_a_word(self):
        self.configure('max_per_source = "some"\n')
        done = self.home.run("config", "check")
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, r'config\.toml:\d+:\d+: max_per_source must be a whole number, "none" or "fair"')


class Undated(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure(sources=["page.json"])
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=RUN - 8 * DAY)

    def write(self, articles):
        self.home.write("page.json", json_feed("Page", articles))

    def collect(self, at):
        return self.home.run("collect", "page", at=at).stderr

    def would_send(self, at):
        found = self.home.run("send", "--due", "--dry-run", "--json", at=at)
        shown = json.loads(found.stdout.splitlines()[0])
        return [each["title"] for each in shown.get("posts", [])] if isinstance(shown.get("posts"), list) else shown

    def titles(self, at):
        self.home.do("send", "--due", "--to-dir", "out", at=at)
        edition = self.home.json("edition", "list")[0]
        if edition["state"] == "skipped":
            return []
        shown = self.home.json("edition", "show", str(edition["id"]))[0]
        return [each["title"] for each in shown["posts"]]

    def test_undated_posts_of_a_first_reading_are_set_aside_and_told(self):
        self.write(posts("Town", 30, dated=False))
        said = self.collect(RUN - DAY)
        self.assertIn("source page: 30 posts set aside, undated and of unknown age; "
                      "\"tidings post release --source page\" releases them into the next editions", said)
        self.assertEqual(self.titles(RUN), [])
        listed = self.home.json("post", "list", "--left-out", at=RUN)
        self.assertEqual({each["reason"] for each in listed}, {"undated"})
        self.assertEqual(len(listed), 30)

    def test_released_they_come(self):
        self.write(posts("Town", 30, dated=False))
        self.collect(RUN - DAY)
        self.home.do("post", "release", "--source", "page", at=RUN - DAY)
        self.assertEqual(len(self.titles(RUN)), 30)

    def test_after_the_first_reading_an_undated_post_is_of_the_day_on_which_it_is_first_seen(self):
        old = posts("Town", 30, dated=False)
        self.write(old)
        self.collect(RUN - 3 * DAY)
        self.write(old + [Article("Town new", "https://town.example/new", RUN, None, "<p>New.</p>")])
        self.assertNotIn("set aside", self.collect(RUN - DAY))
        self.assertEqual(self.titles(RUN), ["Town new"])

    def test_never_do_all_of_them_come_at_once(self):
        """The page was rebuilt: all its addresses are new."""
        self.write(posts("Town", 30, dated=False))
        self.collect(RUN - 3 * DAY)
        self.write(posts("Garden", 30, dated=False))
        self.assertIn("20 posts set aside, undated", self.collect(RUN - DAY))
        self.assertEqual(sorted(self.titles(RUN)), ["Garden %02d" % number for number in range(1, 11)])

    def test_between_dated_posts_an_undated_one_counts_as_its_neighbour(self):
        recent = posts("Town", 2, RUN - DAY)
        lone = Article("Town lone", "https://town.example/lone", RUN, None, "<p>Alone.</p>")
        old = posts("Garden", 2, RUN - 90 * DAY)
        stale = Article("Garden lone", "https://garden.example/lone", RUN, None, "<p>Old.</p>")
        self.write([old[0], stale, old[1], recent[0], lone, recent[1]])
        self.assertNotIn("set aside", self.collect(RUN - HOUR))
        self.assertEqual(sorted(self.titles(RUN)), ["Town 01", "Town 02", "Town lone"])


if __name__ == "__main__":
    unittest.main()
