"""The system's keyring. Chooses the backend knowingly, never waits for ever, and reads back what it wrote.

The keyring package may block on D-Bus or on an unlock dialog nobody sees, so every call has a thread of its own and a deadline.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from wizard.keychain.rung import Rung, SecretUnavailable, password_of
from wizard.profile import Password, SecretKind
from wizard.values import shown

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "smtp-wizard"
_ELSEWHERE = "Choose another place for the password: file, command, env, credential or ask"


async def rung(deadline: float) -> Rung:
    """Return whether a keyring can be used here, and which."""
    try:
        name = await _in_thread(lambda: _shown_name(_chosen()), deadline)
    except _Refused as refused:
        return Rung(SecretKind.KEYRING, False, refused.why, stores=True)
    except SecretUnavailable:
        return Rung(SecretKind.KEYRING, False, f"it did not answer within {deadline:g} s", stores=True)
    return Rung(SecretKind.KEYRING, True, name, stores=True)


async def fetch(account: str, deadline: float) -> Password:
    """Return the secret of an account. Raises SecretUnavailable."""
    found = await _in_thread(lambda: _chosen().get_password(SERVICE, account), deadline)
    if found is None:
        raise SecretUnavailable(f"The keyring holds no password for {shown(account)}. Store it with: smtp-wizard secret set")
    return password_of(found, "The password in the keyring")


async def store(account: str, password: Password, deadline: float) -> str:
    """Keep the secret, read it back, and return where it went. Raises SecretUnavailable."""

    def work() -> str:
        backend = _chosen()
        backend.set_password(SERVICE, account, password.reveal())
        if backend.get_password(SERVICE, account) != password.reveal():
            raise SecretUnavailable(f"The keyring took the password but did not give it back unchanged. {_ELSEWHERE}.")
        return f"in the keyring ({_shown_name(backend)}), as {SERVICE}: {shown(account)}"

    return await _in_thread(work, deadline)


async def clear(account: str, deadline: float) -> bool:
    """Take the secret out of the keyring; False when there was none. Raises SecretUnavailable."""

    def work() -> bool:
        backend = _chosen()
        if backend.get_password(SERVICE, account) is None:
            return False
        backend.delete_password(SERVICE, account)
        return True

    return await _in_thread(work, deadline)


class _Refused(SecretUnavailable):
    """No backend that may be used; ``why`` in a few words."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The keyring cannot be used: {why}. {_ELSEWHERE}.")
        self.why = why


def _chosen() -> KeyringBackend:
    """Return the first backend that really keeps secrets secret. Raises _Refused with the first reason against the others.

    A chain of backends is taken apart: left whole, it would step down to a plain file without a word.
    """
    if _surely_none():
        raise _Refused(_nothing_here())
    import keyring  # imported late: a tenth of the program's start
    from keyring.backends.chainer import ChainerBackend

    try:
        configured = keyring.get_keyring()
        candidates = list(ChainerBackend.backends) if isinstance(configured, ChainerBackend) else [configured]
    except (ImportError, AttributeError, ValueError, TypeError, RuntimeError, OSError) as problem:
        raise _Refused(_not_loaded(problem)) from None
    reasons = []
    for backend in candidates:
        reason = _objection(backend)
        if not reason:
            return backend
        reasons.append(reason)
    raise _Refused(reasons[0] if reasons else _nothing_here())


def _surely_none() -> bool:
    """Whether it can be told without loading keyring that it would find nothing: loading it costs 11 MiB (measured).

    Its own backends for Linux speak over D-Bus; others are named in the environment, in keyringrc.cfg, or installed beside it.
    """
    if "keyring" in sys.modules or sys.platform != "linux" or os.environ.get("PYTHON_KEYRING_BACKEND") or _has_bus():
        return False
    settings = os.path.expanduser(os.environ.get("XDG_CONFIG_HOME") or "~/.config")
    if os.path.exists(f"{settings}/python_keyring/keyringrc.cfg"):
        return False
    from importlib.metadata import entry_points

    return all(entry.module.startswith("keyring.backends.") for entry in entry_points(group="keyring.backends"))


def _objection(backend: KeyringBackend) -> str:
    """Return why a backend must not hold a password, or nothing."""
    module = type(backend).__module__
    if module.startswith("keyring.backends.null"):
        return "it is switched off here (the null keyring), and would forget the password without a word"
    if module.startswith("keyring.backends.fail"):
        return _nothing_here()
    if module.startswith("keyrings.alt"):
        return "only a plain file stands behind it (keyrings.alt), readable nearly in clear"
    return ""


def _not_loaded(problem: Exception) -> str:
    named = os.environ.get("PYTHON_KEYRING_BACKEND", "")
    if named:
        return f"the backend {shown(named)}, which PYTHON_KEYRING_BACKEND names, cannot be loaded"
    return f"it cannot start for this user ({type(problem).__name__}); look at keyringrc.cfg if there is one"


def _nothing_here() -> str:
    if not _has_bus():
        return "no D-Bus session, which is usual over SSH, with sudo and in cron"
    return "no keyring service runs in this session, such as GNOME Keyring or KWallet"


def _has_bus() -> bool:
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or os.path.exists(f"/run/user/{os.getuid()}/bus")


def _shown_name(backend: KeyringBackend) -> str:
    return shown(str(backend.name))


async def _in_thread(work: Callable[[], T], deadline: float) -> T:
    """Run blocking work beside the loop for at most ``deadline`` seconds. A thread that hangs never delays the program's end."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(act: Callable[[], None]) -> None:
        if not outcome.done():
            act()

    def run() -> None:
        try:
            value = work()
        except SecretUnavailable as problem:
            act = _failing(outcome, problem)
        except tuple(_backend_errors()) as problem:
            act = _failing(outcome, SecretUnavailable(_sentence(problem)))
        else:

            def act() -> None:
                outcome.set_result(value)

        with suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits for the answer
            loop.call_soon_threadsafe(settle, act)

    threading.Thread(target=run, daemon=True, name="keyring").start()
    try:
        async with asyncio.timeout(deadline):
            return await outcome
    except TimeoutError:
        raise SecretUnavailable(
            f"The keyring did not answer within {deadline:g} seconds. It may be waiting to be unlocked on a screen "
            f"you cannot see. Unlock it there, or: {_ELSEWHERE[0].lower()}{_ELSEWHERE[1:]}."
        ) from None


def _failing(outcome: asyncio.Future[T], problem: Exception) -> Callable[[], None]:
    return lambda: outcome.set_exception(problem)


def _backend_errors() -> Iterator[type[Exception]]:
    """Yield what backends are known to raise. Those of packages that are not loaded cannot have been raised."""
    from keyring.errors import KeyringError

    yield from (KeyringError, OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, ImportError)
    for module, name in (
        ("secretstorage.exceptions", "SecretStorageException"),
        ("jeepney", "DBusErrorResponse"),
        ("dbus.exceptions", "DBusException"),
    ):
        known = getattr(sys.modules.get(module), name, None)
        if isinstance(known, type) and issubclass(known, Exception):
            yield known


def _sentence(problem: BaseException) -> str:
    from keyring.errors import KeyringLocked, NoKeyringError

    if isinstance(problem, NoKeyringError):
        return str(_Refused(_nothing_here()))
    if isinstance(problem, KeyringLocked):
        return f"The keyring is locked. Unlock it on its desktop, or: {_ELSEWHERE[0].lower()}{_ELSEWHERE[1:]}."
    # The words of a backend's error are not repeated: nobody can promise that a backend keeps the secret out of them.
    return f"The keyring answered with an error ({type(problem).__name__}). {_ELSEWHERE}."
