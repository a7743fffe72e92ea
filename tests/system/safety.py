"""Files that only their owner reads, people who are erased without a trace, clocks that jump, rehearsals, what a terminal shows."""
import datetime
import hashlib
import json
import os
import pathlib
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import unittest
import urllib.request

import namespaces
from smtp_server import Rule, SmtpServer
from tidings import BINARY, Article, Home, rss

UTC = datetime.timezone.utc
MONDAY = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
DAY = datetime.timedelta(days=1)
DAILY = '[[digest]]\nname = "daily"\nschedule = "daily 07:30"\n'
EVERY_MINUTE = '[[digest]]\nname = "minute"\nschedule = "* * * * *"\n'
DROP = "drop:out"


def mode_of(path):
    return stat.S_IMODE(path.lstat().st_mode)


def article(number, when):
    return Article("Post %d" % number, "https://blog.example/%d" % number, when, when, "<p>Text</p>")


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def feed(self, *articles):
        self.home.write("feed.xml", rss("Feed", articles))

    def state(self):
        """Every file of the home with its bytes and its mode."""
        return {str(path): (mode_of(path), hashlib.sha256(path.read_bytes()).hexdigest())
                for path in sorted(self.home.folder.rglob("*")) if path.is_file()}


class Files(Case):
    def everything(self, umask=0o022):
        """A home in which every kind of file of ours has been written under a lax umask."""
        before = os.umask(umask)
        try:
            self.home.configure(DROP, digests=DAILY + '[archive]\nurl = "https://news.example.org/archive"\n[web]\narchive = "public"\n')
            self.feed(article(0, MONDAY - DAY / 4))
            self.home.do("subscriber", "add", "ana@example.org", "--confirmed", at=MONDAY - DAY)
            self.home.do("send", "--due", at=MONDAY - DAY)
            self.feed(article(0, MONDAY - DAY / 4), article(1, MONDAY - DAY / 8))
            self.home.do("send", "--due", at=MONDAY)
            self.home.do("send", "daily", "--now", "--to-dir", "eml", at=MONDAY + DAY / 2)
            self.home.do("preview", "daily#1", "--to", "preview", at=MONDAY)
            self.home.do("db", "backup", "kept/backup.db", at=MONDAY)
            self.home.do("subscriber", "export", "out.csv", at=MONDAY)
            self.home.do("dkim", "keygen", "dkim.pem")
            self.home.do("bounce", "ingest", at=MONDAY, input="Subject: hello\n\nNo report.\n")
        finally:
            os.umask(before)

    def ours(self):
        theirs = {"config.toml", "feed.xml", "list.csv"}
        return [path for path in sorted(self.home.folder.rglob("*"))
                if path.name not in theirs and "public" not in path.relative_to(self.home.folder).parts]

    def test_what_we_write_is_our_owners_alone_whatever_the_umask(self):
        self.everything(umask=0)
        names = {path.name for path in self.ours()}
        for wanted in ("tidings.db", "tidings.db.lock", "backup.db", "dkim.pem", "out.csv", "unmatched"):
            self.assertIn(wanted, names)
        wide = {str(path): oct(mode_of(path)) for path in self.ours() if mode_of(path) != (0o700 if path.is_dir() else 0o600)}
        self.assertEqual(wide, {})

    def test_the_archive_is_for_a_web_server(self):
        self.everything()
        self.assertEqual(mode_of(self.home.folder / "public/index.html"), 0o644)
        self.assertEqual(mode_of(self.home.folder / "public"), 0o755)

    def test_the_log_of_the_database_is_private_while_it_is_open(self):
        self.home.configure(digests=DAILY)
        before = os.umask(0)
        try:
            self.home.do("subscriber", "add", "ana@example.org", at=MONDAY)
            holder = sqlite3.connect(self.home.folder / "subscribers/tidings.db")
            holder.execute("SELECT count(*) FROM subscribers").fetchone()
            self.home.do("subscriber", "add", "ben@example.org", at=MONDAY)
        finally:
            os.umask(before)
        for suffix in ("-wal", "-shm"):
            self.assertEqual(mode_of(self.home.folder / ("subscribers/tidings.db" + suffix)), 0o600, suffix)
        holder.close()

    def test_mode_and_group_open_files_to_a_group(self):
        config = self.home.configure(DROP, digests=DAILY)
        group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
        config.write_text(config.read_text().replace("[store]", '[store]\nmode = "0660"\ngroup = "%s"' % group))
        self.home.do("subscriber", "add", "ana@example.org", at=MONDAY)
        self.assertEqual(mode_of(self.home.folder / "subscribers/tidings.db"), 0o660)
        self.assertEqual(mode_of(self.home.folder / "subscribers"), 0o2770)
        config.write_text(config.read_text().replace("0660", "0777"))
        done = self.home.run("config", "check")
        self.assertEqual(done.returncode, 78)
        self.assertIn("0777", done.stderr)

    def test_doctor_tells_of_wide_files_and_mend_narrows_them(self):
        self.everything()
        database = self.home.folder / "subscribers/tidings.db"
        mail = next((self.home.folder / "out").iterdir())
        for path in (database, mail):
            path.chmod(0o644)
        done = self.home.run("doctor", at=MONDAY)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stdout, r"other users can read %s and \d+ more" % re.escape(str(database)))
        self.assertIn("db check --mend", done.stdout)
        self.assertIn(str(mail), self.home.do("db", "check", "--mend", at=MONDAY))
        self.assertEqual((mode_of(database), mode_of(mail)), (0o600, 0o600))
        self.assertNotIn("other users can read", self.home.run("doctor", at=MONDAY).stdout)

    def test_a_signing_key_that_others_read_is_told(self):
        config = self.home.configure(DROP, digests=DAILY)
        self.home.do("dkim", "keygen", "dkim.pem")
        config.write_text(config.read_text() + '[dkim]\nselector = "news1"\nkey_file = "dkim.pem"\n')
        self.assertNotIn("other users can read", self.home.run("doctor", at=MONDAY).stdout)
        (self.home.folder / "dkim.pem").chmod(0o644)
        self.assertIn("other users can read %s/dkim.pem" % self.home.folder, self.home.run("doctor", at=MONDAY).stdout)
        self.home.do("subscriber", "add", "ana@example.org", at=MONDAY)
        self.home.do("db", "check", "--mend", at=MONDAY)
        self.assertEqual(mode_of(self.home.folder / "dkim.pem"), 0o600)

    def test_a_link_in_the_place_of_our_file_is_not_followed(self):
        self.home.configure(DROP, digests=DAILY)
        self.home.do("subscriber", "add", "ana@example.org", "--confirmed", at=MONDAY)
        victim = self.home.write("victim", "precious\n")
        lock = self.home.folder / "subscribers/tidings.db.lock"
        lock.unlink(missing_ok=True)
        lock.symlink_to(victim)
        self.feed(article(0, MONDAY - DAY / 4))
        done = self.home.run("send", "--due", at=MONDAY)
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertIn("symbolic link", done.stderr)
        self.assertEqual(victim.read_text(), "precious\n")


    def test_a_restored_backup_sends_only_when_told(self):
        self.everything()
        database = self.home.folder / "subscribers/tidings.db"
        done = self.home.run("db", "restore", "kept/backup.db")
        self.assertEqual(done.returncode, 73)
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(str(database) + suffix).unlink(missing_ok=True)
        self.assertEqual(self.home.run("db", "restore", "no.db").returncode, 66)
        self.assertEqual(self.home.run("db", "restore", "feed.xml").returncode, 65)
        self.home.do("db", "restore", "kept/backup.db")
        self.assertEqual(mode_of(database), 0o600)
        self.assertIn("ana@example.org", self.home.do("subscriber", "list", at=MONDAY))
        self.assertEqual(self.home.run("send", "--due", at=MONDAY + DAY).returncode, 77)
        self.home.do("db", "adopt")
        self.home.do("send", "--due", at=MONDAY + DAY)


