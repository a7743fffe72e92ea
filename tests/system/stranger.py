"""What somebody who meets the program for the first time stumbles over: what waits is told, what is asked is done."""
import datetime
import email
import email.policy
import http.server
import json
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
        text = self.home.do("doctor", at=self.LATER, status=75)
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
        self.assertIn("password", self.home.do("doctor", at=MONDAY, status=78))
        secret = self.home.write("secret", "s3cret\n")
        secret.chmod(0o644)
        self.assertIn("chmod 600", self.home.do("doctor", at=MONDAY, status=78))
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


class AClubsWorkbook(Stranger):
    """A membership list as Excel saves it: a title, semicolons, windows-1252, dates with dots, a column for those who left."""

    HEADER = "Nachname;Vorname;E-Mail;Eintritt;Newsletter;Abgemeldet\r\n"

    def setUp(self):
        super().setUp()
        self.home.configure("drop:out")

    def members(self, text, *options, status=0):
        self.home.write("members.csv", (self.HEADER + text).encode("cp1252"))
        done = self.home.run("subscriber", "import", "members.csv", "--confirmed", *options)
        self.assertEqual(status, done.returncode, done.stderr)
        return done

    def statuses(self, *options):
        self.members("Müller;Jörg;joerg@club.example;12.03.2019;ja;\r\nGroß;Käthe;kaethe@club.example;01.04.2020;ja;14.05.2025\r\n"
                     "Öztürk;Ayla;ayla@club.example;1.4.2021;nein;\r\n", *options)
        return {each["address"]: each for each in self.home.json("subscriber", "list")}

    def test_a_date_under_unsubscribed_says_that_they_left_and_when(self):
        for column in ("status", "left_at"):
            with self.subTest(column=column):
                people = self.statuses("--map", column + "=Abgemeldet", "--ignore-column", "Newsletter", "--digest", "weekly")
                self.assertEqual("confirmed", people["joerg@club.example"]["subscriptions"][0]["status"])
                self.assertEqual("withdrawn", people["kaethe@club.example"]["subscriptions"][0]["status"])
                self.assertIn("2025-05-14", self.home.do("subscriber", "export"))

    def test_a_no_under_newsletter_is_not_taken_for_consent(self):
        refused = self.members("Öztürk;Ayla;ayla@club.example;1.4.2021;nein;\r\n", "--map", "left_at=Abgemeldet", status=65)
        self.assertIn('the column "Newsletter" is not used and sounds like a status or consent', refused.stderr)
        people = self.statuses("--map", "left_at=Abgemeldet", "--map", "status=Newsletter")
        self.assertEqual("withdrawn", people["ayla@club.example"]["subscriptions"][0]["status"])
        self.assertEqual("withdrawn", people["kaethe@club.example"]["subscriptions"][0]["status"])
        self.assertEqual("confirmed", people["joerg@club.example"]["subscriptions"][0]["status"])

    def test_a_title_above_the_header_is_pointed_at(self):
        self.home.write("members.csv", "Mitglieder 2026;;;;;\n;;;;;\n" + self.HEADER + "Weiß;Jo;jo@club.example;;;\n")
        refused = self.home.run("subscriber", "import", "members.csv")
        self.assertEqual(65, refused.returncode)
        self.assertIn("there is no email column", refused.stderr)
        self.assertIn("line 3 looks like the header: delete what stands above it", refused.stderr)

    def test_two_addresses_in_a_field_are_called_that(self):
        said = self.members("Weiß;Jo;jo@club.example, mo@club.example;;;\r\n", "--map", "status=Abgemeldet", "--ignore-column",
                            "Newsletter", "--rejects", "again.csv", status=65).stderr
        self.assertIn("it has more than one @ (write one address)", said)
        self.assertIn("import that file with the same options", said)
        self.assertIn("write only what stands between < and >",
                      self.home.run("subscriber", "add", "Jo <jo@club.example>").stderr)


