"""The test message: proper, small, and recognisable by a token. Must not know how it travels."""

from __future__ import annotations

import re
import secrets
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from wizard.profile import Profile
from wizard.smtp.observation import Reply

_TEXT = """\
This is a test message from SMTP Wizard.

It went from {sender} to {recipient}
through {host}, port {port}, encryption: {security}.

Token: {token}

If you did not expect this message, you can delete it.
ä ö ü ß € 中文 - if these letters look right, UTF-8 works.
"""


def new_token() -> str:
    """Return what the message is recognised by: 8 hexadecimal digits."""
    return secrets.token_hex(4)


def compose(profile: Profile, token: str, *, eight_bit: bool, utf8: bool) -> bytes:
    """Return the message as bytes with CRLF line ends, not yet dot-stuffed (RFC 5322, 2045, 6531).

    ``eight_bit``: the server takes 8BITMIME (RFC 6152); otherwise the text travels as quoted-printable. ``utf8``: header
    addresses may hold other alphabets (SMTPUTF8).
    """
    endpoint = profile.endpoint
    text = _TEXT.format(
        sender=profile.sender,
        recipient=profile.recipient,
        host=endpoint.host,
        port=endpoint.port,
        security=endpoint.security,
        token=token,
    )
    if profile.message:
        text = f"{profile.message}\n\n{text}"
    policy = SMTP.clone(cte_type="8bit" if eight_bit else "7bit", utf8=utf8)
    made = EmailMessage(policy=policy)
    made["Date"] = formatdate(localtime=True)
    made["Message-ID"] = make_msgid(domain=_id_domain(profile.sender))
    made["From"] = profile.sender
    made["To"] = profile.recipient
    made["Subject"] = f"SMTP Wizard test {token}"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    made["X-SMTP-Wizard-Token"] = token
    cte = "8bit" if eight_bit else "quoted-printable"
    made.set_content(text, charset="utf-8", cte=cte)
    made.add_alternative(_html(text), subtype="html", charset="utf-8", cte=cte)
    return made.as_bytes()


def _html(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    paragraphs = "".join(f"<p>{part.strip().replace(chr(10), '<br>' + chr(10))}</p>\n" for part in text.split("\n\n"))
    return f'<!doctype html>\n<html lang="en"><meta charset="utf-8">\n<body>\n{paragraphs}</body></html>\n'


def _id_domain(sender: str) -> str:
    domain = sender.rpartition("@")[2]
    return domain if domain.isascii() and domain else "localhost"


# How servers name what they took: Postfix "queued as X", Exim "OK id=X", Exchange "[InternalId=X]", Sendmail
# "X Message accepted", SES and Gmail "OK X".
_QUEUE_IDS = (
    r"queued as ([^\s;,]+)",
    r"\[InternalId=(\d+)",
    r"\bid[=:]\s*<?([^\s>;,]+)",
    r"^(\S*\d\S*) message accepted",
    r"^(?:ok|accepted)[:,]?\s+(?:queued\s+)?(?:\d{10}\s+)?<?([\w.+/=@-]*\d[\w.+/=@-]*)",
)


def queue_id(reply: Reply) -> str | None:
    """Return the id under which the server keeps the message, or None when the reply names none this knows."""
    for pattern in _QUEUE_IDS:
        found = re.search(pattern, reply.text, re.IGNORECASE)
        if found:
            return found[1].rstrip(".")
    return None
