"""Bad input: one clear line, the right exit status (sysexits.h), nothing lost, nothing half done."""
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import unittest

from smtp_server import Rule, SmtpServer
from tidings import WEEKLY, Article, Home, rss

import datetime

AT = "2026-01-26T08:05:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
FEED = rss("Town", [Article("Bread", "https://town.example/bread", PUBLISHED, PUBLISHED, "<p>It is cheaper.</p>")])


def contents(folder):
    """Every file below, so that "nothing changed" can be compared. The lock file says who held it last; it is no state."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix not in (".lock",) and not path.name.endswith(("-wal", "-shm"))}


class BadInput(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.now = AT
        self.home.write("feed.xml", FEED)
        self.home.configure()

    def refused(self, arguments, status, *patterns, input=None):
        """Runs, insists on the status and on one line on stderr that matches every pattern; returns that line."""
        done = self.home.run(*arguments, input=input)
        line = done.stderr
        self.assertEqual(done.returncode, status, line)
        self.assertEqual(line.count("\n"), 1, line)
        self.assertTrue(line.startswith("tidings: error: "), line)
        for pattern in patterns:
            self.assertRegex(line, pattern)
        return line

    def broken_config(self, text, *patterns, replace=None):
        whole = (self.home.folder / "config.toml").read_text()
        self.home.write("config.toml", whole.replace(*replace) if replace else whole + text)
        before = contents(self.home.folder)
        for command in (["config", "check"], ["send", "--due"], ["subscriber", "add", "ada@example.org"]):
            self.refused(command, 78, r"config\.toml:\d+:\d+: ", *patterns)
        self.assertEqual(contents(self.home.folder), before)
        self.home.configure()

    # ---- config.toml

    def test_config_that_is_not_toml(self):
        self.broken_config('[[digest]\nname = "x"\n')
        self.broken_config('[delivery]\ngive_up_after = "2 days\n')

    def test_config_with_a_key_of_fifty_thousand_parts(self):
        sound = (self.home.folder / "config.toml").read_text()
        for deep in (".".join("a" * 50000) + " = 1", "[%s]" % ".".join("a" * 50000), "x = {%s = 1}" % ".".join(['"a"'] * 50000)):
            self.home.write("config.toml", sound + deep + "\n")
            self.refused(["config", "check"], 78, r"config\.toml:\d+:\d+: a key of more than 32 parts")
        self.home.write("config.toml", sound.replace('name = "Harbour News"', 'name = """Harbour' + "." * 200 + '"""  # ' + "." * 200))
        self.home.do("config", "check")

    def test_config_that_is_a_pipe(self):
        (self.home.folder / "config.toml").unlink()
        os.mkfifo(self.home.folder / "config.toml")
        self.refused(["config", "check"], 78, r"config\.toml is not a regular file")

    def test_config_with_an_unknown_key(self):
        self.broken_config("", r"config\.toml:\d+:1: .*zone", r"did you mean \"?timezone",
                           replace=('timezone = "Europe/Athens"', 'timezon = "Europe/Athens"'))
        self.broken_config("[delivery]\nin_dout = \"hold\"\n", "in_dout", r"did you mean \"?in_doubt")
        self.broken_config("[smpt]\nurl = \"smtp://x\"\n", "smpt", r"did you mean")

    def test_config_with_a_wrong_type(self):
        self.broken_config("[delivery]\ngive_up_after = 3\n", "give_up_after")
        self.broken_config("", "connections", replace=('tls = "off"', 'tls = "off"\nconnections = "four"'))
        self.broken_config("", "schedule", replace=('"weekly monday 08:00"', "8"))
        self.broken_config("newsletter = 3\n", replace=("[newsletter]", "newsletter = 3\n[newsletters]"))

    def test_config_with_values_that_cannot_be(self):
        self.broken_config("", "weekly moonday", replace=("weekly monday", "weekly moonday"))
        self.broken_config("", "25:00", replace=("monday 08:00", "monday 25:00"))
        self.broken_config("", replace=("news@example.org>", "news example.org>"))
        self.broken_config("", "http://news", replace=("https://news.example.org", "http://news.example.org"))

    def test_config_with_a_zone_that_does_not_exist(self):
        self.broken_config("", "Europe/Atens", r"did you mean \"?Europe/Athens", replace=("Europe/Athens", "Europe/Atens"))

    def test_config_with_two_digests_of_one_name(self):
        self.broken_config(WEEKLY, "weekly", "two digests")

    def test_config_with_a_theme_that_does_not_exist(self):
        self.broken_config('theme = "defualt"\n', "defualt", r"did you mean \"?default")

    def test_config_with_a_source_that_does_not_exist(self):
        self.broken_config('sources = ["fed"]\n', "fed", r"did you mean \"?feed")

    def test_no_config_at_all(self):
        (self.home.folder / "config.toml").unlink()
        if not pathlib.Path("/etc/tidings/config.toml").exists():
            self.refused(["status"], 66, "config.toml", "init")
        self.refused(["--config", "nowhere.toml", "status"], 66, "nowhere.toml")

    def test_template_that_is_wrong(self):
        shutil.copytree(pathlib.Path(__file__).resolve().parents[2] / "templates/default", self.home.folder / "templates/default")
        self.home.do("template", "check")
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        text = self.home.folder / "templates/default/digest.text.mustache"
        good = text.read_text()
        for wrong, pattern in ((good + "{{no_such_name}}\n", "no_such_name"), (good + "{{#has_toc}}\n", "has_toc"),
                               (good + "{{> no_such_partial}}\n", "no_such_partial")):
            text.write_text(wrong)
            self.refused(["template", "check"], 78, r"digest\.text\.mustache:\d+:\d+", pattern)
            self.refused(["send", "--due"], 78, r"digest\.text\.mustache:\d+:\d+", pattern)
            self.assertEqual(self.home.json("edition", "list"), [])
        text.write_text(good)
        self.assertIn("sent", self.home.do("send", "--due", "--to-dir", "out"))
        text.write_text(good + "{{no_such_name}}\n")
        self.assertIn('"send --due" now would: nothing', self.home.do("status"))
        self.refused(["send", "--due"], 78, r"digest\.text\.mustache:\d+:\d+", "no_such_name")

    def test_subject_that_is_wrong_is_told_before_an_edition_is_due(self):
        self.home.do("send", "--due", "--to-dir", "out")
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text() + 'subject = "{{no_such_name}}"\n')
        self.refused(["send", "--due"], 78, r"config\.toml:\d+:\d+", "no_such_name")

    # ---- command line

    def test_usage(self):
        for arguments in (["sned", "--due"], ["send"], ["send", "--due", "--no-such-option"], ["--at", "yesterday", "status"],
                          ["subscriber"], []):
            self.refused(arguments, 64)
        self.refused(["send", "wekly"], 66, "wekly", "weekly")

    # ---- feeds

    def test_feed_that_is_no_feed(self):
        before = contents(self.home.folder)
        for octets in (b"", b"Hello", b"\x00\x01\x02\xff" * 100, b"<html><body>404</body></html>", b'{"version": 3}', b"<note>no feed</note>"):
            path = self.home.write("wrong", octets)
            self.refused(["feed", "parse", str(path)], 65, "wrong")
            path.unlink()
        self.refused(["feed", "parse", "nowhere.xml"], 66, r"nowhere\.xml")
        self.assertEqual(contents(self.home.folder), before)

    def test_source_that_cannot_be_read_is_told_and_the_others_go_on(self):
        self.home.configure(sources=("feed.xml", "broken.xml"))
        self.home.write("broken.xml", "<html><body>Moved.</body></html>")
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        done = self.home.run("collect")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("broken", done.stderr)
        self.assertEqual([each["title"] for each in self.home.json("post", "list")], ["Bread"])
        (self.home.folder / "broken.xml").unlink()
        done = self.home.run("collect", "broken")
        self.assertEqual(done.returncode, 69, done.stderr)
        done = self.home.run("send", "--due", "--to-dir", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(list((self.home.folder / "out").rglob("*.eml"))), 1)

    def test_source_on_a_host_that_does_not_answer(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            self.home.configure(sources=['[[source]]\nname = "far"\nurl = "http://127.0.0.1:%d/feed"\n'
                                         "allow_private_address = true\n" % port])
            done = self.home.run("collect")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("far", done.stderr)

    # ---- addresses and lists

    def test_address_that_is_none(self):
        self.home.do("subscriber", "add", "ada@example.org")
        for address in ("ada", "@example.org", "ada@", "a b@example.org", "ada@example..org", "ada@example.org\r\nBcc: eve@example.org",
                        "<ada@example.org", "ada@" + "x" * 300 + ".org", "a" * 65 + "@example.org", "ada@exa_mple.org"):
            self.refused(["subscriber", "add", address], 65)
        self.assertEqual(len(self.home.json("subscriber", "list")), 1)
        self.refused(["subscriber", "unsubscribe", "nobody@example.org"], 66, "nobody@example.org")
        self.refused(["subscriber", "add", "bob@example.org", "--digest", "wekly"], 66, "wekly", "weekly")

    def test_list_with_a_broken_line(self):
        self.home.do("subscriber", "add", "first@example.org", "--confirmed")
        self.home.write("list.csv", "email,name\nada@example.org,Ada\nno address,Bob\ncarl@example.org,Carl\n")
        done = self.home.run("subscriber", "import", "list.csv", "--confirmed", "--rejects", "rejected.csv")
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertRegex(done.stderr, r"list\.csv:3: .*no address")
        self.assertIn("Bob", (self.home.folder / "rejected.csv").read_text())
        self.assertEqual([each["address"] for each in self.home.json("subscriber", "list")],
                         ["first@example.org", "ada@example.org", "carl@example.org"])

    def test_list_whose_structure_is_broken_changes_nothing(self):
        self.home.do("subscriber", "add", "first@example.org", "--confirmed")
        for text, pattern in (('email,name\nada@example.org,"Ada\n', r"list\.csv:\d"), ("name,town\nAda,London\n", r"list\.csv"),
                              ("", r"list\.csv")):
            self.home.write("list.csv", text)
            self.refused(["subscriber", "import", "list.csv"], 65, pattern)
            self.assertEqual(len(self.home.json("subscriber", "list")), 1)
        self.refused(["subscriber", "import", "nowhere.csv"], 66, r"nowhere\.csv")

    # ---- relays

    def sendable(self, server_url, more=""):
        self.home.configure(server_url, more_smtp=more)
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        self.home.do("subscriber", "add", "bob@example.org", "--confirmed")

    def deliveries(self):
        (edition,) = self.home.json("edition", "list")
        return edition

    def test_relay_that_is_not_there(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.sendable("smtp://127.0.0.1:%d" % closed.getsockname()[1])
            self.refused(["send", "--due"], 69, r"127\.0\.0\.1")
        self.assertEqual((self.deliveries()["sent_count"], self.deliveries()["failed_count"]), (0, 0))
        with SmtpServer() as server:
            self.home.configure(server.url)
            self.home.do("send", "--due", at="2026-01-26T09:05:00+02:00")
            self.assertEqual(sorted(mail.envelope_to for mail in server.accepted), ["ada@example.org", "bob@example.org"])

    def test_relay_that_refuses(self):
        for rule in (Rule("greeting", "554 5.7.1 go away"), Rule("mail", "550 5.7.1 not from you"), Rule("ehlo", "550 5.7.0 no"),
                     Rule("greeting", "close"), Rule("mail", "421 4.7.0 too busy"), Rule("mail", "close")):
            with self.subTest(rule=rule), Home() as home, SmtpServer([rule]) as server:
                self.home = home
                home.now = AT
                home.write("feed.xml", FEED)
                self.sendable(server.url)
                done = home.run("send", "--due")
                self.assertIn(done.returncode, (69, 75), done.stderr)
                if done.returncode == 69:
                    self.assertTrue(done.stderr.startswith("tidings: error: relay ") and done.stderr.count("\n") == 1, done.stderr)
                counts = self.deliveries()
                self.assertEqual((counts["sent_count"], counts["failed_count"], counts["suppressed_count"]), (0, 0, 0))
                self.assertEqual(home.json("suppression", "list"), [])
                server.rules.clear()
                home.do("send", "--due", at="2026-01-26T12:05:00+02:00")
                self.assertEqual(len(server.accepted), 2)
                home.do("send", "--due", at="2026-01-26T12:10:00+02:00")
                self.assertEqual(len(server.accepted), 2)

    def test_relay_that_refuses_one_address(self):
        with SmtpServer([Rule("rcpt", "550 5.1.1 no such user", to="ada@example.org")]) as server:
            self.sendable(server.url)
            self.home.do("send", "--due")
            self.assertEqual([mail.envelope_to for mail in server.accepted], ["bob@example.org"])
            counts = self.deliveries()
            self.assertEqual((counts["sent_count"], counts["failed_count"]), (1, 1))
            (failed,) = self.home.json("delivery", "list", "--state", "failed")
            self.assertEqual((failed["address"], failed["code"]), ("ada@example.org", 550))
            self.assertIn("no such user", failed["reply"])

    # ---- folders and databases

    def test_folder_that_cannot_be_written(self):
        self.home.write("subscribers", "a file where a folder should be")
        self.refused(["subscriber", "add", "ada@example.org"], 73, "subscribers")
        (self.home.folder / "subscribers").unlink()
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        self.home.do("collect")
        self.home.write("out", "a file where a folder should be")
        done = self.home.run("send", "--due", "--to-dir", "out")
        self.assertIn(done.returncode, (73, 74), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        done = self.home.run("preview", "weekly#1", "--to", "out/below")
        self.assertIn(done.returncode, (73, 74), done.stderr)
        (self.home.folder / "out").unlink()
        self.home.do("send", "--due", "--to-dir", "out")
        self.assertEqual(len(list((self.home.folder / "out").rglob("*.eml"))), 1)

    def test_folder_without_leave_to_write(self):
        folder = self.home.folder / "subscribers"
        folder.mkdir(mode=0o500)
        command = self.home.command("subscriber", "add", "ada@example.org")
        if os.geteuid() == 0:  # root writes everywhere, unless it is nobody special
            command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
        done = subprocess.run(command, cwd=self.home.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (73, 1), done.stderr)
        self.assertIn("subscribers", done.stderr)

    def test_database_that_is_none(self):
        for octets in (b"this is no database, but a text that is long enough to look at " * 40, b"SQLite format 3\x00" + b"\xff" * 4000):
            path = self.home.write("subscribers/tidings.db", octets)
            for arguments in (["status"], ["send", "--due"], ["subscriber", "list"], ["subscriber", "add", "ada@example.org"]):
                done = self.home.run(*arguments)
                self.assertIn(done.returncode, (65, 74), done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn("tidings.db", done.stderr)
            self.assertEqual(path.read_bytes(), octets)

    def test_database_of_another_program(self):
        (self.home.folder / "subscribers").mkdir()
        path = self.home.folder / "subscribers/tidings.db"
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE recipes (name TEXT)")
        other.close()
        before = path.read_bytes()
        self.refused(["send", "--due"], 65, r"tidings\.db")
        self.assertEqual(path.read_bytes(), before)

    def test_database_that_is_newer(self):
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        path = self.home.folder / "subscribers/tidings.db"
        with sqlite3.connect(path) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute("PRAGMA user_version = %d" % (version + 41))
        database.close()
        for arguments in (["status"], ["send", "--due"]):
            done = self.home.run(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertRegex(done.stderr, r"\b%d\b.*\b%d\b" % (version + 41, version))

    def test_database_that_is_not_there_yet(self):
        self.refused(["status"], 66, r"tidings\.db")
        self.assertFalse((self.home.folder / "subscribers").exists())

    # ---- two runs at once; dry runs

    def test_second_run_says_who_holds_the_lock(self):
        with SmtpServer([Rule("mail", "hang")]) as server:
            self.sendable(server.url)
            first = self.home.start("send", "--due")
            try:
                while not any(line.startswith(b"MAIL") for _, line in list(server.commands)):
                    self.assertIsNone(first.poll())
                self.refused(["send", "--due"], 75, str(first.pid))
                self.refused(["deliver"], 75, str(first.pid))
            finally:
                first.kill()
                first.communicate()

    def test_dry_run_changes_nothing_on_disk(self):
        with SmtpServer() as server:
            self.sendable(server.url)
            self.home.do("collect")
            before = contents(self.home.folder)
            out = self.home.do("send", "--due", "--dry-run")
            self.assertIn("ada@example.org", out)
            self.home.do("preview", "weekly", "--to", "/tmp/tidings-preview-%d" % os.getpid())
            shutil.rmtree("/tmp/tidings-preview-%d" % os.getpid())
            self.assertEqual(contents(self.home.folder), before)
            self.assertEqual(server.accepted, [])
            self.assertEqual(server.sessions, 0)

    def test_closed_output_is_no_failure(self):
        self.home.do("subscriber", "add", "ada@example.org", "--confirmed")
        shell = subprocess.run("set -o pipefail; %s | true" % " ".join(self.home.command("subscriber", "list")), shell=True,
                               executable="/bin/bash", cwd=self.home.folder, capture_output=True, text=True)
        self.assertIn(shell.returncode, (0, 141), shell.stderr)
        self.assertEqual(re.findall("bug", shell.stderr), [])


if __name__ == "__main__":
    unittest.main()
