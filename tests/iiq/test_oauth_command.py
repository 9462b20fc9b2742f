"""``iiq oauth`` on the command line: the values, the test, where the secret comes from and where it never goes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.iiq.graph import CLIENT, REQUEST, SECRET, SENDER, TENANT, Graph, aadsts
from tests.unit import cli
from wizard.commands.client_secret import VARIABLE

TENANT_WORDS = ("--tenant", "contoso.onmicrosoft.com", "--from", "iiq@contoso.com")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, without a proxy, a secret or a profile."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return cli.settle(tmp_path, monkeypatch)


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[Graph]:
    """A stand-in where everything works."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    async with Graph(folder) as standing:
        yield standing


def flags(graph: Graph) -> list[str]:
    """The flags for the values that work there."""
    settings = graph.settings()
    return [
        *("--email-endpoint", settings.email_endpoint),
        *("--token-endpoint", settings.token_endpoint),
        *("--scope", settings.scope),
        *("--client-id", settings.client_id),
        *("--from", settings.sender),
        *("--to", settings.recipient),
        *("--ca-file", str(settings.ca_file)),
    ]


async def oauth(*words: str, stdin: bytes = f"{SECRET}\n".encode()) -> cli.Ran:
    """Run ``iiq oauth`` beside the stand-in."""
    return await cli.run_beside("iiq", "oauth", *words, stdin=stdin)


async def test_for_a_tenant_alone_the_values_are_shown_with_what_they_are_and_nobody_is_asked() -> None:
    ran = await oauth(*TENANT_WORDS)

    assert ran.code == 0, ran.err
    assert "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token" in ran.out
    assert "https://graph.microsoft.com/v1.0/users/iiq@contoso.com/sendMail" in ran.out
    assert "Mail.Send of Microsoft" in ran.out
    assert "https://learn.microsoft.com/graph/api/user-sendmail" in ran.out
    assert "Nothing was tested" in ran.out


async def test_the_cloud_chosen_decides_the_hosts() -> None:
    ran = await oauth(*TENANT_WORDS, "--cloud", "dod")

    assert "https://dod-graph.microsoft.us/.default" in ran.out


async def test_a_test_shows_each_step_the_claims_and_what_java_needs(graph: Graph) -> None:
    ran = await oauth(*flags(graph), "--client-secret-stdin")

    assert ran.code == 0, ran.out + ran.err
    for words in ("Find the host", "Secure the line", "Ask for a token", "Mail.Send (Application)", TENANT, "IdentityIQ mail"):
        assert words in ran.out
    assert "Nothing was sent" in ran.out
    assert f"smtp-wizard iiq trust --host 127.0.0.1 --port {graph.port} --security tls" in ran.out
    assert graph.messages == []


async def test_a_message_is_sent_when_asked_and_said_to_be_accepted_not_delivered(graph: Graph) -> None:
    ran = await oauth(*flags(graph), "--client-secret-stdin", "--send")

    assert ran.code == 0, ran.out + ran.err
    assert len(graph.messages) == 1
    assert "accepted the message" in ran.out
    assert "Accepted does not mean arrived" in " ".join(ran.out.split())
    assert "delivered" not in ran.out
    assert graph.messages[0]["message"]["subject"].rpartition(" ")[2] in ran.out


async def test_json_holds_values_steps_claims_and_findings_and_no_secret(graph: Graph) -> None:
    ran = await oauth(*flags(graph), "--client-secret-stdin", "--send", "--json")

    told = json.loads(ran.out)
    assert told["schema"] == 1
    assert told["ok"] is True
    assert told["finding"] == "ok"
    assert [step["step"] for step in told["steps"]] == ["name", "connect", "tls", "token", "roles", "send"]
    assert told["claims"]["roles"] == ["Mail.Send"]
    assert told["accepted"]["request_id"] == REQUEST
    assert told["proxy"] is None
    assert [value["field"] for value in told["values"]][-1] == "client_secret"
    assert SECRET not in ran.out + ran.err


async def test_json_without_a_test_says_so() -> None:
    told = json.loads((await oauth(*TENANT_WORDS, "--json")).out)

    assert told["tested"] is False
    assert told["ok"] is None
    assert told["steps"] == []
    assert any(problem["field"] == "client_id" for problem in told["problems"])


async def test_a_failed_test_ends_with_1_and_says_cause_and_cure(graph: Graph) -> None:
    graph.token = aadsts(7000222, "The provided client secret keys are expired.")

    ran = await oauth(*flags(graph), "--client-secret-stdin")

    assert ran.code == 1
    assert "[iiq-oauth-secret-expired]" in ran.out
    assert "make a new client secret" in " ".join(ran.out.split())


async def test_a_wrong_value_ends_with_2_before_anybody_is_asked(graph: Graph) -> None:
    ran = await oauth(*flags(graph), "--scope", "several scopes", "--client-secret-stdin")

    assert ran.code == 2
    assert "Scope: " in ran.err
    assert graph.asked == []


async def test_values_with_something_wrong_end_with_2_and_say_what() -> None:
    ran = await oauth(*TENANT_WORDS, "--scope", "Mail.Send", "--values")

    assert ran.code == 2
    assert "does not end in /.default" in " ".join(ran.out.split())


async def test_a_secret_id_is_not_tried() -> None:
    ran = await oauth(
        *TENANT_WORDS, "--client-id", CLIENT, "--client-secret-stdin", stdin=b"12345678-1234-1234-1234-123456789012"
    )

    assert ran.code == 2
    assert "Secret ID" in ran.err
    assert "12345678-1234" not in ran.err


