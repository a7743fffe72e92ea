"""The cases of the configuration: for each key two values, and what differs between them. See contract.py."""
import dataclasses
import datetime
import http.client
import http.server
import os
import re
import shutil
import socket
import subprocess
import threading
import urllib.parse

from smtp_server import ALL_FEATURES, Rule, SmtpServer
from tidings import TOP, Article, Home, atom, rss

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
        self.lists = {
            "source": [{"name": '"harbour"', "url": '"file:harbour.xml"'}, {"name": '"garden"', "url": '"file:garden.xml"'}],
            "digest": [{"name": '"weekly"', "schedule": '"weekly monday 08:00"'}, {"name": '"daily"', "schedule": '"daily 07:30"'}],
        }
        self.now = AT

    def set(self, key, value):
        """`key`: "section.key"; of a list of tables, the first one's. `value`: TOML, or None for a key that is absent."""
        section, _, name = key.partition(".")
        if section in ("source", "digest", "relay"):
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


@dataclasses.dataclass
class Case:
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


def keys(*pairs):
    """DKIM keys and what names them."""
    def prepare(world):
        world.write_config()
        for name, *more in (("key.pem",), ("other.pem",), ("ed.pem", "--ed25519"), ("ed2.pem", "--ed25519")):
            world.do("dkim", "keygen", name, *more)
        world.sections["dkim"] = {"domain": '"example.org"', "selector": '"s1"', "key_file": '"key.pem"'}
        setting(*pairs)(world)
    return prepare


# ---- what is observed -----------------------------------------------------------------------------------------------


def mail(world):
    """The first reader's mail as a relay gets it, with its envelope."""
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill().do("send", "weekly")
        first = server.to(ADA)[0]
    return "MAIL %s\n%s" % (first.envelope_from, readable(first.octets))


def readable(octets):
    import email
    import email.policy
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


def dialogue(*rules, features=None, sends=1):
    """What the relay is told, session by session."""
    def observe(world):
        with SmtpServer(rules=rules, **({"features": features} if features else {})) as server:
            world.set("smtp.tls", '"off"')
            world.with_relay(server)
            world.fill()
            said = [world.said("send", "weekly") for _ in range(sends)]
            commands = sorted((session, re.sub(rb"BDAT \d+", b"BDAT", line)) for session, line in server.commands)
        return "\n".join(["%d sessions" % server.sessions, *said, *(repr(each) for each in commands)])
    return observe


def said(*arguments, at=None, filled=False):
    def observe(world):
        if filled:
            world.fill()
        return world.said(*arguments, at=at)
    return observe


def posts(world):
    world.do("collect")
    return "\n".join(sorted(each["title"] + " " + each["link"] for each in world.json("post", "list")))


def preview(world):
    world.fill().do("collect")
    world.do("preview", "weekly", "--to", "shown")
    return "\n".join(each.decode("utf-8", "replace") for name, each in world.files("shown").items()
                     if name.endswith((".txt", ".html", ".eml")))



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


def from_the_web(world):
    """What is collected of the first source when it is on a web server of this machine."""
    with Blog(world.folder) as blog:
        world.set("source.url", '"%s"' % blog.url("harbour.xml"))
        world.write_config()
        return world.said("collect", "harbour") + " asked %d" % len(blog.asked)


PAGE = """<html><body><ul id="news"><li class="i"><a href="https://board.example/one"><b>One thing</b></a><i>2026-01-21</i><u>In short</u><img src="https://board.example/1.png"></li>
<li class="i"><a href="https://board.example/two"><b>Another thing</b></a><i>2026-01-22</i><u>Also short</u></li></ul>
<div id="old"><h4>2026-01-20</h4><p class="j"><a href="https://board.example/three"><b>Third thing</b></a></p></div></body></html>"""


def page(**more):
    def prepare(world):
        world.write("page.html", PAGE)
        world.lists["source"] = [{"name": '"board"', "kind": '"page"', "url": '"file:page.html"', "site_url": '"https://board.example/"',
                                  "item_xpath": "'//li[@class=\"i\"]'", "title_xpath": "'.//b'", "link_xpath": "'.//a/@href'",
                                  "date_xpath": "'.//i'", **more}]
    return prepare


