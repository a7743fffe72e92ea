"""What relays tell of by HTTP, through the real `serve`: for each of the five a good call, a forged one, one told again, one signed too long
ago, one that is no JSON, one too long; and all of them where they are not switched on.
"""
import base64
import datetime
import hashlib
import hmac
import http.client
import http.server
import json
import ssl
import subprocess
import sys
import threading
import unittest

import namespaces
from smtp_server import SmtpServer
from tidings import Home

NOW = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
FEED = """<rss version="2.0"><channel><title>Harbour</title><link>https://blog.example/</link>
<item><title>The ferries kept their times</title><link>https://blog.example/1</link><description>All of them.</description></item></channel></rss>"""
KEY, LOGIN, TOKEN, TOPIC = b"signing key", "user:secret", "t0ken", "arn:aws:sns:eu-west-1:123456789012:bounces"
ON = """[web]
listen = "127.0.0.1:0"
webhooks = ["ses", "mailgun", "sendgrid", "postmark", "brevo"]
ses_topics = ["%s"]
mailgun_key_file = "mailgun"
sendgrid_key_file = "sendgrid"
postmark_login_file = "postmark"
brevo_token_file = "brevo"
""" % TOPIC


def seconds(ago=datetime.timedelta()):
    return str(int((NOW - ago).timestamp()))


def basic(login):
    return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}


