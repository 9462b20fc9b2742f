"""The command line through its own door: flags, profiles, secrets, exit codes, and standing where there is little to stand on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli import flags_for, run, run_beside, run_in_terminal, run_process, start
from wizard.commands import COMMANDS
from wizard.commands.completion import script
from wizard.commands.manual import as_text
from wizard.commands.parser import build, load
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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, without what the developer's environment may say."""
    for name in ("SMTP_WIZARD_PASSWORD", "NO_COLOR", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("SMTP_WIZARD_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path


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


# --- a run -----------------------------------------------------------------------------------------------------------


async def test_a_delivery_is_told_stage_by_stage_with_the_command_to_do_it_again(practice: PracticeServer) -> None:
    words = [*flags_for(practice.draft()), "--deliver"]
    ran = await run_beside("check", *words, "--password-stdin", stdin=practice.password.reveal().encode() + b"\n")
    assert ran.code == 0, ran.out
    [message] = practice.mailbox.messages
    assert f"accepted the message as queue id {message.queue_id}" in ran.out
    stages = [line[4:20].strip() for line in ran.out.splitlines() if line.startswith("ok  ")]
    assert stages[:6] == ["Find the host", "Connect", "Greeting", "Hello", "Ask for TLS", "Secure the line"]
    assert stages[6:] == ["Hello again", "Sign in", "Sender", "Recipient", "Message", "Goodbye"]
    assert "smtp-wizard check --host localhost" in ran.out
    assert "--password-stdin --deliver" in ran.out
    assert "\x1b" not in ran.out
    assert ran.err == ""


async def test_nothing_is_sent_without_being_asked(practice: PracticeServer) -> None:
    ran = await run_beside("check", *flags_for(practice.draft(Security.NONE)))
    assert ran.code == 0
    assert practice.mailbox.messages == ()
    assert "Nothing was sent" in ran.out


async def test_the_environment_gives_the_password_and_keeps_it_from_children(
    practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", practice.password.reveal())
    ran = await run_beside("check", *flags_for(practice.draft()), "--set", "password=env:NOT_SET_ANYWHERE", "--json")
    assert json.loads(ran.out)["ok"] is True
    assert "SMTP_WIZARD_PASSWORD" not in os.environ


async def test_a_flag_for_the_password_beats_the_environment(
    home: Path, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", "not the password")
    secret = home / "secret"
    secret.write_text(practice.password.reveal() + "\n")
    secret.chmod(0o600)
    ran = await run_beside("check", *flags_for(practice.draft()), "--password-file", str(secret))
    assert ran.code == 0, ran.err
    assert f"--password-file {secret}" in ran.out


async def test_a_password_with_blanks_and_umlauts_arrives_as_typed(practice: PracticeServer) -> None:
    ran = await run_beside("check", *flags_for(practice.draft()), "--json", "--password-stdin", stdin="  pä ss \r\n".encode())
    assert json.loads(ran.out)["finding"] == "auth-bad-credentials"
    assert len(practice.sign_ins) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (b"", "nothing came from standard input"),
        (b"one\ntwo\n", "more than one line"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * 70000, "65536 bytes"),
    ],
)
def test_standard_input_that_holds_no_password_is_told(given: bytes, sentence: str) -> None:
    ran = run("check", "--host", "mail.example.com", "--username", "u", "--password-stdin", stdin=given)
    assert ran.code == 2
    assert sentence in ran.err


def test_a_secret_that_cannot_be_had_ends_before_anything_is_contacted(home: Path) -> None:
    ran = run("check", "--host", "mail.example.com", "--username", "u", "--password-file", str(home / "nowhere"))
    assert ran.code == 2
    assert str(home / "nowhere") in ran.err
    assert ran.out == ""


async def test_without_a_place_for_the_password_the_run_says_so_and_fails(practice: PracticeServer) -> None:
    ran = await run_beside("check", *flags_for(practice.draft()), "--no-input", "--json")
    shown = json.loads(ran.out)
    assert ran.code == 1
    assert shown["failed_stage"] == "auth"
    assert practice.sign_ins == ()


async def test_a_remedy_pasted_back_cures(home: Path) -> None:
    async with PracticeServer("plain-on-the-tls-port") as server:
        words = ["check", *flags_for(server.draft(Security.TLS)), "--password-stdin", "--json"]
        secret = server.password.reveal().encode()
        failing = json.loads((await run_beside(*words, stdin=secret)).out)
        assert failing["finding"] == "port-speaks-plain"
        changes = next(remedy["changes"] for remedy in failing["findings"][0]["remedies"] if remedy["changes"])
        again = [word for field, value in changes.items() for word in ("--set", f"{field}={value}")]
        assert json.loads((await run_beside(*words, *again, stdin=secret)).out)["ok"] is True


# --- monitoring ------------------------------------------------------------------------------------------------------


async def test_monitoring_gets_one_line_and_its_own_exit_codes(practice: PracticeServer) -> None:
    words = ["check", *flags_for(practice.draft()), "--password-stdin", "--nagios"]
    passed = await run_beside(*words, stdin=practice.password.reveal().encode())
    assert (passed.code, passed.out.count("\n")) == (0, 1), passed.out
    assert passed.out.startswith("SMTP OK - localhost:")
    assert " | time=0." in passed.out
    async with PracticeServer("nobody-listens") as server:
        failed = await run_beside("check", *flags_for(server.draft()), "--nagios")
        port = server.draft().port
    assert failed.code == 2
    assert failed.out.startswith(f"SMTP CRITICAL - localhost:{port} connect-refused: "), failed.out


@pytest.mark.parametrize(
    "words", [["check", "--nagios", "--hots"], ["check", "--nagios", "--host", "a b"], ["check", "--nagios", "nobody"]]
)
def test_monitoring_hears_of_a_wrong_command_line_on_standard_output(words: list[str]) -> None:
    ran = run(*words)
    assert ran.code == 3
    assert ran.out.startswith("SMTP UNKNOWN - ")
    assert ran.out.count("\n") == 1


# --- Ctrl-C, pipes, closed and full streams --------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["text", "json"])
async def test_ctrl_c_closes_the_connection_and_prints_what_is_known(shape: str) -> None:
    connected, closed = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        await reader.readline()  # EHLO: from here on the client waits for an answer
        connected.set()
        await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    process = await start("check", "--host", "127.0.0.1", "--port", port, *(["--json"] if shape == "json" else []))
    await connected.wait()
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    await closed.wait()
    server.close()
    assert process.returncode == 130
    assert err == b""
    if shape == "json":
        shown = json.loads(out)
        assert (shown["ok"], shown["failed_stage"]) == (False, "ehlo")
    else:
        assert b"X   Hello             stopped by you" in out
        assert b"-   Not reached       Ask for TLS, Secure the line" in out


async def test_a_reader_that_leaves_early_ends_nothing_badly(practice: PracticeServer) -> None:
    process = await start("check", *flags_for(practice.draft(Security.NONE)))
    assert process.stdout is not None
    assert process.stderr is not None
    await process.stdout.readline()
    process.stdout._transport.close()  # type: ignore[attr-defined]  # asyncio has no public way to stop reading a pipe
    assert await process.stderr.read() == b""
    assert await process.wait() == 0


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["--man"], ["--print-completion", "bash"]])
async def test_help_into_a_closed_pipe_leaves_no_traceback(words: list[str]) -> None:
    ran = await run_process(*words, redirect=">&-")
    assert "Traceback" not in ran.err
    assert "Exception" not in ran.err


