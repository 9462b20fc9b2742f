"""Whose server it is, from what a session shows: the host's name first, then greeting, EHLO, certificate and reply.

The names and patterns are in ``providers.toml`` and ``servers.toml``. Must not know ports, settings or rules.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wizard.packaged import entries, naming
from wizard.smtp.observation import Context, Reply

if TYPE_CHECKING:
    from wizard.providers import Provider  # read only when a name of theirs, or a failure, asks for it


class Family(StrEnum):
    """Providers whose servers behave in ways of their own; the values are ``family`` in ``providers.toml``."""

    MICROSOFT = "Microsoft"
    GOOGLE = "Google"
    AMAZON = "Amazon SES"
    YAHOO = "Yahoo"
    APPLE = "Apple"
    QQ = "QQ Mail"
    NETEASE = "NetEase"
    ZOHO = "Zoho"
    SENDGRID = "SendGrid"
    MAILGUN = "Mailgun"
    POSTMARK = "Postmark"
    MAILJET = "Mailjet"
    BREVO = "Brevo"
    SPARKPOST = "SparkPost"
    SMTP2GO = "SMTP2GO"
    FASTMAIL = "Fastmail"
    PROTON = "Proton Mail Bridge"
    OVH = "OVHcloud"
    IONOS = "IONOS"
    GMX = "GMX"
    YANDEX = "Yandex"
    MAILRU = "Mail.ru"
    GODADDY = "GoDaddy"
    OTHER = "another provider"


class Whose(NamedTuple):
    """Whose server answers: its provider (more than one where only the family is sure), its program, and what tells.

    ``because`` names the evidence in words, the strongest first. ``stranger`` is True when the host's name is a provider's
    and the greeting cannot be: then somebody else answers in its place, and ``server`` is that somebody's program.
    """

    providers: "tuple[Provider, ...]" = ()
    server: str = ""  # an id of servers.toml, empty when nothing tells
    because: tuple[str, ...] = ()
    stranger: bool = False

    @property
    def family(self) -> Family:
        """The family of the provider; ``OTHER`` when there is none."""
        return Family(self.providers[0].family) if self.providers else Family.OTHER

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of provider and program, under which their refusals are kept; a stranger's are not the provider's."""
        provider = () if self.stranger else tuple(one.id for one in self.providers)
        return (*provider, self.server) if self.server else provider

    @property
    def name(self) -> str:
        """What people call the provider, or the program where no provider is known; empty when neither is."""
        if self.providers and not self.stranger:
            return self.providers[0].name if len(self.providers) == 1 else self.family.value
        from wizard.servers import by_id

        program = by_id(self.server)
        return program.name if program else ""


def whose(host: str, context: Context, *, reply: Reply | None = None, told: str = "", mx: tuple[str, ...] = ()) -> Whose:
    """Return whose server answers under ``host``, by what the session showed.

    ``reply`` is the failing one; ``told`` is what a person or file calls the provider or the program; ``mx`` are the names
    that receive mail for the domain, where they are known: they tell least, and come last.
    """
    certificate = context.tls.certificate if context.tls else None
    return _whose(
        host,
        context.greeting.text if context.greeting and context.greeting.positive else "",
        context.ehlo.lines[0] if context.ehlo and context.ehlo.lines else "",
        tuple(context.capabilities),
        (*certificate.names, certificate.subject) if certificate else (),
        reply.text if reply else "",
        told,
        mx,
    )


@lru_cache(maxsize=64)
def _whose(
    host: str,
    greeting: str,
    ehlo: str,
    keywords: tuple[str, ...],
    names: tuple[str, ...],
    reply: str,
    told: str,
    mx: tuple[str, ...],
) -> Whose:
    from wizard.providers import for_mx

    clues = (
        ("the name you gave", called(told)),
        ("the name of the host", serving(host)),
        ("its greeting", serving(_first_word(greeting)) or _signed(greeting)),
        ("its answer to EHLO", serving(_first_word(ehlo))),
        ("its certificate", next((found for name in names if (found := serving(name.removeprefix("*.")) or _signed(name))), ())),
        ("its reply", _signed(reply)),
        ("where the domain's mail goes", tuple(dict.fromkeys(match.provider for name in mx for match in for_mx(name)))),
    )
    telling = [(clue, found) for clue, found in clues if found]
    providers = telling[0][1] if telling else ()
    server, how = _program(greeting, ehlo, keywords, told)
    agreeing = [clue for clue, found in telling if found[0].family == providers[0].family]
    asked = called(told) or serving(host)  # only a name somebody gave can be answered by somebody else
    stranger = bool(greeting and asked) and not greets_like(Family(asked[0].family), greeting)
    return Whose(providers, server, (*agreeing, *how), stranger)


