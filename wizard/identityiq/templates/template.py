"""One e-mail template of IdentityIQ's as it was read. Must not know Velocity, nor how templates are found."""

from typing import NamedTuple

from wizard.identityiq.reading.element import Element
from wizard.identityiq.templates.mail import Part


class Passage(NamedTuple):
    """A text with the place of its element in the XML; lines and columns count from 1, 0 where unknown.

    ``markup`` says that tags stood inside it, which the XML takes away: HTML has to stand in CDATA or be escaped.
    """

    text: str = ""
    line: int = 0
    column: int = 0
    markup: bool = False

    def line_in_file(self, line: int) -> int:
        """Return where a line of the text stands in the file; 0 where the place of the text is unknown."""
        return self.line + line - 1 if self.line and line else self.line


class Argument(NamedTuple):
    """One argument the Signature declares. ``type`` is as written there, often empty or ``string``."""

    name: str
    type: str = ""


class Template(NamedTuple):
    """An EmailTemplate. ``subject``, ``body`` and ``sender`` (its From) are Velocity; ``cc`` and ``bcc`` may be.

    ``signed`` says that a Signature was there, even an empty one. ``source`` names the file.
    """

    name: str
    subject: Passage = Passage()
    body: Passage = Passage()
    sender: Passage = Passage()
    cc: str = ""
    bcc: str = ""
    arguments: tuple[Argument, ...] = ()
    signed: bool = False
    source: str = ""
    line: int = 0
    column: int = 0

    def part(self, part: Part) -> str:
        """Return one of its texts as it stands."""
        texts = (self.subject.text, self.body.text, self.sender.text, self.cc, self.bcc)
        return texts[list(Part).index(part)]

    def place(self, part: Part, line: int) -> int:
        """Return the line in the file of a line of a text; that of the whole object where it is not known better."""
        passage = {Part.SUBJECT: self.subject, Part.BODY: self.body, Part.SENDER: self.sender}.get(part)
        return (passage.line_in_file(line) if passage else 0) or self.line

    @property
    def html(self) -> bool:
        """Whether IdentityIQ is expected to send it as HTML: when the body holds ``<html`` (inference, not documented)."""
        return is_html(self.body.text)


def is_html(body: str) -> bool:
    """Return whether IdentityIQ is expected to send this text as HTML."""
    return "<html" in body.lower()


def read(element: Element, source: str = "") -> Template:
    """Return the template an ``EmailTemplate`` element holds; what is absent stays empty."""
    signature = element.find("Signature")
    return Template(
        name=element.attributes.get("name", ""),
        subject=_passage(element, "Subject"),
        body=_passage(element, "Body"),
        sender=_passage(element, "From"),
        cc=_addresses(element, "cc"),
        bcc=_addresses(element, "bcc"),
        arguments=_arguments(signature),
        signed=signature is not None,
        source=source,
        line=element.line,
        column=element.column,
    )


def _passage(element: Element, tag: str) -> Passage:
    found = element.find(tag)
    if found is None:
        return Passage(element.attributes.get(tag.lower(), ""))
    return Passage(found.text, found.line, found.column, bool(found.children))


def _addresses(element: Element, name: str) -> str:
    """Return cc or bcc: an attribute of the object; a child of that name is read as well."""
    child = next((one for one in element.children if one.tag.lower() == name), None)
    return (element.attributes.get(name, "") or (child.text if child else "")).strip()


def _arguments(signature: Element | None) -> tuple[Argument, ...]:
    inputs = signature.find("Inputs") if signature else None
    if inputs is None:
        return ()
    found = [one for one in inputs.children if one.tag == "Argument" and one.attributes.get("name", "")]
    return tuple(Argument(one.attributes["name"], one.attributes.get("type", "")) for one in found)
