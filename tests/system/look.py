"""The look of a mail: a newsletter of thirteen varied posts (varied.py) in every theme, held to numbers.

What can be read in the HTML is read there; what only a browser knows (where a title stands, how high a picture is, what breaks) is
asked of headless Chromium, and skipped where there is no chromedriver.
"""
import html.parser
import pathlib
import re
import tempfile
import unittest

import varied
from browser import DRIVER, Browser
from tidings import Article, Home, html_of, parse_mail, rss, text_of
from varied import NOW, THEMES

VOID = {"meta", "img", "br", "link", "hr", "input", "source"}
# What mails may use. Each with who does not know it, and what happens there instead; by hand, from what mail programs are known to do.
FALLBACKS = {
    "border-radius": "Outlook classic: corners are square",
    "box-sizing": None,
    "display": "Outlook classic: the night logo is inside <!--[if !mso]>",
    "float": "Outlook classic: align on the picture says the same",
    "hyphens": "Outlook, Gmail: long words break anywhere",
    "letter-spacing": "none needed",
    "max-height": "Outlook classic: a picture of unknown size is as high as it is wide or higher",
    "max-width": "Outlook classic: a table of 600 px around it, width on pictures",
    "object-fit": "Outlook classic, Yahoo: the square shows the whole picture",
    "object-position": "Outlook classic, Yahoo: the middle of the picture is shown, or all of it",
    "opacity": "Outlook: mso-hide:all hides the preheader",
    "overflow-wrap": "Outlook classic: word-break says the same",
    "overflow-x": "Outlook, Gmail on Android: a wide table makes the mail wider",
    "text-wrap": "most: headings wrap as they come",
    "white-space": "none needed",
    "word-break": "none needed",
}
PLAIN = {"align-items", "background", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-right", "border-top", "color",
         "color-scheme", "font-family", "font-size", "font-style", "font-weight", "height", "line-height", "margin", "margin-bottom", "margin-left",
         "margin-right", "overflow", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align", "text-decoration",
         "vertical-align", "width"}
VENDOR = ("-webkit-", "-ms-", "mso-", "hyphenate-limit-chars")
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "thead", "tr", "td", "th", "h1", "h2", "h3", "p", "a", "img", "span",
            "strong", "b", "em", "ul", "ol", "li", "br", "blockquote", "pre", "code"}


class Elements(html.parser.HTMLParser):
    """Every element with its attributes, its style, the text in it, and the language and size that hold there."""

    def __init__(self, text):
        super().__init__()
        self.all, self.stack = [], []
        self.feed(re.sub(r"<!--\[if mso\]>.*?<!\[endif\]-->", "", text, flags=re.S))

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        style = dict(each.split(":", 1) for each in values.get("style", "").split(";") if ":" in each)
        above = self.stack[-1] if self.stack else {"size": 16.0, "hidden": False}
        size = re.match(r"([\d.]+)px", style.get("font-size", ""))
        element = {"tag": tag, "values": values, "style": style, "text": "", "size": float(size[1]) if size else above["size"], "has": False,
                   "hidden": above["hidden"] or style.get("display") == "none" or tag in ("style", "title")}
        for each in self.stack:
            each["has"] = each["has"] or tag in ("img", "br")
        self.all.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()["tag"] != tag:
            pass

    def handle_data(self, data):
        for each in self.stack:
            each["text"] += data

    def of(self, *tags):
        return [each for each in self.all if each["tag"] in tags]


