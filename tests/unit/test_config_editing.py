"""Saving a configuration keeps every comment, key and layout it need not touch."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.unit.settings_samples import COMMENTED, PROD, toml, write
from wizard.config import (
    ConfigError,
    copy_profile,
    load,
    remove_profile,
    rename_profile,
    save_default,
    save_profile,
    save_theme,
)
from wizard.draft import Change, Draft, Field


def test_an_edit_touches_only_the_lines_that_changed(config_file: Path) -> None:
    write(config_file, COMMENTED)
    prod = load().profiles["prod"]
    save_profile("prod", prod._replace(port="465", security="tls", password="file:/s"))
    expected = COMMENTED.replace("port = 587 ", "port = 465 ").replace('{ from = "keyring" }', '{ from = "file", path = "/s" }')
    expected = expected.replace("never here\n", 'never here\nsecurity = "tls"\n')
    assert config_file.read_text() == expected


def test_a_setting_taken_back_leaves_the_file(config_file: Path) -> None:
    write(config_file, COMMENTED)
    save_profile("prod", load().profiles["prod"]._replace(timeout=""))
    assert config_file.read_text() == COMMENTED.replace("timeout = 15.0\n", "")


def test_a_new_profile_goes_to_the_end_with_everything_else_as_it_was(config_file: Path) -> None:
    write(config_file, COMMENTED)
    save_profile("new", Draft(host="new.example.com"))
    assert config_file.read_text() == COMMENTED + '\n[profiles.new]\nhost = "new.example.com"\n'


def test_removing_keeps_the_comments_of_the_others_and_the_backup_keeps_all(config_file: Path) -> None:
    write(config_file, COMMENTED)
    remove_profile("prod")
    text = config_file.read_text()
    assert "profiles.prod" not in text
    assert "default_profile" not in text
    for comment in ("# Our mail set-up", "# Production", "# Tests only", "# Something else entirely"):
        assert comment in text
    assert config_file.with_name("config.toml.bak").read_text() == COMMENTED


def test_renaming_renames_the_default_and_the_tables_below(config_file: Path) -> None:
    write(config_file, COMMENTED)
    rename_profile("uat", 'u a.t "2"]#')
    save_default('u a.t "2"]#')
    expected = COMMENTED.replace("[profiles.uat", '[profiles."u a.t \\"2\\"]#"').replace('"prod"  ', '"u a.t \\"2\\"]#"  ')
    assert config_file.read_text() == expected
    rename_profile("prod", "live")
    assert load().default_profile == 'u a.t "2"]#'
    rename_profile('u a.t "2"]#', "last")
    assert load().default_profile == "last"


def test_a_copy_has_the_keys_this_program_does_not_know(config_file: Path) -> None:
    write(config_file, COMMENTED)
    copy_profile("prod", "p2")
    copy_profile("uat", "u2")
    tables = toml(config_file)["profiles"]
    assert tables["p2"] == tables["prod"]
    assert tables["u2"] == tables["uat"]


def test_names_that_are_taken_or_missing_are_refused(config_file: Path) -> None:
    write(config_file, COMMENTED)
    for act in (lambda: copy_profile("prod", "uat"), lambda: rename_profile("prod", "uat")):
        with pytest.raises(ConfigError, match="already a profile 'uat'"):
            act()
    with pytest.raises(ConfigError, match="no profile 'nope'"):
        remove_profile("nope")
    assert config_file.read_text() == COMMENTED


@pytest.mark.parametrize("name", ["prod", "u at", "ünïcode 🙂", "q\"uo'te", "a.b", "]#[", "\\", "-", "true", "1", "x" * 200])
def test_any_printable_text_can_name_a_profile(config_file: Path, name: str) -> None:
    save_profile("other", PROD)
    save_profile(name, PROD, make_default=True)
    save_profile(name, PROD._replace(host="second.example.com"))
    assert load().chosen() == (name, PROD._replace(host="second.example.com"))
    rename_profile(name, "renamed")
    remove_profile("renamed")
    assert load().profiles == {"other": PROD}


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", " a", "\ud800", "x" * 201])
def test_other_text_cannot(home: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        save_profile(name, PROD)


@pytest.mark.parametrize(
    "layout",
    [
        'profiles = { prod = { host = "old" } }',
        'profiles.prod.host = "old"\nprofiles.prod.port = 25\n',
        'profiles.prod = { host = "old" }\n',
        '[profiles]\nprod.host = "old"\n',
        '[profiles.prod]\nhost = "old"\n[other]\na = 1\n[profiles.uat]\nhost = "u"',
        '[profiles]\n[profiles.prod]\nhost = "old"\nmessage = """\n[profiles.q]\n# no comment\n"""\n',
        '[profiles."prod"]\nhost = "old"\n  [profiles.prod.below]\n  a = 1',
        '[[other]]\na = 1\n[profiles.prod]\nhost = "old"\n[[other]]\na = 2\n',
        '[profiles.prod]\nhost = "old"\n[profiles.prod.password]\nfrom = "file"\npath = "/x"\n',
        '[profiles.prod]\nhost = "old"\nmessage = "a\u2028# b\u2028[profiles.q]"\n# end\n',
        "[profiles.prod.below]\na = 1\n[profiles.prod]\nhost = 'old'",
    ],
)
def test_unusual_layouts_are_edited_exactly_or_not_at_all(config_file: Path, layout: str) -> None:
    before = tomllib.loads(layout)
    others = {key: value for key, value in before["profiles"].items() if key != "prod"}

    def tables() -> dict[str, dict[str, object]]:
        return toml(config_file).get("profiles", {})

    write(config_file, layout)
    save_profile("prod", load().profiles["prod"]._replace(host="new", sender="a@b.example"), make_default=True)
    assert tables() == {**others, "prod": {**before["profiles"]["prod"], "host": "new", "sender": "a@b.example"}}
    write(config_file, layout)
    save_profile("added", PROD)
    assert load().profiles["added"] == PROD
    write(config_file, layout)
    rename_profile("prod", "renamed]")
    assert tables() == {**others, "renamed]": before["profiles"]["prod"]}
    write(config_file, layout)
    remove_profile("prod")
    assert tables() == others


