"""The cases of [smtp], [[relay]] and [delivery]. See contract.py."""
import atexit
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile

from contract_world import HARBOUR, PICTURE, Blog, Case, once, said, setting
from smtp_server import ALL_FEATURES, Rule, SmtpServer
from tidings import TOP, rss


@once
def certificates():
    """A folder with two authorities, one.pem and two.pem, and a server's certificate that the first has signed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-contract-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    for name in ("one", "two"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30000", "-subj", "/CN=%s" % name,
                "-keyout", name + ".key", "-out", name + ".pem")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "one.pem", "-CAkey", "one.key", "-days", "30000", "-extfile", "names", "-out", "server.pem")
    return folder


@once
def long_key():
    """An RSA key of 3072 bits, PEM."""
    return subprocess.run(["openssl", "genrsa", "3072"], check=True, capture_output=True).stdout


def server_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates() / "server.pem", certificates() / "server.key")
    return context


def authorities(world):
    for name in ("one.pem", "two.pem"):
        world.write(name, (certificates() / name).read_bytes())


def one_password(world):
    """Two passwords in each of the three places."""
    world.secret("one", "first")
    world.secret("two", "second")
    world.environment.update(ONE_PASSWORD="first", TWO_PASSWORD="second")


class Relays:
    """The cases of one table: [smtp] alone, or a [[relay]] beside an [smtp] that only stands in."""

    def __init__(self, table):
        self.table = table

    def key(self, name):
        return "%s.%s" % (self.table, name)

    def has(self, world, name):
        tables = world.lists.get(self.table) or [world.sections.get(self.table, {})]
        return tables[0].get(name)

    def stand_beside(self, world, other):
        """Makes `other` the [smtp] of a world whose [[relay]] is asked about."""
        if self.table == "relay":
            world.set("smtp.url", '"%s"' % (other if isinstance(other, str) else other.url))
            world.set("smtp.tls", '"off"')
            world.sections["smtp"].setdefault("weight", "0")

    def send(self, world, server, readers=2, other="smtp://127.0.0.1:1", budget="30s"):
        """A send to so many readers, with the table's url at `server` if the case does not say another."""
        self.stand_beside(world, other)
        given = self.has(world, "url")
        given = given if given and "PORT" in given or given == '"smtp://127.0.0.1:1"' else '"%s"' % server.url
        world.set(self.key("url"), given.replace("PORT", str(server.port)))
        if self.has(world, "tls") is None:
            world.set(self.key("tls"), '"require"' if server.tls else '"off"')
        world.write_config()
        world.readers(readers)
        return world.said("send", "weekly", "--time-budget", budget)

    # ---- observers ----

    def taken(self, *rules, readers=2, features=ALL_FEATURES, tls=None, limit=1 << 26, budget="30s"):
        """How many mails the relay takes."""
        def observe(world):
            with SmtpServer(rules, features, tls=tls() if tls else None, limit=limit) as server, SmtpServer() as spare:
                self.send(world, server, readers, spare, budget)
                return "%d taken" % len(server.accepted)
        return observe

    def told(self, *rules, readers=2, features=ALL_FEATURES):
        """What the relay is told, each command once."""
        def observe(world):
            with SmtpServer(rules, features) as server, SmtpServer() as spare:
                self.send(world, server, readers, spare)
                return "\n".join(sorted({re.sub(rb"BDAT \d+", b"BDAT", line).decode() for _, line in server.commands}))
        return observe

    def logged_in(self, world):
        return self.told(features=[*ALL_FEATURES, "AUTH PLAIN LOGIN"])(world)

    def sessions(self, *rules, readers=2):
        def observe(world):
            with SmtpServer(rules) as server, SmtpServer() as spare:
                self.send(world, server, readers, spare)
                return "one session" if server.sessions == 1 else "several sessions"
        return observe

    def in_doubt(self, world):
        """How many mails are in doubt after the relay has swallowed the second one and gone silent: all that were in flight."""
        with SmtpServer([Rule("dot", "", times=1), Rule("dot", "hang", times=1)]) as server, SmtpServer() as spare:
            self.send(world, server, 6, spare)
        doubtful = sum(each["state"] == "in_doubt" for each in world.json("delivery", "list"))
        return "one in doubt" if doubtful == 1 else "several in doubt" if doubtful else "none in doubt"

    def name_in_lists(self, world):
        with SmtpServer() as server, SmtpServer() as spare:
            self.send(world, server, 2, spare)
            names = {each["relay"] for each in world.json("delivery", "list")}
            return " ".join(sorted("by host and port" if each == "127.0.0.1:%d" % server.port else each for each in names))

    def share(self, world):
        """Whether the relay sends at all beside another one."""
        with SmtpServer() as server, SmtpServer() as other:
            if self.table == "smtp":
                world.set("relay.url", '"%s"' % other.url)
                world.set("relay.tls", '"off"')
            else:
                world.set("smtp.weight", "1")
            self.send(world, server, 12, other)
            return "takes some of %d" % (len(server.accepted) + len(other.accepted)) if server.accepted else "takes none"

    def rested(self, world):
        """How a run ends whose relay has asked for rest."""
        with SmtpServer([Rule("mail", "421 4.7.0 come back", times=1)]) as server:
            return self.send(world, server, budget="1s")

    # ---- worlds ----

    def login(self, **more):
        def prepare(world):
            one_password(world)
            for name, value in {"username": '"ada"', **more}.items():
                world.set(self.key(name), value)
        return prepare

    def settings(self, **more):
        return setting(*((self.key(name), value) for name, value in more.items()))

    def with_big_mail(self, *rules):
        """How many mails the relay takes that are larger than what the kernel takes from us unread."""
        def observe(world):
            world.write("boat.jpg", (TOP / "tests/data/demo/images/ferry.jpg").read_bytes() + bytes(5 << 20))
            setting(("digest.images", '"inline"'), ("digest.image_limit", '"6MiB"'), ("digest.images_limit", '"6MiB"'))(world)
            self.settings(connections="1", dialect='"lock-step"')(world)
            with Blog(world.folder) as blog:
                world.write("harbour.xml", rss("Harbour", HARBOUR).replace(PICTURE, blog.url("boat.jpg")))
                for source in world.lists["source"]:
                    source["allow_private_address"] = "true"
                return self.taken(*rules, readers=1, limit=1 << 16)(world)
        return observe

    def cases(self):
        slow, lock_step = "delay:1", self.settings(dialect='"lock-step"')
        values = {
            "url": Case('"smtp://127.0.0.1:PORT"', '"smtp://127.0.0.1:1"', self.taken(), in_a="2 taken", in_b="0 taken"),
            "name": Case(None, '"backup"', self.name_in_lists, in_a="by host and port", in_b="backup"),
            "username": Case('"ada"', '"ben"', self.logged_in, self.login(password_file='"one"'), in_a="AGFkYQBmaXJzdA==", in_b="AGJlbgBmaXJzdA=="),
            "password_file": Case('"one"', '"two"', self.logged_in, self.login(), in_a="AGFkYQBmaXJzdA==", in_b="AGFkYQBzZWNvbmQ="),
            "password_env": Case('"ONE_PASSWORD"', '"TWO_PASSWORD"', self.logged_in, self.login(), in_a="AGFkYQBmaXJzdA==", in_b="AGFkYQBzZWNvbmQ="),
            "password_command": Case('"cat one"', '"cat two"', self.logged_in, self.login(), in_a="AGFkYQBmaXJzdA==", in_b="AGFkYQBzZWNvbmQ="),
            "auth": Case(None, '"LOGIN"', self.logged_in, self.login(password_file='"one"'), in_a="AUTH PLAIN", in_b="AUTH LOGIN"),
            "tls": Case('"off"', '"require"', self.taken(), in_a="2 taken", in_b="0 taken"),
            "ca_file": Case('"one.pem"', '"two.pem"', self.taken(tls=server_context), authorities, in_a="2 taken", in_b="0 taken"),
            "connections": Case("1", "4", self.sessions(Rule("dot", "delay:0.1"), readers=4), self.settings(window="1"), in_a="one session", in_b="several sessions"),
            "rate": Case("0", "0.001", self.taken(readers=3, budget="5s"), in_a="3 taken"),
            "per_hour": Case("0", "1", self.taken(readers=3, budget="5s"), in_a="3 taken"),
            "messages_per_connection": Case("10", "1", self.sessions(), self.settings(connections="1"), in_a="one session", in_b="several sessions"),
            "window": Case("1", "4", self.in_doubt, lambda world: (self.settings(connections="1", final_dot_timeout='"4s"')(world),
                                                                   world.set("delivery.in_doubt", '"hold"')), in_a="one in doubt", in_b="several in doubt"),
            "weight": Case("0", "3", self.share, in_a="takes none", in_b="takes some of 12"),
            "patience": Case('"0s"', '"1h"', self.rested, self.settings(connections="1")),
            "dialect": Case('"lock-step"', '"chunking"', self.told(), self.settings(connections="1"), in_a="DATA", in_b="BDAT"),
            "hello_name": Case(None, '"mx.example.net"', self.told(), in_a="EHLO example.org", in_b="EHLO mx.example.net"),
            "connect_timeout": Case('"200ms"', '"30s"', self.taken(Rule("greeting", slow), readers=1), in_a="0 taken", in_b="1 taken"),
            "command_timeout": Case('"200ms"', '"5m"', self.taken(Rule("rcpt", slow), readers=1), lock_step, in_a="0 taken", in_b="1 taken"),
            "data_timeout": Case('"200ms"', '"2m"', self.taken(Rule("data", slow), readers=1), lock_step, in_a="0 taken", in_b="1 taken"),
            "final_dot_timeout": Case('"200ms"', '"10m"', self.in_time, in_a="no answer in time", in_b="answered"),
            "block_timeout": Case('"200ms"', '"3m"', self.with_big_mail(Rule("body", slow)), in_a="0 taken", in_b="1 taken"),
        }
        return {self.key(name): case for name, case in values.items()}

    def in_time(self, world):
        """Whether the answer to a message is waited for."""
        with SmtpServer([Rule("dot", "delay:1")]) as server, SmtpServer() as spare:
            self.send(world, server, 1, spare)
            answered = all(each["state"] == "sent" for each in world.json("delivery", "list"))
            return "answered" if answered and not spare.accepted else "no answer in time"


