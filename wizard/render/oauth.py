"""A test of HTTP/OAuth as text and as JSON: the values to type, the steps, what the token says. Must not know streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from wizard.identityiq.oauth.judging import Problem
from wizard.identityiq.oauth.microsoft import BEFORE, ScreenValue, host_of, place_of
from wizard.identityiq.oauth.model import Claims, OAuthRun, Status, StepResult
from wizard.identityiq.oauth.settings import OAuthSettings, Slot
from wizard.render.json import finding_object
from wizard.render.stages import duration
from wizard.render.style import Style
from wizard.render.text import finding_lines

_HIDDEN = "(the Value of the client secret, never shown here)"
_LABEL = 24
_STEP = 17
_TIME = 8


def value_lines(values: Sequence[ScreenValue], style: Style, *, explained: bool) -> list[str]:
    """Return the page's fields and what to type; ``explained`` adds what each is and who says so."""
    lines = []
    for one in values:
        text = _HIDDEN if one.slot is Slot.CLIENT_SECRET else one.value or "(yours)"
        lines.append(f"  {one.label:<{_LABEL}}{style.plain(text)}")
        if explained:
            lines += style.wrapped(one.help, " " * (_LABEL + 2))
            lines.append("")
    if explained:
        for text in BEFORE:
            lines += style.wrapped(text)
        sources = tuple(dict.fromkeys(one.source for one in values))
        lines += ["", "  Known from:", *(f"    {style.plain(source)}" for source in sources)]
    return lines


def problem_lines(problems: Sequence[Problem], style: Style) -> list[str]:
    """Return what is wrong with the values, or worth a look."""
    lines: list[str] = []
    for problem in problems:
        mark = "X" if problem.fatal else "!"
        first, *rest = style.wrapped(f"{problem.slot.label}: {problem.text}", "    ")
        lines += [f"{style.sign(mark, 4)}{first.lstrip()}", *rest]
    return lines


def opening(settings: OAuthSettings, style: Style, *, send: bool) -> list[str]:
    """Return who is about to be asked, and for what: nothing leaves unnamed."""
    token, mail = host_of(settings.token_endpoint), host_of(settings.email_endpoint)
    text = f"Asking {token} for a token as {settings.client_id}, "
    text += (
        f"then handing one message for {settings.recipient} to {mail}" if send else f"then looking whether {mail} can be reached"
    )
    return style.wrapped(text, "")


def step_lines(result: StepResult, style: Style) -> list[str]:
    """Return one finished step: sign, name, host, what was seen, time."""
    room = max(style.width - 4 - _STEP - _TIME - 2, 20)
    about = f"{result.host}: {result.detail}" if result.host and result.detail else result.host or result.detail
    first, *more = _cut(style.plain(about), room)
    name = f"{result.step.label:<{_STEP}}"
    time = "" if result.status is Status.SKIPPED else f"{duration(result.seconds):>{_TIME}}"
    line = f"{style.sign(_sign(result.status), 4)}{name} {first:<{room}} {time}".rstrip()
    return [line, *(" " * (5 + _STEP) + rest for rest in more)]


def running_line(result: StepResult) -> str:
    """Return a step that still runs, with the seconds it may take."""
    return f"{'..':<4}{result.step.label:<{_STEP}} {result.host}, up to {result.deadline:.0f} s"


def _cut(text: str, room: int) -> list[str]:
    from textwrap import wrap

    lines = wrap(text, room, break_on_hyphens=False) or [""]
    return lines if len(lines) <= 3 else [*lines[:2], lines[2][: room - 3] + "..."]


def _sign(status: Status) -> str:
    match status:
        case Status.PASSED:
            return "ok"
        case Status.FAILED:
            return "X"
        case Status.SKIPPED:
            return "-"
        case Status.RUNNING:
            return ".."
        case _:
            assert_never(status)


def closing(run: OAuthRun, style: Style) -> list[str]:
    """Return what follows the steps: the token's claims, the verdict, the findings, and what IdentityIQ needs beside them."""
    lines = ["", *_claims(run.claims, style)] if run.claims else []
    lines += ["", *_verdict(run, style)]
    for finding in run.findings:
        lines += ["", *finding_lines(finding, None, style)]
    if run.ok:
        lines += ["", *trust_lines(run.settings, style, proxy=run.proxy)]
    return lines


