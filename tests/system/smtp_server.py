"""A scripted SMTP server for tests: answers by plan, keeps what it accepted, and knows at which octet it stopped.

    with SmtpServer(rules=[Rule("rcpt", "451 4.3.0 later", to="ada@example.org", times=1)]) as server:
        ... "smtp://127.0.0.1:%d" % server.port ...
    server.accepted           # list of Accepted(envelope_from, envelope_to, octets, session)

A rule applies at one stage: greeting, ehlo, mail, rcpt, data, body (the first line of it), dot (all of it was read; also
the end of a BDAT ... LAST). `to` narrows it to one recipient (not known before rcpt), `times` to so many times.
Actions: a reply ("451 4.3.0 later"; lines are split at "|"), or
    close       FIN without an answer          reset         RST without an answer
    hang        no answer until the server ends delay:SECONDS answer as usual, later
    drip:SECONDS an answer of many lines, one octet each so many seconds, that never ends
    keep-close  at dot only: the message is kept as accepted, but the connection is closed before the answer
    keep-hang   at dot only: kept as accepted, and never answered
A message counts as accepted, and is on disk in `folder`, before its 250 is written.
Standard library only; the port is chosen by the kernel. Run as a program it prints its port and serves until stdin ends.
"""
import argparse
import asyncio
import dataclasses
import json
import pathlib
import re
import socket
import sys
import threading

