"""The handbook as a document: docs/findings.md, made from the rules so that it cannot say anything else. Must not know a run."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.diagnosis import (
    auth,
    auth_kind,
    auth_offer,
    certificates,
    endings,
    hello,
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
from wizard.diagnosis.model import Rule, Seen
from wizard.diagnosis.warnings import EXPIRING_DAYS, WARNINGS
from wizard.diagnosis.when import current_date
from wizard.profile import Endpoint, Profile, Security
from wizard.smtp.observation import Kind, Observation, Stage

_INTRO = f"""# Findings

One id, one cause. `smtp-wizard check`, `explain` and the Test step name what they found by these ids; scripts may rely on them.
This page is made from the rules themselves: `python -m wizard.diagnosis > docs/findings.md`.

*Seen as* says what a rule looks for: how a stage ended, at which stage, the reply's code (5xx stands for the class), the enhanced
code (`*` for 4 or 5), OpenSSL's verify code or reason, and the family of words in a reply where codes do not tell. The most
specific rule wins; others that the same evidence allows are listed with the finding, with the way to tell them apart.

A fix that one key applies is offered only for a setting that was seen to work in the same run, or that follows with certainty
from what the server said. None turns encryption or verification off. What stands under *What to do* is for a person.
A certificate is about to end when fewer than {EXPIRING_DAYS} days are left.
"""

_GROUPS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Finding the host and reaching it", (*reach.RULES, *endings.RULES)),
    ("Speaking SMTP", (*hello.RULES, *middle.RULES, *numbers.RULES)),
    ("Encryption", (*starttls.RULES, *tls.RULES, *certificates.RULES)),
    ("Signing in", (*auth.RULES, *auth_kind.RULES, *auth_offer.RULES)),
    ("Sender, recipient, message", (*mail.RULES, *sender.RULES, *recipient.RULES, *message.RULES)),
)
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
    """Return docs/findings.md."""
    everything = [rule for _, rules in _GROUPS for rule in rules if rule.id != UNKNOWN.id]
    parts = [_INTRO]
    for title, rules in _GROUPS:
        here = {rule.id for rule in rules}
        ids = dict.fromkeys(one.id for one in everything if _HOME.get(one.id, title if one.id in here else "") == title)
        parts.append(_section(title, ids, everything))
    parts.append(_section("Not in the handbook", (UNKNOWN.id,), [UNKNOWN]))
    parts.append(_section("Warnings beside a run that passed", dict.fromkeys(rule.id for rule in WARNINGS), WARNINGS))
    return "\n".join(parts)


def _section(title: str, ids: Iterable[str], rules: Iterable[Rule]) -> str:
    known = list(rules)
    rows = [_row([rule for rule in known if rule.id == wanted]) for wanted in ids]
    head = "| id | what it means | seen as | what to do |\n|---|---|---|---|"
    return f"## {title}\n\n{head}\n" + "\n".join(rows) + "\n"


def _row(rules: list[Rule]) -> str:
    seen_as = dict.fromkeys(when.described() for rule in rules for when in (*rule.when, *rule.fallback))
    todo = dict.fromkeys(_filled(text) for rule in rules for text in rule.advice)
    means = dict.fromkeys(f"**{_filled(rule.title)}.** {_filled(rule.meaning)}" for rule in rules)
    cells = (f"`{rules[0].id}`", "<br>".join(means), "<br>".join(seen_as) or "no other rule holds", "<br>".join(todo))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _filled(text: str) -> str:
    """Fill a rule's sentence with words that stand for any server."""
    nobody = Seen(Observation(Stage.DATA, Kind.REPLY), Profile(Endpoint("", 0, Security.STARTTLS)), current_date(), pasted=True)
    general = {
        "open": "",
        "said": "...",
        "microsoft_days": "counted from today",
        "dead": "another",
        "stage": "some stage",
        "days_left": "a few days",
        "until": "the day it names",
        "mechanism": "one kind",
        "offered": "other kinds",
    }
    facts = {**facts_of(nobody), **general, "unsent": "", "sign": "as the evidence says"}
    return sentence(text.format_map(facts).strip().removesuffix(" It said: ...").strip())
