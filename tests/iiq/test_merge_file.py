"""The merge file: correct to the letter, read back by our own reader, taken back by its rollback, and passed by the linter."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.draft import Draft
from wizard.identityiq.handover.difference import difference, leftovers, unchanged
from wizard.identityiq.handover.examine import examine
from wizard.identityiq.handover.merge import UnwritableError, merge_xml
from wizard.identityiq.handover.rollback import (
    NothingToRestoreError,
    about_not_restored,
    cut_object,
    not_restored,
    rollback_xml,
    whole_rollback,
)
from wizard.identityiq.handover.tokens import PASSWORD_TOKEN, properties, tokenised
from wizard.identityiq.handover.wanted import ByHandError, by_hand, proposes_redirect, wanted
from wizard.identityiq.reading import read_text
from wizard.identityiq.settings import Entry, Form, Key, PasswordForm, Settings
from wizard.profile import Password, Profile, parse

HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE sailpoint PUBLIC \"sailpoint.dtd\" \"sailpoint.dtd\">\n<sailpoint>\n"
ENCRYPTION = Entry("smtp_encryptionType", "NONE", Form.ELEMENT, "SmtpEncryptionType")
# Everything XML 1.0 allows (section 2.2), which is more than any field of a form does.
WRITABLE = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff").filter(
        lambda char: char >= " " or char in "\t\n\r"
    ),
    min_size=1,
)


def profile(**fields: str) -> Profile:
    """A profile that parses, with changes."""
    plain = {"host": "smtp.corp.test", "port": "587", "security": "starttls", "username": "svc", "sender": "iiq@corp.test"}
    parsed = parse(Draft(**{**plain, **fields}), "prod")
    assert isinstance(parsed, Profile), parsed
    return parsed


def keys(found: tuple[Entry, ...]) -> list[str]:
    return [entry.key for entry in found]


def read(document: str) -> Settings:
    found = read_text(document, "the test").settings
    assert found is not None
    return found


def errors(document: str) -> list[str]:
    return [flaw.finding.id for flaw in examine(document) if flaw.finding.severity == "error"]


# --- what is written ----------------------------------------------------------------------------------------------------------


def test_the_file_is_what_the_white_paper_prints() -> None:
    document = merge_xml(wanted(profile()), comment="from prod")
    assert document == (
        HEAD + "  <!-- from prod -->\n"
        '  <ImportAction name="merge">\n'
        '    <Configuration name="SystemConfiguration">\n'
        "      <Attributes>\n"
        "        <Map>\n"
        '          <entry key="emailNotifierType" value="smtp"/>\n'
        '          <entry key="smtp_encryptionType">\n'
        "            <value><SmtpEncryptionType>TLS</SmtpEncryptionType></value>\n"
        "          </entry>\n"
        '          <entry key="defaultEmailHost" value="smtp.corp.test"/>\n'
        '          <entry key="defaultEmailPort" value="587"/>\n'
        '          <entry key="smtp_username" value="svc"/>\n'
        '          <entry key="defaultEmailFromAddress" value="iiq@corp.test"/>\n'
        "        </Map>\n"
        "      </Attributes>\n"
        "    </Configuration>\n"
        "  </ImportAction>\n"
        "</sailpoint>\n"
    )


@pytest.mark.parametrize(("security", "word"), [("starttls", "TLS"), ("tls", "SSL"), ("none", "NONE")])
def test_the_encryption_is_written_in_identityiqs_word(security: str, word: str) -> None:
    assert read(merge_xml(wanted(profile(security=security)))).value(Key.ENCRYPTION) == word


def test_a_host_in_another_alphabet_is_written_as_dns_wants_it() -> None:
    assert read(merge_xml(wanted(profile(host="bücher.test")))).value(Key.HOST) == "xn--bcher-kva.test"


def test_nobody_who_signs_in_is_left_out_rather_than_written_empty() -> None:
    document = merge_xml(wanted(profile(username="")))
    assert "smtp_username" not in document
    assert "smtp_password" not in document


def test_the_password_is_left_out_unless_asked_for() -> None:
    assert "smtp_password" not in merge_xml(wanted(profile()))
    document = merge_xml(wanted(profile(), with_password=True), password=Password("1:ACP:abc"))
    assert '<entry key="smtp_password" value="1:ACP:abc"/>' in document
    assert "smtp_password" not in merge_xml(wanted(profile(), with_password=True)), "without one, no empty entry is written"


def test_redirect_to_email_still_names_the_server_it_goes_through() -> None:
    found = wanted(profile(iiq_type="redirectToEmail", iiq_redirect_address="test@corp.test"))
    assert keys(found)[:2] == ["emailNotifierType", "redirectingEmailNotifierAddress"]
    assert "defaultEmailHost" in keys(found)


def test_redirect_to_file_names_the_file_and_no_server() -> None:
    found = wanted(profile(iiq_type="redirectToFile", iiq_redirect_file="/var/tmp/mail.txt"))
    assert keys(found) == ["emailNotifierType", "redirectingEmailNotifierFilename", "defaultEmailFromAddress"]


def test_http_writes_nothing_and_says_to_type_it() -> None:
    with pytest.raises(ByHandError, match="Type the values on the screen"):
        wanted(profile(iiq_type="http", iiq_token_endpoint="https://login.test/token"))


def test_duplicates_and_server_root_are_written_where_the_profile_speaks_of_them() -> None:
    document = merge_xml(wanted(profile(iiq_suppress_duplicates="false", iiq_server_root="https://iiq.corp.test/identityiq")))
    assert "<value><Boolean>false</Boolean></value>" in document
    assert read(document).value(Key.SERVER_ROOT) == "https://iiq.corp.test/identityiq"
    assert "suppressDuplicateEmails" not in merge_xml(wanted(profile()))


def test_retries_are_not_in_the_file_and_that_is_said() -> None:
    asked = profile(iiq_retries="5")
    assert "5" not in [entry.value for entry in wanted(asked)]
    assert "Maximum Email Retries (5) is not in this file" in by_hand(asked)[0]
    assert by_hand(asked, 20), "another number stands over there"
    assert by_hand(asked, 5) == (), "what is so already need not be typed"


@pytest.mark.parametrize(
    "comment", ["a -- b", "-->", "ends with -", "---", "<!-- nested -->", "--" * 20, "line\nline", "\x00 nul"]
)
def test_no_comment_breaks_the_file(comment: str) -> None:
    document = merge_xml(wanted(profile()), comment=comment)
    assert errors(document) == []
    assert read(document).value(Key.HOST) == "smtp.corp.test"


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\x1b", "\ufffe", "\uffff", "\ud800"])
def test_a_character_no_xml_can_hold_is_refused_with_the_entry_named(char: str) -> None:
    with pytest.raises(UnwritableError, match="defaultEmailHost holds the character U\\+"):
        merge_xml((Entry("defaultEmailHost", f"a{char}b"),))
    with pytest.raises(UnwritableError, match="The password holds the character") as caught:
        merge_xml((Entry("smtp_password"),), password=Password(f"hunter2{char}"))
    assert "hunter2" not in str(caught.value)


# --- round trip ---------------------------------------------------------------------------------------------------------------


@given(host=WRITABLE, user=WRITABLE, secret=WRITABLE)
@settings(max_examples=300)
def test_what_is_written_is_read_back_the_same(host: str, user: str, secret: str) -> None:
    entries = (Entry("defaultEmailHost", host), ENCRYPTION, Entry("smtp_username", user), Entry("smtp_password"))
    found = read(merge_xml(entries, comment=host, password=Password(secret)))
    assert [(entry.key, entry.value, entry.form, entry.type) for entry in found.entries] == [
        (entry.key, entry.value, entry.form, entry.type) for entry in entries
    ]
    assert found.merged
    assert found.password is not None
    assert found.password.reveal() == secret


@given(old=WRITABLE, secret=WRITABLE)
def test_a_rollback_holds_what_was_there(old: str, secret: str) -> None:
    before = Settings(
        "before",
        (Entry("defaultEmailHost", old), ENCRYPTION, Entry("smtp_password")),
        Password(secret),
        PasswordForm.CLEAR,
    )
    back = read(rollback_xml(before, wanted(profile(), with_password=True)))
    assert back.value(Key.HOST) == old
    assert back.password is not None
    assert back.password.reveal() == secret


@given(st.text())
def test_no_text_makes_the_linter_fail(text: str) -> None:
    examine(text)
    examine(merge_xml(wanted(profile())).replace("svc", text))


# --- rollback -----------------------------------------------------------------------------------------------------------------


def test_a_rollback_leaves_out_what_the_change_does_not_name() -> None:
    before = Settings("x", (Entry("defaultEmailHost", "old"), Entry("serverRootPath", "https://old")))
    assert "serverRootPath" not in rollback_xml(before, wanted(profile()))


def test_a_password_that_is_not_changed_is_not_in_the_rollback() -> None:
    before = Settings("x", (Entry("defaultEmailHost", "old"), Entry("smtp_password")), Password("1:x"), PasswordForm.SHARED_KEY)
    assert "1:x" not in rollback_xml(before, wanted(profile()))


def test_an_entry_that_was_absent_is_restored_where_absence_has_a_word_and_named_where_it_has_none() -> None:
    before = Settings("x", (Entry("defaultEmailHost", "old"),))
    back = read(rollback_xml(before, wanted(profile())))
    assert (back.value(Key.TYPE), back.value(Key.ENCRYPTION), back.value(Key.PORT)) == ("smtp", "NONE", "25")
    assert not_restored(before, wanted(profile())) == ("smtp_username", "defaultEmailFromAddress")
    assert "smtp_username, defaultEmailFromAddress" in rollback_xml(before, wanted(profile()))
    said = about_not_restored(before, wanted(profile()))
    assert "a merge removes nothing" in said
    assert "Username (smtp_username)" in said


def test_which_port_was_meant_is_not_guessed_with_implicit_tls() -> None:
    before = Settings("x", (Entry("smtp_encryptionType", "SSL", Form.ELEMENT, "SmtpEncryptionType"),))
    assert "defaultEmailPort" in not_restored(before, wanted(profile()))


def test_what_a_merge_file_does_not_name_is_not_taken_for_absent() -> None:
    before = Settings("x", (Entry("defaultEmailHost", "old"),), merged=True)
    assert "smtp_encryptionType" in not_restored(before, wanted(profile()))
    assert "not known" in about_not_restored(before, wanted(profile()))


def test_a_rollback_of_nothing_is_refused_with_the_other_way() -> None:
    with pytest.raises(NothingToRestoreError, match="whole object"):
        rollback_xml(Settings("x"), (Entry("smtp_username", "svc"),))


EXPORT = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">
<sailpoint>
  <Configuration name="Other"><Attributes/></Configuration>
  <Configuration name="SystemConfiguration">
    <!-- kept --><Attributes><Map><entry key="a" value="ü &amp; &#9;"/><entry key='b'/></Map></Attributes>
  </Configuration><Rule name="SystemConfiguration"/>
</sailpoint>
"""


