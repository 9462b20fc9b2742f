"""What providers and server programs are known to refuse with: each said by a server on loopback, through the engine."""

from __future__ import annotations

import datetime
from datetime import date

import pytest

from tests.loopback import Loopback
from tests.scripted import Peer, scripted
from wizard import providers, servers
from wizard.diagnosis import diagnose
from wizard.diagnosis.casebook import explain
from wizard.diagnosis.handbook import RULES
from wizard.diagnosis.model import Finding, Severity
from wizard.diagnosis.reading import Known
from wizard.diagnosis.refusals import Refusal, every_refusal, refusals_of
from wizard.profile import Endpoint, Login, Password, Profile, Security
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.observation import Certificate, Context, Kind, Observation, Reply, Stage, TlsFacts

TODAY = date(2026, 11, 24)
# How each program greets as its package ships it; hMailServer says nothing of itself and is known by what it offers.
GREETINGS = {
    "postfix": "mail.test ESMTP Postfix (Debian/GNU)",
    "exim": "mail.test ESMTP Exim 4.96 Tue, 24 Nov 2026 12:00:00 +0000",
    "opensmtpd": "mail.test ESMTP OpenSMTPD",
    "sendmail": "mail.test ESMTP Sendmail 8.17.1/8.17.1; Tue, 24 Nov 2026 12:00:00 GMT",
    "haraka": "mail.test ESMTP Haraka/3.0.3 ready",
    "hmailserver": "mail.test ESMTP",
    "stalwart": "mail.test Stalwart ESMTP at your service",
    "dovecot": "mail.test Dovecot (Debian) ready.",
    "exchange": "mail.test Microsoft ESMTP MAIL Service ready at Tue, 24 Nov 2026 12:00:00 +0000",
}
ABILITIES = {"hmailserver": ("SIZE 20480000", "AUTH PLAIN", "HELP")}
LOCAL = tuple(provider.id for provider in providers.table() if provider.local)
CASES = [(owner, refusal) for refusal in every_refusal() for owner in refusal.of]
ON_THE_WIRE = [case for case in CASES if case[0] not in LOCAL]
USERS = {"host": "", "sender": "iiq@example.com", "recipient": "admin@example.org", "user": "svc@example.com"}


def named(case: object) -> str:
    """How pytest calls a case: the owner, then what it says."""
    return case if isinstance(case, str) else case.example[:50] or case.finding if isinstance(case, Refusal) else ""


def stage_of(refusal: Refusal) -> Stage:
    """The stage at which the server refuses; what may come at any comes last."""
    return refusal.when.stages[0] if refusal.when.stages else Stage.DATA


def profile_for(host: str, stage: Stage) -> Profile:
    """Settings that reach every stage of a server without encryption; STARTTLS where that is refused."""
    security = Security.STARTTLS if stage is Stage.STARTTLS else Security.NONE
    login = Login(USERS["user"])
    return Profile(
        Endpoint(host, 25, security), "", login, USERS["sender"], USERS["recipient"], timeout=5, accept_cleartext_auth=True
    )


class Refusing:
    """A server that takes everything up to one stage and then says the refusal, or hangs up where it has no words."""

    def __init__(self, greeting: str, abilities: tuple[str, ...], refusal: Refusal) -> None:
        self.greeting = greeting
        self.abilities = abilities
        self.refusal = refusal
        self.stage = stage_of(refusal)

    async def talk(self, peer: Peer) -> None:
        """Speak to one client."""
        if self.stage is Stage.GREETING:
            await self.refuse(peer)
            return
        await peer.say(f"220 {self.greeting}")
        while line := await peer.hear():
            verb = line.split()[0].upper().decode("ascii", "replace")
            if verb == self.verb():
                await self.refuse(peer)
                return
            if verb == "DATA":
                await self.take_message(peer)
                return
            await self.agree(peer, verb)

    def verb(self) -> str:
        """The command that is refused."""
        return {Stage.DATA: ""}.get(self.stage, self.stage.value.upper())

    async def refuse(self, peer: Peer) -> None:
        """Say the example, line by line."""
        if self.refusal.example:
            await peer.say(*self.refusal.example.split("\n"))
            await peer.until_closed()

    async def take_message(self, peer: Peer) -> None:
        """Take a message and refuse it after its end."""
        await peer.say("354 go on")
        while await peer.hear() != b".":
            pass
        await self.refuse(peer)

    async def agree(self, peer: Peer, verb: str) -> None:
        """Say yes to a command."""
        if verb == "EHLO":
            rows = ["mail.test", *self.abilities]
            await peer.say(*(f"250{'-' if row is not rows[-1] else ' '}{row}" for row in rows))
        else:
            await peer.say("235 2.7.0 welcome" if verb == "AUTH" else "250 2.0.0 fine")


async def run_against(owner: str, refusal: Refusal) -> tuple[Report, str]:
    """Climb against a server of this provider or program that refuses so; return the report and the host's name."""
    provider = providers.by_id(owner)
    host = provider.host if provider else "mail.test"
    greeting = f"{host} ESMTP" if provider else GREETINGS[owner]
    abilities = ABILITIES.get(owner, ("8BITMIME", "AUTH PLAIN", "STARTTLS"))
    stage = stage_of(refusal)
    async with scripted(Refusing(greeting, abilities, refusal).talk) as server:
        report = Report(profile_for(host, stage))

        def fold(event: object) -> None:
            nonlocal report
            report = report.add(event)  # type: ignore[arg-type]

        network = Loopback({25: server.port}, {host: ("127.0.0.1",)})
        await check(report.profile, Password("secret"), fold, deliver=True, network=network)
    return report, host


