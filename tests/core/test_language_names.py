"""Languages are known by code, by name and by what else Whisper calls them."""

import pytest
from dwhisper_worker.contract import LANGUAGES

from dwhisper_gui.core.language_names import LANGUAGE_NAMES, language_code, language_name, nearest_languages, other_names


@pytest.mark.parametrize(
    ("code", "name"),
    [("af", "Afrikaans"), ("de", "German"), ("haw", "Hawaiian"), ("ht", "Haitian Creole"), ("jw", "Javanese"), ("yue", "Cantonese")],
)
def test_each_code_has_its_own_name(code: str, name: str) -> None:
    assert language_name(code) == name


def test_every_language_has_one_name_and_is_found_by_it() -> None:
    assert tuple(LANGUAGE_NAMES) == LANGUAGES
    assert len(set(LANGUAGE_NAMES.values())) == len(LANGUAGES)
    for code, name in LANGUAGE_NAMES.items():
        assert name.istitle()
        assert language_code(code) == language_code(name) == language_code(f" {name.upper()} ") == code
        assert all(language_code(other) == code for other in other_names(code))


@pytest.mark.parametrize(
    ("text", "code"), [("DE", "de"), ("mandarin", "zh"), ("Castilian", "es"), ("FLEMISH", "nl"), ("haitian  creole", "ht")]
)
def test_a_language_in_capitals_or_not_and_by_another_name(text: str, code: str) -> None:
    assert language_code(text) == code


@pytest.mark.parametrize("text", ["klingon", "", "auto", "d", "german austria"])
def test_what_whisper_does_not_know(text: str) -> None:
    assert language_code(text) is None


def test_a_code_that_is_not_known_is_its_own_name() -> None:
    assert language_name("und") == "und"


@pytest.mark.parametrize(("text", "first"), [("geman", "de"), ("Englsh", "en"), ("PORTUGESE", "pt"), ("mandarine", "zh")])
def test_a_slip_of_the_pen_finds_what_was_meant(text: str, first: str) -> None:
    nearest = nearest_languages(text)
    assert nearest[0] == first
    assert len(nearest) == len(set(nearest)) <= 3


def test_nothing_is_near_to_nonsense() -> None:
    assert nearest_languages("xyzzy") == ()
