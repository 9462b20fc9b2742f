"""What an attacker would hand to the parts that touch IdentityIQ: files, addresses, programs, certificates of somebody else."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path

import pytest

from tests.iiq.graph import SECRET, Graph, Reply
from tests.iiq.standin import commands_of, process_of, settings_of, standin
from tests.unit import cli
from wizard.identityiq import starting
from wizard.identityiq.console.session import ConsoleProblem, Patience, Trouble, read
from wizard.identityiq.handover.apply import StoppedError, apply
from wizard.identityiq.handover.examine import examine
from wizard.identityiq.handover.prepare import UnfitError, plan_undo
from wizard.identityiq.host import at, owner_of
from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary
from wizard.identityiq.javamail import program
from wizard.identityiq.javamail.library import NotHereError
from wizard.identityiq.oauth.run import try_out
from wizard.identityiq.templates.plain import as_text
from wizard.keychain import fetch
from wizard.practice.relay import MOST_LINES, Relay
from wizard.practice.relay_events import Mail, RelayEvent
from wizard.practice.relay_store import Store
from wizard.profile import Password, SecretKind, SecretRef

QUICK = Patience(settle=0.05, start=5.0, answer=5.0, report=1.0, quit=5.0)
HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"
DOCTYPE = '<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">\n'
ENTRY = '<entry key="defaultEmailHost" value="mail.old.example"/>'


def merge(entries: str = ENTRY, beside: str = "", within: str = "", *, doctype: str = DOCTYPE) -> str:
    """Return a rollback file as it is made here, with what an attacker puts into it."""
    return (
        f'{HEAD}{doctype}<sailpoint>\n<ImportAction name="merge">\n<Configuration name="SystemConfiguration"><Attributes><Map>'
        f"{entries}</Map></Attributes></Configuration>{within}\n</ImportAction>\n{beside}</sailpoint>\n"
    )


FOREIGN = {
    "a rule": merge(beside='<Rule name="evil"><Source>anything</Source></Rule>'),
    "an administrator": merge(beside='<Identity name="evil"/>'),
    "a program to run": merge(beside='<ImportAction name="execute" value="evil.Importer"/>'),
    "another file": merge(beside='<ImportAction name="include" value="/tmp/evil.xml"/>'),
    "another object": merge(beside='<Configuration name="LoginConfiguration"/>'),
    "an object in the merge": merge(within='<Rule name="evil"/>'),
    "an entry that is not mail's": merge(ENTRY + '<entry key="loginPassThrough" value="true"/>'),
    "a value with a rule in it": merge('<entry key="defaultEmailHost"><value><Map><Rule name="x"/></Map></value></entry>'),
    "a document type of its own": merge(doctype='<!DOCTYPE sailpoint SYSTEM "http://evil.example/x.dtd">\n'),
    "two objects": f"{HEAD}{DOCTYPE}<sailpoint>" + f'<Configuration name="SystemConfiguration"><Attributes><Map>{ENTRY}'
    '</Map></Attributes></Configuration><Configuration name="Evil"/></sailpoint>',
}


@pytest.mark.parametrize("brought", FOREIGN)
async def test_undo_imports_no_file_that_brings_more_than_mail_settings(tmp_path: Path, brought: str) -> None:
    iiq = standin(tmp_path / "iiq")
    before, file = settings_of(iiq), tmp_path / "rollback.xml"
    file.write_text(FOREIGN[brought])

    with pytest.raises(UnfitError):
        await plan_undo(iiq, file, patience=QUICK)

    assert settings_of(iiq) == before
    assert commands_of(iiq) == []


async def test_undo_takes_a_rollback_file_as_it_is_made_here(tmp_path: Path) -> None:
    file = tmp_path / "rollback.xml"
    file.write_text(merge())

    plan = await plan_undo(standin(tmp_path / "iiq"), file, patience=QUICK)

    assert [entry.key for entry in plan.entries] == ["defaultEmailHost"]


async def test_no_change_is_made_from_a_folder_that_somebody_else_laid_out(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    before, trap, file = settings_of(iiq), tmp_path / "trap", tmp_path / "rollback.xml"
    trap.mkdir()
    (tmp_path / "kept").symlink_to(trap)
    file.write_text(merge('<entry key="defaultEmailHost" value="mail.new.example"/>'))
    plan = await plan_undo(iiq, file, patience=QUICK)

    with pytest.raises(StoppedError):
        await apply(plan, tmp_path / "kept", patience=QUICK)

    assert settings_of(iiq) == before
    assert list(trap.iterdir()) == []


def test_a_merge_file_with_very_many_entries_is_judged_in_time() -> None:
    flaws = examine(merge("".join(f'<entry key="k{number}" value="x"/>' for number in range(60_000))))

    assert not any(flaw.finding.id == "iiq-file-misplaced-entry" for flaw in flaws)


# -- the relay -----------------------------------------------------------------------------------------------------------------


async def said_to(relay: Relay, *lines: bytes) -> list[bytes]:
    """Say lines to a relay, each after the reply to the one before, and return the replies; they end where the line does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    replies = [await reader.readline()]
    for line in (b"HELO iiq.example.com", *lines):
        writer.write(line + b"\r\n")
        replies.append(await reader.readline())
    writer.close()
    return replies[2:]


