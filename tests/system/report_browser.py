"""The pages of `report --html` in a real browser: one file that asks for nothing, and nothing scrolls sideways at 360 pixels.

With PICTURES=FOLDER it leaves pictures there: wide, phone, dark, print. Exit status 77 without chromedriver.
"""
import base64
import datetime
import os
import pathlib
import re
import sys
import unittest

from browser import DRIVER, Browser
from smtp_server import Rule, SmtpServer
from tidings import Article, Home, rss

PICTURES = os.environ.get("PICTURES")
MONDAY = datetime.datetime(2026, 1, 5, 6, 5, tzinfo=datetime.timezone.utc)
WEEK = datetime.timedelta(days=7)
LONG = "the-library-of-a-provincial-town-with-a-very-long-name-indeed.example"


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.__exit__)
        home = cls.home
        home.write("list.csv", "email\n" + "".join("r%d@%s\n" % (i, ("quay.example", "pier.example", LONG)[i % 3]) for i in range(60)))
        articles = [Article("Post %d" % i, "https://t.example/%d" % i, MONDAY + i * WEEK, MONDAY + i * WEEK - WEEK / 14, "<p>Text.</p>") for i in (0, 1)]
        with SmtpServer([Rule("rcpt", "550 5.1.1 The account that you tried to reach does not exist; please try double-checking", to="r1@pier.example"),
                         Rule("rcpt", "451 4.2.2 mailbox full", to="r2@" + LONG)]) as server:
            home.configure(server.url)
            home.write("feed.xml", rss("Town", articles[:1]))
            home.do("subscriber", "import", "list.csv", "--confirmed", at=MONDAY - WEEK)
            home.run("send", "--due", at=MONDAY)
            home.write("feed.xml", rss("Town", articles))
            home.run("send", "--due", at=MONDAY + WEEK)
            home.do("subscriber", "unsubscribe", "r0@quay.example", at=MONDAY + WEEK)
        home.do("report", "weekly#2", "--html", "edition.html", at=MONDAY + WEEK)
        home.do("report", "--html", "all.html", at=MONDAY + WEEK)
        cls.browser = Browser(True, "en")
        cls.addClassCleanup(cls.browser.close)

    def ask(self, script, *arguments):
        return self.browser.do("POST", "/execute/sync", {"script": script, "args": arguments})

    def open(self, name, width):
        self.browser.width(width)
        self.browser.open((self.home.folder / name).as_uri())

    def test_nothing_scrolls_sideways_and_nothing_is_smaller_than_13_pixels(self):
        for name in ("edition.html", "all.html"):
            for width in (360, 1280):
                with self.subTest(page=name, width=width):
                    self.open(name, width)
                    self.ask("document.querySelectorAll('details').forEach(each => each.open = true)")
                    self.assertLessEqual(self.ask("return document.documentElement.scrollWidth"), width)
                    smallest = self.ask("return Math.min(...[...document.querySelectorAll('body *')].filter(e => e.innerText).map(e => parseFloat(getComputedStyle(e).fontSize)))")
                    self.assertGreaterEqual(smallest, 13)

    def test_each_plot_has_its_table_and_a_name(self):
        for name, tables in (("edition.html", 5), ("all.html", 3)):
            self.open(name, 1280)
            self.assertGreaterEqual(self.ask("return document.querySelectorAll('table').length"), tables)
            self.assertEqual(self.ask("return [...document.querySelectorAll('svg')].filter(e => !e.ariaLabel && e.ariaHidden !== 'true').length"), 0)
            self.assertEqual(self.ask("return [...document.querySelectorAll('svg[role=img]')].filter(e => !document.querySelector('table')).length"), 0)
            self.assertEqual(self.ask("return [...document.querySelectorAll('table')].filter(e => !e.caption || !e.caption.innerText && !e.closest('details')).length"), 0)

    def test_contrast_holds_by_day_and_at_night(self):
        script = """
            const parse = text => text.match(/[\\d.]+/g).map(Number);
            const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
            const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
            return [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
                const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
                return [(a + .05) / (b + .05), e.outerHTML.slice(0, 80)]; }).filter(([c]) => c < 4.5)"""
        for name in ("edition.html", "all.html"):
            for mode in ("light", "dark"):
                self.browser.do("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {"features": [{"name": "prefers-color-scheme", "value": mode}]}})
                self.open(name, 1280)
                self.assertEqual(self.ask(script), [], (name, mode))

    def test_a_page_is_one_file_without_scripts(self):
        for name in ("edition.html", "all.html"):
            text = (self.home.folder / name).read_text(encoding="utf-8")
            self.assertIsNone(re.search(r"<script|<link|src=|url\(|@import", text), name)

    def test_pictures(self):
        if not PICTURES:
            return
        folder = pathlib.Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("edition", "all"):
            for look, width, scheme, media in (("wide", 1100, "light", ""), ("phone", 360, "light", ""), ("dark", 1100, "dark", ""), ("print", 794, "light", "print")):
                self.browser.do("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
                    "media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]}})
                self.open(name + ".html", width)
                shot = self.browser.do("POST", "/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": True}})
                (folder / ("report-%s-%s.png" % (name, look))).write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    if DRIVER is None:
        print("SKIPPED: chromedriver is not installed (Debian: chromium-driver)")
        sys.exit(77)
    unittest.main()
