"""What ``iiq template`` prints: names, mails and flaws, as text or JSON. Must not know how a template is found or rendered."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.identityiq.templates import Rendered, Template, TemplateFlaw
    from wizard.profile import Profile
    from wizard.render.style import Style

_WIDTH = 80  # columns of a body, whatever the terminal has: most mail is read at about that


def show_list(templates: tuple[Template, ...], *, json: bool) -> None:
    """Print names, subjects and places."""
    from wizard.commands.saved import print_json, print_lines

    if json:
        print_json({"schema": 1, "templates": [as_object(one) for one in templates]})
        return
    lines = []
    for one in templates:
        lines += [f"{one.name or '(no name)'}  [{'HTML' if one.html else 'text'}]  {_where(one)}"]
        lines += [f"    {_first_line(one.subject.text) or '(no subject)'}"]
    print_lines([*lines, "", _counted(len(templates), "template")])


def _first_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 74 else flat[:71] + "..."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _where(template: Template) -> str:
    return f"{template.source}, line {template.line}" if template.line else template.source


def as_object(template: Template) -> dict[str, Any]:
    """Return a template for JSON, as it stands in its source."""
    return {
        "name": template.name or None,
        "source": template.source or None,
        "line": template.line or None,
        "html": template.html,
        "subject": template.subject.text.strip() or None,
        "from": template.sender.text.strip() or None,
        "cc": template.cc or None,
        "bcc": template.bcc or None,
        "arguments": [{"name": one.name, "type": one.type or None} for one in template.arguments],
    }


def show_mails(templates: tuple[Template, ...], rendered: tuple[Rendered, ...], *, json: bool, html: bool) -> int:
    """Print the mails; returns 1 where one of them could not be rendered."""
    from wizard.commands.saved import print_json
    from wizard.commands.terminal import style_for, write_out

    if json:
        pairs = zip(templates, rendered, strict=True)
        print_json({"schema": 1, "templates": [_rendered_object(one, mail) for one, mail in pairs]})
    else:
        style = style_for(sys.stdout, os.environ)
        lines: list[str] = []
        for one, mail in zip(templates, rendered, strict=True):
            lines += [*([""] if lines else []), *_mail_lines(one, mail, style, html=html)]
        write_out("\n".join(lines) + "\n")
    return 0 if all(mail.complete for mail in rendered) else 1


def _rendered_object(template: Template, mail: Rendered) -> dict[str, Any]:
    from wizard.identityiq.templates import as_text

    return {
        **as_object(template),
        "rendered": {
            "complete": mail.complete,
            "subject": mail.subject or None,
            "from": mail.sender or None,
            "cc": mail.cc or None,
            "bcc": mail.bcc or None,
            "body": mail.body,
            "text": as_text(mail.body, _WIDTH) if mail.html else mail.body,
        },
        "flaws": [_flaw_object(one) for one in _flaws(template, mail, None)],
    }


def _mail_lines(template: Template, mail: Rendered, style: Style, *, html: bool) -> list[str]:
    """Return a mail as it is read: its headers, then the body within 80 columns."""
    from wizard.identityiq.templates.plain import wrapped

    said = "HTML (expected, because of its <html>)" if mail.html else "plain text (expected, without <html>)"
    headers = [("Template", f"{template.name}  {_where(template)}"), ("Subject", mail.subject), ("From", mail.sender)]
    headers += [("cc", mail.cc), ("bcc", mail.bcc), ("Sent as", said)]
    lines = [f"{style.heading(f'{name:<9}')} {style.plain(value)}" for name, value in headers if value]
    body = mail.body.strip("\n").splitlines() if html else wrapped(mail.body, mail.html, min(_WIDTH, style.width))
    lines += ["-" * min(_WIDTH, style.width), *(style.plain(line.expandtabs(4)).rstrip() for line in body)]
    flaws = _flaws(template, mail, None)
    return [*lines, "-" * min(_WIDTH, style.width), *_summary(flaws, style)]


def _summary(flaws: tuple[TemplateFlaw, ...], style: Style) -> list[str]:
    if not flaws:
        return [f"{style.sign('ok')} nothing is wrong with it"]
    shown = [f"{_sign(one, style)} {style.plain(one.finding.title)}  {_place(one)}".rstrip() for one in flaws[:5]]
    more = [f"  and {len(flaws) - 5} more"] if len(flaws) > 5 else []
    return [*shown, *more, "  What each means, and what to do: smtp-wizard iiq template lint, with the same files"]


def _flaws(template: Template, mail: Rendered, profile: Profile | None) -> tuple[TemplateFlaw, ...]:
    from wizard.identityiq.templates import lint

    return lint(template, mail, profile=profile)


def _sign(flaw: TemplateFlaw, style: Style) -> str:
    return style.sign({"error": "X", "warning": "!"}.get(flaw.finding.severity, "-"))


def _place(flaw: TemplateFlaw) -> str:
    if not flaw.part:
        return f"(line {flaw.file_line})" if flaw.file_line else ""
    inner = f"{flaw.part}, line {flaw.line}" + (f", column {flaw.column}" if flaw.column else "") if flaw.line else flaw.part
    return f"({inner}; line {flaw.file_line} of the file)" if flaw.file_line else f"({inner})"


def show_flaws(templates: tuple[Template, ...], rendered: tuple[Rendered, ...], profile: Profile | None, *, json: bool) -> int:
    """Print what is wrong; returns 1 for an error or warning."""
    from wizard.commands.saved import print_json
    from wizard.commands.terminal import style_for, write_out

    found = [(one, _flaws(one, mail, profile)) for one, mail in zip(templates, rendered, strict=True)]
    if json:
        objects = [{**as_object(one), "flaws": [_flaw_object(flaw) for flaw in flaws]} for one, flaws in found]
        print_json({"schema": 1, "profile": profile.name if profile else None, "templates": objects})
    else:
        style = style_for(sys.stdout, os.environ)
        lines = [line for one, flaws in found for line in _flaw_lines(one, flaws, style)]
        write_out("\n".join([*lines, _verdict([flaws for _, flaws in found])]) + "\n")
    return 1 if any(flaw.finding.severity in ("error", "warning") for _, flaws in found for flaw in flaws) else 0


def _verdict(found: list[tuple[TemplateFlaw, ...]]) -> str:
    wrong = [flaws for flaws in found if flaws]
    if not wrong:
        return f"Nothing is wrong with {_counted(len(found), 'template')}."
    return f"{_counted(sum(map(len, wrong)), 'finding')} in {len(wrong)} of {_counted(len(found), 'template')}."


def _flaw_lines(template: Template, flaws: tuple[TemplateFlaw, ...], style: Style) -> list[str]:
    from wizard.render.text import finding_lines

    if not flaws:
        return []
    lines = [style.heading(style.plain(template.name or "(no name)")) + f"  {style.plain(_where(template))}", ""]
    for flaw in flaws:
        first, *rest = finding_lines(flaw.finding, None, style)
        place = _place(flaw)
        lines += [first, *([f"  {place[1:-1]}"] if place else []), *rest, ""]
    return lines


def _flaw_object(flaw: TemplateFlaw) -> dict[str, Any]:
    from wizard.render.json import finding_object

    return {
        **finding_object(flaw.finding),
        "part": flaw.part or None,
        "line": flaw.line or None,
        "column": flaw.column or None,
        "file_line": flaw.file_line or None,
    }
