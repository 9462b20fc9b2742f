"""A report as Markdown, to paste into a ticket. Must not know files; holds no secret because the report holds none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wizard.diagnosis.model import Finding
from wizard.diagnosis.names import plain_name
from wizard.render.command import CommandLine, set_flags
from wizard.render.stages import duration, ending, fact, name_of, skipped_because, tls_of
from wizard.render.style import safe
from wizard.report import Report, StageResult


def render(report: Report, command: CommandLine | None, *, transcript: bool = False, more: Sequence[str] = ()) -> str:
    """Return the report as Markdown (CommonMark with tables); ``more`` is plain text to stand after the findings."""
    endpoint = report.profile.endpoint
    title = report.profile.name or endpoint.host
    lines = [
        f"# Mail check: {_inline(title)}",
        "",
        f"- Server: {code(f'{endpoint.host}:{endpoint.port}')}, encryption {code(str(endpoint.security))}",
        f"- Result: {_result(report)}",
        *_facts(report),
        "",
        "| | Stage | What was seen | Time |",
        "|---|---|---|---:|",
        *(_row(result, report) for result in report.stages),
        *_recipients(report),
    ]
    for finding in report.findings:
        lines += ["", *_finding(finding, command)]
    if any(line.strip() for line in more):
        lines += ["", *fenced("\n".join(more).strip("\n"))]
    if transcript:
        lines += ["", "## The conversation", "", *fenced("\n".join(_conversation(report)))]
    if command is not None:
        lines += ["", "## The same check again", "", *fenced(safe(command.text()))]
    return "\n".join(lines) + "\n"


def _result(report: Report) -> str:
    if report.ok:
        return f"every stage passed in {duration(report.seconds)}"
    if report.stopped or not report.ended:
        return "stopped before the end"
    return f"failed ({code(report.finding)}) after {duration(report.seconds)}"


def _facts(report: Report) -> Iterator[str]:
    if report.profile.login:
        yield f"- Signs in as {code(report.profile.login.username)}"
    tls = tls_of(report)
    if tls:
        yield f"- TLS: {code(' '.join((tls.version, tls.cipher)))}, {'verified' if tls.verified else 'not verified'}"
        if tls.certificate:
            yield f"- Certificate: {code(tls.certificate.subject)}, from {code(tls.certificate.issuer)}, " + (
                f"until {code(tls.certificate.not_after)}"
            )
    accepted = report.accepted
    if accepted:
        queue = f" as {code(accepted.queue_id)}" if accepted.queue_id else ""
        yield f"- The server accepted the message{queue}; accepted does not mean arrived"


def _row(result: StageResult, report: Report) -> str:
    seen = result.observation
    if seen is None:
        return f"| - | {name_of(result, report)} | {_inline(skipped_because(result))} | |"
    sign, words = ("ok", fact(seen, report)) if seen.passed else ("X", ending(seen))
    return f"| {sign} | {name_of(result, report)} | {_inline(words)} | {duration(seen.seconds)} |"


def _recipients(report: Report) -> Iterator[str]:
    if not report.recipients:
        return
    from wizard.render.recipients import named, together

    yield from ("", "Also named, nothing sent to them:", "")
    for one in named(report):
        answer = "accepted" if one.seen.passed else f"refused at {one.seen.stage}"
        why = f" ({code(one.finding)})" if one.finding else ""
        yield f"- {code(one.address)}: {answer}{why}, {_inline(ending(one.seen))}"
    said = together(report)
    if said:
        yield from ("", _inline(said))


def _finding(finding: Finding, command: CommandLine | None) -> Iterator[str]:
    yield f"## {_inline(finding.title)} ({code(finding.id)}, {finding.severity})"
    yield ""
    yield _inline(finding.meaning)
    evidence = " ".join(
        str(part) for part in (finding.evidence.code, finding.evidence.enhanced, finding.evidence.text) if part not in (None, "")
    )
    if evidence:
        yield ""
        yield f"Evidence: {code(evidence)}"
    for other in finding.also_possible:
        yield ""
        yield f"It could also be {plain_name(other.id)} ({code(other.id)}): {_inline(other.tell_apart)}"
    for remedy in finding.remedies:
        yield ""
        yield f"- {_inline(remedy.label)}" + (" (seen to work)" if remedy.proven else "")
        if remedy.changes:
            yield f"  {code(set_flags(remedy.changes))}"
            if command is not None:
                yield ""
                yield from fenced(safe(command.text(*remedy.changes)), indent="  ")
    if finding.log_line:
        yield ""
        yield "IdentityIQ's log is expected to show:"
        yield ""
        yield from fenced(safe(finding.log_line))
    if finding.link:
        yield ""
        yield f"More: <{safe(finding.link)}>"


def _conversation(report: Report) -> Iterator[str]:
    for line in report.transcript:
        yield safe(f"{line.at:8.3f}  {line.sender}: {line.text}")


def _inline(text: str) -> str:
    """Return text that Markdown leaves as it is: a server's words must not become markup, HTML or a table cell."""
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", safe(" ".join(text.splitlines())))


def code(text: str) -> str:
    """Return text as a code span, with as many backticks as it takes; in a table cell a bar must be escaped as well."""
    clean = safe(text)
    ticks = "`" * (_longest_run(clean) + 1)
    pad = " " if clean.startswith("`") or clean.endswith("`") else ""
    return f"{ticks}{pad}{clean}{pad}{ticks}"


def fenced(text: str, indent: str = "") -> list[str]:
    """Return text as a fenced block that nothing inside can close."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return [indent + line for line in (f"{fence}text", *text.splitlines(), fence)]


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
