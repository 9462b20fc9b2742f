"""A watch on a stand-in of IdentityIQ: pointed at the relay, its mail seen, and its settings back whatever ends it."""

from __future__ import annotations

import asyncio
import smtplib
from contextlib import suppress
from pathlib import Path

import pytest

from tests.iiq.standin import ENTRIES, Fault, commands_of, settings_of, standin
from tests.iiq.test_relay import message
from wizard.identityiq.installation import Installation
from wizard.identityiq.watch import due
from wizard.identityiq.watch.pointing import ByConsole, ByHand, NotPointedError
from wizard.identityiq.watch.recognise import SIGN_OFF, Likeness, recognise
from wizard.identityiq.watch.steps import Step
from wizard.identityiq.watch.watch import Note, Seen, Settings, Watch, WatchEvent
from wizard.practice.relay_sender import Upstream

SIGNED_OFF = "Manager certification for Ann Lee was signed off"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def blocked(state: Path) -> None:
    """A file where the state folder should be."""
    state.write_text("in the way")


class Events:
    """What a watch told."""

    def __init__(self) -> None:
        self.all: list[WatchEvent] = []
        self._more = asyncio.Event()

    def __call__(self, event: WatchEvent) -> None:
        self.all.append(event)
        self._more.set()

    @property
    def seen(self) -> list[Seen]:
        return [event for event in self.all if isinstance(event, Seen)]

    @property
    def notes(self) -> list[str]:
        return [event.text for event in self.all if isinstance(event, Note)]


def watch(iiq: Installation, tmp_path: Path, events: Events, *, upstream: Upstream | None = None, **more: object) -> Watch:
    to_all = upstream is not None and not upstream.only_to
    pointer = ByConsole(iiq, tmp_path / "files", sends_to_all=to_all, deadline=20)
    settings = Settings(tmp_path / "held", upstream=upstream, send_on=upstream is not None)._replace(**more)  # type: ignore[arg-type]
    return Watch(events, settings, pointer)


def send_as_configured(iiq: Installation, subject: str = SIGNED_OFF, body: str = "See IdentityIQ.\n") -> None:
    """Send a mail the way the stand-in's settings say, as IdentityIQ would."""
    now = settings_of(iiq)
    assert now["smtp_encryptionType"] == "NONE"
    with smtplib.SMTP(now["defaultEmailHost"], int(now["defaultEmailPort"]), timeout=20) as client:
        client.sendmail("iiq@example.com", ["ann@example.com"], message(subject, body))


def ticks(running: Watch) -> dict[Step, bool | None]:
    return {state.step: state.done for state in running.steps}


