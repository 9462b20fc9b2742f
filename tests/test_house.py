"""The house holds: arrows between rooms, short files, light starts, a whole package, documents that say what is there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from wizard.commands import COMMANDS

ROOT = Path(__file__).parents[1]
LONGEST = 250
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
MODULES = sorted(path for folder in ("wizard", "themes") for path in (ROOT / folder).rglob("*.py"))
# What a reader of the repository sees, without pictures and the licence's own words.
TEXTS = sorted(
    path
    for pattern in ("*.md", "Makefile", "pyproject.toml", ".ci/run", "docs/*.md", "wizard/**/*", "themes/*", "tests/**/*")
    for path in ROOT.glob(pattern)
    if path.is_file() and path.suffix not in {".pyc", ".svg"}
)


def name_of(path: Path) -> str:
    """How a file is called in a failing test's name."""
    return str(path.relative_to(ROOT))


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in the repository."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_the_arrows_between_the_rooms_point_one_way() -> None:
    done = python("-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_no_module_needs_one_that_needs_it() -> None:
    """Outside app, where a screen opens the next one, and its steps name the app they stand in."""
    graph = grimp.build_graph("wizard")
    rooms = [module for module in graph.modules if not module.startswith("wizard.app.")]
    needs = {module: graph.find_modules_directly_imported_by(module) for module in rooms}

    try:
        TopologicalSorter(needs).prepare()
    except CycleError as found:
        pytest.fail(f"these import one another in a circle, late imports and those for types too: {' <- '.join(found.args[1])}")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), f"{name_of(path)} does not say what it is"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_fits_a_readers_head(path: Path) -> None:
    """Tables may be long: what stands in literals at the top level is not counted, nor are empty lines."""
    text = path.read_text()
    tables = (
        (node.end_lineno or node.lineno) - node.lineno
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict | ast.Tuple | ast.List | ast.Set)
    )
    lines = sum(bool(line.strip()) for line in text.splitlines()) - sum(tables)
    assert lines <= LONGEST, f"{name_of(path)} has {lines} lines: give part of it a home of its own"


def test_every_room_is_in_the_package() -> None:
    rooms = {".".join(path.parent.relative_to(ROOT).parts) for path in MODULES if path.name == "__init__.py"}
    listed = {name.replace("wizard.themes", "themes") for name in SETTINGS["tool"]["setuptools"]["packages"]}

    assert listed == rooms


@pytest.mark.parametrize(
    "arguments", [["check", "--help"], ["--version"], ["--help"], ["probe", "--help"], ["explain", "--help"]]
)
def test_help_starts_without_the_face_and_other_heavy_rooms(arguments: list[str]) -> None:
    done = python("-X", "importtime", "-m", "wizard", *arguments)

    assert done.returncode == 0, done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    heavy = {"textual", "rich", "aiosmtplib", "aiosmtpd", "cryptography", "keyring", "tomlkit", "dns"}
    assert not imported & heavy


def test_without_a_session_bus_the_keyring_is_known_to_be_absent_without_loading_it() -> None:
    """Loading it would cost a third of what the whole wizard holds in memory."""
    code = (
        "import asyncio, os, sys\n"
        "os.environ.pop('DBUS_SESSION_BUS_ADDRESS', None); os.environ.pop('PYTHON_KEYRING_BACKEND', None)\n"
        "os.path.exists = lambda path: False\n"
        "from wizard.keychain import rungs\n"
        "print(asyncio.run(rungs())[0].why, 'keyring' in sys.modules, sep='|')"
    )
    done = python("-c", code)

    why, loaded = done.stdout.strip().split("|")
    assert why.startswith("no D-Bus session"), done.stderr
    assert loaded == "False"


_SAMPLES = "wizard/identityiq/templates/samples"


def test_the_wheel_holds_everything_that_is_no_python(tmp_path: Path) -> None:
    done = python(
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        str(_clean_copy(tmp_path)),
    )
    assert done.returncode == 0, done.stdout + done.stderr

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (facts,) = (message_from_bytes(archive.read(name)) for name in names if name.endswith("METADATA"))
    expected = [f"wizard/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")]
    expected += [f"wizard/identityiq/templates/samples/{path.name}" for path in (ROOT / _SAMPLES).glob("*.xml")]
    expected += ["wizard/app/app.tcss", "wizard/providers.toml", "wizard/smtp-wizard.1", "wizard/py.typed"]
    assert [name for name in expected if name not in names] == []
    assert len([name for name in expected if name.startswith("wizard/themes/")]) >= 4
    assert any(name.endswith("share/man/man1/smtp-wizard.1") for name in names)
    assert any(name.endswith("LICENSE") for name in names)
    assert not any(name.startswith(("tests", "screenshots", "docs")) for name in names)
    assert facts["Name"] == "smtp-wizard"


def _clean_copy(folder: Path) -> Path:
    """Copy what the wheel is built from, so that the build leaves nothing in the work tree."""
    import shutil

    copy = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("wizard", "themes"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    return copy


def test_the_commands_the_documents_name_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    named = {word for page in pages for word in re.findall(r"`make ([a-z-]+)", page.read_text())}

    assert {"run", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_told_of(command: str) -> None:
    pages = {page: page.read_text() for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]}
    telling = [name_of(page) for page, text in pages.items() if f"smtp-wizard {command}" in text]

    assert "README.md" in telling
    assert len(telling) > 1, f"no page in docs/ shows smtp-wizard {command}"


def test_every_link_in_the_documents_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    broken = [
        f"{name_of(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?://|mailto:|#)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_a_text_names_no_one_machine(path: Path) -> None:
    """A path of somebody's home or a package index's address would be true on one machine only."""
    own = re.compile(r"/(?:home|Users)/(?!you\b|user\b|\w*example)\w+/|/root/|\bpypi\.org\b|\bfiles\.pythonhosted\b")
    found = own.search(path.read_text()) if path != Path(__file__) else None

    assert found is None, found
