"""Weeks of life through the real binary, in three zones: posts that are late, back-dated, undated, of one second, edited, in two
blogs; blogs, relay and machine that are away; readers with topics who change between three digests. An oracle says what each edition
must carry (by walking the wall clock and looking through all posts at each run), and whoever stays on the list gets each post
exactly once.

With TIDINGS_YEARS=N: N whole years in each zone; TIDINGS_SEED is the first seed.
"""
import collections
import dataclasses
import datetime
import os
import random
import re
import unittest
import zoneinfo

from smtp_server import SmtpServer
from tidings import Article, Home, parse_mail, rss, text_of

UTC = datetime.timezone.utc
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
# A time of the day that the zone's clocks skip once a year and have twice once a year.
ZONES = {"Europe/Athens": (3, 30), "America/New_York": (2, 30), "Australia/Lord_Howe": (2, 10)}
MAX_LATENESS = 36 * HOUR
FRESH, ILL, STEP = 6 * HOUR, 5 * HOUR, 11 * HOUR
DEAD_RELAY = "smtp://127.0.0.1:1"
TOPICS = ("art", "bay", "")


@dataclasses.dataclass
class Post:
    """One post in one blog; `article` is the number of what it says."""
    article: int
    blog: str
    appears: datetime.datetime
    published: object
    link: str
    title: str
    first_seen: object = None
    stored_date: object = None  # as it was read last
    first_reading: bool = False  # by the first reading of its blog
    first_run: dict = dataclasses.field(default_factory=dict)  # of each oracle: the run that was first to judge it

    def date(self):
        """By which it is judged; without one, or with one later than it was seen, when it was seen."""
        return self.stored_date if self.dated() else self.first_seen

    def dated(self):
        return self.stored_date is not None and self.stored_date <= self.first_seen


@dataclasses.dataclass
class Reader:
    address: str
    digest: str
    topics: tuple
    since: datetime.datetime
    restless: bool
    received: collections.Counter = dataclasses.field(default_factory=collections.Counter)


@dataclasses.dataclass
class Run:
    at: datetime.datetime
    before: datetime.datetime


class Oracle:
    """What a digest's editions must be, from the rules as the documentation tells them."""

    def __init__(self, runs, known_since):
        self.runs, self.known_since = runs, known_since
        self.covered = self.origin_from = self.origin_now = None
        self.shown, self.editions = set(), []

    def job(self, now, posts, blog_is_ill):
        run = [each for each in self.runs if each.at <= now][-1]
        if self.covered is not None and self.covered >= run.at or run.at < self.known_since or now - run.at > MAX_LATENESS:
            return
        first_owed = next(each for each in self.runs if each.at >= self.known_since)
        origin = (first_owed.before, now) if self.covered is None else (self.origin_from, self.origin_now)
        articles = set()
        for post in posts:
            if post.first_seen is None or post.article in self.shown:
                continue
            # Nobody is asked for its age but what a blog's first reading brought.
            if post.first_reading and post.dated() and post.stored_date < self.oldest(post, origin, run):
                continue
            articles.add(post.article)
        if not articles and blog_is_ill:
            return  # asked again
        self.origin_from, self.origin_now = origin
        self.covered = run.at
        if articles:
            self.shown |= articles
            self.editions.append((run.at, articles))

    def oldest(self, post, origin, run):
        """One period back: from the first edition as it stands, later from the reading, or from the run that it was read for."""
        if post.first_seen <= origin[1]:
            return origin[0]
        post.first_run.setdefault(id(self), run.at)
        return min(post.first_seen, post.first_run[id(self)]) - (run.at - run.before)


