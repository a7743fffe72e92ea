"""[[rule]] and [[filter]]: what becomes of posts as they are read."""
import datetime
import json
import unittest

from tidings import Article, Home, parse_mail, rss, text_of

ATHENS = datetime.timezone(datetime.timedelta(hours=2))
RUN = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=ATHENS)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
ADS = Article("Buy our boats", "https://town.example/ads", RUN, RUN - 20 * HOUR, "<p>Cheap boats, today only.</p>", ("ads",))
FERRY = Article("Ferry stops", "https://town.example/ferry", RUN, RUN - 30 * HOUR, "<p>The ferry rests for a week.</p>", ("sea",))
BREAD = Article("Cheap bread", "https://town.example/bread", RUN, RUN - 50 * HOUR, "<p>Bread is cheap.</p>")
ECHO = """#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    post = json.loads(line)
%s
"""


def plain(mail):
    return text_of(mail).replace("\r\n", "\n")


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.articles = [BREAD, FERRY, ADS]

    def configure(self, *blocks, source="", digest=""):
        self.home.configure(sources=['[[source]]\nname = "town"\nurl = "file:town.xml"\n' + source],
                            digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\ngroup_by = "none"\n' + digest + "\n" + "\n".join(blocks))

    def open(self, *blocks, source="", digest=""):
        self.configure(*blocks, source=source, digest=digest)
        self.home.write("town.xml", rss("Town", self.articles))
        if not (self.home.folder / "subscribers/tidings.db").exists():
            self.home.do("subscriber", "add", "ada@example.org", "--confirmed", at=RUN - 8 * DAY)

    def collect(self, at=RUN - HOUR):
        done = self.home.run("collect", "town", at=at)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def titles(self, at=RUN):
        self.home.do("send", "--due", "--to-dir", "out", at=at)
        shown = self.home.json("edition", "show", "weekly")[0]
        return [each["title"] for each in shown["posts"]]

    def mail(self):
        return plain(parse_mail(next((self.home.folder / "out").glob("**/*.eml")).read_bytes()))


class Rules(Case):
    def test_drop_names_the_rule_that_dropped(self):
        self.open('[[rule]]\nany = ["category:ads"]\naction = "drop"')
        self.assertEqual(self.titles(), ["Ferry stops", "Cheap bread"])
        self.assertIn("rule: category:ads", self.home.do("post", "list", at=RUN))

    def test_keep_beats_exclude_and_later_rules(self):
        self.open('[[rule]]\nany = "boats"\naction = "keep"', '[[rule]]\nany = "cheap"\naction = "drop"', source='exclude = "category:ads"\n')
        self.assertEqual(self.titles(), ["Buy our boats", "Ferry stops"])

    def test_pin_puts_a_post_first(self):
        self.open('[[rule]]\nany = "title:bread"\naction = "pin"')
        self.assertEqual(self.titles(), ["Cheap bread", "Buy our boats", "Ferry stops"])

    def test_a_post_that_the_editor_unpinned_stays_so(self):
        self.open('[[rule]]\nany = "title:bread"\naction = "pin"')
        self.collect()
        bread = next(each["id"] for each in self.home.json("post", "list") if each["title"] == "Cheap bread")
        self.home.do("post", "unpin", bread)
        self.collect()
        self.assertEqual(self.titles()[-1], "Cheap bread")

    def test_topic_is_what_digests_and_readers_choose_by(self):
        self.open('[[rule]]\nany = "title:bread"\naction = "topic"\ntopic = "food"', digest='topics = ["food"]\n')
        self.assertEqual(self.titles(), ["Cheap bread"])

    def test_all_and_unless_narrow_a_rule(self):
        self.open('[[rule]]\nall = ["cheap", "title:bread"]\naction = "drop"')
        self.assertEqual(self.titles(), ["Buy our boats", "Ferry stops"])
        with Home() as self.home:
            self.open('[[rule]]\nany = "cheap"\nunless = "category:ads"\naction = "drop"')
            self.assertEqual(self.titles(), ["Buy our boats", "Ferry stops"])

    def test_age_and_language(self):
        for rule, left in (('any = "age:>40h"', ["Buy our boats", "Ferry stops"]), ('any = "age:<24h"', ["Ferry stops", "Cheap bread"]),
                           ('any = "age:>40h"\nunless = "title:bread"', ["Buy our boats", "Ferry stops", "Cheap bread"])):
            with self.subTest(rule), Home() as self.home:
                self.open("[[rule]]\n%s" % rule)
                self.collect()
                self.assertEqual(self.titles(), left)
        with Home() as self.home:
            self.open('[[rule]]\nunless = "language:en"')
            self.home.write("town.xml", rss("Town", self.articles).replace("<title>Town</title>", "<title>Town</title><language>en-gb</language>"))
            self.assertEqual(len(self.titles()), 3)
            self.home.write("config.toml", (self.home.folder / "config.toml").read_text().replace("language:en", "language:e"))
            self.collect(RUN + HOUR)
            self.assertEqual(self.home.json("source", "list")[0]["rejected_count"], 3)

    def test_rules_of_other_sources_do_not_matter(self):
        self.home.write("pier.xml", rss("Pier", []))
        self.open('[[source]]\nname = "pier"\nurl = "file:pier.xml"', '[[rule]]\nsources = ["pier"]\nany = "category:ads"')
        self.assertEqual(len(self.titles()), 3)

    def test_a_changed_rule_judges_again_what_is_in_the_feed(self):
        self.open()
        self.collect()
        self.open('[[rule]]\nany = "category:ads"')
        self.collect(RUN - HOUR / 2)
        self.assertEqual(self.titles(), ["Ferry stops", "Cheap bread"])

    def test_mistakes_are_told_with_their_place(self):
        for block, words in (('[[rule]]\naction = "drop"', "a rule says what it looks for"), ('[[rule]]\nany = "x"\naction = "hide"', 'action cannot be "hide"'),
                             ('[[rule]]\nany = "x"\naction = "topic"', 'topic goes with action = "topic"'), ('[[rule]]\nany = "age:old"', '"age:old" is no age'),
                             ('[[rule]]\nany = "x"\nsources = ["tow"]', 'there is no source "tow"'), ('[[rule]]\nany = "colour:red"', 'unknown field "colour"'),
                             ('[[filter]]\nname = "f"', 'filter "f" needs a program'), ('[[filter]]\nname = "f"\ncommand = ["x"]\ntimeout = "soon"', "timeout")):
            with self.subTest(block):
                self.configure(block)
                done = self.home.run("config", "check")
                self.assertEqual(done.returncode, 78)
                self.assertRegex(done.stderr, r"config\.toml:\d+:\d+: .*")
                self.assertIn(words, done.stderr)


class Filters(Case):
    def program(self, body, settings=""):
        self.home.write("bin/filter", ECHO % "\n".join("    " + line for line in body.splitlines())).chmod(0o755)
        return '[[filter]]\nname = "helper"\ncommand = ["bin/filter"]\n' + settings

    def test_a_program_sees_each_post_as_a_json_line(self):
        self.open(self.program("open('seen.txt', 'a').write(line)"))
        self.collect()
        seen = [json.loads(line) for line in (self.home.folder / "seen.txt").read_text().splitlines()]
        self.assertEqual([each["title"] for each in seen], ["Buy our boats", "Ferry stops", "Cheap bread"])
        self.assertEqual(seen[1], {"id": 1, "source": "town", "title": "Ferry stops", "link": "https://town.example/ferry", "author": "",
                                   "published": "2026-01-04T00:00:00Z", "language": "", "categories": ["sea"], "summary": "",
                                   "text": "The ferry rests for a week."})

    def test_it_changes_title_summary_and_topics(self):
        self.open(self.program("print(json.dumps({'id': post['id'], 'title': post['title'].upper(), 'summary': 'In short <b>' + post['title'], 'topics': ['short']}))"),
                  digest='topics = ["short"]\n')
        self.assertEqual(self.titles(), ["BUY OUR BOATS", "FERRY STOPS", "CHEAP BREAD"])
        self.assertIn("In short <b>Ferry stops", self.mail())

    def test_it_drops_with_a_reason_and_pins(self):
        self.open(self.program("if 'ads' in post['categories']: print(json.dumps({'id': post['id'], 'drop': True, 'reason': 'an advertisement'}))\n"
                               "if 'bread' in post['title']: print(json.dumps({'id': post['id'], 'pin': True}))"))
        self.assertEqual(self.titles(), ["Cheap bread", "Ferry stops"])
        self.assertIn("filter helper: an advertisement", self.home.do("post", "list", at=RUN))

    def test_it_is_asked_once_for_each_post_and_version(self):
        self.open(self.program("open('seen.txt', 'a').write(line)\nprint(json.dumps({'id': post['id'], 'title': post['title'] + '!'}))"))
        for hour in range(3):
            self.home.write("town.xml", rss("Town", self.articles) + " " * hour)
            self.collect(RUN - (5 - hour) * HOUR)
        self.assertEqual(len((self.home.folder / "seen.txt").read_text().splitlines()), 3)
        self.articles = self.articles[:2] + [Article("Buy our ships", ADS.link, RUN, ADS.published, ADS.body)]
        self.home.write("town.xml", rss("Town", self.articles))
        self.collect(RUN - HOUR)
        self.assertEqual(len((self.home.folder / "seen.txt").read_text().splitlines()), 4)
        self.assertEqual(sorted(self.titles()), ["Buy our ships!", "Cheap bread!", "Ferry stops!"])

    def test_a_failure_is_told_and_harmless_and_tried_again(self):
        self.open(self.program("sys.exit('no model')"))
        self.assertIn("town: filter helper:", said := self.collect())
        self.assertIn("exited with status 1: no model; the posts stay as they are", said)
        self.program("print(json.dumps({'id': post['id'], 'title': 'x ' + post['title']}))")
        self.assertEqual(self.titles()[0], "x Buy our boats")

    def test_an_absent_program_a_flood_of_output_and_a_sleeper_are_bounded(self):
        for body, settings, words in ((None, "", "cannot be started"), ("print('x' * 100000)", 'max_bytes = "10KiB"\n', "wrote more than 10 kB"),
                                      ("import time\ntime.sleep(60)", 'timeout = "300ms"\n', "ran longer than 300ms")):
            with self.subTest(words), Home() as self.home:
                block = self.program(body or "pass", settings)
                if body is None:
                    (self.home.folder / "bin/filter").unlink()
                self.open(block)
                self.assertIn(words, self.collect())
                self.assertEqual(len(self.titles()), 3)

    def test_answers_that_make_no_sense_are_told_once(self):
        self.open(self.program("print('what?')\nprint(json.dumps({'id': 99, 'drop': True}))\nprint(json.dumps([1]))\n"
                               "print(json.dumps({'id': post['id'], 'title': 5, 'topics': 'x', 'drop': 'yes'}))"))
        said = self.collect()
        self.assertEqual(said.count("is not a JSON object with the \"id\" of a post"), 1)
        self.assertEqual(len(self.titles()), 3)

    def test_it_does_not_see_our_secrets(self):
        self.home.environment["HARBOUR_PASSWORD"] = "geheim"
        self.open(self.program("import os\nopen('env.txt', 'w').write(str(dict(os.environ)))"),
                  source='username = "ada"\npassword_env = "HARBOUR_PASSWORD"\n')
        self.collect()
        self.assertNotIn("geheim", (self.home.folder / "env.txt").read_text())

    def test_only_so_many_posts_at_one_run_the_others_at_the_next(self):
        self.open(self.program("print(json.dumps({'id': post['id'], 'title': 'x ' + post['title']}))", "max_posts = 2\n"))
        self.collect(RUN - 3 * HOUR)
        self.assertEqual(sum(each["title"].startswith("x ") for each in self.home.json("post", "list")), 2)
        self.home.write("town.xml", rss("Town", self.articles) + " ")
        self.collect(RUN - HOUR)
        self.assertEqual(sum(each["title"].startswith("x ") for each in self.home.json("post", "list")), 3)

    def test_filters_of_other_sources_do_not_run(self):
        self.home.write("pier.xml", rss("Pier", []))
        self.open('[[source]]\nname = "pier"\nurl = "file:pier.xml"', self.program("open('seen.txt', 'a').write(line)", 'sources = ["pier"]\n'))
        self.collect()
        self.assertFalse((self.home.folder / "seen.txt").exists())


if __name__ == "__main__":
    unittest.main()
