"""What somebody who meets the program for the first time stumbles over: what waits is told, what is asked is done."""
import datetime
import http.server
import threading
import unittest

from tidings import Article, Home, WEEKLY, rss

MONDAY = datetime.datetime.fromisoformat("2026-01-05T08:00:00+02:00")
HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR
WITH_MONTHLY = WEEKLY + '[[digest]]\nname = "monthly"\nschedule = "monthly 1 08:00"\n'


def post(title, at):
    return Article(title, "https://town.example/" + title.replace(" ", "-"), at, at, "<p>Bread is cheap.</p>")


class Stranger(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def feed(self, *posts):
        self.home.write("feed.xml", rss("Town", list(posts)))


class FirstSteps(Stranger):
    def test_a_new_home_says_what_is_missing(self):
        self.home.do("init", "new")
        said = self.home.do("--config", "new/config.toml", "doctor")
        self.assertIn("name and from are still the example", said)
        self.assertIn("there is no [[source]]", said)
        self.assertIn("tidings source check https://YOUR-BLOG", said)

    def test_files_of_feeds_get_the_names_of_the_files(self):
        for name in ("quay", "Old Town"):
            self.home.write(name + ".xml", rss("Town", [post("One", MONDAY)]))
        self.assertIn('name = "quay"', self.home.do("source", "check", "quay.xml"))
        self.assertIn('name = "old-town"', self.home.do("source", "check", "Old Town.xml"))
        self.home.configure(sources=('[[source]]\nname = "quay"\nurl = "file:other.xml"\n',))
        self.assertIn('name = "quay-2"', self.home.do("source", "check", "quay.xml"))


class WhatWaitsIsTold(Stranger):
    """An edition that max_lateness holds needs somebody: no later edition and no -q hides it."""

    LATER = MONDAY + 9 * DAY

    def setUp(self):
        super().setUp()
        self.feed(post("Bread", MONDAY - HOUR))
        self.home.configure("drop:out")
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=MONDAY)
        self.home.do("collect", at=MONDAY)
        self.home.do("compose", "--due", at=MONDAY)
        self.home.do("send", "--due", at=MONDAY + 7 * DAY, status=69)  # skipped: no posts; weekly#1 stays as it is

    def test_status_names_a_held_edition_behind_a_newer_one(self):
        text = self.home.do("status", at=self.LATER)
        self.assertIn("skipped: no posts", text)
        self.assertIn('held: weekly#1 was due 2026-01-05 08:00; "tidings deliver weekly#1 --late"', text)
        self.assertIn("weekly#1", "".join(self.home.json("status", at=self.LATER)[0]["held"]))

    def test_quiet_runs_tell_it(self):
        done = self.home.run("-q", "send", "--due", at=self.LATER)
        self.assertEqual(done.returncode, 69)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("held: weekly#1 was due 2026-01-05 08:00", done.stderr)

    def test_the_doctor_tells_it_with_both_ways_out(self):
        text = self.home.do("doctor", at=self.LATER, status=69)
        self.assertIn("weekly#1 is held", text)
        self.assertIn("tidings edition cancel weekly#1", text)
        self.home.do("deliver", "weekly#1", "--late", at=self.LATER)
        self.assertNotIn("held", self.home.do("doctor", at=self.LATER) + self.home.do("status", at=self.LATER))

    def test_times_are_the_newsletters_wherever_people_read_them(self):
        self.home.do("deliver", "weekly#1", "--late", at=self.LATER)
        for command in ("doctor", "status", "digest list", "edition list", "edition show weekly#1", "report weekly#1", "post list", "source list",
                        "source check", "source check feed", "subscriber list", "subscriber show ann@example.org", "delivery list",
                        "send weekly --dry-run"):
            with self.subTest(command):
                done = self.home.run(*command.split(), at=self.LATER)
                self.assertNotRegex(done.stdout + done.stderr, r"\d\d\d\d-\d\d-\d\dT\d\d")
        self.assertRegex(self.home.run("-v", "doctor", at=self.LATER).stdout, r"next run 2026-01-\d\d 08:00")
        with open(self.home.folder / "subscribers/tidings.db.lock") as lock:
            self.assertNotRegex(lock.read(), r"\d\d-\d\dT")

    def test_cancelling_what_was_sent_names_the_edition(self):
        self.home.do("deliver", "weekly#1", "--late", at=self.LATER)
        done = self.home.run("edition", "cancel", "weekly#1", at=self.LATER)
        self.assertEqual(done.returncode, 77)
        self.assertIn("weekly#1 is sent and can no longer be cancelled", done.stderr)

    def test_a_digest_with_nothing_new_points_to_its_newest_edition(self):
        self.home.do("deliver", "weekly#1", "--late", at=self.LATER)
        self.feed()
        self.home.do("compose", "--due", at=self.LATER + 7 * DAY, status=69)  # held: it was due two days ago
        self.feed(post("Cheese", self.LATER + 8 * DAY))
        self.home.do("send", "weekly", "--now", at=self.LATER + 8 * DAY)
        done = self.home.run("preview", "weekly", "--to", "look", at=self.LATER + 8 * DAY + HOUR)
        self.assertEqual(done.returncode, 66)
        self.assertIn("its newest edition is weekly#2", done.stderr)


