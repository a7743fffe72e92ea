"""Real mail servers on loopback take an edition: Postfix (relay, and smtp-sink), Dovecot (LMTP), Exim, OpenSMTPD.

Each runs from a private configuration in a folder of its own, so nothing of the host's mail is touched; what arrived is counted in its
Maildirs. Exim and OpenSMTPD look up users and folders that they bring along: they see them in a mount namespace of their own.
Exit 77 (skipped) names the servers that could not run: not installed, or not root.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from tidings import Home

FEED = """<rss version="2.0"><channel><title>Harbour</title><link>https://blog.example/</link>
<item><title>The ferries kept their times</title><link>https://blog.example/1</link><description>All of them.</description></item></channel></rss>"""
READERS = 40
NOW = "2026-03-02T09:00:00+02:00"
UNPACKED = pathlib.Path(__file__).resolve().parents[2] / "build/peers"  # by scripts/peers.sh
os.environ["PATH"] += ":/usr/sbin:%s/usr/sbin" % UNPACKED


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process, log):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            if process is not None and process.poll() is not None:
                break
            time.sleep(0.05)
    raise AssertionError("the server did not start:\n" + (log.read_text(errors="replace") if log.exists() else "no log"))


def wait_until(what, want):
    """Servers deliver in their own time; the count is what has to be reached and not passed."""
    deadline = time.monotonic() + 20
    while what() < want and time.monotonic() < deadline:
        time.sleep(0.05)
    return what()


class Peer:
    """A server's folder; subclasses write its configuration and start it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-peer-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.process = None
        self.start()
        wait_for(self.port, self.process, self.folder / "log")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def mail_folder(self, name="mail"):
        path = self.folder / name
        path.mkdir()
        shutil.chown(path, "nobody", "nogroup")
        return path

    def letters(self):
        for new in self.folder.glob("mail/**/new"):
            yield from (path for path in new.iterdir())

    def said(self):
        return "".join(log.read_text(errors="replace")[-3000:] for log in self.folder.glob("**/*log") if log.is_file())

    def count(self):
        return sum(1 for _ in self.letters())

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


USERS = {"root": 0, "nobody": 65534, "Debian-exim": 61001, "opensmtpd": 61002, "opensmtpq": 61003}
# What the host does not have is laid over it, for one process and its children.
NAMESPACE = """set -e
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/group" /etc/group
for folder in /var/spool /var/lib /usr/libexec; do mount -t tmpfs -o mode=755 tmpfs $folder; done
mkdir -m 711 /var/spool/smtpd
mkdir -p /var/lib/opensmtpd/empty
cp -r "$2/usr/libexec/opensmtpd" /usr/libexec/
shift 2
exec "$@"
"""


def certificate(folder):
    """For 127.0.0.1, signed by itself: the certificate is its own authority."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    (folder / "key.pem").chmod(0o600)
    return folder / "cert.pem"


class Unpacked(Peer):
    """A server that scripts/peers.sh has unpacked but not installed."""

    def launch(self, *command):
        self.write("passwd", "".join("%s:x:%d:%d::/nonexistent:/usr/sbin/nologin\n" % (name, uid, uid) for name, uid in USERS.items()))
        self.write("group", "".join("%s:x:%d:\n" % (name.replace("nobody", "nogroup"), uid) for name, uid in USERS.items()))
        self.process = subprocess.Popen(["unshare", "-m", "sh", "-c", NAMESPACE, "sh", self.folder, UNPACKED, *command],
                                        stdout=open(self.folder / "log", "w"), stderr=subprocess.STDOUT)


