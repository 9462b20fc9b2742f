"""A stand-in for Microsoft's sign-in service and Graph: HTTPS on loopback, with the practice authority's certificate.

It knows one tenant, one application and one mailbox, and can be told to misbehave. It checks what it is sent as the real services
are documented to, and keeps every request.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.iiq.listening import Listening
from wizard.identityiq.oauth import OAuthSettings
from wizard.practice.authority import Authority
from wizard.practice.fault import Leaf
from wizard.profile import Password

TENANT = "11111111-aaaa-4bbb-8ccc-222222222222"
CLIENT = "33333333-dddd-4eee-8fff-444444444444"
SECRET = "abc8Q~of.the-stand+in/only%&=_0123456789"
SENDER = "iiq@example.com"
RECIPIENT = "admin@example.com"
REQUEST = "99999999-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Reply:
    """What to answer; bytes are sent as they are, with their own content type."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


def aadsts(number: int, words: str, *, error: str = "invalid_client", status: int = 401) -> Reply:
    """An error as Entra says it."""
    said = f"AADSTS{number}: {words} Trace ID: 0 Correlation ID: 0 Timestamp: 2026-11-24 09:00:00Z"
    return Reply(status, {"error": error, "error_description": said, "error_codes": [number], "correlation_id": "0"})


def refused(code: str, status: int, words: str = "No.", **headers: str) -> Reply:
    """An error as Graph says it."""
    return Reply(
        status, {"error": {"code": code, "message": words}}, {key.replace("_", "-"): value for key, value in headers.items()}
    )


