"""The test message: proper, small, and recognisable by a token. Must not know how it travels."""

from __future__ import annotations

import re
import secrets
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from wizard.profile import Profile
from wizard.smtp.observation import Reply

if TYPE_CHECKING:
    from wizard.smtp.letter import Letter

_SIGNS = "ACDEFGHJKLMNPQRTUVWXY34679"  # without those that are taken for one another: 0 O, 1 I, 2 Z, 5 S, 8 B
_TEXT = """\
This is a test message from SMTP Wizard.

It went from {sender} to {recipient}
through {host}, port {port}, encryption: {security}.

Token: {token}
Code:  {code}

If you did not expect this message, you can delete it.
ä ö ü ß € 中文 - if these letters look right, UTF-8 works.
"""
_LONGEST_LINE = 998  # bytes


def new_token() -> str:
    """Return what the message is recognised by: 8 hexadecimal digits."""
    return secrets.token_hex(4)


def code_of(token: str) -> str:
    """Return what only the message's text says, for its reader to type back: two groups of four signs that look like no others.

    It follows from the token, so that a later run knows it too; no report, header or subject shows it.
    """
    from hashlib import sha256

    number = int.from_bytes(sha256(b"smtp-wizard code " + token.encode()).digest()[:8], "big")
    signs = [_SIGNS[number // len(_SIGNS) ** place % len(_SIGNS)] for place in range(8)]
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"


def is_code(typed: str, token: str) -> bool:
    """Return whether what was typed is the message's code; blanks, dashes and small letters do not matter."""
    from hmac import compare_digest

    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return compare_digest(plain.encode(), code_of(token).replace("-", "").encode())


def compose(profile: Profile, token: str, *, eight_bit: bool, utf8: bool, letter: Letter | None = None) -> bytes:
    """Return the message as bytes with CRLF line ends, not yet dot-stuffed (RFC 5322, 2045, 6531).

    ``eight_bit``: the server takes 8BITMIME (RFC 6152); otherwise the text travels as quoted-printable. ``utf8``: header
    addresses may hold other alphabets (SMTPUTF8). ``letter`` takes the place of the test message's own words.
    """
    policy = SMTP.clone(cte_type="8bit" if eight_bit else "7bit", utf8=utf8)
    made = EmailMessage(policy=policy)
    made["Date"] = formatdate(localtime=True)
    made["Message-ID"] = make_msgid(domain=_id_domain(profile.sender))
    made["From"] = profile.sender
    made["To"] = profile.recipient
    made["Subject"] = _one_line(letter.subject) if letter else f"SMTP Wizard test {token}"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    made["X-SMTP-Wizard-Token"] = token
    text, html = _letters_words(letter, token) if letter else _own_words(profile, token)
    cte = "8bit" if eight_bit and _short_lines(text) and _short_lines(html) else "quoted-printable"
    made.set_content(text, charset="utf-8", cte=cte)
    if html:
        made.add_alternative(html, subtype="html", charset="utf-8", cte=cte)
    return made.as_bytes()


def _letters_words(letter: Letter, token: str) -> tuple[str, str]:
    from wizard.smtp.letter import signed_html, signed_text  # a check sends none

    code = code_of(token)
    return signed_text(letter, token, code), signed_html(letter, token, code)


def _own_words(profile: Profile, token: str) -> tuple[str, str]:
    endpoint = profile.endpoint
    text = _TEXT.format(
        sender=profile.sender,
        recipient=profile.recipient,
        host=endpoint.host,
        port=endpoint.port,
        security=endpoint.security,
        token=token,
        code=code_of(token),
    )
    if profile.message:
        text = f"{profile.message}\n\n{text}"
    return text, _html(text)


def _one_line(text: str) -> str:
    """Return a text fit for a header: line breaks would begin another one (RFC 5322 2.2)."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _short_lines(text: str) -> bool:
    """Return whether no line is longer than mail allows (RFC 5322 2.1.1: 998 bytes)."""
    return all(len(line.encode("utf-8", "replace")) <= _LONGEST_LINE for line in text.splitlines())


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