async def test_closed_standard_input_is_fine(practice: PracticeServer) -> None:
    ran = await run_process("check", *flags_for(practice.draft(Security.NONE)), redirect="<&-")
    assert (ran.code, ran.err) == (0, "")


async def test_a_full_disk_is_told_and_not_taken_for_success(practice: PracticeServer) -> None:
    ran = await run_process("check", *flags_for(practice.draft(Security.NONE)), "--json", redirect="> /dev/full")
    assert ran.code == 2
    assert "could not be written to standard output: No space left on device" in ran.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
async def test_a_locale_without_utf8_gets_ascii(practice: PracticeServer, encoding: str) -> None:
    words = ["check", *flags_for(practice.draft(Security.NONE)), "--set", "recipient=grüße@example.com", "--transcript"]
    ran = await run_beside(*words, encoding=encoding)
    assert "gr\\xfc\\xdfe@example.com" in ran.out
    assert ran.out.isascii()


# --- the screen ------------------------------------------------------------------------------------------------------


async def test_the_wizard_without_a_terminal_says_what_to_do_instead() -> None:
    ran = await run_process()
    assert ran.code == 2
    assert ran.out == ""
    assert "needs a terminal" in ran.err
    assert "smtp-wizard check --host" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("size", "env", "sentence"),
    [
        ((60, 20), {}, "The terminal has 60x20 characters, the wizard needs 80x24"),
        ((80, 24), {"TERM": "dumb"}, "TERM is 'dumb' or not set"),
        ((80, 24), {"LC_ALL": "C"}, "The locale is not UTF-8"),
        ((80, 24), {"PYTHONIOENCODING": "latin-1"}, "The locale is not UTF-8"),
    ],
)
async def test_a_terminal_that_cannot_show_the_wizard_is_told_why(
    size: tuple[int, int], env: dict[str, str], sentence: str
) -> None:
    ran = await run_in_terminal([], size=size, answers={}, env=env)
    assert ran.code == 2
    assert sentence in ran.out
    assert "\x1b" not in ran.out