class Erasing(Case):
    ADDRESS, NAME = "zenobia.quux@wonder.example", "Zenobia Quuxington"

    def traces(self):
        """Files of the home that hold the address or the name, however they are written."""
        found = []
        for path in sorted(self.home.folder.rglob("*")):
            if path.is_file() and any(text in path.read_bytes().lower() for text in (self.ADDRESS.encode().lower(), self.NAME.encode().lower())):
                found.append(str(path.relative_to(self.home.folder)))
        return found

    def town(self):
        """A list large enough that pages of the database have been split, and mails in every folder."""
        self.home.configure(DROP, digests=DAILY)
        readers = ["email,name"] + ["r%04d@example.org,Reader %04d" % (i, i) for i in range(3000)]
        readers.insert(1500, "%s,%s" % (self.ADDRESS, self.NAME))
        self.home.write("list.csv", "\n".join(readers) + "\n")
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=MONDAY - DAY)
        (self.home.folder / "list.csv").unlink()
        self.feed(article(0, MONDAY - DAY / 8))
        self.home.do("send", "daily", "--now", at=MONDAY)
        self.home.do("bounce", "ingest", at=MONDAY, input="From: %s\nSubject: hello\n\nNo report.\n" % self.ADDRESS)
        self.assertGreaterEqual(len(self.traces()), 3)

    def serve(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = self.home.folder / "config.toml"
        config.write_text(config.read_text() + '[web]\nlisten = "127.0.0.1:%d"\n' % port)
        server = self.home.start("serve")
        self.addCleanup(lambda: (server.terminate(), server.communicate(timeout=60)))
        self.assertIn("serving", server.stdout.readline())
        with urllib.request.urlopen("http://127.0.0.1:%d/subscribe" % port, timeout=30) as page:
            page.read()
        return server

    def test_after_erase_no_file_of_ours_holds_address_or_name_while_serve_runs(self):
        self.town()
        self.serve()
        self.home.do("subscriber", "set", self.ADDRESS, "--name", self.NAME + " II")  # into the log, which serve keeps open
        self.assertTrue((self.home.folder / "subscribers/tidings.db-wal").stat().st_size > 0)
        said = self.home.do("subscriber", "erase", self.ADDRESS)
        self.assertIn("deleted 2 files containing the address", said)
        self.assertEqual(self.traces(), [])

    def test_other_mail_of_a_maildir_stays(self):
        self.home.configure("maildir:box", digests=DAILY)
        self.feed(article(0, MONDAY - DAY / 8))
        self.home.do("subscriber", "add", self.ADDRESS, "--name", self.NAME, "--confirmed", at=MONDAY - DAY)
        self.home.do("send", "daily", "--now", at=MONDAY)
        private = self.home.write("box/cur/1.private:2,S", "Return-Path: <a@b.example>\r\nTo: %s\r\n\r\nMine.\r\n" % self.ADDRESS)
        # What a mail server delivers bears the same two lines as what we put there.
        served = self.home.write("box/cur/2.served:2,S", "Return-Path: <a@b.example>\r\nDelivered-To: %s\r\nFrom: a@b.example\r\n"
                                 "Subject: news@example.org\r\n\r\nFrom: news@example.org\r\n" % self.ADDRESS)
        self.home.do("subscriber", "erase", self.ADDRESS, at=MONDAY)
        self.assertEqual(sorted(self.traces()), sorted(str(each.relative_to(self.home.folder)) for each in (private, served)))

    def test_a_reader_in_the_way_is_told_and_mend_finishes(self):
        self.town()
        reader = sqlite3.connect(self.home.folder / "subscribers/tidings.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM subscribers").fetchone()
        done = self.home.run("subscriber", "erase", self.ADDRESS, at=MONDAY)
        self.assertEqual(done.returncode, 75, done.stdout + done.stderr)
        self.assertIn("db check --mend", done.stderr)
        reader.execute("COMMIT")
        reader.close()
        self.home.do("db", "check", "--mend", at=MONDAY)
        self.assertEqual(self.traces(), [])

    def test_the_journal_of_a_send_that_died_is_blotted_out(self):
        self.town()
        journal = self.home.write("subscribers/tidings.db.sending.1", "tidings-journal 1 boot\nA 9 9 1 rcpt 550 5.1.1 relay <%s> unknown\n" % self.ADDRESS)
        size = journal.stat().st_size
        self.home.do("subscriber", "erase", self.ADDRESS, at=MONDAY)
        self.assertEqual(self.traces(), [])
        self.assertEqual(journal.stat().st_size, size)


class Clocks(Case):
    def subscribed(self, smtp=DROP, digests=DAILY):
        self.home.configure(smtp, digests=digests)
        self.feed(article(0, MONDAY - DAY / 4))
        self.home.do("subscriber", "add", "ana@example.org", "--confirmed", at=MONDAY - 2 * DAY)

    def numbers(self, at):
        return {each["number"]: each["state"] for each in self.home.json("edition", "list", at=at) if each["number"]}

    def test_a_run_far_ahead_silences_nothing_and_is_told_until_it_is_mended(self):
        self.subscribed()
        self.home.do("send", "--due", at=MONDAY)
        far = MONDAY + 5 * 365 * DAY
        self.feed(article(0, MONDAY - DAY / 4), article(1, far - DAY / 4))
        self.home.do("send", "daily", "--now", at=far)
        before = self.numbers(MONDAY)
        tomorrow = MONDAY + DAY
        self.feed(article(1, far - DAY / 4), article(2, tomorrow - DAY / 4))
        done = self.home.run("send", "--due", at=tomorrow)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.numbers(tomorrow)), len(before) + 1, done.stdout + done.stderr)
        self.assertIn("from the future", done.stderr)
        self.assertIn("db check --mend", done.stderr)
        self.assertIn("from the future", self.home.do("status", at=tomorrow))
        self.assertTrue(self.home.json("status", at=tomorrow)[-1]["clock"])
        self.assertIn("from the future", self.home.run("doctor", at=tomorrow).stdout)
        self.assertIn("date corrected", self.home.do("db", "check", "--mend", at=tomorrow))
        self.assertNotIn("future", self.home.do("status", at=tomorrow))
        self.feed(article(2, tomorrow - DAY / 4), article(3, tomorrow + DAY / 2))
        done = self.home.run("send", "--due", at=tomorrow + DAY)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(self.numbers(tomorrow + DAY)), len(before) + 2)

    def test_the_scheduler_tells_of_the_future_not_at_every_round_and_goes_on(self):
        self.subscribed()
        self.home.do("send", "--due", at=MONDAY)
        self.feed(article(1, MONDAY + 399 * DAY))
        self.home.do("send", "daily", "--now", at=MONDAY + 400 * DAY)
        self.feed(article(2, MONDAY + DAY / 2))
        done = self.home.run("run", "--until", (MONDAY + DAY).isoformat(), at=MONDAY + DAY / 2)
        self.assertIn(done.stderr.count("edition daily#2 is from the future"), (1, 2), done.stderr)  # again after an edition
        self.assertIn("daily#3", done.stdout)

    def test_posts_and_sources_of_a_clock_ahead_wait_for_nothing(self):
        self.subscribed()
        self.home.do("send", "--due", at=MONDAY)
        self.feed(article(1, MONDAY + DAY / 4))
        self.home.do("collect", at=MONDAY + 400 * DAY)
        self.assertIn("future", self.home.do("status", at=MONDAY + DAY))
        done = self.home.run("send", "--due", at=MONDAY + DAY)
        self.assertIn("first seen in the future", done.stderr)
        self.assertIn("1 post for 1 subscriber", done.stdout)

    def test_a_run_in_1970_does_nothing_and_the_first_edition_comes(self):
        self.subscribed()
        done = self.home.run("send", "--due", at="1970-01-01T09:00:00Z")
        self.assertEqual(done.returncode, 75)
        self.assertIn("the clock says 1970", done.stderr)
        self.assertEqual(self.home.json("edition", "list", at=MONDAY), [])
        self.home.do("send", "--due", at=MONDAY)
        self.assertEqual(list(self.numbers(MONDAY).values()), ["sent"])

    def test_a_delivery_put_off_by_a_clock_ahead_is_due_now(self):
        with SmtpServer([Rule("rcpt", "451 4.3.0 busy", times=1)]) as server:
            self.subscribed(server.url)
            done = self.home.run("send", "daily", "--now", at=MONDAY)
            self.assertEqual(done.returncode, 75, done.stdout + done.stderr)
            database = sqlite3.connect(self.home.folder / "subscribers/tidings.db")
            with database:  # as a run with the clock a year ahead leaves it
                database.execute("UPDATE deliveries SET due_ms = due_ms + 365 * 86400000 WHERE state = 3")
            database.close()
            later = MONDAY + datetime.timedelta(hours=1)
            self.assertIn("postponed too far into the future", self.home.do("status", at=later))
            self.home.do("deliver", at=later)
            self.assertEqual(len(server.accepted), 1)

    def test_at_is_refused_on_a_store_that_has_really_sent(self):
        with SmtpServer() as server:
            self.home.configure(server.url, digests=EVERY_MINUTE)
            self.home.write("feed.xml", rss("Feed", [Article("Post", "https://blog.example/1", None, datetime.datetime.now(UTC) - datetime.timedelta(hours=1), "<p>Text</p>")]))
            self.home.do("subscriber", "add", "ana@example.org", "--confirmed", at=datetime.datetime.now(UTC) - DAY)
            self.home.do("send", "minute", "--now")
            self.assertEqual(len(server.accepted), 1)
            before = self.state()
            ahead = datetime.datetime.now(UTC) + 30 * DAY
            for job in (["send", "--due"], ["send", "minute", "--now", "--to-dir", "x"], ["compose", "--due"], ["deliver"], ["collect"],
                        ["run", "--until", (ahead + DAY).isoformat()]):
                done = self.home.run(*job, at=ahead)
                self.assertEqual(done.returncode, 77, (job, done.stdout, done.stderr))
                self.assertIn("tidings rehearse", done.stderr)
            for look in (["status"], ["send", "minute", "--dry-run"], ["preview", "minute#1", "--to", "looked"]):
                self.home.do(*look, at=ahead)
            after = {path: value for path, value in self.state().items() if "/looked/" not in path}
            self.assertEqual({path: value for path, value in after.items() if not path.endswith((".lock", "-shm", "-wal"))},
                             {path: value for path, value in before.items() if not path.endswith((".lock", "-shm", "-wal"))})
            self.assertEqual(len(server.accepted), 1)

    def test_a_store_that_only_ever_ran_with_at_goes_on(self):
        with SmtpServer() as server:
            self.subscribed(server.url)
            self.home.do("send", "--due", at=MONDAY)
            self.feed(article(1, MONDAY + DAY / 2))
            self.home.do("send", "--due", at=MONDAY + DAY)
            self.assertEqual(len(server.accepted), 2)


