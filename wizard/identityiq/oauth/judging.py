"""What is wrong with the values of HTTP/OAuth before anybody is asked. Must not know the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from wizard import values
from wizard.identityiq.oauth.microsoft import CLOUDS, cloud_of, host_of, is_guid, tenant_of
from wizard.identityiq.oauth.settings import OAuthSettings, Slot
from wizard.profile import Password

_BLANK = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]")
_PLACEHOLDER = re.compile(
    r"[{}<>\[\]]|%7b|(?:^|/)(?:your[-_ ]?\w*|tenant(?:[-_]?id)?|sender|user(?:id|principalname)?)(?=/|$)", re.IGNORECASE
)
_SHARED_TENANTS = ("common", "organizations", "consumers")


class Problem(NamedTuple):
    """What is wrong with one value, in the user's sentence. ``fatal``: no test is made; otherwise it is worth a look."""

    slot: Slot
    text: str
    fatal: bool = True


def problems(settings: OAuthSettings, *, send: bool = False) -> tuple[Problem, ...]:
    """Return what is wrong, in the page's order. ``send`` asks for a sender and a recipient as well."""
    found = [problem for slot in _ADDRESSES for problem in _web_address(slot, settings.get(slot))]
    found += _scope(settings) + _client(settings, microsoft=cloud_of(settings) is not None)
    if cloud_of(settings) and not any(problem.slot is Slot.TOKEN_ENDPOINT for problem in found):
        found += _token_path(settings)
    if not any(problem.slot is Slot.EMAIL_ENDPOINT for problem in found):
        found += _email_path(settings)
    found += _same_cloud(settings)
    if send:
        found += [problem for slot in (Slot.SENDER, Slot.RECIPIENT) for problem in _address(slot, settings.get(slot))]
    return tuple(sorted(found, key=lambda problem: list(Slot).index(problem.slot)))


_ADDRESSES = (Slot.EMAIL_ENDPOINT, Slot.TOKEN_ENDPOINT, Slot.REFRESH_ENDPOINT)


def _web_address(slot: Slot, text: str) -> Iterator[Problem]:
    """Judge one endpoint. What stands around it counts: IdentityIQ is expected to take it as typed."""
    shown = values.shown(text)
    if not text.strip():
        if slot is not Slot.REFRESH_ENDPOINT:
            yield Problem(slot, "Type its address, which begins with https://")
        return
    if _BLANK.search(text):
        yield Problem(
            slot, f"'{shown}' has a blank in it, perhaps at its end: IdentityIQ is expected to keep it. Type it without"
        )
        return
    try:
        parts = urlsplit(text)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        yield Problem(slot, f"'{shown}' is no web address that can be read: check its host and port")
        return
    yield from _parts(slot, shown, parts, port_is_one=port_is_one)


def _parts(slot: Slot, shown: str, parts: SplitResult, *, port_is_one: bool) -> Iterator[Problem]:
    if parts.scheme != "https":
        way = "is not encrypted, and the secret would be read on the way" if parts.scheme == "http" else "does not begin so"
        yield Problem(slot, f"'{shown}' {way}: an endpoint begins with https://")
    elif not parts.hostname or not port_is_one:
        yield Problem(slot, f"'{shown}' names no host: it is https://HOST/PATH")
    elif parts.username or parts.password:
        yield Problem(slot, "A user name or password stands in this address: leave it out, it would end up in logs")
    elif parts.fragment:
        yield Problem(slot, f"'{shown}' has a # in it: leave out everything from there on")
    elif _PLACEHOLDER.search(parts.path):
        yield Problem(slot, f"'{shown}' still has a place to fill in: put your own tenant or mailbox there")
    else:
        try:
            values.host(parts.hostname)
        except ValueError as problem:
            yield Problem(slot, str(problem))


def _scope(settings: OAuthSettings) -> list[Problem]:
    text = settings.scope
    if not text.strip():
        return [Problem(Slot.SCOPE, "Type the scope: for Microsoft 365 it is https://graph.microsoft.com/.default")]
    if text != text.strip():
        return [Problem(Slot.SCOPE, "There is a blank before or behind it: type it without")]
    if _BLANK.search(text):
        return [Problem(Slot.SCOPE, "These are several: an application asks for one alone, the one that ends in /.default")]
    if not text.endswith("/.default"):
        cloud = cloud_of(settings)
        hint = f"https://{cloud.graph}/.default" if cloud else "the service's address and /.default"
        return [
            Problem(
                Slot.SCOPE,
                f"'{values.shown(text)}' does not end in /.default, which an application's scope does at Microsoft: use {hint}. "
                "Single permissions such as Mail.Send are given in the app registration",
                fatal=cloud is not None,
            )
        ]
    return []


