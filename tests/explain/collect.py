"""Runs real mail programs against the practice server's faults and prints what they say, as lines of cases.jsonl.

`python -m tests.explain.collect > tests/explain/collected.jsonl`; a program that is not installed is left out. The truth is
what the fault is; what only the session shows and the text does not is in ``also``. Needs no network beyond loopback.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.real import javamail
from wizard.practice import PracticeServer
from wizard.practice.faults import FAULTS
from wizard.profile import Security

HOST = "mail.lindenhof.example"
USUAL = {Security.NONE: 25, Security.TLS: 465, Security.STARTTLS: 587}
_SLOW = ("slow-bytes", "endless-line")  # they last as long as a program listens
PATIENCE = 2  # seconds a program waits for a server
_SMTPLIB = """
import smtplib, ssl, sys
from email.message import EmailMessage
host, port, mode, user, password, ca = sys.argv[1:7]
mail = EmailMessage(); mail["From"] = "iiq@practice.example"; mail["To"] = "admin@practice.example"
mail.set_content("x")
trust = ssl.create_default_context(cafile=ca)
if mode == "tls":
    server = smtplib.SMTP_SSL(host, int(port), timeout=2, context=trust)
else:
    server = smtplib.SMTP(host, int(port), timeout=2)
if mode == "starttls":
    server.starttls(context=trust)
server.login(user, password)
server.send_message(mail)
"""
_AIOSMTPLIB = """
import asyncio, ssl, sys, aiosmtplib
from email.message import EmailMessage
host, port, mode, user, password, ca = sys.argv[1:7]
mail = EmailMessage(); mail["From"] = "iiq@practice.example"; mail["To"] = "admin@practice.example"
mail.set_content("x")
asyncio.run(aiosmtplib.send(mail, hostname=host, port=int(port), use_tls=mode == "tls", start_tls=mode == "starttls",
    username=user, password=password, timeout=2, tls_context=ssl.create_default_context(cafile=ca)))
"""
_NODEMAILER = """
const [host, port, mode, user, pass, ca] = process.argv.slice(2);
const nodemailer = require(process.env.NODEMAILER);
nodemailer.createTransport({ host, port: Number(port), secure: mode === "tls", requireTLS: mode === "starttls",
  auth: { user, pass },
  tls: { ca: require("fs").readFileSync(ca) }, connectionTimeout: 2000, greetingTimeout: 2000, socketTimeout: 2000 })
  .sendMail({ from: "iiq@practice.example", to: "admin@practice.example", subject: "x", text: "x" })
  .then(() => console.log("sent"), (problem) => console.error(problem));
"""
_PERL = """
use Net::SMTP; my ($host, $port, $mode, $user, $password, $ca) = @ARGV;
my $s = Net::SMTP->new($host, Port => $port, Timeout => 2, SSL => $mode eq 'tls', SSL_ca_file => $ca, Debug => 1)
  or die "Net::SMTP: $@\\n";
if ($mode eq 'starttls') { $s->starttls(SSL_ca_file => $ca)
  or die "starttls: " . $s->code . " " . $s->message . " $IO::Socket::SSL::SSL_ERROR\\n"; }
$s->mail('iiq@practice.example') or die "mail: " . $s->code . " " . $s->message;
$s->to('admin@practice.example') or die "to: " . $s->code . " " . $s->message;
$s->data("x") or die "data: " . $s->code . " " . $s->message;
"""


def _commands(server: PracticeServer, mode: Security, folder: Path) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Yield each program that is here, as a command and its environment beyond ours."""
    ca = str(server.ca_file)
    argv = ["localhost", str(server.ports[mode]), str(mode), server.username, server.password.reveal(), ca]
    yield "Python smtplib", [sys.executable, "-c", _SMTPLIB, *argv], {}
    yield "Python aiosmtplib", [sys.executable, "-c", _AIOSMTPLIB, *argv], {}
    if shutil.which("curl"):
        scheme = "smtps" if mode is Security.TLS else "smtp"
        url = f"{scheme}://localhost:{server.ports[mode]}"
        tls = ["--ssl-reqd"] if mode is Security.STARTTLS else []
        mail = folder / "mail"
        mail.write_text("Subject: x\n\nx\n")
        who = ["--mail-from", "iiq@practice.example", "--mail-rcpt", "admin@practice.example", "--user", f"{argv[3]}:{argv[4]}"]
        yield "curl", ["curl", "-v", "-sS", "-m", "3", *tls, "--cacert", ca, url, *who, "--upload-file", str(mail)], {}
    nodemailer = (
        Path("/usr/share/nodejs/nodemailer")
        if Path("/usr/share/nodejs/nodemailer").exists()
        else Path.home() / "node_modules/nodemailer"
    )
    if shutil.which("node") and nodemailer.exists():
        script = folder / "send.js"
        script.write_text(_NODEMAILER)
        yield "Nodemailer", ["node", str(script), *argv], {"NODEMAILER": str(nodemailer)}
    if shutil.which("perl") and mode is Security.NONE:
        yield "Perl Net::SMTP", ["perl", "-e", _PERL, *argv], {}
    if (
        shutil.which("openssl")
        and mode is not Security.NONE
        and server.fault.finding.startswith(("cert-", "tls-", "port-", "client-"))
    ):
        how = ["-starttls", "smtp"] if mode is Security.STARTTLS else []
        target = f"localhost:{server.ports[mode]}"
        yield (
            "openssl s_client",
            ["openssl", "s_client", "-connect", target, *how, "-CAfile", ca, "-verify_hostname", "localhost"],
            {},
        )


async def _said(command: list[str], more: dict[str, str]) -> str:
    import os

    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env={**os.environ, **more}
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE * 2)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        return ""
    return out.decode("utf-8", "replace").strip()


async def _cases() -> AsyncIterator[dict[str, object]]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        async with javamail.running(folder) as java:
            for fault in FAULTS.values():
                if fault.name in _SLOW:
                    continue
                async with PracticeServer(fault.name) as server:
                    mode = fault.security
                    for client, command, more in _commands(server, mode, folder):
                        yield _case(fault.name, fault.finding, client, await _said(command, more), server, mode)
                    job = {
                        "host": "localhost",
                        "port": str(server.ports[mode]),
                        "encryption": {"tls": "SSL", "starttls": "TLS", "none": "NONE"}[str(mode)],
                        "username": server.username,
                        "password": server.password.reveal(),
                        "sender": "iiq@practice.example",
                        "recipient": "admin@practice.example",
                        "subject": "x",
                    }
                    yield _case(fault.name, fault.finding, "JavaMail", await java.send(job), server, mode)


def _case(fault: str, finding: str, client: str, said: str, server: PracticeServer, mode: Security) -> dict[str, object]:
    text = said.replace(str(server.ports[mode]), str(USUAL[mode])).replace("localhost", HOST).replace("127.0.0.1", "192.0.2.25")
    text = text.replace(server.password.reveal(), "hunter2")
    return {"id": f"{fault}/{client}", "client": client, "port": USUAL[mode], "raw": text[-6000:], "finding": finding, "also": []}


async def main() -> None:
    """Print one case a line."""
    async for case in _cases():
        print(json.dumps(case), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
