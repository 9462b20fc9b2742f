"""Whether another port or mode may explain a failure or cure it, judged by structure alone. Must not know words or rules."""

from __future__ import annotations

from wizard.profile import Profile, Security
from wizard.smtp.observation import Kind, Observation, Stage

_REACH_FAILURES = {
    Kind.REFUSED,
    Kind.UNREACHABLE,
    Kind.PROHIBITED,
    Kind.TIMEOUT,
    Kind.CLOSED,
    Kind.RESET,
    Kind.MALFORMED,
    Kind.TLS_PLAINTEXT,
    Kind.TLS_ALERT,
    Kind.TLS_FAILED,
    Kind.TLS_VERSION,
    Kind.TLS_CIPHER,
    Kind.TLS_CLIENT_CERT,
    Kind.TLS_CERTIFICATE,
}
_EARLY = {Stage.CONNECT, Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS}
_SENDING = {Stage.MAIL, Stage.RCPT, Stage.DATA}
# RFC 4954 6 and RFC 3207: the server asks for encryption, or for a sign-in that it may offer only behind encryption.
_WANTS_ENCRYPTION = {523, 530, 538}
# RFC 3463: these subjects are about one address, mailbox, or message; another port would say the same.
_OF_ADDRESSES = ("5.1.", "5.2.", "5.3.", "5.6.")


def worth_looking(observation: Observation, profile: Profile) -> bool:
    """Return whether another port or mode may be the cure or tell look-alikes apart, so that the neighbours are tried at once."""
    if observation.passed:
        return False
    if observation.stage in _EARLY:
        refused = observation.stage is Stage.STARTTLS and observation.kind in (Kind.REPLY, Kind.NOT_OFFERED, Kind.INJECTED)
        return refused or observation.kind in _REACH_FAILURES
    if observation.stage is Stage.AUTH:
        return _sign_in_refused(observation)
    return observation.stage in _SENDING and _wants_a_sign_in(observation, profile)


def tells_apart(observation: Observation) -> bool:
    """Return whether every neighbour tells something, also beside one that works: who else offers STARTTLS, whose certificate."""
    return observation.stage in (Stage.STARTTLS, Stage.AUTH) or observation.kind is Kind.TLS_CERTIFICATE


def _sign_in_refused(observation: Observation) -> bool:
    """What is offered next door tells a port that takes no sign-in from an account that may not use one."""
    if observation.kind in (Kind.WITHHELD, Kind.NOT_OFFERED, Kind.NO_MECHANISM):
        return True
    return observation.reply is not None and observation.kind is Kind.REPLY and observation.reply.code >= 500


def _wants_a_sign_in(observation: Observation, profile: Profile) -> bool:
    """A refusal that a sign-in, or encryption before it, might have spared: nobody has signed in, and no address is named."""
    reply = observation.reply
    if reply is None or observation.kind is not Kind.REPLY:
        return False
    if reply.code in _WANTS_ENCRYPTION:
        return not observation.context.signed_in or profile.endpoint.security is Security.NONE
    about_an_address = (reply.enhanced or "").startswith(_OF_ADDRESSES)
    return reply.code >= 500 and not observation.context.signed_in and not about_an_address