def _program(greeting: str, ehlo: str, keywords: tuple[str, ...], told: str) -> tuple[str, tuple[str, ...]]:
    """Return the id of the server program and what tells it; empty when nothing does."""
    from wizard import servers  # only a failure asks for it

    words = told.lower()
    for server in servers.table():
        if any(name in words for name in server.called):
            return server.id, ("the name you gave",)
    for server in servers.table():
        if server.greets_with(greeting):
            return server.id, ("its greeting",)
    for server in servers.table():
        if server.answers_with(ehlo, keywords):
            return server.id, ("its answer to EHLO",)
    return "", ()


def _first_word(line: str) -> str:
    """Return the name a server gives itself at the beginning of a greeting or an answer to EHLO (RFC 5321 4.3.1)."""
    words = line.split(maxsplit=1)
    return words[0] if words else ""


def _signed(text: str) -> "tuple[Provider, ...]":
    """Return the providers whose sign stands in a text."""
    if not text:
        return ()
    return tuple(one for one in _having("signs") if any(re.search(sign, text, re.IGNORECASE) for sign in one.signs))


def _having(key: str) -> "tuple[Provider, ...]":
    """Return the providers whose entry has a key: the others are not even parsed."""
    from wizard.providers import read

    return tuple(read(entry) for entry in entries("providers", "provider") if f"\n{key} = " in entry)


def called(name: str) -> "tuple[Provider, ...]":
    """Return the providers a person or file calls by name (``Microsoft 365``, ``Gmail``), a whole family by its own name."""
    from wizard.providers import table

    words = f" {' '.join(name.lower().replace('(', ' ').replace(')', ' ').split())} "
    if not words.strip():
        return ()
    exact = tuple(one for one in table() if name.lower() in (one.id, one.name.lower()))
    kin = tuple(one for one in table() if name == one.family)
    return exact or kin or tuple(one for one in table() if any(f" {word} " in words for word in one.called))


def greets_like(family: Family, greeting: str) -> bool:
    """Return whether a greeting can be this family's; True where nothing is known of how it greets."""
    kin = () if family is Family.OTHER else _having("greets")
    words = {word for one in kin if one.family == family for word in one.greets}
    return not words or any(word in greeting.lower() for word in words)


def family_of(host: str) -> Family:
    """Return whose host this is by its name alone; ``OTHER`` when the name does not tell."""
    found = serving(host)
    return Family(found[0].family) if found else Family.OTHER


@lru_cache(maxsize=256)
def serving(name: str) -> "tuple[Provider, ...]":
    """Return the providers whose servers call themselves by this name; none for most, and then nothing more is read."""
    if not naming("providers", "provider", name.lower().strip("[]. ")):
        return ()
    from wizard import providers

    return providers.serving(name)


def named(host: str, context: Context) -> "tuple[Provider, ...]":
    """Return the providers whose server it is by its names alone: the host's, or the one its greeting begins with."""
    return serving(host) or (
        serving(_first_word(context.greeting.text)) if context.greeting and context.greeting.positive else ()
    )


def family_by_names(host: str, context: Context) -> Family:
    """Return the family of the provider whose server it is by its names alone; ``OTHER`` when they do not tell."""
    found = named(host, context)
    return Family(found[0].family) if found else Family.OTHER


def family_called(provider: str) -> Family | None:
    """Return the family a person or file calls by name (``Microsoft 365``, ``Gmail``); None when not known."""
    found = called(provider)
    return Family(found[0].family) if found else None
