"""The scenes of the pages about IdentityIQ, canned as those of scenes.py are: no console, no Java, no server is met."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.scenes import CANARY, PROD, TODAY, Scene, passing, sent
from tests.scenes import SCENES as OTHERS
from wizard.app.app import WizardApp
from wizard.app.iiq.reading import Taken
from wizard.app.step import StepName
from wizard.draft import Change, Draft, Field
from wizard.identityiq.handover.plan import Plan
from wizard.identityiq.handover.wanted import wanted
from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary
from wizard.identityiq.javamail.outcome import Outcome
from wizard.identityiq.javamail.predicting import Facts, predict
from wizard.identityiq.javamail.trial import Means
from wizard.identityiq.jvm.view import JvmView, Missing, Source
from wizard.identityiq.oauth.model import Claims, OAuthRun, Status, Step, StepResult
from wizard.identityiq.oauth.settings import OAuthSettings
from wizard.identityiq.reading import read_text
from wizard.identityiq.settings import Settings
from wizard.identityiq.watch.recognise import recognise
from wizard.identityiq.watch.steps import Step as Ticked
from wizard.identityiq.watch.steps import first_steps, ticked
from wizard.identityiq.watch.watch import Note, Seen, Stepped, WatchEvent
from wizard.practice.relay_events import Mail, TriedSignIn
from wizard.profile import Endpoint, Password, Profile, parse
from wizard.report import Report
from wizard.smtp.message import code_of

_JAVA = JavaRuntime(Path("/opt/jdk-17.0.15"), "17.0.15", source="runs Tomcat, process 1482", pid=1482)
_JAR = Path("/opt/tomcat/webapps/identityiq/WEB-INF/lib/javax.mail-1.6.2.jar")
IIQ = Installation(
    Path("/opt/tomcat/webapps/identityiq"),
    version="8.4",
    server="Tomcat",
    pid=1482,
    found_by="its process",
    jvm=_JAVA,
    mail=MailLibrary(_JAR, "1.6.2"),
)
EXPORT = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">
<sailpoint>
<Configuration name="SystemConfiguration">
  <Attributes>
    <Map>
      <entry key="emailNotifierType" value="smtp"/>
      <entry key="defaultEmailHost" value="smtp.old.example.com "/>
      <entry key="defaultEmailPort" value="25"/>
      <entry key="defaultEmailFromAddress" value="iiq@example.com"/>
      <entry key="smtp_encryptionType" value="TLS"/>
      <entry key="smtp_username" value="svc-iiq@example.com"/>
      <entry key="smtp_password" value="1:ACP:bmV2ZXI="/>
      <entry key="suppressDuplicateEmails" value="true"/>
    </Map>
  </Attributes>
</Configuration>
</sailpoint>
"""


def read() -> Settings:
    """What was read of IdentityIQ: the settings of EXPORT."""
    settings = read_text(EXPORT, "an export").settings
    assert settings is not None
    return settings


def here(app: WizardApp, patch: pytest.MonkeyPatch, home: Path) -> None:
    """An IdentityIQ runs on this host, and its settings were read."""
    patch.setattr("wizard.app.host.find_identityiq", lambda: (IIQ,))
    app.was_read(Taken((), read(), frozenset(), IIQ))


def export(app: WizardApp, patch: pytest.MonkeyPatch, home: Path) -> None:
    """An export lies in the home folder."""
    (home / "export.xml").write_text(EXPORT)


# --- applying ------------------------------------------------------------------------------------------------------------


def planned(app: WizardApp, patch: pytest.MonkeyPatch, home: Path) -> None:
    """IdentityIQ's console was asked, and 12 requests wait."""
    here(app, patch, home)

    async def plan(installation: Installation, profile: Profile, **_: object) -> Plan:
        return Plan(installation, read(), wanted(profile), "", waiting=12)

    patch.setattr("wizard.identityiq.handover.prepare.plan_apply", plan)


# --- watching ------------------------------------------------------------------------------------------------------------


class CannedWatch:
    """Stands in for a watch: two mails have come, and it waits to be stopped."""

    problem = ""
    sign_off_seen = True

    def __init__(self, tell: Callable[[WatchEvent], None], *_: object, **__: object) -> None:
        self.steps = first_steps(by_hand=False)
        self._tell = tell
        self._stopped = asyncio.Event()

    async def __aenter__(self) -> CannedWatch:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def over(self) -> None:
        """Tell, and wait."""
        began = _mail(1, "Certification Q4 access review of Ann Lee has started", "Dear Ann, please begin.")
        done = _mail(2, "Q4 access review of Ann Lee was signed off", "The certification was signed off by Ann Lee.")
        notes = {
            Ticked.LISTEN: "127.0.0.1, port 40025",
            Ticked.POINT: "127.0.0.1, port 40025",
            Ticked.CREATE: "mail 1",
            Ticked.ANY_MAIL: "mail 1",
            Ticked.SIGN_OFF: "",
            Ticked.SIGN_OFF_MAIL: "mail 2",
        }
        for mail in (began, done):
            self._tell(Seen(mail, recognise(mail.subject, mail.body)))
        for step, note in notes.items():
            self.steps = ticked(self.steps, step, note)
        self._tell(Note("IdentityIQ is expected to queue its mail: it can take a minute or more until it comes."))
        self._tell(Stepped(self.steps))
        await self._stopped.wait()

    def stop(self) -> None:
        """End."""
        self._stopped.set()

    def left(self) -> tuple[Path, ...]:
        """Return no files."""
        return ()


