"""Delivery status notifications (RFC 3464): a whole bounce, or its fields pasted alone. Per recipient: who, what, by whom.

Must not know findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from typing import NamedTuple

from wizard.smtp.observation import Reply

_FIELD = re.compile(
    r"^[ \t>]{0,8}(Final-Recipient|Original-Recipient|Action|Status|Remote-MTA|Diagnostic-Code|Last-Attempt-Date)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?:[ -]+|$|(?=\())(?:\#?([45]\.\d{1,3}\.\d{1,3}))?")
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_TYPED = re.compile(r"^\s*(?:[\w-]+)\s*;\s*")
_MOST = 200


class Notice(NamedTuple):
    """What a notification says of one recipient; ``start`` is where its fields stand in the text."""

    recipient: str
    action: str
    reply: Reply
    remote: str
    start: int


def notices_in(text: str) -> tuple[Notice, ...]:
    """Return what each recipient's fields say, failures and delays only; nothing when the text holds no such fields."""
    if len(_FIELD.findall(text[:400_000])) < 2:
        return ()
    return tuple(notice for start, block in _blocks(text) if (notice := _notice(start, block)))[:_MOST]


def _blocks(text: str) -> Iterator[tuple[int, Message]]:
    """Yield the groups of fields: each begins where a Final-Recipient or a paragraph does."""
    starts = [found.start() for found in _FIELD.finditer(text)]
    if not starts:
        return
    position = 0
    for paragraph in re.split(r"(\r?\n[ \t]*\r?\n)", text):
        found = _FIELD.search(paragraph)
        if found:
            block = re.sub(r"^[ \t>]{1,8}(?=[A-Z][A-Za-z-]+:)", "", paragraph[found.start() :], flags=re.MULTILINE)
            yield position + found.start(), message_from_string(block.lstrip("\r\n"))
        position += len(paragraph)


def _notice(start: int, fields: Message) -> Notice | None:
    action = _one(fields, "Action").lower()
    status = _STATUS.search(_one(fields, "Status"))
    diagnostic = _TYPED.sub("", _one(fields, "Diagnostic-Code"))
    if action in ("delivered", "relayed", "expanded") or not (status or diagnostic):
        return None
    if status and status[1] == "2":
        return None
    code = _CODE.search(diagnostic)
    enhanced = (code[2] if code and code[2] else None) or (status[0] if status else None)
    if status and code and code[2] is None and status[2] == "0":
        enhanced = None  # X.0.0 says nothing
    words = _CODE.sub("", diagnostic, count=1) if code else diagnostic
    return Notice(
        _TYPED.sub("", _one(fields, "Final-Recipient") or _one(fields, "Original-Recipient")).strip("<> "),
        action,
        Reply(int(code[1]) if code else 0, enhanced, (" ".join(words.split()),)),
        _TYPED.sub("", _one(fields, "Remote-MTA")),
        start,
    )


def _one(fields: Message, name: str) -> str:
    return " ".join(str(fields.get(name, "")).split())
