"""The pages in a real browser: headless Chromium through chromedriver (W3C WebDriver over http.client, nothing else needed).

Joins, confirms, changes, leaves and comes back at 360 and 1280 pixels, in two languages, with JavaScript on and off; no console
message and nothing wider than the window, and on a phone nothing too small for a finger; once by the keys Tab, Space and Enter alone.
With PICTURES=FOLDER it leaves a picture of each page there, in light and dark; with AXE=axe.min.js (of npm's axe-core) no page may
break a rule of it. Exit status 77 without chromedriver.
"""
import base64
import http.server
import os
import pathlib
import re
import sys
import tempfile
import threading
import time
import unittest

from browser import AXE, Browser, DOWN, DRIVER, ENTER
from tidings import Article, rss
from web import DIGESTS, Site, path_of

PICTURES = os.environ.get("PICTURES")


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def test_address_and_button_stand_within_500_pixels_on_a_phone(self):
        browser = Browser(True, "en")
        try:
            browser.width(360)
            browser.open("http://127.0.0.1:%d/subscribe" % self.site.port)
            bottoms = browser.do("POST", "/execute/sync", {"args": [], "script":
                                 "return ['#email', 'button'].map(s => document.querySelector(s).getBoundingClientRect().bottom)"})
            self.assertLess(bottoms[0], bottoms[1])
            self.assertLess(bottoms[1], 500)
        finally:
            browser.close()

    def look(self, browser, name):
        """No console message, nothing cut off; a picture if wanted."""
        self.assertEqual(browser.do("POST", "/se/log", {"type": "browser"}), [], name)
        metrics = browser.do("POST", "/goog/cdp/execute", {"cmd": "Page.getLayoutMetrics", "params": {}})
        self.assertLessEqual(metrics["cssContentSize"]["width"], metrics["cssLayoutViewport"]["clientWidth"], name)
        if "-360-" in name:
            for css in ("button", "select", "input[type=email]", "input[type=date]", "input[type=text]:not(#website)", ".tick label", ".topics>label", "a"):
                for element in browser.do("POST", "/elements", {"using": "css selector", "value": css}):
                    size = browser.do("GET", "/element/%s/rect" % list(element.values())[0])
                    if not size["width"]:  # not shown
                        continue
                    self.assertGreaterEqual(min(size["width"], size["height"]), 44, (name, css))
        for scheme in ("dark", "light") if PICTURES or AXE else ():
            browser.do("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
                "features": [{"name": "prefers-color-scheme", "value": scheme}]}})
            if PICTURES:
                pathlib.Path(PICTURES,
                             "%s-%s.png" % (name, scheme)).write_bytes(base64.b64decode(browser.do("GET", "/screenshot")))
            if AXE and browser.scripts:
                self.assertEqual(browser.judge(), [], (name, scheme))

    def story(self, browser, pixels, language, address):
        site, base = self.site, "http://127.0.0.1:%d" % self.site.port
        name = "%s-%d-" % (language, pixels)
        browser.width(pixels)
        browser.open(base + "/subscribe")
        self.look(browser, name + "subscribe")
        browser.open(base + "/subscribe")  # fresh, however long looking took
        browser.type("#email", address)
        browser.click("label[for=d1]")
        browser.submit("button")  # too quick for a person: the form comes once more, unless this machine is that slow
        if browser.has("button"):
            self.look(browser, name + "again")
            time.sleep(2.1)
            browser.submit("button")
        self.look(browser, name + "check")
        mail = site.mail(address)
        browser.open(base + path_of(mail, "c"))
        self.assertEqual(site.state(address), {"weekly": "pending"})
        self.look(browser, name + "confirm")
        browser.submit("button")
        self.look(browser, name + "confirmed")
        self.assertEqual(site.state(address), {"weekly": "confirmed"})
        preferences = path_of(site.mail(address), "p")
        browser.open(base + preferences)
        self.look(browser, name + "preferences")
        browser.click("label[for=d0]")
        browser.click("label[for=topics-some]")
        browser.click("input[value=boats]")
        browser.type("#name", "Ada Finch")
        browser.submit("button")
        self.look(browser, name + "saved")
        self.assertEqual(site.state(address), {"daily": "confirmed", "weekly": "withdrawn"})
        self.steer(browser, name, base + preferences, address)
        goodbye = preferences.replace("/p/", "/u/")
        browser.open(base + goodbye)
        self.assertTrue(browser.heading())  # another purpose's token: the page that knows nobody
        self.assertEqual(site.state("x" + address)["daily"], "confirmed")
        browser.do("POST", "/se/log", {"type": "browser"})  # the browser notes the 404 that was asked for

    def steer(self, browser, name, preferences, address):
        """A pause, another address and back, and the page that asks whether to erase."""
        site = self.site
        browser.open(preferences)
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        browser.do("POST", "/goog/cdp/execute", {"cmd": "Runtime.evaluate", "params": {  # a date is typed as the browser's language wants it
            "expression": "document.querySelector('#paused_until').value = '%s'" % day}})
        browser.submit("button[value=save]")
        self.look(browser, name + "paused")
        self.assertEqual(site.state(address)["daily"], "paused")
        browser.open(preferences)
        self.look(browser, name + "preferences-paused")
        browser.type("#email", "x" + address)
        browser.submit("button[value=move]")
        self.look(browser, name + "moving")
        browser.open("http://127.0.0.1:%d" % site.port + path_of(site.mail("x" + address), "c"))
        self.look(browser, name + "move")
        browser.submit("button")
        self.look(browser, name + "moved")
        self.assertEqual(site.state("x" + address)["daily"], "paused")
        self.assertIsNone(site.state(address))
        site.home.do("subscriber", "resume", "x" + address)
        browser.open(preferences)
        browser.submit("button[value=erase]")
        self.look(browser, name + "erase")

    def leave_and_return(self, browser, pixels, language, address, link):
        site, base = self.site, "http://127.0.0.1:%d" % self.site.port
        browser.width(pixels)
        browser.open(base + link)
        self.look(browser, "%s-%d-unsubscribe" % (language, pixels))
        browser.submit("button")
        self.look(browser, "%s-%d-left" % (language, pixels))
        self.assertEqual(site.state(address)["weekly"], "withdrawn")
        browser.submit("button[value=return]")  # of the page that was shown after leaving: at once
        self.look(browser, "%s-%d-back" % (language, pixels))
        self.assertEqual(site.state(address)["weekly"], "confirmed")
        browser.open(base + link)
        browser.submit("button")
        browser.click("input[value=too_many]")
        browser.submit("button[value=reason]")
        self.look(browser, "%s-%d-thanks" % (language, pixels))
        browser.open(base + link)
        browser.submit("button[value=return]")  # later: by mail
        mail = site.mail(address)
        while "/c/" not in mail.get_body(("plain",)).get_content():  # welcome and goodbye came first
            mail = site.mail(address)
        browser.open(base + path_of(mail, "c"))
        browser.submit("button")
        self.assertEqual(site.state(address)["weekly"], "confirmed")
        for page, path in (("archive", "/archive/"), ("nowhere", "/nowhere"), ("expired", "/c/" + "a" * 26)):
            browser.open(base + path)
            browser.do("POST", "/se/log", {"type": "browser"})  # the browser notes the 404 that was asked for
            self.look(browser, "%s-%d-%s" % (language, pixels, page))

    def test_a_reader_joins_changes_leaves_and_comes_back(self):
        month = 1
        for scripts, language, pixels in ((True, "en", 360), (False, "ar", 1280)) if not PICTURES else (
                (True, "en", 360), (True, "ar", 1280), (False, "en", 1280), (False, "ar", 360)):
            month += 1
            with self.subTest(language=language, pixels=pixels, scripts=scripts):
                browser = Browser(scripts, language)
                try:
                    who = "%s-%d-%s" % (language, pixels, "js" if scripts else "plain")
                    self.story(browser, pixels, language, who + "@example.org")
                    leaver = "leaver-%s@example.org" % who
                    self.site.home.do("subscriber", "add", leaver, "--language", language, "--confirmed", "--digest", "weekly")
                    self.site.home.write("town.xml", rss("Town", [Article("News " + who, "https://town.example/" + who, None)]))
                    self.site.home.do("send", "weekly", "--now", at="2026-0%d-01T12:00:00Z" % month)
                    link = re.search(r"<https://news\.example\.org(/u/[\w-]+)>", self.site.mail(leaver)["List-Unsubscribe"])[1]
                    self.leave_and_return(browser, pixels, language, leaver, link)
                finally:
                    browser.close()


    def test_a_reader_needs_no_mouse(self):
        site, base = self.site, "http://127.0.0.1:%d" % self.site.port
        browser = Browser(True, "en")
        try:
            browser.open(base + "/subscribe")
            browser.tab_to(lambda tag, name, value: name == "email")
            browser.press(*"keys@example.org")
            visited = []
            browser.tab_to(lambda tag, name, value: visited.append(name) or name == "digest")
            browser.press(DOWN)
            time.sleep(2.1)  # a person's time
            browser.tab_to(lambda tag, name, value: visited.append(name) or tag == "button")
            self.assertNotIn("website", visited, "the trap is no place for the focus")
            browser.press(ENTER)
            browser.open(base + path_of(site.mail("keys@example.org"), "c"))
            browser.tab_to(lambda tag, name, value: tag == "button")
            browser.press(ENTER)
            self.until_state("keys@example.org", {"weekly": "confirmed"})
            browser.open(base + path_of(site.mail("keys@example.org"), "p"))
            browser.tab_to(lambda tag, name, value: name == "digest")
            browser.press(DOWN)
            browser.tab_to(lambda tag, name, value: tag == "button")
            browser.press(ENTER)
            self.until_state("keys@example.org", {"weekly": "withdrawn"})
        finally:
            browser.close()

    def until_state(self, address, wanted):
        end = time.monotonic() + 20
        while self.site.state(address) != wanted:
            self.assertLess(time.monotonic(), end, self.site.state(address))


