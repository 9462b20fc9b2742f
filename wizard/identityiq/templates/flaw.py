"""The form of a flaw in a template, and how one is made. Must not know any rule."""

from typing import NamedTuple

from wizard.diagnosis.model import Evidence, Finding, Remedy, Severity
from wizard.identityiq.templates.mail import Part
from wizard.identityiq.templates.template import Template


class TemplateFlaw(NamedTuple):
    """A finding about a template, with line and column in one of its texts (``part``) and the line in the file.

    Zeros where something is missing, and so has no place.
    """

    finding: Finding
    template: str
    part: str = ""
    line: int = 0
    column: int = 0
    file_line: int = 0


PREFIX = "iiq-template-"


def flaw(
    template: Template,
    name: str,
    severity: Severity,
    words: tuple[str, str],
    advice: tuple[str, ...] = (),
    *,
    part: Part | None = None,
    place: tuple[int, int] = (0, 0),
    seen: str = "",
) -> TemplateFlaw:
    """Return a flaw; ``name`` is its id without the prefix, ``words`` title and meaning, ``seen`` what stands there."""
    title, meaning = words
    remedies = tuple(Remedy(one) for one in advice)
    finding = Finding(PREFIX + name, severity, None, title, meaning, Evidence(text=seen), remedies=remedies)
    line, column = place
    file_line = template.place(part, line) if part else template.line
    return TemplateFlaw(finding, template.name, str(part or ""), line, column, file_line)
