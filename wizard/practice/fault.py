"""What a fault is: data that says where the practice server departs from good behaviour. Must not know sockets.

To add a fault, put one entry into the table of its stage (``faults_line``, ``faults_tls``, ``faults_auth``, ``faults_mail``)::

    Fault("mailbox-full", "The recipient's mailbox is full",
          teaches="Some refusals are about the recipient only: the settings are right.",
          finding="mailbox-full", at={Step.RCPT: Say("552 5.2.2 <{recipient}>: mailbox is full")})

That is all: the ``--list``, the wizard's choice and the parametrised test of tests/faults pick it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from wizard.draft import Change
from wizard.profile import Security

LOCAL_DOMAIN = "example.com"  # the domain the practice server takes mail for without a sign-in
USERNAME = f"practice@{LOCAL_DOMAIN}"
SENDER = f"iiq@{LOCAL_DOMAIN}"
RECIPIENT = f"admin@{LOCAL_DOMAIN}"


class Step(StrEnum):
    """The moments at which a fault can answer in place of the server."""

    CONNECT = "connect"  # from the first byte: what listens is not a mail server
    TLS = "tls"  # in place of the handshake, on the TLS port and after STARTTLS
    GREETING = "greeting"
    EHLO = "ehlo"
    HELO = "helo"  # what a client may fall back to when EHLO is refused
    STARTTLS = "starttls"
    AUTH_COMMAND = "auth-command"  # at once, before any credentials travel
    AUTH = "auth"  # the verdict on the credentials
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    MESSAGE = "message"  # after the final dot
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Say:
    """A reply; ``{host}``, ``{peer}``, ``{ehlo}``, ``{sender}`` and ``{recipient}`` are filled in. Then perhaps hang up.

    ``unless`` is a sender to whom it is not said, at EHLO and HELO the beginning of a name to which it is not said.
    """

    text: str
    close: bool = False
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes as they are, one every ``every`` seconds (0: all at once), perhaps without end, then hang up or stay silent."""

    data: bytes
    every: float = 0.0
    endless: bool = False
    close: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing more, and keep the line open."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the line; with ``reset`` the hard way (RST)."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another protocol: what it says first, what it answers to anything, and what after ``patience`` seconds of silence."""

    opening: bytes = b""
    reply: bytes = b""
    idle: bytes = b""
    patience: float = 0.3


Answer = Say | Send | Hang | Drop | Foreign


class Leaf(StrEnum):
    """Which certificate the server shows."""

    GOOD = "good"
    EXPIRED = "expired"
    FUTURE = "future"
    WRONG_NAME = "wrong-name"
    SELF_SIGNED = "self-signed"
    UNKNOWN_CA = "unknown-ca"
    NO_INTERMEDIATE = "no-intermediate"
    WEAK_KEY = "weak-key"


class Handshake(StrEnum):
    """How the server wants TLS to be spoken."""

    NORMAL = "normal"
    CLIENT_CERTIFICATE = "client-certificate"
    CLIENT_CERTIFICATE_12 = "client-certificate-12"  # over TLS 1.2, whose alert does not name what was missing
    WEAK_DH = "weak-dh"
    OLD_CIPHERS = "old-ciphers"
    OLD_VERSION = "old-version"

    @property
    def refuses(self) -> bool:
        """Whether the server's side ends an ordinary handshake, with an alert."""
        return self not in (Handshake.NORMAL, Handshake.WEAK_DH)


@dataclass(frozen=True, slots=True)
class Fault:
    """One named way to go wrong.

    ``teaches`` is one sentence; ``finding`` the contract's id a check shows; ``security`` the mode to try it with;
    ``cured_by_remedy`` whether the finding's remedy, applied, makes the next check pass. ``at`` answers in place of the server;
    ``hides`` and ``shows`` edit the EHLO reply; ``mechanisms`` replaces the sign-in mechanisms offered; ``speaks`` says what a
    port really speaks; ``closed`` are ports nobody listens on; ``changes`` is what the draft needs for the fault to be seen.
    ``only_in_clear``: nothing of this happens on an encrypted line, as with a firewall that meddles with what it can read;
    ``only_on``: nor on another port than the one of this mode.
    ``clear_auth`` offers sign-in without encryption; ``wants_tls`` and ``wants_auth`` insist; ``wants_proxy`` waits for the
    line that a balancer puts in front (PROXY protocol), on ports that start in clear; ``size`` is the limit in bytes.
    """

    name: str
    title: str
    teaches: str
    finding: str
    security: Security = Security.STARTTLS
    cured_by_remedy: bool = False
    at: Mapping[Step, Answer] = field(default_factory=dict)
    hides: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] | None = None
    leaf: Leaf = Leaf.GOOD
    handshake: Handshake = Handshake.NORMAL
    speaks: Mapping[Security, Security] = field(default_factory=dict)
    closed: tuple[Security, ...] = ()
    changes: tuple[Change, ...] = ()
    only_in_clear: bool = False
    only_on: Security | None = None
    clear_auth: bool = False
    wants_tls: bool = False
    wants_auth: bool = False
    wants_proxy: bool = False
    size: int | None = None

    @property
    def needs_delivery(self) -> bool:
        """Whether the fault shows only when a message is really sent."""
        return self.size is not None or bool({Step.DATA, Step.MESSAGE} & self.at.keys())


HEALTHY = Fault("none", "Everything works", teaches="What a good session looks like.", finding="ok")
