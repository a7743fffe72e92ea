"""Mail that really comes back: Postfix bounces by itself into a Maildir, Dovecot keeps reports for IMAP and POP3.

Exit 77 (skipped) names what is not installed, or that we are not root.
"""
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse

import names
from bounce import report
from peers import Peer, Postfix, free_port, wait_until
from smtp_server import SmtpServer
from tidings import Home, parse_mail

NOW = "2026-03-02T09:00:00+02:00"
FEED = """<rss version="2.0"><channel><title>Harbour</title><link>https://blog.example/</link>
<item><title>The ferries kept their times</title><link>https://blog.example/1</link><description>All of them.</description></item></channel></rss>"""
ADDRESS = '[bounce]\naddress = "bounces@news.example.org"\nforward_to = "none"\n'


class BouncingPostfix(Postfix):
    """Takes everything and finds out later, by its own agents: an unknown user, a full mailbox, what a name server says of a domain."""
    more_settings = """recipient_delimiter = +
virtual_mailbox_domains = example.org, news.example.org, full.example
virtual_mailbox_maps = inline:{ { bounces@news.example.org = bounces/ }, { here@example.org = here/ }, { ann@full.example = full } }
message_size_limit = 100000
virtual_mailbox_limit = 200000
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions =
"""
    more_services = "error unix - - n - - error\nretry unix - - n - - error\nsmtp unix - - n - - smtp\n"

    def __init__(self, name_server):
        self.names = name_server
        super().__init__()

    def launch(self):
        full = self.folder / "mail/full"  # an mbox that lacks a few bytes to the limit
        full.write_text("From x Mon Jan  5 08:00:00 2026\n\n" + ("x" * 98 + "\n") * 2018 + "\n")
        shutil.chown(full, "nobody", "nogroup")
        self.names.run(self.folder, ["postfix", "-c", self.folder / "etc", "start"]).check_returncode()

    def reports(self):
        return sum(1 for _ in self.folder.glob("mail/bounces/new/*"))


