"""[[digest]] local_time = true: each reader gets the edition at the schedule's hour where they are.

Runs of the binary at the minutes that matter, against a real SMTP server.
"""
import collections
import datetime
import json
import pathlib
import re
import signal
import sys
import time
import unittest
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import tidings  # noqa: E402
from smtp_server import Rule, SmtpServer  # noqa: E402
from tidings import Article, Home, parse_mail, rss, text_of  # noqa: E402
from web import Site, path_of  # noqa: E402

UTC = datetime.timezone.utc
MINUTE = datetime.timedelta(minutes=1)
DIGEST = '[[digest]]\nname = "daily"\nschedule = "%s"\nlocal_time = true\nmax_posts = 0\n'
READERS = {"kiribati@example.org": "Pacific/Kiritimati", "samoa@example.org": "Pacific/Pago_Pago",
           "lima@example.org": "America/Lima", "nepal@example.org": "Asia/Kathmandu",
           "berlin@example.org": "Europe/Berlin", "athens@example.org": None}


def instant(text):
    return datetime.datetime.fromisoformat(text).astimezone(UTC)


def hour(zone, day, wall="08:00"):
    """The instant of a wall-clock time: the first after a gap, the first of two."""
    zone = zoneinfo.ZoneInfo(zone or "Europe/Athens")
    local = datetime.datetime.fromisoformat("%sT%s" % (day, wall)).replace(tzinfo=zone)
    utc = local.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):  # in a gap
        while (utc - MINUTE).astimezone(zone).utcoffset() == utc.astimezone(zone).utcoffset():
            utc -= MINUTE
    return utc


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.posts = []
        self.seen = 0
        self.mails = []  # (time of the run, reader, titles)

    def configure(self, schedule="daily 08:00", more=""):
        self.home.write("feed.xml", rss("Town", []))
        self.home.configure(self.server.url, digests=DIGEST % schedule + more)

    def add(self, readers, at):
        for address, zone in readers.items():
            self.home.do("subscriber", "add", address, "--confirmed", *(["--timezone", zone] if zone else []), at=at)

    def post(self, title, at):
        self.posts.append(Article(title, "https://town.example/%d" % len(self.posts), at, at, "<p>Text.</p>"))

    def publish(self, at):
        self.home.write("feed.xml", rss("Town", [each for each in self.posts if each.appears <= at]))

    def send(self, at, status=0, *arguments):
        self.publish(at)
        out = self.home.do("send", *(arguments or ("--due",)), at=at, status=status)
        self.take(at)
        return out

    def deliver(self, at, status=0):
        out = self.home.do("deliver", at=at, status=status)
        self.take(at)
        return out

    def take(self, at):
        fresh = self.server.accepted[self.seen:]
        self.seen = len(self.server.accepted)
        for each in fresh:
            titles = re.findall(r"Post \d+", text_of(parse_mail(each.octets)))
            self.mails.append((at, each.envelope_to, tuple(dict.fromkeys(titles))))

    def mailed_at(self, reader):
        return [at for at, to, _ in self.mails if to == reader]

    def titles_of(self, reader):
        return [title for _, to, titles in self.mails if to == reader for title in titles]

    def sent_to(self, at):
        return sorted(to for when, to, _ in self.mails if when == at)


