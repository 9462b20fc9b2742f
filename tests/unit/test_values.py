"""What a typed value means, and what a wrong one is answered: the field's value and the cure are in the sentence."""

from __future__ import annotations

import pytest

from wizard import values
from wizard.draft import Change, Draft, Field
from wizard.profile import (
    DEFAULT_TIMEOUT,
    Invalid,
    Mechanism,
    Password,
    Profile,
    SecretKind,
    SecretRef,
    Security,
    parse,
)

GOOD = Draft(host="smtp.example.com")


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("smtp.example.com", "smtp.example.com"),
        ("smtp.example.com.", "smtp.example.com"),
        ("localhost", "localhost"),
        ("192.0.2.10", "192.0.2.10"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("bücher.example", "bücher.example"),
        ("mail_relay.corp", "mail_relay.corp"),
    ],
)
def test_hosts_that_are_hosts(typed: str, host: str) -> None:
    assert values.host(typed) == host


@pytest.mark.parametrize(
    "typed",
    ["", "http://x.example", "a b", "user@example.com", "smtp.example.com:587", "-x.example", "x" * 64 + ".example", "a..b",
     "1.2.3", "999.1.1.1", "smtp.example.com\nQUIT", "\x00", "a." * 130 + "example"],
)  # fmt: skip
def test_hosts_that_are_none_say_what_to_type(typed: str) -> None:
    with pytest.raises(ValueError, match=r"example\.com|host name|port|IP address|line break|characters"):
        values.host(typed)


@pytest.mark.parametrize("typed", ["0", "70000", "abc", "-1", "5 87", "587.0", "٥٨٧", "9" * 50])
def test_ports_that_are_none_name_the_value(typed: str) -> None:
    found = parse(GOOD.with_changes(Change(Field.PORT, typed)))
    assert isinstance(found, Invalid)
    assert values.shown(typed) in found.errors[Field.PORT]


@pytest.mark.parametrize(
    "typed", ["a@b.example", '"two words"@b.example', "jörg@bücher.example", "x@[192.0.2.1]", "a+tag@b.example"]
)
def test_addresses_that_are_addresses(typed: str) -> None:
    assert values.mail_address(typed) == typed


@pytest.mark.parametrize(
    "typed",
    ["a", "@b.example", "a@", "a@@b.example", "a b@c.example", "A <a@b.example>", "a@b.example, c@d.example", "a@b..example",
     "a\r\nRCPT TO:<x@y.example>@b.example", "x" * 65 + "@b.example", ".a@b.example"],
)  # fmt: skip
def test_addresses_that_are_none_show_an_example_or_the_limit(typed: str) -> None:
    with pytest.raises(ValueError, match=r"@|line break|64"):
        values.mail_address(typed)


@pytest.mark.parametrize(
    ("pasted", "changes"),
    [
        ("smtp.example.com:587", {"host": "smtp.example.com", "port": "587", "security": "starttls"}),
        ("smtp.example.com 465", {"host": "smtp.example.com", "port": "465", "security": "tls"}),
        ("smtps://smtp.example.com", {"host": "smtp.example.com", "security": "tls"}),
        ("https://smtp.example.com/settings?x=1", {"host": "smtp.example.com"}),
        ("https://smtp.example.com:8443/", {"host": "smtp.example.com"}),
        ("https://smtp.example.com:465/", {"host": "smtp.example.com", "port": "465", "security": "tls"}),
        ("\u00a0 smtp.example.com\u200b ", {"host": "smtp.example.com"}),
        ("<smtp.example.com>,", {"host": "smtp.example.com"}),
        ("'smtp.example.com'.", {"host": "smtp.example.com"}),
        ("[2001:db8::1]:2525", {"host": "2001:db8::1", "port": "2525"}),
        ("2001:db8::1", {"host": "2001:db8::1"}),
    ],
)
def test_pasted_hosts_are_tidied(pasted: str, changes: dict[str, str]) -> None:
    assert {change.field.value: change.value for change in values.tidy_host(pasted)} == changes


def test_the_port_follows_the_encryption_until_it_is_given() -> None:
    for security, port in (("tls", 465), ("starttls", 587), ("none", 25)):
        found = parse(GOOD.with_changes(Change(Field.SECURITY, security)))
        assert isinstance(found, Profile)
        assert found.endpoint.port == port
    found = parse(GOOD.with_changes(Change(Field.SECURITY, "tls"), Change(Field.PORT, "2465")))
    assert isinstance(found, Profile)
    assert found.endpoint.port == 2465


def test_every_wrong_field_is_named_at_once_and_the_first_is_known() -> None:
    found = parse(Draft(host="", port="x", security="ssl3", username="a\nb", mechanism="kerberos", sender="no", timeout="-1",
                        password="hunter2", accept_cleartext_auth="maybe"))  # fmt: skip
    assert isinstance(found, Invalid)
    assert set(found.errors) == {
        Field.HOST, Field.PORT, Field.SECURITY, Field.USERNAME, Field.MECHANISM, Field.SENDER, Field.TIMEOUT, Field.PASSWORD,
        Field.ACCEPT_CLEARTEXT_AUTH,
    }  # fmt: skip
    assert found.first is Field.HOST


def test_a_password_typed_where_its_place_belongs_is_not_repeated() -> None:
    found = parse(GOOD.with_changes(Change(Field.PASSWORD, "hunter2")))
    assert isinstance(found, Invalid)
    assert "hunter2" not in found.errors[Field.PASSWORD]


@pytest.mark.parametrize(
    "text", ["keyring", "file:/etc/x y.secret", "command:pass show a:b", "env:NAME", "credential:smtp", "ask"]
)
def test_a_secret_reference_survives_its_text(text: str) -> None:
    assert str(SecretRef.from_text(text)) == text


@pytest.mark.parametrize("text", ["file:", "env", "command", "vault:x", ""])
def test_an_incomplete_reference_says_what_is_missing(text: str) -> None:
    with pytest.raises(ValueError, match=r"keyring|for example"):
        SecretRef.from_text(text)


def test_defaults_are_the_safe_ones() -> None:
    found = parse(GOOD.with_changes(Change(Field.USERNAME, "svc")))
    assert isinstance(found, Profile)
    assert found.login is not None
    assert (found.endpoint.security, found.endpoint.port, found.timeout) == (Security.STARTTLS, 587, DEFAULT_TIMEOUT)
    assert (found.login.mechanism, found.login.secret.kind) == (Mechanism.AUTO, SecretKind.ASK)
    assert (found.accept_cleartext_auth, found.accept_unverified_tls) == (False, False)


def test_a_password_shows_as_dots_and_cannot_be_written_out() -> None:
    import pickle

    secret = Password("hunter2")
    assert "hunter2" not in f"{secret!r} {secret} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_draft_and_its_changes_are_each_others_inverse() -> None:
    other = Draft(host="b", port="465", sender="x@y.example")
    start = Draft(host="a", security="tls")
    assert start.with_changes(*start.changes_to(other)) == other


def test_dots_alone_are_no_ip_address_that_went_wrong() -> None:
    with pytest.raises(ValueError, match="is not a host name"):
        values.host(".")