def _client(settings: OAuthSettings, *, microsoft: bool) -> list[Problem]:
    text = settings.client_id
    if not text.strip():
        return [Problem(Slot.CLIENT_ID, "Type the Application (client) ID: it stands on the overview of the app registration")]
    if _BLANK.search(text):
        return [Problem(Slot.CLIENT_ID, f"'{values.shown(text)}' has a blank in it: type the Client ID without")]
    if microsoft and not is_guid(text):
        return [
            Problem(
                Slot.CLIENT_ID,
                "This is no Application (client) ID: it has 32 digits and letters a to f, as in "
                "11111111-2222-3333-4444-555555555555. A secret belongs into the other field",
            )
        ]
    if microsoft and text.startswith("{"):
        return [Problem(Slot.CLIENT_ID, "Leave the braces around the Client ID out")]
    return []


def _token_path(settings: OAuthSettings) -> list[Problem]:
    cloud, path = cloud_of(settings), urlsplit(settings.token_endpoint).path.rstrip("/").lower()
    right = f"https://{cloud.logins[0] if cloud else ''}/TENANT/oauth2/v2.0/token"
    if path.endswith(("/oauth2/v2.0/authorize", "/oauth2/authorize")):
        return [Problem(Slot.TOKEN_ENDPOINT, f"This is the address where people sign in: the token endpoint is {right}")]
    if path.endswith("/oauth2/token"):
        return [Problem(Slot.TOKEN_ENDPOINT, f"This is version 1 of the endpoint, which does not know a scope: use {right}")]
    if not re.fullmatch(r"/[^/]+/oauth2/v2\.0/token", path):
        return [
            Problem(Slot.TOKEN_ENDPOINT, f"'{values.shown(path)}' is not the path of a token endpoint of Microsoft: use {right}")
        ]
    if tenant_of(settings.token_endpoint).lower() in _SHARED_TENANTS:
        return [
            Problem(Slot.TOKEN_ENDPOINT, "An application signs in to its own tenant: put its id or domain in place of common")
        ]
    return []


def _email_path(settings: OAuthSettings) -> list[Problem]:
    path = unquote(urlsplit(settings.email_endpoint).path).rstrip("/")
    if host_of(settings.email_endpoint) not in {cloud.graph for cloud in CLOUDS}:
        return []
    if "/me/" in f"{path}/".lower():
        return [
            Problem(Slot.EMAIL_ENDPOINT, "/me is for a person who is signed in: an application names the mailbox, /users/SENDER")
        ]
    found = re.fullmatch(r"/(?:v1\.0|beta)/users/([^/]+)/sendmail", path, re.IGNORECASE)
    if not found:
        text = f"'{values.shown(path)}' is not Graph's address for sending: /v1.0/users/SENDER/sendMail"
        return [Problem(Slot.EMAIL_ENDPOINT, text, fatal=False)]
    if settings.sender and "@" in found[1] and found[1].lower() != settings.sender.lower():
        text = f"It sends as {values.shown(found[1])}, and the sender of this profile is {values.shown(settings.sender)}"
        return [Problem(Slot.EMAIL_ENDPOINT, text, fatal=False)]
    return []


def _same_cloud(settings: OAuthSettings) -> list[Problem]:
    """Token, scope and mail belong to one cloud: a token of one is worth nothing in another."""
    cloud, graph, scope = cloud_of(settings), host_of(settings.email_endpoint), host_of(settings.scope)
    known = {one.graph for one in CLOUDS}
    if cloud and graph in known and graph != cloud.graph:
        return [Problem(Slot.EMAIL_ENDPOINT, f"{graph} belongs to another cloud than the token endpoint: use {cloud.graph}")]
    if graph in known and scope in known and scope != graph:
        return [Problem(Slot.SCOPE, f"The scope is for {scope} and mail goes to {graph}: use https://{graph}/.default")]
    return []


def _address(slot: Slot, text: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(slot, "Type an address, for example iiq@example.com: the test message needs it")
        return
    try:
        values.mail_address(text.strip())
    except ValueError as problem:
        yield Problem(slot, str(problem))


def secret_problem(settings: OAuthSettings, secret: Password) -> Problem | None:
    """Return what is wrong with a secret at first sight, without repeating any of it."""
    text = secret.reveal()
    if text != text.strip():
        return Problem(Slot.CLIENT_SECRET, "The secret has a blank before or behind it: copy it again without", fatal=False)
    if text and text == settings.client_id:
        return Problem(Slot.CLIENT_SECRET, "This is the Client ID: the secret is the Value under Certificates & secrets")
    if is_guid(text):
        return Problem(
            Slot.CLIENT_SECRET,
            "This has the shape of a Secret ID. The secret is the Value beside it, shown only once when it is made: make a new "
            "client secret and copy its Value",
            fatal=cloud_of(settings) is not None,
        )
    return None