def page_posts(world):
    world.do("collect")
    shown = [world.json("post", "show", each["id"])[0] for each in world.json("post", "list")]
    return "\n".join(sorted(str({key: value for key, value in each.items() if key not in ("id", "first_seen")}) for each in shown))


def folder_of_markdown(world):
    world.write("posts/one.md", "---\ntitle: One\ndate: 2026-01-21\n---\nText.\n")
    world.lists["source"] = [{"name": '"notes"', "kind": '"markdown"', "url": '"file:posts"'}]


def with_login(world):
    """A relay that asks for a login; what it is told."""
    with SmtpServer(features=[*ALL_FEATURES, "AUTH PLAIN LOGIN"]) as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill()
        return world.said("send", "weekly") + "".join(repr(line) for _, line in server.commands)


def password_files(world):
    world.write("one", "first")
    world.write("two", "second")
    os.environ.update(ONE_PASSWORD="first", TWO_PASSWORD="second")
    world.set("smtp.username", '"ada"')
    world.set("smtp.auth", '"PLAIN"')
    for path in ("one", "two"):
        (world.folder / path).chmod(0o600)


def dialogue_with_tls(world):
    """What a relay without STARTTLS is told."""
    with SmtpServer() as server:
        world.with_relay(server)
        world.fill()
        return world.said("send", "weekly")


class Patience:
    """How many mails get through when the relay takes two seconds for one answer at a stage."""

    def __init__(self, stage):
        self.stage = stage

    def __call__(self, world):
        with SmtpServer(rules=[Rule(self.stage, "delay:2")]) as server:
            world.set("smtp.tls", '"off"')
            world.set("smtp.connections", "1")
            world.with_relay(server)
            world.fill()
            world.do_any("send", "weekly", "--time-budget", "10s")
            return "%d accepted" % len(server.accepted)


def in_flight(world):
    """How many messages are with the relay when it falls silent."""
    world.write("many.csv", "email\n" + "".join("r%03d@example.org\n" % each for each in range(12)))
    with SmtpServer(rules=[Rule("dot", "hang")]) as server:
        world.set("smtp.tls", '"off"')
        world.set("smtp.connections", "1")
        world.with_relay(server)
        world.do("subscriber", "import", "many.csv", "--digest", "weekly", "--confirmed")
        world.do_any("send", "weekly", "--time-budget", "1s")
        return "%d messages begun" % sum(line.startswith(b"MAIL") for _, line in server.commands)


def inline_pictures(world):
    """The mail of a blog whose picture is on a web server of this machine."""
    world.write("ferry.jpg", (TOP / "tests/data/demo/images/ferry.jpg").read_bytes())
    with Blog(world.folder) as blog:
        world.write("harbour.xml", rss("Harbour", HARBOUR).replace(PICTURE, blog.url("ferry.jpg")))
        world.set("source.allow_private_address", "true")
        world.set("source.url", '"%s"' % blog.url("harbour.xml"))
        return mail(world)


def reviewed(world):
    """What a run two hours after the draft does with it."""
    world.fill().do_any("send", "weekly")
    return world.said("send", "weekly", at="2026-01-26T10:10:00+02:00")


def days_of_refusal(world):
    """How deliveries stand after three days of a relay that says "later"."""
    with SmtpServer(rules=[Rule("rcpt", "451 4.2.0 mailbox busy")]) as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill()
        for each in range(26, 30):
            world.do_any("send", "weekly", "--late", at="2026-01-%02dT09:00:00+02:00" % each)
    return "\n".join(each["state"] for each in world.json("delivery", "list"))


def pace(world):
    """Whether twelve mails to one domain go out in two seconds."""
    world.write("many.csv", "email\n" + "".join("r%03d@example.org\n" % each for each in range(12)))
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.do("subscriber", "import", "many.csv", "--digest", "weekly", "--confirmed")
        world.do_any("send", "weekly", "--time-budget", "2s")
        return "all" if len(server.accepted) == 12 else "some"


