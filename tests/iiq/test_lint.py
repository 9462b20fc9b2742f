"""Each flaw of IdentityIQ's settings is found with its place, and each cure with changes cures it, through the file imported."""

from __future__ import annotations

import string
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.iiq import exports
from tests.iiq.exports import configuration, export, template
from wizard.diagnosis.model import Severity
from wizard.draft import Change, Draft, Field
from wizard.identityiq.certainty import Certainty
from wizard.identityiq.handover.merge import merge_xml
from wizard.identityiq.handover.wanted import wanted
from wizard.identityiq.lint import RULES, Flaw, lint
from wizard.identityiq.lint.environment import looks_like_production
from wizard.identityiq.reading import read_text
from wizard.identityiq.settings import INVENTED, Entry, Form, Key, Settings
from wizard.identityiq.translate import changes, left_behind
from wizard.identityiq.vocabulary import rows
from wizard.profile import Profile, parse


def read(*objects: str) -> Settings:
    settings = read_text(export(*objects), "f").settings
    assert settings is not None
    return settings


def changed(**values: str | None) -> Settings:
    """The usual settings, in which nothing is wrong but how the password is stored, with some values of one's own."""
    return read(configuration(**{"smtp_password": "2:abc=", **values}))


class Case(NamedTuple):
    """Settings with one flaw: the entry it is about, its severity, and the changes of its first cure."""

    id: str
    settings: Settings
    key: str
    severity: Severity = Severity.ERROR
    cure: tuple[str, ...] = ()
    production: bool | None = None


