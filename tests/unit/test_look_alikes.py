"""What looks alike and is not: things in between, probes that settle it, flaws behind the first one, held-back sign-ins."""

from __future__ import annotations

from datetime import date

import pytest

from wizard.diagnosis import diagnose
from wizard.diagnosis.cert_flaws import names
from wizard.diagnosis.inspectors import INSPECTORS, inspector
from wizard.diagnosis.model import Finding, Severity
from wizard.profile import Endpoint, Login, Profile, Security
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

CERTIFICATE = Certificate("CN=mail.example.com", "CN=R11, O=Let's Encrypt", ("mail.example.com",), "2026-10-01", "2026-12-30", "")
GOOD = TlsFacts("TLSv1.3", "", True, CERTIFICATE)
NOTHING = Context()


def cause(
    observation: Observation, host: str = "mail.example.com", port: int = 587, mode: Security = Security.STARTTLS
) -> Finding:
    profile = Profile(Endpoint(host, port, mode), login=Login("svc@example.com"), sender="iiq@example.com")
    errors = [one for one in diagnose(observation, profile, today=date(2026, 11, 24)) if one.severity is Severity.ERROR]
    assert len(errors) == 1
    return errors[0]


def refused(stage: Stage, text: str, context: Context = NOTHING) -> Observation:
    reply = Reply.from_lines([line.encode() for line in text.split("\n")])
    assert reply is not None
    return Observation(stage, Kind.REPLY, reply=reply, context=context)


def bad_certificate(certificate: Certificate, code: int, chain: tuple[Certificate, ...] = ()) -> Observation:
    facts = TlsFacts("", "", verified=False, certificate=certificate, chain=chain)
    return Observation(Stage.TLS, Kind.TLS_CERTIFICATE, verify_code=code, tls=facts)


def greeted(text: str, *capabilities: str, tls: TlsFacts | None = None) -> Context:
    return Context(greeting=Reply(220, None, (text,)), capabilities=dict.fromkeys(capabilities, ""), tls=tls)


# -- things in between ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", INSPECTORS)
def test_a_certificate_of_an_inspecting_product_names_the_product(product: str) -> None:
    authority = INSPECTORS[product][0].title()
    found = cause(bad_certificate(CERTIFICATE._replace(issuer=f"CN={authority} CA"), 20))

    assert found.id == "middlebox"
    assert product in found.evidence.text
    assert not any(remedy.changes for remedy in found.remedies)


def test_the_inspecting_authority_is_found_above_the_certificate_too() -> None:
    above = Certificate("CN=inspect-3", "O=Zscaler Inc., CN=Zscaler Root CA", (), "", "", "")

    assert cause(bad_certificate(CERTIFICATE._replace(issuer="CN=inspect-3"), 19, (CERTIFICATE, above))).id == "middlebox"


@pytest.mark.parametrize("issuer", ["CN=Presets CA", "O=Example Corp, CN=Internal CA", "CN=Avgerinos Mail", "O=DigiCert Inc"])
def test_a_name_that_only_resembles_a_product_is_no_inspection(issuer: str) -> None:
    assert inspector(issuer) == ""
    assert cause(bad_certificate(CERTIFICATE._replace(issuer=issuer), 20)).id == "cert-untrusted-issuer"


def test_another_name_of_the_same_provider_is_a_mismatch_and_no_interception() -> None:
    own = CERTIFICATE._replace(names=("*.google.com", "smtp.gmail.com"))
    strange = CERTIFICATE._replace(names=("server7.hoster.example",))

    assert cause(bad_certificate(own, 62), "smtp-relay.gmail.com").id == "cert-hostname-mismatch"
    found = cause(bad_certificate(strange, 62), "smtp.gmail.com")
    assert found.id == "middlebox"
    assert "server7.hoster.example" in found.evidence.text


@pytest.mark.parametrize("greeting", ["****************************", "************2****************0*"])
def test_a_starred_greeting_is_a_rewritten_one_until_the_line_is_encrypted(greeting: str) -> None:
    no_starttls = Observation(Stage.STARTTLS, Kind.NOT_OFFERED, context=greeted(greeting, "SIZE"))
    found = cause(no_starttls)
    assert found.id == "middlebox"
    assert greeting in found.evidence.text

    inside = refused(Stage.AUTH, "535 5.7.8 no", greeted(greeting, "AUTH", tls=GOOD))
    assert cause(inside).id == "auth-bad-credentials"


def test_a_provider_that_answers_with_a_strangers_ehlo_is_an_interception() -> None:
    context = greeted("hoster-22.example ESMTP Exim", "AUTH")._replace(ehlo=Reply(250, None, ("hoster-22.example Hello",)))
    found = cause(refused(Stage.AUTH, "535 Incorrect authentication data", context), "smtp.office365.com")

    assert found.id == "middlebox"
    assert "hoster-22.example" in found.evidence.text


