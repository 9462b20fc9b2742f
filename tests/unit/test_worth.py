"""Which failures make the neighbouring ports worth a look, and what is said about what they showed."""

from __future__ import annotations

import pytest

from wizard.diagnosis import diagnose
from wizard.draft import Change, Field
from wizard.profile import Endpoint, Login, Profile, Security
from wizard.smtp.observation import Alternative, Context, Kind, LaxTls, Observation, Reply, Stage, TlsFacts, Weak
from wizard.smtp.seen_from import addresses_named
from wizard.smtp.worth import worth_looking

PROFILE = Profile(Endpoint("mail.test", 587, Security.STARTTLS), "", None, "a@example.com", "b@example.net")
SIGNING_IN = PROFILE._replace(login=Login("svc"))
TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", True, None)
HELLO = Reply(250, None, ("mail.test",))


def said(stage: Stage, text: str, **context: object) -> Observation:
    reply = Reply.from_lines([text.encode()])
    return Observation(stage, Kind.REPLY, reply=reply, context=Context(**context))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Observation(Stage.CONNECT, Kind.PASSED), False),
        (Observation(Stage.TLS, Kind.TLS_CERTIFICATE), True),
        (Observation(Stage.TLS, Kind.TLS_CLIENT_CERT), True),
        (Observation(Stage.TLS, Kind.CA_FILE), False),
        (Observation(Stage.STARTTLS, Kind.NOT_OFFERED), True),
        (Observation(Stage.AUTH, Kind.NO_MECHANISM), True),
        (Observation(Stage.AUTH, Kind.NO_SECRET), False),
        (Observation(Stage.AUTH, Kind.HELD_BACK), False),
        (said(Stage.AUTH, "535 5.7.139 sign-in switched off"), True),
        (said(Stage.AUTH, "454 4.7.0 later"), False),
        (said(Stage.MAIL, "530 5.7.57 not signed in"), True),
        (said(Stage.RCPT, "554 5.7.1 Relay access denied"), True),
        (said(Stage.RCPT, "554 5.7.1 Relay access denied", signed_in=True), False),
        (said(Stage.RCPT, "550 5.1.1 no such user"), False),
        (said(Stage.DATA, "552 5.3.4 too large"), False),
        (said(Stage.RCPT, "450 4.2.0 greylisted"), False),
        (said(Stage.GREETING, "554 5.7.1 you are blocked"), False),
    ],
)
def test_only_what_a_neighbour_can_explain_is_looked_into(seen: Observation, expected: bool) -> None:
    assert worth_looking(seen, PROFILE) is expected


def test_a_port_with_a_usable_mechanism_is_the_cure_and_one_without_is_not() -> None:
    alternatives = (
        Alternative(2525, Security.STARTTLS, True, auth=("GSSAPI", "XOAUTH2"), tls=TLS),
        Alternative(465, Security.TLS, True, auth=("PLAIN",), tls=TLS),
    )
    seen = Observation(Stage.AUTH, Kind.NO_MECHANISM, context=Context(tls=TLS), alternatives=alternatives)

    (finding, *_) = diagnose(seen, SIGNING_IN)

    assert finding.id == "auth-mechanism-unsupported"
    assert [remedy.changes for remedy in finding.remedies if remedy.changes] == [
        (Change(Field.SECURITY, "tls"), Change(Field.PORT, "465"))
    ]


@pytest.mark.parametrize(
    ("alternatives", "capabilities", "words"),
    [
        ((), {"AUTH": "PLAIN LOGIN"}, "It offers to sign in here: PLAIN, LOGIN."),
        ((Alternative(465, Security.TLS, True, auth=("PLAIN",), tls=TLS, ehlo=HELLO),), {}, "A sign-in is offered on port 465"),
        ((Alternative(465, Security.TLS, True, tls=TLS, ehlo=HELLO),), {}, "it may know its clients by their address"),
    ],
)
def test_a_relay_that_refuses_says_where_a_sign_in_is_offered(
    alternatives: tuple[Alternative, ...], capabilities: dict[str, str], words: str
) -> None:
    seen = said(Stage.RCPT, "554 5.7.1 Relay access denied", capabilities=capabilities)._replace(alternatives=alternatives)

    (finding, *_) = diagnose(seen, PROFILE)

    assert finding.id == "relay-denied"
    assert words in finding.meaning


