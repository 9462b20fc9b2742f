"""``smtp-wizard iiq read``: a file, standard input or this host; settings in both vocabularies, flaws, a profile, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.iiq import exports
from tests.iiq.exports import bare, configuration, console, export, request, template
from tests.iiq.standin import Fault, commands_of, process_of, sign_ins_of, standin
from tests.unit.cli import Ran, run, run_in_terminal, settle
from wizard.config import load
from wizard.draft import Draft

SECRET = "opensesame"
GOOD = bare(configuration(smtp_password="2:abc="))
WRONG = bare(
    configuration(
        defaultEmailHost="smtp.acme.test ",
        smtp_encryptionType="SSL",
        emailNotifierType="redirectToFile",
        redirectingEmailNotifierFilename="/var/tmp/mail.txt",
        smtp_password=SECRET,
    )
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    return settle(tmp_path / "home", monkeypatch)


@pytest.fixture
def file(home: Path) -> Path:
    made = home / "settings.xml"
    made.write_text(GOOD)
    return made


def saved(name: str) -> Draft:
    return load().profiles[name]


def test_settings_are_shown_in_both_vocabularies(home: Path, file: Path) -> None:
    ran = run("iiq", "read", str(file))
    shown = {" ".join(line.split()) for line in ran.out.splitlines()}

    assert ran.code == 0
    assert "Email Notification Type smtp SMTP" in shown
    assert "Encryption TLS STARTTLS (security = starttls)" in shown
    assert "Default SMTP Host smtp.acme.test" in shown
    assert "Password set, with the site's own key" in shown
    assert "ok Nothing wrong was found in these settings. Whether mail leaves, a test shows." in shown
    assert "abc=" not in ran.out


def test_flaws_come_with_place_cure_and_count(home: Path) -> None:
    file = home / "wrong.xml"
    file.write_text(WRONG)
    ran = run("iiq", "read", str(file))
    lines = WRONG.splitlines()
    host = next(number for number, line in enumerate(lines, 1) if "defaultEmailHost" in line)

    assert ran.code == 1
    assert f"line {host}, column 1: defaultEmailHost" in ran.out
    assert "[iiq-host-blanks]" in ran.out
    assert "--set host=smtp.acme.test" in ran.out
    assert "meant: TLS from the first byte" in ran.out
    assert ran.out.endswith("X 2 errors and 2 warnings.\n")
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("source", ["file", "standard input"])
def test_json_says_it_all_but_the_password(home: Path, source: str) -> None:
    text = export(
        configuration(smtp_password=SECRET, defaultEmailHost="smtp.acme.test "),
        template("Own", "hr@other.test"),
        '<RequestDefinition name="Email Request" retryMax="5"/>',
        request(),
    )
    (home / "f.xml").write_text(text)
    ran = (
        run("iiq", "read", str(home / "f.xml"), "--json")
        if source == "file"
        else run("iiq", "read", "-", "--json", stdin=text.encode())
    )
    said = json.loads(ran.out)

    assert ran.code == 1
    assert said["schema"] == 1
    assert not said["ok"]
    assert said["password"] == "clear"
    assert (said["retries"], said["retry_interval"], said["queue"]) == (5, None, 1)
    assert said["changes"]["host"] == "smtp.acme.test"
    assert said["template_senders"] == [
        {"template": "Own", "sender": "hr@other.test", "line": said["template_senders"][0]["line"]}
    ]
    assert {flaw["id"] for flaw in said["flaws"]} == {"iiq-host-blanks", "iiq-password-in-clear", "iiq-template-sender"}
    blank = next(flaw for flaw in said["flaws"] if flaw["id"] == "iiq-host-blanks")
    assert blank["line"] == next(n for n, line in enumerate(text.splitlines(), 1) if "defaultEmailHost" in line)
    assert blank["remedies"][0]["changes"] == {"host": "smtp.acme.test"}
    assert SECRET not in ran.out + ran.err


def test_what_was_pasted_with_a_console_around_it_is_read(home: Path) -> None:
    ran = run("iiq", "read", "-", stdin=console(("get Configuration SystemConfiguration", GOOD)).encode())

    assert ran.code == 0
    assert "smtp.acme.test" in ran.out


def test_what_stands_beside_the_settings_is_said(home: Path) -> None:
    templates = [template(f"T{number}", f"hr{number}@acme.test") for number in range(7)]
    ran = run("iiq", "read", "-", stdin=export(configuration(smtp_password="2:x="), *templates, request(), request()).encode())

    assert "The template 'T0' has a From of its own: hr0@acme.test" in ran.out
    assert "2 more templates have one, too." in ran.out
    assert "2 mails are expected to wait in IdentityIQ's queue" in " ".join(ran.out.split())


def test_a_merge_file_is_told_from_a_whole_object(home: Path) -> None:
    ran = run("iiq", "read", "-", stdin=exports.merge(exports.small(defaultEmailPort="587")).encode())

    assert "This changes single entries only" in ran.out
    assert "Default SMTP Host" not in ran.out


def test_production_decides_what_a_redirect_is(home: Path) -> None:
    def redirect(*flags: str) -> str:
        ran = run("iiq", "read", "-", "--json", *flags, stdin=WRONG.encode())
        found = next(flaw for flaw in json.loads(ran.out)["flaws"] if flaw["id"] == "redirect-active")
        return str(found["severity"])

    assert redirect("--production") == "warning"
    assert redirect("--non-production") == "info"


# --- a profile --------------------------------------------------------------------------------------------------------------


def test_a_profile_is_made_with_what_was_read_cured(home: Path, file: Path) -> None:
    ran = run("iiq", "read", str(file), "--save", "prod", "--production")
    draft = saved("prod")

    assert ran.code == 0
    assert (draft.host, draft.port, draft.security) == ("smtp.acme.test", "587", "starttls")
    assert (draft.username, draft.sender) == ("svc-iiq@acme.test", "iiq@acme.test")
    assert (draft.iiq_type, draft.iiq_environment) == ("smtp", "production")
    assert draft.password == ""
    assert "only IdentityIQ can read it" in ran.err
    assert "smtp-wizard secret set prod" in ran.err


def test_a_profile_keeps_what_a_merge_file_does_not_name(home: Path, file: Path) -> None:
    run("iiq", "read", str(file), "--save", "prod", "--non-production")
    run("iiq", "read", "-", "--save", "prod", stdin=exports.merge(exports.small(defaultEmailHost="new.acme.test")).encode())
    draft = saved("prod")

    assert (draft.host, draft.port, draft.username, draft.iiq_environment) == (
        "new.acme.test",
        "587",
        "svc-iiq@acme.test",
        "non-production",
    )


def test_the_environment_of_the_profile_counts(home: Path, file: Path) -> None:
    run("iiq", "read", str(file), "--save", "uat", "--non-production")
    ran = run("iiq", "read", "-", "--save", "uat", "--json", stdin=WRONG.encode())

    assert next(flaw for flaw in json.loads(ran.out)["flaws"] if flaw["id"] == "redirect-active")["severity"] == "info"


def test_a_password_in_clear_stays_behind_unless_asked_for(home: Path) -> None:
    ran = run("iiq", "read", "-", "--save", "prod", stdin=WRONG.encode())

    assert saved("prod").password == ""
    assert "not carried over unless you ask" in ran.err
    assert SECRET not in (home / "config.toml").read_text()


def test_a_password_in_clear_is_kept_where_the_user_says(home: Path) -> None:
    place = home / "kept.secret"
    ran = run("iiq", "read", "-", "--save", "prod", "--keep-password", f"file:{place}", stdin=WRONG.encode())

    assert saved("prod").password == f"file:{place}"
    assert place.read_text().strip() == SECRET
    assert place.stat().st_mode & 0o777 == 0o600
    assert str(place) in ran.err
    assert SECRET not in ran.out + ran.err + (home / "config.toml").read_text()


REFUSED = {
    "an encrypted password": (GOOD, ("--save", "prod", "--keep-password", "file"), "only IdentityIQ can read it"),
    "no password": (bare(configuration(smtp_password=None)), ("--save", "prod", "--keep-password", "file"), "there is none"),
    "a place that stores nothing": (WRONG, ("--save", "prod", "--keep-password", "env:X"), "choose keyring, file or file:PATH"),
    "a place nobody knows": (WRONG, ("--save", "prod", "--keep-password", "somewhere"), "--keep-password"),
    "no profile to keep it for": (WRONG, ("--keep-password", "file"), "--save PROFILE"),
    "no user name": (
        bare(configuration(smtp_username=None, smtp_password=SECRET)),
        ("--save", "prod", "--keep-password", "file"),
        "no user name",
    ),
    "a place that cannot be written": (WRONG, ("--save", "prod", "--keep-password", "file:/dev/null/x"), "nothing was saved"),
    "a host that is none": (bare(configuration(defaultEmailHost="a b c")), ("--save", "prod"), "host (--host)"),
    "no name of a profile": (GOOD, ("--save", "a\nb"), "name"),
}


@pytest.mark.parametrize(("text", "flags", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_saved_is_told_and_nothing_is_saved(home: Path, text: str, flags: tuple[str, ...], words: str) -> None:
    ran = run("iiq", "read", "-", *flags, stdin=text.encode())

    assert ran.code == 2
    assert words in ran.err
    assert not (home / "config.toml").exists()
    assert SECRET not in ran.err


# --- what cannot be read ----------------------------------------------------------------------------------------------------


def test_damage_ends_with_2_and_its_place(home: Path) -> None:
    ran = run("iiq", "read", "-", stdin=GOOD.replace("</Map>", "</Mop>").encode())

    assert ran.code == 2
    assert "standard input, line " in ran.err
    assert ran.out == ""


def test_a_file_without_mail_settings_says_what_it_holds(home: Path) -> None:
    ran = run("iiq", "read", "-", stdin=export("<Bundle name='a'/>", "<Bundle name='b'/>", "<Identity name='c'/>").encode())

    assert ran.code == 2
    assert "2 Bundle, 1 Identity" in ran.err


# --- this host --------------------------------------------------------------------------------------------------------------


def test_the_settings_of_this_host_are_read_through_its_console(home: Path) -> None:
    folder = home / "iiq"
    installation = standin(folder, retry_max=3)
    ran = run("iiq", "read", "--folder", str(folder), "--save", "here")

    assert ran.code == 0
    assert "mail.old.example" in ran.out
    assert " ".join(next(line for line in ran.out.splitlines() if "Retries" in line).split()) == "Maximum Email Retries 3"
    assert "line " not in ran.out
    assert (saved("here").iiq_folder, saved("here").iiq_retries) == (str(folder), "3")
    assert commands_of(installation) == ["get", "get", "export", "quit"]


def test_the_profile_says_which_installation_it_is(home: Path) -> None:
    standin(home / "iiq")
    run("iiq", "read", "--folder", str(home / "iiq"), "--save", "here")
    ran = run("iiq", "read", "--save", "here", "--json")

    assert json.loads(ran.out)["folder"] == str(home / "iiq")


def test_the_only_installation_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.identityiq.host.find", lambda: (standin(home / "iiq"),))
    ran = run("iiq", "read", "--json")

    assert json.loads(ran.out)["folder"] == str(home / "iiq")


def test_where_there_are_several_or_none_the_folder_is_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = standin(home / "one"), standin(home / "two")
    monkeypatch.setattr("wizard.identityiq.host.find", lambda: both)
    several = run("iiq", "read")
    monkeypatch.setattr("wizard.identityiq.host.find", lambda: ())
    none = run("iiq", "read")

    assert (several.code, none.code) == (2, 2)
    assert all(f"--folder {one.folder}" in several.err for one in both)
    assert "smtp-wizard iiq read FILE" in none.err


def test_a_console_that_wants_a_sign_in_is_told_who_asks_over_its_input_alone(home: Path) -> None:
    installation = standin(home / "iiq", login=("spadmin", "adm-secret"))
    refused = run("iiq", "read", "--folder", str(home / "iiq"))
    ran = run(
        *("iiq", "read", "--folder", str(home / "iiq"), "--console-user", "spadmin", "--console-password-stdin"),
        stdin=b"adm-secret\n",
    )

    assert refused.code == 1
    assert "--console-user" in refused.err
    assert ran.code == 0
    assert "mail.old.example" in ran.out
    assert sign_ins_of(installation)[-1] == "spadmin"
    assert "adm-secret" not in process_of(installation)[1] + ran.out + ran.err


async def test_on_a_terminal_the_sign_in_is_asked_for(home: Path) -> None:
    standin(home / "iiq", login=("spadmin", "adm-secret"))
    ran = await run_in_terminal(
        ["iiq", "read", "--folder", str(home / "iiq")],
        answers={"User name: ": "spadmin", "Password of spadmin: ": "adm-secret"},
        env={},
    )

    assert ran.code == 0
    assert "mail.old.example" in ran.out
    assert "adm-secret" not in ran.out


@pytest.mark.parametrize("fault", [Fault.DIES, Fault.GARBAGE, Fault.START_ERROR])
def test_a_console_that_fails_is_told_and_ends_with_1(home: Path, fault: Fault) -> None:
    standin(home / "iiq", fault=fault, at="get")
    ran = run("iiq", "read", "--folder", str(home / "iiq"), "--save", "here", "--deadline", "10")

    assert ran.code == 1
    assert "IdentityIQ's " in ran.err.splitlines()[-1]
    assert ran.out == ""
    assert not (home / "config.toml").exists()


USAGE = {
    "a folder without IdentityIQ": ("--folder", "/nowhere"),
    "a password without a user": ("--console-password-stdin",),
    "both environments": ("-", "--production", "--non-production"),
    "a deadline that is none": ("--deadline", "-3"),
    "settings and a password in one input": ("-", "--console-user", "a", "--console-password-stdin"),
}


@pytest.mark.parametrize("words", USAGE.values(), ids=USAGE)
def test_what_makes_no_sense_ends_with_2(home: Path, words: tuple[str, ...]) -> None:
    assert told(run("iiq", "read", "--folder", str(home), *words)).code == 2


def told(ran: Ran) -> Ran:
    assert ran.err
    return ran
