"""No post is lost in silence: first sight decides, what waits never expires, and what is left out is counted and named."""
import datetime
import os
import pathlib
import re
import sqlite3
import subprocess
import unittest

import old_store
from tidings import BINARY, Article, Home, html_of, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
MONDAY = datetime.datetime(2026, 1, 12, 8, 0, tzinfo=ATHENS)
EVE = MONDAY - 20 * HOUR
DAILY = '[[digest]]\nname = "daily"\nschedule = "daily 08:00"\n'
WEEKLY = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'


def post(name, published, body="", blog="town"):
    return Article(name, "https://%s.example/%s" % (blog, name.replace(" ", "-")), published, published,
                   body or "<p>%s, and so many words about it that nobody takes it for another post.</p>" % name)


class Posts(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.told = ""

    def open(self, digests, at, articles=(), sources=("town.xml",)):
        """A blog that is read for the first time at `at`, and one reader of every digest."""
        self.feed(articles)
        self.home.configure(sources=sources, digests=digests)
        self.home.do("collect", at=at)
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=at)

    def feed(self, articles, name="town.xml"):
        """`articles` oldest first; the feed has the newest on top."""
        self.home.write(name, rss(name.split(".")[0].title(), list(articles)))

    def send(self, at, *arguments, status=0):
        """The titles of the mail that this run sends, in its order; none if it sends nothing."""
        folder = "out-%d" % len(list(self.home.folder.glob("out-*")))
        done = self.home.run("send", *(arguments or ("--due",)), "--to-dir", folder, at=at)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.told = done.stdout + done.stderr
        mails = [parse_mail(each.read_bytes()) for each in (self.home.folder / folder).glob("**/*.eml")]
        self.assertLessEqual(len(mails), 1)
        self.mail = mails[0] if mails else None
        if not mails:
            return []
        shown = self.home.json("edition", "list", "--limit", "1", at=at)[0]
        return [each["title"] for each in self.home.json("edition", "show", str(shown["id"]), at=at)[0]["posts"]]

    def left_out(self, *arguments, at):
        return {each["title"]: each["reason"] for each in self.home.json("post", "list", "--left-out", *arguments, at=at)}


class FirstSight(Posts):
    def outage(self, digests, broken):
        """Five days away: of the blog, which answers rubbish, or of the machine. The feed keeps the newest fifteen posts."""
        self.open(digests, EVE, [post("Before", EVE - HOUR)])
        self.assertEqual(self.send(MONDAY), ["Before"])
        self.home.write("town.xml", "<p>Out of order</p>")
        for day in range(1, 6 if broken else 1):
            self.home.run("send", "--due", at=MONDAY + day * DAY)
        missed = [post("Day %d %d" % (day, n), MONDAY + day * DAY + n * HOUR) for day in range(5) for n in range(1, 4)]
        self.feed(missed)
        self.assertEqual(sorted(self.send(MONDAY + 5 * DAY + 6 * HOUR)), sorted(each.title for each in missed))
        self.assertNotIn("left out", self.told)
        self.assertNotIn("set aside", self.told)

    def test_a_source_that_was_down_for_five_days_loses_no_post(self):
        self.outage(DAILY, broken=True)

    def test_a_machine_that_was_down_for_five_days_loses_no_post(self):
        self.outage(DAILY, broken=False)

    def test_max_age_does_not_ask_what_was_missed_in_an_outage(self):
        self.outage(DAILY + 'max_age = "24h"\n', broken=True)

    def test_a_post_with_the_date_of_its_draft_is_sent(self):
        self.open(DAILY, EVE, [post("One", EVE - HOUR)])
        self.send(MONDAY)
        self.feed([post("Draft of Saturday", MONDAY - 2 * DAY), post("Draft of last year", MONDAY - 300 * DAY)])
        self.assertEqual(self.send(MONDAY + DAY), ["Draft of Saturday", "Draft of last year"])

    def test_what_is_seen_before_the_cut_of_a_late_run_is_in_it(self):
        self.open(DAILY, EVE, [post("One", EVE - HOUR)])
        self.feed([post("One", EVE - HOUR), post("While it was late", MONDAY + 10 * datetime.timedelta(minutes=1))])
        self.assertEqual(self.send(MONDAY + datetime.timedelta(minutes=20)), ["While it was late", "One"])

    def test_what_waits_never_expires(self):
        names = ["Post %02d" % n for n in range(42)]
        self.open(DAILY + "max_posts = 3\n", EVE,
                  [post(name, EVE - HOUR + n * datetime.timedelta(minutes=1)) for n, name in enumerate(names)])
        got = self.send(MONDAY)
        self.assertIn("39 left out: 39 waiting for the next edition: max_posts reached", self.told)
        listed = list(self.left_out(at=MONDAY + HOUR).values())
        self.assertEqual((listed.count("max_posts"), listed.count("next_edition")), (36, 3))
        for day in range(1, 14):
            got += self.send(MONDAY + day * DAY)
        self.assertEqual(sorted(got), names)
        self.assertEqual(self.left_out(at=MONDAY + 14 * DAY), {})

    def test_max_age_is_asked_at_first_sight_and_never_of_what_waits(self):
        self.open(DAILY + 'max_age = "36h"\nmax_posts = 1\n', EVE,
                  [post("A", EVE - 3 * HOUR), post("B", EVE - 2 * HOUR), post("C", EVE - HOUR)])
        self.assertEqual([self.send(MONDAY + day * DAY) for day in range(3)], [["C"], ["B"], ["A"]])
        self.feed([post("Back-dated", MONDAY), post("New", MONDAY + 3 * DAY - HOUR)])
        self.assertEqual(self.send(MONDAY + 3 * DAY), ["New"])
        self.assertIn("1 left out: 1 older than max_age when first seen", self.told)
        self.assertEqual(self.left_out(at=MONDAY + 3 * DAY + HOUR), {"Back-dated": "max_age"})

    def test_min_posts_keeps_posts_waiting_and_says_so(self):
        self.open(DAILY + "min_posts = 3\n", EVE, [post("A", EVE - HOUR)])
        self.assertEqual(self.send(MONDAY), [])
        self.assertEqual(self.left_out(at=MONDAY), {"A": "min_posts"})
        self.feed([post("A", EVE - HOUR), post("B", MONDAY + HOUR), post("C", MONDAY + 9 * DAY)])
        self.assertEqual(self.send(MONDAY + 10 * DAY), ["C", "B", "A"])