def test_a_draft_that_is_not_right_is_not_saved(config_file: Path) -> None:
    with pytest.raises(ConfigError, match=r"Profile 'prod' was not saved\. port: 'abc' is not a port"):
        save_profile("prod", PROD._replace(port="abc"))
    assert not config_file.exists()


def test_the_theme_is_remembered_beside_the_rest(config_file: Path) -> None:
    write(config_file, COMMENTED)
    save_theme("paper")
    assert load().theme == "paper"
    assert load().profiles["prod"].host == "smtp.example.com"
    assert all(line in config_file.read_text() for line in COMMENTED.splitlines())


IIQ = Draft(
    host="smtp.example.com",
    port="587",
    iiq_type="redirectToEmail",
    iiq_redirect_address="test@example.com",
    iiq_retries="5",
    iiq_suppress_duplicates="false",
    iiq_client_secret="env:CLIENT_SECRET",
)


def test_identityiqs_side_has_a_table_of_its_own_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    save_profile("uat", IIQ, path=path)

    text = path.read_text()
    assert "[profiles.uat.identityiq]" in text
    assert 'type = "redirectToEmail"' in text
    assert "iiq_" not in text
    assert load(path).profiles["uat"] == IIQ


def test_one_entry_of_identityiqs_side_changes_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "[profiles.uat]\nhost = 'h.example'  # ours\n\n[profiles.uat.identityiq]\n"
        "type = 'smtp'  # was http\nnote = 'kept'\n\n# the other\n[profiles.dev]\nhost = 'd.example'\n"
    )
    before = load(path).profiles["uat"]
    save_profile("uat", before.with_changes(Change(Field.IIQ_TYPE, "http"), Change(Field.IIQ_RETRIES, "3")), path=path)

    text = path.read_text()
    assert "# ours" in text
    assert "note = 'kept'" in text
    assert "# the other\n[profiles.dev]" in text
    assert tomllib.loads(text)["profiles"]["uat"]["identityiq"] == {"type": "http", "note": "kept", "retries": 3}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("identityiq = 'smtp'", "identityiq"),
        ("identityiq.retries = 'many'", "identityiq.retries"),
        ("identityiq.suppress_duplicates = 'yes'", "identityiq.suppress_duplicates"),
        ("identityiq.client_secret = 'S3cret'", "client_secret"),
    ],
)
def test_a_wrong_entry_of_identityiqs_side_is_named_and_no_secret_repeated(tmp_path: Path, line: str, named: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[profiles.uat]\nhost = 'h.example'\n{line}\n")

    with pytest.raises(ConfigError, match=named) as refused:
        load(path)
    assert "S3cret" not in str(refused.value)
