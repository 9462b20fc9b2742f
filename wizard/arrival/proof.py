"""How far a message is proved to have come, from everything at hand. Accepted is not arrived, and arrived is not read.

Takes facts and gives a verdict; must not know where they were got.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from wizard.arrival.alignment import Sight, sights
from wizard.arrival.authres import AuthResults, Chain, arc_results_in, chain_in, results_in
from wizard.arrival.headers import Headers
from wizard.arrival.hops import Hop, hops
from wizard.arrival.mailbox import Looked

_RECEIVING = 3  # hops: large receivers hand a mail on inside once or twice
TOKEN_HEADER = "X-SMTP-Wizard-Token"  # noqa: S105 - the header's name


class Proved(IntEnum):
    """How far, each above the one before."""

    NOTHING = 0
    ACCEPTED = 1  # the first server took it: its reply said so
    PASSED_ON = 2  # other servers took it from there
    IN_MAILBOX = 3  # it lies in a mailbox
    READ = 4  # a person has it before their eyes

    @property
    def word(self) -> str:
        """The name in JSON."""
        return {0: "nothing", 1: "accepted", 2: "passed-on", 3: "in-mailbox", 4: "read"}[int(self)]


class Traced(NamedTuple):
    """What the headers of a received mail say.

    ``token`` is the one they carry, empty where there is none. ``at`` is the number of the hop (from 0) whose id is the queue
    id of the first server's reply, None where none is. ``final`` says that the last delivery has marked it (Return-Path,
    RFC 5321 4.4). ``junk`` are headers by which a filter calls it spam.
    """

    way: tuple[Hop, ...] = ()
    token: str = ""
    at: int | None = None
    final: bool = False
    results: tuple[AuthResults, ...] = ()
    sights: tuple[Sight, ...] = ()
    earlier: tuple[AuthResults, ...] = ()
    chain: Chain = Chain()
    junk: tuple[str, ...] = ()

    @property
    def trusted(self) -> Sight | None:
        """What the receiving side itself saw: the topmost header, where its name fits one of the last hops'."""
        if not self.sights:
            return None
        top = self.sights[0]
        return top if any(_related(top.server, hop.by.lower()) for hop in self.way[-_RECEIVING:]) else None


def trace(headers: Headers, queue_id: str = "") -> Traced:
    """Return what the headers of a received mail say; ``queue_id`` is the one the first server's reply named."""
    way, results = hops(headers.all("Received")), results_in(headers)
    token = headers.first(TOKEN_HEADER).strip()
    return Traced(
        way,
        token,
        next((number for number, hop in enumerate(way) if queue_id and _same_id(hop.id, queue_id)), None),
        bool(headers.first("Return-Path") or headers.first("Delivered-To")),
        results,
        sights(results, headers.decoded("From")),
        arc_results_in(headers),
        chain_in(headers),
        tuple(_junk(headers)),
    )


def proved(
    *,
    accepted: bool = False,
    traced: Traced | None = None,
    token: str = "",
    looked: Looked | None = None,
    code_right: bool = False,
) -> Proved:
    """Return how far the message with ``token`` is proved to have come.

    Headers count only when they are this message's: they carry its token, or a hop has its queue id.
    """
    found = [Proved.ACCEPTED] if accepted else [Proved.NOTHING]
    if traced is not None and is_ours(traced, token):
        found.append(Proved.IN_MAILBOX if traced.final else Proved.PASSED_ON if len(traced.way) > 1 else Proved.ACCEPTED)
    if looked is not None and looked.found is not None:
        found.append(Proved.IN_MAILBOX)
    if code_right:
        found.append(Proved.READ)
    return max(found)


def is_ours(traced: Traced, token: str) -> bool:
    """Return whether headers are the message's: by queue id, or by its token; where none is named, any token will do."""
    if traced.at is not None:
        return True
    return bool(traced.token) and token.lower() in ("", traced.token.lower())


def _same_id(found: str, wanted: str) -> bool:
    return found.strip("<>[]").lower() == wanted.strip("<>[]").lower()


def _related(server: str, host: str) -> bool:
    """Whether a name in Authentication-Results and the host of the last hop look like one operator's."""
    if not server or not host:
        return False
    return server == host or server.split(".")[-2:] == host.split(".")[-2:]


def _junk(headers: Headers) -> list[str]:
    """Return the headers that call the mail spam, each as it stands."""
    found = []
    flag = headers.first("X-Spam-Flag") or headers.first("X-Spam-Status")
    if flag.lower().startswith("yes"):
        found.append(f"X-Spam: {flag[:60]}")
    forefront = headers.first("X-Forefront-Antispam-Report")
    if "SFV:SPM" in forefront or "CAT:SPM" in forefront or "CAT:HSPM" in forefront or "SFV:SKB" in forefront:
        found.append("X-Forefront-Antispam-Report: spam")
    level = headers.first("X-MS-Exchange-Organization-SCL").strip()
    if level.isdigit() and int(level) >= 5:
        found.append(f"X-MS-Exchange-Organization-SCL: {level}")
    return found
