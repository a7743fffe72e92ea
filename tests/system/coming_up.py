"""What is coming up: sections of events from calendars and from what pages tell search engines, through whole newsletters."""
import datetime
import http.server
import re
import threading
import unittest
import urllib.request

from smtp_server import SmtpServer
from tidings import Article, Home, html_of, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 12, 8, 0, tzinfo=ATHENS)  # a Monday
WEEK = datetime.timedelta(days=7)
TOWN = '[[source]]\nname = "town"\nurl = "file:town.xml"\ntopics = ["news"]\n'
CALENDAR = '[[source]]\nname = "dates"\nurl = "file:dates.ics"\nkind = "ical"\ntopics = ["culture"]\n'
DIGEST = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'
EVENTS = '[[digest.section]]\ntitle = "Dates"\nlayout = "events"\n'
ARCHIVE = '[web]\narchive = "archive"\n'


def vevent(name, start, *more):
    return "\r\n".join(["BEGIN:VEVENT", "UID:%s@dates.example" % re.sub(r"\W", "", name), "DTSTART" + start, "SUMMARY:" + name, *more, "END:VEVENT", ""])


def at(day, clock="190000", zone="Europe/Athens"):
    return ";TZID=%s:202601%02dT%s" % (zone, day, clock)


def day(number):
    return ";VALUE=DATE:202601%02d" % number


def calendar(*events):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Dates\r\n%sEND:VCALENDAR\r\n" % "".join(events)


CHOIR = vevent("Choir", at(14), "DTEND;TZID=Europe/Athens:20260114T210000", "LOCATION:Harbour hall\\, 1st floor", "CATEGORIES:music",
               "DESCRIPTION:Songs of the sea <b>and</b> soup &amp; bread.\\nBring a spoon.", "URL:https://choir.example/?a=1&b=2")
MARKET = vevent("Market", day(20), "CATEGORIES:food")


