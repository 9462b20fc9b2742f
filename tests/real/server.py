"""What all real servers have in common for a test: names, accounts, ports, where messages arrive. Knows no server's own ways."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.authority import write_certificates
from wizard.profile import Security

HOST = "mail.test"
USER = "iiq@mail.test"
PASSWORD = "Grüße, Postfix 7"
RECIPIENT = "admin@mail.test"
ELSEWHERE = "someone@elsewhere.test"

# In bytes: above the test message, below the one that is made to be too large.
SIZE_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, whom to trust, and where it hands over what it accepted (LMTP, a socket file)."""

    ports: dict[Security, int]
    folder: Path
    address: str = "127.0.0.1"

    @property
    def ca_file(self) -> Path:
        """The authority that signed the server's certificate."""
        return self.folder / "ca.pem"

    @property
    def arrivals(self) -> Path:
        """Where the server hands over accepted messages; a test that waits for one listens there."""
        return self.folder / "arrivals"


@contextmanager
def place() -> Iterator[Server]:
    """Give a server free ports and a folder with its certificates; remove the folder in the end."""
    # Not below pytest's own folder: that one is closed to the unprivileged users these servers run as.
    with tempfile.TemporaryDirectory(prefix="real-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        write_certificates(folder, HOST)
        yield Server(dict(zip(Security, free_ports(len(Security)), strict=True)), folder)


def free_ports(count: int, address: str = "127.0.0.1") -> list[int]:
    """Ask the system for ports: these servers cannot take port 0, so the ports are held until all are known."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server((address, 0))) for _ in range(count)]
        return [taken.getsockname()[1] for taken in held]


def program(name: str) -> str | None:
    """Return where an installed program is: servers live in folders that are seldom in the path of others than root."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