class Served:
    """`serve` for as long as the with-block lasts."""

    def __init__(self, home):
        self.process = home.start("serve", at=NOW)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=10)  # and closes its pipes

    def call(self, relay, body, headers=None, content_type="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/hooks/" + relay, body, {"Content-Type": content_type, **(headers or {})})
        try:
            return connection.getresponse().status
        finally:
            connection.close()


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = home = Home()
        home.write("feed.xml", FEED)
        home.write("mailgun", KEY)
        home.write("postmark", LOGIN)
        home.write("brevo", TOKEN)
        cls.key = home.folder / "ec.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", cls.key], check=True, capture_output=True)
        der = subprocess.run(["openssl", "ec", "-in", cls.key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        home.write("sendgrid", base64.b64encode(der))
        for each in ("mailgun", "postmark", "brevo", "sendgrid"):
            (home.folder / each).chmod(0o600)
        with SmtpServer() as server:
            home.configure(smtp="smtp://127.0.0.1:%d" % server.port, more_smtp='[bounce]\naddress = "bounces@news.example.org"\n' + ON)
            home.write("list.csv", "email\n" + "".join("%s%d@d%d.example\n" % (relay, n, n) for relay in ("mailgun", "sendgrid", "postmark", "brevo", "ses")
                                                       for n in range(1, 5)))
            home.do("subscriber", "import", "list.csv", "--confirmed", at=NOW)
            home.do("send", "weekly", "--now", at=NOW)
            cls.returns = {each.envelope_to: each.envelope_from for each in server.accepted}
        cls.served = Served(home)

    @classmethod
    def tearDownClass(cls):
        cls.served.__exit__()
        cls.home.__exit__()

    def suppressed(self, relay):
        rows = [json.loads(line) for line in self.home.do("suppression", "list", "--json").splitlines()]
        return {row["address"].split("@")[0]: row["cause"] for row in rows if row["address"].startswith(relay)}

    def refuses(self, relay, calls):
        """Each of (what, status wanted, body, headers, content type) changes nothing."""
        before = self.suppressed(relay)
        for what, status, *call in calls:
            with self.subTest(relay=relay, call=what):
                self.assertEqual(self.served.call(relay, *call), status)
        self.assertEqual(self.suppressed(relay), before)

    def mailgun(self, n, token="t", key=KEY, ago=datetime.timedelta(), event="failed"):
        time = seconds(ago)
        proof = hmac.new(key, (time + token).encode(), hashlib.sha256).hexdigest()
        return json.dumps({"signature": {"timestamp": time, "token": token, "signature": proof},
                           "event-data": {"event": event, "severity": "permanent", "recipient": "mailgun%d@d%d.example" % (n, n),
                                          "delivery-status": {"code": 550, "message": "5.1.1 no such user"}}})

    def test_mailgun(self):
        self.assertEqual(self.served.call("mailgun", self.mailgun(1)), 200)
        self.assertEqual(self.served.call("mailgun", self.mailgun(2, "t2", event="complained")), 200)
        self.assertEqual(self.suppressed("mailgun"), {"mailgun1": "hard_bounce", "mailgun2": "complaint"})
        unsigned = json.loads(self.mailgun(3, "t3"))
        del unsigned["signature"]
        self.refuses("mailgun", [("forged", 403, self.mailgun(3, "t3", b"another")), ("unsigned", 403, json.dumps(unsigned)),
                                 ("again, of somebody else", 200, self.mailgun(3)),
                                 ("old", 403, self.mailgun(3, "t4", ago=datetime.timedelta(hours=49))),
                                 ("of tomorrow", 403, self.mailgun(3, "t5", ago=-datetime.timedelta(days=1))),
                                 ("a form", 403, "timestamp=1&token=t&signature=s", {}, "application/x-www-form-urlencoded"),
                                 ("too long", 413, self.mailgun(3, "t6") + " " * (1 << 20))])
        self.assertEqual(self.served.call("mailgun", self.mailgun(3, "t7", ago=datetime.timedelta(hours=20))), 200)  # tried again for long
        self.assertIn("mailgun3", self.suppressed("mailgun"))

    def sendgrid(self, body, ago=datetime.timedelta(), signed=None):
        time = seconds(ago)
        proof = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], check=True, capture_output=True, input=(time + (signed or body)).encode())
        return body, {"X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(proof.stdout).decode(), "X-Twilio-Email-Event-Webhook-Timestamp": time}

    def test_sendgrid(self):
        def events(n, number):
            return json.dumps([{"event": "delivered", "email": "sendgrid4@d4.example", "sg_event_id": "d"},
                               {"event": "bounce", "type": "bounce", "email": "sendgrid%d@d%d.example" % (n, n), "sg_event_id": number, "status": "5.1.1",
                                "reason": "550 5.1.1 no such user"}])
        self.assertEqual(self.served.call("sendgrid", *self.sendgrid(events(1, "e1"))), 200)
        self.assertEqual(self.suppressed("sendgrid"), {"sendgrid1": "hard_bounce"})
        self.refuses("sendgrid", [("forged", 403, *self.sendgrid(events(2, "e2"), signed="[]")), ("unsigned", 403, events(2, "e2")),
                                  ("again", 200, *self.sendgrid(events(1, "e1"))), ("its number again", 200, *self.sendgrid(events(2, "e1"))),
                                  ("old", 403, *self.sendgrid(events(2, "e2"), datetime.timedelta(days=3))),
                                  ("a form", 400, *self.sendgrid("event=bounce"), "application/x-www-form-urlencoded"),
                                  ("too long", 413, *self.sendgrid(events(2, "e2") + " " * (1 << 20)))])

    def test_postmark(self):
        def event(n, number):
            return json.dumps({"RecordType": "Bounce", "Type": "HardBounce", "ID": number, "Email": "postmark%d@d%d.example" % (n, n),
                               "Details": "smtp;550 5.1.1 Unknown user"})
        self.assertEqual(self.served.call("postmark", event(1, 1), basic(LOGIN)), 200)
        self.assertEqual(self.suppressed("postmark"), {"postmark1": "hard_bounce"})
        self.refuses("postmark", [("forged", 403, event(2, 2), basic("user:guess")), ("unsigned", 403, event(2, 2)),
                                  ("again", 200, event(1, 1), basic(LOGIN)), ("its number again", 200, event(2, 1), basic(LOGIN)),
                                  ("a form", 400, "ID=2", basic(LOGIN), "application/x-www-form-urlencoded"),
                                  ("too long", 413, event(2, 2) + " " * (1 << 20), basic(LOGIN))])

    def test_brevo(self):
        bearer = {"Authorization": "Bearer " + TOKEN}

        def event(n, moment, **more):
            return json.dumps({"event": "hard_bounce", "email": "brevo%d@d%d.example" % (n, n), "message-id": "<m%d@b.example>" % n, "ts_epoch": moment,
                               "reason": "550 5.1.1 unknown", **more})
        self.assertEqual(self.served.call("brevo", event(1, 7), bearer), 200)
        self.assertEqual(self.suppressed("brevo"), {"brevo1": "hard_bounce"})
        self.home.do("suppression", "remove", "brevo1@d1.example", at=NOW)
        self.refuses("brevo", [("forged", 403, event(2, 8), {"Authorization": "Bearer guess"}), ("unsigned", 403, event(2, 8)),
                               ("again", 200, event(1, 7), bearer), ("again in other words", 200, event(1, 7, tag="x"), bearer),
                               ("a form", 400, "event=hard_bounce", bearer, "application/x-www-form-urlencoded"),
                               ("too long", 413, event(2, 8) + " " * (1 << 20), bearer)])
        self.assertEqual(self.served.call("brevo", event(2, 8), basic("x:y")), 403)

    def test_ses(self):
        def call(n, topic=TOPIC, host="sns.eu-west-1.amazonaws.com", ago=datetime.timedelta(), **more):
            inner = {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [
                {"emailAddress": "ses%d@d%d.example" % (n, n), "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]},
                "mail": {"source": self.returns["ses%d@d%d.example" % (n, n)]}}
            return json.dumps({"Type": "Notification", "MessageId": "m%d" % n, "TopicArn": topic, "Message": json.dumps(inner), "SignatureVersion": "2",
                               "Timestamp": (NOW - ago).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "Signature": "AAAA",
                               "SigningCertURL": "https://%s/SimpleNotificationService-0.pem" % host, **more})
        self.refuses("ses", [("another's topic", 403, call(1, topic="arn:aws:sns:eu-west-1:999:mine")), ("another's host", 403, call(1, host="127.0.0.1")),
                             ("a host that looks alike", 403, call(1, host="sns.eu-west-1.amazonaws.com.evil.example")),
                             ("old", 403, call(1, ago=datetime.timedelta(days=3))), ("without a time", 403, call(1, Timestamp="yesterday")),
                             ("a form", 403, "Type=Notification", {}, "application/x-www-form-urlencoded"),
                             ("too long", 413, call(1) + " " * (1 << 20))])
        self.assertEqual(self.suppressed("ses"), {})

    def test_ses_signed(self):
        namespaces.run_inside(self, __file__)

    def test_off_by_default(self):
        with Home() as home:
            home.write("feed.xml", FEED)
            home.configure(more_smtp='[web]\nlisten = "127.0.0.1:0"\n')
            home.do("collect", at=NOW)
            with Served(home) as served:
                for relay in ("ses", "mailgun", "sendgrid", "postmark", "brevo", "nobody"):
                    self.assertEqual(served.call(relay, "{}"), 404, relay)


class AmazonServer(http.server.ThreadingHTTPServer):
    """sns.eu-west-1.amazonaws.com, for a process that is inside: it hands out the certificate and hears what is confirmed."""
    NAME = "sns.eu-west-1.amazonaws.com"

    def __init__(self, folder):
        self.folder, self.asked = folder, []

        def openssl(*words):
            subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

        def certificate(name, host, *more):
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".pem", "-days", "2", "-subj", "/CN=" + host,
                    "-addext", "subjectAltName=DNS:" + host, *more)
        certificate("host", self.NAME)
        certificate("signing", self.NAME)
        (folder / "hosts").write_text("127.0.0.1 localhost\n%s %s\n" % (namespaces.PUBLIC, self.NAME))
        namespaces.show(folder / "hosts", "/etc/hosts")
        namespaces.show(folder / "host.pem", "/etc/ssl/certs/ca-certificates.crt")
        super().__init__((namespaces.PUBLIC, 443), AmazonAnswer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "host.pem", folder / "host.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def sign(self, fields, version):
        """As "Verifying the signatures of Amazon SNS messages" of their guide says."""
        names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        text = "".join("%s\n%s\n" % (name, fields[name]) for name in names if name in fields)
        signature = subprocess.run(["openssl", "dgst", {"1": "-sha1", "2": "-sha256"}[version], "-sign", self.folder / "signing.key"], input=text.encode(),
                                   check=True, capture_output=True).stdout
        return json.dumps({**fields, "SignatureVersion": version, "Signature": base64.b64encode(signature).decode(),
                           "SigningCertURL": "https://%s/SimpleNotificationService-0.pem" % self.NAME})


class AmazonAnswer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        known = {"/SimpleNotificationService-0.pem": (self.server.folder / "signing.pem").read_bytes(), "/?Action=ConfirmSubscription&Token=t": b"<done/>"}
        body = known.get(self.path, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Amazon(unittest.TestCase):
    """Messages that Amazon signed, as far as this process can see."""

    def test_signed_messages(self):
        with Home() as home, SmtpServer() as server:
            home.write("feed.xml", FEED)
            home.configure(smtp=server.url, more_smtp='[bounce]\naddress = "bounces@news.example.org"\n'
                           '[web]\nlisten = "127.0.0.1:0"\nwebhooks = ["ses"]\nses_topics = ["%s"]\n' % TOPIC)
            home.write("list.csv", "email\n" + "".join("ses%d@d%d.example\n" % (n, n) for n in range(4)))
            home.do("subscriber", "import", "list.csv", "--confirmed", at=NOW)
            home.do("send", "weekly", "--now", at=NOW)
            returns = {each.envelope_to: each.envelope_from for each in server.accepted}
            amazon = AmazonServer(home.folder)
            moment = NOW.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")

            def bounce(n, **more):
                address = "ses%d@d%d.example" % (n, n)
                inner = {"notificationType": "Bounce", "mail": {"source": returns[address]}, "bounce": {"bounceType": "Permanent", "bouncedRecipients": [
                    {"emailAddress": address, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]}}
                return {"Type": "Notification", "MessageId": "m%d" % n, "TopicArn": TOPIC, "Message": json.dumps(inner), "Timestamp": moment, **more}

            def suppressed():
                return sorted(row["address"].split("@")[0] for row in home.json("suppression", "list"))

            with Served(home) as served:
                def call(body):
                    return served.call("ses", body, content_type="text/plain; charset=UTF-8")
                welcome = {"Type": "SubscriptionConfirmation", "MessageId": "w", "Token": "t", "TopicArn": TOPIC, "Timestamp": moment,
                           "Message": "You have chosen to subscribe", "SubscribeURL": "https://%s/?Action=ConfirmSubscription&Token=t" % amazon.NAME}
                forged = json.loads(amazon.sign(welcome, "1"))
                self.assertEqual(call(json.dumps({**forged, "Token": "u"})), 403)
                self.assertNotIn("/?Action", "".join(amazon.asked), "nothing is confirmed because a forger says so")
                self.assertEqual(call(amazon.sign({**welcome, "SubscribeURL": "https://elsewhere.example/?Token=t"}, "1")), 503)
                self.assertEqual(call(amazon.sign(welcome, "1")), 200)
                self.assertEqual([path for path in amazon.asked if "Confirm" in path], ["/?Action=ConfirmSubscription&Token=t"])
                for n, version, more in ((0, "1", {}), (1, "2", {}), (2, "2", {"Subject": "Amazon SES Email Event Notification"})):
                    body = amazon.sign(bounce(n, **more), version)
                    changed = json.loads(body)
                    self.assertEqual(call(json.dumps({**changed, "SignatureVersion": "21"[int(version) - 1]})), 403, "the other version's hash")
                    self.assertEqual(call(json.dumps({**changed, "Message": changed["Message"].replace("ses%d" % n, "ses3")})), 403)
                    self.assertEqual(suppressed(), ["ses%d" % each for each in range(n)])
                    self.assertEqual((call(body), call(body)), (200, 200))
                    self.assertEqual(suppressed(), ["ses%d" % each for each in range(n + 1)])
                self.assertLess(len(amazon.asked), 10, "each of the eight threads asks for the certificate once")
                # A forger who knows the topic names certificates without end: few are asked for, and good calls go on.
                body = json.loads(amazon.sign(bounce(3), "1"))
                answers = [call(json.dumps({**body, "SigningCertURL": "https://%s/none-%d.pem" % (amazon.NAME, n)})) for n in range(100)]
                self.assertEqual(set(answers), {503})
                self.assertLess(len(amazon.asked), 60)
                self.assertEqual(suppressed(), ["ses0", "ses1", "ses2"])
                self.assertEqual(call(json.dumps(body)), 200)
                self.assertEqual(suppressed(), ["ses0", "ses1", "ses2", "ses3"])


if __name__ == "__main__":
    if namespaces.inside():
        namespaces.enter(mounts=True)
        unittest.main(argv=[sys.argv[0], "Amazon"])
    unittest.main(argv=[sys.argv[0], *(sys.argv[1:] or ["Webhooks"])])