class FromAnotherService(Stranger):
    def setUp(self):
        super().setUp()
        self.home.configure("drop:out")

    def consent_of(self, address):
        return next(each["subscriptions"][0] for each in self.home.json("subscriber", "list") if each["address"] == address)

    def test_both_addresses_of_mailchimps_consent_are_no_status(self):
        self.home.write("subscribed.csv", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID\n"
                        'ann@x.example,Ann,One,2,"2024-01-02 10:00:00",192.0.2.1,"2024-01-02 10:05:00",192.0.2.2,1\n'
                        'ben@x.example,Ben,Two,2,"2024-01-03 10:00:00",192.0.2.3,,,2\n')
        self.home.do("subscriber", "import", "subscribed.csv", "--confirmed")
        self.assertEqual("2024-01-02T10:05:00Z", self.consent_of("ann@x.example")["confirmed_at"])
        self.assertEqual("2024-01-03T10:00:00Z", self.consent_of("ben@x.example")["confirmed_at"])
        self.assertIn("from 192.0.2.3", self.home.do("subscriber", "show", "ben@x.example"))

    def test_without_a_confirmation_mailpoets_time_of_subscription_counts(self):
        self.home.write("mailpoet.csv", "Email,First name,List status,Global status,Subscription time,Subscription IP,Confirmation time,"
                        "Confirmation IP\nann@x.example,Ann,subscribed,subscribed,2023-05-06 07:08:09,192.0.2.7,,\n")
        self.home.do("subscriber", "import", "mailpoet.csv", "--confirmed")
        self.assertEqual("2023-05-06T07:08:09Z", self.consent_of("ann@x.example")["confirmed_at"])
        self.assertIn("from 192.0.2.7", self.home.do("subscriber", "show", "ann@x.example"))


