"""`status --health`, for a container's health check: one line and an exit status."""
import datetime
import unittest

from smtp_server import SmtpServer
from tidings import Article, Home, rss

EVE = "2026-01-25T18:00:00Z"
MONDAY = "2026-01-26T06:05:00Z"  # five minutes after the weekly digest is due in Athens
SOON = "2026-01-26T06:50:00Z"
LATE = "2026-01-26T07:30:00Z"
BAKED = datetime.datetime(2026, 1, 20, 9, tzinfo=datetime.timezone.utc)


class Health(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.write("feed.xml", rss("Town", [Article("Bread", "https://town.example/bread", BAKED, BAKED, "<p>Cheap.</p>")]))

    def begin(self, **more):
        self.home.configure(**more)
        self.home.do("subscriber", "import", self.home.write("list.csv", "email\nada@example.org"), "--confirmed", at=EVE)

    def health(self, status, at):
        done = self.home.run("status", "--health", at=at)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        said = done.stdout + done.stderr
        self.assertEqual(said.count("\n"), 1, said)
        return said

    def test_what_was_sent_is_healthy(self):
        with SmtpServer() as server:
            self.begin(smtp=server.url)
            self.home.do("send", "--due", at=MONDAY)
        self.assertEqual(self.health(0, LATE), "healthy: weekly runs next, 2026-02-02 08:00\n")

    def test_an_edition_that_nobody_sends_is_overdue_after_an_hour(self):
        self.begin()
        self.health(0, SOON)
        self.assertIn("weekly is due since 2026-01-26 08:00 and nobody sends it", self.health(75, LATE))

    def test_messages_that_nobody_sends_are_overdue_after_an_hour(self):
        with SmtpServer() as server:
            self.begin(smtp=server.url)
            self.home.do("collect", at=EVE)
            self.home.do("compose", "--due", at=MONDAY)
            self.health(0, SOON)
            self.assertIn("weekly has 1 message due since 2026-01-26 08:00 and nobody sends", self.health(75, LATE))

    def test_a_relay_that_is_of_no_use_is_unavailable(self):
        self.begin()
        self.home.do("send", "--due", at=MONDAY, status=69)
        self.assertIn("relay 127.0.0.1:1 ", self.health(69, "2026-01-26T06:20:00Z"))

    def test_sources_are_unavailable_when_none_can_be_read(self):
        self.begin(sources=("feed.xml", "gone.xml"))
        self.home.run("collect", at=EVE)
        self.health(0, SOON)
        (self.home.folder / "feed.xml").unlink()
        self.home.run("collect", "feed", at=EVE)
        self.assertIn("no source can be read", self.health(69, SOON))

    def test_a_draft_that_waits_for_its_editor_is_no_illness(self):
        self.begin(digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\nreview = true\n', smtp="drop:out")
        self.home.do("send", "--due", at=MONDAY)
        self.health(0, LATE)

    def test_a_wrong_configuration_is_78(self):
        self.begin()
        self.home.write("config.toml", "[newsletter]\nname = 1\n")
        self.health(78, SOON)


if __name__ == "__main__":
    unittest.main()
