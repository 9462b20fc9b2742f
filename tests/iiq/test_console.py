"""IdentityIQ's console, held against its stand-in: what it is asked, what is made of its answers, and all it can do wrong."""

from __future__ import annotations

import asyncio
import os
import select
from pathlib import Path

import pytest

from tests.iiq.standin import Fault, commands_of, process_of, settings_of, sign_ins_of, standin, waiting_in
from wizard.identityiq.console.judge import judge
from wizard.identityiq.console.process import LARGEST
from wizard.identityiq.console.session import (
    SETTINGS,
    Answer,
    ConsoleLogin,
    ConsoleProblem,
    Patience,
    Trouble,
    command,
    encrypt,
    export_of,
    open_session,
    read,
    run,
)
from wizard.identityiq.installation import Installation, JavaRuntime
from wizard.identityiq.settings import Encryption, Key
from wizard.profile import Password

ADMIN = ConsoleLogin("spadmin", Password("s3cret-of-iiq"))
QUICK = Patience(settle=0.05, start=60.0, answer=60.0, report=0.1, quit=60.0)
SILENT = QUICK._replace(start=0.5, answer=0.5)
MERGE = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">
<sailpoint><ImportAction name="merge"><Configuration name="SystemConfiguration"><Attributes><Map>
<entry key="defaultEmailHost" value="mail.new.example"/>
<entry key="defaultEmailPort" value="587"/>
</Map></Attributes></Configuration></ImportAction></sailpoint>
"""


def merge_file(tmp_path: Path) -> Path:
    path = tmp_path / "merge file.xml"
    path.write_text(MERGE)
    return path


async def trouble_of(installation: Installation, *commands: str, **more: object) -> ConsoleProblem:
    with pytest.raises(ConsoleProblem) as caught:
        await run(installation, commands or (SETTINGS,), **({"patience": QUICK} | more))  # type: ignore[arg-type]
    return caught.value


async def alive(pid: int) -> bool:
    """Say whether a process is still there once the loop had time to notice its end."""
    await asyncio.sleep(0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_the_settings_and_the_retries_are_read_in_one_session(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", retry_max=7)
    export = await read(iiq, patience=QUICK)
    assert export.settings is not None
    assert export.settings.value(Key.HOST) == "mail.old.example"
    assert export.settings.encryption is Encryption.NONE
    assert export.settings.retry_max == 7
    assert commands_of(iiq) == ["get", "get", "quit"]


TEMPLATE = '<EmailTemplate name="Certification"><From>cert@corp.test</From><Subject>A</Subject><Body>B</Body></EmailTemplate>'


async def test_the_from_of_the_templates_is_read_too_when_asked_for_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    iiq = standin(tmp_path / "iiq")
    state = iiq.folder / "WEB-INF" / "standin" / "state.xml"
    state.write_text(state.read_text().replace("</sailpoint>", f"{TEMPLATE}</sailpoint>"))
    export = await read(iiq, senders=True, patience=QUICK)
    assert export.settings is not None
    assert [(one.template, one.sender) for one in export.settings.senders] == [("Certification", "cert@corp.test")]
    assert export.settings.value(Key.HOST) == "mail.old.example"
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DIES, Fault.GARBAGE])
async def test_templates_that_cannot_be_exported_do_not_cost_the_settings(tmp_path: Path, fault: Fault) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault, at="export")
    export = await read(iiq, senders=True, deadline=3.0, patience=QUICK)
    assert export.settings is not None
    assert export.settings.value(Key.HOST) == "mail.old.example"
    assert export.settings.senders == ()


async def test_each_command_has_its_own_answer(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", waiting=3)
    answers = await run(iiq, ("about", "count Request", "list Configuration"), patience=QUICK)
    assert [answer.command for answer in answers] == ["about", "count Request", "list Configuration"]
    assert [answer.problem for answer in answers] == ["", "", ""]
    assert answers[1].output == "3\n"
    assert "SystemConfiguration" in answers[2].output
    assert "> " not in answers[2].output


async def test_an_import_changes_only_what_it_names(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    before = settings_of(iiq)
    answers = await run(iiq, (command("import", merge_file(tmp_path)),), patience=QUICK)
    assert [answer.problem for answer in answers] == [""]
    assert settings_of(iiq) == before | {"defaultEmailHost": "mail.new.example", "defaultEmailPort": "587"}


async def test_a_failed_import_is_seen_although_the_console_ends_with_0(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.IMPORT_ERROR)
    before = settings_of(iiq)
    answers = await run(iiq, (command("import", merge_file(tmp_path)), SETTINGS), patience=QUICK)
    assert len(answers) == 1, "what follows a failed command is not sent"
    assert "Error: Could not execute" in answers[0].problem
    assert settings_of(iiq) == before


async def test_a_session_goes_on_after_a_failure_when_asked_to(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.PARTIAL_IMPORT)
    failed, reading = await run(iiq, (command("import", merge_file(tmp_path)), SETTINGS), go_on=True, patience=QUICK)
    assert failed.problem
    assert not reading.problem
    assert "mail.new.example" in reading.output, "half of the import took hold, and reading back shows it"
    assert 'value="25"' in reading.output


async def test_a_console_that_dies_says_where_and_keeps_the_answers_before(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.DIES)
    problem = await trouble_of(iiq, "about", command("import", merge_file(tmp_path)), SETTINGS)
    assert problem.trouble is Trouble.DIED
    about, unfinished = problem.answers
    assert not about.problem
    assert "not known" in unfinished.problem
    assert commands_of(iiq) == ["about", "import"]


async def test_an_import_that_dies_half_way_is_found_out_by_reading_back(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.DIES_HALF_APPLIED)
    problem = await trouble_of(iiq, command("import", merge_file(tmp_path)))
    assert problem.trouble is Trouble.DIED
    export = await read(iiq, patience=QUICK)
    assert export.settings is not None
    assert (export.settings.value(Key.HOST), export.settings.value(Key.PORT)) == ("mail.new.example", "25")


async def test_what_the_launcher_started_is_ended_with_it(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    real = iiq.console.rename(iiq.console.with_name("iiq.py"))
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    iiq.console.write_text(f'#!/bin/sh\nsleep 600 9> {tmp_path}/held &\nexec {real} "$@"\n')
    iiq.console.chmod(0o755)
    # What it started holds its output open, so that its end is not seen: quit is not waited for long.
    (answer,) = await run(iiq, ("about",), patience=QUICK._replace(quit=1.0))
    assert not answer.problem
    ended, _, _ = select.select([held], [], [], 30)
    assert ended, "the end of a pipe shows when nobody holds it any more"
    os.close(held)


async def test_a_user_without_java_gets_the_one_that_runs_identityiq(tmp_path: Path) -> None:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.touch(0o755)
    iiq = standin(tmp_path / "iiq")._replace(jvm=JavaRuntime(tmp_path / "jdk"))
    await run(iiq, ("about",), patience=QUICK)
    assert f'"PATH": "{tmp_path}/jdk/bin:' in process_of(iiq)[1]
    await run(iiq._replace(path_jvm=JavaRuntime(tmp_path / "other")), ("about",), patience=QUICK)
    assert f"{tmp_path}/jdk" not in process_of(iiq)[1]


async def test_a_console_that_hangs_in_a_command_is_ended_with_all_it_started(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.HANG, at="get")
    async with open_session(iiq, patience=QUICK) as session:
        session.deadline = 1.0
        with pytest.raises(ConsoleProblem) as caught:
            await session.ask(SETTINGS)
    assert caught.value.trouble is Trouble.NO_ANSWER
    assert caught.value.answers[-1].output == "Working"
    assert not await alive(process_of(iiq)[0])


async def test_a_console_that_hangs_at_its_start_is_ended(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.HANG, at="console")
    problem = await trouble_of(iiq, deadline=2.0)
    assert problem.trouble is Trouble.NO_ANSWER
    assert "Working" in str(problem)
    assert problem.answers == ()
    assert not await alive(process_of(iiq)[0])


async def test_a_console_that_does_not_obey_quit_is_ended_and_its_answers_count(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.HANG, at="quit")
    (answer,) = await run(iiq, ("about",), patience=QUICK._replace(quit=0.3))
    assert not answer.problem
    assert not await alive(process_of(iiq)[0])


async def test_a_caller_that_fails_between_commands_lets_the_console_quit(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    with pytest.raises(ZeroDivisionError):
        async with open_session(iiq, patience=QUICK) as session:
            raise ZeroDivisionError(await session.ask("about"))
    assert commands_of(iiq) == ["about", "quit"]
    assert not await alive(process_of(iiq)[0])


async def test_a_cancelled_session_leaves_no_console_behind(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.HANG, at="get")
    asked = asyncio.Event()
    task = asyncio.create_task(
        run(iiq, (SETTINGS,), patience=QUICK, say=lambda words: asked.set() if "get Configuration" in words else None)
    )
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await alive(process_of(iiq)[0])


async def test_garbage_is_no_settings(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.GARBAGE, at="get")
    with pytest.raises(ConsoleProblem) as caught:
        await read(iiq, patience=QUICK)
    assert caught.value.trouble is Trouble.GARBAGE
    assert "\x00" not in str(caught.value)


async def test_garbage_after_an_import_is_no_success(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.GARBAGE)
    (answer,) = await run(iiq, (command("import", merge_file(tmp_path)),), patience=QUICK)
    assert answer.problem


async def test_endless_output_is_cut_off(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.ENORMOUS, at="get")
    problem = await trouble_of(iiq)
    assert problem.trouble is Trouble.GARBAGE
    assert len(problem.answers[-1].output) <= LARGEST
    assert not await alive(process_of(iiq)[0])


async def test_settings_that_are_not_there_are_no_settings(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    with pytest.raises(ConsoleProblem) as caught:
        export_of((Answer(SETTINGS, "Unknown object: SystemConfiguration\n", "The console answered: Unknown object"),), iiq)
    assert caught.value.trouble is Trouble.GARBAGE
    assert "Unknown object" in str(caught.value)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "INFO nothing that is XML\n",
        "<Configuration name='SystemConfiguration'><Attributes><Map><entry key=",
        "<Identity name='spadmin'/>\n",
    ],
)
def test_an_answer_without_whole_settings_is_no_settings(tmp_path: Path, output: str) -> None:
    with pytest.raises(ConsoleProblem) as caught:
        export_of((Answer(SETTINGS, output),), standin(tmp_path / "iiq"))
    assert caught.value.trouble is Trouble.GARBAGE


async def test_a_console_that_floods_its_start_is_ended(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.ENORMOUS, at="console")
    problem = await trouble_of(iiq)
    assert problem.trouble is Trouble.GARBAGE
    assert not await alive(process_of(iiq)[0])


@pytest.mark.parametrize("fault", [Fault.DIES, Fault.HANG])
async def test_no_failure_quotes_a_stored_password(tmp_path: Path, fault: Fault) -> None:
    stored = {"smtp_password": "kept-in-clear"}
    iiq = standin(tmp_path / "iiq", entries=stored, fault=fault, at="count")
    async with open_session(iiq, patience=QUICK) as session:
        answer = await session.ask(SETTINGS)
        session.deadline = 0.3
        with pytest.raises(ConsoleProblem) as caught:
            await session.ask("count Request")
    assert "kept-in-clear" in answer.output
    assert "kept-in-clear" not in repr(answer) + str(caught.value) + repr(caught.value) + repr(caught.value.answers)
    assert judge("import x", 'Error: <entry key="smtp_password" value="kept-in-clear"/> java.lang.Exception').endswith("Error:")
    assert "AbCdEfGh" not in judge("import x", "Error: cannot use 1:ACP:AbCdEfGh==")


async def test_a_line_in_latin_1_before_the_settings_does_not_hide_them(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.NOT_UTF8, at="get")
    export = await read(iiq, patience=QUICK)
    assert export.settings is not None
    assert export.settings.value(Key.HOST) == "mail.old.example"


async def test_a_console_that_does_not_start_says_why(tmp_path: Path) -> None:
    problem = await trouble_of(standin(tmp_path / "iiq", fault=Fault.START_ERROR))
    assert problem.trouble is Trouble.DIED
    assert "NoClassDefFoundError" in str(problem)


async def test_without_a_launcher_there_is_no_console(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    iiq.console.unlink()
    problem = await trouble_of(iiq)
    assert problem.trouble is Trouble.MISSING
    assert str(iiq.console) in str(problem)


async def test_a_launcher_whose_program_is_missing_cannot_be_started(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    iiq.console.write_text("#!/no/such/shell\n")
    assert (await trouble_of(iiq)).trouble is Trouble.NOT_STARTABLE


async def test_a_launcher_without_java_cannot_be_started(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    iiq.console.write_text("#!/bin/sh\nno-such-java -version\n")
    problem = await trouble_of(iiq)
    assert problem.trouble is Trouble.NOT_STARTABLE
    assert "no-such-java" in str(problem)


async def test_a_launcher_without_its_executable_bit_is_started_all_the_same(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    iiq.console.chmod(0o644)
    (answer,) = await run(iiq, ("about",), patience=QUICK)
    assert "Version: 8.4" in answer.output


async def test_a_console_that_wants_a_sign_in_gets_it_on_its_input_alone(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", login=("spadmin", "s3cret-of-iiq"))
    told: list[str] = []
    answers = await run(iiq, ("about", SETTINGS), login=ADMIN, patience=QUICK, say=told.append)
    assert [answer.problem for answer in answers] == ["", ""]
    assert sign_ins_of(iiq) == ["spadmin"]
    assert "s3cret" not in process_of(iiq)[1], "neither its arguments nor its environment hold the password"
    assert "s3cret" not in "".join(told)


async def test_a_console_that_wants_a_sign_in_says_so(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", login=("spadmin", "right"))
    problem = await trouble_of(iiq)
    assert problem.trouble is Trouble.LOGIN_REQUIRED
    assert sign_ins_of(iiq) == []


async def test_a_wrong_sign_in_is_tried_once_and_not_shown(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", login=("spadmin", "another"))
    problem = await trouble_of(iiq, login=ADMIN)
    assert problem.trouble is Trouble.LOGIN_REFUSED
    assert sign_ins_of(iiq) == ["spadmin"]
    assert "s3cret" not in str(problem)


async def test_a_sign_in_that_is_not_asked_for_is_not_sent(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", echo=True)
    (answer,) = await run(iiq, ("about",), login=ADMIN, patience=QUICK)
    assert not answer.problem
    assert commands_of(iiq) == ["about", "quit"]


async def test_a_slow_start_is_told_while_it_is_waited_for(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", start=0.5)
    told: list[str] = []
    await run(iiq, ("about",), patience=QUICK, say=told.append)
    assert told[0].startswith("Starting IdentityIQ's console")
    assert any(words.startswith("Still waiting") for words in told)
    assert told[-2:] == ["Asking the console: about", "Ending the console."]


async def test_a_console_that_shows_no_prompt_is_understood_by_its_silence(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", prompt=False)
    about, settings = await run(iiq, ("about", SETTINGS), patience=SILENT)
    assert about.output.startswith("Version: 8.4")
    assert settings.output.rstrip().endswith("</Configuration>")


async def test_a_console_that_is_slow_to_prompt_keeps_its_answers_apart(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", start=1.5)
    about, count = await run(iiq, ("about", "count Configuration"), patience=SILENT)
    assert about.output.startswith("Version: 8.4")
    assert count.output == "2\n"


async def test_a_console_that_is_slow_to_ask_for_a_sign_in_gets_no_second_line(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", start=1.5, login=("spadmin", "s3cret-of-iiq"))
    problem = await trouble_of(iiq, "about", login=ADMIN, patience=SILENT)
    assert problem.trouble is Trouble.LOGIN_REQUIRED
    assert sign_ins_of(iiq) == []


async def test_a_console_that_repeats_its_commands_gives_the_same_answers(tmp_path: Path) -> None:
    (answer,) = await run(standin(tmp_path / "iiq", echo=True), ("count Configuration",), patience=QUICK)
    assert answer == Answer("count Configuration", "2\n")


@pytest.mark.parametrize("line", ["about\nclearEmailQueue", "about\rquit", "about\x00", "about\x1b[A", "about\u2028quit"])
async def test_a_command_never_carries_another_one(tmp_path: Path, line: str) -> None:
    iiq = standin(tmp_path / "iiq", waiting=2)
    problem = await trouble_of(iiq, line)
    assert problem.trouble is Trouble.NOT_SAYABLE
    assert commands_of(iiq) == []
    assert waiting_in(iiq) == 2


async def test_a_sign_in_never_carries_a_command(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", login=("a", "b"))
    problem = await trouble_of(iiq, login=ConsoleLogin("a", Password("b\nclearEmailQueue")))
    assert problem.trouble is Trouble.NOT_SAYABLE
    assert "clearEmailQueue" not in str(problem)


@pytest.mark.parametrize("name", ['a"b', "a'b", "a\\b", "a > b"])
def test_names_the_console_might_misread_are_refused(name: str) -> None:
    with pytest.raises(ConsoleProblem) as caught:
        command("get", "Configuration", name)
    assert caught.value.trouble is Trouble.NOT_SAYABLE


def test_names_with_blanks_are_quoted() -> None:
    assert command("get", "RequestDefinition", "Email Request") == 'get RequestDefinition "Email Request"'


@pytest.mark.parametrize(("site_key", "prefix"), [(False, "1:ACP:"), (True, "2:")])
async def test_a_password_is_encrypted_without_being_seen(tmp_path: Path, site_key: bool, prefix: str) -> None:
    iiq = standin(tmp_path / "iiq", echo=True, site_key=site_key)
    told: list[str] = []
    encrypted = await encrypt(iiq, Password("Hunter2.for.mail"), patience=QUICK, say=told.append)
    assert encrypted.startswith(prefix)
    assert "Hunter2" not in encrypted + process_of(iiq)[1] + "".join(told)


async def test_the_answer_to_a_secret_never_repeats_it(tmp_path: Path) -> None:
    async with open_session(standin(tmp_path / "iiq", echo=True), patience=QUICK) as session:
        answer = await session.ask("get Configuration", secret=Password("Hunter2"))
    assert answer.command == "get Configuration ••••"
    assert answer.output == "Unknown object: ••••\n", "the stand-in repeats the name, and it is hidden"
    assert "Hunter2" not in answer.problem


async def test_a_sign_in_with_a_common_word_leaves_the_settings_as_they_are(tmp_path: Path) -> None:
    entries = {"defaultEmailFromAddress": "admin@example.com", "smtp_username": "admin"}
    iiq = standin(tmp_path / "iiq", login=("spadmin", "admin"), entries=entries)
    export = await read(iiq, login=ConsoleLogin("spadmin", Password("admin")), patience=QUICK)
    assert export.settings is not None
    assert export.settings.value(Key.FROM) == "admin@example.com"
    assert export.settings.value(Key.USERNAME) == "admin"


@pytest.mark.parametrize("secret", ["A", "ACP", "1:ACP:x"])
async def test_a_short_password_does_not_spoil_its_own_encryption(tmp_path: Path, secret: str) -> None:
    encrypted = await encrypt(standin(tmp_path / "iiq", echo=True), Password(secret), patience=QUICK)
    assert encrypted.startswith("1:ACP:")
    assert "•" not in encrypted


@pytest.mark.parametrize(
    "secret", ["two words", "a>b", 'a"b', "a'b", "a\\b", "a|b", "a;b", "a&b", "Grüße", "-v", "#x", "", "a\nquit"]
)
async def test_a_password_the_console_might_misread_is_not_sent(tmp_path: Path, secret: str) -> None:
    iiq = standin(tmp_path / "iiq")
    with pytest.raises(ConsoleProblem) as caught:
        await encrypt(iiq, Password(secret), patience=QUICK)
    assert caught.value.trouble is Trouble.NOT_SAYABLE
    assert commands_of(iiq) == []


async def test_an_encryption_that_answers_something_else_is_no_result(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.GARBAGE, at="encrypt")
    with pytest.raises(ConsoleProblem) as caught:
        await encrypt(iiq, Password("Hunter2"), patience=QUICK)
    assert caught.value.trouble is Trouble.GARBAGE


TRACE = (
    "sailpoint.tools.GeneralException: no\n\tat sailpoint.x.Y.z(Y.java:1)\nCaused by: java.sql.SQLException: database is closed\n"
)


@pytest.mark.parametrize(
    "output",
    [
        "Error: something\n",
        TRACE,
        "java.lang.RuntimeException: x\n",
        "org.xml.sax.SAXParseException; lineNumber: 3; columnNumber: 9\n",
        "bsh.EvalError: Sourced file\n",
        "  at sailpoint.server.Thing.run(Thing.java:9)\n",
        "Unknown object: SystemConfiguration\n",
        "Ambiguous objects, more than one found\n",
        "Unknown command: imprt\n",
        "\x00\x01\x02 not a text",
    ],
)
def test_what_a_failed_import_prints_is_a_problem(output: str) -> None:
    assert judge("import /a.xml", "Configuration:SystemConfiguration\n" + output)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "Configuration:SystemConfiguration\n",
        "Unable to find localized message for key err_x\n",
        "Rule:Exception Handler\nsailpoint.server.ExceptionHandler registered\n",
        "RequestDefinition:Email Request\nError handling is configured\n",
    ],
)
def test_what_a_good_import_prints_is_none(output: str) -> None:
    assert judge("import /a.xml", output) == ""


def test_a_problem_names_the_innermost_cause() -> None:
    assert judge("import /a.xml", TRACE).endswith("java.sql.SQLException: database is closed.")


def test_an_object_that_speaks_of_exceptions_is_no_failure() -> None:
    xml = "<Rule name='x'>\n<Source>\ncatch (java.lang.Exception e)\nError: x\n</Source>\n</Rule>\n"
    assert judge("get Rule x", f"<?xml version='1.0'?>\n{xml}") == ""
    assert judge("get Rule x", f"<?xml version='1.0'?>\n{xml}{TRACE}")
