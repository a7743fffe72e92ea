"""Retention: what is no longer kept goes, counts stay for ever, and nothing that is still needed is dropped."""
import datetime
import json
import pathlib
import re
import sqlite3
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, rss, text_of, parse_mail

UTC = datetime.timezone.utc
MONDAY = datetime.datetime(2026, 1, 5, 6, 5, tzinfo=UTC)  # five minutes after the weekly digest is due in Athens
DAY = datetime.timedelta(days=1)
READERS = ["r%02d@quay.example" % number for number in range(12)] + ["gone@pier.example", "late@dock.example", "leaver@quay.example"]
KEEP = '[store]\npath = "subscribers/tidings.db"\n'
SHORT = 'keep_bodies = "7d"\nkeep_deliveries = "35d"\nkeep_posts = "70d"\nkeep_log = "35d"\n'


def article(number, at, body=None):
    return Article("Post %d" % number, "https://blog.example/%d" % number, at, at, body or "<p>%s</p>" % ("Text number %d. " % number * 40))


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.articles = []

    def keep(self, server, keep=SHORT, more="", digests=None):
        self.home.configure(server.url if server else "smtp://127.0.0.1:1", more_smtp=more, **({"digests": digests} if digests else {}))
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text().replace(KEEP, KEEP + keep))

    def publish(self, number, at):
        self.articles.append(article(number, at))
        self.home.write("feed.xml", rss("Blog", self.articles))

    def subscribe(self, at=MONDAY):
        self.home.write("list.csv", "email\n" + "\n".join(READERS) + "\n")
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=at - DAY)

    def three_weeks(self, server):
        """Three editions, of which the first has one refused and one retried reader, and one who left because of it. The daily run has
        compressed the first two, and dropped nothing: they were kept for 90 days."""
        self.keep(server, "")
        self.publish(1, MONDAY - DAY / 2)
        self.subscribe()
        self.home.run("send", "--due", at=MONDAY)
        self.home.do("send", "--due", at=MONDAY + DAY / 12)
        self.token = re.search(r"https://news.example.org/u/(\S+)", text_of(parse_mail(server.accepted[0].octets)))[1]
        self.first_reader = server.accepted[0].envelope_to
        leaver = next(each for each in server.accepted if each.envelope_to == "leaver@quay.example")
        mailto = re.search(r"mailto:([^>?]*)\?subject=([^>]*)>", parse_mail(leaver.octets)["List-Unsubscribe"])
        self.home.do("bounce", "ingest", at=MONDAY + DAY, input="From: leaver@quay.example\nTo: %s\nSubject: %s\nMessage-ID: <1@quay.example>\n\n\n"
                     % (mailto[1], mailto[2].replace("%20", " ")))
        for week in (1, 2):
            self.publish(week + 1, MONDAY + week * 7 * DAY - DAY / 2)
            self.home.do("send", "--due", at=MONDAY + week * 7 * DAY)
        self.keep(server)

    def sql(self, query):
        with sqlite3.connect(self.home.folder / "subscribers/tidings.db") as database:
            return database.execute(query).fetchall()

    def prune(self, at):
        return self.home.json("db", "prune", at=at)[0]


