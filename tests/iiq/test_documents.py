"""The documents tell of everything IdentityIQ's side has: each finding, each action, each flag. Must not judge the words."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from wizard.commands.iiq import ACTIONS, MODULES

ROOT = Path(__file__).parents[2]
FINDINGS = (ROOT / "docs" / "identityiq-findings.md").read_text()
COMMANDS = (ROOT / "docs" / "commands.md").read_text() + (ROOT / "docs" / "headless.md").read_text()
MANUAL = (ROOT / "wizard" / "smtp-wizard.1").read_text().replace("\\-", "-")


def _ids() -> Iterator[str]:
    """Every id that stands in the source: whole, or as what is put behind the templates' own beginning."""
    for folder in ("identityiq", "diagnosis"):
        for path in sorted((ROOT / "wizard" / folder).rglob("*")):
            if path.suffix in (".py", ".toml"):
                yield from re.findall(r'"((?:iiq|jvm)-[a-z-]*[a-z])"', path.read_text())
    for path in sorted((ROOT / "wizard" / "identityiq" / "templates").glob("*.py")):
        yield from (
            f"iiq-template-{name}" for name in re.findall(r'(?:flaw|_from)\(\s*template,\s*"([a-z-]+)"', path.read_text())
        )


def test_every_finding_is_told_of() -> None:
    ids = dict.fromkeys(_ids())

    assert len(ids) > 80
    assert [one for one in ids if f"`{one}`" not in FINDINGS] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_told_of_with_its_flags(action: str) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    import_module(MODULES[action]).add_arguments(parser)

    assert f"smtp-wizard iiq {action}" in COMMANDS or action == "card"
    assert re.search(rf"^.*\\fB{action}\\fR|^\.B {action}$", MANUAL, re.MULTILINE)
    assert [flag for flag in dict.fromkeys(_flags(parser)) if f"{flag}" not in COMMANDS] == []


def _flags(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every flag that help shows, those of what stands below an action too."""
    for one in parser._actions:
        if isinstance(one, argparse._SubParsersAction):
            for below in one.choices.values():
                yield from _flags(below)
        elif one.help is not argparse.SUPPRESS:
            yield from (flag for flag in one.option_strings if flag.startswith("--"))
