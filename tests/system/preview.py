"""What an editor looks at before a send: the preview folder and the dry run. Neither changes a byte of the installation."""
import datetime
import hashlib
import html.parser
import os
import re
import sqlite3
import unittest

from tidings import Article, Home, parse_mail, rss

UTC = datetime.timezone.utc
MONDAY = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LONG = "<p>" + " ".join("The harbour master wrote down the wind at noon, and again at dusk." for _ in range(60)) + "</p>"


def snapshot(folder):
    """Every file with its hash, and every folder."""
    out = {}
    for parent, folders, files in os.walk(folder):
        for name in folders:
            out[os.path.join(parent, name)] = "folder"
        for name in files:
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                out[path] = hashlib.sha256(file.read()).hexdigest()
    return out


class Frames(html.parser.HTMLParser):
    """The files that an index refers to, and the frames in it."""

    def __init__(self, text):
        super().__init__()
        self.frames, self.references = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "iframe":
            self.frames.append((values["src"], values["style"]))
        if tag == "a" and "href" in values:
            self.references.append(values["href"])


def fill(home, **settings):
    """A list of every kind of reader, and three posts on two topics."""
    posts = [Article("Storm closes the pier", "https://blog.example/storm", MONDAY - datetime.timedelta(days=2),
                     MONDAY - datetime.timedelta(days=2), settings.get("body", "<p>Until spring.</p>"), ("harbour",)),
             Article("New rowing club", "https://blog.example/rowing", MONDAY - datetime.timedelta(days=3),
                     MONDAY - datetime.timedelta(days=3), "<p>Everybody may <a href='https://club.example/join'>join us</a>.</p>", ("club",)),
             Article("Bells & whistles", "https://blog.example/bells", MONDAY - datetime.timedelta(days=4),
                     MONDAY - datetime.timedelta(days=4), "<p>Ding.</p>", ("harbour",))]
    home.now = MONDAY
    home.configure(digests='[[digest]]\nname = "weekly"\ntitle = "Harbour Weekly"\nschedule = "weekly monday 08:00"\n' + settings.get("digest", ""))
    home.write("feed.xml", rss("Harbour", posts))
    at = MONDAY - datetime.timedelta(days=20)
    for address, more in settings.get("readers", READERS).items():
        home.do("subscriber", "add", address, *more, at=at)


READERS = {"all@example.org": ["--confirmed"], "club@example.org": ["--confirmed", "--topic", "club"],
           "elli@example.org": ["--confirmed", "--language", "el"], "chess@example.org": ["--confirmed", "--topic", "chess"],
           "pending@example.org": [], "left@example.org": ["--confirmed"], "banned@example.org": ["--confirmed"]}