def test_the_whole_object_is_cut_out_byte_for_byte() -> None:
    element = cut_object(EXPORT)
    assert element == EXPORT[EXPORT.index('<Configuration name="System') : EXPORT.index("<Rule")]
    document = whole_rollback(EXPORT)
    assert element in document
    assert "ImportAction" not in document
    assert 'name="Other"' not in document


def test_an_export_without_the_object_makes_no_rollback() -> None:
    with pytest.raises(ValueError, match="does not hold the object"):
        whole_rollback(EXPORT.replace("SystemConfiguration", "UIConfig"))


# --- difference ---------------------------------------------------------------------------------------------------------------


def test_the_difference_speaks_both_vocabularies_and_shows_secrets_as_dots() -> None:
    before = Settings(
        "x",
        (Entry("emailNotifierType", "smtp"), ENCRYPTION, Entry("smtp_password")),
        Password("2:old-secret"),
        PasswordForm.SITE_KEY,
    )
    found = {one.label: (one.old, one.new) for one in difference(before, wanted(profile(), with_password=True))}
    assert found["Encryption"] == ("NONE (no encryption)", "TLS (STARTTLS)")
    assert found["Default SMTP Host"] == ("(not set)", "smtp.corp.test")
    assert found["Password"] == ("••••••", "••••••")
    assert "Email Notification Type" not in found
    assert keys(unchanged(before, wanted(profile()))) == ["emailNotifierType"]
    assert "old-secret" not in repr(difference(before, wanted(profile(), with_password=True)))