class Editions(Case):
    def setUp(self):
        super().setUp()
        self.server = SmtpServer([Rule("rcpt", "550 5.1.1 no such user <gone@pier.example>", to="gone@pier.example"),
                                  Rule("rcpt", "451 4.3.0 greylisted", to="late@dock.example", times=1)])
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.three_weeks(self.server)

    def shown(self, name, at):
        self.home.do("preview", name, "--to", "shown", at=at)
        return {each.name: each.read_bytes() for each in sorted((self.home.folder / "shown").iterdir()) if each.suffix in (".html", ".txt")}

    def test_the_mails_of_a_finished_edition_are_compressed_and_read_as_before(self):
        at = MONDAY + 16 * DAY
        self.keep(self.server, "")
        before = self.shown("weekly#3", at)
        self.assertEqual(self.prune(at)["compressed"], ["weekly#3"])
        self.assertEqual(self.sql("SELECT count(*) FROM edition_parts"), [(0,)])
        self.assertEqual(self.shown("weekly#3", at), before)
        # An edition that is sent anew after that, too.
        self.server.rules.clear()
        self.home.do("suppression", "remove", "gone@pier.example", at=at)
        self.home.do("subscriber", "add", "gone@pier.example", "--confirmed", at=at)
        self.home.do("delivery", "retry", "weekly#1", "--state", "failed", at=at)
        mails = len(self.server.accepted)
        self.home.do("deliver", "weekly#1", at=at)
        self.assertEqual([each.envelope_to for each in self.server.accepted[mails:]], ["gone@pier.example"])
        self.assertIn("Text number 1.", text_of(parse_mail(self.server.accepted[-1].octets)))

    def test_after_keep_bodies_the_mails_are_gone_and_the_page_of_the_archive_stays(self):
        at = MONDAY + 17 * DAY
        self.assertEqual(self.prune(at)["dropped"], ["weekly#1", "weekly#2"])
        refused = self.home.run("preview", "weekly#1", "--to", "shown", at=at)
        self.assertEqual(refused.returncode, 66, refused.stderr)
        self.assertIn("keep_bodies", refused.stderr)
        self.assertEqual(self.home.run("delivery", "retry", "weekly#1", "--state", "failed", at=at).returncode, 77)
        self.assertEqual(self.sql("SELECT count(*) FROM deliveries WHERE edition_id = 1"), [(len(READERS),)])
        self.home.do("archive", "build", "site", at=at)
        pages = "".join(each.read_text() for each in (self.home.folder / "site").rglob("*.html"))
        self.assertIn("Text number 1.", pages)

    def test_after_keep_delivery_counts_stay_in_report_and_list(self):
        at = MONDAY + 60 * DAY
        report, listed = self.home.json("report", "weekly#1", at=at)[0], self.home.json("edition", "list", at=at)
        pruned = self.prune(at)
        self.assertEqual(pruned["summed"], ["weekly#1", "weekly#2", "weekly#3"])
        self.assertEqual(self.sql("SELECT count(*) FROM deliveries") + self.sql("SELECT count(*) FROM attempts"), [(0,), (0,)])
        self.assertEqual(self.sql("SELECT count(*) FROM segments"), [(0,)])
        self.assertEqual(self.home.json("edition", "list", at=at), listed)
        after = self.home.json("report", "weekly#1", at=at)[0]
        for key in ("recipient_count", "sent_count", "failed_count", "suppressed_count", "balances", "retried_count", "left", "relays", "segment_count",
                    "post_count", "last_answer", "sent_per_second"):
            self.assertEqual(after[key], report[key], key)
        self.assertEqual(after["left"], [{"origin": "mailto", "subscriber_count": 1}])
        before, domains = ({each["domain"]: each for each in shown["domains"]} for shown in (report, after))
        self.assertEqual(domains["quay.example"], before["quay.example"])
        self.assertNotIn("pier.example", domains, "a domain of few readers names them")
        self.assertEqual(sum(each["recipient_count"] for each in domains.values()), len(READERS))
        self.assertEqual([(each["delivery_count"], each["reason"]) for each in after["reasons"]], [(1, "550 5.1.1")])
        self.assertNotIn("gone", json.dumps(self.sql("SELECT * FROM delivery_sums")))

    def test_links_and_bounces_of_mails_that_are_added_up_still_count(self):
        at = MONDAY + 60 * DAY
        self.prune(at)
        with_token = self.home.do("subscriber", "show", self.first_reader, at=at)
        self.assertIn("confirmed", with_token)
        done = self.home.run("bounce", "ingest", at=at,
                             input="From: %s\nTo: news@example.org\nSubject: unsubscribe %s\nMessage-ID: <2@quay.example>\n\n\n" % (self.first_reader, self.token))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("withdrawn", self.home.do("subscriber", "show", self.first_reader, at=at))

    def test_a_dry_run_names_them_and_changes_no_byte(self):
        at = MONDAY + 60 * DAY
        store = self.home.folder / "subscribers"
        before = {each.name: each.read_bytes() for each in store.iterdir() if each.suffix == ".db"}
        text = self.home.do("db", "prune", "--dry-run", at=at)
        self.assertIn("would add up the deliveries of weekly#1, weekly#2, weekly#3", text)
        self.assertEqual({each.name: each.read_bytes() for each in store.iterdir() if each.suffix == ".db"}, before)

    def test_the_space_is_given_back(self):
        pruned = self.prune(MONDAY + 60 * DAY)
        self.assertGreater(pruned["freed_bytes"], 0)
        self.assertEqual(self.sql("PRAGMA freelist_count"), [(0,)])
        self.assertEqual(self.prune(MONDAY + 60 * DAY)["summed"], [])
        self.assertEqual(self.home.do("db", "prune", at=MONDAY + 60 * DAY), "nothing is older than it is kept\n")

    def test_forever_keeps_everything(self):
        self.keep(self.server, 'keep_bodies = "forever"\nkeep_deliveries = "forever"\nkeep_posts = "forever"\nkeep_log = "forever"\n')
        pruned = self.prune(MONDAY + 1000 * DAY)
        self.assertEqual((pruned["dropped"], pruned["summed"], pruned["post_count"], pruned["attempt_count"]), ([], [], 0, 0))
        self.shown("weekly#1", MONDAY + 1000 * DAY)


