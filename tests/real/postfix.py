"""Postfix with Dovecot behind its sign-in, started for the tests alone. Must not touch the system's own mail.

Configuration, queue, data, logs and sockets all live in one temporary folder; the ports are free ones on loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.real import dovecot
from tests.real.server import HOST, PASSWORD, RECIPIENT, SIZE_LIMIT, USER, Server, place, program

_PROGRAMS = ("postfix", "postconf", "dovecot")

# Tests sign in wrongly on purpose: without the delay and the penalty that Dovecot sets on repeated failures.
_DOVECOT = """\
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols =
ssl = no
auth_failure_delay = 0
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/queue/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
"""

_MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/postfix
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 192.0.2.1/32
myhostname = {host}
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = {host}
virtual_mailbox_maps = inline:{{ {{{recipient} = yes}}, {{{user} = yes}} }}
virtual_transport = lmtp:unix:{folder}/arrivals
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.key
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sender_login_maps = inline:{{ {{{user} = {user}}}, {{{recipient} = {recipient}}} }}
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
message_size_limit = {limit}
smtpd_relay_restrictions = reject_unauth_destination
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
"""

# One line per service as in Postfix's own master.cf: nothing in a chroot, so that the folder needs no copies of libraries.
_MASTER = """\
127.0.0.1:{none} inet n - n - - smtpd
  -o smtpd_tls_security_level=may
  -o smtpd_sasl_auth_enable=yes{more}
127.0.0.1:{starttls} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
127.0.0.1:{tls} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
"""

DIFFERS: dict[str, str] = {}
TLS_WORKS = True


def missing() -> str:
    """Return why the servers cannot be started here, or nothing when they can."""
    absent = [name for name in _PROGRAMS if not program(name)]
    if absent:
        return f"not installed: {', '.join(absent)} (on Debian: apt-get install postfix dovecot-core)"
    return "" if os.geteuid() == 0 else "Postfix and Dovecot can only be started by root"


@contextmanager
def running(port_25_options: tuple[str, ...] = ()) -> Iterator[Server]:
    """Start both servers, give their addresses, stop them and remove their folder. The options are main.cf settings for port 25.

    Raises RuntimeError with the server's own words when one does not start.
    """
    with ExitStack() as stack:
        server = stack.enter_context(place())
        folder = server.folder
        _write_postfix(server, port_25_options)
        _write_dovecot(folder)
        _postfix(folder, "start")
        stack.callback(_postfix, folder, "stop")
        stack.enter_context(dovecot.started(folder / "dovecot.conf"))
        yield server


def _write_postfix(server: Server, port_25_options: tuple[str, ...]) -> None:
    folder = server.folder
    for name in ("postfix", "queue", "data"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix", "postfix")
    main = _MAIN.format(folder=folder, host=HOST, user=USER, recipient=RECIPIENT, limit=SIZE_LIMIT)
    (folder / "postfix" / "main.cf").write_text(main)
    ports = {security.value: port for security, port in server.ports.items()}
    (folder / "postfix" / "master.cf").write_text(
        _MASTER.format(**ports, more="".join(f"\n  -o {option}" for option in port_25_options))
    )


def _write_dovecot(folder: Path) -> None:
    (folder / "dovecot.conf").write_text(_DOVECOT.format(folder=folder))
    (folder / "users").write_text(f"{USER}:{PASSWORD}::::::\n", encoding="utf-8")
    shutil.chown(folder / "users", "dovecot", "dovecot")
    (folder / "users").chmod(0o600)


def _postfix(folder: Path, order: str) -> None:
    """Give Postfix an order; RuntimeError with its words when it fails."""
    # Into a file and not a pipe: the daemons keep the descriptor, and a pipe would never come to its end.
    with tempfile.TemporaryFile("w+") as words:
        command = [program("postfix") or "postfix", "-c", str(folder / "postfix"), order]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, timeout=60)
        words.seek(0)
        if done.returncode:
            raise RuntimeError(f"postfix {order} ended with {done.returncode}: {words.read()}")