def test_starttls_gone_on_587_alone_was_taken_away_and_on_25_alone_was_never_there() -> None:
    gone = Observation(Stage.STARTTLS, Kind.NOT_OFFERED, context=greeted("mail.example.com ESMTP", "SIZE"))
    on_25 = Alternative(25, Security.STARTTLS, works=True, greeting="220 mail.example.com ESMTP", tls=GOOD)
    on_587 = on_25._replace(port=587)

    taken = cause(gone._replace(alternatives=(on_25,)))
    assert taken.id == "middlebox"
    assert "port 25" in taken.evidence.text
    assert cause(gone._replace(alternatives=(on_587,)), port=25).id == "starttls-unavailable"
    assert cause(gone).id == "starttls-unavailable"


def test_a_large_provider_without_starttls_is_not_what_the_provider_said() -> None:
    gone = Observation(Stage.STARTTLS, Kind.NOT_OFFERED, context=Context(capabilities={"SIZE": ""}))

    assert cause(gone, "smtp.office365.com").id == "middlebox"


@pytest.mark.parametrize(
    ("address", "host", "expected"),
    [
        ("198.18.0.7", "mail.example.com", "proxy-or-nat"),
        ("64:ff9b::c000:201", "mail.example.com", "proxy-or-nat"),
        ("10.1.2.3", "smtp.gmail.com", "proxy-or-nat"),
        ("10.1.2.3", "mail.example.com", "connect-timeout"),
        ("192.0.0.1", "mail.example.com", "connect-timeout"),
    ],
)
def test_an_address_that_only_a_translation_gives_is_named(address: str, host: str, expected: str) -> None:
    family = "ipv6" if ":" in address else "ipv4"
    silent = Context(addresses=(AddressFate(address, family, Fate.TIMEOUT, 2.0),))
    found = cause(Observation(Stage.CONNECT, Kind.TIMEOUT, context=silent), host)

    assert found.id == expected
    assert expected != "proxy-or-nat" or address in found.evidence.text


# -- settled by a probe of this run ---------------------------------------------------------------------------------------------

TLS_HERE = Alternative(2465, Security.TLS, works=True, tls=GOOD)
NO_TLS_HERE = Alternative(587, Security.TLS, works=False)
PLAIN_HERE = Alternative(465, Security.STARTTLS, works=False, greeting="220 mail.example.com ESMTP")


@pytest.mark.parametrize("kind", [Kind.CLOSED, Kind.RESET, Kind.TIMEOUT])
def test_a_port_that_says_nothing_in_clear_and_speaks_tls_wants_tls(kind: Kind) -> None:
    found = cause(Observation(Stage.GREETING, kind, alternatives=(TLS_HERE,)), port=2465)

    assert found.id == "port-speaks-tls"
    assert found.remedies[0].proven


@pytest.mark.parametrize("kind", [Kind.CLOSED, Kind.RESET, Kind.TIMEOUT, Kind.TLS_FAILED])
def test_a_port_that_breaks_off_tls_and_greets_in_clear_wants_starttls(kind: Kind) -> None:
    assert cause(Observation(Stage.TLS, kind, alternatives=(PLAIN_HERE,)), port=465, mode=Security.TLS).id == "port-speaks-plain"


def test_a_look_alike_that_a_probe_has_ruled_out_is_not_offered_and_the_words_say_so() -> None:
    untried = cause(Observation(Stage.GREETING, Kind.TIMEOUT))
    tried = cause(Observation(Stage.GREETING, Kind.TIMEOUT, alternatives=(NO_TLS_HERE,)))

    assert untried.id == tried.id == "greeting-timeout"
    assert "port-speaks-tls" in [other.id for other in untried.also_possible]
    assert "port-speaks-tls" not in [other.id for other in tried.also_possible]
    assert "was tried on this port as well" in tried.meaning


@pytest.mark.parametrize("ended", [Kind.TLS_ALERT, Kind.TLS_VERSION, Kind.TLS_CIPHER, Kind.TLS_CLIENT_CERT])
def test_a_silent_port_that_breaks_a_handshake_off_in_tls_speaks_tls(ended: Kind) -> None:
    broken = Alternative(465, Security.TLS, works=False, ended=ended)

    found = cause(Observation(Stage.GREETING, Kind.TIMEOUT, alternatives=(broken,)), port=465)

    assert found.id == "port-speaks-tls"
    assert "it answers in TLS, and the handshake then fails" in found.meaning
    assert not any(remedy.proven for remedy in found.remedies)


def test_a_reply_code_that_its_enhanced_code_contradicts_asks_for_no_encryption() -> None:
    offers = greeted("mail.example.com ESMTP OpenSMTPD", "STARTTLS")
    said = "524 5.2.4 Mailing list expansion problem: <nobody@example.com>"

    assert cause(refused(Stage.RCPT, said, offers), mode=Security.NONE).id == "recipient-unknown"
    assert cause(refused(Stage.MAIL, "524 Encryption needed", offers), mode=Security.NONE).id == "starttls-required"


