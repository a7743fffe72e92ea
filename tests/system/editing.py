"""What an editor makes of a draft: one file with its words and posts, mended until it makes sense; and answers by mail."""
import datetime
import email.message
import itertools
import os
import re
import unittest

from smtp_server import SmtpServer
from tidings import Article, Home, html_of, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=ATHENS)  # a Monday
EDITOR = "eddy@example.org"
BOUNCE = '[bounce]\naddress = "news@example.org"\nmaildir = "mail"\n'


class Draft(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def begin(self, digest="", more=""):
        source = '[[source]]\nname = "blog"\nurl = "file:feed.xml"\n'
        self.home.configure(self.server.url, sources=(source,), digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'
                            'review = true\nmax_posts = 3\n%s%s' % (digest, more))
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text().replace('language = "en"', 'language = "en"\neditor = "Eddy <%s>"' % EDITOR))
        for name in ("mail/new", "mail/cur", "mail/tmp"):
            (self.home.folder / name).mkdir(parents=True)
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=RUN - datetime.timedelta(days=1))
        articles = [Article(title, "https://blog.example/" + title.lower(), RUN - datetime.timedelta(hours=20 - n), RUN,
                            "<p>Text of %s</p>" % title) for n, title in enumerate(("Delta", "Gamma", "Beta", "Alpha"))]
        self.home.write("feed.xml", rss("Harbour Blog", articles))
        self.home.do("send", "--due", at=RUN)
        self.ids = {each["title"]: each["id"] for each in self.show()["posts"]}
        self.ids.update({each["title"]: each["id"] for each in self.home.json("post", "list") if each["title"] not in self.ids})

    def show(self):
        return self.home.json("edition", "show", "weekly#1")[0]

    def edit(self, script, *more):
        """Runs "edition edit" with a shell script as the editor; the script finds the file in $1."""
        self.home.environment["EDITOR"] = "sh %s" % self.home.write("editor.sh", script)
        self.home.environment["VISUAL"] = ""
        return self.home.run("edition", "edit", "weekly#1", *more, at=RUN)

    def file(self):
        self.assertEqual(self.edit('cp "$1" seen.txt\n').returncode, 0)
        return (self.home.folder / "seen.txt").read_text()

    def sent(self, at=RUN):
        self.server.take()
        self.home.do("edition", "approve", "weekly#1", at=at)
        self.home.do("deliver", at=at)
        return parse_mail(self.server.to("ada@example.org")[0].octets)


