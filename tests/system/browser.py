"""Headless Chromium through chromedriver: W3C WebDriver over http.client, nothing else needed."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

DRIVER = shutil.which("chromedriver")
AXE = pathlib.Path(os.environ["AXE"]).read_text(encoding="utf-8") if "AXE" in os.environ else None
TAB, ENTER, SPACE, DOWN = "\ue004", "\ue007", " ", "\ue015"


class Browser:
    def __init__(self, scripts, language):
        self.scripts = scripts
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen([DRIVER, "--port=%d" % self.port], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in self.process.stdout:
            if b"started successfully" in line:
                break
        options = {
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=" + language],
            "prefs": {
                "profile.managed_default_content_settings.javascript": 1 if scripts else 2, "intl.accept_languages": language
            }
        }
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

    def has(self, css):
        return bool(self.do("POST", "/elements", {"using": "css selector", "value": css}))

    def click(self, css):
        self.do("POST", "/element/%s/click" % self.find(css), {})

    def submit(self, css):
        """Clicks and waits until the page is gone that the button was on: the answer to a form may take longer than the click."""
        page = self.find("html")
        self.click(css)
        end = time.monotonic() + 20
        while self.shows(page):
            if time.monotonic() > end:
                raise AssertionError("the click on %s did nothing" % css)
            time.sleep(0.02)

    def shows(self, element):
        try:
            return bool(self.do("GET", "/element/%s/name" % element))
        except AssertionError as gone:
            if "stale" not in str(gone) and "no such" not in str(gone) and "does not belong" not in str(gone):
                raise
            return False

    def type(self, css, text):
        element = self.find(css)
        self.do("POST", "/element/%s/clear" % element, {})
        self.do("POST", "/element/%s/value" % element, {"text": text})

    def heading(self):
        return self.do("GET", "/element/%s/text" % self.find("h1"))

    def judge(self):
        """What axe-core finds wrong: rule and element."""
        self.do("POST", "/execute/sync", {"script": AXE, "args": []})
        return self.do(
            "POST", "/execute/async", {
                "args": [], "script": """
            const done = arguments[arguments.length - 1];
            const words = each => each.id + ": " + each.nodes.map(node => node.html).join(" ");
            axe.run().then(all => done(all.violations.map(words)))"""
            })

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.do("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def active(self):
        """Tag, name and value of what has the focus."""
        element = list(self.do("GET", "/element/active").values())[0]
        return tuple(self.do("GET", "/element/%s/%s" % (element, what)) for what in ("name", "property/name", "property/value"))

    def tab_to(self, wanted):
        for _ in range(40):
            self.press(TAB)
            if wanted(*self.active()):
                return
        raise AssertionError("the key Tab does not reach it")

    def width(self, pixels):
        self.do("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": False}})
