"""The list as its admin works with it: files of other services, filters and pages, a person's whole story, a kill amid an import."""
import contextlib
import json
import re
import signal
import sqlite3
import threading
import time
import unittest
import urllib.parse

from smtp_server import SmtpServer
from tidings import WEEKLY, Article, Home, parse_mail, rss, text_of

SOURCE = '[[source]]\nname = "town"\nurl = "file:town.xml"\n'
DAILY = '[[digest]]\nname = "daily"\nschedule = "daily 07:30"\n'
# One line of each state as the service writes it, and what becomes of it: format, then address: state of "weekly" (or the cause of
# a suppression).
EXPORTS = {
    "mailchimp": (
        '''"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,LEID,EUID,NOTES,TAGS
ana@example.org,Ana,Núñez,2,"2021-03-01 10:00:00","2021-03-01 10:05:11","2022-01-01 00:00:00",123,abc,,"""boats"""
''', {"ana@example.org": ("confirmed", "2021-03-01T10:05:11Z")}),
    "mailchimp ": ('''"Email Address","First Name",MEMBER_RATING,CONFIRM_TIME,UNSUB_TIME,UNSUB_REASON,LEID,EUID
carl@example.org,Carl,2,"2021-03-01 10:05:11","2022-02-02 02:02:02",NORMAL,125,abe
''', {"carl@example.org": ("withdrawn", None)}),
    "mailchimp  ": ('''"Email Address","First Name",MEMBER_RATING,CONFIRM_TIME,CLEAN_TIME,LEID,EUID
dora@example.org,Dora,2,"2021-03-01 10:05:11","2022-02-02 02:02:02",126,abf
''', {"dora@example.org": ("hard_bounce", None)}),
    "substack": ('''email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
eve@example.org,false,,other,false,2022-05-14T09:30:15.123Z,
fay@example.org,true,,yearly,true,2021-05-14T09:30:15.123Z,
''', {"eve@example.org": ("confirmed", "2022-05-14T09:30:15.123Z"), "fay@example.org": ("withdrawn", None)}),
    "mailchimp   ": (
        '''E-Mail-Adresse,Vorname,Nachname,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,NOTES,TAGS
xaver@example.org,Xaver,Grün,2,2021-03-01 10:00:00,,2021-03-01 10:05:11,,2022-01-01 00:00:00,,
''', {"xaver@example.org": ("confirmed", "2021-03-01T10:05:11Z")}),
    "substack ": (
        '''Email,Name,Stripe plan,Cancel date,Start date,Paid upgrade date,Activity,Subscription source (free),Type,Country
yan@example.org,Yan,,,2025-06-17T10:21:38.759Z,,4,direct,Free,ES
''', {"yan@example.org": ("confirmed", "2025-06-17T10:21:38.759Z")}),
    "substack  ": ('''Email,Name,Subscription type,Activity,Subscription date,Revenue,Subscription source (free),Cancel date
zoe@example.org,Zoë,Free,3,2024-01-10T08:00:00.000Z,0,direct,
''', {"zoe@example.org": ("confirmed", "2024-01-10T08:00:00Z")}),
    "substack   ": ('''email,expiry,email_disabled,stripe_connected_customer_id,type
abe@example.org,2025-07-06T16:20:44.000Z,false,cus_1,paid
bea@example.org,2025-07-06T16:20:44.000Z,true,,comp
''', {"abe@example.org": ("confirmed", None), "bea@example.org": ("withdrawn", None)}),
    "buttondown": ('''id,email,notes,metadata,tags,creation_date,type,source
1,gil@example.org,,{},,2023-01-02 03:04:05.678901+00:00,regular,embed
2,hal@example.org,,{},,2023-01-02T03:04:05Z,unsubscribed,embed
3,ina@example.org,,{},,2023-01-02T03:04:05Z,unactivated,embed
''', {
        "gil@example.org": ("confirmed", "2023-01-02T03:04:05.678Z"), "hal@example.org": ("withdrawn", None),
        "ina@example.org": ("pending", None)
    }),
    "listmonk": ('''uuid,email,name,attributes,status,created_at,updated_at
c0ffee00-0000-4000-8000-000000000001,kim@example.org,Kim,"{""city"":""X""}",enabled,2022-03-04 05:06:07.891011 +0000 UTC,
c0ffee00-0000-4000-8000-000000000002,lou@example.org,Lou,{},blocklisted,2022-03-04 05:06:07.891011 +0000 UTC,
''', {"kim@example.org": ("pending", None), "lou@example.org": ("manual", None)}),
    "ghost": ('''id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
5f,mia@example.org,Mia,,true,false,,2022-06-07T08:09:10.000Z,,,
60,ned@example.org,Ned,,false,false,,2022-06-07T08:09:10.000Z,,,
''', {"mia@example.org": ("confirmed", "2022-06-07T08:09:10Z"), "ned@example.org": ("withdrawn", None)}),
    "feedburner": ('''Email Address,Subscribed,Status
ola@example.org,06/17/2009 09:52,Active
pia@example.org,12/31/2010 23:59,Unverified
''', {"ola@example.org": ("confirmed", "2009-06-17T09:52:00Z"), "pia@example.org": ("pending", None)}),
    "feedburner ": ('''Email,Subscribed,Status,
cat@example.org,06/17/2009 09:52,Active,
dov@example.org,04/30/2009 01:37,Pending Verification,
eda@example.org,04/30/2009 01:37,Deactivated,
''', {
        "cat@example.org": ("confirmed", "2009-06-17T09:52:00Z"), "dov@example.org": ("pending", None),
        "eda@example.org": ("withdrawn", None)
    }),
    "follow.it": ('''Email,Follow date,Status,Delivery channel
fox@example.org,2021-06-30 12:00:00,Active,Newspaper
gus@example.org,2021-06-30 12:00:00,Pending,Single emails
hoa@example.org,2021-06-30 12:00:00,Unfollowed,Newspaper
''', {
        "fox@example.org": ("confirmed", "2021-06-30T12:00:00Z"), "gus@example.org": ("pending", None),
        "hoa@example.org": ("withdrawn", None)
    }),
    "phplist": ('''email\tconfirmed\tblacklisted\toptedin\tbouncecount\tentered\tmodified
sue@example.org\t1\t0\t0\t0\t2019-01-02 03:04:05\t2020-01-01 00:00:00
tom@example.org\t0\t0\t0\t0\t2019-01-02 03:04:05\t2020-01-01 00:00:00
uma@example.org\t1\t1\t0\t0\t2019-01-02 03:04:05\t2020-01-01 00:00:00
''', {
        "sue@example.org": ("confirmed", "2019-01-02T03:04:05Z"), "tom@example.org": ("pending", None),
        "uma@example.org": ("manual", None)
    }),
    "csv": ('''Email,Subscription date,Status
quin@example.org,2023-04-05,Active
rob@example.org,2023-04-06,Inactive
''', {"quin@example.org": ("confirmed", "2023-04-05T00:00:00Z"), "rob@example.org": ("withdrawn", None)}),
}


