"""What users write is refused where it means nothing, before anything is done."""

import json
from pathlib import Path

import pytest
from dwhisper_worker.engines import engines

from dwhisper_gui.commands import tree
from dwhisper_gui.commands.settings import ENGINES


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("transcribe", ""), "PATH"),
        (("transcribe", "a.mp4", ""), "PATH"),
        *((("transcribe", "a.mp4", option, ""), option) for option in ("--model", "--language", "--engine", "--device", "--compute-type")),
        *(
            ((*command, option, ""), option)
            for command in (("transcribe", "a.mp4"), ("export", "k3"))
            for option in ("--rules", "--output-dir")
        ),
        (("models", "import", ""), "FOLDER"),
        (("models", "import", "weights", "--name", ""), "--name"),
        (("settings", "set", "model", ""), "the model"),
    ],
    ids=str,
)
def test_an_empty_word_is_neither_the_default_nor_this_folder(
    words: tuple[str, ...], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tree.run(words) == 2
    assert capsys.readouterr().err.startswith(f"What was given as {what} is empty.")


def test_a_recording_is_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (tmp_path / "talk.mp4").touch()
    (tmp_path / "tiny.pt").touch()
    assert tree.run(["settings", "set", "model", str(tmp_path / "talk.mp4")]) == 2
    assert "There is no model" in capsys.readouterr().err
    assert tree.run(["settings", "set", "model", str(tmp_path / "tiny.pt")]) == 0, "openai-whisper's are files"
    assert "tiny.pt" in (home / "config" / "settings.json").read_text()


def test_an_engine_is_one_of_those_there_are_unless_the_worker_is_anothers(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    for unknown in ("whisper.cpp", "foo"):
        assert tree.run(["settings", "set", "engine", unknown]) == 2
        assert "faster-whisper, openai-whisper" in capsys.readouterr().err
    assert tree.run(["settings", "set", "engine", "openai-whisper"]) == 0
    assert tree.run(["settings", "set", "worker.command", "my-worker"]) == 0
    assert tree.run(["settings", "set", "engine", "whisper.cpp"]) == 0
    assert json.loads((home / "config" / "settings.json").read_text())["settings"]["engine"] == "whisper.cpp"


def test_the_engines_that_the_settings_know_are_the_workers() -> None:
    assert set(ENGINES) == {one.name for one in engines()}


def test_a_path_with_spaces_is_quoted_where_it_is_to_be_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert tree.refuse_path("two words.mp4") == 2
    err = capsys.readouterr().err
    assert err.startswith("“two words.mp4” is no command")
    assert "“dwhisper transcribe 'two words.mp4'” transcribes it." in err
