"""Backups are whole and rotate, a restored one sends only when told, and damage is found before it does harm."""
import datetime
import os
import random
import sqlite3
import subprocess
import unittest

from smtp_server import SmtpServer
from tidings import BINARY, Home

UTC = datetime.timezone.utc
AT = datetime.datetime(2026, 1, 26, 6, 5, tzinfo=UTC)
DAY = datetime.timedelta(days=1)
READERS = ["reader%03d@example.org" % number for number in range(120)]


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.open_town(READERS, AT - 4 * DAY, AT)
        self.store = self.home.folder / "subscribers/tidings.db"

    def names(self, folder="copies"):
        return sorted(each.name for each in (self.home.folder / folder).iterdir())


class Backup(Case):
    def test_a_folder_keeps_the_newest(self):
        (self.home.folder / "copies").mkdir()
        self.home.write("copies/tidings-notes.db", "not ours")
        for days in range(5):
            said = self.home.do("db", "backup", "copies", "--keep", "3", at=AT + days * DAY)
        self.assertIn("deleted copies/tidings-2026-01-27T06-05-00Z.db", said)
        self.assertEqual(self.names(), ["tidings-2026-01-28T06-05-00Z.db", "tidings-2026-01-29T06-05-00Z.db",
                                        "tidings-2026-01-30T06-05-00Z.db", "tidings-notes.db"])
        self.assertEqual((self.home.folder / "copies/tidings-2026-01-30T06-05-00Z.db").stat().st_mode & 0o777, 0o600)

    def test_a_folder_is_restored_from_its_newest_copy(self):
        self.home.do("db", "backup", "copies/", at=AT)
        self.home.do("subscriber", "add", "new@example.org", "--confirmed", at=AT)
        self.home.do("db", "backup", "copies/", at=AT + DAY)
        for each in self.store.parent.glob("tidings.db*"):
            each.unlink()
        self.home.do("db", "restore", "copies", at=AT + DAY)
        self.assertIn("new@example.org", self.home.do("subscriber", "list", "--search", "new@", at=AT + DAY))
        self.assertEqual(self.home.run("send", "--due", at=AT + DAY).returncode, 77)

    def test_a_number_to_keep_needs_a_folder_and_a_folder_without_copies_restores_nothing(self):
        self.assertEqual(self.home.run("db", "backup", "copy.db", "--keep", "3", at=AT).returncode, 64)
        (self.home.folder / "copies").mkdir()
        self.store.rename(self.home.folder / "away.db")
        done = self.home.run("db", "restore", "copies", at=AT)
        self.assertEqual(done.returncode, 66, done.stderr)

    def test_a_copy_of_damaged_data_is_no_backup(self):
        damage(self.store, self.page_of("subscribers"))
        self.assertEqual(self.home.run("db", "backup", "copies/", at=AT).returncode, 65)
        self.assertEqual(self.names(), [])

    def page_of(self, table):
        with sqlite3.connect(self.store) as database:
            return database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]


def damage(path, page, octets=bytes(range(200))):
    """Overwrites the head of a page, with all of the log in the file first."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = database.execute("PRAGMA page_size").fetchone()[0]
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(octets)


class Damage(Case):
    def test_a_send_looks_first_when_the_last_look_is_old(self):
        with SmtpServer() as server:
            self.home.configure(server.url)
            with sqlite3.connect(self.store) as database:
                page = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'web_limits'").fetchone()[0]
            damage(self.store, page)
            done = self.home.run("send", "--due", at=AT)
            self.assertEqual((done.returncode, server.accepted), (65, []), done.stderr)
            self.assertIn("is damaged", done.stderr)
            self.assertEqual(self.home.run("db", "check", "--quick", at=AT).returncode, 65)

    def test_flipped_bits_never_end_in_a_signal(self):
        """Whatever a disk makes of the file, each command ends with an error in words, or does not meet the damage."""
        with SmtpServer() as server:
            self.home.configure(server.url)
            self.home.do("send", "--due", at=AT)
        with sqlite3.connect(self.store) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sound = self.store.read_bytes()
        self.home.configure("drop:out")
        commands = (("status",), ("edition", "show", "weekly#1"), ("report", "weekly#1"), ("subscriber", "list"), ("post", "list"),
                    ("delivery", "list"), ("preview", "weekly#1", "--to", "shown"), ("send", "weekly", "--now"), ("db", "check"),
                    ("db", "prune"), ("archive", "build", "site"), ("subscriber", "erase", READERS[3]), ("doctor",))
        chance = random.Random(20)
        for turn in range(int(os.environ.get("FLIPS", "40"))):
            damaged = bytearray(sound)
            for _ in range(chance.choice((1, 3, 30, 300))):
                # The schema and its neighbours are met by every command; the rest of the file as it comes.
                at = chance.randrange(len(sound)) if chance.random() < 0.7 else chance.randrange(100, 40000)
                damaged[at] ^= 1 << chance.randrange(8)
            for each in self.store.parent.glob("tidings.db-*"):
                each.unlink()
            self.store.write_bytes(damaged)
            for command in chance.sample(commands, 5):
                done = subprocess.run([BINARY, "--at", (AT + DAY).isoformat(), *command], cwd=self.home.folder, capture_output=True, timeout=120)
                self.assertFalse(done.returncode < 0 or done.returncode == 70,
                                 "turn %d, %s: %d\n%s" % (turn, " ".join(command), done.returncode, done.stderr.decode("utf-8", "replace")))


if __name__ == "__main__":
    unittest.main()
