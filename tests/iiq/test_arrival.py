"""What proves that a message arrived: headers as people paste them, what servers say of a sender, the code, and the words."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cli import run
from wizard.arrival import words
from wizard.arrival.alignment import Relation, relation, sight
from wizard.arrival.authres import arc_results_in, chain_in, results_in
from wizard.arrival.headers import Headers, NotHeadersError, read
from wizard.arrival.hops import hops, journey
from wizard.arrival.looking import look
from wizard.arrival.mailbox import Found, Looked, Mailbox, MailboxError, Trouble
from wizard.arrival.proof import Proved, proved, trace
from wizard.practice import PracticeServer
from wizard.profile import Endpoint, Password, Profile, Security
from wizard.smtp.message import code_of, compose, is_code

TOKEN, QUEUE_ID = "0a1b2c3d", "4F2A1B3C4D"
RECEIVED = """\
Delivered-To: admin@example.com
Return-Path: <iiq@example.com>
Received: from mx.out.example.net (mx.out.example.net. [203.0.113.9])
        by mx.receiver.example with ESMTPS id d2e1a72fcca58-7245
        for <admin@example.com>
        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);
        Tue, 24 Nov 2026 02:05:06 -0800 (PST)
Authentication-Results: mx.receiver.example;
       dkim=pass header.i=@example.com header.s=s1 header.b="a;b";
       spf=pass (receiver.example: domain of iiq@bounce.example.com (the sender) permits 203.0.113.9)
        smtp.mailfrom=iiq@bounce.example.com;
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com
Received: from iiq01 (unknown [10.0.0.5])
\tby smtp.example.com (Postfix) with ESMTPSA id 4F2A1B3C4D
\tfor <admin@example.com>; Tue, 24 Nov 2026 10:00:01 +0000 (UTC)
From: =?utf-8?q?IIQ_=C3=9Cbersicht?= <iiq@example.com>
To: admin@example.com
Subject: SMTP Wizard test 0a1b2c3d
X-SMTP-Wizard-Token: 0a1b2c3d

