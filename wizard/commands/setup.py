"""Flags, environment and a saved profile become a draft, a profile and a password. Must not know what is done with them.

Flags beat the environment, the environment beats the profile. A secret is never an argument, and never in a draft.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wizard.commands.flags import add_changes, add_config, add_password_places, config_path
from wizard.commands.terminal import UsageError, talk
from wizard.draft import Change, Draft, Field
from wizard.profile import Invalid, Profile, SecretKind, parse
from wizard.render.command import FLAGS, SWITCHES, CommandLine

if TYPE_CHECKING:
    from wizard.config import Config

_LONGEST_CA_FILE = 16 * 1024 * 1024  # bytes; the system's own list has a quarter of a million
_OTHER_NAMES = {"from": Field.SENDER, "to": Field.RECIPIENT}


class Setup(NamedTuple):
    """What one run needs, and how to say the same again on a command line."""

    profile: Profile
    command: CommandLine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that describe a set-up: the same names as in the TOML, dashes for underscores."""
    parser.add_argument(
        "profile", nargs="?", default="", metavar="PROFILE", help="a saved profile; without it, the flags or the default"
    )
    group = parser.add_argument_group("set-up (beats the profile)")
    for field, (metavar, words) in _WORDS.items():
        group.add_argument(FLAGS[field], dest=f"field_{field}", metavar=metavar, help=words)
    for field, flag in SWITCHES.items():
        group.add_argument(flag, dest=f"field_{field}", action="store_const", const="true", help=_SWITCH_WORDS[field])
    add_changes(group, "change one field; may be repeated and beats the other flags")
    add_config(group)
    add_password_places(parser.add_argument_group("password (never an argument itself)"))
    parser.add_argument("--no-input", action="store_true", help="never ask anything")


_WORDS: dict[Field, tuple[str, str]] = {
    Field.HOST: ("HOST", "the mail server's name or address"),
    Field.PORT: ("PORT", "usually 587 (starttls), 465 (tls) or 25 (none); follows the encryption"),
    Field.SECURITY: ("KIND", "encryption: starttls (required, the default), tls (from the first byte) or none"),
    Field.USERNAME: ("USER", "who signs in; without it nobody does"),
    Field.MECHANISM: ("NAME", "how to sign in: auto (the default), plain, login, cram-md5, scram-sha-256, xoauth2, ..."),
    Field.SENDER: ("ADDRESS", "the sender's address"),
    Field.RECIPIENT: ("ADDRESS", "the recipient's address"),
    Field.CA_FILE: ("FILE", "trust the authorities in this PEM file instead of the system's"),
    Field.EHLO_NAME: ("NAME", "the name this host gives itself"),
    Field.TIMEOUT: ("SECONDS", "for each stage, 15 unless told"),
    Field.TOTAL_TIMEOUT: ("SECONDS", "for the whole run, 60 unless told"),
    Field.MESSAGE: ("TEXT", "words of your own in the test message"),
}
_SWITCH_WORDS = {
    Field.ACCEPT_CLEARTEXT_AUTH: "sign in although the line is not encrypted: others can read the password",
    Field.ACCEPT_UNVERIFIED_TLS: "go on although the certificate does not verify: the server may be another one",
}


def from_arguments(args: argparse.Namespace) -> Setup:
    """Return the set-up the arguments describe. Raises UsageError, with one line per field that is wrong."""
    flags = changes_of(args)
    name, saved = args.profile, None
    if name or not any(change.field is Field.HOST for change in flags):
        name, saved = saved_profile(name, config_path(args))
    draft = (saved or Draft()).with_changes(*flags)
    profile = parse(draft, name)
    if isinstance(profile, Invalid):
        raise UsageError(*error_lines(profile, draft))
    if not profile.endpoint.host:
        raise UsageError(
            f"host: this profile has none, because IdentityIQ's type {draft.iiq_type} speaks no SMTP: name one with --host",
            usage="For HTTP/OAuth there is: smtp-wizard iiq oauth",
        )
    unusable = _ca_file_problem(profile.ca_file) if profile.ca_file else ""
    if unusable:
        raise UsageError(f"ca_file (--ca-file): {unusable}")
    if profile.login is None and _secret_was_named(args):
        raise UsageError("username: a password was given, but nobody to sign in: add --username USER, or leave the password out")
    return Setup(profile, CommandLine(draft, name, saved, _extra_words(args)))


def also_to(args: argparse.Namespace, profile: Profile) -> tuple[str, ...]:
    """Return the further recipients, each once. Raises UsageError when one is no address, or nobody would name them."""
    from wizard.values import mail_address

    if args.also_to and not profile.sender:
        raise UsageError("--also-to: recipients are named for a sender: add --from ADDRESS")
    try:
        found = tuple(dict.fromkeys(mail_address(address.strip()) for address in args.also_to))
    except ValueError as problem:
        raise UsageError(f"--also-to: {problem}") from None
    if "" in found:
        raise UsageError("--also-to: type one address, for example iiq@example.com")
    return found


