"""What servers repeat of our address in their EHLO reply."""

import pytest

from wizard.smtp.observation import Reply
from wizard.smtp.seen_from import address_seen_by_server


def ehlo(first: str, code: int = 250) -> Reply:
    return Reply(code, None, (first, "PIPELINING", "SIZE 35882577", "X-ADDRESS [192.0.2.77]"))


@pytest.mark.parametrize(
    ("first", "address"),
    [
        ("mx.example.org Hello client.example.com [203.0.113.9]", "203.0.113.9"),
        ("smtp.example.com at your service, [2001:db8:0:0::9]", "2001:db8::9"),
        ("mx.example.org Hello client.example.com [IPv6:2001:db8::9], pleased to meet you", "2001:db8::9"),
        ("mx.example.org Hello client (203.0.113.9)", "203.0.113.9"),
        ("mx.example.org Hello [::ffff:203.0.113.9]", "203.0.113.9"),
        ("mx.example.org Hello client.example.com [client.example.com] [198.51.100.4]", "198.51.100.4"),
    ],
)
def test_an_address_in_brackets_on_the_first_line_is_ours(first: str, address: str) -> None:
    assert address_seen_by_server(ehlo(first)) == address


@pytest.mark.parametrize(
    "first", ["mx.example.org", "mx.example.org Hello you", "mx [1.2.3.4.5] [12:34]", "build 203.0.113.9", ""]
)
def test_what_is_no_address_in_brackets_is_not_guessed(first: str) -> None:
    assert address_seen_by_server(ehlo(first)) is None


def test_a_refusal_says_nothing_about_our_address() -> None:
    assert address_seen_by_server(ehlo("refused [203.0.113.9]", code=550)) is None
    assert address_seen_by_server(Reply(250, None, ())) is None
