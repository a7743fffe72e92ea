"""A list that follows another one: who is new in the source comes, who is no longer in it leaves, and nobody who left comes back."""
import http.server
import json
import threading
import unittest

from tidings import Home, WEEKLY, rss


class Sync(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure(digests=WEEKLY + WEEKLY.replace('"weekly"', '"jobs"') + 'topics = ["jobs"]\nsign_up = "offered"\n')

    def club(self, *names, more=""):
        self.home.write("club.csv", "email,name\n" + "".join("%s@x.example,%s\n" % (each, each.title()) for each in names) + more)

    def sync(self, *more, status=0, source="club.csv", confirmed=True):
        done = self.home.run("subscriber", "sync", source, *(["--confirmed"] if confirmed else []), *more)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def states(self):
        """Of the weekly digest, by the first part of the address."""
        states = {}
        for each in self.home.json("subscriber", "list", "--limit", "1000"):
            for subscription in each["subscriptions"]:
                if subscription["digest"] == "weekly":
                    states[each["address"].split("@")[0]] = subscription["status"]
        return states

    def consents(self, name):
        return json.dumps(json.loads(self.home.do("subscriber", "show", name + "@x.example", "--json"))["consents"])

    def test_adds_and_leaves_follow_the_source_and_say_where_they_come_from(self):
        self.club("ann", "bob", "cy")
        self.assertIn("3  added", self.sync())
        self.assertEqual(self.states(), dict.fromkeys(("ann", "bob", "cy"), "confirmed"))
        self.assertIn("sync club.csv:2", self.consents("ann"))
        self.assertIn("3  there already", self.sync())
        self.club("ann", "cy", "dora")
        said = self.sync()
        self.assertIn("1  left: no longer in it", said)
        self.assertIn("bob@x.example", said)
        self.assertEqual(self.states(), {"ann": "confirmed", "bob": "withdrawn", "cy": "confirmed", "dora": "confirmed"})
        self.assertIn("sync club.csv: no longer in it", self.consents("bob"))

    def test_who_left_or_was_suppressed_or_erased_never_comes_back(self):
        names = ("ann", "bob", "cy", "dora")
        self.club(*names)
        self.sync()
        self.home.do("subscriber", "unsubscribe", "ann@x.example")
        self.home.do("suppression", "add", "bob@x.example")
        self.home.do("subscriber", "erase", "cy@x.example")
        for order in (names, ("dora",), names):
            self.club(*order)
            self.sync("--most-leaving", "100")
        self.assertEqual(self.states()["ann"], "withdrawn")
        self.assertNotIn("cy", self.states())
        self.assertEqual([each["address"] for each in self.home.json("suppression", "list") if "bob" in each["address"]], ["bob@x.example"])
        self.assertEqual(self.states()["dora"], "confirmed")

    def test_whom_the_source_dropped_and_has_again_is_asked_by_mail(self):
        self.club("ann", "bob")
        self.sync()
        self.club("ann")
        self.sync()
        self.club("ann", "bob")
        self.assertIn("1  confirmation mails are waiting", self.sync())
        self.assertEqual(self.states(), {"ann": "confirmed", "bob": "pending"})
        self.assertEqual(self.sync().count("waiting"), 0, "once")

    def test_who_joined_by_themselves_stays_when_the_source_no_longer_has_them(self):
        self.home.do("subscriber", "add", "ann@x.example", "--confirmed")
        self.home.do("subscriber", "add", "ida@x.example", "--confirmed")
        self.club("ann", "bob")
        self.sync()
        self.club("cy")
        self.sync()
        self.assertEqual(self.states(), {"ann": "confirmed", "ida": "confirmed", "bob": "withdrawn", "cy": "confirmed"})

    def test_a_source_that_has_shrunk_is_refused_until_it_is_allowed(self):
        names = ["r%d" % each for each in range(20)]
        self.club(*names)
        self.sync()
        for fewer in (names[:15], []):
            self.club(*fewer)
            said = self.sync(status=77)
            self.assertIn("has lost %d of the 20" % (20 - len(fewer)), said)
            self.assertEqual(set(self.states().values()), {"confirmed"}, "nothing was changed")
        self.club(*names[:16])
        self.sync()
        self.club(*names[:5])
        self.sync("--most-leaving", "100")
        self.assertEqual(sum(state == "confirmed" for state in self.states().values()), 5)

    def test_while_lines_are_rejected_nobody_leaves(self):
        self.club("ann", "bob")
        self.sync()
        self.club("ann", more="not an address,Bob\n")
        self.assertIn("so nobody leaves", self.sync(status=65))
        self.assertEqual(self.states(), {"ann": "confirmed", "bob": "confirmed"})

    def test_a_dry_run_tells_and_changes_nothing(self):
        self.club("ann", "bob")
        self.sync()
        self.club("ann", "cy")
        said = self.sync("--dry-run")
        self.assertIn("1  would be added", said)
        self.assertIn("1  would leave", said)
        self.assertEqual(self.states(), {"ann": "confirmed", "bob": "confirmed"})
        report = json.loads(self.home.do("subscriber", "sync", "club.csv", "--confirmed", "--json"))
        self.assertEqual((report["name"], report["added_count"], report["left"]), ("club.csv", 1, ["bob@x.example"]))

    def test_without_consent_they_are_asked_by_mail(self):
        self.club("ann")
        self.assertIn("1  confirmation mails are waiting", self.sync(confirmed=False))
        self.assertEqual(self.states(), {"ann": "pending"})

    def test_a_command_or_a_web_address_may_be_the_source_and_its_failure_changes_nobody(self):
        self.club("ann", "bob", "cy")
        self.assertIn("3  added", self.sync("--name", "club", source="cat club.csv"))
        self.assertIn("exit", self.sync("--name", "club", source="cat club.csv; exit 3", status=69))
        self.assertIn("--name", self.sync(source="no-such-file.csv", status=64))
        self.assertEqual(set(self.states().values()), {"confirmed"})
        folder = str(self.home.folder)

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=folder)

            def log_message(self, *unused):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.shutdown)
            url = "http://127.0.0.1:%d/" % server.server_port
            self.club("ann", "bob")
            self.assertIn("1  left", self.sync("--name", "club", source=url + "club.csv"))
            self.sync("--name", "club", source=url + "nowhere.csv", status=69)
        self.assertEqual(self.states(), {"ann": "confirmed", "bob": "confirmed", "cy": "withdrawn"})

    def test_who_never_confirmed_is_asked_once_and_not_at_every_sync(self):
        self.home.write("feed.xml", rss("Town", []))
        self.club("ann", "bob")
        self.home.do("subscriber", "sync", "club.csv", at="2026-01-05T08:00:00Z")
        self.home.do("send", "--due", at="2026-01-20T08:00:00Z")
        self.assertEqual(self.states(), {}, "what is not confirmed goes")
        said = self.home.do("subscriber", "sync", "club.csv", at="2026-01-21T08:00:00Z")
        self.assertIn("2  there already", said)
        self.assertNotIn("waiting", said)
        self.assertEqual(self.states(), {})
        self.club("bob")
        self.home.do("subscriber", "sync", "club.csv", at="2026-01-22T08:00:00Z")
        self.club("ann", "bob")
        said = self.home.do("subscriber", "sync", "club.csv", at="2026-01-23T08:00:00Z")
        self.assertIn("1  added", said, "they joined the club anew")

    def move(self, old, new):
        """As by their own page."""
        self.home.sql("UPDATE subscribers SET address = '%s', address_key = '%s' WHERE address = '%s'" % (new, new, old))

    def test_who_moved_to_another_address_stays_under_the_one_and_does_not_come_under_the_other(self):
        self.club("ann", "bob")
        self.sync()
        self.move("ann@x.example", "anna@x.example")
        self.assertIn("2  there already", self.sync())
        self.assertEqual(self.states(), {"anna": "confirmed", "bob": "confirmed"})
        self.club("anna", "bob")  # the club has heard of it
        self.sync()
        self.club("bob")
        self.assertIn("anna@x.example", self.sync())
        self.assertEqual(self.states(), {"anna": "withdrawn", "bob": "confirmed"})

    def test_who_is_erased_is_in_no_table_of_the_sync(self):
        self.club("ann", "bob")
        self.sync()
        self.home.do("subscriber", "erase", "ann@x.example")
        self.assertNotIn(b"ann@x", b"".join(each.read_bytes() for each in self.home.folder.rglob("*.db*")))

    def test_two_sources_keep_apart(self):
        self.club("ann")
        self.sync()
        self.home.write("choir.csv", "email\nbob@x.example\n")
        self.sync(source="choir.csv")
        self.club("ann", "cy")
        self.sync()
        self.assertEqual(set(self.states().values()), {"confirmed"})


if __name__ == "__main__":
    unittest.main()
