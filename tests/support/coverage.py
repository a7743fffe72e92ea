"""Lines that the tests of a coverage build have run, by room.

    tests/support/coverage.py build/coverage [--write docs/coverage.md]
"""
import collections
import concurrent.futures
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
GOAL = 85


def read(data):
    """{file: {line: count}} of one object, by gcov."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--json-format", "--object-directory", str(data.parent), str(data)], cwd=folder, capture_output=True, check=False)
        lines = collections.defaultdict(dict)
        for each in pathlib.Path(folder).glob("*.gcov.json.gz"):
            report = json.loads(gzip.decompress(each.read_bytes()))
            for file in report["files"]:
                path = pathlib.Path(os.path.normpath(os.path.join(report["current_working_directory"], file["file"])))
                if TOP / "src" in path.parents:
                    counts = lines[path.relative_to(TOP / "src").as_posix()]
                    for line in file["lines"]:
                        counts[line["line_number"]] = counts.get(line["line_number"], 0) + line["count"]
        return lines


def main():
    total = collections.defaultdict(lambda: collections.defaultdict(int))
    data = sorted(pathlib.Path(sys.argv[1]).rglob("*.gcda"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for lines in pool.map(read, data):
            for file, counts in lines.items():
                for line, count in counts.items():
                    total[file][line] += count
    rooms = collections.defaultdict(lambda: [0, 0])
    for file, counts in total.items():
        room = rooms[file.split("/")[0] if "/" in file else "main"]
        room[0] += sum(count > 0 for count in counts.values())
        room[1] += len(counts)
    rows = [(name, 100 * hit / lines, lines) for name, (hit, lines) in sorted(rooms.items())]
    text = "| room | lines run | of |\n|---|---|---|\n" + "".join("| `%s` | %.1f %% | %d |\n" % row for row in rows)
    print(text, end="")
    for name, share, _ in rows:
        if share < GOAL:
            print("below %d %%: %s" % (GOAL, name))
    if "--write" in sys.argv:
        pathlib.Path(sys.argv[sys.argv.index("--write") + 1]).write_text("# Coverage\n\n" + text, encoding="utf-8")
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