async def test_the_sign_off_mail_is_seen_and_the_settings_come_back(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq"), Events()
    before = settings_of(iiq)

    async with watch(iiq, tmp_path, events) as running:
        assert settings_of(iiq)["defaultEmailPort"] == str(running.relay.port)
        assert [one.folder for one in due.pending()] == [iiq.folder]
        await asyncio.to_thread(send_as_configured, iiq, "Certification of Ann Lee has started")
        assert not running.sign_off_seen
        await asyncio.to_thread(send_as_configured, iiq)

    assert settings_of(iiq) == before
    assert due.pending() == ()
    assert running.problem == ""
    assert [seen.likeness.template for seen in events.seen] == ["Certification", SIGN_OFF]
    assert set(ticks(running).values()) == {True}
    assert len(running.left()) == 2
    assert events.notes[-1] == "IdentityIQ's mail settings are as they were: read back and compared."


async def test_only_the_four_entries_of_the_way_are_touched(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq", entries={**ENTRIES, "smtp_username": "svc", "smtp_password": "1:ACP:abc"}), Events()
    before = settings_of(iiq)
    async with watch(iiq, tmp_path, events):
        during = settings_of(iiq)
    changed = {key for key in during if during[key] != before.get(key)}
    assert changed <= {"emailNotifierType", "smtp_encryptionType", "defaultEmailHost", "defaultEmailPort"}


async def test_entries_that_were_absent_are_absent_again(tmp_path: Path) -> None:
    entries = {"defaultEmailFromAddress": "iiq@example.com", "loginErrorStyle": "simple"}
    iiq, events = standin(tmp_path / "iiq", entries=entries), Events()
    async with watch(iiq, tmp_path, events):
        assert "defaultEmailHost" in settings_of(iiq)
    assert settings_of(iiq) == entries


async def test_the_time_limit_ends_it(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq"), Events()
    before = settings_of(iiq)
    async with watch(iiq, tmp_path, events, seconds=0.05) as running:
        await running.over()
    assert settings_of(iiq) == before
    assert "The time is up." in events.notes


async def test_stopping_ends_it(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq"), Events()
    async with watch(iiq, tmp_path, events) as running:
        asyncio.get_running_loop().call_soon(running.stop)
        await running.over()
    assert "The time is up." not in events.notes


@pytest.mark.parametrize("when", ["watching", "pointing"])
async def test_a_cancelled_watch_restores_before_it_ends(tmp_path: Path, when: str) -> None:
    iiq, events, entered = standin(tmp_path / "iiq"), Events(), asyncio.Event()
    before = settings_of(iiq)

    async def run() -> None:
        if when == "pointing":
            entered.set()
        async with watch(iiq, tmp_path, events) as running:
            entered.set()
            await running.over()

    task = asyncio.create_task(run())
    await entered.wait()
    if when == "pointing":
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # an impatient person, once more
    with pytest.raises(asyncio.CancelledError):
        await task
    assert settings_of(iiq) == before
    assert due.pending() == ()


async def test_an_exception_inside_restores_as_well(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq"), Events()
    before = settings_of(iiq)
    with pytest.raises(ZeroDivisionError):
        async with watch(iiq, tmp_path, events):
            raise ZeroDivisionError
    assert settings_of(iiq) == before


async def test_a_restore_that_fails_names_the_file_and_the_command_and_stays_due(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq"), Events()
    async with watch(iiq, tmp_path, events) as running:
        iiq.console.write_text("#!/bin/sh\necho nothing works\n")
    (still,) = due.pending()
    assert f"smtp-wizard iiq undo {still.rollback}" in running.problem
    assert f"smtp-wizard iiq undo {still.rollback}" in still.sentence
    assert still.rollback.exists()
    assert "mail.old.example" in still.rollback.read_text()
    assert ticks(running)[Step.RESTORE] is False
    due.settle(still.rollback)
    assert due.pending() == ()


async def test_settings_that_somebody_else_changed_meanwhile_are_left_alone(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq"), Events()
    async with watch(iiq, tmp_path, events):
        state = iiq.folder / "WEB-INF" / "standin" / "state.xml"
        text = state.read_text()
        now = settings_of(iiq)
        assert f'value="{now["defaultEmailPort"]}"' in text
        text = text.replace(f'value="{now["defaultEmailPort"]}"', 'value="587"').replace(
            'value="127.0.0.1"', 'value="new.example"'
        )
        state.write_text(text)
    assert settings_of(iiq)["defaultEmailHost"] == "new.example"
    assert due.pending() == ()
    assert "Somebody has changed" in events.notes[-1]


@pytest.mark.parametrize("fault", [Fault.IMPORT_ERROR, Fault.PARTIAL_IMPORT, Fault.DIES, Fault.DIES_HALF_APPLIED])
async def test_an_import_that_fails_leaves_no_watch_and_is_told(tmp_path: Path, fault: Fault) -> None:
    iiq, events = standin(tmp_path / "iiq", fault=fault), Events()
    before = settings_of(iiq)
    running = watch(iiq, tmp_path, events)
    with pytest.raises(NotPointedError) as caught:
        async with running:
            raise AssertionError("nothing is watched")
    # A console that fails every import fails the restore too: then the sentence says how to take it back.
    assert settings_of(iiq) == before or f"smtp-wizard iiq undo {due.pending()[0].rollback}" in str(caught.value)
    with suppress(ConnectionRefusedError):
        _, writer = await asyncio.open_connection("127.0.0.1", running.relay.port)
        writer.close()
        raise AssertionError("the relay still listens")


async def test_a_console_that_wants_a_sign_in_changes_nothing(tmp_path: Path) -> None:
    iiq, events = standin(tmp_path / "iiq", login=("spadmin", "admin")), Events()
    with pytest.raises(NotPointedError, match="was not pointed at the relay"):
        async with watch(iiq, tmp_path, events):
            raise AssertionError("nothing is watched")
    assert "import" not in commands_of(iiq)
    assert due.pending() == ()


async def test_a_record_that_cannot_be_written_keeps_everything_as_it_is(tmp_path: Path, blocked: None) -> None:
    iiq, events = standin(tmp_path / "iiq"), Events()
    before = settings_of(iiq)
    with pytest.raises(NotPointedError):
        async with watch(iiq, tmp_path, events):
            raise AssertionError("nothing is watched")
    assert settings_of(iiq) == before
    assert "import" not in commands_of(iiq)


async def test_a_redirect_to_one_address_stays_and_is_said(tmp_path: Path) -> None:
    entries = {**ENTRIES, "emailNotifierType": "redirectToEmail", "redirectingEmailNotifierAddress": "uat@example.com"}
    iiq, events = standin(tmp_path / "iiq", entries=entries), Events()
    async with watch(iiq, tmp_path, events):
        assert settings_of(iiq)["emailNotifierType"] == "redirectToEmail"
    assert any("uat@example.com" in note for note in events.notes)


async def test_mail_that_goes_into_a_file_is_not_sent_to_everybody(tmp_path: Path) -> None:
    from tests.loopback import profile_for
    from wizard.practice import PracticeServer

    entries = {**ENTRIES, "emailNotifierType": "redirectToFile", "redirectingEmailNotifierFilename": "/var/tmp/mail.txt"}
    iiq, events = standin(tmp_path / "iiq", entries=entries), Events()
    async with PracticeServer() as server:
        on = Upstream(profile_for(server.draft()), server.password)
        with pytest.raises(NotPointedError, match="--only-to"):
            async with watch(iiq, tmp_path, events, upstream=on):
                raise AssertionError("nothing is watched")
        async with watch(iiq, tmp_path, events, upstream=on._replace(only_to=("admin@example.com",))):
            assert settings_of(iiq)["emailNotifierType"] == "smtp"
    assert settings_of(iiq) == entries


async def test_by_hand_nothing_is_changed_and_the_steps_are_the_persons(tmp_path: Path) -> None:
    events = Events()
    async with Watch(events, Settings(tmp_path / "held"), ByHand()) as running:
        assert ticks(running)[Step.POINT] is None
        running.confirm_sign_off(1)
    assert ticks(running)[Step.SIGN_OFF_MAIL]
    assert ticks(running)[Step.RESTORE] is None
    assert "Type the values back" in events.notes[-1]


# -- recognising -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "body", "template"),
    [
        ("Certification sign off approval required", "", SIGN_OFF),
        ("Manager Access Review for Ann Lee has been signed off", "", SIGN_OFF),
        ("Action needed", "Please approve: the certification Q3 was signed off by Ann.", SIGN_OFF),
        ("Action needed", "Ann has signed off the certification Q3.", SIGN_OFF),
        ("Reminder: certification Q3 is due soon", "", "Certification Reminder"),
        ("A decision of certification Q3 was challenged", "", "Certification Decision Challenged Notification"),
        ("Certification Q3 is ready", "", "Certification"),
        ("Task Aggregate HR: please sign off the result", "", "Task Result Signoff"),
        ("Your password", "was changed", ""),
    ],
)
def test_a_mail_is_recognised_by_its_wording(subject: str, body: str, template: str) -> None:
    assert recognise(subject, body) == Likeness(template, False, template == SIGN_OFF)


def test_the_installations_own_template_wins_over_wording() -> None:
    from wizard.identityiq.reading import read_text
    from wizard.identityiq.templates.template import read

    xml = (
        '<sailpoint><EmailTemplate name="Corp Certification SignOff"><Subject>Vielen Dank: $certificationName erledigt</Subject>'
        "<Body>Die Rezertifizierung wurde abgeschlossen.</Body></EmailTemplate></sailpoint>"
    )
    (element,) = read_text(xml, "a test", templates=True).templates
    found = recognise("Vielen Dank: Q3 erledigt", "Die Rezertifizierung wurde abgeschlossen.", [read(element)])
    assert found == Likeness("Corp Certification SignOff", True, True)