class Rehearsing(Case):
    def test_a_rehearsal_says_what_goes_when_and_leaves_the_store_as_it_was(self):
        with SmtpServer() as server:
            self.home.configure(server.url, digests=DAILY + '[[digest]]\nname = "weekly"\nschedule = "weekly monday 08:00"\n')
            self.feed()
            for reader in ("ana", "ben"):
                self.home.do("subscriber", "add", reader + "@example.org", "--confirmed", at=MONDAY - 10 * DAY)
            self.home.do("send", "--due", at=MONDAY - DAY, status=69)  # the weekly one is held: it was due six days ago
            self.feed(article(0, MONDAY - DAY / 4))
            before = self.state()
            said = self.home.do("rehearse", "--from", (MONDAY - DAY / 2).isoformat(), "--until", (MONDAY + 2 * DAY).isoformat(), "--to-dir", "mails")
            self.assertEqual(server.accepted, [])
        after = {path: value for path, value in self.state().items() if "/mails/" not in path}
        self.assertEqual(after, before)
        self.assertRegex(said, r"2026-01-05 07:30  daily#1 .*1 post for 2 subscribers")
        self.assertRegex(said, r"2026-01-05 08:00  weekly#1 .*1 post for 2 subscribers")
        self.assertIn("4 messages would have been sent, written to mails", said)
        self.assertEqual(len(list((self.home.folder / "mails").glob("*.eml"))), 4)

    def test_a_rehearsal_needs_neither_a_database_nor_dates(self):
        self.home.configure(digests=DAILY)
        self.feed(article(0, MONDAY - DAY / 4))
        before = self.state()
        self.assertIn("0 messages would have been sent", self.home.do("rehearse"))
        self.assertEqual(self.state(), before)
        self.assertEqual(self.home.run("rehearse", "--from", "2026-01-02T00:00:00Z", "--until", "2026-01-01T00:00:00Z").returncode, 64)

    def test_a_store_that_has_really_sent_is_rehearsed(self):
        with SmtpServer() as server:
            self.home.configure(server.url, digests=EVERY_MINUTE)
            self.home.write("feed.xml", rss("Feed", [Article("Post", "https://blog.example/1", None, datetime.datetime.now(UTC) - datetime.timedelta(hours=1), "<p>Text</p>")]))
            self.home.do("subscriber", "add", "ana@example.org", "--confirmed", at=datetime.datetime.now(UTC) - DAY)
            self.home.do("send", "minute", "--now")
            self.home.configure(server.url, digests=DAILY)
            self.home.do("rehearse", "--from", (datetime.datetime.now(UTC) + 30 * DAY).isoformat())
            self.assertEqual(len(server.accepted), 1)