def pace(world):
    """Whether three mails to one domain go out in five seconds."""
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.readers(3)
        world.run("send", "weekly", "--time-budget", "5s")
        return "all" if len(server.accepted) == 3 else "some"


def days_of_refusal(world):
    """How deliveries stand after four days of a relay that says "later"."""
    with SmtpServer(rules=[Rule("rcpt", "451 4.2.0 mailbox busy")]) as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill()
        for each in range(26, 30):
            world.run("send", "weekly", "--late", at="2026-01-%02dT09:00:00+02:00" % each)
    return "\n".join(each["state"] for each in world.json("delivery", "list"))


def after_a_lost_answer(world):
    """What becomes of a mail whose answer was lost, in the run after it."""
    with SmtpServer([Rule("dot", "keep-close", times=1)]) as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.readers(1)
        for each in ("08:05", "12:05"):
            world.run("send", "weekly", at="2026-01-26T%s:00+02:00" % each)
    return "%s, taken %d times" % (world.json("delivery", "list")[0]["state"], len(server.accepted))


def late(world):
    return world.fill().said("send", "weekly", at="2026-01-26T12:00:00+02:00")


CASES = {
    **Relays("smtp").cases(),
    **Relays("relay").cases(),
    "delivery.give_up_after": Case('"1h"', '"9d"', days_of_refusal, in_a="failed", in_b="deferred"),
    "delivery.in_doubt": Case('"retry"', '"hold"', after_a_lost_answer, in_a="sent, taken 2 times", in_b="in_doubt, taken 1 times"),
    "delivery.per_domain": Case(None, '["example.org 0.001"]', pace, in_a="all", in_b="some"),
    # What comes of it with workers that die: workers.py.
    "delivery.lease": Case('"1s"', '"999ms"', said("config", "check"), in_b="at least \"1s\""),
    "delivery.max_lateness": Case('"36h"', '"1h"', late, in_b="held"),
}
