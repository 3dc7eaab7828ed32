"""docs/bad-input.md says what the program says, of all errors there are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dwhisper_gui.core import errors
from dwhisper_gui.core.notes import NOTES
from tests.conftest import REPOSITORY
from tests.core.test_errors import ERRORS

FIELD = re.compile(r"\{\w*[^{}]*\}")
ANYTHING = "…"


def rows() -> Iterator[list[str]]:
    for line in (REPOSITORY / "docs" / "bad-input.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 5 and cells[1] and not set(cells[1]) <= set("-") and cells[1] != "what is said":
            yield cells


def said(path: Path) -> Iterator[str]:
    """Every text in a program's page, with its fields as the table has them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield FIELD.sub(ANYTHING, node.value)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else ANYTHING for part in node.values)


def is_of(sentence: str, text: str) -> bool:
    """Whether the pieces of an abridged sentence are in a text, in their order."""
    at = 0
    for piece in sentence.split(ANYTHING):
        found = text.find(piece.strip(), at)
        if found < 0:
            return False
        at = found + len(piece.strip())
    return True


ROWS = list(rows())
BY_NAME = {error.__name__: error for error in ERRORS}
TEXTS = [text for path in sorted((REPOSITORY / "dwhisper_gui").rglob("*.py")) for text in said(path)]


def named(cells: list[str]) -> list[str]:
    return re.findall(r"`([A-Za-z_]+)`", cells[2])


def classes(cells: list[str]) -> list[type[errors.DWhisperError]]:
    return [BY_NAME[name] for name in named(cells) if name in BY_NAME]


@pytest.mark.parametrize("cells", ROWS, ids=lambda cells: cells[0])
def test_each_sentence_is_the_programs(cells: list[str]) -> None:
    templates = [FIELD.sub(ANYTHING, error.template) for error in classes(cells)]
    templates += [FIELD.sub(ANYTHING, NOTES[code]) for code in named(cells) if code in NOTES]
    assert any(is_of(cells[1], text) for text in templates or TEXTS), cells[1]


@pytest.mark.parametrize("cells", ROWS, ids=lambda cells: cells[0])
def test_each_status_is_its_errors(cells: list[str]) -> None:
    for error in classes(cells):
        if not issubclass(error, errors.WorkerError):  # which may cost a chunk only
            assert str(error.status) in cells[4].split("; ")


def test_every_error_is_in_it() -> None:
    there = {error for cells in ROWS for error in classes(cells)}
    assert [error.__name__ for error in ERRORS if error not in there] == []
