"""Named scenes: what each screen looks like in its main states, drawn from canned events and a fixed clock.

The pictures in ``screenshots/`` are made from these, compared in tests and used in the README.
A new scene is one entry in SCENES; those of the pages about IdentityIQ stand in scenes_iiq.py.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest
from textual.events import Paste

from tests.ui.watching import until
from wizard.app.app import WizardApp
from wizard.app.sight import Sight, Target
from wizard.app.step import StepName
from wizard.config import save_profile
from wizard.draft import Change, Draft, Field
from wizard.keychain import Rung
from wizard.practice.mailbox import Mailbox, Message
from wizard.profile import Password, Profile, SecretKind, Security
from wizard.smtp.events import Event, Line, RunEnded, StageEnded, StageSkipped, StageStarted, Why
from wizard.smtp.letter import Letter
from wizard.smtp.network import Network
from wizard.smtp.observation import (
    AddressFate,
    Alternative,
    Certificate,
    Context,
    Fate,
    Kind,
    Observation,
    Reply,
    Stage,
    TlsFacts,
)
from wizard.smtp.ports import PortResult, PortState

CANARY = "never on any screen"
TODAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SMALL, LARGE = (80, 24), (120, 40)

PROD = Draft(
    host="smtp.example.com",
    port="587",
    security="starttls",
    username="svc-iiq@example.com",
    password="keyring",
    sender="iiq@example.com",
    recipient="admin@example.com",
)
WRONG_MODE = PROD.with_changes(Change(Field.PORT, "465"), Change(Field.SECURITY, "tls"))
LOCAL = PROD.with_changes(
    Change(Field.HOST, "localhost"),
    Change(Field.PORT, "2587"),
    Change(Field.USERNAME, "practice@example.com"),
    Change(Field.PASSWORD, "ask"),
)

_CERTIFICATE = Certificate(
    subject="CN=smtp.example.com",
    issuer="CN=Example CA",
    names=("smtp.example.com",),
    not_before="2026-06-25T00:00:00Z",
    not_after="2027-06-25T00:00:00Z",
    sha256="0" * 64,
)
_TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", True, _CERTIFICATE)


# --- canned runs -------------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """Builds the events of a run; time moves only with ``seconds``."""

    draft: Draft
    address: str = "203.0.113.7"
    at: float = 0.0
    context: Context = field(init=False)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        fate = AddressFate(self.address, "ipv4", Fate.CONNECTED, 0.021)
        self.context = Context(address=self.address, addresses=(fate,))

    def said(self, *lines: str) -> None:
        """Add lines of the conversation: ``S: 220 ready``."""
        self.events += [Line(line[0], line[3:], self.at) for line in lines]

    def stage(self, stage: Stage, seconds: float, *lines: str, reply: str = "", **facts: object) -> None:
        """Add a stage from start to end."""
        self.events.append(StageStarted(stage, 15.0, self.at))
        self.at += seconds
        self.said(*lines)
        seen = Observation(stage, Kind.PASSED, seconds, Reply.from_lines([reply.encode()]) if reply else None, self.context)
        self.events.append(StageEnded(seen._replace(**facts)))

    def knows(self, **facts: object) -> None:
        """Add to what the session has shown so far."""
        self.context = self.context._replace(**facts)

    def end(self, *not_reached: Stage, why: Why = Why.NOT_REACHED) -> tuple[Event, ...]:
        """Close the run."""
        self.events += [StageSkipped(stage, why) for stage in not_reached]
        return (*self.events, RunEnded(self.at))


def _to_sign_in(story: Story, tls: TlsFacts = _TLS) -> Story:
    """A STARTTLS session up to the second EHLO."""
    story.stage(Stage.RESOLVE, 0.003)
    story.stage(Stage.CONNECT, 0.021)
    story.stage(Stage.GREETING, 0.018, "S: 220 mx1.example.com ESMTP Postfix", reply="220 mx1.example.com ESMTP Postfix")
    story.knows(capabilities={"STARTTLS": "", "SIZE": "35882577", "PIPELINING": ""})
    hello = (
        "C: EHLO iiq01.example.com",
        "S: 250-mx1.example.com",
        "S: 250-PIPELINING",
        "S: 250-SIZE 35882577",
        "S: 250 STARTTLS",
    )
    story.stage(Stage.EHLO, 0.017, *hello)
    story.stage(Stage.STARTTLS, 0.016, "C: STARTTLS", "S: 220 2.0.0 Ready to start TLS", reply="220 2.0.0 Ready to start TLS")
    story.knows(tls=tls)
    story.stage(Stage.TLS, 0.034, "*: TLSv1.3 TLS_AES_256_GCM_SHA384, certificate verified", tls=tls)
    story.knows(capabilities={"AUTH": "PLAIN LOGIN", "SIZE": "35882577", "PIPELINING": ""})
    again = ("C: EHLO iiq01.example.com", "S: 250-mx1.example.com", "S: 250-PIPELINING", "S: 250-SIZE 35882577")
    story.stage(Stage.EHLO, 0.019, *again, "S: 250 AUTH PLAIN LOGIN")
    return story


def running() -> tuple[Event, ...]:
    """A run that waits for the answer to its sign-in."""
    story = _to_sign_in(Story(PROD))
    story.events.append(StageStarted(Stage.AUTH, 15.0, story.at))
    story.said("C: AUTH PLAIN ••••")
    return tuple(story.events)


def refused() -> tuple[Event, ...]:
    """A run whose sign-in was refused."""
    story = _to_sign_in(Story(PROD))
    story.knows(mechanism="PLAIN")
    no = "535 5.7.8 Error: authentication failed"
    story.stage(Stage.AUTH, 2.013, "C: AUTH PLAIN ••••", f"S: {no}", kind=Kind.REPLY, reply=no)
    return story.end(Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.QUIT)


def wrong_mode() -> tuple[Event, ...]:
    """A run that spoke TLS to a port that does not; 587 was seen to work."""
    story = Story(WRONG_MODE)
    story.stage(Stage.RESOLVE, 0.003)
    story.stage(Stage.CONNECT, 0.021)
    works = Alternative(587, Security.STARTTLS, True, "mx1.example.com ESMTP Postfix", ("PLAIN", "LOGIN"), _TLS)
    closed = Alternative(2525, Security.STARTTLS, False, fate=Fate.REFUSED)
    facts = {"kind": Kind.TLS_PLAINTEXT, "raw": "220 mx1.example.com ESMTP Postfix", "alternatives": (works, closed)}
    story.stage(Stage.TLS, 0.022, "*: TLS handshake: the peer answered in plain text", **facts)
    return story.end(Stage.GREETING, Stage.EHLO, Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.QUIT)


def _through(story: Story) -> Story:
    story.knows(mechanism="PLAIN", signed_in=True)
    yes = "235 2.7.0 Authentication successful"
    story.stage(Stage.AUTH, 0.213, "C: AUTH PLAIN ••••", f"S: {yes}", reply=yes)
    story.stage(Stage.MAIL, 0.02, f"C: MAIL FROM:<{PROD.sender}>", "S: 250 2.1.0 Ok", reply="250 2.1.0 Ok")
    story.stage(Stage.RCPT, 0.024, f"C: RCPT TO:<{PROD.recipient}>", "S: 250 2.1.5 Ok", reply="250 2.1.5 Ok")
    return story


def expiring() -> tuple[Event, ...]:
    """A run that passed, with a certificate that ends in a week."""
    story = Story(PROD)
    soon = _CERTIFICATE._replace(not_after="2026-12-01T00:00:00Z")
    return _quit(_through(_to_sign_in(story, _TLS._replace(certificate=soon))))


def passing() -> tuple[Event, ...]:
    """A run that went up to the recipient and sent nothing."""
    return _quit(_through(_to_sign_in(Story(PROD))))


def _quit(story: Story) -> tuple[Event, ...]:
    story.events.append(StageSkipped(Stage.DATA, Why.NOT_REQUESTED))
    story.stage(Stage.QUIT, 0.017, "C: RSET", "C: QUIT", "S: 250 2.0.0 Ok", "S: 221 2.0.0 Bye", reply="221 2.0.0 Bye")
    return story.end()


def sent() -> tuple[Event, ...]:
    """A run that sent a message, taken as 8BA93182CB."""
    story = _through(_to_sign_in(Story(LOCAL, address="127.0.0.1")))
    took = "250 2.0.0 Ok: queued as 8BA93182CB"
    lines = ("C: DATA", "S: 354 End data with <CR><LF>.<CR><LF>", "C: Subject: SMTP Wizard test 84b868e4", "C: .", f"S: {took}")
    story.stage(Stage.DATA, 0.041, *lines, reply=took, queue_id="8BA93182CB", token="84b868e4")
    story.stage(Stage.QUIT, 0.002, "C: QUIT", "S: 221 2.0.0 Bye", reply="221 2.0.0 Bye")
    return story.end()


def mailbox() -> SimpleNamespace:
    """What the screen needs of a practice server: its ports and a mailbox in which the message of ``sent`` lies."""
    box = Mailbox()
    text = (
        "Subject: SMTP Wizard test 84b868e4\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "This is a test message from SMTP Wizard.\r\nToken: 84b868e4\r\n"
    )
    box.add(Message(1, "8BA93182CB", PROD.sender, (PROD.recipient,), text.encode(), TODAY, LOCAL.username, "TLSv1.3"))
    return SimpleNamespace(ports={Security.STARTTLS: 2587}, mailbox=box)


def canned(events: tuple[Event, ...], *, then: tuple[Event, ...] = (), ends: bool = True) -> Callable[..., Awaitable[None]]:
    """Return a stand-in for the engine's ``check`` that tells these events, and then ends or waits to be stopped."""

    stories = [events, then or events]

    async def check(
        profile: Profile,
        password: Password | None,
        emit: Callable[[Event], None],
        *,
        deliver: bool = False,
        also_to: tuple[str, ...] = (),
        letter: Letter | None = None,
        network: Network | None = None,
    ) -> None:
        for event in stories.pop(0) if len(stories) > 1 else stories[0]:
            emit(event)
        if not ends:
            await asyncio.Event().wait()

    return check