def test_a_blocked_address_behind_a_translation_is_named_as_the_server_sees_it() -> None:
    text = "554 5.7.1 Service unavailable; client host 203.0.113.9 blocked using bl.example.org"

    (behind, *_) = diagnose(said(Stage.GREETING, text, local_address="10.0.0.5"), PROFILE)
    (direct, *_) = diagnose(said(Stage.GREETING, text, local_address="203.0.113.9"), PROFILE)

    assert behind.id == direct.id == "ip-blocked"
    assert "sees this host as 203.0.113.9, and its own address is 10.0.0.5" in behind.meaning
    assert "translation" not in direct.meaning


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("550 5.7.1 client host [203.0.113.9] blocked", ("203.0.113.9",)),
        ("554 2001:db8::9 is listed", ("2001:db8::9",)),
        ("550 5.7.1 rejected at 10:20:30, see 999.1.1.1", ()),
        ("250 version 8.17.1.22.3", ()),
    ],
)
def test_addresses_are_read_from_a_reply_and_versions_and_times_are_not(text: str, addresses: tuple[str, ...]) -> None:
    reply = Reply.from_lines([text.encode()])
    assert reply is not None
    assert addresses_named(reply) == addresses


@pytest.mark.parametrize(
    ("kind", "lax", "words"),
    [
        (Kind.TLS_VERSION, LaxTls(Weak.VERSION, "TLSv1", "AES128-SHA"), "it agreed to TLSv1 and nothing newer"),
        (Kind.TLS_CIPHER, LaxTls(Weak.CIPHER, "TLSv1.2", "AES128-SHA"), "TLSv1.2 with AES128-SHA, which is switched off here"),
        (Kind.TLS_CIPHER, LaxTls(Weak.KEY, "TLSv1.2", "X", "RSA 1024"), "too short: RSA 1024 bits"),
        (Kind.TLS_CIPHER, LaxTls(Weak.SIGNATURE, "TLSv1.2", "X", "RSA 2048", "sha1"), "signed with SHA1"),
        (Kind.TLS_CIPHER, LaxTls(Weak.GROUP, "TLSv1.2", "DHE-X"), "key exchange is too short"),
        (Kind.TLS_CIPHER, LaxTls(Weak.OTHER, "TLSv1.2", "X"), "it agreed to TLSv1.2 with X"),
    ],
)
def test_what_an_undemanding_handshake_agreed_to_is_said(kind: Kind, lax: LaxTls, words: str) -> None:
    (finding, *_) = diagnose(Observation(Stage.TLS, kind, lax=lax), PROFILE)
    assert words in finding.meaning


@pytest.mark.parametrize("differs", ["greeting", "refused", "tls"])
def test_one_port_that_behaves_otherwise_shows_that_no_proxy_answers_for_all(differs: str) -> None:
    silent = [Alternative(port, Security.STARTTLS, False, ended=Kind.CLOSED) for port in (25, 465, 2525)]
    others = {
        "greeting": silent[0]._replace(greeting="220 mail.test", ended=Kind.PASSED),
        "refused": silent[0]._replace(ended=None),
        "tls": silent[0]._replace(tls=TLS),
    }
    everywhere = Observation(Stage.GREETING, Kind.CLOSED, alternatives=tuple(silent))
    one_differs = everywhere._replace(alternatives=(others[differs], *silent[1:]))

    assert diagnose(everywhere, PROFILE)[0].id == "proxy-or-nat"
    assert diagnose(one_differs, PROFILE)[0].id != "proxy-or-nat"


@pytest.mark.parametrize("text", ["503 5.5.1 Error: TLS already active", "554 5.5.1 Already in TLS"])
def test_a_server_that_takes_a_clear_line_for_encrypted_has_something_before_it(text: str) -> None:
    offered = {"STARTTLS": ""}
    seen = said(Stage.STARTTLS, text, capabilities=offered, clear_capabilities=offered)

    (finding, *_) = diagnose(seen, PROFILE)

    assert finding.id == "tls-twice"
    assert "Something in between encrypts" in finding.meaning
