"""What IdentityIQ has, in its words and the standard ones, as notes. Must not know Textual, nor how settings are read."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING

from wizard.app.verdict import Note, Tone
from wizard.diagnosis.model import Severity
from wizard.identityiq.settings import Encryption, Key, NotificationType, PasswordForm, Settings
from wizard.identityiq.vocabulary import password_words
from wizard.modes import MODES

if TYPE_CHECKING:
    from wizard.diagnosis.model import Finding
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.lint import Flaw

_SHOWN = (
    Key.TYPE,
    Key.ENCRYPTION,
    Key.HOST,
    Key.PORT,
    Key.USERNAME,
    Key.PASSWORD,
    Key.FROM,
    Key.REDIRECT_ADDRESS,
    Key.REDIRECT_FILE,
    Key.SUPPRESS_DUPLICATES,
    Key.SERVER_ROOT,
)
_ALWAYS = (Key.TYPE, Key.ENCRYPTION, Key.HOST, Key.PORT, Key.FROM)
_YES_NO = {"true": "yes", "false": "no"}
_ROW = 77  # columns of a page for what it says
_WIDTH = max(len(key.label) for key in _SHOWN) + 2


def row(label: str, text: str, width: int) -> Note:
    """Return a row with its label in a column of ``width``; a long text goes on beneath itself."""
    lines = wrap(text, _ROW - width, break_on_hyphens=False) or [""]
    return Note(f"{label:<{width}}" + ("\n" + " " * width).join(lines), wide=True)


def settings_notes(settings: Settings) -> tuple[Note, ...]:
    """Return the settings as IdentityIQ's page shows them, each with what it means in the standard's words."""
    rows = [(key.label, value, meant) for key in _SHOWN for value, meant in _row(settings, key)]
    if settings.retry_max is not None:
        rows.append(("Maximum Email Retries", str(settings.retry_max), ""))
    return tuple(row(label, f"{value}{f'  ({meant})' if meant else ''}", _WIDTH) for label, value, meant in rows)


def _row(settings: Settings, key: Key) -> Iterable[tuple[str, str]]:
    value = settings.value(key)
    match key:
        case Key.PASSWORD:
            if settings.value(Key.USERNAME) or settings.password_form is not PasswordForm.ABSENT:
                yield password_words(settings.password_form), ""
        case Key.TYPE:
            kind = settings.notification
            yield (kind.label if kind else value), ("" if value else "not set, expected to mean this")
        case Key.ENCRYPTION:
            yield _encryption(settings, value)
        case Key.SUPPRESS_DUPLICATES if value.lower() in _YES_NO:
            yield _YES_NO[value.lower()], ""
        case Key.PORT if not value:
            yield "not set", "expected to be 25"
        case _ if value:
            yield value, ""
        case _ if key in _ALWAYS and _matters(settings, key):
            yield "not set", ""


def _matters(settings: Settings, key: Key) -> bool:
    return key is not Key.HOST or settings.notification is not NotificationType.REDIRECT_TO_FILE


def _encryption(settings: Settings, value: str) -> tuple[str, str]:
    known = settings.encryption
    if known is None:
        return value, "a word IdentityIQ is expected not to know"
    word = "None" if known is Encryption.NONE else known.value
    return word, f"{MODES[known.security]}{'' if value else ', because nothing is set'}"


def flaw_notes(flaws: Iterable[Flaw], *, lines: bool = True) -> tuple[Note, ...]:
    """Return what is wrong with what was read, each with its cure and where it stands, where the reader has its ``lines``."""
    notes: list[Note] = []
    for flaw in flaws:
        notes.append(Note("", wide=True))
        finding = flaw.finding
        tone = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.INFO: Tone.TEXT}[finding.severity]
        where = f"   (line {flaw.line})" if flaw.line and lines else ""
        notes.append(Note(f"{_MARK[finding.severity]} {finding.title.rstrip('.')}{where}", wide=True, tone=tone))
        notes.append(Note(finding.meaning, wide=True))
        notes += cures(finding)
    return tuple(notes)


_MARK = {Severity.ERROR: "X", Severity.WARNING: "!", Severity.INFO: "-"}


def cures(finding: Finding) -> tuple[Note, ...]:
    """Return a finding's remedies: what is done for the reader on the way, and what the reader does."""
    return tuple(
        Note(remedy.label, "done" if remedy.changes else "advice", Tone.GOOD if remedy.changes else Tone.TEXT)
        for remedy in finding.remedies
    )


def installation_notes(found: Installation) -> tuple[Note, ...]:
    """Return what is known of an installation, for a decision whether it is the right one."""
    from wizard.app.host import short

    rows = [(short(found.folder), "folder")]
    if found.version:
        rows.append((found.version, "version"))
    rows.append((_server(found), "runs in"))
    if found.jvm:
        rows.append((f"{found.jvm.version or found.jvm.home}  {found.jvm.source}".strip(), "Java"))
        if found.jvm.trust:
            rows.append((short(found.jvm.trust.path), "trusts"))
    if found.path_jvm and (not found.jvm or found.path_jvm.home != found.jvm.home):
        rows.append((f"{found.path_jvm.version or found.path_jvm.home}, which its console uses", "java"))
    rows.append((f"{found.mail.jar.name} {found.mail.version}".strip() if found.mail else "not found", "mail jar"))
    return (*(Note(text, label) for text, label in rows), *(Note(note, "!", Tone.WARN) for note in found.notes))


def _server(found: Installation) -> str:
    if not found.server:
        return "no application server that is seen to run now"
    return f"{found.server}, process {found.pid}" if found.pid else found.server


def summary(flaws: tuple[Flaw, ...]) -> Note:
    """Return one line: how much is wrong."""
    errors = sum(flaw.finding.severity is Severity.ERROR for flaw in flaws)
    warnings = sum(flaw.finding.severity is Severity.WARNING for flaw in flaws)
    if not flaws:
        return Note("Nothing is seen to be wrong with these settings.", wide=True, tone=Tone.GOOD)
    if not errors and not warnings:
        return Note("Nothing is seen to be wrong; worth knowing:", wide=True, tone=Tone.GOOD)
    parts = [
        f"{count} {word if count == 1 else word + 's'}" for count, word in ((errors, "mistake"), (warnings, "warning")) if count
    ]
    return Note(f"{' and '.join(parts)} found", wide=True, tone=Tone.BAD if errors else Tone.WARN)