async def test_the_password_is_asked_for_on_a_terminal_and_not_shown(practice: PracticeServer) -> None:
    words = ["check", *flags_for(practice.draft())]
    secret = practice.password.reveal()
    ran = await run_in_terminal(words, answers={"Password of practice@example.com at localhost: ": secret}, env={})
    assert ran.code == 0, ran.out
    assert secret not in ran.out
    assert "\x1b[32mok" in ran.out


async def test_ctrl_c_at_the_prompt_ends_before_anything_is_contacted(practice: PracticeServer) -> None:
    ran = await run_in_terminal(["check", *flags_for(practice.draft())], answers={"Password of": "\x03"}, env={})
    assert ran.code == 130
    assert "Stopped before anything was contacted." in ran.out
    assert "Traceback" not in ran.out
    assert practice.sign_ins == ()


async def test_no_input_and_no_color_are_respected_on_a_terminal(practice: PracticeServer) -> None:
    ran = await run_in_terminal(["check", *flags_for(practice.draft()), "--no-input"], answers={}, env={"NO_COLOR": "1"})
    assert ran.code == 1
    assert "Password of" not in ran.out
    assert "\x1b" not in ran.out


# --- shipped with it -------------------------------------------------------------------------------------------------


def test_the_manual_knows_every_flag_of_check() -> None:
    page = (Path(__file__).parents[2] / "wizard" / "smtp-wizard.1").read_text()
    _, commands = build({"check": load("check")})
    missing = [flag for flag in commands["check"].known_flags() if flag.replace("-", "\\-") not in page and flag != "--help"]
    assert missing == []
    assert all(name in page for name in COMMANDS)


def test_the_manual_is_readable_without_man() -> None:
    shown = run("--man")
    assert shown.code == 0
    assert "EXIT STATUS" in shown.out
    assert "\\f" not in shown.out
    assert not [line for line in shown.out.splitlines() if line.startswith(".")]
    assert as_text(".SH NAME\nx \\- y\n.TP\n.B \\-\\-flag\nwords\n") == "NAME\n    x - y\n\n  --flag\n    words\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_offers_commands_flags_and_values(shell: str) -> None:
    text = script(shell)
    for word in ("check", "password-stdin", "starttls", "scram-sha-256"):
        assert word in text
    assert "smtp-wizard" in text


def test_completion_for_bash_is_valid_bash() -> None:
    subprocess.run(["bash", "-n"], input=script("bash"), text=True, check=True)


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
