"""The main job: three weeks in the life of a newsletter, driven through the real binary.

Three feeds (RSS, Atom, JSON Feed) grow as the days go by; three digests (daily, weekly, monthly) go to 25 subscribers with
different subscriptions, topics and languages, over a scripted SMTP server. What each of them must have got is worked out
here from the calendar alone: an article belongs to the daily digest of the first morning after it appeared, to the weekly
one of the first Monday after, to the monthly one of the first of the month after. Every received message is then taken
apart as a mail program would.
"""
import collections
import datetime
import re
import unittest
import zoneinfo

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, atom, json_feed, parse_mail, rss, text_of

ZONE = zoneinfo.ZoneInfo("Europe/Athens")
FIRST_DAY = datetime.date(2026, 1, 19)  # a Monday; three weeks on, and the first of February among them
DAYS = 21
QUIET_DAYS = (4, 12, 13)  # nothing is published on these
DIGESTS = """[[digest]]
name = "daily"
schedule = "daily 07:30"
[[digest]]
name = "weekly"
title = "The week in Exampletown"
schedule = "weekly monday 08:00"
sources = ["town", "garden"]
[[digest]]
name = "monthly"
schedule = "monthly 1 08:00"
"""
TOPICS = {"town": ("town",), "garden": ("garden",), "club": ("sport",)}
SUBSCRIBERS = [  # address, name, language, digests, topics, state in the list
    ("ada@example.org", "Ada Finch", "en", "daily", "", "confirmed"),
    ("bola@example.org", "Bola Okafor", "en", "weekly", "", "confirmed"),
    ("carmen@example.org", "Carmen Díaz", "es", "monthly", "", "confirmed"),
    ("dag@example.org", "Dag Ærø", "de", "daily;weekly", "", "confirmed"),
    ("eleni@example.org", "Ελένη Παππά", "el", "daily;monthly", "", "confirmed"),
    ("francoise@example.org", "Françoise Lemaire", "fr", "weekly;monthly", "", "confirmed"),
    ("gita@example.org", "गीता शर्मा", "en", "daily;weekly;monthly", "", "confirmed"),
    ("haruka@example.org", "山田 はるか", "ja", "daily;weekly;monthly", "", "confirmed"),
    ("ivan@example.org", "Иван Петров", "ru", "weekly", "town", "confirmed"),
    ("jo@example.org", "", "", "daily", "garden", "confirmed"),
    ("katerina@example.org", "Kateřina Nováková", "en", "daily;weekly", "sport", "confirmed"),
    ("layla@example.org", "ليلى حداد", "ar", "daily", "", "confirmed"),
    ("minjun@example.org", "김민준", "en", "monthly", "sport", "confirmed"),
    ("nell@example.org", "Brown, Nell", "en", "daily;monthly", "town;garden", "confirmed"),
    ("olga@bücher.example", "Olga Wójcik", "", "weekly", "", "confirmed"),
    ("padraig.o'sullivan@example.org", "Padraig O'Sullivan", "en", "daily", "", "confirmed"),
    ("quynh@example.org", "Nguyễn Thị Quỳnh", "pt", "weekly;monthly", "garden", "confirmed"),
    ("rui+news@example.org", "Rui Gonçalves", "pt", "daily", "sport;garden", "confirmed"),
    ("shira@example.org", "\"Shi\" <Levi>", "en", "weekly", "", "confirmed"),
    ("tuomas@example.org", "Tuomas {{name}} & Co", "en", "monthly", "", "confirmed"),
    ("uma@example.org", "Uma Reyes", "en", "daily;weekly;monthly", "nothing-of-this-kind", "confirmed"),
    ("vittoria@example.org", "Vittoria Rossi", "it", "daily;weekly", "", "pending"),
    ("wei@example.org", "李伟", "zh", "daily;weekly", "", "withdrawn"),
    ("yusuf@example.org", "Yusuf Yıldız", "tr", "daily;weekly", "", "confirmed"),   # leaves all on day 9
    ("zoe@example.org", "Zoë Müller", "de", "daily;weekly;monthly", "", "confirmed"),  # leaves the daily one on day 9
]
LEAVES = {"yusuf@example.org": ("daily", "weekly", "monthly"), "zoe@example.org": ("daily",)}
LEAVING_DAY = 9
HEADLINES = ("Ships in the fog", "Ein Fass voll Öl & Äpfel", "Τα νέα της εβδομάδας", "港の朝", "Cats > dogs?", "\"Quoted\" news ⛵",
             "One = two", "A very long headline that goes on and on about the weather, the harbour, the bread, the band and "
             "the one thing that nobody had thought of before the council met on Thursday evening")