def two_relays(world):
    """Who sends what, with [smtp] as a first relay and [[relay]] as a second."""
    with SmtpServer() as first, SmtpServer() as second:
        world.set("smtp.url", '"%s"' % first.url)
        world.set("smtp.tls", '"off"')
        if world.lists["relay"][0].get("url", "").startswith('"smtp://127.0.0.1:2"'):
            world.set("relay.url", '"%s"' % second.url)
        world.set("relay.tls", '"off"')
        world.write("many.csv", "email\n" + "".join("r%03d@example.org\n" % each for each in range(40)))
        world.write_config()
        world.do("subscriber", "import", "many.csv", "--digest", "weekly", "--confirmed")
        said = world.said("send", "weekly")
        greetings = sorted({line for _, line in second.commands if line.startswith(b"EHLO")})
    share = "more" if len(second.accepted) > len(first.accepted) + 5 else "less" if len(second.accepted) + 5 < len(first.accepted) else "as many"
    return "the second sends %s %s %s" % (share if second.accepted else "nothing", greetings, said)


def second_relay(*pairs):
    def prepare(world):
        world.lists["relay"] = [{"url": '"smtp://127.0.0.1:2"'}]
        for key, value in pairs:
            world.set(key, value)
    return prepare


def signed(world):
    world.do("dkim", "keygen", "key.pem")
    world.do("dkim", "keygen", "other.pem")
    world.do("dkim", "keygen", "ed.pem", "--ed25519")
    return re.sub(r"\b(b|bh|t)=[^;]+", "", mail(world)) if world.sections["dkim"].get("key_file") != '"other.pem"' else mail(world)


