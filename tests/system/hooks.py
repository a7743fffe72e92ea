"""[hooks]: programs, addresses and the admin are told what happens, once, and nothing waits for them."""
import datetime
import email
import email.policy
import http.server
import json
import os
import re
import threading
import time
import unittest

from smtp_server import Rule, SmtpServer
from tidings import TOP, Article, Home, rss

EVE = "2026-01-25T18:00:00Z"
MONDAY = "2026-01-26T08:05:00Z"
LATER = "2026-01-26T20:05:00Z"
TUESDAY = "2026-01-27T08:10:00Z"
BAKED = datetime.datetime(2026, 1, 20, 9, tzinfo=datetime.timezone.utc)
READERS = ("ada@example.org", "ben@example.net")
HOOK = """#!/bin/sh
cat >> told.json
env > environment.txt
"""


class Pings(http.server.ThreadingHTTPServer):
    """Keeps the paths that were asked for."""

    def __init__(self):
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"OK")

            def log_message(self, *unused):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return "http://127.0.0.1:%d/%s" % (self.server_port, path)

    def __exit__(self, *unused):
        self.shutdown()
        self.server_close()


class Hooks(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.write("hook", HOOK).chmod(0o755)
        self.home.write("feed.xml", rss("Town", [Article("Bread", "https://town.example/bread", BAKED, BAKED, "<p>Cheap.</p>")]))

    def configure(self, hooks, smtp="smtp://127.0.0.1:1", sources=("feed.xml",)):
        path = self.home.configure(smtp=smtp, sources=sources)
        path.write_text(path.read_text() + "[hooks]\n" + hooks)

    def fill(self):
        self.home.do("subscriber", "import", self.home.write("list.csv", "email\n" + "\n".join(READERS)), "--confirmed", at=EVE)

    def told(self):
        path = self.home.folder / "told.json"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def test_an_edition_that_is_sent_is_told_once(self):
        with SmtpServer() as server:
            self.configure('on_edition_sent = ["./hook", "unused"]\n', smtp=server.url)
            self.fill()
            self.home.do("send", "--due", at=MONDAY)
            self.home.do("send", "--due", at=LATER)
            self.assertEqual(len(server.accepted), 2)
        self.assertEqual(self.told(), [{
            "event": "edition_sent", "at": "2026-01-26T08:05:00Z", "newsletter": "Harbour News", "digest": "weekly", "edition": "weekly#1",
            "title": self.told()[0]["title"], "recipient_count": 2, "sent_count": 2, "failed_count": 0, "suppressed_count": 0,
            "in_doubt_count": 0}])

    def test_a_hook_sees_no_secret(self):
        with SmtpServer() as server:
            self.configure('on_edition_sent = "./hook"\n', smtp=server.url)
            path = self.home.folder / "config.toml"
            path.write_text(path.read_text().replace('tls = "off"', 'tls = "off"\n[bounce]\nimap = "imaps://127.0.0.1:1"\nusername = "x"\npassword_env = "MAILBOX_SECRET"'))
            self.home.environment = {"MAILBOX_SECRET": "hush", "PLAIN": "seen"}
            self.fill()
            self.home.run("send", "--due", at=MONDAY)
        seen = (self.home.folder / "environment.txt").read_text()
        self.assertIn("PLAIN=seen", seen)
        self.assertNotIn("hush", seen)

    def test_a_hook_that_hangs_holds_up_no_mail_and_is_ended(self):
        self.home.write("slow", "#!/bin/sh\necho $$ > pid\nsleep 600\n").chmod(0o755)
        with SmtpServer() as server:
            self.configure('on_edition_sent = "./slow"\ntimeout = "1s"\n', smtp=server.url)
            self.fill()
            began = time.monotonic()
            done = self.home.run("send", "--due", at=MONDAY)
            self.assertLess(time.monotonic() - began, 60)
            self.assertEqual(len(server.accepted), 2)
        self.assertEqual(done.returncode, 0)
        self.assertIn("hook on_edition_sent: ./slow ran longer than 1s", done.stderr)
        with self.assertRaises(ProcessLookupError):

            os.kill(int((self.home.folder / "pid").read_text()), 0)

    def test_a_hook_that_fails_is_told_and_changes_no_result(self):
        with SmtpServer() as server:
            self.configure('on_edition_sent = ["/bin/sh", "-c", "echo no such channel >&2; exit 3"]\n', smtp=server.url)
            self.fill()
            done = self.home.run("send", "--due", at=MONDAY)
        self.assertEqual(done.returncode, 0)
        self.assertIn("hook on_edition_sent: /bin/sh exited with status 3: no such channel", done.stderr)

    def test_a_relay_that_refuses_us_is_told_when_it_begins_and_when_it_begins_again(self):
        self.configure('on_relay_paused = "./hook"\n')
        self.fill()
        self.home.do("send", "--due", at=MONDAY, status=69)
        self.home.do("send", "--due", at="2026-01-26T08:35:00Z", status=69)
        self.assertEqual([(each["event"], each["relay"]) for each in self.told()], [("relay_paused", "127.0.0.1:1")])
        self.assertTrue(self.told()[0]["error"])

    def test_a_source_is_failing_after_three_readings(self):
        self.configure('on_source_failing = "./hook"\n', sources=("feed.xml", "gone.xml"))
        for minute, count in ((0, 0), (10, 0), (20, 1), (30, 1)):
            self.home.run("collect", "gone", at="2026-01-26T09:%02d:00Z" % minute)
            self.assertEqual(len(self.told()), count)
        first = self.told()[0]
        self.assertEqual((first["event"], first["source"], first["failure_count"], first["last_good"]), ("source_failing", "gone", 3, None))
        self.home.write("gone.xml", rss("Gone", []))
        self.home.do("collect", "gone", at="2026-01-26T10:00:00Z")
        (self.home.folder / "gone.xml").unlink()
        for minute in (10, 20, 30):
            self.home.run("collect", "gone", at="2026-01-26T10:%02d:00Z" % minute)
        self.assertEqual(len(self.told()), 2)

    def test_trouble_is_told_with_its_way_out(self):
        self.configure('on_trouble = "./hook"\n')
        self.fill()
        self.home.do("send", "--due", at="2026-01-29T08:05:00Z")
        self.assertEqual([(each["about"], each["what"]) for each in self.told()], [("digest weekly", "its edition is held: it is late")])
        self.assertIn("--late", self.told()[0]["hint"])

    def test_a_dry_run_a_rehearsal_and_a_folder_tell_nobody(self):
        with Pings() as pings:
            self.configure('on_edition_sent = "./hook"\non_trouble = "./hook"\nping_success = "%s"\nping_failure = "%s"\nmail_to = "admin@example.org"\n'
                           % (pings.url("good"), pings.url("bad")))
            self.fill()
            self.home.do("send", "--due", "--dry-run", at=MONDAY)
            self.home.do("rehearse", "--from", MONDAY, "--until", TUESDAY)
            self.home.do("send", "--due", "--to-dir", "out", at=MONDAY)
            self.assertEqual((self.told(), pings.asked), ([], []))

    def test_a_run_pings_what_it_came_to(self):
        with Pings() as pings, SmtpServer() as server:
            hooks = 'ping_success = "%s"\nping_failure = "%s"\n' % (pings.url("good"), pings.url("bad"))
            self.configure(hooks)
            self.fill()
            self.home.do("send", "--due", at=MONDAY, status=69)
            self.configure(hooks, smtp=server.url)
            self.home.do("send", "--due", at="2026-01-26T09:05:00Z")
            self.assertEqual(pings.asked, ["/bad", "/good"])

    def test_a_scheduler_pings_every_ten_minutes(self):
        with Pings() as pings, SmtpServer() as server:
            self.configure('ping_success = "%s"\n' % pings.url("good"), smtp=server.url)
            self.fill()
            self.home.do("run", "--until", "2026-01-26T09:05:00Z", at=MONDAY)
            self.assertIn(len(pings.asked), (6, 7))

    def test_a_hook_of_a_scheduler_runs_to_its_end(self):
        with SmtpServer() as server:
            self.configure('on_edition_sent = "./hook"\n', smtp=server.url)
            self.fill()
            self.home.do("run", "--until", "2026-01-26T08:10:00Z", at=MONDAY)
            self.assertEqual([each["edition"] for each in self.told()], ["weekly#1"])

    def test_a_copy_that_may_not_send_tells_nobody(self):
        with Pings() as pings, SmtpServer() as server:
            self.configure('on_trouble = "./hook"\nping_failure = "%s"\nmail_to = "admin@example.org"\n' % pings.url("bad"), smtp=server.url)
            self.fill()
            self.home.do("send", "--due", at=MONDAY)
            path = self.home.folder / "config.toml"
            path.write_text(path.read_text().replace("subscribers/tidings.db", "copy/tidings.db"))
            (self.home.folder / "copy").mkdir()
            (self.home.folder / "subscribers/tidings.db").rename(self.home.folder / "copy/tidings.db")
            before = len(server.accepted)
            self.home.do("send", "--due", at=TUESDAY, status=77)
            self.assertEqual((self.told(), pings.asked, len(server.accepted)), ([], [], before))


class Reference(unittest.TestCase):
    def test_the_reference_names_the_fields_that_hooks_get(self):
        text = (TOP / "docs/json.md").read_text(encoding="utf-8")
        fields_of = lambda part: set(re.findall(r"^\| `(\w+)` \|", part, re.M))
        parts = re.split(r"^### ", text[text.index("## Hooks"):], flags=re.M)
        told = {part.split("\n", 1)[0]: fields_of(part) | fields_of(parts[0]) for part in parts[1:]}
        case = Hooks()
        case.setUp()
        self.addCleanup(case.home.__exit__)
        with SmtpServer() as server:
            every = "".join('on_%s = "./hook"\n' % name for name in told)
            case.configure(every, smtp=server.url, sources=("feed.xml", "gone.xml"))
            case.fill()
            case.home.do("send", "--due", at=MONDAY)
            for minute in (10, 20, 30):
                case.home.run("collect", "gone", at="2026-01-26T09:%02d:00Z" % minute)
            case.configure(every)
            case.home.run("send", "weekly", "--now", at="2026-01-26T10:00:00Z")
            case.home.do("post", "add", "--title", "More", "--url", "https://town.example/more", "--source", "feed", at="2026-01-26T10:01:00Z")
            case.home.run("send", "weekly", "--now", at="2026-01-26T10:02:00Z")
        seen = {each["event"]: set(each) for each in case.told()}
        self.assertEqual(seen, told)


class Mail(unittest.TestCase):
    """What the admin gets."""

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.write("feed.xml", rss("Town", [Article("Bread", "https://town.example/bread", BAKED, BAKED, "<p>Cheap.</p>")]))

    def configure(self, server, sources=("feed.xml", "gone.xml"), more=""):
        path = self.home.configure(smtp=server.url, sources=sources)
        path.write_text(path.read_text() + '[hooks]\nmail_to = "Admin <admin@example.org>"\n' + more)

    def mails(self, server):
        return [email.message_from_bytes(each.octets, policy=email.policy.default) for each in server.to("admin@example.org")]

    def test_nothing_wrong_is_no_mail(self):
        with SmtpServer() as server:
            self.configure(server, sources=("feed.xml",))
            for at in (EVE, MONDAY, LATER, TUESDAY):
                self.home.do("send", "--due", at=at)
            self.assertEqual(self.mails(server), [])

    def test_trouble_is_one_mail_a_day_with_all_of_it(self):
        with SmtpServer() as server:
            self.configure(server)
            for minute in (0, 20, 40):
                self.home.run("collect", "gone", at="2026-01-26T09:%02d:00Z" % minute)
            self.assertEqual(self.mails(server), [])  # collect sends no mail
            self.home.run("send", "--due", at="2026-01-26T10:00:00Z")
            self.home.run("send", "--due", at="2026-01-26T11:00:00Z")
            self.home.run("send", "--due", at="2026-01-27T09:00:00Z")
            mails = self.mails(server)
            self.assertEqual([each["Subject"] for each in mails], ["[Harbour News] 1 trouble"])
            self.assertEqual(mails[0]["Auto-Submitted"], "auto-generated")
            text = mails[0].get_content().replace("\r\n", "\n")
            self.assertIn("source gone\n  ", text)
            self.assertIn("\n  since 2026-01-26 11:40, ", text)  # the newsletter's zone
            self.home.run("send", "--due", at="2026-01-27T10:30:00Z")
            self.assertEqual(len(self.mails(server)), 2)  # it stands: told again the next day
            self.assertIn("met ", self.mails(server)[1].get_content().replace("\r\n", "\n"))
            self.home.write("gone.xml", rss("Gone", []))
            for at in ("2026-01-28T12:00:00Z", "2026-01-29T12:00:00Z", "2026-01-30T12:30:00Z"):
                self.home.run("collect", "gone", at=at)
                self.home.run("send", "--due", at=at)
            self.assertEqual(len(self.mails(server)), 2)

    def test_what_was_mended_meanwhile_says_so_and_names_no_reader(self):
        with SmtpServer(rules=[Rule("rcpt", "550 5.7.1 relaying denied for ada@example.org", to="ada@example.org", times=1)]) as server:
            self.configure(server, sources=("feed.xml",))
            self.home.do("subscriber", "import", self.home.write("list.csv", "email\nada@example.org"), "--confirmed", at=EVE)
            self.home.run("send", "--due", at=MONDAY)
            self.home.run("send", "--due", at="2026-01-26T09:30:00Z")
            mails = self.mails(server)
            self.assertEqual(len(mails), 1)
            text = mails[0].get_content().replace("\r\n", "\n")
            self.assertIn("relay 127.0.0.1:%d\n" % server.port, text)
            self.assertIn("; mended by ", text)
            self.assertNotIn("ada@example.org", text)


if __name__ == "__main__":
    unittest.main()
