"""What the examination of a domain gave, as text and as JSON. Must not know DNS, commands or streams."""

from __future__ import annotations

from typing import Any

from wizard.diagnosis.model import Finding, Severity
from wizard.domain.model import Examination, Publish
from wizard.render.json import SCHEMA, finding_object
from wizard.render.style import Style

_SIGNS = {Severity.ERROR: "X", Severity.WARNING: "!", Severity.INFO: "-"}


def text(found: Examination, style: Style) -> list[str]:
    """Return the facts, the findings with the records to publish, and what cannot be known from here."""
    lines = [style.heading(style.plain(f"The domain {found.domain}"))]
    width = max((len(fact.name) for fact in found.facts), default=0) + 2
    for fact in found.facts:
        first, *more = style.wrapped(fact.value, " " * (2 + width)) or [""]
        lines += [f"  {fact.name:<{width}}{first.strip()}", *more]
    if not found.findings:
        seen = (
            f"{style.sign('ok')} Nothing wrong was found." if found.facts else f"{style.sign('-')} Nothing can be seen from here."
        )
        lines += ["", seen]
    for finding in found.findings:
        lines += ["", *_finding(finding, found.records, style)]
    lines += ["", style.heading("What cannot be known from here")]
    for sentence in found.unknown:
        first, *more = style.wrapped(sentence, "    ")
        lines += [f"  - {first.strip()}", *more]
    return lines


def _finding(finding: Finding, records: tuple[Publish, ...], style: Style) -> list[str]:
    lines = [f"{style.sign(_SIGNS[finding.severity])} {style.heading(style.plain(finding.title))}  [{finding.id}]"]
    lines += style.wrapped(finding.meaning)
    if finding.evidence.text:
        lines += style.wrapped(f"Seen: {finding.evidence.text}")
    published = [record for record in records if record.advice in {remedy.label for remedy in finding.remedies}]
    for record in published:
        # On a line of its own and never wrapped, so that it can be copied whole.
        lines += ["", *style.wrapped(record.asking + ":"), f"    {style.plain(record.zone_line)}"]
    rest = [remedy.label for remedy in finding.remedies if remedy.label not in {record.advice for record in published}]
    if rest:
        lines += ["", *(line for label in rest for line in style.wrapped(label))]
    return [*lines, "", f"  More: {finding.link}"] if finding.link else lines


def as_object(found: Examination) -> dict[str, Any]:
    """Return what ``check --json --domain`` holds under ``domain``; findings in the shape of ``check``."""
    return {
        "name": found.domain,
        "facts": [{"name": fact.name, "value": fact.value} for fact in found.facts],
        "findings": [finding_object(finding) for finding in found.findings],
        "records": [
            {
                "finding": record.finding,
                "name": record.name,
                "type": record.kind,
                "value": record.value,
                "replaces": list(record.replaces),
            }
            for record in found.records
        ],
        "unknown": list(found.unknown),
    }


def render(found: Examination) -> dict[str, Any]:
    """Return the whole object of ``domain --json``."""
    return {"schema": SCHEMA, "ok": not found.warns, "domain": as_object(found)}