class TheDoctorLooksAtSecrets(Stranger):
    def test_a_password_that_cannot_be_read_is_trouble_without_asking_the_relay(self):
        self.feed(post("Bread", MONDAY))
        self.home.configure(more_smtp='username = "news"\npassword_file = "secret"')
        self.assertIn("password", self.home.do("doctor", at=MONDAY, status=69))
        secret = self.home.write("secret", "s3cret\n")
        secret.chmod(0o644)
        self.assertIn("chmod 600", self.home.do("doctor", at=MONDAY, status=69))
        secret.chmod(0o600)
        self.home.do("doctor", at=MONDAY)


class APrivateBlog(Stranger):
    BLOG = '[[source]]\nname = "blog"\nurl = "http://127.0.0.1:1/feed"\n'

    def test_the_permission_to_read_it_counts_at_once(self):
        self.home.configure(sources=(self.BLOG,))
        refused = self.home.run("collect", at=MONDAY)
        self.assertIn("allow_private_address = true", refused.stderr)
        self.assertNotIn("the others are collected", refused.stderr)
        waits = self.home.run("collect", at=MONDAY).stdout
        self.assertIn("not due yet", waits)
        self.assertIn('"tidings collect blog" tries at once', waits)
        self.home.configure(sources=(self.BLOG + "allow_private_address = true\n",))
        self.assertIn("connect", self.home.run("collect", at=MONDAY).stderr)  # asked, and nobody is there


class ABeginner(Stranger):
    def test_no_invented_address_goes_out_with_the_first_mails(self):
        self.home.do("init", "news", at=MONDAY)
        done = self.home.run("--config", "news/config.toml", "config", "check", at=MONDAY)
        self.assertEqual(done.returncode, 0)
        self.assertIn("postal_address", done.stderr)

    def test_config_check_misses_a_folder_that_is_not_there(self):
        self.home.configure(sources=("absent.xml",))
        self.assertIn("source absent: there is no ", self.home.run("config", "check", at=MONDAY).stderr)
        self.home.write("absent.xml", rss("Town", []))
        self.assertNotIn("absent", self.home.run("config", "check", at=MONDAY).stderr)

    def test_the_block_for_a_blog_on_this_host_is_one_that_collect_can_read(self):
        class Blog(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(rss("Town", [post("Bread", MONDAY)]).encode())

            def log_message(self, *unused):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Blog) as blog:
            threading.Thread(target=blog.serve_forever, daemon=True).start()
            self.home.configure()
            said = self.home.do("source", "check", "http://127.0.0.1:%d/feed" % blog.server_port, at=MONDAY)
            self.home.configure(sources=(said[said.index("[[source]]"):],))
            self.assertIn(": 1 post: 1 new", self.home.do("collect", at=MONDAY))
            blog.shutdown()


class ErasingWhoeverIsKnown(Stranger):
    def bytes(self):
        return b"".join(each.read_bytes() for each in self.home.folder.rglob("*") if each.is_file() and each.name != "list.csv")

    def test_who_complained_and_was_never_on_the_list_can_be_forgotten(self):
        self.feed(post("Bread", MONDAY))
        self.home.configure("drop:out")
        self.home.write("list.csv", "email,status\nmallory.quince@example.org,complained\n")
        self.home.do("subscriber", "import", "list.csv", at=MONDAY)
        self.assertIn(b"mallory.quince", self.bytes())
        self.assertIn("is erased", self.home.do("subscriber", "erase", "Mallory.Quince@example.org", at=MONDAY))
        self.assertNotIn(b"mallory.quince", self.bytes().lower())
        self.home.do("subscriber", "add", "mallory.quince@example.org", "--confirmed", at=MONDAY, status=77)
        self.home.do("subscriber", "erase", "mallory.quince@example.org", at=MONDAY, status=66)

    def test_a_domain_that_is_suppressed_is_nobody_to_erase(self):
        self.feed(post("Bread", MONDAY))
        self.home.configure("drop:out")
        self.home.do("suppression", "add", "@bad.example", at=MONDAY)
        self.home.do("subscriber", "erase", "ann@bad.example", at=MONDAY, status=66)

    def test_their_mail_that_waits_for_the_editor_goes_too(self):
        self.feed(post("Bread", MONDAY))
        self.home.configure("smtp://127.0.0.1:1", more_smtp='[bounce]\naddress = "bounces@example.org"\nmaildir = "box"\n')
        for each in ("cur", "new", "tmp"):
            (self.home.folder / "box" / each).mkdir(parents=True)
        self.home.do("subscriber", "add", "olive.quince@example.org", "--confirmed", at=MONDAY)
        mail = "From: olive.quince@example.org\nTo: news@example.org\nSubject: Eels\nMessage-ID: <1@example.org>\n\nMore eels?\n"
        self.home.run("bounce", "ingest", at=MONDAY, input=mail)
        self.home.do("subscriber", "erase", "olive.quince@example.org", at=MONDAY)
        found = [each.name for each in self.home.folder.rglob("*")
                 if each.is_file() and b"olive.quince" in each.read_bytes().lower()]
        self.assertEqual(found, [])


