"""Rules for signing in: wrong password or wrong kind of password, switched off, locked, not offered. Must not know mail."""

from __future__ import annotations

from wizard.diagnosis.cures import mechanism_auto, proven, starttls_here
from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words import (
    ACCOUNT_LIMITED,
    APP_PASSWORD,
    AUTH_BACKEND,
    AUTH_NEEDED,
    BAD_CREDENTIALS,
    BASIC_OFF,
    TOKEN,
)
from wizard.smtp.observation import Kind, Stage

_AUTH = (Stage.AUTH,)
_MAIL = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_QUOTA = Words("quota or subscription", "subscribed, quota, not~activated, credits, trial")
_OFF_NOW = Words(
    "disabled here",
    "authentication not enabled, auth not available, auth~not supported, auth~disabled, authentication~not available, "
    "authentication~not supported, authentication is disabled, command not recognized, command not implemented, "
    "unrecognized command, command unrecognized, unknown command",
)
_MECHANISM = Words(
    "mechanism not supported",
    "mechanism~not, unrecognized authentication type, unknown~mechanism, unsupported~mechanism, invalid~mechanism, "
    "mechanism~invalid, mechanism~disabled, no~mechanism",
)


def _with_token(seen: Seen) -> bool:
    return (seen.observation.context.mechanism or "").upper() == "XOAUTH2"


def _only_tokens(seen: Seen) -> bool:
    offered = set(seen.observation.context.mechanisms)
    return bool(offered) and offered <= {"XOAUTH2", "OAUTHBEARER"}


def _auth_after_tls(seen: Seen) -> bool:
    """No AUTH in clear, and STARTTLS on offer: servers show AUTH only once the line is encrypted."""
    context = seen.observation.context
    return not context.encrypted and "STARTTLS" in context.capabilities


def _submission_unknown(seen: Seen) -> bool:
    """A pasted error from the submission port: what the server offered is not known, and there AUTH comes after STARTTLS."""
    return seen.pasted and seen.profile.endpoint.port == 587


def _no_login(seen: Seen) -> bool:
    return seen.profile.login is None and not seen.observation.context.signed_in


