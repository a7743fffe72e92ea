"""content = "article" and images_from = "page": what a feed does not give is taken from the page of the post, politely."""
import datetime
import re
import unittest

from tidings import Article, Home, html_of, parse_mail, rss, text_of
from web_site import WebSite

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=ATHENS)
HOUR = datetime.timedelta(hours=1)
STORY = " ".join("The ferry rests for three weeks, because its engine has to be taken out, said number %d." % number for number in range(12))
PAGE = """<!doctype html><html lang="en"><head><title>Ferry - Town</title><meta property="og:title" content="Ferry"/><meta property="og:type" content="article"/>
<meta property="og:image" content="/ferry.jpg"/><meta property="og:image:alt" content="The ferry at the quay"/></head>
<body><nav><a href="/">Home</a><a href="/news">All news of the town</a></nav><main><article><h1>Ferry</h1><p>%s</p><p>It sails again in <a href="/spring">spring</a>.</p>
<script>alert(1)</script></article></main><footer>Read our newsletter</footer></body></html>""" % STORY


def plain(mail):
    return text_of(mail).replace("\r\n", "\n")


class PageContent(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.site = WebSite()
        self.addCleanup(self.site.close)
        self.articles = [Article("Ferry", self.site.url + "/ferry", RUN, RUN - 20 * HOUR, "<p>The ferry rests …</p>")]
        self.site.pages = {"/ferry": PAGE}

    def open(self, settings, digest='content = "full"\n'):
        self.home.configure(sources=['[[source]]\nname = "town"\nurl = "%s/feed"\nallow_private_address = true\n%s' % (self.site.url, settings)],
                            digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n' + digest)
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=RUN - 200 * HOUR)

    def collect(self, at=RUN - HOUR):
        self.site.pages["/feed"] = rss("Town", self.articles)
        return self.home.run("-v", "collect", "town", at=at).stderr

    def mail(self):
        self.home.do("send", "--due", "--to-dir", "out", at=RUN)
        return parse_mail(next((self.home.folder / "out").glob("**/*.eml")).read_bytes())

    def test_the_article_of_the_page_takes_the_place_of_a_teaser(self):
        self.open('content = "article"\n')
        self.collect()
        mail = self.mail()
        self.assertIn("said number 11", " ".join(plain(mail).split()))
        html = html_of(mail)
        self.assertIn(self.site.url + "/spring", html)
        for boilerplate in ("newsletter", "All news of the town", "alert(1)"):
            self.assertNotIn(boilerplate, html.split("unsubscribe")[0])

    def test_a_page_is_fetched_once_and_not_for_what_is_known(self):
        self.open('content = "article"\n')
        for hour in range(3):
            self.collect(RUN - (5 - hour) * HOUR)
        self.assertEqual(self.site.asked.count("/ferry"), 1)
        self.articles.append(Article("Bread", self.site.url + "/bread", RUN, RUN - 3 * HOUR, "<p>Cheap …</p>"))
        self.site.pages["/bread"] = PAGE.replace("ferry", "baker")
        self.collect(RUN - HOUR)
        self.assertEqual((self.site.asked.count("/ferry"), self.site.asked.count("/bread")), (1, 1))
        self.assertIn("said number 11", " ".join(plain(self.mail()).split()))

    def test_robots_txt_is_obeyed(self):
        for robots, asked in (("User-agent: *\nDisallow: /fer", 0), ("User-agent: tidings\nDisallow: /\n\nUser-agent: *\nAllow: /", 0), (503, 0),
                              ("User-agent: *\nDisallow: /\nAllow: /ferry$", 1), ("User-agent: other\nDisallow: /", 1), (None, 1),
                              ("User-agent: tidings\nDisallow:\n\nUser-agent: *\nDisallow: /", 1)):
            with self.subTest(robots), Home() as self.home:
                self.site.pages["/robots.txt"] = 404 if robots is None else robots
                self.site.asked.clear()
                self.open('content = "article"\n')
                said = self.collect()
                self.assertEqual(self.site.asked.count("/ferry"), asked)
                self.assertEqual(self.site.asked.count("/robots.txt"), 1)
                self.assertEqual("1 page that robots.txt forbids" in said, asked == 0, said)
                self.assertEqual(len(self.home.json("post", "list", at=RUN)), 1)

    def test_a_page_that_fails_leaves_the_post_as_it_was(self):
        self.site.pages = {"/ferry": 500}
        self.open('content = "article"\n')
        self.assertIn("1 page could not be fetched", self.collect())
        self.assertIn("The ferry rests", plain(self.mail()))

    def test_a_private_address_is_no_page_unless_the_source_may(self):
        self.home.write("feed.xml", rss("Town", self.articles))
        self.home.configure(sources=['[[source]]\nname = "town"\nurl = "file:feed.xml"\ncontent = "article"\n'])
        said = self.home.run("-v", "collect", "town", at=RUN).stderr
        self.assertTrue("not a public address" in said or "robots.txt" in said, said)
        self.assertEqual(self.site.asked, [])

    def test_a_post_without_a_picture_takes_that_of_its_page(self):
        self.open('images_from = "page"\n', "")
        self.collect()
        self.assertEqual(self.home.json("post", "show", "1", at=RUN)[0]["image"], self.site.url + "/ferry.jpg")
        self.assertRegex(html_of(self.mail()), r'<img[^>]*src="%s/ferry\.jpg"[^>]*alt="The ferry at the quay"' % re.escape(self.site.url))

    def test_a_post_with_a_picture_needs_no_page(self):
        self.articles[0].body = '<p><img src="https://town.example/own.jpg" alt="own"> Text</p>'
        self.open('images_from = "page"\n', "")
        self.collect()
        self.assertEqual(self.site.asked, ["/feed"])

    def test_so_many_pages_at_one_run(self):
        self.articles = [Article("Post %d" % number, self.site.url + "/%d" % number, RUN, RUN - HOUR, "<p>Teaser %d</p>" % number) for number in range(80)]
        self.open('content = "article"\n')
        self.collect()
        self.assertEqual(len([path for path in self.site.asked if path[1:].isdigit()]), 60)


if __name__ == "__main__":
    unittest.main()
