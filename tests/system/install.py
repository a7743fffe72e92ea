"""What "cmake --install" leaves on a machine: program, manual, units, completions; and that a packager's flags count."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from tidings import BINARY, TOP

BUILD = pathlib.Path(BINARY).resolve().parent
UNITS = ("tidings.service", "tidings@.service", "tidings-serve.service", "tidings-serve@.service")
EXPOSURE = 25  # of systemd-analyze security: 2.5


def run(*command, **more):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, **more)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-install-"))
        built = run("cmake", "--build", BUILD, "--target", "manual")
        assert built.returncode == 0, built.stdout + built.stderr
        done = run("cmake", "--install", BUILD, "--prefix", "/opt/news", env={**os.environ, "DESTDIR": str(cls.folder)})
        assert done.returncode == 0, done.stdout + done.stderr
        cls.prefix = cls.folder / "opt/news"

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def test_everything_is_below_destdir_and_prefix(self):
        self.assertEqual([each.name for each in self.folder.iterdir()], ["opt"])
        self.assertEqual([each.name for each in (self.folder / "opt").iterdir()], ["news"])
        for name in ("bin/tidings", "share/man/man1/tidings.1", "share/man/man1/tidings-send.1", "share/man/man5/tidings.toml.5",
                     "share/bash-completion/completions/tidings", "share/zsh/site-functions/_tidings",
                     "share/fish/vendor_completions.d/tidings.fish", "lib/systemd/system/tidings.timer", "lib/systemd/system/tidings@.timer",
                     "lib/sysusers.d/tidings.conf", "lib/tmpfiles.d/tidings.conf", "share/doc/tidings/LICENSE",
                     "share/doc/tidings/docs/configuration.md", "share/doc/tidings/examples/config.toml"):
            self.assertTrue((self.prefix / name).is_file(), name)
        for unit in UNITS:
            self.assertTrue((self.prefix / "lib/systemd/system" / unit).is_file(), unit)

    def test_the_installed_program_needs_no_file_of_the_sources(self):
        work = self.folder / "work"
        work.mkdir()
        try:
            for words in (("init", "news"), ("--config", "news/config.toml", "template", "check")):
                done = run(self.prefix / "bin/tidings", *words, cwd=work)
                self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            shutil.rmtree(work)

    def test_the_example_is_a_good_configuration(self):
        done = run(self.prefix / "bin/tidings", "--config", self.prefix / "share/doc/tidings/examples/config.toml", "config", "check")
        self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(shutil.which("man") and shutil.which("groff"), "needs man-db and groff")
    def test_the_manual_pages_are_quiet(self):
        pages = sorted((self.prefix / "share/man").glob("man?/*"))
        self.assertGreater(len(pages), 30)
        for page in pages:
            with self.subTest(page.name):
                done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page, env={**os.environ, "MANROFFSEQ": "", "MANWIDTH": "80"})
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_manual_names_every_command_option_and_key(self):
        pages = "".join(each.read_text(encoding="utf-8") for each in (self.prefix / "share/man").glob("man?/*")).replace("\\-", "-")
        for line in run(BINARY, "commands").stdout.splitlines():
            command = json.loads(line)
            if command["hidden"]:
                continue
            self.assertIn(command["command"].replace(" ", "-", 1) if command["command"].count(" ") == 1 else command["command"], pages)
            for option in command["options"]:
                self.assertTrue("--help" in option["flags"] or "\\fB%s\\fR" % option["flags"][-1] in pages if option["flags"]
                                else "\\fI%s\\fR" % option["value"] in pages, option)
        for line in run(BINARY, "--config", TOP / "config.toml", "config", "show", "--json").stdout.splitlines():
            self.assertIn("\\fB%s\\fR" % json.loads(line)["key"], pages)

    def test_the_manual_is_the_same_however_often_it_is_written(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            for folder in (one, other):
                done = run("python3", TOP / "scripts/man.py", BINARY, folder, env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"})
                self.assertEqual(done.returncode, 0, done.stderr)
            names = sorted(os.listdir(one))
            self.assertEqual(names, sorted(os.listdir(other)))
            for name in names:
                self.assertEqual(pathlib.Path(one, name).read_bytes(), pathlib.Path(other, name).read_bytes())
            self.assertIn('"2026-01-01"', pathlib.Path(one, "tidings.1").read_text())

    def test_the_completions_are_scripts_of_their_shells(self):
        for shell, name in (("bash", "bash-completion/completions/tidings"), ("zsh", "zsh/site-functions/_tidings"),
                            ("fish", "fish/vendor_completions.d/tidings.fish")):
            if shutil.which(shell):
                done = run(shell, "-n", self.prefix / "share" / name)
                self.assertEqual((done.returncode, done.stderr), (0, ""), shell)

    def test_bash_completes_commands_verbs_and_words(self):
        script = self.prefix / "share/bash-completion/completions/tidings"
        for typed, offered in ((["sub"], "subscriber"), (["subscriber", "im"], "import"), (["subscriber", "list", "--status", "pen"], "pending"),
                               (["send", "--du"], "--due")):
            words = " ".join(map(repr, ["tidings", *typed]))
            done = run("bash", "-c", '. %s; COMP_WORDS=(%s); COMP_CWORD=%d; _tidings; echo "${COMPREPLY[@]}"' % (script, words, len(typed)))
            self.assertIn(offered, done.stdout.split(), done.stderr)


class Units(unittest.TestCase):
    def unit(self, name):
        return (BUILD / "systemd" / name).read_text()

    def test_units_run_the_installed_program_as_its_own_user(self):
        cache = (BUILD / "CMakeCache.txt").read_text()
        prefix = re.search(r"^CMAKE_INSTALL_PREFIX:\w+=(.*)$", cache, re.M)[1]
        for name in UNITS:
            text = self.unit(name)
            self.assertIn("ExecStart=%s/bin/tidings " % prefix, text)
            self.assertIn("\nUser=tidings\n", text)
            self.assertIn("\nStateDirectory=tidings%s\n" % ("/%i" if "@" in name else ""), text)
            self.assertIn("\nConditionPathExists=/etc/tidings/%s.toml\n" % ("%i" if "@" in name else "config"), text)
            self.assertNotIn("TIDINGS_", text)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
    def test_units_are_exposed_to_little(self):
        for name in UNITS:
            with self.subTest(name):
                done = run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=%d" % EXPOSURE, BUILD / "systemd" / name)
                self.assertEqual(done.returncode, 0, done.stdout.splitlines()[-1:])
                self.assertIn("SystemCallFilter=~@", done.stdout)


class Flags(unittest.TestCase):
    def test_flags_of_a_packager_count_and_warnings_are_no_errors(self):
        with tempfile.TemporaryDirectory() as folder:
            flags = {"CXXFLAGS": "-O1 -g3 -D_FORTIFY_SOURCE=1", "CPPFLAGS": "-DPACKAGER=1", "LDFLAGS": "-Wl,--as-needed"}
            done = run("cmake", "-S", TOP, "-B", folder, "-G", "Ninja", "-D", "TIDINGS_TESTS=OFF", "-D", "CMAKE_INSTALL_PREFIX=/usr",
                       env={**os.environ, **flags})
            self.assertEqual(done.returncode, 0, done.stderr)
            command = next(each["command"] for each in json.loads(pathlib.Path(folder, "compile_commands.json").read_text())
                           if each["file"].endswith("src/main.cpp"))
            for flag in ("-O1", "-g3", "-D_FORTIFY_SOURCE=1", "-DPACKAGER=1", "-DNDEBUG"):
                self.assertIn(" %s " % flag, command)
            for flag in ("-Werror", "-O2", "-D_FORTIFY_SOURCE=2"):
                self.assertNotIn(" %s " % flag, command)
            self.assertIn("-Wl,--as-needed", pathlib.Path(folder, "build.ninja").read_text())
            self.assertIn("ExecStart=/usr/bin/tidings ", pathlib.Path(folder, "systemd/tidings.service").read_text())


if __name__ == "__main__":
    unittest.main()
