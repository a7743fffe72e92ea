"""An independent SMTP server (Debian's python3-aiosmtpd) that announces SMTPUTF8, or with --ascii does not.

    smtputf8_server.py FOLDER [--ascii]      prints the port; ends when its standard input does
Each message it takes is FOLDER/N.eml, and a line of FOLDER/envelopes: JSON of from, to and the parameters of MAIL.
"""
import asyncio
import json
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Keeper:
    def __init__(self, folder):
        self.folder, self.count = folder, 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        (self.folder / ("%d.eml" % self.count)).write_bytes(envelope.original_content)
        with open(self.folder / "envelopes", "a", encoding="utf-8") as out:
            out.write(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "options": envelope.mail_options}) + "\n")
        return "250 2.0.0 kept"


async def main():
    keeper = Keeper(pathlib.Path(sys.argv[1]))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, loop=loop, hostname="utf8.example", enable_SMTPUTF8="--ascii" not in sys.argv), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
