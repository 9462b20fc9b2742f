"""How to make a Java trust an authority: the keytool line, what comes after it, what can go wrong. Runs nothing.

keytool's own manual for the options; the pitfalls are those of SailPoint's white paper and of the Linux distributions' documents.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from wizard.identityiq.installation import JavaRuntime, TrustStore
from wizard.identityiq.jvm.keytool import keytool_of
from wizard.identityiq.jvm.store import is_stock
from wizard.identityiq.jvm.trusted import Entry, Trouble, Trusted
from wizard.identityiq.jvm.view import Missing, Plan, Source, common_name

PEM_FILE = "mail-ca.pem"
_USUAL = "changeit"
_DEBIAN, _RED_HAT = "/etc/ssl/certs/java/", ("/etc/pki/ca-trust/extracted/java/", "/etc/pki/java/")
_FINGERPRINT = (
    "Compare the fingerprint with whoever runs the mail server, over another way than mail: this certificate came over a line "
    "that nobody could verify yet."
)


def plan(
    runtime: JavaRuntime, trusted: Trusted, missing: Missing, file: str = PEM_FILE, *, verified: bool = False
) -> Plan | None:
    """Return how to import ``missing``, which is to be saved as ``file``; None where its certificate is not at hand.

    ``verified`` says that our own check trusts the server already.
    """
    if missing.der is None:
        return None
    alias = _free_alias(missing, trusted.entries)
    command = shlex.join(_command(runtime, trusted, alias, file))
    steps = _steps(runtime, trusted, missing, verified=verified)
    return Plan(command, alias, steps, _pitfalls(runtime, trusted.store), _save(missing, file))


def _save(missing: Missing, file: str) -> str:
    until = f" (valid until {missing.certificate.not_after[:10]})" if missing.certificate else ""
    own = ", the server's own, to be imported again after each renewal" if missing.source is Source.SELF_SIGNED else ""
    how = f": smtp-wizard iiq trust with --save-ca {file}" if file == PEM_FILE else f" as {file}"
    return f"Save the certificate of {missing.name}{until}{own}{how}"


def _command(runtime: JavaRuntime, trusted: Trusted, alias: str, file: str) -> list[str]:
    """Return the words of the command. A password that is not the usual one is left for keytool to ask for."""
    store = trusted.store
    words = [str(keytool_of(runtime) or runtime.keytool), "-importcert", "-noprompt", "-alias", alias, "-file", file]
    if is_stock(runtime, store) and runtime.major not in (7, 8) and words[0] == str(runtime.keytool):
        words.append("-cacerts")  # JDK 9 and later; an older keytool does not know it
    else:
        words += ["-keystore", str(store.path)]
        words += ["-storetype", store.type] if store.type else []
    usual = (
        (store.password.reveal() == _USUAL) if store.password else trusted.trouble is not Trouble.NO_PASSWORD and not store.own
    )
    return words + (["-storepass", _USUAL] if usual else [])


def _free_alias(missing: Missing, entries: tuple[Entry, ...]) -> str:
    """Return a name for the entry: from the authority's own, and one that is not taken (aliases know no upper case)."""
    slug = re.sub(r"[^a-z0-9]+", "-", common_name(missing.name).lower()).strip("-")[:40]
    wanted = f"mail-ca-{slug}".strip("-")
    taken = {entry.alias.lower() for entry in entries}
    return next(name for name in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if name not in taken)


def _steps(runtime: JavaRuntime, trusted: Trusted, missing: Missing, *, verified: bool) -> tuple[str, ...]:
    """Return what to do besides the command, in order."""
    steps = [] if verified or missing.source is Source.FOUND_HERE else [_FINGERPRINT]
    if trusted.store.password and trusted.store.password.reveal() != _USUAL:
        steps.append("keytool asks for the store's password: it is the one the Java's own settings name.")
    elif trusted.store.own:
        steps.append(f"keytool asks for the store's password; the usual one is {_USUAL}.")
    shown = f" (process {runtime.pid})" if runtime.pid else ""
    return (
        *steps,
        f"Restart the application server{shown}: a Java reads its trust store once, when it starts.",
        "Do the same on every other node that runs IdentityIQ: each has a trust store of its own, and any of them may send mail.",
        "Then run this again: it is right when nothing is found any more.",
    )


def _pitfalls(runtime: JavaRuntime, store: TrustStore) -> tuple[str, ...]:
    return tuple(text for text in (_which_java(runtime), _rights(store.path), *_lost(runtime, store)) if text)


def _which_java(runtime: JavaRuntime) -> str:
    if runtime.pid:
        return ""
    return (
        f"This Java ({runtime.home}) was not seen running IdentityIQ. Make sure that it is the one that does: start the "
        "application server and look again (smtp-wizard iiq find), or name the right one with --java."
    )


def _rights(path: Path) -> str:
    """Say who may change the file, where this user may not."""
    import pwd

    if not path.exists() or os.access(path, os.W_OK):
        return ""
    try:
        owner = pwd.getpwuid(path.stat().st_uid).pw_name
    except (KeyError, OSError):
        owner = "its owner"
    return f"This user may not change {path}: run the command as {owner} or as root."


def _lost(runtime: JavaRuntime, store: TrustStore) -> tuple[str, ...]:
    """Say where an import does not last: a list the system writes, or a JDK that is replaced by its update."""
    real = os.path.realpath(store.path)
    if real.startswith(_RED_HAT):
        return (
            f"{store.path} is written by the system ({real}), and an import into it is lost at the next update. On this kind of "
            "system copy the file to /etc/pki/ca-trust/source/anchors/ and run update-ca-trust instead of keytool.",
        )
    if real.startswith(_DEBIAN):
        return (
            f"{store.path} is the system's list ({real}), used by every Java of the distribution. Instead of keytool you can "
            "copy the file to /usr/local/share/ca-certificates/mail-ca.crt and run update-ca-certificates: that lasts.",
        )
    if not store.own and real.startswith(os.path.realpath(runtime.home)):
        return (
            "An update of this Java brings a new trust store, without the import: note the command for that day, or give the "
            "application server a store of its own (-Djavax.net.ssl.trustStore).",
        )
    return ()