class LocalTime(Case):
    def run_days(self, first, days, readers, wall="08:00"):
        """Each reader's hour of each of some days, and the minute before it."""
        dates = [(datetime.date.fromisoformat(first) + datetime.timedelta(days=n)).isoformat() for n in range(days)]
        wanted = {reader: [hour(zone, day, wall) for day in dates] for reader, zone in readers.items()}
        moments = sorted({at for hours in wanted.values() for at in hours})
        self.configure("daily " + wall)
        self.add(readers, moments[0] - datetime.timedelta(hours=6))
        number = 0
        at = moments[0] - datetime.timedelta(hours=2)
        while at < moments[-1]:
            self.post("Post %d" % number, at)
            number += 1
            at += datetime.timedelta(hours=5)
        for at in moments:
            self.send(at - MINUTE)
            self.send(at)
        return wanted, moments

    def check_days(self, wanted):
        # After its last hour here a reader's next day may have opened.
        self.mails = [(at, to, titles) for at, to, titles in self.mails if at <= wanted[to][-1]]
        for reader, hours in wanted.items():
            self.assertEqual(self.mailed_at(reader), hours, reader)
            titles = self.titles_of(reader)
            self.assertEqual(len(titles), len(set(titles)), "%s gets a post twice: %s" % (reader, titles))
        # One body for all zones: whoever gets an edition gets the same posts as the others.
        bodies = collections.Counter(titles for _, _, titles in self.mails)
        self.assertTrue(all(count == len(wanted) for titles, count in bodies.items() if titles), bodies)
        numbers = sorted(int(title.split()[1]) for title in self.titles_of(next(iter(wanted))))
        self.assertEqual(numbers, list(range(numbers[-1] + 1)), "posts are missing")

    def test_each_reader_gets_each_edition_at_their_own_hour_and_once_over_the_date_line_and_half_hour_zones(self):
        wanted, _ = self.run_days("2026-02-03", 4, READERS)
        self.check_days(wanted)
        editions = self.home.json("edition", "list", at=instant("2026-02-08T00:00:00+00:00"))
        self.assertEqual({each["state"] for each in editions[1:]} - {"sent", "skipped"}, set())  # the newest has just opened
        self.assertEqual({each["segment_count"] for each in editions if each["state"] == "sent"}, {1})

    def test_an_hour_that_the_clock_skips_is_the_first_moment_after_it(self):
        wanted, _ = self.run_days("2026-03-28", 3, {"berlin@example.org": "Europe/Berlin", "lima@example.org": "America/Lima"},
                                  "02:30")
        self.assertIn(instant("2026-03-29T01:00:00+00:00"), wanted["berlin@example.org"])  # 03:00 CEST
        self.check_days(wanted)

    def test_an_hour_that_comes_twice_is_the_first_of_them(self):
        wanted, _ = self.run_days("2026-10-24", 3, {"berlin@example.org": "Europe/Berlin", "lima@example.org": "America/Lima"},
                                  "02:30")
        self.assertIn(instant("2026-10-25T00:30:00+00:00"), wanted["berlin@example.org"])  # 02:30 CEST
        self.check_days(wanted)

    def test_weekly_and_monthly_schedules_go_by_the_reader_s_calendar(self):
        for schedule, day in (("weekly monday 08:00", "2026-02-09"), ("monthly 1 08:00", "2026-03-01")):
            with self.subTest(schedule):
                self.setUp()
                self.configure(schedule)
                self.add(READERS, instant("2026-02-02T12:00:00+02:00"))
                self.post("Post 0", instant("2026-02-04T12:00:00+00:00"))
                for zone in READERS.values():
                    self.send(hour(zone, day) - MINUTE)
                    self.send(hour(zone, day))
                hours = sorted(hour(zone, day) for zone in READERS.values())
                # Runs out of order find nothing new: each reader is served at the first run at or after their hour.
                self.assertEqual(sorted(to for _, to, _ in self.mails), sorted(READERS), hours)

    def open_day(self, readers=READERS, more=""):
        """Wednesday's edition, sealed at its first hour, in Kiribati, and sent to the readers there."""
        self.configure(more=more)
        self.add(readers, instant("2026-02-02T12:00:00+02:00"))
        self.post("Post 1", instant("2026-02-03T06:00:00+00:00"))
        self.day = "2026-02-04"
        self.opened = hour("Pacific/Kiritimati", self.day)
        return self.send(self.opened)

    def test_what_waits_is_told_and_is_no_trouble(self):
        out = self.open_day()
        self.assertEqual(self.sent_to(self.opened), ["kiribati@example.org"])
        words = "5 wait for their hour, the next at 08:00 Asia/Kathmandu"
        self.assertIn(words, out)
        later = self.opened + MINUTE
        self.assertIn(words, self.home.do("status", at=later))
        self.assertIn(words, self.home.do("edition", "list", at=later))
        self.assertNotIn("FAIL", self.home.do("doctor", at=later))
        self.assertNotIn("held", self.home.do("doctor", at=later))
        self.assertEqual(self.deliver(later).count("Kathmandu"), 1)
        self.assertEqual(self.send(later), "", "cron would mail it at each run")
        listed = self.home.json("edition", "list", at=later)[0]
        self.assertEqual((listed["waiting_count"], listed["next_hour"], listed["next_timezone"]),
                         (5, "2026-02-04T02:15:00Z", "Asia/Kathmandu"))
        due = {row["address"]: (row["state"], row["due"]) for row in self.home.json("delivery", "list", at=later)}
        self.assertEqual(due["lima@example.org"], ("planned", "2026-02-04T13:00:00Z"))
        self.assertEqual(due["athens@example.org"], ("planned", "2026-02-04T06:00:00Z"))
        newest = self.home.json("status", at=later)
        self.assertIn('"waiting_count": 5', json.dumps(newest))

    def test_a_reader_who_moves_while_it_waits_gets_it_at_the_new_hour_and_once(self):
        self.open_day()
        moved = self.opened + MINUTE
        self.home.do("subscriber", "set", "lima@example.org", "--timezone", "asia/tokyo", at=moved)
        self.home.do("subscriber", "set", "nepal@example.org", "--timezone", "Pacific/Kiritimati", at=moved)  # hour passed
        self.home.do("subscriber", "set", "kiribati@example.org", "--timezone", "America/Lima", at=moved)  # had it
        self.deliver(moved)
        self.assertEqual(self.mailed_at("nepal@example.org"), [moved])
        for zone in ("Asia/Tokyo", "Europe/Athens", "Europe/Berlin", "America/Lima", "Pacific/Pago_Pago"):
            self.deliver(hour(zone, self.day))
        self.assertEqual(self.mailed_at("lima@example.org"), [hour("Asia/Tokyo", self.day)])
        self.assertEqual(sorted(to for _, to, _ in self.mails), sorted(READERS))

    def test_who_leaves_or_is_suppressed_before_the_hour_gets_nothing(self):
        self.open_day()
        at = self.opened + MINUTE
        self.home.do("subscriber", "unsubscribe", "lima@example.org", at=at)
        self.home.do("suppression", "add", "berlin@example.org", at=at)
        self.home.do("subscriber", "pause", "nepal@example.org", "--until", "2026-03-01", at=at)
        self.home.do("subscriber", "erase", "athens@example.org", at=at)
        for zone in READERS.values():
            self.deliver(hour(zone, self.day))
        self.deliver(hour("Pacific/Pago_Pago", self.day))
        self.assertEqual(sorted(to for _, to, _ in self.mails), ["kiribati@example.org", "samoa@example.org"])
        edition = self.home.json("edition", "list", at=hour("Pacific/Pago_Pago", self.day))[0]
        self.assertEqual((edition["state"], edition["suppressed_count"]), ("sent", 4))

    def test_who_joins_while_it_waits_gets_it_at_their_hour(self):
        self.open_day(more='late_joiners = "24h"\n')
        at = self.opened + MINUTE
        self.add({"tokyo@example.org": "Asia/Tokyo", "islander@example.org": "Pacific/Kiritimati"}, at)
        self.send(at)
        self.assertEqual(self.mailed_at("islander@example.org"), [at])  # their hour has passed
        self.assertEqual(self.mailed_at("tokyo@example.org"), [])
        tokyo = hour("Asia/Tokyo", self.day)
        self.deliver(tokyo - MINUTE)
        self.deliver(tokyo)
        self.assertEqual(self.mailed_at("tokyo@example.org"), [tokyo])

    def test_a_late_run_serves_all_zones_whose_hour_has_passed_and_lets_the_others_wait(self):
        self.configure()
        self.add(READERS, instant("2026-02-02T12:00:00+02:00"))
        self.post("Post 1", instant("2026-02-03T06:00:00+00:00"))
        at = hour("Europe/Berlin", "2026-02-04") + 5 * MINUTE
        self.send(at)
        self.assertEqual(self.sent_to(at), sorted(set(READERS) - {"lima@example.org", "samoa@example.org"}))
        self.deliver(hour("America/Lima", "2026-02-04"))
        self.assertEqual(self.mailed_at("lima@example.org"), [hour("America/Lima", "2026-02-04")])

    def test_after_missed_days_one_edition_covers_the_gap(self):
        self.open_day()
        for zone in READERS.values():
            self.deliver(hour(zone, self.day))
        self.deliver(hour("Pacific/Pago_Pago", self.day))
        for number in (2, 3, 4):
            self.post("Post %d" % number, self.opened + datetime.timedelta(days=number - 1))
        at = hour("America/Lima", "2026-02-08")
        self.mails.clear()
        self.send(at)
        # Lima's Sunday is the newest edition open to all but one; in Kiribati Monday has not begun.
        self.assertEqual(self.sent_to(at), sorted(set(READERS) - {"samoa@example.org"}))
        for reader in set(READERS) - {"samoa@example.org"}:
            self.assertEqual(sorted(self.titles_of(reader)), ["Post 2", "Post 3", "Post 4"])

    def test_deliveries_later_than_max_lateness_by_their_own_hour_wait_for_a_person(self):
        self.configure("weekly wednesday 08:00", more='[delivery]\nmax_lateness = "4h"\n')
        self.add(READERS, instant("2026-02-02T12:00:00+02:00"))
        self.post("Post 1", instant("2026-02-03T06:00:00+00:00"))
        at = hour("Europe/Athens", "2026-02-04") + datetime.timedelta(hours=2)
        self.publish(at)
        done = self.home.run("send", "--due", at=at)
        self.take(at)
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertIn("--late", done.stderr)
        self.assertEqual(self.sent_to(at), ["athens@example.org", "berlin@example.org"])
        self.assertIn("held", self.home.run("status", at=at).stdout)
        self.assertIn("is held", self.home.do("doctor", at=at, status=75))
        at += MINUTE
        self.home.do("deliver", "--late", at=at)
        self.take(at)
        self.assertEqual(self.sent_to(at), ["kiribati@example.org", "nepal@example.org"])
        lima = hour("America/Lima", "2026-02-04")
        self.deliver(lima)
        self.assertEqual(self.mailed_at("lima@example.org"), [lima])

    def test_an_edition_that_is_approved_late_goes_at_once_where_its_hour_has_passed(self):
        self.configure()
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text().replace('language = "en"', 'language = "en"\neditor = "ed@example.org"')
                          .replace("local_time = true", "local_time = true\nreview = true") + '[delivery]\nmax_lateness = "4h"\n')
        self.add(READERS, instant("2026-02-02T12:00:00+02:00"))
        self.post("Post 1", instant("2026-02-03T06:00:00+00:00"))
        opened = hour("Pacific/Kiritimati", "2026-02-04")
        self.send(opened)
        self.mails.clear()  # the editor's
        at = hour("America/Lima", "2026-02-04") - MINUTE
        self.home.do("edition", "approve", "daily#1", at=at)
        self.deliver(at)
        self.assertEqual(self.sent_to(at), sorted(set(READERS) - {"lima@example.org", "samoa@example.org"}))
        self.deliver(at + MINUTE)
        self.assertEqual(self.mailed_at("lima@example.org"), [at + MINUTE])

    def test_a_cancelled_edition_reaches_nobody_who_waited(self):
        self.open_day()
        self.home.do("edition", "cancel", "daily#1", at=self.opened + MINUTE)
        self.deliver(hour("Pacific/Pago_Pago", self.day))
        self.assertEqual([to for _, to, _ in self.mails], ["kiribati@example.org"])
        self.assertEqual(self.home.json("edition", "list", at=self.opened + MINUTE)[0]["suppressed_count"], 5)

    def test_zones_that_come_and_go_between_editions_lose_and_repeat_no_post(self):
        here = {"athens@example.org": None}
        self.configure()
        self.add(here, instant("2026-02-02T12:00:00+02:00"))
        at, end, number = instant("2026-02-03T00:00:00+00:00"), instant("2026-02-12T00:00:00+00:00"), 0
        while at < end:
            self.post("Post %d" % number, at)
            number += 1
            at += datetime.timedelta(hours=3)
        at = instant("2026-02-03T00:00:00+00:00")
        while at < end:
            if at == instant("2026-02-05T12:00:00+00:00"):
                self.add({"kiribati@example.org": "Pacific/Kiritimati"}, at)
            if at == instant("2026-02-07T15:00:00+00:00"):
                self.home.do("subscriber", "unsubscribe", "kiribati@example.org", at=at)
                self.add({"samoa@example.org": "Pacific/Pago_Pago"}, at)
            if at == instant("2026-02-09T12:00:00+00:00"):
                self.add({"tonga@example.org": "Pacific/Tongatapu"}, at)
            self.send(at)
            at += datetime.timedelta(hours=1)
        titles = self.titles_of("athens@example.org")
        self.assertEqual(len(titles), len(set(titles)), titles)
        numbers = sorted(int(title.split()[1]) for title in titles)
        self.assertEqual(numbers, list(range(numbers[-1] + 1)))
        self.assertGreater(numbers[-1], 60)
        self.assertTrue(all(at.astimezone(zoneinfo.ZoneInfo("Europe/Athens")).hour == 8
                            for at in self.mailed_at("athens@example.org")), self.mailed_at("athens@example.org"))
        for reader in ("kiribati@example.org", "samoa@example.org", "tonga@example.org"):
            own = self.titles_of(reader)
            self.assertEqual(len(own), len(set(own)), reader)

    def test_send_now_reaches_everybody_at_once_and_says_so(self):
        self.configure()
        self.add(READERS, instant("2026-02-02T12:00:00+02:00"))
        self.post("Post 1", instant("2026-02-03T06:00:00+00:00"))
        at = instant("2026-02-03T12:00:00+00:00")
        out = self.send(at, 0, "daily", "--now")
        self.assertIn("everybody at once, whatever the hour where they are", out)
        self.assertEqual(self.sent_to(at), sorted(READERS))
        self.post("Post 2", at + MINUTE)
        opened = hour("Pacific/Kiritimati", "2026-02-04")
        self.send(opened)
        self.assertEqual(self.titles_of("kiribati@example.org"), ["Post 1", "Post 2"])
        at = opened + MINUTE
        self.post("Post 3", at)
        self.send(at, 0, "daily", "--now")  # although the last edition's hour is to come in most zones
        self.assertEqual(self.sent_to(at), sorted(READERS))

    def test_killed_between_two_zones_and_in_the_middle_of_one_nobody_is_skipped_or_mailed_twice(self):
        readers = {"reader%03d@example.org" % n: ("Asia/Tokyo", "Europe/Berlin")[n % 2] for n in range(60)}
        self.configure()
        self.home.write("list.csv", "email,timezone\n" + "".join("%s,%s\n" % each for each in readers.items()))
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=instant("2026-02-02T12:00:00+02:00"))
        self.post("Post 1", instant("2026-02-03T06:00:00+00:00"))
        tokyo, berlin = hour("Asia/Tokyo", "2026-02-04"), hour("Europe/Berlin", "2026-02-04")
        self.publish(tokyo)
        with SmtpServer([Rule("dot", "delay:0.02")]) as slow:
            self.home.configure(slow.url, digests=DIGEST % "daily 08:00", more_smtp="connections = 1\nwindow = 1\n")
            run = self.home.start("send", "--due", at=tokyo)
            until = time.monotonic() + 30
            while len(slow.accepted) < 8 and time.monotonic() < until:
                time.sleep(0.005)
            run.send_signal(signal.SIGKILL)
            run.communicate()
            first = [each.envelope_to for each in slow.accepted]
        self.assertTrue(0 < len(first) < 30, len(first))
        self.home.configure(self.server.url, digests=DIGEST % "daily 08:00")
        self.home.run("deliver", at=tokyo + MINUTE)
        self.home.run("deliver", at=tokyo + 20 * MINUTE)
        second = [each.envelope_to for each in self.server.accepted]
        asia = sorted(reader for reader, zone in readers.items() if zone == "Asia/Tokyo")
        counts = collections.Counter(first + second)
        self.assertEqual(sorted(counts), asia)
        self.assertLessEqual(sum(count - 1 for count in counts.values()), 1)  # in doubt, by the window
        self.home.do("deliver", at=berlin)
        counts = collections.Counter(each.envelope_to for each in self.server.accepted[len(second):])
        self.assertEqual(sorted(counts), sorted(set(readers) - set(asia)))
        self.assertEqual(set(counts.values()), {1})
        self.assertEqual(self.home.json("edition", "list", at=berlin)[0]["state"], "sent")

    def test_run_wakes_at_the_next_zone_s_hour(self):
        self.configure()
        self.add(READERS, instant("2026-02-02T12:00:00+02:00"))
        self.post("Post 1", instant("2026-02-03T06:00:00+00:00"))
        self.publish(instant("2026-02-04T00:00:00+00:00"))
        out = self.home.folder / "rehearsed"
        self.home.do("rehearse", "--from", "2026-02-03T12:00:00Z", "--until", "2026-02-04T21:00:00Z", "--to-dir", out,
                     at=instant("2026-02-03T12:00:00+00:00"))
        self.assertEqual(len(list(out.rglob("*.eml"))), len(READERS))


