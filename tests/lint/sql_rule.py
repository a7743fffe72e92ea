"""Compiles every SQL statement in src/ against the schema and fails on one that breaks the rule of the rooms.

Only the owner of a table, as named above it in src/store/migrations, writes it; only its room reads it; another room reads the
views of src/store/views.sql. SQLite itself says which tables a statement reads and writes. Rooms above web hold no SQL.
A state that is a number (deliveries.state) has its name beside it, "state = 1 /* planned */", as the schema spells it.
"""
import pathlib
import re
import sqlite3
import sys

SRC = pathlib.Path(__file__).resolve().parents[2] / "src"
STORE = SRC / "store"
ROOMS = ["source", "post", "digest", "subscriber", "message", "delivery", "bounce", "web"]
ABOVE = {"app/trouble_table.cpp"}  # a room of jobs has a table: what they found to be wrong concerns all rooms, and none below knows it
NO_SQL = {
    "bounce/mailbox.cpp": "commands of IMAP",
    "store/copy.cpp": "each table as the schema describes it",
    "store/sqlite.cpp": "PRAGMAs with numbers, and the names of views and indexes in DROP",
    "store/postgres.cpp": "the server's catalogue, and tables of the driver's own",
    "store/postgres_connection.cpp": "settings of a session",
    "store/postgres_sql.cpp": "puts SQL together",
    "store/postgres_statement.cpp": "cursors",
    "store/sender_lock.cpp": "a table of the PostgreSQL driver's own",
}
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "CREATE", "DROP", "ALTER", "PRAGMA", "BEGIN", "COMMIT",
         "ROLLBACK", "VACUUM", "ATTACH", "REINDEX", "ANALYZE", "SAVEPOINT", "RELEASE")
TOKEN = re.compile(r'''
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | R"(?P<delimiter>[^()\s\\]{0,16})\((?P<raw>.*?)\)(?P=delimiter)"
  | "(?P<text>(?:[^"\\\n]|\\.)*)"
  | '(?:[^'\\\n]|\\.)+'
  | (?P<number>\d[\w']*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<line>\\?\n)
  | (?P<other>\S)''', re.X | re.S)


class AnyValue(dict):
    """A value for every named parameter."""

    def __missing__(self, name):
        return None


def literals(source: str):
    """(line, text) of each run of adjacent string literals, macros that are such runs put in."""
    macros, name, define, run, start = {}, None, False, [], 0

    def end_of_run():
        return [(start, "".join(run))] if run else []

    def unescaped(text: str) -> str:
        return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text)

    joined = re.sub(r"\\\n", "  ", source)  # a macro is one line; lines are counted in `source`
    for match in TOKEN.finditer(joined):
        kind = match.lastgroup
        if match["comment"] is not None:
            continue
        if match["raw"] is not None or match["text"] is not None or (match["name"] in macros and name is None):
            if not run:
                start = source.count("\n", 0, match.start()) + 1
            run.append(match["raw"] if match["raw"] is not None
                       else unescaped(match["text"]) if match["text"] is not None else macros[match["name"]])
            continue
        if kind == "line":
            if name:
                macros[name] = "".join(run)
                name, run = None, []
            continue
        yield from end_of_run()
        run = []
        if match["name"]:
            if define:
                name, define = match["name"], False
            else:
                define = match["name"] == "define"
        else:
            define = False
    yield from end_of_run()


def schema():
    """A fresh database, and the owner ("room/file") of each table. All rooms may read the views."""
    database = sqlite3.connect(":memory:")
    database.create_function("lookup", 3, lambda *_: None)
    database.create_function("server_ms", 0, lambda: 0)
    owners, owner = {}, None
    files = sorted((STORE / "migrations").glob("*.sql"))
    for file in files + [STORE / "views.sql"]:
        if not file.exists():
            continue
        text = file.read_text(encoding="utf-8")
        database.executescript(text)
        for line in text.splitlines():
            if match := re.match(r"-- owner: (\w+/\w+)", line):
                owner = match[1]
            elif match := re.match(r"CREATE TABLE (\w+)", line):
                owners[match[1]] = owner
    kinds = dict(database.execute("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view')"))
    tables = {name for name, kind in kinds.items() if kind == "table" and not name.startswith("sqlite_")}
    views = {name for name, kind in kinds.items() if kind == "view"}
    return database, {name: owners.get(name) for name in tables}, views


