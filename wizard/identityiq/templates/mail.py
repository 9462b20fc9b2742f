"""What a template gives with sample values, and what went wrong. Values only; must not know how it was rendered."""

from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """The texts of a template, in the order in which they are looked at."""

    SUBJECT = "subject"
    BODY = "body"
    SENDER = "from"
    CC = "cc"
    BCC = "bcc"


class Trouble(StrEnum):
    """What can go wrong: Velocity cannot read it, stops in it, finds no end; a name would be printed as it stands.

    NOT_SET is a #set that changes nothing; NOT_IMITATED a method of Java's that is not rendered here, and may work there.
    """

    SYNTAX = "syntax"
    EVALUATION = "evaluation"
    TOO_MUCH = "too-much"
    UNRESOLVED = "unresolved"
    NOT_SET = "not-set"
    NOT_IMITATED = "not-imitated"

    @property
    def stops(self) -> bool:
        """Whether no mail would come of it."""
        return self in (Trouble.SYNTAX, Trouble.EVALUATION, Trouble.TOO_MUCH)


class Problem(NamedTuple):
    """One thing that went wrong, with line and column in its text; zeros where it has no place.

    For SYNTAX, ``message`` is what Velocity expects, ``within`` the kind of thing it was reading (``if directive``), ``got`` what
    stands there and ``opened`` the line in which that thing begins.
    """

    trouble: Trouble
    message: str
    part: Part
    line: int = 0
    column: int = 0
    within: str = ""
    got: str = ""
    opened: int = 0


class Use(NamedTuple):
    """One reference in a text: ``$name.field`` as ``text``; ``quiet`` is ``$!name``, which prints nothing where null."""

    name: str
    text: str
    part: Part
    line: int
    column: int
    quiet: bool


class Rendered(NamedTuple):
    """A mail. ``html`` says that IdentityIQ is expected to send it as HTML. ``assigned`` are names the texts set themselves."""

    subject: str = ""
    body: str = ""
    sender: str = ""
    cc: str = ""
    bcc: str = ""
    html: bool = False
    problems: tuple[Problem, ...] = ()
    uses: tuple[Use, ...] = ()
    assigned: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether all of it could be rendered."""
        return not any(one.trouble.stops for one in self.problems)
