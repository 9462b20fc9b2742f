"""One IMAP session that looks for a message: over TLS that verifies, one sign-in, EXAMINE and PEEK only. Must not know why.

RFC 3501, 6154 (folder for junk), 8314 (TLS). Blocks: it is run in a thread of its own.
"""

from __future__ import annotations

import imaplib
import re
import threading
from base64 import b64encode
from contextlib import suppress
from time import monotonic
from typing import Any

from wizard.arrival.mailbox import Found, Looked, Mailbox, MailboxError, Trouble
from wizard.profile import Password
from wizard.smtp.observation import Kind
from wizard.smtp.tls import client_context, failure_of

_PAUSE = 3.0  # seconds between two looks while waiting for the message
_MOST_HEADERS = 65_536  # bytes of the message's headers that are fetched
_MOST_FOLDERS = 3
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>.+)', re.DOTALL)


class Visit:
    """One session, in a thread of its own, because imaplib blocks."""

    def __init__(self, mailbox: Mailbox, password: Password, token: str, wait: float, timeout: float) -> None:
        self._mailbox = mailbox
        self._password = password
        self._token = token
        self._wait = wait
        self._timeout = timeout
        self._client: imaplib.IMAP4 | None = None
        self._over = threading.Event()

    def end(self) -> None:
        """Close the line, from another thread; a look that still runs fails on it."""
        self._over.set()
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, AttributeError):
                client.shutdown()

    def look(self) -> Looked:
        """Do it all. Raises MailboxError."""
        client = self._connected()
        self._client = client
        try:
            self._sign_in(client)
            folders = self._folders(client)
            return self._watched(client, folders)
        except imaplib.IMAP4.error:
            raise MailboxError(Trouble.LOST, f"{self._mailbox.host} broke off, or answered with what is no IMAP.") from None
        except OSError:
            raise MailboxError(Trouble.LOST, f"The line to {self._mailbox.host} was lost.") from None
        finally:
            with suppress(OSError, imaplib.IMAP4.error, AttributeError):
                client.logout()

    def _connected(self) -> imaplib.IMAP4:
        box = self._mailbox
        try:
            context = client_context(box.ca_file)
        except OSError:
            raise MailboxError(Trouble.CERTIFICATE, f"{box.ca_file} holds no certificate that can be used.") from None
        try:
            if not box.starttls:
                return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=self._timeout)
            client = imaplib.IMAP4(box.host, box.port, timeout=self._timeout)
            client.starttls(context)
            return client
        except imaplib.IMAP4.error:
            what = "does not offer STARTTLS" if box.starttls else "does not speak IMAP there"
            trouble = Trouble.NOT_TLS if box.starttls else Trouble.NOT_IMAP
            raise MailboxError(trouble, f"{box.host}, port {box.port}, {what}.") from None
        except (OSError, UnicodeError) as problem:
            raise _not_connected(box, problem) from None

    def _sign_in(self, client: imaplib.IMAP4) -> None:
        box, secret = self._mailbox, self._password.reveal()
        try:
            if "AUTH=PLAIN" in client.capabilities:
                client.authenticate("PLAIN", lambda _: f"\0{box.username}\0{secret}".encode())
            elif "LOGINDISABLED" in client.capabilities or not (box.username + secret).isascii():
                raise MailboxError(Trouble.NO_WAY_IN, f"{box.host} offers no sign-in with this user name and password.")
            else:
                client.login(box.username, secret)
        except imaplib.IMAP4.abort:
            raise MailboxError(Trouble.LOST, f"{box.host} hung up during the sign-in.") from None
        except imaplib.IMAP4.error:
            raise MailboxError(
                Trouble.REFUSED,
                f"{box.host} refused the sign-in of {box.username}. It was tried once. Check user name and password; some "
                "providers want an app password, or have IMAP switched off for the mailbox.",
            ) from None

    def _folders(self, client: imaplib.IMAP4) -> tuple[tuple[str, bool], ...]:
        """Return the folders to look into and whether each is the one for junk (RFC 6154)."""
        if self._mailbox.folders:
            return tuple((name, False) for name in self._mailbox.folders)
        _, listed = client.list('""', '"*"')
        junk = [name for line in listed or () if isinstance(line, bytes) and (name := _junk_folder(line))]
        return (("INBOX", False), *((name, True) for name in junk[: _MOST_FOLDERS - 1]))

    def _watched(self, client: imaplib.IMAP4, folders: tuple[tuple[str, bool], ...]) -> Looked:
        until = monotonic() + self._wait
        while True:
            looked = self._looked(client, folders)
            if looked.found is not None or monotonic() >= until or self._over.wait(min(_PAUSE, max(0.0, until - monotonic()))):
                return looked

    def _looked(self, client: imaplib.IMAP4, folders: tuple[tuple[str, bool], ...]) -> Looked:
        seen = []
        for name, junk in folders:
            answer, _ = client.select(_quoted(name), readonly=True)  # EXAMINE: the server itself allows no change
            if answer != "OK":
                continue
            seen.append(name)
            number = self._search(client)
            if number:
                headers = _header_text(client.uid("FETCH", number, f"(BODY.PEEK[HEADER]<0.{_MOST_HEADERS}>)")[1])
                return Looked(tuple(seen), Found(name, junk, headers))
        if not seen:
            names = ", ".join(name for name, _ in folders)
            raise MailboxError(Trouble.NO_FOLDER, f"The mailbox has no folder {names} that could be opened.")
        return Looked(tuple(seen))

    def _search(self, client: imaplib.IMAP4) -> str:
        """Return the newest message with the token, by its own header or by its subject; empty when there is none."""
        for criterion in (f'HEADER X-SMTP-Wizard-Token "{self._token}"', f'SUBJECT "{self._token}"'):
            answer, found = client.uid("SEARCH", criterion)
            numbers = b" ".join(one for one in found if isinstance(one, bytes)).split() if answer == "OK" else []
            if numbers:
                return numbers[-1].decode("ascii", "replace")
        return ""


