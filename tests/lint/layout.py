"""The card: what stands at the top level of the repository, and nothing else; packages are named once."""
import pathlib
import subprocess
import sys

top = pathlib.Path(__file__).resolve().parents[2]
ALLOWED = {"CMakeLists.txt", "src", "templates", "subscribers", "tests", "config.toml", "README.md", "scripts", "docs",
           "CHANGELOG.md", "LICENSE"}


def main() -> int:
    wrong = []
    tracked = subprocess.run(["git", "-C", str(top), "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    names = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    if tracked.returncode != 0 or not names:
        names = {path.name for path in top.iterdir()} - {"build"}
    for name in sorted(names):
        if name not in ALLOWED and not name.startswith("."):
            wrong.append(f"{name} does not belong at the top level")
    for name in sorted(ALLOWED - names):
        wrong.append(f"{name} is missing at the top level")
    listed = (top / "CMakeLists.txt").read_text(encoding="utf-8").split()
    for path in sorted((top / "templates").rglob("*")):
        name = path.relative_to(top / "templates").as_posix()
        if path.suffix in (".mustache", ".toml") and name not in {word.rstrip(")") for word in listed}:
            wrong.append(f"templates/{name} is not in CMakeLists.txt: the program would not carry it")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