class Life:
    def __init__(self, zone, days, seed):
        self.zone, self.days, self.random = zone, days, random.Random(seed)
        # A stretch with a change of the clocks in it where it is no whole year.
        self.begin = datetime.datetime(2026, 3, 1, tzinfo=UTC)
        self.end = self.begin + days * DAY
        self.wall = {"daily": ZONES[zone], "weekly": (8, 0), "monthly": (8, 0)}
        self.posts, self.readers, self.events, self.first_read = self.write(), [], collections.Counter(), {}
        self.oracles = {name: Oracle(runs, self.begin) for name, runs in self.walk_the_clock().items()}

    def write(self):
        """Everything that the blogs will ever say."""
        posts, moment, number = [], self.begin - 20 * DAY, 0
        while moment < self.end + 50 * DAY:
            published = self.random.choice([moment, moment, moment - datetime.timedelta(minutes=20), moment - FRESH, None,
                                            moment + self.random.randrange(1, 300) * DAY])
            if number % 11 == 10:
                published = moment - self.random.randrange(40, 400) * DAY  # written long ago, and back-dated
            if number % 7 == 6 and posts[-1].published and moment - posts[-1].published <= FRESH:
                published = posts[-1].published  # the same second as another one
            link = "https://one.example/%d" % number
            title = "A long enough title of post [%04d]" % number
            blog = self.random.choice(["one", "two"])
            posts.append(Post(number, blog, moment, published, link, title))
            other = "two" if blog == "one" else "one"
            if number % 9 == 3:  # the other blog says the same, up to ten days later
                posts.append(Post(number, other, moment + self.random.randrange(240) * HOUR, published, link, title))
            if number % 9 == 6:  # and at once, at another address
                posts.append(Post(number, other, moment, published, link.replace("one.", "two."), title))
            number += 1
            moment += self.random.choice([1, 5, 9, 14, 23]) * HOUR
        return sorted(posts, key=lambda post: post.appears)

    def topic(self, article):
        return TOPICS[article % 3]

    def walk_the_clock(self):
        """For each digest the instants at which the wall clock first shows its time, or what comes after it, of a day of its own."""
        zone, runs, done = zoneinfo.ZoneInfo(self.zone), collections.defaultdict(list), {}
        wanted = {"daily": lambda day: True, "weekly": lambda day: day.weekday() == 0, "monthly": lambda day: day.day == 1}
        moment = self.begin - 80 * DAY
        while moment < self.end + 60 * DAY:
            local = moment.astimezone(zone)
            for name, day_is_right in wanted.items():
                if (local.hour, local.minute) >= self.wall[name] and done.get(name) != local.date():
                    done[name] = local.date()
                    if day_is_right(local):
                        runs[name].append(moment)
            moment += datetime.timedelta(minutes=10)
        return {name: [Run(*pair) for pair in zip(at[1:], at)] for name, at in runs.items()}

    # ---- the world

    def configure(self, relay):
        digests = "".join('[[digest]]\nname = "%s"\nschedule = "%s %02d:%02d"\n' % (name, words, *self.wall[name]) for name, words in
                          (("daily", "daily"), ("weekly", "weekly monday"), ("monthly", "monthly 1")))
        self.home.configure(relay, sources=("one.xml", "two.xml"), digests=digests + '[delivery]\ngive_up_after = "20d"\n')
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text().replace("Europe/Athens", self.zone))

    def blogs(self, now, ill):
        for blog in ("one", "two"):
            articles = [Article(post.title, post.link, post.appears, post.published, "<p>Words of %s</p>" % post.title,
                                (self.topic(post.article),) if self.topic(post.article) else ())
                        for post in self.posts if post.blog == blog and post.appears <= now]
            self.home.write(blog + ".xml", "<p>Out of order</p>" if blog == ill else rss("Blog " + blog, articles))

    def edit(self, now):
        """Words of some old or new post change wherever it stands, and its date with them or not."""
        article = self.random.choice([post.article for post in self.posts if post.appears <= now])
        new_date = self.random.random() < 0.5
        for post in self.posts:
            if post.article == article:
                post.title = re.sub("^(Edited )?", "Edited ", post.title)
                if new_date and post.first_seen:
                    post.published = now
        self.events["edits"] += 1

    def add(self, name, digest, topics, now, restless=True):
        reader = Reader(name + "@example.org", digest, topics, now, restless)
        more = [word for topic in topics for word in ("--topic", topic)]
        self.home.do("subscriber", "add", reader.address, "--digest", digest, "--confirmed", *more, at=now)
        self.readers.append(reader)

    def change_readers(self, now):
        for reader in self.readers:
            if reader.restless and self.random.random() < 1 / 40:
                wanted = self.random.choice([each for each in self.wall if each != reader.digest])
                self.home.do("subscriber", "set", reader.address, "--cadence", wanted, at=now)
                reader.digest = wanted
                self.events["changes"] += 1
        if self.random.random() < 1 / 60 and len(self.readers) < 14:
            self.add("late%d" % len(self.readers), self.random.choice(list(self.wall)), self.random.choice([(), ("art",)]), now)

    def is_shown(self, article):
        return any(article in oracle.shown for oracle in self.oracles.values())

    def by_title(self, begin, end):
        """Whether an article appears then that is one by its title alone: two blogs that bring it in two editions bring it twice."""
        return any(post.article % 9 == 6 and begin < post.appears < end for post in self.posts)

    # ---- the run

    def date_by_neighbours(self, blog, now):
        """At a blog's first reading a post without a date has that of the post beside it, the newer of two."""
        feed = [post for post in self.posts if post.blog == blog and post.appears <= now]
        dates = [post.published if post.published and post.published <= now else None for post in feed]
        for at, post in enumerate(feed):
            if post.published is None:
                beside = [next((date for date in side if date), None) for side in (dates[at + 1:], dates[:at][::-1])]
                post.stored_date = max((date for date in beside if date), default=None)

    def job(self, now, ill=None):
        self.blogs(now, ill)
        done = self.home.run("send", "--due", "-v", at=now)
        if done.returncode not in (0, 69, 75):
            raise AssertionError("%s: %s%s" % (now, done.stdout, done.stderr))
        if "--late" in done.stderr:  # the machine or the relay was away for too long: somebody decides
            self.events["late"] += 1
            self.home.run("deliver", "--late", at=now)
        for post in self.posts:
            if post.appears <= now and re.search("^%s: (\\d+ post|nothing new)" % post.blog, done.stdout, re.M):
                if post.first_seen is None or not self.is_shown(post.article):  # what is in an edition does not change any more
                    post.stored_date = post.published or post.stored_date
                if post.blog not in self.first_read:
                    self.first_read[post.blog] = now
                    self.date_by_neighbours(post.blog, now)
                post.first_seen = post.first_seen or now
                post.first_reading = post.first_seen == self.first_read[post.blog]
        for oracle in self.oracles.values():
            oracle.job(now, self.posts, re.search("source (one|two): ", done.stderr) is not None)
        known = {reader.address: reader for reader in self.readers}
        for mail in self.server.take():
            numbers = re.findall(r"\[(\d{4})\]", text_of(parse_mail(mail.octets)))
            known[mail.envelope_to].received.update(set(map(int, numbers)))
        self.events["jobs"] += 1

    def live(self):
        with Home() as self.home, SmtpServer() as self.server:
            self.configure(self.server.url)
            self.home.do("suppression", "add", "nobody@example.org", at=self.begin)  # from now on the digests are known
            for number, (digest, topics) in enumerate([("daily", ()), ("weekly", ("art",)), ("monthly", ("bay",)), ("daily", ("art", "bay")),
                                                       ("weekly", ()), ("daily", ())]):
                self.add("restless%d" % number, digest, topics, self.begin)
            for digest in self.wall:  # each digest has a reader all the time
                self.add("steady-" + digest, digest, (), self.begin, restless=False)
            now, ill_until, dead_until = self.begin, self.begin, self.begin
            ill = None
            while now < self.end:
                if now >= ill_until:
                    ill = None
                    if self.random.random() < 1 / 15 and not self.by_title(now - DAY, now + DAY):
                        ill, ill_until = self.random.choice(["one", "two"]), now + self.random.random() * ILL
                        self.events["ill"] += 1
                if dead_until and now >= dead_until:
                    self.configure(self.server.url)
                    dead_until = None
                if not dead_until and self.random.random() < 1 / 30:
                    self.configure(DEAD_RELAY)
                    dead_until = now + self.random.randrange(1, 20) * HOUR
                    self.events["dead"] += 1
                self.job(now, ill)
                self.change_readers(now)
                if self.random.random() < 1 / 5:
                    self.edit(now)
                now += datetime.timedelta(minutes=30) + self.random.random() * (STEP - datetime.timedelta(minutes=30))
                if self.random.random() < 1 / 60:
                    now += self.random.randrange(1, 12) * DAY
                    self.events["outages"] += 1
            self.configure(self.server.url)
            self.settled = now
            while now < self.settled + 40 * DAY:  # everything that is owed goes out
                self.job(now)
                now += DAY
            self.editions = {name: self.sealed(name) for name in self.wall}

    def sealed(self, name):
        out = []
        for each in self.home.json("edition", "list", "--digest", name, "--limit", "100000"):
            if each["state"] != "skipped":
                shown = self.home.json("edition", "show", each["id"])[0]
                numbers = [int(re.search(r"\[(\d{4})\]", post["title"]).group(1)) for post in shown["posts"]]
                out.append((datetime.datetime.fromisoformat(each["scheduled"].replace("Z", "+00:00")), numbers))
        return sorted(out)


