"""The live test of HTTP/OAuth against a stand-in for Microsoft's sign-in service and Graph: what is seen, and what it means."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.iiq.graph import CLIENT, RECIPIENT, REQUEST, SECRET, SENDER, TENANT, Graph, Reply, aadsts, refused
from tests.loopback import Loopback
from wizard.diagnosis.model import Severity
from wizard.identityiq.oauth import OAuthRun, OAuthSettings, Status, Step
from wizard.identityiq.oauth.answers import table
from wizard.identityiq.oauth.run import try_out
from wizard.practice.fault import Leaf
from wizard.profile import Password

REACHED = [Step.NAME, Step.CONNECT, Step.SECURE]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the developer's own."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[Graph]:
    """A stand-in where everything works."""
    async with Graph(tmp_path) as standing:
        yield standing


async def tried(
    graph: Graph, settings: OAuthSettings | None = None, secret: str = SECRET, *, send: bool = False, **more: Any
) -> OAuthRun:
    """Try the values out."""
    return await try_out(settings or graph.settings(), Password(secret), lambda _: None, send=send, **more)


def made(run: OAuthRun) -> list[tuple[Step, Status]]:
    """Each step and how it ended."""
    return [(result.step, result.status) for result in run.steps]


# -- what works -----------------------------------------------------------------------------------------------------------------


async def test_a_token_is_fetched_and_read_and_nothing_is_sent_unasked(graph: Graph) -> None:
    run = await tried(graph)

    assert run.ok
    assert run.finding == "ok"
    assert made(run) == [
        *((step, Status.PASSED) for step in (*REACHED, Step.TOKEN, Step.ROLES)),
        (Step.SEND, Status.SKIPPED),
    ]
    assert run.claims is not None
    assert (run.claims.tenant, run.claims.app_id, run.claims.roles) == (TENANT, CLIENT, ("Mail.Send",))
    assert run.claims.expires.endswith("Z")
    assert graph.messages == []


async def test_the_secret_is_sent_once_as_a_form_over_a_verified_line(graph: Graph) -> None:
    await tried(graph)

    (asked,) = graph.asked_for("/token")
    assert asked.form["client_secret"] == SECRET
    assert asked.form["grant_type"] == "client_credentials"
    assert asked.form["scope"] == graph.settings().scope
    assert SECRET not in repr([replace(one, body=b"") for one in graph.asked])


async def test_the_message_is_accepted_and_carries_the_token_that_is_shown(graph: Graph) -> None:
    run = await tried(graph, send=True)

    assert run.ok
    assert run.accepted
    assert run.request_id == REQUEST
    (sent,) = graph.messages
    assert sent["message"]["subject"] == f"SMTP Wizard test {run.token}"
    assert sent["message"]["toRecipients"] == [{"emailAddress": {"address": RECIPIENT}}]
    assert sent["message"]["from"] == {"emailAddress": {"address": SENDER}}


async def test_each_step_is_told_when_it_begins_and_when_it_ends(graph: Graph) -> None:
    told: list[OAuthRun] = []

    await try_out(graph.settings(), graph.secret, told.append, send=True)

    seen = [(run.steps[-1].step, run.steps[-1].status) for run in told if run.steps]
    for step in (*REACHED, Step.TOKEN, Step.ROLES, Step.SEND):
        assert seen.index((step, Status.RUNNING)) < seen.index((step, Status.PASSED))
    assert [run.ended for run in told] == [False] * (len(told) - 1) + [True]


async def test_neither_secret_nor_token_is_in_what_comes_out(graph: Graph) -> None:
    told: list[OAuthRun] = []

    await try_out(graph.settings(), graph.secret, told.append, send=True)

    (bearer,) = (one.headers["authorization"].removeprefix("Bearer ") for one in graph.asked_for("/sendMail"))
    assert len(bearer) > 100
    for state in told:
        assert SECRET not in repr(state)
        assert bearer not in repr(state)
        assert bearer.split(".")[2] not in repr(state)


async def test_a_service_that_is_not_entra_is_asked_at_the_address_typed_and_nowhere_else(graph: Graph) -> None:
    run = await tried(graph, graph.settings(token_endpoint=f"https://127.0.0.1:{graph.port}/connect/token"))

    assert run.ok
    assert [one.path for one in graph.asked] == ["/connect/token"]


async def test_a_token_that_cannot_be_read_is_no_fault(graph: Graph) -> None:
    graph.opaque = True

    run = await tried(graph, send=True)

    assert run.ok
    assert run.accepted
    assert run.claims is None
    assert (Step.ROLES, Status.SKIPPED) in made(run)


# -- what the sign-in service says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (7000215, "auth-bad-credentials"),
        (7000222, "iiq-oauth-secret-expired"),
        (7000218, "password-missing"),
        (700025, "iiq-oauth-public-client"),
        (700016, "iiq-oauth-app-unknown"),
        (7000112, "auth-account-limited"),
        (90002, "iiq-oauth-tenant-unknown"),
        (900382, "iiq-oauth-wrong-cloud"),
        (70011, "iiq-oauth-scope"),
        (1002012, "iiq-oauth-scope"),
        (500011, "iiq-oauth-resource-unknown"),
        (65001, "iiq-oauth-no-consent"),
        (53003, "iiq-oauth-conditional-access"),
        (500021, "iiq-oauth-tenant-restricted"),
        (50034, "iiq-oauth-person"),
        (90033, "auth-temporary"),
        (90055, "rate-limited"),
    ],
)
async def test_a_number_of_the_sign_in_service_has_its_cause_and_cure(graph: Graph, number: int, expected: str) -> None:
    graph.token = aadsts(number, "In Microsoft's own words.")

    run = await tried(graph, send=True)

    assert run.finding == expected
    assert run.error is not None
    assert f"AADSTS{number}" in run.error.evidence.text
    assert run.error.remedies
    assert str(number) in (run.error.link or "")
    assert made(run)[-3:] == [(Step.TOKEN, Status.FAILED), (Step.ROLES, Status.SKIPPED), (Step.SEND, Status.SKIPPED)]
    assert graph.messages == []


@pytest.mark.parametrize(
    ("changes", "secret", "expected"),
    [
        ({}, "wrong", "auth-bad-credentials"),
        ({"client_id": CLIENT.replace("3", "5")}, SECRET, "iiq-oauth-app-unknown"),
        ({"scope": "Mail.Send"}, SECRET, "iiq-oauth-scope"),
    ],
)
async def test_a_wrong_value_is_named_by_the_service_that_judges_it(
    graph: Graph, changes: dict[str, str], secret: str, expected: str
) -> None:
    assert (await tried(graph, graph.settings(**changes), secret)).finding == expected


async def test_a_tenant_that_does_not_exist_costs_no_sign_in(graph: Graph) -> None:
    endpoint = graph.settings().token_endpoint.replace(TENANT, "nowhere.example.com")

    run = await tried(graph, graph.settings(token_endpoint=endpoint))

    assert run.finding == "iiq-oauth-tenant-unknown"
    assert "nowhere.example.com" in (run.error.meaning if run.error else "")
    assert graph.asked_for("/token") == []


async def test_a_number_nobody_knows_is_quoted(graph: Graph) -> None:
    graph.token = aadsts(9999999, "Something new.")

    run = await tried(graph)

    assert run.finding == "unknown"
    assert run.error is not None
    assert "Something new." in run.error.meaning
    assert "9999999" in run.error.meaning


async def test_a_service_without_numbers_is_understood_by_the_standards_words(graph: Graph) -> None:
    graph.token = Reply(401, {"error": "invalid_client"})
    endpoint = f"https://127.0.0.1:{graph.port}/connect/token"

    assert (await tried(graph, graph.settings(token_endpoint=endpoint))).finding == "auth-bad-credentials"


async def test_a_secret_the_service_repeats_is_not_quoted(graph: Graph) -> None:
    graph.token = aadsts(7000215, f"The secret '{SECRET}' is wrong.")

    run = await tried(graph)

    assert SECRET not in repr(run)
    assert "••••" in repr(run)


async def test_tokens_of_another_host_are_not_fetched_with_the_secret(graph: Graph) -> None:
    graph.token_host = "tokens.example.net"

    run = await tried(graph)

    assert run.finding == "iiq-oauth-endpoint"
    assert "tokens.example.net" in (run.error.title if run.error else "")
    assert graph.asked_for("/token") == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Reply(200, b"<html><title>Sign in to the guest network</title></html>"), "iiq-oauth-endpoint"),
        (Reply(200, {"hello": "world"}), "iiq-oauth-endpoint"),
        (Reply(200, ["no object"]), "iiq-oauth-endpoint"),
        (Reply(503, b"<html>Down for maintenance</html>"), "auth-temporary"),
        (Reply(429, b""), "rate-limited"),
        (Reply(407, b"<html>Proxy authentication</html>"), "unknown"),
        (Reply(302, b"", {"Location": "https://elsewhere.example.com/token"}), "unknown"),
    ],
)
async def test_what_is_no_answer_of_a_token_service_is_said_to_be_none(graph: Graph, answer: Reply, expected: str) -> None:
    graph.token = answer

    run = await tried(graph)

    assert run.finding == expected
    assert len(graph.asked_for("/token")) == 1


@pytest.mark.parametrize("answer", [Reply(200, b"not JSON"), Reply(200, {}), Reply(200, []), Reply(500, b"")])
async def test_a_tenants_description_that_is_none_is_no_crash(graph: Graph, answer: Reply) -> None:
    graph.discovery = answer

    run = await tried(graph)

    assert run.error is not None
    assert graph.asked_for("/token") == []


# -- what the token says --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"roles": None}, "iiq-oauth-no-mail-send"),
        ({"roles": ["Mail.Read"]}, "iiq-oauth-no-mail-send"),
        ({"roles": None, "scp": "Mail.Send User.Read"}, "iiq-oauth-delegated-only"),
        ({"aud": "https://outlook.office365.com"}, "auth-oauth-token-invalid"),
    ],
)
async def test_what_the_token_lacks_for_sending_is_an_error(graph: Graph, claims: dict[str, Any], expected: str) -> None:
    graph.claims = claims

    run = await tried(graph)

    assert run.finding == expected
    assert not run.ok
    assert (Step.ROLES, Status.FAILED) in made(run)


async def test_graph_may_be_named_by_its_own_number(graph: Graph) -> None:
    graph.claims = {"aud": "00000003-0000-0000-c000-000000000000"}

    assert (await tried(graph)).ok


async def test_a_permission_given_in_exchange_shows_by_the_message_being_accepted(graph: Graph) -> None:
    graph.claims = {"roles": None}

    run = await tried(graph, send=True)

    assert run.ok
    assert run.accepted
    assert [(finding.id, finding.severity) for finding in run.findings] == [("iiq-oauth-granted-in-exchange", Severity.INFO)]


async def test_a_token_that_ends_at_once_points_at_the_clock(graph: Graph) -> None:
    graph.claims = {"exp": int(time.time()) + 60}

    run = await tried(graph)

    assert run.ok
    assert [finding.id for finding in run.findings] == ["iiq-oauth-clock"]


async def test_a_token_of_another_tenant_is_said_to_be_one(graph: Graph) -> None:
    graph.claims = {"tid": "77777777-aaaa-4bbb-8ccc-222222222222"}

    assert [finding.id for finding in (await tried(graph)).findings] == ["iiq-oauth-other-tenant"]


@pytest.mark.parametrize("claims", [{"exp": "soon"}, {"exp": 1e300}, {"roles": "Mail.Send"}, {"aud": 7}, {"roles": [1, None]}])
async def test_odd_claims_are_no_crash(graph: Graph, claims: dict[str, Any]) -> None:
    graph.claims = claims

    assert (await tried(graph)).ended


# -- what Graph says ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refused("ErrorAccessDenied", 403, "Access is denied. Check credentials and try again."), "iiq-oauth-send-denied"),
        (refused("ErrorSendAsDenied", 403), "sender-rejected"),
        (refused("ErrorInvalidUser", 404), "sender-rejected"),
        (refused("MailboxNotEnabledForRESTAPI", 404, "The mailbox is inactive, or on-premise."), "iiq-oauth-no-mailbox"),
        (refused("InvalidAuthenticationToken", 401), "auth-oauth-token-invalid"),
        (refused("ErrorInvalidRecipients", 400), "recipient-rejected"),
        (refused("ErrorMessageSizeExceeded", 413), "message-too-large"),
        (refused("ErrorSendQuotaExceeded", 403), "quota-or-sandbox"),
        (refused("ErrorMessageSubmissionBlocked", 403), "auth-account-limited"),
        (refused("TooManyRequests", 429, Retry_After="17"), "rate-limited"),
        (refused("ServiceUnavailable", 503), "server-busy"),
        (Reply(401, b""), "auth-oauth-token-invalid"),
        (Reply(403, b"<html>Forbidden</html>"), "iiq-oauth-send-denied"),
        (Reply(404, b"<html>Not found</html>"), "iiq-oauth-send-endpoint"),
        (Reply(502, b"Bad gateway"), "server-busy"),
        (Reply(307, b"", {"Location": "https://elsewhere.example.com/"}), "iiq-oauth-send-endpoint"),
        (refused("SomethingNew", 418, "I am a teapot."), "unknown"),
        (Reply(200, {"id": "no 202"}), "unknown"),
    ],
)
async def test_a_refused_message_has_its_cause_and_cure(graph: Graph, answer: Reply, expected: str) -> None:
    graph.sending = answer

    run = await tried(graph, send=True)

    assert run.finding == expected
    assert not run.accepted
    assert made(run)[-1] == (Step.SEND, Status.FAILED)
    assert len(graph.messages) == 1
    assert expected == "unknown" or (run.error is not None and run.error.remedies)


async def test_how_long_to_wait_is_told_as_the_service_says_it(graph: Graph) -> None:
    graph.sending = refused("TooManyRequests", 429, Retry_After="17")

    run = await tried(graph, send=True)

    assert run.error is not None
    assert "17 seconds" in run.error.meaning


async def test_a_denied_message_names_policy_and_role_assignment_with_this_application_and_mailbox(graph: Graph) -> None:
    graph.sending = refused("ErrorAccessDenied", 403)

    run = await tried(graph, send=True)

    assert run.error is not None
    said = " ".join(remedy.label for remedy in run.error.remedies)
    assert f"Test-ApplicationAccessPolicy -Identity {SENDER} -AppId {CLIENT}" in said
    assert f"Test-ServicePrincipalAuthorization -Identity {CLIENT} -Resource {SENDER}" in said


# -- the tables -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sign_in", "sending"])
def test_the_tables_are_calm_complete_and_hold_each_code_once(name: str) -> None:
    facts = dict.fromkeys(("client_id", "tenant", "host", "scope", "portal", "sender", "recipient", "wait"), "X")
    codes = [code for entry in table(name) for code in entry.codes]

    assert len(codes) == len(set(codes))
    for entry in table(name):
        said = " ".join(text.format_map(facts) for text in (entry.title, entry.meaning, *entry.advice))
        assert "!" not in said
        assert "delivered" not in said
        assert not entry.title.endswith(".")
        assert entry.advice


# -- the way there --------------------------------------------------------------------------------------------------------------


async def test_a_port_where_nothing_listens_is_refused_and_nothing_more_is_tried(graph: Graph) -> None:
    free = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = free.sockets[0].getsockname()[1]
    free.close()
    await free.wait_closed()

    run = await tried(graph, graph.settings(token_endpoint=f"https://127.0.0.1:{port}/{TENANT}/oauth2/v2.0/token"))

    assert run.finding == "connect-refused"
    assert made(run)[:2] == [(Step.NAME, Status.PASSED), (Step.CONNECT, Status.FAILED)]
    assert graph.asked == []


async def test_a_name_without_an_address_is_told_as_such(graph: Graph) -> None:
    settings = graph.settings(token_endpoint=f"https://login.nowhere.test/{TENANT}/oauth2/v2.0/token")

    assert (await tried(graph, settings, network=Loopback())).finding == "dns-not-found"


async def test_a_mail_host_that_cannot_be_reached_fails_although_the_token_came(graph: Graph) -> None:
    names = {"127.0.0.1": ("127.0.0.1",)}
    settings = graph.settings(email_endpoint=f"https://graph.nowhere.test/v1.0/users/{SENDER}/sendMail")

    run = await tried(graph, settings, network=Loopback({graph.port: graph.port}, names))

    assert run.finding == "dns-not-found"
    assert (Step.TOKEN, Status.PASSED) in made(run)
    assert made(run)[-1] == (Step.SEND, Status.SKIPPED)


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (Leaf.UNKNOWN_CA, "cert-untrusted-issuer"),
        (Leaf.SELF_SIGNED, "cert-self-signed"),
        (Leaf.EXPIRED, "cert-expired"),
        (Leaf.WRONG_NAME, "cert-hostname-mismatch"),
    ],
)
async def test_nothing_is_said_to_a_host_whose_certificate_does_not_verify(tmp_path: Path, leaf: Leaf, expected: str) -> None:
    async with Graph(tmp_path, leaf=leaf) as graph:
        run = await tried(graph)

    assert run.finding == expected
    assert graph.asked == []
    assert run.error is not None
    assert all(not remedy.changes for remedy in run.error.remedies)


async def test_this_hosts_own_list_of_authorities_does_not_know_the_stand_in(graph: Graph) -> None:
    assert (await tried(graph, graph.settings(ca_file=None))).finding == "cert-untrusted-issuer"


async def test_a_ca_file_that_is_none_is_named(graph: Graph, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing here")

    assert (await tried(graph, graph.settings(ca_file=empty))).finding == "ca-file-unusable"


async def test_a_port_that_speaks_no_tls_is_told_as_such(graph: Graph) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()

    plain = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = plain.sockets[0].getsockname()[1]

    run = await tried(graph, graph.settings(token_endpoint=f"https://127.0.0.1:{port}/{TENANT}/oauth2/v2.0/token"))
    plain.close()

    assert run.finding == "iiq-oauth-not-https"


@pytest.mark.parametrize(
    ("fault", "end", "expected"),
    [
        ("silent", "openid-configuration", "reply-timeout"),
        ("silent", "token", "reply-timeout"),
        ("silent", "sendMail", "reply-timeout"),
        ("stalling", "token", "reply-timeout"),
        ("dropping", "token", "connection-dropped"),
        ("dropping", "sendMail", "connection-dropped"),
        ("endless", "token", "iiq-oauth-endpoint"),
    ],
)
async def test_a_service_that_hangs_hangs_up_or_never_ends_is_a_finding_within_the_deadline(
    graph: Graph, fault: str, end: str, expected: str
) -> None:
    setattr(graph, fault, end)

    run = await tried(graph, graph.settings(timeout=0.5), send=True)

    assert run.finding == expected
    assert run.ended


async def test_the_whole_test_has_a_deadline_too(graph: Graph) -> None:
    graph.silent = "token"

    run = await tried(graph, graph.settings(timeout=3600.0, total_timeout=0.5))

    assert run.finding == "reply-timeout"


async def test_a_test_that_is_stopped_asks_nothing_more(graph: Graph) -> None:
    graph.silent = "openid-configuration"
    asked = asyncio.Event()

    def emit(run: OAuthRun) -> None:
        if run.steps and run.steps[-1].step is Step.TOKEN:
            asked.set()

    task = asyncio.create_task(try_out(graph.settings(), graph.secret, emit))
    await asked.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert graph.asked_for("/token") == []


async def test_a_secret_of_one_letter_does_not_garble_what_is_read(graph: Graph) -> None:
    graph.token = aadsts(7000215, "Invalid client secret provided.")

    run = await tried(graph, secret="e")

    assert run.finding == "auth-bad-credentials"
