"""Our own check and the mail library's session side by side, as text and as JSON. Must not know how either was made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap
from typing import Any, assert_never

from wizard.identityiq.javamail.comparing import Row, Side, compare, differences, in_clear
from wizard.identityiq.javamail.outcome import End, Outcome, SignIn, Status
from wizard.render.json import as_object
from wizard.render.stages import NAMES, duration
from wizard.render.style import Style
from wizard.render.text import finding_lines
from wizard.report import Report
from wizard.smtp.observation import Stage

_NAME = 16
_SIGNS = {"passed": "ok", "failed": "X", "waits": "..", "skipped": "-", "": ""}
_MOST_LINES = 4  # of one cell; the whole stands below, or in the JSON


def lines(report: Report, other: Outcome, style: Style, *, transcript: bool = False) -> list[str]:
    """Return the two columns, where they differ and why, what IdentityIQ's log would show, then our own finding."""
    rows = compare(report, other)
    shown = [*_table(rows, other, style), "", *_verdict(report, other, style)]
    shown += _differences(rows, other, style)
    shown += _log(other, style)
    shown += _fallback(other, style)
    if report.error:
        shown += ["", *finding_lines(report.error._replace(log_line=""), None, style)]
    if transcript:
        shown += [
            "",
            style.heading("What the library said of it, without secrets"),
            *(f"  {style.plain(one)}" for one in other.debug),
        ]
    return shown


# -- the columns -------------------------------------------------------------------------------------------------------


def _table(rows: tuple[Row, ...], other: Outcome, style: Style) -> Iterator[str]:
    width = (style.width - _NAME - 4) // 2
    yield style.heading(style.plain(f"  {'':<{_NAME}}{'SMTP Wizard saw':<{width}} {_who(other)}"))
    for row in rows:
        mark = style.sign("!" if row.differs else "", 2)
        name = NAMES[row.stage]
        for ours, theirs in zip_longest(_cell(row.ours, width, style), _cell(row.theirs, width, style), fillvalue=""):
            yield f"{mark}{name:<{_NAME}}{ours:<{width}} {theirs}".rstrip()
            mark, name = "  ", ""


def _who(other: Outcome) -> str:
    library = f"JavaMail {other.library}".strip()
    return f"{library}, foretold" if other.predicted else f"{library} saw"


def _cell(side: Side, width: int, style: Style) -> list[str]:
    if not side.status:
        return [""]
    room = width - 5
    found = wrap(style.plain(side.words), room, break_on_hyphens=False) or [""]
    if len(found) > _MOST_LINES:
        found = [*found[: _MOST_LINES - 1], found[_MOST_LINES - 1][: room - 3] + "..."]
    first, *rest = found
    return [f"{_SIGNS[side.status]:<3}{first}", *(f"   {line}" for line in rest)]


# -- the words ---------------------------------------------------------------------------------------------------------


def _verdict(report: Report, other: Outcome, style: Style) -> list[str]:
    bare = in_clear(report, other) or _password_in_clear(other)
    sign = style.sign("X" if not other.ok else "!" if bare else "ok")
    first, *rest = style.wrapped(ending(report, other), "  ")
    told = [f"{sign} {first.lstrip()}", *rest]
    if other.predicted:
        told += style.wrapped("This is foretold from what our own check saw; the library itself was not run.")
    elif other.java:
        told += style.wrapped(f"The library ran on Java {other.java}; it was watched for {duration(other.seconds)}.")
    if other.sign_in is SignIn.KEPT_BACK or other.predicted:
        told += [line for reason in other.reasons for line in style.wrapped(f"- {reason}", "  ")]
    return told


def ending(report: Report, other: Outcome) -> str:
    """Return in one or two sentences what IdentityIQ is expected to do with these settings."""
    clear = " The line would not be encrypted, and nothing in its log says so." if in_clear(report, other) else ""
    clear += " The password would travel unencrypted." if _password_in_clear(other) else ""
    where = NAMES[other.stage].lower() if other.stage else ""
    match other.end:
        case End.SENT:
            return f"IdentityIQ is expected to get its mail accepted by this server.{clear}"
        case End.CONNECTED:
            return f"IdentityIQ is expected to come as far as this check did. No message was sent by its library.{clear}"
        case End.FAILED:
            return f"IdentityIQ is expected to fail at: {where}. The mail then waits in its queue.{clear}"
        case End.WAITS:
            return f"IdentityIQ is expected to wait at: {where}, without an end of its own and without a line in its log."
        case End.NOT_RUN:
            return "The mail library could not be run to its end, so nothing is known of it."
        case _:
            assert_never(other.end)


