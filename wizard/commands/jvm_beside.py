"""``check --jvm``: the certificates are held against IdentityIQ's Java while the ladder is climbed. Must not know Java or TLS."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from wizard.identityiq.installation import Installation, JavaRuntime
    from wizard.identityiq.jvm import JvmView
    from wizard.profile import Profile
    from wizard.report import Report
    from wizard.smtp.network import Network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flag."""
    parser.add_argument(
        "--jvm",
        action="store_true",
        help="hold the server's certificates against the trust store of IdentityIQ's Java too; more: smtp-wizard iiq trust",
    )


def from_arguments(args: argparse.Namespace, profile: Profile) -> JvmBeside | None:
    """Return what runs beside the check, None where it was not asked for. Raises UsageError where there is no Java."""
    if not args.jvm:
        return None
    from wizard.commands.iiq.javas import usual_subject
    from wizard.commands.terminal import UsageError, talk

    try:
        subject = usual_subject(profile)
    except UsageError as problem:
        raise UsageError("--jvm: no Java was found to ask. iiq trust can be told one: --java HOME, --folder DIR") from problem
    talk("Beside the check, asking the same server for its certificates on a connection of its own.")
    return JvmBeside(profile, subject)


class JvmBeside:
    """One look with the Java's eyes; ``view`` is None until it is there."""

    def __init__(self, profile: Profile, subject: Installation | JavaRuntime) -> None:
        self.profile = profile
        self.subject = subject
        self.view: JvmView | None = None
        self._task: asyncio.Task[JvmView] | None = None

    def start(self, network: Network | None) -> None:
        """Begin, within the running loop."""
        import asyncio

        self._task = asyncio.create_task(self._examine(network))

    async def _examine(self, network: Network | None) -> JvmView:
        from wizard.identityiq.jvm import examine

        profile = self.profile
        return await examine(
            profile.endpoint,
            self.subject,
            network,
            ca_file=profile.ca_file,
            ehlo_name=profile.ehlo_name,
            timeout=profile.timeout,
        )

    async def finish(self, report: Report) -> Report:
        """Wait for the look, and return the report with what it found."""
        if self._task is None:
            return report
        self.view = await self._task
        return report.found(*self.view.findings)
