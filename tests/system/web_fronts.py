"""The web servers in front, set up as docs/web.md says: nginx and Caddy pass requests on, lighttpd starts `tidings cgi`.

The blocks are read from the page; only what cannot be had in a test is replaced (port 443 and its certificate, the names of hosts and
folders).
A server that is neither installed nor unpacked by scripts/peers.sh is skipped by name.
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.parse

from tidings import Article, rss
from web import FORM, Site

UNPACKED = pathlib.Path(__file__).resolve().parents[2] / "build/peers/usr"  # by scripts/peers.sh
PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs/web.md").read_text(encoding="utf-8")


def which(name):
    """Its path, if it runs here: one that was only unpacked may lack a library."""
    found = shutil.which(name, path="%s:/usr/sbin:/sbin:%s/sbin:%s/bin" % (os.environ["PATH"], UNPACKED, UNPACKED))
    told = found and subprocess.run([found, "version" if name == "caddy" else "-v"], capture_output=True)
    return found if told and told.returncode == 0 else None


def block(heading, number=0):
    """A code block below a heading of the page."""
    section = PAGE.split("\n## %s\n" % heading)[1].split("\n## ")[0]
    return re.findall(r"```\w*\n(.*?)```", section, re.S)[number]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Front:
    """A web server on a port of its own, ended by its process."""

    def __init__(self, folder, command, port):
        self.port = port
        self.log = open(folder / "front.log", "wb")
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)})
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError((folder / "front.log").read_text())
            time.sleep(0.02)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            if isinstance(body, dict):
                body, headers = urllib.parse.urlencode(body, doseq=True), {**FORM, **(headers or {})}
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()


def nginx(folder, port, served):
    server = block("Behind nginx").replace("listen 443 ssl;",
                                           "listen 127.0.0.1:%d;" % port).replace("127.0.0.1:8080", "127.0.0.1:%d" % served)
    server = re.sub(r"\n *ssl_certificate.*", "", server)
    temp = "".join("%s_temp_path %s/%s;\n" % (name, folder, name)
                   for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        "daemon off; master_process off; pid %s/pid; error_log stderr;\nevents {}\nhttp {\n%s%s}\n" % (folder, temp, server))
    return [which("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def caddy(folder, port, served):
    site = block("Behind Caddy").replace("news.example.org {", "http://127.0.0.1:%d {" % port,
                                         1).replace("127.0.0.1:8080", "127.0.0.1:%d" % served)
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site)
    return [which("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def lighttpd(folder, port, script):
    (folder / "cgi-bin").mkdir()
    (folder / "cgi-bin/tidings.cgi").write_text(script)
    (folder / "cgi-bin/tidings.cgi").chmod(0o755)
    (folder / "lighttpd.conf").write_text('''server.document-root = "%s"
server.bind = "127.0.0.1"
server.port = %d
server.modules = ("mod_cgi")
cgi.assign = (".cgi" => "")
server.errorlog = "%s/error.log"
''' % (folder, port, folder))
    modules = pathlib.Path(which("lighttpd")).parents[1] / "lib/lighttpd"
    return [which("lighttpd"), "-D", "-m", str(modules), "-f", str(folder / "lighttpd.conf")]


class Fronts(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.close)
        self.folder = self.site.home.folder / "front"
        self.folder.mkdir()

    def start(self, make, *more):
        port = free_port()
        front = Front(self.folder, make(self.folder, port, *more), port)
        self.addCleanup(front.close)
        return front

    def join(self, front, address, prefix="", claims=None):
        """Signs up, confirms and leaves by one click through the server in front. The consent's detail."""
        site = self.site
        status, page, headers = front.ask("GET", prefix + "/subscribe")
        self.assertEqual((status, headers["Cache-Control"]), (200, "no-store"))
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertIn('action="%s/subscribe"' % prefix, page)
        stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
        time.sleep(2.1)  # a person's time with the form
        begin = time.monotonic()
        self.assertEqual(
            front.ask("POST", prefix + "/subscribe", {"email": address, "stamp": stamp, "digest": "weekly"}, claims)[0], 200)
        self.assertLess(time.monotonic() - begin, 5)
        mail = site.mail(address)
        link = re.search(r"https://[^/\s]+(\S*/c/\S+)", mail.get_body(("plain",)).get_content())[1]
        self.assertEqual(front.ask("POST", link, {})[0], 200)
        self.assertEqual(site.state(address), {"weekly": "confirmed"})
        welcome = site.mail(address)
        self.assertEqual(
            front.ask("GET",
                      re.search(r"https://[^/\s]+(\S*/p/\S+)",
                                welcome.get_body(("plain", )).get_content())[1])[0], 200)
        story = json.loads(site.home.do("subscriber", "show", address, "--json"))
        return story["consents"][0]["detail"]

    def through_proxy(self, make):
        front = self.start(make, self.site.port)
        spoof = {"X-Forwarded-For": "203.0.113.66", "Forwarded": "for=203.0.113.66", "X-Forwarded-Host": "evil.example"}
        detail = self.join(front, "reader@example.org", claims=spoof)
        self.assertIn("127.0.0.1", detail)
        self.assertNotIn("203.0.113.66", detail, "what a visitor claims about themselves is believed")
        self.assertEqual(front.ask("GET", "/metrics")[0], 404)
        self.assertEqual(front.ask("GET", "/healthz")[0], 200)
        with contextlib.suppress(ConnectionError):  # it may hang up while the body still comes
            self.assertEqual(front.ask("POST", "/subscribe", {"email": "x" * 100_000})[0], 413)
        for path in ("/archive/..%2fconfig.toml", "/archive/%2e%2e/config.toml", "/u/%0d%0aX:1"):
            self.assertIn(front.ask("GET", path)[0], (400, 404), path)
        link = self.one_click_link()
        self.assertEqual(front.ask("POST", link, "List-Unsubscribe=One-Click", FORM)[:2], (200, "unsubscribed\n"))
        self.assertEqual(self.site.state("leaver@example.org")["weekly"], "withdrawn")

    def one_click_link(self):
        site = self.site
        site.home.do("subscriber", "add", "leaver@example.org", "--confirmed", "--digest", "weekly")
        site.home.write("town.xml", rss("Town", [Article("News", "https://town.example/2", None)]))
        site.home.do("send", "weekly", "--now", at="2026-02-02T12:00:00Z")
        return re.search(r"<https://[^/>]+(/[^>]*u/[\w-]+)>", site.mail("leaver@example.org")["List-Unsubscribe"])[1]

    @unittest.skipUnless(which("nginx"), "nginx is not installed")
    def test_nginx_passes_on_what_the_page_says(self):
        self.through_proxy(nginx)

    @unittest.skipUnless(which("caddy"), "Caddy is not installed")
    def test_caddy_passes_on_what_the_page_says(self):
        self.through_proxy(caddy)

    @unittest.skipUnless(which("lighttpd"), "lighttpd is not installed")
    def test_lighttpd_starts_the_program_and_the_confirmation_comes_at_once(self):
        site = self.site
        config = site.home.folder / "config.toml"
        config.write_text(config.read_text().replace('"https://news.example.org"',
                                                     '"https://news.example.org/cgi-bin/tidings.cgi"'))
        site.stop()  # nobody else sends
        try:
            script = block("Shared hosting").replace("/home/you/bin/tidings",
                                                     site.home.command()[0]).replace("/home/you/tidings/config.toml", str(config))
            front = self.start(lighttpd, script)
            self.join(front, "reader@example.org", prefix="/cgi-bin/tidings.cgi")
            link = self.one_click_link()
            self.assertEqual(front.ask("POST", link, "List-Unsubscribe=One-Click", FORM)[:2], (200, "unsubscribed\n"))
        finally:
            site.start()


if __name__ == "__main__":
    unittest.main()