class TheListComesAndGoes(Stranger):
    def setUp(self):
        super().setUp()
        self.feed(post("Bread", MONDAY))
        self.home.configure("drop:out", digests=WITH_MONTHLY)

    def test_who_waits_for_a_confirmation_is_counted_once(self):
        self.home.write("list.csv", "ann@x.example\nANN@x.example\n<ann@x.example>\nben@x.example\n")
        for unused in range(2):  # people of this file, and people who were there before
            text = self.home.do("subscriber", "import", "list.csv", at=MONDAY)
            self.assertIn("       2  get no mail until confirmed", text)

    def test_an_export_remembers_when_they_left(self):
        self.home.write("list.csv", "email,digests,status,confirmed_at,left_at\n"
                                    "ann@x.example,weekly,unsubscribed,2024-01-02T10:00:00Z,2025-01-01T00:00:00Z\n"
                                    "ann@x.example,monthly,unsubscribed,2024-01-02T10:00:00Z,2025-02-02T00:00:00Z\n"
                                    "ben@x.example,weekly;monthly,active,2024-01-02T10:00:00Z,\n")
        self.home.do("subscriber", "import", "list.csv", at=MONDAY)
        exported = self.home.do("subscriber", "export", at=MONDAY)
        self.assertIn("2025-01-01T00:00:00Z", exported)
        with Home() as other:
            other.write("feed.xml", rss("Town", []))
            other.configure("drop:out", digests=WITH_MONTHLY)
            other.write("list.csv", exported)
            other.do("subscriber", "import", "list.csv", at=MONDAY + DAY)
            self.assertEqual(other.do("subscriber", "export", at=MONDAY + DAY), exported)

    def test_a_digest_that_never_was_is_a_slip(self):
        self.home.do("subscriber", "add", "ann@x.example", at=MONDAY)
        done = self.home.run("subscriber", "list", "--digest", "weekyl", at=MONDAY)
        self.assertIn('did you mean "weekly"?', done.stderr)
        self.assertEqual(done.returncode, 66)

    def test_a_batch_of_nothing_is_refused_in_plain_words(self):
        done = self.home.run("subscriber", "import", "list.csv", "--batch", "0", at=MONDAY)
        self.assertEqual(done.returncode, 64)
        self.assertIn('"0" is not a whole number from 1', done.stderr)

    def test_status_counts_who_has_not_confirmed(self):
        self.home.do("subscriber", "add", "ann@x.example", "--digest", "weekly", "--confirmed", at=MONDAY)
        self.home.do("subscriber", "add", "ben@x.example", "--digest", "weekly", at=MONDAY)
        self.assertIn("weekly: 1 subscriber, 1 pending, ", self.home.do("status", at=MONDAY))

    def test_a_wrong_option_names_the_help_of_its_command(self):
        done = self.home.run("subscriber", "set", "ann@x.example", "--digests", "weekly", at=MONDAY)
        self.assertEqual(done.returncode, 64)
        self.assertIn('"tidings subscriber set --help"', done.stderr)

    def test_a_refused_address_is_told_why_in_words(self):
        self.home.do("suppression", "add", "ann@x.example", at=MONDAY)
        done = self.home.run("subscriber", "add", "ann@x.example", at=MONDAY)
        self.assertIn("must not be mailed: suppressed by hand", done.stderr)

    def test_a_folder_is_no_mbox(self):
        (self.home.folder / "box").mkdir()
        self.home.do("subscriber", "add", "ann@x.example", at=MONDAY)
        done = self.home.run("bounce", "ingest", "--mbox", "box", at=MONDAY)
        self.assertEqual((done.returncode, done.stdout), (66, ""))
        self.assertIn("it is a folder", done.stderr)


class WithoutAWebPage(Stranger):
    def test_the_text_part_does_not_call_a_mail_address_a_page(self):
        self.feed(post("Bread", MONDAY - HOUR))
        config = self.home.configure("drop:out")
        config.write_text(config.read_text().replace('public_url = "https://news.example.org"\n', ""))
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=MONDAY)
        self.home.do("send", "--due", at=MONDAY)
        text = next((self.home.folder / "out").glob("0*.eml")).read_text()
        self.assertNotIn("open this page", text)
        self.assertIn("Unsubscribe:\nmailto:news@example.org", text)


if __name__ == "__main__":
    unittest.main()
