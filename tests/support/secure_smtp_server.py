"""An independent SMTP server (Debian's python3-aiosmtpd) with STARTTLS and AUTH, for the tests of the delivery room.

    secure_smtp_server.py CERTIFICATE KEY MAILDIR [--no-tls]      prints the port; ends when its standard input does
"""
import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def check(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == b"harbour" and data.password == b"s3cret-Ferry"
    return AuthResult(success=right, handled=False)


async def main():
    certificate, key, maildir = sys.argv[1:4]
    options = {"hostname": "test.example"}
    if "--no-tls" not in sys.argv:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        options |= {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": check}
    loop = asyncio.get_running_loop()
    handler = Mailbox(maildir)
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
