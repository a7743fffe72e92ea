"""`report`: the counts balance, and every mail that did not arrive is explained."""
import datetime
import html
import unittest

from smtp_server import Rule, SmtpServer
from tidings import Article, Home, rss

RUN = datetime.datetime(2026, 1, 5, 8, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
READERS = ["ok%d@quay.example" % i for i in range(5)] + ["gone@pier.example", "busy@pier.example", "doubt@pier.example",
                                                         "leaver@dock.example", "angry@dock.example", "late@quay.example"]


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        home = cls.home
        when = RUN - datetime.timedelta(hours=9)
        home.write("feed.xml", rss("Feed", [Article("Post", "https://blog.example/1", when, when, "<p>Text</p>")]))
        with SmtpServer([Rule("rcpt", "550 5.1.1 no such user <gone@pier.example>", to="gone@pier.example"),
                         Rule("rcpt", "451 4.2.2 mailbox full", to="busy@pier.example"),
                         Rule("rcpt", "451 4.3.0 greylisted", to="late@quay.example", times=1),
                         Rule("dot", "keep-close", to="doubt@pier.example")]) as server:
            home.configure(server.url, more_smtp='window = 1\nconnections = 1\n[delivery]\nin_doubt = "hold"\n')
            home.write("list.csv", "email\n" + "\n".join(READERS) + "\n")
            home.do("subscriber", "import", "list.csv", "--confirmed", at=RUN)
            home.do("collect", at=RUN)
            home.do("compose", "weekly", at=RUN)
            home.do("subscriber", "unsubscribe", "leaver@dock.example", at=RUN)
            home.do("suppression", "add", "angry@dock.example", at=RUN)
            home.run("send", "--due", at=RUN)
            home.run("send", "--due", at=RUN + datetime.timedelta(hours=1))

    @classmethod
    def tearDownClass(cls):
        cls.home.__exit__()

    def test_the_counts_balance(self):
        report = self.home.json("report", "weekly#1")[0]
        counts = {each: report[each + "_count"] for each in ("recipient", "sent", "failed", "suppressed", "in_doubt", "open")}
        self.assertTrue(report["balances"])
        self.assertEqual(counts["recipient"], len(READERS))
        self.assertEqual(counts["recipient"], sum(counts[each] for each in ("sent", "failed", "suppressed", "in_doubt", "open")))
        self.assertEqual({each: counts[each] for each in ("sent", "failed", "suppressed", "in_doubt", "open")},
                         {"sent": 6, "failed": 1, "suppressed": 2, "in_doubt": 1, "open": 1})
        self.assertEqual(sum(each["recipient_count"] for each in report["domains"]), len(READERS))
        self.assertEqual(next(each for each in report["domains"] if each["domain"] == "pier.example")["failed_count"], 1)
        self.assertEqual(report["retried_count"], 1)

    def test_every_mail_that_is_not_sent_is_explained_in_words(self):
        text = self.home.do("report", "weekly")
        for words in ("left the digest after the edition was sealed", "suppressed by hand", "550 5.1.1 no such user", "mailbox full",
                      "11 = 6 sent + 1 failed + 2 suppressed + 1 in doubt + 1 open\n", "1 sent at a later attempt", "nobody unsubscribed between this edition and the next"):
            self.assertIn(words, text)
        self.assertNotIn("gone@pier.example", text)
        reasons = self.home.json("report", "weekly")[0]["reasons"]
        self.assertEqual(sum(each["delivery_count"] for each in reasons), 5)

    def test_a_page(self):
        self.assertEqual(self.home.do("report", "weekly#1", "--html", "out/report.html"), "")
        page = (self.home.folder / "out/report.html").read_text(encoding="utf-8")
        self.assertIn("11 = 6 sent", html.unescape(page))
        self.assertIn('<html lang="en">', page)

    def test_an_edition_that_is_none(self):
        self.assertEqual(self.home.run("report", "weekly#9").returncode, 66)


if __name__ == "__main__":
    unittest.main()
