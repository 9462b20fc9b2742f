"""``smtp-wizard explain``: pasted text to findings, through the program's own door; whatever bytes come, no traceback."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cli import Ran, run, run_process
from wizard.diagnosis.casebook import explain
from wizard.diagnosis.reading import Known
from wizard.profile import Security
from wizard.smtp.observation import Stage


def explained(text: str) -> str:
    """The id that ``--json`` names first."""
    return str(json.loads(run("explain", "--json", stdin=text.encode()).out)["finding"])


PASTED = [
    # replies as they stand in logs, bounces and exceptions
    ("535 5.7.8 Error: authentication failed: (reason unavailable)", "auth-bad-credentials"),
    (
        "smtplib.SMTPAuthenticationError: (535, b'5.7.139 Authentication unsuccessful, basic authentication is disabled.')",
        "auth-basic-disabled",
    ),
    ('{"code":"EAUTH","response":"535 5.7.8 Authentication credentials invalid","responseCode":535}', "auth-bad-credentials"),
    (
        "status=bounced (host mx.example.org[192.0.2.1] said: 550 5.1.1 <a@example.org>: user unknown (in reply to RCPT TO "
        "command))",
        "recipient-unknown",
    ),
    ("Diagnostic-Code: smtp; 552 5.2.2 mailbox full", "mailbox-full"),
    (
        "com.sun.mail.smtp.SMTPSendFailedException: 530 5.7.57 SMTP; Client was not authenticated to send anonymous mail",
        "auth-required",
    ),
    ("SMTPAddressFailedException: 550 5.7.1 Unable to relay", "relay-denied"),
    ("5.7.60 SMTP; Client does not have permissions to send as this sender", "sender-rejected"),
    ('Permanent(Response { message: ["5.7.26 unauthenticated mail, SPF did not pass"] })', "sender-unauthenticated-domain"),
    (
        "550-5.7.1 Our system has detected that this message is\n550-5.7.1 likely unsolicited mail. To reduce the amount "
        "of\n550 5.7.1 spam, it was blocked.",
        "content-rejected",
    ),
    # what Java says, and with it IdentityIQ's log
    (
        "javax.mail.MessagingException: Unknown SMTP host: smtp.exampel.com;\n nested: java.net.UnknownHostException",
        "dns-not-found",
    ),
    (
        "Could not connect to SMTP host: smtp.example.com, port: 587;\n nested: java.net.ConnectException: Connection refused",
        "connect-refused",
    ),
    (
        "Couldn't connect to host, port: smtp.example.com, 25; timeout -1;\n nested: java.net.ConnectException: Connection "
        "timed out",
        "connect-timeout",
    ),
    ("Could not connect to SMTP host: smtp.example.com, port: 465, response: -1", "port-speaks-tls"),
    (
        "Could not convert socket to TLS;\nsun.security.validator.ValidatorException: PKIX path building failed",
        "cert-untrusted-issuer",
    ),
    ("javax.mail.MessagingException: Could not convert socket to TLS; No appropriate protocol", "tls-version"),
    ("javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?", "port-speaks-plain"),
    ("AuthenticationFailedException: failed to connect, no password specified?", "password-missing"),
    ("No authentication mechanisms supported by both server and client", "auth-mechanism-unsupported"),
    ("STARTTLS is required but host does not support STARTTLS", "starttls-unavailable"),
    # what Python, Node, Go, PHP and OpenSSL say
    (
        "smtp: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'x'",
        "cert-hostname-mismatch",
    ),
    ("smtp: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1000)", "cert-expired"),
    ("smtp: certificate verify failed: self-signed certificate (_ssl.c:1000)", "cert-self-signed"),
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)", "port-speaks-plain"),
    ("[SSL: DH_KEY_TOO_SMALL] dh key too small (_ssl.c:1000)", "tls-cipher-or-key"),
    ("mail: tls: first record does not look like a TLS handshake", "port-speaks-plain"),
    ("x509: certificate signed by unknown authority (smtp)", "cert-untrusted-issuer"),
    ("Error: getaddrinfo ENOTFOUND smtp.example.com", "dns-not-found"),
    ("Error: getaddrinfo EAI_AGAIN smtp.example.com", "dns-temporary"),
    ("connect ENETUNREACH 2001:db8::1:587", "network-unreachable"),
    ("dial tcp 192.0.2.1:587: connect: no route to host", "network-unreachable"),
    ("SMTPServerDisconnected: Connection unexpectedly closed", "connection-dropped"),
    (
        "Couldn't connect to host, port: smtp.example.com, 25; Using SOCKS host, port: proxy, 1080; SOCKS: no acceptable methods",
        "proxy-or-nat",
    ),
]


@pytest.mark.parametrize(("text", "expected"), PASTED, ids=[text[:50] for text, _ in PASTED])
def test_what_programs_paste_is_recognised(text: str, expected: str) -> None:
    assert explained(text) == expected


FOREIGN = [
    "",
    "   \n\t ",
    "the quick brown fox",
    "psycopg2.OperationalError: connection to server at port 5432 failed: Connection refused",
    "HTTP/1.1 503 Service Unavailable",
    "MySQL 5.7.30 started on port 3306",
    "java.lang.NullPointerException\n\tat com.example.Shop.pay(Shop.java:550)",
    "order 550 shipped with 554 parts",
    "ssh: connect to host build port 22: Connection timed out",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_what_is_not_about_mail_is_not_recognised(text: str) -> None:
    ran = run("explain", stdin=text.encode())

    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.strip()


def test_a_person_reads_what_happened_and_what_to_do() -> None:
    ran = run("explain", stdin=b"550 5.7.1 Unable to relay")

    assert ran.code == 0
    assert "[relay-denied]" in ran.out
    assert "What to do:" in ran.out
    assert ran.err == ""


def test_the_first_cause_leads_and_others_in_the_text_follow() -> None:
    text = "<<< 530 Must issue a STARTTLS command first\n>>> MAIL From:<a@example.org>\n<<< 553 5.1.8 Domain of sender does "
    "not exist"

    findings = json.loads(run("explain", "--json", stdin=text.encode()).out)["findings"]

    assert [one["id"] for one in findings] == ["starttls-required", "sender-rejected"]


def test_a_reply_that_no_rule_knows_is_quoted_and_counts_as_not_recognised() -> None:
    ran = run("explain", "--json", stdin=b"smtp server said: 510 purple elephants")

    answer = json.loads(ran.out)
    assert ran.code == 1
    assert answer["finding"] == "unknown"
    assert "purple elephants" in answer["findings"][0]["meaning"]


def test_a_file_is_read_and_a_missing_one_is_a_usage_error(tmp_path: Path) -> None:
    error = tmp_path / "error.txt"
    error.write_text("552 5.2.2 mailbox full")

    assert run("explain", str(error)).code == 0
    missing = run("explain", str(tmp_path / "none.txt"))
    assert missing.code == 2
    assert "none.txt" in missing.err
    assert run("explain", str(tmp_path)).code == 2
    assert run("explain", "bad\0path").code == 2


def test_json_and_jsonl_exclude_each_other() -> None:
    assert run("explain", "--json", "--jsonl").code == 2


async def test_a_closed_standard_input_is_said_without_a_traceback() -> None:
    ran = await run_process("explain", redirect="<&-")

    assert ran.code == 2
    assert "standard input" in ran.err
    assert "Traceback" not in ran.err


# -- in bulk --------------------------------------------------------------------------------------------------------------------


def in_bulk(*lines: object) -> tuple[Ran, list[dict[str, object]]]:
    ran = run("explain", "--jsonl", stdin="\n".join(map(json.dumps, lines)).encode())
    return ran, [json.loads(line) for line in ran.out.splitlines()]


def test_each_line_has_its_answer_in_order() -> None:
    ran, answers = in_bulk(
        {"raw": "552 5.2.2 mailbox full"}, {"raw": "nothing"}, {"raw": "550 5.1.1 user unknown", "stage": "rcpt"}
    )

    assert ran.code == 0
    assert [answer["finding"] for answer in answers] == ["mailbox-full", "unknown", "recipient-unknown"]
    assert all(answer["schema"] == 1 for answer in answers)


def test_what_is_known_beside_the_text_decides_where_the_text_does_not() -> None:
    text = "Connection closed"

    _, answers = in_bulk(
        {"raw": text, "port": 465, "security": "starttls", "stage": "greeting"},
        {"raw": text, "port": 465, "security": "tls", "stage": "greeting"},
        {"raw": "535 5.7.8 not accepted", "stage": "auth", "provider": "Gmail"},
    )

    assert [answer["finding"] for answer in answers] == ["port-speaks-tls", "connection-dropped", "auth-app-password-required"]


def test_a_line_that_is_no_object_is_answered_and_the_rest_goes_on() -> None:
    lines = ['{"raw": 5}', "[1]", "not json", '{"raw": "552 5.2.2 mailbox full", "port": "x", "stage": 7, "provider": []}', ""]

    ran = run("explain", "--jsonl", stdin="\n".join(lines).encode())

    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 2
    assert ["error" in answer for answer in answers] == [True, True, True, False]
    assert answers[3]["finding"] == "mailbox-full"


def test_nothing_recognised_in_bulk_is_1() -> None:
    assert in_bulk({"raw": "the quick brown fox"})[0].code == 1


# -- secrets and hostile text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_credentials_in_a_pasted_conversation_are_not_repeated(form: tuple[str, ...]) -> None:
    secret = base64.b64encode(b"\0svc@example.com\0correct horse battery").decode()
    login = base64.b64encode(b"correct horse battery").decode()
    text = f"C: AUTH PLAIN {secret}\nS: 599 {secret} is odd\nC: AUTH LOGIN\n{login}\n{secret}\nS: 535 5.7.8 authentication failed"

    ran = run("explain", *form, stdin=text.encode())

    assert ran.code == 0
    assert login not in ran.out + ran.err
    assert secret not in ran.out + ran.err


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    explain(f"smtp {text}")
    explain(f"535 {text} 550 5.7.1 {text}", Known(port=465, security=Security.TLS, stage=Stage.AUTH, provider=text[:20]))


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 64,
        b"smtp \xff\xfe\x00 550 5.7.1 \x80\x81 relay",
        b"\x00" * 100_000,
        b"550 5.7.1 " * 50_000,
        b"550-5.7.1 one more line\n" * 40_000,
        b"535 " + b"A" * 1_000_000,
        b"AUTH PLAIN " * 50_000,
        ("mail 550 " + "сообщение отклонено " * 1000).encode("utf-16"),
    ],
    ids=["every byte", "no UTF-8", "zeros", "a reply for ever", "lines for ever", "one endless line", "AUTH for ever", "UTF-16"],
)
def test_no_bytes_break_the_program(data: bytes) -> None:
    ran = run("explain", stdin=data)

    assert ran.code in (0, 1)
    assert ran.out or ran.err


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("javax.net.ssl.SSLException: Unrecognized SSL message\n\tat sun.Alert.x(Alert.java:451)", "port-speaks-plain"),
        ("MailKit.Security.AuthenticationException: 535: 5.7.3 Authentication unsuccessful", "auth-bad-credentials"),
    ],
)  # fmt: skip
def test_a_line_of_a_source_file_is_no_port_and_a_colon_may_follow_a_code(text: str, finding: str) -> None:
    assert explain(text)[0].id == finding


@pytest.mark.parametrize(
    "text",
    [
        "smtplib.SMTPServerDisconnected: Connection unexpectedly closed",
        "javax.mail.MessagingException: Exception reading response;\n java.net.SocketTimeoutException: Read timed out",
    ],
)
def test_a_stage_the_text_does_not_name_is_not_claimed(text: str) -> None:
    found = explain(text)[0]

    assert found.stage is None
    assert "a point the text does not name" in found.title


def test_a_stage_the_text_names_is_said() -> None:
    assert "EHLO" in explain("Connection unexpectedly closed", Known(stage=Stage.EHLO))[0].title


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "cp1252"])
def test_letters_are_read_as_the_system_that_wrote_them_meant_them(encoding: str) -> None:
    answer = run("explain", "--json", stdin="535 5.7.8 Authentification échouée\r\n".encode(encoding))

    evidence = json.loads(answer.out)["findings"][0]["evidence"]
    assert evidence["text"] == "Authentification échouée"


@pytest.mark.parametrize("code", ["5.7.124", "5.7.133", "5.7.134"])
def test_a_group_closed_to_strangers_is_the_recipients_choice_and_no_missing_sign_in(code: str) -> None:
    text = f"Remote Server returned '550 {code} RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required'"

    assert explained(text) == "recipient-rejected"