def at(day, clock):
    hour, minute = map(int, clock.split(":"))
    return datetime.datetime.combine(FIRST_DAY + datetime.timedelta(days=day), datetime.time(hour, minute), ZONE)


def articles():
    """{source: [Article]}, oldest first; each title starts with a number of its own."""
    out = {"town": [], "garden": [], "club": []}
    number = 0

    def add(source, appears, published="same", body="<p>Words about it, quite a few of them.</p>", tags=()):
        nonlocal number
        number += 1
        title = "[%03d] %s" % (number, HEADLINES[number % len(HEADLINES)])
        published = appears if published == "same" else published
        out[source].append(Article(title, "https://%s.example/posts/%d?a=1&b=2" % (source, number), appears, published, body, tags))

    add("town", at(-60, "10:00"))  # too old for any first edition
    for day in range(-7, DAYS):
        if day in QUIET_DAYS:
            continue
        # 06:10 is before that morning's run; 23:59:59 is after it.
        add("town", at(day, "06:10"), body="" if day % 3 == 0 else "<p>Bread is <b>cheaper</b>. <a href='/more'>More</a>.</p>")
        if day % 2:
            add("garden", at(day, "11:00"), body="<p>%s</p>" % ("The roses sleep. " * 120))
            add("garden", at(day, "11:00"), tags=("sport",))  # same second as the one before, and a tag that is a topic
        if day >= 0 and day % 5 == 0:
            add("club", at(day, "23:59") + datetime.timedelta(seconds=59), published=None)  # undated
        if day == 6:
            add("club", at(day, "20:00"), published=at(day - 1, "21:00"))  # back-dated
    return out


ARTICLES = articles()
TITLES = {post.title[:5]: post.title for posts in ARTICLES.values() for post in posts}
WRITERS = {"town": ("town.xml", rss), "garden": ("garden.atom", atom), "club": ("club.json", json_feed)}


def write_feeds(home, now):
    for source, (name, write) in WRITERS.items():
        home.write(name, write(source.title(), [each for each in ARTICLES[source] if each.appears <= now]))


def runs_of(digest):
    """The editions that fall into the three weeks: (after, until) of what appears in each."""
    if digest == "daily":
        return [(at(day - 1, "07:30"), at(day, "07:30"), day) for day in range(DAYS)]
    if digest == "weekly":
        return [(at(day - 7, "08:00"), at(day, "08:00"), day) for day in range(0, DAYS, 7)]
    first = (datetime.date(2026, 2, 1) - FIRST_DAY).days
    return [(at(first - 31, "08:00"), at(first, "08:00"), first)]


def expected():
    """{address: Counter of (digest, frozenset of titles)}."""
    out = collections.defaultdict(collections.Counter)
    for address, _, _, digests, topics, state in SUBSCRIBERS:
        wanted = set(filter(None, topics.split(";")))
        for digest in digests.split(";"):
            for after, until, day in runs_of(digest):
                gone = day >= LEAVING_DAY and digest in LEAVES.get(address, ())
                if state != "confirmed" or gone:
                    continue
                titles = set()
                for source, posts in ARTICLES.items():
                    if digest == "weekly" and source == "club":
                        continue
                    for post in posts:
                        labels = {*TOPICS[source], *post.tags}
                        if after < post.appears <= until and (not wanted or wanted & labels):
                            titles.add(post.title)
                if titles:
                    out[address][digest, frozenset(titles)] += 1
    return out