class Year(unittest.TestCase):
    def live(self, zone, days, seed):
        life = Life(zone, days, seed)
        life.live()
        for name, oracle in life.oracles.items():
            got = [(at, sorted(numbers)) for at, numbers in life.editions[name]]
            want = [(at, sorted(articles)) for at, articles in oracle.editions]
            self.assertEqual(len(got), len(want), "%s %s %s" % (zone, seed, name))
            for each, other in zip(got, want):
                self.assertEqual(each, other, "%s %s %s" % (zone, seed, name))
        first_seen = {}
        for post in life.posts:
            if post.first_seen:
                first_seen[post.article] = min(first_seen.get(post.article, post.first_seen), post.first_seen)
        # What a blog had before the first edition of a digest, or a period before it was first read, is nobody's.
        backlog = {post.article for post in life.posts if post.first_reading and post.article % 11 == 10}
        backlog |= {post.article for post in life.posts for oracle in life.oracles.values()
                    if post.first_reading and post.date() < oracle.origin_from}
        for reader in life.readers:
            wanted = {article for article in first_seen if not reader.topics or life.topic(article) in reader.topics}
            owed = {article for article in wanted - backlog if reader.since < first_seen[article] < life.settled}
            twice = sorted(article for article, count in reader.received.items() if count > 1)
            missing, foreign = sorted(owed - set(reader.received)), sorted(set(reader.received) - wanted)
            self.assertEqual((missing, twice, foreign), ([], [], []), "%s %s %s" % (zone, seed, reader.address))
        return life

    def test_posts_come_once_through_switches_outages_and_a_change_of_the_clocks(self):
        life = self.live("Europe/Athens", 40, 7)
        for event, least in (("changes", 5), ("outages", 1), ("ill", 1), ("dead", 1), ("edits", 5), ("late", 0)):
            self.assertGreaterEqual(life.events[event], least, life.events)
        self.assertGreater(sum(sum(reader.received.values()) for reader in life.readers), 100)

    def test_whole_years(self):
        """As many as TIDINGS_YEARS says; none by default: forty days are lived above."""
        first = int(os.environ.get("TIDINGS_SEED", "1"))
        for seed in range(first, first + int(os.environ.get("TIDINGS_YEARS", "0"))):
            for zone in ZONES:
                with self.subTest(zone=zone, seed=seed):
                    life = self.live(zone, 365, seed)
                    received = sum(sum(reader.received.values()) for reader in life.readers)
                    print(zone, seed, dict(life.events), "articles", len({post.article for post in life.posts}), "readers",
                          len(life.readers), "editions", sum(map(len, life.editions.values())), "received", received, flush=True)


if __name__ == "__main__":
    unittest.main()
