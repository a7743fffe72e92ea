"""The world of the contract's cases: a small newsletter whose configuration is a table, and what can be observed of it."""
import dataclasses
import datetime
import email
import email.policy
import http.client
import http.server
import threading
import urllib.parse

from smtp_server import SmtpServer
from tidings import Article, Home, atom, rss

AT = "2026-01-26T08:05:00+02:00"      # a Monday, five minutes after the weekly digest is due in Athens
LATER = "2026-01-27T08:10:00+02:00"
UTC = datetime.timezone.utc
ADA, BEN = "ada@example.org", "ben@example.net"
WORDS = "A sentence about boats that is long enough to be cut somewhere in the middle. " * 12
PICTURE = "https://town.example/boat.png"


def day(number, hour=9):
    return datetime.datetime(2026, 1, number, hour, tzinfo=UTC)


HARBOUR = [Article("Bread is cheap", "https://town.example/bread?utm_source=x&ref=mine", day(20), day(20), "<p>Cheap bread. %s</p>" % WORDS, ("food",)),
           Article("New pier", "https://town.example/pier", day(22), day(22), '<p>Piers.</p><p><img src="%s" width="500" alt="A boat"></p>' % PICTURE, ("sea",))]
GARDEN = [Article("Roses", "https://garden.example/roses", day(21), day(21), "<p>Roses are out. %s</p>" % WORDS, ("flowers",)),
          Article("Tulips", "https://garden.example/tulips", day(23), day(23), "<p>Tulips too.</p>", ("flowers", "sea"))]


class World(Home):
    """A newsletter with two blogs, two digests and two readers, whose configuration is a table of TOML values."""

    def __init__(self):
        super().__init__()
        self.write("harbour.xml", rss("Harbour", HARBOUR))
        self.write("garden.xml", atom("Garden", GARDEN))
        self.write("list.csv", "email,name,topics\n%s,Ada,\n%s,Ben,\n" % (ADA, BEN))
        self.sections = {
            "newsletter": {"name": '"Harbour News"', "from": '"Harbour News <news@example.org>"',
                           "public_url": '"https://news.example.org"', "postal_address": '"1 Quay Street, Exampletown"',
                           "timezone": '"Europe/Athens"'},
            "store": {"path": '"subscribers/tidings.db"'},
            "smtp": {"url": '"drop:out"'},
        }
        if self.server:
            self.sections["store"].update({"url": '"%s"' % self.server.url, "schema": '"%s"' % self.schema})
        self.lists = {
            "source": [{"name": '"harbour"', "url": '"file:harbour.xml"'}, {"name": '"garden"', "url": '"file:garden.xml"'}],
            "digest": [{"name": '"weekly"', "schedule": '"weekly monday 08:00"'}, {"name": '"daily"', "schedule": '"daily 07:30"'}],
        }
        self.now = AT

    def set(self, key, value):
        """`key`: "section.key"; of a list of tables, the first one's. `value`: TOML, or None for a key that is absent."""
        section, _, name = key.partition(".")
        if section in ("source", "digest", "relay", "rule", "filter", "topic", "field"):
            table = self.lists.setdefault(section, [{}])[0]
        else:
            table = self.sections.setdefault(section, {})
        if value is None:
            table.pop(name, None)
        else:
            table[name] = value

    def everything(self):
        """A configuration in which every key is read, those of optional tables too."""
        self.lists["relay"] = [{"url": '"smtp://127.0.0.1:2"'}]
        self.lists["rule"] = [{"any": '"ads"'}]
        self.lists["filter"] = [{"name": '"helper"', "command": '["true"]'}]
        self.lists["topic"] = [{"name": '"sea"'}]
        self.lists["field"] = [{"name": '"city"'}]
        self.set("smtp.url", '"smtp://127.0.0.1:1"')

    def write_config(self):
        out = []
        for name, table in self.sections.items():
            out.append("[%s]" % name)
            out += ["%s = %s" % each for each in table.items()]
        for name, tables in self.lists.items():
            for table in tables:
                out.append("[[%s]]" % name)
                out += ["%s = %s" % each for each in table.items()]
        self.write("config.toml", "\n".join(out) + "\n")

    def fill(self):
        self.do("subscriber", "import", "list.csv", "--digest", "weekly", "--confirmed")
        return self

    def with_relay(self, server, key="smtp.url"):
        self.set(key, '"%s"' % server.url)
        self.write_config()

    def do_any(self, *arguments, at=None):
        """Runs, whatever it exits with."""
        return self.run(*arguments, at=at)

    def said(self, *arguments, at=None, input=None):
        done = self.run(*arguments, at=at, input=input)
        return "exit %d\n%s%s" % (done.returncode, done.stdout, done.stderr)

    def files(self, folder):
        return {str(each.relative_to(self.folder / folder)): each.read_bytes()
                for each in sorted((self.folder / folder).rglob("*")) if each.is_file()}

    def secret(self, name, text):
        """A file that only its owner reads."""
        self.write(name, text).chmod(0o600)

    def readers(self, count):
        """So many readers of the weekly digest at one domain."""
        self.write("many.csv", "email\n" + "".join("r%03d@example.org\n" % each for each in range(count)))
        self.do("subscriber", "import", "many.csv", "--digest", "weekly", "--confirmed")