def _ca_file_problem(path: Path) -> str:
    """Say what keeps a CA file from being one, before anybody is contacted; its certificates are the engine's business."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            return ""  # a pipe can be read once only, and that is for the engine to do
        with path.open("rb") as opened:
            pem = opened.read(_LONGEST_CA_FILE)
    except OSError as problem:
        return f"{path} cannot be read ({problem.strerror}): check the path, or leave it out to use this host's own authorities"
    if b"-----BEGIN " in pem:
        return ""
    return f"{path} holds no certificate in PEM form: such a file has a line -----BEGIN CERTIFICATE-----"


def error_lines(invalid: Invalid, draft: Draft) -> list[str]:
    """Return one line per wrong field: its name and flag, then the value and the cure; a pasted host comes with its reading."""
    lines = []
    for field in Field:
        if field in invalid.errors:
            flag = FLAGS.get(field) or SWITCHES.get(field) or f"--set {field}"
            lines.append(f"{field} ({flag}): {invalid.errors[field]}")
    return lines + (_host_hint(draft) if Field.HOST in invalid.errors else [])


def _host_hint(draft: Draft) -> list[str]:
    from wizard.render.command import set_flags
    from wizard.values import tidy_host

    tidied = tidy_host(draft.host)
    outcome = parse(draft.with_changes(*tidied))
    wrong = isinstance(outcome, Invalid) and Field.HOST in outcome.errors
    return [] if wrong or not draft.host else [f"perhaps you mean: {set_flags(tidied)}"]


def saved_profile(name: str, config: Path | None = None) -> tuple[str, Draft]:
    """Return a saved profile, by name or the default one. Raises UsageError, with the known ones, when there is none."""
    from wizard.config import ConfigError

    try:
        return load_config(config).chosen(name)
    except ConfigError as problem:
        raise UsageError(*str(problem).splitlines()) from problem


def complete(name: str, draft: Draft) -> Profile:
    """Return a saved draft as a profile. Raises UsageError, which names the profile, where it is not complete."""
    profile = parse(draft, name)
    if isinstance(profile, Invalid):
        raise UsageError(f"the profile '{name}' is not complete", *error_lines(profile, draft))
    return profile


def load_config(config: Path | None = None) -> Config:
    """Return the configuration. Raises UsageError when it cannot be read; its notes are said on standard error."""
    from wizard.config import ConfigError, load

    try:
        loaded = load(config)
    except ConfigError as problem:
        raise UsageError(*str(problem).splitlines()) from problem
    talk(*loaded.notes)
    return loaded


def changes_of(args: argparse.Namespace) -> list[Change]:
    """Return the changes the flags stand for, in the order in which they count: --set last, so that a remedy can be appended."""
    given = vars(args)
    named = [Change(field, given[f"field_{field}"]) for field in Field if given.get(f"field_{field}") is not None]
    reference = _reference(args)
    if reference:
        named.append(Change(Field.PASSWORD, reference))
    return named + set_changes(args)


def set_changes(args: argparse.Namespace) -> list[Change]:
    """Return the changes that --set names, in their order. Raises UsageError."""
    return [_set(text) for text in args.changes]


def _reference(args: argparse.Namespace) -> str:
    if args.password_file is not None:
        return f"{SecretKind.FILE}:{args.password_file}"
    return f"{SecretKind.COMMAND}:{args.password_command}" if args.password_command is not None else ""


def _set(text: str) -> Change:
    name, equals, value = text.partition("=")
    key = name.strip().lower().replace("-", "_")
    if not equals:
        raise UsageError("--set needs a field and a value, for example --set port=465")
    if key in _OTHER_NAMES:
        return Change(_OTHER_NAMES[key], value)
    if key not in {str(field) for field in Field}:
        from difflib import get_close_matches

        near = get_close_matches(key, [str(field) for field in Field], n=1)
        hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(Field)}."
        raise UsageError(f"--set: there is no field '{key}'.{hint}")
    return Change(Field(key), value)


def _secret_was_named(args: argparse.Namespace) -> bool:
    return bool(args.password_stdin or args.password_file is not None or args.password_command is not None)


def _extra_words(args: argparse.Namespace) -> tuple[tuple[str, ...], ...]:
    words: list[tuple[str, ...]] = []
    if getattr(args, "config", ""):
        words.append(("--config", args.config))
    if args.password_stdin:
        words.append(("--password-stdin",))
    if getattr(args, "deliver", False):
        words.append(("--deliver",))
    if getattr(args, "jvm", False):
        words.append(("--jvm",))
    words += [("--also-to", address) for address in getattr(args, "also_to", ())]
    return tuple(words)
