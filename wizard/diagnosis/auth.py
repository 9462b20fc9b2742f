"""Rules for signing in: wrong password or wrong kind of password, switched off, locked. Must not know what is offered."""

from __future__ import annotations

from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words import ACCOUNT_LIMITED, APP_PASSWORD, AUTH_BACKEND, BAD_CREDENTIALS, BASIC_OFF, TOKEN
from wizard.smtp.observation import Kind, Stage

_AUTH = (Stage.AUTH,)
_QUOTA = Words("quota or subscription", "subscribed, quota, not~activated, credits, trial")


def _with_token(seen: Seen) -> bool:
    return (seen.observation.context.mechanism or "").upper() == "XOAUTH2"


def _only_tokens(seen: Seen) -> bool:
    offered = set(seen.observation.context.mechanisms)
    return bool(offered) and offered <= {"XOAUTH2", "OAUTHBEARER"}


RULES: tuple[Rule, ...] = (
    Rule(
        id="password-missing",
        title="There is no password to sign in with",
        meaning="Nothing was sent, because the password could not be had from where it is kept.",
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
            When(codes=(4, 5), enhanced=("5.7.139", "5.7.30"), lacks=Words("wrong password", "credentials were incorrect")),
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
        log_line="AuthenticationFailedException: 535 5.7.139 Authentication unsuccessful, or: "
        "No authentication mechanisms supported by both server and client",
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
            When(codes=(535,), enhanced=("5.7.8",), stages=_AUTH, providers=(Family.GOOGLE,)),
            When(codes=(535, 550), stages=_AUTH, providers=(Family.QQ, Family.NETEASE, Family.APPLE, Family.YAHOO)),
        ),
        advice=(
            "Make an app password in the account's security settings and use it here as the password.",
            "Blanks inside an app password are for the eye only: leave them out.",
        ),
        also=(Possible("auth-bad-credentials", "an app password is in use already: then it is mistyped or was withdrawn"),),
        log_line="AuthenticationFailedException: {said}",
        link="https://support.google.com/accounts/answer/185833",
    ),
    Rule(
        id="auth-account-limited",
        title="The account is locked or limited",
        meaning="Further attempts make it worse. The server wants a person to look at the account, or a pause. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.13", "5.7.14")),
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
        log_line="AuthenticationFailedException: {said}",
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
        log_line="AuthenticationFailedException: {said}",
    ),
)