def with_keys(*pairs):
    def prepare(world):
        world.sections["dkim"] = {"domain": '"example.org"', "selector": '"s1"', "key_file": '"key.pem"'}
        setting(*pairs)(world)
        world.write_config_later = True
    return prepare


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

    def ask(self, path, method="GET", body=None, headers=None, host="127.0.0.1"):
        connection = http.client.HTTPConnection(host, self.port, timeout=20)
        try:
            if isinstance(body, dict):
                body = urllib.parse.urlencode(body, doseq=True)
                headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return "%d %s" % (answer.status, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()


def page_of(path, **more):
    def observe(world):
        world.set("web.listen", world.sections.get("web", {}).get("listen", '"127.0.0.1:0"'))
        world.write_config()
        world.fill().do("send", "weekly")
        with Pages(world) as pages:
            return pages.where.rsplit(":", 1)[0] + re.sub(r'name="stamp" value="[^"]*"', "", pages.ask(path, **more))
    return observe


def notice_after(act):
    """Mails of the pages after a subscriber has confirmed or left."""
    def observe(world):
        with SmtpServer() as server:
            world.set("smtp.tls", '"off"')
            world.set("web.listen", '"127.0.0.1:0"')
            world.with_relay(server)
            if act == "leave":
                world.fill().do("send", "weekly")
                octets = server.take()[0].octets.replace(b"\r\n ", b" ")
                link = re.search(rb"List-Unsubscribe: <https://news\.example\.org(/\S+?)>", octets)[1].decode()
                body = {"List-Unsubscribe": "One-Click"}
            else:
                world.do("subscriber", "add", "new@example.org", "--digest", "weekly")
                link = re.search(r"https://news\.example\.org(/c/\S+)", readable(server.take()[0].octets))[1]
                body = {}
            with Pages(world) as pages:
                pages.ask(link, "POST", body)
                arrived = server.wait_for(1, 1.5)
        return "a mail" if arrived else "none"
    return observe


def own_theme(world):
    shutil.copytree(TOP / "templates/default", world.folder / "templates/mine")
    page = world.folder / "templates/mine/pages/subscribe.mustache"
    page.write_text(page.read_text(encoding="utf-8") + "<p>Mine alone</p>", encoding="utf-8")


def webhook_secrets(world):
    world.write("hook-login", "relay:secret")
    (world.folder / "hook-login").chmod(0o600)
    world.set("web.postmark_login_file", '"hook-login"')


def crowd(world):
    """Whether forty connections at once are all answered."""
    world.set("web.listen", '"127.0.0.1:0"')
    world.write_config()
    world.fill()
    with Pages(world) as pages:
        held = [socket.create_connection(("127.0.0.1", pages.port), timeout=5) for _ in range(40)]
        try:
            answer = pages.ask("/subscribe")
        except OSError:
            answer = "turned away"
        for each in held:
            each.close()
    return answer[:11]


def maildirs(world):
    for folder in ("in", "other"):
        for part in ("new", "cur", "tmp"):
            (world.folder / folder / part).mkdir(parents=True)
    world.write("in/new/1.mail", "From: a@example.net\nTo: news@example.org\nSubject: hello\n\nA word.\n")
    world.set("bounce.maildir", '"in"')


def mailbox_login(world):
    world.write("box-password", "secret")
    (world.folder / "box-password").chmod(0o600)
    world.set("bounce.username", '"box"')
    world.set("bounce.password_file", '"box-password"')
    world.set("bounce.tls", '"off"')


def ingested(world):
    world.fill()
    done = subprocess.run(world.command("bounce", "ingest"), cwd=world.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return "exit %d %s%s" % (done.returncode, done.stdout, done.stderr)


def report(to, recipient, status, number):
    return ("Return-Path: <>\nDelivered-To: %s\nFrom: MAILER-DAEMON@mx.example\nTo: <%s>\nSubject: Undelivered\nMessage-ID: <r%d@mx.example>\n"
            "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\n\n--q\n\nNot delivered.\n\n--q\n"
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; %s\nAction: failed\n"
            "Status: %s\nDiagnostic-Code: smtp; %s\n\n--q--\n") % (to, to, number, recipient, status, {
                "5.1.1": "550 5.1.1 user unknown", "5.2.2": "552 5.2.2 mailbox full"}[status])


def returned(world, readers, status, days):
    """Reports of one edition, on these days; who is suppressed in the end."""
    world.set("bounce.address", '"back@example.org"')
    world.write("many.csv", "email\n" + "".join("r%03d@example.org\n" % each for each in range(readers)))
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.do("subscriber", "import", "many.csv", "--digest", "weekly", "--confirmed")
        world.do("send", "weekly")
        sent = server.take()
    number = 0
    for day_ in days:
        for each in sent:
            number += 1
            world.run("bounce", "ingest", at="2026-01-%02dT09:00:00+02:00" % day_, input=report(each.envelope_from, each.envelope_to, status, number))
    return "%d suppressed" % len(world.json("suppression", "list"))


def soft_bounces(world):
    return returned(world, 1, "5.2.2", (26, 29, 31))


def storm(world):
    return returned(world, 4, "5.1.1", (27,))


CASES = {
    # [newsletter]
    "newsletter.name": Case('"Harbour News"', '"Quay Post"', mail, in_b="Quay Post"),
    "newsletter.from": Case('"Harbour News <news@example.org>"', '"Quay <quay@example.org>"', mail, in_b="From: Quay <quay@example.org>"),
    "newsletter.reply_to": Case(None, '"desk@example.org"', mail, in_b="Reply-To: desk@example.org"),
    "newsletter.editor": Case(None, '"chief@example.org"', dropped, setting(("digest.review", "true")), in_b="To: chief@example.org"),
    "newsletter.list_id": Case(None, '"letters.example.org"', mail, in_b="weekly.letters.example.org"),
    "newsletter.postal_address": Case('"1 Quay Street"', '"2 Pier Road"', mail, in_b="2 Pier Road"),
    "newsletter.public_url": Case('"https://news.example.org"', '"https://other.example.org/n"', mail, in_b="<https://other.example.org/n/"),
    "newsletter.unsubscribe_mailto": Case(None, '"leave@example.org"', mail, in_b="mailto:leave@example.org"),
    "newsletter.timezone": Case('"Europe/Athens"', '"America/New_York"', said("digest", "list")),
    "newsletter.language": Case('"en"', '"de"', mail, in_b="weitere"),
    # [store]
    "store.path": Case('"subscribers/tidings.db"', '"other/list.db"', lambda world: str(sorted(world.files(".")) if world.fill() else "")),
    # [smtp]
    "smtp.url": Case('"drop:out"', '"drop:elsewhere"', lambda world: str(sorted(world.files(".")) if world.fill().do("send", "weekly") else "")),
    "smtp.connections": Case("1", "3", dialogue(Rule("dot", "delay:0.3")), setting(("smtp.window", "1")), in_a="1 sessions"),
    "smtp.messages_per_connection": Case("1", "10", dialogue(), setting(("smtp.connections", "1")), in_a="2 sessions", in_b="1 sessions"),
    "smtp.dialect": Case('"lock-step"', '"chunking"', dialogue(), setting(("smtp.connections", "1")), in_a="DATA"),
    "smtp.hello_name": Case(None, '"mx.example.org"', dialogue(), in_b="EHLO mx.example.org"),
    "smtp.username": Case('"ada"', '"ben"', with_login, password_files, in_a="YWRh"),
    "smtp.password_file": Case('"one"', '"two"', with_login, password_files),
    "smtp.password_env": Case('"ONE_PASSWORD"', '"TWO_PASSWORD"', with_login, password_files),
    "smtp.password_command": Case('"cat one"', '"cat two"', with_login, password_files),
    "smtp.auth": Case('"PLAIN"', '"LOGIN"', with_login, setting(("smtp.password_command", '"echo x"')), in_b="AUTH LOGIN"),
    "smtp.tls": Case('"off"', '"require"', dialogue_with_tls),
    "smtp.ca_file": Case(None, '"gone.pem"', dialogue_with_tls, setting(("smtp.tls", '"require"'))),
    "smtp.rate": Case("0", "1", pace),
    "smtp.per_hour": Case("0", "2", pace),
    "smtp.window": Case("1", "8", in_flight),
    "smtp.weight": Case("0", "1", two_relays, second_relay()),
    "smtp.patience": Case('"0s"', '"10s"', dialogue(Rule("mail", "421 4.7.0 come back", times=1)), setting(("smtp.connections", "1"))),
    "smtp.connect_timeout": Case('"1s"', '"30s"', Patience("greeting")),
    "smtp.command_timeout": Case('"1s"', '"5m"', Patience("rcpt"), setting(("smtp.dialect", '"lock-step"'))),
    "smtp.data_timeout": Case('"1s"', '"2m"', Patience("data"), setting(("smtp.dialect", '"lock-step"'))),
    "smtp.block_timeout": Case('"1s"', '"3m"', said("config", "show", "--changed")),
    "smtp.final_dot_timeout": Case('"1s"', '"10m"', Patience("dot")),
    # [[relay]]: as [smtp], here of a second relay
    "relay.url": Case('"smtp://127.0.0.1:2"', '"smtp://127.0.0.1:1"', two_relays, second_relay()),
    "relay.weight": Case("1", "5", two_relays, second_relay()),
    "relay.hello_name": Case(None, '"second.example.org"', two_relays, second_relay(), in_b="EHLO second.example.org"),
    # [source]
    "source.name": Case('"harbour"', '"port"', said("source", "list"), in_b="port"),
    "source.kind": Case('"auto"', '"page"', said("collect", "harbour")),
    "source.url": Case('"file:harbour.xml"', '"file:garden.xml"', posts),
    "source.topics": Case(None, '["quay"]', order_of_titles, setting(("digest.topics", '["quay"]'))),
    "source.include": Case(None, '"pier"', posts),
    "source.exclude": Case(None, '"pier"', posts),
    "source.strip_parameters": Case(None, '["ref"]', posts, in_a="ref=mine"),
    "source.allow_private_address": Case("false", "true", from_the_web, in_b="asked 1"),
    "source.weight": Case("0", "-9", order_of_titles, setting(("digest.order", '"weight"'))),
    "source.command": Case('["cat", "harbour.xml"]', '["cat", "garden.xml"]', posts,
                           lambda world: (world.set("source.url", None), world.set("source.kind", '"command"'))),
    "source.item_xpath": Case("'//li[@class=\"i\"]'", "'//p[@class=\"j\"]'", page_posts, page(), in_b="Third thing"),
    "source.title_xpath": Case("'.//b'", "'.//u'", page_posts, page(), in_b="In short"),
    "source.link_xpath": Case("'.//a/@href'", "'.//img/@src'", page_posts, page(), in_b="1.png"),
    "source.date_xpath": Case("'.//i'", "'.//u'", page_posts, page(), in_a="2026-01-21"),
    "source.excerpt_xpath": Case(None, "'.//u'", page_posts, page(), in_b="In short"),
    "source.image_xpath": Case(None, "'.//img/@src'", page_posts, page(), in_b="1.png"),
    "source.date_heading_xpath": Case(None, "'//h4'", page_posts,
                                      page(item_xpath="'//p[@class=\"j\"]'", date_xpath="''"), in_b="2026-01-20"),
    "source.site_url": Case('"https://a.example/"', '"https://b.example/"', posts, folder_of_markdown, in_b="https://b.example/"),
    # [digest]
    "digest.name": Case('"weekly"', '"sunday"', said("digest", "list")),
    "digest.title": Case('"The week"', '"Seven days"', mail, in_b="Seven days"),
    "digest.list_id": Case(None, '"w.lists.example.org"', mail, in_b="w.lists.example.org"),
    "digest.schedule": Case('"weekly monday 08:00"', '"monthly 1 08:00"', said("send", "weekly", "--dry-run", filled=True)),
    "digest.sources": Case('["harbour"]', '["garden"]', order_of_titles, in_b="Roses"),
    "digest.topics": Case(None, '["food"]', order_of_titles, in_b="Bread is cheap"),
    "digest.include": Case(None, '"pier"', order_of_titles),
    "digest.exclude": Case(None, '"pier"', order_of_titles),
    "digest.min_posts": Case("1", "9", said("send", "weekly", "--dry-run", filled=True)),
    "digest.max_posts": Case("10", "1", order_of_titles),
    "digest.overflow": Case('"wait"', '"list"', mail, setting(("digest.max_posts", "1"))),
    "digest.max_age": Case(None, '"4d"', order_of_titles, in_a="Bread"),
    "digest.group_by": Case('"day"', '"source"', mail),
    "digest.order": Case('"newest"', '"oldest"', order_of_titles),
    "digest.content": Case('"excerpt"', '"title"', mail, in_a="Cheap bread"),
    "digest.excerpt_words": Case("60", "10", mail),
    "digest.subject": Case(None, '"Week {{edition_number}}"', mail, in_b="Subject: Week 1"),
    "digest.preheader": Case(None, '"Look inside"', mail, in_b="Look inside"),
    "digest.intro_file": Case(None, '"intro.md"', mail, lambda world: world.write("intro.md", "Dear *friends*"), in_b="friends"),
    "digest.theme": Case('"default"', '"plain"', html),
    "digest.archive": Case("true", "false", lambda world: str(sorted(
        (world.fill().do("send", "weekly"), world.do("archive", "build", "site"), world.files("site"))[2]))),
    "digest.review": Case("false", "true", said("send", "weekly", filled=True)),
    "digest.on_source_error": Case('"send"', '"hold"', said("send", "weekly", filled=True), setting(("source.url", '"file:gone.xml"'))),
    "digest.images": Case('"link"', '"inline"', inline_pictures, in_b="PART image/jpeg"),
    "digest.image_limit": Case('"256KiB"', '"60B"', inline_pictures, setting(("digest.images", '"inline"')), in_a="PART image/jpeg"),
    "digest.images_limit": Case('"1MiB"', '"60B"', inline_pictures, setting(("digest.images", '"inline"')), in_a="PART image/jpeg"),
    "digest.review_until": Case(None, '"1h"', reviewed, setting(("digest.review", "true"))),
    "digest.unapproved": Case('"hold"', '"send"', reviewed, setting(("digest.review", "true"), ("digest.review_until", '"1h"'))),
    # [dkim]
    "dkim.domain": Case('"example.org"', '"mail.example.org"', mail, keys(), in_b="d=mail.example.org"),
    "dkim.selector": Case('"s1"', '"s2"', mail, keys(), in_b="s=s2"),
    "dkim.key_file": Case('"key.pem"', '"other.pem"', mail, keys()),
    "dkim.ed25519_selector": Case('"e1"', '"e2"', mail, keys(("dkim.ed25519_key_file", '"ed.pem"')), in_b="s=e2"),
    "dkim.ed25519_key_file": Case('"ed.pem"', '"ed2.pem"', mail, keys(("dkim.ed25519_selector", '"e1"')), in_a="s=e1"),
    "dkim.signed_by_relay": Case("false", "true", said("config", "check"), setting(("smtp.url", '"smtp://mail.example.org:587"'))),
    # [web]
    "web.listen": Case('"127.0.0.1:0"', '"[::1]:0"', page_of("/subscribe", host="::1"), in_b="Harbour News"),
    "web.theme": Case('"default"', '"mine"', page_of("/subscribe"), own_theme, in_b="Mine alone"),
    "web.archive": Case(None, '"site"', page_of("/archive/"), in_a="404", in_b="200"),
    "web.trusted_proxies": Case(None, '["192.0.2.7"]', said("config", "show", "--changed")),
    "web.max_connections": Case("16", "1000", crowd, in_a="turned away"),
    "web.welcome": Case("false", "true", notice_after("confirm"), in_a="none", in_b="a mail"),
    "web.goodbye": Case("false", "true", notice_after("leave"), in_a="none", in_b="a mail"),
    "web.webhooks": Case(None, '["postmark"]', page_of("/hooks/postmark", method="POST", body="{}"), webhook_secrets, in_a="404", in_b="403"),
    "web.ses_topics": Case(None, '["arn:aws:sns:eu-west-1:1:b"]', said("config", "check"), setting(("web.webhooks", '["ses"]')), in_a="exit 78"),
    # [archive]
    "archive.url": Case(None, '"https://old.example.org/mails"', mail, in_b="https://old.example.org/mails"),
    # [bounce]
    "bounce.address": Case(None, '"back@example.org"', mail, in_b="MAIL back+"),
    "bounce.maildir": Case('"in"', '"other"', ingested, maildirs),
    "bounce.imap": Case('"imap://127.0.0.1:1"', '"imap://127.0.0.1:2"', ingested, mailbox_login),
    "bounce.pop3": Case('"pop3://127.0.0.1:1"', '"pop3://127.0.0.1:2"', ingested, mailbox_login),
    "bounce.unmatched": Case(None, '"strays"', lambda world: str((ingested(world), sorted(world.files(".")))), maildirs, in_b="strays/"),
    "bounce.threshold": Case("2", "9", soft_bounces),
    "bounce.window": Case('"90d"', '"2d"', soft_bounces, setting(("bounce.threshold", "2"))),
    "bounce.storm_readers": Case("2", "1000", storm),
    "bounce.storm_window": Case('"1h"', '"1s"', storm, setting(("bounce.storm_readers", "2"))),
    # [delivery]
    "delivery.give_up_after": Case('"1h"', '"9d"', days_of_refusal, in_a="failed"),
    "delivery.in_doubt": Case('"retry"', '"hold"', dialogue(Rule("dot", "close", times=4), sends=1), setting(("smtp.window", "1")), in_b="in doubt"),
    "delivery.per_domain": Case(None, '["example.org 1"]', pace),
    "delivery.max_lateness": Case('"36h"', '"1h"', said("send", "weekly", at="2026-01-26T12:00:00+02:00", filled=True)),
}