class Mail(unittest.TestCase):
    """Read in the HTML and the text."""

    @classmethod
    def setUpClass(cls):
        cls.mails = {(theme, language): varied.render(theme, language) for theme in THEMES for language in ("en", "ar", "ja")}

    def each(self):
        for (theme, language), (text, _) in self.mails.items():
            with self.subTest(theme=theme, language=language):
                yield theme, language, Elements(text)

    def test_language_and_direction_are_said_on_html_and_on_the_content(self):
        for _, language, page in self.each():
            direction = "rtl" if language == "ar" else "ltr"
            content = [each for each in page.of("div") if each["values"].get("role") == "article"]
            self.assertEqual(len(content), 1)
            for element in (*page.of("html"), *content):
                self.assertEqual((element["values"].get("lang"), element["values"].get("dir")), (language, direction))
            self.assertTrue(content[0]["values"].get("aria-label"))

    def test_layout_tables_say_so_and_pictures_have_alt(self):
        for _, _, page in self.each():
            for table in page.of("table"):
                self.assertTrue(table["values"].get("role") == "presentation" or "Fare" in table["text"], table["values"])
            for image in page.of("img"):
                self.assertIn("alt", image["values"])

    def test_headings_are_in_order_and_one_is_first(self):
        for _, _, page in self.each():
            levels = [int(each["tag"][1]) for each in page.of("h1", "h2", "h3")]
            self.assertEqual([level for level in levels if level == 1], levels[:1])
            self.assertFalse([pair for pair in zip(levels, levels[1:]) if pair[1] > pair[0] + 1])

    def test_no_text_is_smaller_than_13_pixels_and_no_line_lower_than_1_2(self):
        for _, _, page in self.each():
            for element in page.all:
                if not element["hidden"]:
                    self.assertGreaterEqual(element["size"], 13, element["text"][:40])
                height = element["style"].get("line-height", "1.5")
                if not element["hidden"] and not height.endswith("px"):
                    self.assertGreaterEqual(float(height), 1.2, element["values"])

    def test_no_element_is_empty(self):
        for _, _, page in self.each():
            for element in page.of("p", "h1", "h2", "h3", "a", "td", "li", "div", "span", "strong"):
                self.assertTrue(element["text"].strip() or element["has"], element)

    def test_links_say_where_they_lead(self):
        for _, _, page in self.each():
            for link in page.of("a"):
                words = link["text"].strip() or link["values"].get("title", "")
                self.assertTrue(words, link)
                self.assertNotRegex(words, r"^(https?://|www\.)?[\w-]+(\.[\w-]+)+/?$")
                self.assertNotIn(words.lower(), ("here", "click here", "more", "link"))

    def test_every_property_and_element_is_known_to_mail_programs_or_has_a_fallback(self):
        for _, language, page in self.each():
            text = self.mails[_, language][0]
            styles = re.sub(r"/\*.*?\*/", "", "".join(re.findall(r"<style>(.*?)</style>", re.sub(r"<!--\[if mso\].*?<!\[endif\]-->", "", text, flags=re.S), re.S)))
            used = {name for each in page.all for name in each["style"]}
            used |= set(re.findall(r"[{;]\s*([a-z-]+):", styles)) - {"prefers-color-scheme"}
            self.assertEqual({name for name in used if name not in PLAIN and name not in FALLBACKS and not name.startswith(VENDOR)}, set())
            self.assertEqual({each["tag"] for each in page.all} - ELEMENTS, set())

    def test_every_post_says_its_language_and_its_direction_where_it_differs(self):
        for _, language, page in self.each():
            found = {each["values"]["id"]: (each["values"].get("lang"), each["values"].get("dir")) for each in page.of("td") if "id" in each["values"]}
            self.assertEqual(len(found), 13)
            self.assertEqual(found["post-10"], ("de", "ltr"))
            self.assertEqual(found["post-11"], ("ar", None if language == "ar" else "rtl"))
            self.assertEqual(found["post-12"], ("ja", None if language == "ja" else "ltr"))
            self.assertEqual(found["post-1"], ("en", None if language == "en" else "ltr"))

    def test_a_note_without_a_title_is_shown_once_and_is_no_entry_of_the_contents(self):
        for _, _, page in self.each():
            words = "Fog so thick this morning"
            self.assertEqual(sum(words in each["text"] for each in page.of("h1", "h2", "h3")), 0)
            self.assertEqual(page.of("body")[0]["text"].count(words), 1)

    def test_the_contents_are_five_lines_at_most_behind_the_first_story(self):
        for theme, _, page in self.each():
            entries = [each for each in page.of("a") if each["values"].get("href", "").startswith("#post-")]
            self.assertEqual(len(entries), 0 if theme == "compact" else 5)
            for entry in entries:
                self.assertLessEqual(len(entry["text"]), 38)

    def test_what_is_complete_has_no_link_to_read_on(self):
        page = Elements(self.mails["default", "en"][0])
        self.assertEqual(sum(each["text"].startswith("Continue reading") for each in page.of("a")), 2)
        self.assertNotIn("Open on the web", self.mails["default", "en"][0])

    def test_quotes_lists_tables_and_code_stay_what_they_are(self):
        for theme in ("default", "plain"):
            page = Elements(self.mails[theme, "en"][0])
            self.assertIn("We are not against the bridge", page.of("blockquote")[0]["text"])
            self.assertEqual(len(page.of("li")), 5)
            self.assertIn("curl -s https://tides.example", page.of("pre")[0]["text"])
            self.assertEqual([each["text"] for each in page.of("th")], ["Day", "First", "Last", "Fare"])

    def test_the_text_part_keeps_tables_code_and_hanging_lines(self):
        _, text = self.mails["default", "en"]
        self.assertRegex(text, r"(?m)^2\. Four hours, two .*\n   \S")
        self.assertIn("    curl -s https://tides.example/east-quay.csv |\n      awk -F,", text)
        self.assertRegex(text, r"(?m)^Mon–Fri +06:40 +20:10 +€4\.20$")
        self.assertEqual(text.count("Fog so thick this morning"), 1)

    def test_no_theme_has_grown_by_more_than_a_tenth(self):
        """The sizes of these mails before the themes were drawn anew, in octets."""
        for theme, before in {"default": 27162, "magazine": 28408, "compact": 15205, "plain": 25751}.items():
            self.assertLessEqual(len(self.mails[theme, "en"][0].encode()), before * 1.1, theme)


