"""What the documents show on a command line is what happens: each `console` block is run, and its output compared.

"$ " begins a command, "> " goes on with it, the rest is what it prints. "…" stands for anything within a line, "..." for any lines. The
blocks of a page are one session, in an empty folder with a blog at https://blog.example.org/feed.
"""
import datetime
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from tidings import BINARY, TOP, Article, rss

FEED = "https://blog.example.org/feed"
NOW = datetime.datetime.now(datetime.timezone.utc)
POSTS = [Article(title, "https://blog.example.org/%d" % number, NOW, NOW - datetime.timedelta(days=number, hours=2), "<p>%s.</p>" % title)
         for number, title in ((3, "Roses are out"), (2, "A new pier"), (1, "Bread is cheap"))]
PAGES = [page for page in sorted((TOP / "docs").glob("*.md")) if "```console" in page.read_text(encoding="utf-8")]


def commands_of(page):
    """Pairs of a command and its output."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S):
        script = block.startswith("$ scripts/")  # prints commands itself
        for line in block.splitlines():
            if line.startswith("$ ") and not (script and found and found[-1][0].startswith("scripts/")):
                found.append((line[2:], []))
            elif line.startswith(">") and not found[-1][1]:
                found[-1] = (found[-1][0] + "\n" + line[2:], [])
            else:
                found[-1][1].append(line)
    return found


def pattern_of(lines):
    out = []
    for line in lines:
        out.append("(?:.*\n)*?" if line == "..." else ".*".join(map(re.escape, line.split("…"))) + "\n")
    return "".join(out)


class Walkthrough(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-walk-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        for name in ("scripts", "subscribers", "config.toml", "tests/data/demo"):
            copy = shutil.copytree if (TOP / name).is_dir() else shutil.copy
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy(TOP / name, self.folder / name)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/tidings").symlink_to(BINARY)
        self.feed = self.folder / "blog/example.xml"  # so its source has the name that a blog at FEED would have
        self.feed.parent.mkdir()
        self.feed.write_text(rss("My Blog", POSTS), encoding="utf-8")
        self.environment = {**os.environ, "PATH": "%s:%s" % (self.folder / "bin", os.environ["PATH"]), "TIDINGS": str(BINARY),
                            "HOME": str(self.folder), "TZ": "UTC"}

    def walk(self, page):
        where = self.folder
        for command, output in commands_of(page):
            script = command.replace(FEED, "file:%s" % self.feed) + "\necho \"=$?=$PWD\" >&3\n"
            with tempfile.TemporaryFile("w+") as state:
                done = subprocess.run(["bash", "-c", "exec 3>&%d\n" % state.fileno() + script], cwd=where, env=self.environment,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, pass_fds=[state.fileno()])
                state.seek(0)
                _, status, where = state.read().rstrip("\n").split("=", 2)
            said = done.stdout.replace("file:%s" % self.feed, FEED)
            self.assertEqual(status, "0", "%s: %s\n%s" % (page.name, command, said))
            self.assertTrue(re.fullmatch(pattern_of(output).rstrip("\n") + r"\s*", said) or re.fullmatch(pattern_of(output), said),
                            "%s: %s\nprints\n%sbut the page says\n%s" % (page.name, command, said, "\n".join(output)))

    def test_every_command_of_the_documents_is_one(self):
        """Of those that are shown but not run here: they need root, a mail server, or an evening."""
        for page in [TOP / "README.md", *sorted((TOP / "docs").glob("*.md")), TOP / "subscribers/README.md"]:
            text = page.read_text(encoding="utf-8")
            blocks = re.findall(r"^```(?:sh)?\n(.*?)^```$", text, re.M | re.S) + re.findall(r"^    (.*)$", text, re.M)
            for line in "\n".join(blocks).splitlines():
                line = line.split("  #")[0].strip().removeprefix("runuser -u tidings -- ")
                line = line[line.index("tidings "):] if re.match(r"\S+ \S+ \S+ \S+ \S+ +cd \S+ && tidings ", line) else line
                if not line.startswith("tidings ") or line.startswith("tidings ("):
                    continue
                with self.subTest("%s: %s" % (page.name, line)):
                    words = shlex.split(re.split(r" [|<>&;]", line.replace("...", ""))[0])[1:]
                    done = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
                    self.assertEqual(done.returncode, 0, done.stderr)


def walk_test(page):
    return lambda self: self.walk(page)


for each in PAGES:
    setattr(Walkthrough, "test_" + each.stem, walk_test(each))

if __name__ == "__main__":
    unittest.main()
