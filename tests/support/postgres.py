"""A PostgreSQL server of one's own: in a temporary folder, on a Unix socket, without fsync, ended by its process id.

As a script it starts a server, runs the programs that follow with TIDINGS_TEST_STORE=URL, and ends the server:
  python3 tests/support/postgres.py build/release/unit_store build/release/unit_digest
"""
import atexit
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAMS = next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
USER = "tidings"
SKIPPED = 77


def is_installed():
    return PROGRAMS is not None and (PROGRAMS / "initdb").exists()


class Server:
    def __init__(self, options=(), folder=None):
        memory = pathlib.Path("/dev/shm")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tidings-pg-", dir=folder or (memory if memory.is_dir() else None)))
        self.options = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=60",
                        "unix_socket_directories=%s" % self.folder, "listen_addresses=", "log_min_messages=warning",
                        "autovacuum_naptime=60s", *options]
        self.as_owner = []
        if os.geteuid() == 0:  # initdb refuses root
            owner = next(each for each in ("postgres", "nobody") if self._is_user(each))
            shutil.chown(self.folder, owner)
            self.as_owner = ["setpriv", "--reuid=%s" % owner, "--regid=%d" % pwd.getpwnam(owner).pw_gid, "--clear-groups"]
        self.folder.chmod(0o755)
        self._run("initdb", "-D", self.folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-N")
        self.process = None
        self.start()
        atexit.register(self.end)

    @staticmethod
    def _is_user(name):
        try:
            return bool(pwd.getpwnam(name))
        except KeyError:
            return False

    def _run(self, program, *arguments):
        done = subprocess.run([*self.as_owner, str(PROGRAMS / program), *map(str, arguments)], cwd="/", capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError("%s: %s%s" % (program, done.stdout, done.stderr))

    def start(self):
        settings = [word for option in self.options for word in ("-c", option)]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*self.as_owner, str(PROGRAMS / "postgres"), "-D", str(self.folder / "data"), *settings],
                                            cwd="/", stdout=log, stderr=log)
        for _ in range(600):
            ready = subprocess.run([str(PROGRAMS / "pg_isready"), "-q", "-h", str(self.folder)], check=False)
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError("the server does not start: " + (self.folder / "log").read_text())

    @property
    def url(self):
        return "postgresql:///postgres?host=%s&user=%s" % (self.folder, USER)

    def sql(self, text, separator="|"):
        done = subprocess.run([str(PROGRAMS / "psql"), "-XAtq", "-F", separator, "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c", text], capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout

    def stop(self, how=signal.SIGINT):
        """SIGINT: fast; SIGQUIT: immediate, as in a crash."""
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        self.process = None

    def end(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    if not is_installed():
        print("PostgreSQL is not installed: skipped")
        return SKIPPED
    server = Server()
    environment = {**os.environ, "TIDINGS_TEST_STORE": server.url}
    failed = [each for each in sys.argv[1:] if subprocess.run([each], env=environment, check=False).returncode != 0]
    for each in failed:
        print("failed on PostgreSQL: " + each)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
