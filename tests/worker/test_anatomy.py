"""Damaged and foreign weights, found without an engine."""

import json
import shutil
import time
import zipfile
from pathlib import Path

import pytest
from dwhisper_worker.anatomy import Anatomy, Broken, examine_checkpoint, examine_folder

from tests.worker.weights import ENGLISH, make_checkpoint, make_folder, model_bin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "model")


def complaint(folder: Path) -> str:
    with pytest.raises(Broken) as broken:
        examine_folder(folder)
    return str(broken.value)


def test_a_whole_model_tells_what_it_is(folder: Path, tmp_path: Path) -> None:
    assert examine_folder(folder) == Anatomy(ENGLISH, 80)
    assert examine_folder(make_folder(tmp_path / "large-v3", tokens=51866, mels=128)) == Anatomy(51866, 128)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.txt", "model.bin"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert complaint(folder).endswith("missing")
    assert name in complaint(folder)


def test_a_model_cut_anywhere_breaks_off(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "small", tokens=10)
    whole = model_bin(tokens=10)
    for length in range(len(whole)):
        (folder / "model.bin").write_bytes(whole[:length])
        assert "model.bin" in complaint(folder), length


def test_more_than_a_model_is_none(folder: Path) -> None:
    (folder / "model.bin").write_bytes(model_bin() + b"more")
    assert "are described" in complaint(folder)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (model_bin(spec="TransformerSpec"), "not a Whisper model"),
        (model_bin(layout=99), "layout 99"),
        (bytes(1000), "layout 0"),
        (b"\x06\0\0\0\xff\xff" + bytes(100), "not a model of CTranslate2"),
        (b"PK\x03\x04" + bytes(100), "layout"),
    ],
)
def test_foreign_files_are_no_models(folder: Path, content: bytes, expected: str) -> None:
    (folder / "model.bin").write_bytes(content)
    assert expected in complaint(folder)


def test_a_cut_tokenizer_is_damaged(folder: Path) -> None:
    (folder / "tokenizer.json").write_text('{"model": {"vocab"')
    assert complaint(folder).startswith("tokenizer.json is damaged")
    (folder / "tokenizer.json").write_text('["another", "file"]')
    assert complaint(folder) == "tokenizer.json is not a tokenizer"


def test_a_cut_vocabulary_is_counted(folder: Path) -> None:
    (folder / "vocabulary.txt").write_text("token\n" * (ENGLISH - 1))
    assert complaint(folder) == f"the vocabulary has {ENGLISH - 1} tokens where the model has {ENGLISH}"
    (folder / "vocabulary.txt").unlink()
    (folder / "vocabulary.json").write_text(json.dumps(["token"] * ENGLISH))
    examine_folder(folder)


def test_the_128_bands_of_large_v3_have_to_be_given(tmp_path: Path) -> None:
    large = make_folder(tmp_path / "large-v3", mels=128)
    (large / "preprocessor_config.json").write_text('{"feature_size": 80}')
    assert "128 mel bands" in complaint(large)
    (large / "preprocessor_config.json").unlink()
    assert "it is missing" in complaint(large)


def test_what_is_no_folder_is_no_model(folder: Path) -> None:
    assert "config.json" in complaint(folder / "model.bin")
    assert "config.json is missing" in complaint(folder / "nothing")


def test_checkpoints(tmp_path: Path) -> None:
    path = make_checkpoint(tmp_path / "base.pt", tokens=51865)
    assert examine_checkpoint(path) == 51865
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"text", bytes(5000)):
        path.write_bytes(content)
        with pytest.raises(Broken, match="not a checkpoint"):
            examine_checkpoint(path)


def test_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    """A pickle is a program; this one would leave a file behind."""
    path = tmp_path / "evil.pt"
    marker = tmp_path / "was run"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", f"cbuiltins\nopen\n(V{marker}\nVw\ntR.".encode())
    with pytest.raises(Broken):
        examine_checkpoint(path)
    assert not marker.exists()


@pytest.mark.integration
def test_real_weights_pass_and_their_first_half_does_not(tiny_en: Path, base: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    assert examine_folder(tiny_en) == Anatomy(ENGLISH, 80)
    assert examine_folder(base) == Anatomy(ENGLISH + 1, 80)
    assert time.monotonic() - began < 2
    shutil.copytree(tiny_en, tmp_path / "half")
    content = (tiny_en / "model.bin").read_bytes()
    (tmp_path / "half" / "model.bin").write_bytes(content[: len(content) // 2])
    assert "breaks off" in complaint(tmp_path / "half")
