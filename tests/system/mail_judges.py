"""Independent judges read the mails of every theme and language: Python's email package, dkimpy and OpenDKIM, and SpamAssassin if it is
installed (apt-get install --no-install-recommends spamassassin).

WRITE_LETTERS FOLDER TEMPLATES KEYS (tests/support/write_messages.cpp) makes the mails; KEYS holds the DKIM keys. To let SpamAssassin judge all
of them, one and a half minutes: mail_judges.py --spam-all
"""
import email
import email.header
import email.policy
import email.utils
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import dkim

import names

top = pathlib.Path(__file__).resolve().parents[2]
PHOTO = (top / "tests/data/demo/images/ferry.jpg").read_bytes()
ONCE = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
        "Feedback-ID", "Content-Type"]
NAMES = {"1": "", "2": "Ada Lovelace", "3": 'Мария "Маша" Ивановна & Ко, с очень длинным именем для одной строки',
         "4": "O'Neill, B. <not@an.address>"}


def defects_of(message):
    found = list(message.defects)
    for part in message.walk():
        found += part.defects
        for value in part.values():
            found += getattr(value, "defects", ())
    return found


def check_octets(raw):
    """Rules about octets and lines (RFC 5322 2.1.1, RFC 2045 6.7, RFC 2047 2)."""
    assert not re.search(rb"[^\r]\n|\r[^\n]|\r\Z", raw), "a bare CR or LF"
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]", raw), "an octet outside printable ASCII"
    assert raw.endswith(b"\r\n")
    header, body = raw.split(b"\r\n\r\n", 1)
    for line in header.split(b"\r\n"):
        assert len(line) <= 998, line
        assert len(line) <= 78 or b" " not in line.strip().split(b": ", 1)[-1], f"a long header line: {line}"
        assert not re.match(rb"[A-Za-z-]+:\s*$", line), f"folded directly after the colon: {line}"
        for word in re.findall(rb"=\?[^ ]*\?=", line):
            assert len(word) <= 75, word
    for line in body.split(b"\r\n"):
        assert len(line) <= 76, line
        assert not line.startswith((b".", b"From ")), line


