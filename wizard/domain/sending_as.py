"""Sign-in user, envelope sender and From compared, and what a known provider does where they differ. Must not know DNS."""

from wizard.diagnosis.model import Severity
from wizard.domain.habits import Habits, Senders
from wizard.domain.model import Part, found


def examine(sender: str, envelope: str, username: str, habits: Habits | None = None) -> Part:
    """Compare the three. A user name that is no address tells nothing about the right to send as one.

    A warning where the provider is known to refuse the difference; information where it is not known.
    """
    if "@" not in sender:
        return Part()
    named = {"sign-in": username if "@" in username else "", "envelope sender": envelope, "From": sender}
    known = {role: address for role, address in named.items() if address}
    if len({address.lower() for address in known.values()}) < 2:
        return Part()
    refused = habits is not None and bool(named["sign-in"]) and _refuses(habits.senders, known)
    return found(
        "sender-differs-from-user",
        "Who signs in and who sends are not the same",
        _meaning(habits) if habits and named["sign-in"] else _UNKNOWN,
        seen=", ".join(f"{role} {address}" for role, address in known.items()),
        severity=Severity.WARNING if refused else Severity.INFO,
        advice=(_advice(habits, named["sign-in"]) if habits and refused else _ANYWHERE,),
    )


_UNKNOWN = "The server decides whether this sign-in may send as this address. Where it may not, it refuses the sender."
_ANYWHERE = "Nothing, where the server accepts it. Otherwise have the right to send as this address given, or use the same."


def _refuses(senders: Senders, known: dict[str, str]) -> bool:
    """Whether a provider with this habit refuses these; one that looks at the domain lets others of the same one through."""
    match senders:
        case Senders.OWN | Senders.GRANTED:
            return True
        case Senders.DOMAIN:
            return len({address.rpartition("@")[2].lower() for address in known.values()}) > 1
        case _:
            return False


def _meaning(habits: Habits) -> str:
    name = habits.provider.name
    match habits.senders:
        case Senders.OWN:
            return f"{name} takes mail only as the address that signs in, or as one of its aliases. Anything else is refused."
        case Senders.GRANTED:
            return f"{name} refuses any sender but the mailbox that signs in, unless that was given the right to send as it."
        case Senders.DOMAIN:
            return f"{name} takes mail only as addresses of domains that belong to the same contract."
        case Senders.REPLACED:
            return f"{name} takes the mail, but puts the address that signs in in place of one it does not know as its alias."
        case _:
            return _UNKNOWN


def _advice(habits: Habits, user: str) -> str:
    match habits.senders:
        case Senders.GRANTED:
            return f"Send as {user}, or have {user} given the right to send as this address (Send As)."
        case Senders.DOMAIN:
            return f"Send as {user}, or as another address of its domain."
        case _:
            return f"Send as {user}, or make this address an alias of it."
