"""The copies of the themes that init makes: unchanged ones follow the program, changed ones are the user's, and neither is a surprise."""
import datetime
import hashlib
import unittest

from tidings import Article, Home, rss

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - datetime.timedelta(hours=1)
FOOTER = "default/partials/footer.mustache"


class Copies(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.do("init", ".")
        self.templates = self.home.folder / "templates"

    def preview(self):
        self.home.write("feed.xml", rss("Town", [Article("One", "https://town.example/one", NOW, NOW, "<p>Bread.</p>")]))
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text() + '[[source]]\nname = "town"\nurl = "file:feed.xml"\n')
        self.home.do("collect")
        self.home.do("preview", "weekly", "--to", "shown")
        return "".join(each.read_text() for each in (self.home.folder / "shown").rglob("*.html"))

    def written_by_an_earlier_version(self, name, text):
        """As if init of another version had copied this text."""
        (self.templates / name).write_text(text)
        listed = [line for line in (self.templates / ".copied").read_text().splitlines() if not line.endswith("  " + name)]
        listed.append("%s  %s" % (hashlib.sha256(text.encode()).hexdigest(), name))
        (self.templates / ".copied").write_text("\n".join(listed) + "\n")

    def test_the_list_is_one_that_sha256sum_reads(self):
        for line in (self.templates / ".copied").read_text().splitlines():
            digest, _, name = line.partition("  ")
            self.assertEqual(digest, hashlib.sha256((self.templates / name).read_bytes()).hexdigest())
        self.assertGreater(len(list(self.templates.rglob("*.mustache"))), 50)

    def test_a_copy_that_nobody_changed_follows_the_program(self):
        self.written_by_an_earlier_version(FOOTER, "{{name_of_long_ago}}")
        self.assertIn("default: good", self.home.do("template", "check"))
        self.assertIn("You receive this email", self.preview())

    def test_a_copy_that_somebody_changed_is_theirs(self):
        file = self.templates / FOOTER
        file.write_text(file.read_text().replace("{{t.why}}", "Mind the gap."))
        self.assertIn("Mind the gap.", self.preview())
        done = self.home.run("template", "check", "default")
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_whose_original_has_changed_since_is_told(self):
        self.written_by_an_earlier_version(FOOTER, "<p>{{t.why}}</p>")
        file = self.templates / FOOTER
        file.write_text("<p>{{unsubscribe_url}}</p>")
        self.assertIn("templates/%s: your copy of an earlier version" % FOOTER, self.home.run("template", "check", "default").stderr)
        self.assertIn("1 file changed here, of an earlier version", self.home.run("doctor").stdout)
        file.unlink()
        self.assertEqual("", self.home.run("template", "check", "default").stderr)

    def test_a_folder_that_was_filled_by_hand_is_used_as_it_is(self):
        self.written_by_an_earlier_version(FOOTER, "{{name_of_long_ago}}")
        (self.templates / ".copied").unlink()
        done = self.home.run("template", "check", "default")
        self.assertEqual(78, done.returncode)
        self.assertIn('unknown name "name_of_long_ago"', done.stderr)


if __name__ == "__main__":
    unittest.main()