class Newsletter(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.server = SmtpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def begin(self, *events, sections=EVENTS, digest="", sources=(TOWN, CALENDAR), readers=(("ada@example.org", ()),), more="", posts=3):
        self.sources, self.digests, self.more = sources, DIGEST + digest + sections, more
        self.dates(*events)
        self.post(*("Story %d" % number for number in range(posts)))
        self.configure()
        self.home.do("collect", at=RUN - WEEK)
        for address, options in readers:
            self.home.do("subscriber", "add", address, "--confirmed", *options, at=RUN - datetime.timedelta(days=6))

    def configure(self, **change):
        for key, value in change.items():
            setattr(self, key, value)
        path = self.home.configure(self.server.url, sources=self.sources, digests=self.digests)
        path.write_text(path.read_text() + self.more)

    def dates(self, *events):
        self.home.write("dates.ics", calendar(*events))

    def post(self, *names, when=RUN - datetime.timedelta(days=2)):
        self.home.write("town.xml", rss("Town", [Article(name, "https://town.example/" + name.replace(" ", "-"), when, when, "<p>It says enough.</p>",
                                                         ("food",) if "soup" in name else ()) for name in names]))

    def send(self, when=RUN, number=0, to="ada@example.org"):
        self.home.do("send", "--due", at=when)
        message = parse_mail(self.server.to(to)[number].octets)
        return text_of(message).replace("\r\n", "\n"), html_of(message), message

    def events(self, edition="weekly#1"):
        return self.home.json("edition", "show", edition)[0]["events"]

    def titles(self, edition="weekly#1"):
        return [each["title"] for each in self.events(edition)]


class Announcing(Newsletter):
    def test_events_stand_in_order_of_start_in_the_newsletters_zone_and_whole_days_without_an_hour(self):
        self.begin(MARKET, CHOIR, vevent("Call", at(15, "090000", "America/New_York")), vevent("Fair", day(16), "DTEND;VALUE=DATE:20260118"))
        text, html, _ = self.send()
        part = text[text.index("== Dates =="):]
        self.assertIn("* Choir\n  Wednesday 14 January, 19:00–21:00 · Harbour hall, 1st floor\n  Songs of the sea and soup & bread.\n"
                      "  https://choir.example/?a=1&b=2\n", part)
        self.assertIn("* Call\n  Thursday 15 January, 16:00\n", part)
        self.assertIn("* Fair\n  Friday 16 January – Saturday 17 January\n", part)
        self.assertIn("* Market\n  Tuesday 20 January\n", part)
        for whole in (part, html[html.rindex(">Dates<"):]):
            places = [whole.index(each) for each in ("Choir", "Call", "Fair", "Market")]
            self.assertEqual(places, sorted(places))
        self.assertIn("Harbour hall, 1st floor", html)
        self.assertIn('href="https://choir.example/?a=1&amp;b=2"', html)
        self.assertIn("3 posts", text)  # events are no posts

    def test_a_series_stands_at_each_of_its_times_within_the_days_of_its_section(self):
        self.begin(vevent("Choir", at(5), "RRULE:FREQ=DAILY;INTERVAL=2", "EXDATE;TZID=Europe/Athens:20260115T190000"),
                   sections=EVENTS + "days = 7\n")
        text, _, _ = self.send()
        self.assertEqual(re.findall(r"(\d+) January, 19:00", text[text.index("== Dates =="):]), ["13", "17", "19"])

    def test_an_event_stands_in_each_edition_until_it_begins_and_never_after(self):
        self.begin(MARKET, CHOIR)
        self.send()
        self.post("Later", when=RUN + datetime.timedelta(days=1))
        self.home.do("send", "--due", at=RUN + WEEK)
        self.post("Last", when=RUN + WEEK + datetime.timedelta(days=1))
        text, _, _ = self.send(RUN + 2 * WEEK, 2)
        self.assertEqual([self.titles("weekly#%d" % number) for number in (1, 2, 3)], [["Choir", "Market"], ["Market"], []])
        self.assertNotIn("Dates", text)

    def test_what_begins_at_the_moment_of_sealing_has_begun(self):
        self.begin(vevent("Now", at(12, "080000")), vevent("Soon", at(12, "080001")), vevent("Today", day(12)))
        self.send()
        self.assertEqual(self.titles(), ["Soon"])

    def test_a_reader_gets_the_events_of_their_topics(self):
        self.home.write("more.xml", rss("More", []))
        self.begin(CHOIR, MARKET, readers=(("ada@example.org", ()), ("ben@example.org", ("--topic", "food")), ("eve@example.org", ("--topic", "news"))),
                   sources=(TOWN, CALENDAR, '[[source]]\nname = "more"\nurl = "file:more.xml"\ntopics = ["food"]\n'))
        self.post("Bread and soup", "Story")
        self.home.do("send", "--due", at=RUN)
        told = {}
        for name in ("ada", "ben", "eve"):
            text = text_of(parse_mail(self.server.to(name + "@example.org")[0].octets))
            told[name] = [each for each in ("Choir", "Market") if "* " + each in text]
        self.assertEqual(told, {"ada": ["Choir", "Market"], "ben": ["Market"], "eve": []})

    def test_readers_with_the_same_posts_and_events_share_a_segment(self):
        readers = [("%s@example.org" % name, options) for name, options in
                   (("ada", ()), ("bob", ()), ("ben", ("--topic", "news")), ("eve", ("--topic", "news", "--topic", "music")))]
        self.begin(CHOIR, MARKET, readers=readers, sources=(TOWN, CALENDAR, CALENDAR.replace("dates\"\nurl", "tunes\"\nurl").replace("culture", "music")))
        self.send()
        self.assertEqual(len(self.home.json("edition", "show", "weekly#1")[0]["segments"]), 3)

    def test_sections_choose_by_source_and_topic_and_have_room(self):
        self.begin(MARKET, CHOIR, vevent("Concert", at(15), "CATEGORIES:Music"), vevent("Opera", at(16), "CATEGORIES:music"),
                   sections='[[digest.section]]\ntitle = "Music"\nlayout = "events"\ntopics = ["music"]\nmax_posts = 2\n' + EVENTS)
        self.send()
        self.assertEqual({each["title"]: each["section"] for each in self.events()},
                         {"Choir": "Music", "Concert": "Music", "Opera": "Dates", "Market": "Dates"})

    def test_the_digests_sources_topics_and_exclude_hold_for_events(self):
        self.begin(MARKET, CHOIR, vevent("Private view", at(15), "CATEGORIES:music"), digest='topics = ["news", "music"]\nexclude = "private"\n')
        self.send()
        self.assertEqual(self.titles(), ["Choir"])
        self.configure(digests=DIGEST + 'sources = ["town"]\n' + EVENTS)
        self.post("Later", when=RUN + datetime.timedelta(days=1))
        self.home.do("send", "--due", at=RUN + WEEK)
        self.assertEqual(self.titles("weekly#2"), [])

    def test_rules_of_the_source_keep_events_out_and_give_topics(self):
        self.begin(MARKET, CHOIR, sources=(TOWN, CALENDAR + 'exclude = "market"\n', '[[rule]]\nany = "choir"\naction = "topic"\ntopic = "singing"\n'))
        self.send()
        self.assertEqual([(each["title"], "singing" in each["topics"]) for each in self.events()], [("Choir", True)])

    def test_the_same_event_of_two_calendars_stands_once(self):
        self.begin(CHOIR, sources=(TOWN, CALENDAR, CALENDAR.replace('"dates"', '"again"')))
        self.send()
        self.assertEqual(self.titles(), ["Choir"])


class Following(Newsletter):
    def test_what_moves_or_is_cancelled_or_disappears_follows_until_the_edition_is_sealed(self):
        self.begin(CHOIR, MARKET, vevent("Gone", at(16)), vevent("Off", at(17)))
        self.dates(CHOIR.replace("20260114T190000", "20260115T200000").replace("20260114T21", "20260115T22").replace("END:VEVENT", "SEQUENCE:1\r\nEND:VEVENT"),
                   MARKET, vevent("Off", at(17), "STATUS:CANCELLED"))
        text, _, _ = self.send()
        self.assertIn("* Choir\n  Thursday 15 January, 20:00–22:00", text)
        self.assertEqual(self.titles(), ["Choir", "Market"])
        # Sealed: what was announced stays as it was.
        self.dates()
        self.home.do("collect", at=RUN + datetime.timedelta(hours=1))
        self.assertEqual(self.titles(), ["Choir", "Market"])

    def test_a_draft_announces_what_is_to_come_when_it_is_approved(self):
        self.begin(CHOIR, MARKET, digest="review = true\n")
        self.home.do("send", "--due", at=RUN)
        self.assertEqual([each["title"] for each in self.home.json("edition", "show", "weekly#1", at=RUN)[0]["events"]], ["Choir", "Market"])
        self.dates(MARKET.replace("20260120", "20260121"))
        self.home.do("collect", at=RUN + datetime.timedelta(hours=1))
        self.home.do("edition", "approve", "weekly#1", at=RUN + datetime.timedelta(hours=2))
        self.home.do("deliver", at=RUN + datetime.timedelta(hours=2))
        text = text_of(parse_mail(self.server.to("ada@example.org")[0].octets))
        self.assertIn("Wednesday 21 January", text)
        self.assertEqual(self.titles(), ["Market"])

    def test_a_calendar_that_is_cut_off_or_unreadable_keeps_its_events_and_is_told(self):
        self.begin(CHOIR, MARKET)
        self.home.write("dates.ics", calendar(CHOIR, MARKET)[:-40])
        done = self.home.run("send", "--due", at=RUN)
        self.assertIn("dates: the calendar is cut off", done.stderr.replace("source dates", "dates"))
        self.assertEqual(self.titles(), ["Choir", "Market"])

    def test_a_link_of_calendars_is_one_of_the_web(self):
        self.begin(CHOIR)
        self.configure(sources=(TOWN, CALENDAR, CALENDAR.replace('"dates"', '"web"').replace("file:dates.ics", "webcal://dates.example/all.ics")))
        self.assertEqual([each["url"] for each in self.home.json("source", "list")][2], "https://dates.example/all.ics")

    def test_a_series_goes_on_in_a_calendar_that_does_not_change(self):
        self.begin(vevent("Choir", at(5), "RRULE:FREQ=WEEKLY"))
        later = RUN + datetime.timedelta(days=7 * 40)
        self.home.do("collect", at=later - datetime.timedelta(days=100))
        self.home.do("collect", at=later - datetime.timedelta(days=1))
        self.post("Later", when=later - datetime.timedelta(days=1))
        self.home.do("send", "weekly", "--now", at=later)
        self.assertTrue(self.titles("weekly"))

    def test_a_late_joiner_gets_the_events_that_the_edition_was_sealed_with(self):
        self.begin(CHOIR, MARKET, digest='late_joiners = "3d"\n')
        self.send()
        self.dates()
        joined = RUN + datetime.timedelta(hours=5)
        self.home.do("collect", at=joined)
        self.home.do("subscriber", "add", "late@example.org", "--confirmed", at=joined)
        self.home.do("subscriber", "add", "other@example.org", "--confirmed", "--topic", "news", at=joined)
        self.home.do("send", "--due", at=joined + datetime.timedelta(minutes=5))
        self.assertIn("* Choir", text_of(parse_mail(self.server.to("late@example.org")[0].octets)))
        self.assertNotIn("* Choir", text_of(parse_mail(self.server.to("other@example.org")[0].octets)))


class Alone(Newsletter):
    def test_events_alone_make_no_edition_and_no_mail(self):
        self.begin(CHOIR, MARKET, posts=0)
        self.assertIn("skipped", self.home.do("send", "--due", at=RUN))
        self.assertEqual(self.server.to("ada@example.org"), [])

    def test_with_min_posts_of_nothing_events_make_an_edition_and_without_either_there_is_none(self):
        self.begin(CHOIR, MARKET, posts=0, digest="min_posts = 0\n", readers=(("ada@example.org", ()), ("ben@example.org", ("--topic", "news"))),
                   more=ARCHIVE)
        text, html, message = self.send()
        self.assertIn("Choir", message["Subject"])
        self.assertIn("Coming up", text.partition("== Dates ==")[0])
        self.assertEqual(self.server.to("ben@example.org"), [])
        self.dates()
        self.assertIn("skipped, no posts", self.home.do("send", "--due", at=RUN + WEEK))
        self.assertIn("Choir", (self.home.folder / "archive/index.html").read_text())


class Shown(Newsletter):
    def test_the_link_below_the_section_leads_to_a_calendar_of_the_edition_beside_its_page(self):
        self.begin(CHOIR, MARKET, more=ARCHIVE)
        text, html, _ = self.send()
        address = "https://news.example.org/archive/weekly/1.ics"
        self.assertIn("Add these dates to your calendar:\n" + address, text)
        self.assertIn('href="%s"' % address, html)
        file = (self.home.folder / "archive/weekly/1.ics").read_bytes().decode()
        self.assertTrue(all(len(line.encode()) <= 75 for line in file.split("\r\n")))
        for line in ("DTSTART:20260114T170000Z", "DTEND:20260114T190000Z", "LOCATION:Harbour hall\\, 1st floor", "DTSTART;VALUE=DATE:20260120",
                     "URL:https://choir.example/?a=1&b=2"):
            self.assertIn("\r\n" + line + "\r\n", file)
        again = self.home.json("feed", "parse", "archive/weekly/1.ics", at=RUN)[0]
        self.assertEqual([each["title"] for each in again["events"]], ["Choir", "Market"])

    def test_without_an_archive_there_is_no_such_link(self):
        self.begin(CHOIR)
        for part in self.send()[:2]:
            self.assertNotIn(".ics", part)
            self.assertNotIn("Add these dates", part)

    def test_serve_serves_the_calendar_as_one(self):
        self.begin(CHOIR, more='[web]\narchive = "archive"\nlisten = "127.0.0.1:0"\n')
        self.send()
        serving = self.home.start("serve", at=RUN)
        self.addCleanup(serving.communicate)
        self.addCleanup(serving.terminate)
        address = re.search(r"http://[\d.:]+", serving.stdout.readline())[0]
        with urllib.request.urlopen(address + "/archive/weekly/1.ics", timeout=20) as answer:
            self.assertEqual(answer.headers.get_content_type(), "text/calendar")
            self.assertIn(b"SUMMARY:Choir", answer.read())

    def test_check_dry_run_show_and_preview_tell_the_events(self):
        self.begin(CHOIR, MARKET)
        self.assertIn("2026-01-14 19:00  Choir", self.home.do("source", "check", "dates", at=RUN))
        self.assertIn('kind = "ical"', self.home.do("source", "check", "dates.ics", at=RUN))
        dry = self.home.do("send", "--dry-run", "weekly", at=RUN)
        self.assertIn("3 posts and 2 events for 1 subscriber", dry)
        self.assertIn("event   2026-01-20        Market (in Dates)", dry)
        self.home.do("preview", "weekly", "--to", "preview", at=RUN)
        self.assertIn("Harbour hall", (self.home.folder / "preview/en.html").read_text())
        self.send()
        self.assertIn("event   2026-01-14 19:00  Choir, Harbour hall, 1st floor (in Dates)", self.home.do("edition", "show", "weekly#1"))

    def test_every_theme_shows_them_and_one_that_knows_no_events_shows_them_as_posts(self):
        self.home.write("templates/old/digest.html.mustache", "{{> page}}\n")
        self.home.write("templates/old/digest.text.mustache", "{{> page_text}}\n")
        self.home.write("templates/old/partials/post.mustache", "<tr><td>OLD <b>{{title}}</b> {{{excerpt_html}}}</td></tr>\n")
        for theme in ("default", "compact", "magazine", "plain", "old"):
            with self.subTest(theme=theme):
                self.begin(CHOIR, digest='theme = "%s"\n' % theme)
                self.home.do("preview", "weekly", "--to", theme, at=RUN)
                html = (self.home.folder / theme / "en.html").read_text()
                part = html[html.rindex(">Dates<"):]
                for each in ("Choir", "Wednesday 14 January, 19:00–21:00", "Harbour hall, 1st floor"):
                    self.assertIn(each, part)
                self.assertEqual("OLD" in part, theme == "old")

    def test_what_a_calendar_says_is_text_and_never_markup(self):
        self.begin(vevent("<script>alert(1)</script> {{name}}", at(14), "LOCATION:<img src=x onerror=alert(1)>", "URL:javascript:alert(1)",
                          "DESCRIPTION:<iframe src=https://evil.example></iframe>"))
        _, html, _ = self.send()
        for wrong in ("<script>alert", "<img src=x", "javascript:", "<iframe"):
            self.assertNotIn(wrong, html)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; {{name}}", html)

    def test_a_section_of_events_takes_no_posts_and_days_belong_to_it_alone(self):
        self.begin(CHOIR, sections=EVENTS.replace("layout", 'sources = ["town", "dates"]\nlayout'))
        self.send()
        self.assertEqual({each["section"] for each in self.home.json("edition", "show", "weekly#1")[0]["posts"]}, {None})
        self.configure(digests=DIGEST + EVENTS.replace("events", "list") + "days = 3\n")
        self.assertIn("days means nothing", self.home.run("config", "check").stderr)
        for wrong, words in (("days = 0\n", "from 1 to 60"), ("days = 61\n", "from 1 to 60")):
            self.configure(digests=DIGEST + EVENTS + wrong)
            done = self.home.run("config", "check")
            self.assertEqual(done.returncode, 78)
            self.assertIn(words, done.stderr)


PAGE = """<html><head><title>Old Quay</title><script type="application/ld+json">
{"@context": "https://schema.org", "@graph": [%s]}</script></head><body><article><h1>%s</h1><p>%s</p></article></body></html>"""
CONCERT = """{"@type": "MusicEvent", "name": "Concert &amp; soup", "startDate": "2026-01-16T20:00", "endDate": "2026-01-16T22:30", "url": "/concert",
 "location": {"@type": "Place", "name": "Old Quay", "address": {"@type": "PostalAddress", "addressLocality": "Faro"}}}"""
OFF = '{"@type": "Event", "name": "Off", "startDate": "2026-01-17", "eventStatus": "https://schema.org/EventCancelled"}'
POST = '{"@type": "NewsArticle", "headline": "The quay is open", "url": "/open", "datePublished": "2026-01-11"}'


class Pages(Newsletter):
    def test_a_page_that_is_a_source_tells_events_to_search_engines_and_to_us(self):
        self.home.write("quay.html", PAGE % (", ".join((POST, CONCERT, OFF)), "Quay", "Welcome."))
        self.begin(sources=(TOWN, '[[source]]\nname = "quay"\nkind = "page"\nurl = "file:quay.html"\n'), posts=1)
        self.assertIn("can be read: 1 post, such as \"The quay is open\", 1 event to come", self.home.run("-v", "doctor", at=RUN).stdout)
        text, _, _ = self.send()
        self.assertIn("* Concert & soup\n  Friday 16 January, 20:00–22:30 · Old Quay, Faro\n", text)
        self.assertEqual(self.titles(), ["Concert & soup"])

    def test_the_page_of_a_post_tells_events_too(self):
        class Site(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = (PAGE % (CONCERT, "Concert", "It says enough to be an article of its own. " * 20)).encode()
                self.send_response(404 if "robots" in self.path else 200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        self.begin(sources=(TOWN + 'content = "article"\nallow_private_address = true\n',), posts=0)
        when = RUN - datetime.timedelta(days=1)
        self.home.write("town.xml", rss("Town", [Article("Concert", "http://127.0.0.1:%d/c" % site.server_port, when, when, "<p>Soon.</p>", ("music",))]))
        self.send()
        self.assertEqual([(each["title"], "music" in each["topics"]) for each in self.events()], [("Concert & soup", True)])


if __name__ == "__main__":
    unittest.main(verbosity=1)
