"""What the numbers of a reply mean by the standards: the IANA registry of enhanced status codes, and the basic reply codes.

Data and two look-ups, read only after a failure. Must not know findings: which cause follows from a code is the rules' part.
Source: https://www.iana.org/assignments/smtp-enhanced-status-codes (RFC 5248), RFC 3463 and the RFC named at each row.
"""

from typing import NamedTuple


class Status(NamedTuple):
    """One enhanced status code in plain words.

    ``code`` is written as the registry does (``X.1.1``, the class open); ``basic`` are the reply codes it is registered with,
    empty where the registry names none; ``detail`` is empty where the registry has no such detail: then the subject alone speaks.
    """

    code: str
    retry: str
    subject: str
    detail: str
    basic: tuple[int, ...] = ()
    source: str = ""

    @property
    def sentence(self) -> str:
        """What the code says, as one or two sentences."""
        if self.detail:
            return f"{self.detail}. {self.retry}."
        last = self.code.rsplit(".", 1)[-1]
        return f"It is about {self.subject}; the last number, {last}, is this server's own. {self.retry}."


class Basic(NamedTuple):
    """One basic reply code in plain words, and the RFC that defines it."""

    code: int
    meaning: str
    source: str


# The first number (RFC 3463 section 2).
CLASSES = {
    "2": "It worked",
    "4": "The server expects that it may work later",
    "5": "Trying the same again does not help",
}
# The second number (RFC 3463 section 3).
SUBJECTS = {
    "0": "no subject in particular",
    "1": "an address",
    "2": "a mailbox",
    "3": "the mail system of the destination",
    "4": "the network or the way to the destination",
    "5": "the conversation between the two programs",
    "6": "the form of the message",
    "7": "security or policy",
}
_3463, _4954, _5248 = "RFC 3463", "RFC 4954", "RFC 5248"
# Second and third number, meaning, basic codes, source.
_ROWS: tuple[tuple[str, str, tuple[int, ...], str], ...] = (
    ("0.0", "Something went wrong that has no number of its own", (), f"{_3463} 3.1"),
    ("1.0", "Something is wrong with an address", (), f"{_3463} 3.2"),
    ("1.1", "The recipient's mailbox does not exist", (451, 550), f"{_3463} 3.2"),
    ("1.2", "The recipient's domain does not exist or takes no mail", (), f"{_3463} 3.2"),
    ("1.3", "The recipient's address is not written as an address has to be", (501,), f"{_3463} 3.2"),
    ("1.4", "The recipient's address fits more than one mailbox", (), f"{_3463} 3.2"),
    ("1.5", "The recipient's address is valid", (250,), f"{_3463} 3.2"),
    ("1.6", "The recipient's mailbox has moved and left no new address", (), f"{_3463} 3.2"),
    ("1.7", "The sender's address is not written as an address has to be", (), f"{_3463} 3.2"),
    ("1.8", "The sender's domain does not exist or takes no replies", (451, 501), f"{_3463} 3.2"),
    ("1.9", "The message was passed to a system that does not follow the standard", (), "RFC 3886"),
    ("1.10", "The recipient's domain says in DNS that it takes no mail (null MX)", (556,), "RFC 7505 4.1"),
    ("2.0", "Something is wrong with the mailbox", (), f"{_3463} 3.3"),
    ("2.1", "The mailbox exists and is switched off", (), f"{_3463} 3.3"),
    ("2.2", "The mailbox is full", (552,), f"{_3463} 3.3"),
    ("2.3", "The message is larger than this mailbox may receive", (552,), f"{_3463} 3.3"),
    ("2.4", "The mailing list could not be resolved into its members", (450, 452), f"{_3463} 3.3"),
    ("3.0", "The mail system of the destination has a problem", (221, 250, 421, 451, 550, 554), f"{_3463} 3.4"),
    ("3.1", "The mail system has no room left", (452,), f"{_3463} 3.4"),
    ("3.2", "The mail system takes no messages at present", (453, 521), f"{_3463} 3.4"),
    ("3.3", "The mail system lacks something this message needs", (), f"{_3463} 3.4"),
    ("3.4", "The message is larger than the mail system takes", (552, 554), f"{_3463} 3.4"),
    ("3.5", "The mail system is not set up correctly", (), f"{_3463} 3.4"),
    ("3.6", "The message was taken with another priority than asked for", (250, 251), "RFC 6710"),
    ("4.0", "Something is wrong with the network or the way", (), f"{_3463} 3.5"),
    ("4.1", "The next mail server did not answer", (451,), f"{_3463} 3.5"),
    ("4.2", "The connection to the next mail server broke off or was too bad", (421,), f"{_3463} 3.5"),
    ("4.3", "A directory or name service the server needs did not help", (451, 550), f"{_3463} 3.5"),
    ("4.4", "The server found no way to the recipient's domain", (), f"{_3463} 3.5"),
    ("4.5", "The mail system is congested", (451,), f"{_3463} 3.5"),
    ("4.6", "The message goes round in a circle between mail servers", (), f"{_3463} 3.5"),
    ("4.7", "The message waited too long and was given up", (), f"{_3463} 3.5"),
    (
        "5.0",
        "Something went wrong in the conversation",
        (220, 250, 251, 252, 253, 451, 452, 454, 458, 459, 501, 502, 503, 554),
        f"{_3463} 3.6",
    ),
    (
        "5.1",
        "The command is not known, or it came at the wrong moment",
        (430, 500, 501, 503, 530, 550, 554, 555),
        f"{_3463} 3.6",
    ),
    ("5.2", "The command was not written as it has to be", (500, 501, 502, 550, 555), f"{_3463} 3.6"),
    ("5.3", "One message has more recipients than the server takes", (451,), f"{_3463} 3.6"),
    ("5.4", "What was said beside the command is not valid", (451, 501, 502, 503, 504, 550, 555), f"{_3463} 3.6"),
    ("5.5", "The two sides speak different versions of the protocol", (), f"{_3463} 3.6"),
    ("5.6", "A line of the sign-in is longer than the server takes", (500,), f"{_4954} 4"),
    ("6.0", "Something about the content made it impossible to hand over", (), f"{_3463} 3.7"),
    ("6.1", "A kind of content is not supported", (), f"{_3463} 3.7"),
    ("6.2", "The content would have to be converted, and that is not allowed", (), f"{_3463} 3.7"),
    ("6.3", "The content would have to be converted, and the server cannot do that", (554,), f"{_3463} 3.7"),
    ("6.4", "The content was converted with a loss", (250,), f"{_3463} 3.7"),
    ("6.5", "The content could not be converted", (), f"{_3463} 3.7"),
    ("6.6", "The content was to be fetched from elsewhere and could not be", (554,), "RFC 4468 5"),
    ("6.7", "An address has letters outside ASCII, and this sender or recipient may not have them", (550, 553), "RFC 6531 3.5"),
    ("6.8", "The reply needs UTF-8, and this client did not allow that", (252, 550, 553), "RFC 6531 3.5"),
    ("6.9", "The headers have letters outside ASCII, and a recipient cannot take them", (550,), "RFC 6531 3.5"),
    ("6.10", "The reply needs UTF-8, and this client did not allow that (an older number for X.6.8)", (), "RFC 6531 3.5"),
    (
        "7.0",
        "Security or policy stands against it, without saying which",
        (220, 235, 450, 454, 500, 501, 503, 504, 530, 535, 550),
        f"{_3463} 3.8",
    ),
    ("7.1", "This sender or host may not send this", (451, 454, 502, 503, 533, 550, 551), f"{_3463} 3.8"),
    ("7.2", "This sender may not write to the mailing list", (550,), f"{_3463} 3.8"),
    ("7.3", "A secure form of the message would have to be turned into another, which is not possible", (), f"{_3463} 3.8"),
    ("7.4", "A security feature this needs is not supported", (504,), f"{_3463} 3.8"),
    ("7.5", "Encrypting, decrypting or checking a signature failed", (), f"{_3463} 3.8"),
    ("7.6", "An encryption algorithm is not supported", (), f"{_3463} 3.8"),
    ("7.7", "The message was changed or damaged on its way", (), f"{_3463} 3.8"),
    ("7.8", "User name or password is not valid", (535, 554), f"{_4954} 6"),
    ("7.9", "This way of signing in is too weak for the server", (534,), f"{_4954} 6"),
    ("7.10", "The server wants an encrypted line first", (523,), _5248),
    ("7.11", "This way of signing in is allowed on an encrypted line only", (524, 538), f"{_4954} 6"),
    ("7.12", "The account has to be moved to a new kind of sign-in by signing in once with PLAIN", (422, 432), f"{_4954} 6"),
    ("7.13", "The account is switched off", (525,), _5248),
    ("7.14", "The server would need the trust of a third one to do this", (535, 554), _5248),
    ("7.15", "The priority of the message is too low to be taken now", (450, 550), "RFC 6710"),
    ("7.16", "The message is too large for its priority", (552,), "RFC 6710"),
    ("7.17", "The mailbox belongs to somebody else than it did", (), "RFC 7293"),
    ("7.18", "The domain belongs to somebody else than it did", (), "RFC 7293"),
    ("7.19", "Whether the mailbox still belongs to the same person could not be found out", (), "RFC 7293"),
    ("7.20", "The message has no DKIM signature that passes", (550,), "RFC 7372 3.1"),
    ("7.21", "The message has a valid DKIM signature, and none the server accepts", (550,), "RFC 7372 3.1"),
    ("7.22", "No DKIM signature is from the domain of the sender", (550,), "RFC 7372 3.1"),
    ("7.23", "SPF of the sender's domain does not allow this host", (550,), "RFC 7372 3.2"),
    ("7.24", "SPF of the sender's domain could not be evaluated", (451, 550), "RFC 7372 3.2"),
    ("7.25", "The address of this host has no matching name (reverse DNS)", (550,), "RFC 7372 3.3"),
    ("7.26", "More than one check of the sender's domain failed", (550,), "RFC 7372 3.4"),
    ("7.27", "The sender's domain says in DNS that it takes no mail (null MX)", (550,), "RFC 7505 4.2"),
    ("7.28", "Too much mail came at once", (), _5248),
    ("7.29", "The chain of ARC signatures does not hold", (550,), "RFC 8617 7.7"),
    ("7.30", "The message demands TLS all the way (REQUIRETLS), and the next server cannot give it", (550,), "RFC 8689 7"),
)
# A failing session shows 4yz and 5yz; 2yz and 3yz stand here because a server may answer with one where it does not belong.
_BASIC: tuple[tuple[int, str, str], ...] = (
    (211, "The state of the system, or help", "RFC 5321 4.2.3"),
    (214, "Help", "RFC 5321 4.2.3"),
    (220, "The server is ready", "RFC 5321 4.2.3"),
    (221, "The server closes the connection", "RFC 5321 4.2.3"),
    (235, "The sign-in succeeded", "RFC 4954 6"),
    (250, "Done", "RFC 5321 4.2.3"),
    (251, "The recipient is elsewhere; the server passes the mail on", "RFC 5321 3.4"),
    (252, "The recipient could not be checked; the server takes the mail and tries", "RFC 5321 3.5.3"),
    (334, "The server waits for the next part of the sign-in", "RFC 4954 4"),
    (354, "The server waits for the message", "RFC 5321 4.2.3"),
    (421, "The server ends the connection: it has no time or is shutting down", "RFC 5321 3.8"),
    (432, "The account has to be moved to a new kind of sign-in", "RFC 4954 6"),
    (450, "The mailbox is not available now: busy, or held back by a rule", "RFC 5321 4.2.3"),
    (451, "The server had an error of its own", "RFC 5321 4.2.3"),
    (452, "The server has no room, or too many recipients were named", "RFC 5321 4.5.3.1.10"),
    (454, "Something the server needs, for encryption or the sign-in, fails at present", "RFC 3207 4, RFC 4954 6"),
    (455, "The server cannot take what was said beside the command now", "RFC 5321 4.2.4"),
    (500, "The server does not know the command, or the line is too long", "RFC 5321 4.2.4"),
    (501, "What was said beside the command is not valid", "RFC 5321 4.2.4"),
    (502, "The server knows the command and does not offer it", "RFC 5321 4.2.4"),
    (503, "The command came at the wrong moment", "RFC 5321 4.2.4"),
    (504, "The server does not offer what was said beside the command", "RFC 5321 4.2.4"),
    (521, "This host takes no mail", "RFC 7504 3"),
    (523, "The server wants an encrypted line first", "RFC 5248"),
    (524, "This way of signing in is allowed on an encrypted line only", "RFC 5248"),
    (525, "The account is switched off", "RFC 5248"),
    (530, "The server wants a sign-in, or an encrypted line, first", "RFC 4954 6, RFC 3207 4"),
    (534, "This way of signing in is too weak for the server", "RFC 4954 6"),
    (535, "User name or password is not valid", "RFC 4954 6"),
    (538, "This way of signing in is allowed on an encrypted line only", "RFC 4954 6"),
    (550, "The mailbox is not available: unknown, not accessible, or refused by a rule", "RFC 5321 4.2.3"),
    (551, "The recipient is elsewhere, and the server does not pass the mail on", "RFC 5321 3.4"),
    (552, "The mailbox has no room, or the message is too large", "RFC 5321 4.2.3, RFC 1870 6"),
    (553, "The address is not allowed or not written as it has to be", "RFC 5321 4.2.3"),
    (554, "The transaction failed; as a greeting: no mail service here", "RFC 5321 4.2.3"),
    (555, "The server does not know what was said beside the sender or recipient", "RFC 5321 4.1.1.11"),
    (556, "The recipient's domain takes no mail", "RFC 7504 4"),
)
DETAILS: dict[str, tuple[str, tuple[int, ...], str]] = {row[0]: row[1:] for row in _ROWS}
BASICS: dict[int, Basic] = {row[0]: Basic(*row) for row in _BASIC}


