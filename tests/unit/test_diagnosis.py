"""The handbook: from what a session showed to one cause in plain words, and remedies that never weaken a line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from wizard.diagnosis import diagnose
from wizard.diagnosis.filling import finding
from wizard.diagnosis.handbook import RULES, UNKNOWN
from wizard.diagnosis.model import Finding, Rule, Seen, Severity
from wizard.diagnosis.table import findings_document
from wizard.diagnosis.warnings import WARNINGS
from wizard.draft import Change, Field
from wizard.profile import Endpoint, Login, Mechanism, Profile, Security
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

TODAY = date(2026, 11, 24)
CONTRACT = frozenset(
    """dns-not-found dns-temporary connect-refused connect-timeout network-unreachable proxy-or-nat connection-dropped
    greeting-timeout reply-timeout not-smtp service-unavailable server-busy ip-blocked helo-rejected middlebox
    protocol-violation port-speaks-tls port-speaks-plain tls-twice starttls-unavailable starttls-required tls-version
    tls-cipher-or-key tls-handshake-failed cert-expired cert-not-yet-valid cert-self-signed cert-untrusted-issuer
    cert-hostname-mismatch client-cert-required auth-bad-credentials auth-app-password-required auth-basic-disabled
    auth-mechanism-unsupported auth-not-offered auth-required auth-account-limited auth-oauth-token-invalid
    auth-temporary sender-rejected sender-unauthenticated-domain relay-denied recipient-unknown recipient-rejected
    mailbox-full greylisted rate-limited quota-or-sandbox message-too-large content-rejected line-or-encoding unknown""".split()  # noqa: SIM905 - as the contract lists them
)
CERTIFICATE = Certificate(
    "CN=smtp.example.com", "CN=Example CA", ("smtp.example.com",), "2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z", "00"
)
VERIFIED = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", verified=True, certificate=CERTIFICATE)


def a_profile(
    security: Security = Security.STARTTLS,
    port: int = 587,
    host: str = "smtp.example.com",
    mechanism: Mechanism = Mechanism.AUTO,
    sender: str = "iiq@example.com",
) -> Profile:
    return Profile(
        Endpoint(host, port, security),
        login=Login("svc@example.com", mechanism),
        sender=sender,
        recipient="admin@example.org",
    )


NOTHING_SEEN = Context()


def replied(stage: Stage, text: str, context: Context = NOTHING_SEEN) -> Observation:
    """An observation of a server that answered in these words, as the wire gave them."""
    reply = Reply.from_lines([line.encode() for line in text.split("\n")])
    assert reply is not None
    return Observation(stage, Kind.REPLY, reply=reply, context=context)


def cause(observation: Observation, profile: Profile | None = None) -> Finding:
    """The one error a failed observation must have."""
    errors = [one for one in diagnose(observation, profile or a_profile(), today=TODAY) if one.severity is Severity.ERROR]
    assert len(errors) == 1
    return errors[0]


# -- replies: how servers of many kinds word each cause -------------------------------------------------------------------------

REPLIES = [
    (Stage.GREETING, "554 5.3.2 mx.example.com no SMTP service here", "service-unavailable"),
    (Stage.GREETING, "521 mx.example.com does not accept mail", "service-unavailable"),
    (Stage.GREETING, "421 4.3.2 mx.example.com Service not available, closing channel", "service-unavailable"),
    (Stage.GREETING, "421 too busy, call again", "server-busy"),
    (Stage.GREETING, "421 4.7.0 mx.example.com Error: too many connections from 192.0.2.1", "rate-limited"),
    (Stage.GREETING, "554-mx.example.com\n554 Your address 192.0.2.1 is on our blacklist", "ip-blocked"),
    (Stage.EHLO, "501 5.5.4 Invalid domain name", "helo-rejected"),
    (Stage.EHLO, "550 Access denied - EHLO hostname must resolve", "helo-rejected"),
    (Stage.RCPT, "504 5.5.2 <iiq>: Helo command rejected: need fully-qualified hostname", "helo-rejected"),
    (Stage.STARTTLS, "454 4.7.0 TLS not available due to local problem", "starttls-unavailable"),
    (Stage.STARTTLS, "502 5.5.1 Unknown command", "starttls-unavailable"),
    (Stage.STARTTLS, "554 5.5.1 Error: TLS already active", "tls-twice"),
    (Stage.AUTH, "538 5.7.11 Encryption required for requested authentication mechanism", "starttls-required"),
    (Stage.MAIL, "530 5.7.0 Must issue a STARTTLS command first", "starttls-required"),
    (Stage.AUTH, "535 5.7.8 Error: authentication failed: (reason unavailable)", "auth-bad-credentials"),
    (Stage.AUTH, "535 Incorrect authentication data", "auth-bad-credentials"),
    (Stage.AUTH, "550 5.1.0 Authentication failed", "auth-bad-credentials"),
    (Stage.AUTH, "534-5.7.9 Application-specific password required.\n534 5.7.9 See the help page", "auth-app-password-required"),
    (Stage.AUTH, "550 5.7.30 Basic authentication is not supported for Client Submission.", "auth-basic-disabled"),
    (Stage.AUTH, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", "auth-basic-disabled"),
    (Stage.AUTH, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", "auth-bad-credentials"),
    (Stage.AUTH, "454 4.7.0 Temporary authentication failure: connection lost", "auth-temporary"),
    (Stage.AUTH, "454 4.7.0 Too many login attempts, please try again later", "auth-account-limited"),
    (Stage.AUTH, "535 5.7.0 Your account is locked", "auth-account-limited"),
    (Stage.AUTH, "534-5.7.14 Please log in with your web browser\n534 5.7.14 and then try again", "auth-account-limited"),
    (Stage.AUTH, "504 5.5.4 Unrecognized authentication type", "auth-mechanism-unsupported"),
    (Stage.AUTH, "503 5.5.1 Error: authentication not enabled", "auth-not-offered"),
    (Stage.AUTH, "535 Account not subscribed to SES", "quota-or-sandbox"),
    (Stage.MAIL, "530 5.7.57 Client not authenticated to send mail", "auth-required"),
    (Stage.MAIL, "553 5.7.1 <iiq@example.com>: Sender address rejected: not logged in", "auth-required"),
    (Stage.MAIL, "553 5.7.1 <iiq@example.com>: Sender address rejected: not owned by user svc", "sender-rejected"),
    (Stage.MAIL, "501 5.1.7 Bad sender address syntax", "sender-rejected"),
    (Stage.RCPT, "450 4.1.8 <iiq@example.com>: Sender address rejected: Domain not found", "sender-rejected"),
    (Stage.DATA, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "sender-rejected"),
    (Stage.DATA, "550 5.7.26 This mail is unauthenticated: SPF and DKIM did not pass", "sender-unauthenticated-domain"),
    (Stage.DATA, "550-5.7.1 rejected by the DMARC policy\n550 5.7.1 of example.com", "sender-unauthenticated-domain"),
    (Stage.RCPT, "554 5.7.1 <admin@example.org>: Relay access denied", "relay-denied"),
    (Stage.RCPT, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "relay-denied"),
    (
        Stage.RCPT,
        "550 5.1.1 <admin@example.org>: Recipient address rejected: User unknown in local recipient table",
        "recipient-unknown",
    ),
    (Stage.RCPT, "550 No such user here", "recipient-unknown"),
    (Stage.RCPT, "550 5.7.1 Recipient refuses mail from strangers by policy: rejected", "recipient-rejected"),
    (Stage.RCPT, "452 4.2.2 The recipient's inbox is out of storage space", "mailbox-full"),
    (Stage.RCPT, "552 5.2.2 Mailbox over quota", "mailbox-full"),
    (Stage.RCPT, "450 4.2.0 <admin@example.org>: Recipient address rejected: Greylisted", "greylisted"),
    (Stage.RCPT, "451 4.7.1 Please try again later", "greylisted"),
    (Stage.RCPT, "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", "ip-blocked"),
    (Stage.RCPT, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "ip-blocked"),
    (Stage.RCPT, "452 4.5.3 Too many recipients", "rate-limited"),
    (Stage.RCPT, "451 4.3.0 <admin@example.org>: Temporary lookup failure", "server-busy"),
    (Stage.MAIL, "452 4.3.1 Insufficient system storage", "server-busy"),
    (Stage.MAIL, "550 5.4.5 Daily user sending limit exceeded", "rate-limited"),
    (Stage.DATA, "454 Throttling failure: Maximum sending rate exceeded.", "rate-limited"),
    (Stage.DATA, "454 Throttling failure: Daily message quota exceeded.", "quota-or-sandbox"),
    (Stage.DATA, "554 Message rejected: Email address is not verified in this region", "quota-or-sandbox"),
    (Stage.DATA, "552 5.3.4 Message size exceeds fixed limit", "message-too-large"),
    (Stage.MAIL, "552 Message size exceeds maximum permitted", "message-too-large"),
    (Stage.DATA, "554 5.7.1 This message was identified as spam", "content-rejected"),
    (Stage.DATA, "521 5.5.2 mx.example.com Error: bare <LF> received", "line-or-encoding"),
    (Stage.DATA, "550 5.6.7 Internationalized address not permitted", "line-or-encoding"),
]


@pytest.mark.parametrize(("stage", "text", "expected"), REPLIES, ids=[text[:60] for _, text, _ in REPLIES])
def test_a_reply_is_known_by_its_codes_or_its_words(stage: Stage, text: str, expected: str) -> None:
    found = cause(replied(stage, text))

    assert found.id == expected
    assert found.evidence.code == int(text[:3])
    assert found.stage is stage


def test_a_reply_nobody_knows_is_quoted() -> None:
    found = cause(Observation(Stage.DATA, Kind.REPLY, reply=Reply(299, None, ("purple elephants today",))))

    assert found.id == "unknown"
    assert "purple elephants today" in found.meaning


def test_an_exception_nobody_knows_is_quoted() -> None:
    found = cause(Observation(Stage.MAIL, Kind.NOT_OFFERED, error="OddError: left is right"))

    assert found.id == "unknown"
    assert "OddError: left is right" in found.meaning


# -- what is no reply -----------------------------------------------------------------------------------------------------------

KINDS = [
    (Stage.RESOLVE, Kind.NAME_NOT_FOUND, "dns-not-found"),
    (Stage.RESOLVE, Kind.RESOLVER_FAILED, "dns-temporary"),
    (Stage.CONNECT, Kind.REFUSED, "connect-refused"),
    (Stage.CONNECT, Kind.PROHIBITED, "connect-refused"),
    (Stage.CONNECT, Kind.UNREACHABLE, "network-unreachable"),
    (Stage.CONNECT, Kind.TIMEOUT, "connect-timeout"),
    (Stage.GREETING, Kind.TIMEOUT, "greeting-timeout"),
    (Stage.GREETING, Kind.SPEAKS_TLS, "port-speaks-tls"),
    (Stage.GREETING, Kind.CLOSED, "connection-dropped"),
    (Stage.EHLO, Kind.RESET, "connection-dropped"),
    (Stage.DATA, Kind.TIMEOUT, "reply-timeout"),
    (Stage.EHLO, Kind.TOO_LONG, "protocol-violation"),
    (Stage.STARTTLS, Kind.INJECTED, "protocol-violation"),
    (Stage.STARTTLS, Kind.NOT_OFFERED, "starttls-unavailable"),
    (Stage.TLS, Kind.TLS_PLAINTEXT, "port-speaks-plain"),
    (Stage.TLS, Kind.TLS_VERSION, "tls-version"),
    (Stage.TLS, Kind.TLS_CIPHER, "tls-cipher-or-key"),
    (Stage.TLS, Kind.TLS_CLIENT_CERT, "client-cert-required"),
    (Stage.TLS, Kind.TLS_ALERT, "tls-handshake-failed"),
    (Stage.TLS, Kind.TLS_FAILED, "tls-handshake-failed"),
    (Stage.TLS, Kind.TIMEOUT, "tls-handshake-failed"),
    (Stage.TLS, Kind.CA_FILE, "ca-file-unusable"),
    (Stage.AUTH, Kind.NOT_OFFERED, "auth-not-offered"),
    (Stage.AUTH, Kind.NO_MECHANISM, "auth-mechanism-unsupported"),
    (Stage.AUTH, Kind.NO_SECRET, "password-missing"),
    (Stage.AUTH, Kind.SERVER_UNPROVEN, "protocol-violation"),
    (Stage.MAIL, Kind.NEEDS_UTF8, "line-or-encoding"),
    (Stage.MAIL, Kind.TOO_LARGE, "message-too-large"),
]


@pytest.mark.parametrize(("stage", "kind", "expected"), KINDS)
def test_an_ending_without_a_reply_is_known_by_its_kind(stage: Stage, kind: Kind, expected: str) -> None:
    assert cause(Observation(stage, kind)).id == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (10, "cert-expired"),
        (9, "cert-not-yet-valid"),
        (18, "cert-self-signed"),
        (19, "cert-untrusted-issuer"),
        (20, "cert-untrusted-issuer"),
        (21, "cert-untrusted-issuer"),
        (62, "cert-hostname-mismatch"),
        (64, "cert-hostname-mismatch"),
        (66, "tls-cipher-or-key"),
        (68, "tls-cipher-or-key"),
        (79, "cert-untrusted-issuer"),
    ],
)
def test_a_certificate_is_known_by_its_verify_code(code: int, expected: str) -> None:
    assert cause(Observation(Stage.TLS, Kind.TLS_CERTIFICATE, verify_code=code)).id == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("HTTP/1.1 400 Bad Request", "not-smtp"),
        ("* OK IMAP4rev1 ready", "not-smtp"),
        ("+OK POP3 ready", "not-smtp"),
        ("SSH-2.0-OpenSSH_9.2", "not-smtp"),
        ("J\\x00\\x00\\x008.0.36\\x00mysql_native_password", "not-smtp"),
        ("hello there", "protocol-violation"),
    ],
)
def test_a_greeting_that_is_no_smtp_is_told_from_a_broken_one(raw: str, expected: str) -> None:
    assert cause(Observation(Stage.GREETING, Kind.MALFORMED, raw=raw)).id == expected


def test_an_ftp_server_greets_like_a_mail_server_and_is_still_seen() -> None:
    greeted = Context(greeting=Reply(220, None, ("files.example.com FTP server ready",)))

    assert cause(replied(Stage.EHLO, "500 Unknown command", greeted)).id == "not-smtp"


def test_a_firewall_that_masks_abilities_is_named_instead_of_the_missing_starttls() -> None:
    masked = Context(capabilities={"XXXXXXXA": "", "SIZE": "10000"})

    assert cause(Observation(Stage.STARTTLS, Kind.NOT_OFFERED, context=masked)).id == "middlebox"


def test_a_large_providers_host_with_a_strangers_certificate_is_an_interception() -> None:
    stranger = VERIFIED._replace(verified=False, certificate=CERTIFICATE._replace(names=("srv.hoster.example",)))
    seen = Observation(Stage.TLS, Kind.TLS_CERTIFICATE, verify_code=62, tls=stranger)

    assert cause(seen, a_profile(host="smtp.gmail.com")).id == "middlebox"
    assert cause(seen, a_profile(host="smtp.example.com")).id == "cert-hostname-mismatch"


def test_a_strangers_greeting_under_a_large_providers_name_is_an_interception() -> None:
    greeted = Context(greeting=Reply(220, None, ("server-9.hoster.example ESMTP Exim 4.96",)), tls=VERIFIED)
    refused = replied(Stage.AUTH, "535 Incorrect authentication data", greeted)

    assert cause(refused, a_profile(host="smtp.gmail.com")).id == "middlebox"
    assert cause(refused, a_profile(host="smtp.example.com")).id == "auth-bad-credentials"


def test_a_refused_token_is_not_called_a_wrong_password() -> None:
    with_token = Context(mechanism="XOAUTH2", tls=VERIFIED)

    found = cause(replied(Stage.AUTH, "535 5.7.3 Authentication unsuccessful", with_token))

    assert found.id == "auth-oauth-token-invalid"


def test_gmails_refusal_of_an_everyday_password_asks_for_an_app_password() -> None:
    refused = replied(Stage.AUTH, "535-5.7.8 Username and Password not accepted.\n535 5.7.8 gsmtp")

    found = cause(refused, a_profile(host="smtp.gmail.com"))

    assert found.id == "auth-app-password-required"
    assert "auth-bad-credentials" in [other.id for other in found.also_possible]


def test_only_unreachable_addresses_are_no_route_even_if_the_deadline_ended_the_attempt() -> None:
    dead = Context(addresses=(AddressFate("2001:db8::1", "ipv6", Fate.UNREACHABLE),))

    assert cause(Observation(Stage.CONNECT, Kind.TIMEOUT, context=dead)).id == "network-unreachable"


# -- withheld passwords ---------------------------------------------------------------------------------------------------------


def test_a_password_withheld_in_clear_names_starttls_where_it_is_offered() -> None:
    offered = Context(capabilities={"STARTTLS": "", "AUTH": "PLAIN"})

    found = cause(Observation(Stage.AUTH, Kind.WITHHELD, context=offered), a_profile(Security.NONE, 25))

    assert found.id == "starttls-required"
    assert found.remedies[0].changes == (Change(Field.SECURITY, "starttls"),)


def test_a_password_withheld_in_clear_without_starttls_says_that_the_server_cannot_encrypt() -> None:
    found = cause(
        Observation(Stage.AUTH, Kind.WITHHELD, context=Context(capabilities={"AUTH": "PLAIN"})), a_profile(Security.NONE)
    )

    assert found.id == "starttls-unavailable"
    assert not any(remedy.changes for remedy in found.remedies)


def test_a_password_withheld_from_an_unverified_server_names_the_certificate() -> None:
    unverified = VERIFIED._replace(verified=False, verify_code=18)

    found = cause(Observation(Stage.AUTH, Kind.WITHHELD, context=Context(tls=unverified)))

    assert found.id == "cert-self-signed"


# -- remedies -------------------------------------------------------------------------------------------------------------------

SUBMISSION = Alternative(587, Security.STARTTLS, works=True, auth=("PLAIN",), tls=VERIFIED)
SMTPS = Alternative(465, Security.TLS, works=True, auth=("PLAIN",), tls=VERIFIED)


def test_what_was_seen_to_work_is_the_first_remedy() -> None:
    seen = Observation(Stage.CONNECT, Kind.REFUSED, alternatives=(SUBMISSION,))

    found = cause(seen, a_profile(Security.TLS, 466))

    assert found.id == "connect-refused"
    assert found.remedies[0].proven
    assert found.remedies[0].changes == (Change(Field.SECURITY, "starttls"), Change(Field.PORT, "587"))


def test_the_same_port_in_its_own_mode_comes_before_another_port() -> None:
    here = Alternative(465, Security.TLS, works=True, auth=("PLAIN",), tls=VERIFIED)
    seen = Observation(Stage.GREETING, Kind.SPEAKS_TLS, alternatives=(SUBMISSION, here))

    found = cause(seen, a_profile(Security.STARTTLS, 465))

    assert found.remedies[0].changes == (Change(Field.SECURITY, "tls"),)


def test_a_neighbour_without_a_sign_in_comes_after_one_that_offers_it() -> None:
    silent = SMTPS._replace(auth=())
    seen = Observation(Stage.CONNECT, Kind.TIMEOUT, alternatives=(silent, SUBMISSION))

    found = cause(seen, a_profile(Security.STARTTLS, 2525))

    assert found.remedies[0].changes == (Change(Field.PORT, "587"),)


@pytest.mark.parametrize(
    "unsafe",
    [
        Alternative(25, Security.NONE, works=True, auth=("PLAIN",)),
        SUBMISSION._replace(tls=VERIFIED._replace(verified=False)),
        SUBMISSION._replace(tls=None),
        SUBMISSION._replace(works=False),
    ],
    ids=["in clear", "not verified", "no TLS facts", "did not work"],
)
def test_a_neighbour_that_is_not_safe_is_never_offered(unsafe: Alternative) -> None:
    found = cause(Observation(Stage.CONNECT, Kind.REFUSED, alternatives=(unsafe,)), a_profile(Security.TLS, 465))

    assert not any(remedy.changes for remedy in found.remedies)


def test_a_chosen_mechanism_that_is_not_offered_gives_way_to_auto_on_an_encrypted_line_only() -> None:
    offered = Context(capabilities={"AUTH": "PLAIN LOGIN"}, tls=VERIFIED)
    profile = a_profile(mechanism=Mechanism.SCRAM_SHA_256)
    encrypted = Observation(Stage.AUTH, Kind.NO_MECHANISM, context=offered)

    assert cause(encrypted, profile).remedies[0].changes == (Change(Field.MECHANISM, "auto"),)
    in_clear = encrypted._replace(context=offered._replace(tls=None))
    assert not any(remedy.changes for remedy in cause(in_clear, profile).remedies)


def test_auto_with_nothing_in_common_is_not_told_to_use_auto() -> None:
    offered = Context(capabilities={"AUTH": "XOAUTH2"}, tls=VERIFIED)

    found = cause(Observation(Stage.AUTH, Kind.NO_MECHANISM, context=offered))

    assert "XOAUTH2" in found.meaning
    assert not any("to auto" in remedy.label for remedy in found.remedies)


def test_a_sender_that_is_not_ours_can_become_the_address_that_signs_in() -> None:
    refused = replied(Stage.MAIL, "553 5.7.1 Sender address rejected: not owned by user svc", Context(signed_in=True))

    assert cause(refused).remedies[0].changes == (Change(Field.SENDER, "svc@example.com"),)


def situations() -> list[Seen]:
    """Observations of every kind at every stage, in every mode, with every sort of neighbour and ability around them."""
    neighbours = (
        SUBMISSION,
        SMTPS,
        Alternative(25, Security.NONE, works=True, auth=("PLAIN",)),
        Alternative(2525, Security.STARTTLS, works=True, tls=VERIFIED._replace(verified=False)),
    )
    contexts = (
        Context(),
        Context(capabilities={"STARTTLS": "", "AUTH": "PLAIN LOGIN XOAUTH2"}),
        Context(capabilities={"AUTH": "PLAIN LOGIN"}, tls=VERIFIED, mechanism="PLAIN", signed_in=True),
        Context(capabilities={"AUTH": "CRAM-MD5"}, tls=VERIFIED._replace(verified=False, verify_code=18), mechanism="CRAM-MD5"),
    )
    return [
        Seen(
            Observation(stage, kind, context=context, alternatives=neighbours, reply=Reply(550, "5.7.1", ("no",))), profile, TODAY
        )
        for stage in Stage
        for kind in Kind
        for context in contexts
        for profile in (
            a_profile(Security.NONE, 25, mechanism=Mechanism.CRAM_MD5),
            a_profile(Security.STARTTLS, 587, mechanism=Mechanism.SCRAM_SHA_256),
            a_profile(Security.TLS, 465),
            Profile(Endpoint("", 0, Security.STARTTLS)),
        )
    ]


@pytest.mark.parametrize("rule", [*RULES, UNKNOWN, *WARNINGS], ids=lambda rule: rule.id)
def test_no_remedy_of_any_rule_weakens_a_line_and_proven_ones_come_first(rule: Rule) -> None:
    for seen in situations():
        remedies = finding(rule, seen).remedies

        for remedy in remedies:
            for change in remedy.changes:
                assert change.field not in (Field.ACCEPT_CLEARTEXT_AUTH, Field.ACCEPT_UNVERIFIED_TLS, Field.CA_FILE)
                assert change != Change(Field.SECURITY, "none")
                if change.field is Field.MECHANISM:
                    assert seen.observation.context.encrypted
        order = [(not remedy.proven, not remedy.changes) for remedy in remedies]
        assert order == sorted(order)


def test_every_failure_has_exactly_one_error_and_a_stop_has_none() -> None:
    for seen in situations():
        found = diagnose(seen.observation, seen.profile, today=TODAY)
        errors = [one for one in found if one.severity is Severity.ERROR]
        expected = 0 if seen.observation.kind in (Kind.PASSED, Kind.STOPPED) else 1

        assert len(errors) == expected, seen.observation
    assert diagnose(Observation(Stage.AUTH, Kind.STOPPED), a_profile()) == ()


# -- warnings -------------------------------------------------------------------------------------------------------------------


def warned(observation: Observation, profile: Profile | None = None, today: date = TODAY) -> list[str]:
    return [one.id for one in diagnose(observation, profile or a_profile(), today=today)]


@pytest.mark.parametrize(("last_day", "expected"), [("2026-12-14", ["cert-expiring"]), ("2026-12-15", [])])
def test_a_certificate_is_about_to_end_under_21_days(last_day: str, expected: list[str]) -> None:
    ending = VERIFIED._replace(certificate=CERTIFICATE._replace(not_after=f"{last_day}T12:00:00Z"))

    assert warned(Observation(Stage.TLS, Kind.PASSED, tls=ending)) == expected


def test_the_days_of_a_certificate_are_counted_from_the_day_given() -> None:
    ending = VERIFIED._replace(certificate=CERTIFICATE._replace(not_after="2026-11-25T12:00:00Z"))

    (found,) = diagnose(Observation(Stage.TLS, Kind.PASSED, tls=ending), a_profile(), today=TODAY)

    assert found.title == "The certificate of smtp.example.com ends in 1 day"
    assert found.severity is Severity.WARNING


def test_an_unverified_server_is_said_beside_the_pass() -> None:
    assert warned(Observation(Stage.TLS, Kind.PASSED, tls=VERIFIED._replace(verified=False))) == ["tls-not-verified"]


@pytest.mark.parametrize("kind", [Kind.PASSED, Kind.REPLY])
def test_a_password_that_went_out_in_clear_is_said_whether_it_was_right_or_not(kind: Kind) -> None:
    reply = Reply(535, "5.7.8", ("no",)) if kind is Kind.REPLY else None
    seen = Observation(Stage.AUTH, kind, reply=reply, context=Context(mechanism="LOGIN"))

    assert "password-in-clear" in warned(seen, a_profile(Security.NONE, 25))


def test_a_challenge_answered_in_clear_is_not_said_to_have_sent_the_password() -> None:
    seen = Observation(Stage.AUTH, Kind.PASSED, context=Context(mechanism="CRAM-MD5"))

    (found,) = diagnose(seen, a_profile(Security.NONE, 25), today=TODAY)

    assert found.id == "password-in-clear"
    assert "was sent" not in found.title


def signed_in(profile: Profile, today: date = TODAY) -> tuple[Finding, ...]:
    """What stands beside a sign-in that passed over a verified line."""
    return diagnose(Observation(Stage.AUTH, Kind.PASSED, context=Context(tls=VERIFIED)), profile, today=today)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 24), "changes from 2026-12-31, in 37 days"),
        (date(2026, 12, 31), "changes from 2026-12-31, which is today"),
        (date(2027, 1, 1), "is in force since 2026-12-31"),
    ],
)
def test_the_end_of_password_sign_in_is_counted_from_today(today: date, words: str) -> None:
    (found,) = signed_in(a_profile(host="smtp.office365.com"), today)

    assert found.id == "password-sign-in-ending"
    assert words in found.meaning


def test_a_token_or_another_provider_has_no_end_in_sight() -> None:
    assert signed_in(a_profile(host="smtp.office365.com", mechanism=Mechanism.XOAUTH2)) == ()
    assert signed_in(a_profile(host="smtp.example.com")) == ()
    assert signed_in(a_profile(host="office365.com.example.net")) == ()


def test_an_address_that_refuses_beside_one_that_answers_is_worth_a_word() -> None:
    fates = (AddressFate("2001:db8::1", "ipv6", Fate.TIMEOUT), AddressFate("192.0.2.1", "ipv4", Fate.CONNECTED))

    (found,) = diagnose(Observation(Stage.CONNECT, Kind.PASSED, context=Context(addresses=fates)), a_profile(), today=TODAY)

    assert found.id == "address-silent"
    assert "2001:db8::1" in found.meaning


# -- words ----------------------------------------------------------------------------------------------------------------------


def test_every_id_of_the_contract_has_a_rule() -> None:
    assert CONTRACT - {rule.id for rule in (*RULES, UNKNOWN)} == frozenset()


def test_look_alikes_are_ids_that_exist_and_each_says_how_to_tell() -> None:
    known = {rule.id for rule in (*RULES, UNKNOWN)}
    for rule in RULES:
        for other in rule.also:
            assert other.id in known - {rule.id}
            assert len(other.tell_apart.split()) > 3


@pytest.mark.parametrize("rule", [*RULES, UNKNOWN, *WARNINGS], ids=lambda rule: rule.id)
def test_words_are_calm_complete_and_say_what_to_do(rule: Rule) -> None:
    for seen in situations()[:: len(Stage)]:
        found = finding(rule, seen)
        said = " ".join((found.title, found.meaning, found.log_line, *(remedy.label for remedy in found.remedies)))

        assert "!" not in said
        assert "delivered" not in said
        assert "{" not in said
        assert not found.title.endswith(".")
        assert found.remedies


def test_a_servers_words_cannot_break_the_line_or_go_on_for_ever() -> None:
    hostile = Reply(550, None, ("first\r\nsecond\x1b[2J" + "x" * 100_000,))

    evidence = cause(Observation(Stage.RCPT, Kind.REPLY, reply=hostile)).evidence

    assert evidence.text.isprintable()
    assert len(evidence.text) <= 400


def test_the_page_of_findings_is_what_the_rules_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "findings.md"

    assert page.read_text(encoding="utf-8") == findings_document(), "run: python -m wizard.diagnosis > docs/findings.md"


def test_every_cause_has_a_name_in_plain_words() -> None:
    from wizard.diagnosis.names import NAMES
    from wizard.diagnosis.warnings import WARNINGS

    ids = {rule.id for rule in (*RULES, UNKNOWN, *WARNINGS)} | {other.id for rule in RULES for other in rule.also}
    assert ids <= set(NAMES)
    assert not any("-" in word and word in ids for name in NAMES.values() for word in name.split())


@pytest.mark.parametrize("rule", [*RULES, UNKNOWN], ids=lambda rule: rule.title[:50])
def test_every_rule_says_where_it_is_known_from(rule: Rule) -> None:
    assert rule.source


def test_the_page_of_findings_has_a_section_for_each_id_with_evidence_and_sources() -> None:
    page = findings_document()

    for name in CONTRACT:
        section = page.partition(f"### `{name}`")[2].partition("\n### ")[0]
        assert "**Evidence**" in section, name
        assert "**What to do**" in section, name
        assert "**Sources**" in section, name
    assert "{" not in page
