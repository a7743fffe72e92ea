"""OPML in and out: lists of feeds of other programs become [[source]] blocks, and our sources a list for them."""
import unittest
import xml.etree.ElementTree as xml

from tidings import Home, rss

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>My feeds</title></head><body>
<outline text="Sea"><outline type="rss" text="Harbour &amp; Quay" xmlUrl="https://harbour.example/feed?a=1&amp;b=2" htmlUrl="https://harbour.example/"/>
<outline text="Boats"><outline type="rss" title="Old Boats" text="x" xmlUrl="http://boats.example/rss"/></outline></outline>
<outline type="rss" text="Town" xmlUrl="https://town.example/atom" category="/News/Local,Food"/>
<outline type="rss" text="Town again" xmlUrl="https://town.example/atom"/>
<outline type="link" text="A page" url="https://page.example/"/>
<outline type="rss" text="Bad" xmlUrl="javascript:alert(1)"/>
</body></opml>
"""


class Import(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure()
        self.home.write("list.opml", OPML)

    def read(self, text, status=0):
        self.home.write("x.opml", text)
        done = self.home.run("source", "import", "x.opml")
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_blocks_are_printed_with_folders_as_topics(self):
        said = self.home.do("source", "import", "list.opml")
        self.assertIn('# Harbour & Quay\n[[source]]\nname = "harbour-quay"\nurl = "https://harbour.example/feed?a=1&b=2"\ntopics = ["Sea"]\n', said)
        self.assertIn('name = "old-boats"\nurl = "http://boats.example/rss"\ntopics = ["Sea", "Boats"]\n', said)
        self.assertIn('name = "town"\nurl = "https://town.example/atom"\ntopics = ["Local", "Food"]\n', said)
        self.assertEqual(said.count("[[source]]"), 3)

    def test_what_is_left_out_is_told(self):
        done = self.home.run("source", "import", "list.opml")
        self.assertIn("Town again: https://town.example/atom is there twice", done.stderr)
        self.assertIn("A page: it has no feed", done.stderr)
        self.assertIn('Bad: "javascript:alert(1)" is not a web address', done.stderr)

    def test_append_writes_them_into_the_configuration(self):
        before = (self.home.folder / "config.toml").read_text()
        said = self.home.do("source", "import", "list.opml", "--append")
        self.assertIn("3 new sources, 0 known already, 3 left out", said)
        self.assertTrue((self.home.folder / "config.toml").read_text().startswith(before))
        self.assertEqual([each["source"] for each in self.home.json("source", "list")], ["feed", "harbour-quay", "old-boats", "town"])
        again = self.home.run("source", "import", "list.opml", "--append")
        self.assertIn("0 new sources, 3 known already", again.stdout)
        self.assertIn("Town: https://town.example/atom is a source already", again.stderr)
        self.assertEqual(len(self.home.json("source", "list")), 4)

    def test_names_are_unique_and_plain(self):
        feeds = "".join('<outline xmlUrl="https://%s.example/" text="%s"/>' % each for each in
                        (("a", "News"), ("b", "news!"), ("c", "Новости"), ("d", ""), ("e", "feed")))
        said = self.read("<opml><body>%s</body></opml>" % feeds).stdout
        self.assertEqual([line for line in said.splitlines() if line.startswith("name")],
                         ['name = "news"', 'name = "news-2"', 'name = "c"', 'name = "d"', 'name = "feed-2"'])

    def test_a_quote_in_a_topic_stays_inside_its_string(self):
        said = self.read('<opml><body><outline text=\'a"b\\c\'><outline xmlUrl="https://a.example/" text="x"/></outline></body></opml>').stdout
        self.assertIn('topics = ["a\\"b\\\\c"]', said)

    def test_opml_that_is_not_well_formed_is_read(self):
        said = self.read('<opml><body><outline text=Sea><outline text="Fish & Chips" xmlUrl="https://fish.example/?a=1&b=2"></body>').stdout
        self.assertIn('url = "https://fish.example/?a=1&b=2"', said)

    def test_other_files_are_refused_with_the_reason(self):
        for text, words in (("", "no OPML"), ("hello", "no OPML"), ("<rss><channel/></rss>", "no OPML"), ("{}", "no OPML")):
            self.assertIn("x.opml: " + words, self.read(text, 65).stderr)
        self.assertEqual(self.home.run("source", "import", "absent.opml").returncode, 66)

    def test_a_hostile_document_is_bounded(self):
        bomb = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><opml><body><outline text="&b;" xmlUrl="https://a.example/"/></body></opml>'
        self.assertLess(len(self.read(bomb).stdout), 1000)
        deep = "<opml><body>" + '<outline text="d">' * 50_000 + '<outline text="x" xmlUrl="https://deep.example/"/>' + "</outline>" * 50_000 + "</body></opml>"
        self.assertIn(self.home.run("source", "import", str(self.home.write("deep.opml", deep))).returncode, (0, 65))
        many = "<opml><body>" + "".join('<outline text="f" xmlUrl="https://f%d.example/"/>' % number for number in range(10_050)) + "</body></opml>"
        done = self.read(many)
        self.assertEqual(done.stdout.count("[[source]]"), 10_000)
        self.assertLess(len(done.stderr.splitlines()), 60)

    def test_a_line_break_in_a_title_breaks_no_line(self):
        said = self.read('<opml><body><outline text="a&#10;[web]&#10;b" xmlUrl="https://a.example/"/></body></opml>').stdout
        self.assertIn("# a [web] b\n", said)


class Export(unittest.TestCase):
    def test_what_is_exported_is_imported_again(self):
        with Home() as home:
            home.configure(sources=['[[source]]\nname = "sea"\nurl = "https://sea.example/feed?a=1&b=2"\ntopics = ["Sea & Sand", "Food"]\n',
                                    '[[source]]\nname = "town"\nurl = "https://town.example/feed"\n', "feed.xml"])
            home.write("feed.xml", rss("Local", []))
            said = home.do("source", "export")
            root = xml.fromstring(said)
            self.assertEqual((root.tag, root.get("version")), ("opml", "2.0"))
            self.assertEqual(root.findtext("head/title"), "Harbour News")
            feeds = {each.get("xmlUrl"): each for each in root.iter("outline") if each.get("xmlUrl")}
            self.assertEqual(set(feeds), {"https://sea.example/feed?a=1&b=2", "https://town.example/feed"})
            self.assertEqual(root.find("body/outline").get("text"), "Sea & Sand")
            with Home() as other:
                other.configure()
                back = other.run("source", "import", "-", input=said).stdout
                self.assertIn('url = "https://sea.example/feed?a=1&b=2"\ntopics = ["Sea & Sand", "Food"]', back)

    def test_titles_are_those_of_the_feeds(self):
        with Home() as home:
            home.configure(sources=['[[source]]\nname = "sea"\nurl = "https://sea.example/feed"\n'])
            self.assertIn('text="sea"', home.do("source", "export"))


if __name__ == "__main__":
    unittest.main()
