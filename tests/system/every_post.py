"""A digest that follows its posts: each gets its own mail soon, nothing is sent twice, and a quiet hour leaves no trace."""
import datetime
import email
import email.policy
import unittest

from tidings import Article, Home, rss

DAY = datetime.datetime.fromisoformat("2026-01-05T08:00:00+02:00")
MINUTE = datetime.timedelta(minutes=1)
NEWS = '[[digest]]\nname = "news"\nschedule = "every post"\n'


class EveryPost(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.posts = []

    def begin(self, more=""):
        self.home.configure("drop:out", digests=NEWS + more)
        self.post("Before", -2)
        self.home.do("collect", at=DAY - MINUTE)
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=DAY)

    def post(self, title, minute):
        at = DAY + minute * MINUTE
        self.posts.insert(0, Article(title, "https://town.example/" + title.replace(" ", "-"), at, at, "<p>%s.</p>" % title))
        self.home.write("feed.xml", rss("Town", self.posts))

    def run_at(self, minute):
        return self.home.do("send", "--due", at=DAY + minute * MINUTE)

    def subjects(self):
        files = sorted((self.home.folder / "out").glob("*.eml"))
        return [email.message_from_bytes(each.read_bytes(), policy=email.policy.default)["Subject"] for each in files]

    def test_each_post_is_mailed_at_the_next_run_and_quiet_runs_say_nothing(self):
        self.begin()
        self.run_at(15)
        sent = self.subjects()
        self.post("Bridge closed", 20)
        self.run_at(31)
        self.post("Bridge open", 44)
        self.run_at(46)
        self.assertEqual(["Harbour News: Bridge closed", "Harbour News: Bridge open"], self.subjects()[len(sent):])
        for minute in (61, 76, 91, 600):
            self.assertEqual("", self.run_at(minute))
        self.assertEqual(len(sent) + 2, len(self.subjects()))
        self.assertNotIn("skipped", self.home.do("edition", "list"))

    def test_posts_that_come_within_one_step_share_a_mail(self):
        self.begin('at_least_every = "2h"\n')
        self.run_at(1)
        sent = len(self.subjects())
        self.post("One", 5)
        self.run_at(6)
        self.post("Two", 60)
        self.run_at(61)
        self.assertEqual(sent, len(self.subjects()))
        self.run_at(121)
        self.assertEqual(["Harbour News: Two and 1 more"], self.subjects()[sent:])

    def test_a_post_waits_out_an_outage_and_is_not_late(self):
        self.begin()
        self.run_at(15)
        sent = len(self.subjects())
        self.post("Storm", 20)
        self.home.do("collect", at=DAY + 25 * MINUTE)
        self.run_at(5 * 24 * 60)
        self.assertEqual(["Harbour News: Storm"], self.subjects()[sent:])

    def test_nobody_to_send_to_is_recorded_so_that_the_first_subscriber_gets_no_flood(self):
        self.home.configure("drop:out", digests=NEWS)
        self.post("Before", -2)
        self.home.do("collect", at=DAY - 30 * MINUTE)
        for minute in range(0, 90, 15):
            self.post("Post %d" % minute, minute)
            self.run_at(minute + 1)
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=DAY + 92 * MINUTE)
        self.run_at(107)
        self.assertEqual([], self.subjects())

    def test_the_words_and_the_mistakes(self):
        self.home.configure("drop:out", digests=NEWS + 'at_least_every = "1h"\n')
        self.assertIn("with every post, at most every 1h", self.home.do("digest", "list"))
        for line, said in (('at_least_every = "10s"', "not between a minute and a day"), ('at_least_every = "2d"', "not between a minute and a day")):
            self.home.configure("drop:out", digests=NEWS + line + "\n")
            done = self.home.run("config", "check")
            self.assertEqual(78, done.returncode)
            self.assertIn(said, done.stderr)
        self.home.configure("drop:out", digests=NEWS.replace("every post", "daily 08:00") + 'at_least_every = "1h"\n')
        self.assertIn('goes with schedule = "every post"', self.home.run("config", "check").stderr)
        self.home.configure("drop:out", digests=NEWS.replace("every post", "every pots"))
        self.assertEqual(78, self.home.run("config", "check").returncode)


if __name__ == "__main__":
    unittest.main()