def test_a_blank_behind_the_host_can_be_seen() -> None:
    (found,) = difference(
        Settings("x", (Entry("defaultEmailHost", "smtp.corp.test "),)), (Entry("defaultEmailHost", "smtp.corp.test"),)
    )
    assert found.old == "'smtp.corp.test '"


def test_an_encryption_written_as_attribute_counts_as_different() -> None:
    before = Settings("x", (Entry("smtp_encryptionType", "TLS"),))
    assert "smtp_encryptionType" in [one.key for one in difference(before, wanted(profile()))]


def test_what_a_merge_cannot_take_away_is_said() -> None:
    before = Settings("x", (Entry("smtp_username", "old"), Entry("emailNotifierClass", "com.acme.Notifier")))
    said = " ".join(leftovers(before, wanted(profile(username=""))))
    assert "overrides the notification type" in said
    assert "IdentityIQ goes on signing in" in said


def test_a_user_name_that_changes_without_its_password_is_said() -> None:
    before = Settings("x", (Entry("smtp_username", "old"), Entry("smtp_password")), Password("2:x"), PasswordForm.SITE_KEY)
    (said,) = leftovers(before, wanted(profile()))
    assert "the password stays the one stored before" in said


# --- environments -------------------------------------------------------------------------------------------------------------


