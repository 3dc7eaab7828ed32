"""Each note has its sentence."""

import ast
from pathlib import Path

import pytest

import dwhisper_gui
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.notes import NOTES, sentence


def codes_told() -> dict[str, set[str]]:
    """The code of each `Note(…)` in the program, and the fields it is given."""
    found: dict[str, set[str]] = {}
    for path in Path(dwhisper_gui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note":
                code, fields = node.args[1:3]
                if isinstance(code, ast.Constant) and isinstance(fields, ast.Dict):
                    found[str(code.value)] = {str(key.value) for key in fields.keys if isinstance(key, ast.Constant)}
    return found


@pytest.mark.parametrize(("code", "fields"), sorted(codes_told().items()))
def test_every_note_that_the_program_tells_has_a_sentence_for_its_fields(code: str, fields: set[str]) -> None:
    seconds = {"start": "15.915", "end": "33.430", "wanted": "90.000"}
    told = sentence(Note("k3f9x", code, {field: seconds.get(field, f"<{field}>") for field in fields}))
    assert told.endswith(".")
    assert "{" not in told


def test_most_notes_were_found() -> None:
    assert len(codes_told()) >= 6
    assert codes_told().keys() <= NOTES.keys()


def test_seconds_are_told_as_times() -> None:
    told = sentence(Note("k3f9x", "medium_cut", {"start": "75.915", "end": "133.430"}))
    assert "its sound ends at 1:15 instead of 2:13." in told


def test_one_cue_is_not_several() -> None:
    assert sentence(Note("k3f9x", "rules_kept", {"cues": "1", "rules": "bbc"})) == "One cue, within the rules “bbc”."
    broken = {"cues": "1", "broken": "1", "rules": "bbc", "kinds": "1 too long"}
    assert sentence(Note("k3f9x", "rules_broken", broken)) == "One cue, not within the rules “bbc”: 1 too long."


def test_a_sentence_can_be_said_in_another_language() -> None:
    assert sentence(Note("k3f9x", "goes_on_elsewhere", {"name": "a.mp4"}), lambda _: "„{name}“ läuft.") == "„a.mp4“ läuft."
