"""The configuration file: what it says, what is wrong with it in words, and that saving loses nothing."""

from __future__ import annotations

import errno
import os
import re
import threading
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

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
from wizard.draft import Draft, Field

PROD = Draft(
    host="smtp.example.com",
    port="587",
    security="starttls",
    username="svc-iiq@example.com",
    password="keyring",
    mechanism="auto",
    sender="iiq@example.com",
    recipient="admin@example.com",
    ehlo_name="iiq.example.com",
    ca_file="/etc/ssl/own ca.pem",
    timeout="2.5",
    total_timeout="60",
    accept_cleartext_auth="true",
    message='Grüße, "äöü" \\ 🙂\nzweite Zeile',
)

COMMENTED = """\
# Our mail set-up, ask Erika before changing it
schema_version = 1
default_profile = "prod"   # used by cron

# Production
[profiles.prod]            # first
port = 587                 # as the provider says
host = "smtp.example.com"  # do not use the old one
timeout = 15.0
team = "identity"          # not a key of the wizard
password = { from = "keyring" }   # never here

# Tests only
[profiles.uat]
host = "uat.example.com"

[profiles.uat.identityiq]
home = "/opt/iiq"
since = 2024-01-31

# Something else entirely
[other]
ratio = nan
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text())


# --- what the file says -------------------------------------------------------------------------------------------------------


def test_every_field_comes_back_as_it_was_typed(config_file: Path) -> None:
    save_profile("prod", PROD, make_default=True)
    config = load()
    assert config.profiles == {"prod": PROD}
    assert config.default_profile == "prod"
    assert config.path == config_file


def test_values_have_the_types_other_programs_expect(config_file: Path) -> None:
    save_profile("prod", PROD)
    prod = toml(config_file)["profiles"]["prod"]  # type: ignore[index]
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
    save_profile("prod", replace(PROD, password=text))
    assert toml(config_file)["profiles"]["prod"]["password"] == table  # type: ignore[index]
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
    explained = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert explained >= {*map(str, Field), "schema_version", "default_profile", "theme"}


# --- what is wrong, in words --------------------------------------------------------------------------------------------------


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
    save_profile("prod", replace(load().profiles["prod"], host="new", sender="a@b.example"))
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


# --- saving keeps what it need not touch --------------------------------------------------------------------------------------


def test_an_edit_touches_only_the_lines_that_changed(config_file: Path) -> None:
    write(config_file, COMMENTED)
    prod = load().profiles["prod"]
    save_profile("prod", replace(prod, port="465", security="tls", password="file:/s"))
    expected = COMMENTED.replace("port = 587 ", "port = 465 ").replace('{ from = "keyring" }', '{ from = "file", path = "/s" }')
    expected = expected.replace("never here\n", 'never here\nsecurity = "tls"\n')
    assert config_file.read_text() == expected


def test_a_setting_taken_back_leaves_the_file(config_file: Path) -> None:
    write(config_file, COMMENTED)
    save_profile("prod", replace(load().profiles["prod"], timeout=""))
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
    assert tables["p2"] == tables["prod"]  # type: ignore[index]
    assert tables["u2"] == tables["uat"]  # type: ignore[index]


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
    save_profile(name, replace(PROD, host="second.example.com"))
    assert load().chosen() == (name, replace(PROD, host="second.example.com"))
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
        return toml(config_file).get("profiles", {})  # type: ignore[return-value]

    write(config_file, layout)
    save_profile("prod", replace(load().profiles["prod"], host="new", sender="a@b.example"), make_default=True)
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
        save_profile("prod", replace(PROD, port="abc"))
    assert not config_file.exists()


def test_the_theme_is_remembered_beside_the_rest(config_file: Path) -> None:
    write(config_file, COMMENTED)
    save_theme("paper")
    assert load().theme == "paper"
    assert load().profiles["prod"].host == "smtp.example.com"
    assert all(line in config_file.read_text() for line in COMMENTED.splitlines())


# --- files --------------------------------------------------------------------------------------------------------------------


def test_file_and_folder_are_the_users_alone_and_nothing_is_left_behind(config_file: Path) -> None:
    save_profile("prod", PROD)
    config_file.chmod(0o644)
    save_profile("uat", PROD)
    assert config_file.stat().st_mode & 0o777 == 0o600
    assert config_file.with_name("config.toml.bak").stat().st_mode & 0o777 == 0o600
    assert config_file.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(os.listdir(config_file.parent)) == ["config.toml", "config.toml.bak"]


def test_saving_the_same_again_writes_nothing(config_file: Path) -> None:
    save_profile("prod", PROD)
    before = config_file.stat()
    save_profile("prod", PROD)
    assert config_file.stat() == before


def test_a_symbolic_link_stays_one(home: Path, config_file: Path) -> None:
    real = write(home / "dotfiles" / "mail.toml", COMMENTED)
    config_file.parent.mkdir(parents=True)
    config_file.symlink_to(real)
    save_theme("paper")
    assert config_file.is_symlink()
    assert 'theme = "paper"' in real.read_text()
    assert sorted(os.listdir(config_file.parent)) == ["config.toml"]


def test_many_savers_at_once_lose_nothing(config_file: Path) -> None:
    names = [f"p{number}" for number in range(12)]
    start = threading.Barrier(len(names))

    def save(name: str) -> None:
        start.wait()
        save_profile(name, PROD)

    threads = [threading.Thread(target=save, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(load().profiles) == set(names)
    assert sorted(os.listdir(config_file.parent)) == ["config.toml", "config.toml.bak"]


def test_two_wizards_that_changed_the_same_profile_keep_both_changes(config_file: Path) -> None:
    save_profile("prod", PROD)
    loaded = load().profiles["prod"]
    save_profile("prod", replace(loaded, host="from-the-first.example.com"), base=loaded)
    save_profile("prod", replace(loaded, port="465"), base=loaded)
    assert load().profiles["prod"] == replace(PROD, host="from-the-first.example.com", port="465")


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "quota is used up"), (errno.EROFS, "read-only file system")],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_other(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str, call: str
) -> None:
    write(config_file, COMMENTED)

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(ConfigError, match=rf"Cannot save {config_file}: .*{words}.*The file is as it was\."):
        save_profile("prod", PROD)
    assert config_file.read_text() == COMMENTED
    assert os.listdir(config_file.parent) == ["config.toml"]


def test_a_folder_in_place_of_the_file_is_told(config_file: Path) -> None:
    config_file.mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"Cannot read .*it is a folder, not a file"):
        load()
    with pytest.raises(ConfigError, match="it is a folder, not a file"):
        save_profile("prod", PROD)


def test_a_pipe_is_refused_instead_of_waited_for(config_file: Path) -> None:
    config_file.parent.mkdir(parents=True)
    os.mkfifo(config_file)
    with pytest.raises(ConfigError, match="it is not an ordinary file"):
        load()


def test_devnull_reads_as_empty_and_is_not_replaced(home: Path) -> None:
    assert load(Path(os.devnull)).profiles == {}
    with pytest.raises(ConfigError, match="not an ordinary file"):
        save_profile("prod", PROD, path=Path(os.devnull))


def test_a_file_that_may_not_be_read_is_told(folder_of_ordinary_user: Path) -> None:
    file = write(folder_of_ordinary_user / "config.toml", COMMENTED)
    file.chmod(0)
    with pytest.raises(ConfigError, match="you do not have the permission"):
        load(file)
    with pytest.raises(ConfigError, match="you do not have the permission"):
        save_profile("prod", PROD, path=file)


def test_a_folder_that_may_not_be_written_is_told_and_the_file_stays(folder_of_ordinary_user: Path) -> None:
    file = write(folder_of_ordinary_user / "config.toml", COMMENTED)
    folder_of_ordinary_user.chmod(0o500)
    with pytest.raises(ConfigError, match=r"Cannot save .*you do not have the permission.*The file is as it was"):
        save_profile("prod", PROD, path=file)
    assert file.read_text() == COMMENTED
    assert os.listdir(folder_of_ordinary_user) == ["config.toml"]


def test_a_hosts_file_meant_for_others_does_not_stop_the_user(
    folder_of_ordinary_user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = write(folder_of_ordinary_user / "shared.toml", COMMENTED)
    shared.chmod(0)
    monkeypatch.delenv("SMTP_WIZARD_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder_of_ordinary_user / "own"))
    config = load(system=shared)
    assert config.profiles == {}
    assert "you do not have the permission" in config.notes[0]
