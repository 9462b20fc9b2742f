"""Which port is recommended among those that were seen, and that broken encryption never leads to clear text."""

from __future__ import annotations

import pytest

from wizard.profile import Security
from wizard.smtp.observation import TlsFacts
from wizard.smtp.ports import Because, PortResult, PortState, Recommendation, recommend


def port(
    number: int, mode: Security, *, verified: bool = True, auth: tuple[str, ...] = ("PLAIN",), encrypts: bool = False
) -> PortResult:
    """A port that works in one mode."""
    facts = TlsFacts("TLSv1.3", "", verified, None) if mode is not Security.NONE else None
    return PortResult(
        number,
        "ipv4",
        "192.0.2.1",
        PortState.OPEN,
        "220 x",
        (mode,),
        facts,
        auth,
        encrypts=encrypts or facts is not None,
        smtp=True,
    )


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([port(587, Security.STARTTLS), port(465, Security.TLS)], (465, Security.TLS, Because.VERIFIED_TLS)),
        ([port(25, Security.STARTTLS), port(587, Security.STARTTLS)], (587, Security.STARTTLS, Because.VERIFIED_STARTTLS)),
        (
            [port(465, Security.TLS, verified=False), port(587, Security.STARTTLS)],
            (587, Security.STARTTLS, Because.VERIFIED_STARTTLS),
        ),
        ([port(465, Security.TLS, auth=()), port(2525, Security.STARTTLS)], (2525, Security.STARTTLS, Because.VERIFIED_STARTTLS)),
        ([port(25, Security.STARTTLS, auth=())], (25, Security.STARTTLS, Because.VERIFIED_RELAY)),
        ([port(25, Security.NONE), port(465, Security.TLS, verified=False)], (465, Security.TLS, Because.UNVERIFIED)),
        ([port(25, Security.NONE)], (25, Security.NONE, Because.CLEAR)),
    ],
)
def test_what_is_recommended(ports: list[PortResult], expected: tuple[int, Security, Because]) -> None:
    assert recommend(ports) == Recommendation(*expected)


def test_encryption_that_is_offered_and_broken_never_leads_to_clear_text() -> None:
    assert recommend([port(25, Security.NONE), port(587, Security.NONE, encrypts=True)]) is None
