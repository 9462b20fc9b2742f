"""The iiq commands in a new user's hands: output that cannot be written, files named by mistake, odd files, the next step."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from pathlib import Path

import pytest

from tests.iiq.exports import bare, configuration
from tests.iiq.standin import Fault, commands_of, process_of, standin
from tests.unit.cli import PYTHON, run, run_in_terminal, run_process, settle
from wizard.config import load
from wizard.identityiq.console.judge import judge
from wizard.identityiq.handover.difference import Difference
from wizard.identityiq.settings import Entry, Form, Key
from wizard.identityiq.translate import port_meant
from wizard.safefile import reason

SECRET = "hunter2-of-iiq"
GOOD = bare(configuration(smtp_password="2:abc="))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, with an export in it."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.xml").write_text(GOOD)
    return settle(tmp_path / "home", monkeypatch)


@pytest.mark.parametrize(
    "words", [("read", "{file}"), ("read", "{file}", "--json"), ("card",), ("oauth", "--values"), ("proof",)]
)
async def test_a_result_that_cannot_be_written_is_a_failure(home: Path, words: tuple[str, ...]) -> None:
    named = [word.format(file=home / "settings.xml") for word in words]
    ran = await run_process("iiq", *named, redirect=">/dev/full")

    assert ran.code == 2
    assert "could not be written to standard output" in ran.err
    assert "Traceback" not in ran.err


# --- read -------------------------------------------------------------------------------------------------------------


def test_what_to_do_next_is_said_and_takes_the_cures(home: Path) -> None:
    file = home / "my settings.xml"
    file.write_text(bare(configuration(defaultEmailPort="99999")))
    seen = run("iiq", "read", str(file))
    assert f"smtp-wizard iiq read '{file}' --save PROFILE" in seen.err
    assert "--set port=587" in seen.out

    saved = run("iiq", "read", str(file), "--save", "prod", "--set", "port=587")
    assert saved.code == 1, "the file is as wrong as it was"
    assert load().profiles["prod"].port == "587"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "port=587"), "--set goes with --save PROFILE"),
        (("--save", " "), "needs a name"),
        (("--save", ""), "needs a name"),
    ],
)
def test_a_flag_that_would_be_passed_over_is_refused(home: Path, words: tuple[str, ...], said: str) -> None:
    ran = run("iiq", "read", str(home / "settings.xml"), *words)

    assert ran.code == 2
    assert said in ran.err


def test_a_folder_in_place_of_a_file_is_named_as_one(home: Path) -> None:
    ran = run("iiq", "read", str(home))

    assert ran.code == 2
    assert "is a folder" in ran.err
    assert "--folder" in ran.err


@pytest.mark.parametrize(("text", "meant"), [("587/tcp", "587"), ("port587", "587"), ("five87", "five87"), ("1a2", "1a2")])
def test_a_port_is_guessed_only_where_it_is_plain(text: str, meant: str) -> None:
    assert port_meant(text) == meant


# --- export and check-file -----------------------------------------------------------------------------------------------


@pytest.fixture
def profile(home: Path) -> str:
    """A saved profile with the settings of the export."""
    assert run("iiq", "read", str(home / "settings.xml"), "--save", "prod").code == 0
    return "prod"


@pytest.mark.parametrize(
    "words",
    [
        ("--out", "{home}/settings.xml", "--against", "{home}/settings.xml"),
        ("--out", "{home}/x.xml", "--against", "{home}/settings.xml", "--rollback", "{home}/x.xml"),
        ("--out", "{home}/link.xml", "--against", "{home}/settings.xml"),
        ("--out", "{home}/x.properties", "--tokens"),
    ],
)
def test_no_file_takes_the_place_of_another_that_is_needed(home: Path, profile: str, words: tuple[str, ...]) -> None:
    (home / "link.xml").symlink_to("settings.xml")
    ran = run("iiq", "export", profile, *(word.format(home=home) for word in words))

    assert ran.code == 2
    assert "are the same file" in ran.err
    assert (home / "settings.xml").read_text() == GOOD
    assert not (home / "x.xml").exists()
    assert not (home / "x.properties").exists()


def test_a_change_of_the_form_alone_is_seen_in_the_words(home: Path, profile: str) -> None:
    plain = GOOD.replace(
        '<entry key="smtp_encryptionType">\n  <value><SmtpEncryptionType>TLS</SmtpEncryptionType></value>\n</entry>',
        '<entry key="smtp_encryptionType" value="TLS"/>',
    )
    (home / "plain.xml").write_text(plain)
    ran = run("iiq", "export", profile, "--out", str(home / "x.xml"), "--against", str(home / "plain.xml"))

    assert "TLS (STARTTLS), written as plain text -> TLS (STARTTLS)" in ran.out


def test_a_file_with_placeholders_is_not_called_ready(home: Path, profile: str) -> None:
    run("iiq", "export", profile, "--tokens", "--out", str(home / "x.xml"))
    ran = run("iiq", "check-file", str(home / "x.xml"))

    assert ran.code == 0
    assert ran.out.rstrip().endswith("once your build has filled in the placeholders.")


def test_a_rollback_of_wrong_settings_is_told_from_a_wrong_file(home: Path, profile: str) -> None:
    (home / "wrong.xml").write_text(bare(configuration(defaultEmailHost="smtp.acme.test ")))
    run("iiq", "export", profile, "--out", str(home / "x.xml"), "--against", str(home / "wrong.xml"))
    ran = run("iiq", "check-file", str(home / "x.rollback.xml"))

    assert ran.code == 1
    assert "brings back what stood before" in ran.out
    assert "Do not import" not in ran.out


def test_elements_without_end_inside_each_other_are_a_flaw(home: Path) -> None:
    (home / "deep.xml").write_text("<sailpoint>" + "<a>" * 100_000 + "</a>" * 100_000 + "</sailpoint>")
    ran = run("iiq", "check-file", str(home / "deep.xml"))

    assert ran.code == 1
    assert "[iiq-file-not-xml]" in ran.out
    assert "500 elements" in " ".join(ran.out.split())


async def test_on_a_terminal_with_colours_no_code_is_shown_as_text(home: Path, profile: str) -> None:
    run("iiq", "export", profile, "--tokens", "--out", str(home / "x.xml"))
    ran = await run_in_terminal(("iiq", "check-file", str(home / "x.xml")), answers={}, env={"TERM": "xterm"})

    assert "\x1b[33m!\x1b[0m It is fit" in ran.out
    assert "\\x1b" not in ran.out


# --- a console that gives no answer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("read",), ("apply", "prod", "--yes"), ("export", "prod", "--with-password", "--out", "x.xml")]
)
def test_as_json_a_console_without_an_answer_is_an_object_too(
    home: Path, profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    folder = standin(tmp_path / "iiq", login=("spadmin", SECRET)).folder
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", SECRET)
    ran = run("iiq", *words, "--folder", str(folder), "--json")
    told = json.loads(ran.out)

    assert ran.code == 1
    assert (told["schema"], told["ok"], told["trouble"]) == (1, False, "login-required")
    assert "user name and password" in told["problem"]
    assert "--console-user" in ran.err, "the cure"
    assert not (tmp_path / "x.xml").exists()


def test_a_change_that_was_not_begun_says_why_as_json(home: Path, profile: str, tmp_path: Path) -> None:
    folder = standin(tmp_path / "iiq", fault=Fault.GARBAGE, at="export").folder
    ran = run("iiq", "apply", profile, "--yes", "--folder", str(folder), "--json")
    told = json.loads(ran.out)

    assert ran.code == 1
    assert told["ok"] is False
    assert "backup export failed" in told["problem"]


def test_a_command_that_only_reads_leaves_no_doubt_about_its_effect(home: Path, tmp_path: Path) -> None:
    folder = standin(tmp_path / "iiq", fault=Fault.DIES, at="get").folder
    ran = run("iiq", "read", "--folder", str(folder))

    assert ran.code == 1
    assert "only asked to read" in ran.err
    assert "not known" not in ran.err


def test_a_quotation_at_the_end_of_a_sentence_is_followed_by_a_full_stop() -> None:
    said = judge("import x.xml", "Error: it broke\njava.lang.Exception: it broke\nCaused by: java.io.IOException: the disk")
    assert said == "The console answered with an error: Error: it broke. The cause it names: java.io.IOException: the disk."


def test_each_place_that_cannot_be_written_names_its_own_flag() -> None:
    problem = OSError(errno.EROFS, "read-only")
    assert reason(problem, "--config").endswith("Choose another place with --config")
    assert "--config" not in reason(problem)


# --- stopped from outside --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ignored", ["", "INT"])
@pytest.mark.parametrize("words", [("read",), ("apply", "prod", "--yes")])
async def test_a_kill_takes_the_console_with_it_in_the_background_of_a_script_too(
    home: Path, profile: str, tmp_path: Path, words: tuple[str, ...], ignored: str
) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.HANG, at="get")
    process = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", f'trap "" {ignored}; exec "$@"', "sh"),  # as a shell starts what stands before an &
        *(*PYTHON, "iiq", *words, "--folder", str(iiq.folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stderr is not None
    while "get" not in commands_of(iiq):
        assert process.returncode is None
        await asyncio.sleep(0)
    process.terminate()
    said = (await process.communicate())[1].decode()

    assert process.returncode == 130, said
    with pytest.raises(ProcessLookupError):
        os.kill(process_of(iiq)[0], 0)


# --- test: what is named is meant ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--jar", "{file}"), "is no jar"),
        (("--java", "/nowhere"), "no bin/java below /nowhere"),
        (("--trust-store", "{file}"), "is no trust store"),
        (("--storepass-file", "{file}"), "--trust-store"),
    ],
)
def test_a_library_named_by_mistake_is_said_before_anybody_is_contacted(home: Path, words: tuple[str, ...], said: str) -> None:
    named = [word.format(file=home / "settings.xml") for word in words]
    ran = run("iiq", "test", "--host", "localhost", "--port", "1", *named)

    assert ran.code == 2
    assert said in ran.err
    assert "Contacting" not in ran.err


def test_where_templates_are_missing_the_cure_is_about_templates(home: Path) -> None:
    (home / "empty.xml").write_text("")
    ran = run("iiq", "template", "lint", str(home / "empty.xml"))

    assert ran.code == 2
    assert "EmailTemplate" in ran.err
    assert "SystemConfiguration" not in ran.err


def test_a_profile_that_is_typed_by_hand_is_said_as_json_too(home: Path) -> None:
    (home / "config.toml").write_text('[profiles.graph.identityiq]\ntype = "http"\n')
    ran = run("iiq", "apply", "graph", "--yes", "--json")

    assert ran.code == 1
    assert "cannot be handed over as a file" in json.loads(ran.out)["problem"]


def test_an_unknown_flag_is_compared_with_those_of_its_action(home: Path) -> None:
    ran = run("iiq", "apply", "prod", "--redirekt", "a@b.test")

    assert ran.code == 2
    assert "did you mean --redirect?" in ran.err
    assert "More: smtp-wizard iiq apply --help" in ran.err


@pytest.mark.parametrize(("stands", "comes"), [(Form.ATTRIBUTE, Form.ELEMENT), (Form.ELEMENT, Form.ATTRIBUTE)])
def test_the_side_that_is_written_as_plain_text_is_the_one_that_says_so(stands: Form, comes: Form) -> None:
    seen = Difference(
        Key.ENCRYPTION, Entry(Key.ENCRYPTION, "TLS", stands), Entry(Key.ENCRYPTION, "TLS", comes, "SmtpEncryptionType")
    )

    assert ("plain text" in seen.old, "plain text" in seen.new) == (stands is Form.ATTRIBUTE, comes is Form.ATTRIBUTE)


def test_an_action_that_is_misspelt_is_not_only_looked_for_among_the_profiles(home: Path) -> None:
    ran = run("iiq", "raed")

    assert ran.code == 2
    assert "smtp-wizard iiq read" in ran.err
