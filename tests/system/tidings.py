"""Runs the real binary for tests: a temporary home with config.toml, and feeds that grow as the days go by.

The binary is named by the environment variable TIDINGS (CTest sets it). TIDINGS_STORE=postgresql puts each home's store into a
schema of a server that is started for the purpose (tests/support/postgres.py).
"""
import contextlib
import dataclasses
import datetime
import email
import email.policy
import html
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

BINARY = os.environ.get("TIDINGS", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/tidings"))
TOP = pathlib.Path(__file__).resolve().parents[2]



def tell_skips():
    """unittest counts what it skips; tests/support/skips.py wants to know why."""
    add = unittest.TextTestResult.addSkip

    def add_and_tell(result, test, reason):
        print("SKIPPED: %s: %s" % (test.id(), reason), flush=True)
        add(result, test, reason)

    unittest.TextTestResult.addSkip = add_and_tell


tell_skips()
CONFIG = """[newsletter]
name = "Harbour News"
from = "Harbour News <news@example.org>"
public_url = "https://news.example.org"
postal_address = "1 Quay Street, Exampletown"
timezone = "Europe/Athens"
language = "en"
[store]
path = "subscribers/tidings.db"
%(server)s[smtp]
url = "%(smtp)s"
tls = "off"
%(more_smtp)s
%(sources)s
%(digests)s
"""
WEEKLY = '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n'


class Server:
    """One for all homes of a test program; None with SQLite."""
    instance = None
    schemas = 0

    @classmethod
    def get(cls):
        if os.environ.get("TIDINGS_STORE") != "postgresql":
            return None
        if cls.instance is None:
            sys.path.insert(0, str(TOP / "tests/support"))
            import postgres
            cls.instance = postgres.Server()
        return cls.instance


class Home:
    """A folder with a config.toml in which tidings is run; removed at the end."""

    def __init__(self, on_disk=False):
        # In memory if there is room for it: the store's fsyncs would be most of a test's time. A kill needs no disk to be survived.
        memory = pathlib.Path("/dev/shm")
        place = memory if not on_disk and memory.is_dir() and os.access(memory, os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-system-", dir=place))
        self.now = None
        self.server = Server.get()
        Server.schemas += 1
        self.schema = "home%d" % Server.schemas
        self.is_set_up = False
        self.environment = {}  # more variables for the binary; os.environ is shared by threads

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def configure(self, smtp="smtp://127.0.0.1:1", sources=("feed.xml",), digests=WEEKLY, more_smtp=""):
        """`sources`: names of files here, or whole [[source]] blocks."""
        blocks = [each if each.startswith("[[") else
                  '[[source]]\nname = "%s"\nurl = "file:%s"\n' % (each.split(".")[0], each) for each in sources]
        return self.write("config.toml", CONFIG % {"smtp": smtp, "more_smtp": more_smtp, "sources": "\n".join(blocks),
                                                   "digests": digests, "server": self.server_lines()})

    def server_lines(self):
        """What [store] says of the server."""
        return 'url = "%s"\nschema = "%s"\n' % (self.server.url, self.schema) if self.server else ""

    def sql(self, statement):
        """Rows of the store, each a tuple, by way of no program of ours; all values are texts or numbers as they come."""
        if self.server:
            return [tuple(line.split("\x1f")) for line in
                    self.server.sql("SET search_path = %s; %s" % (self.schema, statement), separator="\x1f").splitlines()]
        with contextlib.closing(sqlite3.connect(self.folder / "subscribers/tidings.db")) as database:
            with database:
                return database.execute(statement).fetchall()

    def command(self, *arguments, at=None):
        at = self.set_up_before(arguments, at or self.now)
        return [BINARY, *(["--at", at if isinstance(at, str) else at.isoformat()] if at else []), *map(str, arguments)]

    def set_up_before(self, arguments, at):
        """A digest owes nothing from before the program first met it. So a home whose first command brings readers at the time of a
        run, as most tests have it, was set up three hours earlier. A test about first editions begins with another command."""
        was_set_up = self.is_set_up if self.server else (self.folder / "subscribers/tidings.db").exists()
        self.is_set_up = True
        if at is None or arguments[:1] != ("subscriber",) or was_set_up:
            return at
        moment = datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) if isinstance(at, str) else at
        return moment - datetime.timedelta(hours=3)

    def run(self, *arguments, at=None, input=None):
        return subprocess.run(self.command(*arguments, at=at), cwd=self.folder, capture_output=True, text=True,
                              input=input, env={**os.environ, **self.environment}, encoding="utf-8", timeout=120)

    def do(self, *arguments, at=None, input=None, status=0):
        """Runs and insists on the exit status; returns stdout."""
        done = self.run(*arguments, at=at, input=input)
        if done.returncode != status:
            raise AssertionError("tidings %s: exit %s, want %s\n%s%s" % (" ".join(map(str, arguments)), done.returncode,
                                                                         status, done.stdout, done.stderr))
        return done.stdout

    def json(self, *arguments, at=None):
        return [json.loads(line) for line in self.do(*arguments, "--json", at=at).splitlines()]

    def open_town(self, readers, published, at):
        """A blog with one post, a digest of it, and readers who have all confirmed."""
        self.write("feed.xml", rss("Town", [Article("Bread", "https://town.example/bread", published, published, "<p>Cheap.</p>")]))
        self.write("list.csv", "email\n" + "".join(each + "\n" for each in readers))
        self.configure()
        self.do("subscriber", "import", "list.csv", "--confirmed", at=at)

    def start(self, *arguments, at=None, stderr=subprocess.PIPE):
        return subprocess.Popen(self.command(*arguments, at=at), cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=stderr, text=True, env={**os.environ, **self.environment})


def preloaded(test_class, name):
    """The environment in which the binary meets tests/support/NAME.cpp in place of the functions of its C library."""
    folder = tempfile.TemporaryDirectory(prefix="tidings-preload-")
    test_class.addClassCleanup(folder.cleanup)
    library = folder.name + "/%s.so" % name
    subprocess.run([os.environ.get("CXX", "c++"), "-std=c++20", "-O1", "-shared", "-fPIC", "-o", library,
                    str(TOP / ("tests/support/%s.cpp" % name)), "-ldl"], check=True)
    return {"LD_PRELOAD": library, "ASAN_OPTIONS": "verify_asan_link_order=0"}


@dataclasses.dataclass
class Article:
    """A post as its blog would publish it. `appears`: when it is first in the feed; `published`: what the feed says."""
    title: str
    link: str
    appears: datetime.datetime
    published: object = None
    body: str = ""
    tags: tuple = ()


def rss(title, articles):
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
           'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
           "<title>%s</title><link>https://blog.example/</link><description/>" % html.escape(title)]
    for each in reversed(articles):
        out.append("<item><title>%s</title><link>%s</link>" % (html.escape(each.title), html.escape(each.link)))
        if each.published:
            out.append("<pubDate>%s</pubDate>" % each.published.strftime("%a, %d %b %Y %H:%M:%S %z"))
        out += ["<category>%s</category>" % html.escape(tag) for tag in each.tags]
        if each.body:
            out.append("<content:encoded><![CDATA[%s]]></content:encoded>" % each.body)
        out.append('<guid isPermaLink="false">%s</guid></item>' % html.escape(each.link))
    return "".join(out) + "</channel></rss>\n"


def atom(title, articles):
    out = ['<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>%s</title>'
           "<id>urn:x:%s</id><updated>2026-01-01T00:00:00Z</updated>" % (html.escape(title), html.escape(title))]
    for each in reversed(articles):
        out.append('<entry><id>urn:x:%s</id><title>%s</title><link rel="alternate" href="%s"/>'
                   % (html.escape(each.link), html.escape(each.title), html.escape(each.link)))
        if each.published:
            out.append("<published>%s</published>" % each.published.isoformat())
        out += ['<category term="%s"/>' % html.escape(tag) for tag in each.tags]
        if each.body:
            out.append('<content type="html">%s</content>' % html.escape(each.body))
        out.append("</entry>")
    return "".join(out) + "</feed>\n"


def json_feed(title, articles):
    items = []
    for each in reversed(articles):
        item = {"id": each.link, "url": each.link, "title": each.title, "content_html": each.body, "tags": list(each.tags)}
        if each.published:
            item["date_published"] = each.published.isoformat()
        items.append(item)
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items})


def parse_mail(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def text_of(message):
    return message.get_body(("plain",)).get_content()


def html_of(message):
    return message.get_body(("html",)).get_content()