class Subject(unittest.TestCase):
    def test_a_subject_has_at_most_110_characters(self):
        with Home() as home:
            home.now = NOW
            at = varied.MONDAY
            home.write("feed.xml", rss("Town", [Article("A very long title " * 15, "https://town.example/%d" % each, at, at, "<p>x</p>") for each in range(3)]))
            home.configure(digests='[[digest]]\nname = "weekly"\ntitle = "%s"\nschedule = "weekly monday 08:00"\n' % ("A digest with a rather long name " * 2))
            home.do("preview", "weekly", "--to", "out")
            subject = parse_mail((home.folder / "out/en.eml").read_bytes())["Subject"]
            self.assertLessEqual(len(subject), 111)
            self.assertIn("and 2 more", subject)


class Notices(unittest.TestCase):
    def test_a_notice_is_dark_at_night_and_wears_the_brand(self):
        with Home() as home:
            home.now = NOW
            home.write("feed.xml", rss("Town", []))
            path = home.configure(smtp="drop:out")
            path.write_text(path.read_text() + '[brand]\naccent = "#7a1f3d"\nlogo = "https://town.example/logo.png"\n')
            home.do("subscriber", "add", "ada@example.org")
            mails = [parse_mail(each.read_bytes()) for each in sorted((home.folder / "out").glob("*"))]
            shown = html_of(mails[0])
            self.assertIn("@media (prefers-color-scheme:dark)", shown)
            self.assertIn("background:#7a1f3d", shown)
            self.assertIn("https://town.example/logo.png", shown)
            self.assertNotIn("#0a5a70", shown)
            self.assertTrue(text_of(mails[0]))