TEST_ROOT = "https://iiq-uat.acme.test/identityiq"
ONE = "2:abc="
CASES: dict[str, Case] = {
    "smtp_host alone": Case(
        "iiq-key-invented",
        changed(smtp_host="smtp2.acme.test", defaultEmailHost=None, emailNotifierClass="com.acme.Mailer"),
        "smtp_host",
        Severity.ERROR,
        ("host=smtp2.acme.test",),
    ),
    "emailTLSEnabled": Case(
        "iiq-key-invented",
        changed(emailTLSEnabled="true", smtp_encryptionType=None),
        "emailTLSEnabled",
        cure=("security=starttls",),
    ),
    "emailSSLEnabled": Case(
        "iiq-key-invented",
        changed(emailSSLEnabled="true", smtp_encryptionType=None, defaultEmailPort="465"),
        "emailSSLEnabled",
        cure=("security=tls",),
    ),
    "smtpPassword": Case("iiq-key-invented", changed(smtpPassword="sesame", smtp_password=None), "smtpPassword"),
    "an invented key beside the right one": Case(
        "iiq-key-invented", changed(defaultEmailFrom="x@acme.test"), "defaultEmailFrom", Severity.WARNING
    ),
    "encryption as an attribute": Case(
        "iiq-encryption-form", changed(smtp_encryptionType="TLS"), Key.ENCRYPTION, cure=("security=starttls",)
    ),
    "encryption as a String": Case(
        "iiq-encryption-form",
        changed(smtp_encryptionType="<String>SSL", defaultEmailPort="465"),
        Key.ENCRYPTION,
        cure=("security=tls",),
    ),
    "an entry twice": Case(
        "iiq-entry-doubled",
        read(configuration(more=exports.entry("defaultEmailPort", "25"), smtp_password=ONE)),
        Key.PORT,
        Severity.WARNING,
    ),
    "an empty entry": Case("iiq-entry-empty", changed(defaultEmailGap=""), Key.GAP, Severity.INFO),
    "a blank behind the user": Case(
        "iiq-blanks", changed(smtp_username="svc "), Key.USERNAME, Severity.WARNING, ("username=svc",)
    ),
    "a blank before the type": Case(
        "iiq-blanks", changed(emailNotifierType=" smtp"), Key.TYPE, Severity.WARNING, ("iiq_type=smtp",)
    ),
    "yes for a Boolean": Case(
        "iiq-boolean-word", changed(suppressDuplicateEmails="yes"), Key.SUPPRESS_DUPLICATES, Severity.WARNING
    ),
    "no host": Case("iiq-host-missing", changed(defaultEmailHost=None), Key.HOST),
    "a blank behind the host": Case(
        "iiq-host-blanks", changed(defaultEmailHost="smtp.acme.test "), Key.HOST, cure=("host=smtp.acme.test",)
    ),
    "a blank before the host that no eye sees": Case(
        "iiq-host-blanks", changed(defaultEmailHost="\u200bsmtp.acme.test"), Key.HOST, cure=("host=smtp.acme.test",)
    ),
    "a host with its port": Case(
        "iiq-host-no-name",
        changed(defaultEmailHost="smtp.acme.test:587"),
        Key.HOST,
        cure=("host=smtp.acme.test", "port=587", "security=starttls"),
    ),
    "a URL as host": Case(
        "iiq-host-no-name",
        changed(
            defaultEmailHost="https://smtp.acme.test/", smtp_encryptionType="<SmtpEncryptionType>SSL", defaultEmailPort="465"
        ),
        Key.HOST,
        cure=("host=smtp.acme.test",),
    ),
    "a port as a word": Case("iiq-port-word", changed(defaultEmailPort="submission"), Key.PORT, cure=("port=587",)),
    "a port with its protocol": Case("iiq-port-word", changed(defaultEmailPort="587/tcp"), Key.PORT, cure=("port=587",)),
    "a port that says nothing": Case("iiq-port-word", changed(defaultEmailPort="default"), Key.PORT),
    "a port out of range": Case("iiq-port-range", changed(defaultEmailPort="587000"), Key.PORT, cure=("port=587",)),
    "port 0": Case("iiq-port-range", changed(defaultEmailPort="0"), Key.PORT, cure=("port=587",)),
    "an encryption in small letters": Case(
        "iiq-encryption-unknown",
        changed(smtp_encryptionType="<SmtpEncryptionType>tls"),
        Key.ENCRYPTION,
        cure=("security=starttls",),
    ),
    "an encryption nobody knows": Case(
        "iiq-encryption-unknown", changed(smtp_encryptionType="<SmtpEncryptionType>AUTO"), Key.ENCRYPTION
    ),
    "Microsoft 365 on 465": Case(
        "iiq-provider-port",
        changed(defaultEmailHost="smtp.office365.com", defaultEmailPort="465", smtp_encryptionType="<SmtpEncryptionType>SSL"),
        Key.PORT,
        cure=("port=587", "security=starttls"),
    ),
    "465 with TLS": Case("iiq-port-encryption", changed(defaultEmailPort="465"), Key.ENCRYPTION, cure=("security=tls",)),
    "465 without encryption": Case(
        "iiq-port-encryption",
        changed(defaultEmailPort="465", smtp_encryptionType="<SmtpEncryptionType>NONE"),
        Key.ENCRYPTION,
        cure=("security=tls",),
    ),
    "587 with SSL": Case(
        "iiq-port-encryption",
        changed(smtp_encryptionType="<SmtpEncryptionType>SSL"),
        Key.ENCRYPTION,
        cure=("security=starttls",),
    ),
    "a sign-in in clear": Case(
        "iiq-sign-in-in-clear",
        changed(smtp_encryptionType=None, defaultEmailPort="25"),
        Key.ENCRYPTION,
        Severity.WARNING,
        ("security=starttls", "port=587"),
    ),
    "a user without password": Case("iiq-user-without-password", changed(smtp_password=None), Key.USERNAME),
    "a password without user": Case("iiq-password-without-user", changed(smtp_username=None), Key.PASSWORD),
    "the shared key": Case("iiq-password-shared-key", changed(smtp_password="1:ACP:abc="), Key.PASSWORD, Severity.WARNING),
    "a password in clear": Case("iiq-password-in-clear", changed(smtp_password="opensesame"), Key.PASSWORD, Severity.WARNING),
    "the example host": Case("iiq-example-value", changed(defaultEmailHost="mail.example.com"), Key.HOST),
    "the example sender": Case(
        "iiq-example-value", changed(defaultEmailFromAddress="Admin@Example.com"), Key.FROM, Severity.WARNING
    ),
    "no sender": Case("iiq-from-missing", changed(defaultEmailFromAddress=None), Key.FROM, Severity.WARNING),
    "a sender without @": Case("iiq-from-no-address", changed(defaultEmailFromAddress="iiq.acme.test"), Key.FROM),
    "a sender that is two": Case("iiq-from-no-address", changed(defaultEmailFromAddress="a@acme.test, b@acme.test"), Key.FROM),
    "a sender with mailto": Case(
        "iiq-from-no-address", changed(defaultEmailFromAddress="iiq@acme.test;"), Key.FROM, cure=("sender=iiq@acme.test",)
    ),
    "templates of another domain": Case(
        "iiq-template-sender",
        read(
            template("A", "HR <hr@other.test>"),
            configuration(smtp_password=ONE),
            template("B", "$from"),
            template("C", "x@acme.test"),
        ),
        Key.FROM,
        Severity.WARNING,
    ),
    "SMTP in capitals": Case("iiq-type-capitals", changed(emailNotifierType="SMTP"), Key.TYPE, cure=("iiq_type=smtp",)),
    "a redirect in other capitals": Case(
        "iiq-type-capitals",
        changed(emailNotifierType="redirecttofile", redirectingEmailNotifierFilename="/tmp/m", serverRootPath=TEST_ROOT),
        Key.TYPE,
        cure=("iiq_type=redirectToFile",),
    ),
    "a type nobody knows": Case("iiq-type-unknown", changed(emailNotifierType="fax"), Key.TYPE, cure=("iiq_type=smtp",)),
    "HTTP/OAuth": Case("iiq-type-http", changed(emailNotifierType="httpOAuth"), Key.TYPE, Severity.INFO),
    "a redirect in what looks like production": Case(
        "redirect-active",
        changed(emailNotifierType="redirectToEmail", redirectingEmailNotifierAddress="me@acme.test"),
        Key.TYPE,
        Severity.WARNING,
        ("iiq_environment=non-production",),
    ),
    "a redirect in production": Case(
        "redirect-active",
        changed(emailNotifierType="redirectToFile", redirectingEmailNotifierFilename="/tmp/m", serverRootPath=TEST_ROOT),
        Key.TYPE,
        Severity.WARNING,
        ("iiq_type=smtp",),
        production=True,
    ),
    "a redirect in a test system": Case(
        "redirect-active",
        changed(emailNotifierType="redirectToFile", redirectingEmailNotifierFilename="/tmp/m"),
        Key.TYPE,
        Severity.INFO,
        production=False,
    ),
    "a redirect to nowhere": Case(
        "iiq-redirect-nowhere", changed(emailNotifierType="redirectToEmail", serverRootPath=TEST_ROOT), Key.REDIRECT_ADDRESS
    ),
    "a notifier of somebody's own": Case(
        "iiq-custom-notifier", changed(emailNotifierClass="com.acme.Mailer"), Key.NOTIFIER_CLASS, Severity.WARNING
    ),
    "at once, and a gap": Case(
        "iiq-immediately-and-gap",
        changed(emailNotifierSendImmediately="true", defaultEmailGap="500"),
        Key.IMMEDIATELY,
        Severity.WARNING,
    ),
    "at once": Case("iiq-immediately", changed(emailNotifierSendImmediately="true"), Key.IMMEDIATELY, Severity.WARNING),
    "no retries": Case(
        "iiq-no-retries",
        read('<RequestDefinition name="Email Request" retryMax="0"/>', configuration(smtp_password=ONE)),
        Key.REQUEST_DEFINITION,
        Severity.WARNING,
        ("iiq_retries=20",),
    ),
    "duplicates": Case(
        "iiq-duplicates-suppressed", changed(suppressDuplicateEmails="<Boolean>true"), Key.SUPPRESS_DUPLICATES, Severity.INFO
    ),
}


