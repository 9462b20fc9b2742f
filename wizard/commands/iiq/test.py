"""``iiq test``: our own check and IdentityIQ's mail library on the same server, side by side. Must not know what either means."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands import setup
from wizard.commands.flags import absolute

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.javamail.outcome import Outcome
    from wizard.identityiq.javamail.predicting import Facts
    from wizard.identityiq.javamail.trial import Means
    from wizard.profile import Password, Profile
    from wizard.report import Report
    from wizard.smtp.events import Event
    from wizard.smtp.network import Network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq test``."""
    setup.add_arguments(parser)
    parser.add_argument("--deliver", action="store_true", help="send two test messages: our own, and one by the library")
    parser.add_argument("--predict", action="store_true", help="do not run the library: foretell it from our own check")
    group = parser.add_argument_group("IdentityIQ's library")
    group.add_argument("--java", metavar="HOME", default="", help="the folder of the Java to use, without it IdentityIQ's own")
    group.add_argument("--jar", metavar="FILE", default="", help="the jar of the mail library, without it IdentityIQ's own")
    group.add_argument("--folder", metavar="DIR", default="", help="IdentityIQ's folder, the one that holds WEB-INF")
    group.add_argument("--trust-store", metavar="FILE", default="", help="a trust store (JKS, PKCS12) in place of the Java's own")
    group.add_argument("--storepass-file", metavar="FILE", default="", help="its password, where it is not changeit: first line")
    again = parser.add_argument_group("sign-in")
    again.add_argument(
        "--sign-in-again", action="store_true", help="let the library sign in although our own sign-in was refused"
    )
    again.add_argument("--try-sign-in", action="store_true", help="sign in although it was refused twice before")
    again.add_argument("--no-memory", action="store_true", help="neither read nor keep how often a sign-in was refused")
    parser.add_argument("--transcript", action="store_true", help="add what the library said of its session, without secrets")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, network: Network | None = None) -> int:
    """Check, run the library, and print both. 0 when both went well, 1 when not. Raises UsageError; ``network`` is for tests."""
    from wizard.commands.password import password_for
    from wizard.commands.remembering import held_back
    from wizard.commands.terminal import UsageError, talk
    from wizard.identityiq.javamail.trial import means

    profile = setup.from_arguments(args).profile
    if not profile.endpoint.host:
        raise UsageError("this profile speaks no SMTP, so there is no mail library to test: see smtp-wizard iiq oauth")
    installation = _installation(args, profile)
    tools = _with_store(means(installation, _path(args.java), _path(args.jar)), args)
    _refuse_named(tools, args)
    predict = args.predict or not tools.there
    if tools.problem and not args.predict:
        talk(tools.problem, "The library is therefore foretold, not run.")
    talk(*_beforehand(profile, installation, tools, args, predict=predict))
    password = password_for(profile, args, os.environ)
    before = held_back(profile, args)
    try:
        report, outcome = asyncio.run(_both(profile, password, tools, args, before, network, predict=predict))
    except KeyboardInterrupt:
        talk("Stopped. The connections are closed.")
        return 130
    _remember(report, outcome, args)
    return _print(report, outcome, args)


def _path(text: str) -> Path | None:
    return absolute(text) if text else None


def _with_store(tools: Means, args: argparse.Namespace) -> Means:
    """Put the trust store that was named in place. Raises UsageError where keytool cannot open it: that says nothing of mail."""
    from wizard.commands.iiq.javas import named_store, with_store
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.jvm import trusted
    from wizard.identityiq.jvm.trusted import Trouble

    store = named_store(args)
    if store is None or tools.runtime is None:
        return tools
    seen = asyncio.run(trusted(store, tools.runtime))
    if seen.trouble in (Trouble.NOT_A_STORE, Trouble.WRONG_PASSWORD, Trouble.NO_PASSWORD, Trouble.UNREADABLE):
        cure = "Name its password with --storepass-file FILE." if "password" in seen.trouble else "Name a JKS or PKCS12 file."
        raise UsageError(f"--trust-store: {seen.problem}", cure)
    return tools._replace(runtime=with_store(tools.runtime, store))


def _refuse_named(tools: Means, args: argparse.Namespace) -> None:
    """Whoever names a Java or a jar means that one. Raises UsageError where it cannot be run, before anybody is contacted."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.javamail.library import NotHereError, package_of

    if args.predict:
        return
    if tools.problem and (args.java or args.jar):
        raise UsageError(tools.problem, "Or add --predict, to foretell the library instead of running it.")
    try:
        if args.jar and tools.library:
            package_of(tools.library.jar)
    except NotHereError as problem:
        raise UsageError(str(problem)) from None


def _installation(args: argparse.Namespace, profile: Profile) -> Installation | None:
    """Return the installation named, the profile's own, or the only one on this host. Raises UsageError for a wrong folder."""
    from wizard.commands.iiq import onhost
    from wizard.commands.terminal import UsageError, talk
    from wizard.identityiq.host import at, look

    known = profile.identityiq.folder if profile.identityiq else None
    folder = _path(args.folder) or known
    if folder is not None:
        found = at(folder)
        if found is None and args.folder:
            raise UsageError(f"--folder: there is no IdentityIQ in {folder}: WEB-INF/lib/identityiq.jar is missing there")
        return found
    if args.java and args.jar:
        return None
    here = look().installations
    if len(here) > 1:
        talk(f"Several IdentityIQ are on this host; {here[0].folder} is taken. Name another with --folder DIR.")
    return onhost.unasked(here[0]) if here else None


