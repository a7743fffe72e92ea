"""The cases of [web] and [bounce]: the pages, and what comes back. See contract.py."""
import base64
import datetime
import hashlib
import hmac
import json
import os
import re
import select
import shutil
import socket
import socketserver
import subprocess
import threading

from contract_relays import authorities, one_password, server_context
from contract_world import AT, Case, Pages, mail, once, readable, setting
from smtp_server import SmtpServer
from tidings import TOP

# ---- the pages --------------------------------------------------------------------------------------------------------


def served(world):
    world.sections.setdefault("web", {}).setdefault("listen", '"127.0.0.1:0"')
    world.write_config()
    world.fill().do("send", "weekly")
    return Pages(world)


def page_of(path, **more):
    def observe(world):
        with served(world) as pages:
            return re.sub(r'name="stamp" value="[^"]*"', "", pages.ask(path, **more))
    return observe


def metrics(world):
    """The numbers, on the second line's port if there is one."""
    with served(world) as pages:
        if "metrics" not in world.sections["web"]:
            return pages.ask("/metrics")
        return pages.ask("/metrics", port=int(re.search(r":(\d+)/metrics", pages.process.stdout.readline())[1]))


def link_in(server, pattern):
    return re.search(pattern, server.take()[0].octets.replace(b"\r\n ", b" ").replace(b"=\r\n", b"").decode())[1]


def notice_after(act):
    """Mails of the pages after a subscriber has confirmed or left."""
    def observe(world):
        with SmtpServer() as server:
            world.set("smtp.tls", '"off"')
            world.set("web.listen", '"127.0.0.1:0"')
            world.with_relay(server)
            if act == "leave":
                world.fill().do("send", "weekly")
                link, body = link_in(server, r"List-Unsubscribe: <https://news\.example\.org(/\S+?)>"), {"List-Unsubscribe": "One-Click"}
            else:
                link, body = confirmation(world, server), {}
            server.take()
            with Pages(world) as pages:
                pages.ask(link, "POST", body)
            world.run("send", "--due")  # sends what still waits
            notices = [each for each in server.accepted if b":digest:" not in each.octets]  # an edition's Feedback-ID
            return "a mail" if notices else "none"
    return observe


def confirmation(world, server):
    world.do("subscriber", "add", "new@example.org", "--digest", "weekly")
    return re.search(r"https://news\.example\.org(/c/\S+)", readable(server.take()[0].octets))[1]


def place_of_consent(world):
    """The address with which a consent is recorded that came by two proxies."""
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.set("web.listen", '"127.0.0.1:0"')
        world.with_relay(server)
        link = confirmation(world, server)
        with Pages(world) as pages:
            pages.ask(link, "POST", {}, headers={"X-Forwarded-For": "198.51.100.9, 192.0.2.7"})
        return world.do("subscriber", "show", "new@example.org", "--json")


def crowd(world):
    """Whether the first of forty silent connections is still there when the forty-first is answered."""
    with served(world) as pages:
        held = [socket.create_connection(("127.0.0.1", pages.port), timeout=20) for _ in range(40)]
        pages.ask("/subscribe")
        is_closed = bool(select.select([held[0]], [], [], 0)[0])
        for each in held:
            each.close()
    return "let go" if is_closed else "kept"


def two_keys(world):
    for number, name in enumerate(("one", "two")):
        world.secret(name, ("first", "second")[number])
        world.environment[name.upper() + "_KEY"] = ("first", "second")[number]


def one_key(world):
    two_keys(world)
    world.set("web.api_key_file", '"one"')
    world.write("burners", "burner.example\n")


def by_json_of(address):
    def observe(world):
        with served(world) as pages:
            return pages.ask("/api/subscribe", "POST", json.dumps({"email": address}), {"Authorization": "Bearer first"})[:3]
    return observe


by_json = by_json_of("x@example.org")


def preflight(world):
    with served(world) as pages:
        return pages.ask("/api/subscribe", "OPTIONS", headers={"Origin": "https://club.example"})[:3]


def newcomer(world):
    """How many editions somebody gets who joins an hour behind one."""
    world.write_config()
    world.fill().do("send", "weekly")
    before = len(world.files("out"))
    world.do("subscriber", "add", "new@example.org", "--digest", "weekly", "--confirmed", at="2026-01-26T09:05:00+02:00")
    world.do("send", "--due", at="2026-01-26T09:10:00+02:00")
    new = [each for each in world.files("out").values() if b"new@example.org" in each and b":digest:" in each]
    return "%d of them" % len(new)


