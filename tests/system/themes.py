"""Every theme, left to right and right to left, light and dark: language and direction are said, headings are in order, pictures
have alt text, and what is to be read stands out from what is behind it at least 4.5 to 1 (WCAG 2.1, 1.4.3).

A small reader of styles does this without a browser: rules of classes, elements and descendants, style attributes, !important.
What browsers and validators say of the same mails is asked by hand, see docs/templates.md.
"""
import datetime
import html.parser
import re
import unittest

from tidings import Article, Home, rss

UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
THEMES = ("default", "compact", "magazine", "plain")
LANGUAGES = {"en": "ltr", "de": "ltr", "ar": "rtl"}
VOID = {"meta", "img", "br", "link", "hr", "input"}
BODY = ('<p><img src="https://e.example/sea.jpg" alt="The sea" width="800" height="500"></p><p>Text with <a href="https://e.example/a">a link</a> '
        "and a <code>word</code> of code.</p><blockquote>Quoted</blockquote><pre>x = 1</pre><ul><li>one</li></ul>")


def rules_of(style, scheme):
    """[(words of the selector, {property: value})] that apply in the scheme; other conditions (narrow screens) do not matter for colours."""
    out = []
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    media = re.compile(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}")
    blocks = [media.sub("", style)]
    if scheme == "dark":
        blocks += [found.group(1) for found in media.finditer(style) if "prefers-color-scheme:dark" in found.group(0)]
    for block in blocks:
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", block):
            for selector in selectors.split(","):
                if not re.search(r"[\[>:]", selector):
                    out.append((selector.split(), declarations(body)))
    return out


def declarations(text):
    found = {}
    for each in text.split(";"):
        name, _, value = each.partition(":")
        found[name.strip()] = value.strip()
    return found


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class Page(html.parser.HTMLParser):
    """Walks a page with the colours that hold at each piece of text."""

    def __init__(self, text, scheme):
        super().__init__()
        self.rules = rules_of("".join(re.findall(r"<style>(.*?)</style>", re.sub(r"<!--.*?-->", "", text, flags=re.S), re.S)), scheme)
        self.stack, self.texts, self.headings, self.images, self.root = [], [], [], [], {}
        self.feed(text)

    def matches(self, words, chain):
        def fits(word, element):
            tag, *classes = word.split(".")
            return (not tag or tag == element["tag"]) and all(each in element["classes"] for each in classes)
        if not fits(words[-1], chain[-1]):
            return False
        rest = list(words[:-1])
        for element in reversed(chain[:-1]):
            if rest and fits(rest[-1], element):
                rest.pop()
        return not rest

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        above = self.stack[-1] if self.stack else {"color": "#000000", "background": "#ffffff", "hidden": False}
        element = {"tag": tag, "classes": values.get("class", "").split()}
        chain = [*self.stack, element]
        style = {}
        for words, found in self.rules:  # all of ours are equally special within a scheme, or important
            if words and self.matches(words, chain):
                style.update(found)
        strong = {name: value for name, value in style.items() if value.endswith("!important")}
        style.update(declarations(values.get("style", "")))
        style.update(strong)
        for name in ("color", "background"):
            value = style.get(name, "").removesuffix("!important").strip()
            element[name] = value if re.fullmatch(r"#[0-9a-f]{6}", value) else above[name]
        element["hidden"] = above["hidden"] or style.get("display") == "none" or tag in ("style", "title", "script")
        if tag == "html":
            self.root = values
        if tag == "img":
            self.images.append(values)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()["tag"] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and self.stack and not self.stack[-1]["hidden"]:
            self.texts.append((data.strip(), self.stack[-1]["color"], self.stack[-1]["background"]))


class Themes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = {}
        for language in LANGUAGES:
            for theme in THEMES:
                with Home() as home:
                    cls.pages[theme, language] = cls.render(home, theme, language)

    @staticmethod
    def render(home, theme, language):
        home.now = NOW
        home.write("intro.txt", "Words of the editor.\n")
        settings = 'max_posts = 9\noverflow = "list"\nintro_file = "intro.txt"\ngroup_by = "day"\n[archive]\nurl = "https://news.example.org/a"\n'
        path = home.configure(digests='[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\ntheme = "%s"\n%s' % (theme, settings))
        path.write_text(path.read_text(encoding="utf-8").replace('language = "en"', 'language = "%s"' % language), encoding="utf-8")
        posts = []
        for number in range(11):
            at = NOW - datetime.timedelta(hours=20 + 12 * number)
            posts.append(Article("Post %d" % number, "https://blog.example/%d" % number, at, at, BODY if number % 3 else "<p>Short.</p>"))
        home.write("feed.xml", rss("Harbour", posts))
        home.do("preview", "weekly", "--to", "out")
        return (home.folder / ("out/%s.html" % language)).read_text(encoding="utf-8")

    def each(self, scheme="light"):
        for (theme, language), text in self.pages.items():
            with self.subTest(theme=theme, language=language, scheme=scheme):
                yield theme, language, Page(text, scheme)

    def test_the_language_and_its_direction_are_said(self):
        for _, language, page in self.each():
            self.assertEqual((page.root.get("lang"), page.root.get("dir")), (language, LANGUAGES[language]))

    def test_there_is_one_first_heading_and_no_step_is_left_out(self):
        for _, _, page in self.each():
            self.assertEqual(page.headings[0], 1)
            self.assertEqual(page.headings.count(1), 1)
            for above, below in zip(page.headings, page.headings[1:]):
                self.assertLessEqual(below, above + 1, page.headings)

    def test_pictures_have_alt_text_where_the_source_gave_one(self):
        for theme, _, page in self.each():
            self.assertEqual(bool(page.images), theme in ("default", "magazine"))
            for image in page.images:
                self.assertEqual(image.get("alt"), "The sea")

    def test_what_is_to_be_read_stands_out(self):
        for scheme in ("light", "dark"):
            for theme, _, page in self.each(scheme):
                self.assertGreater(len(page.texts), 20)
                for text, colour, behind in page.texts:
                    self.assertGreaterEqual(contrast(colour, behind), 4.5, "%r: %s on %s" % (text, colour, behind))

    def test_the_reader_of_styles_sees_a_page_that_is_hard_to_read(self):
        page = Page('<html><head><style>.b{color:#999999!important}@media (prefers-color-scheme:dark){.b{color:#222222!important}}</style></head>'
                    '<body style="background:#ffffff"><p class="b" style="color:#000000">x</p></body></html>', "light")
        self.assertEqual(page.texts, [("x", "#999999", "#ffffff")])
        self.assertLess(contrast("#999999", "#ffffff"), 3)
        self.assertAlmostEqual(contrast("#000000", "#ffffff"), 21)


if __name__ == "__main__":
    unittest.main()
