"""/metrics: complete, in both formats, judged by Prometheus's own parsers; the dashboard and the alerts ask for nothing else."""
import http.client
import json
import re
import shutil
import subprocess
import unittest

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as prometheus
from smtp_server import Rule, SmtpServer
from tidings import TOP, WEEKLY, Home
import datetime

NOW = datetime.datetime.now(datetime.timezone.utc)


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.__exit__)
        readers = ["ada@example.org", "ben@example.org", "gone@example.org", "late@example.org"]
        now = NOW.isoformat()
        cls.home.open_town(readers, NOW - datetime.timedelta(hours=1), now)
        cls.home.write("other.xml", "nonsense")
        with SmtpServer([Rule("rcpt", "550 5.1.1 gone", to="gone@example.org"), Rule("rcpt", "451 4.2.2 later", to="late@example.org")]) as server:
            cls.home.configure(server.url, sources=("feed.xml", "other.xml"), digests=WEEKLY + '[web]\nlisten = "127.0.0.1:0"\nmetrics = "127.0.0.1:0"\n')
            cls.home.run("send", "weekly", "--now")
        process = cls.home.start("serve")
        cls.addClassCleanup(lambda: (process.terminate(), process.communicate()))
        process.stdout.readline()
        cls.port = int(re.search(r":(\d+)/metrics", process.stdout.readline())[1])
        cls.text, cls.kind = cls.ask({})
        cls.open_text, cls.open_kind = cls.ask({"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"})
        cls.values = {(sample.name, *sorted(sample.labels.items())): sample.value
                      for family in openmetrics.text_string_to_metric_families(cls.open_text) for sample in family.samples}

    @classmethod
    def ask(cls, headers):
        connection = http.client.HTTPConnection("127.0.0.1", cls.port, timeout=20)
        connection.request("GET", "/metrics", headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return text, answer.headers["Content-Type"]

    def value(self, name, **labels):
        return self.values[(name, *sorted(labels.items()))]

    def test_both_formats_say_the_same(self):
        self.assertTrue(self.kind.startswith("text/plain; version=0.0.4"), self.kind)
        self.assertTrue(self.open_kind.startswith("application/openmetrics-text; version=1.0.0"), self.open_kind)
        self.assertTrue(self.open_text.endswith("# EOF\n"))
        plain = {(sample.name, *sorted(sample.labels.items())): sample.value
                 for family in prometheus.text_string_to_metric_families(self.text) for sample in family.samples}
        self.assertEqual(set(plain), set(self.values))

    def test_promtool_finds_nothing_wrong(self):
        """Where Debian's prometheus is installed; python3-prometheus-client judges in any case."""
        promtool = shutil.which("promtool")
        if promtool is None:
            return
        done = subprocess.run([promtool, "check", "metrics"], input=self.text, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        done = subprocess.run([promtool, "check", "rules", TOP / "docs/monitoring/alerts.yml"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_deliveries_by_outcome(self):
        for state, count in (("sent", 2), ("failed", 1), ("open", 1), ("suppressed", 0), ("in_doubt", 0), ("bounced", 0)):
            self.assertEqual(self.value("tidings_deliveries", digest="weekly", state=state), count, state)
        self.assertEqual(self.value("tidings_edition_number", digest="weekly"), 1)

    def test_list_suppressions_and_bounces(self):
        self.assertEqual(self.value("tidings_subscriptions", digest="weekly", state="confirmed"), 3)
        self.assertEqual(self.value("tidings_suppressions", cause="hard_bounce"), 1)
        self.assertEqual(self.value("tidings_bounces_total", kind="complaint"), 0)

    def test_depth_and_age_of_the_queue(self):
        self.assertEqual(self.value("tidings_queue_deliveries"), 1)
        self.assertGreaterEqual(self.value("tidings_queue_age_seconds"), 0)

    def test_sources_relay_and_jobs(self):
        self.assertEqual(self.value("tidings_source_failures", source="other"), 1)
        self.assertEqual(self.value("tidings_source_failures", source="feed"), 0)
        self.assertEqual(self.value("tidings_source_silent", source="feed"), 0)
        self.assertGreater(self.value("tidings_source_last_success_timestamp_seconds", source="feed"), NOW.timestamp() - 60)
        self.assertEqual(sum(1 for key in self.values if key[0] == "tidings_relay_up"), 1)
        self.assertGreater(self.value("tidings_job_end_timestamp_seconds", job="send"), NOW.timestamp() - 60)
        self.assertNotIn(("tidings_job_success_timestamp_seconds", ("job", "collect")), self.values)
        self.assertGreater(self.value("tidings_database_bytes"), 4096)

    def test_what_visitors_do(self):
        self.assertEqual(self.value("tidings_web_total", what="sign_ups"), 0)

    def test_dashboard_alerts_and_page_name_what_is_there_and_nothing_else(self):
        there = {key[0] for key in self.values} | {"tidings_edition_finished_timestamp_seconds", "tidings_relay_paused_until_timestamp_seconds",
                                                   "tidings_job_success_timestamp_seconds"}
        for name in ("docs/monitoring.md", "docs/monitoring/alerts.yml", "docs/monitoring/grafana.json"):
            text = (TOP / name).read_text(encoding="utf-8")
            self.assertEqual(set(re.findall(r"\btidings_[a-z_]+", text)) - there, set(), name)
        page = (TOP / "docs/monitoring.md").read_text(encoding="utf-8")
        self.assertEqual(there - set(re.findall(r"\btidings_[a-z_]+", page)), set(), "numbers that docs/monitoring.md does not explain")
        json.loads((TOP / "docs/monitoring/grafana.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