class LeftOut(Posts):
    """An old blog: of its first reading one period is taken, the rest is counted and named everywhere."""

    def blog(self):
        return [post("Last year %d" % n, MONDAY - 100 * DAY + n * DAY) for n in range(4)] + [post("This week", MONDAY - 2 * DAY)]

    def check_names(self, left_out):
        self.assertEqual({each["title"]: each["reason"] for each in left_out}, {"Last year %d" % n: "first_reading" for n in range(4)})

    def test_a_first_reading_is_taken_one_period_back_and_the_rest_is_named(self):
        self.open(WEEKLY, EVE, self.blog())
        said = self.home.do("send", "--due", "--dry-run", at=MONDAY)
        self.assertIn("4 left out: 4 older than one period when its source was first read", said)
        self.assertIn("Last year 2 (older than one period when its source was first read)", said)
        planned = self.home.json("send", "--due", "--dry-run", at=MONDAY)[0]
        self.assertEqual([each["title"] for each in planned["posts"]], ["This week"])
        self.check_names(planned["left_out"])
        self.check_names(self.home.json("preview", "weekly", "--to", "look", at=MONDAY)[0]["left_out"])
        self.assertIn("Last year 1 (older", self.home.do("preview", "weekly", "--to", "look", at=MONDAY))
        self.check_names(self.home.json("post", "list", "--left-out", at=MONDAY))

        self.assertEqual(self.send(MONDAY), ["This week"])
        self.assertIn("; 4 left out: 4 older than one period", self.told)
        shown = self.home.json("edition", "show", "weekly#1", at=MONDAY)[0]
        self.check_names(shown["left_out"])
        self.assertEqual(shown["left_out_counts"], [{"reason": "first_reading", "post_count": 4}])
        self.assertIn("Last year 0 (older", self.home.do("edition", "show", "weekly#1", at=MONDAY))

    def test_what_is_left_out_for_good_is_told_once_and_listed_for_ever(self):
        self.open(WEEKLY, EVE, self.blog())
        self.send(MONDAY)
        self.feed(self.blog() + [post("Next", MONDAY + DAY)])
        self.assertEqual(self.send(MONDAY + 7 * DAY), ["Next"])
        self.assertNotIn("left out", self.told)
        self.check_names(self.home.json("post", "list", "--left-out", "--digest", "weekly", at=MONDAY + 8 * DAY))

    def test_releasing_what_has_been_sent_says_so(self):
        self.open(WEEKLY, EVE, self.blog())
        sent = self.send(MONDAY)
        posts = {each["title"]: each["id"] for each in self.home.json("post", "list", at=MONDAY)}
        done = self.home.run("post", "release", posts[sent[0]], at=MONDAY)
        self.assertIn("nothing to release", done.stdout)
        self.assertIn("post %d has been in an edition of weekly" % posts[sent[0]], done.stderr)
        waiting = next(id for title, id in posts.items() if title not in sent)
        self.assertIn("1 post released", self.home.do("post", "release", waiting, at=MONDAY))

    def test_hidden_posts_patterns_and_topics_are_named_with_their_reason(self):
        self.home.write("other.xml", rss("Other", [post("Elsewhere", MONDAY - 2 * DAY, blog="other")]))
        self.open(WEEKLY + 'exclude = "advert"\ntopics = ["town"]\n', EVE,
                  [post("An advert", MONDAY - 2 * DAY), post("Off topic", MONDAY - 2 * DAY), post("Hidden", MONDAY - 2 * DAY)],
                  sources=('[[source]]\nname = "town"\nurl = "file:town.xml"\ntopics = ["town"]\n', "other.xml"))
        hidden = next(each["id"] for each in self.home.json("post", "list", at=MONDAY) if each["title"] == "Hidden")
        self.home.do("post", "hide", hidden, at=MONDAY)
        self.assertEqual(self.send(MONDAY), ["Off topic"])
        self.assertEqual(self.left_out(at=MONDAY), {"An advert": "pattern", "Elsewhere": "topic", "Hidden": "hidden"})

    def test_a_source_that_is_added_later_is_taken_one_period_back(self):
        self.open(WEEKLY, EVE, [post("Town", MONDAY - 2 * DAY)])
        self.send(MONDAY)
        self.home.write("pier.xml", rss("Pier", [post("Old", MONDAY - 30 * DAY, blog="pier"), post("Of last week", MONDAY - 3 * DAY, blog="pier")]))
        self.home.configure(sources=("town.xml", "pier.xml"), digests=WEEKLY)
        self.home.do("collect", at=MONDAY + 2 * DAY)
        self.assertEqual(self.send(MONDAY + 7 * DAY), ["Of last week"])
        self.assertIn("1 left out", self.told)

    def test_an_editor_sees_what_was_dropped_and_left_out(self):
        self.open(WEEKLY + "review = true\n", EVE, self.blog() + [post("Second", EVE - HOUR)])
        self.home.do("compose", "weekly", at=MONDAY, status=75)
        ids = {each["title"]: each["id"] for each in self.home.json("edition", "show", "weekly", at=MONDAY)[0]["posts"]}
        self.home.do("edition", "edit", "weekly#1", "--drop", ids["Second"], at=MONDAY)
        shown = self.home.json("edition", "show", "weekly#1", at=MONDAY)[0]
        self.assertEqual([each["title"] for each in shown["dropped"]], ["Second"])
        self.check_names(shown["left_out"])

    def test_options_that_do_not_fit_are_refused(self):
        self.open(WEEKLY, EVE, self.blog())
        self.home.do("post", "list", "--digest", "weekly", at=MONDAY, status=64)
        self.home.do("post", "list", "--left-out", "--digest", "wekly", at=MONDAY, status=66)
        self.home.do("post", "release", at=MONDAY, status=64)
        self.home.do("post", "release", "seven", at=MONDAY, status=64)
        self.home.do("post", "release", "999", at=MONDAY, status=66)
        self.home.do("post", "release", "--source", "nobody", at=MONDAY, status=66)


