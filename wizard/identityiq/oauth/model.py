"""What a test of the HTTP/OAuth values showed, as frozen values that every face can show. Must not know how it is done.

Neither the secret nor the token is ever in here; of the token only the claims named in Claims.
"""

from enum import StrEnum
from typing import NamedTuple

from wizard.diagnosis.model import Finding, Severity, merged
from wizard.identityiq.oauth.settings import OAuthSettings


class Step(StrEnum):
    """The steps of one test. Those of reaching a host are made for the token endpoint and for the mail endpoint."""

    NAME = "name"
    CONNECT = "connect"
    SECURE = "tls"
    TOKEN = "token"  # noqa: S105 - the name of a step
    ROLES = "roles"
    SEND = "send"

    @property
    def label(self) -> str:
        """The step in plain words."""
        return _LABELS[self]


_LABELS = {
    Step.NAME: "Find the host",
    Step.CONNECT: "Connect",
    Step.SECURE: "Secure the line",
    Step.TOKEN: "Ask for a token",
    Step.ROLES: "Permissions",
    Step.SEND: "Send a message",
}


class Status(StrEnum):
    """How a step stands."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class StepResult(NamedTuple):
    """One step as it stands. ``host`` is the one it is about; ``detail`` says in a few words what was seen, or why it was
    skipped. ``seconds`` it took, ``deadline`` seconds it may take.
    """

    step: Step
    host: str = ""
    status: Status = Status.RUNNING
    detail: str = ""
    seconds: float = 0.0
    deadline: float = 0.0


class Claims(NamedTuple):
    """What the token says of itself; its signature is not looked at, for it was fetched by us over a verified line.

    ``expires`` is ISO 8601 UTC, empty where it is not said. ``roles`` are Application permissions, ``scopes`` delegated ones.
    """

    audience: str = ""
    tenant: str = ""
    app_id: str = ""
    app_name: str = ""
    issuer: str = ""
    expires: str = ""
    lifetime: int | None = None  # seconds from now
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


class OAuthRun(NamedTuple):
    """One test while it grows; every value is final, ``try_out`` emits the next one.

    ``findings`` hold errors first. ``claims`` is None while there is no token that can be read. ``accepted`` says that the mail
    service took the test message (202), which does not mean that it arrived; ``token`` is the mark in its subject,
    ``request_id`` the service's own number for the last request, for whoever runs it. ``proxy`` is the proxy's host and port.
    """

    settings: OAuthSettings
    steps: tuple[StepResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    claims: Claims | None = None
    accepted: bool = False
    token: str = ""
    request_id: str = ""
    proxy: str = ""
    seconds: float = 0.0
    ended: bool = False

    @property
    def error(self) -> Finding | None:
        """The first finding that is an error."""
        return next((finding for finding in self.findings if finding.severity is Severity.ERROR), None)

    @property
    def ok(self) -> bool:
        """Whether the test is over and nothing failed."""
        return self.ended and self.error is None and all(step.status is not Status.FAILED for step in self.steps)

    @property
    def finding(self) -> str:
        """The id of the cause: ``ok`` when everything passed."""
        return self.error.id if self.error else "ok"

    def found(self, *findings: Finding) -> "OAuthRun":
        """Return the run with findings added, each id once, errors first."""
        return self._replace(findings=merged(self.findings, findings))
