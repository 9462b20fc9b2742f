"""Rules for what a server offers before a sign-in: no AUTH, no common mechanism, AUTH only after TLS, mail only after AUTH.

Must not know why a password is refused.
"""

from __future__ import annotations

from wizard.diagnosis.cures import mechanism_auto, proven, starttls_here
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words import APP_PASSWORD, AUTH_NEEDED
from wizard.profile import Mechanism
from wizard.smtp.observation import Kind, Stage

_AUTH = (Stage.AUTH,)
_MAIL = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_OFF_NOW = Words(
    "disabled here",
    "authentication not enabled, auth not available, auth~not supported, auth~disabled, authentication~not available, "
    "authentication~not supported, authentication is disabled, command not recognized, command not implemented, "
    "unrecognized command, command unrecognized, unknown command",
)
_MECHANISM = Words(
    "mechanism not supported",
    "mechanism~not, unrecognized authentication type, unknown~mechanism, unsupported~mechanism, invalid~mechanism, "
    "mechanism~invalid, mechanism~disabled, no~mechanism, cannot achieve",
)


def _auth_after_tls(seen: Seen) -> bool:
    """No AUTH in clear, and STARTTLS on offer: servers show AUTH only once the line is encrypted."""
    context = seen.observation.context
    return not context.encrypted and "STARTTLS" in context.capabilities


def _submission_unknown(seen: Seen) -> bool:
    """A pasted error from the submission port: what the server offered is not known, and there AUTH comes after STARTTLS."""
    return seen.pasted and seen.profile.endpoint.port == 587


def _any_will_do(seen: Seen) -> bool:
    login = seen.profile.login
    return login is None or login.mechanism is Mechanism.AUTO


def _no_login(seen: Seen) -> bool:
    return seen.profile.login is None and not seen.observation.context.signed_in


def _nobody(seen: Seen) -> bool:
    return _no_login(seen) and not seen.pasted


_NOBODY = "nobody signed in"

