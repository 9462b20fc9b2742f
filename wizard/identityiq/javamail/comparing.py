"""``compare``: what SMTP Wizard saw and what the mail library saw, stage by stage, where they differ and why. Values only."""

from __future__ import annotations

import re
from typing import NamedTuple

from wizard.diagnosis.facts import quoted
from wizard.identityiq.javamail.outcome import End, Outcome, SignIn, Status
from wizard.identityiq.javamail.ways import GoesOn, way_at
from wizard.profile import Security
from wizard.report import Report, StageResult
from wizard.smtp.events import Why
from wizard.smtp.observation import LADDER, Kind, Observation, Stage

_NOT_TRIED = "nothing is sent unless asked"
_MESSAGE = (Stage.MAIL, Stage.RCPT, Stage.DATA)


_PACKAGE = re.compile(r"\b(?:[a-z]\w*\.)+(?=[A-Z]\w*(?:Exception|Error))")  # a class is known by its last name


class Side(NamedTuple):
    """One column of a row: how the stage went, and a few words. ``status`` is empty where nothing is known."""

    status: str = ""
    words: str = ""


class Row(NamedTuple):
    """One stage, seen by both. ``why`` says where a difference comes from, empty where there is none."""

    stage: Stage
    ours: Side
    theirs: Side
    differs: bool = False
    why: str = ""


def compare(report: Report, other: Outcome) -> tuple[Row, ...]:
    """Return the rows in the order of the stages; what neither side reached has none."""
    mine = _mine(report)
    rows = []
    for stage in dict.fromkeys(LADDER[report.profile.endpoint.security]):
        if stage is Stage.QUIT:
            continue
        ours, theirs = _ours(mine.get(stage), report), _theirs(stage, other)
        if ours.status or theirs.status:
            rows.append(_row(stage, ours, theirs, mine.get(stage), other))
    return tuple(rows)