class Subscribers(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure(digests=WEEKLY + DAILY)

    def test_exports_of_other_services_bring_status_and_date_and_nobody_who_left(self):
        home = self.home
        for number, (format, (text, wanted)) in enumerate(EXPORTS.items()):
            encoding = ("utf-8", "utf-8-sig", "utf-16")[number % 3]
            home.write("list.csv", text.encode(encoding))
            report = json.loads(home.do("subscriber", "import", "list.csv", "--digest", "weekly", "--json"))
            told = (report["format"], report["line_count"], report["rejected_count"])
            self.assertEqual(told, (format.strip(), len(wanted), 0), encoding)
        readers = {each["address"]: each for each in home.json("subscriber", "list", "--limit", "1000")}
        suppressed = {each["address"]: each["cause"] for each in home.json("suppression", "list")}
        for address, (state, confirmed) in {who: what for _, wanted in EXPORTS.values() for who, what in wanted.items()}.items():
            if address in readers:
                only, = readers[address]["subscriptions"]
                self.assertEqual((only["digest"], only["status"]), ("weekly", state), address)
                self.assertTrue(confirmed is None or only["confirmed_at"] == confirmed, (address, only))
            else:
                self.assertEqual(suppressed[address], state, address)
        everybody = [address for _, wanted in EXPORTS.values() for address in wanted]
        home.write("again.csv", "email,status\n" + "".join("%s,confirmed\n" % each for each in everybody))
        before = {each["address"]: each["subscriptions"] for each in home.json("subscriber", "list", "--status", "withdrawn")}
        home.do("subscriber", "import", "again.csv", "--digest", "weekly")
        self.assertEqual(
            {each["address"]: each["subscriptions"] for each in home.json("subscriber", "list", "--status", "withdrawn")}, before)
        self.assertEqual(len(home.do("suppression", "list", "--json").splitlines()), 3)

    def test_an_admin_finds_people_by_what_is_known_of_them_page_by_page(self):
        home = self.home
        rows = ["email,name,language,digests,topics,status"]
        for i in range(60):
            rows.append("r%02d@%s,Reader %d,%s,%s,%s,%s" % (i, ("a.example", "bücher.example")[i % 2], i, ("en", "de")[i % 2],
                                                            ("weekly", "daily;weekly")[i % 3 == 0], ("boats", "")[i % 4 > 0],
                                                            ("confirmed", "pending", "withdrawn")[i % 5 % 3]))
        home.write("list.csv", "\n".join(rows))
        home.do("subscriber", "import", "list.csv")
        home.do("suppression", "add", "r00@a.example")
        everybody = home.json("subscriber", "list")

        def found(*filters):
            whole = [each["address"] for each in home.json("subscriber", "list", *filters)]
            addresses, after = [], 0
            while True:  # in pages of seven, as a script would read them
                page = home.json("subscriber", "list", "--limit", "7", "--after", after, *filters)
                addresses += [each["address"] for each in page]
                self.assertEqual(addresses, whole[:len(addresses)])
                if len(page) < 7:
                    self.assertEqual(int(home.do("subscriber", "list", "--count", *filters)), len(addresses))
                    self.assertEqual(addresses, whole)
                    return addresses
                after = page[-1]["id"]

        def wanted(keep):
            return [each["address"] for each in everybody if keep(each)]

        def status(each, state, digest=None):
            return any(one["status"] == state and digest in (None, one["digest"]) for one in each["subscriptions"])

        self.assertEqual(found("--status", "pending"), wanted(lambda each: status(each, "pending")))
        self.assertEqual(found("--status", "confirmed", "--digest", "daily"),
                         wanted(lambda each: status(each, "confirmed", "daily")))
        self.assertEqual(found("--topic", "boats"), wanted(lambda each: "boats" in each["topics"]))
        for domain in ("bücher.example", "xn--bcher-kva.example", "BÜCHER.example"):
            self.assertEqual(found("--domain", domain), wanted(lambda each: "xn--" in each["address"]), domain)
        self.assertEqual(found("--search", "reader 1"), wanted(lambda each: "Reader 1" in each["name"]))
        for text in ("büch", "ücher.ex", "BÜCHER", "her.example"):
            self.assertEqual(found("--search", text), wanted(lambda each: "xn--" in each["address"]), text)
        self.assertEqual(found("--search", "r01@bü"), wanted(lambda each: each["address"].startswith("r01@xn--")))
        self.assertEqual(found("--status", "suppressed"), ["r00@a.example"])
        self.assertEqual(found("--since", "2099-01-01T00:00:00Z"), [])
        self.assertEqual(len(found("--since", "2020-01-01T00:00:00Z")), 60)
        self.assertIn("--after", home.do("subscriber", "list", "--limit", "7"))

    def test_an_import_that_is_killed_changes_nothing_or_goes_on_where_it_was(self):
        home = self.home
        count = 30_000
        home.write(
            "list.csv",
            "email,name,status\n" + "".join("r%x@mail%d.example,Reader %d,confirmed\n" % (i * 2654435761 % 4294967296, i % 50, i)
                                            for i in range(count)))
        home.do("subscriber", "import", "subscribers.csv", status=66)

        def stored():
            with contextlib.closing(sqlite3.connect(home.folder / "subscribers/tidings.db")) as database:
                return tuple(
                    database.execute("SELECT count(*) FROM " + table).fetchone()[0]
                    for table in ("subscribers", "subscriptions", "consents"))

        home.do("subscriber", "add", "first@example.org", "--confirmed", "--digest", "weekly")
        for batch, lines in (([], 0), (["--batch", "2000"], 2000)):
            process = home.start("subscriber", "import", "list.csv", "--digest", "weekly", *batch)
            end = time.monotonic() + 60
            if batch:
                while stored()[0] < 4000:  # in the middle of the third batch
                    self.assertLess(time.monotonic(), end)
            else:
                log = home.folder / "subscribers/tidings.db-wal"
                while process.poll() is None and not (log.exists() and log.stat().st_size > 100_000):
                    threading.Event().wait(0.005)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.assertEqual(process.returncode, -signal.SIGKILL, "the import was over before it was killed")
            people, subscriptions, consents = stored()
            self.assertEqual(people, subscriptions)
            self.assertEqual(people, consents)
            if batch:
                self.assertEqual((people - 1) % lines, 0)
                self.assertTrue(1 < people <= count, people)
            else:
                self.assertEqual(people, 1, "half a file is in")
        report = json.loads(home.do("subscriber", "import", "list.csv", "--digest", "weekly", "--json"))
        self.assertEqual((report["added_count"], report["unchanged_count"]), (count + 1 - people, people - 1))
        self.assertEqual(stored(), (count + 1,) * 3)
        report = json.loads(home.do("subscriber", "import", "list.csv", "--digest", "weekly", "--json"))
        self.assertEqual((report["added_count"], report["unchanged_count"]), (0, count))
        home.do("db", "check")

    def test_a_file_that_is_not_utf8_puts_no_garbled_name_on_the_list(self):
        home = self.home
        for encoding in ("mac-roman", "cp437"):
            home.write("list.csv", "email;name\nana@example.org;Ana Núñez\nbo@example.org;Bo\n".encode(encoding))
            done = home.run("subscriber", "import", "list.csv", "--rejects", "rejects.csv")
            self.assertEqual(done.returncode, 65)
            self.assertIn("list.csv:2: the line is not UTF-8 (--encoding windows-1252, or save the file as UTF-8", done.stderr)
            self.assertEqual([each["address"] for each in home.json("subscriber", "list")], ["bo@example.org"])
            rejects = (home.folder / "rejects.csv").read_bytes()
            self.assertIn("Ana Núñez".encode(encoding), rejects, "the line is kept as it was")
            self.assertEqual(home.run("subscriber", "import", "rejects.csv").returncode, 65, "and is no better for it")
        home.write("mended.csv", rejects.decode(encoding))
        home.do("subscriber", "import", "mended.csv")
        self.assertEqual(home.json("subscriber", "list", "--search", "ana@")[0]["name"], "Ana Núñez")

    def test_columns_are_mapped_by_hand_and_rejected_lines_come_back_to_be_mended(self):
        home = self.home
        text = "Kontakt{0}Wer{0}Seit\nana@example.org{0}Ana{0}2024-02-03\nnobody{0}Bo{0}2024-02-03\ncy@example.org{0}Cy{0}soon\n"
        wanted = ("--map", "email=Kontakt", "--map", "name=wer", "--map", "confirmed_at=Seit", "--confirmed", "--digest",
                  "weekly", "--rejects", "bad.csv")
        for delimiter, told in ((",", ()), (";", ()), ("\t", ()), ("|", ()), ("^", ("--delimiter", "^")),
                                (":", ("--delimiter", ":")), ("\t", ("--delimiter", "tab"))):
            home.write("list.csv", text.format(delimiter))
            done = home.run("subscriber", "import", "list.csv", "--dry-run", *wanted, *told)
            self.assertIn("1  would be added", done.stdout, delimiter)
            self.assertIn("email=Kontakt name=Wer confirmed_at=Seit", done.stdout)
            self.assertEqual(home.run("subscriber", "list").stdout.count("@"), 0, "a trial adds nobody")
        home.write("list.csv", "sep=~\n" + text.format("~"))
        self.assertEqual(home.run("subscriber", "import", "list.csv", *wanted).returncode, 65)
        rejects = (home.folder / "bad.csv").read_text()
        self.assertRegex(rejects, r'^line,reason,Kontakt,Wer,Seit\n4,"?"?"?nobody.*no @.*\n5,.*not a date')
        self.assertEqual(home.json("subscriber", "list")[0]["subscriptions"][0]["confirmed_at"], "2024-02-03T00:00:00Z")
        home.write(
            "bad.csv",
            rejects.replace("nobody,", "bo@example.org,").replace(",nobody", ",bo@example.org").replace(",soon", ",2024-02-04"))
        home.do("subscriber", "import", "bad.csv", *wanted[:-2])
        self.assertEqual(sorted(each["address"] for each in home.json("subscriber", "list")),
                         ["ana@example.org", "bo@example.org", "cy@example.org"])
        home.do("subscriber", "import", "list.csv", "--delimiter", "==", status=64)
        home.do("subscriber", "import", "list.csv", "--map", "email=Nothing", status=65)

    def test_an_export_imported_elsewhere_is_the_same_list(self):
        home = self.home
        home.write(
            "list.csv", "email,name,language,digests,topics,status,confirmed_at\n"
            'ana@bücher.example,"=Ana, ""the"" N",es,weekly,boats;art,confirmed,2024-02-03T04:05:06.789Z\n'
            "B.O@example.org,,,daily;weekly,,pending,\ncy@example.org,'Cy,de,daily,,withdrawn,2020-01-01T00:00:00Z\n"
            "dee@example.org,王,zh,weekly,,bounced,\nELI@example.org,Eli,,daily,,confirmed,2023-01-01\n"
            "ELI@example.org,Eli,,weekly,,withdrawn,2022-01-01\n"
        )
        home.do("subscriber", "import", "list.csv")
        export = home.do("subscriber", "export")
        with Home() as other:
            other.configure(digests=WEEKLY + DAILY)
            other.write("list.csv", export)
            other.do("subscriber", "import", "list.csv")
            self.assertEqual(other.do("subscriber", "export"), export)
            self.assertEqual(export.count("\n"), 1 + 4 + 1 + 1)

    def test_who_never_confirms_is_forgotten_after_seven_days_and_who_had_left_is_not(self):
        home = self.home
        relay = SmtpServer()
        relay.__enter__()
        self.addCleanup(relay.__exit__)
        home.configure(relay.url, digests=WEEKLY + DAILY)
        home.do("subscriber", "import", "-", "--digest", "weekly", input="email,status\nleft@example.org,withdrawn\n",
                at="2026-01-01T08:00:00Z")
        for address in ("new@example.org", "left@example.org"):
            home.run("subscriber", "add", address, "--digest", "weekly", at="2026-01-05T08:00:00Z")
        self.assertEqual(int(home.do("subscriber", "list", "--count", "--status", "pending")), 2)
        for day, wanted in ((11, {"new@example.org": "pending", "left@example.org": "pending"}), (13, {"left@example.org": "withdrawn"})):
            home.run("send", "--due", at="2026-01-%02dT08:00:00Z" % day)
            found = {each["address"]: each["subscriptions"][0]["status"] for each in home.json("subscriber", "list")}
            self.assertEqual(found, wanted, day)

    def test_one_person_is_one_reader_however_the_address_is_written(self):
        home = self.home
        written = ["Ana@Bücher.example", "ana@bücher.example", "ANA@BU\u0308CHER.example", "ana@xn--bcher-kva.example", " ana@BÜCHER.EXAMPLE "]
        home.write("list.csv", "email,status\n" + "".join("%s,confirmed\n" % each for each in written))
        report = json.loads(home.do("subscriber", "import", "list.csv", "--digest", "weekly", "--json"))
        self.assertEqual((report["added_count"], report["unchanged_count"], report["rejected_count"]), (1, 4, 0))
        home.write("list.csv", "email\n" + "\n".join(["a" * 65 + "@example.org", "a@" + "b" * 64 + ".example", "a@b..example", "a b@example.org",
                                                      "a@", "@b.example", "a@-b.example"]))
        self.assertEqual(json.loads(home.run("subscriber", "import", "list.csv", "--json").stdout)["rejected_count"], 7)

    def test_roles_and_slips_are_imported_with_a_warning_that_names_the_line(self):
        self.home.write("list.csv", "email\ninfo@example.org\nann@gmial.com\nbo@hotmial.com\ncy@gmail.com\n")
        done = self.home.run("subscriber", "import", "list.csv")
        self.assertEqual(done.returncode, 0)
        self.assertEqual([line.split(": ", 2)[2].split(":")[:2] for line in done.stderr.splitlines() if "warning" in line],
                         [["list.csv", "2"], ["list.csv", "3"], ["list.csv", "4"]])
        self.assertIn("did they mean @gmail.com?", done.stderr)

    def test_whoever_waits_for_a_confirmation_is_counted_and_the_report_says_what_to_do(self):
        home = self.home
        home.write("list.csv", "email\na@example.org\nb@example.org\n")
        self.assertRegex(home.do("subscriber", "import", "list.csv", "--dry-run"),
                         r" 2  get no mail until confirmed: --send-confirmations")
        self.assertNotIn("confirm:", home.do("subscriber", "import", "list.csv", "--confirmed", "--dry-run"))
        home.write("bad.csv", "email\na@example.org\nnobody\n")
        done = home.run("subscriber", "import", "bad.csv", "--dry-run")
        self.assertEqual(done.returncode, 65)
        self.assertIn("1 line would be imported, 1 would be rejected", done.stderr)


class OnlyAMailbox(unittest.TestCase):
    """No web server: readers answer by mail, and what comes is read from a pipe or a Maildir."""

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.relay = SmtpServer()
        self.relay.__enter__()
        self.addCleanup(self.relay.__exit__)
        config = self.home.configure(self.relay.url, [SOURCE], WEEKLY)
        config.write_text(config.read_text().replace('public_url = "https://news.example.org"\n', ""))
        self.home.write("town.xml", rss("Town", [Article("Ships", "https://town.example/1", None)]))
        self.box = self.home.folder / "Maildir"
        for part in ("new", "cur", "tmp"):
            (self.box / part).mkdir(parents=True)

    def status(self, address):
        return json.loads(self.home.do("subscriber", "show", address, "--json"))["subscriptions"][0]["status"]

    def by_maildir(self, text):
        (self.box / "new" / ("%d.x" % len(list(self.box.rglob("*.x*"))))).write_text(text)
        self.home.do("bounce", "ingest", "--maildir", "Maildir")

    def test_readers_join_and_leave_by_mail(self):
        home = self.home
        mails = {}
        for address in ("ada@example.org", "bob@example.org"):
            home.do("subscriber", "add", address)
            mails[address] = parse_mail(self.relay.take()[0].octets)
            self.assertIn("simply reply", text_of(mails[address]))
            self.assertNotIn("https:", mails[address].get_body(("plain",)).get_content())
        ada = mails["ada@example.org"]
        reply = ("From: ada@example.org\nTo: %s\nSubject: AW: %s\nMessage-ID: <%%s@x>\nIn-Reply-To: %s\nReferences: %s\n"
                 "%%s\nJa, gern\n") % (ada["Reply-To"], ada["Subject"], ada["Message-ID"], ada["Message-ID"])
        for number, (fields, wanted) in enumerate((("Auto-Submitted: auto-replied\n", "pending"),
                                                   ("Precedence: bulk\nX-Autoreply: yes\n", "pending"), ("", "confirmed"))):
            home.run("bounce", "ingest", input=reply % (number, fields))
            self.assertEqual(self.status("ada@example.org"), wanted, fields)
        link = urllib.parse.urlsplit(re.search(r"mailto:\S+", text_of(mails["bob@example.org"]))[0])
        subject = urllib.parse.parse_qs(link.query)["subject"][0]
        self.by_maildir("From: bob@example.org\nTo: %s\nSubject: %s\nMessage-ID: <cut@x>\n\n" % (link.path, subject[:-1]))
        self.assertEqual(self.status("bob@example.org"), "pending")
        self.by_maildir("From: bob@example.org\nTo: %s\nSubject: %s\nMessage-ID: <whole@x>\n\n" % (link.path, subject))
        self.assertEqual(self.status("bob@example.org"), "confirmed")
        self.relay.take()
        home.do("send", "weekly", "--now")
        digests = {each.envelope_to: parse_mail(each.octets) for each in self.relay.take()}
        self.assertEqual(set(digests), set(mails))
        for address, mail in digests.items():
            self.assertIsNone(mail["List-Unsubscribe-Post"])
            link = urllib.parse.urlsplit(re.fullmatch(r"<(mailto:[^>]+)>", mail["List-Unsubscribe"])[1])
            subject = urllib.parse.parse_qs(link.query)["subject"][0]
            leave = "From: somebody@else.example\nTo: %s\nSubject: %s\nMessage-ID: <leave-%s>\n\n" % (link.path, subject, address)
            if address == "ada@example.org":
                home.do("bounce", "ingest", input=leave)
            else:
                self.by_maildir(leave)
            self.assertEqual(self.status(address), "withdrawn")


if __name__ == "__main__":
    unittest.main()
