"""As IdentityIQ will: the same server with its Java and its mail library, beside what was seen here; and what its Java trusts.

Draws what the engine and the library report; must not know Java, SMTP or certificates.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard import safefile
from wizard.app import coloured, consent, run
from wizard.app.host import short
from wizard.app.iiq.console import ConsolePage
from wizard.profile import Password, Profile, Security, parse
from wizard.report import Report

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.javamail.outcome import Outcome
    from wizard.identityiq.javamail.predicting import Facts
    from wizard.identityiq.javamail.trial import Means
    from wizard.identityiq.jvm.view import JvmView
    from wizard.smtp.events import Event

_WIDTH = 77
_KEYS = (("Enter", "Begin"), ("m", "Send or not"), ("Esc", "Back"), ("F1", "Help"))
_CA_FILE = "smtp-wizard-mail-ca.pem"


class AsIiq(ConsolePage[None]):
    """The plan, then two columns, the differences, the line of the log, and the trust store. ``report`` is our last run."""

    HEADING = "As IdentityIQ will"
    HELP = (
        "IdentityIQ sends with a mail library of its own, in its own Java. Here that library is run with IdentityIQ's Java, "
        "where one is on this host, against the same server with what IdentityIQ's setting stands for. The left column is what "
        "SMTP Wizard saw, the right one what the library saw; ! marks where they differ, and below stands why.\n\n"
        "Where the library cannot be run, its behaviour is foretold from our own check, and that is said.\n\n"
        "The server's certificates are held against the trust store of that Java. What is missing can be saved with w, and the "
        "exact keytool line stands beside it.\n\n"
        "m sends a test message with the library too. The password is only given to it after our own sign-in was accepted.\n\n"
        "Without a screen: smtp-wizard iiq test, smtp-wizard iiq trust"
    )
    KEYS = _KEYS
    BINDINGS: ClassVar = [
        Binding("enter,r", "go", "Begin", show=False),
        Binding("m", "mode", "Send or not", show=False),
        Binding("w", "write", "Save the CA", show=False),
    ]

    def __init__(self, report: Report | None) -> None:
        super().__init__()
        self.report = report
        self.deliver = False
        self.busy = False
        self.view: JvmView | None = None
        self.installation: Installation | None = None
        self.tools: Means | None = None

    def body(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll(id="both", classes="panel") as both:
            both.border_title = "Beside each other"
            yield Static(id="both-text", markup=False)
        yield Static(id="card-told", markup=False)

    def on_mount(self) -> None:
        """Find what the library can be run with; nothing is contacted."""
        self.query_one("#both").focus()
        self.run_worker(self._look(), group="look")

    @property
    def profile(self) -> Profile | None:
        """The draft as it stands, None while it does not parse."""
        parsed = parse(self.wizard.draft, self.wizard.profile_name)
        return parsed if isinstance(parsed, Profile) else None

    def _show(self, text: Content) -> None:
        for static in self.query("#both-text").results(Static):
            static.update(text)

    async def _look(self) -> None:
        from wizard.identityiq.javamail.trial import means
        from wizard.smtp.network import in_daemon_thread

        profile = self.profile
        if profile is None:
            self._show(Content("The form has a mistake. Esc goes back to it."))
            return
        self._show(Content("Looking for IdentityIQ, its Java and its mail library ..."))
        self.installation = await self.find_installation(profile)
        self.tools = await in_daemon_thread(lambda: means(self.installation))
        self._plan()

    def _plan(self) -> None:
        from wizard.app.iiq.plans import as_iiq_plan

        profile = self.profile
        if profile and self.tools and not self.busy:
            self._show(as_iiq_plan(profile, self.tools, self.installation, deliver=self.deliver, again=self._usable() is None))
            self.show_keys(*_KEYS)

    def _usable(self) -> Report | None:
        """Return our own last run, where it is about the settings as they stand: then it is not made again."""
        fits = self.report is not None and self.report.ended and not self.report.stopped
        return self.report if fits and self.report and self.report.profile == self.profile else None

    def action_mode(self) -> None:
        """Switch whether the library sends a message."""
        profile = self.profile
        if not self.busy and profile and profile.sender and profile.recipient:
            self.deliver = not self.deliver
            self._plan()

    # --- the run -----------------------------------------------------------------------------------------------------

    def action_go(self) -> None:
        """Begin, with a password where one is needed."""
        profile = self.profile
        if self.busy or profile is None or self.tools is None:
            return
        consent.with_password(self.wizard, profile, lambda: self._agreed(profile))

    def _agreed(self, profile: Profile) -> None:
        """Our own check is one more sign-in, unless it is not made again."""
        if self._usable() is None:
            consent.once_more(self.wizard, profile, lambda: self._start(profile))
        else:
            self._start(profile)

    def _start(self, profile: Profile) -> None:
        self.busy = True
        self.query_one("#card-told", Static).update("")
        self.show_keys(("Esc", "Stop"), ("F1", "Help"))
        self.run_worker(self._run(profile), exclusive=True, group="as-iiq")

    async def _run(self, profile: Profile) -> None:
        from wizard.keychain import SecretUnavailable

        try:
            password = await run.password_for(profile, self.wizard.password)
            trust = asyncio.create_task(self._trust(profile))
            try:
                report = self._usable() or await self._check(profile, password)
                self.report = report
                outcome = await self._library(report, password, trust)
                self.view = await trust
            finally:
                trust.cancel()
        except SecretUnavailable as problem:
            self._show(Content(f"The password could not be had, so nothing was contacted. {problem}"))
            return
        finally:
            self.busy = False
            self.show_keys(*_KEYS)
        self._result(report, outcome)

    async def _check(self, profile: Profile, password: Password | None) -> Report:
        from wizard.smtp.check import check

        self._show(Content("SMTP Wizard's own check ..."))
        report = Report(profile)

        def fold(event: Event) -> None:
            nonlocal report
            report = report.add(event)

        await check(profile, password, fold, network=self.wizard.network)
        run.count(self.wizard.signin_failures, report)
        return report

    async def _trust(self, profile: Profile) -> JvmView | None:
        tools = self.tools
        if tools is None or tools.runtime is None or profile.endpoint.security is Security.NONE:
            return None
        from wizard.identityiq.jvm import examine

        return await examine(
            profile.endpoint,
            self.installation if self.installation and self.installation.jvm else tools.runtime,
            self.wizard.network,
            ca_file=profile.ca_file,
            timeout=profile.timeout,
            save_as=str(_ca_path()),
        )

    async def _library(self, report: Report, password: Password | None, trust: asyncio.Task[JvmView | None]) -> Outcome:
        from wizard.identityiq.javamail.library import NotHereError
        from wizard.identityiq.javamail.trial import trial

        assert self.tools is not None
        foretell = not self.tools.there
        self._show(Content("Foretelling what the mail library does ..." if foretell else "The mail library is at work ..."))
        try:
            facts = _facts(await trust if foretell else None)
            outcome = await trial(report, password, self.tools, deliver=self.deliver, only_foretell=foretell, facts=facts)
        except NotHereError:
            outcome = await trial(report, password, self.tools, only_foretell=True, facts=_facts(await trust))
        self._count(report, outcome)
        return outcome

    def _count(self, report: Report, outcome: Outcome) -> None:
        from wizard.identityiq.javamail.outcome import SignIn

        if outcome.sign_in is SignIn.REFUSED and not outcome.predicted:
            consent.count_refusal(self.wizard, report.profile)

    def _result(self, report: Report, outcome: Outcome) -> None:
        from wizard.identityiq.jvm.missing import to_save
        from wizard.render import javamail, trust

        style = coloured.style(_WIDTH)
        lines = javamail.lines(report, outcome, style)
        if self.view is not None:
            lines += ["", style.heading("What its Java makes of the certificates"), *trust.text(self.view, style)]
        self._show(coloured.content(lines))
        self.query_one("#both").scroll_home(animate=False)
        save = (("w", "Save the CA"),) if self.view and to_save(self.view) else ()
        self.show_keys(("r", "Again"), ("m", "Send or not"), *save, ("↑↓", "Scroll"), ("Esc", "Back"), ("F1", "Help"))

    # --- keys --------------------------------------------------------------------------------------------------------

    def action_write(self) -> None:
        """Write the certificate that is missing, for keytool."""
        from wizard.identityiq.jvm.missing import pem, to_save

        missing = to_save(self.view) if self.view else None
        if missing is None:
            return
        path = _ca_path()
        try:
            safefile.write_atomic(path, pem(missing).encode())
            said = f" Written: {short(path)}. The keytool line above imports it; then restart IdentityIQ's server."
        except OSError as problem:
            said = f" Not written: {safefile.reason(problem)}."
        self.query_one("#card-told", Static).update(said)

    def action_back(self) -> None:
        """Stop a run, or go back."""
        if self.busy:
            self.workers.cancel_group(self, "as-iiq")
            self.busy = False
            self._plan()
        else:
            super().action_back()


def _facts(view: JvmView | None) -> Facts:
    """Return what is known of the Java's trust, for a prediction."""
    from wizard.identityiq.javamail.predicting import NO_FACTS, Facts

    verdict = view.eyes[0].verdict if view and view.eyes else None
    return Facts(accepts=verdict.accepts, refusal=verdict.refusal or "") if verdict else NO_FACTS


def _ca_path() -> Path:
    try:
        return Path.home() / _CA_FILE
    except RuntimeError:  # no home folder
        return Path("/tmp") / _CA_FILE  # noqa: S108 - a certificate is public