class MainJob(unittest.TestCase):
    """One long story; its steps share the home, the server and what was received."""

    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        # Some trouble on the way: a relay that is busy now and then must not change who gets what.
        cls.server = SmtpServer([Rule("rcpt", "451 4.3.0 busy", to="ada@example.org", times=2),
                                 Rule("mail", "delay:0.2", times=3)])
        cls.server.__enter__()
        sources = ['[[source]]\nname = "%s"\nurl = "file:%s"\ntopics = ["%s"]\n' % (name, WRITERS[name][0], TOPICS[name][0])
                   for name in WRITERS]
        # A source that never has anything: its topic is one that readers may have chosen all the same.
        sources.append('[[source]]\nname = "quiet"\nurl = "file:quiet.xml"\ntopics = ["nothing-of-this-kind"]\n')
        cls.home.write("quiet.xml", rss("Quiet", []))
        cls.home.configure(cls.server.url, sources, DIGESTS)
        rows = "".join('%s,"%s",%s,%s,%s,%s\n' % (a, n.replace('"', '""'), *rest) for a, n, *rest in SUBSCRIBERS)
        cls.home.write("list.csv", "email,name,language,digests,topics,status\n" + rows)
        cls.received = []
        cls.live()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.home.__exit__()

    @classmethod
    def live(cls):
        home = cls.home
        home.do("subscriber", "import", "list.csv", at=at(-1, "12:00"))
        cls.repeats = []
        for day in range(DAYS):
            if day == LEAVING_DAY:
                home.do("subscriber", "unsubscribe", "yusuf@example.org", at=at(day, "05:00"))
                home.do("subscriber", "unsubscribe", "zoe@example.org", "--digest", "daily", at=at(day, "05:00"))
            for clock in ("07:30", "08:00", "12:45"):
                now = at(day, clock)
                write_feeds(home, now)
                # A deferred address is tried again by the runs that follow: 75 says so, and is no failure.
                done = home.run("send", "--due", at=now)
                if done.returncode not in (0, 75):
                    raise AssertionError("%s: exit %d\n%s%s" % (now, done.returncode, done.stdout, done.stderr))
                cls.received += [(day, clock, each) for each in cls.server.take()]
                if day % 7 == 0 or day in QUIET_DAYS:
                    home.run("send", "--due", at=now)
                    cls.repeats += cls.server.take()

    def test_each_subscriber_gets_exactly_the_posts_of_their_digests_once(self):
        got = collections.defaultdict(collections.Counter)
        for _, _, mail in self.received:
            message = parse_mail(mail.octets)
            digest = message["Feedback-ID"].split(":")[1]
            text = text_of(message)
            shown = frozenset(TITLES[number] for number in re.findall(r"\[\d{3}\]", text))
            got[mail.envelope_to][digest, shown] += 1
        want = {address.replace("bücher", "xn--bcher-kva"): mails for address, mails in expected().items()}
        self.assertEqual(sorted(got), sorted(want))
        for address in want:
            missing, surplus = want[address] - got[address], got[address] - want[address]
            words = "\n".join("%s %s: %s" % (sign, digest, sorted(each[:5] for each in titles))
                              for sign, mails in (("-", missing), ("+", surplus)) for digest, titles in mails)
            self.assertFalse(words, "%s\n%s" % (address, words))

    def test_something_was_at_stake(self):
        self.assertGreater(len(self.received), 200)
        self.assertEqual({rule.times for rule in self.server.rules}, {0}, "the planned trouble did not happen")
        self.assertNotIn("uma@example.org", {mail.envelope_to for _, _, mail in self.received})

    def test_a_day_without_posts_sends_nothing(self):
        empty = [day for after, until, day in runs_of("daily")
                 if not any(after < post.appears <= until for posts in ARTICLES.values() for post in posts)]
        self.assertTrue(empty)
        for day in empty:
            self.assertEqual([mail.envelope_to for d, clock, mail in self.received if (d, clock) == (day, "07:30")], [])

    def test_a_second_run_at_the_same_time_sends_nothing(self):
        self.assertEqual(self.repeats, [])

    def test_skipped_editions_are_recorded_and_counts_balance(self):
        editions = self.home.json("edition", "list", "--limit", "100", at=at(DAYS, "00:00"))
        states = collections.Counter((each["digest"], each["state"]) for each in editions)
        daily = [any(after < p.appears <= until for posts in ARTICLES.values() for p in posts) for after, until, _ in runs_of("daily")]
        self.assertEqual(states["daily", "sent"], sum(daily))
        self.assertEqual(states["daily", "skipped"], DAYS - sum(daily))
        self.assertGreater(states["daily", "skipped"], 0)
        self.assertEqual((states["weekly", "sent"], states["monthly", "sent"]), (3, 1))
        sent = 0
        for each in editions:
            states = ("planned", "claimed", "deferred", "in_doubt", "sent", "failed", "suppressed")
            self.assertEqual(each["recipient_count"], sum(each[state + "_count"] for state in states), each)
            sent += each["sent_count"]
        self.assertEqual(sent, len(self.received))

    def test_message_ids_are_unique_and_addresses_agree(self):
        ids = collections.Counter(parse_mail(mail.octets)["Message-ID"] for _, _, mail in self.received)
        self.assertEqual(ids.most_common(1)[0][1], 1)
        for _, _, mail in self.received:
            message = parse_mail(mail.octets)
            self.assertEqual(message["To"].addresses[0].addr_spec, mail.envelope_to)
            self.assertEqual(message["From"].addresses[0].addr_spec, "news@example.org")

    def test_names_arrive_as_they_were_given(self):
        names = {address.replace("bücher", "xn--bcher-kva"): name for address, name, *_ in SUBSCRIBERS}
        for _, _, mail in self.received:
            self.assertEqual(parse_mail(mail.octets)["To"].addresses[0].display_name, names[mail.envelope_to])


if __name__ == "__main__":
    unittest.main()
