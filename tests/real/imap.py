"""A real Dovecot that serves mailboxes over IMAP, set up for one test run. Must not know what the wizard looks for in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real import dovecot
from tests.real.server import PASSWORD, USER, free_ports, place, program

_CONFIG = """\
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
auth_failure_delay = 0
auth_mechanisms = plain login
auth_verbose = yes
mail_location = maildir:{folder}/mail
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox "Grüße" {{
    auto = create
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class Mailboxes:
    """Where the server listens, whom to trust, and where its mails lie."""

    folder: Path
    tls: int
    starttls: int

    @property
    def ca_file(self) -> Path:
        """The authority that signed the server's certificate."""
        return self.folder / "ca.pem"

    @property
    def log(self) -> str:
        """What the server wrote down."""
        return (self.folder / "dovecot.log").read_text(errors="replace")

    def put(self, name: str, content: bytes, folder: str = "") -> None:
        """Put a mail into a folder, as a delivery does: into ``tmp`` first, then renamed."""
        inside = self.folder / "mail" / (f".{folder}" if folder else "")
        for part in ("tmp", "new", "cur"):
            _owned(inside / part)
        draft = inside / "tmp" / name
        draft.write_bytes(content)
        shutil.chown(draft, "nobody", "nogroup")
        draft.rename(inside / "new" / name)

    def flags(self) -> dict[str, str]:
        """Return the letters that mark each mail (S is seen, T deleted), by the name it was put in under."""
        found = [path.name.partition(":2,") for part in ("new", "cur") for path in (self.folder / "mail").glob(f"**/{part}/*")]
        return {name: letters for name, _, letters in found}


def missing() -> str:
    """Return why it cannot be run here, or nothing when it can."""
    if not program("dovecot") or not Path("/usr/lib/dovecot/imap").exists():
        return "not installed: IMAP for Dovecot (on Debian: apt-get install dovecot-imapd)"
    return "" if os.geteuid() == 0 else "Dovecot can only be started by root"


@contextmanager
def running() -> Iterator[Mailboxes]:
    """Start it and give its mailboxes; stop it and remove its folder. Raises RuntimeError with its own words."""
    with place() as server:
        tls, starttls = free_ports(2)
        folder = server.folder
        (folder / "dovecot.conf").write_text(_CONFIG.format(folder=folder, tls=tls, starttls=starttls), encoding="utf-8")
        (folder / "users").write_text(f"{USER}:{PASSWORD}::::::\n", encoding="utf-8")
        shutil.chown(folder / "users", "dovecot", "dovecot")
        (folder / "users").chmod(0o600)
        _owned(folder / "mail")
        with dovecot.started(folder / "dovecot.conf"):
            yield Mailboxes(folder, tls, starttls)


def _owned(folder: Path) -> None:
    for one in (folder.parent, folder):
        if not one.exists():
            one.mkdir(mode=0o700)
            shutil.chown(one, "nobody", "nogroup")
