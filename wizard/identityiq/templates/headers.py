"""Flaws of what goes into a mail's header: Subject, From, cc and bcc. Must not know Velocity."""

import re
from collections.abc import Iterator
from email.utils import getaddresses

from wizard import values
from wizard.diagnosis.model import Severity
from wizard.identityiq.templates.flaw import TemplateFlaw, flaw
from wizard.identityiq.templates.mail import Part, Rendered
from wizard.identityiq.templates.template import Template
from wizard.profile import Profile
from wizard.values import shown

# Nobody's domains (RFC 2606, 6761): no server takes mail from there, and none delivers to it. ``.test`` is for test systems.
_EXAMPLES = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net))?|invalid|localhost)$")
_TAG = re.compile(r"<(?:p|br|div|b|i|a|table|tr|td|ul|ol|li|span|h[1-6]|font|strong|em|img)\b[^<>]*>", re.I)
_GARBLED = re.compile(r"[\u00c3\u00c2][\u0080-\u00bf]|\u00e2\u20ac|\ufffd|[\x80-\x9f]")  # UTF-8 that was read as Latin-1
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|[aouAOU]uml|szlig|#\d{1,6});")
_LONG_SUBJECT = 200  # characters; most programs show far less
_MICROSOFT = ("office365.com", "outlook.com")


def has_tags(text: str) -> bool:
    """Return whether a text holds HTML's tags."""
    return bool(_TAG.search(text))


def flaws(template: Template, rendered: Rendered, profile: Profile | None) -> Iterator[TemplateFlaw]:
    """Return the flaws of all headers; ``profile`` is who will send it, None where nobody knows."""
    yield from _subject(template, rendered)
    yield from _sender(template, rendered, profile)
    for part, text, plain in ((Part.CC, template.cc, rendered.cc), (Part.BCC, template.bcc, rendered.bcc)):
        yield from _copies(template, part, text, plain)


def _subject(template: Template, rendered: Rendered) -> Iterator[TemplateFlaw]:
    text = template.subject.text
    if not text.strip():
        words = ("The Subject is missing", "People would get a mail without a subject, and many filters take that for spam.")
        yield flaw(template, "no-subject", Severity.ERROR, words, ("Add a Subject element.",), part=Part.SUBJECT)
        return
    if not rendered.subject and rendered.complete:
        words = ("With the sample values the Subject comes out empty", "All of it depends on values that are not there.")
        yield flaw(template, "no-subject", Severity.WARNING, words, ("Give it words that are always there.",), part=Part.SUBJECT)
    if "\n" in text.strip() and "#" not in text:
        words = (
            "The Subject has a line break in it",
            "A header is one line; the mail library is expected to fold it, and some servers refuse a broken one.",
        )
        yield flaw(template, "subject-lines", Severity.WARNING, words, ("Write it in one line.",), part=Part.SUBJECT)
    if len(rendered.subject) > _LONG_SUBJECT:
        words = (f"The Subject has {len(rendered.subject)} characters", "Mail programs show the first 60 or so.")
        yield flaw(
            template, "subject-long", Severity.INFO, words, ("Put what matters first, and less of it.",), part=Part.SUBJECT
        )
    yield from _encoding(template, Part.SUBJECT, text)


def _encoding(template: Template, part: Part, text: str) -> Iterator[TemplateFlaw]:
    garbled, entity = _GARBLED.search(text), _ENTITY.search(text)
    if garbled:
        words = (
            f"Letters of the {_NAMES[part]} are garbled: '{shown(text[garbled.start() : garbled.start() + 12])}'",
            "UTF-8 was read as another encoding before the template was saved; people would see these signs.",
        )
        yield flaw(template, "garbled", Severity.WARNING, words, ("Type the text again, and save the file as UTF-8.",), part=part)
    elif entity and not template.html | (part is not Part.SUBJECT):
        words = (f"The Subject holds {entity[0]}", "A header is no HTML: it would be shown as it stands.")
        yield flaw(template, "garbled", Severity.WARNING, words, ("Write the sign itself.",), part=part)


