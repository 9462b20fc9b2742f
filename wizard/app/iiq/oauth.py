"""HTTP/OAuth: the values for IdentityIQ's page, and a test of them watched as it happens. Must not know HTTP or tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from wizard.app import verdict
from wizard.app.facts import Mark, Row
from wizard.app.iiq.words import row
from wizard.app.page import Page
from wizard.app.verdict import Note, Tone, dot
from wizard.app.widgets.finding import Notes
from wizard.app.widgets.stages import StageList
from wizard.iiqside import NotificationType
from wizard.profile import Password, Profile, SecretKind, SecretRef, parse
from wizard.render.stages import duration

if TYPE_CHECKING:
    from wizard.identityiq.oauth.judging import Problem
    from wizard.identityiq.oauth.model import OAuthRun, StepResult
    from wizard.identityiq.oauth.settings import OAuthSettings

_SECRET_REFUSED = ("auth-bad-credentials", "iiq-oauth-secret-expired")
_NOBODY = "nobody yet: give a test recipient in Details"
_OTHER_KEYS = (("m", "Send or not"), ("h", "Hand over"))
_MEND_KEYS = (("Esc", "Back to mend it"), *_OTHER_KEYS, ("F1", "Help"))
_MARKS = {"running": Mark.RUNNING, "passed": Mark.OK, "failed": Mark.FAILED, "skipped": Mark.SKIPPED}


class OAuthPage(Page[None]):
    """The plan, then the test; ``m`` chooses whether a message is sent. Nothing is asked of anybody before Enter."""

    HEADING = "HTTP/OAuth"
    HELP = (
        "IdentityIQ gets a token with the client ID and secret, and hands each mail to the mail service over HTTP. This page "
        "does the same once, and says at which step it ends: the host's name, the connection, the token, the permissions in it, "
        "and, when asked, one message to your test recipient.\n\n"
        "For Microsoft 365 the app registration needs Mail.Send as an Application permission, with consent; Delegated is not "
        "enough.\n\n"
        "The entries behind IdentityIQ's fields are not known, so these values are typed on its page: h opens Hand over, which "
        "has a card of them.\n\n"
        "Whether IdentityIQ's own Java trusts the two hosts is another question: smtp-wizard iiq trust answers it.\n\n"
        "Without a screen: smtp-wizard iiq oauth"
    )
    KEYS = (("Enter", "Test"), *_OTHER_KEYS, ("Esc", "Back"), ("F1", "Help"))
    BINDINGS: ClassVar = [
        Binding("enter,r", "go", "Test", show=False),
        Binding("m", "mode", "Send or not", show=False),
        Binding("h", "hand_over", "Hand over", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.send = False
        self.running = False
        self.tried: OAuthRun | None = None

    def body(self) -> ComposeResult:
        """Steps above, words below."""
        with Vertical(id="course", classes="panel") as course:
            course.border_title = "Test: HTTP/OAuth"
            yield StageList(id="stages")
            yield Notes(id="told")

    def on_mount(self) -> None:
        """Show the plan."""
        self.query_one("#told").focus()
        self._plan()

    @property
    def profile(self) -> Profile | None:
        """The draft as it stands, None while it does not parse."""
        parsed = parse(self.wizard.draft, self.wizard.profile_name)
        return parsed if isinstance(parsed, Profile) else None

    def _settings(self) -> OAuthSettings | None:
        from wizard.identityiq.oauth.settings import OAuthSettings

        profile = self.profile
        return OAuthSettings.of(profile) if profile else None

    def _plan(self, *more: Note) -> None:
        from wizard.identityiq.oauth.judging import problems
        from wizard.identityiq.oauth.microsoft import host_of, screen_values

        settings = self._settings()
        if settings is None:
            self.say((Note("The form has a mistake. Esc goes back to it.", wide=True, tone=Tone.BAD),))
            return
        wrong = problems(settings, send=self.send)
        values = [row(one.label, one.value or "yours to type", 25) for one in screen_values(settings)]
        hosts = " and ".join(dict.fromkeys(filter(None, map(host_of, (settings.token_endpoint, settings.email_endpoint)))))
        self.say(
            (
                *more,
                *(_wrong(one) for one in wrong),
                *((Note("", wide=True),) if wrong else ()),
                Note("Nothing has been contacted yet. This is what the test will do:", wide=True, tone=Tone.CALM),
                Note(hosts or "no host yet", "connect to"),
                Note("a token for the client ID, once", "ask for"),
                Note(f"{dot(not self.send)} nothing: ends with the permissions in the token", "send"),
                Note(f"{dot(self.send)} one test message to {settings.recipient or _NOBODY}", "m", key=True),
                Note("", wide=True),
                Note("What IdentityIQ's page is to hold", wide=True, tone=Tone.CALM),
                *values,
            )
        )
        self.show_keys(*(_MEND_KEYS if any(one.fatal for one in wrong) else self.KEYS))

    def action_mode(self) -> None:
        """Switch between asking for a token alone and sending a message with it."""
        if not self.running:
            self.send = not self.send
            self.tried = None
            self.query_one(StageList).show_rows(())
            self.remove_class("-begun")
            self._plan()

    # --- the test --------------------------------------------------------------------------------------------------

    def action_go(self) -> None:
        """Test once, with the secret from its place or typed."""
        from wizard.identityiq.oauth.judging import problems

        settings = self._settings()
        if self.running or settings is None or any(one.fatal for one in problems(settings, send=self.send)):
            return
        ref = self._place()
        if self.wizard.client_secret is None and ref.kind is SecretKind.ASK:
            from wizard.app.screens.password import AskPassword

            self.app.push_screen(AskPassword(f"the client ID {settings.client_id}", "Client secret"), self._given)
        else:
            self._start()

    def _place(self) -> SecretRef:
        side = self.profile.identityiq if self.profile else None
        return SecretRef.from_text(side.client_secret) if side and side.client_secret else SecretRef(SecretKind.ASK)

    def _given(self, secret: Password | None) -> None:
        if secret:
            self.wizard.client_secret = secret
            self._start()

    def _start(self) -> None:
        self.running = True
        self.show_keys(("Esc", "Stop"), ("F1", "Help"))
        self.run_worker(self._test(), exclusive=True, group="oauth")

    async def _test(self) -> None:
        from wizard.identityiq.oauth.judging import secret_problem
        from wizard.identityiq.oauth.run import try_out
        from wizard.keychain import SecretUnavailable, account_for, fetch

        settings = self._settings()
        assert settings is not None
        try:
            secret = self.wizard.client_secret or await fetch(
                self._place(), account=account_for(self.wizard.profile_name, settings.client_id)
            )
            problem = secret_problem(settings, secret)
            if problem and problem.fatal:
                self.wizard.client_secret = None
                self._plan(Note(problem.text, "secret", Tone.BAD))
                return
            await try_out(settings, secret, self._seen, send=self.send, network=self.wizard.network)
        except SecretUnavailable as missing:
            self._plan(Note(str(missing), wide=True, tone=Tone.BAD))
        finally:
            self.running = False
            self.show_keys(*self.KEYS)

    def _seen(self, tried: OAuthRun) -> None:
        self.tried = tried
        for stages in self.query(StageList):
            stages.show_rows(_rows(tried.steps), _most(tried.settings))
            self.add_class("-begun")
        self.say(_words(tried))
        if tried.error and tried.error.id in _SECRET_REFUSED:
            self.wizard.client_secret = None  # what was refused is typed again

    def action_back(self) -> None:
        """Stop, or go back to the form."""
        if self.running:
            self.workers.cancel_group(self, "oauth")
            self._plan(Note("Stopped: the connection is closed.", wide=True, tone=Tone.WARN))
        else:
            super().action_back()

    def action_hand_over(self) -> None:
        """Show the card to type from."""
        if not self.running:
            self.wizard.action_hand_over()


def _most(settings: OAuthSettings) -> int:
    """Return how many steps a test has at most: reaching a host takes three, for each of the two hosts."""
    from wizard.identityiq.oauth.microsoft import host_of

    return 3 + 3 * len({host_of(settings.token_endpoint), host_of(settings.email_endpoint)})


def _wrong(one: Problem) -> Note:
    """Return what is wrong with a field, under its whole name."""
    said = f"{one.slot.label}: {one.text}"
    return Note(said, "X", Tone.BAD) if one.fatal else Note(said, "!", Tone.WARN)


def _rows(steps: tuple[StepResult, ...]) -> tuple[Row, ...]:
    """Return the steps as rows; a host is named where it is a new one."""
    shown, host = [], ""
    for step in steps:
        fact = f"{step.host if step.host != host else ''}  {step.detail}".strip()
        host = step.host or host
        took = duration(step.seconds) if step.seconds else ""
        shown.append(Row(_MARKS[step.status], step.step.label, fact, took))
    return tuple(shown)


def _words(tried: OAuthRun) -> tuple[Note, ...]:
    """Return what a test has shown so far."""
    if tried.error:
        return verdict.about(tried.error, keys=False)
    warnings = tuple(
        Note(f"{finding.title.rstrip('.')}. {finding.meaning}".strip(), "!", Tone.WARN) for finding in tried.findings
    )
    if not tried.ended:
        return (Note("Running ...", wide=True, tone=Tone.CALM),)
    more: tuple[Note, ...] = (Note("Hand over: the card with these values, to type into IdentityIQ", "h", key=True),)
    if tried.accepted:
        said = f"The mail service accepted the message. Accepted is not yet arrived: look for {tried.token} in its subject."
    else:
        said = "The token is good and may send. No message was sent."
        more = (Note("then Enter: sends one message too", "m", key=True), *more)
    return (Note(said, wide=True, tone=Tone.GOOD), *warnings, *more)


def is_http(profile: Profile) -> bool:
    """Return whether a profile's IdentityIQ sends over HTTP."""
    return bool(profile.identityiq and profile.identityiq.type is NotificationType.HTTP)
