"""Rules for mail that IdentityIQ sends elsewhere than to the people it is for: right outside production, wrong in it.

They look at the profile's IdentityIQ side, not at a session, and so stand beside a passed run, or are asked without one.
"""

from __future__ import annotations

from wizard.diagnosis.filling import finding
from wizard.diagnosis.model import Evidence, Finding, Remedy, Rule, Seen, Severity
from wizard.diagnosis.when import When, current_date
from wizard.draft import Change, Field
from wizard.profile import Profile
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.values import shown

# As in wizard/iiqside.py, which a check of a profile without an IdentityIQ side never loads.
_SMTP, _TO_EMAIL, _TO_FILE, _HTTP = "smtp", "redirectToEmail", "redirectToFile", "http"
_PRODUCTION, _NON_PRODUCTION = "production", "non-production"
_SOURCE = "SailPoint's white paper Best Practices: Email Configuration (Email Notification Type)"
_BACKLOG = "Messages redirected until now are not sent again: tell the people who wait for approvals."


def _environment(seen: Seen) -> str:
    side = seen.profile.identityiq
    return side.environment.value if side and side.environment else ""


def _redirects(seen: Seen) -> bool:
    side = seen.profile.identityiq
    return side is not None and side.type.value in (_TO_EMAIL, _TO_FILE)


def _in_production(seen: Seen) -> bool:
    return _redirects(seen) and _environment(seen) == _PRODUCTION


def _outside_production(seen: Seen) -> bool:
    return _redirects(seen) and _environment(seen) == _NON_PRODUCTION


def _somewhere(seen: Seen) -> bool:
    return _redirects(seen) and not _environment(seen)


def _unprotected(seen: Seen) -> bool:
    return seen.profile.identityiq is not None and not _redirects(seen) and _environment(seen) == _NON_PRODUCTION


def _where(seen: Seen) -> str:
    """Say where the mail goes, as IdentityIQ's page has it."""
    side = seen.profile.identityiq
    if side is None or not _redirects(seen):
        return "Email Notification Type is a redirect"
    if side.type.value == _TO_EMAIL:
        return f"Email Notification Type is Redirect to Email, and every message goes to {shown(side.redirect_address)}"
    return f"Email Notification Type is Redirect to File, and every message is written into {shown(side.redirect_file)}"


def _plain_type(seen: Seen) -> tuple[str, str]:
    """Return the type without a redirect that this profile is filled in for, and what the page calls it."""
    side = seen.profile.identityiq
    over_http = side is not None and side.email_endpoint and not seen.profile.endpoint.host
    return (_HTTP, "HTTP/OAuth") if over_http else (_SMTP, "SMTP")


def _to_people(seen: Seen) -> tuple[Remedy, ...]:
    kind, label = _plain_type(seen)
    return (Remedy(f"Send to the people the mail is for: Email Notification Type {label}", (Change(Field.IIQ_TYPE, kind),)),)


def _to_one(seen: Seen) -> tuple[Remedy, ...]:
    """Offer the test recipient as the address of a redirect, where there is one."""
    address = seen.profile.recipient
    if not address:
        return ()
    changes = (Change(Field.IIQ_TYPE, _TO_EMAIL), Change(Field.IIQ_REDIRECT_ADDRESS, address))
    return (Remedy(f"Redirect every message to {shown(address)}", changes),)


def _say_production(seen: Seen) -> tuple[Remedy, ...]:
    return (
        Remedy("It is not production: keep the redirect", (Change(Field.IIQ_ENVIRONMENT, _NON_PRODUCTION),)),
        Remedy(
            "It is production: send to the people the mail is for",
            (Change(Field.IIQ_ENVIRONMENT, _PRODUCTION), Change(Field.IIQ_TYPE, _plain_type(seen)[0])),
        ),
    )


RULES: tuple[Rule, ...] = (
    Rule(
        id="redirect-active",
        severity=Severity.WARNING,
        title="IdentityIQ redirects every message, and this is production",
        meaning="{sign}. Nobody else gets an approval, a certification or a notice, and IdentityIQ is expected to count each "
        "message as sent.",
        when=(When((Kind.PASSED,), (Stage.EHLO,), plus=_in_production, plus_name="a production profile with a redirect"),),
        cures=_to_people,
        advice=(_BACKLOG,),
        sign=_where,
        source=_SOURCE,
    ),
    Rule(
        id="redirect-active",
        severity=Severity.INFO,
        title="IdentityIQ redirects every message, which is right outside production",
        meaning="{sign}. Copies of real people's addresses are in this system, and they get nothing. What passes here says that "
        "the way works, not that those people can be reached.",
        when=(When((Kind.PASSED,), (Stage.EHLO,), plus=_outside_production, plus_name="a non-production profile, redirected"),),
        advice=("Look there for test messages. Keep it so when settings are copied from production.",),
        sign=_where,
        source=_SOURCE,
    ),
    Rule(
        id="redirect-active",
        severity=Severity.WARNING,
        title="IdentityIQ redirects every message",
        meaning="{sign}. In production that is wrong: nobody else gets an approval or a certification. Outside it is right. This "
        "profile does not say which of the two it is.",
        when=(When((Kind.PASSED,), (Stage.EHLO,), plus=_somewhere, plus_name="a redirect, and no environment is named"),),
        cures=_say_production,
        advice=("Ask whoever runs IdentityIQ which environment this is.",),
        sign=_where,
        source=_SOURCE,
    ),
    Rule(
        id="iiq-redirect-first",
        severity=Severity.INFO,
        title="This is not production, and its mail goes to real people",
        meaning="A copy of production's data holds real addresses. Once sending works here, test approvals and certifications "
        "reach those people, and so does whatever waits in the queue.",
        when=(When((Kind.PASSED,), (Stage.EHLO,), plus=_unprotected, plus_name="a non-production profile, no redirect"),),
        cures=_to_one,
        advice=("Redirect first, then repair sending: Email Notification Type Redirect to Email, with an address of your own.",),
        source=_SOURCE,
    ),
)


def about(profile: Profile) -> tuple[Finding, ...]:
    """Return what holds of a profile without a run: for the card, the form, and types that speak no SMTP."""
    if profile.identityiq is None:
        return ()
    seen = Seen(Observation(Stage.EHLO, Kind.PASSED), profile, current_date())
    found = (finding(rule, seen) for rule in RULES if any(when.holds(seen) for when in rule.when))
    return tuple(one._replace(stage=None, evidence=Evidence()) for one in found)
