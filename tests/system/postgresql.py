"""A newsletter in a schema of PostgreSQL: what a user does, end to end, and what goes wrong there.

The server is a real one, in a temporary folder on a Unix socket (tests/support/postgres.py).
"""
import datetime
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import unittest
import urllib.request

os.environ["TIDINGS_STORE"] = "postgresql"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import postgres  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402
from tidings import WEEKLY, Home, Server, parse_mail  # noqa: E402

AT = "2026-01-26T08:05:00+02:00"
LATER = "2026-01-26T09:35:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
READERS = ["reader%02d@example.org" % number for number in range(40)]


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)

    def number(self, statement):
        return int(self.home.sql(statement)[0][0])

    def store_lines(self, lines):
        """The configuration with other lines in [store] than the home's own."""
        self.home.configure()
        file = self.home.folder / "config.toml"
        file.write_text(file.read_text().replace(self.home.server_lines(), lines))


class Newsletter(Case):
    def test_a_newsletter_lives_in_its_schema_from_the_first_feed_to_the_last_unsubscribe(self):
        home = self.home
        home.open_town(READERS, PUBLISHED, AT)
        self.assertFalse((home.folder / "subscribers/tidings.db").exists())
        self.assertEqual(self.number("SELECT count(*) FROM subscribers"), 40)
        with SmtpServer() as server:
            home.configure(server.url)
            home.do("send", "--due", at=AT)
            self.assertEqual(sorted(each.envelope_to for each in server.accepted), READERS)
            mail = parse_mail(server.accepted[0].octets)
        self.assertIn("Cheap.", mail.get_body(("plain",)).get_content())
        edition = home.json("edition", "list", at=AT)[0]
        self.assertEqual((edition["state"], edition["sent_count"]), ("sent", 40))
        self.assertEqual(len(home.json("delivery", "list", at=AT)), 40)
        home.do("subscriber", "unsubscribe", READERS[3], at=AT)
        home.do("suppression", "add", READERS[4], at=AT)
        home.do("subscriber", "erase", READERS[5], at=AT)
        self.assertEqual(self.number("SELECT count(*) FROM subscribers WHERE address LIKE 'reader05%'"), 0)
        listed = {each["address"]: each for each in home.json("subscriber", "list", at=AT)}
        self.assertNotIn(READERS[5], listed)
        for command in (("status",), ("doctor",), ("report",), ("db", "check"), ("subscriber", "export", "out.csv"), ("post", "list")):
            done = home.run(*command, at=AT)
            self.assertIn(done.returncode, (0, 69), (command, done.stdout, done.stderr))
            self.assertNotIn("database at", done.stderr)

    def test_a_dry_run_and_a_preview_change_nothing(self):
        home = self.home
        home.open_town(READERS[:3], PUBLISHED, AT)
        before = self.everything()
        told = home.do("send", "--due", "--dry-run", at=AT)
        self.assertIn("3", told)
        home.do("preview", "weekly", "--to", "preview", at=AT)
        home.do("rehearse", "--until", "2026-02-10T08:05:00+02:00", at=AT)
        home.do("status", at=AT)
        self.assertEqual(self.everything(), before)

    def everything(self):
        tables = [row[0] for row in self.home.sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")]
        return {table: sorted(self.home.sql("SELECT t::text FROM %s t" % table)) for table in tables}

    def test_pages_are_served_and_one_click_leaves(self):
        home = self.home
        home.open_town(READERS[:2], PUBLISHED, AT)
        with SmtpServer() as server:
            home.configure(server.url)
            home.do("send", "--due", at=AT)
            link = parse_mail(server.accepted[0].octets)["List-Unsubscribe"].split("<https://news.example.org")[1].split(">")[0]
            reader = server.accepted[0].envelope_to
        home.configure(digests=WEEKLY + '[web]\nlisten = "127.0.0.1:0"\n')
        serving = home.start("serve")
        try:
            base = re.search(r"http://127\.0\.0\.1:\d+", serving.stdout.readline())[0]
            request = urllib.request.Request(base + link, data=b"List-Unsubscribe=One-Click", method="POST")
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.assertEqual(answer.status, 200)
            # A server that was restarted is found again.
            Server.get().stop(signal.SIGQUIT)
            Server.get().start()
            with urllib.request.urlopen(base + link, timeout=30) as answer:
                self.assertEqual(answer.status, 200)
        finally:
            serving.terminate()
            serving.communicate(timeout=30)
        self.assertEqual(home.sql("SELECT p.state FROM subscriptions p JOIN subscribers s ON s.id = p.subscriber_id "
                                  "WHERE s.address = '%s'" % reader), [("withdrawn",)])


class Sending(Case):
    def stalled_send(self, server, after):
        """A send that waits for an answer once `after` mails were taken."""
        usual = server.action_for

        def stalling(stage, recipient):
            with server.lock:
                enough = len(server.accepted) >= after
            return "hang" if enough and stage == "mail" else usual(stage, recipient)

        server.action_for = stalling
        self.home.configure(server.url, more_smtp="connections = 2\n")
        sender = self.home.start("send", "--due", at=AT)
        with server.changed:
            server.changed.wait_for(lambda: len(server.accepted) >= after or sender.poll() is not None, 60)
        return sender

    def finished(self):
        """Who is mailed by the next runs; those in doubt wait a while."""
        with SmtpServer() as server:
            self.home.configure(server.url)
            self.assertIn(self.home.run("send", "--due", at=AT).returncode, (0, 75))
            self.home.do("deliver", at=LATER)
            return [each.envelope_to for each in server.accepted]

    def test_a_second_sender_is_told_who_sends_and_a_killed_one_lets_go(self):
        home = self.home
        home.open_town(READERS, PUBLISHED, AT)
        with SmtpServer() as first:
            sender = self.stalled_send(first, 10)
            second = home.run("deliver", at=AT)
            self.assertEqual(second.returncode, 75, second.stderr)
            self.assertIn("process %d, send" % sender.pid, second.stderr)
            self.assertIn("process %d, send" % sender.pid, home.do("status", at=AT))
            sender.kill()
            sender.communicate()
            taken = [each.envelope_to for each in first.accepted]
        again = self.finished()
        self.assertEqual(set(taken) | set(again), set(READERS))
        self.assertLessEqual(len(taken) + len(again) - len(READERS), 2 * 4, "more than what was in flight was in doubt")

    def test_a_server_that_dies_in_the_middle_of_a_send_costs_nobody_his_mail(self):
        home = self.home
        home.open_town(READERS, PUBLISHED, AT)
        with SmtpServer() as server:
            sender = self.stalled_send(server, 10)
            Server.get().stop(signal.SIGQUIT)
            taken = [each.envelope_to for each in server.accepted]
        out, err = sender.communicate(timeout=120)  # the relay is gone too, so it has nothing to wait for
        Server.get().start()
        self.assertEqual(sender.returncode, 69, out + err)
        again = self.finished()
        self.assertEqual(set(taken) | set(again), set(READERS))
        self.assertLessEqual(len(taken) + len(again) - len(READERS), 2 * 4)

    def test_a_claim_of_another_host_is_in_doubt_whatever_our_journal_says(self):
        home = self.home
        home.open_town(READERS[:6], PUBLISHED, AT)
        with SmtpServer() as server:
            sender = self.stalled_send(server, 2)
            sender.kill()
            sender.communicate()
        settled = self.number("SELECT count(*) FROM deliveries")
        self.assertEqual(self.number("SELECT count(*) FROM delivery_blocks WHERE owner <> '' AND marked = last_id"), 1, "all six may have left")
        home.sql("UPDATE delivery_blocks SET owner = 'elsewhere 0 send'")
        home.configure("smtp://127.0.0.1:1")
        home.run("deliver", at=AT)
        # Our own journal would know some answers, and that the others had not left.
        self.assertEqual(self.number("SELECT count(*) FROM attempts WHERE outcome = 'unknown'"), 6 - settled)


class Mistakes(Case):
    def refused(self, lines, status, words, command=("status",)):
        self.store_lines(lines)
        done = self.home.run(*command)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_what_is_wrong_with_store_is_told_in_one_line(self):
        url = Server.get().url
        self.refused('url = "mysql://db/news"\n', 78, "not the URL of a PostgreSQL database")
        self.refused('url = "postgresql://news:secret@db/news"\n', 78, "must not contain a password")
        self.refused('url = "postgresql:///news?password=secret"\n', 78, "must not contain a password")
        self.refused('url = "%s"\nschema = "Harbour News"\n' % url, 78, "not a plain name of a schema")
        self.refused('schema = "harbour"\n', 78, "a SQLite file has no schema")
        self.refused('password_env = "STORE"\n', 78, "no url")
        self.refused('url = "postgresql:///news?host=/nowhere"\n', 69, "cannot connect")
        self.refused('url = "%s"\n' % url.replace("/postgres?", "/nothing?"), 66, "nothing", command=("collect",))
        self.refused('url = "%s"\n' % url.replace("user=tidings", "user=nobody"), 77, "nobody", command=("collect",))
        self.refused('url = "%s"\nschema = "absent"\n' % url, 66, "no schema absent", command=("db", "check"))

    def test_another_host_is_verified_before_a_password_is_sent(self):
        self.home.write("password", "secret\n").chmod(0o600)
        self.refused('url = "postgresql://news@192.0.2.1/news?sslmode=require&connect_timeout=2"\npassword_file = "password"\n', 78,
                     "must be verified", command=("collect",))

    def test_the_password_comes_from_a_file_a_variable_or_a_command(self):
        server = Server.get()
        server.sql("DROP ROLE IF EXISTS guarded; CREATE ROLE guarded LOGIN PASSWORD 'se cret'; GRANT CREATE ON DATABASE postgres TO guarded")
        hba = server.folder / "data/pg_hba.conf"
        trusting = hba.read_text()
        try:
            hba.write_text("local all guarded scram-sha-256\n" + trusting)
            server.sql("SELECT pg_reload_conf()")
            url = 'url = "%s"\nschema = "guarded"\n' % server.url.replace("user=tidings", "user=guarded")
            self.refused(url, 77, "password", command=("collect",))
            self.home.write("password", "se cret\n").chmod(0o600)
            self.home.write("feed.xml", "<rss version='2.0'><channel><title>x</title></channel></rss>")
            for words in ('password_file = "password"\n', 'password_command = "cat password"\n', 'password_env = "STORE"\n'):
                self.store_lines(url + words)
                self.home.environment = {"STORE": "se cret"}
                self.home.do("collect")
                self.home.do("db", "backup", "copy-%s.dump" % words[9:12])
        finally:
            hba.write_text(trusting)
            server.sql("SELECT pg_reload_conf()")

    def test_a_schema_of_another_program_is_left_alone(self):
        Server.get().sql("CREATE SCHEMA theirs; CREATE TABLE theirs.wares (id int)")
        self.refused('url = "%s"\nschema = "theirs"\n' % Server.get().url, 65, "tables of another program", command=("collect",))
        self.assertEqual(Server.get().sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'theirs'").strip(), "1")

    def test_restore_names_the_tool_for_a_server(self):
        self.home.configure()
        done = self.home.run("db", "restore", "copy.dump")
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertIn("pg_restore", done.stderr)


class Copying(Case):
    def sqlite_town(self):
        """A list in SQLite, sent once."""
        self.home.open_town(READERS, PUBLISHED, AT)
        self.store_lines("")
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at="2026-01-26T05:05:00+02:00")
        with SmtpServer() as server:
            file = self.home.folder / "config.toml"
            file.write_text(file.read_text().replace("smtp://127.0.0.1:1", server.url))
            self.home.do("send", "--due", at=AT)
            self.assertEqual(len(server.accepted), 40)

    def test_a_list_moves_to_the_server_and_back_and_sends_only_when_adopted(self):
        home = self.home
        self.sqlite_town()
        url = Server.get().url
        told = home.do("db", "copy", "subscribers/tidings.db", url, "--to-schema", "moved")
        self.assertIn("subscribers: 40 rows\n", told)
        self.assertIn("copied and verified", told)
        again = home.do("db", "copy", "subscribers/tidings.db", url, "--to-schema", "moved")
        self.assertIn("subscribers: 40 rows, there already\n", again)
        home.do("db", "copy", url, "back.db", "--from-schema", "moved")
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        with sqlite3.connect(home.folder / "subscribers/tidings.db") as one, sqlite3.connect(home.folder / "back.db") as other:
            for (table,) in one.execute(tables).fetchall():
                rows = [sorted(map(repr, each.execute("SELECT * FROM %s" % table))) for each in (one, other)]
                self.assertEqual(*rows, table)
        self.store_lines('url = "%s"\nschema = "moved"\n' % url)
        refused = home.run("send", "--due", at="2026-02-02T08:05:00+02:00")
        self.assertEqual(refused.returncode, 77, refused.stderr)
        home.do("db", "adopt")
        home.do("subscriber", "add", "new@example.org", "--confirmed", at=AT)
        self.assertIn("40/40", home.do("edition", "list", at=AT))

    def test_an_interrupted_copy_goes_on_and_a_foreign_one_is_refused(self):
        home = self.home
        self.sqlite_town()
        url = Server.get().url
        home.do("db", "copy", "subscribers/tidings.db", url, "--to-schema", "broken_off")
        Server.get().sql("SET search_path = broken_off; TRUNCATE attempts, deliveries, consents")
        told = home.do("db", "copy", "subscribers/tidings.db", url, "--to-schema", "broken_off")
        self.assertIn("deliveries: 40 rows\n", told)
        self.assertIn("subscribers: 40 rows, there already\n", told)
        Server.get().sql("SET search_path = broken_off; UPDATE subscribers SET name = 'X' WHERE id = 1")
        done = home.run("db", "copy", "subscribers/tidings.db", url, "--to-schema", "broken_off")
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn("table subscribers", done.stderr)

    def test_a_backup_is_a_dump_that_pg_restore_reads(self):
        home = self.home
        home.open_town(READERS, PUBLISHED, AT)
        home.do("db", "backup", "copy.dump", at=AT)
        self.assertEqual((home.folder / "copy.dump").stat().st_mode & 0o777, 0o600)
        self.assertEqual(home.run("db", "backup", "copy.dump", at=AT).returncode, 73)
        Server.get().sql("DROP SCHEMA %s CASCADE" % home.schema)
        subprocess.run([str(postgres.PROGRAMS / "pg_restore"), "--dbname=" + Server.get().url, str(home.folder / "copy.dump")], check=True)
        self.assertEqual(self.number("SELECT count(*) FROM subscribers"), 40)
        home.do("db", "check", at=AT)
        self.assertEqual(len(home.json("subscriber", "list", at=AT)), 40)

    def test_check_finds_an_index_that_does_not_hold(self):
        home = self.home
        home.open_town(READERS[:1], PUBLISHED, AT)
        home.do("db", "check", at=AT)
        home.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'posts_link_key'::regclass")
        done = home.run("db", "check", at=AT)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn("posts_link_key", done.stderr)


if __name__ == "__main__":
    if not postgres.is_installed():
        print("PostgreSQL is not installed: skipped")
        sys.exit(postgres.SKIPPED)
    unittest.main()