@pytest.mark.parametrize("address", [b'"a\rRCPT TO:<v@w>\r"@b', b'"a\x1b[2J"@b', b'"a\xc2\x9b2J"@b', b'"a\xe2\x80\xa8"@b'])
async def test_the_relay_takes_no_address_that_would_be_a_command_or_an_escape_sequence(tmp_path: Path, address: bytes) -> None:
    async with Relay(lambda _: None, folder=tmp_path) as relay:
        sender, good, recipient = await said_to(
            relay, b"MAIL FROM:<%b>" % address, b"MAIL FROM:<iiq@example.com>", b"RCPT TO:<%b>" % address
        )

    assert sender.startswith(b"5")
    assert good.startswith(b"250")
    assert recipient.startswith(b"5")


@pytest.mark.parametrize("address", [b"", b"o'neil+iiq@example.com", b'"Jane Doe"@example.com', b"iiq@[192.0.2.1]"])
async def test_the_relay_takes_every_address_an_application_may_have(tmp_path: Path, address: bytes) -> None:
    events: list[RelayEvent] = []
    async with Relay(events.append, folder=tmp_path) as relay:
        to = address or b"postmaster"
        replies = await said_to(relay, b"MAIL FROM:<%b>" % address, b"RCPT TO:<%b>" % to, b"DATA", b"Subject: x\r\n\r\nx\r\n.")

    assert [reply[:3] for reply in replies] == [b"250", b"250", b"354", b"250"]
    (mail,) = (event for event in events if isinstance(event, Mail))
    assert (mail.sender, mail.recipients) == (address.decode(), (to.decode(),))


async def test_a_web_page_cannot_write_mail_by_posting_to_the_relay(tmp_path: Path) -> None:
    events: list[RelayEvent] = []
    async with Relay(events.append, folder=tmp_path) as relay:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        mail = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n"
        writer.write(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + mail)
        async with asyncio.timeout(30):
            said = await reader.read()
        writer.close()

    assert b"421" in said
    assert b"354" not in said
    assert events == []


