"""Fails on a function of the rooms above config that takes more than four parameters: past four they become a struct, and
configuration, database, clock and randomness a config::Context.

Reads declarations and definitions as text; what has a call's shape is told from them by its parts, each of which must read
"type name".
"""
import pathlib
import re
import sys

ROOMS = ["sending", "edition", "members", "returns", "site", "app", "cli"]
MOST = 4
EXCEPTIONS = {
    "add_command": "a row of a table: parent, session, name, help, options, work; each of its 60 calls is read as one",
}
PARAMETER = re.compile(r"(const )?[\w:]+(<.*>)?(::\w+)?( const)?\s*[&*]*( const)?\s*[&*]*\s*(\w+|/\*\w+\*/)( = .*)?")
src = pathlib.Path(__file__).resolve().parents[2] / "src"


def without_texts(code: str) -> str:
    code = re.sub(r'R"(\w*)\((.*?)\)\1"', lambda m: '""' + "\n" * m[0].count("\n"), code, flags=re.S)
    code = re.sub(r'"(\\.|[^"\\\n])*"', '""', code)
    code = re.sub(r"(?<![0-9a-fA-F])'(\\.|[^'\\])'", "' '", code)
    return re.sub(r"//[^\n]*", "", code)


def parameters(code: str, at: int) -> list[str]:
    """What stands between the parenthesis before `at` and its partner, split at its own commas."""
    parts, part, depth, angles = [], "", 1, 0
    for at in range(at, len(code)):
        c = code[at]
        depth += (c in "([{") - (c in ")]}")
        if depth == 0:
            break
        angles += (c == "<") - (c == ">" and code[at - 1] != "-")
        if c == "," and depth == 1 and angles <= 0:
            parts.append(part)
            part = ""
        else:
            part += c
    return [" ".join(each.split()) for each in parts + [part]]


def main() -> int:
    breaches, seen = [], 0
    for room in ROOMS:
        for file in sorted((src / room).rglob("*.[ch]pp")):
            code = without_texts(file.read_text(encoding="utf-8"))
            for match in re.finditer(r"(\w+)\s*\(", code):
                found = parameters(code, match.end())
                if not all(" " in each and PARAMETER.fullmatch(each) for each in found):
                    continue
                seen += 1
                if len(found) > MOST and match[1] not in EXCEPTIONS:
                    line = code.count("\n", 0, match.start()) + 1
                    breaches.append(f"{file.relative_to(src)}:{line}: {match[1]} takes {len(found)} parameters")
    for breach in breaches:
        print(breach)
    if seen == 0:
        print("no functions found: is src/ where it was?")
        return 1
    print(f"{seen} functions with parameters read, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
