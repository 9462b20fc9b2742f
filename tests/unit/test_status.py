"""The registry of enhanced status codes: what each number says, and which cause a bare number has at each stage it can come at.

The replies carry no telling word: only stage and numbers speak. What is expected is thought out from RFC 3463, 4954, 5248, 5321,
6531, 7372, 7504, 7505, 8617 and 8689.
"""

from __future__ import annotations

from datetime import date

import pytest

from wizard.diagnosis import diagnose
from wizard.diagnosis.model import Finding, Severity
from wizard.diagnosis.status import BASICS, DETAILS, basic_meaning_of, by_the_standard, meaning_of
from wizard.profile import Endpoint, Login, Profile, Security
from wizard.smtp.observation import Context, Kind, Observation, Reply, Stage, TlsFacts

CLEAR = Context(capabilities={"STARTTLS": "", "SIZE": "1000"})
ENCRYPTED = Context(capabilities={"AUTH": "PLAIN LOGIN"}, tls=TlsFacts("TLSv1.3", "", True, None))
WORDS = "refused 7A3F"  # nothing in it but that it is a refusal


def cause(stage: Stage, numbers: str, context: Context = ENCRYPTED, words: str = WORDS) -> Finding:
    code, _, enhanced = numbers.partition(" ")
    observation = Observation(stage, Kind.REPLY, reply=Reply(int(code), enhanced or None, (words,)), context=context)
    profile = Profile(
        Endpoint("mail.example.com", 587, Security.STARTTLS),
        login=Login("svc@example.com"),
        sender="iiq@example.com",
        recipient="you@example.org",
    )
    errors = [one for one in diagnose(observation, profile, today=date(2026, 11, 24)) if one.severity is Severity.ERROR]
    assert len(errors) == 1
    return errors[0]


