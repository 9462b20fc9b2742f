"""Whether the message arrived: its code, pasted headers, or a look into the mailbox, and what each of them proves.

Nothing is contacted before the mailbox's password was given. Must not know IMAP or how headers are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from wizard.app.page import Page
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.field import FieldRow, SecretInput, TextInput
from wizard.app.widgets.finding import Notes
from wizard.app.widgets.paste import PasteArea
from wizard.profile import Password, Profile, parse

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.arrival.mailbox import Looked, Mailbox
    from wizard.arrival.proof import Traced
    from wizard.arrival.words import Row


class ArrivedPage(Page[None]):
    """``token`` is the message's, ``queue_id`` what the server's reply named, ``recipient`` whose mailbox it is for."""

    HEADING = "Has it arrived?"
    HELP = (
        "Accepted is not yet arrived. Three things show more, and each says how much:\n\n"
        "Code: the message's text holds a code that no report shows. Who types it has read the mail.\n\n"
        "Headers: open the mail in your mail program, show its source or headers, copy them and paste them here. They show its "
        "way from server to server, how long each took, and what the receiving side says of SPF, DKIM and DMARC.\n\n"
        "Mailbox: host, user and password of the test mailbox. It is looked for over IMAP with TLS on port 993, or on the port "
        "behind a colon (143 means STARTTLS); in inbox and junk. Nothing is marked, moved or deleted; the password is kept "
        "nowhere.\n\n"
        "Without a screen: smtp-wizard iiq arrived"
    )
    KEYS = (("Tab", "Next field"), ("Enter", "Look into the mailbox"), ("Esc", "Back"), ("F1", "Help"))
    BINDINGS: ClassVar = [Binding("ctrl+l", "clear", "Empty", show=False)]

    def __init__(self, token: str, queue_id: str = "", recipient: str = "") -> None:
        super().__init__()
        self.token = token
        self.queue_id = queue_id
        self.recipient = recipient
        self._traced: Traced | None = None
        self._looked: Looked | None = None
        self._problem = ""

    def heading(self) -> str:
        """Name the message."""
        return f"{self.HEADING}   Message {self.token}"

    def body(self) -> ComposeResult:
        """Code, headers, mailbox; what they prove."""
        with Vertical(id="given", classes="panel") as given:
            given.border_title = "One of these is enough"
            yield FieldRow("Code", TextInput(placeholder="from the message's text", id="code"), id="code-row")
            yield FieldRow(
                "IMAP host",
                TextInput(placeholder="imap.example.com, or with :143 for STARTTLS", id="imap-host"),
                id="imap-host-row",
            )
            yield FieldRow("IMAP user", TextInput(self.recipient, id="imap-user"), id="imap-user-row")
            yield FieldRow("Password", SecretInput(placeholder="then Enter", id="imap-password"), id="imap-password-row")
            yield PasteArea()
        told = Notes(id="told", classes="panel")
        told.border_title = "What is proved"
        yield told

    def on_mount(self) -> None:
        """The code is the shortest way."""
        self.query_one("#code", Input).focus()
        self.query_one(PasteArea).placeholder = "or paste the headers of the received mail here"
        self._judge()

    def action_clear(self) -> None:
        """Make room for other headers."""
        self.query_one(PasteArea).load_text("")

    @on(Input.Changed, "#code")
    def _code_typed(self) -> None:
        self._judge()

    @on(PasteArea.Rested)
    def _read_headers(self) -> None:
        from wizard.arrival.headers import NotHeadersError, read
        from wizard.arrival.proof import trace

        text = self.query_one(PasteArea).text
        self._traced, self._problem = None, ""
        if text.strip():
            try:
                self._traced = trace(read(text), self.queue_id)
            except NotHeadersError as problem:
                self._problem = str(problem)
        self._judge()

    # --- the mailbox -------------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "code":
            self._judge()
            return
        host, user = (self.query_one(f"#imap-{name}", Input).value.strip() for name in ("host", "user"))
        secret = self.query_one("#imap-password", Input).value
        for name, value, said in (
            ("host", host, "type the mailbox's IMAP server, for example imap.example.com"),
            ("user", user, "type who signs in there, often the address"),
            ("password", secret, "type the mailbox's password; it is not shown and not kept"),
        ):
            if not value:
                self.query_one(f"#imap-{name}-row", FieldRow).error(said)
                return
        self.run_worker(self._look(host, user, Password(secret)), exclusive=True, group="mailbox")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        for row in self.query(f"#{event.input.id}-row").results(FieldRow):
            row.error("")

    async def _look(self, host: str, user: str, password: Password) -> None:
        from wizard.arrival.looking import look
        from wizard.arrival.mailbox import MailboxError

        try:
            mailbox = _mailbox(host, user)._replace(ca_file=self._ca_file())
        except ValueError as problem:
            self.query_one("#imap-host-row", FieldRow).error(str(problem))
            return
        self.say(
            (Note(f"Looking into the mailbox of {user} at {mailbox.host}, port {mailbox.port} ...", wide=True, tone=Tone.CALM),)
        )
        self._problem = ""
        try:
            self._looked = await look(mailbox, password, self.token)
        except MailboxError as problem:
            self._looked, self._problem = None, str(problem)
        self._judge(mailbox.host)

    def _ca_file(self) -> Path | None:
        """The profile's own authorities: a company's mailbox is often signed by the same."""
        parsed = parse(self.wizard.draft)
        return parsed.ca_file if isinstance(parsed, Profile) else None

    # --- what is proved ----------------------------------------------------------------------------------------------

    def _judge(self, host: str = "") -> None:
        from wizard.arrival import words
        from wizard.arrival.proof import Proved, proved
        from wizard.smtp.message import is_code

        if not self.query("#code"):
            return
        code = self.query_one("#code", Input).value.strip()
        whole = sum(sign.isalnum() for sign in code) >= 8
        right = whole and is_code(code, self.token.lower())
        found = proved(accepted=True, traced=self._traced, token=self.token, looked=self._looked, code_right=right)
        tone = Tone.GOOD if found >= Proved.IN_MAILBOX else Tone.CALM
        notes = [Note(words.verdict(found), wide=True, tone=tone)]
        if whole:
            notes.append(Note(words.code_words(right), "code", Tone.GOOD if right else Tone.BAD))
        if self._problem:
            notes.append(Note(self._problem, "!", Tone.BAD))
        rows = words.mailbox_rows(self._looked, host or self.query_one("#imap-host", Input).value) if self._looked else ()
        rows += words.trace_rows(self._traced, self.token, self.queue_id) if self._traced else ()
        self.say((*notes, *(_note(row) for row in rows)))


def _mailbox(host: str, user: str) -> Mailbox:
    """Understand ``host`` or ``host:port``; 143 is the port of STARTTLS (RFC 8314 3.2). Raises ValueError."""
    from wizard import values
    from wizard.arrival.mailbox import STARTTLS_PORT, Mailbox

    mailbox = Mailbox(host, values.one_line(user))
    name, colon, port = host.rpartition(":")
    if colon and ":" not in name:
        number = values.port(port) or mailbox.port
        mailbox = mailbox._replace(host=name, port=number, starttls=number == STARTTLS_PORT)
    return mailbox._replace(host=values.host(mailbox.host))


def _note(row: Row) -> Note:
    return Note(row.text, row.name) if row.name else Note(row.text, wide=True)
