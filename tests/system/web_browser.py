"""The pages in a real browser: headless Chromium through chromedriver (W3C WebDriver over http.client, nothing else needed).

Joins, confirms, changes, leaves and comes back at 360 and 1280 pixels, in two languages, with JavaScript on and off; no console message and
nothing wider than the window. With PICTURES=FOLDER it leaves a picture of each page there. Exit status 77 without chromedriver.
"""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import unittest

from tidings import Article, rss
from web import Site, path_of

DRIVER = shutil.which("chromedriver")
PICTURES = os.environ.get("PICTURES")


class Browser:
    def __init__(self, scripts, language):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen([DRIVER, "--port=%d" % self.port], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in self.process.stdout:
            if b"started successfully" in line:
                break
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=" + language],
                   "prefs": {"profile.managed_default_content_settings.javascript": 1 if scripts else 2, "intl.accept_languages": language}}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = "/session/" + answer["sessionId"]

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise AssertionError("%s: %s" % (path, value["message"]))
        return value

    def do(self, method, path, body=None):
        return self.call(method, self.session + path, body)

    def close(self):
        self.do("DELETE", "")
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()

    def open(self, url):
        self.do("POST", "/url", {"url": url})

    def find(self, css):
        return list(self.do("POST", "/element", {"using": "css selector", "value": css}).values())[0]

    def click(self, css):
        self.do("POST", "/element/%s/click" % self.find(css), {})

    def type(self, css, text):
        element = self.find(css)
        self.do("POST", "/element/%s/clear" % element, {})
        self.do("POST", "/element/%s/value" % element, {"text": text})

    def heading(self):
        return self.do("GET", "/element/%s/text" % self.find("h1"))

    def width(self, pixels):
        self.do("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": False}})


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def look(self, browser, name):
        """No console message, nothing cut off; a picture if wanted."""
        self.assertEqual(browser.do("POST", "/se/log", {"type": "browser"}), [], name)
        metrics = browser.do("POST", "/goog/cdp/execute", {"cmd": "Page.getLayoutMetrics", "params": {}})
        self.assertLessEqual(metrics["cssContentSize"]["width"], metrics["cssLayoutViewport"]["clientWidth"], name)
        if PICTURES:
            pathlib.Path(PICTURES, name + ".png").write_bytes(base64.b64decode(browser.do("GET", "/screenshot")))

    def story(self, browser, pixels, language, address):
        site, base = self.site, "http://127.0.0.1:%d" % self.site.port
        name = "%s-%d-" % (language, pixels)
        browser.width(pixels)
        browser.open(base + "/subscribe")
        self.look(browser, name + "subscribe")
        browser.type("#email", address)
        browser.click("input[value=weekly]")
        browser.click("button")  # too quick for a person: the form comes once more
        self.look(browser, name + "again")
        time.sleep(2.1)
        browser.click("button")
        self.look(browser, name + "check")
        mail = site.mail(address)
        browser.open(base + path_of(mail, "c"))
        self.assertEqual(site.state(address), {"weekly": "pending"})
        self.look(browser, name + "confirm")
        browser.click("button")
        self.look(browser, name + "confirmed")
        self.assertEqual(site.state(address), {"weekly": "confirmed"})
        preferences = path_of(site.mail(address), "p")
        browser.open(base + preferences)
        self.look(browser, name + "preferences")
        browser.click("input[value=weekly]")
        browser.click("label[for=d0]")
        browser.click("input[value=boats]")
        browser.type("#name", "Ada Finch")
        browser.click("button")
        self.look(browser, name + "saved")
        self.assertEqual(site.state(address), {"daily": "confirmed", "weekly": "withdrawn"})
        goodbye = preferences.replace("/p/", "/u/")
        browser.open(base + goodbye)
        self.assertTrue(browser.heading())  # another purpose's token: the page that knows nobody
        self.assertEqual(site.state(address)["daily"], "confirmed")
        browser.do("POST", "/se/log", {"type": "browser"})  # the browser notes the 404 that was asked for

    def leave_and_return(self, browser, pixels, language, address, link):
        site, base = self.site, "http://127.0.0.1:%d" % self.site.port
        browser.width(pixels)
        browser.open(base + link)
        self.look(browser, "%s-%d-unsubscribe" % (language, pixels))
        browser.click("button")
        self.look(browser, "%s-%d-left" % (language, pixels))
        self.assertEqual(site.state(address)["weekly"], "withdrawn")
        browser.click("button[value=return]")
        mail = site.mail(address)
        if "/c/" not in mail.get_body(("plain",)).get_content():  # the goodbye came first
            mail = site.mail(address)
        browser.open(base + path_of(mail, "c"))
        browser.click("button")
        self.assertEqual(site.state(address)["weekly"], "confirmed")

    def test_a_reader_joins_changes_leaves_and_comes_back(self):
        for scripts, language, pixels in ((True, "de", 360), (False, "ar", 1280)):
            with self.subTest(language=language, pixels=pixels, scripts=scripts):
                browser = Browser(scripts, language)
                try:
                    self.story(browser, pixels, language, "%s@example.org" % language)
                    leaver = "leaver-%s@example.org" % language
                    self.site.home.do("subscriber", "add", leaver, "--language", language, "--confirmed", "--digest", "weekly")
                    self.site.home.write("town.xml", rss("Town", [Article("News " + language, "https://town.example/" + language, None)]))
                    self.site.home.do("send", "weekly", "--now", at="2026-0%d-01T12:00:00Z" % (2 if scripts else 3))
                    link = re.search(r"<https://news\.example\.org(/u/[\w-]+)>", self.site.mail(leaver)["List-Unsubscribe"])[1]
                    self.leave_and_return(browser, pixels, language, leaver, link)
                finally:
                    browser.close()


if __name__ == "__main__":
    if DRIVER is None:
        print("SKIPPED: chromedriver is not installed (Debian: chromium-driver)")
        sys.exit(77)
    unittest.main()
