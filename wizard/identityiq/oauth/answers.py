"""The two tables of answers, and how one answer finds its entry. Must not know requests; the words are in the .toml files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from wizard.diagnosis.model import Evidence, Finding, Remedy, Severity
from wizard.identityiq.oauth.line import Answer
from wizard.identityiq.oauth.microsoft import CLOUDS, cloud_of, host_of, tenant_of
from wizard.identityiq.oauth.settings import OAuthSettings
from wizard.smtp.observation import Stage
from wizard.values import shown

_NUMBER = re.compile(r"\bAADSTS(\d{4,8})\b")
_CODES_PAGE = "https://login.microsoftonline.com/error?code="
_LONGEST_QUOTE = 400


class Entry(NamedTuple):
    """One answer the tables know."""

    codes: tuple[int | str, ...]
    id: str
    title: str
    meaning: str
    advice: tuple[str, ...]
    temporary: bool = False


@cache
def table(name: str) -> tuple[Entry, ...]:
    """Return ``sign_in`` or ``sending``. Raises OSError, TypeError or TOMLDecodeError when the packaged table is broken."""
    import tomllib

    rows: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))["answer"]
    return tuple(_entry(row) for row in rows)


def _entry(row: dict[str, Any]) -> Entry:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Entry(**fields)


def entry(name: str, codes: tuple[int | str, ...]) -> Entry | None:
    """Return the entry of the first code that has one."""
    return next((one for code in codes for one in table(name) if code in one.codes), None)


def sign_in_codes(text: str) -> tuple[int | str, ...]:
    """Return Microsoft's numbers in a text, each once: ``error_description`` and logs hold ``AADSTSnnn``."""
    return tuple(dict.fromkeys(int(number) for number in _NUMBER.findall(text)))


def about_token(answer: Answer, settings: OAuthSettings) -> Finding:
    """Return what a refused request for a token means."""
    data = answer.data()
    said, error = str(data.get("error_description") or ""), str(data.get("error") or "")
    numbers = data.get("error_codes")
    given = tuple(number for number in numbers if isinstance(number, int)) if isinstance(numbers, list) else ()
    codes = (*given, *sign_in_codes(said))
    # A number says more than the standard's word: one that nobody knows is quoted, and not taken for what the word may mean.
    found = entry("sign_in", codes or (error,)) or (None if codes else _by_status(answer.status))
    quoted = _quote(answer.hide(said or error or _bare(answer.text)))
    link = f"{_CODES_PAGE}{codes[0]}" if codes else None
    if found is None:
        asked = f"It is Microsoft's number {codes[0]}. " if codes else ""
        meaning = f"{asked}In its own words: {quoted or 'nothing'}"
        title = f"{shown(host_of(settings.token_endpoint))} gave no token"
        return Finding("unknown", Severity.ERROR, Stage.AUTH, title, meaning, Evidence(answer.status, None, quoted), link=link)
    evidence = Evidence(answer.status, None, quoted)
    return _finding(found, settings, evidence, stage=Stage.AUTH, host=host_of(settings.token_endpoint), link=link)


def _by_status(status: int) -> Entry | None:
    """Judge an answer that is no OAuth error by its status: something else than a token endpoint may stand there."""
    if status >= 500:
        return entry("sign_in", ("server_error",))
    return entry("sign_in", (90055,)) if status == 429 else None


def about_sending(answer: Answer, settings: OAuthSettings) -> Finding:
    """Return what a refused sendMail means."""
    error = answer.data().get("error")
    inside: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code, said = str(inside.get("code") or ""), str(inside.get("message") or "")
    quoted = _quote(answer.hide(": ".join(part for part in (code, said) if part) or _bare(answer.text)))
    found = entry("sending", tuple(part for part in (code, answer.status) if part))
    evidence = Evidence(answer.status, None, quoted)
    if found is None:
        title = f"{shown(host_of(settings.email_endpoint))} did not take the message"
        return Finding("unknown", Severity.ERROR, Stage.DATA, title, f"In its own words: {quoted or 'nothing'}", evidence)
    wait = retry_after(answer)
    return _finding(found, settings, evidence, stage=Stage.DATA, host=host_of(settings.email_endpoint), wait=wait)


