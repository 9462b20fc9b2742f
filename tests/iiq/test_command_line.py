"""The iiq commands in a new user's hands: output that cannot be written, files named by mistake, odd files, the next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.iiq.exports import bare, configuration
from tests.unit.cli import run_process, settle

GOOD = bare(configuration(smtp_password="2:abc="))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, with an export in it."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.xml").write_text(GOOD)
    return settle(tmp_path / "home", monkeypatch)


@pytest.mark.parametrize(
    "words", [("read", "{file}"), ("read", "{file}", "--json"), ("card",), ("oauth", "--values"), ("proof",)]
)
async def test_a_result_that_cannot_be_written_is_a_failure(home: Path, words: tuple[str, ...]) -> None:
    named = [word.format(file=home / "settings.xml") for word in words]
    ran = await run_process("iiq", *named, redirect=">/dev/full")

    assert ran.code == 2
    assert "could not be written to standard output" in ran.err
    assert "Traceback" not in ran.err