RULES: tuple[Rule, ...] = (
    Rule(
        id="auth-mechanism-unsupported",
        title="There is no way of signing in that both sides know",
        meaning="The server offers {offered}, and none of these can be used here with a password.",
        when=(When(kinds=(Kind.NO_MECHANISM,), plus=_any_will_do, plus_name="mechanism auto"),),
        cures=proven,
        advice=(
            "If the server offers XOAUTH2, it wants a token in place of the password: set the mechanism to xoauth2.",
            "If it offers GSSAPI or NTLM, ask whoever runs it for a port or an account that is made for programs.",
        ),
        also=(
            Possible("auth-basic-disabled", "the server offers PLAIN or LOGIN to other accounts or networks"),
            Possible("auth-not-offered", "the server offers no mechanism at all"),
        ),
        log_line="No authentication mechanisms supported by both server and client, or: "
        "504 5.5.4 Unrecognized authentication type",
        source="RFC 4954 sections 3 and 4 (504 5.5.4)",
    ),
    Rule(
        id="auth-mechanism-unsupported",
        title="There is no way of signing in that both sides know",
        meaning="The profile asks for {mechanism}, and the server offers {offered}.",
        when=(
            When(kinds=(Kind.NO_MECHANISM,)),
            When(codes=(504,), stages=_AUTH),
            When(codes=(5,), enhanced=("5.7.4",), stages=_AUTH),
            When(codes=(4, 5), says=_MECHANISM),
        ),
        cures=mechanism_auto,
        advice=(
            "Set the mechanism to auto, and the best one both sides know is taken.",
            "If the server offers XOAUTH2 only, it wants a token; if it offers GSSAPI or NTLM only, ask for a port for programs.",
        ),
        also=(
            Possible("auth-not-offered", "the server offers no mechanism at all"),
            Possible("auth-basic-disabled", "the server offers PLAIN or LOGIN to other accounts or networks"),
        ),
        log_line="No authentication mechanisms supported by both server and client, or: "
        "504 5.5.4 Unrecognized authentication type",
        source="RFC 4954 sections 3 and 4 (504 5.5.4)",
    ),
    Rule(
        id="auth-mechanism-unsupported",
        title="The server wants another way of signing in",
        meaning="{mechanism} is too weak for it, or the account has to be moved to a new way first. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.9",), stages=_AUTH, lacks=APP_PASSWORD),
            When(codes=(4, 5), enhanced=("*.7.12",)),
        ),
        fallback=(When(codes=(422, 432, 534), stages=_AUTH),),
        advice=(
            "Choose a stronger mechanism among those the server offers ({offered}): scram-sha-256 rather than cram-md5.",
            "If the reply speaks of a transition, sign in once with mechanism plain on an encrypted line.",
        ),
        also=(
            Possible("auth-app-password-required", "the account has two-step verification: then an app password is meant"),
            Possible("auth-basic-disabled", "the server offers tokens only (XOAUTH2)"),
            Possible("rate-limited", "the reply speaks of connections or messages, and passes after a pause"),
        ),
        log_line="AuthenticationFailedException: {said}",
        source="RFC 4954 section 6 (534 5.7.9, 432 4.7.12)",
    ),
    Rule(
        id="starttls-required",
        title="The server shows its sign-in only on an encrypted line",
        meaning="{asked}. The server offers no sign-in in clear, and STARTTLS to encrypt the line.{open}",
        when=(
            When(kinds=(Kind.NOT_OFFERED,), stages=_AUTH, plus=_auth_after_tls, plus_name="in clear, STARTTLS offered"),
            When(kinds=(Kind.NOT_OFFERED,), stages=_AUTH, plus=_submission_unknown, plus_name="pasted, from port 587"),
        ),
        cures=starttls_here,
        advice=("Choose STARTTLS, which this server offers.",),
        also=(Possible("auth-not-offered", "no sign-in is offered on the encrypted line either"),),
        log_line="530 5.7.0 Must issue a STARTTLS command first",
        source="RFC 4954 section 4; RFC 3207 section 4.2",
    ),
    Rule(
        id="auth-not-offered",
        title="{where} takes no sign-in",
        meaning="The profile has a user name, and this port does not offer to sign in. Port 25 is often like that, and a "
        "relay that knows its clients by address.{open}",
        when=(
            When(kinds=(Kind.NOT_OFFERED,), stages=_AUTH),
            When(codes=(500, 502, 503, 4, 5), stages=_AUTH, says=_OFF_NOW),
            When(
                codes=(500, 502, 503),
                says=Words(
                    "AUTH not enabled",
                    "authentication not enabled, auth~not, auth command",
                ),
            ),
        ),
        fallback=(When(codes=(500, 502, 503), stages=_AUTH),),
        cures=proven,
        advice=(
            "Use port 587 or 465, which are made for signing in.",
            "If this is a relay that needs no sign-in, leave the user name empty.",
        ),
        also=(
            Possible("starttls-required", "the sign-in appears once the line is encrypted"),
            Possible("auth-mechanism-unsupported", "the server offers mechanisms, and none of yours"),
            Possible("middlebox", "another network sees AUTH in the list of abilities"),
        ),
        log_line="nothing at the sign-in: IdentityIQ skips it, and the refusal comes at the sender or recipient",
        source="RFC 4954 section 3 (AUTH in the reply to EHLO)",
    ),
    Rule(
        id="auth-required",
        title="The server wants a sign-in before it takes mail",
        meaning="The session came to the message without a sign-in the server accepts.{sign_in_at} It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.57",)),
            # The code of a refused password, where none was given: what is missing is the sign-in.
            When(codes=(535,), enhanced=("5.7.8", "5.7.3", "5.7.0"), stages=_MAIL, plus=_nobody, plus_name=_NOBODY),
            When(
                codes=(4, 5),
                says=AUTH_NEEDED,
                lacks=Words(
                    "relay or domain",
                    "relaying, spf, dkim, dmarc, unauthenticated email, unauthenticated mail",
                ),
            ),
            When(
                codes=(5,),
                says=Words("relaying without a sign-in", "relay"),
                stages=_MAIL,
                plus=lambda s: _no_login(s) and AUTH_NEEDED.found_in(s.text) and "AUTH" in s.observation.context.capabilities,
                plus_name="no user name in the profile, AUTH offered",
            ),
        ),
        fallback=(When(codes=(530,)), When(codes=(535,), stages=_MAIL, plus=_nobody, plus_name=_NOBODY)),
        advice=(
            "Give the profile a user name and a password.",
            "If both are set, check that this port offers a sign-in: 587 and 465 do, 25 often does not.",
        ),
        also=(
            Possible("starttls-required", "the sign-in is offered only after STARTTLS"),
            Possible("relay-denied", "mail to the server's own domain passes without a sign-in"),
            Possible("auth-basic-disabled", "a sign-in was tried and skipped: password sign-in may be off"),
            Possible("auth-bad-credentials", "a sign-in was tried and refused before"),
            Possible("auth-not-offered", "user name and password are set, and this port offers no sign-in: it is then left out"),
        ),
        log_line="{said}",
        source="RFC 4954 section 6 (530 5.7.0); RFC 6409 section 4.3",
    ),
)
