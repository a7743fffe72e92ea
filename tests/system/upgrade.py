"""A database of each schema before 0.1.0 is opened and brought over with its data, and then is like a fresh one."""
import sqlite3
import unittest

import old_store
from tidings import Home

AT = "2026-01-05T10:00:00+02:00"
RELEASE_VERSION = 15  # of 0.1.0
STORE = "subscribers/tidings.db"


def fresh_schema():
    with Home() as home:
        home.configure()
        home.run("collect")
        return old_store.schema(home.folder / STORE)


def put_together(tables):
    """The texts of bodies as schemas before 15 had them: whole."""
    editions = {row["id"]: row["edition_id"] for row in tables["segments"]}
    parts = {(row["edition_id"], str(row["number"])): row["bytes"] for row in tables["edition_parts"]}
    for row in tables["segment_bodies"]:
        for column in ("text", "html"):
            row[column] = "".join(parts[editions[row["segment_id"]], number] for number in row[column + "_parts"].split())


class Upgrade(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.fresh = fresh_schema()

    def home_of(self, version):
        home = self.enterContext(Home())
        home.configure(sources=("harbour.xml",))
        (home.folder / STORE).parent.mkdir()
        old_store.build(home.folder / STORE, version, filled=True)
        return home, home.folder / STORE

    def test_every_table_of_the_old_schemas_has_rows_to_lose(self):
        _, path = self.home_of(14)
        self.assertEqual([table for table, rows in old_store.rows(path).items() if not rows], [])

    def test_an_upgraded_schema_is_that_of_a_fresh_database(self):
        for version in old_store.BEFORE:
            with self.subTest(version=version):
                home, path = self.home_of(version)
                home.do("db", "migrate")
                self.assertEqual(old_store.schema(path), self.fresh)
                with sqlite3.connect(path) as database:
                    self.assertGreaterEqual(database.execute("PRAGMA user_version").fetchone()[0], RELEASE_VERSION)
                    self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
                    self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
                database.close()

    def test_no_row_and_no_value_is_lost(self):
        for version in old_store.BEFORE:
            with self.subTest(version=version):
                home, path = self.home_of(version)
                before = old_store.rows(path)
                home.do("db", "migrate")
                after = old_store.rows(path)
                put_together(after)
                for table, rows in before.items():
                    if version < 9 and table == "facts":
                        rows = rows + [{"name": "refusals_judged", "value": "1"}]
                    columns = rows[0].keys()
                    kept = [{column: row[column] for column in columns} for row in after[table]]
                    self.assertEqual(sorted(kept, key=repr), sorted(rows, key=repr), table)

    def test_a_digest_owes_what_it_owed_before_the_upgrade(self):
        for version in range(1, 10):
            with self.subTest(version=version):
                home, path = self.home_of(version)
                home.do("db", "migrate")
                owed = {row["name"]: (row["known_since_ms"], row["owed_from_ms"]) for row in old_store.rows(path)["digests"]}
                self.assertEqual(owed, {"weekly": (1766995200000, 1766390400000), "daily": (1767600000000, 1767513600000),
                                        "monthly": (1766900000000, 0)})

    def test_the_commands_go_on_with_what_was_there(self):
        for version in old_store.BEFORE:
            with self.subTest(version=version):
                home, _ = self.home_of(version)
                home.do("post", "hide", "1", at=AT)  # the first command that writes brings the file over
                people = home.json("subscriber", "list", at=AT)
                self.assertEqual([row["address"] for row in people], ["Ada@harbour.example", "bob@bob.example"])
                editions = home.json("edition", "list", at=AT)
                self.assertEqual(len(editions), 3)
                deliveries = home.json("delivery", "list", at=AT)
                self.assertEqual([row["state"] for row in deliveries], ["sent", "bounced", "planned", "deferred"])
                self.assertIn("intact", home.do("db", "check", at=AT))
                home.do("status", at=AT)

    def test_an_id_of_somebody_who_is_gone_is_not_used_again(self):
        for version in (1, 7, 8, 14):
            with self.subTest(version=version):
                home, path = self.home_of(version)
                home.do("subscriber", "add", "new@sea.example", "--digest", "weekly", "--confirmed", at=AT)
                ids = [row["id"] for row in old_store.rows(path)["subscribers"] if row["address"] == "new@sea.example"]
                self.assertEqual(ids, [5])

    def test_what_only_reads_asks_for_the_upgrade_and_changes_nothing(self):
        home, path = self.home_of(14)
        before = path.read_bytes()
        told = home.run("subscriber", "list", at=AT)
        self.assertEqual(told.returncode, 65)
        self.assertRegex(told.stderr, r"schema version 14, this program needs \d+ \(run \"tidings db migrate\"\)")
        home.run("send", "--due", "--dry-run", at=AT)  # works on a copy that is brought over in memory
        self.assertEqual(path.read_bytes(), before)

    def test_views_of_another_build_are_replaced(self):
        home, path = self.home_of(14)
        home.do("db", "migrate")
        with sqlite3.connect(path) as database:
            database.executescript("DROP VIEW recipients; CREATE VIEW recipients AS SELECT 1; CREATE VIEW old AS SELECT 2;")
        database.close()
        home.do("subscriber", "list", at=AT, status=65)
        home.do("db", "migrate", at=AT)
        home.do("subscriber", "list", at=AT)
        self.assertEqual(old_store.schema(path), self.fresh)


if __name__ == "__main__":
    unittest.main()
