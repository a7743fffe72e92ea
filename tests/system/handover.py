"""How mail is handed over, and what is told when that goes wrong: Maildirs, a sendmail program, logins, deliveries that an admin retries,
mailboxes that cannot be read.
"""
import collections
import datetime
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

import smtp_server
from smtp_server import Rule, SmtpServer
from tidings import WEEKLY, Article, Home, parse_mail, rss

AT = "2026-01-26T08:05:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
READERS = ["reader%02d@example.org" % number for number in range(6)]
SECRET = "s3cret-Ferry&Quay"


class Handover(unittest.TestCase):
    def setUp(self):
        self.home = self.town()

    def town(self):
        home = Home()
        self.addCleanup(home.__exit__)
        home.open_town(READERS, PUBLISHED, AT)
        return home

    @staticmethod
    def first_edition(home):
        return next(each for each in home.json("edition", "list") if each["number"] == 1)

    # ---- Maildir ----

    def test_newsletters_that_share_a_maildir_overwrite_nothing(self):
        box = self.home.folder / "box"
        homes = [self.home, self.town(), self.town()]
        for home in homes:
            home.configure("maildir:%s" % box)
            home.do("send", "--due", at=AT)
        files = list((box / "new").iterdir())
        self.assertEqual(len(files), len(homes) * len(READERS))
        for file in files:
            seconds, unique, host = file.name.split(".", 2)
            self.assertTrue(seconds.isdigit() and host, file.name)
            self.assertRegex(unique, r"^M\d{6}P\d+Q\d+$")
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(len({parse_mail(file.read_bytes())["Message-ID"] for file in files}), len(files))
        self.assertEqual(list((box / "tmp").iterdir()), [])

    def test_what_is_sent_again_is_another_mail_of_the_maildir(self):
        self.home.configure("maildir:box")
        self.home.do("send", "--due", at=AT)
        first = set((self.home.folder / "box/new").iterdir())
        self.home.do("test", "weekly#1", "editor@example.org", at=AT)
        self.home.do("test", "weekly#1", "editor@example.org", at=AT)
        self.assertEqual(len(set((self.home.folder / "box/new").iterdir()) - first), 2)
        self.assertTrue(first < set((self.home.folder / "box/new").iterdir()))

    # ---- a program ----

    def test_doctor_names_a_program_or_folder_that_cannot_take_mail(self):
        for url, word in (("sendmail:/nowhere/sendmail", "/nowhere/sendmail"), ("sendmail:%s" % self.home.folder, "cannot be executed"),
                          ("maildir:feed.xml", "not a folder"), ("drop:feed.xml", "not a folder")):
            with self.subTest(url):
                self.home.configure(url)
                done = self.home.run("doctor", at=AT)
                self.assertEqual(done.returncode, 78, done.stdout + done.stderr)
                self.assertIn(word, done.stdout)
        self.home.write("mailer", "#!/bin/sh\ncat >/dev/null\n").chmod(0o755)
        self.home.configure("sendmail:mailer", more_smtp="[dkim]\nsigned_by_relay = true\n")
        self.assertIn("accepts mail", self.home.do("-v", "doctor", at=AT))

    def program(self, script, name="mailer"):
        self.home.write(name, "#!/bin/sh\n" + script).chmod(0o755)
        self.home.configure("sendmail:" + name, more_smtp="[dkim]\nsigned_by_relay = true\n")

    def test_a_program_that_hangs_is_ended_with_the_run(self):
        for script, state in (("cat > /dev/null\nexec sleep 600\n", "in_doubt"), ("exec sleep 600\n", "deferred")):
            with self.subTest(state):
                self.home = self.town()
                # More than a pipe holds, so that a program that does not read has not got it all.
                self.home.write("feed.xml", rss("Town", [Article("Post %d" % n, "https://town.example/%d" % n, PUBLISHED, PUBLISHED,
                                                                 "<p>%s</p>" % ("Bread is cheap in town. " * 15)) for n in range(90)]))
                self.program(script)
                began = time.monotonic()
                done = self.home.run("send", "--due", "--time-budget", "1s", at=AT)
                self.assertEqual(done.returncode, 75, done.stderr)
                self.assertLess(time.monotonic() - began, 60)
                states = collections.Counter(each["state"] for each in self.home.json("delivery", "list", at=AT))
                self.assertEqual(states, {state: 1, "planned": len(READERS) - 1})
                self.assertIn("did not end, and was killed", "".join(each["reply"] or "" for each in self.home.json("delivery", "list", at=AT)))

    def test_a_program_whose_name_has_a_blank_is_recovered_under_that_name(self):
        self.program('cat > /dev/null\ncase "$5" in reader03@*) kill -9 $PPID; exit 0;; esac\n', name="my mailer")
        self.assertEqual(self.home.run("send", "--due", at=AT).returncode, -signal.SIGKILL)
        self.program("cat > /dev/null\n", name="my mailer")
        self.home.run("send", "--due", at=AT)  # who was in doubt waits a while
        self.home.do("deliver", at=datetime.datetime.fromisoformat(AT) + datetime.timedelta(hours=1))
        self.assertEqual({(each["state"], each["relay"], each["reply"]) for each in self.home.json("delivery", "list", at=AT)},
                         {("sent", "my mailer", "2.0.0 accepted by my mailer")})

    # ---- folders and names ----

    def test_newsletters_that_share_a_folder_overwrite_nothing(self):
        box = self.home.folder / "box"
        homes = [self.home, self.town()]
        for home in homes:
            home.configure("drop:%s" % box)
            home.do("send", "--due", at=AT)
        self.assertEqual(len(list(box.glob("*.eml"))), len(homes) * len(READERS))

    def test_what_takes_the_mail_has_the_name_that_it_is_given(self):
        for url, usual in (("maildir:box", "maildir"), ("drop:out", "drop"), ("sendmail:mailer", "mailer")):
            for name in (None, "harbour"):
                with self.subTest(url=url, name=name):
                    self.home = self.town()
                    self.home.write("mailer", "#!/bin/sh\ncat > /dev/null\n").chmod(0o755)
                    self.home.configure(url, more_smtp=('name = "%s"\n' % name if name else "") + "[dkim]\nsigned_by_relay = true\n")
                    self.home.do("send", "--due", at=AT)
                    self.assertEqual({each["relay"] for each in self.home.json("delivery", "list", at=AT)}, {name or usual})
                    self.assertEqual([each["relay"] for each in self.home.json("status", at=AT)[-1]["relays"]], [name or usual])

    # ---- logins ----

    def test_a_relay_that_wants_tls_before_the_login_is_told_with_the_key_to_set(self):
        with SmtpServer(features=("STARTTLS", "SIZE 1000000")) as server:
            self.home.write("password", SECRET + "\n").chmod(0o600)
            self.home.configure(server.url, more_smtp='username = "news"\npassword_file = "password"\n')
            done = self.home.run("send", "--due", at=AT)
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("offers no login (AUTH) before STARTTLS", done.stderr)
        self.assertIn('tls = "require"', done.stderr)

    def test_a_key_of_the_other_kind_is_a_mistake_of_the_configuration(self):
        for kind, key, other in ((), "ed25519_key_file", "key_file"), (("--ed25519",), "key_file", "ed25519_key_file"):
            with self.subTest(key):
                self.home.do("dkim", "keygen", key + ".pem", *kind, at=AT)
                self.home.configure("drop:out", more_smtp='[dkim]\nselector = "s"\ned25519_selector = "e"\n%s = "%s.pem"\n' % (key, key))
                done = self.home.run("send", "--due", at=AT)
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertIn("it belongs to " + other, done.stderr)
                self.assertIn("belongs to " + other, self.home.do("doctor", at=AT, status=78))

    def test_a_length_of_time_without_a_unit_gets_the_hint(self):
        self.home.configure(digests=WEEKLY + "[delivery]\nmax_lateness = 36\n")
        done = self.home.run("config", "check", at=AT)
        self.assertEqual(done.returncode, 78)
        self.assertIn('"36h"', done.stderr)

    def test_a_password_that_a_relay_quotes_is_neither_told_nor_kept(self):
        async def do_auth(session, rest):
            await session.say("535 5.7.8 %s and %s are not right" % (rest, SECRET))

        smtp_server.Session.do_auth = do_auth
        self.addCleanup(lambda: delattr(smtp_server.Session, "do_auth"))
        with SmtpServer(features=("AUTH PLAIN", "SIZE 1000000")) as server:
            self.home.write("password", SECRET + "\n").chmod(0o600)
            self.home.configure(server.url, more_smtp='username = "news"\npassword_file = "password"\n')
            spoken = []
            for command in (("-vv", "send", "--due"), ("status",), ("status", "--json"), ("doctor", "--smtp"), ("delivery", "list")):
                done = self.home.run(*command, at=AT)
                spoken.append(done.stdout + done.stderr)
            auth = [line.split()[-1] for _, line in server.commands if line.startswith(b"AUTH PLAIN ")]
        self.assertTrue(auth, "nobody logged in")
        said = "\n".join(spoken)
        self.assertIn("535", said)
        self.assertIn("(password)", said)
        files = b"".join(path.read_bytes() for path in (self.home.folder / "subscribers").rglob("*") if path.is_file())
        for form in (SECRET.encode(), *auth):
            self.assertNotIn(form, said.encode())
            self.assertNotIn(form, files)

    # ---- retries by hand ----

    def test_a_failed_delivery_of_a_finished_edition_is_sent_after_a_retry(self):
        for command in (("deliver",), ("send", "--due"), ("deliver", "weekly#1")):
            for days in (0, 20):
                with self.subTest(command=command, days=days), SmtpServer() as server:
                    home = self.town()
                    server.rules = [Rule("rcpt", "550 5.2.1 mailbox disabled", to=READERS[3], times=1)]
                    home.configure(server.url)
                    home.do("send", "--due", at=AT)
                    self.assertEqual(self.first_edition(home)["state"], "sent")
                    self.assertEqual(len(server.take()), len(READERS) - 1)
                    # Long after it was due: an admin asked, so it is not too late.
                    now = datetime.datetime.fromisoformat(AT) + datetime.timedelta(days=days, minutes=10)
                    server.rules = [Rule("rcpt", "450 4.2.0 greylisted", to=READERS[3], times=1)]
                    self.assertIn("is due now", home.do("delivery", "retry", "weekly#1", "--state", "failed", at=now))
                    self.assertEqual(self.first_edition(home)["state"], "sending")
                    # Greylisted at first: the new tries have their own time, and are not given up for the old ones.
                    # By then the digest's own next edition is held for being late.
                    held = command[0] == "send" and days > 0
                    self.assertEqual(home.run(*command, at=now).returncode, 69 if held else 75)
                    home.do(*command, at=now + datetime.timedelta(minutes=20), status=69 if held else 0)
                    mails = [mail.envelope_to for mail in server.take() if mail.envelope_to == READERS[3]]
                    self.assertEqual(mails, [READERS[3]])
                    edition = self.first_edition(home)
                    self.assertEqual((edition["state"], edition["sent_count"]), ("sent", len(READERS)))

    def test_nothing_of_a_cancelled_edition_is_retried(self):
        with SmtpServer([Rule("rcpt", "550 5.2.1 mailbox disabled", to=READERS[3]), Rule("rcpt", "450 4.2.0 later", to=READERS[4])]) as server:
            self.home.configure(server.url)
            self.assertEqual(self.home.run("send", "--due", at=AT).returncode, 75)
            self.home.do("edition", "cancel", "weekly#1", at=AT)
            states = collections.Counter(each["state"] for each in self.home.json("delivery", "list", at=AT))
            self.assertEqual(states, {"sent": len(READERS) - 2, "failed": 2}, "what was deferred is given up")
            done = self.home.run("delivery", "retry", "weekly#1", "--state", "failed", at=AT)
            self.assertEqual(done.returncode, 64, done.stderr)
            self.assertIn("cancelled", done.stderr)

    def test_the_posts_of_an_edition_that_reached_nobody_are_free_and_no_others(self):
        self.home.configure("smtp://127.0.0.1:1")
        self.assertEqual(self.home.run("send", "--due", at=AT).returncode, 69)
        self.assertIn("its posts are free", self.home.do("edition", "cancel", "weekly#1", at=AT))
        with SmtpServer([Rule("rcpt", "450 4.2.0 later", to=READERS[4])]) as server:
            self.home.configure(server.url)
            later = datetime.datetime.fromisoformat(AT) + datetime.timedelta(hours=1)
            self.assertEqual(self.home.run("send", "weekly", "--now", at=later).returncode, 75)
            self.assertEqual(len(server.take()), len(READERS) - 1)
            self.assertIn("5 readers may have it, so its posts count as sent", self.home.do("edition", "cancel", "weekly#2", at=later))
            self.assertIn("no posts", self.home.do("send", "weekly", "--now", "--dry-run", at=later + datetime.timedelta(hours=1)))

    def test_what_was_planned_of_a_cancelled_edition_is_settled_as_called_off(self):
        self.home.do("collect", at=AT)
        self.home.do("compose", "--due", at=AT)
        self.home.do("edition", "cancel", "weekly#1", at=AT)
        self.assertEqual({(each["state"], each["reply"], each["due"]) for each in self.home.json("delivery", "list", at=AT)},
                         {("suppressed", "the edition was cancelled", None)})
        edition = self.first_edition(self.home)
        self.assertEqual((edition["state"], edition["planned_count"]), ("cancelled", 0))

    # ---- mailboxes ----

    @unittest.skipIf(os.geteuid() == 0 and not pathlib.Path("/usr/bin/setpriv").exists(), "root reads everything")
    def test_a_mail_that_cannot_be_read_is_named_and_the_others_are_taken(self):
        new = self.home.folder / "Maildir/new"
        new.mkdir(parents=True)
        (new / "1.a").symlink_to("2.nowhere")
        (new / "2.locked").write_bytes(b"Subject: locked\n\nno\n")
        (new / "2.locked").chmod(0)
        (new / "3.good").write_bytes(b"From: a@example.org\nSubject: hello\n\nNot a report.\n")
        command = self.home.command("bounce", "ingest", "--maildir", "Maildir", at=AT)
        if os.geteuid() == 0:
            command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
        done = subprocess.run(command, cwd=self.home.folder, capture_output=True, text=True, timeout=60)
        self.assertIn("2.locked", done.stderr)
        self.assertIn("Permission denied", done.stderr)
        self.assertTrue((new / "2.locked").exists())
        self.assertFalse((new / "3.good").exists(), done.stdout + done.stderr)

    def test_a_mailbox_whose_certificate_is_not_trusted_says_so_and_how_to_trust_it(self):
        key, certificate = self.home.folder / "key.pem", self.home.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve():
                while True:
                    try:
                        connection, _ = listener.accept()
                    except OSError:
                        return
                    try:
                        context.wrap_socket(connection, server_side=True).close()
                    except OSError:
                        connection.close()

            threading.Thread(target=serve, daemon=True).start()
            self.home.write("password", "secret\n").chmod(0o600)
            self.home.configure(more_smtp='[bounce]\nimap = "imaps://127.0.0.1:%d"\nusername = "b"\npassword_file = "password"\n'
                                % listener.getsockname()[1])
            done = self.home.run("bounce", "ingest", at=AT)
            listener.shutdown(socket.SHUT_RDWR)
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("certificate is not trusted", done.stderr)
        self.assertIn("ca_file", done.stderr)


if __name__ == "__main__":
    unittest.main()
