"""A message of the caller's own, sent in place of the test message. Values only; must not know how it travels."""

from typing import NamedTuple


class Letter(NamedTuple):
    """Subject and body in plain words, as they are to be read; ``html`` is the body as HTML, empty where there is none.

    The token that recognises the message goes into a header and into a line at the end of the body.
    """

    subject: str
    text: str
    html: str = ""
    bare: bool = False  # True leaves the line at the end out: the body travels exactly as it is


def signed_text(letter: Letter, token: str, code: str) -> str:
    """Return the text with the line of token and code behind it (RFC 3676 4.3: what follows "-- " is a signature)."""
    return letter.text if letter.bare else f"{letter.text.rstrip()}\n\n-- \n{_line(token, code)}\n"


def signed_html(letter: Letter, token: str, code: str) -> str:
    """Return the HTML with that line before its end."""
    if letter.bare:
        return letter.html
    at = letter.html.lower().rfind("</body>")
    at = len(letter.html.rstrip()) if at < 0 else at
    return f"{letter.html[:at]}<p>{_line(token, code)}</p>\n{letter.html[at:]}"


def _line(token: str, code: str) -> str:
    return f"A test of this template by SMTP Wizard. Code: {code}. Token: {token}"