def check_digest(name, message):
    for field in ONCE:
        assert len(message.get_all(field, [])) == 1, f"{field}: {message.get_all(field)}"
    raw = dict(message.raw_items())
    assert raw["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    unsubscribe = raw["List-Unsubscribe"]
    assert unsubscribe.startswith("<https://") and unsubscribe.count("https://") == 1 and "=?" not in unsubscribe
    assert re.fullmatch(r"<[^<> \r\n]+>(,(\r\n)? <mailto:[^<> \r\n]+>)?", unsubscribe), unsubscribe
    assert len(message["From"].addresses) == 1 and message["From"].addresses[0].display_name == "Häfen & Meer"
    to = message["To"].addresses
    assert len(to) == 1 and to[0].addr_spec == "ada@example.org", to
    # Python 3.11 keeps the blank between two encoded words of a phrase, which RFC 2047 section 6.2 says to drop
    assert to[0].display_name.replace(" ", "") == NAMES[name.rsplit("-", 1)[1]].replace(" ", ""), to
    assert str(email.header.make_header(email.header.decode_header(raw["To"]))).startswith(NAMES["3"]) or not name.endswith("-3")
    assert message["List-Id"].endswith("<weekly.news.example.org>")
    assert len(message["Subject"]) > 10
    assert message["Date"].datetime is not None


def check_parts(name, message):
    language = name.split("-", 1)[1].rsplit("-", 1)[0]
    parts = list(message.walk())
    types = [part.get_content_type() for part in parts]
    html = "multipart/alternative" in types
    want = ["multipart/alternative", "text/plain", "text/html"]
    if name.endswith("-3"):
        want = ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/jpeg"]
    assert types == (want if html else ["text/plain"]), types
    for part in parts:
        if part.get_content_type() == "image/jpeg":
            assert part.get_content() == PHOTO and part["Content-ID"] == "<ferry@news.example.org>"
        if part.get_content_maintype() != "text":
            continue
        text = part.get_content()
        assert "https://news.example.org/u/AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRob" in text
        assert "\x02" not in text and "\x03" not in text and "{{" not in text and "\ufffd" not in text
        for title in ("The ferry keeps its winter timetable", "Choir rehearsal moved to Thursday", "Ελληνικά νέα"):
            assert title in text, f"{title} is missing in {part.get_content_type()}"
        if part.get_content_type() == "text/html":
            called = re.findall(r'src="cid:([^"]+)"', text)
            shows = name.endswith("-3") and name.startswith(("default", "magazine"))  # the other themes have no pictures
            assert called == (["ferry@news.example.org"] if shows else []), called
            assert len(text.encode()) < 100_000
            assert f'lang="{language}"' in text
            assert "https://news.example.org/1?a=1&amp;b=" in text
        else:
            assert "https://news.example.org/1?a=1&b=" in text


def check_headers(message, name, address, subject):
    """As sent is as read, by both of Python's readers."""
    raw = {field: value.replace("\r\n", "") for field, value in message.raw_items()}
    assert message["Subject"] == subject, message["Subject"]
    assert str(email.header.make_header(email.header.decode_header(raw["Subject"]))) == subject, raw["Subject"]
    (to,) = message["To"].addresses
    assert to.addr_spec == address, to
    assert to.display_name.replace(" ", "") == name.replace(" ", ""), to
    parsed = email.utils.parseaddr(raw["To"])
    assert parsed[1] == address and str(email.header.make_header(email.header.decode_header(parsed[0]))) == name, parsed


def check_dkim(raw, keys):
    def lookup(query, timeout=5):
        return keys.get(query.decode() if isinstance(query, bytes) else query)

    def verifies(octets, index):
        try:
            return dkim.DKIM(octets).verify(idx=index, dnsfunc=lookup)
        except dkim.DKIMException:
            return False

    assert verifies(raw, 0) and verifies(raw, 1), "a signature does not verify"
    assert not verifies(raw.replace(b"\r\n\r\n", b"\r\n\r\nx", 1), 0), "a changed body verifies"
    assert not verifies(b"From: evil@example.com\r\n" + raw, 0), "a second From goes unnoticed"
    assert not verifies(raw.replace(b"List-Unsubscribe: <https://", b"List-Unsubscribe: <https://x", 1).replace(b"Subject: ", b"Subject: x", 1), 1)


def check_opendkim(folder, files):
    conf = folder / "opendkim.conf"
    conf.write_text(f"Mode v\nTestPublicKeys {folder}/keys\nSyslog no\nUMask 002\n")
    command = ["opendkim", "-vv", "-x", str(conf), "-t", ",".join(str(file) for file in files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    output = done.stdout + done.stderr
    good = len(re.findall(r"verification \(s=\S+,? ?d=\S+,? [^)]*\) succeeded", output))
    assert done.returncode == 0 and good == len(files), f"opendkim: {good} of {len(files)}\n{output[-2000:]}"


def check_testmsg(folder, files, keys):
    """opendkim-testmsg asks the DNS itself. Returns what it lacks here, or nothing."""
    if why := names.lacking() or ("" if shutil.which("opendkim-testmsg") else "not installed"):
        return why
    server = names.Names({(record, "TXT"): names.text(value) for record, value in keys.items()})
    changed = folder / "changed"
    changed.write_bytes(files[0].read_bytes().replace(b"\r\n\r\n", b"\r\n\r\nx", 1))
    script = 'for file; do opendkim-testmsg -C <"$file" || echo "$file"; done'
    judged = server.run(folder, ["sh", "-c", script, "sh", *files, changed], text=True, timeout=120)
    server.close()
    assert judged.stdout.split() == [str(changed)], f"opendkim-testmsg: {judged.stdout[-1000:]} {judged.stderr[-1000:]}"
    return ""


# Local rules only, nothing learned, nothing of the user's. Says the points and the rules that fired, a line a mail.
SPAMASSASSIN = r"""
use Mail::SpamAssassin;
my $judge = Mail::SpamAssassin->new({local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null', userstate_dir => $ENV{HOME},
                                     post_config_text => "use_bayes 0\nuse_auto_welcomelist 0\nuse_auto_whitelist 0\n"});
for my $file (@ARGV) {
  open my $in, '<', $file or die $file; local $/; my $mail = $judge->parse(<$in>); my $status = $judge->check($mail);
  printf "%s %s %s\n", $file, $status->get_score, join ' ', map { "$_=" . $judge->{conf}{scores}{$_} } @{$status->{test_names_hit}};
  $status->finish; $mail->finish;
}
"""
# Rules that may fire, and why. Whatever else fires is looked at, and mended or added here.
KNOWN_RULES = {
    "NO_RECEIVED": "the mails here have not travelled", "NO_RELAYS": "the same",
    "HTML_MESSAGE": "there is HTML; 0.001 points", "MAILING_LIST_MULTI": "a list by its headers, for which it takes a point off",
    "MSGID_SHORT": "the confirmation's made-up Message-ID", "BODY_SINGLE_URI": "the made-up confirmation is one address",
    "TVD_SPACE_RATIO": "the same",
}


def start_spamassassin(folder, files):
    """Runs beside the other judges; None if it is not installed."""
    if not shutil.which("spamassassin"):
        return None
    return subprocess.Popen(["perl", "-e", SPAMASSASSIN, *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "HOME": str(folder)})


def check_spamassassin(judge, files):
    output, errors = judge.communicate(timeout=600)
    lines = output.splitlines()
    assert judge.returncode == 0 and len(lines) == len(files), errors[-2000:]
    highest = -100.0
    for line in lines:
        file, points, *rules = line.split()
        name = pathlib.Path(file).name
        unknown = [rule for rule in rules if rule.split("=")[0] not in KNOWN_RULES]
        assert not unknown, f"{name}: {unknown} fire"
        if name != "confirm.eml":
            highest = max(highest, float(points))
            assert float(points) < 1.0, line
    return highest


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([os.environ["WRITE_LETTERS"], name, str(top / "templates"), str(top / "tests/data/dkim")], check=True)
        keys = {}
        for line in (folder / "keys").read_text().splitlines():
            record, text = line.split(" ", 1)
            keys[record + "."] = text.encode()
        files = sorted(folder.glob("*.eml"))
        # English in every theme, some more languages in the default one; one reader each
        for_spam = [file for file in files if "--spam-all" in sys.argv or re.fullmatch(r"\w+-en-2|default-(ar|de|ja|ru)-2", file.stem)]
        spam = start_spamassassin(folder, for_spam)
        assert len(files) >= 12 * len(NAMES) + 1, f"only {len(files)} mails"
        wanted = {line.split("\t")[0]: line.split("\t")[1:] for line in (folder / "headers").read_text().splitlines()}
        assert len(wanted) > 5
        ids = set()
        for file in files:
            raw = file.read_bytes()
            try:
                message = email.message_from_bytes(raw, policy=email.policy.default)
                if not raw.isascii():
                    # RFC 6532, which Python reads from text only and still calls a defect of the local part
                    assert wanted[file.stem][2] == "SMTPUTF8", "an octet outside ASCII"
                    message = email.message_from_string(raw.decode("utf-8").replace("\r\n", "\n"), policy=email.policy.SMTPUTF8)
                    assert {type(each).__name__ for each in defects_of(message)} == {"NonASCIILocalPartDefect"}, defects_of(message)
                else:
                    assert defects_of(message) == [], defects_of(message)
                    check_octets(raw)
                check_dkim(raw, keys)
                if file.stem in wanted:
                    check_headers(message, *wanted[file.stem])
                elif file.stem != "confirm":
                    check_digest(file.stem, message)
                    check_parts(file.stem, message)
                ids.add(message["Message-ID"])
            except AssertionError as error:
                print(f"{file.name}: {error}")
                return 1
        assert len(ids) == len(NAMES) + 1 + len(wanted), "one Message-ID a reader and edition"
        check_opendkim(folder, files)
        lacking = check_testmsg(folder, files, keys)
        if lacking:
            print(f"NOT RUN opendkim-testmsg: {lacking}")
        if spam:
            print(f"SpamAssassin: {len(for_spam)} mails, at most {check_spamassassin(spam, for_spam)} points")
        else:
            print("NOT RUN SpamAssassin: not installed")
        print(f"{len(files)} mails: no defects, {2 * len(files)} signatures verified by dkimpy; opendkim{'' if lacking else ' and opendkim-testmsg'} too")
    return 0


if __name__ == "__main__":
    sys.exit(main())