async def test_a_link_put_in_a_mails_place_is_neither_counted_nor_sent_on(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Return-Path: <a@b>\r\nDelivered-To: thief@evil.example\r\nReceived: x\r\n\r\nsecret\r\n")
    mail = tmp_path / "mails" / "000001-AB.eml"
    mail.parent.mkdir()
    mail.symlink_to(secret)
    (tmp_path / "mails" / "000002-AB.eml").symlink_to(tmp_path / "nowhere")
    store = Store(mail.parent)

    assert store.files() == ()
    with pytest.raises(PermissionError):
        store.read(mail)
    store.close()


async def test_more_connections_than_are_taken_are_turned_away_quietly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with Relay(lambda _: None, folder=tmp_path) as relay:
        lines = [await asyncio.open_connection("127.0.0.1", relay.port) for _ in range(MOST_LINES + 5)]
        async with asyncio.timeout(30):
            last = await lines[-1][0].read()
        for _, writer in lines:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in lines), return_exceptions=True)
        async with asyncio.timeout(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
            greeting = await reader.readline()
        writer.close()

    assert last.startswith(b"421")
    assert greeting.startswith(b"220")
    assert caplog.text == ""


async def test_strangers_keep_nobody_on_the_list_waiting(tmp_path: Path) -> None:
    async with Relay(lambda _: None, folder=tmp_path, allow=["127.0.0.2"]) as relay:
        strangers = [await asyncio.open_connection("127.0.0.1", relay.port) for _ in range(40)]
        async with asyncio.timeout(30):
            said = [await reader.readline() for reader, _ in strangers]
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.port, local_addr=("127.0.0.2", 0))
            greeting = await reader.readline()
        for one in (writer, *(writer for _, writer in strangers)):
            one.close()

    assert greeting.startswith(b"220")
    assert {line[:3] for line in said} <= {b"220", b"421"}
    assert b"421" in {line[:3] for line in said}