def _password_in_clear(other: Outcome) -> bool:
    """Whether the library signs in, or would, on a line that is not encrypted."""
    step = other.step(Stage.AUTH)
    return not other.encrypted and step is not None and step.status is Status.PASSED


def _differences(rows: tuple[Row, ...], other: Outcome, style: Style) -> Iterator[str]:
    found = differences(rows)
    yield ""
    if not found:
        yield "No difference: what our own check says holds for IdentityIQ's library too."
        return
    yield style.heading("Where they differ, and why")
    for row in found:
        yield from style.wrapped(f"{NAMES[row.stage]}: {row.why}.")


def _log(other: Outcome, style: Style) -> Iterator[str]:
    yield ""
    if other.ok:
        yield "IdentityIQ's log is expected to show nothing."
    elif other.end is End.WAITS:
        yield "IdentityIQ's log is expected to show nothing while it waits."
        frame = next((one for one in other.frames if ".SMTPTransport." in one), "")
        if frame:
            yield from style.wrapped(f"A thread dump (jstack) shows where: {frame}")
    else:
        yield "IdentityIQ's log is expected to show:"
        # Each exception of the chain is repeated by those that wrap it: what was said once is enough.
        for line in dict.fromkeys(line.strip().removeprefix("Caused by: ") for line in other.logged):
            yield from style.wrapped(line, "    ")


def _fallback(other: Outcome, style: Style) -> Iterator[str]:
    if other.fallback is None:
        return
    yield ""
    how = "it was tried here without a password" if not other.predicted else "this is foretold"
    yield from style.wrapped(
        "An older release may ask for SSL through a socket factory. Where TLS fails, that way goes on in clear on the same port "
        f"({how}): {_in_words(other.fallback)}.",
        "",
    )


def _in_words(other: Outcome) -> str:
    if other.ok:
        return "the server took it, so that password and mail would travel unencrypted"
    if other.end is End.WAITS:
        return "it waits without an end, and the log shows nothing in place of the real cause"
    return f"the log shows this in place of the real cause: {other.logged[0].strip() if other.logged else 'nothing'}"


# -- JSON --------------------------------------------------------------------------------------------------------------


def as_json(report: Report, other: Outcome, *, transcript: bool = False) -> dict[str, Any]:
    """Return one object: our check in its own shape, the library's session, and the rows. Absent facts are null."""
    rows = compare(report, other)
    return {
        "schema": 1,
        "profile": report.profile.name or None,
        "ok": report.ok and other.ok,
        "check": as_object(report, transcript=transcript),
        "javamail": _outcome(other, transcript),
        "in_clear": in_clear(report, other),
        "rows": [
            {
                "stage": str(row.stage),
                "smtp_wizard": _side(row.ours),
                "javamail": _side(row.theirs),
                "differs": row.differs,
                "why": row.why or None,
            }
            for row in rows
        ],
    }


def _side(side: Side) -> dict[str, str | None] | None:
    return {"status": side.status, "words": side.words or None} if side.status else None


def _outcome(other: Outcome, transcript: bool) -> dict[str, Any]:
    return {
        "predicted": other.predicted,
        "end": str(other.end),
        "stage": str(other.stage) if other.stage else None,
        "encrypted": other.encrypted,
        "tls": other.tls or None,
        "sign_in": str(other.sign_in),
        "mechanism": other.mechanism or None,
        "log": list(other.logged),
        "waits_in": list(other.frames),
        "reasons": list(other.reasons),
        "seconds": round(other.seconds, 3),
        "java": other.java or None,
        "library": other.library or None,
        "fallback": _outcome(other.fallback, transcript) if other.fallback else None,
        "debug": list(other.debug) if transcript else None,
    }
