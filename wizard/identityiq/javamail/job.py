"""One session to make with the mail library: where, with which of IdentityIQ's settings, as whom. Must not know Java."""

from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.settings import Encryption
from wizard.profile import Password, Profile

_SUBJECT = "SMTP Wizard test {token}, sent by JavaMail"
_TEXT = """\
This is a test message from SMTP Wizard, sent with the mail library IdentityIQ uses.

It went from {sender} to {recipient}
through {host}, port {port}, Encryption: {encryption}.

Token: {token}

If you did not expect this message, you can delete it.
"""


class Job(NamedTuple):
    """What the library is asked to do. The password is not here: it is given to ``send`` beside it.

    ``deliver`` sends one message; without it the library connects, encrypts and signs in, and no mail is begun: it has no way
    of its own to stop after the recipient. ``guarded`` keeps a password off a line in clear where the library itself would not
    (STARTTLS required, no fallback). ``factory`` asks for SSL through a socket factory, with its fallback.
    """

    host: str
    port: int
    encryption: Encryption
    username: str = ""
    sender: str = ""
    recipient: str = ""
    ehlo_name: str = ""
    deliver: bool = False
    guarded: bool = True
    factory: bool = False
    token: str = ""
    truststore: Path | None = None
    truststore_type: str = ""
    truststore_password: Password | None = None


def job_of(profile: Profile, *, deliver: bool = False, token: str = "") -> Job:
    """Return the job a profile stands for in IdentityIQ. The name in EHLO is the profile's, else Java's own for this host."""
    endpoint = profile.endpoint
    return Job(
        host=endpoint.host,
        port=endpoint.port,
        encryption=Encryption.of(endpoint.security),
        username=profile.login.username if profile.login else "",
        sender=profile.sender,
        recipient=profile.recipient,
        ehlo_name=profile.ehlo_name,
        deliver=deliver and bool(profile.sender and profile.recipient),
        guarded=not profile.accept_cleartext_auth,
        token=token,
    )


def written(job: Job, password: Password | None, number: str) -> str:
    """Return the job as the program reads it, the password in it: for its standard input and nothing else."""
    facts = {
        "id": number,
        "host": job.host,
        "port": str(job.port),
        "encryption": job.encryption.value,
        "deliver": _flag(job.deliver),
        "guarded": _flag(job.guarded and bool(job.username and password)),
        "factory": _flag(job.factory),
        "localhost": job.ehlo_name,
        "truststore": str(job.truststore or ""),
        "truststore-type": job.truststore_type,
        "truststore-password": (job.truststore_password or Password("changeit")).reveal() if job.truststore else "",
    }
    if job.username:
        facts |= {"username": job.username, "password": password.reveal() if password else ""}
    if job.deliver:
        facts |= {"sender": job.sender, "recipient": job.recipient, "token": job.token}
        facts |= {"subject": _SUBJECT.format(token=job.token), "text": _TEXT.format(**job._asdict())}
    return "".join(f"{name} {_escaped(value)}\n" for name, value in facts.items() if value) + "\n"


def _flag(value: bool) -> str:
    return "true" if value else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n")
