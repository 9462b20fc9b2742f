"""``smtp-wizard iiq template`` from the outside, with a practice server for what is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli import flags_for, run, run_beside, settle
from wizard.practice import PracticeServer

XML = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">
<sailpoint>
<EmailTemplate name="Plain one" cc="boss@acme.test">
<Subject>Plain: $workItemName &#8364;</Subject>
<Body>Dear $identity.displayName,
the work item is ready.</Body>
</EmailTemplate>
<EmailTemplate name="HTML one">
<Subject>Rich: $workItemName</Subject>
<Body><![CDATA[<html><body><p>Dear <b>$identity.displayName</b>, see <a href="$url">this</a>.</p></body></html>]]></Body>
<From>iam@practice.test</From>
</EmailTemplate>
<EmailTemplate name="Broken one">
<Subject>Broken</Subject>
<Body>#if($identity)
never closed</Body>
</EmailTemplate>
</sailpoint>
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file with three templates."""
    (tmp_path / "templates.xml").write_text(XML, encoding="utf-8")
    return str(tmp_path / "templates.xml")


def template(*words: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """Run ``iiq template`` in this process."""
    ran = run("iiq", "template", *words, stdin=stdin)
    return ran.code, ran.out, ran.err


# --- list, render, lint -------------------------------------------------------------------------------------------------------


def test_list_names_them_with_subject_and_place(file: str) -> None:
    code, out, _ = template("list", file)
    assert code == 0
    assert "HTML one  [HTML]  " in out
    assert "Plain: $workItemName €" in out
    assert "3 templates" in out


def test_without_a_file_our_own_samples_stand_in_and_that_is_said() -> None:
    code, out, err = template("list")
    assert (code, "3 templates" in out) == (0, True)
    assert "SMTP Wizard's own samples" in err


def test_standard_input_may_be_what_a_console_printed() -> None:
    code, out, _ = template("list", "-", "--json", stdin=b"> get EmailTemplate x\n" + XML.encode() + b"\n>")
    assert code == 0
    assert [one["name"] for one in json.loads(out)["templates"]] == ["Plain one", "HTML one", "Broken one"]


def test_render_shows_the_mail_within_80_columns(file: str) -> None:
    code, out, _ = template("render", file, "--name", "HTML one", "--set", "workItemName=Quarter 4")
    assert code == 0
    assert "Subject   Rich: Quarter 4" in out
    assert "Dear Jane Doe, see this <https://iam.example.com/" in out.replace("\n", " ")
    assert "<b>" not in out
    _, source, _ = template("render", file, "--name", "HTML one", "--html")
    assert "<p>Dear <b>Jane Doe</b>" in source


def test_render_as_json_holds_text_and_source(file: str) -> None:
    code, out, _ = template("render", file, "--name", "html", "--json")
    [one] = json.loads(out)["templates"]
    assert (code, one["html"], one["rendered"]["complete"]) == (0, True, True)
    assert one["rendered"]["text"].startswith("Dear Jane Doe, see this\n<https://")
    assert one["rendered"]["body"].startswith("<html>")


def test_render_ends_with_1_where_a_template_cannot_be_rendered(file: str) -> None:
    code, out, _ = template("render", file)
    assert code == 1
    assert "The #if of line 1 is not closed" in out


def test_lint_tells_the_lines_and_ends_with_1(file: str) -> None:
    code, out, _ = template("lint", file)
    assert code == 1
    assert "[iiq-template-syntax]" in out
    assert "line 17 of the file" in out
    assert "1 finding in 1 of 3 templates." in out


def test_lint_as_json_and_0_where_nothing_is_wrong(file: str) -> None:
    code, out, _ = template("lint", file, "--name", "Plain one", "--json")
    made = json.loads(out)
    assert (code, made["schema"], made["templates"][0]["flaws"]) == (0, 1, [])
    code, out, _ = template("lint", file, "--name", "Broken one", "--json")
    [flaw] = json.loads(out)["templates"][0]["flaws"]
    assert (code, flaw["id"], flaw["severity"], flaw["part"]) == (1, "iiq-template-syntax", "error", "body")


def test_an_installation_is_named_by_its_folder(tmp_path: Path) -> None:
    config = tmp_path / "identityiq" / "WEB-INF" / "config"
    config.mkdir(parents=True)
    (config / "emailtemplates.xml").write_text(XML, encoding="utf-8")
    code, out, _ = template("list", "--folder", str(tmp_path / "identityiq"))
    assert (code, "3 templates" in out) == (0, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "/no/such/file.xml"), "there is no such file"),
        (("render", "--name", "Certifcation"), "Near it: Certification (sample)"),
        (("render", "--set", "nothing"), "--argument needs a name and a value"),
        (("lint", "--profile", "nobody"), "nobody"),
        (("list", "-"), "no object of IdentityIQ"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_a_sentence(words: tuple[str, ...], said: str) -> None:
    code, out, err = template(*words, stdin=b"no template here")
    assert (code, out) == (2, "")
    assert said in err


# --- send -----------------------------------------------------------------------------------------------------------------------


async def send(practice: PracticeServer, *words: str) -> tuple[int, str, str]:
    """Send one over the practice server, with the password on standard input."""
    flags = [*flags_for(practice.draft()), "--password-stdin"]
    ran = await run_beside("iiq", "template", "send", *words, *flags, stdin=practice.password.reveal().encode() + b"\n")
    return ran.code, ran.out, ran.err


async def test_a_template_is_sent_as_the_test_message(practice: PracticeServer, file: str) -> None:
    code, out, err = await send(practice, file, "--name", "Plain one", "--argument", "workItemName=Quarter 4")
    assert code == 0, out + err
    [message] = practice.mailbox.messages
    assert message.subject == "Plain: Quarter 4 €"
    assert message.text.startswith("Dear Jane Doe,\r\nthe work item is ready.")
    token = message.header("X-SMTP-Wizard-Token")
    assert f"Token: {token}" in message.text
    assert f"Look for {token} in the mailbox" in out
    assert "cc and bcc are left out" in err
    assert message.recipients == (practice.draft().recipient,)


async def test_html_goes_with_its_text_beside_it(practice: PracticeServer, file: str) -> None:
    code, out, _ = await send(practice, file, "--name", "HTML one", "--json", "--from", "me@practice.test")
    made = json.loads(out)
    [message] = practice.mailbox.messages
    assert (code, made["ok"], made["accepted"]["queue_id"]) == (0, True, message.queue_id)
    assert message.header("X-SMTP-Wizard-Token") in message.html
    assert "<p>Dear <b>Jane Doe</b>" in message.html
    assert "</p>\r\n</body></html>" in message.html
    assert "Dear Jane Doe, see this\r\n<https:" in message.text


async def test_exact_leaves_the_body_as_it_is(practice: PracticeServer, file: str) -> None:
    await send(practice, file, "--name", "Plain one", "--exact")
    [message] = practice.mailbox.messages
    assert message.text.strip() == "Dear Jane Doe,\r\nthe work item is ready."
    assert message.header("X-SMTP-Wizard-Token")


async def test_a_sample_of_ours_needs_no_file(practice: PracticeServer) -> None:
    code, _, _ = await send(practice, "--sample", "sign-off")
    assert code == 0
    assert practice.mailbox.messages[0].subject == "Please approve the sign-off of Access review: Mary Ray's team"


async def test_the_templates_own_from_is_used_as_identityiq_is_expected_to(practice: PracticeServer, file: str) -> None:
    flags = [*flags_for(practice.draft()), "--password-stdin"]
    at = flags.index("--from")
    del flags[at : at + 2]
    secret = practice.password.reveal().encode() + b"\n"
    await run_beside("iiq", "template", "send", file, "--name", "HTML one", *flags, stdin=secret)
    [message] = practice.mailbox.messages
    assert (message.header("From"), message.sender) == ("iam@practice.test", "iam@practice.test")


async def test_what_cannot_be_rendered_is_not_sent(practice: PracticeServer, file: str) -> None:
    code, _, err = await send(practice, file, "--name", "Broken one")
    assert (code, practice.mailbox.messages) == (1, ())
    assert "Nothing was sent" in err


async def test_one_template_is_sent_at_a_time(practice: PracticeServer, file: str) -> None:
    code, _, err = await send(practice, file)
    assert (code, practice.mailbox.messages) == (2, ())
    assert "Choose one with --name NAME" in err
