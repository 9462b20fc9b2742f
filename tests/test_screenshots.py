"""Every scene still looks as its picture in ``screenshots/``. ``pytest --redraw`` draws them again: look before you commit."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.scenes import CANARY, picture
from tests.scenes_iiq import SCENES
from tests.ui.watching import lines_of

PICTURES = Path(__file__).parent.parent / "screenshots"


@pytest.mark.parametrize("name", SCENES)
async def test_screen_looks_as_its_picture(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    drawn = await picture(SCENES[name], monkeypatch, tmp_path)
    golden = PICTURES / f"{name}.svg"
    if pytestconfig.getoption("--redraw"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(drawn, encoding="utf-8")
    known = golden.read_text(encoding="utf-8") if golden.exists() else ""
    if drawn != known:
        seen = tmp_path / f"{name}.svg"
        seen.write_text(drawn, encoding="utf-8")
        said = (
            "\n".join(unified_diff(lines_of(known), lines_of(drawn), "picture", "now", lineterm=""))
            or "only colours or styles differ"
        )
        pytest.fail(f"{name} looks different now: {seen}\npytest --redraw accepts it after a look at it.\n{said}", pytrace=False)


@pytest.mark.parametrize("name", SCENES)
def test_no_picture_holds_the_password(name: str) -> None:
    assert CANARY not in "\n".join(lines_of((PICTURES / f"{name}.svg").read_text(encoding="utf-8")))


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == set(SCENES)
