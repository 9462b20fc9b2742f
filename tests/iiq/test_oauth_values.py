"""The values of HTTP/OAuth before anybody is asked: proposals, what is wrong with what was typed; and the way through a proxy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.iiq.graph import CLIENT, SECRET, Graph
from tests.iiq.proxy import Proxy
from wizard.identityiq.oauth import OAuthSettings, Slot, Status, Step, problems, secret_problem
from wizard.identityiq.oauth.microsoft import CLOUDS, by_id, proposal, screen_values
from wizard.identityiq.oauth.run import try_out
from wizard.profile import Password

RIGHT = proposal("contoso.com", "iiq@contoso.com", client_id=CLIENT, recipient="admin@contoso.com")


# -- proposals ------------------------------------------------------------------------------------------------------------------


def test_the_proposal_for_a_tenant_is_what_microsofts_pages_say() -> None:
    tenant = "11111111-aaaa-4bbb-8ccc-222222222222"

    settings = proposal(tenant, "iiq@contoso.com", client_id=CLIENT)

    assert settings.token_endpoint == f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
    assert settings.refresh_endpoint == settings.token_endpoint
    assert settings.email_endpoint == "https://graph.microsoft.com/v1.0/users/iiq@contoso.com/sendMail"
    assert settings.scope == "https://graph.microsoft.com/.default"
    assert problems(settings) == ()


@pytest.mark.parametrize(
    ("cloud", "login", "graph"),
    [
        ("gcc-high", "login.microsoftonline.us", "graph.microsoft.us"),
        ("dod", "login.microsoftonline.us", "dod-graph.microsoft.us"),
        ("china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_a_national_cloud_has_hosts_of_its_own_and_they_go_together(cloud: str, login: str, graph: str) -> None:
    chosen = by_id(cloud)
    assert chosen is not None

    settings = proposal("contoso.us", "iiq@contoso.us", cloud=chosen, client_id=CLIENT, recipient="admin@contoso.us")

    assert f"//{login}/" in settings.token_endpoint
    assert f"//{graph}/" in settings.email_endpoint
    assert settings.scope == f"https://{graph}/.default"
    assert problems(settings, send=True) == ()


def test_without_a_sender_its_place_is_to_be_filled_in() -> None:
    (found,) = problems(proposal("contoso.com", client_id=CLIENT))

    assert found.slot is Slot.EMAIL_ENDPOINT
    assert "fill in" in found.text


def test_the_command_line_knows_every_cloud() -> None:
    from wizard.commands.iiq.oauth import CLOUDS as OFFERED

    assert tuple(cloud.id for cloud in CLOUDS) == OFFERED


def test_each_field_of_the_page_says_what_it_is_and_who_says_so_and_the_secret_has_no_value() -> None:
    values = screen_values(RIGHT)

    assert [one.label for one in values] == [
        "Email Service Endpoint",
        "Token Endpoint",
        "Refresh Token Endpoint",
        "Scope",
        "Client ID",
        "Client Secret",
    ]
    assert all(one.help and one.source.startswith("https://") for one in values)
    assert values[-1].value == ""


# -- what is wrong --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "slot", "words"),
    [
        ({"email_endpoint": ""}, Slot.EMAIL_ENDPOINT, "https://"),
        (
            {"token_endpoint": "http://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"},
            Slot.TOKEN_ENDPOINT,
            "not encrypted",
        ),
        ({"token_endpoint": "login.microsoftonline.com/contoso.com"}, Slot.TOKEN_ENDPOINT, "https://"),
        ({"token_endpoint": RIGHT.token_endpoint + " "}, Slot.TOKEN_ENDPOINT, "blank"),
        ({"token_endpoint": RIGHT.token_endpoint + "\u200b"}, Slot.TOKEN_ENDPOINT, "blank"),
        (
            {"token_endpoint": "https://user:pw@login.microsoftonline.com/t/oauth2/v2.0/token"},
            Slot.TOKEN_ENDPOINT,
            "leave it out",
        ),
        ({"token_endpoint": RIGHT.token_endpoint + "#x"}, Slot.TOKEN_ENDPOINT, "#"),
        ({"token_endpoint": "https://[::1/x"}, Slot.TOKEN_ENDPOINT, "no web address"),
        ({"token_endpoint": "https://host:99999/x"}, Slot.TOKEN_ENDPOINT, "no web address"),
        ({"token_endpoint": "https:///x"}, Slot.TOKEN_ENDPOINT, "no host"),
        ({"token_endpoint": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"}, Slot.TOKEN_ENDPOINT, "fill in"),
        ({"token_endpoint": "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token"}, Slot.TOKEN_ENDPOINT, "fill in"),
        ({"token_endpoint": "https://login.microsoftonline.com/contoso.com/oauth2/token"}, Slot.TOKEN_ENDPOINT, "version 1"),
        (
            {"token_endpoint": "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize"},
            Slot.TOKEN_ENDPOINT,
            "people",
        ),
        ({"token_endpoint": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}, Slot.TOKEN_ENDPOINT, "own tenant"),
        ({"token_endpoint": "https://login.microsoftonline.com/contoso.com"}, Slot.TOKEN_ENDPOINT, "not the path"),
        ({"refresh_endpoint": "http://login.microsoftonline.com/x"}, Slot.REFRESH_ENDPOINT, "not encrypted"),
        ({"scope": ""}, Slot.SCOPE, ".default"),
        ({"scope": "Mail.Send"}, Slot.SCOPE, "app registration"),
        ({"scope": "https://graph.microsoft.com/.default "}, Slot.SCOPE, "blank"),
        ({"scope": "https://graph.microsoft.com/.default offline_access"}, Slot.SCOPE, "several"),
        ({"scope": "https://graph.microsoft.us/.default"}, Slot.SCOPE, "graph.microsoft.com"),
        ({"client_id": ""}, Slot.CLIENT_ID, "overview"),
        ({"client_id": "IdentityIQ mail"}, Slot.CLIENT_ID, "blank"),
        ({"client_id": "abc8Q~of-a-secret"}, Slot.CLIENT_ID, "other field"),
        ({"client_id": f"{{{CLIENT}}}"}, Slot.CLIENT_ID, "braces"),
        ({"email_endpoint": "https://graph.microsoft.com/v1.0/me/sendMail"}, Slot.EMAIL_ENDPOINT, "person who is signed in"),
        ({"email_endpoint": "https://graph.microsoft.us/v1.0/users/a@b.example/sendMail"}, Slot.EMAIL_ENDPOINT, "another cloud"),
        ({"sender": ""}, Slot.SENDER, "test message"),
        ({"recipient": "not an address"}, Slot.RECIPIENT, "no @"),
    ],
)
def test_a_wrong_value_is_named_with_its_cure(changes: dict[str, str], slot: Slot, words: str) -> None:
    found = problems(RIGHT._replace(**changes), send=True)

    (about,) = (problem for problem in found if problem.slot is slot and problem.fatal)
    assert words in about.text
    assert "!" not in about.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email_endpoint": "https://graph.microsoft.com/v1.0/users/other@contoso.com/sendMail"}, "other@contoso.com"),
        ({"email_endpoint": "https://graph.microsoft.com/v1.0/users"}, "sendMail"),
    ],
)
def test_what_may_be_meant_so_is_worth_a_look_and_no_obstacle(changes: dict[str, str], words: str) -> None:
    (found,) = problems(RIGHT._replace(**changes))

    assert not found.fatal
    assert words in found.text


def test_a_password_in_an_address_is_not_repeated() -> None:
    (found, *_) = problems(RIGHT._replace(token_endpoint="https://user:hunter2@login.microsoftonline.com/t/oauth2/v2.0/token"))

    assert "hunter2" not in found.text


def test_what_a_service_outside_microsoft_may_do_is_not_judged_by_microsofts_habits() -> None:
    settings = OAuthSettings(
        email_endpoint="https://mail.example.com/send",
        token_endpoint="https://login.example.com/connect/token",
        scope="mail.send",
        client_id="iiq",
    )

    assert [problem for problem in problems(settings) if problem.fatal] == []


@pytest.mark.parametrize(
    ("secret", "fatal", "words"),
    [
        ("12345678-1234-1234-1234-123456789012", True, "Secret ID"),
        (CLIENT, True, "Client ID"),
        (f"{SECRET} ", False, "blank"),
    ],
)
def test_a_secret_that_is_something_else_is_told_without_repeating_it(secret: str, fatal: bool, words: str) -> None:
    found = secret_problem(RIGHT, Password(secret))

    assert found is not None
    assert found.fatal is fatal
    assert words in found.text
    assert secret.strip() not in found.text


def test_a_secret_of_the_usual_form_is_taken() -> None:
    assert secret_problem(RIGHT, Password(SECRET)) is None


# -- a proxy --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the developer's own."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


async def test_the_proxy_of_the_environment_is_used_and_said_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Graph(tmp_path) as graph, Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://web:hunter2@127.0.0.1:{proxy.port}")
        run = await try_out(graph.settings(), graph.secret, lambda _: None, send=True)

    assert run.ok
    assert run.accepted
    assert set(proxy.asked) == {f"127.0.0.1:{graph.port}"}
    assert proxy.user == "web:hunter2"
    assert run.proxy == f"127.0.0.1:{proxy.port}"
    assert "hunter2" not in repr(run)
    assert [(step.step, step.host) for step in run.steps[:2]] == [
        (Step.NAME, "127.0.0.1 (proxy)"),
        (Step.CONNECT, "127.0.0.1 (proxy)"),
    ]


async def test_a_proxy_that_says_no_is_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Graph(tmp_path) as graph, Proxy(refusing=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        run = await try_out(graph.settings(), graph.secret, lambda _: None)

    assert run.finding == "proxy-or-nat"
    assert graph.asked == []
    assert run.error is not None
    assert any("-Dhttps.proxyHost" in remedy.label for remedy in run.error.remedies)


async def test_a_host_that_needs_no_proxy_is_reached_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Graph(tmp_path) as graph, Proxy(refusing=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        run = await try_out(graph.settings(), graph.secret, lambda _: None)

    assert run.ok
    assert run.proxy == ""
    assert proxy.asked == []


async def test_a_certificate_is_verified_through_a_proxy_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Graph(tmp_path) as graph, Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        run = await try_out(graph.settings(ca_file=None), graph.secret, lambda _: None)

    assert run.finding == "cert-untrusted-issuer"
    assert graph.asked == []


@pytest.mark.parametrize("named", ["socks5://127.0.0.1:1080", "http://", "http://127.0.0.1:99999"])
async def test_a_proxy_of_a_kind_that_is_not_known_is_named(
    graphless: OAuthSettings, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", named)

    run = await try_out(graphless, Password(SECRET), lambda _: None)

    assert run.finding == "proxy-or-nat"
    assert run.steps[0].status is Status.FAILED


@pytest.fixture
def graphless() -> OAuthSettings:
    """Values of a service that is not asked."""
    base = "https://login.nowhere.test"
    return OAuthSettings(f"{base}/send", f"{base}/connect/token", "", "mail/.default", CLIENT)


# -- light --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["wizard.commands.iiq.oauth", "wizard.identityiq.oauth", "wizard.identityiq.oauth.run"])
def test_nothing_loads_msal_or_urllib3_before_a_token_is_asked_for(module: str) -> None:
    code = f"import sys, {module}; print([name for name in ('msal', 'requests', 'urllib3') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])

    assert done.stdout.strip() == "[]", done.stderr
