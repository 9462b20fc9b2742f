"""The further recipients of a run: what was answered to each, and what inside and outside say together. Must not know SMTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from wizard.diagnosis import diagnose
from wizard.diagnosis.names import plain_name
from wizard.render.stages import ending
from wizard.render.style import Style
from wizard.report import Report
from wizard.smtp.observation import Observation, Stage

# Refusals of one mailbox or of one moment: they say nothing about what the server does for addresses elsewhere.
_OF_ONE_MAILBOX = {"recipient-unknown", "mailbox-full", "greylisted", "rate-limited", "server-busy", "quota-or-sandbox"}


class Named(NamedTuple):
    """One recipient, the end of its naming, and the id of the finding where it was refused."""

    address: str
    seen: Observation
    finding: str | None

    @property
    def refused(self) -> bool:
        """Whether the server said no to the address for good, and not to one mailbox or for now."""
        reply = self.seen.reply
        return not self.seen.passed and reply is not None and reply.code >= 500 and self.finding not in _OF_ONE_MAILBOX


def named(report: Report) -> tuple[Named, ...]:
    """Return the further recipients in the order in which they were named."""
    return tuple(_named(report, tried.address, tried.observation) for tried in report.recipients)


def _named(report: Report, address: str, seen: Observation) -> Named:
    if seen.passed:
        return Named(address, seen, None)
    found = diagnose(seen, report.profile._replace(recipient=address))
    return Named(address, seen, found[0].id if found else None)


def as_json(report: Report) -> list[dict[str, Any]]:
    """Return the list under the key ``recipients`` of the JSON report; empty when none were asked for."""
    return [
        {
            "address": one.address,
            "accepted": one.seen.passed,
            "stage": str(one.seen.stage),
            "reply": str(one.seen.reply) if one.seen.reply else None,
            "finding": one.finding,
        }
        for one in named(report)
    ]


def together(report: Report) -> str:
    """Return what the answers to addresses inside and outside say together, in one sentence; empty when they say nothing.

    Inside is the domain of the sender, and that of the profile's own recipient unless the server refused just this one.
    """
    profile = report.profile
    home = {_domain(profile.sender), _domain(profile.recipient)}
    everyone = [*named(report)]
    own = next((one.observation for one in report.stages if one.stage is Stage.RCPT and one.observation), None)
    if own is not None:
        everyone.append(_named(report, profile.recipient, own))
        if everyone[-1].refused:
            home = {_domain(profile.sender)}
    inside = [one for one in everyone if _domain(one.address) in home]
    outside = [one for one in everyone if _domain(one.address) not in home]
    taken_inside, taken_outside = any(one.seen.passed for one in inside), any(one.seen.passed for one in outside)
    refused = next((one for one in outside if one.refused), None)
    if taken_inside and taken_outside:
        return "Addresses inside and outside are accepted: the server relays for you."
    if taken_inside and refused:
        cure = "Ask what this sign-in may send." if report.context.signed_in else "Sign in, or ask for this host to be let relay."
        return f"Addresses inside are accepted, {refused.address} outside is refused: the server does not relay for you. {cure}"
    if taken_outside and any(not one.seen.passed for one in inside):
        return "Addresses outside are accepted, so the server relays for you: what it refuses is about the address inside."
    return ""


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def lines(report: Report, style: Style) -> Iterator[str]:
    """Yield what a person reads: a line for each address, then what they say together. Nothing when none were asked for."""
    if not report.recipients:
        return
    yield ""
    yield style.heading("Also named, nothing sent to them")
    for one in named(report):
        sign = style.sign("ok" if one.seen.passed else "X", 4)
        first, *more = style.wrapped(f"{one.address}: {_words(one)}", "      ")
        yield f"  {sign}{first.lstrip()}"
        yield from more
    said = together(report)
    if said:
        yield from style.wrapped(said)


def _words(one: Named) -> str:
    if one.seen.passed:
        return f"accepted ({one.seen.reply})"
    why = f": {plain_name(one.finding)} [{one.finding}]" if one.finding else ""
    at = "sender " if one.seen.stage is Stage.MAIL else ""
    return f"{at}refused, {ending(one.seen)}{why}"
