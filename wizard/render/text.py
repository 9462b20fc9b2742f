"""A report as text for a person: the stages, then the cause, the cure, and how to do the same again. Must not know streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wizard.diagnosis.model import Finding, Remedy
from wizard.modes import MODES_SPOKEN
from wizard.render.command import CommandLine, set_flags
from wizard.render.stages import duration, ending, fact, name_of, skipped_because
from wizard.render.style import Style
from wizard.report import Report, StageResult
from wizard.smtp.events import Why

_NAME_WIDTH = 17
_TIME_WIDTH = 8


def render(report: Report, command: CommandLine | None, style: Style = Style(), *, transcript: bool = False) -> str:  # noqa: B008
    """Return the whole report; what ``check`` prints while it runs, in one piece."""
    lines = [*opening(report, style), *(line for result in report.stages for line in stage_lines(result, report, style))]
    return "\n".join([*lines, *closing(report, command, style, transcript=transcript)]) + "\n"


def opening(report: Report, style: Style) -> list[str]:
    """Return what is about to be contacted, and as whom: nothing leaves unnamed."""
    profile = report.profile
    endpoint = profile.endpoint
    name = f"{profile.name}: " if profile.name else ""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    who = f", as {profile.login.username}" if profile.login else ""
    return [style.plain(f"Checking {name}{host} port {endpoint.port}, {MODES_SPOKEN[endpoint.security]}{who}"), ""]


def stage_lines(result: StageResult, report: Report, style: Style) -> list[str]:
    """Return one finished stage: sign, name, what was found, time. Long words of a server continue below.

    What was not reached has no line of its own: ``closing`` names those stages together.
    """
    if result.skipped in (Why.NOT_REACHED, Why.STOPPED):
        return []
    name = f"{name_of(result, report):<{_NAME_WIDTH}}"
    room = max(style.width - 4 - _NAME_WIDTH - _TIME_WIDTH - 2, 20)
    seen = result.observation
    if seen is None:
        return [f"{style.sign('-', 4)}{name} {style.plain(skipped_because(result))}"]
    words = fact(seen, report) if seen.passed else ending(seen)
    first, *more = _cut(style.plain(words), room)
    line = f"{style.sign('ok' if seen.passed else 'X', 4)}{name} {first:<{room}} {duration(seen.seconds):>{_TIME_WIDTH}}"
    return [line, *(" " * (5 + _NAME_WIDTH) + rest for rest in more)]


def running_line(result: StageResult, report: Report) -> str:
    """Return a stage that still runs, with the seconds it may take."""
    return f"{'..':<4}{name_of(result, report):<{_NAME_WIDTH}} up to {result.deadline:.0f} s"


def _cut(text: str, room: int) -> list[str]:
    from textwrap import wrap

    lines = wrap(text, room) or [""]
    return lines if len(lines) <= 4 else [*lines[:3], lines[3][: room - 3] + "..."]


def closing(
    report: Report, command: CommandLine | None, style: Style, *, transcript: bool = False, more: Sequence[str] = ()
) -> list[str]:
    """Return what follows the stages: verdict, findings, remedies, conversation, and the command to run again if there is one.

    ``more`` are lines to stand between the findings and the conversation.
    """
    lines = [*_not_reached(report, style), *_recipients(report, style), "", *_verdict(report, style)]
    for finding in report.findings:
        lines += ["", *finding_lines(finding, command, style)]
    lines += more
    if transcript:
        lines += ["", style.heading("The conversation"), *_conversation(report, style)]
    if command is not None:
        lines += ["", style.heading("The same check again"), "  " + style.plain(command.text())]
    return lines


def _not_reached(report: Report, style: Style) -> list[str]:
    names = [name_of(one, report) for one in report.stages if one.skipped in (Why.NOT_REACHED, Why.STOPPED)]
    if not names:
        return []
    first, *more = style.wrapped(", ".join(names), " " * (5 + _NAME_WIDTH))
    return [f"{style.sign('-', 4)}{'Not reached':<{_NAME_WIDTH}} {first.lstrip()}", *more]


def _recipients(report: Report, style: Style) -> Sequence[str]:
    if not report.recipients:
        return ()
    from wizard.render.recipients import lines  # only a run that was asked for more recipients has any

    return tuple(lines(report, style))


def _verdict(report: Report, style: Style) -> list[str]:
    if not report.stages:
        return ["Stopped before anything was contacted."]
    if report.stopped or not report.ended:
        return ["Stopped by you. The connection is closed; what was seen until then stands above."]
    if report.failed is not None:
        seen = f"{style.sign('X')} Failed after {duration(report.seconds)}."
        if report.findings or report.failed.observation is None:
            return [seen]
        return [f"{seen} {style.plain(ending(report.failed.observation))}"]
    passed = f"{style.sign('ok')} Every stage passed in {duration(report.seconds)}."
    accepted = report.accepted
    if accepted is None:
        return [passed, "Nothing was sent. To send a test message, add --deliver."]
    queue = f" as queue id {accepted.queue_id}" if accepted.queue_id else ""
    token = f" Look for {accepted.token} in the mailbox." if accepted.token else ""
    said = f"{report.profile.endpoint.host} accepted the message{queue}. Accepted does not mean arrived.{token}"
    return [passed, *style.wrapped(said, "")]


def finding_lines(finding: Finding, command: CommandLine | None, style: Style) -> list[str]:
    """Return one finding: what happened, what it means, the evidence, what to do, what else it could be."""
    from wizard.diagnosis.names import plain_name  # a passed run has no findings to name

    sign = "X" if finding.severity == "error" else "!"
    title, name = style.plain(finding.title), f"  [{finding.id}]"
    lines = [f"{style.sign(sign)} {style.heading(title)}{name}"]
    if len(sign) + 1 + len(title) + len(name) > style.width:
        lines = [f"{style.sign(sign)} {style.heading(title)}", name]
    lines += style.wrapped(finding.meaning)
    lines += _evidence(finding, style)
    for other in finding.also_possible:
        lines += style.wrapped(f"It could also be {plain_name(other.id)} [{other.id}]: {other.tell_apart}")
    lines += _remedies(finding.remedies, command, style)
    if finding.log_line:
        lines += ["", "  IdentityIQ's log is expected to show:", *style.wrapped(finding.log_line, "    ")]
    if finding.link:
        lines += ["", "  More: " + style.plain(finding.link)]
    return lines


def _evidence(finding: Finding, style: Style) -> Iterator[str]:
    evidence = finding.evidence
    code = " ".join(str(part) for part in (evidence.code, evidence.enhanced) if part is not None)
    if not (code or evidence.text) or (evidence.text and evidence.text in finding.meaning):
        return  # the meaning quotes it already
    who = "The server said" if code else "Seen"
    text = evidence.text.removeprefix(code).strip() if code else evidence.text
    yield from style.wrapped(f"{who}: {code} {text}" if code else f"{who}: {text}")


def _remedies(remedies: tuple[Remedy, ...], command: CommandLine | None, style: Style) -> Iterator[str]:
    if remedies:
        yield ""
        yield "  What to do:"
    for number, remedy in enumerate(remedies, 1):
        seen = " (seen to work just now)" if remedy.proven else ""
        mark = f"  {number}. " if len(remedies) > 1 else "  - "
        first, *rest = style.wrapped(remedy.label + seen, "     ")
        yield mark + first.lstrip()
        yield from rest
        if remedy.changes:
            yield "     " + style.plain(set_flags(remedy.changes))
            if command is not None:
                yield "     " + style.plain(command.text(*remedy.changes))


def _conversation(report: Report, style: Style) -> Iterator[str]:
    for line in report.transcript:
        yield style.plain(f"{line.at:8.3f}  {line.sender}: {line.text}")
