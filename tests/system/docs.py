"""What the documentation names exists: files, packages, commands, settings."""
import os
import re
import subprocess
import unittest

from tidings import BINARY, TOP, Home

ROOMS = {path.name for path in (TOP / "src").iterdir() if path.is_dir()}


class Docs(unittest.TestCase):
    def test_architecture_names_files_that_are_there(self):
        text = (TOP / "docs/architecture.md").read_text(encoding="utf-8")
        named = {match for match in re.findall(r"`([a-z]+/[a-z_/.0-9]+)`", text) if match.split("/")[0] in ROOMS}
        self.assertGreater(len(named), 40)
        missing = [each for each in sorted(named) if not list((TOP / "src").glob(each + "*" if "." not in each else each))]
        self.assertEqual(missing, [])
        for room in ROOMS:
            if any((TOP / "src" / room).glob("*.cpp")):
                self.assertIn("`%s`" % room, text)

    def test_every_table_of_the_schema_is_in_the_map(self):
        text = (TOP / "docs/architecture.md").read_text(encoding="utf-8")
        for migration in (TOP / "src/store/migrations").glob("*.sql"):
            sql = migration.read_text(encoding="utf-8")
            renamed = dict(re.findall(r"ALTER TABLE (\w+) RENAME TO (\w+)", sql))
            for table in re.findall(r"CREATE TABLE (\w+)", sql):
                self.assertIn("`%s`" % renamed.get(table, table), text)

    def test_links_lead_to_files(self):
        for page in [TOP / "README.md", *(TOP / "docs").glob("*.md"), *(TOP / "subscribers").glob("*.md")]:
            for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
                if not target.startswith("http"):
                    self.assertTrue((page.parent / target).exists(), "%s: %s" % (page.name, target))

    def test_the_workflow_of_the_forge_runs_our_scripts(self):
        text = (TOP / ".github/workflows/ci.yml").read_text(encoding="utf-8")
        named = re.findall(r"run: (scripts/[a-z-]+\.sh)", text)
        self.assertIn("scripts/test.sh", named)
        for script in named:
            self.assertTrue(os.access(TOP / script, os.X_OK), script)

    def test_each_package_is_explained(self):
        lines = (TOP / "scripts/packages.txt").read_text().splitlines()
        text = (TOP / "docs/dependencies.md").read_text(encoding="utf-8")
        for package in [line.split()[0] for line in lines if line and not line.startswith("#")]:
            self.assertIn(package, text)

    def test_commands_of_the_readme_exist(self):
        text = (TOP / "README.md").read_text(encoding="utf-8")
        commands = set(re.findall(r"tidings (?:-q )?([a-z]+(?: [a-z]+)?)", text))
        known = subprocess.run([BINARY, "--help"], capture_output=True, text=True).stdout
        self.assertIn("send", {each.split()[0] for each in commands})
        for command in commands:
            if re.search(r"^  %s  " % command.split()[0], known, re.M):
                done = subprocess.run([BINARY, *command.split(), "--help"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, command)

    def test_the_configuration_at_the_top_is_good(self):
        with Home() as home:
            home.do("--config", TOP / "config.toml", "config", "check")

    def test_the_configuration_that_init_writes_is_good(self):
        with Home() as home:
            home.do("init", "news")
            home.do("--config", "news/config.toml", "config", "check")
            home.do("--config", "news/config.toml", "template", "check")
            home.do("--config", "news/config.toml", "status")


if __name__ == "__main__":
    unittest.main()