STRANGER = """<!doctype html><meta charset="utf-8"><title>A club</title><link rel="icon" href="data:,"><style>body{font:16px Georgia;max-width:40rem;margin:1rem auto;background:%s}</style>
<h1>Our club</h1><p>Words of a page that knows nothing of ours.</p>%s<p>More words.</p>"""


class Frame(unittest.TestCase):
    """The form in pages of strangers."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tidings-stranger-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.strangers = []
        for _ in range(2):
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Quiet", (http.server.SimpleHTTPRequestHandler,), {
                "__init__": lambda self, *more: http.server.SimpleHTTPRequestHandler.__init__(self, *more, directory=cls.folder.name),
                "log_message": lambda *unused: None}))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            cls.addClassCleanup(server.server_close)
            cls.addClassCleanup(server.shutdown)
            cls.strangers.append("http://127.0.0.1:%d" % server.server_port)
        cls.site = Site(config=DIGESTS + '[web]\nlisten = "127.0.0.1:0"\nembed_origins = ["%s"]\n' % cls.strangers[0])
        cls.addClassCleanup(cls.site.close)
        frame = cls.site.home.do("serve", "--frame").replace("https://news.example.org", "http://127.0.0.1:%d" % cls.site.port)
        for name, paper, language in (("light", "#fff8e0", "en"), ("dark", "#222", "ar")):
            pathlib.Path(cls.folder.name, name + ".html").write_text(STRANGER % (paper, frame.replace("/embed", "/embed?lang=" + language)),
                                                                     encoding="utf-8")

    def test_a_stranger_on_the_list_shows_the_form_and_a_visitor_signs_up_in_it(self):
        for pixels, name in ((360, "light"), (1280, "dark")):
            with self.subTest(pixels):
                browser = Browser(False, "en")
                try:
                    browser.width(pixels)
                    browser.open("%s/%s.html" % (self.strangers[0], name))
                    self.look(browser, "frame-%d-%s" % (pixels, name))
                    frame = {"element-6066-11e4-a52e-4f735466cecf": browser.find("iframe")}
                    browser.do("POST", "/frame", {"id": frame})
                    browser.type("#email", "visitor-%d@example.org" % pixels)
                    time.sleep(2.1)  # a person's time
                    browser.click("button")
                    self.site.mail("visitor-%d@example.org" % pixels)
                    browser.do("POST", "/frame", {"id": None})
                    self.look(browser, "frame-%d-%s-done" % (pixels, name))
                    self.assertEqual(self.site.state("visitor-%d@example.org" % pixels), {"daily": "pending"})
                finally:
                    browser.close()

    def look(self, browser, name):
        metrics = browser.do("POST", "/goog/cdp/execute", {"cmd": "Page.getLayoutMetrics", "params": {}})
        self.assertLessEqual(metrics["cssContentSize"]["width"], metrics["cssLayoutViewport"]["clientWidth"], name)
        self.assertEqual(browser.do("POST", "/se/log", {"type": "browser"}), [], name)
        for scheme in ("dark", "light") if PICTURES else ():
            browser.do("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
                "features": [{"name": "prefers-color-scheme", "value": scheme}]}})
            pathlib.Path(PICTURES, "%s-%s.png" % (name, scheme)).write_bytes(base64.b64decode(browser.do("GET", "/screenshot")))

    def test_other_strangers_show_nothing(self):
        browser = Browser(False, "en")
        try:
            browser.open(self.strangers[1] + "/light.html")
            self.assertIn("frame-ancestors", str(browser.do("POST", "/se/log", {"type": "browser"})))
            browser.do("POST", "/frame", {"id": {"element-6066-11e4-a52e-4f735466cecf": browser.find("iframe")}})
            self.assertFalse(browser.has("#email"))
        finally:
            browser.close()


if __name__ == "__main__":
    if DRIVER is None:
        print("SKIPPED: chromedriver is not installed (Debian: chromium-driver)")
        sys.exit(77)
    unittest.main()
