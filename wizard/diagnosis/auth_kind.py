"""Rules for the kind of secret a sign-in takes: password sign-in switched off, an app password or code, a token.

Must not know whether a password is right.
"""

from __future__ import annotations

from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words import ACCOUNT_LIMITED, APP_PASSWORD, BASIC_OFF, TOKEN
from wizard.smtp.observation import Kind, Stage

_AUTH = (Stage.AUTH,)
# Providers whose 534 5.7.9 or plain 535 is about the kind of password, not about how it travels.
_APP_PASSWORDS = (Family.GOOGLE, Family.YAHOO, Family.APPLE)
_CODES_BY_MAIL = (Family.QQ, Family.NETEASE)
_MICROSOFT_AUTH = (
    "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
)
_GOOGLE_CODES = "https://support.google.com/a/answer/3726730"
_LOCKED_OR_TOKEN = Words("a lock or a token", f"{ACCOUNT_LIMITED.keywords}, {TOKEN.keywords}")


def _with_token(seen: Seen) -> bool:
    return (seen.observation.context.mechanism or "").upper() == "XOAUTH2"


def _with_password(seen: Seen) -> bool:
    return not _with_token(seen)


def _app_password_unsaid(seen: Seen) -> bool:
    """5.7.9 without words: a pasted one is nearly always Google's, which means an app password by it."""
    return seen.pasted and seen.provider is Family.OTHER


def _only_tokens(seen: Seen) -> bool:
    offered = set(seen.observation.context.mechanisms)
    return bool(offered) and offered <= {"XOAUTH2", "OAUTHBEARER"}


RULES: tuple[Rule, ...] = (
    Rule(
        id="auth-basic-disabled",
        title="Signing in with a password is switched off here",
        meaning="The password may be right: the provider, the organisation or this account does not allow password sign-in over "
        "SMTP. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.139",), lacks=Words("wrong password", "credentials were incorrect")),
            When(codes=(4, 5), enhanced=("5.7.30",), stages=_AUTH),
            When(codes=(4, 5), enhanced=("5.7.30",), stages=(Stage.MAIL,), providers=(Family.MICROSOFT,)),
            When(codes=(4, 5), says=BASIC_OFF),
            When(
                kinds=(Kind.NO_MECHANISM,),
                plus=_only_tokens,
                plus_name="only XOAUTH2 offered",
                providers=(Family.MICROSOFT, Family.GOOGLE, Family.YAHOO),
            ),
        ),
        advice=(
            "Microsoft 365: ask an administrator to allow it for the organisation and for this mailbox (Set-CASMailbox "
            "-SmtpClientAuthenticationDisabled $false), and to look at Security Defaults and Conditional Access.",
            "Or sign in with a token: mechanism xoauth2. IdentityIQ's own way is Email Notification Type HTTP / OAuth.",
            "With other providers, switch SMTP on in the account's settings.",
        ),
        also=(
            Possible("auth-bad-credentials", "the same user name and password fail in the provider's web page as well"),
            Possible("auth-app-password-required", "the account's security settings offer app passwords"),
            Possible("auth-oauth-token-invalid", "a token was used: then SMTP is off for the mailbox, whatever the token"),
        ),
        log_line="AuthenticationFailedException: 535 5.7.139 Authentication unsuccessful, or: "
        "No authentication mechanisms supported by both server and client",
        link="https://aka.ms/smtp_auth_disabled",
        source=_MICROSOFT_AUTH,
    ),
    Rule(
        id="auth-app-password-required",
        title="This account wants an app password",
        meaning="The everyday password is not accepted from programs. The provider makes a separate one (an app password) for "
        "each of them. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.9",), providers=_APP_PASSWORDS, plus=_with_password, plus_name="with a password"),
            When(codes=(4, 5), enhanced=("5.7.9",), plus=_app_password_unsaid, plus_name="pasted, provider not known"),
            When(codes=(4, 5), says=APP_PASSWORD),
            When(
                codes=(535,),
                enhanced=("5.7.8",),
                stages=_AUTH,
                providers=(Family.GOOGLE,),
                plus=_with_password,
                plus_name="with a password",
                lacks=_LOCKED_OR_TOKEN,
            ),
            When(codes=(535, 550), stages=_AUTH, providers=(Family.APPLE, Family.YAHOO), lacks=ACCOUNT_LIMITED),
        ),
        advice=(
            "Make an app password in the account's security settings and use it here as the password.",
            "Leave out the blanks inside an app password: they are for the eye only.",
        ),
        also=(
            Possible(
                "auth-bad-credentials",
                "an app password (16 letters) is in use already: then it is mistyped, was withdrawn, or is another account's",
            ),
            Possible("auth-basic-disabled", "the security settings offer no app passwords: the organisation has forbidden them"),
            Possible("auth-mechanism-unsupported", "the reply says that the mechanism is too weak, and names another"),
        ),
        log_line="AuthenticationFailedException: {said}",
        link="https://support.google.com/accounts/answer/185833",
        source=_GOOGLE_CODES,
    ),
    Rule(
        id="auth-app-password-required",
        title="This account wants an authorisation code",
        meaning="This provider gives programs an authorisation code in place of the password, once SMTP is switched on in the "
        "account's settings. It said: {said}",
        when=(
            When(codes=(535, 550), stages=_AUTH, providers=_CODES_BY_MAIL, lacks=ACCOUNT_LIMITED),
            When(kinds=(Kind.CLOSED, Kind.RESET), stages=_AUTH, providers=_CODES_BY_MAIL),
        ),
        advice=(
            "Switch SMTP on in the mailbox's web settings, make an authorisation code there, and use it here as the password.",
        ),
        also=(
            Possible("auth-basic-disabled", "the web settings show that SMTP is off"),
            Possible("auth-bad-credentials", "an authorisation code is in use already: it ends when the password is changed"),
            Possible("auth-account-limited", "the reply speaks of frequency or an abnormal account"),
        ),
        log_line="AuthenticationFailedException: {said}",
        link="https://service.mail.qq.com/",
        source="https://service.mail.qq.com/",
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
        also=(
            Possible("auth-basic-disabled", "a new token with the right scope fails as well: SMTP is off for the mailbox"),
            Possible("auth-account-limited", "the account's web page shows a notice or asks for a captcha"),
        ),
        log_line="AuthenticationFailedException: {said}, or: 535 5.7.3 Authentication unsuccessful",
        link="https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/"
        "how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth",
        source="https://developers.google.com/workspace/gmail/imap/xoauth2-protocol",
    ),
)
