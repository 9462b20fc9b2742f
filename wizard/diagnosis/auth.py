"""Rules for signing in: no password, a wrong one, a locked account, a failing back end. The kind of secret has auth_kind.py.

Must not know what is offered.
"""

from __future__ import annotations

from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words import ACCOUNT_LIMITED, APP_PASSWORD, AUTH_BACKEND, BAD_CREDENTIALS, BASIC_OFF, TOKEN
from wizard.smtp.observation import Kind, Stage

_AUTH = (Stage.AUTH,)
_AS_USER = (Stage.AUTH, Stage.MAIL, Stage.DATA)
_RFC_AUTH = "RFC 4954 section 6"
_QUOTA = Words("quota or subscription", "subscribed, quota, not~activated, credits, trial")
# What names a better reason than a wrong password, though the code says just that.
_BETTER_NAMED = Words(
    "a better reason", ", ".join(family.keywords for family in (ACCOUNT_LIMITED, APP_PASSWORD, BASIC_OFF, TOKEN, _QUOTA))
)


def _with_password(seen: Seen) -> bool:
    return (seen.observation.context.mechanism or "").upper() != "XOAUTH2"


def _not_432(seen: Seen) -> bool:
    """432 is no failing back end: it asks for another way of signing in (RFC 4954 6)."""
    reply = seen.observation.reply
    return reply is None or (reply.code != 432 and reply.enhanced != "4.7.12")


RULES: tuple[Rule, ...] = (
    Rule(
        id="password-missing",
        title="There is no password to sign in with",
        meaning="Nothing was sent, because the password could not be had from where it is kept.",
        when=(When(kinds=(Kind.NO_SECRET,)),),
        advice=("Type the password, or set where it is kept.",),
        also=(Possible("auth-bad-credentials", "the server was asked and said no"),),
        log_line="AuthenticationFailedException: failed to connect, no password specified?",
        source="the profile itself",
    ),
    Rule(
        id="auth-bad-credentials",
        title="The sign-in was not tried again",
        meaning="It was refused {refused_before} before this run, with the same user name at this server. Nothing secret was "
        "sent now: more tries with a wrong password can lock the account.",
        when=(When(kinds=(Kind.HELD_BACK,)),),
        advice=(
            "Change the password, or the user name, to one that is known to work, and then test again with --try-sign-in.",
            "To find out without a risk, sign in to the account's web page first.",
        ),
        also=(
            Possible("auth-account-limited", "the account's web page refuses the right password too, or asks for a captcha"),
            Possible("auth-app-password-required", "the password works on the web page: programs may need one of their own"),
            Possible("auth-basic-disabled", "the administrator says that programs may not sign in with a password"),
        ),
        log_line="AuthenticationFailedException: 535, once more with each mail that is tried again",
        source="RFC 4954 section 4 (a server may limit failed tries); the limits are each provider's own",
    ),
    Rule(
        id="protocol-violation",
        title="The server accepted the password and could not prove that it knows it",
        meaning="In a SCRAM sign-in both sides prove themselves. This server's proof was wrong: a broken server, or not the "
        "one you mean.",
        when=(When(kinds=(Kind.SERVER_UNPROVEN,)),),
        advice=("Make sure that this is the server you mean before you send mail through it, and tell whoever runs it.",),
        also=(Possible("middlebox", "the proof is right from another network"),),
        log_line="nothing: IdentityIQ's mail library does not ask for that proof",
        source="RFC 5802 section 5",
    ),
    Rule(
        id="auth-account-limited",
        title="The account is locked or limited",
        meaning="Further attempts make it worse. The server wants a person to look at the account, or a pause. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("*.7.13",), stages=_AS_USER),
            When(codes=(4, 5), enhanced=("*.7.14",), stages=_AUTH),
            When(codes=(534,), enhanced=("5.7.14",)),
            When(codes=(525,), stages=_AS_USER),
            When(codes=(4, 5), stages=_AUTH, says=ACCOUNT_LIMITED, lacks=_QUOTA),
            When(
                codes=(4, 5),
                says=Words(
                    "too many sign-ins",
                    "too many login, too many~auth, too many bad auth, login frequency, account~locked, "
                    "account~suspend, webloginrequired, web login required",
                ),
            ),
        ),
        advice=(
            "Wait at least 15 minutes before the next attempt, and stop other programs that use an old password.",
            "Sign in to the account's web page: a captcha or a notice is often waiting there.",
        ),
        also=(
            Possible("rate-limited", "the reply comes after many messages, not after many sign-ins"),
            Possible("auth-temporary", "other accounts on the same server fail as well"),
            Possible("auth-bad-credentials", "the account's web page lets you in at once and shows no notice"),
        ),
        log_line="AuthenticationFailedException: {said}",
        source="RFC 5248 (X.7.13); https://support.google.com/a/answer/3726730 (5.7.14)",
    ),
    Rule(
        id="auth-temporary",
        title="The server cannot check passwords right now",
        meaning="What it asks for the answer does not respond. Your password was neither right nor wrong. It said: {said}",
        when=(
            When(codes=(4,), stages=_AUTH, lacks=ACCOUNT_LIMITED, plus=_not_432, plus_name="not 432"),
            When(codes=(4,), says=AUTH_BACKEND, enhanced=("4.7.0", "4.7.1", "4.3.0")),
        ),
        fallback=(When(codes=(454,)),),
        advice=("Try once more in some minutes, not at once.", "If it stays, tell whoever runs the server."),
        also=(
            Possible("auth-account-limited", "other accounts can sign in at the same moment"),
            Possible("starttls-unavailable", "the reply came to STARTTLS, not to the sign-in"),
            Possible("rate-limited", "it came after many messages, and passes after a pause"),
        ),
        log_line="AuthenticationFailedException: {said}",
        source=f"{_RFC_AUTH} (454 4.7.0)",
    ),
    Rule(
        id="auth-bad-credentials",
        title="User name or password is not accepted",
        meaning="The server knows no such pair. Nothing says which of the two is wrong. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.8",), plus=_with_password, plus_name="with a password", lacks=_BETTER_NAMED),
            When(codes=(5,), stages=_AUTH, says=BAD_CREDENTIALS),
        ),
        fallback=(
            When(codes=(535,), enhanced=("5.7.3", "5.7.0", "5.7.1")),
            When(codes=(535,)),
            When(codes=(5,), stages=_AUTH),
            When(
                codes=(5,),
                says=Words(
                    "credentials",
                    "credentials, username and password, invalid password, authentication failed, login or password, api key",
                ),
            ),
        ),
        advice=(
            "Check the user name: many servers want the whole address, some only the part before the @.",
            "Type the password again; look for a blank at its end.",
            "Do not try again and again: several failures can lock the account.",
        ),
        also=(
            Possible("auth-app-password-required", "the same password works on the provider's web page"),
            Possible("auth-basic-disabled", "the provider has ended password sign-in for this account"),
            Possible("auth-account-limited", "it was accepted until a short while ago, and there were failures since"),
            Possible("auth-temporary", "the server's log speaks of its own password check, not of this account"),
            Possible("middlebox", "the greeting does not name {host}: then another server was asked"),
        ),
        log_line="AuthenticationFailedException: {said}",
        source=f"{_RFC_AUTH} (535 5.7.8)",
    ),
)
