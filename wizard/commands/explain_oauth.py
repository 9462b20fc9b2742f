"""What Microsoft's sign-in service and Graph say in a pasted log of IdentityIQ's HTTP/OAuth, beside what the handbook reads.

Listens to the lines while they pass, in bounded memory. Must not know what a code means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.diagnosis.casebook import Case

_SIGNS = ("AADSTS", "Error", "MailboxNot")  # asked for first: a long log has few lines with any of them
_CODE = re.compile(r"\bAADSTS\d{4,8}\b|\b(?:Error[A-Z]|MailboxNot)[A-Za-z]{3,40}\b")
_APPLICATION = re.compile(r"\bapp(?:lication)?\b[^'\"]{0,60}['\"]?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_MOST_LINES = 100  # whose numbers are kept for a code, and codes that are kept


class Listening:
    """Lines that pass through ``to`` are listened to; ``cases`` says afterwards what was in them."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[list[int], str, str]] = {}
        self._counts: dict[str, int] = {}

    def to(self, lines: Iterable[str]) -> Iterator[str]:
        """Pass lines on unchanged."""
        for number, line in enumerate(lines, start=1):
            if any(sign in line for sign in _SIGNS):
                self._hear(line, number)
            yield line

    def _hear(self, line: str, number: int) -> None:
        for code in dict.fromkeys(_CODE.findall(line[:20_000])):
            if code not in self._heard and len(self._heard) >= _MOST_LINES:
                return
            application = _APPLICATION.search(line[:20_000])
            numbers, quoted, app = self._heard.get(code, ([], line, application[1] if application else ""))
            if len(numbers) < _MOST_LINES:
                numbers.append(number)
            self._heard[code] = numbers, quoted, app
            self._counts[code] = self._counts.get(code, 0) + 1

    def added(self, found: tuple[Case, ...]) -> tuple[Case, ...]:
        """Return what the handbook found, and before it what was heard; what nobody knew gives way to it."""
        if not self._heard:
            return found
        heard = tuple(self._cases())
        return (*heard, *(case for case in found if case.finding.id != "unknown")) if heard else found

    def _cases(self) -> Iterator[Case]:
        from wizard.diagnosis.casebook import Case
        from wizard.identityiq.oauth.answers import pasted

        for code, (numbers, line, application) in self._heard.items():
            finding = pasted(code, line, application)
            if finding is not None:
                yield Case(finding, tuple(numbers), self._counts[code])
