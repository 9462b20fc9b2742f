"""Asks under which name a profile is saved and where its password goes. Must not know files or keyrings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wizard.app.saving import PLACES, NotSavedError, default_name, places, save, secret_file
from wizard.app.verdict import Note
from wizard.app.widgets.field import Choice, FieldRow, Option, TextInput
from wizard.profile import SecretKind, SecretRef

if TYPE_CHECKING:
    from wizard.app.app import WizardApp


class SaveProfile(ModalScreen[tuple[Note, ...] | None]):
    """Gives the sentences that say what was written where, or None."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss", "Do not", show=False), Binding("enter", "save", "Save", show=False)]

    def __init__(self) -> None:
        super().__init__(classes="window")
        self.reasons: dict[str, str] = {}
        self.agreed = ""

    @property
    def wizard(self) -> WizardApp:
        """The app, with its draft."""
        return cast("WizardApp", self.app)

    def compose(self) -> ComposeResult:
        """Name, place of the password, keys."""
        wizard = self.wizard
        name = default_name(wizard.draft, wizard.profile_name, practice=wizard.on_practice())
        with Vertical(classes="dialog") as box:
            box.border_title = Content("Save the profile")
            yield Static(Content("The settings go into a file without the password."), classes="text")
            yield FieldRow("Name", TextInput(name, id="name"), id="name-row")
            if wizard.draft.username.strip():
                refs = places(wizard.draft, name, wizard.config_path)
                options = tuple(Option(str(ref), PLACES[ref.kind]) for ref in refs)
                yield FieldRow("Password in", Choice(options, options[0].value, spread=False, id="place"), id="place-row")
            keys = Content.assemble(("Enter", "bold $primary"), " save   ", ("Esc", "bold $primary"), " do not")
            yield Static(keys, classes="keys")

    async def on_mount(self) -> None:
        """Learn which places are there. Where nothing was chosen yet, offer the first that is, and say why others are not."""
        from wizard import keychain

        ladder = await keychain.rungs(config=self.wizard.config_path)
        self.reasons = {rung.kind: rung.why for rung in ladder if not rung.available and rung.kind is not SecretKind.ASK}
        for choice in self.query(Choice):
            if not self.wizard.draft.password.strip():
                usable = [each for each in choice.options if SecretRef.from_text(each.value).kind not in self.reasons]
                choice.set_value((usable or list(choice.options))[0].value)
        self._note()

    def on_choice_changed(self) -> None:
        """Say about the chosen place what is worth knowing."""
        self._note()

    def on_input_changed(self) -> None:
        """The name is part of the secret file's name."""
        self._note()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the name saves."""
        event.stop()
        self.action_save()

    def _place(self) -> SecretRef:
        chosen = self.query(Choice)
        ref = SecretRef.from_text(chosen.first().value) if chosen else SecretRef(SecretKind.ASK)
        if ref.kind is not SecretKind.FILE or str(ref) == self.wizard.draft.password:
            return ref
        return SecretRef(SecretKind.FILE, secret_file(self.query_one("#name", TextInput).value.strip(), self.wizard.config_path))

    def _note(self) -> None:
        for row in self.query("#place-row").results(FieldRow):
            ref = self._place()
            keyring = self.reasons.get(SecretKind.KEYRING, "")
            if ref.kind in self.reasons:
                row.note(f"not available here: {self.reasons[ref.kind]}")
            else:
                row.note("\n".join(part for part in (ref.detail, keyring and f"the keyring is not available: {keyring}") if part))

    def action_save(self) -> None:
        """Save, asking once more where another profile would be replaced."""
        self.run_worker(self._save(), exclusive=True)

    async def _save(self) -> None:
        from wizard import config

        wizard, row = self.wizard, self.query_one("#name-row", FieldRow)
        name = self.query_one("#name", TextInput).value.strip()
        row.error("")
        try:
            taken = name in config.load(wizard.config_path).profiles and name not in (wizard.profile_name, self.agreed)
            if taken:
                self.agreed = name
                row.error("a profile of this name exists: Enter replaces it, or type another name")
                return
            # What another wizard saved meanwhile in the same profile stays, where it was not changed here too.
            base = wizard.as_saved if name == wizard.profile_name else None
            draft, told = await save(name, wizard.draft, self._place(), wizard.password, wizard.config_path, base)
        except (config.ConfigError, NotSavedError) as problem:
            row.error(str(problem))
            return
        if wizard.on_practice():
            told = (*told, Note("The practice server ends with the wizard, so this profile is for looking at.", wide=True))
        wizard.apply(*wizard.draft.changes_to(draft))
        wizard.profile_name = name
        self.dismiss(told)