# --- what is seen of a server on Details -------------------------------------------------------------------------------


def sight(target: Target) -> Sight:
    """Return a look at smtp.example.com: 587 open, 465 open, 25 silent, 2525 refused."""
    seconds = {25: 5.0, 465: 0.061, 587: 0.058, 2525: 0.022}
    states = {25: PortState.TIMEOUT, 2525: PortState.REFUSED}
    results = []
    for port in target.ports:
        state = states.get(port, PortState.OPEN)
        opened = state is PortState.OPEN
        results.append(
            PortResult(
                port=port,
                family="ipv4",
                address="203.0.113.7",
                state=state,
                greeting="mx1.example.com ESMTP Postfix" if opened else "",
                security=(Security.TLS if port == 465 else Security.STARTTLS,) if opened else (),
                tls=_TLS if opened else None,
                auth=("PLAIN", "LOGIN") if opened else (),
                auth_in_clear=(),
                seconds=seconds.get(port, 0.05),
            )
        )
    return Sight(target, ("203.0.113.7",), 0.012, results=tuple(results))


async def look(target: Target, network: Network | None, show: Callable[[Sight], None]) -> None:
    """Stand in for the look at a server: everything is known at once."""
    show(sight(target))


async def rungs(**_: object) -> tuple[Rung, ...]:
    """Stand in for the ladder of places: a host without a keyring, as over SSH."""
    return (
        Rung(SecretKind.KEYRING, False, "no D-Bus session, which is usual over SSH", stores=True),
        Rung(SecretKind.FILE, True, "one that only you can read", stores=True),
        Rung(SecretKind.COMMAND, True, "a program that prints it"),
        Rung(SecretKind.ENV, True, "an environment variable"),
        Rung(SecretKind.CREDENTIAL, False, "not started by systemd with LoadCredential"),
        Rung(SecretKind.ASK, True, "typed each time"),
    )