# Stages, the numbers that mean the same there, and the cause.
BARE = """
rcpt | 550 5.1.1, 450 4.1.1, 550 5.1.2, 501 5.1.3, 553 5.1.3, 550 5.1.4, 550 5.1.6, 556 5.1.10, 550 5.1.10 | recipient-unknown
data | 550 5.1.1, 550 5.1.2, 550 5.1.10 | recipient-unknown
mail | 550 5.1.1, 501 5.1.3, 550 5.1.0, 501 5.1.7, 553 5.1.7, 550 5.1.8, 451 4.1.8 | sender-rejected
rcpt | 550 5.1.7, 501 5.1.8, 450 4.1.8 | sender-rejected
data | 550 5.1.7, 550 5.1.8 | sender-rejected
rcpt | 550 5.1.0, 550 5.2.0, 450 4.2.1, 550 5.2.4, 450 4.2.4 | recipient-rejected
rcpt | 550 5.2.1, 550 5.7.13 | recipient-unknown
rcpt, data | 552 5.2.2, 452 4.2.2, 550 5.2.2 | mailbox-full
rcpt, data, mail | 552 5.2.3, 552 5.3.4, 554 5.3.4, 452 4.3.4, 552 5.7.16 | message-too-large
greeting, mail, rcpt, data | 421 4.3.0, 451 4.3.0, 452 4.3.1, 453 4.3.2, 451 4.3.5 | server-busy
greeting | 554 5.3.0, 521 5.3.2, 554 5.3.2, 554 5.3.5 | service-unavailable
mail, rcpt, data | 521 5.3.2, 550 5.3.5, 554 5.3.5, 552 5.3.1 | service-unavailable
data | 554 5.3.0 | service-unavailable
mail, rcpt, data | 554 5.3.3, 550 5.3.3 | line-or-encoding
rcpt, data | 451 4.4.0, 451 4.4.1, 451 4.4.3, 451 4.4.4, 451 4.4.5, 451 4.4.6, 451 4.4.7 | server-busy
greeting, ehlo, mail, rcpt, data | 421 4.4.2, 421 4.4.5, 421 4.3.2 | server-busy
rcpt, data | 550 5.4.6, 554 5.4.6, 554 5.4.0, 550 5.4.3, 554 5.4.7, 554 5.4.2 | service-unavailable
rcpt, data | 550 5.4.1, 550 5.4.4 | recipient-unknown
mail, rcpt, data | 550 5.4.5 | rate-limited
mail, rcpt, data | 503 5.5.1, 500 5.5.1, 502 5.5.1, 503 5.5.0, 503, 500, 502, 503 5.0.0 | protocol-violation
mail | 530 5.5.1, 530 5.7.0, 530 | auth-required
ehlo | 500 5.5.1, 502 5.5.1, 500, 502 | middlebox
ehlo | 501 5.5.2, 501 5.5.4, 504 5.5.4, 501, 504, 550 5.7.1, 550, 553, 554 5.7.1 | helo-rejected
starttls | 500 5.5.1, 502 5.5.1, 503 5.5.1, 454 4.7.0, 454, 501 5.5.4, 554 5.7.3, 504 5.7.4, 454 4.7.5 | starttls-unavailable
mail | 501 5.5.2, 501 5.5.4, 501, 553 | sender-rejected
mail | 555 5.5.4, 555, 455 4.5.4 | line-or-encoding
rcpt | 501 5.5.2, 501 5.5.4, 501, 553 | recipient-unknown
mail, rcpt, data | 500 5.5.2, 500 5.5.0 | protocol-violation
rcpt | 452 4.5.3, 451 4.5.3, 550 5.5.3 | rate-limited
ehlo, mail | 554 5.5.5 | protocol-violation
auth | 500 5.5.6 | line-or-encoding
mail, rcpt, data | 550 5.6.7, 553 5.6.7, 553 5.6.8, 550 5.6.9, 550 5.6.10 | line-or-encoding
mail, rcpt, data | 554 5.6.1, 554 5.6.2, 554 5.6.3, 554 5.6.5 | line-or-encoding
data | 554 5.6.0 | line-or-encoding
data | 550 5.7.1, 554 5.7.1, 550 5.7.0, 554, 550, 550 5.7.7, 554 5.0.0 | content-rejected
auth | 535 5.7.0, 535 5.7.1, 535 5.7.3, 535 5.7.8, 535, 554 5.7.8, 550 5.1.0, 550 | auth-bad-credentials
auth | 504 5.5.4, 504 5.7.4, 504, 534 5.7.9, 534, 432 4.7.12, 422 4.7.12, 432 | auth-mechanism-unsupported
auth | 454 4.7.0, 454, 451 4.3.0, 450 4.7.0 | auth-temporary
auth | 525 5.7.13, 550 5.7.13, 535 5.7.14, 525 | auth-account-limited
mail | 525 5.7.13 | auth-account-limited
auth | 500 5.5.1, 502 5.5.1, 503 5.5.1, 503 | auth-not-offered
auth | 538 5.7.11, 524 5.7.11, 523 5.7.10, 538 | starttls-required
mail, rcpt, data | 523 5.7.10, 550 5.7.10, 550 5.7.11 | starttls-required
auth | 550 5.7.30, 535 5.7.139 | auth-basic-disabled
rcpt | 550 5.7.0, 550 5.7.1, 554 5.7.1, 550 5.7.2, 551, 554, 550 | recipient-rejected
rcpt | 550 5.7.17, 550 5.7.18, 550 5.7.19, 450 4.7.15, 550 5.7.15 | recipient-rejected
rcpt, data | 550 5.7.20, 550 5.7.21, 550 5.7.22 | sender-unauthenticated-domain
rcpt, data | 550 5.7.23, 550 5.7.24, 451 4.7.24, 550 5.7.26, 550 5.7.29 | sender-unauthenticated-domain
greeting, ehlo, mail, rcpt | 550 5.7.25, 450 4.7.25 | ip-blocked
mail, rcpt | 550 5.7.27 | sender-rejected
mail, rcpt, data | 450 4.7.28, 550 5.7.28 | rate-limited
rcpt, data | 550 5.7.30 | starttls-unavailable
greeting | 554 5.7.1, 554 5.7.0, 421 4.7.0, 421 4.7.1, 550 5.7.1 | ip-blocked
greeting | 421, 450, 451 | server-busy
greeting | 554, 521 | service-unavailable
mail, rcpt, data | 421, 451, 452 | server-busy
mail | 452 4.5.3 | rate-limited
mail, data | 552 | message-too-large
rcpt | 556 | recipient-unknown
mail | 550, 554, 550 5.7.1, 553 5.7.1 | sender-rejected
"""


def rows() -> list[tuple[Stage, str, str]]:
    found = []
    for line in BARE.strip().splitlines():
        stages, numbers, expected = (part.strip() for part in line.split("|"))
        found += [(Stage(stage), number, expected) for stage in stages.split(", ") for number in numbers.split(", ")]
    return found