class Preview(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def look(self, what="weekly"):
        told = self.home.do("preview", what, "--to", "out")
        folder = self.home.folder / "out"
        return told, folder, (folder / "index.html").read_text(encoding="utf-8")

    def test_every_set_of_posts_in_every_language_is_a_segment_of_the_index(self):
        fill(self.home)
        told, folder, index = self.look()
        self.assertIn("en: 3 readers, 3 posts", told)
        self.assertIn("en-2: 1 reader, 1 post", told)
        self.assertIn("el: 1 reader, 3 posts", told)
        found = Frames(index)
        for name in ("en", "en-2", "el"):
            mail = parse_mail((folder / (name + ".eml")).read_bytes())
            self.assertIn((name + ".light.html", "width:320px"), found.frames)
            self.assertIn((name + ".light.html", "width:600px"), found.frames)
            self.assertIn((name + ".dark.html", "width:600px"), found.frames)
            self.assertIn("List-Unsubscribe: ", index)
            self.assertTrue(mail["Subject"])
        for name in [source for source, _ in found.frames] + [each for each in found.references if "://" not in each and each[0] not in "#m"]:
            self.assertTrue((folder / name).is_file(), name)
        self.assertIn("https://club.example/join", found.references)
        self.assertIn("https://blog.example/storm", found.references)
        self.assertIn("nothing shortened", index)

    def test_without_a_reader_there_is_a_sample(self):
        fill(self.home, readers={})
        told, _, index = self.look()
        self.assertIn("en: a sample, 3 posts", told)
        self.assertIn("a sample that is sent to nobody", index)

    def test_the_dark_copy_obeys_its_dark_rules_and_the_light_one_does_not(self):
        fill(self.home)
        _, folder, _ = self.look()
        sent, dark, light = ((folder / name).read_text(encoding="utf-8") for name in ("en.html", "en.dark.html", "en.light.html"))
        self.assertIn("@media (prefers-color-scheme:dark)", sent)
        self.assertIn("@media (min-width:0){\n.page{background:#111315", dark)
        self.assertIn("@media (max-width:0){\n.page{background:#111315", light)
        for copy in (dark, light):
            self.assertNotIn("prefers-color-scheme", copy)

    def test_what_the_size_budget_did_is_said(self):
        fill(self.home, body=LONG * 30, digest='content = "full"\n')
        told, folder, index = self.look()
        self.assertLess((folder / "en.html").stat().st_size, 100_000)
        self.assertRegex(told, r"en: 3 readers, 3 posts, .*; shortened: excerpts of \d+ words")
        self.assertRegex(index, r"shortened: excerpts of \d+ words")
        self.assertRegex(self.home.do("send", "weekly", "--dry-run"), r"segment \d \(en, 3 posts\): 3 readers; shortened: excerpts of")

    def test_a_sealed_edition_is_shown_as_it_was_sealed(self):
        fill(self.home)
        self.home.do("collect")
        self.home.do("compose", "weekly")
        before = snapshot(self.home.folder)
        told, _, index = self.look("weekly#1")
        self.assertIn("en: 3 readers, 3 posts", told)
        self.assertIn("Harbour Weekly", index)
        self.assertEqual(before, {path: each for path, each in snapshot(self.home.folder).items() if not path.startswith(str(self.home.folder / "out"))})

    def test_a_preview_changes_nothing(self):
        fill(self.home)
        before = snapshot(self.home.folder)
        self.look()
        self.assertEqual(before, {path: each for path, each in snapshot(self.home.folder).items() if not path.startswith(str(self.home.folder / "out"))})


class DryRun(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def test_everybody_is_named_with_what_they_get_or_why_they_do_not(self):
        fill(self.home)
        self.home.do("subscriber", "unsubscribe", "left@example.org", at=MONDAY - datetime.timedelta(days=1))
        self.home.do("suppression", "add", "banned@example.org", at=MONDAY - datetime.timedelta(days=1))
        told = self.home.do("send", "weekly", "--dry-run")
        for line in (r"all@example.org planned: segment 1 \(en, 3 posts\)", r"club@example.org planned: segment 2 \(en, 1 post\)",
                     r"elli@example.org planned: segment 3 \(el, 3 posts\)", r"chess@example.org skipped: nothing new on their topics \(chess\)",
                     r"pending@example.org skipped: not confirmed, asked on 2025-12-16", r"left@example.org skipped: left on 2026-01-04",
                     r"banned@example.org skipped: suppressed on 2026-01-04: manual"):
            self.assertRegex(told, "(?m)^  weekly#1 " + line + "$")
        self.assertEqual(7, len(re.findall(r"@example.org (planned|skipped)", told)))

    def test_a_list_without_a_recipient_is_told_why(self):
        fill(self.home, readers={"pending@example.org": []})
        told = self.home.do("send", "weekly", "--dry-run")
        self.assertIn("skipped, no recipients", told)
        self.assertIn("  weekly pending@example.org skipped: not confirmed", told)

    def test_nothing_changes_on_disk(self):
        fill(self.home)
        before = snapshot(self.home.folder)
        self.home.do("send", "weekly", "--dry-run")
        self.home.do("send", "--due", "--dry-run")
        self.assertEqual(before, snapshot(self.home.folder))

    def test_nothing_changes_while_another_program_has_the_database_open(self):
        fill(self.home)
        other = sqlite3.connect(self.home.folder / "subscribers/tidings.db")
        self.addCleanup(other.close)
        other.execute("UPDATE facts SET value = value")  # stays in the write-ahead log
        other.commit()
        self.home.do("send", "weekly", "--dry-run")  # a first reader may leave its mark among those of the log's readers
        before = snapshot(self.home.folder)
        self.assertIn(str(self.home.folder / "subscribers/tidings.db-wal"), before)
        self.assertIn(str(self.home.folder / "subscribers/tidings.db-shm"), before)
        self.home.do("send", "weekly", "--dry-run")
        self.assertEqual(before, snapshot(self.home.folder))

    def test_where_there_is_no_database_none_is_made(self):
        fill(self.home, readers={})
        before = snapshot(self.home.folder)
        self.home.run("send", "weekly", "--dry-run")
        self.assertEqual(before, snapshot(self.home.folder))


if __name__ == "__main__":
    unittest.main()
