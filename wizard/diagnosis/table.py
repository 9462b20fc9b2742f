"""The handbook as a document: docs/findings.md, made from the rules so that it cannot say anything else. Must not know a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from wizard.diagnosis import (
    auth,
    auth_kind,
    auth_offer,
    between,
    certificates,
    cures,
    endings,
    hello,
    java,
    mail,
    message,
    middle,
    numbers,
    reach,
    recipient,
    sender,
    starttls,
    tls,
)
from wizard.diagnosis.facts import facts_of
from wizard.diagnosis.filling import sentence
from wizard.diagnosis.handbook import UNKNOWN
from wizard.diagnosis.model import Remedy, Rule, Seen
from wizard.diagnosis.names import plain_name
from wizard.diagnosis.warnings import EXPIRING_DAYS, WARNINGS
from wizard.diagnosis.when import current_date
from wizard.profile import Endpoint, Profile, Security
from wizard.smtp.observation import Kind, Observation, Stage

_INTRO = f"""# Findings

One id, one cause. `smtp-wizard check`, `explain` and the Test step name what they found by these ids; scripts may rely on them.
This page is made from the rules themselves: `python -m wizard.diagnosis > docs/findings.md`.

**Evidence** says what a rule looks for: how a stage ended, at which stage, the reply's code (5xx stands for the class), the
enhanced code (`*` for 4 or 5), OpenSSL's verify code or reason, and the family of words in a reply where numbers do not tell.
Precise numbers are asked before words, words before general numbers, and the most specific rule wins. What providers and server
programs are known to say, in `refusals.toml`, is asked first of all, once it is known whose server answers.

**Look-alikes** are the other causes the same evidence allows, each with the way to tell it apart.

**One key** names the settings a finding can change by itself: only what was seen to work in the same run, or follows with
certainty from what the server said. None turns encryption or verification off. What stands under **What to do** is for a person.
A certificate is about to end when fewer than {EXPIRING_DAYS} days are left.

What DNS says about the sender's domain (MX, SPF, DKIM, DMARC, reverse DNS) has findings of its own: [domain.md](domain.md).
"""

_GROUPS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Finding the host and reaching it", (*reach.RULES, *between.RULES, *endings.RULES)),
    ("Speaking SMTP", (*hello.RULES, *middle.RULES, *numbers.RULES)),
    ("Encryption", (*starttls.IN_CLEAR, *starttls.RULES, *tls.RULES, *certificates.RULES)),
    ("Signing in", (*auth.RULES, *auth_kind.RULES, *auth_offer.RULES)),
    ("Sender, recipient, message", (*mail.RULES, *sender.RULES, *recipient.RULES, *message.RULES)),
)
_CURES: dict[Callable[[Seen], tuple[Remedy, ...]], str] = {
    cures.proven: "a port and kind of encryption that were seen to work beside this one",
    cures.tls_here: "TLS on the same port, or a port that was seen to work",
    cures.starttls_here: "STARTTLS on the same port where it is offered, or a port that was seen to work",
    cures.mechanism_auto: "mechanism auto, where the line is encrypted and the server offers one that takes a password",
    cures.accepted_name: "an EHLO name that the server was seen to accept from here",
    cures.send_as_user: "the address that signs in as the sender",
}
# Ids that have rules in two groups, and where a reader looks for them.
_HOME = {
    "connection-dropped": "Finding the host and reaching it",
    "helo-rejected": "Speaking SMTP",
    "middlebox": "Speaking SMTP",
    "protocol-violation": "Speaking SMTP",
    "port-speaks-tls": "Encryption",
    "tls-handshake-failed": "Encryption",
    "starttls-required": "Encryption",
    "line-or-encoding": "Sender, recipient, message",
}


def findings_document() -> str:
    """Return docs/findings.md: a list of all ids, then a section for each."""
    everything = [rule for _, rules in _GROUPS for rule in rules if rule.id != UNKNOWN.id]
    groups = [(title, _at_home(title, rules, everything)) for title, rules in _GROUPS]
    groups.append(("Not in the handbook", {UNKNOWN.id: [UNKNOWN]}))
    groups.append(("Warnings beside a run that passed", _by_id(WARNINGS)))
    groups.append(("Seen with the eyes of IdentityIQ's Java", _by_id(java.RULES)))
    return "\n".join((_INTRO, *(_contents(*group) for group in groups), *(_section(*group) for group in groups)))


def _by_id(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.id, []).append(rule)
    return found


def _at_home(title: str, rules: Iterable[Rule], everything: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return the ids of a group with all their rules; an id that two groups have stands in one of them."""
    here = {rule.id for rule in rules}
    return {name: found for name, found in _by_id(everything).items() if _HOME.get(name, title if name in here else "") == title}


def _contents(title: str, ids: dict[str, list[Rule]]) -> str:
    rows = "\n".join(f"| [`{name}`](#{name}) | {plain_name(name)} |" for name in ids)
    return f"| {title} | |\n|---|---|\n{rows}\n"


def _section(title: str, ids: dict[str, list[Rule]]) -> str:
    return f"## {title}\n\n" + "\n".join(_entry(name, rules) for name, rules in ids.items())


def _entry(name: str, rules: list[Rule]) -> str:
    """One id: what it means, then evidence, look-alikes, cure and sources, each once however many rules say it."""
    means = "\n\n".join(dict.fromkeys(f"**{_filled(rule.title)}.** {_filled(rule.meaning)}" for rule in rules))
    parts = (
        ("Evidence", _unique(when.described() for rule in rules for when in (*rule.when, *rule.fallback)), "no other rule holds"),
        ("Look-alikes", _look_alikes(rules), ""),
        ("What to do", _unique(_filled(text) for rule in rules for text in rule.advice), ""),
        ("One key", _unique(_CURES.get(rule.cures, "") for rule in rules), ""),
        (
            "Sources",
            _unique(part for rule in rules for part in (rule.source, "" if not rule.link or "{" in rule.link else rule.link)),
            "",
        ),
    )
    told = "".join(_listed(head, lines or ((otherwise,) if otherwise else ())) for head, lines, otherwise in parts)
    return f"### `{name}`\n\n{means}\n\n{told}"


def _listed(head: str, lines: Sequence[str]) -> str:
    return f"**{head}**\n\n" + "".join(f"- {line}\n" for line in lines) + "\n" if lines else ""


def _unique(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line for line in dict.fromkeys(lines) if line)


def _look_alikes(rules: Iterable[Rule]) -> tuple[str, ...]:
    told: dict[str, list[str]] = {}
    for rule in rules:
        for other in rule.also:
            told.setdefault(other.id, []).append(_open(other.tell_apart))
    return tuple(f"[`{name}`](#{name}), {plain_name(name)}: {'; or '.join(_unique(ways))}" for name, ways in told.items())


def _filled(text: str) -> str:
    return sentence(_open(text))


def _open(text: str) -> str:
    """Fill a rule's sentence with words that stand for any server."""
    nobody = Seen(Observation(Stage.DATA, Kind.REPLY), Profile(Endpoint("", 0, Security.STARTTLS)), current_date(), pasted=True)
    general = {
        "open": "",
        "said": "...",
        "announced": "What the provider announced is said here",
        "announced_for": "on the day the provider named",
        "dead": "another",
        "stage": "some stage",
        "days_left": "a few days",
        "until": "the day it names",
        "mechanism": "one kind",
        "offered": "other kinds",
    }
    facts = {**facts_of(nobody), **general, "unsent": "", "provider_link": "", "sign": "as the evidence says"}
    return text.format_map(facts).strip().removesuffix(" It said: ...").strip()
