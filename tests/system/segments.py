"""An edition of which nearly every reader gets another choice of posts: each gets theirs, and what they share is kept once."""
import collections
import datetime
import os
import random
import unittest

from tidings import Article, Home, html_of, parse_mail, rss, text_of

UTC = datetime.timezone.utc
RUN = datetime.datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
TOPICS = ["boats", "choir", "council", "ferries", "fish", "gardens", "history", "markets", "music", "schools", "sport", "weather"]
LANGUAGES = ["en", "de", "el", "es", "fr", "it", "ja", "pt", "ru", "tr", "zh", "ar"]
SOURCE = '[[source]]\nname = "%s"\nurl = "file:%s.xml"\ntopics = ["%s"]\n'


def articles(topic):
    words = random.Random(topic)
    for number in range(2):
        body = "".join("<p>%s</p>" % " ".join("%s%d" % (topic, words.randrange(900)) for _ in range(60)) for _ in range(3))
        yield Article("%s story %d" % (topic.capitalize(), number), "https://%s.example/%d" % (topic, number), RUN,
                      RUN - datetime.timedelta(hours=5 + number), body)


class Segments(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        for topic in TOPICS:
            self.home.write(topic + ".xml", rss(topic.capitalize(), list(articles(topic))))
        self.home.configure(sources=[SOURCE % (topic, topic, topic) for topic in TOPICS])

    def fill(self, readers, languages):
        choice = random.Random(7)
        self.chosen = {}
        lines = ["email,name,language,topics"]
        for number in range(readers):
            topics = sorted(choice.sample(TOPICS, choice.randint(1, 6)))
            address = "reader%d@example.org" % number
            self.chosen[address] = topics
            lines.append('%s,%s,%s,"%s"' % (address, "Ada" if number % 2 else "", choice.choice(languages), "; ".join(topics)))
        self.home.write("list.csv", "\n".join(lines) + "\n")
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=RUN - datetime.timedelta(days=1))

    def number(self, statement):
        return int(self.home.sql(statement)[0][0])

    def test_each_reader_gets_the_posts_of_their_topics(self):
        self.fill(1500, LANGUAGES)
        self.home.do("collect", at=RUN)
        self.home.do("compose", "--due", at=RUN)
        command = self.home.command("deliver", "--to-dir", "out", at=RUN)
        pid = os.posix_spawn("/bin/sh", ["sh", "-c", 'cd "$0" && exec "$@" >delivered', str(self.home.folder), *command], os.environ)
        _, status, usage = os.wait4(pid, 0)
        self.assertEqual(status, 0)
        self.assertLess(usage.ru_maxrss / 1024, 64)
        seen = collections.Counter()
        for file in (self.home.folder / "out").glob("**/*.eml"):
            mail = parse_mail(file.read_bytes())
            address = mail["To"].addresses[0].addr_spec
            seen[address] += 1
            self.assertEqual(mail["To"].addresses[0].display_name, "Ada" if int(address[6:-12]) % 2 else "")
            for part in (text_of(mail), html_of(mail)):
                shown = {topic for topic in TOPICS if "https://%s.example/1" % topic in part}
                self.assertEqual(sorted(shown), self.chosen[address], address)
        self.assertEqual(seen, collections.Counter(dict.fromkeys(self.chosen, 1)))

        segments = self.number("SELECT count(*) FROM segments")
        bodies = self.number("SELECT sum(length(text_parts) + length(html_parts)) FROM segment_bodies")
        parts = self.number("SELECT sum(length(bytes)) FROM edition_parts")
        self.assertGreater(segments, 1000)
        print("%d segments, %d octets each and %d in parts, deliver's peak %d MB" % (segments, bodies / segments, parts, usage.ru_maxrss >> 10))
        self.assertLess(bodies / segments, 1500, "octets that a segment has of its own")
        self.assertLess(parts, 6_000_000)

    def test_a_preview_shows_the_segments_with_most_readers_and_names_the_rest(self):
        self.fill(60, ["en"])
        self.home.do("collect", at=RUN)
        said = self.home.do("preview", "weekly", "--to", "some", at=RUN)
        self.assertEqual(len(list((self.home.folder / "some").glob("*.eml"))), 20)
        shown = self.home.json("preview", "weekly", "--to", "some", at=RUN)[0]
        rest = shown["segments_not_shown_count"]
        self.assertGreater(rest, 10)
        self.assertIn("and %d segments with fewer readers; --all writes them too\n" % rest, said)
        readers = [each["subscriber_count"] for each in shown["segments"]]
        self.assertEqual(readers, sorted(readers, reverse=True))
        said = self.home.do("preview", "weekly", "--to", "all", "--all", at=RUN)
        self.assertEqual(len(list((self.home.folder / "all").glob("*.eml"))), 20 + rest)
        self.assertNotIn("fewer readers", said)


if __name__ == "__main__":
    unittest.main()
