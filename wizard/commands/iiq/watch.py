"""``iiq watch``: every mail IdentityIQ sends, shown as it passes a relay on this host. Must not know the relay or the console.

IdentityIQ is pointed at the relay through its console, or by a person who types (--manual); its settings come back at the end.
"""

from __future__ import annotations

import argparse
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.flags import absolute, add_changes, add_config, add_password_places, config_path
from wizard.commands.iiq import onhost
from wizard.commands.terminal import UsageError, talk

if TYPE_CHECKING:
    from wizard.identityiq.templates.template import Template
    from wizard.identityiq.watch.watch import Settings
    from wizard.practice.relay_sender import Upstream
    from wizard.profile import Profile

_MOST_MINUTES = 24 * 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq watch``."""
    parser.add_argument("profile", nargs="?", default="", metavar="PROFILE", help="the real server, to send mail on to")
    add_config(parser)
    add_changes(parser, "change one field of the profile for once")
    mails = parser.add_argument_group("mails")
    mails.add_argument("--send-on", action="store_true", help="send them on to the profile's server; without it they are held")
    mails.add_argument(
        "--only-to", action="append", default=[], metavar="ADDRESS", help="send on to this recipient only; may be repeated"
    )
    mails.add_argument("--keep", default="", metavar="DIR", help="where mails are kept; without it, your state folder")
    mails.add_argument("--templates", default="", metavar="PATH", help="an export or folder with the templates to recognise")
    relay = parser.add_argument_group("the relay")
    relay.add_argument("--port", default="", metavar="N", help="listen on this port (a free one unless told)")
    relay.add_argument("--bind", default="127.0.0.1", metavar="ADDR", help="listen on this address instead of loopback")
    relay.add_argument("--allow", action="append", default=[], metavar="ADDR", help="serve this client only; may be repeated")
    relay.add_argument(
        "--seen-as", default="", metavar="NAME", help="the name or address by which IdentityIQ reaches it; without it, --bind's"
    )
    relay.add_argument("--minutes", default="30", metavar="N", help="end after so many minutes, 30 unless told")
    relay.add_argument("--until-sign-off", action="store_true", help="end as soon as the sign-off mail was seen")
    parser.add_argument("--manual", action="store_true", help="type the relay's values into IdentityIQ yourself")
    parser.add_argument("--yes", action="store_true", help="point IdentityIQ at the relay without asking, for scripts")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    add_password_places(parser.add_argument_group("password of the real server (never an argument itself)"))
    onhost.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Watch until stopped or the time is up.

    Returns 0 when the sign-off mail was seen, 1 when it was not or the settings could not be brought back, 130 after Ctrl-C,
    128 + n after signal n. Raises UsageError.
    """
    from wizard.commands.iiq import watch_run
    from wizard.identityiq.watch import due

    _refuse_nonsense(args)
    talk(*(one.sentence for one in due.pending()))
    profile = _profile(args)
    settings = _settings(args, profile)
    if args.manual:
        return watch_run.by_hand(args, settings, profile, _templates(args, None))
    chosen = onhost.installation(args.folder, profile.identityiq.folder if profile and profile.identityiq else None)
    if any(one.folder == chosen.folder for one in due.pending()):
        talk("Nothing was changed: what stands there now is no state to come back to.")
        return 1
    return watch_run.through_console(args, settings, profile, chosen, _templates(args, chosen.folder))


def _refuse_nonsense(args: argparse.Namespace) -> None:
    from wizard.commands.iiq import changing

    if args.only_to and not args.send_on:
        raise UsageError("--only-to limits who gets mail that is sent on: add --send-on, or leave it out")
    if args.manual and (args.folder or args.console_user):
        raise UsageError("--manual asks no console: leave --folder and --console-user out, or --manual")
    if args.password_stdin and args.console_password_stdin:
        raise UsageError("Standard input holds one password only: name a file for the other one with --password-file FILE")
    if not args.manual and not args.yes and (args.no_input or not changing.somebody()):
        raise UsageError(
            "Nobody is here to agree that IdentityIQ is pointed at the relay: add --yes, or --manual to type its values yourself"
        )


