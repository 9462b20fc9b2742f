"""Faults of signing in: what servers offer, and how they refuse, in words like those of large providers. Data only."""

from __future__ import annotations

from wizard.draft import Change, Field
from wizard.practice.fault import Fault, Say, Step
from wizard.profile import Security

_NOBODY = (Change(Field.USERNAME, ""),)

AUTH = (
    Fault(
        "wrong-password",
        "User name or password is wrong",
        teaches="535 5.7.8 means what it says; each further attempt brings a lock-out nearer.",
        finding="auth-bad-credentials",
        at={Step.AUTH: Say("535 5.7.8 Error: authentication failed: (reason unavailable)")},
    ),
    Fault(
        "basic-auth-off",
        "Password sign-in is switched off",
        teaches="535 5.7.139 comes with the right password too: the tenant allows only modern sign-in.",
        finding="auth-basic-disabled",
        at={Step.AUTH: Say("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.")},
    ),
    Fault(
        "app-password-required",
        "The account wants an app password",
        teaches="With two-step verification the account's own password is for people; programs get one of their own.",
        finding="auth-app-password-required",
        at={
            Step.AUTH: Say(
                "534-5.7.9 Application-specific password required. For more information, go to\n"
                "534 5.7.9  https://support.example.com/mail/?p=InvalidSecondFactor"
            )
        },
    ),
    Fault(
        "account-locked",
        "The account is locked",
        teaches="After too many attempts the right password is refused too, until somebody unlocks the account.",
        finding="auth-account-limited",
        at={Step.AUTH: Say("535 5.7.3 Authentication unsuccessful, the user account is locked: too many failed attempts")},
    ),
    Fault(
        "oauth-only",
        "Only OAuth sign-in is offered",
        teaches="A server that offers XOAUTH2 alone takes no password, whichever it is.",
        finding="auth-mechanism-unsupported",
        mechanisms=("XOAUTH2",),
    ),
    Fault(
        "oauth-token-invalid",
        "The OAuth token is not accepted",
        teaches="A token has a time, a scope and an account; one of the three is wrong.",
        finding="auth-oauth-token-invalid",
        mechanisms=("XOAUTH2", "PLAIN"),
        at={Step.AUTH: Say("535 5.7.8 Username and Token not accepted: the access token has expired")},
        changes=(Change(Field.MECHANISM, "xoauth2"),),
    ),
    Fault(
        "unknown-mechanism",
        "No sign-in mechanism in common",
        teaches="NTLM and GSSAPI belong to Windows domains; a program with a password needs PLAIN or LOGIN.",
        finding="auth-mechanism-unsupported",
        mechanisms=("NTLM", "GSSAPI"),
    ),
    Fault(
        "mechanism-not-offered",
        "The chosen mechanism is not offered",
        teaches="A mechanism fixed by hand may not be what the server has; automatic choice takes what is there.",
        finding="auth-mechanism-unsupported",
        cured_by_remedy=True,
        mechanisms=("PLAIN", "LOGIN"),
        changes=(Change(Field.MECHANISM, "cram-md5"),),
    ),
    Fault(
        "auth-not-offered",
        "The server offers no sign-in",
        teaches="A relay that knows its clients by address offers no sign-in: leave the user name empty, or use another port.",
        finding="auth-not-offered",
        hides=("AUTH",),
    ),
    Fault(
        "auth-backend-down",
        "The sign-in service is failing",
        teaches="454 at the sign-in is not about your password: the server cannot ask its own directory.",
        finding="auth-temporary",
        at={Step.AUTH: Say("454 4.7.0 Temporary authentication failure: connection to the directory lost")},
    ),
    Fault(
        "auth-required",
        "The server wants a sign-in first",
        teaches="530 at the sender means that this port takes mail only from those who sign in.",
        finding="auth-required",
        changes=_NOBODY,
        wants_auth=True,
    ),
    Fault(
        "auth-required-on-the-relay",
        "The relay wants a sign-in and offers none in clear",
        teaches="Port 25 in clear is no way in for applications: use the submission port with encryption and a user name.",
        finding="auth-required",
        security=Security.NONE,
        wants_auth=True,
    ),
)
