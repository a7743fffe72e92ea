"""Pages that programs build, sitemaps for news, WordPress without feeds, and the checks that guards show instead of a page."""
import json
import unittest

from tidings import Home
from web_site import WebSite

AT = "2026-01-26T08:05:00+02:00"
LATER = "2026-01-26T09:05:00+02:00"
NEXT_DAY = "2026-01-27T09:05:00+02:00"
TITLES = ["Ferry rests for three weeks", "Brot wird teurer", "港の朝"]
SHELL = ('<!doctype html><html lang="en"><head><title>Town News</title></head><body><div id="root"></div>'
         '<nav><a href="/a/ferry">x</a><a href="/a/bread/">x</a><a href="/a/harbour.html">x</a></nav>%s</body></html>')


def posts(**more):
    return [{"id": number, "headline": title, "publishedAt": "2026-01-%02dT10:00:00Z" % (20 + number), "url": "/a/%d" % number,
             "excerpt": "Says more about it &amp; all.", "author": {"name": "Ada Brook"}, "image": {"src": "/i/%d.png" % number}, **more}
            for number, title in enumerate(TITLES)]


def script(value, attributes='id="__NEXT_DATA__" type="application/json"'):
    return "<script %s>%s</script>" % (attributes, value if isinstance(value, str) else json.dumps(value))


class ProgrammedPages(unittest.TestCase):
    def setUp(self):
        self.site = WebSite()
        self.addCleanup(self.site.close)

    def collected(self, path="/", settings="", status=0):
        with Home() as home:
            home.configure(sources=['[[source]]\nname = "town"\nurl = "%s%s"\nallow_private_address = true\n%s' % (self.site.url, path, settings)])
            self.said = home.do("collect", at=AT, status=status) if status == 0 else home.run("collect", at=AT).stderr
            return [each for each in home.json("post", "list", at=AT)] if status == 0 else []

    def assert_read(self, found, links=("/a/0", "/a/1", "/a/2")):
        self.assertEqual({each["title"]: each["link"] for each in found}, dict(zip(TITLES, [self.site.url + link for link in links])))
        self.assertEqual({each["published"] for each in found}, {"2026-01-20T10:00:00Z", "2026-01-21T10:00:00Z", "2026-01-22T10:00:00Z"})

    def test_next_js(self):
        self.site.pages["/"] = SHELL % script({"props": {"pageProps": {"menu": [{"title": "Home", "url": "/"}] * 5, "news": {"items": posts()}}}})
        self.assert_read(self.collected())

    def test_state_that_a_script_assigns(self):
        for text in ("window.__INITIAL_STATE__ = %s;" % json.dumps({"news": posts()}),
                     "window.__PRELOADED_STATE__ = JSON.parse(%s)" % json.dumps(json.dumps({"news": posts()})),
                     "window.__APOLLO_STATE__=%s;(function(){})()" % json.dumps({"Post:%d" % post["id"]: post for post in posts()})):
            with self.subTest(text[:30]):
                self.site.pages["/"] = SHELL % script(text, "")
                self.assert_read(self.collected())

    def test_nuxt_whose_values_stand_apart(self):
        values = [{"data": 1}, [2, 3, 4]]
        for post in posts():
            values.append(dict.fromkeys(("headline", "publishedAt", "url"), 0))
        for post, place in zip(posts(), values[2:5]):
            for key in place:
                place[key] = len(values)
                values.append(post[key])
        self.site.pages["/"] = SHELL % script(values, 'type="application/json" id="__NUXT_DATA__"')
        self.assert_read(self.collected())

    def test_a_slug_is_found_among_the_links_of_the_page(self):
        listed = posts()
        for post, slug in zip(listed, ("ferry", "bread", "harbour")):
            del post["url"]
            post["slug"] = slug
        self.site.pages["/"] = SHELL % script({"news": listed})
        self.assert_read(self.collected(), ("/a/ferry", "/a/bread/", "/a/harbour.html"))

    def test_hostile_state_is_no_list(self):
        for state in ("{" * 100_000, "[" * 5_000 + "]" * 5_000, json.dumps([{"title": "x"}] * 5), '[{"title":1e999}]', json.dumps(posts())[:-9],
                      json.dumps([{"title": "t", "date": "2026-01-01", "url": "javascript:alert(1)"}] * 5)):
            with self.subTest(state[:20]):
                self.site.pages["/"] = SHELL % script(state)
                self.collected(status=69)
                self.assertIn("no feed", self.said)

    def test_a_sitemap_for_news_is_read_and_found(self):
        urls = "".join('<url><loc>%s</loc><n:news><n:publication><n:name>Town News</n:name><n:language>de</n:language></n:publication>'
                       '<n:publication_date>%s</n:publication_date><n:title>%s</n:title><n:keywords>sea, harbour</n:keywords></n:news></url>'
                       % (self.site.url + post["url"], post["publishedAt"], post["headline"]) for post in posts())
        head = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        self.site.pages["/sitemap-news.xml"] = head + urls + "</urlset>"
        found = self.collected("/sitemap-news.xml")
        self.assert_read(found)
        self.assertEqual(sorted(found[0]["tags"]), ["harbour", "sea"])
        self.site.pages["/"] = SHELL % ""
        with Home() as home:
            home.configure()
            self.assertIn(self.site.url + "/sitemap-news.xml", home.do("source", "check", self.site.url + "/"))
        self.site.pages["/sitemap.xml"] = head + "<url><loc>%s/a</loc></url></urlset>" % self.site.url
        self.collected("/sitemap.xml", status=69)
        self.assertIn("a sitemap that names no titles", self.said)

    def test_a_wordpress_without_feeds_is_read_through_its_interface(self):
        api = [{"id": number, "date_gmt": "2026-01-%02dT10:00:00" % (20 + number), "link": self.site.url + post["url"], "guid": {"rendered": "urn:%d" % number},
                "title": {"rendered": post["headline"].replace("'", "&#8217;")}, "content": {"rendered": "<p>Whole <b>text</b>.</p>"},
                "excerpt": {"rendered": "<p>Short.</p>"},
                "_embedded": {"author": [{"name": "Ada Brook"}], "wp:featuredmedia": [{"source_url": "/i.png"}],
                              "wp:term": [[{"name": "Sea"}], [{"name": "harbour"}]]}} for number, post in enumerate(posts())]
        path = "/wp-json/wp/v2/posts?per_page=20&_embed=1"
        self.site.pages[path] = (200, {"Content-Type": "application/json"}, json.dumps(api))
        found = self.collected(path)
        self.assert_read(found)
        self.assertEqual((found[0]["author"], found[0]["tags"]), ("Ada Brook", ["Sea", "harbour"]))
        self.site.pages["/"] = (SHELL % "").replace("</head>", '<link rel="https://api.w.org/" href="/wp-json/"/></head>')
        with Home() as home:
            home.configure()
            self.assertIn(self.site.url + path, home.do("source", "check", self.site.url + "/"))


