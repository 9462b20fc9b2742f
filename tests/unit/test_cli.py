"""The command line through its own door: starting, mistyped words, wrong values, saved profiles, IdentityIQ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli import run, run_beside, settle
from wizard.commands import COMMANDS
from wizard.practice import PracticeServer
from wizard.profile import Security

PROFILES = """
schema_version = 1
default_profile = "prod"

[profiles.prod]
host = "mail.example.com"
port = 587

[profiles.uat]
host = "uat.example.com"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


@pytest.fixture
def profiles(home: Path) -> Path:
    path = home / "config.toml"
    path.write_text(PROFILES)
    return path


# --- starting --------------------------------------------------------------------------------------------------------


def test_help_of_check_loads_nothing_heavy() -> None:
    code = "import sys\nfrom wizard.__main__ import main\nmain(['check', '--help'])\nprint('LOADED', *sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "--password-stdin" in shown
    loaded = set(shown.partition("LOADED")[2].split())
    assert not loaded & {
        "textual",
        "rich",
        "aiosmtplib",
        "aiosmtpd",
        "cryptography",
        "keyring",
        "tomlkit",
        "asyncio",
        "email",
        "ssl",
        "shtab",
    }


def test_version_and_help_end_with_success() -> None:
    assert run("--version").out == "smtp-wizard 0.1.0\n"
    shown = run("--help")
    assert shown.code == 0
    assert all(name in shown.out for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["chekc"], "there is no command 'chekc': did you mean check?"),
        (["check", "--hots", "x"], "there is no flag --hots: did you mean --host?"),
        (["check", "--host", "h", "one", "two"], "'two' is one word too many"),
        (["check", "--json", "--nagiosx"], "did you mean --nagios?"),
        (["check", "--host"], "--host: expected one argument"),
        (["check", "--host", "h", "--json", "--markdown"], "--markdown: not allowed with argument --json"),
        (["check", "--host", "h", "--password-stdin", "--password-file", "f"], "not allowed with argument --password-stdin"),
        (["check", "--host", "h", "--set", "prot=25"], "--set: there is no field 'prot'. Did you mean port?"),
        (["check", "--host", "h", "--set", "port"], "--set needs a field and a value"),
        (["check", "--host", "h", "--password-stdin"], "username: a password was given, but nobody to sign in"),
        (["--print-completion", "tcsh"], "invalid choice: 'tcsh'"),
    ],
)
def test_a_mistyped_command_line_is_told_in_a_sentence(words: list[str], sentence: str) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert sentence in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("flag", "value", "sentence"),
    [
        ("--host", "", "host (--host): type the name of the mail server"),
        ("--host", "https://mail.example.com/x", "is a web address"),
        ("--host", "a b", "is not a host name"),
        ("--host", "mail.example.com:587", "perhaps you mean: --set host=mail.example.com --set port=587"),
        ("--port", "0", "port (--port): port 0 does not exist"),
        ("--port", "70000", "port 70000 does not exist"),
        ("--port", "abc", "'abc' is not a port"),
        ("--security", "ssl", "'ssl' is not a kind of encryption: choose tls, starttls or none"),
        ("--from", "iiq", "sender (--from): 'iiq' has no @"),
        ("--to", "a@b, c@d", "recipient (--to): 'a@b, c@d' is more than one"),
        ("--timeout", "soon", "timeout (--timeout): 'soon' is not a time"),
        ("--mechanism", "ntlm", "mechanism (--mechanism): 'ntlm'"),
    ],
)
def test_a_wrong_value_is_named_with_its_cure(flag: str, value: str, sentence: str) -> None:
    ran = run("check", "--host", "mail.example.com", flag, value)
    assert ran.code == 2
    assert sentence in ran.err
    assert ran.out == ""


def test_a_ca_file_that_is_none_is_told_before_anybody_is_contacted(home: Path) -> None:
    (home / "words.pem").write_text("hello")
    for name, why in (("nowhere.pem", "No such file"), (".", "Is a directory"), ("words.pem", "holds no certificate")):
        ran = run("check", "--host", "mail.example.com", "--ca-file", str(home / name))
        assert ran.code == 2
        assert "ca_file (--ca-file)" in ran.err
        assert why in ran.err


def test_every_wrong_field_has_a_line_of_its_own() -> None:
    ran = run("check", "--host", "a b", "--port", "0", "--from", "x")
    assert [line.split(" ")[1] for line in ran.err.splitlines()] == ["host", "port", "sender"]


@pytest.mark.parametrize(
    "words", [["--password=hunter2"], ["--password", "hunter2"], ["--password-stdin=hunter2"], ["--set", "password=hunter2"]]
)
def test_a_secret_typed_as_an_argument_is_refused_and_not_repeated(words: list[str]) -> None:
    ran = run("check", "--host", "mail.example.com", "--username", "u", *words)
    assert ran.code == 2
    assert "hunter2" not in ran.out + ran.err
    assert "password" in ran.err


