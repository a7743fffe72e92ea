"""Calendars as sources of events, judged by Debian's python3-recurring-ical-events and python3-icalendar: what a file says is to happen, in
which zone, with its repetitions, exceptions, moved and cancelled ones. Then what a hostile file does: never a crash, never 70.

Wants the packages python3-icalendar and python3-recurring-ical-events, and so the system's python3.
"""
import datetime
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time
import unittest
import zoneinfo

import icalendar
import recurring_ical_events

top = pathlib.Path(__file__).resolve().parents[2]
TIDINGS = os.environ.get("TIDINGS", str(top / "build/release/tidings"))
UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
ZONES = ["Europe/Athens", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "Europe/London", "America/St_Johns"]
OUTLOOK = datetime.timedelta(days=200)


def calendar(*events, more=""):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n%s%sEND:VCALENDAR\r\n" % (
        more, "".join("BEGIN:VEVENT\r\n%s\r\nEND:VEVENT\r\n" % event.strip().replace("\n", "\r\n") for event in events))


def parse(text, now=NOW, timeout=30):
    """Status, parsed output, and what was said."""
    with tempfile.NamedTemporaryFile("wb", suffix=".ics") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
        file.flush()
        ran = subprocess.run([TIDINGS, "--config", "/nonexistent.toml", "--at", now.strftime("%Y-%m-%dT%H:%M:%SZ"), "feed", "parse", file.name],
                             capture_output=True, timeout=timeout)
    return ran.returncode, json.loads(ran.stdout) if ran.returncode == 0 else None, ran.stderr.decode()


def starts(text, now=NOW):
    """(title, start) of each event to come, as the program reads it."""
    status, feed, said = parse(text, now)
    assert status == 0, said
    return [(each["title"], datetime.datetime.fromisoformat(each["start"].replace("Z", "+00:00"))) for each in feed["events"]]


def judged(text, now=NOW):
    """The same by the judge."""
    until = now + OUTLOOK
    out = []
    for event in recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(now - datetime.timedelta(days=2), until):
        start = event["DTSTART"].dt
        if not isinstance(start, datetime.datetime):
            start = datetime.datetime.combine(start, datetime.time(), UTC)
        elif start.tzinfo is None:
            start = start.replace(tzinfo=UTC)
        start = start.astimezone(UTC)
        if now < start < until and event.get("STATUS") != "CANCELLED":
            out.append((str(event["SUMMARY"]), start))
    return sorted(out, key=lambda each: (each[1], each[0]))


def random_rule(dice, all_day):
    frequency = dice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    rule = "FREQ=" + frequency
    if dice.random() < .5:
        rule += ";INTERVAL=%d" % dice.randint(1, 5)
    days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    if frequency == "WEEKLY" and dice.random() < .7:
        rule += ";BYDAY=" + ",".join(dice.sample(days, dice.randint(1, 3)))
    if frequency == "MONTHLY":
        rule += dice.choice([";BYDAY=%d%s" % (dice.choice([1, 2, 3, 4, -1]), dice.choice(days)), ";BYMONTHDAY=%d" % dice.choice([1, 15, 31, -1]),
                             ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ""])
    if frequency == "YEARLY":
        rule += dice.choice([";BYMONTH=3,6;BYDAY=%d%s" % (dice.choice([1, -1]), dice.choice(days)), ";BYMONTH=4;BYMONTHDAY=5", ""])
    if frequency == "DAILY" and dice.random() < .3:
        rule += ";BYDAY=SA,SU"
    ending = dice.random()
    if ending < .25:
        rule += ";COUNT=%d" % dice.randint(1, 400)
    elif ending < .5:
        end = datetime.date(2026, 3, 1) + datetime.timedelta(days=dice.randint(1, 150))
        rule += ";UNTIL=" + end.strftime("%Y%m%d" if all_day else "%Y%m%dT235959Z")
    return rule