def once(make):
    """What several cases share is made by the first that asks for it."""
    lock, made = threading.Lock(), []

    def get():
        with lock:
            if not made:
                made.append(make())
        return made[0]
    return get


@dataclasses.dataclass
class Case:
    """Two values of a key, and what differs between them; what is observed must not hang on chance or time."""
    a: object           # TOML of the value, None: the key is absent
    b: object
    observe: object     # World -> text
    prepare: object = lambda world: None
    in_a: str = ""      # stands in what is observed
    in_b: str = ""


def setting(*pairs):
    """Prepares other keys."""
    def prepare(world):
        for key, value in pairs:
            world.set(key, value)
    return prepare


# ---- what is observed -----------------------------------------------------------------------------------------------


def mail(world):
    """The first reader's mail as a relay gets it, with its envelope."""
    first = raw_mail(world)
    return "MAIL %s\n%s" % (first.envelope_from, readable(first.octets))


def raw_mail(world):
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill().do("send", "weekly")
        return server.to(ADA)[0]


def readable(octets):
    message = email.message_from_bytes(octets, policy=email.policy.default)
    parts = ["%s: %s" % each for each in message.items()]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            parts.append(part.get_content())
        elif not part.is_multipart():
            parts.append("PART %s" % part.get_content_type())
    return "\n".join(parts)


def dropped(world):
    """All mails of a send into a folder."""
    world.fill().do("send", "weekly")
    return "\n".join(readable(each) for _, each in sorted(world.files("out").items()))


def said(*arguments, at=None, filled=False):
    def observe(world):
        if filled:
            world.fill()
        return world.said(*arguments, at=at)
    return observe


def posts(world):
    """Titles and links of what is collected; what a source cannot give is not there."""
    world.run("collect")
    return "\n".join(sorted(each["title"] + " " + each["link"] for each in world.json("post", "list")))


def html(world):
    world.fill().do("collect")
    world.do("preview", "weekly", "--to", "shown")
    return "\n".join(each.decode("utf-8", "replace") for name, each in world.files("shown").items() if name.endswith(".html"))


def order_of_titles(world):
    text = dropped(world)
    titles = ["Bread is cheap", "New pier", "Roses", "Tulips"]
    return " ".join(sorted((each for each in titles if each in text), key=text.index))


class Blog:
    """A web server on this machine that gives out a folder and notes what it was asked."""

    def __init__(self, folder, answer=None):
        self.asked, blog = [], self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(folder))

            def do_GET(self):
                blog.asked.append((self.path, dict(self.headers)))
                super().do_GET()

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path):
        return "http://127.0.0.1:%d/%s" % (self.server.server_port, path)


class Pages:
    """The pages, served, and what they answer."""

    def __init__(self, world):
        self.world = world
        self.process = world.start("serve")
        line = self.process.stdout.readline()
        self.where = line.strip()
        self.port = int(line.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.communicate()

    def ask(self, path, method="GET", body=None, headers=None, host="127.0.0.1", port=None):
        connection = http.client.HTTPConnection(host, port or self.port, timeout=20)
        try:
            if isinstance(body, dict):
                body = urllib.parse.urlencode(body, doseq=True)
                headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return "%d %s" % (answer.status, answer.read().decode("utf-8", "replace"))
        except ConnectionRefusedError:
            return "nobody listens"
        finally:
            connection.close()
