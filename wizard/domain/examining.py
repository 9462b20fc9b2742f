"""The examination of a sender's domain: everything asked at once, under one deadline. Must not know commands or screens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from wizard.dnstypes import Records
from wizard.domain import dkim, dmarc, habits, mx, relays, reverse, sending_as, spf_judging, view
from wizard.domain.asking import Asker
from wizard.domain.leaving import Leaving, leaving
from wizard.domain.model import Examination, Part, fact, unknown
from wizard.domain.way import Way

DEADLINE = 5.0
_LIMITS = (
    "DKIM: its records stand under names (selectors) that only whoever signs knows; DNS has no list. A received mail shows it.",
    "Whether the world sees the same records: inside a company network the resolver may answer differently from outside.",
    "Whether an address stands on a block list, and what receivers think of the domain: nobody but your resolver is asked.",
)
_ADDRESS = "The public address mail leaves from: it is not this host's own. Name it with --exit-address."


def contacts(sender: str, *, host: str = "", ehlo_name: str = "", envelope: str = "") -> tuple[str, ...]:
    """Return what the resolver will be asked, one line each, to be shown before. Raises ValueError as ``examine`` does."""
    domain, other = _domain(sender)[1], _domain(envelope or sender)[1]
    lines = [f"MX, TXT and addresses of {other}", f"TXT of _dmarc.{domain} and of the domains above it"]
    keys = dkim.names(domain, habits.for_server(host.lower().removesuffix(".")))
    if keys:
        lines.append(f"TXT of {', '.join(keys)}")
    named = " and ".join(name for name in dict.fromkeys((host, ehlo_name.strip("[]"))) if name)
    if named:
        lines.append(f"addresses of {named}")
    relay = relays.for_server(host.lower().removesuffix("."))
    if relay:
        lines.append(f"TXT of {relay.include}")
    return (
        *lines,
        "the name of the public address mail leaves from, where it is known",
        f"what these records name in turn, the SPF of who keeps the mailboxes, and NS of {domain.rpartition('.')[2]}",
    )


async def examine(
    sender: str,
    *,
    envelope: str = "",
    username: str = "",
    host: str = "",
    ehlo_name: str = "",
    exit_address: str | None = None,
    heard: Awaitable[str | None] | None = None,
    resolver: Records | None = None,
    deadline: float = DEADLINE,
) -> Examination:
    """Examine the domain of ``sender`` (the From address, or a bare domain) within ``deadline`` seconds.

    ``envelope`` is the envelope sender where it differs, ``host`` the mail server. ``exit_address`` is the public address mail
    leaves from; without it this host's own counts where that is public, else what ``heard`` gives: the address a mail server
    repeats in its EHLO reply. Raises ValueError with a sentence for what is no address or domain, and no IP address.
    """
    (address, domain), (_, envelope_domain) = _domain(sender), _domain(envelope or sender)
    if resolver is None:
        from wizard.records import HostResolver

        resolver = HostResolver(deadline)
    asker = Asker(resolver, deadline)
    relay = relays.for_server(host.lower().removesuffix("."))
    relayed = relay is not None or bool(username)
    known = habits.for_server(host.lower().removesuffix("."))

    async def with_exit() -> Part:
        out = await leaving(asker, host, exit_address, heard)
        way = Way((envelope or address).rpartition("@")[0], envelope_domain, host, relay, out, ehlo_name)
        judged = asyncio.gather(spf_judging.examine(asker, way), reverse.examine(asker, way, relayed=relayed))
        spf, back = await judged
        return spf | _exit(out) | back

    try:
        parts = await asyncio.gather(
            mx.examine(asker, envelope_domain),
            with_exit(),
            dkim.examine(asker, domain, known),
            dmarc.examine(asker, domain, envelope_domain, relay),
        )
        whole = await view.judged(asker, domain, parts[0] | parts[1] | parts[2] | parts[3])
    finally:
        await asker.close()
    whole |= sending_as.examine(address, envelope, username, known) | Part(unknown=_LIMITS)
    return Examination(domain, whole.facts, whole.findings, tuple(dict.fromkeys(whole.unknown)), whole.records)


def _domain(text: str) -> tuple[str, str]:
    from wizard.discover import read

    return read(text)


def _exit(out: Leaving | None) -> Part:
    return fact("Exit address", f"{out.address}, {out.how}") if out else unknown(_ADDRESS)
