"""One table for every real server: what is tried on which port, and the finding it must have. Must not know any server.

Where a server honestly differs, its own module says so in ``DIFFERS``, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.loopback import Loopback, profile_for
from tests.real.server import ELSEWHERE, HOST, PASSWORD, RECIPIENT, SIZE_LIMIT, USER, Server
from wizard.draft import Change, Draft, Field
from wizard.profile import Password, Security
from wizard.report import Report
from wizard.smtp.check import check


@dataclass(frozen=True, slots=True)
class Row:
    """One try: which port, what differs from the settings that are right for it, and the finding."""

    name: str
    port: Security
    finding: str
    changes: tuple[Change, ...] = ()
    password: str = PASSWORD
    deliver: bool = False

    @property
    def draft(self) -> Draft:
        """The settings that are right for the port, as an administrator would type them, with the row's changes."""
        right = Draft(
            host=HOST,
            port=str(self.port.usual_port),
            security=self.port.value,
            username=USER if self.port is not Security.NONE else "",
            sender=USER,
            recipient=RECIPIENT,
            timeout="5",
        )
        return right.with_changes(*self.changes)

    async def run(self, server: Server, *changes: Change) -> Report:
        """Check once, with mail.test:25, 465 and 587 leading to the server, and with changes to the row's settings."""
        profile = profile_for(self.draft, Change(Field.CA_FILE, str(server.ca_file)), *changes)
        ports = {security.usual_port: real for security, real in server.ports.items()}
        network = Loopback(ports, {HOST: (server.address,)})
        report = Report(profile)

        def fold(event: object) -> None:
            nonlocal report
            report = report.add(event)

        await check(profile, Password(self.password) if profile.login else None, fold, deliver=self.deliver, network=network)
        return report


def _mode(security: Security) -> Change:
    return Change(Field.SECURITY, security.value)


SIGNED_IN = Change(Field.USERNAME, USER)
_NOT_SIGNED_IN = Change(Field.USERNAME, "")
_IMPATIENT = Change(Field.TIMEOUT, "2")  # where one side waits for the other in silence, and that is the point
_UNKNOWN = Change(Field.RECIPIENT, "nobody@mail.test")
_NOT_OWNED = (Change(Field.SENDER, RECIPIENT), Change(Field.RECIPIENT, USER))
_TOO_LARGE = Change(Field.MESSAGE, "A line of the long message.\n" * (SIZE_LIMIT // 20))

NONE, TLS, STARTTLS = Security.NONE, Security.TLS, Security.STARTTLS

ROWS = (
    Row("success on 587", STARTTLS, "ok", deliver=True),
    Row("success on 465", TLS, "ok", deliver=True),
    Row("success on 25", NONE, "ok", deliver=True),
    Row("success on 25 with STARTTLS and sign-in", NONE, "ok", (_mode(STARTTLS), SIGNED_IN), deliver=True),
    Row("wrong password on 587", STARTTLS, "auth-bad-credentials", password="not this one"),
    Row("wrong password on 465", TLS, "auth-bad-credentials", password="not this one"),
    Row("no TLS on 587, with sign-in", STARTTLS, "starttls-required", (_mode(NONE),)),
    Row("no TLS on 587, without sign-in", STARTTLS, "starttls-required", (_mode(NONE), _NOT_SIGNED_IN)),
    Row("TLS on 587", STARTTLS, "port-speaks-plain", (_mode(TLS),)),
    Row("TLS on 25", NONE, "port-speaks-plain", (_mode(TLS), SIGNED_IN)),
    Row("STARTTLS on 465", TLS, "port-speaks-tls", (_mode(STARTTLS), _IMPATIENT)),
    Row("no encryption on 465", TLS, "port-speaks-tls", (_mode(NONE), _NOT_SIGNED_IN, _IMPATIENT)),
    Row("no sign-in on 587", STARTTLS, "auth-required", (_NOT_SIGNED_IN,)),
    Row("no sign-in on 465", TLS, "auth-required", (_NOT_SIGNED_IN,)),
    Row("relay from 25", NONE, "relay-denied", (Change(Field.RECIPIENT, ELSEWHERE),)),
    # Nothing may leave this machine: its servers relay for nobody, signed in or not.
    Row("relay on 587", STARTTLS, "relay-denied", (Change(Field.RECIPIENT, ELSEWHERE),)),
    Row("relay on 465", TLS, "relay-denied", (Change(Field.RECIPIENT, ELSEWHERE),)),
    Row("unknown recipient on 587", STARTTLS, "recipient-unknown", (_UNKNOWN,)),
    Row("unknown recipient on 465", TLS, "recipient-unknown", (_UNKNOWN,)),
    Row("unknown recipient on 25", NONE, "recipient-unknown", (_UNKNOWN,)),
    Row("too large on 587", STARTTLS, "message-too-large", (_TOO_LARGE,), deliver=True),
    Row("too large on 465", TLS, "message-too-large", (_TOO_LARGE,), deliver=True),
    Row("too large on 25", NONE, "message-too-large", (_TOO_LARGE,), deliver=True),
    Row("sender not owned on 587", STARTTLS, "sender-rejected", _NOT_OWNED),
    Row("sender not owned on 465", TLS, "sender-rejected", _NOT_OWNED),
)

# The wrong kind of encryption: a cure for it can be found by looking, and must work.
CURABLE = tuple(row for row in ROWS if row.finding in ("port-speaks-plain", "port-speaks-tls", "starttls-required"))
