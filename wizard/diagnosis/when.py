"""Matchers: what a rule looks for in one observation. Structure first, word families only where codes cannot tell.

Must not know what a match means.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple

from wizard.diagnosis.hosts import Family, Whose, family_by_names, whose
from wizard.profile import Profile, Security
from wizard.smtp.observation import Certificate, Kind, Observation, Stage

_ESCAPE = re.compile(r"\\x[0-9a-fA-F]{2}")  # how observations show bytes that are no text


def current_date() -> date:
    """Return today's date, UTC; the one clock of the handbook."""
    return datetime.now(UTC).date()


class Seen(NamedTuple):
    """What a rule looks at: one observation, the profile it was made with, and the day."""

    observation: Observation
    profile: Profile
    today: date
    family: Family | None = None  # set by the reader of pasted text, which may know the provider and not the host
    pasted: bool = False  # no session of ours: the settings and what was sent are not known
    told: str = ""  # what a person or file calls the provider or the server's program
    placed: bool = True  # whether the stage is known; in a pasted text it may be a guess, which no sentence may state

    @property
    def provider(self) -> Family:
        """The family of the provider whose server this is; only names are looked at while nothing has failed."""
        if self.family:
            return self.family
        named = family_by_names(self.profile.endpoint.host, self.observation.context)
        return named if named is not Family.OTHER or self.observation.passed else self.whose().family

    def whose(self) -> Whose:
        """Whose server this is, by everything the session showed or a person told."""
        observation = self.observation
        told = self.told or (self.family.value if self.family else "")
        return whose(self.profile.endpoint.host, observation.context, reply=observation.reply, told=told)

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of this stage, or of the session so far."""
        facts = self.observation.tls or self.observation.context.tls
        return facts.certificate if facts else None

    @property
    def text(self) -> str:
        """All words that were seen, lower case, white space collapsed: the ground word families are looked for on."""
        seen = self.observation
        parts = (seen.reply.text if seen.reply else "", seen.raw, seen.verify_reason, seen.error)
        return " ".join(_ESCAPE.sub(" ", " ".join(parts)).lower().split())


@dataclass(frozen=True, slots=True, init=False)
class Words:
    """A family of words that servers use for one thing; ``name`` says which.

    Keywords are parted by commas. One starts at a word and may end inside one; ``~`` stands for up to 60 characters.
    """

    name: str
    keywords: str

    def __init__(self, name: str, keywords: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "keywords", keywords)

    def found_in(self, text: str) -> bool:
        """Return whether one of the family stands in ``text`` (lower case)."""
        return next(self._starts(text), None) is not None

    def position(self, text: str) -> int | None:
        """Return where the first of the family stands in ``text``; None when none does."""
        return min(self._starts(text), default=None)

    def _starts(self, text: str) -> Iterator[int]:
        for parts in _keywords(self.keywords):
            # Looking for the parts first spares a long text nearly all of the slower search, and a pattern its making.
            if all(part in text for part in parts):
                found = _pattern(parts).search(text)
                if found:
                    yield found.start()


@cache
def _keywords(keywords: str) -> tuple[tuple[str, ...], ...]:
    """Prepare a family when it is first asked for: most runs need none."""
    return tuple(tuple(keyword.split("~")) for keyword in keywords.split(", "))


@cache
def _pattern(parts: tuple[str, ...]) -> re.Pattern[str]:
    start = r"(?<![a-z0-9])" if parts[0][:1].isalnum() and "".join(parts).isascii() else ""
    return re.compile(start + r".{0,60}?".join(map(re.escape, parts)))


class When(NamedTuple):
    """All conditions that are given must hold; one that is empty is not asked.

    ``codes`` are reply codes, 4 and 5 standing for the whole class. ``enhanced`` are RFC 3463 codes, ``*`` for either class.
    Without ``kinds``, a condition about a reply asks for a failing reply. ``plus`` is a last question that data cannot put,
    ``plus_name`` says it in words.
    """

    kinds: tuple[Kind, ...] = ()
    stages: tuple[Stage, ...] = ()
    codes: tuple[int, ...] = ()
    enhanced: tuple[str, ...] = ()
    says: Words | None = None
    lacks: Words | None = None
    verify: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    modes: tuple[Security, ...] = ()
    providers: tuple[Family, ...] = ()
    plus: Callable[[Seen], bool] | None = None
    plus_name: str = ""

    def holds(self, seen: Seen) -> bool:
        """Return whether the observation is what this matcher looks for."""
        return self._structure(seen) and self._reply(seen) and self._words(seen) and (self.plus is None or self.plus(seen))

    def _structure(self, seen: Seen) -> bool:
        observation, endpoint = seen.observation, seen.profile.endpoint
        reason = observation.tls_reason.upper()
        asked_and_given = (
            (self.kinds or (Kind.REPLY,), observation.kind),
            (self.stages, observation.stage),
            (self.verify, observation.verify_code),
            (self.ports, endpoint.port),
            (self.modes, endpoint.security),
        )
        if any(asked and given not in asked for asked, given in asked_and_given):
            return False
        if self.providers and seen.provider not in self.providers:  # asked last: it costs the most to answer
            return False
        return not self.reasons or any(name in reason for name in self.reasons)

    def _reply(self, seen: Seen) -> bool:
        if not (self.codes or self.enhanced):
            return True
        reply = seen.observation.reply
        if reply is None:
            return False
        if self.enhanced and not any(_enhanced_is(wanted, reply.enhanced or "") for wanted in self.enhanced):
            return False
        if not self.codes or (reply.code == 0 and not reply.enhanced):
            return self.says is not None  # a pasted reply may have lost its code: then the words alone decide
        code_class = reply.code // 100 or int((reply.enhanced or "0")[0])
        return reply.code in self.codes or code_class in self.codes

    def _words(self, seen: Seen) -> bool:
        if not (self.says or self.lacks):
            return True
        text = seen.text
        return (self.says is None or self.says.found_in(text)) and not (self.lacks and self.lacks.found_in(text))

    def described(self) -> str:
        """Return the conditions in words, for the table of findings."""
        parts = (
            (" or ".join(self.kinds), "{}"),
            (", ".join(self.stages), "at {}"),
            (self._reply_described(), "reply {}"),
            (self.says.name if self.says else "", "words: {}"),
            (", ".join(map(str, self.verify)), "verify code {}"),
            (", ".join(self.reasons), "TLS {}"),
            (", ".join(map(str, self.ports)), "port {}"),
            (", ".join(self.modes), "security {}"),
            (", ".join(self.providers), "host of {}"),
            (self.plus_name, "{}"),
        )
        return " + ".join(form.format(text) for text, form in parts if text)

    def _reply_described(self) -> str:
        codes = ", ".join("without its code" if not code else f"{code}xx" if code < 10 else str(code) for code in self.codes)
        if not self.enhanced:
            return codes
        return ", ".join(self.enhanced) if self.codes in ((4, 5), ()) else f"{codes} with {', '.join(self.enhanced)}"


def _enhanced_is(wanted: str, given: str) -> bool:
    return wanted == given or (wanted.startswith("*") and given[1:] == wanted[1:] and given != "")
