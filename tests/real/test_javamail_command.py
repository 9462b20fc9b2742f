"""``iiq test``: our own check and the real mail library side by side, from the command line. Needs Java and javax.mail."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.real.javamail import trust
from tests.unit.cli import Ran, flags_for, run_beside, settle
from wizard.identityiq.installation import JavaRuntime
from wizard.identityiq.javamail import library, program
from wizard.practice import PracticeServer


@pytest.fixture(name="home", autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return settle(tmp_path, monkeypatch)


async def both(server: PracticeServer, home: Path, *words: str, trusted: bool = True) -> Ran:
    """Run ``iiq test`` against the practice server, with its authority in the Java's trust store or without."""
    draft = server.draft()
    store = home / "trust.p12"
    trust(store, server.ca_file)
    secret = ("--password-file", str(server.password_file)) if draft.username else ()
    known = ("--trust-store", str(store)) if trusted else ()
    return await run_beside("iiq", "test", *flags_for(draft), *secret, *known, "--timeout", "2", *words)


async def test_both_columns_agree_when_all_is_well(home: Path) -> None:
    async with PracticeServer() as server:
        ran = await both(server, home)

        assert ran.code == 0, ran.out + ran.err
        assert "SMTP Wizard saw" in ran.out
        assert "JavaMail 1.6" in ran.out
        assert "No difference" in ran.out
        assert [(one.mechanism, one.accepted) for one in server.sign_ins] == [("SCRAM-SHA-256", True), ("LOGIN", True)]
        assert server.mailbox.count == 0
        assert max(map(len, ran.out.splitlines())) <= 80


async def test_delivery_sends_one_message_each_and_says_so_before(home: Path) -> None:
    async with PracticeServer() as server:
        ran = await both(server, home, "--deliver")

        assert ran.code == 0, ran.out
        assert server.mailbox.count == 2
        assert "Two test messages go to admin@example.com" in ran.err
        assert "JavaMail" in server.mailbox.messages[1].subject


async def test_a_java_that_does_not_know_the_authority_is_the_difference_that_is_named(home: Path) -> None:
    async with PracticeServer() as server:
        ran = await both(server, home, "--json", trusted=False)

    answer = json.loads(ran.out)
    assert ran.code == 1
    assert answer["check"]["ok"]
    assert answer["javamail"]["stage"] == "tls"
    (row,) = [row for row in answer["rows"] if row["differs"]]
    assert row["stage"] == "tls"
    assert "trust store of its own" in row["why"]
    assert any("PKIX path building failed" in line for line in answer["javamail"]["log"])


async def test_a_wrong_password_is_refused_once_and_foretold_for_the_library(home: Path) -> None:
    async with PracticeServer("wrong-password") as server:
        ran = await both(server, home)

        assert len(server.sign_ins) == 1
    assert ran.code == 1
    assert "a wrong password is refused once" in ran.err
    said = " ".join(ran.out.split())
    assert "IdentityIQ's log is expected to show: AuthenticationFailedException: 535 5.7.8" in said
    assert "our own sign-in was refused, and a second refusal brings a lock-out nearer" in said
    assert _refusals(home) == 1


async def test_two_refused_sign_ins_are_announced_and_counted(home: Path) -> None:
    async with PracticeServer("wrong-password") as server:
        ran = await both(server, home, "--sign-in-again")
        again = await both(server, home, "--no-input")

        assert len(server.sign_ins) == 2, "the third is held back"
    assert "refused twice" in ran.err
    assert _refusals(home) == 2
    assert again.code == 1


def _refusals(home: Path) -> int:
    (account,) = json.loads((home / "state" / "smtp-wizard" / "signins.json").read_text())["accounts"].values()
    return int(account["count"])


async def test_a_password_is_never_given_to_the_library_on_a_line_in_clear(home: Path) -> None:
    async with PracticeServer("sign-in-in-clear") as server:
        ran = await both(server, home)

        assert server.sign_ins == ()
    assert "The password would travel unencrypted." in " ".join(ran.out.split())


async def test_a_server_that_says_nothing_is_a_wait_without_a_line_in_the_log(home: Path) -> None:
    async with PracticeServer("silence") as server:
        ran = await both(server, home)

    said = " ".join(ran.out.split())
    assert "expected to wait at: greeting" in said
    assert "expected to show nothing while it waits" in said
    assert "SMTPTransport.readServerResponse" in said


async def test_what_the_library_says_of_its_session_holds_no_secret(home: Path) -> None:
    async with PracticeServer() as server:
        ran = await both(server, home, "--transcript", "--deliver")
        secret = server.password.reveal()

    assert "DEBUG SMTP" in ran.out
    assert secret not in ran.out + ran.err
    assert not holding(home, secret)


