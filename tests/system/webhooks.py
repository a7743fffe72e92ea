"""What relays tell of by HTTP, through the real `serve`: for each of the five a good call, a forged one, one told again, one signed too long
ago, one that is no JSON, one too long; and all of them where they are not switched on.
"""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import subprocess
import unittest

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
        # A good one needs Amazon's own certificate: tests/unit/bounce/webhook_test.cpp signs one with a key of its own.
        self.refuses("ses", [("another's topic", 403, call(1, topic="arn:aws:sns:eu-west-1:999:mine")), ("another's host", 403, call(1, host="127.0.0.1")),
                             ("a host that looks alike", 403, call(1, host="sns.eu-west-1.amazonaws.com.evil.example")),
                             ("old", 403, call(1, ago=datetime.timedelta(days=3))), ("without a time", 403, call(1, Timestamp="yesterday")),
                             ("a form", 403, "Type=Notification", {}, "application/x-www-form-urlencoded"),
                             ("too long", 413, call(1) + " " * (1 << 20))])
        self.assertEqual(self.suppressed("ses"), {})

    def test_off_by_default(self):
        with Home() as home:
            home.write("feed.xml", FEED)
            home.configure(more_smtp='[web]\nlisten = "127.0.0.1:0"\n')
            home.do("collect", at=NOW)
            with Served(home) as served:
                for relay in ("ses", "mailgun", "sendgrid", "postmark", "brevo", "nobody"):
                    self.assertEqual(served.call(relay, "{}"), 404, relay)


if __name__ == "__main__":
    unittest.main()
