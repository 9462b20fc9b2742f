"""Microsoft's clouds and what HTTP/OAuth values they want, each with the page that says so. Data and text; asks nobody."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from wizard.identityiq.oauth.settings import OAuthSettings, Slot

_FLOW_PAGE = "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"
_SEND_PAGE = "https://learn.microsoft.com/graph/api/user-sendmail"
_REGISTER_PAGE = "https://learn.microsoft.com/entra/identity-platform/quickstart-register-app"
_REFRESH_PAGE = "https://www.rfc-editor.org/rfc/rfc6749#section-4.4.3"
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class Cloud(NamedTuple):
    """One of Microsoft's clouds. ``logins`` are the hosts that give tokens, the one to use first; ``graph`` takes the mail."""

    id: str
    name: str
    logins: tuple[str, ...]
    graph: str
    portal: str


# https://learn.microsoft.com/graph/deployments and https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud,
# read on 2026-11-24. The two pages name different hosts for China; both give tokens, the second is the current one.
CLOUDS: tuple[Cloud, ...] = (
    Cloud(
        "global",
        "Microsoft 365 (and GCC)",
        ("login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net"),
        "graph.microsoft.com",
        "https://entra.microsoft.com",
    ),
    Cloud(
        "gcc-high", "Microsoft 365 GCC High", ("login.microsoftonline.us",), "graph.microsoft.us", "https://entra.microsoft.us"
    ),
    Cloud("dod", "Microsoft 365 DoD", ("login.microsoftonline.us",), "dod-graph.microsoft.us", "https://entra.microsoft.us"),
    Cloud(
        "china",
        "Microsoft 365 operated by 21Vianet",
        ("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
        "microsoftgraph.chinacloudapi.cn",
        "https://entra.microsoftonline.cn",
    ),
)
GRAPH_APP = "00000003-0000-0000-c000-000000000000"  # what a token for Graph may name as its audience instead of the address


def by_id(name: str) -> Cloud | None:
    """Return a cloud by its id."""
    return next((cloud for cloud in CLOUDS if cloud.id == name), None)


def proposal(
    tenant: str, sender: str = "", *, cloud: Cloud = CLOUDS[0], client_id: str = "", recipient: str = ""
) -> OAuthSettings:
    """Return the values for a tenant: its id (a GUID) or one of its domains. Without a sender its place says SENDER."""
    token = f"https://{cloud.logins[0]}/{quote(tenant.strip(), safe='.-')}/oauth2/v2.0/token"
    return OAuthSettings(
        email_endpoint=f"https://{cloud.graph}/v1.0/users/{quote(sender, safe='@.-_+') or 'SENDER'}/sendMail",
        token_endpoint=token,
        refresh_endpoint=token,
        scope=f"https://{cloud.graph}/.default",
        client_id=client_id,
        sender=sender,
        recipient=recipient,
    )


def cloud_of(settings: OAuthSettings) -> Cloud | None:
    """Return the cloud whose sign-in host the token endpoint names; of two that share it, the one the mail endpoint is in."""
    login, graph = host_of(settings.token_endpoint), host_of(settings.email_endpoint)
    found = [cloud for cloud in CLOUDS if login in cloud.logins]
    return next((cloud for cloud in found if cloud.graph == graph), found[0] if found else None)


def is_graph(settings: OAuthSettings) -> bool:
    """Return whether mail goes to Graph of one of Microsoft's clouds, or to something that is asked the same way."""
    return host_of(settings.email_endpoint) in {cloud.graph for cloud in CLOUDS} or settings.email_endpoint.lower().endswith(
        "/sendmail"
    )


def host_of(url: str) -> str:
    """Return the host of a web address, lower case; empty where it has none."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


def place_of(url: str) -> tuple[str, int]:
    """Return host and port of a web address that was judged to be one; 443 where it names no port."""
    parts = urlsplit(url.strip())
    return parts.hostname or "", parts.port or 443


def tenant_of(url: str) -> str:
    """Return the tenant a token endpoint of Microsoft's names; empty where it has none."""
    try:
        parts = [part for part in urlsplit(url.strip()).path.split("/") if part]
    except ValueError:
        return ""
    return parts[0] if len(parts) > 1 else ""


def is_guid(text: str) -> bool:
    """Return whether a text has the shape of a GUID, in braces or not."""
    return bool(_GUID.fullmatch(text.strip().strip("{}")))


class ScreenValue(NamedTuple):
    """One field of IdentityIQ's HTTP/OAuth page: its label, the value (empty: yours to fill in), what it is, who says so."""

    slot: Slot
    label: str
    value: str
    help: str
    source: str


def screen_values(settings: OAuthSettings) -> tuple[ScreenValue, ...]:
    """Return the six fields in the page's order; without a refresh token endpoint, the token endpoint is proposed there.

    The secret has no value here: it is never shown.
    """
    known = settings._replace(refresh_endpoint=settings.refresh_endpoint or settings.token_endpoint)
    return tuple(ScreenValue(slot, slot.label, known.get(slot), _HELP[slot], _SOURCES[slot]) for slot in SCREEN)


SCREEN = (
    Slot.EMAIL_ENDPOINT,
    Slot.TOKEN_ENDPOINT,
    Slot.REFRESH_ENDPOINT,
    Slot.SCOPE,
    Slot.CLIENT_ID,
    Slot.CLIENT_SECRET,
)
_HELP = {
    Slot.EMAIL_ENDPOINT: "The address mail is handed to. For Microsoft 365 it is expected to be Graph's sendMail of the mailbox "
    "that sends; which form your release of IdentityIQ wants, its own help says.",
    Slot.TOKEN_ENDPOINT: "Where IdentityIQ gets its token. The part after the host is your tenant: its id or one of its domains.",
    Slot.REFRESH_ENDPOINT: "The same address: Microsoft has one for both. An application signs in anew instead of refreshing, so "
    "this is expected not to be used.",
    Slot.SCOPE: "What the token is for. An application always asks for everything it was given: the service's address and "
    "/.default.",
    Slot.CLIENT_ID: "Application (client) ID on the overview of the app registration. Not the Object ID beside it.",
    Slot.CLIENT_SECRET: "The Value of a client secret, shown once when it is made. Not its Secret ID, and not longer than its "
    "Expires date.",
}
_SOURCES = {
    Slot.EMAIL_ENDPOINT: _SEND_PAGE,
    Slot.TOKEN_ENDPOINT: _FLOW_PAGE,
    Slot.REFRESH_ENDPOINT: _REFRESH_PAGE,
    Slot.SCOPE: _FLOW_PAGE,
    Slot.CLIENT_ID: _REGISTER_PAGE,
    Slot.CLIENT_SECRET: _REGISTER_PAGE,
}
BEFORE = (
    "In Entra, the app registration needs the permission Mail.Send of Microsoft Graph, of the kind Application, with admin "
    "consent. Delegated is not enough.",
    "That lets it send as every mailbox of the tenant: an Exchange administrator can narrow it with RBAC for Applications.",
)