class Zones(Case):
    """A reader's zone, wherever it can be set."""

    def test_a_zone_is_set_shown_exported_and_taken_back(self):
        at = instant("2026-02-02T12:00:00+02:00")
        self.configure()
        self.add({"lima@example.org": "america/lima"}, at)
        shown = self.home.json("subscriber", "show", "lima@example.org", at=at)[0]
        self.assertEqual(shown["timezone"], "America/Lima")
        self.assertIn("America/Lima", self.home.do("subscriber", "show", "lima@example.org", at=at))
        self.assertEqual(self.home.json("subscriber", "list", at=at)[0]["timezone"], "America/Lima")
        self.assertIn("America/Lima", self.home.do("subscriber", "export", at=at))
        self.assertEqual(self.home.json("subscriber", "export", at=at)[0]["timezone"], "America/Lima")
        self.assertEqual(self.home.json("subscriber", "export", "--one", "lima@example.org", at=at)[0]["timezone"], "America/Lima")
        self.home.do("subscriber", "set", "lima@example.org", "--timezone", "", at=at)
        self.assertIsNone(self.home.json("subscriber", "show", "lima@example.org", at=at)[0]["timezone"])

    def test_an_unknown_zone_is_refused_with_the_nearest(self):
        at = instant("2026-02-02T12:00:00+02:00")
        self.configure()
        done = self.home.run("subscriber", "add", "lima@example.org", "--timezone", "America/Lime", at=at)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn('did you mean "America/Lima"?', done.stderr)
        self.add({"lima@example.org": None}, at)
        done = self.home.run("subscriber", "set", "lima@example.org", "--timezone", "../../etc/passwd", at=at)
        self.assertEqual(done.returncode, 65, done.stderr)

    def test_a_zone_is_imported_from_our_file_and_mailchimp_s(self):
        at = instant("2026-02-02T12:00:00+02:00")
        self.configure()
        self.home.write("own.csv", "email,timezone\na@example.org,Asia/Tokyo\nb@example.org,\nc@example.org,Mars/Olympus\n")
        done = self.home.run("subscriber", "import", "own.csv", "--confirmed", at=at)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn("Mars/Olympus", done.stdout + done.stderr)
        self.home.write("chimp.csv", "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,GMTOFF,DSTOFF,TIMEZONE,LEID\n"
                        "d@example.org,Dee,2,2025-01-01 10:00:00,2025-01-01 10:00:00,-5,-4,America/New_York,1\n"
                        "e@example.org,Eve,2,2025-01-01 10:00:00,2025-01-01 10:00:00,-5,-4,Eastern Time,2\n")
        self.home.do("subscriber", "import", "chimp.csv", at=at)
        zones = {each["address"]: each["timezone"] for each in self.home.json("subscriber", "list", at=at)}
        self.assertEqual(zones, {"a@example.org": "Asia/Tokyo", "b@example.org": None, "d@example.org": "America/New_York",
                                 "e@example.org": None})
        exported = self.home.do("subscriber", "export", at=at)
        with Home() as other:
            other.write("feed.xml", rss("Town", []))
            other.configure(self.server.url, digests=DIGEST % "daily 08:00")
            other.write("moved.csv", exported)
            other.do("subscriber", "import", "moved.csv", at=at)
            self.assertEqual({each["address"]: each["timezone"] for each in other.json("subscriber", "list", at=at)}, zones)

    def test_every_post_has_no_hour(self):
        self.configure("every post")
        done = self.home.run("config", "check")
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn("local_time", done.stderr)
        self.assertIn('for example schedule = "daily 08:00"', done.stderr)
        for schedule in ("daily 08:00", "weekly monday 08:00", "monthly last 08:00", "30 7 * * 1-5"):
            self.configure(schedule)
            self.home.do("config", "check")