def _not_connected(box: Mailbox, problem: OSError | UnicodeError) -> MailboxError:
    failure = failure_of(problem) if isinstance(problem, OSError) else None
    if failure is not None and failure.verify_code is not None:
        return MailboxError(
            Trouble.CERTIFICATE,
            f"The certificate of {box.host} could not be verified ({failure.verify_reason}), so nothing was sent. Name the CA "
            "with --imap-ca-file where it is your own.",
        )
    if failure is not None and failure.kind in (Kind.TLS_PLAINTEXT, Kind.TLS_ALERT, Kind.TLS_VERSION, Kind.TLS_CIPHER):
        return MailboxError(
            Trouble.NOT_TLS, f"{box.host} does not speak TLS on port {box.port}. Try --imap-starttls, usually on port 143."
        )
    return MailboxError(Trouble.UNREACHABLE, f"{box.host}, port {box.port}, cannot be reached: check name, port and firewall.")


def _junk_folder(line: bytes) -> str:
    found = _LISTED.fullmatch(line)
    if not found or b"\\junk" not in found["flags"].lower():
        return ""
    name = found["name"].strip()
    if name.startswith(b'"') and name.endswith(b'"'):
        name = name[1:-1].replace(b'\\"', b'"').replace(b"\\\\", b"\\")
    return name.decode("ascii", "replace")


def _quoted(name: str) -> str:
    """Return a folder's name as a quoted string (RFC 3501 4.3); other alphabets in the form the protocol wants."""
    plain = name if name.isascii() else _modified_utf7(name)
    plain = "".join(sign for sign in plain if sign >= " ")
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _modified_utf7(name: str) -> str:
    """Return a name in modified UTF-7 (RFC 3501 5.1.3)."""

    def packed(found: re.Match[str]) -> str:
        return "&" + b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    return re.sub(r"[^\x20-\x7e]+", packed, name.replace("&", "&-"))


def _header_text(answer: list[Any]) -> str:
    for one in answer:
        if isinstance(one, tuple) and len(one) > 1 and isinstance(one[1], bytes):
            return one[1].decode("utf-8", "replace")
    return ""
