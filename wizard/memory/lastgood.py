"""What the last good run of a set-up showed, and what is different now. Holds no secret; must not know screens or words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from wizard import safefile
from wizard.memory.place import change, read, state_file
from wizard.profile import Security
from wizard.report import Report
from wizard.smtp.observation import Reply, Stage, TlsFacts

_FILE, _KEY = "lastgood.json", "runs"
_MOST = 500  # set-ups remembered; the oldest go first
_LONGEST = 600  # characters of one fact: a server that tells a novel must not fill what is kept
_VOLATILE = re.compile(
    r"\b(?=\w*\d)[\w.+-]+|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b,?"
)
# In the order in which a cause is looked for: what you changed yourself, then who answers, then how.
SETTINGS = ("host", "port", "encryption", "user name", "sign-in method", "sender", "recipient")
SEEN = (
    "addresses",
    "greeting",
    "capabilities before TLS",
    "capabilities",
    "sign-in methods offered",
    "TLS version",
    "certificate issuer",
    "certificate names",
    "certificate",
)


class Difference(NamedTuple):
    """One fact that is not what it was: ``what`` is one of SETTINGS or SEEN."""

    what: str
    before: str
    now: str


class Changed(NamedTuple):
    """What differs from the last good run, at ``since`` (ISO 8601, UTC). Without differences everything is as it was."""

    since: str
    differences: tuple[Difference, ...]


def compare(report: Report, path: Path | None = None) -> Changed | None:
    """Return what is different since the last good run; None when none is remembered. What was not reached is not compared."""
    try:
        kept = read(path or state_file(_FILE), _KEY).get(_name(report))
    except OSError:
        return None
    if not isinstance(kept, dict) or not isinstance(kept.get("at"), str) or not isinstance(kept.get("facts"), dict):
        return None
    before = {str(what): str(value) for what, value in kept["facts"].items()}
    now = _facts(report)
    found = (Difference(what, before[what], now[what]) for what in (*SETTINGS, *SEEN) if what in before and what in now)
    return Changed(kept["at"], tuple(one for one in found if _differs(one)))


def keep(*reports: Report, now: datetime | None = None, path: Path | None = None) -> str:
    """Remember the runs in which every stage passed, in one step. Returns why they could not be kept, or nothing."""
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    good = {_name(report): {"at": moment, "facts": _facts(report)} for report in reports if report.ok}
    if not good:
        return ""

    def edit(kept: dict[str, Any]) -> bool:
        for name, run in good.items():
            kept.pop(name, None)  # to the end: the youngest stand last
            kept[name] = run
        for oldest in list(kept)[: max(0, len(kept) - _MOST)]:
            del kept[oldest]
        return True

    try:
        change(path or state_file(_FILE), _KEY, edit)
    except OSError as problem:
        return f"What this run showed cannot be kept for the next one: {safefile.reason(problem)}."
    return ""


def _name(report: Report) -> str:
    """A saved profile is known by its name, a set-up from flags by where it goes and who signs in."""
    profile = report.profile
    if profile.name:
        return f"profile {profile.name}"
    user = profile.login.username if profile.login else ""
    return f"{profile.endpoint.host.lower()}:{profile.endpoint.port} {profile.endpoint.security} {user}".strip()


def _differs(one: Difference) -> bool:
    if one.what in ("addresses", "certificate names"):
        # Large providers answer with some of their many addresses each time: none in common is what tells.
        return not set(one.before.split(", ")) & set(one.now.split(", "))
    return one.before != one.now


def _facts(report: Report) -> dict[str, str]:
    profile, context = report.profile, report.context
    facts = {
        "host": profile.endpoint.host,
        "port": str(profile.endpoint.port),
        "encryption": str(profile.endpoint.security),
        "user name": profile.login.username if profile.login else "nobody",
        "sign-in method": str(profile.login.mechanism) if profile.login else "none",
        "sender": profile.sender or "none",
        "recipient": profile.recipient or "none",
    }
    if context.addresses:
        facts["addresses"] = ", ".join(sorted({one.address for one in context.addresses}))
    if context.greeting:
        facts["greeting"] = _steady(context.greeting)
    facts |= _of_ehlo(report) | _of_tls(_tls(report))
    return {what: value[:_LONGEST] for what, value in facts.items()}


def _of_ehlo(report: Report) -> dict[str, str]:
    """A server offers one thing before TLS and another after it: like is compared with like."""
    context = report.context
    if not (context.ehlo and context.ehlo.positive):
        return {}
    facts = {}
    starttls = report.profile.endpoint.security is Security.STARTTLS
    if starttls:
        clear = context.clear_capabilities or context.capabilities
        facts["capabilities before TLS"] = _listed(set(clear) - {"AUTH"})
    if context.encrypted or not starttls:
        facts["capabilities"] = _listed(set(context.capabilities) - {"AUTH"})
        facts["sign-in methods offered"] = _listed(context.mechanisms)
    return facts


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"


def _tls(report: Report) -> TlsFacts | None:
    found = next((one.observation.tls for one in report.stages if one.stage is Stage.TLS and one.observation), None)
    return found or report.context.tls


def _of_tls(tls: TlsFacts | None) -> dict[str, str]:
    if tls is None or tls.certificate is None:
        return {}
    certificate = tls.certificate
    return {
        "TLS version": tls.version,
        "certificate issuer": certificate.issuer,
        "certificate names": ", ".join(certificate.names) or certificate.subject,
        "certificate": f"SHA-256 {certificate.sha256}, valid until {certificate.not_after[:10]}",
    }


def _steady(greeting: Reply) -> str:
    """Leave out what is another one each time: host numbers, queue ids, dates."""
    return " ".join(_VOLATILE.sub(" ", greeting.text).split())[:200]