def pasted(code: str, line: str, application: str = "") -> Finding | None:
    """Return what a code in a pasted log means (``AADSTS7000222``, ``ErrorAccessDenied``); None for one the tables lack.

    ``line`` is quoted; ``application`` is its Client ID where the line names one.
    """
    numbers = sign_in_codes(code)
    found = entry("sign_in", numbers) if numbers else entry("sending", (code,))
    if found is None:
        return None
    cloud = CLOUDS[0]
    host = cloud.logins[0] if numbers else cloud.graph
    facts = {"host": host, "portal": cloud.portal, "wait": "a moment", "sender": "the sender", "scope": "the scope in question"}
    facts |= {"tenant": "in question", "client_id": application or "in question", "recipient": "in question"}
    return _filled(
        found,
        facts,
        Evidence(text=_quote(line)),
        stage=Stage.AUTH if numbers else Stage.DATA,
        link=f"{_CODES_PAGE}{numbers[0]}" if numbers else None,
    )


def retry_after(answer: Answer) -> str:
    """Return how long the service asks to wait, in words (RFC 9110 10.2.3: seconds or a date)."""
    asked = answer.headers.get("retry-after", "")
    if asked.isdigit():
        return "1 second" if asked == "1" else f"{int(asked[:9])} seconds"
    return f"until {shown(answer.hide(asked))}" if asked else "a moment"


def _finding(
    found: Entry, settings: OAuthSettings, evidence: Evidence, *, stage: Stage, host: str, wait: str = "", link: str | None = None
) -> Finding:
    return _filled(found, facts_of(settings, host=host, wait=wait), evidence, stage=stage, link=link)


def _filled(found: Entry, facts: Mapping[str, str], evidence: Evidence, *, stage: Stage, link: str | None) -> Finding:
    return Finding(
        found.id,
        Severity.ERROR,
        stage,
        found.title.format_map(facts),
        found.meaning.format_map(facts),
        evidence,
        remedies=tuple(Remedy(text.format_map(facts)) for text in found.advice),
        link=link,
    )


def facts_of(settings: OAuthSettings, *, host: str, wait: str = "") -> dict[str, str]:
    """Return what the tables' sentences may hold."""
    cloud = cloud_of(settings) or CLOUDS[0]
    return {
        "client_id": shown(settings.client_id),
        "tenant": shown(tenant_of(settings.token_endpoint)) or "you typed",
        "host": shown(host),
        "scope": shown(settings.scope),
        "portal": cloud.portal,
        "sender": shown(settings.sender) or "this sender",
        "recipient": shown(settings.recipient) or "the recipient",
        "wait": wait or "a moment",
    }


def _quote(text: str) -> str:
    """Return a service's words for quoting: one line, no more than a paragraph."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}..."


def _bare(text: str) -> str:
    """Return a web page's text without its tags, so that a proxy's page can be quoted."""
    return re.sub(
        r"<(?:script|style)\b.*?</(?:script|style)>|<[^<>]{0,500}>", " ", text[:20_000], flags=re.DOTALL | re.IGNORECASE
    )


def elsewhere(named: str, settings: OAuthSettings) -> Finding:
    """Return the finding for a tenant whose tokens another host gives."""
    host = shown(host_of(settings.token_endpoint))
    return Finding(
        "iiq-oauth-endpoint",
        Severity.ERROR,
        Stage.AUTH,
        f"The tenant's tokens come from {shown(named)}, not from {host}",
        "The tenant's own description names that host. Nothing secret was sent, because you did not name it.",
        Evidence(text=f"token endpoint at {shown(named)}"),
        remedies=(Remedy(f"If you trust {shown(named)}, use it in the token endpoint and the refresh token endpoint."),),
    )


def no_token(settings: OAuthSettings) -> Finding:
    """Return the finding for an answer that holds neither a token nor an error."""
    host = shown(host_of(settings.token_endpoint))
    return Finding(
        "iiq-oauth-endpoint",
        Severity.ERROR,
        Stage.AUTH,
        f"{host} answered, and not as a token service does",
        "No token and no error was in the answer. The address is not the token endpoint, or a proxy answered in its place.",
        remedies=(Remedy("Check the token endpoint. A proxy that wants a sign-in of its own answers with a web page."),),
    )