# -- one code, several causes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "host", "text", "context", "expected", "also"),
    [
        (Stage.AUTH, "smtp.gmail.com", "535 5.7.8 no", Context(tls=GOOD), "auth-app-password-required", "auth-bad-credentials"),
        (Stage.AUTH, "mail.example.com", "535 5.7.8 no", Context(tls=GOOD), "auth-bad-credentials", "auth-app-password-required"),
        (
            Stage.AUTH,
            "mail.example.com",
            "534 5.7.9 no",
            Context(tls=GOOD),
            "auth-mechanism-unsupported",
            "auth-app-password-required",
        ),
        (Stage.GREETING, "mail.example.com", "550 5.7.1 no", NOTHING, "ip-blocked", "rate-limited"),
        (Stage.RCPT, "mail.example.com", "550 5.7.1 no", NOTHING, "recipient-rejected", "recipient-unknown"),
        (Stage.DATA, "mail.example.com", "550 5.7.1 no", NOTHING, "content-rejected", "ip-blocked"),
        (Stage.GREETING, "mail.example.com", "554 no", NOTHING, "service-unavailable", "ip-blocked"),
        (Stage.STARTTLS, "mail.example.com", "454 no", NOTHING, "starttls-unavailable", "middlebox"),
        (Stage.AUTH, "mail.example.com", "454 no", NOTHING, "auth-temporary", "auth-account-limited"),
    ],
)
def test_the_likelier_comes_first_and_the_other_is_told_apart(
    stage: Stage, host: str, text: str, context: Context, expected: str, also: str
) -> None:
    found = cause(refused(stage, text, context), host)

    assert found.id == expected
    assert also in [other.id for other in found.also_possible]


def test_microsofts_unauthenticated_is_the_encryption_in_clear_and_the_sign_in_under_tls() -> None:
    said = "530 5.7.57 Client not authenticated to send mail"
    in_clear = Context(capabilities={"STARTTLS": ""})

    assert cause(refused(Stage.MAIL, said, in_clear), "smtp.office365.com", mode=Security.NONE).id == "starttls-required"
    assert cause(refused(Stage.MAIL, said, Context(tls=GOOD)), "smtp.office365.com").id != "starttls-required"


def test_starttls_refused_on_an_encrypted_line_is_asked_for_twice() -> None:
    assert cause(refused(Stage.STARTTLS, "503 5.5.1 no", Context(tls=GOOD))).id == "tls-twice"


# -- flaws behind the first one -------------------------------------------------------------------------------------------------


def test_an_expired_certificate_for_another_name_is_said_to_be_both() -> None:
    both = CERTIFICATE._replace(names=("old.example.com",), not_after="2025-01-31T00:00:00Z")

    by_name, by_date = cause(bad_certificate(both, 62)), cause(bad_certificate(both, 10))

    assert by_name.id == "cert-hostname-mismatch"
    assert "expired, on 2025-01-31" in by_name.meaning
    assert by_date.id == "cert-expired"
    assert "old.example.com" in by_date.meaning


@pytest.mark.parametrize(
    ("host", "covered"),
    [("mail.example.com", True), ("MAIL.example.com.", True), ("a.mail.example.com", False), ("example.com", False)],
)
def test_a_star_stands_for_one_label(host: str, covered: bool) -> None:
    assert names(CERTIFICATE._replace(names=("*.example.com",)), host) is covered


# -- bytes that are no greeting -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (Kind.TIMEOUT, "\\xff\\xfd\\x18\\xff\\xfd \\xff\\xfd#", "not-smtp"),
        (Kind.TIMEOUT, "Ubuntu 22.04 LTS\\x0d\\x0amail login: ", "not-smtp"),
        (Kind.MALFORMED, "[\\x00\\x00\\x00\\x0a11.4.2-x\\x00", "not-smtp"),
        (Kind.TIMEOUT, "220 mail.exa", "greeting-timeout"),
        (Kind.TIMEOUT, "2", "greeting-timeout"),
        (Kind.MALFORMED, "\\x15\\x03\\x03\\x00\\x02\\x02F", "port-speaks-tls"),
        (Kind.MALFORMED, "Welcome", "protocol-violation"),
    ],
)
def test_a_prompt_a_database_and_a_tls_record_are_told_from_a_slow_mail_server(kind: Kind, raw: str, expected: str) -> None:
    assert cause(Observation(Stage.GREETING, kind, raw=raw, partial=kind is Kind.TIMEOUT)).id == expected


def test_in_a_reply_of_mixed_codes_the_last_counts() -> None:
    reply = Reply.from_lines([b"250-2.1.5 fine", b"550-5.7.1 look at the list", b"550 5.1.1 no such mailbox"])

    assert reply is not None
    assert (reply.code, reply.enhanced) == (550, "5.1.1")
    assert Reply.from_lines([b"250-2.1.5 fine", b"550 no"]) == Reply(550, None, ("fine", "no"))


# -- a sign-in that was not tried again -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("refusals", "words"), [(1, "refused once before"), (2, "refused 2 times before")])
def test_a_sign_in_held_back_says_how_often_it_was_refused_and_what_to_do(refusals: int, words: str) -> None:
    found = cause(Observation(Stage.AUTH, Kind.HELD_BACK, refusals=refusals, context=Context(tls=GOOD)))

    assert found.id == "auth-bad-credentials"
    assert words in found.meaning
    assert "--try-sign-in" in found.remedies[0].label
    assert not any(remedy.changes for remedy in found.remedies)
