"""The colours: every theme is readable, a broken one is named and changes nothing, the choice is remembered."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from textual.color import Color

from tests.loopback import Loopback
from tests.ui.home import home
from tests.ui.watching import seen, until
from wizard.app import theme
from wizard.app.app import WizardApp
from wizard.config import load, save_theme

__all__ = ["home"]

SIZE = (80, 24)
READABLE = 4.5  # WCAG 2.1, 1.4.3
TRUE_COLOUR = [name for name in theme.names() if not theme.load(name).ansi]
# What app.tcss writes on what: words on the ground, and on the field that has the cursor.
WORDS = ("foreground", "muted", "primary", "accent", "success", "warning", "error")
GROUNDS = ("background", "surface", "panel")


def luminance(colour: Color) -> float:
    """Return the relative luminance as WCAG defines it."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shades(name: str) -> dict[str, str]:
    """Return every colour a theme gives our styles, by its name there."""
    made = theme.load(name)
    return {**made.to_color_system().generate(), **made.variables}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it, 1 to 21."""
    dark, light = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (light + 0.05) / (dark + 0.05)


def test_the_shipped_themes_are_a_dark_a_light_a_high_contrast_and_one_of_the_terminals_own_colours() -> None:
    themes = {name: theme.load(name) for name in theme.names()}
    assert next(iter(themes)) == theme.DEFAULT
    assert themes[theme.DEFAULT].dark
    assert any(not each.dark for each in themes.values())
    assert any(each.ansi for each in themes.values())
    assert all(
        contrast(themes["contrast"].variables.get(word) or getattr(themes["contrast"], word), "#000000") >= 7 for word in WORDS
    )


@pytest.mark.parametrize(("name", "word", "ground"), list(product(TRUE_COLOUR, WORDS, GROUNDS)))
def test_words_can_be_read_on_every_ground(name: str, word: str, ground: str) -> None:
    made = shades(name)
    assert contrast(made[word], made[ground]) >= READABLE, f"{word} on {ground} in themes/{name}.toml"


@pytest.mark.parametrize("name", TRUE_COLOUR)
@pytest.mark.parametrize("cursor", ["block-cursor", "block-cursor-blurred", "input-selection"])
def test_the_chosen_row_and_the_selection_can_be_read(name: str, cursor: str) -> None:
    made = shades(name)
    assert contrast(made[f"{cursor}-foreground"], made[f"{cursor}-background"]) >= READABLE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[colors\n", "not valid TOML"),
        ("dark = true\n", "no table [colors]"),
        ('[colors]\nbackground = "#000000"\n', "needs a colour for surface"),
        ('[colors]\nbackground = "blackish"\n', "background = 'blackish' is not a colour"),
        ("[colors]\nbackground = 3\n", "needs a colour for background"),
    ],
)
def test_a_broken_theme_says_file_place_and_cure(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(theme.ThemeError) as caught:
        theme.load("mine", tmp_path)
    assert says in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_an_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(theme.ThemeError, match="choose one of dusk"):
        theme.load("neon")


def test_a_name_cannot_lead_out_of_the_folder_of_themes(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text("x = 1\n")
    (tmp_path / "themes").mkdir()
    with pytest.raises(theme.ThemeError, match="there is no theme named"):
        theme.load("../secret", tmp_path / "themes")


async def test_a_theme_chosen_in_the_palette_is_remembered(home: Path) -> None:
    app = WizardApp(network=Loopback({}, {}))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        await pilot.press("ctrl+p")
        await until(pilot, "Search for commands")
        await pilot.press(*"theme: paper")
        await until(pilot, "change the colours and remember them")
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "paper")
    assert load().theme == "paper"
    assert WizardApp().theme == "paper"


async def test_a_theme_of_ones_own_is_offered_and_used(home: Path) -> None:
    own = home / "config" / "smtp-wizard" / "themes"
    own.mkdir(parents=True)
    shipped = (Path(theme.__file__).parents[2] / "themes" / "dusk.toml").read_text()
    (own / "mine.toml").write_text(shipped.replace("#14171c", "#101010"))
    save_theme("mine")
    app = WizardApp(network=Loopback({}, {}))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        assert app.theme == "mine"
        assert "mine" in theme.names(own)


async def test_a_broken_theme_is_named_and_the_wizard_keeps_its_colours(home: Path) -> None:
    own = home / "config" / "smtp-wizard" / "themes"
    own.mkdir(parents=True)
    (own / "mine.toml").write_text("[colors\n")
    save_theme("mine")
    app = WizardApp(network=Loopback({}, {}))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        assert "mine.toml in" in await until(pilot, "mine.toml"), "the name is not broken over two lines"
        assert app.theme == theme.DEFAULT
        assert "The colours were not changed" in seen(app)


async def test_without_colours_every_state_still_has_its_sign(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = WizardApp(network=Loopback({}, {}))
    async with app.run_test(size=SIZE) as pilot:
        screen = await until(pilot, "no keyring can be used here")
        assert app.no_color
        assert "› The practice server" in screen
        assert "ok  settings" in screen
        assert "!   secrets" in screen
        assert "[1 Access]" in screen
