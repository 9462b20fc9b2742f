"""What is wrong with a template, each with its cure. Must not know how a template is rendered, nor screens.

What is said of IdentityIQ itself is expected where SailPoint's public pages do not say it.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.diagnosis.model import Severity
from wizard.identityiq.templates import headers, velocity
from wizard.identityiq.templates.flaw import TemplateFlaw, flaw
from wizard.identityiq.templates.mail import Part, Rendered
from wizard.identityiq.templates.template import Template
from wizard.profile import Profile

LONGEST_LINE = 998  # characters of one line, RFC 5322 2.1.1
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def lint(template: Template, rendered: Rendered | None = None, *, profile: Profile | None = None) -> tuple[TemplateFlaw, ...]:
    """Return every flaw, errors first, each rank in the order of the texts.

    ``rendered`` is the template with sample values; without it the template is rendered now, which no running event loop allows.
    ``profile`` is who will send it: its sign-in and sender are held against the template's From.
    """
    if rendered is None:
        from wizard.identityiq.templates.rendering import render

        rendered = render(template)
    found = [
        *velocity.flaws(template, rendered),
        *_texts(template, rendered),
        *headers.flaws(template, rendered, profile),
    ]
    order = ["", *map(str, Part)]
    return tuple(sorted(found, key=lambda one: (_RANK[one.finding.severity], order.index(one.part), one.line, one.column)))


def _texts(template: Template, rendered: Rendered) -> Iterator[TemplateFlaw]:
    if not template.name:
        words = ("The template has no name", "IdentityIQ finds a template by its name, so this one could never be chosen.")
        yield flaw(template, "no-name", Severity.WARNING, words, ('Add name="..." to the EmailTemplate element.',))
    yield from _body(template, rendered)
    yield from _long_lines(template, rendered)


def _body(template: Template, rendered: Rendered) -> Iterator[TemplateFlaw]:
    if template.body.markup:
        words = (
            "The body holds tags that the XML takes away",
            "Tags in the XML itself are read as XML, not as the mail's HTML: they and their text are lost.",
        )
        advice = ("Put the whole body into <![CDATA[ ... ]]>, or write each < as &lt;.",)
        yield flaw(template, "body-markup", Severity.ERROR, words, advice, part=Part.BODY, place=(1, 0))
    elif not template.body.text.strip():
        words = ("The body is empty", "A mail without text would be sent, which says nothing and looks like spam.")
        yield flaw(template, "empty-body", Severity.ERROR, words, ("Write a Body.",), part=Part.BODY)
    elif not rendered.body.strip() and rendered.complete:
        words = ("With the sample values the body comes out empty", "Each part of it stands behind a condition that is not met.")
        advice = ("Try other values with --set name=value, or give the body text that is always there.",)
        yield flaw(template, "empty-body", Severity.WARNING, words, advice, part=Part.BODY)
    if headers.has_tags(template.body.text) and not template.html:
        words = (
            "The body holds HTML tags but no <html>",
            "IdentityIQ is expected to send a body as HTML when it holds <html>; without it people would see the tags.",
        )
        advice = ("Put <html><body> before the text and </body></html> behind it.",)
        yield flaw(template, "html-unmarked", Severity.WARNING, words, advice, part=Part.BODY)


def _long_lines(template: Template, rendered: Rendered) -> Iterator[TemplateFlaw]:
    long = next((n for n, line in enumerate(template.body.text.split("\n"), 1) if len(line) > LONGEST_LINE), 0)
    if not long and rendered.complete and any(len(line) > LONGEST_LINE for line in rendered.body.split("\n")):
        long = 1
    if long:
        words = (
            f"A line of the body is longer than {LONGEST_LINE} characters",
            "Mail allows no longer line (RFC 5322). The mail library is expected to encode it; where it does not, servers break "
            "the line anywhere or refuse the message.",
        )
        yield flaw(template, "long-line", Severity.WARNING, words, ("Break the line.",), part=Part.BODY, place=(long, 0))