class Clock(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Return the day of all pictures."""
        return cls.fromtimestamp(TODAY.timestamp(), tz)


# --- scenes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """One picture. ``keys`` are pressed after the first screen is drawn, then ``paste`` is pasted and ``shows`` is waited for;
    a key that begins with ``~`` is a text to wait for. ``events`` is what the engine tells, ``then`` what it tells in later runs.
    ``prepare`` is given the app, the patches and the home folder, for what else is canned.
    """

    draft: Draft = PROD
    start: StepName = StepName.TEST
    keys: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    then: tuple[Event, ...] = ()
    ends: bool = True
    size: tuple[int, int] = SMALL
    theme: str = ""
    name: str = "prod"
    practice: bool = False
    profiles: Mapping[str, Draft] = field(default_factory=dict)
    paste: str = ""
    shows: str = ""
    prepare: Callable[[WizardApp, pytest.MonkeyPatch, Path], None] | None = None


_FAILING = Scene(WRONG_MODE, keys=("enter",), events=wrong_mode())
_ARRIVED = Scene(LOCAL, keys=("enter",), events=sent(), name="", practice=True)
_ACCESS = Scene(Draft(), StepName.ACCESS, name="")
_TRACE = (
    "org.springframework.mail.MailAuthenticationException: Authentication failed; nested exception is\n"
    "jakarta.mail.AuthenticationFailedException: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled "
    "for the Tenant.\n"
    "\tat org.eclipse.angus.mail.smtp.SMTPTransport$Authenticator.authenticate(SMTPTransport.java:947)\n"
)
_EXPLAIN = replace(_ACCESS, keys=("end", "enter"), paste=_TRACE, shows="switched off")
_DETAILS = Scene(start=StepName.DETAILS)
_UAT = PROD.with_changes(Change(Field.HOST, "smtp.uat.example.com"))
_WRONG = Draft(host="smtp..example.com", port="70000", security="starttls", username="svc-iiq", sender="iiq at example.com")

SCENES: dict[str, Scene] = {
    "access": _ACCESS,
    "access-profiles": replace(_ACCESS, profiles={"prod": PROD, "uat": _UAT}),
    "access-wide": replace(_ACCESS, size=LARGE),
    "explain": _EXPLAIN,
    "explain-empty": replace(_EXPLAIN, paste="", shows=""),
    "details-empty": Scene(Draft(), StepName.DETAILS, name=""),
    "details-live": _DETAILS,
    "details-wide": replace(_DETAILS, size=LARGE),
    "details-errors": Scene(_WRONG, StepName.DETAILS, name="", keys=("enter",)),
    "test-plan": Scene(),
    "test-running": Scene(keys=("enter",), events=running(), ends=False),
    "test-failing": _FAILING,
    "test-failing-change": replace(_FAILING, keys=("enter", "d")),
    "test-failing-wide": replace(_FAILING, keys=("enter", "t"), size=LARGE),
    "test-fixed": replace(_FAILING, keys=("enter", "enter"), then=passing()),
    "test-refused": Scene(keys=("enter",), events=refused()),
    "test-conversation": Scene(keys=("enter", "t"), events=refused()),
    "test-passing": Scene(keys=("enter",), events=passing()),
    "test-warning": Scene(keys=("enter",), events=expiring()),
    "test-command": Scene(keys=("c",)),
    "test-arrived": _ARRIVED,
    "test-arrived-wide": replace(_ARRIVED, keys=("enter", "t"), size=LARGE),
    "test-save": replace(_ARRIVED, keys=("enter", "s")),
    "test-export": replace(_ARRIVED, keys=("enter", "e")),
    "theme-dusk": replace(_FAILING, theme="dusk"),
    "theme-paper": replace(_FAILING, theme="paper"),
    "theme-contrast": replace(_FAILING, theme="contrast"),
    "theme-terminal": replace(_FAILING, theme="terminal"),
}


def stage(scene: Scene, patch: pytest.MonkeyPatch, home: Path) -> WizardApp:
    """Return the app of a scene, ready for ``run_test``: its home is an empty folder, its clock stands, nothing is contacted."""
    for name in ("NO_COLOR", "SMTP_WIZARD_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "SPHOME", "COLORTERM"):
        patch.delenv(name, raising=False)
    patch.setenv("HOME", str(home))
    for module in ("wizard.app.sight", "wizard.app.advice", "wizard.diagnosis.when"):
        patch.setattr(f"{module}.datetime", Clock)
    patch.setattr("wizard.smtp.check.check", canned(scene.events, then=scene.then, ends=scene.ends))
    patch.setattr("wizard.app.screens.live.look", look)
    patch.setattr("wizard.app.host.find_identityiq", lambda: ())
    patch.setattr("wizard.keychain.rungs", rungs)
    for name, draft in scene.profiles.items():
        save_profile(name, draft)
    app = WizardApp(scene.draft, profile_name=scene.name, start=scene.start)
    app.password = Password(CANARY) if scene.draft.username else None
    if scene.practice:
        app.practice = mailbox()  # only its ports and its mailbox are looked at
    if scene.theme:
        app.set_theme(scene.theme)
    if scene.prepare:
        scene.prepare(app, patch, home)
    return app


async def picture(scene: Scene, patch: pytest.MonkeyPatch, home: Path) -> str:
    """Play a scene and return its picture as SVG, the same bytes each time."""
    app = stage(scene, patch, home)
    async with app.run_test(size=scene.size) as pilot:
        await pilot.pause()
        for key in scene.keys:
            if len(key) > 1 and key.startswith("~"):
                await until(pilot, key[1:])
                continue
            await pilot.press(key)
            await pilot.pause()
        if scene.paste:
            app.post_message(Paste(scene.paste))
        if scene.shows:
            await until(pilot, scene.shows)
        await pilot.pause()
        svg = app.export_screenshot(title="SMTP Wizard")
    # Textual names its ids after a hash of process-wide counters; spaces at the start of a text count.
    svg = re.sub(r"terminal-\d+-", "t-", svg)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # a picture contacts nobody for its letters
    svg = svg.replace("<text ", '<text xml:space="preserve" ')
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