class WhatChangesUnderIt(Stranger):
    """A digest gets another name, the home moves, a folder is not there yet: nothing of it stays unsaid."""

    def sent_once(self):
        self.feed(post("Bread", MONDAY - HOUR))
        self.home.configure("drop:out")
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=MONDAY)
        self.home.do("send", "--due", at=MONDAY)

    def test_subscribers_of_a_renamed_digest_are_missed_by_every_run(self):
        self.sent_once()
        self.home.configure("drop:out", digests=WEEKLY.replace('"weekly"', '"woche"'))
        for quiet in ((), ("-q",)):
            done = self.home.run(*quiet, "send", "--due", at=MONDAY + HOUR)
            self.assertEqual(78, done.returncode)
            self.assertIn('nothing is sent to 1 subscriber of "weekly": config.toml has no such digest, and nobody subscribes to "woche"',
                          done.stderr)
            self.assertIn("give the digest its old name again", done.stderr)
        self.assertIn('nothing is sent to 1 subscriber of "weekly"', self.home.do("status", at=MONDAY + HOUR))
        self.assertIn('nothing is sent to 1 subscriber of "weekly"', self.home.do("doctor", at=MONDAY + HOUR, status=78))
        orphans = next(each["orphaned_digests"] for each in self.home.json("status", at=MONDAY + HOUR) if "orphaned_digests" in each)
        self.assertEqual([{"digest": "weekly", "subscriber_count": 1}], orphans)

    def test_a_digest_that_was_given_up_fails_no_run(self):
        self.home.configure("drop:out", digests=WITH_MONTHLY)
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=MONDAY)
        self.home.configure("drop:out")
        self.feed()
        self.home.do("send", "--due", at=MONDAY + HOUR)
        self.assertIn('nothing is sent to 1 subscriber of "monthly"', self.home.do("status", at=MONDAY + HOUR))

    def test_a_home_that_moved_says_that_it_does_not_send(self):
        self.sent_once()
        moved = self.home.folder / "moved"
        moved.mkdir()
        for each in ("config.toml", "feed.xml", "subscribers", "out"):
            (self.home.folder / each).rename(moved / each)
        config = ("--config", "moved/config.toml")
        self.assertIn("so nothing is sent from here", self.home.do(*config, "doctor", at=MONDAY, status=78))
        self.assertIn('"send --due" now would: refuse: the database last sent mail from elsewhere', self.home.do(*config, "status", at=MONDAY))
        self.home.do(*config, "db", "adopt", at=MONDAY)
        self.assertNotIn("elsewhere", self.home.do(*config, "status", at=MONDAY))

    def test_status_shows_an_edition_that_is_not_finished_behind_a_newer_one(self):
        self.feed(post("Bread", MONDAY - HOUR))
        self.home.configure("drop:out")
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=MONDAY)
        self.home.do("collect", at=MONDAY)
        self.home.do("compose", "weekly", "--now", at=MONDAY)
        self.feed(post("Bread", MONDAY - HOUR), post("Milk", MONDAY))
        self.home.do("collect", at=MONDAY + HOUR)
        self.home.do("compose", "weekly", "--now", at=MONDAY + HOUR)
        self.home.do("edition", "cancel", "weekly#2", at=MONDAY + HOUR)
        self.assertIn("weekly#1 not finished, 0 of 1 sent, 1 open", self.home.do("status", at=MONDAY + HOUR))
        self.assertEqual(["weekly#1"], self.home.json("status", at=MONDAY + HOUR)[0]["unfinished"])

    def test_confirmation_mails_that_wait_are_work_for_the_next_run(self):
        self.home.configure("drop:out")
        self.home.write("list.csv", "email\nann@example.org\n")
        self.home.do("subscriber", "import", "list.csv", "--send-confirmations", at=MONDAY)
        self.assertIn('"send --due" now would: compose weekly, send confirmation and other mails', self.home.do("status", at=MONDAY))

    def test_mail_that_comes_back_to_nowhere_is_found_before_the_first_bounce(self):
        self.home.configure("drop:out", sources=(), digests=WEEKLY + '[bounce]\naddress = "b@example.org"\nmaildir = "returned"\n')
        self.assertIn("returned is not a Maildir", self.home.run("config", "check").stderr)
        self.assertIn("returned is not a Maildir", self.home.do("doctor", status=78))
        self.home.configure("drop:out", sources=(), digests=WEEKLY + '[bounce]\naddress = "b@example.org"\nusername = "b"\n'
                            'imap = "imaps://mail.example.org"\npassword_file = "no-such-file"\n')
        checked = self.home.run("config", "check")
        self.assertEqual(78, checked.returncode)
        self.assertIn("[bounce] password: there is no file", checked.stderr)
        self.assertIn("[bounce] password: there is no file", self.home.do("doctor", status=78))

    def test_a_second_add_of_somebody_who_has_not_confirmed_says_that_they_are_asked_again(self):
        self.home.configure("drop:out")
        self.home.do("subscriber", "add", "ann@example.org", at=MONDAY)
        self.assertIn("already on the list, not yet confirmed; asked again about: weekly",
                      self.home.do("subscriber", "add", "ann@example.org", at=MONDAY + HOUR))


class WhatTheReaderSees(Stranger):
    def text_of(self, sources=("feed.xml",), digests=WEEKLY):
        self.home.configure("drop:out", sources=sources, digests=digests)
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=MONDAY)
        self.home.do("send", "--due", at=MONDAY)
        mail = email.message_from_bytes(next((self.home.folder / "out").glob("*.eml")).read_bytes(), policy=email.policy.default)
        return mail.get_body(("plain",)).get_content()

    def test_a_rules_name_stands_with_the_post_that_it_keeps_out(self):
        self.feed(post("Bread", MONDAY - HOUR), post("Milk", MONDAY - HOUR))
        text = self.text_of(digests=WEEKLY + '[[rule]]\nany = "title:Milk"\naction = "drop"\n')
        self.assertNotIn("Milk", text)
        for command in (("post", "list", "--left-out"), ("edition", "show", "weekly#1")):
            self.assertIn("kept out by rule: title:Milk", self.home.do(*command, at=MONDAY))

    def test_an_emoji_shown_as_a_picture_stays_in_the_sentence(self):
        body = '<p>Ripe <img src="https://s.example/1f345.png" alt="\U0001f345" class="wp-smiley"> at last.</p>'
        self.feed(Article("Bread", "https://town.example/b", MONDAY - HOUR, MONDAY - HOUR, body))
        self.assertIn("Ripe \U0001f345 at last.", self.text_of())

    def test_topics_of_sources_are_groups_if_the_digest_names_none(self):
        for name in ("sea", "land"):
            self.home.write(name + ".xml", rss(name, [post("News of " + name, MONDAY - HOUR)]))
        block = '[[source]]\nname = "%s"\nurl = "file:%s.xml"\ntopics = ["%s"]\n'
        text = self.text_of([block % (each, each, each) for each in ("sea", "land")], WEEKLY + 'group_by = "topic"\n')
        self.assertLess(text.index("== sea =="), text.index("== land =="))

    def test_a_row_whose_link_says_pdf_is_named_by_its_cell(self):
        row = '<tr><td>%d.11.2026</td><td>%s</td><td><a href="%d.pdf">PDF (%d KB)</a></td></tr>'
        rows = "".join(row % (day, title, day, 30 * day) for day, title in ((27, "Road closed"), (25, "Council meets"), (20, "Dog tax")))
        self.home.write("town.html", "<html lang=de><title>Town</title><h1>Notices</h1><table>" + rows + "</table></html>")
        self.home.configure("drop:out", sources=('[[source]]\nname = "town"\nkind = "page"\nurl = "file:town.html"\n',))
        said = self.home.do("source", "check", "town", at="2026-11-30T08:00:00Z")
        for title in ("Road closed", "Council meets", "Dog tax"):
            self.assertIn(title, said)
        self.assertNotIn("PDF", said)


