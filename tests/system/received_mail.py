"""The received mails, judged by Python's email package: the demo's feeds sent over SMTP to readers of many languages.

Rules as Gmail, Yahoo and the RFCs set them: no defect, every part decodes, no line over 998 octets, each header once, the
unsubscribe headers literally as RFC 8058 wants them, a text part with every headline and link.
"""
import datetime
import email.header
import email.utils
import html.parser
import re
import shutil
import unittest
import xml.etree.ElementTree as ElementTree

from smtp_server import SmtpServer
from tidings import Home, TOP, html_of, parse_mail, text_of

AT = "2026-01-26T08:05:00+02:00"
LANGUAGES = ("en", "de", "el", "es", "fr", "it", "pt", "ru", "tr", "ar", "ja", "zh", "nl", "sv", "pl", "uk",
             "ko", "he", "fa", "zh-hant", "")
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id", "List-Unsubscribe",
        "List-Unsubscribe-Post", "Feedback-ID")
ATOM = "{http://www.w3.org/2005/Atom}"


def feed_posts():
    """(published, title, link) of every post in the two sample feeds, by a reading of our own."""
    out = []
    for entry in ElementTree.parse(TOP / "tests/data/demo/harbour.atom").getroot().iter(ATOM + "entry"):
        link = next(each.get("href") for each in entry.iter(ATOM + "link") if each.get("rel") == "alternate")
        out.append((datetime.datetime.fromisoformat(entry.find(ATOM + "published").text), entry.find(ATOM + "title").text, link))
    for item in ElementTree.parse(TOP / "tests/data/demo/garden.rss").getroot().iter("item"):
        out.append((email.utils.parsedate_to_datetime(item.find("pubDate").text), item.find("title").text, item.find("link").text))
    return out


class Page(html.parser.HTMLParser):
    """What a page shows and where it leads; complains about tags that do not nest."""
    VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.links, self.images, self.words, self.attributes = [], [], [], [], [], {}
        self.feed(text)
        self.close()
        self.words = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.attributes = attributes
        if tag == "a":
            self.links.append(attributes.get("href"))
        if tag == "img":
            self.images.append(attributes)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append("%s at %s" % (tag, self.getpos()))

    def handle_data(self, data):
        if "style" not in self.open and "title" not in self.open:
            self.words.append(data)