def _beforehand(
    profile: Profile, installation: Installation | None, tools: Means, args: argparse.Namespace, *, predict: bool
) -> list[str]:
    """Say what will be contacted, with what, and how often it signs in: before it happens."""
    endpoint = profile.endpoint
    said = [
        f"Contacting {endpoint.host} port {endpoint.port}: first with SMTP Wizard{'' if predict else ', then with JavaMail'}."
    ]
    if not predict and tools.runtime and tools.library:
        whose = f"IdentityIQ in {installation.folder}" if installation else "no IdentityIQ on this host"
        version = f" {tools.library.version}" if tools.library.version else ""
        said.append(f"JavaMail{version} from {tools.library.jar}, Java from {tools.runtime.home} ({whose}).")
    if profile.login and not predict:
        said.append(_sign_ins(profile.login.username, again=args.sign_in_again))
    side = profile.identityiq
    if side and side.type and not side.type.needs_host:
        said.append(
            f"This profile's notification type is {side.type.label}, which uses no mail library: this is what SMTP would do."
        )
    if args.deliver and not predict:
        said.append(f"Two test messages go to {profile.recipient or 'nobody, because no recipient is set'}.")
    return said


def _sign_ins(user: str, *, again: bool) -> str:
    if again:
        return f"A wrong password is refused twice, once by each: {user} may come nearer to a lock-out by two."
    return f"{user} signs in once, and once more with JavaMail only if that was accepted: a wrong password is refused once."


async def _both(
    profile: Profile,
    password: Password | None,
    tools: Means,
    args: argparse.Namespace,
    before: int,
    network: Network | None,
    *,
    predict: bool,
) -> tuple[Report, Outcome]:
    from wizard.commands.terminal import talk
    from wizard.identityiq.javamail.library import NotHereError
    from wizard.identityiq.javamail.predicting import NO_FACTS
    from wizard.identityiq.javamail.trial import trial
    from wizard.report import Report
    from wizard.smtp.check import check

    report = Report(profile)

    def fold(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    await check(profile, password, fold, deliver=args.deliver, held_back=before, network=network)
    facts = await _trust(profile, tools, network) if predict else NO_FACTS
    try:
        outcome = await trial(
            report, password, tools, deliver=args.deliver, again=args.sign_in_again, only_foretell=predict, facts=facts
        )
    except NotHereError as problem:
        talk(str(problem))
        outcome = await trial(report, password, tools, only_foretell=True, facts=await _trust(profile, tools, network))
    return report, outcome


async def _trust(profile: Profile, tools: Means, network: Network | None) -> Facts:
    """Ask what the Java makes of the certificate, for a prediction; nothing where there is no Java, or no encryption."""
    from wizard.identityiq.javamail.predicting import NO_FACTS, Facts
    from wizard.profile import Security

    if tools.runtime is None or profile.endpoint.security is Security.NONE:
        return NO_FACTS
    from wizard.identityiq.jvm import examine

    view = await examine(profile.endpoint, tools.runtime, network, ca_file=profile.ca_file, timeout=profile.timeout)
    verdict = view.eyes[0].verdict if view.eyes else None
    return Facts(accepts=verdict.accepts, refusal=verdict.refusal or "") if verdict else NO_FACTS


def _remember(report: Report, outcome: Outcome, args: argparse.Namespace) -> None:
    """Count refused sign-ins, those of the library too, so that a third is not made unasked."""
    from wizard.commands.remembering import Memory
    from wizard.commands.terminal import talk
    from wizard.identityiq.javamail.outcome import SignIn
    from wizard.memory.signins import note_refusal

    Memory(report, args)
    if not args.no_memory and outcome.sign_in is SignIn.REFUSED and not outcome.predicted:
        problem = note_refusal(report.profile)
        if problem:
            talk(problem)


def _print(report: Report, outcome: Outcome, args: argparse.Namespace) -> int:
    from wizard.commands.saved import print_json
    from wizard.commands.terminal import style_for, write_out
    from wizard.render.javamail import as_json, lines

    if args.json:
        print_json(as_json(report, outcome, transcript=args.transcript))
    else:
        text = "\n".join(lines(report, outcome, style_for(sys.stdout, os.environ), transcript=args.transcript))
        write_out(text + "\n")
    return 0 if report.ok and outcome.ok else 1
