"""The configuration file: what it says, and what is wrong with it in words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.settings_samples import PROD, toml, write
from wizard.config import (
    Config,
    ConfigError,
    config_path,
    copy_profile,
    load,
    remove_profile,
    rename_profile,
    save_default,
    save_profile,
    save_theme,
)
from wizard.config.keys import key_of
from wizard.draft import Draft, Field

# --- what the file says ------------------------------------------------------------------------------------------------------


def test_every_field_comes_back_as_it_was_typed(config_file: Path) -> None:
    save_profile("prod", PROD, make_default=True)
    config = load()
    assert config.profiles == {"prod": PROD}
    assert config.default_profile == "prod"
    assert config.path == config_file


def test_values_have_the_types_other_programs_expect(config_file: Path) -> None:
    save_profile("prod", PROD)
    prod = toml(config_file)["profiles"]["prod"]
    assert prod["port"] == 587
    assert prod["timeout"] == 2.5
    assert prod["total_timeout"] == 60
    assert prod["accept_cleartext_auth"] is True
    assert prod["password"] == {"from": "keyring"}
    assert "accept_unverified_tls" not in prod


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("ask", {"from": "ask"}),
        ("file:/a b/c", {"from": "file", "path": "/a b/c"}),
        ('command:pass show "mail prod"', {"from": "command", "command": 'pass show "mail prod"'}),
        ("env:SMTP_PASSWORD", {"from": "env", "name": "SMTP_PASSWORD"}),
        ("credential:smtp", {"from": "credential", "name": "smtp"}),
    ],
)
def test_a_reference_to_a_secret_is_a_table_that_says_where(config_file: Path, text: str, table: dict[str, str]) -> None:
    save_profile("prod", PROD._replace(password=text))
    assert toml(config_file)["profiles"]["prod"]["password"] == table
    assert load().profiles["prod"].password == text


def test_a_relative_password_file_lies_beside_the_configuration(config_file: Path) -> None:
    write(config_file, '[profiles.prod]\nhost = "h"\npassword = { from = "file", path = "secrets/prod" }\n')
    assert load().profiles["prod"].password == f"file:{config_file.parent}/secrets/prod"


def test_no_file_is_an_empty_configuration(config_file: Path) -> None:
    assert load() == Config(config_file)


def test_the_users_profile_wins_over_the_hosts(home: Path, config_file: Path) -> None:
    write(home / "etc" / "config.toml", 'default_profile = "host"\n[profiles.host]\nhost="a"\n[profiles.both]\nhost="b"\n')
    write(config_file, '[profiles.both]\nhost = "mine"\n')
    config = load()
    assert {name: draft.host for name, draft in config.profiles.items()} == {"host": "a", "both": "mine"}
    assert config.default_profile == "host"
    assert config.origins == {"host": home / "etc" / "config.toml", "both": config_file}


def test_a_named_file_is_the_only_one(home: Path, config_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config_file, '[profiles.mine]\nhost = "a"\n')
    named = write(home / "named.toml", '[profiles.named]\nhost = "b"\n')
    assert set(load(named).profiles) == {"named"}
    monkeypatch.setenv("SMTP_WIZARD_CONFIG", "~/named.toml")
    assert config_path() == named
    assert set(load().profiles) == {"named"}


def test_a_user_without_a_home_has_the_hosts_file_alone(homeless: None, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    shared = write(home / "etc" / "config.toml", '[profiles.host]\nhost = "a"\n')
    monkeypatch.setattr("wizard.config.model.SYSTEM_CONFIG", shared)
    assert set(load().profiles) == {"host"}
    assert config_path() == shared


def test_without_a_name_the_default_is_chosen_or_the_only_profile() -> None:
    one = Config(Path("c"), profiles={"a": PROD})
    assert one.chosen() == ("a", PROD)
    two = Config(Path("c"), profiles={"a": Draft(), "b": PROD}, default_profile="b")
    assert two.chosen() == ("b", PROD)
    with pytest.raises(ConfigError, match=r"no default_profile. Saved are: a, b\."):
        replace(two, default_profile="").chosen()


def test_an_unknown_profile_is_told_with_those_that_are_saved() -> None:
    with pytest.raises(ConfigError, match=r"no profile 'pord' in c\. Saved are: prod\."):
        Config(Path("c"), profiles={"prod": PROD}).chosen("pord")
    with pytest.raises(ConfigError, match="No profile is saved yet: run smtp-wizard"):
        Config(Path("c")).chosen("prod")


def test_a_mistyped_key_is_mentioned_and_left_alone(config_file: Path) -> None:
    write(config_file, '[profiles.prod]\nhost = "h"\nprot = 587\n')
    assert load().notes == (
        f"{config_file}: profiles.prod.prot is not a setting known here; it is left alone. Did you mean port?",
    )


def test_every_key_is_explained_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text, re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"\w+", row)}
    assert explained >= {*map(key_of, Field), "schema_version", "default_profile", "theme"}


# --- what is wrong, in words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a = 1\n[profiles.prod\nhost = "x"\n', r"line 2, column 15"),
        ('a = """never closed\nb = 1', r"line 2"),
        ("schema_version = 2", r"schema_version = 2 is not known here, only 1 is\. Use the SMTP Wizard that wrote the file"),
        ('schema_version = "1"', r'schema_version = "1" is not a number\. Write schema_version = 1\.'),
        ("profiles = 3", r"profiles = 3 is not a table\. Write each profile as \[profiles\.NAME\]"),
        ("[profiles]\nprod = true", r"profiles\.prod = true is not a table"),
        ("default_profile = 1", r'default_profile = 1 has the wrong type\. Write a name in quotes: default_profile = "\.\.\."'),
        ('[profiles.p]\nport = "abc"', r'port = "abc" in profile \'p\' has the wrong type\. Write a whole number without quotes'),
        ("[profiles.p]\nport = 587.5", r"port = 587\.5"),
        ("[profiles.p]\nport = true", r"port = true"),
        (f"[profiles.p]\nport = 0x{'f' * 5000}", r"port = a very large number"),
        (f"port = {'9' * 5000}", r"Correct the line"),
        ("[profiles.p]\nhost = 1979-05-27", r"host = 1979-05-27 in profile \'p\' has the wrong type\. Write it in quotes"),
        ("[profiles.p]\nhost = []", r"host = \[\.\.\.\]"),
        ('[profiles.p]\ntimeout = "15"', r"Write seconds without quotes, for example timeout = 15"),
        ('[profiles.p]\naccept_cleartext_auth = "yes"', r"Write accept_cleartext_auth = true or accept_cleartext_auth = false"),
        ('[profiles.p]\npassword = { from = "file" }', r"comes from file, but path is missing"),
        ('[profiles."a\\u001bb"]\nhost = "h"', r"profile name 'a\\x1bb' contains a control character"),
        ('[profiles.""]\nhost = "h"', r"A profile needs a name"),
        ("a = " + "[" * 20_000, r"nested too deeply|line 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_cure(config_file: Path, text: str, words: str) -> None:
    write(config_file, text)
    with pytest.raises(ConfigError, match=words) as caught:
        load()
    assert str(config_file) in str(caught.value)


@pytest.mark.parametrize(
    "value",
    ['"hunter2"', '{ from = "hunter2" }', '{ from = "keyring", value = "hunter2" }', '{ plain = "hunter2" }', "['hunter2']"],
)
def test_a_password_in_the_file_is_refused_and_not_repeated(config_file: Path, value: str) -> None:
    write(config_file, f'[profiles.prod]\nhost = "h"\npassword = {value}\n')
    with pytest.raises(ConfigError, match="password of profile 'prod'") as caught:
        load()
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.__cause__)


