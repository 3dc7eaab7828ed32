"""Command lines that are refused before a command runs."""

import json

import pytest

from dwhisper_gui.commands import jobs_list, tree
from dwhisper_gui.commands.jobs import STATES


@pytest.mark.parametrize(
    "words",
    [
        ("transcribe", "--json", "--no-such-option", "a.mp4"),
        ("transcribe", "--json"),
        ("jobs", "list", "--state", "asleep", "--json"),
        ("jobs", "nap", "--json"),
    ],
    ids=" ".join,
)
def test_a_program_is_told_what_is_wrong_on_standard_output(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert tree.run(words) == 2
    out, err = capsys.readouterr()
    refused, finished = (json.loads(line) for line in out.splitlines())
    assert (refused["event"], refused["path"], refused["path_base64"]) == ("refused", None, None)
    assert refused["error"]
    assert refused["sentence"]
    assert finished == {"event": "finished", "status": 2}
    assert "Usage:" in err, "and a person, as ever"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("export", "nope", "--json"), "JobUnknown"),
        (("export", "nope", "--json", "--format", "doc"), "FormatUnknown"),
        (("jobs", "show", "nope", "--json"), "JobUnknown"),
        (("transcribe", "a.mp4", "--json", "--model", "gigantic"), "ModelUnknown"),
    ],
    ids=str,
)
def test_a_command_that_refuses_tells_a_program_in_the_same_form(
    words: tuple[str, ...], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tree.run(words) == 2
    refused, finished = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (refused["event"], refused["error"], refused["path"]) == ("refused", error, None)
    assert refused["sentence"]
    assert finished == {"event": "finished", "status": 2}


@pytest.mark.parametrize("words", [("transcribe", "--no-such-option"), ("transcribe", "--no-such-option", "--", "--json")], ids=" ".join)
def test_a_person_is_told_on_standard_error_alone(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert tree.run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "--no-such-option" in err


@pytest.mark.parametrize(
    "words", [("--help",), ("jobs", "--help"), ("jobs", "clear", "--help"), ("jobs", "list", "--json", "--help")], ids=" ".join
)
def test_help_is_no_refusal_and_has_examples(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert tree.run(words) == 0
    out, _ = capsys.readouterr()
    assert "Examples" in out
    assert '"event"' not in out


def test_the_states_that_help_names_are_those_there_are() -> None:
    assert set(STATES) == set(jobs_list.STATES)