class Graph(Listening):
    """The stand-in. ``token``, ``discovery`` and ``sending`` replace an answer; ``claims`` changes what a token says.

    ``silent``, ``dropping``, ``stalling``, ``endless`` name a path's last word on which it never answers, hangs up, stops after
    the first byte of its body, or sends one without an end.
    """

    def __init__(self, folder: Path, *, leaf: Leaf = Leaf.GOOD) -> None:
        self.authority = Authority(folder)
        super().__init__(self.authority.context(leaf))
        self.asked: list[Asked] = []
        self.token: Reply | None = None
        self.discovery: Reply | None = None
        self.sending: Reply | None = None
        self.claims: dict[str, Any] = {}
        self.token_host = ""
        self.opaque = False
        self.silent = self.dropping = self.stalling = self.endless = ""

    def settings(self, **changes: Any) -> OAuthSettings:
        """The values that work here."""
        base = f"https://127.0.0.1:{self.port}"
        right = OAuthSettings(
            email_endpoint=f"{base}/v1.0/users/{SENDER}/sendMail",
            token_endpoint=f"{base}/{TENANT}/oauth2/v2.0/token",
            refresh_endpoint=f"{base}/{TENANT}/oauth2/v2.0/token",
            scope=f"{base}/.default",
            client_id=CLIENT,
            sender=SENDER,
            recipient=RECIPIENT,
            ca_file=self.authority.ca_file,
        )
        return right._replace(**changes)

    @property
    def secret(self) -> Password:
        """The secret that works here."""
        return Password(SECRET)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was handed over to be sent, accepted or not."""
        return [json.loads(one.body) for one in self.asked if one.path.endswith("/sendMail")]

    def asked_for(self, end: str) -> list[Asked]:
        """The requests whose path ends so."""
        return [one for one in self.asked if one.path.endswith(end)]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await _read(reader):
            self.asked.append(asked)
            await self._answer(asked, writer)

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        end = asked.path.rpartition("/")[2]
        if end == self.silent:
            await asyncio.get_running_loop().create_future()
        if end == self.dropping:
            raise ConnectionAbortedError("told to")
        if end == self.endless:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
            writer.write(b" " * 4_000_000)  # far more than anybody should read of it
            await writer.drain()
            await asyncio.get_running_loop().create_future()
        if end == self.stalling:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
            await writer.drain()
            await asyncio.get_running_loop().create_future()
        writer.write(_written(self._reply(asked)))
        await writer.drain()

    def _reply(self, asked: Asked) -> Reply:
        if asked.path.endswith("/.well-known/openid-configuration"):
            return self.discovery or self._described(asked)
        if asked.path.endswith("/token"):
            return self.token or self._judged(asked)
        if asked.path.endswith("/sendMail"):
            return self.sending or self._taken(asked)
        return Reply(404, b"<html>Nothing here</html>")

    def _described(self, asked: Asked) -> Reply:
        tenant = asked.path.split("/")[1]
        if tenant not in (TENANT, "example.com"):
            return aadsts(90002, f"Tenant '{tenant}' not found.", error="invalid_tenant", status=400)
        base = f"https://{self.token_host or f'127.0.0.1:{self.port}'}/{TENANT}"
        names = {"token_endpoint": "oauth2/v2.0/token", "authorization_endpoint": "oauth2/v2.0/authorize", "issuer": "v2.0"}
        return Reply(200, {name: f"{base}/{path}" for name, path in names.items()})

    def _judged(self, asked: Asked) -> Reply:
        form = asked.form
        if form.get("grant_type") != "client_credentials":
            return aadsts(70003, "The grant type is not supported.", error="unsupported_grant_type", status=400)
        if form.get("client_id") != CLIENT:
            return aadsts(
                700016, f"Application with identifier '{form.get('client_id')}' was not found.", error="unauthorized_client"
            )
        if _secret_of(asked) != SECRET:
            return aadsts(7000215, "Invalid client secret provided.")
        if not form.get("scope", "").endswith("/.default"):
            return aadsts(1002012, "The provided value for scope is not valid.", error="invalid_scope", status=400)
        return Reply(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": self.made_token()})

    def made_token(self) -> str:
        """A token as Entra makes them, but for the signature."""
        if self.opaque:
            return "opaque-token-of-another-kind-of-service"
        now = int(time.time())
        claims = {
            "aud": f"https://127.0.0.1:{self.port}",
            "iss": f"https://sts.windows.net/{TENANT}/",
            "iat": now,
            "exp": now + 3599,
            "app_displayname": "IdentityIQ mail",
            "appid": CLIENT,
            "tid": TENANT,
            "roles": ["Mail.Send"],
            **self.claims,
        }
        parts = ({"typ": "JWT", "alg": "RS256"}, {key: value for key, value in claims.items() if value is not None})
        return ".".join([*(_b64(json.dumps(part).encode()) for part in parts), _b64(b"signature of the stand-in")])

    def _taken(self, asked: Asked) -> Reply:
        if not asked.headers.get("authorization", "").startswith("Bearer "):
            return refused("InvalidAuthenticationToken", 401, "Access token is empty.")
        user = unquote(asked.path.split("/")[3])
        if user != SENDER:
            return refused("ErrorInvalidUser", 404, f"The requested user '{user}' is invalid.")
        message = json.loads(asked.body)["message"]
        if not message["toRecipients"][0]["emailAddress"]["address"]:
            return refused("ErrorInvalidRecipients", 400)
        return Reply(202, b"", {"request-id": REQUEST})


def _secret_of(asked: Asked) -> str:
    """The secret from the form, or from the Authorization header: RFC 6749 2.3.1 allows both."""
    scheme, _, encoded = asked.headers.get("authorization", "").partition(" ")
    if scheme == "Basic":
        return unquote(base64.b64decode(encoded).decode().partition(":")[2].replace("+", " "))
    return asked.form.get("client_secret", "")


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, urlsplit(target).path, headers, body)


def _written(reply: Reply) -> bytes:
    plain = isinstance(reply.body, bytes)
    body = reply.body if plain else json.dumps(reply.body).encode()
    headers = {"Content-Type": "text/html" if plain else "application/json", "Content-Length": str(len(body)), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} Reason", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