@pytest.mark.parametrize(("owner", "refusal"), ON_THE_WIRE, ids=named)
async def test_a_known_refusal_is_explained_by_what_it_means_there(owner: str, refusal: Refusal) -> None:
    report, host = await run_against(owner, refusal)

    error = report.error
    assert error is not None
    assert error.id == refusal.finding
    known = {**USERS, "host": host}
    assert error.meaning.startswith(refusal.means.format_map(known))
    assert error.remedies[-1].label == refusal.cure.format_map(known)
    assert error.stage is stage_of(refusal)


@pytest.mark.parametrize("case", [case for case in CASES if case[0] in LOCAL], ids=lambda case: case[1].example[:50])
def test_a_program_on_this_machine_is_known_by_its_certificate(case: tuple[str, Refusal]) -> None:
    _, refusal = case
    certificate = Certificate("CN=127.0.0.1,O=Proton AG", "CN=127.0.0.1,O=Proton AG", ("127.0.0.1",), "", "", "")
    context = Context(tls=TlsFacts("TLSv1.3", "AES", True, certificate))
    found = judged(stage_of(refusal), refusal.example, Endpoint("127.0.0.1", 1025, Security.STARTTLS), context)

    assert found.id == refusal.finding
    assert "its certificate tells" in found.meaning


@pytest.mark.parametrize("refusal", every_refusal(), ids=named)
def test_an_entry_is_whole_sourced_and_calm(refusal: Refusal) -> None:
    known = {provider.id for provider in providers.table()} | {server.id for server in servers.table()}
    assert set(refusal.of) <= known
    assert refusal.finding in {rule.id for rule in RULES}
    assert refusal.source
    assert isinstance(refusal.checked, datetime.date)
    assert refusal.example or refusal.when.kinds
    for words in (refusal.means, refusal.cure):
        assert words[0].isupper() or words.startswith("{")
        assert words.endswith(".")
        assert "!" not in words
    assert {other.id for other in refusal.also} <= {rule.id for rule in RULES} - {refusal.finding}


@pytest.mark.parametrize("server", servers.table(), ids=lambda server: server.id)
def test_a_server_program_says_where_its_settings_are_and_where_that_was_read(server: servers.Server) -> None:
    assert server.name
    assert server.settings
    assert server.called
    assert server.link.startswith("https://")
    assert server.source
    assert server.checked <= date(2026, 12, 31)
    assert refusals_of(server.id)


def judged(stage: Stage, words: str, endpoint: Endpoint, context: Context) -> Finding:
    """The one error of a reply at a stage."""
    reply = Reply.from_lines([line.encode() for line in words.split("\n")])
    profile = Profile(endpoint, "", Login(USERS["user"]), USERS["sender"], USERS["recipient"])
    found = diagnose(Observation(stage, Kind.REPLY, reply=reply, context=context), profile, today=TODAY)
    (error,) = (one for one in found if one.severity is Severity.ERROR)
    return error


def test_the_same_reply_of_a_server_nobody_knows_is_judged_by_the_general_rules() -> None:
    nobody = judged(Stage.AUTH, "535 5.7.8 Sorry.", Endpoint("mail.example.com", 587, Security.STARTTLS), Context())

    assert nobody.id == "auth-bad-credentials"
    assert "SMTP_Injection" not in nobody.meaning


def test_a_stranger_under_a_providers_name_is_not_judged_by_what_the_provider_says() -> None:
    greeted = Context(greeting=Reply(220, None, ("server-9.hoster.example ESMTP Exim 4.96",)))

    found = judged(Stage.AUTH, "535 5.7.8 no", Endpoint("smtp.gmail.com", 587, Security.STARTTLS), greeted)

    assert found.id == "middlebox"


def test_a_company_name_for_a_providers_server_is_seen_through_by_its_greeting() -> None:
    greeted = Context(greeting=Reply(220, None, ("AM0PR01CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready",)))
    words = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."

    found = judged(Stage.AUTH, words, Endpoint("mail.example.com", 587, Security.STARTTLS), greeted)

    assert found.id == "auth-basic-disabled"
    assert "Microsoft 365: its greeting tells" in found.meaning
    assert "Set-CASMailbox svc@example.com" in found.remedies[-1].label


@pytest.mark.parametrize(
    ("text", "provider", "cause", "words"),
    [
        ("554 <joe@example.net>: Relay access denied", "Fastmail", "auth-required", "Fastmail address and an app password"),
        ("550 User has no permission", "NetEase 163", "auth-basic-disabled", "settings of mail.163.com"),
        ("503 5.5.1 Error: authentication not enabled", "Postfix", "auth-not-offered", "smtpd_sasl_auth_enable"),
        ("smtp.sendgrid.net said: 550 Unauthenticated senders not allowed", "", "auth-required", "user name apikey"),
        (
            "535-5.7.8 Username and Password not accepted\n535 5.7.8 x1sm2 - gsmtp",
            "",
            "auth-app-password-required",
            "apppasswords",
        ),
    ],
    ids=["told provider", "told provider, no code tells", "told program", "host in the text", "sign in the reply"],
)
def test_pasted_text_is_explained_by_whose_server_said_it(text: str, provider: str, cause: str, words: str) -> None:
    found = explain(text, Known(provider=provider))

    assert found[0].id == cause
    assert words in " ".join(remedy.label for remedy in found[0].remedies)
