"""scripts/demo.sh, but for installing and building: it sends over real SMTP once, a second time nothing, and cleans up."""
import csv
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from tidings import BINARY, TOP, parse_mail, text_of


class Demo(unittest.TestCase):
    def demo(self, folder):
        done = subprocess.run([TOP / "scripts/demo.sh", folder], env={**os.environ, "TIDINGS": BINARY}, capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("error", done.stderr)
        return done.stdout

    def test_it_sends_once_and_says_so(self):
        with open(TOP / "subscribers/example.csv", encoding="utf-8") as file:
            readers = {row["email"] for row in csv.DictReader(file)
                       if row["status"] == "confirmed" and "weekly" in row["digests"].split(";")}
        with tempfile.TemporaryDirectory(prefix="tidings-demo-") as folder:
            first = self.demo(folder)
            received = list(pathlib.Path(folder, "maildir/new").iterdir())
            mails = [parse_mail(path.read_bytes()) for path in received]
            self.assertGreaterEqual(len(readers), 8)
            self.assertLessEqual({mail["To"].addresses[0].addr_spec for mail in mails}, readers)
            self.assertEqual(len({str(mail["To"]) for mail in mails}), len(mails))
            self.assertGreaterEqual(len(mails), 8)
            self.assertIn("received over SMTP: %d messages" % len(mails), first)
            for name in re.findall(re.escape(folder) + r"/\S+\.(?:eml|html)", first):
                self.assertTrue(pathlib.Path(name).is_file(), name)
            shown = pathlib.Path(folder, "preview")
            self.assertIn("The lighthouse has a new lamp", "".join(path.read_text() for path in shown.glob("*.html")))
            self.assertIn("⛵🎉", "".join(map(text_of, mails)))
            second = self.demo(folder)
            self.assertIn("nothing new", second)
            self.assertEqual(sorted(pathlib.Path(folder, "maildir/new").iterdir()), sorted(received))
            self.assertEqual(servers_of(folder), [], "the mail server outlived the script")


def servers_of(folder):
    """Running mail servers whose command line names this folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has ended meanwhile
            continue
        if b"aiosmtpd" in words and any(word.startswith(folder.encode()) for word in words):
            found.append(words)
    return found


if __name__ == "__main__":
    unittest.main()
