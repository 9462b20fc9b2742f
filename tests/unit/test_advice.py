"""What settings and a first look at the server mean together: one case per kind of advice."""

from __future__ import annotations

from datetime import date

import pytest

from wizard.app.advice import Advice, advise
from wizard.app.sight import Sight, Target, port_words, target_of
from wizard.diagnosis.model import Finding, Severity
from wizard.draft import Change, Draft, Field
from wizard.profile import Security
from wizard.smtp.observation import Certificate, Stage, TlsFacts
from wizard.smtp.ports import PortResult, PortState, recommend

DRAFT = Draft(host="mail.test", port="587", security="starttls", username="svc", sender="iiq@example.com")
TODAY = date(2026, 11, 24)


def tls(*, verified: bool = True, until: str = "2999-01-01T00:00:00Z", reason: str = "") -> TlsFacts:
    """Return what a handshake gave."""
    certificate = Certificate("CN=mail.test", "CN=CA", ("mail.test",), "2026-01-01T00:00:00Z", until, "00")
    return TlsFacts("TLSv1.3", "AES", verified, certificate, verify_reason=reason)


def port(
    number: int,
    *security: Security,
    state: PortState = PortState.OPEN,
    facts: TlsFacts | None = None,
    auth: tuple[str, ...] = ("PLAIN",),
    family: str = "ipv4",
) -> PortResult:
    """Return what is seen of one port."""
    return PortResult(
        port=number,
        family="ipv6" if family == "ipv6" else "ipv4",
        address="192.0.2.1",
        state=state,
        greeting="mail.test ESMTP" if security else "",
        security=security,
        tls=facts or (tls() if security and security != (Security.NONE,) else None),
        auth=auth,
        auth_in_clear=(),
        seconds=0.01,
    )


def sight(*results: PortResult, looking: bool = False) -> Sight:
    """Return a sight of mail.test."""
    target = Target("mail.test", tuple(dict.fromkeys(result.port for result in results)))
    return Sight(target, ("192.0.2.1",), 0.01, results=results, recommended=recommend(results), looking=looking)


def said(draft: Draft, seen: Sight, **more: int) -> list[Advice]:
    """Return the advice of the day of all tests."""
    return advise(draft, seen, today=TODAY, **more)


GOOD = port(587, Security.STARTTLS)


def test_nothing_wrong_is_said_calmly() -> None:
    (only,) = said(DRAFT, sight(GOOD))
    assert only.mark == "ok"
    assert "open, encrypted and trusted" in only.text


def test_what_a_sign_in_found_is_whole_sentences_and_said_once() -> None:
    finding = Finding(
        "dns-unknown-host", Severity.ERROR, Stage.RESOLVE, "No address was found for mail.test", "It does not exist."
    )
    seen = Sight(Target("mail.test", (587,)), problem="mail.test has no address: check the spelling of the host.")
    texts = [entry.text for entry in advise(DRAFT, seen, finding=finding, today=TODAY)]
    assert texts[0] == "No address was found for mail.test. It does not exist."
    assert seen.problem not in texts


def test_a_closed_port_offers_the_one_that_was_seen_to_work() -> None:
    first = said(
        DRAFT.with_changes(Change(Field.PORT, "465"), Change(Field.SECURITY, "tls")),
        sight(port(465, state=PortState.REFUSED), GOOD),
    )[0]
    assert "Port 465 refuses the connection. Port 587 is open" in first.text
    assert first.changes == (Change(Field.SECURITY, "starttls"), Change(Field.PORT, "587"))


@pytest.mark.parametrize(("looking", "words"), [(True, "being looked at"), (False, "a firewall, or another host")])
def test_a_closed_port_without_another_says_what_is_known_so_far(looking: bool, words: str) -> None:
    first = said(DRAFT, sight(port(587, state=PortState.TIMEOUT), looking=looking))[0]
    assert "Port 587 does not answer" in first.text
    assert words in first.text
    assert first.changes == ()


def test_the_wrong_mode_on_an_open_port_offers_the_right_one() -> None:
    first = said(DRAFT.with_changes(Change(Field.SECURITY, "tls")), sight(GOOD))[0]
    assert "starts in plain text and offers STARTTLS; TLS is chosen" in first.text
    assert first.changes == (Change(Field.SECURITY, "starttls"),)


def test_a_port_without_encryption_never_offers_to_go_without() -> None:
    first = said(DRAFT, sight(port(587, Security.NONE)))[0]
    assert "offers no encryption" in first.text
    assert first.changes == ()


def test_no_advice_takes_encryption_away_or_accepts_less() -> None:
    drafts = [
        DRAFT.with_changes(Change(Field.SECURITY, mode), Change(Field.PORT, at))
        for mode in Security
        for at in ("25", "465", "587")
    ]
    sights = [sight(port(25, Security.NONE), port(465, state=PortState.REFUSED), port(587, one)) for one in Security]
    changes = [change for draft in drafts for seen in sights for entry in said(draft, seen) for change in entry.changes]
    assert changes
    assert Change(Field.SECURITY, "none") not in changes
    assert {change.field for change in changes} <= {Field.SECURITY, Field.PORT}


