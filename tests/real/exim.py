"""Exim from Debian's package, set up for the matrix. Knows nothing of the wizard's findings but the differences."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import jail
from tests.real.server import HOST, PASSWORD, RECIPIENT, SIZE_LIMIT, USER, Server, place
from wizard.profile import Security

_PROGRAM = "usr/sbin/exim4"
_USERS = {"Debian-exim": 901, "mail": 8}

# Sign-in only inside TLS, as Exim's own example configuration advises; port 25 takes mail for its own domain from anybody.
_CONFIG = """\
primary_hostname = {host}
spool_directory = /spool
log_file_path = /log/%slog
pid_file_path = /run/exim.pid
exim_user = Debian-exim
exim_group = Debian-exim
never_users = root
local_interfaces = 127.0.0.1
daemon_smtp_ports = {none} : {tls} : {starttls}
tls_on_connect_ports = {tls}
tls_certificate = /server.pem
tls_privatekey = /server.key
tls_advertise_hosts = *
auth_advertise_hosts = ${{if def:tls_in_cipher {{*}}}}
message_size_limit = {limit}
domainlist ours = {host}
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max_per_host = 0
smtp_accept_keepalive = false
queue_only = false
keep_environment =
acl_smtp_mail = may_name_sender
acl_smtp_rcpt = may_name_recipient
acl_smtp_data = accept

begin acl

may_name_sender:
  accept condition = ${{if eq{{$received_port}}{{{none}}}}}
  deny message = must use STARTTLS first
       !encrypted = *
  deny message = authentication required
       !authenticated = *
  deny message = sender address does not belong to this account
       condition = ${{if !eqi{{$authenticated_id}}{{$sender_address}}}}
  accept

may_name_recipient:
  accept authenticated = *
         domains = +ours
         verify = recipient
  accept domains = +ours
         condition = ${{if eq{{$received_port}}{{{none}}}}}
         verify = recipient
  deny domains = +ours
       message = Unknown user
  deny message = relay not permitted

begin routers

arrive:
  driver = accept
  domains = +ours
  local_parts = {known}
  transport = arrive

begin transports

arrive:
  driver = lmtp
  socket = /arrivals
  user = mail
  group = mail

begin retry
* * F,1h,1s

begin authenticators

plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{ {{eqi{{$auth2}}{{{user}}}}} {{eq{{$auth3}}{{{password}}}}} }}}}
  server_set_id = $auth2

login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{ {{eqi{{$auth1}}{{{user}}}}} {{eq{{$auth2}}{{{password}}}}} }}}}
  server_set_id = $auth1
"""

DIFFERS: dict[str, str] = {}
TLS_WORKS = True


def missing() -> str:
    """Return why Exim cannot be started here, or nothing when it can."""
    return jail.missing(_PROGRAM, "exim4-daemon-light")


@contextmanager
def running() -> Iterator[Server]:
    """Start Exim, give its addresses, stop it and remove its folder. Raises RuntimeError when it does not start."""
    with place() as server:
        folder = server.folder
        jail.furnish(folder, {_PROGRAM: jail.UNPACKED / _PROGRAM}, _USERS)
        for name in ("spool", "log"):
            (folder / name).mkdir()
            _give(folder / name)
        _give(folder / "server.key")
        (folder / "run").chmod(0o777)
        # Where Debian's Exim looks by itself: with -C it would give up its rights, and deliver nothing.
        (folder / "etc/exim4").mkdir()
        (folder / "etc/exim4/exim4.conf").write_text(_configuration(server), encoding="utf-8")
        command = [f"/{_PROGRAM}", "-bdf", "-q1s"]
        with jail.started(folder, command, list(server.ports.values())):
            yield server


def _configuration(server: Server) -> str:
    known = " : ".join(address.split("@")[0] for address in (USER, RECIPIENT))
    ports = {security.value: server.ports[security] for security in Security}
    return _CONFIG.format(host=HOST, user=USER, password=PASSWORD, known=known, limit=SIZE_LIMIT, **ports)


def _give(path: Path) -> None:
    os.chown(path, _USERS["Debian-exim"], _USERS["Debian-exim"])
