"""The command line on a terminal, and what ships with it: the wizard's first look, prompts, the manual, completion."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.cli import flags_for, run, run_in_terminal, run_process, settle
from wizard.commands import COMMANDS
from wizard.commands.completion import script
from wizard.commands.manual import as_text
from wizard.commands.parser import build, load
from wizard.practice import PracticeServer


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


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


@pytest.mark.parametrize(
    ("words", "offered"),
    [(["che"], "check"), (["check", "--sec"], "--security"), (["check", "--security", "st"], "starttls"), (["se"], "secret")],
)
def test_bash_completes(words: list[str], offered: str) -> None:
    typed = f"COMP_WORDS=(smtp-wizard {' '.join(words)}); COMP_CWORD={len(words)}"
    ask = f"{typed}; _shtab_smtp_wizard; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    ran = subprocess.run(["bash"], input=f"{script('bash')}\n{ask}\n", text=True, capture_output=True, check=True)
    assert offered in ran.stdout.split()
    assert ran.stderr == ""