def flaws_of(settings: Settings, ident: str, production: bool | None = None) -> list[Flaw]:
    return [flaw for flaw in lint(settings, production=production) if flaw.finding.id == ident]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_flaw_is_found_with_its_place_and_cure(case: Case) -> None:
    (flaw,) = flaws_of(case.settings, case.id, case.production)
    entry = case.settings.entry(case.key)

    assert flaw.key == case.key
    assert flaw.finding.severity is case.severity
    assert tuple(map(str, flaw.finding.remedies[0].changes if flaw.finding.remedies else ())) == case.cure
    if entry is not None and case.id != "iiq-template-sender":
        assert (flaw.line, flaw.column) == (entry.line, entry.column)


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.cure], ids=[name for name in CASES if CASES[name].cure])
def test_each_cure_cures_through_the_file_that_is_imported(case: Case) -> None:
    """Draft, profile, merge file, import, and the flaw is gone; an invented key may stay, and is then no error any more."""
    (before,) = flaws_of(case.settings, case.id, case.production)
    cure = before.finding.remedies[0]
    draft = Draft().with_changes(*changes(case.settings), *cure.changes)
    profile = parse(draft, "prod")
    assert isinstance(profile, Profile), profile
    production = case.production
    if profile.identityiq and profile.identityiq.environment:
        production = profile.identityiq.environment == "production"

    after = _imported(case.settings, merge_xml(wanted(profile)))

    if case.id == "iiq-no-retries":
        assert profile.identityiq is not None
        assert profile.identityiq.retries == 20
        return
    left = flaws_of(after, case.id, production)
    assert [flaw for flaw in left if flaw.finding.severity is case.severity] == []


