"""An edition's own words: introductions in Markdown, for every edition or for one; subject and preheader; strings; lengths of excerpts."""
import pathlib
import shutil
import unittest

from smtp_server import SmtpServer
from tidings import Article, Home, TOP, html_of, parse_mail, rss, text_of

import base64
import datetime

AT = datetime.datetime.fromisoformat("2026-03-02T09:00:00+02:00")
WEEK = datetime.timedelta(days=7)
PHOTO = (TOP / "tests/data/demo/images/ferry.jpg").read_bytes()
DOT = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def article(n, at, body="<p>Words.</p>", title=None):
    return Article(title or "Post %d" % n, "https://blog.example/%d" % n, at, at - datetime.timedelta(hours=3 + n), body)


class Introduction(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.articles = []

    def configure(self, digest=""):
        self.home.configure(self.server.url, digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n' + digest)

    def send(self, at=AT, count=1, body="<p>Words.</p>", title=None):
        """One more edition; the mail that the reader got."""
        new = [article(len(self.articles) + n, at, body, title) for n in range(count)]
        self.articles += new
        self.home.write("feed.xml", rss("Blog", self.articles))
        self.home.do("subscriber", "add", "r@example.org", "--confirmed", at=at)
        self.said = self.home.do("send", "weekly", "--now", at=at)
        return parse_mail(self.server.take()[0].octets)

    # ---- introductions ----

    def test_intro_file_is_markdown_in_html_and_text_and_sanitised(self):
        self.home.write("intro.md", "Dear *readers*,\n\n- one\n- [two](https://example.org/two)\n\n<script>alert(1)</script>\n\n| a |\n|---|\n| b |\n")
        self.configure('intro_file = "intro.md"\n')
        mail = self.send()
        html = html_of(mail)
        self.assertIn("Dear <em>readers</em>,", html)
        self.assertRegex(html, r"<li[^>]*>one</li>")
        self.assertIn("https://example.org/two", html)
        self.assertIn("<table", html)
        self.assertNotIn("<script", html)
        self.assertIn("readers", text_of(mail))
        self.assertNotIn("[two](", text_of(mail))

    def test_intro_once_is_in_one_edition_only_and_new_words_are_used_again(self):
        self.home.write("intro.md", "Always.\n")
        self.home.write("once.md", "Only **today**.\n")
        self.configure('intro_file = "intro.md"\nintro_once = "once.md"\n')
        self.assertIn("Only <strong>today</strong>.", html_of(self.send()))
        second = html_of(self.send(AT + WEEK))
        self.assertNotIn("today", second)
        self.assertIn("Always.", second)
        self.home.write("once.md", "Something new.\n")
        self.assertIn("Something new.", html_of(self.send(AT + 2 * WEEK)))
        (self.home.folder / "once.md").unlink()
        self.assertIn("Always.", html_of(self.send(AT + 3 * WEEK)))

    def test_intro_once_is_kept_by_the_edition_that_used_it_and_previews_do_not_use_it_up(self):
        self.home.write("once.md", "Only today.\n")
        self.configure('intro_once = "once.md"\n')
        self.articles = [article(0, AT)]
        self.home.write("feed.xml", rss("Blog", self.articles))
        self.home.do("subscriber", "add", "r@example.org", "--confirmed", at=AT)
        self.home.do("collect", at=AT)
        self.home.do("preview", "weekly", "--to", "out", at=AT)
        self.assertIn("Only today.", (self.home.folder / "out/en.html").read_text())
        # sealed and not sent: what follows a crash between the two
        self.home.do("compose", "weekly", "--now", at=AT)
        self.assertIn("Only today.", self.home.do("edition", "show", "weekly#1", at=AT))
        self.home.do("deliver", at=AT)
        self.assertIn("Only today.", html_of(parse_mail(self.server.take()[0].octets)))
        self.assertNotIn("Only today.", html_of(self.send(AT + WEEK)))

    def test_intro_once_of_a_cancelled_edition_is_used_by_the_next(self):
        self.home.write("once.md", "Only today.\n")
        self.configure('intro_once = "once.md"\n')
        self.home.write("feed.xml", rss("Blog", [article(0, AT)]))
        self.home.do("subscriber", "add", "r@example.org", "--confirmed", at=AT)
        self.home.do("collect", at=AT)
        self.home.do("compose", "weekly", "--now", at=AT)
        self.home.do("edition", "cancel", "weekly#1", at=AT)
        self.articles = [article(0, AT)]
        self.assertIn("Only today.", html_of(self.send(AT + WEEK)))

    # ---- subject, preheader, first_title ----

    def test_first_title_is_cut_at_a_word_near_80_characters(self):
        self.configure('subject = "{{first_title}}"\n')
        subject = self.send(title="The harbour " * 12)["Subject"]
        self.assertTrue(subject.endswith("\u2026"), subject)
        self.assertLessEqual(len(subject), 81)
        self.assertGreater(len(subject), 60)
        self.assertIn(subject[:-1].split()[-1], ("The", "harbour"))

    def test_config_check_finds_unknown_and_unfilled_placeholders_with_their_line(self):
        for key, value, what in (("subject", "News: {{frist_title}}", 'unknown name "frist_title"'), ("subject", "{post_count} posts", '"{post_count}" is not filled in'),
                                 ("preheader", "{{nothing_like_it}}", 'unknown name "nothing_like_it"'), ("preheader", "in {digest_titel}", "{{digest_title}}")):
            with self.subTest(value):
                self.configure('%s = "%s"\n' % (key, value))
                line = next(n for n, text in enumerate((self.home.folder / "config.toml").read_text().splitlines(), 1) if text.startswith(key))
                done = self.home.run("config", "check", at=AT)
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertIn("config.toml:%d:" % line, done.stderr)
                self.assertIn(what, done.stderr)
        self.configure('subject = "{{digest_title}}: {{first_title}}"\npreheader = "{{#has_more}}{{more_word}}{{/has_more}}"\n')
        self.home.do("config", "check", at=AT)

    # ---- strings ----

    def strings_check(self, language, change, status):
        self.configure()
        text = (TOP / "templates/default/strings/de.toml").read_text(encoding="utf-8")
        self.home.write("templates/default/strings/%s.toml" % language, change(text))
        done = self.home.run("template", "check", at=AT)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr

    def test_template_check_reads_the_strings_of_every_language(self):
        self.assertEqual(self.strings_check("da", lambda text: text, 0), "")
        self.assertRegex(self.strings_check("da", lambda text: text + '\nbroken = "', 78), r"default/strings/da\.toml:\d+:\d+: ")
        said = self.strings_check("da", lambda text: text.replace("\nread_more =", "\nread_mroe ="), 78)
        self.assertRegex(said, r'default/strings/da\.toml:\d+:\d+: unknown key "read_mroe" \(did you mean "read_more"\?\)')
        self.assertRegex(said, r"da\.toml: 1 word missing, English there: read_more")
        said = self.strings_check("da", lambda text: text.replace("{newsletter_name}", "Zeitung"), 78)
        self.assertIn('lacks {newsletter_name}, which the English text has', said)
        said = self.strings_check("da", lambda text: text.replace("{newsletter_name}", "{newsleter_name}"), 78)
        self.assertIn('unknown placeholder "{newsleter_name}"', said)
        said = self.strings_check("da", lambda text: "\n".join(line for line in text.splitlines() if not line.startswith("web_")), 0)
        self.assertRegex(said, r"da\.toml: \d+ words missing, English there: .*web_subscribe_title")

    # ---- length ----

    def test_excerpts_shrink_only_as_far_as_they_must(self):
        words = " ".join("Sentence number %d is of seven words." % n for n in range(80))
        self.configure('excerpt_words = 400\nmax_posts = 60\n')
        mail = self.send(count=40, body="<p>%s</p>" % words)
        html = html_of(mail)
        self.assertLessEqual(len(html.encode()), 102_000)
        self.assertGreater(len(html.encode()), 90_000)
        self.assertRegex(self.said, r"to keep it small: excerpts of \d+ words")

    # ---- pictures ----

    def test_pictures_inside_a_post_become_parts_of_the_mail_if_they_are_what_they_say(self):
        self.configure('images = "inline"\ncontent = "full"\nimage_limit = "100KiB"\n')

        def data(kind, octets):
            return '<img src="data:image/%s;base64,%s" width="200" alt="p">' % (kind, base64.b64encode(octets).decode())

        mail = self.send(body="<p>%s%s%s%s</p>" % (data("jpeg", PHOTO), data("gif", DOT), data("png", b"<svg onload=x>"), data("png", b"\x89PNG\r\n\x1a\n" + bytes(110_000))))
        parts = {part["Content-ID"]: part for part in mail.walk() if part["Content-ID"]}
        self.assertEqual([(part.get_content_type(), part.get_content()) for part in parts.values()], [("image/jpeg", PHOTO), ("image/gif", DOT)])
        html = html_of(mail)
        for content_id in parts:
            self.assertIn('src="cid:%s"' % content_id[1:-1], html)
        self.assertNotIn("data:", html)
        for told in (self.said, self.home.do("edition", "show", "weekly#1", at=AT), self.home.do("preview", "weekly#1", "--to", "out", at=AT)):
            self.assertIn('a picture inside "Post 0" (not a PNG, JPEG, GIF or WebP)', told)
            self.assertIn('a picture inside "Post 0" (larger than image_limit ', told)
        self.assertIn("data:image/jpeg", (self.home.folder / "out/en.html").read_text())


if __name__ == "__main__":
    unittest.main()
