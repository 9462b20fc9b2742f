"""``iiq find``: every IdentityIQ on this host, with what its mail depends on. Must not know how they are found."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizard.commands.flags import absolute
from wizard.commands.saved import print_json, print_lines
from wizard.commands.terminal import UsageError, talk

if TYPE_CHECKING:
    from wizard.identityiq.host import Found
    from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary, TrustStore

_WIDE = 15  # columns of the names at the left


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq find``."""
    parser.add_argument("--folder", default="", metavar="DIR", help="look at this folder alone, the one that holds WEB-INF")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Show what is on this host; 1 when there is no IdentityIQ. Raises UsageError for a named folder that holds none."""
    from wizard.identityiq.host import look
    from wizard.identityiq.watch import due

    talk(*(one.sentence for one in due.pending()))
    found = _named(args.folder) if args.folder else look()
    if args.json:
        print_json(_json(found))
    else:
        print_lines(_lines(found))
    if found.installations:
        return 0
    talk("No IdentityIQ was found on this host. Name its folder with --folder DIR, or read an export: smtp-wizard iiq read FILE")
    return 1


def _named(folder: str) -> Found:
    from wizard.identityiq.host import Found, at, in_path

    path = absolute(folder)
    installation = at(path)
    if installation is None:
        raise UsageError(
            f"There is no IdentityIQ in {path} that this user can read: WEB-INF/lib/identityiq.jar is missing there.",
            "Name the folder that holds WEB-INF, and run smtp-wizard as the user that runs IdentityIQ, or with sudo.",
        )
    return Found((installation,), in_path())


def _lines(found: Found) -> Iterator[str]:
    for number, one in enumerate(found.installations):
        if number:
            yield ""
        yield f"IdentityIQ {one.version}" if one.version else "IdentityIQ, its version is not in its jar"
        yield from (_row(name, words) for name, words in _facts(one) if words)
        yield from (f"  ! {note}" for note in one.notes)
    if not found.installations and found.path_jvm:
        yield _row("Java in PATH", _java(found.path_jvm))
    yield from (f"! {note}" for note in found.notes)


def _facts(one: Installation) -> Iterator[tuple[str, str]]:
    yield "folder", str(one.folder)
    yield "found by", one.found_by if not one.server else ""
    user = f", user {one.user}" if one.user else ""
    yield "server", f"{one.server}, process {one.pid}{user}" if one.server else ""
    yield "console", str(one.console)
    source = f", {one.jvm.source}" if one.jvm and one.jvm.pid is None else ""
    yield "Java", f"{_java(one.jvm)}{source}" if one.jvm else ""
    yield "trust store", _trust(one.jvm)
    yield from (("setting", f"{name}={value}") for name, value in (one.jvm.properties if one.jvm else ()))
    same = one.jvm and one.path_jvm and one.jvm.home == one.path_jvm.home
    yield "Java in PATH", "the same" if same else _java(one.path_jvm) if one.path_jvm else "none; the console needs one"
    yield "mail library", _library(one.mail)


def _row(name: str, words: str) -> str:
    return f"  {name:<{_WIDE}}{words}"


def _java(jvm: JavaRuntime) -> str:
    said = " ".join(part for part in (jvm.version or "of unknown version", jvm.vendor) if part)
    return f"{said}, {jvm.home}"


def _trust(jvm: JavaRuntime | None) -> str:
    if jvm is None or jvm.trust is None:
        return ""
    kind = f" ({jvm.trust.type})" if jvm.trust.type else ""
    return f"{jvm.trust.path}{kind}, {'named by a setting' if jvm.trust.own else 'the one of this Java'}"


def _library(mail: MailLibrary | None) -> str:
    if mail is None:
        return ""
    return f"{mail.version or 'version not in its jar'}, {mail.jar}"


def _json(found: Found) -> dict[str, object]:
    return {
        "schema": 1,
        "installations": [_installation(one) for one in found.installations],
        "java_in_path": _jvm(found.path_jvm),
        "notes": list(found.notes),
    }


def _installation(one: Installation) -> dict[str, object]:
    return {
        "folder": str(one.folder),
        "version": one.version or None,
        "found_by": one.found_by,
        "server": one.server or None,
        "pid": one.pid,
        "user": one.user or None,
        "console": str(one.console),
        "java": _jvm(one.jvm),
        "mail_library": _mail(one.mail),
        "notes": list(one.notes),
    }


def _jvm(jvm: JavaRuntime | None) -> dict[str, object] | None:
    if jvm is None:
        return None
    return {
        "home": str(jvm.home),
        "version": jvm.version or None,
        "vendor": jvm.vendor or None,
        "source": jvm.source,
        "pid": jvm.pid,
        "trust_store": _store(jvm.trust),
        "properties": dict(jvm.properties),
    }


def _store(store: TrustStore | None) -> dict[str, object] | None:
    if store is None:
        return None
    return {"path": str(store.path), "type": store.type or None, "own": store.own}


def _mail(mail: MailLibrary | None) -> dict[str, object] | None:
    if mail is None:
        return None
    return {"jar": str(mail.jar), "version": mail.version or None, "beside": [str(jar) for jar in mail.more]}