def _imported(before: Settings, merge: str) -> Settings:
    """What IdentityIQ would hold after the import: entries named in the file are replaced, others stay."""
    new = read_text(merge, "merge").settings
    assert new is not None
    keys = {entry.key for entry in new.entries}
    return before._replace(entries=tuple(entry for entry in before.entries if entry.key not in keys) + new.entries)


def test_the_table_of_cases_has_every_rule() -> None:
    assert {rule.id for rule in RULES} == {case.id for case in CASES.values()}
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_every_rule_is_in_the_documents() -> None:
    pages = " ".join(page.read_text() for page in (Path(__file__).parents[2] / "docs").rglob("*.md"))

    assert [rule.id for rule in RULES if f"`{rule.id}`" not in pages] == []


def test_nothing_is_wrong_with_good_settings() -> None:
    assert lint(changed()) == ()


def test_what_is_written_for_a_profile_has_no_flaw() -> None:
    profile = parse(
        Draft(host="smtp.acme.test", port="465", security="tls", username="svc", sender="iiq@acme.test", iiq_type="smtp"), "prod"
    )
    assert isinstance(profile, Profile)

    assert lint(read(*_inside(merge_xml(wanted(profile))))) == ()


def _inside(text: str) -> tuple[str, ...]:
    return (text[text.index("<ImportAction") : text.index("</sailpoint>")],)


def test_several_addresses_to_redirect_to_may_be_right() -> None:
    settings = changed(
        emailNotifierType="redirectToEmail", redirectingEmailNotifierAddress="a@acme.test,b@acme.test", serverRootPath=TEST_ROOT
    )

    assert [flaw.finding.id for flaw in lint(settings)] == ["redirect-active"]


def test_only_the_first_templates_of_a_domain_are_named() -> None:
    settings = read(configuration(), *(template(f"T{number}", f"a{number}@other.test") for number in range(5)))
    (flaw,) = flaws_of(settings, "iiq-template-sender")

    assert "'T0', 'T1', 'T2' and 2 more have" in flaw.finding.meaning
    assert flaw.line == settings.senders[0].line


def test_a_merge_file_is_not_blamed_for_what_it_does_not_name() -> None:
    port = read('<ImportAction name="merge">', exports.small(defaultEmailPort="465"), "</ImportAction>")
    user = read('<ImportAction name="merge">', exports.small(smtp_username="svc"), "</ImportAction>")

    assert lint(port) == ()
    assert lint(user) == ()


def test_errors_come_first_and_each_rank_in_the_order_of_the_file() -> None:
    flaws = lint(
        read(
            configuration(
                smtp_password="1:ACP:x",
                emailNotifierSendImmediately="true",
                defaultEmailPort="word",
                defaultEmailHost="a b",
                suppressDuplicateEmails="true",
            )
        )
    )
    ranks = [(["error", "warning", "info"].index(flaw.finding.severity), flaw.line) for flaw in flaws]

    assert ranks == sorted(ranks)
    assert len(ranks) == 5


