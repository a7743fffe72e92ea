"""A disk that fills up is foreseen by the doctor, and an import that is cut off says what is in and is run again."""
import datetime
import signal
import subprocess
import threading
import unittest

from tidings import Home, preloaded

AT = "2026-01-26T08:05:00+02:00"
MB = 1 << 20
LINES = 30_000


class Disk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = preloaded(cls, "small_disk")

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.open_town(["ann@example.org"], datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc), AT)

    def left(self, octets):
        self.home.environment = self.library | {"TIDINGS_TEST_DISK": str(octets)} if octets else {}

    def write_list(self):
        self.home.write("list.csv", "email\n" + "".join("reader%05d@example.org\n" % n for n in range(LINES)))

    def count(self):
        return int(self.home.do("subscriber", "list", "--count", at=AT).split()[0])

    def test_the_doctor_foresees_a_full_disk(self):
        for octets, status, word in ((500 * MB, 0, "good     disk"), (10 * MB, 75, "TROUBLE  disk")):
            self.left(octets)
            self.assertIn(word, self.home.do("-v", "doctor", at=AT, status=status))
        self.write_list()
        self.left(0)
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=AT)
        self.left(25 * MB)
        said = self.home.do("doctor", at=AT, status=75)
        self.assertRegex(said, r"TROUBLE  disk: 26\.\d MB free beside a database of \d+\.\d MB; the next editions need about 3\d\.\d MB")

    def test_an_import_that_the_disk_cuts_off_says_what_is_in_and_goes_on(self):
        self.write_list()
        for options in (("--batch", "1000"), ()):
            self.left(2 * MB if options else MB)
            before = self.count_after(0)
            done = self.home.run("subscriber", "import", "list.csv", "--confirmed", *options, at=AT)
            self.assertEqual(done.returncode, 74, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            added = self.count_after(0) - before
            if options:
                self.assertGreater(added, 0)
                self.assertEqual(added % 1000, 0)
                self.assertIn("; %d lines (%d batch" % (added, added // 1000), done.stderr)
                self.assertIn("running it again is harmless", done.stderr)
            else:
                self.assertEqual(added, 0)
                self.assertIn("nothing was imported", done.stderr)
        self.left(0)
        self.home.do("subscriber", "import", "list.csv", "--confirmed", at=AT)
        self.assertEqual(self.count(), LINES + 1)

    def count_after(self, octets):
        environment = self.home.environment
        self.left(octets)
        count = self.count()
        self.home.environment = environment
        return count

    def test_an_import_that_a_signal_stops_says_what_is_in(self):
        process = subprocess.Popen(self.home.command("subscriber", "import", "-", "--confirmed", "--batch", "1000", at=AT), cwd=self.home.folder,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        stopped = threading.Event()

        def feed():
            try:
                process.stdin.write("email\n")
                number = 0
                while not stopped.is_set():
                    process.stdin.write("".join("reader%07d@example.org\n" % n for n in range(number, number + 1000)))
                    number += 1000
                    if number == 5000:
                        process.send_signal(signal.SIGTERM)
            except OSError:
                pass

        thread = threading.Thread(target=feed)
        thread.start()
        said = process.stderr.read()
        stopped.set()
        thread.join()
        with process:
            process.stdout.close()
        self.assertEqual(process.returncode, 75, said)
        self.assertIn("stopped by a signal", said)
        added = self.count() - 1
        self.assertIn("nothing was imported" if added == 0 else "; %d line" % added, said)


if __name__ == "__main__":
    unittest.main()
