"""IdentityIQ's e-mail templates: each as its mail will look, with what is wrong with it; one of them as the test message.

Must not know Velocity, XML or SMTP.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from wizard import safefile
from wizard.app import run
from wizard.app.iiq.console import ConsolePage
from wizard.app.page import SCROLL_KEYS, scroll_page
from wizard.app.widgets.field import FieldRow, TextInput
from wizard.app.widgets.finding import plain
from wizard.app.widgets.menu import Entry, Menu
from wizard.diagnosis.model import Severity
from wizard.profile import Profile

if TYPE_CHECKING:
    from wizard.identityiq.templates import Rendered, Template, TemplateFlaw

_WIDTH = 77  # what a panel of 80 columns has beside its scroll bar
_MARKS = {Severity.ERROR: ("X ", "bold $error"), Severity.WARNING: ("! ", "$warning"), Severity.INFO: ("- ", "$muted")}


class TemplatesPage(ConsolePage[None]):
    """A list above, the mail under the sign below. ``f`` names a file, ``s`` makes it the test message."""

    HEADING = "IdentityIQ's templates"
    HELP = (
        "The templates of the IdentityIQ on this host (WEB-INF/config), or our own samples where there is none; f reads a file, "
        "an export or a folder instead.\n\n"
        "Each is rendered with sample values, so that you see the mail. X, ! and - name what is wrong: unknown arguments, "
        "references that would appear as they stand, Velocity errors with their line, a missing Subject, a From the server will "
        "refuse.\n\n"
        "s makes the mail under the sign the test message, and takes that back: Enter in the step Test sends it to your test "
        "recipient, after its plan was shown.\n\n"
        "What IdentityIQ has in its database may differ from the files it was installed from: an export of EmailTemplate shows "
        "that.\n\n"
        "Without a screen: smtp-wizard iiq template list, render, lint, send"
    )
    KEYS = (("↑↓", "Choose"), ("PgUp/PgDn", "Scroll"), ("s", "Send as test"), ("f", "File"), ("Esc", "Back"), ("F1", "Help"))
    BINDINGS: ClassVar = [
        *SCROLL_KEYS,
        Binding("s", "send", "Send as test", show=False),
        Binding("f", "file", "File", show=False),
    ]

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.profile = profile
        self.templates: tuple[Template, ...] = ()
        self.rendered: dict[int, Rendered] = {}

    def body(self) -> ComposeResult:
        """The list, a row for a file while it is asked for, the mail."""
        with Vertical(id="ways", classes="panel") as ways:
            ways.border_title = "Templates"
            row = FieldRow("File", TextInput(placeholder="an export, a file or a folder, then Enter", id="file"), id="file-row")
            row.display = False
            yield row
            yield Menu(id="way")
        with VerticalScroll(id="both", classes="panel", can_focus=False) as mail:
            mail.border_title = "The mail"
            yield Static(id="both-text", markup=False)
        yield Static(id="card-told", markup=False)

    def on_mount(self) -> None:
        """Read what there is on this host."""
        self.query_one(Menu).focus()
        self.run_worker(self._begin(), group="templates", exclusive=True)

    async def _begin(self) -> None:
        from wizard.identityiq.templates import samples

        found = await self.find_installation(self.profile)
        if found is not None and await self._read(found.folder):
            return
        self._list(samples(), "Our own samples")

    async def _read(self, path: Path) -> bool:
        """Read a file or folder; return whether it had templates."""
        from wizard.identityiq.reading import XmlProblem
        from wizard.identityiq.templates import collect
        from wizard.smtp.network import in_daemon_thread

        row = self.query_one("#file-row", FieldRow)
        try:
            found = await in_daemon_thread(lambda: collect([path]))
        except XmlProblem as problem:
            row.error(f"not read: {problem}")
            return False
        except OSError as problem:
            row.error(f"not read: {safefile.reason(problem)}")
            return False
        if not found.templates:
            row.error("there is no e-mail template in it")
            return False
        self._list(found.templates, str(path))
        if found.notes:
            self.query_one("#card-told", Static).update(plain(f" {found.notes[0]}"))
        return True

    def _list(self, templates: tuple[Template, ...], source: str) -> None:
        if not self.query(Menu):
            return
        self.templates = templates
        self.rendered.clear()
        self.query_one("#ways").border_title = plain(f"Templates: {source}")
        self.query_one("#file-row").display = False
        menu = self.query_one(Menu)
        menu.show(
            Entry(str(place), one.name or "(no name)", " ".join(one.subject.text.split())) for place, one in enumerate(templates)
        )
        menu.focus()
        self._preview(0)

    @on(Menu.Moved)
    def _moved(self, event: Menu.Moved) -> None:
        self._preview(int(event.entry.id))

    def _preview(self, place: int) -> None:
        self.query_one("#card-told", Static).update("")
        self.run_worker(self._draw_mail(place), group="render", exclusive=True)

    async def _draw_mail(self, place: int) -> None:
        """Render in a process of its own, for a template may be hostile, and beside the loop, which may end before it does."""
        from wizard.identityiq.templates import lint, render
        from wizard.smtp.network import in_daemon_thread

        template = self.templates[place]
        root = self.profile.identityiq.server_root if self.profile.identityiq else ""
        try:
            known = self.rendered.get(place)
            mail = known if known is not None else await in_daemon_thread(lambda: render(template, root=root))
        except OSError as problem:
            self._show(Content(f"No process could be started to render it in: {safefile.reason(problem)}"))
            return
        self.rendered[place] = mail
        self._show(mail_content(template, mail, lint(template, mail, profile=self.profile)))

    def _show(self, text: Content) -> None:
        for static in self.query("#both-text").results(Static):
            static.update(text)
            self.query_one("#both").scroll_home(animate=False)

    # --- keys --------------------------------------------------------------------------------------------------------

    def action_scroll_beside(self, down: bool) -> None:
        """Scroll the mail, although the list has the cursor."""
        scroll_page(self.query_one("#both", VerticalScroll), down=down)

    def action_file(self) -> None:
        """Ask for a file."""
        row = self.query_one("#file-row", FieldRow)
        row.error("")
        row.display = True
        self.query_one("#file", Input).focus()

    def action_back(self) -> None:
        """Close the row for a file, or the page."""
        row = self.query_one("#file-row")
        if row.display:
            row.display = False
            self.query_one(Menu).focus()
        else:
            super().action_back()

    @on(Input.Submitted, "#file")
    def _file_given(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            path = Path(event.value.strip()).expanduser()
        except RuntimeError as problem:
            self.query_one("#file-row", FieldRow).error(f"not read: {problem}")
            return
        if event.value.strip():
            self.run_worker(self._read(path), group="templates", exclusive=True)

    @on(Input.Changed, "#file")
    def _path_typed(self) -> None:
        self.query_one("#file-row", FieldRow).error("")

    def action_send(self) -> None:
        """Make the mail under the sign the test message; where it is that already, go back to our own."""
        from wizard.identityiq.templates import letter_of
        from wizard.identityiq.templates.headers import address_of

        here = self.query_one(Menu).here
        mail = self.rendered.get(int(here.id)) if here else None
        if mail is None or not mail.complete:
            self._tell("This one cannot be rendered, so it cannot be sent." if mail else "It is not rendered yet.")
            return
        name = self.templates[int(here.id)].name if here else ""
        own = run.OwnMail(name, letter_of(mail), address_of(mail.sender) if mail.sender else "")
        if own == self.wizard.letter:
            self.wizard.letter = None
            self._tell("The test message is SMTP Wizard's own again.")
        else:
            self.wizard.letter = own
            self._tell("It is the test message now: Enter in the step Test sends it. s takes that back.")

    def _tell(self, what: str) -> None:
        self.query_one("#card-told", Static).update(f" {what}")


def mail_content(template: Template, mail: Rendered, flaws: tuple[TemplateFlaw, ...]) -> Content:
    """Return what is wrong, then the mail as it is read."""
    from wizard.identityiq.templates.plain import wrapped

    lines = [_flaw(one) for one in flaws]
    if lines:
        lines.append(Content(""))
    said = "as HTML (expected)" if mail.html else "as plain text (expected)"
    headers = [("Subject", mail.subject), ("From", mail.sender), ("Cc", mail.cc), ("Bcc", mail.bcc), ("Sent", said)]
    lines += [Content.assemble((f"{name:<9}", "$muted"), plain(value)) for name, value in headers if value]
    lines += [Content(""), *(plain(line.expandtabs(4)) for line in wrapped(mail.body, mail.html, _WIDTH))]
    return Content("\n").join(lines)


def _flaw(flaw: TemplateFlaw) -> Content:
    mark, style = _MARKS[flaw.finding.severity]
    where = f"  (line {flaw.line})" if flaw.line else ""
    cure = next((f" {remedy.label[:1].upper()}{remedy.label[1:]}." for remedy in flaw.finding.remedies), "")
    words = plain(f"{flaw.finding.title.rstrip('.')}{where}.{cure}".replace("..", "."))
    return Content.assemble((mark, style), words)
