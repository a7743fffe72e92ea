"""Small promises about what a digest shows: an article of two sources names both, heavier sources come first, runs are listed."""
import datetime
import unittest

from tidings import Article, Home, html_of, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=ATHENS)
SOURCE = '[[source]]\nname = "%s"\nurl = "file:%s.xml"\nweight = %d\n'


class Selection(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def write(self, name, title, articles):
        self.home.write(name + ".xml", rss(title, [Article(each, link, RUN, RUN - datetime.timedelta(hours=hours), "<p>Text</p>")
                                                   for each, link, hours in articles]))

    def send(self, order):
        self.write("quay", "Quay Blog", [("The same story", "https://quay.example/story", 9), ("Only here", "https://quay.example/here", 20)])
        self.write("pier", "Pier Planet", [("The same story", "https://quay.example/story", 8), ("From the pier", "https://pier.example/x", 2)])
        self.home.configure(sources=(SOURCE % ("pier", "pier", 1), SOURCE % ("quay", "quay", 5)),
                            digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\ngroup_by = "none"\norder = "%s"\n' % order)
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=RUN - datetime.timedelta(days=1))
        self.home.do("send", "--due", "--to-dir", "out", at=RUN)
        return parse_mail(next((self.home.folder / "out").glob("**/*.eml")).read_bytes())

    def test_an_article_of_two_sources_appears_once_and_names_both(self):
        mail = self.send("newest")
        for part in (text_of(mail), html_of(mail)):
            self.assertRegex(part, r"Quay Blog, Pier Planet|Pier Planet, Quay Blog")
        self.assertEqual(self.home.json("edition", "list")[0]["post_count"], 3)

    def test_heavier_sources_come_first(self):
        text = text_of(self.send("weight"))
        self.assertLess(text.index("Only here"), text.index("From the pier"))

    def test_newest_first_is_another_order(self):
        text = text_of(self.send("newest"))
        self.assertLess(text.index("From the pier"), text.index("Only here"))

    def test_the_next_three_runs_are_listed(self):
        self.home.configure()
        found = self.home.json("digest", "list", at=RUN)[0]
        self.assertEqual(found["next_runs"], ["2026-01-12T06:00:00Z", "2026-01-19T06:00:00Z", "2026-01-26T06:00:00Z"])
        self.assertIn("2026-01-12 08:00, 2026-01-19 08:00, 2026-01-26 08:00", self.home.do("digest", "list", at=RUN))

    def test_template_check_tells_variables_with_their_meaning(self):
        self.home.configure()
        said = self.home.do("template", "check")
        for theme in ("compact", "default", "magazine", "plain"):
            self.assertRegex(said, r"(?m)^%s: good; sample: " % theme)
        self.assertEqual(said[said.index("NAME "):], self.home.do("template", "check", "--variables"))
        self.assertGreater(len(said.splitlines()), 40)


if __name__ == "__main__":
    unittest.main()