def _mail(number: int, subject: str, body: str) -> Mail:
    return Mail(
        number,
        TODAY.replace(tzinfo=None, second=10 * number).astimezone(),  # half past nine wherever the picture is drawn
        "127.0.0.1",
        "iiq01.example.com",
        "",
        TriedSignIn("PLAIN", "svc-iiq@example.com"),
        "iiq@example.com",
        ("ann.lee@example.com",),
        "IdentityIQ <iiq@example.com>",
        subject,
        body,
        False,
        1200,
        "",
        f"A213C90F3{number}",
        Path(f"~/.local/state/smtp-wizard/watch/{number:06}.eml"),
    )


def watched(app: WizardApp, patch: pytest.MonkeyPatch, home: Path) -> None:
    """A watch in which the sign-off mail was seen."""
    here(app, patch, home)
    patch.setattr("wizard.identityiq.watch.watch.Watch", CannedWatch)


# --- as IdentityIQ will --------------------------------------------------------------------------------------------------


def distrusting(app: WizardApp, patch: pytest.MonkeyPatch, home: Path) -> None:
    """IdentityIQ's Java does not know the server's authority."""
    here(app, patch, home)
    why = "unable to find valid certification path to requested target"
    log = (
        "javax.mail.MessagingException: Could not convert socket to TLS;",
        f"javax.net.ssl.SSLHandshakeException: PKIX path building failed: {why}",
    )

    async def trial(report: Report, *_: object, **__: object) -> Outcome:
        foretold = predict(report, report.profile, Facts(_JAVA, IIQ.mail, accepts=False, refusal="unknown-ca"))
        return foretold._replace(predicted=False, java=_JAVA.version, library="1.6.2", seconds=0.544, logged=log)

    async def examine(*_: object, **__: object) -> JvmView:
        return JvmView(_endpoint(app), missing=Missing(Source.SENT_ROOT, "CN=Example CA", b"a certificate"))

    patch.setattr("wizard.identityiq.javamail.trial.means", lambda *_: Means(_JAVA, IIQ.mail))
    patch.setattr("wizard.identityiq.javamail.trial.trial", trial)
    patch.setattr("wizard.identityiq.jvm.examine", examine)


def _endpoint(app: WizardApp) -> Endpoint:
    profile = parse(app.draft)
    assert isinstance(profile, Profile)
    return profile.endpoint


# --- HTTP/OAuth ----------------------------------------------------------------------------------------------------------

_TENANT, _CLIENT = "11111111-aaaa-4bbb-8ccc-222222222222", "33333333-dddd-4eee-8fff-444444444444"
HTTP = PROD.with_changes(
    Change(Field.HOST, ""),
    Change(Field.USERNAME, ""),
    Change(Field.PASSWORD, ""),
    Change(Field.IIQ_TYPE, "http"),
    Change(Field.IIQ_EMAIL_ENDPOINT, "https://graph.microsoft.com/v1.0/users/iiq@example.com/sendMail"),
    Change(Field.IIQ_TOKEN_ENDPOINT, f"https://login.microsoftonline.com/{_TENANT}/oauth2/v2.0/token"),
    Change(Field.IIQ_REFRESH_ENDPOINT, f"https://login.microsoftonline.com/{_TENANT}/oauth2/v2.0/token"),
    Change(Field.IIQ_SCOPE, "https://graph.microsoft.com/.default"),
    Change(Field.IIQ_CLIENT_ID, _CLIENT),
    Change(Field.IIQ_CLIENT_SECRET, "keyring"),
)