# -- programs of somebody else -------------------------------------------------------------------------------------------------


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be root as far as the program can see; files keep their real owners."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def as_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a user to whom none of the test's files belongs; root's files are taken for another user's too."""
    real = Path.stat

    def stat(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        seen = list(real(self, follow_symlinks=follow_symlinks))
        seen[4] = 4711  # st_uid
        return os.stat_result(seen)

    monkeypatch.setattr(Path, "stat", stat)


@pytest.mark.parametrize("place", ["WEB-INF/bin/iiq", "WEB-INF/bin", "."])
async def test_root_starts_no_console_that_everybody_may_change(tmp_path: Path, as_root: None, place: str) -> None:
    iiq = standin(tmp_path / "iiq")
    target = iiq.folder / place
    target.chmod(0o777)

    with pytest.raises(ConsoleProblem) as caught:
        await read(iiq, patience=QUICK)

    assert caught.value.trouble is Trouble.NOT_STARTABLE
    assert f"chmod o-w {target}" in str(caught.value)
    assert commands_of(iiq) == []


async def test_a_folder_that_everybody_may_change_is_told_of(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    (iiq.folder / "WEB-INF").chmod(0o777)

    found = at(iiq.folder, processes=list)

    assert found is not None
    assert any(f"chmod o-w {iiq.folder / 'WEB-INF'}" in note for note in found.notes)


async def test_root_runs_no_mail_library_that_everybody_may_change(tmp_path: Path, as_root: None) -> None:
    jar = tmp_path / "mail.jar"
    jar.write_bytes(b"")
    jar.chmod(0o666)

    with pytest.raises(NotHereError, match="Everybody on this host may change"):
        await program.prepare(JavaRuntime(tmp_path), MailLibrary(jar))


def test_a_java_that_others_may_change_is_not_run_because_a_process_names_it(tmp_path: Path) -> None:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\n")
    java.chmod(0o777)

    with pytest.raises(NotHereError, match="is not run as you"):
        program.runtime_of(Installation(tmp_path, jvm=JavaRuntime(tmp_path / "jdk", source="runs Tomcat, process 1")))


def test_what_belongs_to_somebody_else_has_to_be_named_before_it_runs(
    tmp_path: Path, as_another: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    iiq = standin(tmp_path / "iiq")
    monkeypatch.setattr("wizard.identityiq.host.find", lambda: (iiq,))

    done = cli.run("iiq", "read", "--no-input")

    assert done.code == 2
    assert f"--folder {iiq.folder}" in done.err
    assert commands_of(iiq) == []


def test_who_an_installation_belongs_to_is_said_where_it_is_somebody_else(tmp_path: Path, as_another: None) -> None:
    assert owner_of(standin(tmp_path / "iiq")) == "4711"


def test_an_installation_of_ones_own_belongs_to_nobody_else(tmp_path: Path) -> None:
    assert owner_of(standin(tmp_path / "iiq")) == ""


def test_a_folder_with_the_sticky_bit_protects_what_is_in_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    file = tmp_path / "file"
    file.touch()

    assert starting.open_to_all(file) is None
    tmp_path.chmod(0o777)
    assert starting.open_to_all(file) == tmp_path


async def test_no_secret_of_ours_reaches_the_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", "Sesame-1")
    monkeypatch.setenv("SMTP_WIZARD_CLIENT_SECRET", "Sesame-2")
    monkeypatch.setenv("MAIL_PASSWORD", "Sesame-3")
    await fetch(SecretRef(SecretKind.ENV, "MAIL_PASSWORD"), account="iiq@example.com")
    iiq = standin(tmp_path / "iiq")

    await read(iiq, patience=QUICK)

    assert "Sesame" not in process_of(iiq)[1]


# -- words of others on the screen ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [("read",), ("check-file",), ("template", "list")])
def test_json_steers_no_terminal_and_says_the_same(tmp_path: Path, action: tuple[str, ...]) -> None:
    hostile = "a\u009b2J\u202eb"
    file = tmp_path / "export.xml"
    file.write_text(
        f'<sailpoint><EmailTemplate name="{hostile}"/><Configuration name="SystemConfiguration"><Attributes><Map>'
        f'<entry key="defaultEmailHost" value="{hostile}"/></Map></Attributes></Configuration></sailpoint>'
    )

    out = cli.run("iiq", *action, str(file), "--json").out

    assert not any(sign in out for sign in "\u009b\u202e")
    assert "\u202eb" in json.dumps(json.loads(out), ensure_ascii=False)


@pytest.mark.parametrize(
    "piece",
    ["<a href='", "<!--", "<![", "<", "</", "<a b=", "<a '", "<script>", "<table><tr><td>", "<!DOCTYPE", "<title>", "<p><b>"],
)
def test_a_hostile_page_becomes_text_in_time(piece: str) -> None:
    assert as_text("seen " + piece * (400_000 // len(piece))).startswith("seen")


def test_what_is_no_tag_is_read_and_what_is_none_of_the_text_is_not() -> None:
    page = "<!DOCTYPE html><html><body><!-- a --><p>1 < 2 <a title='x > y' href='https://a.example/?b'>here</a><style>p</style>"

    assert as_text(page + "<p>&#99999999999999;end <unclosed") == "1 < 2 here <https://a.example/?b>\n\n\ufffdend <unclosed"


# -- the sign-in service -------------------------------------------------------------------------------------------------------


async def test_what_a_sign_in_service_answers_reaches_no_log_that_is_printed(tmp_path: Path) -> None:
    heard: list[logging.LogRecord] = []
    program = logging.Handler()  # as a program's own log at the root, which is what is printed; pytest's listens elsewhere too
    program.emit = heard.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(program)
    try:
        async with Graph(tmp_path) as graph:
            graph.token = Reply(200, f"<html>\x1b[2J {SECRET}".encode())
            await try_out(graph.settings(), Password(SECRET), lambda _: None)
    finally:
        logging.getLogger().removeHandler(program)

    assert not [record for record in heard if SECRET in record.getMessage()]


@pytest.mark.parametrize("address", ["https://evil.example\\@127.0.0.1/token", "http://127.0.0.1/token", "https://127.0.0.1/a b"])
async def test_an_address_two_readers_take_for_two_hosts_gets_no_secret(tmp_path: Path, address: str) -> None:
    async with Graph(tmp_path) as graph:
        base = f"https://127.0.0.1:{graph.port}"
        graph.discovery = Reply(200, {"authorization_endpoint": f"{base}/a", "token_endpoint": address, "issuer": base})
        run = await try_out(graph.settings(), Password(SECRET), lambda _: None)

        assert not run.ok
        assert run.finding == "iiq-oauth-endpoint"
        assert graph.asked_for("/token") == []
