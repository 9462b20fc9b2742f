"""What the mail library did with one server, seen or foretold: the same shape for both. Values only."""

from enum import StrEnum
from typing import NamedTuple

from wizard.smtp.observation import Stage


class End(StrEnum):
    """How the library's session ended."""

    SENT = "sent"  # the message was accepted
    CONNECTED = "connected"  # nothing was to be sent; everything up to the sign-in went well
    FAILED = "failed"  # an exception, which a log shows
    WAITS = "waits"  # it waits without a time limit: a log shows nothing
    NOT_RUN = "not-run"  # the library could not be started; ``logged`` says why


class SignIn(StrEnum):
    """What became of the sign-in."""

    NOBODY = "nobody"  # no user name or no password: the library does not try
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNABLE = "unable"  # begun, and never judged: no mechanism in common, or the line broke
    SKIPPED = "skipped"  # the server offered none: the library goes on without a word
    KEPT_BACK = "kept-back"  # we did not give the library the password
    NOT_REACHED = "not-reached"


class Status(StrEnum):
    """How one stage went for the library."""

    PASSED = "passed"
    FAILED = "failed"
    WAITS = "waits"
    SKIPPED = "skipped"


class Step(NamedTuple):
    """One stage as the library went through it; ``words`` are short and for people."""

    stage: Stage
    status: Status
    words: str = ""


class Outcome(NamedTuple):
    """A session of the library.

    ``stage`` is where it failed or waits, None when it came to its end. ``encrypted`` says whether the line was under TLS at
    the end; ``tls`` is version and cipher where they are known. ``logged`` are the exceptions as a log shows them, ``trace``
    the same with their frames; ``debug`` is the library's own account, redacted; ``frames`` what a thread that waits waits in.
    ``java`` and ``library`` are versions, empty where unknown. ``fallback`` is a second session: SSL asked for through a socket
    factory, which goes on in clear where TLS fails. ``predicted``: nothing was run, ``reasons`` say what it rests on.
    """

    end: End
    stage: Stage | None = None
    steps: tuple[Step, ...] = ()
    encrypted: bool = False
    tls: str = ""
    sign_in: SignIn = SignIn.NOBODY
    mechanism: str = ""
    logged: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    debug: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    seconds: float = 0.0
    java: str = ""
    library: str = ""
    fallback: "Outcome | None" = None
    predicted: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the library did all it was asked to."""
        return self.end in (End.SENT, End.CONNECTED)

    def step(self, stage: Stage) -> Step | None:
        """Return what happened at a stage; the last time where it came twice (EHLO)."""
        return next((step for step in reversed(self.steps) if step.stage is stage), None)
