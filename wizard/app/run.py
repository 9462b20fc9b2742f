"""What surrounds one run: where its password comes from, how refused sign-ins are counted. Must not know Textual."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, assert_never

from wizard.profile import Password, Profile, SecretKind

if TYPE_CHECKING:
    from wizard.practice import PracticeServer
    from wizard.report import Report
    from wizard.smtp.letter import Letter

# Many directories lock an account after three refused sign-ins in a row; the third is not made without a question.
LOCK_OUT = 3


class OwnMail(NamedTuple):
    """A mail of the user's own in place of the test message: a template's name, its mail, and its own From where it has one."""

    name: str
    letter: Letter
    sender: str = ""


def account(profile: Profile) -> tuple[str, str]:
    """Return the key refused sign-ins are counted under: host and user name."""
    return profile.endpoint.host.lower(), profile.login.username if profile.login else ""


def refused(failures: Counter[tuple[str, str]], profile: Profile) -> int:
    """Return how often a sign-in was refused: in this sitting, or as earlier runs of the last day remember it."""
    from wizard.memory.signins import refusals

    return max(failures[account(profile)], refusals(profile).times)


def another_try(times: int, profile: Profile) -> str:
    """Return the question before a sign-in that may lock the account, with what is known of the provider's limit."""
    from wizard.providers import sign_in_limit

    who = profile.login.username if profile.login else ""
    limit = sign_in_limit(profile.endpoint.host)
    locks = f"{limit} " if limit else ""
    return f"{times} sign-ins as {who} were refused. {locks}One more may lock the account. Try once more?"


def count(failures: Counter[tuple[str, str]], report: Report) -> None:
    """Note what a run did to the account: a refusal counts, a success clears."""
    # Late: the first screen stands before the engine and the handbook are loaded.
    from wizard.smtp.observation import Kind, Stage

    for result in report.stages:
        if result.stage is not Stage.AUTH or result.observation is None:
            continue
        if result.observation.passed:
            failures.pop(account(report.profile), None)
        elif result.observation.kind is Kind.REPLY and result.observation.reply and not result.observation.reply.temporary:
            failures[account(report.profile)] += 1


def secret_words(profile: Profile, *, typed: bool, practice: bool = False) -> str:
    """Return where the password of a run comes from, in words that follow "sign in as ..."."""
    if profile.login is None:
        return ""
    if practice:
        return "with the practice password"
    if typed:
        return "with the password you typed"
    ref = profile.login.secret
    match ref.kind:
        case SecretKind.KEYRING:
            return "with the password in the keyring"
        case SecretKind.FILE:
            return f"with the password in {ref.detail}"
        case SecretKind.COMMAND:
            return "with the password your command prints"
        case SecretKind.ENV:
            return f"with the password in the variable {ref.detail}"
        case SecretKind.CREDENTIAL:
            return f"with the systemd credential {ref.detail}"
        case SecretKind.ASK:
            return "with a password you are asked for"
        case _:
            assert_never(ref.kind)


def must_ask(profile: Profile, typed: Password | None) -> bool:
    """Return whether the password has to be asked for before a run."""
    return profile.login is not None and not typed and profile.login.secret.kind is SecretKind.ASK


async def password_for(profile: Profile, typed: Password | None) -> Password | None:
    """Return the password of a run: the typed one, else from where the profile keeps it; None without a user name.

    Raises keychain.SecretUnavailable, whose text is the user's sentence.
    """
    if profile.login is None or typed:
        return typed
    from wizard import keychain

    return await keychain.fetch(profile.login.secret, account=keychain.account_of(profile))


def is_practice(profile: Profile, practice: PracticeServer | None) -> bool:
    """Return whether a run goes to our own practice server, where sending costs nobody anything."""
    local = profile.endpoint.host in ("localhost", "127.0.0.1", "::1")
    return practice is not None and local and profile.endpoint.port in practice.ports.values()
