"""The list is its people's: nobody who left comes back by a file, and each act (join, confirm, change, leave) has the same result by
whichever way it comes: command, page, one click, mail."""
import http.client
import json
import re
import signal
import time
import unittest
import urllib.parse

import old_store
from smtp_server import Rule, SmtpServer
from tidings import WEEKLY, Home, parse_mail, rss, text_of

DAILY = '[[digest]]\nname = "daily"\nschedule = "daily 07:30"\n'
SOURCE = '[[source]]\nname = "town"\nurl = "file:town.xml"\ntopics = ["boats", "sport"]\n'
AT = "2026-01-18T09:00:00Z"

# Exports with their real headers: format, options, then address: what becomes of it ("c", "p", "w": subscription; else the cause of
# the suppression).
EXPORTS = [
    ("mailpoet", '"Email","First name","Last name","List","List status","Global status","Subscription IP","Confirmation time"\n'
     '"a1@x.example","Ann","Ash","News","Subscribed","Subscribed","192.0.2.7","2024-03-01 10:00:00"\n'
     '"a2@x.example","Bob","","News","Unsubscribed","Subscribed","","2024-03-01 10:00:00"\n'
     '"a3@x.example","Cy","","News","Subscribed","Unsubscribed","",""\n'
     '"a4@x.example","Di","","News","Subscribed","Bounced","",""\n'
     '"a5@x.example","Ed","","News","Subscribed","Inactive","",""\n'
     '"a6@x.example","Fi","","News","Unconfirmed","Unconfirmed","",""\n',
     {"a1@x.example": "c", "a2@x.example": "w", "a3@x.example": "w", "a4@x.example": "hard_bounce", "a5@x.example": "w",
      "a6@x.example": "p"}),
    ("mailpoet", "Email;Vorname;Nachname;Globaler Status;Listenstatus\nb1@x.example;Änne;;Abonniert;Abonniert\n"
     "b2@x.example;Bo;;Abgemeldet;Abonniert\n", {"b1@x.example": "c", "b2@x.example": "w"}),
    ("brevo", "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;Email blocklisted;ADDED_TIME\n"
     "1;c1@x.example;Cas;;;No;01-03-2024 10:00:00\n2;c2@x.example;;;;Yes;01-03-2024 10:00:00\n",
     {"c1@x.example": "c", "c2@x.example": "manual"}),
    # As MailPoet's exporter writes it: quotes behind backslashes, the words of the status in English whatever the headers' language.
    ("mailpoet", '\ufeff"Email","First name","Last name","Subscription IP","Subscription time","Confirmation time","Confirmation IP",'
     '"List status","Global status","List"\n'
     '"i1@x.example","Ida \\"Red\\"","Ash","192.0.2.7","2024-03-01 09:00:00","2024-03-01 10:00:00","192.0.2.8","subscribed","subscribed","News"\n'
     '"i2@x.example","The \\"Ox\\" inn","","","","","","unsubscribed","subscribed","News"\n'
     '"i3@x.example","","","","","","","subscribed","bounced","News"\n',
     {"i1@x.example": "c", "i2@x.example": "w", "i3@x.example": "hard_bounce"}),
    ("mailpoet", '"E-Mail","Vorname","Nachname","Abonnement-IP","Anmeldezeitpunkt","Listenstatus","Globaler Status","Liste"\n'
     '"j1@x.example","Jo","","","","subscribed","subscribed","News"\n"j2@x.example","","","","","subscribed","unsubscribed","News"\n',
     {"j1@x.example": "c", "j2@x.example": "w"}),
    # As Brevo's API exports it: the channels by name.
    ("brevo", "EMAIL,FIRSTNAME,_SUBSCRIBED,_BLOCKLISTED,_listIds,ADDED_TIME,MODIFIED_TIME\n"
     'k1@x.example,Kay,email_marketing,,"[2]",01-03-2024 10:00:00,01-03-2024 10:00:00\n'
     "k2@x.example,Kim,,email_marketing,[2],01-03-2024 10:00:00,01-03-2024 10:00:00\n"
     'k3@x.example,Kit,email_marketing,sms_marketing,"[2]",01-03-2024 10:00:00,01-03-2024 10:00:00\n',
     {"k1@x.example": "c", "k2@x.example": "manual", "k3@x.example": "c"}),
    ("brevo", "EMAIL,FIRSTNAME,BLACKLIST,DOUBLE_OPT-IN\nd1@x.example,Do,0,Yes\nd2@x.example,Da,1,Yes\nd3@x.example,De,,No\n",
     {"d1@x.example": "c", "d2@x.example": "manual", "d3@x.example": "p"}),
    ("kit", "id,first_name,email,status,created_at,tags\n1,Eve,e1@x.example,active,2023-02-17 11:43:55 UTC,\"boats, sport\"\n"
     "2,,e2@x.example,cancelled,2023-02-17T11:43:55.000Z,\n3,,e3@x.example,bounced,2023-02-17T11:43:55.000Z,\n"
     "4,,e4@x.example,complained,2023-02-17T11:43:55.000Z,\n5,,e5@x.example,inactive,2023-02-17T11:43:55.000Z,\n",
     {"e1@x.example": "c", "e2@x.example": "w", "e3@x.example": "hard_bounce", "e4@x.example": "complaint", "e5@x.example": "w"}),
    ("beehiiv", "Id,Email,Status,Created At,Subscription Tier,UTM Source\nsub_1,f1@x.example,active,\"Feb 17, 2023 11:43 AM\",free,\n"
     "sub_2,f2@x.example,inactive,2023-02-17 11:43:00 UTC,free,\nsub_3,f3@x.example,pending,2023-02-17 11:43:00 UTC,free,\n",
     {"f1@x.example": "c", "f2@x.example": "w", "f3@x.example": "p"}),
    ("mailerlite", "Subscriber,Status,Sent,Opens,Clicks,Subscribed,Location\ng1@x.example,Active,3,2,1,2023-02-17 11:43:00,Ghent\n"
     "g2@x.example,Unsubscribed,3,2,1,2023-02-17 11:43:00,Ghent\ng3@x.example,Junk,3,2,1,2023-02-17 11:43:00,Ghent\n",
     {"g1@x.example": "c", "g2@x.example": "w", "g3@x.example": "complaint"}),
    ("mailerlite", "Email,Name,Subscribe date,Subscribe IP,Confirmation date,Confirmation IP,Unsubscribe date\n"
     "h1@x.example,Hal,2023-02-17 11:43:00,192.0.2.1,2023-02-17 11:44:00,192.0.2.1,\n"
     "h2@x.example,Hub,2023-02-17 11:43:00,192.0.2.1,2023-02-17 11:44:00,192.0.2.1,2024-05-06 07:08:09\n",
     {"h1@x.example": "c", "h2@x.example": "w"}),
]