class Floods(Posts):
    def moved(self):
        """The same blog under another name: every address is new, no date is."""
        return [post("Old %02d" % n, MONDAY - 60 * DAY + n * DAY, blog="new-town") for n in range(30)]

    def test_a_moved_blog_is_set_aside_told_and_released(self):
        self.open(DAILY, EVE, [post("Bread", EVE - HOUR)])
        self.send(MONDAY)
        self.feed(self.moved() + [post("Fresh", MONDAY + HOUR)])
        self.assertEqual(self.send(MONDAY + DAY), ["Fresh"])
        self.assertIn("source town: 30 old posts set aside", self.told)
        self.assertIn("tidings post release --source town", self.told)
        self.assertIn("30 left out: 30 set aside", self.told)
        self.assertIn("30 old posts set aside", self.home.do("status", at=MONDAY + DAY))
        self.assertEqual(self.home.json("status", at=MONDAY + DAY)[-1]["set_aside_count"], 30)
        self.assertEqual(set(self.left_out(at=MONDAY + DAY).values()), {"flood"})

        one = next(each["id"] for each in self.home.json("post", "list", "--left-out", at=MONDAY + DAY) if each["title"] == "Old 07")
        self.assertIn("1 post released", self.home.do("post", "release", one, at=MONDAY + DAY))
        self.assertEqual(self.send(MONDAY + 2 * DAY), ["Old 07"])
        self.assertIn("29 posts released", self.home.do("post", "release", "--source", "town", at=MONDAY + 2 * DAY))
        self.assertIn("nothing of town was set aside", self.home.do("post", "release", "--source", "town", at=MONDAY + 2 * DAY))
        self.assertEqual(len(self.send(MONDAY + 3 * DAY)), 29)
        self.assertNotIn("set aside", self.home.do("status", at=MONDAY + 3 * DAY))

    def test_ten_old_posts_or_half_of_a_feed_are_no_flood(self):
        self.open(DAILY, EVE, [post("Bread", EVE - HOUR)])
        self.send(MONDAY)
        self.feed(self.moved()[:10])
        self.assertEqual(len(self.send(MONDAY + DAY)), 10)

    def test_the_first_reading_is_no_flood(self):
        self.open(WEEKLY, EVE, self.moved() + [post("Fresh", MONDAY - 2 * DAY)])
        self.assertEqual(self.send(MONDAY), ["Fresh"])
        self.assertNotIn("set aside", self.told)

    def test_a_post_that_its_first_reading_left_out_can_be_released(self):
        self.open(WEEKLY, EVE, self.moved()[:1] + [post("Fresh", MONDAY - 2 * DAY)])
        self.send(MONDAY)
        old = self.home.json("post", "list", "--left-out", at=MONDAY)[0]["id"]
        self.home.do("post", "release", old, at=MONDAY)
        self.assertEqual(self.send(MONDAY + 7 * DAY), ["Old 00"])