def _profile(args: argparse.Namespace) -> Profile | None:
    """Return the profile named, or the default one where mail is to be sent on; None where none is needed."""
    if not args.profile and not args.send_on:
        return None
    from wizard.commands.setup import changes_of, complete, saved_profile

    name, saved = saved_profile(args.profile, config_path(args))
    profile = complete(name, saved.with_changes(*changes_of(args)))
    if args.send_on and not profile.endpoint.host:
        raise UsageError(f"the profile '{name}' has no mail server to send on to: leave --send-on out and have mail held")
    return profile


def _settings(args: argparse.Namespace, profile: Profile | None) -> Settings:
    from wizard import safefile, values
    from wizard.identityiq.watch.watch import Settings
    from wizard.memory import place

    try:
        folder = absolute(args.keep) if args.keep else place.state_file("watch")
        safefile.make_folder(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no permission")
    except OSError as problem:
        raise UsageError(f"There is no place for the mails: {safefile.reason(problem)}. Name one: --keep DIR") from None
    try:
        port = values.port(args.port.strip()) or 0
    except ValueError as problem:
        raise UsageError(f"--port: {problem}") from None
    addresses = (args.bind, *args.allow)
    wrong = next((address for address in addresses if not values.is_address(address)), None)
    if wrong is not None:
        raise UsageError(f"'{values.shown(wrong)}' is not an IP address: --bind and --allow take one each, for example 10.1.2.3")
    seconds = _minutes(args.minutes) * 60
    settings = Settings(folder, args.bind, port, tuple(args.allow), seen_as=_seen_as(args), seconds=seconds)
    return settings._replace(upstream=_upstream(args, profile), send_on=args.send_on)


def _seen_as(args: argparse.Namespace) -> str:
    """Return how IdentityIQ reaches the relay; empty where that is the address listened on. Raises UsageError."""
    from ipaddress import ip_address

    from wizard import values
    from wizard.commands.terminal import UsageError

    if args.seen_as:
        try:
            return values.host(args.seen_as.strip())
        except ValueError as problem:
            raise UsageError(f"--seen-as: {problem}") from None
    if ip_address(args.bind).is_unspecified:
        raise UsageError(
            f"--bind {args.bind} is every address of this host: say by which of them IdentityIQ reaches it, with --seen-as NAME"
        )
    return ""


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= _MOST_MINUTES:
        raise UsageError(f"--minutes: type a number from 1 to {_MOST_MINUTES}, 30 is usual")
    return minutes


def _upstream(args: argparse.Namespace, profile: Profile | None) -> Upstream | None:
    if profile is None or not args.send_on:
        return None
    from wizard import values
    from wizard.commands.password import password_for
    from wizard.memory.signins import ASK_AFTER, refusals
    from wizard.practice.relay_sender import Upstream

    try:
        only_to = tuple(values.mail_address(address) for address in args.only_to)
    except ValueError as problem:
        raise UsageError(f"--only-to: {problem}") from None
    refused = refusals(profile).times
    if refused >= ASK_AFTER:
        raise UsageError(
            f"The server refused this sign-in {refused} times lately, and one more may lock the account. Find out why first: "
            f"smtp-wizard check {profile.name} --try-sign-in"
        )
    password = password_for(profile, args, os.environ)
    if profile.login is not None and not password:
        raise UsageError("password: there is none to send mail on with. Name its place: --password-stdin, --password-file FILE")
    return Upstream(profile, password, only_to)


def _templates(args: argparse.Namespace, folder: Path | None) -> tuple[Template, ...]:
    """Return the templates by which mails are recognised; an installation whose files cannot be read has none."""
    from wizard.identityiq.reading import XmlProblem
    from wizard.identityiq.templates.collect import collect

    path = Path(args.templates).expanduser() if args.templates else folder
    if path is None:
        return ()
    try:
        return collect([path]).templates
    except (XmlProblem, OSError) as problem:
        if args.templates:
            raise UsageError(f"--templates: {problem}") from None
        return ()
