"""OpenSMTPD from Debian's package, set up for the matrix. Knows nothing of the wizard's findings but the differences."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import jail
from tests.real.server import HOST, PASSWORD, RECIPIENT, SIZE_LIMIT, USER, Server, place
from wizard.profile import Security

_HELPERS = "usr/libexec/opensmtpd"
_PROGRAMS = ("usr/sbin/smtpd", "usr/sbin/smtpctl", f"{_HELPERS}/mail.lmtp", f"{_HELPERS}/mail.mda")
_USERS = {"opensmtpd": 911, "opensmtpq": 912, "nobody": 65534}

_CONFIG = """\
pki {host} cert "/server.pem"
pki {host} key "/server.key"
table accounts file:/etc/accounts
table owners file:/etc/owners
table mailboxes file:/etc/mailboxes
smtp max-message-size "{limit}"
listen on 127.0.0.1 port {none} hostname {host} tls pki {host} auth-optional <accounts>
listen on 127.0.0.1 port {tls} hostname {host} smtps pki {host} auth <accounts> senders <owners>
listen on 127.0.0.1 port {starttls} hostname {host} tls-require pki {host} auth <accounts> senders <owners>
action arrive lmtp "/arrivals" rcpt-to user nobody virtual <mailboxes>
match from any for domain {host} action arrive
"""

# As Debian 12 ships it, it cannot finish one handshake: it was written for OpenSSL 1.1, runs with OpenSSL 3, which does not find
# its key, and ends each with the alert internal_error (its issues 1171 and 1239). So no row behind TLS gets further, and the
# handshake is the finding. Port 25 in clear works, and what each port speaks can be told in the wrong modes.
DIFFERS = dict.fromkeys(
    (
        "success on 587",
        "success on 465",
        "success on 25 with STARTTLS and sign-in",
        "wrong password on 587",
        "wrong password on 465",
        "no sign-in on 587",
        "no sign-in on 465",
        "relay on 587",
        "relay on 465",
        "unknown recipient on 587",
        "unknown recipient on 465",
        "too large on 587",
        "too large on 465",
        "sender not owned on 587",
        "sender not owned on 465",
    ),
    "tls-handshake-failed",
)
TLS_WORKS = False  # see DIFFERS


def missing() -> str:
    """Return why OpenSMTPD cannot be started here, or nothing when it can."""
    return jail.missing(_PROGRAMS[0], "opensmtpd")


@contextmanager
def running() -> Iterator[Server]:
    """Start OpenSMTPD, give its addresses, stop it and remove its folder. Raises RuntimeError when it does not start."""
    with place() as server:
        folder = server.folder
        programs = {program: jail.UNPACKED / program for program in _PROGRAMS}
        jail.furnish(folder, {**programs, "bin/sh": Path("/bin/sh")}, _USERS)
        _write(server)
        with jail.started(folder, ["/usr/sbin/smtpd", "-d", "-v"], list(server.ports.values())):
            yield server


def _write(server: Server) -> None:
    folder = server.folder
    (folder / "var/lib/opensmtpd/empty").mkdir(parents=True)
    (folder / "var/spool").mkdir()
    (folder / "var/run").mkdir()
    ports = {security.value: server.ports[security] for security in Security}
    told = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True)
    texts = {
        "smtpd.conf": _CONFIG.format(host=HOST, limit=SIZE_LIMIT, **ports),
        "accounts": f"{USER} {told.stdout.strip()}\n",
        "owners": f"{USER} {USER}\n",
        "mailboxes": f"{USER} nobody\n{RECIPIENT} nobody\n",
        "mailname": f"{HOST}\n",
    }
    for name, text in texts.items():
        (folder / "etc" / name).write_text(text, encoding="utf-8")
    os.chmod(folder / "etc/accounts", 0o644)