def used(database: sqlite3.Connection, sql: str, views):
    """(tables and views read, tables written) by a statement, what a view reads for it left out; None if it does not compile."""
    reads, writes = set(), set()

    def note(action, first, _second, _database, inner):
        if action == sqlite3.SQLITE_READ and inner not in views:
            reads.add(first)
        elif action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE):
            writes.add(first)
        return sqlite3.SQLITE_OK

    database.set_authorizer(note)
    try:
        database.execute("EXPLAIN " + sql, AnyValue()).close()
    finally:
        database.set_authorizer(None)
    return reads, writes


STATES = dict(re.findall(r"\b([1-8]) ([a-z_]+)", re.search(
    r"--   1 planned[^\n]*", (STORE / "migrations/0001_initial.sql").read_text(encoding="utf-8"))[0]))


def nameless_states(text: str):
    """Comparisons of a state with bare numbers, or with the names of others."""
    for match in re.finditer(r"(state (?:=|<>|IN|NOT IN) )(\d|\([\d, ]+\))( /\* ([^*]*) \*/)?", text):
        if match[4] != ", ".join(STATES.get(number, "?") for number in re.findall(r"\d", match[2])):
            yield match[0]


# What SQLite speaks alone (docs/scale.md); max and min of several values, which are functions there, are CASE.
ONE_ENGINE = re.compile(r"""\b(INSERT\s+OR|REPLACE\s+INTO|GLOB|rowid|typeof|ifnull|iif|strftime|datetime|julianday|unixepoch|json_\w+|
    group_concat|total|printf|hex|char|unicode|quote|randomblob|last_insert_rowid|changes|IS\s+:\w+|COLLATE\s+NOCASE|PRAGMA|INDEXED\s+BY)\b
    |\bx'|==|\b(?:min|max)\s*\((?:[^()]|\([^()]*\))*,|WHEN\s+:\w+\s+THEN""", re.X | re.I)


def is_sql(text: str) -> bool:
    words = text.split(None, 1)
    return bool(words) and words[0] in VERBS and (len(words) > 1 or words[0] in ("BEGIN", "COMMIT", "ROLLBACK", "VACUUM"))


def whole(text: str) -> str:
    """What store::RowBatch completes, completed."""
    match = re.fullmatch(r"INSERT INTO \w+ \(([^()]*)\)", text.strip())
    return text if not match else text + " SELECT " + ", ".join("NULL" for _ in match[1].split(","))


def owns(file: pathlib.Path, owner: str) -> bool:
    """The owner's own file, or another of its class: one whose opening comment names the owner's header."""
    name = file.relative_to(SRC).with_suffix("").as_posix()
    room, table = owner.split("/")
    first = file.read_text(encoding="utf-8").split("\n", 1)[0]
    return name == owner or name.startswith(room + "/") and first.startswith("// ") and f" {table}.hpp" in first


def main() -> int:
    database, owners, views = schema()
    breaches, statements = [], 0
    for table, owner in sorted(owners.items()):
        if owner is None or not (SRC / f"{owner}.cpp").exists():
            breaches.append(f"table {table}: no owner is named above it, or there is no such file")
    for file in sorted(SRC.rglob("*.[ch]pp")):
        room = file.relative_to(SRC).parts[0]
        if file.relative_to(SRC).as_posix() in NO_SQL:
            continue
        for line, text in literals(file.read_text(encoding="utf-8")):
            if not is_sql(text):
                continue
            place = f"{file.relative_to(SRC)}:{line}"
            statements += 1
            if room not in ROOMS + ["store"] and file.relative_to(SRC).as_posix() not in ABOVE:
                breaches.append(f"{place}: no SQL here: ask the room that owns the table")
            if match := ONE_ENGINE.search(re.sub(r"'[^']*'", "''", text)):
                breaches.append(f"{place}: PostgreSQL does not speak it: {match[0]}")
            for state in nameless_states(text):
                breaches.append(f"{place}: name the state: {state}")
            try:
                reads, writes = used(database, whole(text), views)
            except sqlite3.Error as error:
                breaches.append(f"{place}: does not compile: {error}")
                continue
            for table in sorted(reads - views - writes):
                if table in owners and owners[table].split("/")[0] != room:
                    breaches.append(f"{place}: reads {table} of {owners[table]}")
            for table in sorted(writes):
                if table in owners and not owns(file, owners[table]):
                    breaches.append(f"{place}: writes {table} of {owners[table]}")
    for breach in breaches:
        print(breach)
    if statements == 0:
        print("no SQL found: is src/ where it was?")
        return 1
    print(f"{statements} statements compiled, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
