"""Reads every #include in src/ and fails on one that breaks the dependency rule (docs/architecture.md).

base <- store <- rooms (source .. web) <- config <- sending <- edition <- members <- returns <- site <- app <- cli <- main.
A room up to web may include base, store, itself, and the noun header (post/post.hpp) of a room to its left; the others, what
lies below them. cli hands a Context to the rooms below and opens no table: only cli/session knows the store, and no file there
includes the header of a table or names its class. SQLite and libpq are known to store/ alone.
"""
import pathlib
import re
import sys

ROOMS = ["source", "post", "digest", "subscriber", "message", "delivery", "bounce", "web"]
ABOVE = ["config", "sending", "edition", "members", "returns", "site", "app", "cli"]
OUTER = {"base": ["base"], "store": ["base", "store"]}
TABLE_HEADERS = re.compile(r"\w+/(\w+_table|ledger|journal|suppression|consent|confirmation|token)\.hpp|store/\w+\.hpp")
TABLES = re.compile(r"\b(\w+Table|Ledger|KeyRing|Suppressions|ConsentLog|Confirmations|StormWatch)[ ({]|"
                    r"\bdatabase\w*(\.|->)(prepare|begin|execute)\(|\bDatabase::open|\bSenderLock::")
ENGINES = re.compile(r'\s*#\s*include\s+[<"]([\w/]*(sqlite3|libpq)[\w/-]*\.h|store/(driver|sqlite|postgres\w*)\.hpp)[>"]')
src = pathlib.Path(__file__).resolve().parents[2] / "src"


def allowed(file: pathlib.Path, included: str) -> bool:
    room = file.relative_to(src).parts[0]
    target, header = included.split("/", 1)
    if room == "main.cpp":
        return target in ("cli", "base")
    if room in ABOVE:
        return target not in ABOVE or ABOVE.index(target) <= ABOVE.index(room)
    if room in OUTER:
        return target in OUTER[room]
    if target in ("base", "store", room):
        return True
    if target not in ROOMS or ROOMS.index(target) > ROOMS.index(room):
        return False
    return header in (f"{target}.hpp", "outcome.hpp" if target == "delivery" else f"{target}.hpp")


def opens_table(file: pathlib.Path, line: str) -> bool:
    """Of a line in cli: whether it reaches past the rooms' functions into the store."""
    if file.relative_to(src).parts[0] != "cli" or file.stem == "session":
        return False
    included = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
    return bool(TABLE_HEADERS.fullmatch(included[1]) if included else TABLES.search(line))


def main() -> int:
    breaches, seen = [], 0
    for file in sorted(src.rglob("*.[ch]pp")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if match and "/" in match[1]:
                seen += 1
                if not (src / match[1]).exists():
                    breaches.append(f"{file.relative_to(src)}:{number}: {match[1]} does not exist")
                elif not allowed(file, match[1]):
                    breaches.append(f"{file.relative_to(src)}:{number}: must not include {match[1]}")
            elif match:
                breaches.append(f"{file.relative_to(src)}:{number}: write {match[1]} with its room")
            if ENGINES.match(line) and file.relative_to(src).parts[0] != "store":
                breaches.append(f"{file.relative_to(src)}:{number}: only store/ knows a database engine: {line.strip()}")
            if opens_table(file, line):
                breaches.append(f"{file.relative_to(src)}:{number}: cli opens no table: {line.strip()}")
            if file.suffix == ".hpp" and number == 1 and not line.startswith("//"):
                breaches.append(f"{file.relative_to(src)}: the header does not open with its contract")
    for breach in breaches:
        print(breach)
    if seen == 0:
        print("no includes found: is src/ where it was?")
        return 1
    print(f"{seen} includes read, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
