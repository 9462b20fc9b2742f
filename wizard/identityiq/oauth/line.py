"""One HTTPS request at a time: verified, within a deadline, bounded, never redirected. Must not know what is asked for.

msal is handed this line, so that the token is fetched over the same trust and proxy as everything else, and what the service
answered is at hand in full. Nothing of the environment is used but the proxy: no netrc, no other list of authorities.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus, urlencode, urlsplit

from wizard.profile import Password
from wizard.smtp.network import name_is_unknown
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.smtp.race import fate_of
from wizard.smtp.tls import client_context, failure_of

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

_LONGEST = 512 * 1024  # bytes; discovery and token answers have a few thousand
_CHUNK = 16 * 1024


class Answer(NamedTuple):
    """What a service answered. ``headers`` have lower-case names; ``secrets`` are what must not be quoted from it."""

    url: str
    status: int
    headers: Mapping[str, str]
    text: str
    secrets: tuple[Password, ...] = ()

    def hide(self, text: str) -> str:
        """Return words of this answer fit for quoting: a service may repeat what it was sent."""
        for secret in self.secrets:
            text = text.replace(secret.reveal(), "••••")
        return text

    def data(self) -> dict[str, Any]:
        """Return the JSON object in it; empty where there is none."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    # What msal asks of a response.
    @property
    def status_code(self) -> int:
        """The status, under the name msal reads it by."""
        return self.status

    def raise_for_status(self) -> None:
        """Raise ValueError for 400 and up."""
        if self.status >= 400:
            raise ValueError(f"HTTP {self.status}")


class LineBroken(OSError):  # noqa: N818 - reads as what happened
    """No answer came. ``seen`` says how the line ended, in the engine's own terms."""

    def __init__(self, seen: Observation) -> None:
        super().__init__(str(seen.kind))
        self.seen = seen