class Accent(unittest.TestCase):
    def check(self, brand):
        with Home() as home:
            home.write("feed.xml", rss("Town", []))
            path = home.configure()
            path.write_text(path.read_text() + brand)
            return home.run("config", "check")

    def test_a_pale_accent_is_told_with_what_it_becomes(self):
        done = self.check('[brand]\naccent = "#ffcc00"\n')
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout + done.stderr, r"accent #ffcc00 reads 1\.\d to 1 .*: text and buttons are #[0-9a-f]{6} by day and #ffcc00 at night")

    def test_a_dark_accent_is_not_worth_a_word(self):
        done = self.check('[brand]\naccent = "#7a1f3d"\n')
        self.assertNotIn("accent", done.stdout + done.stderr)

    def test_what_makes_no_sense_is_told_with_its_place(self):
        for brand, words in (('accent = "red"', '"red" is not a colour'), ('logo = "logo.png"', "not an https address"),
                             ('links = ["Mastodon"]', "is not a link"), ('body_font = "a;color:red"', "body_font cannot be"),
                             ('logo_dark = "https://e.example/x.png"', "logo_dark without logo")):
            done = self.check("[brand]\n%s\n" % brand)
            self.assertEqual(done.returncode, 78)
            self.assertRegex(done.stderr, r"config\.toml:\d+:\d+: ")
            self.assertIn(words, done.stderr)

    def test_a_digest_may_have_a_brand_of_its_own(self):
        text, _ = varied.render(digest='[digest.brand]\naccent = "#7a1f3d"\n', config='[brand]\naccent = "#225522"\n')
        self.assertIn("color:#7a1f3d", text)
        self.assertNotIn("#225522", text)


@unittest.skipUnless(DRIVER, "no chromedriver")
class Browsed(unittest.TestCase):
    """Asked of a browser."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        varied.draw(pathlib.Path(cls.folder.name))
        cls.browser = Browser(True, "en")
        for theme in THEMES:
            text, _ = varied.render(theme)
            (pathlib.Path(cls.folder.name) / (theme + ".html")).write_text(varied.local(text, cls.folder.name), encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def ask(self, theme, width, script):
        self.browser.width(width)
        self.browser.open("file://%s/%s.html" % (self.folder.name, theme))
        return self.browser.do("POST", "/execute/sync", {"script": "return " + script, "args": []})

    def test_the_first_story_s_title_stands_within_600_pixels_on_a_phone(self):
        for theme in THEMES:
            with self.subTest(theme):
                bottom = self.ask(theme, 375, "document.querySelector('#post-1 h2, #post-1 h3').getBoundingClientRect().bottom")
                self.assertLess(bottom, 600)

    def test_nothing_scrolls_sideways(self):
        for theme in THEMES:
            for width in (320, 375, 600, 1000):
                with self.subTest(theme=theme, width=width):
                    self.assertLessEqual(self.ask(theme, width, "document.documentElement.scrollWidth"), width)

    def test_no_picture_is_higher_than_400_pixels_or_cut_where_it_would_lose_its_point(self):
        for theme in ("default", "magazine"):
            for width in (375, 600):
                pictures = self.ask(theme, width, "[...document.images].map(i => [i.src, i.width, i.height, i.naturalWidth, i.naturalHeight])")
                self.assertEqual(len(pictures), 3)
                for source, wide, high, own_wide, own_high in pictures:
                    with self.subTest(theme=theme, width=width, source=source):
                        self.assertLessEqual(high, 400)
                        if "portrait" in source or "chart" in source:
                            self.assertAlmostEqual(wide / high, own_wide / own_high, delta=0.05)

    def test_a_price_or_a_day_never_breaks_in_a_table(self):
        for theme in ("default", "plain"):
            lines = self.ask(theme, 320, "[...document.querySelectorAll('.text td')].map(t => { const r = document.createRange(); r.selectNodeContents(t);"
                                         " return [t.textContent, r.getClientRects().length] })")
            self.assertGreater(len(lines), 8)
            self.assertEqual([text for text, count in lines if count > 1], [])

    def test_a_magazine_of_thirteen_posts_is_below_4000_pixels_on_a_phone(self):
        self.assertLess(self.ask("magazine", 375, "document.documentElement.scrollHeight"), 4000)

    def test_plain_has_at_most_70_characters_a_line(self):
        wide = self.ask("plain", 1000, "document.querySelector('#post-1 .text p').getBoundingClientRect().width / (() => { const s = document.createElement('span');"
                                       " s.textContent = 'the quick brown fox jumps over the lazy dog and more'; document.querySelector('#post-1 .text p').append(s);"
                                       " return s.getBoundingClientRect().width / 52 })()")
        self.assertLessEqual(wide, 74)  # an average; a line ends at a word before it


if __name__ == "__main__":
    unittest.main()
