"""What applying settings or taking them back would do to one IdentityIQ, in values and in words. Does nothing itself."""

from __future__ import annotations

from typing import NamedTuple

from wizard.identityiq.handover.difference import Difference, difference, unchanged
from wizard.identityiq.installation import Installation
from wizard.identityiq.settings import SECRET_KEYS, Entry, Key, Settings
from wizard.iiqside import NotificationType
from wizard.profile import Password


class Plan(NamedTuple):
    """One change that was not made yet. ``document`` is the XML to import; it and ``password`` may hold a secret.

    ``entries`` are what is expected to stand afterwards, ``password`` the stored form expected for the password's. ``whole``
    says that the document replaces the object instead of merging into it. ``waiting`` is how many requests of every kind
    IdentityIQ's console counts, None where it did not say. ``notes`` are sentences to know before.
    """

    installation: Installation
    before: Settings
    entries: tuple[Entry, ...]
    document: str
    password: Password | None = None
    whole: bool = False
    waiting: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Difference, ...]:
        """What would be different; a password counts only when its stored form is another one than before."""
        found = difference(self.before, self.entries)
        return tuple(one for one in found if not (one.secret and self._same_password))

    @property
    def goes(self) -> tuple[Entry, ...]:
        """What a whole object takes out: entries about mail that stand now and are not in it."""
        named = {entry.key for entry in self.entries}
        return tuple(entry for entry in self.before.entries if entry.key not in named) if self.whole else ()

    @property
    def _same_password(self) -> bool:
        before = self.before.password
        return bool(before and self.password and before.reveal() == self.password.reveal())

    def __repr__(self) -> str:
        return f"Plan({self.installation.folder}, {len(self.entries)} entries)"


def plan_lines(plan: Plan) -> tuple[str, ...]:
    """Return what is going to change and what is not, one sentence or row a line; rows begin with two blanks."""
    lines = [_heading(plan)]
    rows = [(one.label, f"{one.old} -> {_new(one)}") for one in plan.changes]
    rows += [(Difference(entry.key, entry, entry).label, "is taken out") for entry in plan.goes]
    width = max((len(name) for name, _ in rows), default=0)
    lines += [f"  {name:<{width}}  {text}" for name, text in rows]
    same = len(unchanged(plan.before, plan.entries))
    if same and rows:
        lines.append(f"{same} more {'entry stands' if same == 1 else 'entries stand'} as wanted already.")
    lines.append(_rest(plan))
    if not any(entry.key in SECRET_KEYS for entry in plan.entries) and not plan.whole:
        lines.append("The password is left out: what IdentityIQ has stored stays.")
    return (*lines, *plan.notes)


def _heading(plan: Plan) -> str:
    version = f" ({plan.installation.version})" if plan.installation.version else ""
    where = f"IdentityIQ in {plan.installation.folder}{version}"
    return f"{where} will change:" if plan.changes or plan.goes else f"{where} has these settings already."


def _new(one: Difference) -> str:
    return f"{one.new} (another one)" if one.secret and one.before else one.new


def _rest(plan: Plan) -> str:
    if plan.whole:
        return (
            "The whole object SystemConfiguration is put back as it was: what was changed in it since, about mail or anything "
            "else, is lost."
        )
    return "All other entries of SystemConfiguration are left alone."


def backlog_lines(plan: Plan) -> tuple[str, ...]:
    """Return who sends mail, and what the mail that waits is expected to do with the new settings."""
    return (*_waiting(plan), _when(plan.before), _whom(plan), HOSTS)


HOSTS = (
    "Only hosts that run IdentityIQ's Request service send mail, and that may not be this one. The settings lie in the database "
    "they share; whether each host takes them at once is not known."
)
CLEARING = (
    "clearEmailQueue in IdentityIQ's console deletes all mail that was not sent yet: approvals and reminders among it. It cannot "
    "be taken back."
)


def _waiting(plan: Plan) -> tuple[str, ...]:
    if plan.waiting is None:
        return ("How many mails wait could not be read. IdentityIQ's page for it: <base>/monitor/requests/requests.jsf",)
    if plan.waiting == 0:
        return ("No request waits in IdentityIQ, so no old mail does.",)
    counted = "1 request is" if plan.waiting == 1 else f"{plan.waiting} requests are"
    return (f"{counted} counted in IdentityIQ, of every kind; mails that wait are among them.",)


def _when(before: Settings) -> str:
    if before.retry_interval:
        return f"A mail that failed is tried again every {before.retry_interval} seconds, so the queue does not empty at once."
    return "A mail that failed is tried again 1 hour later, then after 2, 4, 8 hours: the queue does not empty at once."


def _whom(plan: Plan) -> str:
    kind = next((entry.value for entry in plan.entries if entry.key == Key.TYPE), plan.before.value(Key.TYPE))
    if kind == NotificationType.REDIRECT_TO_EMAIL:
        return "Old mail is then expected to go to the redirection address, like all other."
    if kind == NotificationType.REDIRECT_TO_FILE:
        return "Old mail is then expected to go into the redirection file, like all other."
    return "When it does, old mail goes to the real people it was written for."
