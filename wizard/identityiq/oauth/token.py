"""Fetches a token for an application and reads what it says of itself. Keeps neither the secret nor the token.

msal (Microsoft's own library) is imported here alone, and late.
"""

from __future__ import annotations

import json
import logging
import re
import time
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from wizard.identityiq.oauth.line import Line, LineBroken
from wizard.identityiq.oauth.microsoft import cloud_of, host_of, tenant_of
from wizard.identityiq.oauth.model import Claims
from wizard.identityiq.oauth.settings import OAuthSettings
from wizard.profile import Password
from wizard.values import shown

_ENTRA_PATH = "/oauth2/v2.0/token"
_LONGEST = 64 * 1024  # characters of a token that is read
# An address that two readers of addresses might take for two hosts (a backslash, an @) gets no secret.
_PLAIN_ADDRESS = re.compile(r"https://[A-Za-z0-9.:\[\]-]+/[!-?A-\[\]-~]*")


class Fetched(NamedTuple):
    """What came of a request for a token. ``token`` is empty where none was given; the line's last answer says why.

    ``elsewhere`` is the host the tenant's own description names for tokens where that is another one than typed: then nothing
    secret was sent.
    """

    token: Password
    elsewhere: str = ""


def fetch(line: Line, settings: OAuthSettings, secret: Password) -> Fetched:
    """Ask once for a token with client credentials (RFC 6749 4.4). Blocks. Raises LineBroken.

    An endpoint of Entra's shape is asked as msal does: the tenant's description first (OpenID Connect Discovery 4), which also
    tells whether the tenant exists. Instance discovery, which would ask login.microsoftonline.com about every other host, is off.
    Any other endpoint is asked directly.
    """
    import msal
    from msal.exceptions import MsalError

    _silence("msal")

    try:
        if not urlsplit(settings.token_endpoint).path.lower().endswith(_ENTRA_PATH):
            return Fetched(_token(_plain_client(line, settings, secret).obtain_token_for_client(scope=settings.scope)))
        client = msal.ConfidentialClientApplication(
            settings.client_id,
            client_credential=secret.reveal(),
            authority=authority_of(settings.token_endpoint),
            validate_authority=False,
            instance_discovery=False,
            http_client=line,
        )
        address = str(client.authority.token_endpoint)
        if not _PLAIN_ADDRESS.fullmatch(address):
            return Fetched(Password(""), elsewhere=shown(address))
        named = host_of(address)
        if not _same_service(named, settings):
            return Fetched(Password(""), elsewhere=named)
        return Fetched(_token(client.acquire_token_for_client(scopes=[settings.scope])))
    except LineBroken:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, MsalError):
        return Fetched(Password(""))  # the answer was no answer of a token service: it is quoted from the line


def _silence(name: str) -> None:
    """Keep a library's log to itself: it quotes answers raw, and without a handler it would be written over the screen."""
    log = logging.getLogger(name)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _same_service(named: str, settings: OAuthSettings) -> bool:
    """Whether a host that gives tokens is the one typed, or another name of the same cloud's sign-in service."""
    cloud = cloud_of(settings)
    return named == host_of(settings.token_endpoint) or (cloud is not None and named in cloud.logins)


def _plain_client(line: Line, settings: OAuthSettings, secret: Password) -> Any:
    from msal.oauth2cli.oauth2 import Client

    configuration = {"token_endpoint": settings.token_endpoint}
    return Client(configuration, settings.client_id, client_secret=secret.reveal(), http_client=line)


def _token(result: Any) -> Password:
    found = result.get("access_token") if isinstance(result, dict) else None
    return Password(found) if isinstance(found, str) else Password("")


def authority_of(token_endpoint: str) -> str:
    """Return the tenant's address, which a token endpoint of Entra's shape begins with."""
    parts = urlsplit(token_endpoint)
    return f"https://{parts.netloc}/{tenant_of(token_endpoint)}"


def claims_of(token: Password, *, now: float | None = None) -> Claims | None:
    """Read what a token says of itself; None for one that is not in the usual form (JWT, RFC 7519), which is no fault.

    The signature is not looked at: the token came over a verified line from where it was asked for. ``now`` in seconds of the
    epoch.
    """
    parts = token.reveal()[:_LONGEST].split(".")
    if len(parts) != 3:
        return None
    try:
        body = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return _claims(body, time.time() if now is None else now) if isinstance(body, dict) else None


def _claims(body: dict[str, Any], now: float) -> Claims:
    ends = body.get("exp")
    lifetime = int(ends - now) if isinstance(ends, int | float) and 0 < ends < 2**40 else None
    return Claims(
        audience=_text(body.get("aud")),
        tenant=_text(body.get("tid")),
        app_id=_text(body.get("appid") or body.get("azp") or body.get("client_id")),
        app_name=_text(body.get("app_displayname")),
        issuer=_text(body.get("iss")),
        expires=_iso(float(now) + lifetime) if lifetime is not None else "",
        lifetime=lifetime,
        roles=_texts(body.get("roles")),
        scopes=tuple(_text(body.get("scp")).split()),
    )


def _iso(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return ""


def _text(value: Any) -> str:
    """Return one claim as text: a list's first entry (an audience may be a list), nothing for anything else."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value[:500] if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one[:100] for one in value[:100] if isinstance(one, str)) if isinstance(value, list) else ()