class Judged(unittest.TestCase):
    """What the judge reads, we read."""
    maxDiff = 3000

    def test_recurrences_are_what_the_judge_says_in_every_zone(self):
        for seed in range(240):
            dice = random.Random(seed)
            all_day = dice.random() < .25
            first = datetime.datetime(dice.choice([2019, 2024, 2025, 2026]), dice.randint(1, 12), dice.randint(1, 28), dice.randint(0, 23), 30)
            zone = dice.choice(ZONES)
            start = ";VALUE=DATE:" + first.strftime("%Y%m%d") if all_day else ";TZID=%s:%s" % (zone, first.strftime("%Y%m%dT%H%M%S"))
            rule = random_rule(dice, all_day)
            text = calendar("UID:%d@x\nDTSTAMP:20260101T000000Z\nDTSTART%s\nRRULE:%s\nSUMMARY:Choir" % (seed, start, rule))
            # The first time of a rule need not follow it; judges differ about that one.
            own = [each for each in starts(text)]
            other = judged(text)
            with self.subTest(seed=seed, rule=rule, start=start):
                if own != other:
                    begun = first.replace(tzinfo=UTC if all_day else zoneinfo.ZoneInfo(zone)).astimezone(UTC)
                    own = [each for each in own if each[1] != begun]
                    other = [each for each in other if each[1] != begun]
                self.assertEqual(own, other)

    def test_exceptions_extra_times_moved_and_cancelled_ones_follow(self):
        series = "UID:s@x\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=Europe/Athens:20260202T190000\nDTEND;TZID=Europe/Athens:20260202T210000\n" \
                 "RRULE:FREQ=WEEKLY;COUNT=12\nSUMMARY:Choir\nEXDATE;TZID=Europe/Athens:20260309T190000,20260316T190000\n" \
                 "RDATE;TZID=Europe/Athens:20260311T180000"
        moved = "UID:s@x\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;TZID=Europe/Athens:20260323T190000\nSEQUENCE:2\n" \
                "DTSTART;TZID=Europe/Athens:20260324T200000\nSUMMARY:Choir moved"
        cancelled = "UID:s@x\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;TZID=Europe/Athens:20260330T190000\nSTATUS:CANCELLED\n" \
                    "DTSTART;TZID=Europe/Athens:20260330T190000\nSUMMARY:Choir"
        text = calendar(series, moved, cancelled)
        self.assertEqual(starts(text), judged(text))
        self.assertIn(("Choir moved", datetime.datetime(2026, 3, 24, 18, 0, tzinfo=UTC)), starts(text))
        self.assertNotIn(datetime.datetime(2026, 3, 30, 16, 0, tzinfo=UTC), [each[1] for each in starts(text)])

    def test_the_calendars_own_zone_counts_where_its_name_is_no_iana_zone(self):
        zone = "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16011028T030000\r\n" \
               "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n" \
               "DTSTART:16010325T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
        text = calendar("UID:w@x\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=W. Europe Standard Time:20260309T190000\nRRULE:FREQ=WEEKLY;COUNT=5\nSUMMARY:Choir",
                        more=zone)
        hours = [each[1].hour for each in starts(text)]
        self.assertEqual(hours, [18, 18, 18, 17, 17])

    def test_the_newest_version_of_an_event_counts_and_a_cancelled_one_is_gone(self):
        old = "UID:a@x\nSEQUENCE:1\nDTSTART:20260310T190000Z\nSUMMARY:Old"
        new = "UID:a@x\nSEQUENCE:3\nDTSTART:20260311T190000Z\nSUMMARY:New"
        self.assertEqual([each[0] for each in starts(calendar(new, old))], ["New"])
        self.assertEqual(starts(calendar("UID:a@x\nDTSTART:20260310T190000Z\nSUMMARY:Gone\nSTATUS:CANCELLED")), [])
        self.assertEqual(starts(calendar(old, more="METHOD:CANCEL\r\n")), [])

    def test_private_untitled_and_past_events_are_left_out_and_told(self):
        status, feed, _ = parse(calendar("UID:a@x\nDTSTART:20260310T190000Z\nSUMMARY:Doctor\nCLASS:PRIVATE", "UID:b@x\nDTSTART:20260310T190000Z",
                                         "UID:c@x\nDTSTART:20260301T190000Z\nSUMMARY:Past"))
        self.assertEqual((status, feed["events"]), (0, []))
        self.assertEqual(sorted(feed["warnings"]), ["1 event left out: they are private", "1 event left out: they have no title"])


