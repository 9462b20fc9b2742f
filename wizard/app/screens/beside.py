"""What the Test step opens beside itself: the command, a text to pass on, one more recipient, the domain, IdentityIQ, arrival.

Must not know how the step is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.app.dialog import Note as Window
from wizard.app.screens.climb import Climb
from wizard.profile import Invalid, Profile

if TYPE_CHECKING:
    from wizard.app.standing import Standing
    from wizard.render.command import CommandLine


class Beside(Climb):
    """The running half of the step and its windows; a subclass draws."""

    @property
    def standing(self) -> Standing:
        """How the step stands."""
        raise NotImplementedError

    def action_command(self) -> None:
        """Show the command line that does the same."""
        from wizard.app.equivalent import about_the_password, as_shell

        text = "\n\n".join(part for part in (as_shell(self._command()), about_the_password(self.wizard.draft)) if part)
        self.app.push_screen(Window("The same without a screen", text))

    def _command(self) -> CommandLine:
        from wizard.app.equivalent import command

        name = self.wizard.profile_name
        return command(self.wizard.draft, saved=self.wizard.memory.profiles.get(name), name=name, deliver=self.deliver)

    def action_pass_on(self) -> None:
        """Show the text for the person who can help, ready to be copied."""
        if self.running or self.report is None or not self.standing.can_pass_on:
            return
        from datetime import datetime

        from wizard.app.screens.pass_on import PassOn
        from wizard.render.ticket import ticket

        found = ticket(self.report, datetime.now().astimezone(), command=self._command())
        if found:
            self.app.push_screen(PassOn(found, self.report.profile.endpoint.host))

    def action_recipient(self) -> None:
        """Ask for one more recipient, and run with it."""
        from wizard.app.screens.recipient import AskRecipient

        if not self.running:
            self.app.push_screen(AskRecipient(), lambda address: self.start((address,)) if address else None)

    def action_as_iiq(self) -> None:
        """Open the test with IdentityIQ's own Java and mail library."""
        if self.running or isinstance(self.profile, Invalid):
            return
        from wizard.app.iiq.as_iiq import AsIiq

        self.app.push_screen(AsIiq(self.report))

    def action_arrived(self) -> None:
        """Ask for what shows that the accepted message arrived."""
        accepted = self.report.accepted if self.report else None
        if self.running or accepted is None or not accepted.token:
            return
        from wizard.app.screens.arrived import ArrivedPage

        recipient = self.report.profile.recipient if self.report else ""
        self.app.push_screen(ArrivedPage(accepted.token, accepted.queue_id or "", recipient))

    def action_domain(self) -> None:
        """Show what DNS says of the sender's domain, once it was agreed who is asked."""
        profile = self.profile
        if self.running or not isinstance(profile, Profile) or not profile.sender:
            return
        from wizard.app.screens.domain import DomainWindow
        from wizard.smtp.seen_from import address_seen_by_server

        ehlo = self.report.context.ehlo if self.report else None
        self.app.push_screen(DomainWindow(profile, address_seen_by_server(ehlo) if ehlo else None))