class ByFile(Draft):
    def test_the_file_shows_words_posts_what_was_left_out_and_why(self):
        self.begin()
        text = self.file()
        for line in ("subject:", "preheader:", "%d Alpha" % self.ids["Alpha"], "# excerpt: Text of Alpha", "# left out: %d Delta" % self.ids["Delta"],
                     "# Not in it, waiting for the next edition: max_posts reached:"):
            self.assertIn(line, text.splitlines())
        self.assertLess(text.index("Alpha\n"), text.index("Beta\n"))
        self.assertIn("# Harbour Blog, 2026-01-05 08:00", text)
        self.assertRegex(text, r"# without one it is: .*Alpha")

    def test_everything_it_changes_is_what_readers_get(self):
        self.begin()
        ids = self.ids
        self.home.write("new.txt", 'subject: Ferries, at last\npreheader: Two & more\n%d Beta\nnote: **Read** this first\n   and <script>no</script> twice\n'
                        "%d A better title\nexcerpt: First words.\n\n   Second paragraph.\n%d Delta\n--- introduction ---\n# Hello\n"
                        % (ids["Beta"], ids["Alpha"], ids["Delta"]))
        done = self.edit('cp new.txt "$1"\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("weekly#1: 3 posts, a draft", done.stdout)
        mail = self.sent()
        self.assertEqual(mail["Subject"], "Ferries, at last")
        html, text = html_of(mail), text_of(mail)
        self.assertIn("Two &amp; more", html)
        for words in ("<strong>Read</strong> this first", "A better title", "<p>First words.</p>", "<p>Second paragraph.</p>", "Text of Delta", "Hello"):
            self.assertIn(words, html)
        for words in ("Read this first", "A better title", "First words.", "Second paragraph."):
            self.assertIn(words, text)
        for words in ("Text of Alpha", "Gamma", "<script"):
            self.assertNotIn(words, html + text)
        self.assertLess(html.index("Text of Beta"), html.index("A better title"))
        self.assertLess(html.index("First words."), html.index("Text of Delta"))
        # The post itself stays as it came, and what was dropped comes in no later edition.
        self.assertIn("Alpha", [each["title"] for each in self.home.json("post", "list")])
        self.assertEqual([each["title"] for each in self.show()["dropped"]], ["Gamma"])

    def test_what_is_left_out_can_be_brought_back_and_dropped_again(self):
        self.begin()
        self.assertEqual(self.edit('sed -i "s/^# left out: //" "$1"\n').returncode, 0)
        self.assertEqual([each["title"] for each in self.show()["posts"]], ["Alpha", "Beta", "Gamma", "Delta"])
        self.assertEqual(self.show()["left_out"], [])
        self.assertEqual(self.edit('sed -i "/^[0-9]* Delta$/d" "$1"\n').returncode, 0)
        self.assertIn("# dropped: %d Delta" % self.ids["Delta"], self.file())
        self.assertNotIn("Text of Delta", html_of(self.sent()))

    def test_mistakes_stand_in_the_file_and_the_editor_is_opened_again(self):
        self.begin()
        script = ('n=$(cat round 2>/dev/null || echo 0); n=$((n+1)); echo $n > round; cp "$1" seen$n.txt\n'
                  'if [ $n = 1 ]; then sed -i -e "s/^subject:.*/&\\nsubjet: Wrong/" -e "\\$i 999 Nobody" "$1"; else sed -i "/subjet\\|999/d" "$1"; fi\n')
        done = self.edit(script)
        self.assertEqual(done.returncode, 0, done.stderr)
        second = (self.home.folder / "seen2.txt").read_text().splitlines()
        at = second.index("subjet: Wrong")
        self.assertEqual(second[at - 1], '#! "subjet: Wrong" does not begin with a post number (did you mean "subject"?)')
        self.assertEqual((self.home.folder / "round").read_text().strip(), "2")
        self.assertEqual([each["title"] for each in self.show()["posts"]], ["Alpha", "Beta", "Gamma"])

    def test_mistakes_saved_once_more_end_with_65_and_keep_the_text(self):
        self.begin()
        done = self.edit('grep -q Wrong "$1" || sed -i "s/^subject:.*/Wrong/" "$1"\n')
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)
        kept = re.search(r"--file (/\S+)", done.stderr)[1].rstrip('"')
        self.addCleanup(os.unlink, kept)
        with open(kept, encoding="utf-8") as file:
            self.assertIn("Wrong", file.read())
        self.assertEqual(oct(os.stat(kept).st_mode & 0o777), "0o600")
        self.assertEqual([each["title"] for each in self.show()["posts"]], ["Alpha", "Beta", "Gamma"])

    def test_an_unchanged_file_changes_nothing(self):
        self.begin()
        before = self.show()
        done = self.edit("true\n")
        self.assertIn("unchanged", done.stdout)
        self.assertEqual(self.show(), before)

    def test_subject_and_file_need_no_editor(self):
        self.begin()
        self.home.environment.update({"EDITOR": "false", "VISUAL": ""})
        self.home.do("edition", "edit", "weekly#1", "--subject", "By hand {{first_title}}", at=RUN)
        self.home.write("draft.txt", "%d Gamma\n" % self.ids["Gamma"])
        self.home.do("edition", "edit", "weekly#1", "--file", "draft.txt", at=RUN)
        mail = self.sent()
        self.assertEqual(mail["Subject"], "By hand {{first_title}}")  # as it was written: no template
        self.assertNotIn("Alpha", html_of(mail))

    def test_wrong_files_change_nothing_and_name_the_line(self):
        self.begin()
        before = self.show()
        alpha = self.ids["Alpha"]
        for text, words in (("%d A\n%d A\n" % (alpha, alpha), "draft.txt:2: post %d stands twice" % alpha), ("", "would have no posts"),
                            ("note: x\n%d A\n" % alpha, "draft.txt:1: this note stands below no post"), ("12345 X\n", "post 12345 is not in weekly#1"),
                            ("%d A\nnote: a\nnote: b\n" % alpha, "more than one note"), ("subject: %s\n%d A\n" % ("x" * 600, alpha), "longer than 500"),
                            ("%d %s\n" % (alpha, "x" * 600), "longer than 500"), ("--- intro\n", "would have no posts")):
            self.home.write("draft.txt", text)
            done = self.home.run("edition", "edit", "weekly#1", "--file", "draft.txt", at=RUN)
            self.assertEqual(done.returncode, 65, (text, done.stderr))
            self.assertEqual(len(done.stderr.strip().splitlines()), 1)
            self.assertIn(words, done.stderr)
        self.assertEqual(self.home.run("edition", "edit", "weekly#1", "--file", "draft.txt", "--drop", "1").returncode, 64)
        self.assertEqual(self.home.run("edition", "edit", "weekly#1", "--file", "nowhere").returncode, 66)
        self.assertEqual(self.show(), before)
        self.home.do("edition", "approve", "weekly#1", at=RUN)
        self.assertEqual(self.home.run("edition", "edit", "weekly#1", "--subject", "Late").returncode, 77)

    def test_every_theme_shows_note_title_and_excerpt(self):
        for theme in ("default", "magazine", "compact", "plain"):
            with self.subTest(theme=theme):
                self.setUp()
                self.begin('theme = "%s"\n' % theme)
                alpha, beta = self.ids["Alpha"], self.ids["Beta"]
                self.home.write("draft.txt", "%d First title\nnote: A word before\n%d Second title\nnote: Another word\nexcerpt: Other text here.\n" % (alpha, beta))
                self.home.do("edition", "edit", "weekly#1", "--file", "draft.txt", at=RUN)
                mail = self.sent()
                for part in (html_of(mail), text_of(mail)):
                    for words in ("First title", "A word before", "Second title", "Another word"):
                        self.assertIn(words, part)
                self.assertIn("Other text here.", html_of(mail))

    def test_the_preflight_is_made_anew(self):
        self.begin()
        done = self.home.run("edition", "edit", "weekly#1", "--subject", "WIN FREE MONEY NOW!!!", at=RUN)
        self.assertIn("spam filters count", done.stdout)
        self.assertIn("spam filters count", self.show()["preflight"])