class StillNeeded(Case):
    def test_an_edition_with_an_open_delivery_is_left_alone(self):
        with SmtpServer([Rule("rcpt", "451 4.2.2 mailbox full", to="late@dock.example")]) as server:
            self.keep(server, more='[delivery]\ngive_up_after = "90d"\n')
            self.publish(1, MONDAY - DAY / 2)
            self.subscribe()
            self.home.do("send", "--due", at=MONDAY, status=75)
            pruned = self.prune(MONDAY + 60 * DAY)
            self.assertEqual((pruned["compressed"], pruned["dropped"], pruned["summed"], pruned["attempt_count"]), ([], [], [], 0))

    def test_an_edition_with_a_delivery_in_doubt_is_left_alone(self):
        with SmtpServer([Rule("dot", "keep-close", to="late@dock.example")]) as server:
            self.keep(server, more='connections = 1\nwindow = 1\n[delivery]\nin_doubt = "hold"\n')
            self.publish(1, MONDAY - DAY / 2)
            self.subscribe()
            self.home.run("send", "--due", at=MONDAY)
            self.assertEqual(self.home.json("edition", "list", at=MONDAY)[0]["state"], "sent")
            pruned = self.prune(MONDAY + 60 * DAY)
            self.assertEqual((pruned["compressed"], pruned["dropped"], pruned["summed"]), ([], [], []))
            self.home.do("delivery", "resolve", "weekly#1", "--sent", at=MONDAY + 60 * DAY)
            self.assertEqual(self.prune(MONDAY + 60 * DAY)["summed"], ["weekly#1"])

    def test_texts_go_but_what_a_digest_owes_keeps_its_own_and_nothing_is_sent_twice(self):
        with SmtpServer() as server:
            self.keep(server, digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\nmax_posts = 1\n')
            for number in (1, 2, 3):
                self.publish(number, MONDAY - DAY / 2)
            self.subscribe()
            self.home.do("send", "--due", at=MONDAY)
            late = MONDAY + 100 * DAY
            self.assertEqual(self.prune(late)["post_count"], 1)
            texts = self.sql("SELECT html <> '' FROM posts ORDER BY id")
            self.assertEqual(sorted(texts), [(0,), (1,), (1,)])
            self.home.do("collect", at=late)
            self.assertEqual(len(self.home.json("post", "list", at=late)), 3)
            seen = len(server.accepted)
            self.home.do("send", "weekly", "--now", at=late)
            first, second = (text_of(parse_mail(server.accepted[each].octets)) for each in (0, seen))
            self.assertNotEqual(re.search(r"Post \d", first)[0], re.search(r"Post \d", second)[0])
            self.assertIn("Text number", second)

    def test_suppressions_and_consents_are_for_ever(self):
        with SmtpServer([Rule("rcpt", "550 5.1.1 no such user", to="gone@pier.example")]) as server:
            self.keep(server)
            self.publish(1, MONDAY - DAY / 2)
            self.subscribe()
            self.home.run("send", "--due", at=MONDAY)
            before = self.sql("SELECT * FROM suppressions") + self.sql("SELECT * FROM consents")
            self.assertIn("hard_bounce", json.dumps(before))
            self.prune(MONDAY + 5000 * DAY)
            self.assertEqual(self.sql("SELECT * FROM suppressions") + self.sql("SELECT * FROM consents"), before)


class Daily(Case):
    def sent(self):
        return self.sql("SELECT count(*) FROM summed_editions")[0][0]

    def test_the_daily_run_does_it(self):
        with SmtpServer() as server:
            self.keep(server)
            self.publish(1, MONDAY - DAY / 2)
            self.subscribe()
            for days in range(0, 49, 7):
                self.home.do("send", "--due", at=MONDAY + days * DAY)
            self.assertEqual(self.sent(), 1)

    def test_a_clock_that_is_far_ahead_drops_nothing_on_its_first_day(self):
        with SmtpServer() as server:
            self.keep(server)
            self.publish(1, MONDAY - DAY / 2)
            self.subscribe()
            for days in (0, 1, 2):
                self.home.do("send", "--due", at=MONDAY + days * DAY)
            for days, sums in ((4000, 0), (3, 0), (4000, 0), (4001, 1)):
                self.home.run("send", "--due", at=MONDAY + days * DAY)
                self.assertEqual(self.sent(), sums, days)


if __name__ == "__main__":
    unittest.main()
