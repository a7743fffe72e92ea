"""What is read of a source: limits, filters, XPaths, podcasts and sick documents, through the binary."""
import http.server
import json
import os
import subprocess
import sys
import threading
import unittest

from tidings import BINARY, WEEKLY, Home, parse_mail

AT = "2026-01-26T08:05:00+02:00"
MIB = 1 << 20


def item(title, more="", day=22):
    return ("<item><title>%s</title><link>https://blog.example/%s</link><pubDate>%02d Jan 2026 09:00:00 GMT</pubDate>%s</item>"
            % (title, title.replace(" ", "-").lower(), day, more))


def feed(*items, head=""):
    return ('<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/">'
            "<channel><title>Blog</title><link>https://blog.example/</link>%s%s</channel></rss>" % (head, "".join(items)))


class Reading(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def source(self, more="", url="file:feed.xml", digests=WEEKLY):
        self.home.configure(sources=('[[source]]\nname = "blog"\nurl = "%s"\n%s' % (url, more),), digests=digests)

    def titles(self, **wanted):
        posts = self.home.json("post", "list", "--limit", "1000")
        return [each["title"] for each in posts if all(each[key] == value for key, value in wanted.items())]

    def mail(self, at=AT):
        """The one mail of the edition that is due."""
        self.home.do("subscriber", "add", "ann@example.com", "--confirmed", at="2026-01-20T08:00:00+02:00")
        self.home.do("send", "weekly", "--to-dir", "mails", at=at)
        mails = [path for path in sorted((self.home.folder / "mails").rglob("*")) if path.is_file()]
        return mails


class Limits(Reading):
    def test_the_newest_entries_are_taken_and_the_rest_is_told(self):
        old_first = [item("Post %d" % n, day=1 + n // 10) for n in range(200)]
        self.home.write("feed.xml", feed(*old_first))
        self.source("max_entries = 30\n")
        said = self.home.do("collect", at=AT)
        self.assertIn("30 posts", said)
        self.assertIn("170 older", said)
        self.assertEqual(sorted(self.titles()), sorted("Post %d" % n for n in range(170, 200)))
        self.assertIn("170 posts older", self.home.do("source", "list", at=AT))
        self.assertEqual(self.home.json("source", "list")[0]["older_left_out_count"], 170)
        self.source("max_entries = 3000\n")
        self.home.do("collect", at=AT)
        self.assertEqual(len(self.titles()), 200)
        self.assertEqual(self.home.json("source", "list")[0]["older_left_out_count"], 0)

    def test_two_thousand_entries_are_taken_unless_the_configuration_says_otherwise(self):
        items = [{"id": str(n), "title": "Post %d" % n, "url": "https://blog.example/%d" % n} for n in range(2100)]
        self.home.write("feed.xml", json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))
        self.source()
        self.assertIn("2000 posts: 2000 new, 0 changed; 100 older ones skipped", self.home.do("collect", at=AT))

    def test_a_post_has_fifty_categories_unless_the_configuration_says_otherwise(self):
        many = "".join("<category>c%03d</category>" % n for n in range(120))
        self.home.write("feed.xml", feed(item("One", many)))
        self.source()
        self.home.do("collect", at=AT)
        self.assertEqual(len(self.home.json("post", "list")[0]["tags"]), 50)
        self.source("max_tags = 100\n")
        self.home.do("collect", at=AT)
        self.assertEqual(len(self.home.json("post", "list")[0]["tags"]), 100)

    def test_a_feed_longer_than_max_bytes_fails(self):
        self.home.write("feed.xml", feed(item("One", "<description>%s</description>" % ("x" * 5000))))
        self.source('max_bytes = "4KiB"\n')
        self.assertIn("larger than 4096 bytes", self.home.run("collect", at=AT).stderr)
        self.source('max_bytes = "8KiB"\n')
        self.home.do("collect", at=AT)

    def test_the_worst_feed_costs_little(self):
        size = 14 * MIB

        def filled(piece, most=10 ** 9):
            return "".join(piece(n) for n in range(min(most, size // len(piece(10 ** 6)))))

        worst = {
            "categories": lambda: feed(item("One", filled(lambda n: "<category>c%d</category>" % n, 500_000))),
            "items": lambda: feed(filled(lambda n: "<item></item>", 950_000)),
            "titled items": lambda: feed(filled(lambda n: "<item><title>t%07d</title></item>" % n)),
            "elements": lambda: feed(item("One", filled(lambda n: "<a/>"))),
            "names": lambda: feed(item("One", filled(lambda n: "<a%d/>" % n))),
            "attributes": lambda: feed(item("One", "<x %s/>" % filled(lambda n: 'a%d="" ' % n, 100_000))),
            "tags of attributes": lambda: feed(item("One", filled(lambda n: "<x " + "".join('a%d=""' % k + " " for k in range(240)) + "/>"))),
            "namespaces": lambda: feed(item("One", filled(lambda n: '<a%d:x xmlns:a%d="u%d">' % (n, n, n)))),
            "instructions": lambda: feed(item("One", filled(lambda n: "<?a%d?>" % n))),
            "references": lambda: feed(item("One", filled(lambda n: "&amp%d;" % n))),
            "declarations": lambda: "<!DOCTYPE rss [%s]>" % filled(lambda n: "<!ELEMENT a%d ANY>" % n) + feed(item("One")),
            "entities": lambda: "<!DOCTYPE rss [%s]>" % filled(lambda n: "<!ENTITY a%d 'x'>" % n) + feed(item("One")),
            "nesting": lambda: feed(item("One", filled(lambda n: "<b>"))),
            "one title": lambda: feed(item("x" * (size // 2))),
            "one title of tags": lambda: feed("<item><title>%s</title></item>" % filled(lambda n: "&lt;b&gt;")),
            "one text of tags": lambda: feed(item("One", "<description><![CDATA[%s]]></description>" % filled(lambda n: "<b>"))),
            "one text": lambda: feed(item("One", "<description><![CDATA[%s]]></description>" % filled(lambda n: "<p>word</p>"))),
            "brackets": lambda: feed(item("One", "<description>" + "<" * size)),
            "authors": lambda: feed(item("One", filled(lambda n: "<author>a%d</author>" % n))),
            "enclosures": lambda: feed(item("One", filled(lambda n: '<enclosure url="u%d"/>' % n))),
            "bad dates": lambda: feed(filled(lambda n: "<item><pubDate>x</pubDate></item>")),
            "JSON items": lambda: '{"version":"https://jsonfeed.org/version/1","items":[%s{}]}' % filled(lambda n: "{},"),
            "JSON tags": lambda: '{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","tags":[%s""]}]}' % filled(lambda n: '"t%d",' % n),
            "page of formatting": lambda: ('<html><body><script type="application/ld+json">{}</script>'
                                           + filled(lambda n: "<p><a><b><i><u><em><font>")),
            "page": lambda: "<html><body>" + filled(lambda n: "<p>"),
        }
        for name, made in worst.items():
            with self.subTest(name), Home() as home:
                home.write("feed.xml", made())
                home.configure()
                seconds, octets = cost(home, "collect", at=AT)
                if os.environ.get("TIDINGS_FIGURES"):
                    print("%-20s %6.2f s %5d MB" % (name, seconds, octets >> 20))
                self.assertLess(seconds, 10, name)  # of the processor, on a slow machine
                self.assertLess(octets, 200 << 20, name)

    def test_composing_a_hundred_thousand_posts_costs_little_and_makes_a_mail_that_can_be_sent(self):
        piece = ("<item><title>Post %d of the harbour</title><link>https://blog.example/%d</link>"
                 "<pubDate>Thu, 22 Jan 2026 10:00:00 GMT</pubDate></item>")
        for more, most_seconds, most_octets, posts, most_mail in (("", 10, 300 * MIB, 100, MIB // 4),
                                                                  ('max_posts = "none"\n', 60, 500 * MIB, 10_000, 4 * MIB)):
            with self.subTest(more), Home() as self.home:
                self.home.write("feed.xml", feed(*(piece % (n, n) for n in range(100_000))))
                self.source('max_entries = 100000\nmax_bytes = "60MiB"\n', digests=WEEKLY + more)
                config = self.home.folder / "config.toml"
                config.write_text(config.read_text().replace("smtp://127.0.0.1:1", "drop:out"))
                self.home.do("subscriber", "add", "ann@example.com", "--confirmed", at="2026-01-20T08:00:00+02:00")
                self.home.do("collect", at="2026-01-25T08:00:00+02:00")
                seconds, octets = cost(self.home, "compose", "--due", at=AT)
                self.home.do("deliver", at=AT)
                mail, = (self.home.folder / "out").glob("*.eml")
                if os.environ.get("TIDINGS_FIGURES"):
                    print("compose %-20r %6.2f s %5d MB, mail of %d kB" % (more, seconds, octets >> 20, mail.stat().st_size >> 10))
                self.assertEqual(self.home.json("edition", "list")[0]["post_count"], posts)
                self.assertLess(seconds, most_seconds)
                self.assertLess(octets, most_octets)
                self.assertLess(mail.stat().st_size, most_mail)


MEASURE = """import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss)"""


def cost(home, *arguments, at):
    """Processor time in seconds and the greatest size in octets of one run; by a small process, for a child begins with its parent's."""
    done = subprocess.run([sys.executable, "-c", MEASURE, BINARY, "--at", at, *arguments], cwd=home.folder, capture_output=True, text=True,
                          check=True)
    status, seconds, kilobytes = done.stdout.split()[-3:]
    if int(status) not in (0, 69):
        raise AssertionError("exit " + status)
    return float(seconds), int(kilobytes) * 1024


class Filters(Reading):
    POSTS = (item("Ferry news", "<category>Harbour</category><description>Three crossings</description>"),
             item("Buy our boats", "<category>Ads</category><description>Cheap</description>"),
             item("The heads of state", "<category>Roads</category><author>Jane Doe</author>"),
             item("ÉTÉ au port", "<category>été</category><description>Sponsored by &lt;b&gt;Acme&lt;/b&gt; Inc</description>"),
             item("Deal", "<category>x</category><guid>g5</guid>"))

    def kept(self, more):
        with Home() as self.home:
            self.home.write("feed.xml", feed(*self.POSTS))
            self.source(more)
            said = self.home.do("collect", at=AT)
            kept = self.titles(left_out_by=None)
            if len(kept) < len(self.POSTS):
                self.assertIn("%d kept out by rules or filters" % (len(self.POSTS) - len(kept)), said)
            return sorted(kept)

    def test_exclude_and_include_mean_what_a_publisher_guesses(self):
        every = ["Buy our boats", "Deal", "Ferry news", "The heads of state", "ÉTÉ au port"]
        for rule, out in (('"category:ads"', {"Buy our boats"}), ('"category:ad"', set()), ('"tag:ADS"', {"Buy our boats"}),
                          ('"ads"', set()), ('"sponsored"', {"ÉTÉ au port"}), ('"acme inc"', {"ÉTÉ au port"}),
                          ('"title:été"', {"ÉTÉ au port"}), ('"text:été"', set()), ('"author:doe"', {"The heads of state"}),
                          ('"link:/buy-"', {"Buy our boats"}), ('"*eads"', {"The heads of state"}), ('"boat*"', {"Buy our boats"}),
                          ('"/^(deal|ferry)/"', {"Deal", "Ferry news"}), ('["category:ads", "deal"]', {"Buy our boats", "Deal"})):
            self.assertEqual(self.kept("exclude = %s\n" % rule), [each for each in every if each not in out], rule)
        self.assertEqual(self.kept('include = "category:harbour"\n'), ["Ferry news"])
        self.assertEqual(self.kept('include = ["ferry", "deal"]\nexclude = "category:x"\n'), ["Ferry news"])

    def test_what_is_dropped_is_told_and_in_no_edition(self):
        self.home.write("feed.xml", feed(*self.POSTS))
        self.source('exclude = "category:ads"\n')
        self.home.do("subscriber", "add", "pat@example.com", at="2026-01-20T08:00:00+02:00")  # the digest is known before it is due
        self.home.do("collect", at=AT)
        self.assertIn("Buy our boats (left out by exclude: category:ads)", self.home.do("post", "list"))
        self.assertIn("1 post kept out by rules or filters", self.home.do("source", "list", at=AT))
        self.assertEqual(self.home.json("source", "list")[0]["rejected_count"], 1)
        mail = self.mail()[0].read_bytes().decode()
        self.assertIn("Ferry news", mail)
        self.assertNotIn("Buy our boats", mail)

    def test_a_changed_filter_judges_waiting_posts_again(self):
        self.home.write("feed.xml", feed(*self.POSTS))
        self.source()
        self.home.do("collect", at=AT)
        self.assertEqual(len(self.titles(left_out_by=None)), 5)
        self.source('exclude = "deal"\n')
        self.home.do("collect", at=AT)
        self.assertEqual(self.titles(left_out_by="exclude: deal"), ["Deal"])
        self.source()
        self.home.do("collect", at=AT)
        self.assertEqual(len(self.titles(left_out_by=None)), 5)

    def test_config_check_names_a_rule_that_cannot_be_meant(self):
        for rule, what, hint in (('"categroy:ads"', 'unknown field "categroy"', '"category"'), ('"category:"', "matches nothing", "category:ads"),
                                 ('"https://x.example/"', "is a link", "link:https://"), ('"/(/"', "regular expression", ""),
                                 ('["a", ""]', "empty rule", "")):
            self.source("exclude = %s\n" % rule)
            done = self.home.run("config", "check")
            self.assertEqual(done.returncode, 78, rule)
            self.assertRegex(done.stderr, r"config\.toml:\d+:\d+: ")
            self.assertIn(what, done.stderr)
            self.assertIn(hint, done.stderr)
        self.source('exclude = "Update: the ferry"\n')
        self.home.do("config", "check")

    def digest(self, rules):
        self.source(digests=WEEKLY + rules)
        self.home.do("collect", at=AT)
        posts = self.home.json("send", "weekly", "--dry-run", at=AT)[0]["posts"]
        return sorted(each["title"] for each in posts)

    def test_a_digest_has_the_rules_of_a_source(self):
        self.home.write("feed.xml", feed(*self.POSTS))
        self.source()
        self.home.do("subscriber", "add", "pat@example.com", at="2026-01-20T08:00:00+02:00")
        every = self.digest("")
        self.assertEqual(len(every), 5)
        for rule, out in (('"category:ads"', {"Buy our boats"}), ('"ads"', set()), ('"acme inc"', {"ÉTÉ au port"}), ('"title:été"', {"ÉTÉ au port"}),
                          ('"text:été"', set()), ('"author:doe"', {"The heads of state"}), ('"link:/buy-"', {"Buy our boats"}),
                          ('"/^(deal|ferry)/"', {"Deal", "Ferry news"}), ('["category:ads", "deal"]', {"Buy our boats", "Deal"})):
            self.assertEqual(self.digest("exclude = %s\n" % rule), [each for each in every if each not in out], rule)
        self.assertEqual(self.digest('include = ["category:harbour", "deal"]\nexclude = "deal"\n'), ["Ferry news"])

    def test_an_old_pattern_is_refused_with_a_hint_in_both_sections(self):
        self.home.write("feed.xml", feed(*self.POSTS))
        for pattern in ("harbou?r", "^ad[:!]", "advert|promo", "news.*"):
            for more, digests in (("include = '%s'\n" % pattern, WEEKLY), ("", WEEKLY + "exclude = '%s'\n" % pattern)):
                self.source(more, digests=digests)
                done = self.home.run("config", "check")
                self.assertEqual(done.returncode, 78, pattern)
                self.assertRegex(done.stderr, r"config\.toml:\d+:\d+: (in|ex)clude: .* looks like a regular expression")
                self.assertIn('"/%s/"' % pattern, done.stderr)


PAGE = """<html><head><title>Club</title></head><body><ul>
<li data-id="7"><b>Regatta | Club</b><i>on 12.01.2026</i></li>
<li data-id="8"><b>Dinner | Club</b><i>on 14.01.2026</i></li></ul></body></html>"""
XPATHS = """kind = "page"
item_xpath = "//li"
title_xpath = "substring-before(b, ' | ')"
link_xpath = "concat('/events/', @data-id)"
date_xpath = "substring-after(i, 'on ')"
excerpt_xpath = "string(b)"
"""


class Checking(Reading):
    def test_xpaths_that_give_strings_work(self):
        self.home.write("page.html", PAGE)
        self.source(XPATHS + 'exclude = "dinner"\n', "file:page.html")
        self.home.do("collect", at=AT)
        regatta = [each for each in self.home.json("post", "list") if each["title"] == "Regatta"][0]
        self.assertTrue(regatta["identity"].endswith("/events/7"), regatta)
        self.assertEqual(regatta["published"][:10], "2026-01-12")
        said = self.home.do("source", "check", "blog")
        self.assertIn("+ 2026-01-12  Regatta", said)
        self.assertIn("- 2026-01-14  Dinner", said)
        self.assertIn("rejected by exclude: dinner", said)
        self.assertEqual(self.home.do("source", "check").splitlines(), ["blog: Club, 2 posts, 1 kept out by rules or filters"])

    def test_the_doctor_tells_of_a_source_whose_filter_keeps_everything_out(self):
        self.home.write("page.html", PAGE)
        self.source(XPATHS + 'include = "nothing of the kind"\n', "file:page.html")
        said = self.home.do("doctor", at=AT)
        self.assertIn("note     source blog: can be read: 2 posts, 2 kept out by rules or filters", said)
        self.assertIn("tidings source check blog", said)

    def test_config_check_names_a_broken_xpath(self):
        for xpath in ("//li[", "nothing(.)", "concat('a'", "//x:a"):
            self.source('kind = "page"\nitem_xpath = "//li"\ntitle_xpath = "%s"\n' % xpath)
            done = self.home.run("config", "check")
            self.assertEqual(done.returncode, 78, xpath)
            self.assertRegex(done.stderr, r"config\.toml:\d+:\d+: title_xpath")

    def test_a_page_without_posts_gets_a_hint_at_xpaths(self):
        self.home.write("page.html", "<html><body><p>Hello</body></html>")
        self.source('kind = "page"\n', "file:page.html")
        self.assertIn("item_xpath", self.home.run("source", "check", "blog").stderr)
        self.assertIn("item_xpath", self.home.run("source", "check", "file:page.html").stderr)
        done = self.home.run("doctor")
        self.assertEqual(done.returncode, 78, "the doctor reads a page as collect will")
        self.assertIn("item_xpath", done.stdout)

    def test_folders_and_programs_are_read_as_collect_reads_them(self):
        self.home.write("posts/2026-01-08-boats.md", "---\ntitle: Boats\ncategories: [harbour]\n---\nWords.\n")
        self.home.write("bin/feed", "#!/bin/sh\ncat <<'END'\n%s\nEND\n" % feed(item("Fair"))).chmod(0o755)
        self.home.configure(sources=('[[source]]\nname = "notes"\nkind = "markdown"\nurl = "file:posts"\nsite_url = "https://club.example/"\n',
                                     '[[source]]\nname = "fair"\nkind = "command"\ncommand = ["bin/feed"]\n'))
        self.assertIn("Boats", self.home.do("source", "check", "notes"))
        self.assertIn("Fair", self.home.do("source", "check", "fair"))
        self.assertIn("fair: Blog, 1 post", self.home.do("source", "check"))
        self.assertIn("can be read: 1 post", self.home.do("-v", "doctor"))
        self.home.do("collect", at=AT)
        self.home.write("posts/2026-01-09-nets.md", "---\ntitle: Nets\n---\nWords.\n")
        said = self.home.do("-v", "doctor", at=AT)
        self.assertIn('source notes: can be read: 2 posts, such as "', said, "the doctor reads anew what has been collected, too")
        self.assertIn('source fair: can be read: 1 post, such as "Fair"', said)
        (self.home.folder / "bin/feed").write_text("#!/bin/sh\necho gone wrong >&2\nexit 3\n")
        done = self.home.run("source", "check", "fair")
        self.assertEqual(done.returncode, 69)
        self.assertIn("gone wrong", done.stderr)
        done = self.home.run("doctor")
        self.assertEqual(done.returncode, 75)
        self.assertIn("gone wrong", done.stdout + done.stderr)

    def test_an_unknown_name_gets_the_nearest(self):
        self.source()
        done = self.home.run("source", "check", "blgo")
        self.assertEqual(done.returncode, 66)
        self.assertIn('did you mean "blog"?', done.stderr)


class Answers:
    """A web server whose next answers a test sets: {path: (status, headers, body)}."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                status, headers, body = outer.answers[self.path]
                if status == 200 and self.headers.get("If-None-Match") == headers.get("ETag", "none"):
                    status, body = 304, ""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.server.server_address[1], path)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Health(Reading):
    def setUp(self):
        super().setUp()
        self.server = Answers()
        self.addCleanup(self.server.close)

    def configured(self, path="/feed", more=""):
        self.source("allow_private_address = true\n" + more, self.server.url(path))

    def test_a_source_that_always_answers_429_counts_as_failing(self):
        self.server.answers["/feed"] = (429, {}, "slow down")
        self.configured()
        for hour in range(3):
            self.home.run("collect", at="2026-01-26T%02d:00:00Z" % hour)
            failing = self.home.json("status", at=AT)[-1]["failing_source_count"]
            self.assertEqual(failing, 1 if hour == 2 else 0)
        self.assertIn("failing", self.home.do("source", "list", at="2026-01-26T03:00:00Z"))
        done = self.home.run("doctor", at="2026-01-26T03:00:00Z")
        self.assertEqual(done.returncode, 75)
        self.assertIn("answered 429", done.stdout)
        self.server.answers["/feed"] = (200, {}, feed(item("One")))
        self.home.do("collect", "blog", at="2026-01-26T09:00:00Z")
        self.assertEqual(self.home.json("status", at=AT)[-1]["failing_source_count"], 0)

    def test_a_permanent_redirect_whose_target_dies_is_given_up(self):
        self.server.answers["/feed"] = (301, {"Location": "/new"}, "")
        self.server.answers["/new"] = (200, {"ETag": '"1"'}, feed(item("One")))
        self.configured()
        self.home.do("collect", at="2026-01-01T00:00:00Z")
        self.server.answers["/new"] = (404, {}, "")
        self.home.run("collect", at="2026-01-02T00:00:00Z")
        self.server.asked.clear()
        self.home.run("collect", at="2026-01-03T00:00:00Z")
        self.assertEqual(self.server.asked, ["/new"])
        self.home.run("collect", at="2026-01-05T00:00:00Z")
        self.server.answers["/feed"] = (200, {}, feed(item("One"), item("Two")))
        self.server.asked.clear()
        self.home.do("collect", at="2026-01-05T00:10:00Z")
        self.assertEqual(self.server.asked, ["/feed"])
        self.assertEqual(sorted(self.titles()), ["One", "Two"])

    def test_a_move_to_what_is_gone_is_given_up_at_once(self):
        self.server.answers["/feed"] = (301, {"Location": "/new"}, "")
        self.server.answers["/new"] = (200, {}, feed(item("One")))
        self.configured()
        self.home.do("collect", at="2026-01-01T00:00:00Z")
        self.server.answers["/new"] = (410, {}, "")
        self.home.run("collect", at="2026-01-01T02:00:00Z")
        self.server.answers["/feed"] = (200, {}, feed(item("Two")))
        self.home.do("collect", at="2026-01-01T04:00:00Z")
        self.assertEqual(sorted(self.titles()), ["One", "Two"])

    def test_a_changed_configuration_resets_back_off_and_validators(self):
        self.server.answers["/feed"] = (200, {"ETag": '"1"'}, PAGE)
        self.configured(more='kind = "page"\nitem_xpath = "//nothing"\n')
        for hour in range(4):
            self.home.run("collect", at="2026-01-26T%02d:00:00Z" % hour)
        asked = len(self.server.asked)
        self.home.run("collect", at="2026-01-26T03:01:00Z")
        self.assertEqual(len(self.server.asked), asked)  # backing off
        self.configured(more=XPATHS)
        self.home.do("collect", at="2026-01-26T03:02:00Z")
        self.assertEqual(sorted(self.titles()), ["Dinner", "Regatta"])
        self.configured(more=XPATHS.replace("substring-before(b, ' | ')", "b"))
        self.home.do("collect", at="2026-01-26T03:03:00Z")
        self.assertEqual(sorted(self.titles()), ["Dinner | Club", "Regatta | Club"])


class Contents(Reading):
    def parts(self):
        mail = parse_mail(self.mail()[0].read_bytes())
        return [mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]

    FULL = WEEKLY + 'content = "full"\n'

    def test_plain_text_keeps_its_paragraphs_and_lines(self):
        text = "First line\nsecond line\n\nNext <paragraph>"
        self.home.write("a.json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
            {"id": "1", "url": "https://j.example/1", "title": "Note", "date_published": "2026-01-22T09:00:00Z", "content_text": text}]}))
        self.home.write("b.xml", feed(item("Film", "<media:group><media:description>Scene one\n\nScene two</media:description></media:group>")))
        self.home.configure(sources=("a.json", "b.xml"), digests=self.FULL)
        self.home.do("collect", at="2026-01-23T08:00:00+02:00")
        plain, html = self.parts()
        self.assertIn("First line\nsecond line\n\nNext <paragraph>", plain)
        self.assertIn("Scene one\n\nScene two", plain)
        self.assertRegex(html, r"<p[^>]*>First line<br[^>]*>\s*second line</p>")

    def test_code_keeps_its_lines_in_the_text_part(self):
        code = "for (const auto& each : everything) consider(each, options, surroundings, and_more, still_more);\n  return done;"
        self.home.write("feed.xml", feed(item("Code", "<description>&lt;p&gt;Look:&lt;/p&gt;&lt;pre&gt;%s&lt;/pre&gt;</description>"
                                              % code.replace("&", "&amp;amp;"))))
        self.source(digests=self.FULL)
        self.home.do("collect", at="2026-01-23T08:00:00+02:00")
        self.assertIn("".join("    %s\n" % line for line in code.split("\n")), self.parts()[0])

    def test_a_podcast_can_be_listened_to(self):
        self.home.write("feed.xml", feed(
            item("Episode", '<description>Talk</description><itunes:image href="https://blog.example/e.jpg"/><itunes:duration>42:11</itunes:duration>'
                            '<enclosure url="https://blog.example/e.mp3?a=1&amp;b=2" type="audio/mpeg" length="1"/>'),
            item("Short", '<enclosure url="https://blog.example/s.mp3" type="audio/mpeg" length="1"/>')))
        self.source()
        self.home.do("collect", at="2026-01-23T08:00:00+02:00")
        plain, html = self.parts()
        self.assertIn("Listen (42 min): https://blog.example/e.mp3?a=1&b=2", plain)
        self.assertIn("Listen: https://blog.example/s.mp3", plain)
        self.assertIn('href="https://blog.example/e.mp3?a=1&amp;b=2"', html)
        self.assertIn("Listen &nbsp;·&nbsp; 42 min", html)
        self.assertIn("https://blog.example/e.jpg", html)

    def test_listen_is_said_in_every_language(self):
        self.home.write("feed.xml", feed(item("Episode", '<itunes:duration>600</itunes:duration><enclosure url="https://blog.example/e.mp3"/>')))
        words = {"de": "Anhören (10 Min.)", "fr": "Écouter (10 min)", "ja": "聴く (10 分)", "ru": "Слушать (10 мин)"}
        self.source()
        for language in words:
            self.home.do("subscriber", "add", "%s@example.com" % language, "--language", language, "--confirmed", at="2026-01-20T08:00:00+02:00")
        self.home.do("collect", at="2026-01-23T08:00:00+02:00")
        said = [parse_mail(path.read_bytes()).get_body(("plain",)).get_content() for path in self.mail()]
        for language, word in words.items():
            self.assertTrue(any(word in each for each in said), language)

    def test_the_picture_of_an_episode_may_be_written_as_text(self):
        self.home.write("feed.xml", feed(item("A", "<itunes:image>https://blog.example/a.jpg</itunes:image>"),
                                         item("B", '<itunes:image url="https://blog.example/b.jpg"/>')))
        self.source()
        self.home.do("collect", at=AT)
        self.assertEqual(sorted(each["image"] for each in self.home.json("post", "list")),
                         ["https://blog.example/a.jpg", "https://blog.example/b.jpg"])

    def test_an_element_that_nobody_closed_does_not_swallow_the_items(self):
        for head in ("<image><url>https://blog.example/i.png</url>", "<description>About", "<textInput><title>Search</title>", "<itunes:owner>",
                     "<generator>WordPress", "<b>"):
            with Home() as self.home:
                self.home.write("feed.xml", feed(item("One"), item("Two"), head=head))
                self.source()
                self.home.do("collect", at=AT)
                self.assertEqual(sorted(self.titles()), ["One", "Two"], head)

    def test_a_comma_too_many_is_a_warning(self):
        items = '{"id":"1","title":"One, two,, [three,]","url":"https://j.example/1","tags":["a",]},\n{"id":"2","title":"Two","url":"https://j.example/2"},'
        self.home.write("feed.xml", '{"version":"https://jsonfeed.org/version/1.1",,"items":[\n%s\n],}' % items)
        self.source()
        done = self.home.run("-v", "collect", at=AT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1:47: ignored an extra comma", done.stderr)
        self.assertEqual(sorted(self.titles()), ["One, two,, [three,]", "Two"])


if __name__ == "__main__":
    unittest.main()