async def test_without_a_secret_the_places_for_one_are_named(graph: Graph) -> None:
    ran = await oauth(*flags(graph), "--no-input", stdin=b"")

    assert ran.code == 2
    assert "--client-secret-stdin" in ran.err
    assert VARIABLE in ran.err
    assert graph.asked == []


async def test_the_secret_comes_from_a_file_a_command_or_the_environment(
    graph: Graph, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = home / "secret"
    kept.write_text(SECRET)
    kept.chmod(0o600)
    command = home / "print-it"
    command.write_text(f"#!/bin/sh\nif env | grep -q {VARIABLE}; then exit 1; fi\ncat {kept}\n")
    command.chmod(0o700)

    assert (await oauth(*flags(graph), "--client-secret-file", str(kept), stdin=b"")).code == 0
    monkeypatch.setenv(VARIABLE, "wrong, and not for a child")
    assert (await oauth(*flags(graph), "--client-secret-command", str(command), stdin=b"")).code == 0
    monkeypatch.setenv(VARIABLE, SECRET)
    assert (await oauth(*flags(graph), stdin=b"")).code == 0
    assert VARIABLE not in os.environ


async def test_the_secret_is_no_argument() -> None:
    ran = await oauth(*TENANT_WORDS, f"--client-secret={SECRET}")

    assert ran.code == 2
    assert SECRET not in ran.out + ran.err


async def test_saved_values_and_a_kept_secret_serve_the_next_test(graph: Graph, home: Path) -> None:
    kept = home / "kept" / "iiq.secret"

    saving = await oauth(*flags(graph), "--client-secret-stdin", "--save", "uat", "--keep-secret", f"file:{kept}")
    assert saving.code == 0, saving.out + saving.err
    config = (home / "config.toml").read_text()
    assert "[profiles.uat.identityiq]" in config
    assert SECRET not in config
    assert kept.stat().st_mode & 0o777 == 0o600

    again = await oauth("uat", "--ca-file", str(graph.settings().ca_file), "--no-input", "--json", stdin=b"")
    told = json.loads(again.out)
    assert told["profile"] == "uat"
    assert told["ok"] is True
    assert told["values"][0]["value"] == graph.settings().email_endpoint


async def test_saving_leaves_an_smtp_profile_what_it_is(graph: Graph, home: Path) -> None:
    (home / "config.toml").write_text('schema_version = 1\n[profiles.prod]\nhost = "smtp.example.com" # ours\n')

    ran = await oauth(*flags(graph), "--client-secret-stdin", "--save", "prod")

    assert ran.code == 0, ran.err
    config = (home / "config.toml").read_text()
    assert 'host = "smtp.example.com" # ours' in config
    assert "type" not in config
    assert f'sender = "{SENDER}"' in config
    assert "kept nowhere" in ran.err


async def test_a_profile_that_is_not_known_ends_with_2() -> None:
    assert (await oauth("nobody")).code == 2


async def test_a_run_that_is_stopped_ends_with_130(graph: Graph) -> None:
    graph.silent = "openid-configuration"
    process = await cli.start("iiq", "oauth", *flags(graph), env={VARIABLE: SECRET})
    assert process.stdout is not None
    while b"Secure the line" not in await process.stdout.readline():
        pass
    process.send_signal(2)
    out, _ = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 130
    assert b"Stopped by you" in out


# -- pasted logs ----------------------------------------------------------------------------------------------------------------

LOG = (
    f"2026-11-24T09:30:00,123 ERROR MsalServiceException: AADSTS7000222: The provided client secret keys for app '{CLIENT}' are "
    "expired.\n2026-11-24T10:30:00,123 ERROR the same: AADSTS7000222: expired.\n"
    '2026-11-24T11:30:00,123 ERROR {"error":{"code":"ErrorAccessDenied","message":"Access is denied."}}\n'
)


def test_a_pasted_log_of_http_is_explained_by_the_same_tables() -> None:
    told = json.loads(cli.run("explain", "--json", stdin=LOG.encode()).out)

    assert [(one["id"], one["lines"], one["count"]) for one in told["findings"]] == [
        ("iiq-oauth-secret-expired", [1, 2], 2),
        ("iiq-oauth-send-denied", [3], 1),
    ]
    assert told["finding"] == "iiq-oauth-secret-expired"


def test_the_application_a_log_names_is_the_one_that_is_spoken_of() -> None:
    ran = cli.run("explain", stdin=f"AADSTS700016: Application with identifier '{CLIENT}' was not found".encode())

    assert ran.code == 0
    assert CLIENT in " ".join(ran.out.split())
    assert "{" not in ran.out


def test_a_code_nobody_knows_leaves_the_text_to_the_handbook() -> None:
    assert cli.run("explain", stdin=b"AADSTS9999999: something new, ErrorOfSomeKind").code == 1


# -- on a terminal --------------------------------------------------------------------------------------------------------------


async def test_on_a_terminal_the_secret_is_asked_for_without_showing_it_and_steps_are_shown_while_they_run(
    graph: Graph, home: Path
) -> None:
    ran = await cli.run_in_terminal(
        ["iiq", "oauth", *flags(graph)],
        size=(80, 40),
        answers={"Client secret of": SECRET},
        env={"SMTP_WIZARD_CONFIG": str(home / "config.toml")},
    )

    assert ran.code == 0, ran.out
    assert SECRET not in ran.out
    assert ".. " in ran.out
    assert "Every step passed" in ran.out