class Merging(Posts):
    TEXT = ("The council decided on Thursday to close the ferry for the winter. Passengers may take the bus over the old bridge, "
            "which leaves every hour from the market place until the ice is gone.")

    def two_blogs(self, one, other, title="Weekly links"):
        when = MONDAY - 2 * DAY
        self.home.write("pier.xml", rss("Pier", [Article(title, "https://pier.example/links-9", when, when, other)]))
        self.open(WEEKLY, EVE, [Article(title, "https://town.example/links-3", when, when, one)], sources=("town.xml", "pier.xml"))
        return self.send(MONDAY)

    def test_one_title_over_other_links_and_other_text_is_two_posts(self):
        got = self.two_blogs("<p>This week: a bakery opens, the choir sings, and <a href='https://a.example/'>roses</a> sleep.</p>",
                             "<p>Ten links about compilers, <a href='https://b.example/'>hash tables</a> and old printers.</p>")
        self.assertEqual(got, ["Weekly links"] * 2)
        for part in (text_of(self.mail), html_of(self.mail)):
            self.assertIn("bakery", part)
            self.assertIn("compilers", part)

    def test_one_title_over_nearly_the_same_text_is_one_post(self):
        self.assertEqual(self.two_blogs("<p>%s</p>" % self.TEXT, "<p>%s</p><p>First in the Town blog.</p>" % self.TEXT), ["Weekly links"])

    def test_an_excerpt_of_the_other_is_the_same_post(self):
        self.assertEqual(self.two_blogs("<p>%s</p>" % self.TEXT, "<p>%s</p>" % self.TEXT[:110]), ["Weekly links"])

    def test_titles_without_any_text_prove_nothing(self):
        self.assertEqual(self.two_blogs("", ""), ["Weekly links"] * 2)