def test_a_non_production_profile_proposes_a_redirect_until_it_has_one() -> None:
    uat = profile(iiq_environment="non-production")
    assert "Redirect its mail to one address first" in proposes_redirect(uat)
    redirected = profile(iiq_environment="non-production", iiq_type="redirectToEmail", iiq_redirect_address="me@corp.test")
    assert proposes_redirect(redirected) == ""
    assert proposes_redirect(profile()) == ""


def test_tokens_stand_for_values_and_the_properties_file_holds_them_without_the_password() -> None:
    entries = wanted(profile(username="dom\\üser & co"), with_password=True)
    document = merge_xml(tokenised(entries), password=PASSWORD_TOKEN)
    assert 'value="%%SMTP_HOST%%"' in document
    assert "<SmtpEncryptionType>%%SMTP_ENCRYPTION%%</SmtpEncryptionType>" in document
    listed = properties(entries).splitlines()
    assert "%%SMTP_HOST%%=smtp.corp.test" in listed
    assert "%%SMTP_USERNAME%%=dom\\\\\\u00fcser &amp; co" in listed
    assert "#%%SMTP_PASSWORD%%=" in listed
    assert errors(document) == []


def test_a_build_that_fills_the_tokens_in_gets_the_file_without_tokens() -> None:
    entries = wanted(profile(username='a&b<"c">', iiq_server_root="https://iiq.corp.test/x?a=1&b=2"))
    document = merge_xml(tokenised(entries))
    for line in properties(entries).splitlines():
        name, _, value = line.partition("=")
        document = document.replace(name, value.replace("\\\\", "\\")) if name.startswith("%%") else document
    assert document == merge_xml(entries)


# --- the linter ---------------------------------------------------------------------------------------------------------------

OWN = [
    {},
    {"security": "tls", "port": "465"},
    {"username": ""},
    {"iiq_type": "redirectToEmail", "iiq_redirect_address": "a@corp.test"},
    {"iiq_type": "redirectToFile", "iiq_redirect_file": "/var/tmp/mail"},
    {"iiq_suppress_duplicates": "true", "iiq_server_root": "https://iiq.corp.test/identityiq"},
]


@pytest.mark.parametrize("fields", OWN)
def test_the_linter_passes_what_is_written_here(fields: dict[str, str]) -> None:
    made = wanted(profile(**fields), with_password=True)
    for document in (
        merge_xml(made, comment="prod", password=Password("2:abc")),
        merge_xml(tokenised(made), password=PASSWORD_TOKEN),
    ):
        found = examine(document)
        assert [one.finding.id for one in found if one.finding.severity == "error"] == []
        assert [one.finding.id for one in found if one.finding.id.startswith("iiq-file-")] == [
            "iiq-file-placeholder" for one in found if "%%" in document
        ]


