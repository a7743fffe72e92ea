"""Databases as programs before 0.1.0 left them: tests/data/schema/0001.sql and the steps of src/store/migrations/before_0_1.

rows/NNNN.sql beside the first schema fills what schema NNNN has added.
"""
import pathlib
import re
import sqlite3

TOP = pathlib.Path(__file__).resolve().parents[2]
FIRST = TOP / "tests/data/schema/0001.sql"
STEPS = TOP / "src/store/migrations/before_0_1"
ROWS = TOP / "tests/data/schema/rows"
APPLICATION = 1414087751
BEFORE = range(1, 15)  # the versions before 0.1.0


def build(path, version, filled=False):
    """A database of schema `version` at `path`, which must not exist."""
    with sqlite3.connect(path) as database:
        for number in range(1, version + 1):
            step = FIRST if number == 1 else STEPS / ("%04d.sql" % number)
            database.executescript(step.read_text(encoding="utf-8"))
            rows = ROWS / ("%04d.sql" % number)
            if filled and rows.exists():
                database.executescript(rows.read_text(encoding="utf-8"))
        database.executescript("PRAGMA application_id = %d; PRAGMA user_version = %d;" % (APPLICATION, version))
    database.close()


def schema(path):
    """What the schema says, comments, blanks and quotes of names aside."""
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
    database.close()
    return sorted((kind, name, table, plain(sql)) for kind, name, table, sql in rows)


def plain(sql):
    sql = re.sub(r"--[^\n]*", "", sql).replace('"', "")
    return re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", sql)).strip()


def rows(path):
    """{table: [{column: value}]}, each table in a fixed order."""
    with sqlite3.connect(path) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
                  if name == "sqlite_sequence" or not name.startswith("sqlite_")]
        found = {}
        for table in tables:
            cursor = database.execute("SELECT * FROM %s" % table)
            columns = [each[0] for each in cursor.description]
            found[table] = sorted((dict(zip(columns, row)) for row in cursor), key=repr)
    database.close()
    return found
