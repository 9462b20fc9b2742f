"""The steps that prove a certification's sign-off mail, and which of them are done. Must not know relays or consoles.

The screens are named as SailPoint's public help and guides name them; releases differ, so the words say "expected".
"""

from enum import StrEnum
from typing import NamedTuple


class Step(StrEnum):
    """In the order in which they come."""

    LISTEN = "listen"
    POINT = "point"
    CREATE = "create"
    ANY_MAIL = "any-mail"
    SIGN_OFF = "sign-off"
    SIGN_OFF_MAIL = "sign-off-mail"
    RESTORE = "restore"


class State(NamedTuple):
    """One step. ``done`` is None where only the person can know; ``note`` says what was seen."""

    step: Step
    title: str
    how: tuple[str, ...] = ()
    done: bool | None = False
    note: str = ""


_CREATE = (
    "In IdentityIQ: Setup > Certifications > New Certification (expected; the choice of types differs by release).",
    "Choose a small one, with a single identity and yourself as the certifier: each certifier gets a mail.",
    "Leave its notifications for the start and the sign-off switched on. Tick Run Now, then press Schedule Certification.",
)
_SIGN = (
    "Open it under My Work > Access Reviews (expected), decide on every item, save, and press Sign Off.",
    "Where the certification asks for a sign-off approval, IdentityIQ is expected to send it to the approver now.",
)


def first_steps(by_hand: bool) -> tuple[State, ...]:
    """Return all steps, none done yet. ``by_hand``: the settings are typed by the person, and typed back."""
    point = "You type the relay's values into IdentityIQ" if by_hand else "IdentityIQ sends through the relay"
    back = "You type the values back that stood before" if by_hand else "IdentityIQ's settings are as they were"
    return (
        State(Step.LISTEN, "The relay listens on this host"),
        State(Step.POINT, point, done=None if by_hand else False),
        State(Step.CREATE, "You create a certification", _CREATE, done=None),
        State(Step.ANY_MAIL, "A mail from IdentityIQ was seen"),
        State(Step.SIGN_OFF, "You decide on its items and sign it off", _SIGN, done=None),
        State(Step.SIGN_OFF_MAIL, "The sign-off mail was seen"),
        State(Step.RESTORE, back, done=None if by_hand else False),
    )


def ticked(states: tuple[State, ...], step: Step, note: str = "", *, done: bool = True) -> tuple[State, ...]:
    """Return the steps with one of them changed."""
    return tuple(state._replace(done=done, note=note or state.note) if state.step is step else state for state in states)