GOOD = merge_xml((Entry("emailNotifierType", "smtp"), ENCRYPTION, Entry("defaultEmailHost", "smtp.corp.test")))
WRONG = {
    "iiq-file-no-import-action": re.sub(r" *</?ImportAction.*>\n", "", GOOD),
    "iiq-file-action": GOOD.replace('"merge"', '"Merge"'),
    "iiq-file-object-name": GOOD.replace("SystemConfiguration", "systemConfiguration"),
    "iiq-file-root": GOOD.replace("<sailpoint>", "<import>").replace("</sailpoint>", "</import>"),
    "iiq-file-doctype": GOOD.replace('"sailpoint.dtd" "sailpoint.dtd"', '"x" "sailpoint-8.dtd"'),
    "iiq-file-comment": GOOD.replace("<Map>", "<Map><!-- old: -- smtp -->"),
    "iiq-file-encoding": GOOD.replace("UTF-8", "ISO-8859-1"),
    "iiq-file-nothing": re.sub(r"<Map>.*</Map>", "<Map/>", GOOD, flags=re.DOTALL),
    "iiq-file-misplaced-entry": GOOD.replace("<Map>", "<List>").replace("</Map>", "</List>"),
    "iiq-file-entry-without-key": GOOD.replace('key="defaultEmailHost" ', ""),
    "iiq-file-value-outside": GOOD.replace(' value="smtp.corp.test"/>', ">smtp.corp.test</entry>"),
    "iiq-file-empty-entry": GOOD.replace("</Map>", '<entry key="smtp_password" value=""/></Map>'),
    "iiq-file-placeholder": GOOD.replace("smtp.corp.test", "${smtp.host}"),
    "iiq-file-not-xml": GOOD.replace("smtp.corp.test", "a&b"),
    "iiq-key-invented": GOOD.replace("defaultEmailHost", "smtp_host"),
    "iiq-encryption-form": GOOD.replace(
        GOOD[GOOD.index('<entry key="smtp_e') : GOOD.index('<entry key="defaultEmailHost')],
        '<entry key="smtp_encryptionType" value="TLS"/>',
    ),
    "iiq-type-capitals": GOOD.replace('"smtp"', '"SMTP"'),
    "iiq-host-blanks": GOOD.replace("corp.test", "corp.test "),
    "iiq-password-in-clear": GOOD.replace("</Map>", '<entry key="smtp_password" value="hunter2"/></Map>'),
    "iiq-entry-doubled": GOOD.replace("</Map>", '<entry key="emailNotifierType" value="smtp"/></Map>'),
}


def test_the_good_file_has_no_flaw() -> None:
    assert examine(GOOD) == ()


@pytest.mark.parametrize(("ident", "document"), WRONG.items(), ids=WRONG.keys())
def test_the_linter_catches_what_is_made_by_hand(ident: str, document: str) -> None:
    assert document != GOOD
    found = {flaw.finding.id: flaw for flaw in examine(document)}
    assert ident in found
    flaw = found[ident]
    assert flaw.line >= 1
    assert flaw.column >= 1
    assert flaw.finding.remedies, "each flaw has a cure"
    assert "hunter2" not in repr(found)


def test_a_flaw_in_the_form_of_the_xml_names_line_and_column() -> None:
    (flaw,) = examine("<sailpoint>\n  <a>\n  </b>\n</sailpoint>")
    assert (flaw.line, flaw.column) == (3, 5)
    assert "a tag is closed that is not the one that is open" in flaw.finding.meaning


def test_a_comment_with_hyphens_does_not_hide_the_flaws_behind_it() -> None:
    document = WRONG["iiq-file-comment"].replace("defaultEmailHost", "smtp_host")
    assert [flaw.finding.id for flaw in examine(document)][:2] == ["iiq-file-comment", "iiq-key-invented"]


def test_thousands_of_comments_take_no_time_worth_a_word() -> None:
    found = examine(GOOD.replace("<Map>", "<Map>" + "<!-- a -- b -->\n" * 50_000))
    assert {flaw.finding.id for flaw in found} == {"iiq-file-comment"}
    assert found[1].line == found[0].line + 1


def test_hyphens_in_data_are_no_comment() -> None:
    assert (
        examine(GOOD.replace("<Map>", "<Map><entry key='x'><value><String><![CDATA[<!-- a -- b -->]]></String></value></entry>"))
        == ()
    )


def test_no_entity_is_expanded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    (flaw,) = examine(bomb)
    assert "it declares or uses an entity" in flaw.finding.meaning