def meaning_of(enhanced: str | None) -> Status | None:
    """Return what an enhanced status code (``5.1.1``) means by the registry; None when it is none or its subject is unknown.

    A detail the registry does not have (providers make their own) keeps what class and subject say.
    """
    parts = (enhanced or "").split(".")
    if len(parts) != 3 or parts[0] not in CLASSES or parts[1] not in SUBJECTS or not parts[2].isdecimal():
        return None
    detail = f"{parts[1]}.{int(parts[2])}"
    meaning, basic, source = DETAILS.get(detail, ("", (), "RFC 3463 2"))
    return Status(f"X.{detail}", CLASSES[parts[0]], SUBJECTS[parts[1]], meaning, basic, source)


def basic_meaning_of(code: int) -> Basic | None:
    """Return what a basic reply code means by the standards; None for one they do not define."""
    return BASICS.get(code)


def by_the_standard(code: int, enhanced: str | None) -> str:
    """Return one or two sentences on what a reply's numbers mean by the standards; empty when they define neither.

    Of a detail that only the server knows, the basic code says more: then both speak.
    """
    status, basic = meaning_of(enhanced), basic_meaning_of(code)
    if status and status.detail and not status.code.endswith(".0"):
        return status.sentence
    parts = [f"{basic.meaning}." if basic else "", status.sentence if status and status.code != "X.0.0" else ""]
    return " ".join(part for part in parts if part)