RULES: tuple[Rule, ...] = (
    Rule(
        id="password-missing",
        title="There is a user name, and no password to go with it",
        meaning="Nothing was sent, because the password could not be had from the place the profile names. {said}",
        when=(When(kinds=(Kind.NO_SECRET,)),),
        advice=("Type the password, or set where it is kept.",),
        also=(Possible("auth-bad-credentials", "the server was asked and said no"),),
        log_line="AuthenticationFailedException: failed to connect, no password specified?",
    ),
    Rule(
        id="protocol-violation",
        title="The server accepted the password and could not prove that it knows it",
        meaning="In a SCRAM sign-in both sides prove themselves. This server's proof was wrong: a broken server, or not the "
        "one you mean.",
        when=(When(kinds=(Kind.SERVER_UNPROVEN,)),),
        advice=("Make sure that this is the server you mean before you send mail through it, and tell whoever runs it.",),
        also=(Possible("middlebox", "the proof is right from another network"),),
    ),
    Rule(
        id="auth-basic-disabled",
        title="Signing in with a password is switched off here",
        meaning="The password may be right: the provider, the organisation or this account does not allow password sign-in over "
        "SMTP. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.139", "5.7.30")),
            When(codes=(4, 5), says=BASIC_OFF),
            When(
                kinds=(Kind.NO_MECHANISM,),
                plus=_only_tokens,
                plus_name="only XOAUTH2 offered",
                providers=(Family.MICROSOFT, Family.GOOGLE, Family.YAHOO),
            ),
        ),
        advice=(
            "Microsoft 365: an administrator can allow it for one mailbox (Set-CASMailbox -SmtpClientAuthenticationDisabled "
            "$false) where the organisation and its Conditional Access agree.",
            "Or sign in with a token: mechanism xoauth2. IdentityIQ's own way is Email Notification Type HTTP / OAuth.",
            "Other providers: switch SMTP on in the account's settings.",
        ),
        also=(
            Possible("auth-bad-credentials", "the same user name and password fail in the provider's web page as well"),
            Possible("auth-app-password-required", "the account's security settings offer app passwords"),
        ),
        log_line="AuthenticationFailedException: 535 5.7.139 Authentication unsuccessful",
        link="https://aka.ms/smtp_auth_disabled",
    ),
    Rule(
        id="auth-app-password-required",
        title="This account wants an app password",
        meaning="The everyday password is not accepted from programs. The provider makes a separate one (an app password, or "
        "authorisation code) for each of them. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.9",), stages=_AUTH),
            When(codes=(5,), enhanced=("5.7.9",), says=APP_PASSWORD),
            When(codes=(4, 5), says=APP_PASSWORD),
            When(codes=(535, 550), stages=_AUTH, providers=(Family.QQ, Family.NETEASE, Family.APPLE, Family.YAHOO)),
        ),
        advice=(
            "Make an app password in the account's security settings and use it here as the password.",
            "Blanks inside an app password are for the eye only: leave them out.",
        ),
        also=(Possible("auth-bad-credentials", "an app password is in use already: then it is mistyped or was withdrawn"),),
        log_line="AuthenticationFailedException: 534 5.7.9 Application-specific password required",
        link="https://support.google.com/accounts/answer/185833",
    ),
    Rule(
        id="auth-account-limited",
        title="The account is locked or limited",
        meaning="Further attempts make it worse. The server wants a person to look at the account, or a pause. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.14",)),
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
        log_line="AuthenticationFailedException: 454 4.7.0 Too many login attempts",
    ),
    Rule(
        id="auth-oauth-token-invalid",
        title="The token was not accepted",
        meaning="Tokens live for about an hour, are made for one purpose (scope), and for one account: one of the three does not "
        "fit. It said: {said}",
        when=(
            When(codes=(334, 4, 5), stages=_AUTH, plus=_with_token, plus_name="signed in with XOAUTH2"),
            When(codes=(4, 5), says=TOKEN),
        ),
        advice=(
            "Fetch a new token and try once more.",
            "Check the scope: https://outlook.office.com/SMTP.Send for Microsoft, https://mail.google.com/ for Google.",
            "Check that the user name is the mailbox the token was made for, and that SMTP is allowed for that mailbox.",
        ),
        also=(Possible("auth-basic-disabled", "a new token with the right scope fails as well: SMTP is off for the mailbox"),),
        log_line="AuthenticationFailedException: 535 5.7.3 Authentication unsuccessful",
        link="https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/"
        "how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth",
    ),
    Rule(
        id="auth-temporary",
        title="The server cannot check passwords right now",
        meaning="What it asks for the answer does not respond. Your password was neither right nor wrong. It said: {said}",
        when=(
            When(codes=(4,), stages=_AUTH),
            When(codes=(4,), says=AUTH_BACKEND, enhanced=("4.7.0", "4.7.1", "4.3.0")),
        ),
        fallback=(When(codes=(454,)),),
        advice=("Try once more in some minutes, not at once.", "If it stays, tell whoever runs the server."),
        also=(Possible("auth-account-limited", "other accounts can sign in at the same moment"),),
        log_line="AuthenticationFailedException: 454 4.7.0 Temporary authentication failure",
    ),
    Rule(
        id="auth-mechanism-unsupported",
        title="You and the server have no way of signing in in common",
        meaning="The profile asks for {mechanism}, the server offers: {offered}.",
        when=(
            When(kinds=(Kind.NO_MECHANISM,)),
            When(codes=(504,), stages=_AUTH),
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
        log_line="No authentication mechanisms supported by both server and client",
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
    ),
    Rule(
        id="auth-required",
        title="The server wants a sign-in before it takes mail",
        meaning="The session came to the message without a sign-in the server accepts. It said: {said}",
        when=(
            When(codes=(530,)),
            When(codes=(4, 5), enhanced=("5.7.57",)),
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
        advice=(
            "Give the profile a user name and a password.",
            "If both are set, check that this port offers a sign-in: 587 and 465 do, 25 often does not.",
        ),
        also=(
            Possible("starttls-required", "the sign-in is offered only after STARTTLS"),
            Possible("relay-denied", "mail to the server's own domain passes without a sign-in"),
            Possible("auth-basic-disabled", "a sign-in was tried and skipped: password sign-in may be off"),
            Possible("auth-bad-credentials", "a sign-in was tried and refused before"),
        ),
        log_line="530 5.7.57 Client not authenticated, or: 530 5.7.0 Authentication required",
    ),
    Rule(
        id="auth-bad-credentials",
        title="User name or password is not accepted",
        meaning="The server knows no such pair. Nothing says which of the two is wrong. It said: {said}",
        when=(
            When(codes=(535,), enhanced=("5.7.8", "5.7.3", "5.7.0", "5.7.1")),
            When(codes=(5,), stages=_AUTH, says=BAD_CREDENTIALS),
        ),
        fallback=(
            When(codes=(535, 534)),
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
        ),
        log_line="AuthenticationFailedException: 535 5.7.8 authentication failed",
    ),
)