# --- profiles --------------------------------------------------------------------------------------------------------


def test_an_unknown_profile_is_named_with_the_known_ones(profiles: Path) -> None:
    ran = run("check", "pord")
    assert ran.code == 2
    assert "'pord'" in ran.err
    assert "prod, uat" in ran.err


def test_without_profile_and_host_and_config_the_way_on_is_told() -> None:
    ran = run("check")
    assert ran.code == 2
    assert "smtp-wizard" in ran.err
    assert "Traceback" not in ran.err


def test_a_broken_configuration_is_named_with_its_line(home: Path) -> None:
    (home / "config.toml").write_text("[profiles.prod\nhost = 1\n")
    ran = run("check", "prod")
    assert ran.code == 2
    assert str(home / "config.toml") in ran.err
    assert "line 1" in ran.err


def test_a_configuration_that_is_a_folder_is_named(home: Path) -> None:
    (home / "folder").mkdir()
    ran = run("check", "prod", "--config", str(home / "folder"))
    assert ran.code == 2
    assert str(home / "folder") in ran.err


def test_flags_alone_do_not_read_the_configuration(home: Path, practice: PracticeServer) -> None:
    (home / "config.toml").write_text("broken [")
    assert run("check", "--host", "h", "--port", "0").err.splitlines()[0].startswith("smtp-wizard: port")


async def test_flags_beat_the_profile_and_set_beats_both(home: Path, practice: PracticeServer) -> None:
    ports = practice.ports
    (home / "config.toml").write_text(
        f'[profiles.prod]\nhost = "localhost"\nport = {ports[Security.TLS]}\nsecurity = "tls"\nca_file = "{practice.ca_file}"\n'
    )
    ran = await run_beside("check", "prod", "--security=none", "--port=1", "--set", f"port={ports[Security.NONE]}", "--json")
    shown = json.loads(ran.out)
    assert ran.code == 0
    assert shown["profile"] == "prod"
    assert (shown["endpoint"]["security"], shown["endpoint"]["port"]) == ("none", ports[Security.NONE])


async def test_the_command_printed_for_a_profile_names_it_and_what_differs(home: Path, practice: PracticeServer) -> None:
    port = practice.ports[Security.NONE]
    (home / "config.toml").write_text('[profiles.prod]\nhost = "localhost"\nport = 1\nsecurity = "none"\n')
    ran = await run_beside("check", "prod", "--port", str(port))
    assert ran.out.splitlines()[-1] == f"  smtp-wizard check prod --set port={port}"


# --- without a terminal, and IdentityIQ ------------------------------------------------------------------------------


def test_the_practice_run_delivers_and_shows_what_arrived(capsys: pytest.CaptureFixture[str]) -> None:
    from wizard.commands.practice_run import run as practise

    assert practise() == 0
    assert "The message arrived in the practice mailbox" in capsys.readouterr().out


def test_iiq_prints_both_paths_and_the_values_of_the_profile(profiles: Path) -> None:
    ran = run("iiq", "prod")
    assert ran.code == 0
    assert "Notification Settings" in ran.out
    assert "Mail Settings" in ran.out
    assert "Default SMTP Host        mail.example.com" in ran.out
    shown = json.loads(run("iiq", "--json").out)
    values = {one["label"]: one["value"] for one in shown["fields"]}
    assert shown["profile"] == "prod"
    assert (values["Encryption"], values["Default SMTP Port"], values["Password"]) == ("TLS", "587", None)


def test_iiq_without_any_profile_tells_what_to_have_at_hand() -> None:
    ran = run("iiq")
    assert ran.code == 0
    assert "Default From Address" in ran.out


def test_iiq_knows_no_profile_that_is_not_there(profiles: Path) -> None:
    ran = run("iiq", "nobody")
    assert ran.code == 2
    assert "'nobody'" in ran.err


@pytest.mark.parametrize("command", ["check", "iiq", "profiles", "secret"])
def test_a_configuration_file_can_be_named_before_the_command_and_after_it(command: str, tmp_path: Path, home: Path) -> None:
    other = tmp_path / "elsewhere.toml"
    other.write_text('default_profile = "elsewhere"\n[profiles.elsewhere]\nhost = "not a host"\n')
    words = {"profiles": ["profiles", "show"], "secret": ["secret", "status"]}.get(command, [command])
    before = run("--config", str(other), *words)
    after = run(*words, "--config", str(other))
    assert (before.code, before.out, before.err) == (after.code, after.out, after.err)
    assert "elsewhere" in before.out + before.err or "not a host" in before.out + before.err
