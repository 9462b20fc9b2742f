"""What whoever starts the program hands to it: an environment variable, or a systemd credential. Only read, never written."""

from __future__ import annotations

import os
from pathlib import Path

from wizard import safefile
from wizard.keychain.rung import LARGEST, Rung, SecretUnavailable, password_from, password_of
from wizard.profile import Password, SecretKind
from wizard.values import shown

FOLDER = "CREDENTIALS_DIRECTORY"
_read: set[str] = set()


def rungs() -> tuple[Rung, Rung]:
    """Return both rungs: the variable can always be named, credentials exist only where systemd passed some."""
    variable = Rung(SecretKind.ENV, True, "an environment variable that whoever starts the program sets")
    if not os.environ.get(FOLDER):
        return variable, Rung(SecretKind.CREDENTIAL, False, "not started by systemd with LoadCredential")
    return variable, Rung(SecretKind.CREDENTIAL, True, f"from systemd, in {shown(os.environ[FOLDER])}")


def fetch_variable(name: str) -> Password:
    """Return the secret in an environment variable. Raises SecretUnavailable."""
    text = os.environ.get(name)
    _read.add(name)
    if text is None:
        raise SecretUnavailable(f"The environment variable {shown(name)} is not set. Set it where the program is started.")
    return password_of(text, f"The environment variable {shown(name)}")


def names_read() -> frozenset[str]:
    """Return the names of the variables that were read as secrets: what this program starts is not to inherit them."""
    return frozenset(_read)


def fetch_credential(name: str) -> Password:
    """Return the secret in a systemd credential (systemd.exec, LoadCredential). Raises SecretUnavailable."""
    folder = os.environ.get(FOLDER, "")
    if not folder:
        raise SecretUnavailable(
            f"The systemd credential {shown(name)} is not here: the program was not started by systemd with credentials. "
            f"Put LoadCredential={shown(name)}:PATH into the unit that starts it."
        )
    if "/" in name or name in (".", "..") or "\0" in name:
        raise SecretUnavailable(f"'{shown(name)}' is not the name of a credential: it has no / in it.")
    try:
        data = safefile.read_bounded(Path(folder) / name, LARGEST)
    except FileNotFoundError:
        raise SecretUnavailable(
            f"systemd passed no credential named {shown(name)}. Put LoadCredential={shown(name)}:PATH into the unit."
        ) from None
    except OSError as problem:
        raise SecretUnavailable(f"Cannot read the systemd credential {shown(name)}: {safefile.reason(problem)}.") from None
    return password_from(data, f"The systemd credential {shown(name)}")
