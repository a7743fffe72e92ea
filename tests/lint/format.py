"""Every C++ file is as clang-format writes it (.clang-format; the version of Debian 12)."""
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def main():
    if not shutil.which("clang-format"):
        print("SKIPPED: clang-format is not installed")
        return 77
    files = sorted(str(file) for folder in ("src", "tests") for file in (TOP / folder).rglob("*.[ch]pp"))
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", "--ferror-limit=1", *files], capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if ": error:" in line})
    for file in wrong:
        print("clang-format -i %s" % pathlib.Path(file).relative_to(TOP))
    return 1 if wrong or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
