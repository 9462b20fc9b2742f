"""Hand over: the settings go back to IdentityIQ as a card to type from, a file to import, or applied on this host.

Shows of each way what it would do; nothing is written or changed before a question was answered. Must not know XML or consoles.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from wizard.app.page import SCROLL_KEYS, Page, scroll_page
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.finding import Notes
from wizard.app.widgets.menu import Entry, Menu
from wizard.identityiq.handover.wanted import ByHandError, wanted
from wizard.profile import Profile, parse

CARD = Entry("card", "Type it in", "the page's fields and values, to type or read out")
FILE = Entry("file", "A file to import", "a merge file, and the one that takes it back")
APPLY = Entry("apply", "Apply on this host", "backup, import, read back, compare")
WATCH = Entry("watch", "Watch its mail", "see the sign-off mail leave, held or sent on")
TEMPLATES = Entry("templates", "Its templates", "how mails will look, and what is wrong with them")
PROOF = Entry("proof", "IdentityIQ's own proof", "audit, the requests page, what each state means")
ENTRIES = (CARD, FILE, APPLY, WATCH, TEMPLATES, PROOF)


class HandOver(Page[None]):
    """The ways above, what the one under the sign would do below."""

    HEADING = "Hand over to IdentityIQ"
    HELP = (
        "Type it in: for everybody who may only use the screen. Both paths to the page, and every field in its order.\n\n"
        "A file to import: gear > Global Settings > Import from File, or the console's import. It merges the named entries and "
        "leaves the others alone. Beside it stands the file that takes the change back. The password is not in it.\n\n"
        "Apply on this host: the same through IdentityIQ's console, with a backup first, read back and compared afterwards.\n\n"
        "Watch its mail: a relay on this host shows every mail IdentityIQ sends, until you have seen the sign-off mail of a "
        "certification.\n\n"
        "Without a screen: smtp-wizard iiq card, iiq export, iiq apply, iiq undo, iiq watch, iiq template, iiq proof"
    )
    BINDINGS: ClassVar = list(SCROLL_KEYS)
    KEYS = (("Enter", "Open"), ("↑↓", "Move"), ("PgUp/PgDn", "Scroll"), ("Esc", "Back"), ("F1", "Help"))

    def heading(self) -> str:
        """The page's name and the profile's."""
        return f"{self.HEADING}: {self.wizard.called()}"

    def body(self) -> ComposeResult:
        """The ways, and what the present one does."""
        with Vertical(id="ways", classes="panel") as ways:
            ways.border_title = "How do the settings get there?"
            yield Menu(ENTRIES, id="way")
        yield Notes(id="told", classes="panel")

    def on_mount(self) -> None:
        """The list has the cursor."""
        self.query_one(Menu).focus()
        self._preview(CARD.id)

    def on_screen_resume(self) -> None:
        """Coming back from a window: what stands may be different now."""
        for menu in self.query(Menu):
            if menu.here:
                self._preview(menu.here.id)

    def action_scroll_beside(self, down: bool) -> None:
        """Scroll the preview, although the list has the cursor."""
        scroll_page(self.query_one(Notes), down=down)

    @property
    def profile(self) -> Profile | None:
        """The draft as it stands, None while it does not parse."""
        parsed = parse(self.wizard.draft, self.wizard.profile_name)
        return parsed if isinstance(parsed, Profile) else None

    @on(Menu.Moved)
    def _moved(self, event: Menu.Moved) -> None:
        self._preview(event.entry.id)

    def _preview(self, way: str) -> None:
        from wizard.app.iiq import ways

        if self.profile is None:
            self.say((Note("The form has a mistake: Esc goes back, and Enter there says where.", wide=True, tone=Tone.BAD),))
            return
        title, notes = ways.preview(way, self.profile, self.wizard.taken)
        self.say(notes, title=title)

    @on(Menu.Chosen)
    def _chosen(self, event: Menu.Chosen) -> None:
        profile = self.profile
        if profile is None:
            return
        match event.entry.id:
            case "file" | "apply" if not can_be_imported(profile):
                self._card(profile)
            case "card":
                self._card(profile)
            case "file":
                from wizard.app.iiq.writing import WriteMerge

                self.app.push_screen(WriteMerge(profile, self.wizard.taken))
            case "apply":
                from wizard.app.iiq.applying import ApplyPage

                self.app.push_screen(ApplyPage(profile))
            case "watch":
                from wizard.app.iiq.watching import WatchPage

                self.app.push_screen(WatchPage(profile))
            case "templates":
                from wizard.app.iiq.templates import TemplatesPage

                self.app.push_screen(TemplatesPage(profile))
            case _:
                from wizard.app.dialog import Note as Window
                from wizard.app.iiq.ways import proof_text

                self.app.push_screen(Window("IdentityIQ's own proof", proof_text()))

    def _card(self, profile: Profile) -> None:
        from wizard.app.iiq.card import Card

        self.app.push_screen(Card(profile))


def can_be_imported(profile: Profile) -> bool:
    """Return whether a file can bring the settings into IdentityIQ; where not, they are typed."""
    try:
        wanted(profile)
    except ByHandError:
        return False
    return True