The body: with a colon.
"""


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def spaced(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", "\n\n")


def amid(text: str) -> str:
    return "Hello,\nhere are the headers you asked for.\n\n" + text


def windows(text: str) -> str:
    return "\ufeff" + text.replace("\n", "\r\n")


# -- headers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pasted", [str, quoted, indented, spaced, amid, windows], ids=lambda way: way.__name__)
def test_headers_are_read_however_they_were_pasted(pasted: object) -> None:
    assert callable(pasted)
    headers = read(pasted(RECEIVED))
    traced = trace(headers, QUEUE_ID)
    assert traced.token == TOKEN
    assert [hop.by for hop in traced.way] == ["smtp.example.com", "mx.receiver.example"]
    assert traced.at == 0
    assert headers.decoded("From") == "IIQ Übersicht <iiq@example.com>"


def test_the_body_is_kept_apart() -> None:
    headers = read(RECEIVED)
    assert headers.first("The body") == ""
    assert headers.body == "The body: with a colon."


@pytest.mark.parametrize(
    "text", ["", "   \n", "Hello\nWorld\n", "Note: nothing here\nis a header: of a mail\n", "https://example.com/"]
)
def test_a_text_without_headers_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(NotHeadersError, match="View source"):
        read(text)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    for pasted in (text, f"Received: {text}", f"Authentication-Results: {text}\nReceived: {text}\n"):
        try:
            traced = trace(read(pasted), "x")
        except NotHeadersError:
            continue
        words.trace_rows(traced, TOKEN, "x")


# -- hops --------------------------------------------------------------------------------------------------------------------


def test_hops_come_in_the_order_of_the_journey_with_their_delays() -> None:
    first, second = hops(read(RECEIVED).all("Received"))
    assert (first.sender, first.address, first.protocol, first.id) == ("iiq01", "10.0.0.5", "ESMTPSA", QUEUE_ID)
    assert (second.sender, second.address, second.recipient) == ("mx.out.example.net", "203.0.113.9", "admin@example.com")
    assert (first.delay, second.delay) == (None, 305.0)
    assert (first.encrypted, second.encrypted) == (True, True)
    assert journey((first, second)) == 305.0


@pytest.mark.parametrize(
    ("received", "encrypted"),
    [
        ("from a by b with ESMTP id 1; Tue, 24 Nov 2026 10:00:01 +0000", False),
        ("from a by b with SMTP id 1; Tue, 24 Nov 2026 10:00:01 +0000", False),
        ("from a by b with UTF8SMTPSA id 1; Tue, 24 Nov 2026 10:00:01 +0000", True),
        ("from a (using TLSv1.2 with cipher X) by b (Postfix) with ESMTP id 1; Tue, 24 Nov 2026 10:00:01 +0000", True),
        ("from a (1.2.3.4) by b (5.6.7.8) with Microsoft SMTP Server (version=TLS1_2, cipher=Y) id 15.20; now", True),
        ("from a by b with local id 1; Tue, 24 Nov 2026 10:00:01 +0000", None),
    ],
)
def test_whether_a_hop_was_encrypted_is_told_where_it_is_known(received: str, encrypted: bool | None) -> None:
    (hop,) = hops([received])
    assert hop.encrypted is encrypted


def test_a_clock_that_is_wrong_is_said() -> None:
    way = hops(["by b; Tue, 24 Nov 2026 10:00:01 +0000", "from x by a; Tue, 24 Nov 2026 10:05:01 +0000"])
    assert way[1].delay == -300.0
    assert "one of the clocks is wrong" in words.hop_text(way[1])


def test_a_date_that_is_none_leaves_the_delay_open() -> None:
    way = hops(["by b; yesterday", "from x by a; Tue, 24 Nov 2026 10:05:01 +0000"])
    assert (way[1].at, way[1].delay) == (None, None)


# -- the sender ----------------------------------------------------------------------------------------------------------------


def test_authentication_results_are_read_with_comments_and_quotes() -> None:
    (found,) = results_in(read(RECEIVED))
    assert found.server == "mx.receiver.example"
    assert [(one.method, one.result) for one in found.results] == [("dkim", "pass"), ("spf", "pass"), ("dmarc", "pass")]
    assert found.of("dkim")[0].value("header.b") == "a;b"
    assert found.of("spf")[0].value("smtp.mailfrom") == "iiq@bounce.example.com"


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("mx.example.org; none", "mx.example.org", []),
        ("mx.example.org 1; spf=fail smtp.mailfrom=a.example", "mx.example.org", [("spf", "fail")]),
        ("spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=a.example; dkim=none", "", [("spf", "pass"), ("dkim", "none")]),
        ('mx.example.org; dkim/1=pass reason="good; key" header.d=a.example', "mx.example.org", [("dkim", "pass")]),
    ],
)
def test_the_forms_servers_write_are_understood(value: str, server: str, results: list[tuple[str, str]]) -> None:
    (found,) = results_in(Headers((("Authentication-Results", value),)))
    assert found.server == server
    assert [(one.method, one.result) for one in found.results] == results


def test_a_chain_of_arc_is_told_with_what_the_first_server_saw() -> None:
    headers = read(
        "ARC-Seal: i=2; a=rsa-sha256; cv=pass; d=list.example; s=x; b=abc\n"
        "ARC-Authentication-Results: i=2; list.example; dkim=fail header.d=example.com\n"
        "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=first.example; s=x; b=abc\n"
        "ARC-Authentication-Results: i=1; first.example; dkim=pass header.d=example.com\n"
        "Received: from a by b; Tue, 24 Nov 2026 10:00:01 +0000\nFrom: iiq@example.com\n"
    )
    assert chain_in(headers) == (2, "pass")
    assert [(one.instance, one.server) for one in arc_results_in(headers)] == [(2, "list.example"), (1, "first.example")]
    rows = words.trace_rows(trace(headers), "", "")
    assert any(row.name == "ARC" and "2 servers" in row.text for row in rows)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("example.com", "example.com", Relation.SAME),
        ("mail.example.com", "example.com", Relation.BELOW),
        ("example.com", "mail.example.com", Relation.BELOW),
        ("a.example.com", "b.example.com", Relation.SIBLINGS),
        ("example.com", "example.net", Relation.APART),
        ("badexample.com", "example.com", Relation.APART),
        ("", "example.com", Relation.UNKNOWN),
    ],
)
def test_how_two_domains_stand_to_each_other(one: str, other: str, expected: Relation) -> None:
    assert relation(one, other) is expected


@pytest.mark.parametrize(
    ("value", "aligned"),
    [
        ("mx; spf=pass smtp.mailfrom=x@bounce.example.com; dkim=none", True),
        ("mx; spf=pass smtp.mailfrom=x@sender.example.net; dkim=none", False),
        ("mx; spf=pass smtp.mailfrom=x@sender.example.net; dkim=pass header.d=example.com", True),
        ("mx; spf=fail smtp.mailfrom=x@example.com; dkim=fail header.d=example.com", False),
        ("mx; spf=pass smtp.mailfrom=x@sender.example.net; dmarc=pass", True),
        ("mx; dkim=pass header.d=example.com; dmarc=fail", False),
        ("mx; none", None),
    ],
)
def test_alignment_is_the_servers_verdict_or_what_the_names_tell(value: str, aligned: bool | None) -> None:
    (found,) = results_in(Headers((("Authentication-Results", value),)))
    assert sight(found, "IIQ <iiq@example.com>").aligned is aligned


def test_results_of_another_server_than_the_receiving_one_are_not_believed() -> None:
    forged = RECEIVED.replace("Authentication-Results: mx.receiver.example", "Authentication-Results: mx.other.test")
    assert trace(read(RECEIVED)).trusted is not None
    assert trace(read(forged)).trusted is None
    assert any("anybody could have written" in row.text for row in words.trace_rows(trace(read(forged)), TOKEN, ""))


# -- the code ----------------------------------------------------------------------------------------------------------------


def test_the_code_stands_in_the_message_text_and_nowhere_else() -> None:
    profile = Profile(Endpoint("mail.test", 587, Security.STARTTLS), sender="iiq@example.com", recipient="admin@example.com")
    made = compose(profile, TOKEN, eight_bit=True, utf8=False).decode()
    head, _, body = made.partition("\r\n\r\n")
    assert code_of(TOKEN) in body
    assert code_of(TOKEN) not in head
    assert is_code(f" {code_of(TOKEN).lower().replace('-', ' ')} ", TOKEN)
    assert not is_code(code_of(TOKEN), "0a1b2c3e")
    assert not is_code("", TOKEN)
    assert not is_code("überall", TOKEN)


# -- what is proved ------------------------------------------------------------------------------------------------------------


def test_each_proof_goes_as_far_as_it_goes() -> None:
    traced = trace(read(RECEIVED), QUEUE_ID)
    on_the_way = trace(read(RECEIVED.split("\n", 2)[2]), QUEUE_ID)
    found = Looked(("INBOX",), Found("INBOX", False, ""))
    assert proved() is Proved.NOTHING
    assert proved(accepted=True) is Proved.ACCEPTED
    assert proved(accepted=True, traced=on_the_way, token=TOKEN) is Proved.PASSED_ON
    assert proved(traced=traced, token=TOKEN) is Proved.IN_MAILBOX
    assert proved(looked=found) is Proved.IN_MAILBOX
    assert proved(accepted=True, looked=Looked(("INBOX",))) is Proved.ACCEPTED
    assert proved(looked=found, code_right=True) is Proved.READ


def test_headers_of_another_message_prove_nothing() -> None:
    traced = trace(read(RECEIVED), "OTHER-ID")
    assert proved(traced=traced, token="ffffffff") is Proved.NOTHING
    rows = words.trace_rows(traced, "ffffffff", "OTHER-ID")
    assert any("prove nothing" in row.text for row in rows)


# -- a mailbox that does not answer (tests/real/test_imap.py has one that does) -----------------------------------------------


@pytest.mark.parametrize("starttls", [False, True])
async def test_a_mailbox_that_stays_silent_is_given_up_in_time(starttls: bool) -> None:
    gone: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: gone.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(MailboxError) as caught:
            await look(Mailbox("127.0.0.1", "u", port, starttls), Password("secret"), TOKEN, deadline=0.3)
    finally:
        server.close()
        for writer in gone:
            writer.close()
    assert caught.value.trouble in (Trouble.LOST, Trouble.UNREACHABLE)


async def test_something_else_than_imap_is_said_and_gets_no_password() -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test ESMTP\r\n")
        heard.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(MailboxError):
        await look(Mailbox("127.0.0.1", "u", port, starttls=True), Password("secret"), TOKEN, deadline=5)
    server.close()
    assert b"secret" not in b"".join(heard)


async def test_a_port_where_nobody_listens_is_unreachable(practice: PracticeServer) -> None:
    port = practice.ports[Security.NONE]
    await practice.close()
    with pytest.raises(MailboxError, match="cannot be reached") as caught:
        await look(Mailbox("127.0.0.1", "u", port), Password("secret"), TOKEN)
    assert caught.value.trouble is Trouble.UNREACHABLE


# -- the command ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pasted(tmp_path: Path) -> str:
    """A file with the headers."""
    file = tmp_path / "headers.txt"
    file.write_text(RECEIVED)
    return str(file)


def test_the_command_says_what_is_proved_and_how(pasted: str) -> None:
    ran = run("iiq", "arrived", pasted, "--token", TOKEN, "--queue-id", QUEUE_ID)
    assert ran.code == 0
    assert ran.out.startswith("In the mailbox:")
    for words_of_it in (f"{QUEUE_ID} is the one of hop 1", "after 5 min", "example.com, the domain of From itself", "pass says"):
        assert words_of_it in ran.out


def test_the_command_reads_standard_input_and_answers_in_json() -> None:
    ran = run("iiq", "arrived", "-", "--json", stdin=RECEIVED.encode())
    answer = json.loads(ran.out)
    assert ran.code == 0
    assert (answer["schema"], answer["proved"], answer["mailbox"], answer["code"]) == (1, "in-mailbox", None, None)
    assert [hop["delay"] for hop in answer["headers"]["hops"]] == [None, 305.0]
    assert answer["headers"]["authentication"][0]["aligned"] is True


def test_a_right_code_is_read_by_a_person_a_wrong_one_is_nothing() -> None:
    right = run("iiq", "arrived", "--token", TOKEN, "--code", code_of(TOKEN))
    wrong = run("iiq", "arrived", "--token", TOKEN, "--code", "AAAA-AAAA")
    assert (right.code, wrong.code) == (0, 1)
    assert right.out.startswith("Read by a person:")
    assert wrong.out.startswith("Nothing is proved yet:")
    assert code_of(TOKEN) not in wrong.out


@pytest.mark.parametrize(
    ("words_given", "says"),
    [
        ((), "nothing to judge"),
        (("--code", "ABCD"), "--token is missing"),
        (("--imap", "imap.example.com", "--token", TOKEN), "--imap-user is missing"),
        (("no-such-file",), "cannot be read"),
        (("-",), "no headers of a received mail"),
    ],
)
def test_what_cannot_be_judged_is_said_with_the_cure(words_given: tuple[str, ...], says: str) -> None:
    ran = run("iiq", "arrived", *words_given, stdin=b"nothing")
    assert ran.code == 2
    assert says in ran.err


def test_iiqs_own_proof_marks_what_is_not_certain() -> None:
    text, answer = run("iiq", "proof"), json.loads(run("iiq", "proof", "--json").out)
    assert text.code == 0
    for words_of_it in ("emailSent", "emailFailure", "monitor/requests/requests.jsf", "clearEmailQueue"):
        assert words_of_it in text.out
    statements = [one for chapter in answer["chapters"] for one in chapter["statements"]]
    assert {one["certainty"] for one in statements} == {"known", "reported", "expected"}
    assert text.out.count("(expected, not verified)") <= sum(one["certainty"] == "expected" for one in statements)
    assert max(map(len, text.out.splitlines())) <= 80
