"""What an identified provider or server program is known to say, and what it means there: ``refusals.toml`` as rules.

A match is structural: whose server it is, stage, codes, and a few words only where the codes are shared by several causes.
Must not know the general tables.
"""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any, NamedTuple

from wizard.diagnosis.filling import finding
from wizard.diagnosis.hosts import Whose
from wizard.diagnosis.model import Finding, Possible, Rule, Seen
from wizard.diagnosis.offers import limits_of
from wizard.diagnosis.when import When, Words
from wizard.packaged import entries, parsed
from wizard.smtp.observation import Kind, Stage

_EXCEEDED = ("rate-limited", "quota-or-sandbox")


class Refusal(NamedTuple):
    """One entry of ``refusals.toml``, whose head explains the fields. ``example`` is a reply as the server gives it."""

    of: tuple[str, ...]
    when: When
    finding: str
    means: str
    cure: str
    source: str
    checked: datetime.date
    example: str
    title: str = ""
    also: tuple[Possible, ...] = ()
    link: str = ""

    def holds(self, seen: Seen) -> bool:
        """Whether a failing reply is this refusal. The stage of a pasted reply is a guess, and codes or words tell enough."""
        told = self.when.enhanced or self.when.says
        return (self.when._replace(stages=()) if seen.pasted and told else self.when).holds(seen)


def known_refusal(seen: Seen, rules: tuple[Rule, ...]) -> Finding | None:
    """Return the finding for what this very provider or program is known to say; None when it is nobody's, or not known of it.

    ``rules`` lend the title, the remedies with changes and the look-alikes of the rule with the same id.
    """
    if seen.observation.passed:
        return None
    owner = seen.whose()
    refusal = next((one for id_ in owner.ids for one in refusals_of(id_) if one.holds(seen)), None)
    if refusal is None:
        return None
    return finding(_as_rule(refusal, _base(refusal, seen, rules), owner), seen)


@cache
def refusals_of(owner: str) -> tuple[Refusal, ...]:
    """Return the refusals of a provider or program, by its id, in the order of the file; the others are not parsed."""
    mark = f'"{owner}"'
    return tuple(_refusal(entry) for entry in entries("refusals", "refusal") if mark in entry.split("\n", 1)[0])


def every_refusal() -> tuple[Refusal, ...]:
    """Return the whole table."""
    return tuple(_refusal(entry) for entry in entries("refusals", "refusal"))


def _base(refusal: Refusal, seen: Seen, rules: tuple[Rule, ...]) -> Rule:
    """Return the general rule of the same id: the one that holds as well where there are several."""
    same = [rule for rule in rules if rule.id == refusal.finding]
    return next((rule for rule in same if any(when.holds(seen) for when in (*rule.when, *rule.fallback))), same[0])


def _as_rule(refusal: Refusal, base: Rule, owner: Whose) -> Rule:
    """Return a rule that says what is known here, in place of what is said of servers at large."""
    own = {possible.id for possible in refusal.also}
    meaning = (refusal.means, _limits(refusal, owner), f"It said: {{said}}{_how_known(owner)}")
    return base._replace(
        title=refusal.title or base.title,
        meaning=" ".join(part for part in meaning if part),
        advice=(refusal.cure,),
        also=(*refusal.also, *(other for other in base.also if other.id not in own)),
        link=refusal.link or base.link,
        source=refusal.source,
    )


def _limits(refusal: Refusal, owner: Whose) -> str:
    """Say how much the provider takes, where that is what was exceeded."""
    if refusal.finding not in _EXCEEDED:
        return ""
    return next((said for one in owner.providers if one.id in refusal.of and (said := limits_of(one))), "")


def _how_known(owner: Whose) -> str:
    """Say by what the server is known, where its host name does not show it."""
    name = owner.name
    return (
        f" (This is {name}: {owner.because[0]} tells.)" if owner.because and not owner.because[0].startswith("the name") else ""
    )


@cache
def _refusal(entry: str) -> Refusal:
    """Read one entry. Raises KeyError or ValueError when the packaged table is broken; a test reads it whole."""
    row: dict[str, Any] = parsed(entry)
    when = When(
        kinds=tuple(Kind(kind) for kind in row.get("kinds", ())),
        stages=tuple(Stage(stage) for stage in row.get("stages", ())),
        codes=tuple(row.get("codes", ())),
        enhanced=tuple(row.get("enhanced", ())),
        says=Words(row["says"], row["says"]) if "says" in row else None,
        lacks=Words(row["lacks"], row["lacks"]) if "lacks" in row else None,
    )
    return Refusal(
        of=tuple(row["of"]),
        when=when,
        finding=row["finding"],
        means=row["means"],
        cure=row["cure"],
        source=row["source"],
        checked=row["checked"],
        example=row.get("example", ""),
        title=row.get("title", ""),
        also=tuple(Possible(id_, tell) for id_, tell in row.get("also", {}).items()),
        link=row.get("link", ""),
    )
