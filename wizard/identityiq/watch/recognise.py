"""Which of IdentityIQ's templates a mail looks like: by the installation's own templates where they are known, else by wording.

The names are those SailPoint's public help gives to events; the wording is a guess that customised templates defeat, so that a
likeness by wording alone is "expected". Must not know how a mail came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wizard.identityiq.templates.template import Template

SIGN_OFF = "Certification Sign Off Approval"
CERTIFICATION = "Certification"
_LONGEST = 20_000  # characters that are looked at


class Likeness(NamedTuple):
    """The template a mail looks like; ``template`` is empty where it looks like none.

    ``by_template`` says that the installation's own template fits, not only a word of the event. ``sign_off`` says that it is
    the mail of a certification's sign-off.
    """

    template: str = ""
    by_template: bool = False
    sign_off: bool = False


class _Event(NamedTuple):
    template: str
    subject: str  # what stands in the subject, or
    body: str = ""  # ... in the body


_CERTIFICATION = r"(?:certification|access review|attestation|recertification)"
_SIGNED = r"sign(?:ed|ing)?[\s-]*offs?\b|\bsign(?:ed|ing)?\b[^.\n]{0,60}\boff\b"
# Asked in this order: what is special stands before what is general.
_EVENTS = (
    _Event(SIGN_OFF, rf"(?=.*(?:{_SIGNED}))(?=.*{_CERTIFICATION})", rf"(?:{_SIGNED})[^\n]{{0,200}}{_CERTIFICATION}"),
    _Event(SIGN_OFF, r"$^", rf"{_CERTIFICATION}[^\n]{{0,200}}(?:{_SIGNED})"),
    _Event("Certification Decision Challenged Notification", rf"(?=.*challeng)(?=.*(?:{_CERTIFICATION}|decision))"),
    _Event("Task Result Signoff", rf"(?=.*(?:{_SIGNED}))(?=.*\b(?:task|report|result))"),
    _Event("Bulk Reassignment", r"reassign"),
    _Event("Delegation", r"delegat"),
    _Event("Work Item Escalation", r"escalat"),
    _Event("Certification Reminder", rf"(?=.*(?:remind|overdue|due soon|due in))(?=.*{_CERTIFICATION})"),
    _Event("Access Request Reminder", r"(?=.*remind)(?=.*request)"),
    _Event("Work Item Reminder", r"remind"),
    _Event("Open Certifications", rf"\bopen\b.*{_CERTIFICATION}s"),
    _Event("Remediation Work Item", r"remediat|revocation"),
    _Event("Policy Violation", r"violation"),
    _Event("Report Completion", r"report.*(?:complet|finish|done)"),
    _Event(CERTIFICATION, _CERTIFICATION),
    _Event("Work Item Assignment", r"work item|assigned to you|approval|approve"),
)


def recognise(subject: str, body: str, templates: Iterable[Template] = ()) -> Likeness:
    """Return what a mail looks like. ``templates`` are those of the installation or an export, where they could be read."""
    known = tuple(templates)
    if known:
        from wizard.identityiq.templates.looks import looks_like

        name = looks_like(subject, body, known)
        if name:
            return Likeness(name, True, _names_sign_off(name))
    subject, body = " ".join(subject.split())[:_LONGEST], body[:_LONGEST]
    for event in _EVENTS:
        if re.search(event.subject, subject, re.IGNORECASE) or (event.body and re.search(event.body, body, re.IGNORECASE)):
            return Likeness(event.template, False, event.template == SIGN_OFF)
    return Likeness()


def _names_sign_off(template: str) -> bool:
    """Whether a template's name is that of the sign-off, or one of the site's own that says the same."""
    plain = template.lower()
    return bool(re.search(_CERTIFICATION, plain) and re.search(r"sign[\s_-]*off", plain))