class EqualDates(Posts):
    def read(self, order):
        when = MONDAY - 2 * DAY
        on_page = ["First", "Second", "Third"]  # from the top
        self.open(WEEKLY + 'order = "%s"\ngroup_by = "none"\n' % order, EVE, [post(name, when) for name in reversed(on_page)])
        self.feed([post(name, when) for name in reversed(["Newer on top", *on_page[:2], "Between", on_page[2], "At the end"])])
        return self.send(MONDAY)

    def test_posts_of_one_date_keep_the_order_of_their_page(self):
        for order in ("newest", "oldest", "weight"):
            with self.subTest(order=order):
                self.setUp()
                self.assertEqual(self.read(order), ["Newer on top", "First", "Second", "Between", "Third", "At the end"])


class FirstEditions(Posts):
    TUESDAY = MONDAY - 6 * DAY + 2 * HOUR

    def next_run(self, at):
        """As the three commands tell it."""
        status = self.home.json("status", at=at)[0]
        listed = self.home.json("digest", "list", at=at)[0]
        self.assertEqual((status["due"], status["next_run"]), (listed["due"], listed["next_runs"][0]))
        return status["due"], status["next_run"]

    def test_nothing_is_owed_from_before_the_digest_was_known(self):
        self.open(WEEKLY, self.TUESDAY, [post("Sunday before", MONDAY - 8 * DAY), post("Monday", MONDAY - 7 * DAY + 3 * HOUR)])
        self.assertEqual(self.next_run(self.TUESDAY), (None, "2026-01-12T06:00:00Z"))
        self.assertEqual(self.send(self.TUESDAY, "weekly"), [])
        self.assertIn("weekly: nothing is due; next on 2026-01-12 08:00", self.told)
        self.assertEqual(self.next_run(MONDAY)[0], "2026-01-12T06:00:00Z")
        self.assertIn("due since 2026-01-12 08:00", self.home.do("status", at=MONDAY))
        self.assertEqual(self.send(MONDAY), ["Monday"])
        self.assertEqual(self.next_run(MONDAY), (None, "2026-01-19T06:00:00Z"))

    def test_a_digest_that_is_added_later_owes_its_next_run(self):
        self.open(WEEKLY, self.TUESDAY, [post("One", self.TUESDAY - HOUR)])
        self.send(MONDAY)
        self.home.configure(sources=("town.xml",), digests=WEEKLY + DAILY)
        self.assertEqual(self.send(MONDAY + 2 * HOUR, "daily"), [])
        self.home.do("subscriber", "add", "bola@example.org", "--digest", "daily", "--confirmed", at=MONDAY + 2 * HOUR)
        self.feed([post("Two", MONDAY + 3 * HOUR)])
        self.assertEqual(self.send(MONDAY + DAY), ["Two"])

    def test_now_makes_the_first_edition_today(self):
        self.open(WEEKLY, self.TUESDAY, [post("Of last week", self.TUESDAY - 3 * DAY), post("Older", self.TUESDAY - 8 * DAY)])
        self.assertEqual(self.send(self.TUESDAY, "weekly", "--now"), ["Of last week"])

    def test_cancelling_the_first_edition_frees_its_posts(self):
        self.open(WEEKLY, self.TUESDAY, [post("Of last week", self.TUESDAY - 3 * DAY)])
        self.home.do("compose", "weekly", "--now", at=self.TUESDAY)
        self.home.do("edition", "cancel", "weekly#1", at=self.TUESDAY)
        self.assertEqual(self.send(MONDAY), ["Of last week"])

    def test_cancelling_the_first_regular_edition_frees_its_posts_for_the_next(self):
        self.open(WEEKLY, self.TUESDAY, [post("Tuesday", self.TUESDAY - HOUR)])
        self.home.do("compose", "--due", at=MONDAY)
        self.home.do("edition", "cancel", "weekly#1", at=MONDAY)
        self.assertEqual(self.send(MONDAY), [])
        self.assertEqual(self.send(MONDAY + 7 * DAY), ["Tuesday"])

    def test_a_first_edition_that_is_late_is_held_and_late_sends_it(self):
        self.open(WEEKLY, self.TUESDAY, [post("Tuesday", self.TUESDAY - HOUR)])
        late = MONDAY + 40 * HOUR
        self.assertEqual(self.send(late, status=69), [])
        self.assertIn("weekly: held", self.told)
        self.assertIn("tidings send weekly --late", self.told)
        self.assertIn("tidings send weekly --late", self.home.do("status", at=late))
        self.assertIn("held since 2026-01-12 08:00", self.home.do("digest", "list", at=late))
        self.assertEqual(self.send(late, "weekly", "--late"), ["Tuesday"])
        self.assertEqual(self.home.json("edition", "list", at=late)[0]["scheduled"], "2026-01-12T06:00:00Z")

    def test_late_sends_what_was_composed_in_time_too(self):
        self.open(WEEKLY, self.TUESDAY, [post("Tuesday", self.TUESDAY - HOUR)])
        self.home.do("compose", "--due", at=MONDAY)
        late = MONDAY + 40 * HOUR
        self.assertEqual(self.send(late, status=69), [])
        self.assertIn("held", self.told)
        self.assertEqual(self.send(late, "weekly", "--late"), ["Tuesday"])

    def test_a_first_edition_that_was_missed_for_weeks_covers_all_that_was_owed(self):
        self.open(WEEKLY, self.TUESDAY, [post("Tuesday", self.TUESDAY - HOUR)])
        self.feed([post("Tuesday", self.TUESDAY - HOUR), post("Later", MONDAY + 3 * DAY)])
        self.assertEqual(self.send(MONDAY + 14 * DAY), ["Later", "Tuesday"])


