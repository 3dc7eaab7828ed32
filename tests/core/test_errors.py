"""Every error is a sentence that helps."""

import string
from collections.abc import Iterator

import pytest
from dwhisper_worker.contract import Code, Failure

from dwhisper_gui.core import credential_errors, errors, own_server_errors, server_errors

PAGES = {page.__name__: page for page in (errors, server_errors, own_server_errors, credential_errors)}


def every(kind: type[errors.DWhisperError] = errors.DWhisperError) -> Iterator[type[errors.DWhisperError]]:
    for child in kind.__subclasses__():
        yield child
        yield from every(child)


ERRORS = sorted({error for error in every() if error.__module__ in PAGES and hasattr(error, "template")}, key=lambda e: e.__name__)


def filled(error: type[errors.DWhisperError]) -> errors.DWhisperError:
    named = {name for _, name, spec, _ in string.Formatter().parse(error.template) if name}
    special = {"seconds": 7.4, "megabytes": 101.5, "state": "Paused."}
    return error(**{name: special.get(name, f"a {name}") for name in named})


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_each_is_a_whole_sentence_of_what_happened_and_what_follows(error: type[errors.DWhisperError]) -> None:
    sentence = str(filled(error))
    assert sentence[0].isupper() or sentence[0] == "“"
    assert sentence.endswith(".")
    assert sentence.count(". ") + sentence.count("? ") >= 1, "what happened is not all that a user wants to know"
    assert "{" not in sentence
    gist = filled(error).gist()
    assert sentence.startswith(gist.removesuffix("."))
    assert len(gist) < len(sentence)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_the_tree_at_the_top_of_the_page_names_each(error: type[errors.DWhisperError]) -> None:
    page = PAGES[error.__module__]
    assert page.__doc__
    assert error.__name__ in page.__doc__.replace(",", " ").split()


def test_wrong_use_ends_with_2_and_everything_else_with_1() -> None:
    assert {error.status for error in ERRORS if issubclass(error, errors.UsageError)} == {2}
    assert {error.status for error in ERRORS if not issubclass(error, errors.UsageError)} == {1}


def test_a_sentence_can_be_said_in_another_language() -> None:
    error = errors.MediumMissing(path="a.mp4")
    assert error.sentence(lambda template: "„{path}“ fehlt.") == "„a.mp4“ fehlt."
    assert "a.mp4" in str(error)


CODES_WITHOUT_A_SENTENCE = {Code.BAD_REQUEST, Code.MODEL_NOT_LOADED, Code.INTERNAL}


def test_jobs_that_cannot_be_used_are_told_how_to_begin_without_them() -> None:
    told = str(errors.StoreUnusable(path="jobs.sqlite3", detail="it is not a database"))
    assert "move the file away" in told
    assert "kept in it" not in told, "who knows what it is"


@pytest.mark.parametrize("code", sorted(set(Code) - CODES_WITHOUT_A_SENTENCE))
def test_a_workers_code_becomes_its_own_sentence(code: Code) -> None:
    names = "ours theirs path detail format engine known package device compute_type model folder language here worker pool megabytes"
    fields = dict.fromkeys(names.split(), "x")
    error = errors.from_failure(Failure(code, fields))
    assert not isinstance(error, errors.WorkerRefused)
    assert str(error)


@pytest.mark.parametrize(("model", "advice"), [("tiny", "models download tiny"), ("/some/folder", "Give another folder")])
def test_the_advice_on_broken_weights_fits_where_they_are_from(model: str, advice: str) -> None:
    error = errors.from_failure(Failure(Code.MODEL_BROKEN, {"model": model, "path": "/x", "detail": "cut"}))
    assert isinstance(error, errors.ModelBroken)
    assert advice in str(error)


@pytest.mark.parametrize("here", ["tiny.en, mine", ""])
def test_a_failed_download_names_the_models_that_are_here(here: str) -> None:
    error = errors.from_failure(Failure(Code.MODEL_DOWNLOAD_FAILED, {"model": "small", "detail": "the hub was not found", "here": here}))
    assert isinstance(error, errors.ModelDownloadFailed)
    assert ("--model (tiny.en, mine)" in str(error)) == bool(here)
    assert ("No model is on this computer yet" in str(error)) != bool(here)
    assert "models import" in str(error)
    assert "kept" not in str(error)


@pytest.mark.parametrize("error", [errors.LanguageUnknown, errors.ModelUnknown, errors.FormatUnknown, errors.ModelFolderBroken])
def test_what_commands_that_start_nothing_can_meet_does_not_speak_of_starting(error: type[errors.DWhisperError]) -> None:
    assert "started" not in error.template


@pytest.mark.parametrize("code", sorted(CODES_WITHOUT_A_SENTENCE))
def test_a_workers_own_trouble_is_told_with_its_detail(code: Code) -> None:
    error = errors.from_failure(Failure(code, {"detail": "queue of {braces}"}))
    assert isinstance(error, errors.WorkerRefused)
    assert "queue of {braces}" in str(error)


@pytest.mark.parametrize("failure", [Failure(Code.NOT_MEDIA, {}), Failure("from_the_future", {"x": "y"})])
def test_a_code_or_fields_of_another_make_are_no_bug(failure: Failure) -> None:
    error = errors.from_failure(failure)
    assert isinstance(error, errors.WorkerRefused)
    assert failure.code in str(error)
