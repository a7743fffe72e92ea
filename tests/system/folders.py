"""Folders of Markdown as sources: what is a post and when, where it is published, and what becomes of what only a generator knows."""
import unittest

from tidings import Home

AT = "2026-03-10T09:00:00+02:00"
LATER = "2026-03-20T09:00:00+02:00"


def toml(title, date, more="", body="Words.\n"):
    return '+++\ntitle = "%s"\ndate = %s\n%s+++\n%s' % (title, date, more, body)


def yaml(title, more="", body="Words.\n"):
    return "---\ntitle: %s\n%s---\n%s" % (title, more, body)


class Folders(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.configure()

    def configure(self, source="", digest=""):
        self.home.configure(sources=['[[source]]\nname = "site"\nkind = "markdown"\nurl = "file:content"\nsite_url = "https://blog.example"\n' + source],
                            digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n' + digest)

    def write(self, name, text):
        self.home.write("content/" + name, text)

    def collect(self, at=AT, status=0):
        done = self.home.run("collect", at=at)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout + done.stderr

    def posts(self, at=AT):
        return {post["title"]: post for post in self.home.json("post", "list", at=at)}

    def links(self, at=AT):
        return {title: post["link"] for title, post in self.posts(at).items()}

    def html(self, title, at=AT):
        return self.home.json("post", "show", self.posts(at)[title]["id"], at=at)[0]["html"]

    def test_a_post_of_the_future_waits_until_its_date_and_collect_says_so(self):
        self.write("now.md", toml("Now", "2026-03-09T10:00:00Z"))
        self.write("soon.md", toml("Soon", "2026-03-18T10:00:00Z"))
        self.write("hugo.md", toml("Embargo", "2026-03-01T10:00:00Z", "publishDate = 2026-03-19T10:00:00Z\n"))
        said = self.collect()
        self.assertIn("2 posts wait for their dates: hugo.md (2026-03-19), soon.md (2026-03-18)", said)
        self.assertEqual(set(self.posts()), {"Now"})
        self.assertNotIn("wait", self.collect(LATER))
        found = self.posts(LATER)
        self.assertEqual(set(found), {"Now", "Soon", "Embargo"})
        self.assertEqual(found["Embargo"]["published"], "2026-03-19T10:00:00Z")

    def test_a_date_without_a_zone_is_on_the_newsletters_clock(self):
        self.write("day.md", yaml("Day", "date: 2026-03-11\n"))
        self.assertIn("waits for its date: day.md (2026-03-11)", self.collect("2026-03-10T23:59:00+02:00"))
        self.collect("2026-03-11T00:00:00+02:00")
        self.assertEqual(self.posts()["Day"]["published"], "2026-03-10T22:00:00Z")

    def test_section_pages_drafts_and_expired_posts_are_no_posts(self):
        self.write("_index.md", toml("Home", "2026-03-01"))
        self.write("posts/_index.md", toml("All posts", "2026-03-01"))
        self.write("posts/draft.md", toml("Draft", "2026-03-01", "draft = true\n"))
        self.write("posts/hidden.md", yaml("Hidden", "date: 2026-03-01\npublished: false\n"))
        self.write("posts/old.md", toml("Old offer", "2026-03-01", "expiryDate = 2026-03-05\n"))
        self.write("_drafts/idea.md", yaml("Idea"))
        self.write(".git/x.md", yaml("Git"))
        self.write("posts/real.md", toml("Real", "2026-03-01"))
        self.collect()
        self.assertEqual(self.links(), {"Real": "https://blog.example/posts/real/"})

    def test_sections_bundles_slugs_and_urls_are_where_hugo_publishes_them(self):
        self.write("posts/2026/boats.md", toml("Boats", "2026-03-01"))
        self.write("posts/gulls/index.md", toml("Gulls", "2026-03-01"))
        self.write("news/gulls.md", toml("Gulls again", "2026-03-02"))
        self.write("posts/a.md", toml("Slug", "2026-03-01", 'slug = "better-name"\n'))
        self.write("posts/b.md", toml("Url", "2026-03-01", 'url = "/elsewhere/b.html"\n'))
        self.collect()
        self.assertEqual(self.links(), {"Boats": "https://blog.example/posts/2026/boats/", "Gulls": "https://blog.example/posts/gulls/",
                                        "Gulls again": "https://blog.example/news/gulls/",
                                        "Slug": "https://blog.example/posts/better-name/", "Url": "https://blog.example/elsewhere/b.html"})

    def test_permalinks_say_where_posts_are_published(self):
        self.write("posts/boats.md", toml("Boats & Birds!", "2026-03-01T23:30:00Z"))
        self.write("posts/x.md", toml("Named", "2026-03-02", 'slug = "own"\n'))
        for pattern, boats, named in (("/:year/:month/:slug/", "2026/03/boats-birds/", "2026/03/own/"),
                                      ("/:section/:year/:i_day/:filename.html", "posts/2026/2/boats.html", "posts/2026/2/x.html"),
                                      (":sections/:slugorfilename", "posts/boats", "posts/own")):
            self.configure('permalinks = "%s"\n' % pattern)
            self.collect()
            self.assertEqual(self.links(), {"Boats & Birds!": "https://blog.example/" + boats, "Named": "https://blog.example/" + named})
        # moved, not published again
        self.assertEqual(len(self.home.json("post", "list", at=AT)), 2)

    def test_an_unknown_word_in_permalinks_is_a_mistake_of_the_configuration(self):
        self.configure('permalinks = "/:jahr/:slug/"\n')
        done = self.home.run("config", "check", at=AT)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, r'config\.toml:\d+:\d+: permalinks does not know ":jahr"')

    def test_jekyll_posts_are_where_jekyll_publishes_them(self):
        self.write("_posts/2026-03-01-boats.md", yaml("Boats and more"))
        self.write("_posts/2026-03-02-birds.md", yaml("Birds", "categories: [Sea Side, gulls]\npermalink: pretty\n"))
        self.write("_posts/2026-03-03-fish.md", yaml("Fish", "permalink: /:year/:title/\n"))
        self.write("_posts/2026-03-04-salt.md", yaml("Salt", "permalink: /spices/salt.html\n"))
        self.write("club/_posts/2026-03-05-oars.md", yaml("Oars"))
        self.collect()
        self.assertEqual(self.links(), {"Boats and more": "https://blog.example/2026/03/01/boats.html",
                                        "Birds": "https://blog.example/sea-side/gulls/2026/03/02/birds/",
                                        "Fish": "https://blog.example/2026/fish/", "Salt": "https://blog.example/spices/salt.html",
                                        "Oars": "https://blog.example/club/2026/03/05/oars.html"})

    def test_a_file_with_broken_front_matter_is_named_and_the_others_go_on(self):
        self.write("good.md", toml("Good", "2026-03-01"))
        self.write("toml.md", "+++\ntitle = \n+++\nx\n")
        self.write("quote.md", '---\ntitle: "never closed\n---\nx\n')
        self.write("list.md", "---\ntitle: x\ntags: [a, b\n---\nx\n")
        self.write("line.md", "---\ntitle: x\njust words\n---\nx\n")
        self.write("open.md", "---\ntitle: x\n")
        self.write("date.md", yaml("x", "date: someday\n"))
        said = self.collect()
        for name, what in (("toml.md: 2:", ""), ("quote.md: 2:1: a quotation mark is not closed", ""), ("list.md: 3:1: a list is not closed", ""),
                           ('line.md: 3:1: the front matter has a line without "key:"', ""), ("open.md: 1:1: the front matter is not closed", ""),
                           ("date.md: the front matter's date is not a date: someday", "")):
            self.assertIn(name, said)
        self.assertEqual(set(self.posts()), {"Good"})

    def test_tables_footnotes_and_strikethrough_are_shown_and_html_stays_safe(self):
        self.write("t.md", toml("T", "2026-03-01", body="| a | b |\n|---|--:|\n| 1 | 2 |\n\nNot ~~this~~ but that[^1].\n\n[^1]: A note.\n\n"
                                "<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))\n\n| <b onclick=x>h</b> |\n|---|\n| <iframe src=//e.test></iframe> |\n\n- [x] done\n"))
        self.collect()
        html = self.html("T")
        for wanted in ("<table", "<th", "<td", "<del>this</del>", "A note.", "[x] done"):
            self.assertIn(wanted, html)
        for hostile in ("<script", "onerror", "javascript:", "onclick", "<iframe"):
            self.assertNotIn(hostile, html)

    def test_shortcodes_and_liquid_tags_are_taken_out_with_a_warning_but_not_from_code(self):
        self.write("h.md", toml("H", "2026-03-01", body='One {{< figure src="a.png" >}} two {{% note %}}kept{{% /note %}}.\n\n'
                                "`{{< span >}}`\n\n```\n{{< fenced >}}\n{% fenced %}\n```\n\n    {{< indented >}}\n"))
        self.write("j.md", yaml("J", "date: 2026-03-01\n", '{% include x.html %}Three {{ site.title }} four\n\n'
                                "{% highlight ruby %}\nputs '{{ x }}'\n{% endhighlight %}\n\n{% raw %}{{ shown }}{% endraw %}{% comment %}gone{% endcomment %}\n"))
        said = self.collect()
        self.assertIn("template tags removed from h.md ({{< figure >}}, {{% note %}}), j.md ({% include %}, {{ site.title }})", said)
        html = self.html("H")
        self.assertIn("One  two kept.", html)
        for code in ("{{&lt; span &gt;}}", "{{&lt; fenced &gt;}}", "{% fenced %}", "{{&lt; indented &gt;}}"):
            self.assertIn(code, html)
        self.assertNotIn("figure", html)
        html = self.html("J")
        self.assertIn("Three  four", html)
        self.assertIn("puts '{{ x }}'", html.replace("&#39;", "'"))
        self.assertIn("<pre>", html)
        self.assertIn("{{ shown }}", html)
        for gone in ("include", "site.title", "gone", "endraw"):
            self.assertNotIn(gone, html)


if __name__ == "__main__":
    unittest.main()
