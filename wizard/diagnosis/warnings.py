"""Warnings: what stands beside a passed stage and will or may hurt later. Must not know failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.diagnosis import redirect
from wizard.diagnosis.filling import finding
from wizard.diagnosis.hosts import named
from wizard.diagnosis.model import Finding, Remedy, Rule, Seen, Severity, days_between
from wizard.diagnosis.when import When
from wizard.profile import Mechanism
from wizard.smtp.observation import Fate, Kind, Stage

if TYPE_CHECKING:
    from wizard.providers import Note, Provider

EXPIRING_DAYS = 21
_CHALLENGED = ("CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
_ENDING = "a password, and a day on which the provider ends that"
_ASKED = (Kind.PASSED, Kind.REPLY)


def _expiring(seen: Seen) -> bool:
    days = days_between(seen.today, seen.certificate.not_after) if seen.certificate else None
    return days is not None and days < EXPIRING_DAYS


def _unverified(seen: Seen) -> bool:
    facts = seen.observation.tls or seen.observation.context.tls
    return facts is not None and not facts.verified


def _mechanism(seen: Seen) -> str:
    return (seen.observation.context.mechanism or "").upper()


def _secret_in_clear(seen: Seen) -> bool:
    return not seen.observation.context.encrypted and bool(_mechanism(seen)) and _mechanism(seen) not in _CHALLENGED


def _challenge_in_clear(seen: Seen) -> bool:
    return not seen.observation.context.encrypted and _mechanism(seen) in _CHALLENGED


def _password_before_end(seen: Seen) -> bool:
    return _days_of_password(seen, -1) >= 0


def _password_after_end(seen: Seen) -> bool:
    return _days_of_password(seen, 0) < 0


def _days_of_password(seen: Seen, otherwise: int) -> int:
    """Return the days a password still signs in here, ``otherwise`` where no end is announced or a token signs in."""
    end = _end_of_password(seen) if _signs_in_with_password(seen) else None
    left = end[1].days_left(seen.today) if end else None
    return otherwise if left is None else left


def _end_of_password(seen: Seen) -> tuple[Provider, Note] | None:
    """Return who has announced an end of passwords and what; the one entry of the table that knows the host is read."""
    here = named(seen.profile.endpoint.host, seen.observation.context)
    return next(((one, note) for one in here if (note := one.password_end())), None)


def _ways_out(seen: Seen) -> tuple[Remedy, ...]:
    """Return what the table says can be done about an end of passwords."""
    end = _end_of_password(seen)
    return tuple(Remedy(way) for way in end[1].ways_out) if end else ()


def _signs_in_with_password(seen: Seen) -> bool:
    login = seen.profile.login
    token = _mechanism(seen) == "XOAUTH2" or (login is not None and login.mechanism is Mechanism.XOAUTH2)
    return login is not None and not token


def _some_address_dead(seen: Seen) -> bool:
    return any(found.fate in (Fate.REFUSED, Fate.TIMEOUT) for found in seen.observation.context.addresses)


def _dead_addresses(seen: Seen) -> dict[str, str]:
    dead = [found.address for found in seen.observation.context.addresses if found.fate in (Fate.REFUSED, Fate.TIMEOUT)]
    return {"dead": ", ".join(dead[:3])}


def warn(seen: Seen) -> tuple[Finding, ...]:
    """Return every warning that holds."""
    return tuple(finding(rule, seen) for rule in WARNINGS if any(when.holds(seen) for when in rule.when))


def _announcement(seen: Seen) -> dict[str, str]:
    """Return what a provider announced, for when, and where it says so."""
    provider, end = _end_of_password(seen) or (None, None)
    return {
        "announced": end.text.rstrip(".") if end else "The provider says so",
        "announced_for": end.when(seen.today) if end else "on a day the provider names",
        "provider_link": provider.link if provider else "",
    }


WARNINGS: tuple[Rule, ...] = (
    Rule(
        id="cert-expiring",
        source="RFC 5280 section 4.1.2.5 (validity)",
        severity=Severity.WARNING,
        title="The certificate of {host} ends in {days_left}",
        meaning="It is valid until {until}. If it is not renewed by then, mail stops on that day.",
        when=(When(kinds=(Kind.PASSED,), stages=(Stage.TLS,), plus=_expiring, plus_name=f"under {EXPIRING_DAYS} days left"),),
        advice=("Tell whoever runs the server, and test again after the renewal.",),
    ),
    Rule(
        id="tls-not-verified",
        source="RFC 7817 section 3 (what a mail client has to verify); RFC 8314",
        severity=Severity.WARNING,
        title="The server was not verified, because this profile accepts that",
        meaning="The line is encrypted, and whose server is at its other end is not known. Someone in between could read the "
        "password and the mail.",
        when=(When(kinds=(Kind.PASSED,), stages=(Stage.TLS,), plus=_unverified, plus_name="certificate not verified"),),
        advice=(
            "Set the CA file to the certificate of the authority that signed this server's, and stop accepting unverified TLS.",
        ),
    ),
    Rule(
        id="password-in-clear",
        source="RFC 4954 section 4 (no PLAIN or LOGIN without encryption); RFC 8314",
        severity=Severity.WARNING,
        title="The password was sent without encryption, because this profile accepts that",
        meaning="Anyone on the way to {host} can read it, and the mail.",
        when=(When(kinds=_ASKED, stages=(Stage.AUTH,), plus=_secret_in_clear, plus_name="signed in over a line in clear"),),
        advice=("Use STARTTLS on port 587 or TLS on port 465, and change the password afterwards.",),
    ),
    Rule(
        id="password-in-clear",
        source="RFC 4954 section 4 (no PLAIN or LOGIN without encryption); RFC 8314",
        severity=Severity.WARNING,
        title="The sign-in was made without encryption, because this profile accepts that",
        meaning="{mechanism} does not send the password itself, but what it sends can be used to guess it, and the mail can "
        "be read by anyone on the way to {host}.",
        when=(When(kinds=_ASKED, stages=(Stage.AUTH,), plus=_challenge_in_clear, plus_name="challenge answered in clear"),),
        advice=("Use STARTTLS on port 587 or TLS on port 465.",),
    ),
    Rule(
        id="password-sign-in-ending",
        severity=Severity.WARNING,
        title="Password sign-in ends here",
        meaning="It works today, and changes {announced_for}. {announced}.",
        when=(When(kinds=(Kind.PASSED,), stages=(Stage.AUTH,), plus=_password_before_end, plus_name=f"{_ENDING}, ahead"),),
        cures=_ways_out,
        advice=("Mail stops on the day the change reaches you: plan it with whoever runs the mailboxes, and test before it.",),
        link="{provider_link}",
        facts=_announcement,
        source="the provider's own announcement, kept with its date in wizard/providers.toml",
    ),
    Rule(
        id="password-sign-in-ending",
        severity=Severity.WARNING,
        title="Password sign-in has ended here by default, and still works for this account",
        meaning="The change is in force {announced_for}, and somebody keeps passwords on for this account. {announced}.",
        when=(When(kinds=(Kind.PASSED,), stages=(Stage.AUTH,), plus=_password_after_end, plus_name=f"{_ENDING}, past"),),
        cures=_ways_out,
        advice=("Mail stops on the day the change reaches you: plan it with whoever runs the mailboxes, and test before it.",),
        link="{provider_link}",
        facts=_announcement,
        source="the provider's own announcement, kept with its date in wizard/providers.toml",
    ),
    Rule(
        id="address-silent",
        source="RFC 5321 section 5.1 (a client tries the addresses in turn)",
        severity=Severity.WARNING,
        title="One address of {host} does not answer",
        meaning="The connection stands over another address; {dead} gave no connection. A program that tries the addresses "
        "in turn waits there first.",
        when=(
            When(
                kinds=(Kind.PASSED,), stages=(Stage.CONNECT,), plus=_some_address_dead, plus_name="an address refused or silent"
            ),
        ),
        advice=("Tell whoever runs the server, or its name in DNS, about that address.",),
        facts=_dead_addresses,
    ),
    *redirect.RULES,
)