class Hostile(unittest.TestCase):
    """Nothing of it is a crash, or takes long, or goes unsaid."""

    def told(self, text, words):
        began = time.monotonic()
        status, feed, said = parse(text)
        self.assertIn(status, (0, 65))
        self.assertLess(time.monotonic() - began, 20)
        self.assertIn(words, "\n".join(feed["warnings"]) if feed else said)
        return feed

    def test_runaway_repetitions_are_cut_and_told(self):
        for frequency in ("SECONDLY", "MINUTELY", "HOURLY"):
            feed = self.told(calendar("UID:a@x\nDTSTART:20260310T190000Z\nRRULE:FREQ=%s\nSUMMARY:Tick" % frequency), "more than once a day")
            self.assertEqual(len(feed["events"]), 1)
        self.told(calendar("UID:a@x\nDTSTART:20260310T190000Z\nRRULE:FREQ=DAILY;BYHOUR=%s;BYMINUTE=%s\nSUMMARY:Tick" % (
            ",".join(map(str, range(24))), ",".join(map(str, range(60))))), "more than once a day")

    def test_rules_that_never_come_true_end(self):
        events = ["UID:%d@x\nDTSTART:19700101T190000Z\nRRULE:FREQ=%s\nSUMMARY:Never" % (i, rule) for i, rule in enumerate([
            "YEARLY;BYMONTH=2;BYMONTHDAY=30", "DAILY;BYMONTH=2;BYMONTHDAY=30", "MONTHLY;BYMONTHDAY=31;BYMONTH=2", "WEEKLY;BYMONTH=2;BYSETPOS=300",
            "YEARLY;BYYEARDAY=366;INTERVAL=1000", "YEARLY;BYWEEKNO=53;INTERVAL=32767", "DAILY;INTERVAL=32767", "DAILY;COUNT=99999999",
            "YEARLY;RSCALE=CHINESE;BYMONTH=5L", "NONSENSE", ""] * 40)]
        status, _, said = parse(calendar(*events), timeout=25)
        self.assertEqual((status, said), (0, ""))

    def test_zones_that_run_away_are_not_taken(self):
        zone = "BEGIN:VTIMEZONE\r\nTZID:Mad\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=%s\r\nTZOFFSETFROM:+0200\r\n" \
               "TZOFFSETTO:+9999\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        for frequency in ("SECONDLY", "YEARLY;BYHOUR=1,2,3", "DAILY"):
            feed = self.told(calendar("UID:a@x\nDTSTART;TZID=Mad:20260310T190000\nSUMMARY:Choir", more=zone % frequency), 'time zone "Mad" is not known')
            self.assertEqual(feed["events"][0]["start"], "2026-03-10T19:00:00Z")

    def test_a_file_that_is_cut_off_is_refused_so_that_its_events_stay(self):
        whole = calendar("UID:a@x\nDTSTART:20260310T190000Z\nSUMMARY:Choir")
        for size in range(16, len(whole) - 14):
            status, _, said = parse(whole[:size])
            self.assertEqual(status, 65, whole[:size])
            self.assertEqual(said.count("\n"), 1, said)

    def test_depth_length_number_and_dates_are_bounded(self):
        self.told("BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 100000 + "END:VEVENT\r\n" * 100000 + "END:VCALENDAR\r\n", "nested more than")
        self.told(calendar("UID:a@x\nDTSTART:20260310T190000Z\nSUMMARY:Choir\nDESCRIPTION:" + "x" * 400000), "longer than")
        many = self.told(calendar(*["UID:%d@x\nDTSTART:20260310T190000Z\nSUMMARY:Choir %d" % (i, i) for i in range(21000)]), "beyond the first 20000")
        self.assertEqual(len(many["events"]), 2000)
        for date in ("99991231T000000Z", "00000000T000000Z", "20261332", "-20260101", "", "nonsense", "20260310T996161Z"):
            feed = self.told(calendar("UID:a@x\nDTSTART:%s\nSUMMARY:Choir" % date), "left out")
            self.assertEqual(feed["events"], [])

    def test_noise_is_bad_data(self):
        dice = random.Random(7)
        whole = calendar("UID:a@x\nDTSTART;TZID=Europe/Athens:20260310T190000\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE:20260316T170000Z\nSUMMARY:Choir").encode()
        for _ in range(150):
            noise = bytearray(whole)
            for _ in range(dice.randint(1, 12)):
                noise[dice.randrange(len(noise))] = dice.randrange(256)
            status, _, said = parse(bytes(noise))
            self.assertIn(status, (0, 65), said)


if __name__ == "__main__":
    unittest.main(verbosity=1)