def _claims(claims: Claims, style: Style) -> list[str]:
    from wizard.identityiq.oauth.permissions import spoken

    app = f"{claims.app_name} ({claims.app_id})" if claims.app_name else claims.app_id
    rows = (
        ("for", claims.audience),
        ("tenant", claims.tenant),
        ("application", app),
        ("ends", claims.expires),
        ("permissions", spoken(claims)),
    )
    heading = style.heading("What the token says of itself")
    return [heading, *(f"  {name:<13}{style.plain(value)}" for name, value in rows if value)]


def _verdict(run: OAuthRun, style: Style) -> list[str]:
    if not run.ended:
        return ["Stopped by you. Nothing more was asked."]
    if not run.ok:
        return [f"{style.sign('X')} Failed after {duration(run.seconds)}."]
    passed = f"{style.sign('ok')} Every step passed in {duration(run.seconds)}."
    if not run.accepted:
        return [passed, "Nothing was sent. To send a test message, add --send."]
    number = f" Its number there is {run.request_id}." if run.request_id else ""
    said = f"{host_of(run.settings.email_endpoint)} accepted the message.{number} Accepted does not mean arrived. Look for "
    return [passed, *style.wrapped(f"{said}{run.token} in the mailbox of {run.settings.recipient}.", "")]


def trust_lines(settings: OAuthSettings, style: Style, *, proxy: str = "") -> list[str]:
    """Return what this test cannot show: whether IdentityIQ's own Java trusts and reaches the two hosts."""
    places = tuple(dict.fromkeys(place_of(url) for url in (settings.token_endpoint, settings.email_endpoint)))
    lines = [style.heading("IdentityIQ's own Java")]
    lines += style.wrapped("It reaches both hosts by itself, with a trust store of its own. On every host that sends mail:")
    lines += [f"    smtp-wizard iiq trust --host {style.plain(host)} --port {port} --security tls" for host, port in places]
    if proxy:
        text = f"This test went through the proxy {proxy}. Java does not read HTTPS_PROXY: it wants -Dhttps.proxyHost and "
        lines += style.wrapped(f"{text}-Dhttps.proxyPort where the application server is started.")
    return lines


def as_object(
    run: OAuthRun, values: Sequence[ScreenValue], problems: Sequence[Problem], *, profile: str, tested: bool
) -> dict[str, Any]:
    """Return everything as one JSON object; absent facts are null."""
    claims = run.claims
    return {
        "schema": 1,
        "profile": profile or None,
        "values": [
            {"field": str(one.slot), "label": one.label, "value": one.value or None, "help": one.help, "source": one.source}
            for one in values
        ],
        "problems": [{"field": str(one.slot), "text": one.text, "fatal": one.fatal} for one in problems],
        "tested": tested,
        "ok": run.ok if tested else None,
        "finding": run.finding if tested and (run.ok or run.error) else None,
        "findings": [finding_object(finding) for finding in run.findings],
        "steps": [_step_object(result) for result in run.steps],
        "claims": _claims_object(claims) if claims else None,
        "proxy": run.proxy or None,
        "accepted": {"token": run.token, "request_id": run.request_id or None} if run.accepted else None,
        "seconds": round(run.seconds, 6) if tested else None,
    }


def _step_object(result: StepResult) -> dict[str, Any]:
    return {
        "step": str(result.step),
        "host": result.host or None,
        "status": str(result.status),
        "detail": result.detail or None,
        "seconds": round(result.seconds, 6),
    }


def _claims_object(claims: Claims) -> dict[str, Any]:
    return {
        "audience": claims.audience or None,
        "tenant": claims.tenant or None,
        "app_id": claims.app_id or None,
        "app_name": claims.app_name or None,
        "issuer": claims.issuer or None,
        "expires": claims.expires or None,
        "roles": list(claims.roles),
        "scopes": list(claims.scopes),
    }
