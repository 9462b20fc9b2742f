"""Reports as a run could have left them, made by hand: delivered, failed, stopped, not begun."""

from __future__ import annotations

from typing import Any

from wizard.diagnosis.model import Evidence, Finding, Possible, Remedy, Severity
from wizard.draft import Change, Draft, Field
from wizard.profile import Endpoint, Login, Profile, Security
from wizard.render.command import CommandLine
from wizard.report import Report, StageResult
from wizard.smtp.events import Line, Why
from wizard.smtp.observation import (
    AddressFate,
    Certificate,
    Context,
    Fate,
    Kind,
    Observation,
    Reply,
    Stage,
    TlsFacts,
)

CERTIFICATE = Certificate("CN=mail.test", "CN=Test CA", ("mail.test",), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "ab" * 32)
TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", True, CERTIFICATE)
CONTEXT = Context(address="192.0.2.1", addresses=(AddressFate("192.0.2.1", "ipv4", Fate.CONNECTED, 0.01),), tls=TLS)
PROFILE = Profile(Endpoint("mail.test", 587, Security.STARTTLS), "prod", Login("svc@mail.test"), "a@mail.test", "b@mail.test")
FINDING = Finding(
    "auth-bad-credentials",
    Severity.ERROR,
    Stage.AUTH,
    "User name or password is not accepted",
    "The server knows no such pair.",
    Evidence(535, "5.7.8", "no such user"),
    (Possible("auth-account-limited", "it worked until today"),),
    (Remedy("Use port 465", (Change(Field.PORT, "465"), Change(Field.SECURITY, "tls")), proven=True), Remedy("Ask the owner")),
    "535 5.7.8",
    "https://example.com/help",
)
DRAFT = Draft(host="mail.test", port="587", username="svc@mail.test", password="file:/run/secret", sender="a@mail.test")
COMMAND = CommandLine(DRAFT)
TRANSCRIPT = (Line("S", "220 mail.test", 0.01), Line("C", "AUTH PLAIN ••••", 0.02))


def passed(stage: Stage, **facts: Any) -> StageResult:
    return StageResult(stage, Observation(stage, Kind.PASSED, 0.01, context=CONTEXT, **facts))


def report(*stages: StageResult, findings: tuple[Finding, ...] = (), ended: bool = True) -> Report:
    return Report(PROFILE, stages, findings, TRANSCRIPT, context=CONTEXT, seconds=0.5, ended=ended)


DELIVERED = report(
    passed(Stage.RESOLVE),
    passed(Stage.CONNECT),
    passed(Stage.TLS, tls=TLS),
    passed(Stage.DATA, reply=Reply(250, "2.0.0", ("queued as Q1",)), queue_id="Q1", token="t0"),
)
FAILED = report(
    passed(Stage.RESOLVE),
    StageResult(Stage.AUTH, Observation(Stage.AUTH, Kind.REPLY, 0.2, Reply(535, "5.7.8", ("no such user",)), CONTEXT)),
    StageResult(Stage.MAIL, skipped=Why.NOT_REACHED),
    findings=(FINDING,),
)
STOPPED = report(
    StageResult(Stage.RESOLVE, Observation(Stage.RESOLVE, Kind.STOPPED)), StageResult(Stage.CONNECT, skipped=Why.STOPPED)
)
NOT_BEGUN = Report(Profile(Endpoint("mail.test", 25, Security.NONE)))
