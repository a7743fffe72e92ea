"""Review: a draft is mailed to the editor with a preflight, changed, approved, or left to review_until; what later comes waits."""
import datetime
import http.server
import os
import re
import threading
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, html_of, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=ATHENS)  # a Monday
EDITOR = "eddy@example.org"


class Site(http.server.BaseHTTPRequestHandler):
    """A blog of which one page and one picture are missing."""

    def do_GET(self):
        found = "missing" not in self.path
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(self.server.feed if self.path == "/feed.xml" else b"<p>Page</p>")

    def log_message(self, *unused):
        pass


class Review(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        self.addCleanup(self.site.server_close)
        self.addCleanup(self.site.shutdown)
        self.base = "http://127.0.0.1:%d" % self.site.server_port
        self.articles = []
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def begin(self, more="", digest_more=""):
        source = '[[source]]\nname = "blog"\nurl = "%s/feed.xml"\nallow_private_address = true\n' % self.base
        digest = ('[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\nreview = true\nexclude = "secret"\n'
                  'subject = "Win FREE things: {{first_title}}"\n%s' % digest_more)
        self.home.configure(self.server.url, sources=(source,), digests=digest + more)
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text().replace('language = "en"', 'language = "en"\neditor = "Eddy <%s>"' % EDITOR))
        for reader in ("ada", "bob"):
            self.home.do("subscriber", "add", reader + "@example.org", "--confirmed", at=RUN - datetime.timedelta(days=1))
        for number, (title, path) in enumerate([("Alpha", "/alpha"), ("Beta", "/missing-beta"), ("Gamma", "/gamma"), ("A secret", "/secret")]):
            self.add(title, path, RUN - datetime.timedelta(hours=20 - number), '<p>Text of %s</p><img src="%s/p%d.png">' % (title, self.base, number))
        return self.home.do("send", "--due", at=RUN)

    def add(self, title, path, when, body="<p>Text</p>"):
        self.articles.append(Article(title, self.base + path, when, when, body))
        self.site.feed = rss("Blog", self.articles).encode()

    def ids(self, edition="weekly#1"):
        return {post["title"]: post["id"] for post in self.home.json("edition", "show", edition)[0]["posts"]}

    def order_in(self, mail):
        text = html_of(parse_mail(mail.octets))
        at = {title: text.index("Text of " + title) for title in ("Alpha", "Beta", "Gamma") if "Text of " + title in text}
        return sorted(at, key=at.get)

    def test_the_editor_gets_the_draft_with_a_preflight_and_readers_nothing(self):
        said = self.begin()
        self.assertIn("a draft with 3 posts", said)
        status = self.home.do("status", at=RUN)
        self.assertIn("draft: weekly#1 waits for approval", status)
        self.assertNotIn("held", status)
        self.assertEqual([mail.envelope_to for mail in self.server.accepted], [EDITOR])
        mail = parse_mail(self.server.accepted[0].octets)
        self.assertTrue(mail["Subject"].startswith("[Draft] weekly#1: Win FREE things"), mail["Subject"])
        for part in (text_of(mail), html_of(mail)):
            for words in ("tidings edition approve weekly#1", "spam filters count", "free", "answered 404", "/missing-beta",
                          "picture without a description", "A secret: ", "size: "):
                self.assertIn(words, part)
            self.assertNotIn("/alpha answered", part)
        # Once only, and the draft counts as nobody's turn to be mailed.
        self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=5))
        self.assertEqual(len(self.server.accepted), 1)
        self.assertIn("weekly#1 waits for approval", self.home.do("status", at=RUN))

    def test_a_draft_can_be_looked_at_and_tested_as_its_editor_left_it(self):
        self.begin()
        self.server.take()
        ids = self.ids()
        self.home.do("edition", "edit", "weekly#1", "--order", "%d,%d" % (ids["Gamma"], ids["Alpha"]), "--drop", str(ids["Beta"]))
        told = self.home.do("preview", "weekly#1", "--to", "out", at=RUN)
        self.assertIn("en: 2 readers, 2 posts", told)
        page = (self.home.folder / "out/en.html").read_text()
        self.assertLess(page.index("Text of Gamma"), page.index("Text of Alpha"))
        self.assertNotIn("Text of Beta", page)
        self.home.do("test", "weekly#1", "me@example.org", at=RUN)
        mail = self.server.take()[0]
        self.assertEqual((mail.envelope_to, self.order_in(mail)), ("me@example.org", ["Gamma", "Alpha"]))
        # Neither has approved it.
        self.assertEqual([each["state"] for each in self.home.json("edition", "list")], ["draft"])
        self.home.do("deliver", at=RUN)
        self.assertEqual(self.server.accepted, [])

    def test_what_the_editor_made_of_it_is_sent_exactly(self):
        self.begin()
        self.server.take()
        ids = self.ids()
        self.assertEqual(set(ids), {"Alpha", "Beta", "Gamma"})
        self.add("Late", "/late", RUN + datetime.timedelta(hours=1))
        self.home.write("intro.md", "Dear readers, **this** is new.\n")
        self.home.do("edition", "edit", "weekly#1", "--order", "%d,%d" % (ids["Alpha"], ids["Gamma"]), "--drop", str(ids["Beta"]),
                     "--intro-file", "intro.md")
        later = RUN + datetime.timedelta(hours=50)  # past max_lateness: it counts from the approval
        self.assertIn("2 posts for 2 subscribers", self.home.do("edition", "approve", "weekly#1", at=later))
        self.home.do("send", "--due", at=later)
        mails = self.server.take()
        self.assertEqual(sorted(mail.envelope_to for mail in mails), ["ada@example.org", "bob@example.org"])
        self.assertEqual(self.order_in(mails[0]), ["Alpha", "Gamma"])
        self.assertRegex(html_of(parse_mail(mails[0].octets)), "<strong[^>]*>this</strong>")
        # The next edition has what came later and not what was dropped.
        self.home.do("send", "--due", at=RUN + datetime.timedelta(days=7))
        self.home.do("edition", "approve", "weekly#2", at=RUN + datetime.timedelta(days=7))
        self.assertEqual(set(self.ids("weekly#2")), {"Late"})

    def test_an_editor_program_changes_the_file(self):
        self.begin()
        self.server.take()
        script = self.home.write("editor.sh", "sed -i -e '/ Beta$/d' -e '$a Hello from the file.' \"$1\"\n")
        os.environ["EDITOR"] = "sh %s" % script
        os.environ.pop("VISUAL", None)
        self.addCleanup(os.environ.pop, "EDITOR")
        self.home.do("edition", "approve", "weekly", "--edit", at=RUN)
        self.home.do("deliver", at=RUN)
        mail = self.server.to("ada@example.org")[0]
        self.assertEqual(set(self.order_in(mail)), {"Alpha", "Gamma"})
        self.assertIn("Hello from the file.", text_of(parse_mail(mail.octets)))

    def test_wrong_words_change_nothing(self):
        self.begin()
        before = self.home.json("edition", "show", "weekly#1")[0]["posts"]
        for arguments, status in ((["--order", "999"], 65), (["--drop", "999"], 65), (["--order", "x"], 64),
                                  (["--drop=%d" % each["id"] for each in before], 65), (["--intro-file", "nowhere"], 66)):
            done = self.home.run("edition", "edit", "weekly#1", *arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertEqual(self.home.json("edition", "show", "weekly#1")[0]["posts"], before)
        self.home.do("edition", "approve", "weekly#1", at=RUN)
        self.assertEqual(self.home.run("edition", "approve", "weekly#1", at=RUN).returncode, 77)

    def test_held_when_nobody_answers(self):
        self.begin(digest_more='review_until = "24h"\n')
        self.assertIn("it is held", text_of(parse_mail(self.server.take()[0].octets)))
        out = self.home.do("send", "--due", at=RUN + datetime.timedelta(hours=25))
        self.assertIn("not approved by 2026-01-06 08:00", out)
        self.assertIn("not approved by", self.home.do("status", at=RUN + datetime.timedelta(hours=25)))
        self.assertEqual(self.server.accepted, [])
        self.home.do("edition", "approve", "weekly#1", at=RUN + datetime.timedelta(hours=26))
        self.home.do("deliver", at=RUN + datetime.timedelta(hours=26))
        self.assertEqual(len(self.server.accepted), 2)

    def test_sent_when_nobody_answers_by_the_scheduler_too(self):
        self.begin(digest_more='review_until = "24h"\nunapproved = "send"\n')
        self.server.take()
        self.home.do("run", "--until", (RUN + datetime.timedelta(hours=23)).isoformat(), at=RUN)
        self.assertEqual(self.server.accepted, [])
        self.home.do("run", "--until", (RUN + datetime.timedelta(hours=25)).isoformat(), at=RUN + datetime.timedelta(hours=23))
        self.assertEqual(len(self.server.accepted), 2)

    def test_cancelled_posts_are_free_again(self):
        self.begin()
        self.home.do("edition", "cancel", "weekly#1", at=RUN)
        self.home.do("send", "weekly", "--now", at=RUN + datetime.timedelta(hours=1))
        self.assertEqual(set(self.ids("weekly#2")), {"Alpha", "Beta", "Gamma"})

    def test_a_draft_that_was_not_taken_is_mailed_again(self):
        self.server.rules.append(Rule("rcpt", "451 4.3.0 later", to=EDITOR, times=1))
        with self.assertRaises(AssertionError) as failed:
            self.begin()
        self.assertIn("exit 75", str(failed.exception))
        self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=5))
        self.assertEqual([mail.envelope_to for mail in self.server.accepted], [EDITOR])


if __name__ == "__main__":
    unittest.main()
