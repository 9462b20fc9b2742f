"""``probe`` on the command line: rows, JSON, exit codes, bad input, Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import signal

import pytest

from tests.unit.cli import run_beside, start
from wizard.practice import PracticeServer
from wizard.profile import Security


def ports_of(server: PracticeServer) -> str:
    """The practice server's ports as ``--ports`` takes them."""
    return ",".join(str(number) for number in server.ports.values())


async def test_the_command_prints_rows_the_recommendation_and_the_check_to_try(practice: PracticeServer) -> None:
    ran = await run_beside("probe", "localhost", "--ports", ports_of(practice), "--ca-file", str(practice.ca_file))
    assert ran.code == 0
    assert "STARTTLS  TLSv1.3  verified  PLAIN" in ran.out
    tls = practice.ports[Security.TLS]
    assert f"Use port {tls} with TLS." in ran.out
    assert f"smtp-wizard check --host localhost --port {tls} --security tls --ca-file" in ran.out
    assert "Looking at localhost" in ran.err


async def test_the_command_gives_the_contracts_json(practice: PracticeServer) -> None:
    ran = await run_beside("probe", "localhost", "--ports", ports_of(practice), "--ca-file", str(practice.ca_file), "--json")
    found = json.loads(ran.out)
    assert found["schema"] == 1
    assert found["host"] == "localhost"
    assert found["recommended"] == {"port": str(practice.ports[Security.TLS]), "security": "tls"}
    by_mode = {tuple(entry["security"]): entry for entry in found["ports"] if entry["state"] == "open"}
    assert by_mode[("starttls",)]["tls"]["verified"] is True
    assert by_mode[("starttls",)]["family"] == "ipv4"
    assert "PLAIN" in by_mode[("tls",)]["auth"]
    assert by_mode[("none",)]["tls"] is None


async def test_the_command_ends_with_1_when_no_port_speaks_smtp() -> None:
    async with PracticeServer("nobody-listens") as server:
        ran = await run_beside("probe", "localhost", "--ports", str(server.ports[Security.STARTTLS]))
    assert ran.code == 1
    assert "no mail server runs on this host" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["https://mail.example.com"], "is a web address"),
        (["a@example.com"], "is an e-mail address"),
        (["localhost", "--ports", "0"], "port 0 does not exist"),
        (["localhost", "--ports", "25,abc"], "'abc' is not a port"),
        (["localhost", "--timeout", "0"], "outside what makes sense"),
        (["localhost", "--ca-file", "/nonexistent/ca.pem"], "it is not there"),
    ],
)
async def test_the_command_refuses_what_cannot_be_used(words: list[str], said: str) -> None:
    ran = await run_beside("probe", *words)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err


async def test_ctrl_c_leaves_what_is_known_and_130() -> None:
    async with PracticeServer("silence") as server, PracticeServer("nobody-listens") as closed, asyncio.timeout(30):
        ports = f"{server.ports[Security.STARTTLS]},{closed.ports[Security.STARTTLS]}"
        process = await start("probe", "localhost", "--ports", ports, "--timeout", "600")
        assert process.stdout
        first = await process.stdout.readline()
        assert b"refused" in first
        process.send_signal(signal.SIGINT)
        rest, said = await process.communicate()
    assert process.returncode == 130
    assert b"Stopped" in said
    assert b"Traceback" not in said + rest