class ReceivedMail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Home() as home, SmtpServer() as server:
            shutil.copytree(TOP / "tests/data/demo", home.folder / "demo")
            home.configure(server.url, ['[[source]]\nname = "%s"\nurl = "file:demo/%s"\n' % pair for pair in
                                        (("harbour", "harbour.atom"), ("garden", "garden.rss"))])
            for number, language in enumerate(LANGUAGES):
                name = ("Zoë Müller", "", "山田 はるか", "O'Neil, \"Pat\"", "A" * 90)[number % 5]
                home.do("subscriber", "add", "reader%d@example.net" % number, "--confirmed", "--name", name,
                        *(["--language", language] if language else []), at=AT)
            home.do("send", "weekly", at=AT)
            cls.mails = server.take()

    def each(self):
        return [(mail, parse_mail(mail.octets)) for mail in self.mails]

    def test_everybody_got_one(self):
        self.assertEqual(sorted(mail.envelope_to for mail in self.mails),
                         sorted("reader%d@example.net" % number for number in range(len(LANGUAGES))))

    def test_no_part_has_a_defect_and_every_part_decodes(self):
        for mail, message in self.each():
            for part in message.walk():
                self.assertEqual(part.defects, [])
                for name, value in part.items():
                    self.assertEqual(value.defects, (), name)
                if not part.is_multipart():
                    self.assertEqual(part.get_content_charset(), "utf-8")
                    content = part.get_payload(decode=True).decode("utf-8")
                    self.assertNotIn("\N{REPLACEMENT CHARACTER}", content)
                    self.assertNotIn("\x00", content)

    def test_octets_are_those_that_mail_allows(self):
        for mail, message in self.each():
            octets = mail.octets
            self.assertTrue(octets.endswith(b"\r\n"))
            self.assertEqual(octets.replace(b"\r\n", b"").count(b"\n"), 0)
            self.assertEqual(octets.replace(b"\r\n", b"").count(b"\r"), 0)
            self.assertLess(max(octets), 128)
            self.assertNotIn(0, octets)
            head, _, body = octets.partition(b"\r\n\r\n")
            for line in octets.split(b"\r\n"):
                self.assertLessEqual(len(line), 998)
            for line in head.split(b"\r\n"):
                words = max(line.split(b" "), key=len)
                self.assertTrue(len(line) <= 78 or len(words) > 60, line)
            for line in body.split(b"\r\n"):
                self.assertLessEqual(len(line), 78)

    def test_each_header_is_there_once(self):
        for mail, message in self.each():
            for name in ONCE:
                self.assertEqual(len(message.get_all(name, [])), 1, name)
            self.assertEqual(len(message["From"].addresses), 1)
            self.assertRegex(str(message["Message-ID"]), r"^<[^<>\s]{1,240}@example\.org>$")
            self.assertRegex(str(message["List-Id"]), r"<[a-z]+\.news\.example\.org>$")

    def test_unsubscribe_headers_are_as_rfc_8058_wants_them(self):
        for mail, message in self.each():
            head = mail.octets.partition(b"\r\n\r\n")[0] + b"\r\n"
            self.assertEqual(head.count(b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), 1)
            raw = re.search(rb"\r\nList-Unsubscribe:((?:.|\r\n[ \t])*)\r\n", head)[1]
            self.assertTrue(raw.startswith(b" <https://news.example.org/"), raw)
            self.assertEqual(raw.count(b"<https:"), 1)
            self.assertNotIn(b"=?", raw)
            for uri in re.sub(rb"\r\n[ \t]", b" ", raw).split(b", "):
                self.assertRegex(uri, rb"^ ?<(https://|mailto:)[^\s<>]+>$")

    def test_encoded_words_are_whole_and_short(self):
        for mail, message in self.each():
            for word in re.findall(rb"=\?[^?\s]+\?[QqBb]\?[^?\s]*\?=", mail.octets.partition(b"\r\n\r\n")[0]):
                self.assertLessEqual(len(word), 75)
                ((data, charset),) = email.header.decode_header(word.decode())
                data.decode(charset)

    def test_text_comes_before_html(self):
        for mail, message in self.each():
            self.assertEqual(message.get_content_type(), "multipart/alternative")
            self.assertEqual([part.get_content_type() for part in message.iter_parts()], ["text/plain", "text/html"])
            self.assertGreater(len(text_of(message)), 500)
            self.assertLess(len(html_of(message).encode()), 100_000)

    def test_both_parts_have_each_headline_and_link_of_the_week_and_no_other(self):
        zone = datetime.timezone(datetime.timedelta(hours=2))
        until = datetime.datetime(2026, 1, 26, 8, tzinfo=zone)
        posts = feed_posts()
        week = [(t, l) for when, t, l in posts if until - datetime.timedelta(days=7) <= when < until]
        other = [(t, l) for when, t, l in posts if (t, l) not in week]
        self.assertEqual((len(week), len(other)), (11, 14))
        for mail, message in self.each():
            text, page = " ".join(text_of(message).split()), Page(html_of(message))
            for title, link in week:
                self.assertIn(title, text)
                self.assertIn(link, text)
                self.assertIn(title, page.words)
                self.assertIn(link, page.links)
            for title, link in other:
                self.assertNotIn(link, text)
                self.assertNotIn(link, page.links)
                self.assertNotIn(title, page.words)

    def test_unsubscribe_link_and_address_are_in_both_parts(self):
        tokens = set()
        for mail, message in self.each():
            link = re.search(r"<(https://[^>]+)>", str(message["List-Unsubscribe"]))[1]
            page = Page(html_of(message))
            self.assertIn(link, text_of(message))
            self.assertIn(link, page.links)
            self.assertIn("1 Quay Street", text_of(message))
            self.assertIn("1 Quay Street", page.words)
            tokens.add(link)
        self.assertEqual(len(tokens), len(self.mails))

    def test_html_nests_is_in_the_readers_language_and_runs_nothing(self):
        for mail, message in self.each():
            language = LANGUAGES[int(re.search(r"\d+", mail.envelope_to)[0])] or "en"
            source = html_of(message)
            page = Page(source)
            self.assertEqual(page.wrong, [])
            self.assertEqual(page.open, [])
            self.assertEqual(page.attributes.get("lang"), language)
            self.assertEqual(page.attributes.get("dir", "ltr"), "rtl" if language in ("ar", "he", "fa") else "ltr")
            self.assertNotRegex(source, r"(?i)<script|javascript:|\son[a-z]+=|<iframe|<form|{{|}}")
            for image in page.images:
                self.assertIn("alt", image)
                self.assertRegex(image["src"], r"^https://")

    def test_pictures_are_those_of_the_posts(self):
        want = {"https://harbour.example/images/%s.jpg" % name for name in ("beach", "regatta", "storm", "lighthouse")}
        want |= {"https://garden.example/wp-content/uploads/2026/01/%s.jpg" % name for name in ("evergreens", "snowdrops")}
        for mail, message in self.each():
            images = Page(html_of(message)).images
            self.assertEqual({image["src"] for image in images}, want)
            self.assertEqual(len(images), len(want))
            self.assertTrue(all(image["alt"] for image in images), images)

    def test_text_does_not_carry_markup(self):
        for mail, message in self.each():
            text = text_of(message)
            self.assertNotRegex(text, r"</?(p|div|a|b|table|img)\b|&(amp|nbsp|lt|#\d+);|{{|}}")
            self.assertNotIn("appeared first on", text)
            self.assertNotIn("appeared first on", Page(html_of(message)).words)


if __name__ == "__main__":
    unittest.main()
