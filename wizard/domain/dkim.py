"""DKIM, as far as it can be known: the keys under the names a known provider usually uses. Must not know SPF or DMARC."""

from __future__ import annotations

import asyncio

from wizard.diagnosis.model import Severity
from wizard.dnstypes import ResolverFailed
from wizard.domain import relays
from wizard.domain.asking import Asker
from wizard.domain.dkim_record import KeyRecord, is_key, parse
from wizard.domain.habits import Habits
from wizard.domain.model import Part, fact, found, unknown


def names(domain: str, habits: Habits | None) -> tuple[str, ...]:
    """Return the names that are asked, where the provider is known and the domain is not the provider's own."""
    if habits is None or relays.owner(domain):
        return ()
    return tuple(f"{selector}._domainkey.{domain}" for selector in habits.selectors)


async def examine(asker: Asker, domain: str, habits: Habits | None) -> Part:
    """Look for keys of the From domain under the provider's usual selectors. Raises nothing; a stranger's are not guessed."""
    asked = names(domain, habits)
    if habits is None or not asked:
        return Part()
    answers = await asyncio.gather(*(_key(asker, name) for name in asked))
    keys = {name: answer for name, answer in zip(asked, answers, strict=True) if isinstance(answer, KeyRecord)}
    usable = [name for name, key in keys.items() if not key.revoked and not key.problem]
    part = _broken(keys)
    if usable:
        testing = " (marked as a test: receivers treat it as if it were not there)" if keys[usable[0]].testing else ""
        return fact("DKIM", f"{', '.join(usable)}: a key{testing}") | part
    if "" in answers:
        return part | unknown(f"Whether {domain} has a DKIM key for {habits.provider.name}: the resolver did not say.")
    if part.findings:
        return part
    return _revoked(domain, habits, keys) if keys else _none(domain, habits, asked)


async def _key(asker: Asker, name: str) -> KeyRecord | str | None:
    """Return the key at a name; None for none, an empty text where the resolver did not say."""
    try:
        texts = sorted(text for text in await asker.texts(name) if is_key(text))
    except ResolverFailed:
        return ""
    return parse(texts[0]) if texts else None


def _broken(keys: dict[str, KeyRecord]) -> Part:
    part = Part()
    for name, key in keys.items():
        if key.problem:
            part |= found(
                "dkim-invalid",
                f"The DKIM key at {name} cannot be used",
                f"{key.problem[0].upper()}{key.problem[1:]}. Signatures made with it fail.",
                seen=f"{name}. TXT {key.text}",
                advice=("Copy the record again from the provider's page, whole: a long one goes in several strings, none cut.",),
            )
    return part


def _revoked(domain: str, habits: Habits, keys: dict[str, KeyRecord]) -> Part:
    return found(
        "dkim-revoked",
        f"The DKIM keys of {domain} were taken back",
        "A record with an empty key says so. Whatever is signed with it fails, as if it were forged.",
        seen=", ".join(f"{name}. TXT {key.text}" for name, key in keys.items()),
        advice=(f"Have {habits.provider.name} make a new key and publish the record it shows: {habits.selectors_source}",),
    )


def _none(domain: str, habits: Habits, asked: tuple[str, ...]) -> Part:
    provider = habits.provider.name
    return found(
        "dkim-not-found",
        f"No DKIM key of {domain} where {provider} usually has it",
        f"If {provider} signs under another name, all is well. If not, only SPF speaks for the mail, and a forward breaks that.",
        seen=f"no key at {', '.join(asked)}",
        severity=Severity.INFO,
        advice=(
            f"See whether signing is switched on at {provider}, and publish the records it shows: {habits.selectors_source}",
        ),
    )