def test_all_invented_keys_are_named_with_the_one_that_is_meant() -> None:
    flaws = flaws_of(read(exports.small(**dict.fromkeys(INVENTED, "1"))), "iiq-key-invented")

    assert [flaw.key for flaw in flaws] == list(INVENTED)
    assert all(INVENTED[flaw.key] in flaw.finding.meaning for flaw in flaws)


@pytest.mark.parametrize("secret_key", ["smtp_password", "smtpPassword"])
def test_no_flaw_repeats_a_secret(secret_key: str) -> None:
    twice = exports.entry(secret_key, "sesame-two")
    settings = read(configuration(more=twice + twice, **{secret_key: "sesame-one"}))

    assert "sesame" not in repr(lint(settings)) + repr(left_behind(settings)) + repr(changes(settings))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_where_it_is_from_and_how_sure_it_is(rule: object) -> None:
    from wizard.identityiq.lint import LintRule

    assert isinstance(rule, LintRule)
    words = " ".join((rule.title, rule.meaning, *rule.advice))
    assert rule.source
    assert "!" not in words
    assert not rule.title.endswith(".")
    if rule.certainty is Certainty.EXPECTED:
        assert "expected" in words or "not known" in words or "may not" in words
    for text in (rule.title, rule.meaning, rule.log_line, *rule.advice):
        list(string.Formatter().parse(text))


def test_no_cure_takes_encryption_away() -> None:
    worse = Change(Field.SECURITY, "none")

    for case in CASES.values():
        for flaw in lint(case.settings, production=case.production):
            assert all(worse not in remedy.changes for remedy in flaw.finding.remedies)


ANY_ENTRY = st.builds(
    Entry,
    st.sampled_from([*map(str, Key), *INVENTED]),
    st.text(max_size=20)
    | st.sampled_from(["true", "SMTP", "TLS", "465", "{x}", "a@b", "$x", "99999999999", "²", "smtp.office365.com"]),
    st.sampled_from(Form),
    st.sampled_from(["", "String", "SmtpEncryptionType"]),
)


@given(st.lists(ANY_ENTRY, max_size=12), st.booleans(), st.sampled_from([None, True, False]))
def test_no_settings_crash_the_rules(entries: list[Entry], merged: bool, production: bool | None) -> None:
    settings = Settings("f", tuple(entries), merged=merged)

    for flaw in lint(settings, production=production):
        assert flaw.finding.title
        Draft().with_changes(*(change for remedy in flaw.finding.remedies for change in remedy.changes))
    parse(Draft().with_changes(*changes(settings)), "p")
    left_behind(settings)


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ("https://iiq.acme.test/identityiq", True),
        ("https://iam-prod.acme.com", True),
        ("https://iiq-uat.acme.com", False),
        ("http://dev01.iam.acme.com:8080/identityiq", False),
        ("iiqtest1.acme.com/identityiq", False),
        ("https://iiq.acme.local/identityiq", True),
        ("http://localhost:8080/identityiq", False),
        ("http://[::1]:8080/", False),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_what_a_server_root_says_of_the_environment(root: str, expected: bool | None) -> None:
    assert looks_like_production(Settings("f", (Entry("serverRootPath", root),))) is expected


# --- into a draft -----------------------------------------------------------------------------------------------------------


def draft_of(settings: Settings) -> dict[str, str]:
    return {str(change.field): change.value for change in changes(settings)}


def test_settings_become_a_draft_cured() -> None:
    settings = changed(
        emailNotifierType="SMTP",
        defaultEmailHost=" smtp.acme.test ",
        defaultEmailPort="smtps",
        smtp_encryptionType="ssl",
        defaultEmailFromAddress="IIQ <iiq@acme.test>",
        suppressDuplicateEmails="<Boolean>false",
    )

    assert draft_of(settings) == {
        "host": "smtp.acme.test",
        "port": "465",
        "security": "tls",
        "username": "svc-iiq@acme.test",
        "sender": "iiq@acme.test",
        "iiq_type": "smtp",
        "iiq_suppress_duplicates": "false",
        "iiq_server_root": "https://iiq.acme.test/identityiq",
    }


