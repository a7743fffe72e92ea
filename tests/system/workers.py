"""Many senders of one edition: tidings deliver --follow on PostgreSQL, with workers that die, hang or lose their server.

Whatever happens, the books balance: each recipient has the message exactly once, or is in doubt within the bound of
2 x sessions x window for each worker that was lost.
"""
import collections
import datetime
import os
import pathlib
import signal
import sys
import time
import unittest

os.environ["TIDINGS_STORE"] = "postgresql"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import postgres  # noqa: E402
from smtp_server import Rule, SmtpServer  # noqa: E402
from tidings import WEEKLY, Home, Server, parse_mail  # noqa: E402

AT = "2026-01-26T08:05:00+02:00"
LATER = "2026-01-26T09:35:00+02:00"
PUBLISHED = datetime.datetime(2026, 1, 22, 9, tzinfo=datetime.timezone.utc)
READERS = ["reader%03d@example.org" % number for number in range(400)]
SESSIONS, WINDOW = 2, 4
BOUND = 2 * SESSIONS * WINDOW  # in doubt for each lost worker
SLOW = Rule("dot", "delay:0.01")


class Case(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.workers = []
        self.addCleanup(self.end_workers)

    def end_workers(self):
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.communicate()

    def number(self, statement):
        return int(self.home.sql(statement)[0][0])

    def compose(self, server, readers=READERS, in_doubt="hold", lease="2s"):
        """An edition that is sealed and waits to be sent."""
        self.home.open_town(readers, PUBLISHED, AT)
        self.home.configure(server.url, more_smtp="connections = %d\nwindow = %d\n" % (SESSIONS, WINDOW),
                            digests=WEEKLY + '[delivery]\nin_doubt = "%s"\nlease = "%s"\n' % (in_doubt, lease))
        self.home.do("collect", at=AT)
        self.home.do("compose", "--due", at=AT)

    def start(self, *names):
        started = [self.home.start("deliver", "--follow", "--workers-name", name, at=AT) for name in names]
        self.workers += started
        return started

    def wait_for(self, true, what, seconds=90):
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                self.fail("%s: not after %d s; blocks: %s" % (what, seconds, self.home.sql(
                    "SELECT number, owner, planned, marked FROM delivery_blocks WHERE owner <> '' OR planned > 0")))
            time.sleep(0.02)

    def wait_until_sent(self):
        self.wait_for(lambda: self.home.sql("SELECT state FROM editions") == [("sent",)], "the edition is sent")

    def stop(self, *workers):
        """SIGTERM ends each within five seconds, with 0."""
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            out, err = worker.communicate(timeout=5)
            self.assertEqual(worker.returncode, 0, out + err)
            worker.told = out + err

    def states(self):
        """state -> addresses; each recipient has one row."""
        rows = self.home.json("delivery", "list", at=AT, *("--limit", "100000"))
        found = collections.defaultdict(set)
        for row in rows:
            found[row["state"]].add(row["address"])
        self.assertEqual(sum(map(len, found.values())), len(rows))
        return found

    def check_books(self, server, readers=READERS, lost=0):
        """Nobody is skipped or mailed twice; at most BOUND are in doubt for each worker lost."""
        states = self.states()
        self.assertEqual(set(states) - {"sent", "in_doubt"}, set(), dict(states))
        self.assertEqual(states["sent"] | states["in_doubt"], set(readers))
        self.assertLessEqual(len(states["in_doubt"]), lost * BOUND)
        mailed = collections.Counter(each.envelope_to for each in server.accepted)
        self.assertEqual([each for each, count in mailed.items() if count > 1], [])
        self.assertLessEqual(states["sent"], set(mailed))
        self.assertLessEqual(set(readers) - set(mailed), states["in_doubt"])
        return states


class Together(Case):
    def test_workers_share_an_edition_and_each_reader_is_mailed_once(self):
        for count in (2, 4):
            with self.subTest(workers=count), SmtpServer([SLOW]) as server:
                self.home = Home()
                self.addCleanup(self.home.__exit__)
                self.compose(server)
                workers = self.start(*("w%d" % number for number in range(count)))
                self.wait_until_sent()
                self.stop(*workers)
                self.check_books(server)
                self.assertTrue(all("weekly#1" in worker.told for worker in workers), [worker.told for worker in workers])
                self.assertEqual(self.number("SELECT count(*) FROM delivery_blocks"), 0)
                self.assertEqual(self.number("SELECT count(*) FROM planned_deliveries"), 0)
                ids = {parse_mail(each.octets)["Message-ID"] for each in server.accepted}
                self.assertEqual(len(ids), len(READERS))

    def test_workers_send_to_those_whose_hour_has_come_and_whoever_waits_is_not_in_doubt(self):
        readers = {each: ("Asia/Tokyo", "Europe/Athens", "America/Lima")[number % 3] for number, each in enumerate(READERS[:180])}
        tokyo, athens, lima = "2026-01-26T01:00:00+02:00", "2026-01-26T08:00:00+02:00", "2026-01-26T15:00:00+02:00"
        whose = {zone: {each for each in readers if readers[each] == zone} for zone in set(readers.values())}
        with SmtpServer([SLOW]) as server:
            self.home.open_town([], PUBLISHED, "2026-01-25T12:00:00+02:00")
            self.home.configure(server.url, more_smtp="connections = %d\nwindow = %d\n" % (SESSIONS, WINDOW),
                                digests=WEEKLY + 'local_time = true\n[delivery]\nin_doubt = "hold"\nlease = "2s"\n')
            self.home.write("list.csv", "email,timezone\n" + "".join("%s,%s\n" % each for each in readers.items()))
            self.home.do("subscriber", "import", "list.csv", "--confirmed", at="2026-01-25T12:00:00+02:00")
            self.home.do("collect", at=tokyo)
            self.home.do("compose", "--due", at=tokyo)
            mailed = lambda: {each.envelope_to for each in server.accepted}
            first, second = (self.home.start("deliver", "--follow", "--workers-name", name, at=tokyo) for name in ("a", "b"))
            self.workers += [first, second]
            self.wait_for(lambda: len(server.accepted) > 10, "some are sent")
            first.kill()
            first.communicate()
            self.wait_for(lambda: self.number("SELECT count(*) FROM deliveries WHERE state IN (4, 5)") == 60, "Tokyo is served")
            self.stop(second)
            self.assertLessEqual(mailed(), whose["Asia/Tokyo"])
            in_doubt = {row["address"] for row in self.home.json("delivery", "list", "--state", "in_doubt", at=tokyo)}
            self.assertLessEqual(len(in_doubt), BOUND)
            self.assertLessEqual(in_doubt, whose["Asia/Tokyo"])
            for at, zone in ((athens, "Europe/Athens"), (lima, "America/Lima")):
                before = len(server.accepted)
                workers = [self.home.start("deliver", "--follow", "--workers-name", name, at=at) for name in ("c", "d")]
                self.workers += workers
                self.wait_for(lambda: len(server.accepted) - before >= 60, zone)
                self.wait_for(lambda: self.number("SELECT count(*) FROM delivery_blocks WHERE owner <> ''") == 0, "all settled")
                self.stop(*workers)
                self.assertEqual({each.envelope_to for each in server.accepted[before:]}, whose[zone])
                self.assertEqual(len(server.accepted) - before, 60, "each once")

    def test_a_worker_waits_for_the_next_edition_and_takes_a_name_of_its_own(self):
        with SmtpServer() as server:
            self.home.open_town(READERS[:20], PUBLISHED, AT)
            self.home.configure(server.url)
            workers = [self.home.start("deliver", "--follow", at=AT) for _ in range(2)]
            self.workers += workers
            names = {worker.stdout.readline() for worker in workers}
            self.assertEqual(names, {"worker 1 is waiting for editions\n", "worker 2 is waiting for editions\n"})
            self.home.do("collect", at=AT)
            self.home.do("compose", "--due", at=AT)
            self.wait_until_sent()
            self.stop(*workers)
            self.check_books(server, READERS[:20])

    def test_send_works_beside_workers(self):
        with SmtpServer([SLOW]) as server:
            self.compose(server)
            workers = self.start("w1")
            self.assertIn(self.home.run("send", "--due", at=AT).returncode, (0, 75))
            self.wait_until_sent()
            self.stop(*workers)
            self.check_books(server)

    def test_those_who_left_or_are_suppressed_meanwhile_are_not_mailed(self):
        with SmtpServer() as server:
            self.compose(server)
            self.home.do("subscriber", "unsubscribe", READERS[7], at=AT)
            self.home.do("suppression", "add", READERS[250], at=AT)
            workers = self.start("w1", "w2")
            self.wait_until_sent()
            self.stop(*workers)
            states = self.states()
            self.assertEqual(states["suppressed"], {READERS[7], READERS[250]})
            self.assertEqual(len(states["sent"]), len(READERS) - 2)

    def test_temporary_refusals_are_tried_again_later_by_whoever_is_there(self):
        with SmtpServer([Rule("rcpt", "451 4.3.0 later", to=READERS[5], times=1), Rule("rcpt", "550 5.1.1 unknown", to=READERS[300])]) as server:
            self.compose(server)
            workers = self.start("w1", "w2")
            self.wait_for(lambda: len(server.accepted) == len(READERS) - 2, "all others are mailed")
            self.stop(*workers)
            self.assertEqual(self.states()["deferred"], {READERS[5]})
            self.home.do("deliver", at=LATER)
            states = self.states()
            self.assertEqual(states["failed"], {READERS[300]})
            self.assertEqual(len(states["sent"]), len(READERS) - 1)
            self.assertEqual(len(server.to(READERS[5])), 1)

    def test_a_cancelled_edition_stops_the_workers(self):
        with SmtpServer([Rule("dot", "delay:0.05")]) as server:
            self.compose(server)
            workers = self.start("w1", "w2")
            server.wait_for(20, 60)
            self.home.do("edition", "cancel", "weekly#1", "--reason", "wrong", at=AT)
            self.wait_for(lambda: self.number("SELECT count(*) FROM delivery_blocks") == 0, "no blocks")
            self.stop(*workers)
            states = self.states()
            self.assertGreater(len(states["suppressed"]), 100)
            mailed = {each.envelope_to for each in server.accepted}
            self.assertLessEqual(mailed, states["sent"] | states["in_doubt"])
            self.assertLessEqual(len(states["in_doubt"]), 2 * BOUND)


class Relays(Case):
    def test_a_rate_is_that_of_all_workers_together(self):
        readers, rate = READERS[:120], 20
        with SmtpServer() as server:
            times = []
            keep = server.keep

            def keep_and_time(message):
                times.append(time.monotonic())
                keep(message)

            server.keep = keep_and_time
            self.compose(server, readers)
            file = self.home.folder / "config.toml"
            file.write_text(file.read_text().replace("connections = 2", "connections = 2\nrate = %d" % rate))
            workers = self.start("w0", "w1", "w2")
            self.wait_until_sent()
            self.stop(*workers)
            self.check_books(server, readers)
            # Two seconds' worth may go before all have noticed each other.
            self.assertGreater(times[-1] - times[0], (len(readers) - 2 * rate) / rate * 0.9)

    def test_a_pause_of_a_relay_is_everybodys(self):
        with SmtpServer([Rule("dot", "delay:0.05")]) as server:
            self.compose(server)
            workers = self.start("w0", "w1")
            server.wait_for(60, 60)
            server.rules.insert(0, Rule("mail", "450 4.7.1 rate limit exceeded", times=1))
            self.wait_for(lambda: self.home.sql("SELECT 1 FROM relays WHERE paused_until_ms IS NOT NULL"), "the relay is paused")
            counts = [0]

            def is_quiet():
                time.sleep(1.5)
                counts.append(len(server.accepted))
                return counts[-1] == counts[-2]

            self.wait_for(is_quiet, "all pause")
            self.assertLess(counts[-1], len(READERS))
            self.stop(*workers)
            states = self.states()
            self.assertEqual(len(states["sent"]), len(server.accepted))
            self.assertFalse(states["in_doubt"])

    def test_status_shows_the_workers(self):
        with SmtpServer([Rule("dot", "delay:0.05")]) as server:
            self.compose(server)
            workers = self.start("w0", "w1")
            server.wait_for(60, 60)
            told = self.home.json("status", at=AT)[-1]["workers"]
            self.assertEqual([each["name"] for each in told], ["worker-w0", "worker-w1"])
            self.assertTrue(all(each["sending"] and each["block_count"] >= 1 for each in told), told)
            words = self.home.do("status", at=AT)
            self.assertIn("sending: 2 workers", words)
            self.assertRegex(words, r"  worker-w0 on \S+, since .*: \d+ sent, \d+ blocks? held, \d+ a second")
            self.stop(*workers)
            self.assertEqual(self.home.json("status", at=AT)[-1]["workers"], [])


class Lost(Case):
    def test_a_worker_that_is_killed_at_any_moment_leaves_its_work_to_the_others(self):
        for count, after in ((2, 1), (2, 60), (4, 150), (4, 330)):
            with self.subTest(workers=count, after=after), SmtpServer([SLOW]) as server:
                self.home = Home()
                self.addCleanup(self.home.__exit__)
                self.compose(server)
                first, *others = self.start(*("w%d" % number for number in range(count)))
                server.wait_for(after, 60)
                first.kill()
                self.wait_until_sent()
                self.stop(*others)
                states = self.check_books(server, lost=1)
                # Its journal is there: what had an answer, or never left, is known again.
                with SmtpServer() as again:
                    self.home.configure(again.url, digests=WEEKLY + '[delivery]\nin_doubt = "hold"\n')
                    (back,) = self.start("w0")
                    self.wait_for(lambda: self.number("SELECT count(*) FROM lost_attempts") == 0, "the journal is read")
                    self.wait_for(lambda: self.states()["deferred"] == set(), "what had not left is sent")
                    self.wait_until_sent()
                    self.stop(back)
                    server.accepted += again.accepted
                    left = self.check_books(server, lost=1)["in_doubt"]
                    self.assertLessEqual(len(left), SESSIONS * WINDOW, "those without an answer")
                    self.assertLessEqual(left, states["in_doubt"])

    def test_every_worker_but_one_may_die(self):
        with SmtpServer([SLOW]) as server:
            self.compose(server)
            *dying, last = self.start("w0", "w1", "w2", "w3")
            for number, worker in enumerate(dying):
                server.wait_for(40 + 60 * number, 60)
                worker.kill()
            self.wait_until_sent()
            self.stop(last)
            self.check_books(server, lost=3)

    def test_in_doubt_is_retried_once_with_the_same_message_id(self):
        with SmtpServer([SLOW, ]) as server:
            self.compose(server, in_doubt="retry")
            first, other = self.start("w0", "w1")
            server.wait_for(100, 60)
            first.kill()
            self.wait_for(lambda: self.number("SELECT count(*) FROM deliveries WHERE state IN (5, 4)") == len(READERS), "all had a try")
            self.stop(other)
            in_doubt = self.states()["in_doubt"]
            self.home.do("deliver", at=LATER)
            self.assertEqual(self.states()["sent"], set(READERS))
            mailed = collections.defaultdict(list)
            for each in server.accepted:
                mailed[each.envelope_to].append(parse_mail(each.octets)["Message-ID"])
            self.assertEqual(set(mailed), set(READERS))
            twice = {each for each, ids in mailed.items() if len(ids) > 1}
            self.assertLessEqual(twice, in_doubt)
            self.assertTrue(all(len(set(ids)) == 1 and len(ids) <= 2 for ids in mailed.values()))

    def test_a_worker_that_hangs_beyond_its_lease_changes_nothing_when_it_wakes(self):
        with SmtpServer([SLOW]) as server:
            self.compose(server)
            hung, other = self.start("w0", "w1")
            server.wait_for(60, 60)
            self.wait_for(lambda: self.number("SELECT count(*) FROM delivery_blocks WHERE owner LIKE '%worker-w0'") > 0, "it holds a block")
            hung.send_signal(signal.SIGSTOP)
            self.wait_until_sent()
            doubtful = self.states()["in_doubt"]
            self.assertLessEqual(len(doubtful), BOUND)
            hung.send_signal(signal.SIGCONT)
            # Its journal has the answers that its fence was too old for.
            self.wait_for(lambda: self.number("SELECT count(*) FROM lost_attempts") == 0, "its journal is read")
            self.stop(hung, other)
            self.check_books(server, lost=1)
            self.assertEqual(self.states()["in_doubt"], set())


class Servers(Case):
    def sent_despite(self, trouble):
        with SmtpServer([SLOW]) as server:
            self.compose(server)
            workers = self.start("w0", "w1")
            for after in (30, 120, 250):
                server.wait_for(after, 60)
                trouble()
            self.wait_until_sent()
            self.stop(*workers)
            # A worker that lives knows its answers by its journal: nobody is in doubt for long.
            self.check_books(server, lost=0)

    def restart(self, how):
        Server.get().stop(how)
        Server.get().start()

    def test_a_fast_restart_of_the_server_costs_nobody_anything(self):
        self.sent_despite(lambda: self.restart(signal.SIGINT))

    def test_an_immediate_restart_of_the_server_costs_nobody_anything(self):
        self.sent_despite(lambda: self.restart(signal.SIGQUIT))

    def test_connections_that_are_cut_are_made_again(self):
        self.sent_despite(lambda: Server.get().sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'tidings'"))


class Words(Case):
    def refused(self, status, words, *arguments):
        done = self.home.run("deliver", *arguments, at=AT)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_what_does_not_go_with_follow_is_refused(self):
        self.home.open_town(READERS[:1], PUBLISHED, AT)
        self.refused(64, "--workers-name goes with --follow", "--workers-name", "w1")
        self.refused(64, "not a worker's name", "--follow", "--workers-name", "The Worker")
        self.refused(64, "exclude each other", "--follow", "--to-dir", "out")
        self.refused(64, "exclude each other", "--follow", "--time-budget", "5m")
        self.refused(64, "exclude each other", "--follow", "weekly#1")

    def test_a_name_is_of_one_worker_at_a_time(self):
        self.home.open_town(READERS[:1], PUBLISHED, AT)
        (worker,) = self.start("w1")
        worker.stdout.readline()
        self.refused(75, "process %d, deliver --follow" % worker.pid, "--follow", "--workers-name", "w1")
        self.stop(worker)


class InAFile(Case):
    def test_one_worker_follows_a_sqlite_store(self):
        with SmtpServer() as server:
            self.compose(server, READERS[:30])
            file = self.home.folder / "config.toml"
            file.write_text(file.read_text().replace(self.home.server_lines(), ""))
            self.home.do("subscriber", "import", "list.csv", "--confirmed", at="2026-01-26T05:05:00+02:00")
            worker = self.home.start("deliver", "--follow", at=AT)
            self.workers.append(worker)
            self.assertEqual(worker.stdout.readline(), "waiting for editions\n")
            self.home.do("collect", at=AT)
            self.home.do("compose", "--due", at=AT)
            self.assertTrue(server.wait_for(30, 60))
            self.wait_for(lambda: '"sent"' in self.home.do("edition", "list", "--json", at=AT), "it is sent")
            self.stop(worker)
            self.assertEqual(sorted(each.envelope_to for each in server.accepted), READERS[:30])


if __name__ == "__main__":
    if not postgres.is_installed():
        print("PostgreSQL is not installed: skipped")
        sys.exit(postgres.SKIPPED)
    unittest.main()