class Lists(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.__exit__)
        self.home.configure(sources=[SOURCE], digests=WEEKLY + DAILY)
        self.home.now = AT

    def imported(self, text, *options, status=0, name="list.csv"):
        self.home.write(name, text)
        done = self.home.run("subscriber", "import", name, "--digest", "weekly", *options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def fates(self):
        """Address: state of "weekly", or the cause of its suppression."""
        fates = {}
        for each in self.home.json("subscriber", "list", "--limit", "1000"):
            for one in each["subscriptions"]:
                if one["digest"] == "weekly":
                    fates[each["address"]] = {"confirmed": "c", "pending": "p", "withdrawn": "w"}[one["status"]]
        fates.update({each["address"]: each["cause"] for each in self.home.json("suppression", "list")})
        return fates

    def consents(self, address):
        return json.loads(self.home.do("subscriber", "export", "--one", address))["consents"]

    def test_exports_confirm_nobody_who_left_bounced_or_complained(self):
        for format, text, wanted in EXPORTS:
            self.home.write("list.csv", text)
            report = json.loads(self.home.do("subscriber", "import", "list.csv", "--digest", "weekly", "--confirmed", "--json"))
            self.assertEqual((report["format"], report["rejected_count"]), (format, 0), text)
            fates = self.fates()
            self.assertEqual({address: fates.get(address) for address in wanted}, wanted, text)
            # Nor does any file bring them back.
            gone = [address for address, fate in wanted.items() if fate not in "cp"]
            self.imported("email,status\n" + "".join("%s,confirmed\n" % each for each in gone), "--confirmed", name="again.csv")
            self.home.run("subscriber", "import", "again.csv", "--digest", "daily", "--confirmed")
            self.assertEqual(self.fates(), fates)
        for address in ("a3@x.example", "h2@x.example"):
            known, = self.home.json("subscriber", "list", "--search", address)
            self.assertEqual({each["status"] for each in known["subscriptions"]}, {"withdrawn"}, "no other digest either")

    def test_dates_addresses_and_tags_of_an_export_are_kept_with_the_consent(self):
        for _, text, _ in EXPORTS:
            self.imported(text, "--confirmed")
        only = self.consents("a1@x.example")
        self.assertEqual([(each["event"], each["at"]) for each in only], [("confirmed", "2024-03-01T10:00:00Z")])
        self.assertIn("from 192.0.2.7", only[0]["detail"])
        self.assertIn("tags: News", only[0]["detail"])
        self.assertEqual(self.consents("c1@x.example")[0]["at"], "2024-03-01T10:00:00Z")
        self.assertEqual(self.consents("e1@x.example")[0]["at"], "2023-02-17T11:43:55Z")
        self.assertIn("tags: boats, sport", self.consents("e1@x.example")[0]["detail"])
        self.assertEqual(self.consents("f1@x.example")[0]["at"], "2023-02-17T11:43:00Z")
        self.assertEqual([(each["event"], each["at"]) for each in self.consents("h2@x.example")],
                         [("withdrawn", "2024-05-06T07:08:09Z")])

    def test_a_column_that_sounds_like_a_status_stops_confirmed_until_it_is_mapped_or_ignored(self):
        for header in ("Unsubscribed", "Email opt-out", "Bounce type", "GDPR consent", "Newsletter permission", "Beschwerden", "Abgemeldet am",
                       "Statut d'abonnement", "Estado", "Consenso", "Toestemming", "Отписан", "配信停止", "Suppressed?", "Blocklist",
                       "Marketing status"):
            done = self.imported("email,%s\nnew@x.example,\n" % header, "--confirmed", status=65)
            self.assertIn('"%s"' % header, done.stderr)
            self.assertIn("nothing was imported", done.stderr)
            self.assertEqual(self.fates(), {}, header)
        self.imported("email,Marketing status\nnew@x.example,a\nother@x.example,b\n", "--confirmed", "--ignore-column", "Marketing status")
        self.assertEqual(self.fates(), {"new@x.example": "c", "other@x.example": "c"})
        self.imported("email,Their state\nleft@x.example,Unsubscribed\nhere@x.example,Subscribed\n", "--confirmed", "--map",
                      "status=Their state")
        self.imported("email,Email opt-out\nout@x.example,Yes\nin@x.example,No\n", "--confirmed", "--map", "status=Email opt-out")
        self.imported("email,GDPR consent\nnay@x.example,no\nyea@x.example,yes\n", "--confirmed", "--map", "status=GDPR consent")
        self.assertEqual(self.fates(), {"new@x.example": "c", "other@x.example": "c", "left@x.example": "w", "here@x.example": "c",
                                        "out@x.example": "w", "in@x.example": "c", "nay@x.example": "w", "yea@x.example": "c"})
        self.imported("email\na@x.example\n", "--ignore-column", "Nothing", status=65)

    def test_a_status_in_the_language_of_an_export_stops_confirmed(self):
        """Headers of MailPoet, MailerLite and the like, in words that no profile knows."""
        for header in ("Globaler Abostatus", "Status der Liste", "Statut général", "Statut de l’abonnement", "Estado general", "Stato generale",
                       "Status ogólny", "Stan subskrypcji", "Globální stav", "Общий статус", "Algehele status", "Estado da lista", "全体のステータス",
                       "Abgemeldet", "Désabonné le", "Fecha de baja", "Data disiscrizione", "Uitgeschreven op", "Avregistrerad", "Rejeté",
                       "Adresse ungültig", "Rebotes", "Einwilligung", "Consentement", "Zgoda"):
            done = self.imported('"E-Mail","Vorname","%s"\n"new@x.example","Nan",""\n' % header, "--confirmed", status=65)
            self.assertIn('"%s"' % header, done.stderr)
            self.assertEqual(self.fates(), {}, header)

    def test_a_column_whose_values_say_that_people_left_stops_confirmed_whatever_its_name(self):
        for value in ("unsubscribed", "Bounced", "cleaned", "inactive", "blacklisted", "Abgemeldet", "désabonné", "dado de baja",
                      "disiscritto", "отписан", "退会", "spam complaint"):
            done = self.imported("email,Field 7\nnew@x.example,\nold@x.example,%s\n" % value, "--confirmed", status=65)
            self.assertIn("list.csv:3:", done.stderr)
            self.assertIn('"Field 7"', done.stderr)
            self.assertEqual(self.fates(), {}, value)
        done = self.imported("email,Field 7\nnew@x.example,\nold@x.example,unsubscribed\n")
        self.assertIn('"Field 7" is not used and says "unsubscribed"', done.stderr)
        self.assertEqual(self.fates(), {"new@x.example": "p", "old@x.example": "p"}, "who only gets asked is asked")

    def test_columns_that_are_not_used_are_named(self):
        done = self.imported("email,Town,Shoe size\nnew@x.example,Ghent,42\n", "--confirmed")
        self.assertIn("unused columns: Town, Shoe size", done.stdout)
        report = json.loads(self.home.do("subscriber", "import", "list.csv", "--json"))
        self.assertEqual(report["unused"], [{"column": "Town", "suspect": False}, {"column": "Shoe size", "suspect": False}])

    def test_files_of_excel_are_read_as_people_mean_them(self):
        self.imported("\ufeffEmail;Name;Town\r\nJane Doe <jane@x.example>;;Ghent\r\nmailto:bob@x.example?subject=Hi;Bob;\r\n;;\r\n"
                      " ; ; \r\n<cy@x.example>;\"Cy\nof the\nHill\";\r\n;;\r\n", "--confirmed")
        people = {each["address"]: each["name"] for each in self.home.json("subscriber", "list")}
        self.assertEqual(people, {"jane@x.example": "Jane Doe", "bob@x.example": "Bob", "cy@x.example": "Cy of the Hill"})
        text = "Email;Name\r\nann@x.example;Änne Müßig\r\neva@x.example;Éva “Dvořák” Š\r\n"
        for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")):
            report = json.loads(self.imported(text.replace("@x", "@x%d" % number).encode(encoding), "--json").stdout)
            self.assertEqual((report["added_count"], report["rejected_count"]), (2, 0), encoding)
        names = [each["name"] for each in self.home.json("subscriber", "list", "--search", "ann@")]
        self.assertEqual(names, ["Änne Müßig"] * 5)

    def test_windows_1252_is_guessed_and_said_and_may_be_named(self):
        text = "Email;Name\r\nann@x.example;Änne Müßig\r\nben@x.example;Ben – “Café”\r\n"
        done = self.imported(text.encode("windows-1252"))
        self.assertIn("read as windows-1252", done.stderr)
        self.assertEqual({each["name"] for each in self.home.json("subscriber", "list")}, {"Änne Müßig", "Ben – “Café”"})
        self.imported("Email;Name\r\ncyr@x.example;Дмитрий\r\n".encode("windows-1251"), status=65)
        done = self.imported("Email;Name\r\ncyr@x.example;Дмитрий\r\n".encode("windows-1251"), "--encoding", "windows-1251")
        self.assertNotIn("read as", done.stderr)
        self.assertEqual(self.home.json("subscriber", "list", "--search", "cyr@")[0]["name"], "Дмитрий")
        self.imported("email\na@x.example\n", "--encoding", "klingon", status=64)

    def test_a_workbook_or_an_archive_gets_a_hint(self):
        for start, words in ((b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "CSV UTF-8"), (b"PK\x03\x04\x14\x00\x06\x00list.csv", "unpack"),
                             (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "CSV UTF-8")):
            self.assertIn(words, self.imported(start + bytes(100), status=65).stderr)

    def test_unknown_topics_digests_and_languages_are_refused_or_mapped_with_the_nearest_named(self):
        done = self.imported("email,language,topics,digests\na@x.example,Deutsch,Boats,Weekly\nb@x.example,xx-nope,,\nc@x.example,,sprot,\n"
                             "d@x.example,,,wekly\ne@x.example,pt_br,,\nf@x.example,Germna,,\n", status=65)
        for line, words in ((3, '"xx-nope" is not a language'), (4, 'there is no topic "sprot" (did you mean "sport"?)'),
                            (5, 'there is no digest "wekly" (did you mean "weekly"?)'), (7, "did you mean de (German)?")):
            self.assertRegex(done.stderr, r"list\.csv:%d: %s" % (line, re.escape(words)) if line != 7 else re.escape(words))
        people = {each["address"]: each for each in self.home.json("subscriber", "list")}
        self.assertEqual(sorted(people), ["a@x.example", "e@x.example"])
        self.assertEqual((people["a@x.example"]["language"], people["a@x.example"]["topics"]), ("de", ["boats"]))
        self.assertEqual(people["e@x.example"]["language"], "pt-BR")
        add = lambda *options: self.home.run("subscriber", "add", "z@x.example", "--confirmed", *options)
        for options, words in ((("--topic", "sprot"), "sport"), (("--language", "xx-nope"), "not a language"), (("--digest", "wekly"), "weekly")):
            done = add(*options)
            self.assertIn(done.returncode, (65, 66), options)
            self.assertIn(words, done.stderr)
        self.assertEqual(add("--topic", "SPORT", "--language", "français").returncode, 0)
        for options in (("--topic", "sprot"), ("--language", "xx-nope"), ("--cadence", "wekly")):
            self.assertIn(self.home.run("subscriber", "set", "z@x.example", *options).returncode, (65, 66), options)
        known, = self.home.json("subscriber", "show", "z@x.example")
        self.assertEqual((known["topics"], known["language"]), (["sport"], "fr"))

    def test_an_import_of_which_some_lines_are_rejected_is_told_from_one_that_failed_whole(self):
        done = self.imported("email\ngood@x.example\nbad\n", "--rejects", "bad.csv", status=65)
        self.assertIn("1 line imported, 1 rejected, see bad.csv", done.stderr)
        self.assertEqual(self.fates(), {"good@x.example": "p"})
        self.assertEqual(self.home.run("subscriber", "import", "list.csv", "--json").stdout.count("\n"), 1)
        done = self.imported('email\nnew@x.example\n"never closed\n', status=65)
        self.assertIn("nothing was imported", done.stderr)
        self.assertEqual(done.stdout, "", "no report")
        self.assertEqual(self.fates(), {"good@x.example": "p"})

    def test_a_whole_domain_is_suppressed_listed_exported_and_lifted(self):
        home = self.home
        home.do("subscriber", "add", "ann@bad.test", "--confirmed")
        home.do("subscriber", "add", "ann@good.test", "--confirmed")
        home.do("subscriber", "add", "ann@not-bad.test", "--confirmed")
        home.do("suppression", "add", "*@BAD.test", "--reason", "they asked")
        self.assertIn("already", home.do("suppression", "add", "@bad.test"))
        self.assertEqual([each["address"] for each in home.json("suppression", "list")], ["@bad.test"])
        self.assertEqual(home.run("subscriber", "add", "bob@bad.test", "--confirmed").returncode, 77)
        done = self.imported("email,status\ncy@bad.test,confirmed\ncy@good.test,confirmed\n", "--confirmed")
        self.assertIn("1  not added: suppressed", done.stdout)
        status, = [each for each in home.json("status") if each.get("digest") == "daily"]
        self.assertEqual(status["subscriber_count"], 2, "not the one at bad.test")
        exported = home.do("subscriber", "export")
        self.assertIn("\n'@bad.test,", exported)
        done = home.run("suppression", "remove", "ann@bad.test")
        self.assertEqual(done.returncode, 77)
        self.assertIn("suppression remove @bad.test", done.stderr)
        home.do("suppression", "remove", "@bad.test")
        self.assertEqual(home.json("suppression", "list"), [])
        home.do("subscriber", "add", "bob@bad.test", "--confirmed")
        self.imported(exported, name="back.csv")
        self.assertEqual([each["address"] for each in home.json("suppression", "list")], ["@bad.test"])
        home.do("suppression", "add", "@", status=65)
        self.imported("email\n@bad.test\n", status=65)

    def test_a_suppressed_domain_is_skipped_by_an_edition_that_is_sealed_already(self):
        with SmtpServer() as relay:
            home = self.home
            home.write("town.xml", '<rss version="2.0"><channel><title>T</title><link>https://t.example/</link><description/><item>'
                       "<title>Bread</title><link>https://t.example/1</link><guid>1</guid>"
                       "<pubDate>Sun, 18 Jan 2026 08:00:00 +0000</pubDate></item></channel></rss>")
            home.configure(relay.url, sources=[SOURCE], digests=DAILY)
            for address in ("ann@bad.test", "ann@good.test", "bob@evil.test"):
                home.do("subscriber", "add", address, "--confirmed")
            home.do("suppression", "add", "@bad.test")
            home.do("collect")
            home.do("compose", "daily", "--now")
            home.do("suppression", "add", "@evil.test")
            home.do("deliver")
            self.assertEqual([each.envelope_to for each in relay.take()], ["ann@good.test"])


class Acts(unittest.TestCase):
    """The table of acts x ways: what the mail and the list must be afterwards, whichever way was taken."""

    def setUp(self):
        self.relay = SmtpServer()
        self.relay.__enter__()
        self.home = Home()
        self.home.configure(self.relay.url, [SOURCE], WEEKLY + DAILY + '[bounce]\naddress = "back@news.example.org"\n'
                            '[web]\nlisten = "127.0.0.1:0"\nwelcome = true\ngoodbye = true\n')
        self.home.write("town.xml", rss("Town", []))
        self.addCleanup(self.home.__exit__)
        self.addCleanup(self.relay.__exit__)
        self.process = self.home.start("serve")
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
        self.addCleanup(self.stop)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)

    def ask(self, method, path, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            body = urllib.parse.urlencode(fields, doseq=True) if fields else None
            connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if fields else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def mail(self, to, subject):
        """The next mail to the address with these words in its subject; whatever came before it is passed over."""
        self.home.do("send", "--due")
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for each in list(self.relay.accepted):
                mail = parse_mail(each.octets)
                if each.envelope_to == to and subject in mail["Subject"]:
                    self.relay.accepted.remove(each)
                    return mail
            time.sleep(0.02)
        raise AssertionError("no mail %r to %s" % (subject, to))

    def mails(self, to):
        self.home.do("send", "--due")
        return [parse_mail(each.octets)["Subject"] for each in self.relay.accepted if each.envelope_to == to]

    @staticmethod
    def link(mail, kind):
        return re.search(r"https://news\.example\.org(/%s/\S+)" % kind, text_of(mail))[1]

    def state(self, address):
        known, = self.home.json("subscriber", "show", address)
        return {each["digest"]: each["status"] for each in known["subscriptions"]}

    def reply(self, mail, subject):
        text = "From: Ann <%s>\nTo: %s\nMessage-ID: <r%s>\nIn-Reply-To: %s\nSubject: %s\n\nYes\n" % (
            mail["To"], mail["Reply-To"] or mail["From"], mail["Message-ID"][1:-1], mail["Message-ID"], subject)
        return self.home.do("bounce", "ingest", input=text)

    def asked(self, address):
        self.home.do("subscriber", "add", address, "--digest", "weekly")
        return self.mail(address, "onfirm")

    def test_whoever_is_confirmed_is_welcomed_by_every_way_and_a_second_press_says_already(self):
        ways = {
            "page": lambda mail: self.assertEqual(self.ask("POST", self.link(mail, "c"), act="confirm")[0], 200),
            "mail": lambda mail: self.reply(mail, "Re: " + mail["Subject"]),
            "token": lambda mail: self.home.do("subscriber", "confirm", self.link(mail, "c")[3:]),
            "word": lambda mail: self.home.do("subscriber", "confirm", mail["To"]),
        }
        for way, confirm in ways.items():
            address = "%s@x.example" % way
            mail = self.asked(address)
            self.assertEqual(self.state(address), {"weekly": "pending"}, way)
            confirm(mail)
            self.assertEqual(self.state(address), {"weekly": "confirmed"}, way)
            welcome = self.mail(address, "Welcome")
            self.assertRegex(welcome["List-Unsubscribe"], r"<https://news\.example\.org/u/[^>]+>,\s*<mailto:[^>]+>", way)
            self.assertEqual(welcome["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click", way)
            self.assertIn("weekly", welcome["List-Id"], way)
            confirm(mail)
            self.assertEqual(self.mails(address), [], "a second welcome by " + way)
            if way == "word":
                continue
            for method in ("GET", "POST"):
                status, page = self.ask(method, self.link(mail, "c"))
                self.assertEqual((status, "lready confirmed" in page), (200, True), (way, method))
            self.assertIn("already confirmed", self.home.do("subscriber", "confirm", self.link(mail, "c")[3:]))
        self.home.do("subscriber", "add", "told@x.example", "--digest", "weekly", "--confirmed")
        self.mail("told@x.example", "Welcome")
        # Who has left is not told that they are in.
        self.home.do("subscriber", "unsubscribe", "token@x.example")
        self.assertEqual(self.ask("POST", self.link(mail, "c").replace("/c/", "/c/x"))[0], 404)

    def test_whoever_leaves_hears_it_by_every_way(self):
        def one_click(mail):
            self.assertEqual(self.ask("POST", re.search(r"<https://news\.example\.org(/u/[^>]+)>", mail["List-Unsubscribe"])[1],
                                      **{"List-Unsubscribe": "One-Click"})[0], 200)

        def by_mail(mail):
            subject = urllib.parse.unquote(re.search(r"<mailto:[^>?]+\?subject=([^>]+)>", mail["List-Unsubscribe"])[1])
            self.reply(mail, subject)

        ways = {
            "page": lambda mail: self.ask("POST", re.search(r"<https://news\.example\.org(/u/[^>]+)>", mail["List-Unsubscribe"])[1], act="leave"),
            "one-click": one_click,
            "mail": by_mail,
            "preferences": lambda mail: self.ask("POST", self.link(mail, "p"), act="save", name=""),
            "command": lambda mail: self.home.do("subscriber", "unsubscribe", mail["To"]),
            "off": lambda mail: self.home.do("subscriber", "set", mail["To"], "--cadence", "off"),
        }
        for way, leave in ways.items():
            address = "%s@x.example" % way
            self.home.do("subscriber", "add", address, "--digest", "weekly", "--confirmed")
            welcome = self.mail(address, "Welcome")
            leave(welcome)
            self.assertEqual(self.state(address), {"weekly": "withdrawn"}, way)
            self.mail(address, "left")
            leave(welcome)
            self.assertEqual(self.mails(address), [], "a second goodbye by " + way)
            events = json.loads(self.home.do("subscriber", "export", "--one", address))["consents"]
            self.assertEqual([each["event"] for each in events if each["event"] != "changed"], ["confirmed", "withdrawn"], way)

    def test_whoever_changes_digests_is_treated_alike_by_page_and_command(self):
        def page(address, preferences, *digests):
            return self.ask("POST", preferences, act="save", digest=list(digests))[0]

        def command(address, _, *digests):
            return self.home.run("subscriber", "set", address, *[word for each in digests or ("off",) for word in ("--cadence", each)]).returncode

        for change in (page, command):
            address = "%s@x.example" % change.__name__
            self.home.do("subscriber", "add", address, "--digest", "weekly", "--confirmed")
            preferences = self.link(self.mail(address, "Welcome"), "p")
            change(address, preferences, "daily")
            self.assertEqual(self.state(address), {"weekly": "withdrawn", "daily": "confirmed"})
            self.assertEqual(self.mails(address), [], "a change is neither joining nor leaving")
            change(address, preferences)
            self.assertEqual(self.state(address), {"weekly": "withdrawn", "daily": "withdrawn"})
            self.mail(address, "left")
            change(address, preferences, "weekly")
            self.assertEqual(self.state(address), {"weekly": "pending", "daily": "withdrawn"})
            asked = self.mail(address, "onfirm")
            # Somebody else may have asked for it: it goes on waiting, whatever else is saved.
            self.home.do("subscriber", "add", address, "--digest", "daily", "--confirmed", at=None)
            self.assertEqual(self.ask("POST", self.link(asked, "c"), act="confirm")[0], 200)
            self.assertEqual(self.state(address)["weekly"], "confirmed")
            self.home.do("suppression", "add", address)
            change(address, preferences, "weekly", "daily")
            self.assertEqual(self.state(address)["weekly"], "confirmed")

    def test_a_form_that_asks_for_what_is_not_there_is_refused(self):
        _, page = self.ask("GET", "/")
        stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
        for field, value in (("digest", "wekly"), ("topic", "sprot")):
            self.assertEqual(self.ask("POST", "/subscribe", email="x@x.example", stamp=stamp, **{field: value})[0], 422)

    def test_an_erased_person_is_gone_with_what_waits_for_them(self):
        mail = self.asked("gone@x.example")
        self.home.do("subscriber", "erase", "gone@x.example")
        self.assertEqual(self.ask("POST", self.link(mail, "c"))[0], 404)
        self.assertEqual(self.home.json("subscriber", "list"), [])

    def test_an_erased_person_is_in_no_row_of_any_table(self):
        with Home() as home:
            home.configure(digests=WEEKLY)
            path = home.folder / "subscribers/tidings.db"
            path.parent.mkdir()
            old_store.build(path, 14, filled=True)  # a store in which every table knows bob@bob.example
            def traces():
                return [(table, row) for table, rows in old_store.rows(path).items() for row in rows if "bob" in repr(row)]
            self.assertLessEqual({"subscribers", "bounce_events", "deliveries"}, {table for table, _ in traces()})
            home.do("subscriber", "erase", "bob@bob.example", at=AT)
            self.assertEqual(traces(), [])
            home.do("db", "check", at=AT)


class Notices(unittest.TestCase):
    def setUp(self):
        self.relay = SmtpServer()
        self.relay.__enter__()
        self.home = Home()
        self.home.configure(self.relay.url, [SOURCE], WEEKLY)
        self.home.now = AT
        self.addCleanup(self.home.__exit__)
        self.addCleanup(self.relay.__exit__)

    def test_a_notice_that_fails_waits_longer_each_time_and_holds_up_nobody(self):
        home = self.home
        self.relay.rules.append(Rule("rcpt", "451 4.3.0 busy", to="bad@x.example", times=99))
        home.write("list.csv", "email\nbad@x.example\n" + "".join("r%d@x.example\n" % i for i in range(5)))
        home.do("subscriber", "import", "list.csv", "--send-confirmations")
        home.run("send", "--due")
        self.assertEqual(sorted(each.envelope_to for each in self.relay.take()), ["r%d@x.example" % i for i in range(5)])
        last = [each for each in home.json("status") if "notices_open_count" in each][0]
        self.assertEqual((last["notices_open_count"], last["notices_failing_count"]), (1, 1))
        self.assertIn("busy", last["notices_error"])
        self.assertIn("1 failed", home.do("status"))
        self.assertEqual(last["notices_next_try"], "2026-01-18T09:01:00Z")
        home.now = "2026-01-18T09:02:00Z"
        home.run("send", "--due")
        last = [each for each in home.json("status") if "notices_open_count" in each][0]
        self.assertEqual(last["notices_next_try"], "2026-01-18T09:07:00Z")

    def test_thousands_that_fail_starve_nobody(self):
        home = self.home
        self.relay.rules.append(Rule("rcpt", "451 4.3.0 busy", to="@bad.example", times=100000))
        home.write("list.csv", "email\n" + "".join("r%d@bad.example\n" % i for i in range(2000)) + "good@x.example\n")
        home.do("subscriber", "import", "list.csv", "--send-confirmations")
        home.run("send", "--due")
        self.assertEqual([each.envelope_to for each in self.relay.take()], ["good@x.example"])
        home.do("subscriber", "add", "late@x.example", at="2026-01-18T09:02:00Z")
        self.assertEqual(self.relay.take()[0].envelope_to, "late@x.example")

    def test_a_notice_that_cannot_be_made_is_named_and_the_exit_status_says_so(self):
        import contextlib
        import sqlite3
        home = self.home
        home.write("list.csv", "email\nbad@x.example\ngood@x.example\n")
        home.do("subscriber", "import", "list.csv", "--send-confirmations")
        with contextlib.closing(sqlite3.connect(home.folder / "subscribers/tidings.db")) as database, database:
            database.execute("UPDATE subscribers SET address = 'no address' WHERE address = 'bad@x.example'")
        done = home.run("send", "--due")
        self.assertEqual([each.envelope_to for each in self.relay.take()], ["good@x.example"])
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn("1 confirmation mail could not be sent", done.stderr)

    def test_a_relay_that_is_away_ends_the_run_and_the_exit_status_says_so(self):
        home = self.home
        home.configure("smtp://127.0.0.1:1", [SOURCE], WEEKLY)
        home.write("list.csv", "email\na@x.example\nb@x.example\n")
        home.do("subscriber", "import", "list.csv", "--send-confirmations")
        done = home.run("send", "--due")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("confirmation mails are waiting", done.stderr)


class Numbers(unittest.TestCase):
    def serve(self, web):
        home = Home()
        self.addCleanup(home.__exit__)
        home.configure(sources=[SOURCE], digests=WEEKLY + "[web]\n" + web)
        process = home.start("serve")
        self.addCleanup(process.communicate, timeout=20)
        self.addCleanup(process.send_signal, signal.SIGTERM)
        return process

    def get(self, port, path, host="127.0.0.1", **headers):
        connection = http.client.HTTPConnection(host, port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def test_metrics_have_a_listener_of_their_own_and_no_proxy_shows_them(self):
        process = self.serve('listen = "127.0.0.1:0"\nmetrics = "127.0.0.1:0"\n')
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        monitor = int(re.search(r":(\d+)/metrics", process.stdout.readline())[1])
        status, numbers = self.get(monitor, "/metrics")
        self.assertEqual(status, 200)
        self.assertIn("tidings_notices_open 0", numbers)
        self.assertEqual(self.get(monitor, "/subscribe")[0], 404)
        for headers in ({}, {"X-Real-IP": "192.0.2.1"}, {"CF-Connecting-IP": "192.0.2.1"}, {"X-Forwarded-Proto": "https"}):
            self.assertEqual(self.get(port, "/metrics", **headers)[0], 404, headers)

    def test_without_a_listener_there_are_no_metrics(self):
        process = self.serve('listen = "127.0.0.1:0"\n')
        self.assertEqual(self.get(int(process.stdout.readline().rsplit(":", 1)[1]), "/metrics")[0], 404)

    def test_behind_a_local_proxy_a_listener_on_ipv6_counts_visitors_and_not_the_proxy(self):
        process = self.serve('listen = "[::]:0"\n')
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        for _ in range(70):
            self.get(port, "/u/none", **{"X-Forwarded-For": "192.0.2.7"})
        self.assertEqual(self.get(port, "/u/none", **{"X-Forwarded-For": "192.0.2.8"})[0], 429, "one network")
        self.assertEqual(self.get(port, "/u/none", **{"X-Forwarded-For": "198.51.100.8"})[0], 404, "another one is not locked out")

    def test_a_configuration_whose_metrics_are_no_address_is_refused(self):
        for wrong in ("here", "127.0.0.1:8080"):
            home = Home()
            self.addCleanup(home.__exit__)
            home.configure(sources=[SOURCE], digests=WEEKLY + '[web]\nmetrics = "%s"\n' % wrong)
            self.assertEqual(home.run("config", "check").returncode, 78, wrong)


if __name__ == "__main__":
    unittest.main()