CHECKS = {
    "Cloudflare": '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body><div class="main-content"><noscript>Enable JavaScript'
                  ' and cookies to continue</noscript></div><script>(function(){window._cf_chl_opt = {cvId: "3"};}());</script></body></html>',
    "Anubis": '<!doctype html><html><head><title>Making sure you&#39;re not a bot!</title><script id="anubis_challenge" type="application/json">{}</script>'
              "</head><body><h1>Making sure you're not a bot!</h1></body></html>",
    "DataDome": "<html><head><title>town.example</title></head><body><p id='cmsg'>Please enable JS and disable any ad blocker</p>"
                "<script>var dd={'host':'geo.captcha-delivery.com'}</script></body></html>",
    "unknown": "<html><head><title>Verify you are human</title></head><body>One more step.</body></html>",
}


class BotChecks(unittest.TestCase):
    def setUp(self):
        self.site = WebSite()
        self.addCleanup(self.site.close)
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def source(self, path="/", settings=""):
        self.home.configure(sources=['[[source]]\nname = "town"\nurl = "%s%s"\nallow_private_address = true\n%s' % (self.site.url, path, settings)])

    def test_a_check_is_told_as_such_whatever_its_status(self):
        for guard, page in CHECKS.items():
            for status in (200, 403, 503):
                with self.subTest(guard=guard, status=status):
                    self.site.pages["/"] = (status, {}, page)
                    self.source()
                    done = self.home.run("source", "check", "town", at=AT)
                    self.assertEqual(done.returncode, 69)
                    self.assertIn("a check for people instead of the page (%s)" % guard, done.stderr)

    def test_it_is_not_asked_again_for_hours(self):
        self.site.pages["/"] = CHECKS["Cloudflare"]
        self.source()
        for at in (AT, LATER):
            self.home.run("-q", "collect", at=at)
            self.home.run("send", "--due", at=at)
        self.assertEqual(self.site.asked.count("/"), 1)
        self.site.pages["/"] = SHELL % script({"news": posts()})
        self.home.run("send", "--due", at=NEXT_DAY)
        self.assertEqual(len(self.home.json("post", "list", at=NEXT_DAY)), 3)

    def test_it_is_never_taken_for_an_article_and_one_ends_the_questions_to_its_host(self):
        items = "".join("<item><title>T%d</title><link>%s/p/%d</link><pubDate>Mon, 26 Jan 2026 0%d:00:00 +0000</pubDate><description>Teaser.</description></item>"
                        % (number, self.site.url, number, number) for number in range(5))
        self.site.pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, "<rss><channel><title>T</title>%s</channel></rss>" % items)
        for number in range(5):
            self.site.pages["/p/%d" % number] = CHECKS["Anubis"]
        self.source("/feed", 'content = "article"\n')
        self.home.do("collect", at=AT)
        for each in self.home.json("post", "list", at=AT):
            self.assertNotIn("bot", json.dumps(self.home.json("post", "show", each["id"], at=AT)))
        self.assertEqual(len([path for path in self.site.asked if path.startswith("/p/")]), 1)

    def test_a_short_feed_about_checks_is_read(self):
        item = "<item><title>Just a moment</title><link>%s/1</link><description>px-captcha and ddos-guard</description></item>" % self.site.url
        self.site.pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, "<rss><channel><title>T</title>%s</channel></rss>" % item)
        self.source("/feed")
        self.home.do("collect", at=AT)
        self.assertEqual(len(self.home.json("post", "list", at=AT)), 1)

    def test_a_text_about_checks_is_none(self):
        self.site.pages["/"] = SHELL.replace("Town News", "Just a moment: how checks work") % (
            "<article><p>%s</p></article>" % ("Checking your browser before accessing takes time. " * 60) + script({"news": posts()}))
        self.source()
        self.home.do("collect", at=AT)
        self.assertEqual(len(self.home.json("post", "list", at=AT)), 3)


if __name__ == "__main__":
    unittest.main()
