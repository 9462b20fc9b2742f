"""Dovecot's submission service, which signs people in and hands each command on to Postfix. Knows only where it differs.

Postfix is told who signed in (XCLIENT LOGIN), as Dovecot's manual advises, and so can say who owns which sender.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.real import dovecot, postfix
from tests.real.server import HOST, PASSWORD, SIZE_LIMIT, USER, Server, free_ports
from wizard.profile import Security

_SERVICE = Path("/usr/lib/dovecot/submission")

# Dovecot takes a client with the server's own address for one that needs no encryption: it listens on another one.
_ADDRESS = "127.0.0.2"

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
hostname = {host}
protocols = submission
listen = {address}
ssl = required
ssl_cert = <{certificates}/server.pem
ssl_key = <{certificates}/server.key
disable_plaintext_auth = yes
login_trusted_networks =
auth_failure_delay = 0
auth_mechanisms = plain login
mail_location = maildir:~/mail
submission_max_mail_size = {limit}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = yes
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {starttls}
  }}
  inet_listener submissions {{
    port = {tls}
    ssl = yes
  }}
  inet_listener smtp {{
    port = {none}
  }}
}}
"""

# It is for submission only: on every port it wants TLS first and a sign-in next, whatever else would be wrong.
DIFFERS = dict.fromkeys(("success on 25", "relay from 25", "unknown recipient on 25"), "starttls-required")
TLS_WORKS = True


def missing() -> str:
    """Return why the service cannot be started here, or nothing when it can."""
    lacking = "" if _SERVICE.exists() else f"not installed: {_SERVICE} (on Debian: apt-get install dovecot-submissiond)"
    return lacking or postfix.missing()


@contextmanager
def running() -> Iterator[Server]:
    """Start Postfix and the service before it, give the service's addresses, stop both and remove their folder.

    Raises RuntimeError with the server's own words when one does not start.
    """
    believing = ("smtpd_authorized_xclient_hosts=127.0.0.1", "smtpd_sender_restrictions=reject_sender_login_mismatch")
    with postfix.running(believing) as backend:
        ports = dict(zip(Security, free_ports(len(Security), _ADDRESS), strict=True))
        config = _write(backend, ports)
        with dovecot.started(config):
            yield replace(backend, ports=ports, address=_ADDRESS)


def _write(backend: Server, ports: dict[Security, int]) -> Path:
    folder = backend.folder / "submission"
    for name in (".", "home"):
        (folder / name).mkdir()
    shutil.chown(folder / "home", "nobody", "nogroup")
    (folder / "users").write_text(f"{USER}:{PASSWORD}::::::\n", encoding="utf-8")
    shutil.chown(folder / "users", "dovecot", "dovecot")
    (folder / "users").chmod(0o600)
    config = folder / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            certificates=backend.folder,
            host=HOST,
            address=_ADDRESS,
            limit=SIZE_LIMIT,
            relay=backend.ports[Security.NONE],
            **{security.value: port for security, port in ports.items()},
        )
    )
    return config
