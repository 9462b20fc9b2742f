"""``check --domain``: the sender's domain is examined while the ladder is climbed. Must not know DNS, SMTP or a finding."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

    from wizard.dnstypes import Records
    from wizard.domain.model import Examination
    from wizard.profile import Profile
    from wizard.render.style import Style
    from wizard.smtp.events import Event


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    group = parser.add_argument_group("the sender's domain")
    group.add_argument("--domain", action="store_true", help="examine MX, SPF, DMARC and reverse DNS too, beside the check")
    group.add_argument("--exit-address", default="", metavar="IP", help="the public address mail leaves from, for --domain")


def from_arguments(args: argparse.Namespace, profile: Profile) -> Beside | None:
    """Return what runs beside the check, None where it was not asked for. Raises UsageError."""
    from wizard.commands.terminal import UsageError

    if not args.domain:
        if args.exit_address:
            raise UsageError("--exit-address belongs to --domain: add it, or leave both out")
        return None
    if not profile.sender:
        raise UsageError("--domain examines the sender's domain: add --from ADDRESS")
    from wizard.commands.domain import exit_address
    from wizard.commands.terminal import talk
    from wizard.domain.examining import contacts

    try:
        out = exit_address(args.exit_address)
        asked = contacts(profile.sender, host=profile.endpoint.host, ehlo_name=profile.ehlo_name)
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    talk("Beside the check, asking this host's resolver:", *(f"  {line}" for line in asked))
    return Beside(profile, out)


class Beside:
    """One examination, and what the server's EHLO reply adds to it. ``found`` is None until it is there."""

    def __init__(self, profile: Profile, exit_address: str | None, resolver: Records | None = None) -> None:
        self.profile = profile
        self.exit_address = exit_address
        self.resolver = resolver
        self.found: Examination | None = None
        self._heard: asyncio.Future[str | None] | None = None
        self._task: asyncio.Task[Examination] | None = None

    def start(self) -> None:
        """Begin, within the running loop."""
        import asyncio

        self._heard = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._examine(self._heard))

    async def _examine(self, heard: asyncio.Future[str | None]) -> Examination:
        import asyncio
        from importlib import import_module

        await asyncio.to_thread(import_module, "wizard.records")  # it takes longer to load than a server to answer
        from wizard.domain.examining import examine

        profile = self.profile
        return await examine(
            profile.sender,
            username=profile.login.username if profile.login else "",
            host=profile.endpoint.host,
            ehlo_name=profile.ehlo_name,
            exit_address=self.exit_address,
            heard=heard,
            resolver=self.resolver,
        )

    def hear(self, event: Event) -> None:
        """Take the address the server repeats in its EHLO reply, once it has one."""
        from wizard.smtp.events import StageEnded
        from wizard.smtp.observation import Stage
        from wizard.smtp.seen_from import address_seen_by_server

        if self._heard is None or self._heard.done() or not isinstance(event, StageEnded) or event.stage is not Stage.EHLO:
            return
        reply = event.observation.reply
        if reply is not None:
            self._tell(address_seen_by_server(reply))

    def _tell(self, address: str | None) -> None:
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(address)

    async def finish(self) -> None:
        """Wait for the examination, once the climb is over: then no server says any more from where it was called."""
        self._tell(None)
        if self._task is not None:
            self.found = await self._task

    def lines(self, style: Style) -> list[str]:
        """Return what a person reads after the report."""
        from wizard.render.domain import text

        return ["", *text(self.found, style)] if self.found else []

    @property
    def records(self) -> tuple[str, ...]:
        """The TXT records to publish, as lines of a zone file: what may be asked of whoever runs the domain's DNS."""
        return tuple(record.zone_line for record in self.found.records if record.kind == "TXT") if self.found else ()

    def as_json(self) -> dict[str, Any] | None:
        """Return the key ``domain`` of the JSON report."""
        from wizard.render.domain import as_object

        return as_object(self.found) if self.found else None