class Looking(Stranger):
    """What a list or a check shows is what collect stores and send does."""

    def test_the_name_of_a_source_is_taken_before_a_folder_of_that_name(self):
        (self.home.folder / "leaf").mkdir()
        self.home.write("leaf/2026-01-04-one.md", "---\ntitle: One leaf\ndate: 2026-01-04\n---\nText.\n")
        self.home.configure("drop:out", sources=('[[source]]\nname = "leaf"\nkind = "markdown"\nurl = "file:leaf"\n',))
        said = self.home.do("source", "check", "leaf", at=MONDAY)
        self.assertIn("leaf: 1 post (", said)
        self.assertIn("One leaf", said)

    def test_posts_without_titles_are_named_by_their_words_and_links_are_as_stored(self):
        self.home.write("notes.json", """{"version": "https://jsonfeed.org/version/1.1", "title": "Notes", "items": [
            {"id": "1", "url": "https://n.example/1?utm_source=feed", "content_text": "Low tide at nine.", "date_published": "2026-01-04T09:00:00Z"}]}""")
        self.home.configure("drop:out", sources=('[[source]]\nname = "notes"\nurl = "file:notes.json"\n',))
        for words in (("notes",), ("notes.json",)):
            said = self.home.do("source", "check", *words, at=MONDAY)
            self.assertIn("Low tide at nine.", said)
            self.assertNotIn("utm_source", said)

    def test_posts_are_listed_by_their_dates_whenever_they_were_read(self):
        self.home.configure("drop:out")
        self.feed(post("Wednesday", MONDAY - 5 * DAY), post("Sunday", MONDAY - DAY))
        self.home.do("collect", at=MONDAY - HOUR)
        self.feed(post("Wednesday", MONDAY - 5 * DAY), post("Saturday", MONDAY - 2 * DAY), post("Sunday", MONDAY - DAY))
        self.home.do("collect", at=MONDAY + HOUR)
        lines = [line.split()[3] for line in self.home.do("post", "list", at=MONDAY).splitlines()[1:]]
        self.assertEqual(["Sunday", "Saturday", "Wednesday"], lines)

    def test_a_source_that_is_filled_by_hand_is_never_due(self):
        self.feed(post("One", MONDAY - HOUR))
        self.home.configure("drop:out")
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text() + '[[source]]\nname = "hand"\nkind = "manual"\n')
        self.assertNotIn("hand", self.home.do("collect", at=MONDAY))
        done = self.home.run("collect", "hand")
        self.assertEqual(64, done.returncode)
        self.assertIn("tidings post add", done.stderr)

    def test_who_is_never_mailed_is_marked_in_the_list(self):
        self.home.configure("drop:out")
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed")
        self.home.do("subscriber", "add", "ben@bad.example", "--confirmed")
        self.home.do("suppression", "add", "*@bad.example")
        lines = self.home.do("subscriber", "list").splitlines()
        self.assertNotIn("suppressed", lines[1])
        self.assertIn("(suppressed: manual)", lines[2])

    def test_a_skipped_edition_says_where_its_posts_are_named(self):
        self.feed(post("Old", MONDAY - 30 * DAY))
        self.home.configure("drop:out")
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed")
        said = self.home.do("send", "weekly", "--now", at=MONDAY)
        self.assertIn('"tidings post list --left-out --digest weekly" names them', said)

    def test_an_excerpt_keeps_a_list_inside_its_item(self):
        body = "<p>Bring:</p><ul><li>boots<ul><li>dry ones</li></ul></li><li>a hat</li></ul>"
        self.feed(Article("Walk", "https://town.example/w", MONDAY - HOUR, MONDAY - HOUR, body))
        self.home.configure("drop:out")
        self.home.do("subscriber", "add", "ann@example.org", "--confirmed", at=MONDAY)
        self.home.do("send", "--due", at=MONDAY)
        mail = email.message_from_bytes(next((self.home.folder / "out").glob("*.eml")).read_bytes(), policy=email.policy.default)
        self.assertIn("* boots\n  * dry ones\n* a hat", mail.get_body(("plain",)).get_content().replace("\r\n", "\n"))
        self.assertRegex(mail.get_body(("html",)).get_content(), r"<li>boots\s*<ul>\s*<li>dry ones</li>\s*</ul>\s*</li>")