class Pages(unittest.TestCase):
    """Readers say where they are: form, frame, JSON and preferences, without JavaScript."""

    @classmethod
    def setUpClass(cls):
        cls.site = Site(config=DIGEST % "daily 08:00" + '[web]\nlisten = "127.0.0.1:0"\nwelcome = true\nembed_origins = ["https://town.example"]\n'
                        'api_key_env = "KEY"\n', prepare=lambda home: home.environment.update(KEY="k" * 40))
        cls.stamp = cls.site.fresh_form()
        time.sleep(2.1)  # a person's time

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def zone(self, address):
        return self.site.home.json("subscriber", "show", address)[0]["timezone"]

    def options(self, page):
        return re.findall(r'<option value="([^"]*)"( selected)?>\(UTC[+\u2212]\d\d:\d\d\) ([^<]+)</option>', page)

    def test_the_form_asks_only_where_a_digest_on_offer_comes_at_the_reader_s_hour(self):
        for path in ("/subscribe", "/embed"):
            page = self.site.ask("GET", path)[1]
            self.assertRegex(page, r'<label for="timezone">Time zone</label>\s*<select id="timezone" name="timezone"')
            options = self.options(page)
            self.assertEqual(options[0], ("", " selected", "Europe/Athens"), "the newsletter's own comes first")
            self.assertIn(("America/Lima", "", "America/Lima"), options)
            self.assertTrue(40 < len(options) < 120, len(options))
            self.assertEqual(len(options), len({value for value, _, _ in options}))
        site = Site()
        try:
            self.assertNotIn("timezone", site.ask("GET", "/subscribe")[1])
        finally:
            site.close()

    def test_a_zone_is_asked_in_every_language(self):
        labels = {}
        for file in sorted((tidings.TOP / "templates/default/strings").glob("*.toml")):
            page = self.site.ask("GET", "/subscribe?lang=" + file.stem)[1]
            labels[file.stem] = re.search(r'<label for="timezone">([^<]+)</label>', page)[1]
        self.assertEqual(len(labels), 20)
        self.assertEqual([each for each, label in labels.items() if label == "Time zone"], ["en"])

    def test_a_sign_up_brings_the_zone_and_a_forged_one_is_refused(self):
        status, page, _ = self.site.sign_up(self.stamp, "lima@example.org", timezone="America/Lima")
        self.assertEqual(status, 200, page)
        self.site.mail("lima@example.org")
        self.assertEqual(self.zone("lima@example.org"), "America/Lima")
        status, _, _ = self.site.sign_up(self.stamp, "mars@example.org", timezone="Mars/Olympus")
        self.assertEqual(status, 422)

    def test_the_json_sign_up_takes_a_zone_and_names_the_nearest_to_a_wrong_one(self):
        def ask(zone):
            return self.site.ask("POST", "/api/subscribe", json.dumps({"email": "api@example.org", "timezone": zone}),
                                 {"Content-Type": "application/json", "Authorization": "Bearer " + "k" * 40})
        status, body, _ = ask("Asia/Tokio")
        self.assertEqual(status, 422)
        self.assertIn("Asia/Tokyo", body)
        self.assertEqual(ask("asia/tokyo")[0], 202)
        self.site.mail("api@example.org")
        self.assertEqual(self.zone("api@example.org"), "Asia/Tokyo")

    def test_preferences_change_the_zone_and_say_when_the_next_mail_comes_there(self):
        self.site.home.do("subscriber", "add", "move@example.org", "--confirmed", "--timezone", "Asia/Kathmandu")
        path = path_of(self.site.mail("move@example.org"), "p")
        self.assertIn(("Asia/Kathmandu", " selected", "Asia/Kathmandu"), self.options(self.site.ask("GET", path)[1]))
        form = {"act": "save", "digest": "daily", "topics": "all"}
        page = self.site.ask("POST", path, {**form, "timezone": "America/Lima"})[1]
        self.assertRegex(page, r"Time zone[^A]*America/Lima")
        self.assertRegex(page.split("The next mail")[1], r"\w+ \d+ \w+, 08:00")
        self.assertEqual(self.zone("move@example.org"), "America/Lima")
        self.assertEqual(self.site.ask("POST", path, {**form, "timezone": "Mars/Olympus"})[0], 422)
        self.site.ask("POST", path, form)
        self.assertEqual(self.zone("move@example.org"), "America/Lima", "a form without the question changes nothing")
        self.site.ask("POST", path, {**form, "timezone": ""})
        self.assertIsNone(self.zone("move@example.org"))


if __name__ == "__main__":
    unittest.main()
