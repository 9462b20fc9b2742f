"""What the tests of reading share: SystemConfiguration written by hand in the forms it comes in, and a very large export."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

DOCTYPE = '<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">'
DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>"
SECRET = "1:ACP:b3BlbnNlc2FtZQ=="
USUAL = {
    "emailNotifierType": "smtp",
    "defaultEmailHost": "smtp.acme.test",
    "defaultEmailPort": "587",
    "smtp_encryptionType": "<SmtpEncryptionType>TLS",
    "smtp_username": "svc-iiq@acme.test",
    "smtp_password": SECRET,
    "defaultEmailFromAddress": "iiq@acme.test",
    "serverRootPath": "https://iiq.acme.test/identityiq",
}


def entry(key: str, value: str) -> str:
    """One entry; a value that begins with ``<Type>`` is written as that element."""
    if value.startswith("<"):
        kind, _, text = value[1:].partition(">")
        return f"<entry key={quoteattr(key)}>\n  <value><{kind}>{escape(text)}</{kind}></value>\n</entry>"
    return f"<entry key={quoteattr(key)} value={quoteattr(value)}/>"


def configuration(values: dict[str, str] | None = None, *, more: str = "", **changed: str | None) -> str:
    """The object, with the usual entries, ``changed`` ones (None takes one away), and ``more`` XML inside its map."""
    entries = {**(USUAL if values is None else values), **changed}
    body = "\n".join(entry(key, value) for key, value in entries.items() if value is not None)
    return (
        '<Configuration created="1700000000000" id="ff80" name="SystemConfiguration">\n<Attributes>\n<Map>\n'
        f'<entry key="allowSelfCertification" value="All"/>\n{body}\n{more}</Map>\n</Attributes>\n</Configuration>\n'
    )


def small(**values: str) -> str:
    """The object with nothing but these entries, on one line."""
    body = "".join(entry(key, value) for key, value in values.items())
    return f'<Configuration name="SystemConfiguration"><Attributes><Map>{body}</Map></Attributes></Configuration>'


def export(*objects: str) -> str:
    """A file as IdentityIQ exports it."""
    return "\n".join((DECLARATION, DOCTYPE, "<sailpoint>", *objects, "</sailpoint>", ""))


def bare(text: str) -> str:
    """One object as the console and the Debug page show it."""
    return f"{DECLARATION}\n{DOCTYPE.replace('DOCTYPE sailpoint', 'DOCTYPE Configuration')}\n{text}"


def merge(text: str) -> str:
    """A merge file around one object."""
    return export('<ImportAction name="merge">', text, "</ImportAction>")


def numbered(text: str) -> str:
    """A text as it is copied from an editor that shows line numbers."""
    return "\n".join(f"{number:>4} {line}" for number, line in enumerate(text.splitlines(), 1))


def numbers_between(text: str) -> str:
    """The same from a page that puts each number on a line of its own."""
    return "\n".join(f"{number}\n{line}" for number, line in enumerate(text.splitlines(), 1))


def page(text: str) -> str:
    """A saved page of a browser with the object in it."""
    return f"<html><head><title>Debug</title></head><body><textarea>{html.escape(text)}</textarea></body></html>"


def console(*answers: tuple[str, str]) -> str:
    """What a terminal shows of a session with the console: what it says at its start, commands, answers, prompts."""
    talk = "".join(f"> {command}\n{answer}\n" for command, answer in answers)
    return f"IdentityIQ console, a stand-in\n2026-11-24 12:00:00,123 WARN main cache: 3 < 4 & more\n{talk}> quit\n"


def template(name: str, sender: str = "") -> str:
    """An EmailTemplate, with a From of its own where one is given."""
    own = f"<From>{escape(sender)}</From>" if sender else ""
    body = "<Body><![CDATA[#if($a < 1) <b>x</b> #end]]></Body>"
    return f'<EmailTemplate name="{name}">{own}<Subject>S</Subject>{body}</EmailTemplate>'


def request(definition: str = "Email Request", *, completed: str = "", body: str = "hello") -> str:
    """A Request as it waits in the queue."""
    done = f' completed="{completed}"' if completed else ""
    return (
        f'<Request{done} name="mail"><Attributes><Map><entry key="emailTemplate"><value><EmailTemplate name="T">'
        f"<Body>{body}</Body></EmailTemplate></value></entry></Map></Attributes><RequestDefinition>"
        f'<Reference class="sailpoint.object.RequestDefinition" id="ff81" name="{definition}"/></RequestDefinition></Request>'
    )


def large(path: Path, size: int, middle: Iterable[str]) -> None:
    """Write an export of at least ``size`` bytes: identities, requests, foreign configurations, and in the middle what counts."""
    block = "".join(_people(2000)).encode()
    with path.open("wb") as file:
        file.write(f"{DECLARATION}\n{DOCTYPE}\n<sailpoint>\n".encode())
        for _ in range(size // len(block) // 2 + 1):
            file.write(block)
        file.write("\n".join(middle).encode())
        while file.tell() < size:
            file.write(block)
        file.write(b"</sailpoint>\n")


def _people(number: int) -> Iterator[str]:
    for one in range(number):
        yield (
            f'<Identity id="ff80{one:08x}" name="user{one}">\n <Attributes><Map><entry key="displayName" value="User {one}"/>'
            f'<entry key="email" value="user{one}@acme.test"/><entry key="inactive"><value><Boolean></Boolean></value></entry>'
            "</Map></Attributes>\n</Identity>\n"
        )
        if one % 20 == 0:
            yield request(body="word " * 400) + "\n"
        if one % 500 == 0:
            yield f'<Configuration name="Registry"><Attributes><Map>{entry("x", "y" * 2000)}</Map></Attributes></Configuration>\n'
