"""The measure of ``check``: the same session by aiosmtplib alone, as short as it can be written."""

from __future__ import annotations

import asyncio
import os
from email.message import EmailMessage

from aiosmtplib import SMTP

ENV = os.environ


async def main() -> None:
    """Connect, encrypt, sign in with PLAIN, name sender and recipient; with DELIVER send a message."""
    encrypted_at_once = ENV["SECURITY"] == "tls"
    client = SMTP(
        hostname="localhost",
        port=int(ENV["PORT"]),
        use_tls=encrypted_at_once,
        start_tls=not encrypted_at_once,
        cert_bundle=ENV["CA_FILE"],
        timeout=15,
    )
    await client.connect()
    await client.ehlo()
    await client.auth_plain(ENV["USERNAME"], ENV["SMTP_WIZARD_PASSWORD"])
    if ENV.get("DELIVER"):
        await client.send_message(message(ENV["SENDER"], ENV["RECIPIENT"]))
    else:
        await client.mail(ENV["SENDER"])
        await client.rcpt(ENV["RECIPIENT"])
        await client.rset()
    await client.quit()


def message(sender: str, recipient: str) -> EmailMessage:
    """A small message."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, recipient, "A test"
    made.set_content("This is a test message.\n")
    return made


if __name__ == "__main__":
    asyncio.run(main())
