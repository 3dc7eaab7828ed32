"""Exceptions as answers."""

import msgspec
import pytest
from dwhisper_worker.contract import Code
from dwhisper_worker.errors import WorkerFailure, as_failure


def test_a_refusal_keeps_its_code_and_fields() -> None:
    failure = as_failure(WorkerFailure(Code.MODEL_UNKNOWN, model="x"))
    assert (failure.code, failure.fields) == (Code.MODEL_UNKNOWN, {"model": "x"})


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA failed with error out of memory"),
        RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"),
        RuntimeError("aligned_alloc: failed to allocate memory"),
        RuntimeError("std::bad_alloc"),
    ],
    ids=str,
)
def test_memory_that_ran_out_is_told_as_such(error: Exception) -> None:
    failure = as_failure(error, "large-v3")
    assert (failure.code, failure.fields) == (Code.OUT_OF_MEMORY, {"model": "large-v3"})


def test_anything_else_is_a_bug_with_a_traceback() -> None:
    try:
        raise KeyError("x")
    except KeyError as error:
        failure = as_failure(error)
    assert (failure.code, failure.fields) == (Code.INTERNAL, {"detail": "KeyError: 'x'"})
    assert "test_errors.py" in failure.traceback


def test_what_has_no_utf_8_is_answered_all_the_same() -> None:
    name = b"\xff.mp4".decode("utf-8", "surrogateescape")
    for error in (FileNotFoundError(name), WorkerFailure(Code.UNREADABLE, path=name)):
        assert "?.mp4" in msgspec.msgpack.encode(as_failure(error)).decode("utf-8", "replace")
