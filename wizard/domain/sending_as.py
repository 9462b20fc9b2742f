"""Sign-in user, envelope sender and From compared: who says it is whom. Must not know DNS."""

from wizard.diagnosis.model import Severity
from wizard.domain.model import Part, found


def examine(sender: str, envelope: str, username: str) -> Part:
    """Compare the three, as information. A user name that is no address tells nothing about the right to send as one."""
    if "@" not in sender:
        return Part()
    named = {"sign-in": username if "@" in username else "", "envelope sender": envelope, "From": sender}
    known = {role: address for role, address in named.items() if address}
    if len({address.lower() for address in known.values()}) < 2:
        return Part()
    meaning = "The server decides whether this sign-in may send as this address. Where it may not, it refuses the sender."
    return found(
        "sender-differs-from-user",
        "Who signs in and who sends are not the same",
        meaning,
        seen=", ".join(f"{role} {address}" for role, address in known.items()),
        severity=Severity.INFO,
        advice=(
            "Nothing, where the server accepts it. Otherwise have the right to send as this address given, or use the same.",
        ),
    )