def differences(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows in which the two differ."""
    return tuple(row for row in rows if row.differs)


def _mine(report: Report) -> dict[Stage, StageResult]:
    """Return our stages; of EHLO, which comes twice, the last that was reached."""
    found: dict[Stage, StageResult] = {}
    for result in report.stages:
        if result.stage not in found or result.observation:
            found[result.stage] = result
    return found


def _ours(result: StageResult | None, report: Report) -> Side:
    if result is None or result.skipped in (Why.NOT_REACHED, Why.STOPPED):
        return Side()
    seen = result.observation
    if seen is None:
        return Side(Status.SKIPPED, _SKIPPED.get(result.stage, _NOT_TRIED) if result.skipped else "")
    if seen.passed:
        return Side(Status.PASSED, _passed(seen, report))
    return Side(Status.FAILED, quoted(seen))


_SKIPPED = {Stage.AUTH: "nobody signs in", Stage.MAIL: "no sender", Stage.RCPT: "no recipient"}


def _passed(seen: Observation, report: Report) -> str:
    match seen.stage:
        case Stage.TLS:
            tls = seen.tls or seen.context.tls
            return f"{tls.version}, {'certificate and name checked' if tls.verified else 'not verified'}" if tls else ""
        case Stage.AUTH:
            return seen.context.mechanism or ""
        case Stage.CONNECT:
            return seen.context.address or ""
        case Stage.DATA if report.accepted:
            return "accepted"
        case _:
            return ""


def _theirs(stage: Stage, other: Outcome) -> Side:
    step = other.step(stage)
    if step is None:
        return _without_step(stage, other)
    words = _PACKAGE.sub("", step.words)
    if step.status is Status.PASSED:
        words = _passed_there(stage, other) or (words if other.predicted else "")
    elif step.status is Status.WAITS:
        words = "waits without a time limit, and logs nothing"
    elif step.status is Status.SKIPPED:
        words = "left out without a word"
    return Side(step.status, words)


def _without_step(stage: Stage, other: Outcome) -> Side:
    if stage is Stage.AUTH and other.sign_in is SignIn.KEPT_BACK:
        return Side(Status.SKIPPED, "not tried here: the password was kept back")
    if stage is Stage.AUTH and other.sign_in is SignIn.SKIPPED:
        return Side(Status.SKIPPED, "left out without a word")
    if stage in (Stage.STARTTLS, Stage.TLS) and other.ok and not other.encrypted:
        return Side(Status.SKIPPED, "left out without a word: in clear")
    reached = other.ok or other.stage in _MESSAGE
    if stage is Stage.AUTH and other.sign_in is SignIn.NOBODY and reached:
        return Side(Status.SKIPPED, "nobody signs in")
    if stage in (Stage.STARTTLS, Stage.TLS) and reached and not other.encrypted:
        return Side(Status.SKIPPED, "left out without a word: in clear")
    if stage in _MESSAGE and other.end is End.CONNECTED:
        return Side(Status.SKIPPED, _NOT_TRIED)
    return Side()


def _passed_there(stage: Stage, other: Outcome) -> str:
    match stage:
        case Stage.TLS:
            version = other.tls.partition(" ")[0]
            checked = "certificate checked by Java, name not checked"
            return f"{version}, {checked}" if version else checked
        case Stage.AUTH:
            return other.mechanism
        case Stage.DATA if other.end is End.SENT:
            return "accepted" if not other.predicted else "expected to be accepted"
        case _:
            return ""


def _row(stage: Stage, ours: Side, theirs: Side, result: StageResult | None, other: Outcome) -> Row:
    differs = _differ(ours, theirs) or (theirs.status == Status.FAILED and _goes_on(result))
    return Row(stage, ours, theirs, differs, _why(stage, ours, theirs, result, other) if differs else "")


def _differ(ours: Side, theirs: Side) -> bool:
    """Whether it went otherwise; what one side did not try on purpose is no difference, a wait and a failure are one."""
    if _NOT_TRIED in (ours.words, theirs.words) or not (ours.status and theirs.status):
        return False
    return ours.status != theirs.status and "kept back" not in theirs.words


def _goes_on(result: StageResult | None) -> bool:
    """Whether what ended our check would not end the library's session: where that fails too, it is for another reason."""
    seen = result.observation if result else None
    return seen is not None and not seen.passed and isinstance(way_at(seen), GoesOn)


def _why(stage: Stage, ours: Side, theirs: Side, result: StageResult | None, other: Outcome) -> str:
    seen = result.observation if result else None
    if seen is not None and not seen.passed:
        way = way_at(seen)
        if ours.status == theirs.status:
            return f"{way.why}; the library fails all the same, for a reason of its own: {_tls_there(other)}"
        if theirs.status == Status.WAITS:
            return way.why or "the library has no time limits of its own"
        if isinstance(way, GoesOn):
            return way.why
        if theirs.status == Status.PASSED and seen.kind is Kind.TLS_CERTIFICATE:
            return "the library's Java has a trust store of its own, which knows this server's authority"
        return "the two asked at different moments, or the server treats them differently"
    if stage is Stage.TLS and theirs.status == Status.FAILED:
        return _tls_there(other)
    if stage is Stage.AUTH and ours.status == Status.PASSED:
        return "the library takes LOGIN, PLAIN, DIGEST-MD5 or NTLM, in this order, and no other mechanism"
    if theirs.status == Status.WAITS:
        return "the library has no time limits of its own"
    if theirs.status == Status.SKIPPED and stage in (Stage.STARTTLS, Stage.TLS):
        return "the library uses STARTTLS where it is offered, and leaves it out without a word where it is not"
    return "the two asked at different moments, or the server treats them differently"


def _tls_there(other: Outcome) -> str:
    said = " ".join(other.logged)
    if "No appropriate protocol" in said:
        return "the library offers a version of TLS that its Java has switched off: an old library with a newer Java"
    if "PKIX path building" in said:
        return "the library's Java checks against a trust store of its own, not this host's"
    return "Java has its own rules for versions, ciphers and keys"


def in_clear(report: Report, other: Outcome) -> bool:
    """Whether the library talks in clear where the settings ask for encryption."""
    reached = other.ok or other.stage in (Stage.AUTH, *_MESSAGE)
    return report.profile.endpoint.security is not Security.NONE and reached and not other.encrypted