class Postfix(Peer):
    needs = ("postfix", "postmap")
    more_settings = ""  # lines of main.cf that come last and so win
    more_services = ""  # lines of master.cf

    def start(self):
        self.mail_folder()
        for name in ("spool", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix", "postfix")
        self.write("etc/main.cf", """compatibility_level = 3.6
queue_directory = {0}/spool
data_directory = {0}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {0}/log
maillog_file_prefixes = {0}
myhostname = test.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = {0}/mail
virtual_uid_maps = static:{1}
virtual_gid_maps = static:{2}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{ r3@example.org = 550 5.1.1 no such user }}, {{ r4@example.org = 450 4.2.1 try later }} }}
smtpd_data_restrictions = reject_unauth_pipelining
""".format(self.folder, shutil._get_uid("nobody"), shutil._get_gid("nogroup")) + self.more_settings)
        self.write("etc/master.cf", """127.0.0.1:{0} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""".format(self.port) + self.more_services)
        self.launch()

    def launch(self):
        subprocess.run(["postfix", "-c", self.folder / "etc", "start"], check=True, capture_output=True)

    def stop(self):
        subprocess.run(["postfix", "-c", self.folder / "etc", "stop"], check=False, capture_output=True)


class SmtpSink(Peer):
    needs = ("smtp-sink",)

    def start(self):
        (self.folder / "out").mkdir()
        shutil.chown(self.folder / "out", "nobody", "nogroup")
        self.process = subprocess.Popen(["smtp-sink", "-u", "nobody", "-R", self.folder, "-d", "out/%M.", "127.0.0.1:%d" % self.port, "64"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def letters(self):
        return (self.folder / "out").iterdir()


class Dovecot(Peer):
    needs = ("dovecot",)
    scheme = "lmtp"

    def start(self):
        self.mail_folder()
        config = self.write("dovecot.conf", """base_dir = {0}/run
state_dir = {0}/state
log_path = {0}/log
protocols = lmtp
listen = 127.0.0.1
ssl = no
first_valid_uid = 1
mail_location = maildir:{0}/mail/%n
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={0}/mail/%n allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {1}
  }}
}}
""".format(self.folder, self.port))
        self.process = subprocess.Popen(["dovecot", "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Exim(Unpacked):
    """Takes mail only over TLS and from who has shown a password."""
    needs = ("exim4", "openssl")
    login = ("ada", "quay & co")

    def start(self):
        self.mail_folder()
        (self.folder / "spool").mkdir()
        self.authority = certificate(self.folder)
        for path in (self.folder, self.folder / "spool", self.folder / "key.pem"):
            shutil.chown(path, "nobody", "nogroup")
        config = self.write("exim.conf", """exim_path = {2}
exim_user = nobody
exim_group = nogroup
spool_directory = {0}/spool
log_file_path = {0}/spool/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = {1}
primary_hostname = test.example
smtp_accept_queue_per_connection = 0
smtp_accept_max = 0
never_users =
tls_advertise_hosts = *
tls_certificate = {0}/cert.pem
tls_privatekey = {0}/key.pem
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny    !encrypted = *
          message = 5.7.10 not in clear
  deny    !authenticated = *
          message = 5.7.1 log in first
  deny    recipients = r3@example.org
          message = 5.1.1 no such user
  defer   recipients = r4@example.org
          message = 4.2.1 try later
  accept  domains = example.org
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${{if def:tls_in_cipher}}
  server_condition = ${{if and{{{{eq{{$auth2}}{{{3[0]}}}}}{{eq{{$auth3}}{{{3[1]}}}}}}}}}
  server_set_id = $auth2
begin routers
here:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {0}/mail/inbox
  maildir_format
  user = nobody
  group = nogroup
  create_directory
""".format(self.folder, self.port, shutil.which("exim4"), self.login))
        self.launch(shutil.which("exim4"), "-C", config, "-bdf")


class OpenSmtpd(Unpacked):
    """In clear. It takes AUTH over TLS only, and Debian 12's 6.8.0p2 drops every TLS handshake with "missing private key", because OpenSSL 3
    no longer asks the process that holds the key; openssl s_client gets no further: see check_broken_tls()."""
    needs = ("smtpd", "openssl")

    def start(self):
        self.mail_folder()
        certificate(self.folder)
        self.tls_port = free_port()
        config = self.write("smtpd.conf", """table all {{ "@" = "nobody" }}
pki own cert "{0}/cert.pem"
pki own key "{0}/key.pem"
listen on 127.0.0.1 port {1}
listen on 127.0.0.1 port {2} tls pki own
action "keep" maildir "{0}/mail/inbox" virtual <all>
match from any for domain "example.org" action "keep"
""".format(self.folder, self.port, self.tls_port))
        self.launch(shutil.which("smtpd"), "-d", "-f", config)


def send(peer, dialect, port=None, login=None):
    """One edition to READERS; returns the delivery states by address."""
    login = login or getattr(peer, "login", None)
    authority = getattr(peer, "authority", None)
    with Home() as home:
        home.write("feed.xml", FEED)
        more = 'dialect = "%s"\n' % dialect
        if login:
            home.write("password", login[1] + "\n").chmod(0o600)
            more += 'username = "%s"\npassword_file = "password"\n' % login[0]
        config = home.configure("%s://127.0.0.1:%d" % (getattr(peer, "scheme", "smtp"), port or peer.port), more_smtp=more)
        if authority:
            config.write_text(config.read_text().replace('tls = "off"', 'tls = "require"\nca_file = "%s"' % authority))
        home.write("list.csv", "email,name\n" + "".join("r%d@example.org,Reader %d\n" % (n, n) for n in range(1, READERS + 1)))
        home.do("subscriber", "import", "list.csv", "--confirmed", at=NOW)
        done = home.run("send", "weekly", "--now", at=NOW)
        rows = home.json("delivery", "list", at=NOW)
        assert len(rows) == READERS, done.stderr
        return {row["address"]: row["state"] for row in rows}, done


def check_wrong_password(peer):
    """It ends the run, and nobody on the list pays for it."""
    states, done = send(peer, "pipelined", login=(peer.login[0], "wrong"))
    assert done.returncode == 69 and set(states.values()) == {"planned"}, (done.returncode, set(states.values()), done.stdout + done.stderr)
    assert "535" in done.stderr and peer.login[1] not in done.stdout + done.stderr, done.stderr


def check_broken_tls(peer):
    """A handshake that the server itself breaks off, for openssl s_client as for us, costs no subscriber anything."""
    judge = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % peer.tls_port, "-starttls", "smtp", "-CAfile", peer.folder / "cert.pem"],
                           input="QUIT\r\n", capture_output=True, text=True, timeout=30)
    assert "alert internal error" in judge.stderr, "OpenSMTPD can do TLS now: send to it as to Exim\n" + judge.stderr
    peer.authority = peer.folder / "cert.pem"
    states, done = send(peer, "pipelined", port=peer.tls_port)
    del peer.authority
    assert done.returncode == 69 and set(states.values()) == {"planned"}, (done.returncode, set(states.values()), done.stdout + done.stderr)


def check(kind):
    refuses = kind in (Postfix, Exim)
    total = 0
    with kind() as peer:
        for dialect in ("chunking", "pipelined", "lock-step"):
            states, done = send(peer, dialect)
            for address, state in states.items():
                want = {"r3@example.org": "failed", "r4@example.org": "deferred"}.get(address, "sent") if refuses else "sent"
                assert state == want, (dialect, address, state, done.stdout + done.stderr, peer.said())
            total += sum(state == "sent" for state in states.values())
            arrived = wait_until(peer.count, total)
            assert arrived == total, "%s, %s: %d letters of %d arrived\n%s" % (kind.__name__, dialect, arrived, total, peer.said())
        if hasattr(peer, "login"):
            check_wrong_password(peer)
        if hasattr(peer, "tls_port"):
            check_broken_tls(peer)
        texts = [path.read_bytes() for path in peer.letters()]
    ids = {line for text in texts for line in text.splitlines() if line.lower().startswith(b"message-id:")}
    assert len(ids) == total, "%s: %d Message-IDs in %d letters" % (kind.__name__, len(ids), total)
    print("%s: %d letters in 3 dialects, each counted once" % (kind.__name__, total))


def main():
    missing = []
    for kind in (Postfix, SmtpSink, Dovecot, Exim, OpenSmtpd):
        if sys.argv[1:] and kind.__name__ not in sys.argv[1:]:
            continue
        absent = [name for name in kind.needs if not shutil.which(name)]
        if absent or os.geteuid() != 0:
            missing.append("%s: %s" % (kind.__name__, "no " + ", ".join(absent) if absent else "the kernel refuses mounts to who is not root"))
            continue
        if issubclass(kind, Unpacked) and subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/var/lib"], capture_output=True).returncode != 0:
            missing.append("%s: the kernel refuses mount namespaces" % kind.__name__)
            continue
        check(kind)
    for each in missing:
        print("SKIPPED: " + each)
    if missing:
        sys.exit(77)


if __name__ == "__main__":
    main()
