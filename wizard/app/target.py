"""The file a window writes to: a path out of what was typed, and a question before a file goes. Must not know what is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.widgets import Input

from wizard import safefile
from wizard.app.widgets.field import FieldRow


class Target:
    """One file field of a window. ``path()`` is asked each time Enter is pressed."""

    def __init__(self, example: str) -> None:
        self.example = example
        self._agreed: Path | None = None

    def path(self, row: FieldRow, field: Input) -> Path | None:
        """Return where to write, or None after saying under the field why not, or that a file would be replaced.

        Raises RuntimeError for a user behind ``~`` who does not exist, OSError and ValueError for a name no file can have.
        """
        typed = field.value.strip()
        if not typed:
            row.error(f"type where the file goes, for example {self.example}")
            return None
        path = Path(typed).expanduser().absolute()
        if path.is_dir():
            row.error("this is a folder: add a name for the file")
        elif path.exists() and path != self._agreed:
            self._agreed = path
            row.error("this file exists: Enter replaces it, or type another name")
        else:
            return path
        return None


def into_home(name: Callable[[], Path], text: str) -> str:
    """Write a text into the home folder, under what ``name`` gives; return the sentence that says so, or why not."""
    try:
        path = name()
        safefile.write_atomic(path, text.encode())
    except OSError as problem:
        return f"Not written: {safefile.reason(problem)}. c copies it instead."
    except RuntimeError as problem:  # no home folder
        return f"Not written: {problem}. c copies it instead."
    return f"Written, readable by you alone: ~/{path.name}"