def test_what_is_absent_is_what_identityiq_is_expected_to_do() -> None:
    assert draft_of(read(exports.small(defaultEmailHost="h.test"))) == {
        "host": "h.test",
        "port": "25",
        "security": "none",
        "iiq_type": "smtp",
    }
    assert draft_of(read('<ImportAction name="merge">', exports.small(defaultEmailHost="h.test"), "</ImportAction>")) == {
        "host": "h.test"
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"emailNotifierType": "redirectToEmail", "redirectingEmailNotifierAddress": "me@acme.test"},
            {"iiq_type": "redirectToEmail", "iiq_redirect_address": "me@acme.test"},
        ),
        (
            {"emailNotifierType": "redirectToFile", "redirectingEmailNotifierFilename": "/tmp/mail.txt"},
            {"iiq_type": "redirectToFile", "iiq_redirect_file": "/tmp/mail.txt"},
        ),
        ({"emailNotifierType": "httpOAuth"}, {"iiq_type": "http"}),
    ],
)
def test_every_notification_type_is_carried_over(values: dict[str, str], expected: dict[str, str]) -> None:
    assert draft_of(read(exports.small(**values))) == expected


def test_what_has_no_place_in_a_profile_is_said() -> None:
    settings = read(
        '<RequestDefinition name="Email Request" retryMax="9" retryInterval="30"/>',
        configuration(
            smtp_password="opensesame",
            defaultEmailGap="500",
            emailNotifierClass="com.acme.Mailer",
            smtp_encryptionType="AUTO",
            emailNotifierType="fax",
        ),
        template("A", "a@b.test"),
    )
    said = " ".join(left_behind(settings))

    for words in (
        "clear text",
        "500",
        "com.acme.Mailer",
        "'AUTO' is not known",
        "'fax' is not known",
        "30 seconds",
        "one template",
    ):
        assert words in said
    assert draft_of(settings)["iiq_retries"] == "9"


# --- both vocabularies ------------------------------------------------------------------------------------------------------


def shown(settings: Settings) -> dict[str, tuple[str, str]]:
    return {row.label: (row.value, row.ours) for row in rows(settings)}


def test_absent_settings_are_named_with_what_is_expected() -> None:
    assert shown(read(exports.small(defaultEmailHost="h.test "))) == {
        "Email Notification Type": ("not set", "expected to be SMTP"),
        "Encryption": ("not set", "expected to be not encrypted"),
        "Default SMTP Host": ('"h.test "', ""),
        "Default SMTP Port": ("not set", "expected to be 25"),
        "Username": ("not set", ""),
        "Password": ("not set", ""),
        "Default From Address": ("not set", ""),
    }


def test_a_merge_file_shows_only_what_it_names() -> None:
    assert shown(read('<ImportAction name="merge">', exports.small(defaultEmailPort=""), "</ImportAction>")) == {
        "Default SMTP Port": ("empty", "")
    }


@pytest.mark.parametrize(
    ("values", "label", "expected"),
    [
        ({"smtp_encryptionType": "<SmtpEncryptionType>SSL"}, "Encryption", ("SSL", "TLS from the first byte")),
        ({"smtp_encryptionType": "SSL"}, "Encryption", ("SSL", "meant: TLS from the first byte")),
        ({"smtp_encryptionType": "<SmtpEncryptionType>AUTO"}, "Encryption", ("AUTO", "not known here")),
        ({"emailNotifierType": "redirectToEmail"}, "Email Notification Type", ("redirectToEmail", "Redirect to Email")),
        ({"emailNotifierType": "SMTP"}, "Email Notification Type", ("SMTP", "meant: SMTP")),
        ({"emailNotifierType": "httpOAuth"}, "Email Notification Type", ("httpOAuth", "HTTP/OAuth")),
        ({"emailNotifierType": "fax"}, "Email Notification Type", ("fax", "not known here")),
        ({"smtp_password": "opensesame"}, "Password", ("set, in clear text", "")),
        ({"smtp_password": "1:ACP:x"}, "Password", ("set, with the key every IdentityIQ shares", "")),
    ],
)
def test_each_word_stands_beside_the_standard_one(values: dict[str, str], label: str, expected: tuple[str, str]) -> None:
    assert shown(read(exports.small(**values)))[label] == expected