class ByMail(Draft):
    numbers = itertools.count(1)

    def draft(self):
        mails = [mail for mail in self.server.take() if mail.envelope_to == EDITOR]
        self.assertEqual(len(mails), 1)
        return parse_mail(mails[0].octets)

    def answer(self, draft, text, sender=EDITOR, to=None, more=()):
        reply = email.message.EmailMessage()
        reply["From"], reply["To"], reply["Subject"] = "Eddy <%s>" % sender, to or draft["Reply-To"], "Re: " + draft["Subject"]
        number = next(self.numbers)
        reply["Message-ID"], reply["In-Reply-To"] = "<%d@example.org>" % number, draft["Message-ID"]
        for name, value in more:
            reply[name] = value
        reply.set_content(text + "\n\nOn Monday, 5 January 2026, Harbour News wrote:\n> ok\n> drop 1\n")
        self.home.write("mail/new/%d.x" % number, reply.as_bytes())
        return self.home.do("bounce", "ingest", at=RUN)

    def titles(self):
        return [each["title"] for each in self.show()["posts"]]

    def test_the_draft_says_how_to_answer_and_numbers_its_posts(self):
        self.begin(more=BOUNCE)
        draft = self.draft()
        self.assertRegex(draft["Reply-To"], r"^news\+[a-z2-7]+@example\.org$")
        for words in ("answer this mail", "drop 3", "   1  Alpha", "   3  Gamma"):
            self.assertIn(words, text_of(draft))

    def test_without_a_mailbox_that_is_read_it_does_not(self):
        self.begin()
        draft = self.draft()
        self.assertIsNone(draft["Reply-To"])
        self.assertNotIn("answer this mail", text_of(draft))

    def test_ok_approves_and_the_next_run_sends(self):
        self.begin(more=BOUNCE)
        self.assertIn("approved by its editor", self.answer(self.draft(), "Ok."))
        self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=5))
        self.assertEqual([mail.envelope_to for mail in self.server.accepted], ["ada@example.org"])

    def test_hold_keeps_it_past_review_until(self):
        self.begin('review_until = "1h"\nunapproved = "send"\n', BOUNCE)
        self.assertIn("held by its editor", self.answer(self.draft(), "hold"))
        self.home.do("send", "--due", at=RUN + datetime.timedelta(hours=2))
        self.assertEqual(self.server.accepted, [])
        self.assertIn("held by its editor", self.home.do("status", at=RUN + datetime.timedelta(hours=2)))

    def test_changes_bring_a_new_draft_and_an_answer_to_the_old_one_has_no_effect(self):
        self.begin(more=BOUNCE)
        first = self.draft()
        self.answer(first, "drop 2\nfirst 3\nsubject: Other words\nintro: Dear readers,\n\nthis is *new*.")
        self.assertEqual(self.titles(), ["Gamma", "Alpha"])
        self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=5))
        second = self.draft()
        self.assertNotEqual((first["Message-ID"], first["Reply-To"]), (second["Message-ID"], second["Reply-To"]))
        self.assertIn("Other words", second["Subject"])
        self.assertIn("<em>new</em>", html_of(second))
        self.assertIn("earlier draft", self.answer(first, "ok"))
        self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=10))
        third = self.draft()
        self.assertIn("About your answer: your answer was to an earlier draft", text_of(third))
        self.answer(third, "ok\n\nThanks, Eddy")
        self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=15))
        mail = parse_mail(self.server.to("ada@example.org")[0].octets)
        self.assertEqual(mail["Subject"], "Other words")
        self.assertNotIn("Beta", html_of(mail))

    def test_what_is_not_understood_changes_nothing_and_is_told(self):
        for words, told in (("please send it tomorrow", '"please send it tomorrow" was not understood'), ("drop 9", "there is no post 9"),
                            ("drop", '"drop" was not understood'), ("drop 1 2 3", "weekly#1 would have no posts"), ("", "the answer was empty")):
            with self.subTest(words=words):
                self.setUp()
                self.begin(more=BOUNCE)
                self.answer(self.draft(), words)
                self.assertEqual(self.titles(), ["Alpha", "Beta", "Gamma"])
                self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=5))
                self.assertIn("About your answer: " + told, text_of(self.draft()))

    def test_only_the_editor_with_the_drafts_own_address_is_obeyed(self):
        self.begin(more=BOUNCE)
        draft = self.draft()
        token = draft["Reply-To"]
        for sender, to, more in (("mallory@example.org", None, ()), (EDITOR, "news@example.org", ()), (EDITOR, "news+" + "a" * 34 + "@example.org", ()),
                                 (EDITOR, token.replace(token[8], "b" if token[8] != "b" else "c"), ()), (EDITOR, None, (("Auto-Submitted", "auto-replied"),))):
            self.answer(draft, "ok", sender, to, more)
            self.home.do("send", "--due", at=RUN + datetime.timedelta(minutes=5))
            self.assertEqual(self.show()["state"], "draft", (sender, to, more))
        self.assertEqual(self.server.accepted, [])

    def test_an_answer_after_the_approval_has_no_effect(self):
        self.begin(more=BOUNCE)
        draft = self.draft()
        self.home.do("edition", "approve", "weekly#1", at=RUN)
        self.assertIn("weekly#1 is sealed: nothing changed", self.answer(draft, "drop 1"))


if __name__ == "__main__":
    unittest.main()