class Titles(Posts):
    def title(self, schedule, at, articles, *arguments, read=None):
        self.open('[[digest]]\nname = "d"\nschedule = "%s"\n' % schedule, read or at - HOUR, articles)
        self.assertTrue(self.send(at, *arguments))
        title = self.home.json("edition", "list", at=at)[0]["title"]
        self.assertIn(title, text_of(self.mail))
        return title

    def test_an_evening_digest_is_named_by_its_day(self):
        nine = datetime.datetime(2026, 3, 9, 20, 0, tzinfo=ATHENS)
        self.assertEqual(self.title("daily 20:00", nine, [post("Noon", nine - 8 * HOUR)]), "Harbour News, 9 March 2026")

    def test_a_morning_digest_is_named_by_the_day_before(self):
        nine = datetime.datetime(2026, 3, 9, 7, 30, tzinfo=ATHENS)
        self.assertEqual(self.title("daily 07:30", nine, [post("Noon", nine - 19 * HOUR)]), "Harbour News, 8 March 2026")

    def test_a_title_covers_the_days_of_the_posts(self):
        nine = datetime.datetime(2026, 3, 9, 7, 30, tzinfo=ATHENS)
        self.assertEqual(self.title("daily 07:30", nine, [post("Noon", nine - 19 * HOUR), post("Dawn", nine - 2 * HOUR)]),
                         "Harbour News, 8–9 March 2026")

    def test_an_edition_off_the_schedule_covers_today(self):
        monday = datetime.datetime(2026, 3, 30, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=3)))
        self.assertEqual(self.title("weekly monday 08:00", monday, [post("Today", monday - HOUR)], "d", "--now"),
                         "Harbour News, 23–30 March 2026")

    def test_a_draft_is_named_by_the_posts_that_its_editor_left(self):
        self.open(WEEKLY + "review = true\n", EVE, [post("Sunday", MONDAY - 2 * DAY)])
        self.feed([post("Back-dated", MONDAY - 20 * DAY), post("Sunday", MONDAY - 2 * DAY)])
        self.home.do("send", "weekly", "--to-dir", "drafts", at=MONDAY)
        draft = self.home.json("edition", "show", "weekly", at=MONDAY)[0]
        self.assertIn("23 December 2025", draft["title"])
        old = next(each["id"] for each in draft["posts"] if each["title"] == "Back-dated")
        self.home.do("edition", "approve", "weekly#1", "--drop", old, at=MONDAY)
        self.assertEqual(self.home.json("edition", "show", "weekly", at=MONDAY)[0]["title"], "Harbour News, 5–11 January 2026")


def as_of_version_8(path):
    """The same list in the schema of version 8: what later versions added is gone."""
    old = path.with_suffix(".old")
    old_store.build(old, 8)
    with sqlite3.connect(old) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("ATTACH ? AS now", (str(path),))
        for (table,) in database.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            columns = ", ".join(row[1] for row in database.execute("PRAGMA main.table_info(%s)" % table))
            database.execute("DELETE FROM main.%s" % table)
            if table == "segment_bodies":  # their texts have moved to edition_parts, and nothing here reads them
                continue
            database.execute("INSERT INTO main.{0} ({1}) SELECT {1} FROM now.{0}".format(table, columns))
        database.execute("DELETE FROM main.facts WHERE name = 'refusals_judged'")  # a later migration's
    database.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    old.replace(path)