class Outside(Case):
    EVIL = "Sale \u202egnp.exe\u202c \u2066x\u2069 \x9b31m end"

    def test_titles_and_names_cannot_drive_the_terminal(self):
        self.home.configure(DROP, digests=DAILY)
        self.feed(Article(self.EVIL, "https://blog.example/1", MONDAY, MONDAY - DAY / 4, "<p>Text</p>"))
        self.home.do("subscriber", "add", "ana@example.org", "--name", self.EVIL.replace("\x9b", ""), "--confirmed", at=MONDAY - DAY)
        outputs = [self.home.do("send", "daily", "--dry-run", "--now", at=MONDAY), self.home.do("send", "daily", "--now", at=MONDAY)]
        for look in (["post", "list"], ["edition", "list"], ["edition", "show", "daily"], ["subscriber", "list"],
                     ["subscriber", "show", "ana@example.org"], ["status"], ["report", "daily"]):
            outputs.append(self.home.do(*look, at=MONDAY))
        harmful = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
        for text in outputs:
            self.assertIsNone(harmful.search(text), repr(text))
        self.assertIn("gnp.exe", "".join(outputs))

    def test_json_says_it_all_in_escapes(self):
        self.home.configure(DROP, digests=DAILY)
        self.home.do("subscriber", "add", "ana@example.org", "--name", "a\u202eb", "--confirmed", at=MONDAY)
        raw = self.home.do("subscriber", "list", "--json", at=MONDAY)
        self.assertIn("a\\u202eb", raw)
        self.assertEqual(json.loads(raw)["name"], "a\u202eb")

    def test_programs_do_not_inherit_secrets(self):
        command = '[[source]]\nname = "tool"\nkind = "command"\ncommand = ["sh", "-c", "env > seen; cat feed.xml"]\n'
        config = self.home.configure("smtp://127.0.0.1:1", sources=(command,), digests=DAILY)
        config.write_text(config.read_text().replace('tls = "off"', 'tls = "off"\nusername = "u"\npassword_env = "RELAY_PASSWORD"'))
        self.feed(article(0, MONDAY))
        done = subprocess.run([BINARY, "collect"], cwd=self.home.folder, capture_output=True, text=True,
                              env={**os.environ, "RELAY_PASSWORD": "hunter2", "HARMLESS": "yes"}, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = (self.home.folder / "seen").read_text()
        self.assertIn("HARMLESS=yes", seen)
        self.assertNotIn("hunter2", seen)

    def test_sendmail_does_not_inherit_secrets(self):
        program = self.home.write("sendmail", "#!/bin/sh\nenv > %s/seen\ncat > /dev/null\n" % self.home.folder)
        program.chmod(0o755)
        config = self.home.configure("sendmail:%s" % program, digests=DAILY)
        config.write_text(config.read_text() + '[dkim]\nsigned_by_relay = true\n[web]\nwebhooks = ["postmark"]\npostmark_login_env = "HOOK_LOGIN"\n')
        self.feed(article(0, MONDAY - DAY / 4))
        self.home.do("subscriber", "add", "ana@example.org", "--confirmed", at=MONDAY - DAY)
        done = subprocess.run(self.home.command("send", "daily", "--now", at=MONDAY), cwd=self.home.folder, capture_output=True, text=True,
                              env={**os.environ, "HOOK_LOGIN": "user:hunter2"}, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("hunter2", (self.home.folder / "seen").read_text())

    def test_a_password_command_runs_and_sees_no_other_secret(self):
        config = self.home.configure("smtp://127.0.0.1:1", digests=DAILY, more_smtp='[[relay]]\nurl = "smtp://127.0.0.1:1"\ntls = "off"\n'
                                     'username = "u"\npassword_env = "OTHER_PASSWORD"\n')
        config.write_text(config.read_text().replace('tls = "off"', 'tls = "off"\nusername = "u"\npassword_command = "env > seen; echo secret"', 1))
        done = subprocess.run([BINARY, "config", "check"], cwd=self.home.folder, capture_output=True, text=True,
                              env={**os.environ, "OTHER_PASSWORD": "hunter2"}, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("hunter2", (self.home.folder / "seen").read_text())

    def test_a_clone_under_another_host_name_does_not_send(self):
        namespaces.run_inside(self, __file__)


class Clone(Case):
    """In a namespace of its own, whose host name may be changed."""

    def runTest(self):
        self.home.configure(DROP, digests=DAILY)
        self.feed(article(0, MONDAY - DAY / 4))
        self.home.do("subscriber", "add", "ana@example.org", "--confirmed", at=MONDAY - DAY)
        self.home.do("send", "--due", at=MONDAY)
        socket.sethostname("clone")
        done = self.home.run("send", "--due", at=MONDAY + DAY)
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertIn("db adopt", done.stderr)
        self.home.do("db", "adopt", at=MONDAY + DAY)
        self.home.do("send", "--due", at=MONDAY + DAY)


if __name__ == "__main__":
    if namespaces.inside():
        sys.argv.remove(namespaces.FLAG)
        namespaces.enter(host_name=True)
        unittest.main(defaultTest="Clone")
    unittest.main(defaultTest=["Files", "Erasing", "Clocks", "Rehearsing", "Outside"])