ALL_FEATURES = ("PIPELINING", "CHUNKING", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES")


@dataclasses.dataclass
class Rule:
    stage: str
    action: str
    to: str = ""
    times: int = -1  # -1: always


@dataclasses.dataclass
class Accepted:
    envelope_from: str
    envelope_to: str
    octets: bytes
    session: int


class Hangup(Exception):
    """The script says that this connection is over."""


class Session:
    def __init__(self, server, reader, writer, number):
        self.server, self.reader, self.writer, self.number = server, reader, writer, number
        self.sender = self.recipient = None
        self.chunks = b""
        self.refused = False  # a refused RCPT: DATA and BDAT of this group have no valid recipient

    async def run(self):
        await self.answer("greeting", "220 scripted.example ESMTP")
        while True:
            line = await self.reader.readuntil(b"\r\n")
            self.server.commands.append((self.number, line))
            verb, _, rest = line[:-2].decode("utf-8", "replace").partition(" ")
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler is None:
                await self.say("500 5.5.2 no such command")
            elif await handler(rest) == "quit":
                return

    async def do_ehlo(self, rest):
        lines = ["scripted.example", *self.server.features]
        text = "|".join("250%s%s" % (" " if i + 1 == len(lines) else "-", each) for i, each in enumerate(lines))
        await self.answer("ehlo", text)

    async def do_lhlo(self, rest):
        await self.do_ehlo(rest)

    async def do_helo(self, rest):
        await self.answer("ehlo", "250 scripted.example")

    async def do_noop(self, rest):
        await self.say("250 2.0.0 ok")

    async def do_quit(self, rest):
        self.server.quits += 1
        await self.say("221 2.0.0 bye")
        return "quit"

    async def do_rset(self, rest):
        self.forget()
        await self.say("250 2.0.0 forgotten")

    async def do_mail(self, rest):
        match = re.match(r"(?i)FROM:<([^>]*)>", rest)
        if not match or self.sender is not None:
            await self.say("503 5.5.1 not now" if match else "501 5.5.4 syntax")
            return
        if await self.answer("mail", "250 2.1.0 ok"):
            self.sender = match[1]
            self.refused = False

    async def do_rcpt(self, rest):
        match = re.match(r"(?i)TO:<([^>]+)>", rest)
        if not match or self.sender is None:
            await self.say("503 5.5.1 MAIL first" if match else "501 5.5.4 syntax")
            return
        self.recipient = match[1]
        if not await self.answer("rcpt", "250 2.1.5 ok"):
            self.refused = True
            self.recipient = None

    async def do_data(self, rest):
        if self.recipient is None:
            self.forget()
            await self.say("554 5.5.1 no valid recipients")
            return
        if not await self.answer("data", "354 go on"):
            self.forget()
            return
        octets, is_first = bytearray(), True
        while True:
            line = await self.reader.readuntil(b"\r\n")
            if is_first:
                await self.answer("body", None)
                is_first = False
            if line == b".\r\n":
                break
            octets += line[1:] if line.startswith(b".") else line
        await self.finish(bytes(octets))

    async def do_bdat(self, rest):
        size, _, last = rest.partition(" ")
        octets = await self.reader.readexactly(int(size))
        if self.recipient is None:
            if last.upper() == "LAST":
                self.forget()
            await self.say("554 5.5.1 no valid recipients")
            return
        if not self.chunks:
            await self.answer("body", None)
        self.chunks += octets
        if last.upper() == "LAST":
            await self.finish(self.chunks)
        else:
            await self.say("250 2.0.0 %s octets" % size)

    async def finish(self, octets):
        message = Accepted(self.sender, self.recipient, octets, self.number)
        await self.answer("dot", "250 2.0.0 kept", message)
        self.forget()

    def forget(self):
        self.sender = self.recipient = None
        self.chunks = b""
        self.refused = False

    async def answer(self, stage, usual, message=None):
        """Says what the plan says, else `usual`; true if that was a yes. None as `usual`: nothing is said at this stage."""
        action = self.server.action_for(stage, self.recipient)
        if action.startswith("delay:"):
            await asyncio.sleep(float(action[6:]))
            action = ""
        if action.startswith("drip:") or action.endswith("hang"):
            self.server.stalled += 1
        if action.startswith("drip:"):
            await self.drip(float(action[5:]), {"greeting": "220", "data": "354"}.get(stage, "250"))
        if action == "keep-close":
            self.server.keep(message)
            raise Hangup
        if action == "keep-hang":
            self.server.keep(message)
            action = "hang"
        if action == "close":
            raise Hangup
        if action == "reset":
            self.writer.transport.abort()
            raise Hangup
        if action == "hang":
            await self.server.ending.wait()
            raise Hangup
        reply = action or usual
        if reply is None:
            return True
        if message is not None and reply.startswith("2"):
            self.server.keep(message)
        await self.say(reply)
        if reply.startswith("421"):
            raise Hangup
        return reply[0] in "23"

    async def drip(self, seconds, code):
        while not self.server.ending.is_set():
            for octet in b"%s-still working on it\r\n" % code.encode():
                self.writer.write(bytes([octet]))
                await self.writer.drain()
                await asyncio.sleep(seconds)

    async def say(self, text):
        self.writer.write(("\r\n".join(text.split("|")) + "\r\n").encode("utf-8", "surrogateescape"))
        await self.writer.drain()


class SmtpServer:
    def __init__(self, rules=(), features=ALL_FEATURES, folder=None, tls=None, limit=1 << 26):
        """`tls`: an ssl.SSLContext for smtps://. `limit`: octets of a line, and about so many are read ahead of the dialogue."""
        self.rules = list(rules)
        self.features = list(features)
        self.tls, self.limit = tls, limit
        self.folder = pathlib.Path(folder) if folder else None
        self.accepted, self.commands = [], []
        self.sessions = self.quits = self.port = self.stalled = 0
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)

    def __enter__(self):
        ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve(ready)), daemon=True)
        self.thread.start()
        ready.wait()
        return self

    def __exit__(self, *unused):
        self.loop.call_soon_threadsafe(self.ending.set)
        self.thread.join()

    @property
    def url(self):
        return "smtp%s://127.0.0.1:%d" % ("s" if self.tls else "", self.port)

    def to(self, address):
        """Messages accepted for this address, in order."""
        with self.lock:
            return [each for each in self.accepted if each.envelope_to == address]

    def take(self):
        """Everything accepted since the last take(), in order."""
        with self.lock:
            taken, self.accepted = self.accepted, []
            return taken

    def wait_for(self, count, timeout):
        """Waits until `count` messages were accepted; false if they were not."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.accepted) >= count, timeout)

    def action_for(self, stage, recipient):
        for rule in self.rules:
            if rule.stage == stage and rule.times != 0 and (not rule.to or rule.to == recipient or
                    (rule.to.startswith("@") and recipient is not None and recipient.endswith(rule.to))):
                rule.times -= 1 if rule.times > 0 else 0
                return rule.action
        return ""

    def keep(self, message):
        with self.changed:
            self.accepted.append(message)
            number = len(self.accepted)
            self.changed.notify_all()
        if self.folder:
            (self.folder / ("%06d.eml" % number)).write_bytes(message.octets)
            with open(self.folder / "accepted.jsonl", "a", encoding="utf-8") as log:
                log.write(json.dumps({"file": "%06d.eml" % number, "from": message.envelope_from,
                                      "to": message.envelope_to, "session": message.session}) + "\n")

    async def serve(self, ready):
        self.loop, self.ending = asyncio.get_running_loop(), asyncio.Event()
        open_sessions = set()

        async def connected(reader, writer):
            self.sessions += 1
            task = asyncio.current_task()
            open_sessions.add(task)
            try:
                await Session(self, reader, writer, self.sessions).run()
            except (Hangup, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                open_sessions.discard(task)
                writer.close()

        listener = await asyncio.start_server(connected, "127.0.0.1", 0, limit=self.limit, ssl=self.tls)
        if self.limit <= 1 << 16:
            listener.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.limit)
        self.port = listener.sockets[0].getsockname()[1]
        ready.set()
        await self.ending.wait()
        listener.close()
        for task in list(open_sessions):
            task.cancel()
        await asyncio.gather(*open_sessions, return_exceptions=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--folder", help="accepted messages go there, with accepted.jsonl")
    options.add_argument("--features", default=",".join(ALL_FEATURES), help="EHLO lines, joined by commas")
    options.add_argument("--rule", action="append", default=[], metavar="STAGE[=ADDRESS][*TIMES] ACTION")
    given = options.parse_args()
    rules = []
    for text in given.rule:
        where, _, action = text.partition(" ")
        match = re.fullmatch(r"([a-z]+)(?:=([^*]+))?(?:\*(\d+))?", where)
        rules.append(Rule(match[1], action, match[2] or "", int(match[3] or -1)))
    if given.folder:
        pathlib.Path(given.folder).mkdir(parents=True, exist_ok=True)
    with SmtpServer(rules, [each for each in given.features.split(",") if each], given.folder) as server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
