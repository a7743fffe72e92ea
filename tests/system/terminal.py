"""What a person sees: on a real pseudo terminal of any width tables fit, headings are bold, trouble is red and long jobs tell how far
they are; in a file or a pipe there is nothing of that but plain lines."""
import datetime
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import unicodedata
import unittest

from contract_world import ADA, World
from contract_worlds import AT, EARLY, begin, both_sent, collected, deferred, in_doubt, many_composed, sent, suppressed
from smtp_server import Rule, SmtpServer
from tidings import Article, rss

LISTS = ("subscriber list", "source list", "digest list", "edition list", "post list", "post list --left-out", "delivery list", "suppression list",
         "template check --variables", "status", "doctor")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(world, *arguments, columns=80, at=None, environment=None, input=None):
    """Standard output and error of a command whose terminal has so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    surroundings = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "TERM")}
    surroundings.update({"TERM": "xterm", **world.environment, **(environment or {})})
    process = subprocess.Popen(world.command(*arguments, at=at), cwd=world.folder, stdin=slave, stdout=slave, stderr=slave, env=surroundings)
    os.close(slave)
    said = b""
    while select.select([master], [], [], 60)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        said += piece
    os.close(master)
    process.wait(60)
    return said.decode("utf-8").replace("\r\n", "\n")


def width(line):
    line = STYLE.sub("", line)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def rich(world):
    """Long names, long words and wide letters in every list."""
    long = Article("A very long title indeed about the harbour, its pier and all those who walk there on Sundays",
                   "https://town.example/2026/01/a-very-long-title-indeed-about-the-harbour-its-pier-and-all-those-who-walk-there",
                   datetime.datetime(2026, 1, 25, 9, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 1, 25, 9, tzinfo=datetime.timezone.utc),
                   "<p>Long.</p>", tags=("sea",))
    both_sent(world)
    world.write("harbour.xml", rss("Harbour", [long]))
    world.do("subscriber", "add", "somebody.with.a.very.long.local.part@department.university.example", "--name",
             "\u6771\u4eac\u90fd\u6e2f\u533a\u829d\u516c\u5712\u56db\u4e01\u76ee", "--topic", "sea", "--language", "de")
    world.do("subscriber", "unsubscribe", ADA)
    world.do("suppression", "add", "@bad.test", "--reason", "they asked in a letter of several pages, which lies in the third drawer")
    world.do("collect", at="2026-01-26T10:00:00+02:00")
    world.do("subscriber", "import", "list.csv", "--digest", "weekly")


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        begin(cls.world, rich)

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()

    def test_every_list_fits_the_terminal(self):
        for columns in (80, 60, 40, 132):
            for verb in LISTS + (("report weekly",) if columns >= 80 else ()):
                with self.subTest("%s at %d" % (verb, columns)):
                    said = on_terminal(self.world, *verb.split(), columns=columns)
                    lines = [line for line in said.splitlines() if not line.startswith("tidings: ")]
                    self.assertGreater(len(lines), 1)
                    self.assertEqual([line for line in lines if width(line) > columns], [])

    def test_nothing_is_lost_where_cells_wrap(self):
        for columns in (80, 40):
            said = re.sub(r"\s", "", STYLE.sub("", on_terminal(self.world, "suppression", "list", columns=columns)))
            for word in ("letter", "several", "drawer", "@bad.test"):
                self.assertIn(word, said)

    def test_the_environment_names_another_width(self):
        said = on_terminal(self.world, "subscriber", "list", columns=80, environment={"COLUMNS": "60"})
        self.assertLessEqual(max(map(width, said.splitlines())), 60)
        self.assertGreater(max(map(width, on_terminal(self.world, "subscriber", "list", columns=80).splitlines())), 60)
        self.assertEqual(on_terminal(self.world, "subscriber", "list", environment={"COLUMNS": "wide"}), on_terminal(self.world, "subscriber", "list"))

    def test_a_pipe_gets_whole_lines_without_colours(self):
        said = self.world.do("subscriber", "list")
        self.assertNotIn("\x1b", said)
        self.assertIn("somebody.with.a.very.long.local.part@department.university.example", said)

    def test_headings_are_bold_and_trouble_is_red_unless_somebody_objects(self):
        with World() as world:
            begin(world, deferred)
            said = on_terminal(world, "delivery", "list")
            self.assertIn("\x1b[1mSTATE\x1b[0m", said)
            self.assertIn("\x1b[1;31mfailed\x1b[0m", said)
            self.assertNotIn("\x1b[1;31mdeferred", said)
            self.assertIn("\x1b[1;31merror: \x1b[0mthere is no edition", on_terminal(world, "edition", "show", "nothing#1").replace(
                "there is no edition of", "there is no edition"))
            for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
                for verb in (["delivery", "list"], ["status"], ["edition", "show", "nothing#1"]):
                    self.assertNotIn("\x1b", on_terminal(world, *verb, environment=environment))
            self.assertIn("\x1b[1m", on_terminal(world, "delivery", "list", environment={"NO_COLOR": ""}))
            self.assertNotIn("\x1b", on_terminal(world, "delivery", "list", "--json"))


class Doctor(unittest.TestCase):
    def test_trouble_comes_first_and_what_is_good_is_one_line(self):
        with World() as world:
            begin(world, collected)
            world.write("harbour.xml", "nonsense")
            world.run("collect", at="2026-01-26T12:00:00+02:00")
            said = world.run("doctor").stdout.splitlines()
            self.assertTrue(said[0].startswith("TROUBLE  "), said[0])
            levels = [line.split()[0] for line in said if not line.startswith(" ")]
            self.assertEqual(levels, sorted(levels, key=("TROUBLE", "note", "good").index))
            self.assertEqual(levels.count("good"), 1)
            self.assertRegex(said[-1], r"^good     .*\bdatabase\b.* \(-v tells more\)$")
            every = world.run("-v", "doctor").stdout
            self.assertGreater(every.count("\ngood "), 2)
            self.assertNotIn("-v tells more", every)

    def test_times_are_those_of_the_newsletters_zone(self):
        with World() as world:
            begin(world, sent)
            world.do("collect", "harbour")
            for verb in ("doctor", "status", "source list", "edition list", "post list", "report weekly", "edition show weekly", "digest list"):
                with self.subTest(verb):
                    said = world.run("-v", *verb.split()).stdout
                    self.assertRegex(said, r"\d{4}-\d\d-\d\d \d\d:\d\d")
                    self.assertNotRegex(said, r"\d{4}-\d\d-\d\dT|UTC|\d\dZ")


class Words(unittest.TestCase):
    def test_retry_and_resolve_name_addresses(self):
        with World() as world:
            begin(world, deferred)
            self.assertIn("weekly#1: %s is due now; " % ADA, world.do("delivery", "retry", "weekly"))
            self.assertIn("weekly#1: no delivery is in doubt\n", world.do("delivery", "retry", "weekly", "--state", "in_doubt"))
        with World() as world:
            begin(world, in_doubt)
            self.assertRegex(world.do("delivery", "resolve", "weekly", "--failed"), r"weekly#1: \S+@\S+, \S+@\S+ are failed now|weekly#1: \S+@\S+ is failed now")

    def test_edition_list_names_the_digest_of_one_that_was_skipped(self):
        with World() as world:
            begin(world, collected)
            world.do("subscriber", "unsubscribe", ADA)
            for line in world.do("subscriber", "list").splitlines()[1:]:
                world.do("subscriber", "unsubscribe", line.split()[0])
            world.do("compose", "weekly")
            row, = [line for line in world.do("edition", "list").splitlines() if "skipped" in line]
            found = re.match(r"weekly \((\d+)\) ", row)
            self.assertTrue(found, row)
            self.assertIn("skipped", world.do("edition", "show", found[1]))
            shown, = world.json("edition", "list")
            self.assertEqual((shown["edition"], shown["digest"], shown["number"]), (found[1], "weekly", None))


class Pages(unittest.TestCase):
    """--after takes what the line below a list names, and the pages together are the list."""

    def whole(self, world, verb, limit):
        rows, after = [], []
        for _ in range(100):
            done = world.run(*verb.split(), "--limit", str(limit), *after)
            self.assertEqual(done.returncode, 0, done.stderr)
            _, *lines = done.stdout.splitlines()
            more = re.match(r"there are more: --after (\S+) continues, --limit \d+ shows more$", lines[-1]) if lines else None
            rows += [line.split() for line in (lines[:-1] if more else lines)]
            if not more:
                return rows
            after = ["--after", more[1]]
        raise AssertionError("it never ends")

    def test_pages_are_the_whole_list(self):
        with World() as world:
            begin(world, rich)
            for verb in ("source list", "digest list", "edition list", "post list", "post list --source harbour", "delivery list", "subscriber list",
                         "suppression list", "post list --left-out --digest weekly"):
                with self.subTest(verb):
                    _, *lines = world.do(*verb.split(), "--limit", "1000").splitlines()
                    self.assertEqual(self.whole(world, verb, 1), [line.split() for line in lines])

    def test_an_unknown_place_is_an_error(self):
        with World() as world:
            begin(world, sent)
            for verb, after in (("source list", "harbuor"), ("digest list", "x"), ("edition list", "weekly#9"), ("post list", "999"),
                                ("delivery list", "weekly#1/nobody@example.org"), ("post list --left-out --digest weekly", "999")):
                with self.subTest(verb):
                    self.assertEqual(world.run(*verb.split(), "--after", after).returncode, 66)
            for verb, after in (("post list", "x"), ("delivery list", "x"), ("post list --left-out", "1")):
                self.assertEqual(world.run(*verb.split(), "--after", after).returncode, 64)


def many_mails(world):
    """A Maildir of letters."""
    collected(world)
    for number in range(30):
        world.write("in/new/%d.mail" % number, "From: a@example.net\nTo: news@example.org\nSubject: Hello\n\nHello.\n")
    (world.folder / "in/cur").mkdir(parents=True)
    (world.folder / "in/tmp").mkdir()


def many_lines(world):
    collected(world)
    world.write("many.csv", "email\n" + "".join("r%05d@example.org\n" % each for each in range(20_000)))


JOBS = {  # job: what it tells of itself, in a world with some work
    "collect": (r"collect.* [12] of 2 sources", collected, "collect harbour garden"),
    "compose": (r"weekly.*\d+ subscribers", lambda world: (many_composed(world), world.do("edition", "cancel", "weekly")), "compose weekly --now"),
    "send": (r"weekly#1.* of 2000 messages(, \d+/s, .* left)?", many_composed, "deliver"),
    "import": (r"import.*\d+ of \d+ lines", many_lines, "subscriber import many.csv"),
    "archive": (r"archive.* 1 of 1 editions", sent, "archive build site"),
    "ingest": (r"ingest \d+ mails", many_mails, "bounce ingest --maildir in"),
}


class Progress(unittest.TestCase):
    def test_every_long_job_shows_how_far_it_is_on_a_terminal_and_removes_it(self):
        for job, (words, prepare, line) in JOBS.items():
            with self.subTest(job), World() as world:
                begin(world, prepare)
                said = on_terminal(world, *line.split(), columns=100, at="2026-01-26T10:00:00+02:00")
                drawn = [piece for piece in said.split("\r") if piece.endswith("\x1b[K")]
                self.assertTrue(drawn, said)
                self.assertTrue(any(re.search(words, piece) for piece in drawn), drawn[:3])
                self.assertLessEqual(max(width(piece.removesuffix("\x1b[K")) for piece in drawn), 99)
                self.assertIn("\r\x1b[K", said)

    def test_without_a_terminal_lines_come_now_and_then_and_none_with_quiet(self):
        """Every ten seconds; here as often as there is something to tell."""
        for job, (words, prepare, line) in JOBS.items():
            with self.subTest(job), World() as world:
                begin(world, prepare)
                world.environment["TIDINGS_PROGRESS"] = "0s"
                done = world.run(*line.split(), at="2026-01-26T10:00:00+02:00")
                lines = [each for each in done.stderr.splitlines() if re.match(r"tidings: [a-z0-9#]+: \d+ (of \d+ )?[a-z]+(, [\d.]+/s|$)", each)]
                self.assertTrue(lines, done.stderr)
                self.assertNotIn("\x1b", done.stderr)
                self.assertNotIn("\r", done.stderr)
        with World() as world:
            begin(world, many_lines)
            self.assertEqual(world.run("subscriber", "import", "many.csv").stderr, "", "a short job tells nothing")
        with World() as world:
            begin(world, many_lines)
            world.environment["TIDINGS_PROGRESS"] = "0s"
            self.assertEqual(world.run("-q", "subscriber", "import", "many.csv").stderr, "")
            self.assertEqual(on_terminal(world, "-q", "subscriber", "import", "many.csv"), "")

    def test_a_warning_in_between_does_not_run_into_the_line(self):
        with World() as world:
            begin(world, collected)
            world.write("garden.xml", (world.folder / "garden.xml").read_text()[:-60])
            said = on_terminal(world, "collect", "harbour", "garden", columns=100, at="2026-01-26T10:00:00+02:00")
            self.assertIn("sources\x1b[K\r\x1b[Ktidings: warning: garden: ", said)

    def test_a_resumed_send_counts_what_was_sent_before(self):
        with World() as world, SmtpServer(rules=[Rule("rcpt", "451 4.2.0 busy", to="r0001@example.org")]) as server:
            begin(world, many_composed)
            world.set("smtp.tls", '"off"')
            world.with_relay(server)
            self.assertEqual(world.run("deliver").returncode, 75)
            server.rules.clear()
            world.environment["TIDINGS_PROGRESS"] = "0s"
            self.assertIn("2000 of 2000 messages", world.run("deliver", at="2026-01-26T12:00:00+02:00").stderr)


class Run(unittest.TestCase):
    def test_the_scheduler_says_when(self):
        with World() as world:
            begin(world, collected)
            said = world.do("run", "--until", "2026-01-26T08:30:00+02:00", at=EARLY).splitlines()
        self.assertTrue(any(re.match(r"2026-01-26 08:00  weekly#1: 2 sent now", line) for line in said), said)
        self.assertTrue(all(re.match(r"2026-01-2\d \d\d:\d\d  ", line) for line in said), said)


if __name__ == "__main__":
    unittest.main()