@pytest.mark.parametrize(("stage", "numbers", "expected"), rows(), ids=[f"{stage} {numbers}" for stage, numbers, _ in rows()])
def test_bare_numbers_have_the_cause_a_mail_engineer_would_name(stage: Stage, numbers: str, expected: str) -> None:
    context = CLEAR if stage in (Stage.GREETING, Stage.EHLO, Stage.STARTTLS) else ENCRYPTED
    assert cause(stage, numbers, context).id == expected


# Details that go with a success, or with features this client never asks for: none of them can come as a refusal.
NEVER_A_REFUSAL = {"1.5", "1.9", "3.6", "6.4", "6.6", "7.6"}


def test_every_registered_detail_is_expected_somewhere() -> None:
    met = {numbers.partition(" ")[2].partition(".")[2] for _, numbers, _ in rows()} | {"0.0", "7.3", "7.5"}

    assert set(DETAILS) - met == NEVER_A_REFUSAL


@pytest.mark.parametrize("detail", sorted(set(DETAILS) - NEVER_A_REFUSAL))
@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA])
def test_no_registered_code_is_a_mystery_once_mail_is_spoken_of(stage: Stage, detail: str) -> None:
    assert cause(stage, f"550 5.{detail}").id != "unknown"
    assert cause(stage, f"450 4.{detail}").id != "unknown"


def test_the_same_530_asks_for_encryption_in_clear_and_for_a_sign_in_on_an_encrypted_line() -> None:
    assert cause(Stage.MAIL, "530 5.7.0", CLEAR).id == "starttls-required"
    assert cause(Stage.MAIL, "530 5.7.0", ENCRYPTED).id == "auth-required"


def test_a_precise_code_outweighs_a_word_that_stands_by() -> None:
    assert cause(Stage.RCPT, "550 5.1.1", words="blocked: no such person at spam.example.com").id == "recipient-unknown"
    assert cause(Stage.DATA, "552 5.3.4", words="message rejected by policy").id == "message-too-large"
    assert cause(Stage.RCPT, "552 5.2.2", words="account disabled until there is room").id == "mailbox-full"


def test_a_general_code_leaves_the_word_to_words() -> None:
    assert cause(Stage.DATA, "550 5.7.1", words="SPF check failed").id == "sender-unauthenticated-domain"
    assert cause(Stage.DATA, "550 5.4.6", words="Mail rate exceeded limit").id == "rate-limited"


def test_what_no_rule_knows_is_said_in_the_terms_of_the_standard() -> None:
    found = cause(Stage.MAIL, "354 5.6.6")

    assert found.id == "unknown"
    assert "354 5.6.6" in found.meaning
    assert "could not be" in found.meaning
    assert "RFC" not in found.meaning


def test_a_detail_of_the_servers_own_keeps_what_its_subject_says() -> None:
    status = meaning_of("5.7.606")

    assert status is not None
    assert status.detail == ""
    assert "security or policy" in status.sentence
    assert "606" in status.sentence


@pytest.mark.parametrize("text", [None, "", "5", "5.1", "9.1.1", "5.9.9", "5.1.x", "5.1.1.1", "5.1.\N{SUPERSCRIPT TWO}"])
def test_what_is_no_status_code_has_no_meaning(text: str | None) -> None:
    assert meaning_of(text) is None


def test_leading_zeros_do_not_hide_a_code() -> None:
    status = meaning_of("5.1.01")

    assert status is not None
    assert status.code == "X.1.1"


def test_every_meaning_is_one_calm_sentence_with_a_source() -> None:
    sentences = [(meaning, source) for meaning, _, source in DETAILS.values()]
    sentences += [(basic.meaning, basic.source) for basic in BASICS.values()]

    for meaning, source in sentences:
        assert meaning[0].isupper(), meaning
        assert not meaning.endswith("."), meaning
        assert "!" not in meaning, meaning
        assert "delivered" not in meaning, meaning
        assert source.startswith("RFC "), meaning


def test_the_basic_code_speaks_where_the_enhanced_one_says_nothing() -> None:
    basic = basic_meaning_of(552)

    assert basic is not None
    assert basic.meaning in by_the_standard(552, "5.0.0")
    assert by_the_standard(599, None) == ""