def permitted(app: WizardApp, patch: pytest.MonkeyPatch, home: Path) -> None:
    """The token is given and may send; the message is accepted."""
    app.client_secret = Password(CANARY)
    token, graph = "login.microsoftonline.com", "graph.microsoft.com"
    steps = (
        StepResult(Step.NAME, token, Status.PASSED, "20.190.159.2 +3", 0.012),
        StepResult(Step.CONNECT, token, Status.PASSED, "port 443", 0.024),
        StepResult(Step.SECURE, token, Status.PASSED, "TLS 1.3, until 2027-04-30", 0.031),
        StepResult(Step.TOKEN, token, Status.PASSED, "given, for 60 minutes", 0.188),
        StepResult(Step.ROLES, token, Status.PASSED, "Mail.Send (Application)", 0.0),
        StepResult(Step.NAME, graph, Status.PASSED, "20.190.160.1 +7", 0.009),
        StepResult(Step.CONNECT, graph, Status.PASSED, "port 443", 0.022),
        StepResult(Step.SECURE, graph, Status.PASSED, "TLS 1.3, until 2027-03-14", 0.03),
        StepResult(Step.SEND, graph, Status.PASSED, "202 accepted", 0.341),
    )

    async def try_out(settings: OAuthSettings, secret: Password, emit: Callable[[OAuthRun], None], **_: object) -> None:
        claims = Claims(app_id=_CLIENT, tenant=_TENANT, roles=("Mail.Send",))
        emit(OAuthRun(settings, steps, claims=claims, accepted=True, token="84b868e4", ended=True))

    patch.setattr("wizard.identityiq.oauth.run.try_out", try_out)


# --- templates, arrival --------------------------------------------------------------------------------------------------


def dated(app: WizardApp, patch: pytest.MonkeyPatch, home: Path) -> None:
    """Dates in rendered mails are those of the day of all pictures."""
    from wizard.identityiq import templates

    patch.setattr("wizard.identityiq.templates.render_async", partial(templates.render_async, today=TODAY.date()))


HEADERS = """\
Received: from mx1.example.com (mx1.example.com. [203.0.113.7])
        by mx.receiver.example with ESMTPS id d2e1a72fcca58-7245 (version=TLS1_3);
        Tue, 24 Nov 2026 09:31:09 +0000
Authentication-Results: mx.receiver.example;
        dkim=pass header.d=example.com; spf=pass smtp.mailfrom=iiq@example.com;
        dmarc=pass header.from=example.com
Received: from iiq01.example.com (unknown [10.0.0.5])
        by mx1.example.com (Postfix) with ESMTPSA id 8BA93182CB;
        Tue, 24 Nov 2026 09:30:02 +0000 (UTC)
From: iiq@example.com
Subject: SMTP Wizard test 84b868e4
X-SMTP-Wizard-Token: 84b868e4

Hello
"""

_HAND_OVER = Scene(keys=("h", "~How do the settings"), prepare=here)
_REDIRECTED = PROD.with_changes(
    Change(Field.PASSWORD, "ask"),
    Change(Field.IIQ_TYPE, "redirectToEmail"),
    Change(Field.IIQ_REDIRECT_ADDRESS, "iiq-test@example.com"),
    Change(Field.IIQ_ENVIRONMENT, "non-production"),
)

IIQ_SCENES: dict[str, Scene] = {
    "iiq-read": Scene(
        Draft(),
        StepName.ACCESS,
        name="",
        keys=("a", "a", "a", "a", "enter", "~Paste the XML", "tab", "~", *"/export.xml", "enter", "~What was read"),
        prepare=export,
        shows="mistake",
    ),
    "iiq-handover": replace(_HAND_OVER, keys=(*_HAND_OVER.keys, "down", "~What would change")),
    "iiq-apply": replace(_HAND_OVER, keys=(*_HAND_OVER.keys, "down", "down", "enter", "~Enter Change it"), prepare=planned),
    "iiq-watch": replace(
        _HAND_OVER,
        keys=(*_HAND_OVER.keys, "down", "down", "down", "enter", "~Nothing listens", "enter", "~ok  The sign-off"),
        prepare=watched,
    ),
    "iiq-as-iiq": Scene(
        keys=("enter", "~Every stage passed", "i", "~This is what Enter", "enter", "~r Again"),
        events=passing(),
        prepare=distrusting,
    ),
    "iiq-oauth": Scene(
        HTTP,
        StepName.DETAILS,
        keys=("enter", "~Nothing has been contacted", "m", "enter", "~accepted the message"),
        prepare=permitted,
    ),
    "iiq-templates": replace(
        _HAND_OVER,
        keys=(*_HAND_OVER.keys, "i", "enter", "~Subject", "down", "~decided every line"),
        prepare=dated,
    ),
    "details-identityiq": Scene(
        _REDIRECTED, StepName.DETAILS, keys=("ctrl+p", *"own settings", "~retries, duplicates", "enter", "~Server root")
    ),
    "arrived": Scene(
        keys=(
            "enter",
            "~Accepted by",
            "a",
            "~Has it arrived",
            *code_of("84b868e4"),
            "~Read by a person",
            "tab",
            "tab",
            "tab",
            "tab",
        ),
        events=sent(),
        paste=HEADERS,
        shows="hop 2",
    ),
}
SCENES = {**OTHERS, **IIQ_SCENES}