class Verdict(Stranger):
    """What doctor's exit status asks of a person: 75 to wait, 78 to change something."""

    def test_trouble_that_passes_is_not_trouble_that_somebody_has_to_mend(self):
        self.feed(post("One", MONDAY - HOUR))
        config = self.home.configure("drop:out")
        self.home.do("collect")
        self.home.do("doctor", status=0)
        (self.home.folder / "feed.xml").rename(self.home.folder / "away.xml")
        self.home.run("collect", "feed")
        self.home.do("doctor", status=75)
        self.assertEqual({True}, {each["passes"] for each in map(json.loads, self.home.do("--json", "doctor", status=75).splitlines()) if each["level"] == "trouble"})
        config.write_text(config.read_text() + '[[filter]]\nname = "sum"\ncommand = ["./nowhere"]\n')
        self.home.do("doctor", status=78)


class Programs(Stranger):
    def test_one_that_cannot_be_run_is_found_before_the_first_run(self):
        self.home.write("sum.sh", "#!/bin/sh\ncat\n")
        config = self.home.configure("drop:out")
        config.write_text(config.read_text() + '[[filter]]\nname = "sum"\ncommand = ["./sum.sh"]\n')
        self.feed(post("One", MONDAY - HOUR))
        done = self.home.run("config", "check")
        self.assertIn("filter sum: %s/sum.sh is not a program that can be run" % self.home.folder, done.stderr)
        self.assertIn("is not a program that can be run", self.home.run("doctor").stdout)
        (self.home.folder / "sum.sh").chmod(0o755)
        self.assertNotIn("not a program", self.home.run("config", "check").stderr)


class TheWrongWords(Stranger):
    def said(self, *words):
        done = self.home.run(*words)
        self.assertEqual(64, done.returncode)
        return done.stderr

    def test_a_verb_without_its_noun_is_completed(self):
        self.home.configure("drop:out")
        self.assertIn('did you mean "tidings source import" or "tidings subscriber import"?', self.said("import", "list.csv"))
        self.assertIn('did you mean "tidings subscriber unsubscribe"?', self.said("unsubscribe", "ann@example.org"))
        self.assertIn('"tidings NOUN list", where NOUN is one of source,', self.said("list"))

    def test_a_digest_and_due_exclude_each_other(self):
        self.home.configure("drop:out")
        self.assertIn('"weekly" and --due exclude each other', self.said("send", "weekly", "--due"))

    def test_a_word_too_many_is_quoted(self):
        self.home.configure("drop:out")
        self.assertIn('nothing is known to do with "feed"', self.said("source", "list", "feed"))


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