def test_text_that_is_not_utf8_is_told_with_its_place(config_file: Path) -> None:
    write(config_file, "")
    config_file.write_bytes(b'# ok\n[profiles.prod]\nhost = "b\xfccher"\n')
    with pytest.raises(ConfigError, match=r"line 3, column 10: this is not UTF-8 text"):
        load()


def test_a_mark_and_line_ends_from_windows_are_understood_and_kept(config_file: Path) -> None:
    write(config_file, "")
    config_file.write_bytes(b'\xef\xbb\xbf# Head\r\n[profiles.prod]\r\nhost = "h"\r\n# end\r\n')
    save_profile("prod", load().profiles["prod"]._replace(host="new", sender="a@b.example"))
    assert config_file.read_bytes() == b'# Head\r\n[profiles.prod]\r\nhost = "new"\r\nsender = "a@b.example"\r\n# end\r\n'


def test_a_broken_file_is_never_overwritten(config_file: Path) -> None:
    write(config_file, "[profiles.prod\nhost = 1")
    for save in _every_way_to_save():
        with pytest.raises(ConfigError, match="line 1, column 15"):
            save()
    assert config_file.read_text() == "[profiles.prod\nhost = 1"
    assert os.listdir(config_file.parent) == ["config.toml"]


def test_a_file_of_a_newer_program_is_not_written(config_file: Path) -> None:
    write(config_file, "schema_version = 2\n")
    with pytest.raises(ConfigError, match="schema_version = 2"):
        save_profile("prod", PROD)
    assert config_file.read_text() == "schema_version = 2\n"


def _every_way_to_save() -> list[Callable[[], None]]:
    return [
        lambda: save_profile("prod", PROD),
        lambda: copy_profile("prod", "new"),
        lambda: rename_profile("prod", "new"),
        lambda: remove_profile("prod"),
        lambda: save_default("prod"),
        lambda: save_theme("dark"),
    ]