class Mailbox(Peer):
    """Dovecot with one mailbox, over IMAP and POP3."""
    needs = ("dovecot",)

    def start(self):
        self.mail_folder()
        self.pop3 = free_port()
        config = self.write("dovecot.conf", """base_dir = {0}/run
state_dir = {0}/state
log_path = {0}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{0}/mail
passdb {{
  driver = static
  args = password=s3cret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={0} allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {1}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    address = 127.0.0.1
    port = {2}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
""".format(self.folder, self.port, self.pop3))
        self.process = subprocess.Popen(["dovecot", "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def put(self, name, text):
        for part in ("new", "cur", "tmp"):
            (self.folder / "mail" / part).mkdir(parents=True, exist_ok=True)
        path = self.folder / "mail/new" / name
        path.write_text(text)
        for each in [*(self.folder / "mail").rglob("*"), self.folder / "mail"]:
            shutil.chown(each, "nobody", "nogroup")


def suppressed(home):
    return {row["address"]: row["cause"] for row in home.json("suppression", "list", at=NOW)}


def send_to(home, readers, url, more):
    home.write("feed.xml", FEED)
    home.configure(smtp=url, more_smtp=more)
    home.write("list.csv", "email\n" + "\n".join(readers) + "\n")
    home.do("subscriber", "import", "list.csv", "--confirmed", at=NOW)
    home.run("send", "weekly", "--now", at=NOW)


def check_postfix():
    name_server = names.Names({("null.example", "MX"): names.null_mx()})
    readers = {"here@example.org": "", "gone@example.org": "user unknown", "ann@full.example": "mailbox full", "bo@null.example": "domain accepts no mail",
               "cy@nowhere.example": "domain unknown"}
    hard = [reader for reader, why in readers.items() if why not in ("", "mailbox full")]
    with BouncingPostfix(name_server) as postfix, Home() as home:
        send_to(home, list(readers), "smtp://127.0.0.1:%d" % postfix.port, ADDRESS + 'maildir = "%s/mail/bounces"\n' % postfix.folder)
        arrived = wait_until(postfix.reports, 4)
        assert arrived == 4, (arrived, postfix.said())
        said = {}
        for path in postfix.folder.glob("mail/bounces/new/*"):
            for each in json.loads(home.do("bounce", "parse", str(path)))["recipients"]:
                said[each["address"]] = each["reason"]
        assert said == {reader: why for reader, why in readers.items() if why}, (said, postfix.said())
        out = home.do("bounce", "ingest", at=NOW)
        assert "4 bounce" in out, out
        assert suppressed(home) == dict.fromkeys(hard, "hard_bounce"), (suppressed(home), out)
        states = {row["address"]: row["state"] for row in home.json("delivery", "list", at=NOW)}
        assert states == {reader: "bounced" if why else "sent" for reader, why in readers.items()}, states
        assert "no new mail" in home.do("bounce", "ingest", at=NOW)
    name_server.close()
    print("Postfix: 4 bounces of its own (unknown user, full mailbox, null MX, no such domain), 3 suppressions")


def check_mailbox():
    with Mailbox() as box, Home() as home, SmtpServer() as server:
        url = "smtp://127.0.0.1:%d" % server.port
        send_to(home, ["ann@quay.example", "bo@pier.example", "cy@mole.example"], url, ADDRESS)
        returns = {each.envelope_to: each.envelope_from for each in server.accepted}
        hello = "From: a@b.example\nSubject: hello\nMessage-ID: <%s@b>\n\nhello\n"

        def configure(way):
            home.write("password", "s3cret\n")
            (home.folder / "password").chmod(0o600)
            home.configure(smtp=url, more_smtp=ADDRESS + 'username = "box"\npassword_file = "password"\ntls = "off"\n' + way)

        configure('imap = "imap://127.0.0.1:%d"\n' % box.port)
        box.put("1.a", hello % "one")
        box.put("2.b", report(returns["ann@quay.example"], "ann@quay.example"))
        out = home.do("bounce", "ingest", at=NOW)
        assert "1 bounce, 1 unmatched" in out, out + box.said()
        assert "no new mail" in home.do("bounce", "ingest", at=NOW)
        assert len(list((home.folder / "subscribers/unmatched").iterdir())) == 1

        configure('imap = "imap://127.0.0.1:%d"\ndone_folder = "Read"\n' % box.port)
        box.put("3.c", report(returns["bo@pier.example"], "bo@pier.example"))
        out = home.do("bounce", "ingest", at=NOW)
        assert "1 bounce" in out, out + box.said()
        assert len(list(box.folder.glob("mail/.Read/*/*"))) == 1, box.said()

        configure('pop3 = "pop3://127.0.0.1:%d"\n' % box.pop3)
        box.put("4.d", report(returns["cy@mole.example"], "cy@mole.example"))
        out = home.do("bounce", "ingest", at=NOW)
        assert "1 bounce, 2 duplicate" in out, out + box.said()
        configure('pop3 = "pop3://127.0.0.1:%d"\ndelete = true\n' % box.pop3)
        assert "3 duplicate" in home.do("bounce", "ingest", at=NOW)
        assert "no new mail" in home.do("bounce", "ingest", at=NOW)
        assert suppressed(home) == dict.fromkeys(returns, "hard_bounce"), suppressed(home)

        home.write("password", "wrong\n")
        done = home.run("bounce", "ingest", at=NOW)
        assert done.returncode == 78 and "login" in done.stderr, done.stderr
    print("Dovecot: IMAP by flag and by folder, POP3 kept and deleted")


def check_killed():
    """kill -9 at places all over a reading of IMAP and POP3: every report counts once, and no mail is lost on either side."""
    ways = {"IMAP into a folder": 'imap = "imap://127.0.0.1:%d"\ndone_folder = "Read"\n', "POP3 that deletes": 'pop3 = "pop3://127.0.0.1:%d"\ndelete = true\n',
            "IMAP by flags": 'imap = "imap://127.0.0.1:%d"\n'}
    each_way, kills = 120, 0
    with Mailbox() as box, Home() as home, SmtpServer() as server:
        url = "smtp://127.0.0.1:%d" % server.port
        readers = ["r%d@d%d.example" % (n, n) for n in range(each_way * len(ways))]
        send_to(home, readers, url, ADDRESS)
        returns = {each.envelope_to: each.envelope_from for each in server.accepted}
        home.write("password", "s3cret\n")
        (home.folder / "password").chmod(0o600)
        database = sqlite3.connect("file:%s?mode=ro" % (home.folder / "subscribers/tidings.db"), uri=True)

        def counted():
            return database.execute("SELECT count(*), count(DISTINCT subscriber_id) FROM bounce_events").fetchone()

        for number, (name, way) in enumerate(ways.items()):
            port = box.pop3 if "pop3" in way else box.port
            home.configure(smtp=url, more_smtp=ADDRESS + 'username = "box"\npassword_file = "password"\ntls = "off"\n' + way % port)
            mine = readers[number * each_way:(number + 1) * each_way]
            for at, reader in enumerate(mine):
                box.put("%d.%03d" % (number, at), report(returns[reader], reader))
            for goal in range(number * each_way + 1, (number + 1) * each_way - 10, 18):
                process = home.start("bounce", "ingest", at=NOW)
                while process.poll() is None and counted()[0] < goal:
                    pass
                process.kill()
                process.communicate()
                kills += process.returncode == -9
            home.do("bounce", "ingest", at=NOW)
            assert counted() == ((number + 1) * each_way,) * 2, (name, counted(), box.said())
            kept = sum(1 for path in box.folder.glob("mail/**/*") if path.is_file() and re.match(r"\d\.\d\d\d|\d+\.M", path.name))
            left = {"IMAP into a folder": each_way, "POP3 that deletes": each_way, "IMAP by flags": 2 * each_way}[name]
            assert kept == left, (name, kept, left)
            assert "no new mail" in home.do("bounce", "ingest", at=NOW), name
        database.close()
        assert not list((home.folder / "subscribers").glob("unmatched/*"))
        assert len(suppressed(home)) == len(readers)
    assert kills > 6, kills
    print("Dovecot: killed %d times in the middle of IMAP and POP3, each report counts once" % kills)


def check_readers_answer():
    """A publisher with a mailbox and no web server: a reply confirms, the mailto: of a digest unsubscribes, both read over IMAP."""
    with Mailbox() as box, Home() as home, SmtpServer() as server:
        home.write("feed.xml", FEED)
        home.write("password", "s3cret\n")
        (home.folder / "password").chmod(0o600)
        config = home.configure(smtp="smtp://127.0.0.1:%d" % server.port, more_smtp=ADDRESS + 'username = "box"\npassword_file = "password"\ntls = "off"\n'
                                'imap = "imap://127.0.0.1:%d"\n' % box.port)
        config.write_text(config.read_text().replace('public_url = "https://news.example.org"\n', ""))

        def status():
            return json.loads(home.do("subscriber", "show", "ann@quay.example", "--json"))["subscriptions"][0]["status"]

        home.do("subscriber", "add", "ann@quay.example", at=NOW)
        asked = parse_mail(server.take()[0].octets)
        answer = "From: ann@quay.example\nTo: %s\nSubject: Re: %s\nIn-Reply-To: %s\nMessage-ID: <%%s@quay>\n%%s\nYes\n" % (
            asked["Reply-To"], asked["Subject"], asked["Message-ID"])
        box.put("1.r", answer % ("away", "Auto-Submitted: auto-replied\n"))
        home.do("bounce", "ingest", at=NOW)
        assert status() == "pending", box.said()
        box.put("2.r", answer % ("yes", ""))
        home.do("bounce", "ingest", at=NOW)
        assert status() == "confirmed", box.said()
        home.do("send", "weekly", "--now", at=NOW)
        mail = [each for each in map(lambda one: parse_mail(one.octets), server.take()) if each["List-Unsubscribe"]][-1]
        link = urllib.parse.urlsplit(re.fullmatch(r"<(mailto:[^>]+)>", mail["List-Unsubscribe"])[1])
        subject = urllib.parse.parse_qs(link.query)["subject"][0]
        leave = "From: ann@quay.example\nTo: %s\nSubject: %s\nMessage-ID: <%s@quay>\n\n\n"
        box.put("3.r", leave % (link.path, subject[:-1], "cut"))
        home.do("bounce", "ingest", at=NOW)
        assert status() == "confirmed", "a cut token is none"
        box.put("4.r", leave % (link.path, subject, "whole"))
        home.do("bounce", "ingest", at=NOW)
        assert status() == "withdrawn", box.said()
    print("Dovecot: a reply over IMAP confirms, a mail to the unsubscribe address unsubscribes")


def lacks(needs):
    """What of the machine the check cannot do without, or nothing."""
    if os.geteuid() != 0:
        return "the kernel refuses mounts to who is not root"
    if not shutil.which(needs) or (needs == "doveadm" and not pathlib.Path("/usr/lib/dovecot/pop3-login").exists()):
        return needs + " is not installed"
    return names.lacking() if needs == "postfix" else ""


def main():
    missing = []
    for check, needs in ((check_mailbox, "doveadm"), (check_killed, "doveadm"), (check_readers_answer, "doveadm"), (check_postfix, "postfix")):
        why = lacks(needs)
        if why:
            missing.append("%s: %s" % (check.__name__, why))
        else:
            check()
    for each in missing:
        print("SKIPPED: " + each)
    if missing:
        sys.exit(77)


if __name__ == "__main__":
    main()
