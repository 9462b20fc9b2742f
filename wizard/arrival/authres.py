"""What receiving servers say of a mail's sender: Authentication-Results (RFC 8601) and those a chain of ARC carries (RFC 8617).

Must not judge: whether a server may be believed is said where the way is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from wizard.arrival.grammar import parts, unquoted, without_comments
from wizard.arrival.headers import Headers

_METHOD = re.compile(r"([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)\b", re.IGNORECASE)
_PROPERTY = re.compile(r'([a-z-]+\.[a-z0-9_.-]+|reason)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]+)', re.IGNORECASE)
_INSTANCE = re.compile(r"\s*i\s*=\s*(\d{1,3})\s*")
_SEAL = re.compile(r"\bcv\s*=\s*([a-z]+)", re.IGNORECASE)
_MOST = 50


class Result(NamedTuple):
    """One method's result: ``spf``, ``dkim``, ``dmarc``, ``arc`` ... and ``pass``, ``fail``, ``none`` ..., in small letters."""

    method: str
    result: str
    reason: str = ""
    properties: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str:
        """Return a property such as ``header.d`` or ``smtp.mailfrom``, empty where it is missing."""
        return next((value for known, value in self.properties if known == name), "")


class AuthResults(NamedTuple):
    """One header: who says it, and the results. ``instance`` is the number in an ARC chain, None outside of one."""

    server: str
    results: tuple[Result, ...]
    instance: int | None = None

    def of(self, method: str) -> tuple[Result, ...]:
        """Return the results of a method; a mail can have several DKIM signatures."""
        return tuple(result for result in self.results if result.method == method)


class Chain(NamedTuple):
    """The ARC chain: how many servers signed, and what the last one says of those before (``cv``: none, pass, fail)."""

    length: int = 0
    validation: str = ""


def results_in(headers: Headers) -> tuple[AuthResults, ...]:
    """Return every Authentication-Results, topmost (the last server's) first."""
    return tuple(found for value in headers.all("Authentication-Results")[:_MOST] if (found := _read(value)))


def arc_results_in(headers: Headers) -> tuple[AuthResults, ...]:
    """Return what ARC carries from earlier servers, the latest first."""
    found = [one for value in headers.all("ARC-Authentication-Results")[:_MOST] if (one := _read(value))]
    return tuple(sorted(found, key=lambda one: -(one.instance or 0)))


def chain_in(headers: Headers) -> Chain:
    """Return the ARC chain as its seals tell of it; nothing is verified here."""
    seals: dict[int, str] = {}
    for value in headers.all("ARC-Seal")[:_MOST]:
        number, validation = re.search(r"\bi\s*=\s*(\d{1,3})", value), _SEAL.search(value)
        if number and validation:
            seals[int(number[1])] = validation[1].lower()
    return Chain(len(seals), seals[max(seals)]) if seals else Chain()


def _read(value: str) -> AuthResults | None:
    text, _ = without_comments(value)
    pieces = parts(text, ";")
    instance = _INSTANCE.fullmatch(pieces[0])
    if instance:
        pieces = pieces[1:]
    if not pieces or not pieces[0].strip():
        return None
    head = pieces[0].split()
    # Some servers leave their own name out and begin with the first result.
    named = not _METHOD.fullmatch(pieces[0].strip()) and "=" not in head[0]
    server = unquoted(head[0]).lower() if named else ""
    rest = pieces[1:] if named else pieces
    return AuthResults(server, tuple(_results(rest)), int(instance[1]) if instance else None)


def _results(pieces: list[str]) -> Iterator[Result]:
    for piece in pieces:
        found = _METHOD.match(piece.strip())
        if not found:
            continue
        pairs = [(name.lower(), unquoted(value)) for name, value in _PROPERTY.findall(piece)]
        reason = next((value for name, value in pairs if name == "reason"), "")
        rest = tuple(pair for pair in pairs if pair[0] != "reason")
        yield Result(found[1].lower(), found[2].lower(), reason, rest)
