"""What the practice command says: the list of faults, where the server listens, each message. Text and JSON.

Must not know sockets; the password it names is the practice server's own, made anew at each start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.modes import MODES
from wizard.profile import Security

if TYPE_CHECKING:
    from wizard.practice import Fault, Message, PracticeServer
    from wizard.render.style import Style


def faults_text(style: Style) -> str:
    """Return the list of faults by group: name and finding on one line, below it what it teaches."""
    from wizard.practice.faults import GROUPS

    lines: list[str] = []
    for group, faults in GROUPS.items():
        lines += [style.heading(f"{group:<30}a check finds"), ""]
        for fault in faults:
            mode = "" if fault.security is Security.STARTTLS else f" ({MODES[fault.security]})"
            lines += [f"{fault.name:<29} {fault.finding}{mode}", *style.wrapped(fault.teaches, "    ")]
        lines.append("")
    lines += style.wrapped("Start one with: smtp-wizard practice --fault NAME", "")
    return style.fit("\n".join(lines) + "\n")


def faults_json() -> str:
    """Return the faults as one JSON array."""
    import json

    from wizard.practice import FAULTS

    return json.dumps([_fault(fault) for fault in FAULTS.values()], indent=1) + "\n"


def _fault(fault: Fault) -> dict[str, object]:
    return {
        "name": fault.name,
        "title": fault.title,
        "teaches": fault.teaches,
        "finding": fault.finding,
        "security": str(fault.security),
        "cured_by_remedy": fault.cured_by_remedy,
    }


def opening_text(server: PracticeServer, style: Style) -> str:
    """Return what a person needs to use the server: ports, account, CA file, and the check to run in another terminal."""
    listening = [f"  {MODES[security]:<15}localhost:{server.ports[security]}" for security in MODES]
    account = [
        f"  {'user name':<15}{server.username}",
        f"  {'password':<15}{server.password.reveal()}",
        *style.wrapped("made anew at each start, for practice only: it opens nothing else", " " * 17),
        f"  {'CA file':<15}{server.ca_file}",
    ]
    lines = [
        "The practice server listens on this machine only, and keeps what it gets to itself.",
        "",
        *listening,
        "",
        *account,
        "",
    ]
    lines += [*_about(server.fault, style), *_checks(server, style), "Messages appear here as they arrive. Ctrl-C ends.", ""]
    return style.fit("\n".join(lines))


def _about(fault: Fault, style: Style) -> list[str]:
    if fault.finding == "ok":
        return []
    finds = f"A check finds: {fault.finding}."
    return [style.heading(f"Fault: {fault.name}"), *style.wrapped(f"{fault.title}. {fault.teaches} {finds}"), ""]


def _checks(server: PracticeServer, style: Style) -> list[str]:
    """Return the check commands; with a fault only the one that shows it."""
    from wizard.draft import Change, Field
    from wizard.render.command import CommandLine

    modes = tuple(MODES) if server.fault.finding == "ok" else (server.fault.security,)
    lines = [style.heading("Try it in another terminal:")]
    for mode in modes:
        draft = server.draft(mode)
        if draft.username:
            draft = draft.with_changes(Change(Field.PASSWORD, f"file:{server.password_file}"))
        lines.append("  " + CommandLine(draft, extra=(("--deliver",),)).text())
    return [*lines, ""]


def opening_json(server: PracticeServer) -> str:
    """Return where the server listens as one line of JSON; the password is named by its file, as everywhere in JSON."""
    import json

    opening = {
        "schema": 1,
        "event": "listening",
        "host": "localhost",
        "ports": {str(security): port for security, port in server.ports.items()},
        "username": server.username,
        "password_file": str(server.password_file),
        "ca_file": str(server.ca_file),
        "fault": None if server.fault.finding == "ok" else _fault(server.fault),
    }
    return json.dumps(opening) + "\n"


def message_text(message: Message, style: Style, full: bool = False) -> str:
    """Return one message that arrived: who, to whom, subject; with ``full`` its text as well."""
    line = "encrypted" if message.tls else "in clear"
    who = f"signed in as {message.username}" if message.username else "nobody signed in"
    facts = {
        "From": message.header("from") or message.sender,
        "To": message.header("to") or ", ".join(message.recipients),
        "Subject": message.subject or "(none)",
        "Line": f"{message.tls or 'SMTP'}, {line}, {who}",
    }
    lines = [f"{message.received:%H:%M:%S} UTC  a message arrived, queue id {message.queue_id}, {len(message.content)} bytes"]
    lines += [f"  {name:<9}{style.plain(value)}" for name, value in facts.items()]
    if full:
        lines += ["", *(f"  {style.plain(text)}" for text in message.content.decode("utf-8", "backslashreplace").splitlines())]
    return "\n".join([*lines, "", ""])


def message_json(message: Message, full: bool = False) -> str:
    """Return one message that arrived as one line of JSON; ``content`` only with ``full``."""
    import json

    facts: dict[str, object] = {
        "event": "message",
        "queue_id": message.queue_id,
        "received": f"{message.received:%Y-%m-%dT%H:%M:%SZ}",
        "sender": message.sender,
        "recipients": list(message.recipients),
        "subject": message.subject,
        "bytes": len(message.content),
        "username": message.username or None,
        "tls": message.tls or None,
        "text": message.text,
    }
    if full:
        facts["content"] = message.content.decode("utf-8", "backslashreplace")
    return json.dumps(facts) + "\n"