def test_a_certificate_that_does_not_verify_is_named_with_its_reason() -> None:
    first = said(DRAFT, sight(port(587, Security.STARTTLS, facts=tls(verified=False, reason="self-signed certificate"))))[0]
    assert "The certificate (mail.test) does not verify: self-signed certificate" in first.text


def test_a_certificate_about_to_end_is_named() -> None:
    first = said(DRAFT, sight(port(587, Security.STARTTLS, facts=tls(until="2000-01-01T00:00:00Z"))))[0]
    assert "The server's certificate ends in" in first.text


def test_a_user_name_where_nobody_signs_in_and_a_method_that_is_not_offered() -> None:
    assert any("offers no sign-in" in entry.text for entry in said(DRAFT, sight(port(587, Security.STARTTLS, auth=()))))
    chosen = DRAFT.with_changes(Change(Field.MECHANISM, "cram-md5"))
    assert any("CRAM-MD5 is chosen, and the server offers PLAIN" in entry.text for entry in said(chosen, sight(GOOD)))


def test_a_password_without_encryption_offers_encryption() -> None:
    draft = DRAFT.with_changes(Change(Field.SECURITY, "none"), Change(Field.PORT, "25"))
    offers = [entry for entry in said(draft, Sight()) if entry.changes]
    assert offers[0].offer == "use STARTTLS on 587"


def test_refused_sign_ins_warn_before_the_account_locks() -> None:
    assert not any("may lock" in entry.text for entry in said(DRAFT, sight(GOOD), failures=1))
    assert any("may lock" in entry.text for entry in said(DRAFT, sight(GOOD), failures=2))


def test_the_end_of_a_providers_passwords_is_counted_from_today() -> None:
    draft = DRAFT.with_changes(Change(Field.HOST, "smtp.office365.com"))
    assert any("in 37 days" in entry.text for entry in said(draft, Sight()))


def test_a_token_is_not_told_of_the_end_of_passwords() -> None:
    draft = DRAFT.with_changes(Change(Field.HOST, "smtp.office365.com"), Change(Field.MECHANISM, "xoauth2"))
    assert not any("in 37 days" in entry.text for entry in said(draft, Sight()))


def test_a_port_the_provider_does_not_offer_is_named_and_its_own_is_offered() -> None:
    draft = DRAFT.with_changes(Change(Field.HOST, "smtp.office365.com"), Change(Field.PORT, "465"), Change(Field.SECURITY, "tls"))
    (advice,) = (entry for entry in said(draft, Sight()) if "does not offer port 465" in entry.text)
    assert advice.changes == (Change(Field.PORT, "587"), Change(Field.SECURITY, "starttls"))
    assert advice.offer == "use STARTTLS on 587"


def test_both_address_families_of_a_port_are_told_apart_where_they_differ() -> None:
    seen = sight(GOOD, port(587, state=PortState.UNREACHABLE, family="ipv6"))
    assert port_words(seen, 587).endswith("IPv4 only")


@pytest.mark.parametrize(
    ("host", "port_text", "ports"),
    [
        ("mail.test", "587", (25, 465, 587, 2525)),
        ("mail.test", "1025", (1025, 25, 465, 587, 2525)),
        ("mail.test", "abc", (25, 465, 587, 2525)),
        ("localhost", "", (25, 465, 587, 2525)),
        ("::1", "587", (25, 465, 587, 2525)),
    ],
)
def test_a_whole_host_is_looked_at_with_the_typed_port(host: str, port_text: str, ports: tuple[int, ...]) -> None:
    target = target_of(Draft(host=host, port=port_text))
    assert target is not None
    assert target.ports == ports


@pytest.mark.parametrize("host", ["", "smtp", "mail..test", "me@mail.test", "https://mail.test/x"])
def test_half_a_host_or_none_is_not_looked_at(host: str) -> None:
    assert target_of(Draft(host=host)) is None


# --- IdentityIQ's side ---------------------------------------------------------------------------------------------------------

REDIRECTED = Draft(host="mail.test", security="starttls", iiq_type="redirectToEmail", iiq_redirect_address="test@example.com")


def test_a_redirect_in_production_is_warned_of_and_one_key_ends_it() -> None:
    found = advise(REDIRECTED._replace(iiq_environment="production"), Sight())
    (warned,) = [entry for entry in found if "redirects every message" in entry.text]
    assert warned.mark == "!"
    assert Change(Field.IIQ_TYPE, "smtp") in warned.changes


def test_outside_production_a_redirect_is_proposed_first() -> None:
    draft = Draft(host="mail.test", security="starttls", recipient="me@example.com", iiq_environment="non-production")
    (proposed,) = [entry for entry in advise(draft, Sight()) if "real people" in entry.text]
    assert Change(Field.IIQ_REDIRECT_ADDRESS, "me@example.com") in proposed.changes


def test_the_end_of_passwords_comes_with_both_ways_out() -> None:
    found = " ".join(entry.text for entry in advise(Draft(host="smtp.office365.com"), Sight(), today=date(2026, 11, 24)))
    assert "HTTP/OAuth" in found
    assert "switch SMTP AUTH on again" in found
