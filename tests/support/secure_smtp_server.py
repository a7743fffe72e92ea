"""An independent SMTP server (Debian's python3-aiosmtpd) with STARTTLS and AUTH, for the tests of the delivery room.

    secure_smtp_server.py CERTIFICATE KEY MAILDIR [--no-tls | --cut-rcpt | --cut-data]      prints the port; ends when its standard input does
    --cut-*: the connection of r2@example.org is cut without a word of TLS, once, at RCPT or instead of the answer to the message
"""
import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def check(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == b"harbour" and data.password == b"s3cret-Ferry"
    return AuthResult(success=right, handled=False)


class Cutting(Mailbox):
    """Cuts the first session that names the victim."""

    def __init__(self, maildir, place):
        super().__init__(maildir)
        self.place = place

    def cuts(self, server, place, recipients):
        if self.place != place or "r2@example.org" not in recipients:
            return False
        self.place = None
        server.transport.abort()
        return True

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.cuts(server, "--cut-rcpt", [address]):
            return "451 cut"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.cuts(server, "--cut-data", envelope.rcpt_tos):
            return "451 cut"
        return await super().handle_DATA(server, session, envelope)


async def main():
    certificate, key, maildir = sys.argv[1:4]
    options = {"hostname": "test.example"}
    if "--no-tls" not in sys.argv:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        options |= {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": check}
    loop = asyncio.get_running_loop()
    handler = Cutting(maildir, sys.argv[4])
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