class Proxy(NamedTuple):
    """The proxy the environment names. ``url`` may hold a password and is not for showing; ``shown`` is host and port."""

    url: str
    host: str
    port: int

    @property
    def shown(self) -> str:
        """Host and port alone."""
        return f"{self.host}:{self.port}"


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy for a web address by HTTPS_PROXY, ALL_PROXY and NO_PROXY; None where it is reached directly.

    Raises ValueError, with the user's sentence, for one that cannot be used.
    """
    from urllib.request import getproxies, proxy_bypass

    host = urlsplit(url).netloc.rpartition("@")[2]
    named = getproxies()
    found = named.get("https") or named.get("all") or ""
    if not found or proxy_bypass(host):
        return None
    parts = urlsplit(found if "://" in found else f"http://{found}")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        port = 0
    if parts.scheme not in ("http", "https") or not parts.hostname or not port:
        raise ValueError(
            "The proxy in HTTPS_PROXY is of a kind that is not known here: it is http://HOST:PORT, as in http://proxy.example.com:3128"
        )
    return Proxy(parts.geturl(), parts.hostname, port)


class Line:
    """Asks within ``deadline`` seconds all in all. ``answers`` keeps what came back, in order. For one thread.

    ``secret`` is what is said to the service, in whatever form, and must not be quoted from its answers.
    """

    def __init__(self, *, ca_file: Path | None, proxy: Proxy | None, deadline: float, secret: Password) -> None:
        self.answers: list[Answer] = []
        said = secret.reveal()
        forms = dict.fromkeys((said, quote_plus(said), json.dumps(said)[1:-1]))
        self._secrets = tuple(Password(form) for form in forms if form)
        self._ends = time.monotonic() + deadline
        self._pool = _pool(ca_file, proxy)

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> Answer:
        """Ask with GET. Raises LineBroken."""
        return self._ask("GET", f"{url}?{urlencode(params)}" if params else url, headers or {}, None)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Answer:
        """Ask with POST; a mapping is sent as a form, a string as it is. Raises LineBroken."""
        given = dict(headers or {})
        if isinstance(data, Mapping):
            given["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(data) if isinstance(data, Mapping) else data or ""
        return self._ask("POST", f"{url}?{urlencode(params)}" if params else url, given, body.encode())

    def close(self) -> None:
        """Close what is open."""
        self._pool.clear()

    def _ask(self, method: str, url: str, given: Mapping[str, str], body: bytes | None) -> Answer:
        from urllib3.exceptions import HTTPError

        left = self._left()
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers={"Accept": "application/json", **given},
                redirect=False,  # a redirect would carry the secret to another place
                retries=False,  # one question, one answer
                timeout=left,
                preload_content=False,
            )
            headers = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(url, response.status, headers, self._read(response), self._secrets)
        except LineBroken:
            raise
        except (HTTPError, OSError) as problem:
            raise LineBroken(_seen(problem)) from None
        self.answers.append(answer)
        return answer

    def _read(self, response: BaseHTTPResponse) -> str:
        """Read at most _LONGEST bytes, and not beyond the deadline however slowly they come."""
        kept = bytearray()
        try:
            while len(kept) < _LONGEST and (part := response.read1(_CHUNK, decode_content=True)):
                kept += part
                self._left()
        finally:
            response.close()
        return kept.decode("utf-8", "replace")

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise LineBroken(Observation(Stage.DATA, Kind.TIMEOUT))
        return left


def _pool(ca_file: Path | None, proxy: Proxy | None) -> PoolManager:
    """Return urllib3's pool over our own TLS context. Raises OSError when the CA file cannot be used."""
    from urllib3 import PoolManager, ProxyManager, make_headers

    context = client_context(ca_file)
    if proxy is None:
        return PoolManager(ssl_context=context)
    parts = urlsplit(proxy.url)
    given = f"{parts.username or ''}:{parts.password or ''}" if parts.username else None
    return ProxyManager(
        f"{parts.scheme}://{proxy.host}:{proxy.port}",
        ssl_context=context,
        proxy_ssl_context=client_context(ca_file),
        proxy_headers=make_headers(proxy_basic_auth=given) if given else None,
    )


def _seen(problem: BaseException) -> Observation:
    """Return how a line ended, by the type of what was raised and of its causes."""
    from urllib3 import exceptions

    match problem:
        case exceptions.ProxyError():
            inner = _seen(problem.original_error)
            return inner._replace(raw="proxy")
        case exceptions.NameResolutionError():
            cause: Any = problem.__cause__ or problem.__context__
            unknown = isinstance(cause, OSError) and name_is_unknown(cause)  # type: ignore[arg-type]  # a gaierror
            return Observation(Stage.RESOLVE, Kind.NAME_NOT_FOUND if unknown else Kind.RESOLVER_FAILED)
        case exceptions.ConnectTimeoutError():
            return Observation(Stage.CONNECT, Kind.TIMEOUT)
        case exceptions.NewConnectionError():
            return Observation(Stage.CONNECT, _kind(problem.__cause__ or problem.__context__))
        case exceptions.ReadTimeoutError():
            return Observation(Stage.DATA, Kind.TIMEOUT)
    failure = failure_of(problem)
    stage = Stage.TLS if isinstance(problem, exceptions.SSLError) else Stage.DATA
    kind = Kind.CLOSED if failure.kind is Kind.TLS_FAILED and stage is Stage.DATA else failure.kind
    return Observation(
        stage,
        kind,
        error=failure.error,
        tls_reason=failure.reason,
        verify_code=failure.verify_code,
        verify_reason=failure.verify_reason,
    )


def _kind(cause: BaseException | None) -> Kind:
    if not isinstance(cause, OSError):
        return Kind.UNREACHABLE
    fate = fate_of(cause).value
    return {"refused": Kind.REFUSED, "timeout": Kind.TIMEOUT, "prohibited": Kind.PROHIBITED}.get(fate, Kind.UNREACHABLE)