def _sender(template: Template, rendered: Rendered, profile: Profile | None) -> Iterator[TemplateFlaw]:
    text, plain = template.sender.text.strip(), rendered.sender
    if not text or not plain:
        return
    if "$" in text and plain == text:
        return  # told as an unresolved reference
    address = address_of(plain)
    yield from _encoding(template, Part.SENDER, text)
    if not address:
        words = (
            f"From is not a mail address: '{shown(plain)}'",
            "A template's own From is used instead of the default one, so the server would refuse this mail.",
        )
        yield _from(template, "from-not-address", Severity.ERROR, words, ("Write one address, or take From out.",))
        return
    if not address.rpartition("@")[0].isascii():
        words = (
            f"From has other than ASCII letters before the @: {shown(address)}",
            "Few servers take that (SMTPUTF8, RFC 6531), and JavaMail 1.x does not ask for it.",
        )
        yield _from(template, "from-not-ascii", Severity.WARNING, words, ("Use an address in plain letters.",))
    if _EXAMPLES.search(domain_of(address)) and text == plain:
        words = (
            f"From is still an example: {shown(address)}",
            "A template's own From is used instead of the default one. Nobody owns this domain, and servers refuse it.",
        )
        yield _from(template, "from-example", Severity.WARNING, words, ("Take From out, so that the default one is used.",))
    elif profile:
        yield from _against(template, address, profile)


def _against(template: Template, address: str, profile: Profile) -> Iterator[TemplateFlaw]:
    """Hold the From against who signs in and who the profile sends as."""
    username = profile.login.username if profile.login and "@" in profile.login.username else ""
    own = username or profile.sender
    if not own or address.lower() in (own.lower(), profile.sender.lower()):
        return
    same = domain_of(own) == domain_of(address)
    microsoft = profile.endpoint.host.lower().endswith(_MICROSOFT)
    if same and not microsoft and not username:
        return
    severity = Severity.INFO if same and not microsoft else Severity.WARNING
    because = (
        "Microsoft 365 refuses it with 5.7.60 unless the sign-in has the right Send As for it."
        if microsoft
        else "Many servers refuse a sender that is not the sign-in's own, and receivers check its domain (SPF, DMARC)."
    )
    words = (f"From is {shown(address)}, the profile has {shown(own)}", f"A template's own From wins. {because}")
    advice = (
        "Take From out, so that the default one is used, or have the server allow it.",
        "Try it: smtp-wizard iiq template send.",
    )
    yield _from(template, "from-other", severity, words, advice)


def _from(template: Template, name: str, severity: Severity, words: tuple[str, str], advice: tuple[str, ...]) -> TemplateFlaw:
    return flaw(template, name, severity, words, advice, part=Part.SENDER, place=(1, 1), seen=template.sender.text.strip())


def _copies(template: Template, part: Part, text: str, plain: str) -> Iterator[TemplateFlaw]:
    if not text or "$" in plain:
        return  # a reference that stays is told already
    bad = [one for one in re.split(r"[,;]", plain) if one.strip() and not address_of(one)]
    if bad:
        words = (
            f"{part} holds what is no mail address: '{shown(bad[0].strip())}'",
            "The server would refuse it, and is expected to refuse the mail for everybody with it.",
        )
        yield flaw(template, f"{part}-not-address", Severity.WARNING, words, ("Write addresses alone.",), part=part, seen=text)
    elif text == plain and any(_EXAMPLES.search(domain_of(address_of(one))) for one in re.split(r"[,;]", plain) if one.strip()):
        words = (f"{part} is still an example: {shown(plain)}", "Nothing sent there arrives anywhere.")
        yield flaw(template, f"{part}-example", Severity.WARNING, words, ("Take it out, or write a real one.",), part=part)


_NAMES = {Part.SUBJECT: "Subject", Part.BODY: "Body", Part.SENDER: "From", Part.CC: "cc", Part.BCC: "bcc"}


def address_of(text: str) -> str:
    """Return the one address of ``Name <address>`` or an address alone; empty where it is none, or more than one."""
    found = [address for _, address in getaddresses([text.strip()]) if address]
    try:
        return values.mail_address(found[0].strip()) if len(found) == 1 else ""
    except ValueError:
        return ""


def domain_of(address: str) -> str:
    """Return what stands behind the @, in small letters."""
    return address.rpartition("@")[2].lower()
