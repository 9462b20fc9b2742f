"""Several runs on a page: one line for each profile, and how to look closer at one. Must not know streams."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from wizard.render.stages import duration
from wizard.render.style import Style
from wizard.report import Report

Row = tuple[str, Report | None, str]  # the profile's name, its report, or why there is none


def lines(rows: Sequence[Row], seconds: float, style: Style) -> Iterator[str]:
    """Yield the page: every profile in its order, then the count, and the command for the first that is not well."""
    width = min(max((len(name) for name, _, _ in rows), default=0), 24)
    for name, report, problem in rows:
        yield f"{style.sign(_sign(report), 3)} {style.plain(name):<{width}}  {style.plain(_words(report, problem))}"
    unwell = [name for name, report, _ in rows if report is None or not report.ok]
    well = len(rows) - len(unwell)
    yield ""
    yield f"{well} of {len(rows)} profiles passed every stage, all at once in {duration(seconds)}."
    if unwell:
        yield style.plain(f"Why, and what to do: smtp-wizard check {shlex.quote(unwell[0])}")


def _sign(report: Report | None) -> str:
    if report is None or not report.ok:
        return "X"
    return "!" if report.warnings else "ok"


def _words(report: Report | None, problem: str) -> str:
    if report is None:
        return f"not run: {problem}"
    endpoint = report.profile.endpoint
    where = f"{endpoint.host}:{endpoint.port} {endpoint.security}"
    if report.ok:
        warnings = f"  {report.warnings[0].title} [{report.warnings[0].id}]" if report.warnings else ""
        return f"{where}  {duration(report.seconds)}{warnings}"
    title = report.error.title if report.error else "stopped"
    return f"{where}  {title} [{report.finding}]"