def holding(home: Path, secret: str) -> list[Path]:
    return [file for file in home.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]


async def test_a_prediction_runs_no_java_and_is_marked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("no library is to be run")

    monkeypatch.setattr("wizard.identityiq.javamail.trial.send", forbidden)
    async with PracticeServer("wrong-name-certificate") as server:
        ran = await both(server, home, "--predict")

    said = " ".join(ran.out.split())
    assert "JavaMail 1.6.5, foretold" in said
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "This is foretold from what our own check saw" in said


async def test_without_a_compiler_the_library_is_foretold_and_the_cure_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: JavaRuntime) -> Path:
        raise library.NotHereError("no compiler (javac) was found")

    monkeypatch.setattr(program, "compiler_for", none)
    async with PracticeServer() as server:
        ran = await both(server, home)

    assert "no compiler (javac) was found" in ran.err
    assert "This is foretold" in ran.out


async def test_a_folder_without_java_and_a_file_that_is_no_jar_are_named(home: Path) -> None:
    (home / "no.jar").write_text("nothing")
    async with PracticeServer() as server:
        java = await both(server, home, "--java", str(home))
        jar = await both(server, home, "--jar", str(home / "no.jar"))

    assert "There is no bin/java below" in java.err
    assert "is no jar that can be read" in jar.err
    assert "--predict" in java.err
    assert (java.code, jar.code) == (2, 2), "whoever names one means that one"
    assert "Contacting" not in java.err + jar.err


@pytest_asyncio.fixture(name="prepared")
async def compiled() -> AsyncIterator[program.Program]:
    yield await program.prepare(program.runtime_of(None), library.library_of(None))


async def test_what_was_compiled_is_kept_where_nobody_else_can_put_anything(prepared: program.Program) -> None:
    assert prepared.temporary is None
    assert stat.S_IMODE(prepared.classes.stat().st_mode) == 0o700
    assert stat.S_IMODE(prepared.classes.parent.stat().st_mode) == 0o700


async def test_classes_that_others_may_have_changed_are_compiled_anew(prepared: program.Program) -> None:
    (prepared.classes / "Probe.class").write_bytes(b"something else")
    os.chmod(prepared.classes, 0o777)  # noqa: S103 - what the product must notice

    again = await program.prepare(prepared.runtime, prepared.library)

    assert (again.classes / "Probe.class").read_bytes().startswith(b"\xca\xfe\xba\xbe")
    assert stat.S_IMODE(again.classes.stat().st_mode) == 0o700


async def test_the_fallback_of_ssl_goes_on_in_clear_without_a_password(home: Path) -> None:
    async with PracticeServer("plain-on-the-tls-port") as server:
        ran = await both(server, home)

        assert server.sign_ins == ()
    said = " ".join(ran.out.split())
    assert "Unsupported or unrecognized SSL message" in said
    assert "goes on in clear on the same port" in said
    assert "password and mail would travel unencrypted" in said


async def test_the_library_of_an_identityiq_on_this_host_is_the_one_that_runs(home: Path) -> None:
    jars = home / "identityiq" / "WEB-INF" / "lib"
    jars.mkdir(parents=True)
    with zipfile.ZipFile(jars / "identityiq.jar", "w") as made:
        made.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    for jar in ("javax.mail.jar", "javax.activation.jar"):
        shutil.copy(f"/usr/share/java/{jar}", jars / jar)
    async with PracticeServer() as server:
        ran = await both(server, home, "--folder", str(home / "identityiq"))

    assert ran.code == 0, ran.out + ran.err
    assert f"JavaMail 1.6.5 from {jars / 'javax.mail.jar'}" in ran.err
    assert f"IdentityIQ in {home / 'identityiq'}" in ran.err


async def test_a_password_stands_in_no_argument_and_no_variable_of_the_java(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    plain = asyncio.create_subprocess_exec

    async def listening(*words: str, **more: Any) -> asyncio.subprocess.Process:
        seen.append(repr((words, more.get("env", os.environ))))
        return await plain(*words, **more)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", listening)
    async with PracticeServer() as server:
        monkeypatch.setenv("SMTP_WIZARD_PASSWORD", server.password.reveal())
        ran = await run_beside("iiq", "test", *flags_for(server.draft()), "--timeout", "2")

        assert "JavaMail" in ran.out
        assert [words for words in seen if "Probe" in words]
        assert not [words for words in seen if server.password.reveal() in words]
