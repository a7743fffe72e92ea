"""The archive's feeds of single topics."""
import datetime
import unittest
import xml.etree.ElementTree

from smtp_server import SmtpServer
from tidings import Article, Home, rss

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
MONDAY = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=ATHENS)
ATOM = "{http://www.w3.org/2005/Atom}"
WEEK = datetime.timedelta(days=7)


class TopicFeeds(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def weeks(self, count, topics='["Sea", "Μουσική"]', sections=""):
        """One post about the sea and one about the town every week, music in the second; all sent."""
        with SmtpServer() as server:
            sources = ('[[source]]\nname = "blog"\nurl = "file:feed.xml"\n', '[[source]]\nname = "quay"\nurl = "file:quay.xml"\ntopics = %s\n' % topics)
            self.home.configure(server.url, sources=sources, digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n' + sections)
            config = self.home.folder / "config.toml"
            config.write_text(config.read_text() + '[archive]\nurl = "https://news.example.org/past"\n')
            self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=MONDAY - WEEK)
            sea, town = [], []
            for n in range(count):
                at = MONDAY + n * WEEK
                when = at - datetime.timedelta(days=1)
                sea.append(Article("Sea %d" % n, "https://quay.example/%d?a=1&b=2" % n, when, when, "<p>Waves of week %d.</p>" % n))
                town.append(Article("Town %d" % n, "https://blog.example/%d" % n, when, when, "<p>Streets of week %d.</p>" % n, ("sea",) if n == 1 else ("cars",)))
                self.home.write("quay.xml", rss("Quay", sea))
                self.home.write("feed.xml", rss("Blog", town))
                self.home.do("send", "--due", at=at)
            self.home.do("archive", "build", "public", at=MONDAY + count * WEEK)

    def feed(self, name):
        return xml.etree.ElementTree.fromstring((self.home.folder / "public" / name).read_bytes())

    def contents(self, name):
        return [entry.find(ATOM + "content").text for entry in self.feed(name).findall(ATOM + "entry")]

    def names(self):
        return sorted(each.name for each in (self.home.folder / "public").glob("topic-*"))

    def test_each_topic_of_the_configuration_has_a_feed_of_its_posts_with_their_text(self):
        self.weeks(3)
        self.assertEqual(len(self.names()), 2)
        self.assertIn("topic-sea.atom", self.names())
        newest, second, oldest = self.contents("topic-sea.atom")
        self.assertIn("Waves of week 2.", newest)
        self.assertNotIn("Streets of week 2.", newest)
        self.assertIn("Streets of week 1.", second)  # tagged so by its feed
        self.assertIn("Waves of week 1.", second)
        self.assertIn("Waves of week 0.", oldest)

    def test_its_entries_are_others_than_those_of_the_main_feed_and_lead_to_the_same_pages(self):
        self.weeks(1)
        ids = [{entry.find(ATOM + "id").text for entry in self.feed(name).findall(ATOM + "entry")} for name in ("feed.atom", "topic-sea.atom")]
        self.assertEqual(ids[0] & ids[1], set())
        pages = [[link.get("href") for entry in self.feed(name).findall(ATOM + "entry") for link in entry.findall(ATOM + "link")] for name in ("feed.atom", "topic-sea.atom")]
        self.assertEqual(pages[0], pages[1])
        self.assertIn("Waves of week 0.", self.home.do("feed", "parse", "public/topic-sea.atom"))  # our own reader takes it, too

    def test_pages_link_to_them(self):
        self.weeks(1)
        index = (self.home.folder / "public/index.html").read_text()
        self.assertRegex(index, r'<link rel="alternate" type="application/atom\+xml" title="[^"]*: sea" href="topic-sea.atom">')
        self.assertRegex(index, r'<a href="topic-sea.atom">Feed: sea</a>')
        issue = (self.home.folder / "public/weekly/1.en.html").read_text()
        self.assertIn('href="../topic-sea.atom"', issue)

    def test_they_are_paged_and_a_second_run_writes_nothing(self):
        self.weeks(27, topics='["sea"]')
        self.assertEqual(self.names(), ["topic-sea-1.atom", "topic-sea.atom"])
        links = {link.get("rel"): link.get("href") for link in self.feed("topic-sea.atom").findall(ATOM + "link")}
        self.assertEqual(links["prev-archive"], "https://news.example.org/past/topic-sea-1.atom")
        self.assertEqual((len(self.contents("topic-sea.atom")), len(self.contents("topic-sea-1.atom"))), (25, 25))
        before = {each: each.stat().st_ino for each in (self.home.folder / "public").glob("topic-*")}
        self.home.do("archive", "build", "public", at=MONDAY + 27 * WEEK)
        self.assertEqual(before, {each: each.stat().st_ino for each in before})

    def test_a_post_that_is_only_a_line_in_its_edition_is_its_title_there(self):
        self.weeks(1, sections='[[digest.section]]\ntitle = "Elsewhere"\nsources = ["quay"]\nlayout = "links"\n')
        self.assertEqual(self.contents("topic-sea.atom"), ['<p><a href="https://quay.example/0?a=1&amp;b=2">Sea 0</a></p>'])

    def test_topics_that_only_feeds_name_have_none(self):
        self.weeks(2, topics="[]")
        self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
