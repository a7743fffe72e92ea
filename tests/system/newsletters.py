"""`--all DIR`: one job for each newsletter of a folder; a broken one fails alone, by name."""
import datetime
import json
import os
import signal
import subprocess
import time
import unittest

from smtp_server import SmtpServer
from tidings import BINARY, Article, Home, rss

BEFORE = "2026-01-05T05:00:00+02:00"
POSTED = datetime.datetime.fromisoformat("2026-01-06T10:00:00+02:00")
AT = "2026-01-12T09:00:00+02:00"


class Newsletters(unittest.TestCase):
    def setUp(self):
        self.folder = Home()
        self.addCleanup(self.folder.__exit__)

    def newsletter(self, name, smtp="smtp://127.0.0.1:1", readers=("ada@example.org",)):
        home = Home()
        home.folder.rmdir()
        home.folder = self.folder.folder / name
        home.folder.mkdir()
        home.configure(smtp=smtp)
        home.write("feed.xml", rss("Town", [Article("Bread in " + name, "https://%s.example/bread" % name, POSTED, POSTED,
                                                    "<p>Cheap.</p>")]))
        home.write("list.csv", "email\n" + "".join(each + "\n" for each in readers))
        home.do("subscriber", "import", "list.csv", "--confirmed", at=BEFORE)
        return home

    def all(self, *arguments, at=AT):
        return subprocess.run([BINARY, "--all", self.folder.folder, "--at", at, *arguments], capture_output=True, text=True, timeout=120)

    def test_each_newsletter_sends_its_own_edition_in_one_call(self):
        with SmtpServer() as server:
            for name in ("harbour", "quay", "pier"):
                self.newsletter(name, server.url, [name + "@example.org"])
            done = self.all("send", "--due")
            self.assertEqual(done.returncode, 0, done.stderr)
            mails = {mail.envelope_to: mail.octets.decode() for mail in server.take()}
        self.assertEqual(sorted(mails), ["harbour@example.org", "pier@example.org", "quay@example.org"])
        for name in ("harbour", "quay", "pier"):
            self.assertIn("Bread in " + name, mails[name + "@example.org"])
            self.assertRegex(done.stdout, "(?m)^%s: weekly#1" % name)
        for line in done.stdout.splitlines():
            self.assertRegex(line, "^(harbour|quay|pier): ")

    def test_a_file_is_a_newsletter_too_and_site_toml_is_none(self):
        home = self.newsletter("harbour")
        text = (home.folder / "config.toml").read_text()
        (self.folder.folder / "site.toml").write_text("")
        (self.folder.folder / "quay.toml").write_text(text.replace("subscribers/", "quay/"))
        done = self.all("digest", "list")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({line.split(":")[0] for line in done.stdout.splitlines()}, {"harbour", "quay"})

    def test_a_broken_one_fails_alone_and_by_name(self):
        with SmtpServer() as server:
            good = self.newsletter("harbour", server.url)
            for name, text in (("broken", "name = ["), ("silly", (good.folder / "config.toml").read_text() + "\nnonsense = 1\n")):
                self.folder.write(name + "/config.toml", text)
            spoilt = self.newsletter("spoilt", server.url)
            (spoilt.folder / "subscribers/tidings.db").write_bytes(b"no database at all" * 100)
            done = self.all("send", "--due")
            self.assertEqual([mail.envelope_to for mail in server.take()], ["ada@example.org"])
        self.assertRegex(done.stderr, "(?m)^broken: tidings: error: .*config.toml:1")
        self.assertRegex(done.stderr, "(?m)^silly: tidings: error: .*nonsense")
        self.assertRegex(done.stderr, "(?m)^spoilt: tidings: error: .*tidings.db")
        self.assertEqual(done.returncode, 78, "the configuration, before the database")

    def test_the_exit_status_is_the_one_that_most_needs_attention(self):
        with SmtpServer() as server:
            self.newsletter("harbour", server.url)
            self.newsletter("quay")  # its relay does not answer
            done = self.all("send", "--due")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertRegex(done.stderr, "(?m)^quay: ")

    def test_two_newsletters_never_share_a_database(self):
        with SmtpServer() as server:
            home = self.newsletter("harbour", server.url)
            (self.folder.folder / "twin.toml").write_text(
                (home.folder / "config.toml").read_text().replace("subscribers/", "harbour/subscribers/"))
            self.newsletter("quay", server.url, ["quay@example.org"])
            done = self.all("send", "--due")
            self.assertEqual([mail.envelope_to for mail in server.take()], ["quay@example.org"])
        self.assertEqual(done.returncode, 78)
        self.assertIn("harbour: has the same database as twin", done.stderr)
        self.assertIn("twin: has the same database as harbour", done.stderr)

    def test_each_json_object_says_whose_it_is(self):
        for name in ("harbour", "quay"):
            home = self.newsletter(name)
            home.do("suppression", "add", "ada@example.org")
        done = self.all("suppression", "list", "--json")
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(each["newsletter"], each["address"]) for each in sorted(objects, key=lambda each: each["newsletter"])],
                         [("harbour", "ada@example.org"), ("quay", "ada@example.org")])

    def test_a_folder_without_newsletters_is_no_input(self):
        self.assertEqual(self.all("status").returncode, 66)
        done = subprocess.run([BINARY, "--all", self.folder.folder / "none", "status"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (66, 1))
        done = subprocess.run([BINARY, "--all", ".", "--config", "x.toml", "status"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 64)

    def started(self, *arguments):
        return subprocess.Popen([BINARY, "--all", self.folder.folder, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @staticmethod
    def children(process):
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid), encoding="ascii") as file:
            return [int(each) for each in file.read().split()]

    def test_run_serves_all_of_them_and_a_stop_ends_all(self):
        for name in ("harbour", "quay", "pier"):
            self.newsletter(name)
        process = self.started("--parallel", "1", "run")
        deadline = time.monotonic() + 60
        while len(self.children(process)) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        children = self.children(process)
        self.assertEqual(len(children), 3, "what never ends cannot wait for another")
        os.kill(children[0], signal.SIGKILL)
        while len(self.children(process)) == 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(len(self.children(process)), 2, "the others go on")
        process.terminate()
        _, err = process.communicate(timeout=60)
        self.assertIn("harbour: ended by signal 9", err)
        self.assertEqual(process.returncode, 70)
        for child in children:
            self.assertFalse(os.path.exists("/proc/%d" % child))


if __name__ == "__main__":
    unittest.main()