class Upgrade(Posts):
    def test_a_database_of_the_version_before_brings_back_nothing_that_was_let_go(self):
        """As the older version left it: without the tables of this one, and with a post that expired long ago."""
        self.open(WEEKLY, EVE, [post("Backlog", MONDAY - 60 * DAY), post("First week", MONDAY - 2 * DAY)])
        self.assertEqual(self.send(MONDAY), ["First week"])
        self.feed([post("Second week", MONDAY + 2 * DAY)])
        self.assertEqual(self.send(MONDAY + 7 * DAY), ["Second week"])
        self.feed([post("Third week", MONDAY + 9 * DAY)])
        self.assertEqual(self.send(MONDAY + 14 * DAY), ["Third week"])
        database = sqlite3.connect(self.home.folder / "subscribers/tidings.db")
        with database:
            expired = database.execute("SELECT id FROM posts WHERE title = 'Second week'").fetchone()[0]
            database.execute("DELETE FROM edition_posts WHERE post_id = ?", (expired,))
            database.execute("UPDATE posts SET first_seen_ms = first_seen_ms - 8 * 86400000 WHERE id = ?", (expired,))
        database.close()
        as_of_version_8(self.home.folder / "subscribers/tidings.db")
        self.feed([post("Fourth week", MONDAY + 16 * DAY)])
        self.assertEqual(self.send(MONDAY + 21 * DAY), ["Fourth week"])


class Limits(Posts):
    def many(self, count):
        return [post("Post %03d" % n, MONDAY - 2 * DAY + n * datetime.timedelta(minutes=1)) for n in range(count)]

    def test_an_edition_has_a_hundred_posts_unless_something_else_is_written(self):
        for setting, shown in (("", 100), ("max_posts = 120\n", 120), ("max_posts = 0\n", 150), ('max_posts = "none"\n', 150),
                               ("min_posts = 130\n", 130)):
            with self.subTest(setting=setting):
                self.setUp()
                self.open(WEEKLY + setting, EVE, self.many(150))
                self.assertEqual(len(self.send(MONDAY)), shown)
                self.assertEqual("left out" in self.told, shown < 150)

    def test_another_word_than_none_is_a_mistake_with_its_place(self):
        self.home.configure(digests=WEEKLY + 'max_posts = "many"\n')
        done = self.home.run("config", "check")
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, r"config\.toml:\d+:\d+: max_posts must be a whole number or \"none\"")

    def test_a_hundred_thousand_posts_compose_in_bounds(self):
        self.open(WEEKLY, EVE, self.many(1))
        database = sqlite3.connect(self.home.folder / "subscribers/tidings.db")
        seen = int((MONDAY - HOUR).timestamp() * 1000)
        text = "<p>%s</p>" % ("Some words of a post, more or less. " * 20)
        with database:
            database.executemany(
                "INSERT INTO posts (source_id, identity, link, link_key, title, title_key, author, published_ms, first_seen_ms, image_url, "
                "image_alt, html, summary_html, language, content_hash) "
                "VALUES (1, ?1, 'https://town.example/' || ?1, 'town.example/' || ?1, ?1, ?1, '', ?2, ?3, '', '', ?4, '', '', '')",
                (("a post of many, number %d" % n, seen - n, seen, text) for n in range(100_000)))
        database.close()
        for overflow in ("wait", "list"):
            self.home.configure(sources=("town.xml",), digests=WEEKLY + 'overflow = "%s"\n' % overflow)
            process = subprocess.Popen(self.home.command("send", "--due", "--dry-run", "--to-dir", "out-" + overflow, at=MONDAY),
                                       cwd=self.home.folder, stdout=subprocess.PIPE, text=True)
            said = process.stdout.read()
            process.stdout.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0, said)
            self.assertRegex(said, r"99[89]\d\d waiting for the next edition: max_posts reached")
            # The copy of the database that a dry run works on lies in memory too: some 150 MB.
            if b"libasan" not in pathlib.Path(BINARY).read_bytes():  # whose memory is several times ours
                self.assertLess(usage.ru_maxrss, 600 * 1024)
            self.assertLess(usage.ru_utime, 30)
            mail = next((self.home.folder / ("out-" + overflow)).glob("**/*.eml"))
            self.assertLess(mail.stat().st_size, 400_000)


if __name__ == "__main__":
    unittest.main()