def far_reader(world):
    """How many mails somebody in Lima has at the newsletter's hour."""
    world.write_config()
    world.fill()
    world.do("subscriber", "add", "lima@example.org", "--digest", "weekly", "--confirmed", "--timezone", "America/Lima")
    world.do("send", "weekly")
    theirs = [each for each in world.files("out").values() if b"lima@example.org" in each and b":digest:" in each]
    return "%d of them" % len(theirs)


def own_theme(world):
    shutil.copytree(TOP / "templates/default", world.folder / "templates/mine")
    page = world.folder / "templates/mine/pages/subscribe.mustache"
    page.write_text(page.read_text(encoding="utf-8") + "<p>Mine alone</p>", encoding="utf-8")


# ---- webhooks: each call is signed with the first of two secrets ------------------------------------------------------

NOW = str(int(datetime.datetime.fromisoformat(AT).timestamp()))


@once
def sendgrid_keys():
    """Two private keys, each with its public one as SendGrid shows it."""
    def openssl(*arguments, data):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, input=data).stdout
    keys = [openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", data=b"") for _ in range(2)]
    return [(each, base64.b64encode(openssl("ec", "-pubout", "-outform", "DER", data=each)).decode()) for each in keys]


def mailgun_call():
    proof = hmac.new(b"first", (NOW + "t").encode(), hashlib.sha256).hexdigest()
    return json.dumps({"signature": {"timestamp": NOW, "token": "t", "signature": proof}, "event-data": {"event": "opened"}}), {}


def sendgrid_call(world):
    world.secret("ec.pem", sendgrid_keys()[0][0])
    proof = subprocess.run(["openssl", "dgst", "-sha256", "-sign", world.folder / "ec.pem"], check=True, capture_output=True, input=(NOW + "[]").encode())
    return "[]", {"X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(proof.stdout).decode(), "X-Twilio-Email-Event-Webhook-Timestamp": NOW}


CALLS = {
    "mailgun": lambda world: mailgun_call(),
    "sendgrid": sendgrid_call,
    "postmark": lambda world: ("{}", {"Authorization": "Basic " + base64.b64encode(b"user:first").decode()}),
    "brevo": lambda world: ("{}", {"Authorization": "Bearer first"}),
}


def called(relay):
    """Whether a call that is signed with the first secret is believed."""
    def observe(world):
        body, headers = CALLS[relay](world)
        with served(world) as pages:
            return pages.ask("/hooks/" + relay, "POST", body, {"Content-Type": "application/json", **headers})[:3]
    return observe


def secrets_of(relay, value):
    def prepare(world):
        for number, name in enumerate(("one", "two")):
            world.secret(name, value(number))
            world.environment["%s_%s" % (name.upper(), relay.upper())] = value(number)
        world.set("web.webhooks", '["%s"]' % relay)
    return prepare


def webhook_cases(relay, key, value):
    prepare = secrets_of(relay, value)
    pairs = {"file": ('"one"', '"two"'), "env": ('"ONE_%s"' % relay.upper(), '"TWO_%s"' % relay.upper()), "command": ('"cat one"', '"cat two"')}
    return {"web.%s_%s" % (key, way): Case(*pair, called(relay), prepare, in_b="403") for way, pair in pairs.items()}


def notification(topic):
    return json.dumps({"Type": "Notification", "MessageId": "m", "TopicArn": topic, "Message": "{}", "SignatureVersion": "2", "Timestamp":
                       datetime.datetime.fromtimestamp(int(NOW), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "Signature": "AAAA",
                       "SigningCertURL": "https://sns.nowhere-1.amazonaws.com/SimpleNotificationService-0.pem"})


# ---- what comes back: a mailbox, and mails by a pipe ------------------------------------------------------------------

LETTER = "From: a@example.net\nTo: news@example.org\nSubject: hello\nMessage-ID: <%s@example.net>\n\nA word.\n"


class Mailbox:
    """As much of IMAP or POP3 as one reader needs, with one mail; notes what it is asked."""

    def __init__(self, protocol, tls=None):
        self.asked, box = [], self
        octets = (LETTER % "boxed").replace("\n", "\r\n").encode()

        class Session(socketserver.StreamRequestHandler):
            def setup(self):
                if tls:
                    self.request = tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                try:
                    getattr(self, protocol)()
                except OSError:
                    pass
                finally:
                    self.request.close()

            def imap(self):
                self.say("* OK [CAPABILITY IMAP4rev1] ready")
                for line in self.rfile:
                    tag, _, command = line.decode().strip().partition(" ")
                    box.asked.append(command)
                    if command.startswith("UID SEARCH"):
                        self.say("* SEARCH 7")
                    elif command.startswith("UID FETCH"):
                        self.say("* 1 FETCH (UID 7 BODY[] {%d}" % len(octets))
                        self.wfile.write(octets + b")\r\n")
                    elif command == "CAPABILITY":
                        self.say("* CAPABILITY IMAP4rev1")
                    elif command.startswith("SELECT"):
                        self.say("* 1 EXISTS")
                    self.say(tag + " OK done")
                    if command == "LOGOUT":
                        return

            def pop3(self):
                self.say("+OK ready")
                for line in self.rfile:
                    command = line.decode().strip()
                    box.asked.append(command)
                    self.say("-ERR none" if command == "CAPA" else "+OK")
                    if command in ("UIDL", "LIST"):
                        self.say("1 %d\r\n." % len(octets))
                    elif command.startswith("RETR"):
                        self.wfile.write(octets + b".\r\n")
                    elif command == "QUIT":
                        return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *unused: None
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


def ingest(world, *, letter=None):
    """`letter`: by a pipe."""
    more = {"stdin": subprocess.DEVNULL} if letter is None else {"input": letter}
    done = subprocess.run(world.command("bounce", "ingest"), cwd=world.folder, capture_output=True, text=True, timeout=60, env={**os.environ, **world.environment}, **more)
    return "exit %d %s%s" % (done.returncode, done.stdout, done.stderr)


def mailbox(protocol="imap", tls=None):
    """What a mailbox is asked by `bounce ingest`."""
    def observe(world):
        with Mailbox(protocol, tls() if tls else None) as box:
            given = world.sections["bounce"].get(protocol, '"%s%s://127.0.0.1:PORT"' % (protocol, "s" if tls else ""))
            world.set("bounce." + protocol, given.replace("PORT", str(box.port)))
            world.write_config()
            world.fill()
            ingest(world)
            asked = sorted({re.sub(r"^(A\d+ )", "", each) for each in box.asked})
        return "\n".join(asked) or "nothing was asked"
    return observe


def login(**more):
    def prepare(world):
        one_password(world)
        for name, value in {"username": '"box"', "password_file": '"one"', "tls": '"off"', **more}.items():
            world.set("bounce." + name, value)
    return prepare


def with_maildirs(world):
    for folder in ("in", "other"):
        for part in ("new", "cur", "tmp"):
            (world.folder / folder / part).mkdir(parents=True)
    world.write("in/new/1.mail", LETTER % "filed")


def from_a_maildir(world):
    world.fill()
    return ingest(world)


def piped(count, what):
    """So many letters of people by a pipe: the files of a kind that are there in the end."""
    def observe(world):
        world.set("bounce.forward_to", '"none"')
        world.write_config()
        world.fill()
        for each in range(count):
            ingest(world, letter=LETTER % each + "x" * 600 + "\n")
        names = [name for name in world.files(".") if what in name and not name.endswith(".toml")]
        return "%d in %s" % (len(names), sorted({name.rsplit("/", 1)[0] for name in names}))
    return observe


def forwarded(world):
    """Who gets two letters of people."""
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill()
        for each in range(2):
            ingest(world, letter=LETTER % each)
        return " ".join(["forwarded to", *(each.envelope_to for each in server.accepted)])


def report(to, recipient, status, number):
    return ("Return-Path: <>\nDelivered-To: %s\nFrom: MAILER-DAEMON@mx.example\nTo: <%s>\nSubject: Undelivered\nMessage-ID: <r%d@mx.example>\n"
            "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\n\n--q\n\nNot delivered.\n\n--q\n"
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; %s\nAction: failed\n"
            "Status: %s\nDiagnostic-Code: smtp; %s\n\n--q--\n") % (to, to, number, recipient, status, {
                "5.1.1": "550 5.1.1 user unknown", "5.2.2": "552 5.2.2 mailbox full"}[status])


def returned(readers, status, times):
    """Reports of one edition: each reader's, at these times in turn; how many are suppressed in the end."""
    def observe(world):
        world.set("bounce.address", '"back@example.org"')
        with SmtpServer() as server:
            world.set("smtp.tls", '"off"')
            world.with_relay(server)
            world.readers(readers)
            world.do("send", "weekly")
            sent = server.take()
        for number, time in enumerate(times):
            each = sent[number % readers]
            world.run("bounce", "ingest", at="2026-01-%s+02:00" % time, input=report(each.envelope_from, each.envelope_to, status, number))
        return "%d suppressed" % len(world.json("suppression", "list"))
    return observe


soft_bounces = returned(1, "5.2.2", ("26T09:00:00", "30T09:00:00"))
hard_bounces = returned(4, "5.1.1", ("27T09:00:00", "27T09:10:00", "27T09:20:00", "27T09:30:00"))

def unanswered(world):
    """A subscription about which was asked two weeks ago."""
    with SmtpServer() as server:
        world.set("smtp.tls", '"off"')
        world.with_relay(server)
        world.fill()
        world.do("subscriber", "add", "old@example.org", "--confirmed", "--digest", "weekly")
        world.do("subscriber", "reconfirm", "--confirmed-before", "2026-01-28", at="2026-01-28T09:00:00+02:00")
        world.run("send", "--due", at="2026-02-11T09:00:00+02:00")
        return world.json("subscriber", "show", "old@example.org", at="2026-02-11T09:00:00+02:00")[0]["subscriptions"][0]["status"]


CASES = {
    # [web]
    "web.listen": Case('"127.0.0.1:0"', '"127.0.0.2:0"', page_of("/subscribe", host="127.0.0.2"), in_a="nobody listens", in_b="Harbour News"),
    "web.metrics": Case(None, '"127.0.0.1:0"', metrics, in_a="404", in_b="200"),
    "web.theme": Case('"default"', '"mine"', page_of("/subscribe"), own_theme, in_b="Mine alone"),
    "web.archive": Case(None, '"site"', page_of("/archive/"), in_a="404", in_b="200"),
    "web.trusted_proxies": Case(None, '["192.0.2.7"]', place_of_consent, in_a="192.0.2.7", in_b="198.51.100.9"),
    "web.max_connections": Case("16", "1000", crowd, in_a="let go", in_b="kept"),
    "digest.sign_up": Case('"offered"', '"default"', page_of("/subscribe"), in_a='value="daily" checked', in_b='value="weekly" checked'),
    "topic.name": Case('"sea"', '"ferries"', page_of("/subscribe"), in_a='value="sea"', in_b='value="ferries"'),
    "topic.title": Case(None, '"On the water"', page_of("/subscribe"), setting(("topic.name", '"sea"')), in_b="On the water"),
    "topic.description": Case(None, '"Boats and fish"', page_of("/subscribe"), setting(("topic.name", '"sea"')), in_b="Boats and fish"),
    "field.name": Case('"city"', '"town"', page_of("/subscribe"), in_a='name="field-city"', in_b='name="field-town"'),
    "field.title": Case(None, '"Where do you live?"', page_of("/subscribe"), setting(("field.name", '"city"')), in_b="Where do you live?"),
    "field.kind": Case('"text"', '"date"', page_of("/subscribe"), setting(("field.name", '"city"')), in_a='type="text" name="field-city"', in_b='type="date" name="field-city"'),
    "field.choices": Case('["Porto"]', '["Faro"]', page_of("/subscribe"), setting(("field.name", '"city"'), ("field.kind", '"choice"')), in_a='value="Porto"', in_b='value="Faro"'),
    "web.welcome": Case("false", "true", notice_after("confirm"), in_a="none", in_b="a mail"),
    "digest.local_time": Case("false", "true", far_reader, in_a="1 of them", in_b="0 of them"),
    "digest.late_joiners": Case(None, '"24h"', newcomer, in_a="0 of them", in_b="1 of them"),
    "web.api_key_file": Case('"one"', '"two"', by_json, two_keys, in_a="202", in_b="401"),
    "web.api_key_env": Case('"ONE_KEY"', '"TWO_KEY"', by_json, two_keys, in_a="202", in_b="401"),
    "web.api_key_command": Case('"cat one"', '"cat two"', by_json, two_keys, in_a="202", in_b="401"),
    "web.api_origins": Case(None, '["https://club.example"]', preflight, lambda world: (two_keys(world), world.set("web.api_key_file", '"one"')), in_a="403", in_b="204"),
    "web.embed_origins": Case(None, '["https://club.example"]', page_of("/embed"), in_a="404", in_b="200"),
    "web.blocked_domains": Case(None, '["burner.example"]', by_json_of("x@burner.example"), one_key, in_a="202", in_b="422"),
    "web.blocked_domains_file": Case(None, '"burners"', by_json_of("x@burner.example"), one_key, in_a="202", in_b="422"),
    "web.goodbye": Case("false", "true", notice_after("leave"), in_a="none", in_b="a mail"),
    "web.reconfirm_within": Case('"2d"', '"60d"', unanswered, in_a="withdrawn", in_b="confirmed"),
    "web.webhooks": Case(None, '["postmark"]', page_of("/hooks/postmark", method="POST", body="{}"),
                         lambda world: (world.secret("one", "user:first"), world.set("web.postmark_login_file", '"one"')), in_a="404", in_b="403"),
    "web.ses_topics": Case('["arn:aws:sns:eu-west-1:1:a"]', '["arn:aws:sns:eu-west-1:1:b"]',
                           page_of("/hooks/ses", method="POST", body=notification("arn:aws:sns:eu-west-1:1:b")), setting(("web.webhooks", '["ses"]')),
                           in_a="403", in_b="503"),
    **webhook_cases("mailgun", "mailgun_key", lambda number: ("first", "second")[number]),
    **webhook_cases("sendgrid", "sendgrid_key", lambda number: sendgrid_keys()[number][1]),
    **webhook_cases("postmark", "postmark_login", lambda number: ("user:first", "user:second")[number]),
    **webhook_cases("brevo", "brevo_token", lambda number: ("first", "second")[number]),
    # [bounce]
    "bounce.address": Case(None, '"back@example.org"', mail, in_a="MAIL news@example.org", in_b="MAIL back+"),
    "bounce.pipe": Case("false", "true", mail, setting(("bounce.address", '"back@example.org"')), in_a="mailto:news@example.org", in_b="mailto:back@example.org"),
    "bounce.maildir": Case('"in"', '"other"', from_a_maildir, with_maildirs, in_a="1 unmatched", in_b="no new mail"),
    "bounce.imap": Case('"imap://127.0.0.1:PORT"', '"imap://127.0.0.1:1"', mailbox(), login(), in_a="UID FETCH 7", in_b="nothing was asked"),
    "bounce.pop3": Case('"pop3://127.0.0.1:PORT"', '"pop3://127.0.0.1:1"', mailbox("pop3"), login(), in_a="RETR 1", in_b="nothing was asked"),
    "bounce.username": Case('"box"', '"sack"', mailbox("pop3"), login(), in_a="USER box", in_b="USER sack"),
    "bounce.password_file": Case('"one"', '"two"', mailbox("pop3"), login(), in_a="PASS first", in_b="PASS second"),
    "bounce.password_env": Case('"ONE_PASSWORD"', '"TWO_PASSWORD"', mailbox("pop3"), login(password_file=None), in_a="PASS first", in_b="PASS second"),
    "bounce.password_command": Case('"cat one"', '"cat two"', mailbox("pop3"), login(password_file=None), in_a="PASS first", in_b="PASS second"),
    "bounce.tls": Case('"off"', '"require"', mailbox("pop3"), login(), in_a="PASS first"),
    "bounce.ca_file": Case('"one.pem"', '"two.pem"', mailbox("pop3", server_context), lambda world: (login(tls=None)(world), authorities(world)),
                           in_a="RETR 1", in_b="nothing was asked"),
    "bounce.folder": Case(None, '"Bounces"', mailbox(), login(), in_a="SELECT INBOX", in_b="SELECT Bounces"),
    "bounce.done_folder": Case(None, '"Read"', mailbox(), login(), in_a="\\Answered", in_b='UID MOVE 7 "Read"'),
    "bounce.delete": Case("false", "true", mailbox("pop3"), login(), in_b="DELE 1"),
    "bounce.unmatched": Case(None, '"strays"', piped(1, "/"), in_a="subscribers/unmatched", in_b="strays"),
    "bounce.unmatched_limit": Case("1", "1000", piped(3, "unmatched/"), in_a="1 in", in_b="3 in"),
    "bounce.unmatched_bytes": Case('"1KiB"', '"100MiB"', piped(3, "unmatched/"), in_a="1 in", in_b="3 in"),
    "bounce.forward_to": Case(None, '"eve@desk.example"', forwarded, setting(("newsletter.reply_to", '"desk@example.org"')),
                              in_a="forwarded to desk@example.org", in_b="forwarded to eve@desk.example"),
    "bounce.forward_per_hour": Case("1", "30", forwarded, setting(("bounce.forward_to", '"eve@desk.example"')), in_b="eve@desk.example eve@desk.example"),
    "bounce.threshold": Case("2", "9", soft_bounces, in_a="1 suppressed", in_b="0 suppressed"),
    "bounce.window": Case('"90d"', '"2d"', soft_bounces, setting(("bounce.threshold", "2")), in_a="1 suppressed", in_b="0 suppressed"),
    "bounce.storm_readers": Case("2", "1000", hard_bounces, in_a="0 suppressed", in_b="4 suppressed"),
    "bounce.storm_window": Case('"1h"', '"1m"', hard_bounces, setting(("bounce.storm_readers", "2")), in_a="0 suppressed", in_b="4 suppressed"),
}
