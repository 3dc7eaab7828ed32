"""How the worker says that something went wrong: a code and named fields, never a sentence (the desktop has those)."""

import traceback

from dwhisper_worker.contract import Code, Failure

AGAIN_STATUS = 75
"""A worker's exit status after its engine hung or broke: it is to be started again (sysexits' EX_TEMPFAIL)."""

_MEMORY_SIGNS = (
    "out of memory",
    "failed to allocate",
    "failed to allocated",
    "alloc_failed",
    "bad_alloc",
    "bad allocation",
    "parallel_for failed: cudaerrorinvaliddevice",  # what CUDA's library says where it can't even ask about the GPU for want of memory
)


class WorkerFailure(Exception):
    """A request that can't be answered, for a reason that the contract knows."""

    def __init__(self, code: Code, **fields: str) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.fields.items())])


def as_failure(error: BaseException, model: str = "") -> Failure:
    """What to answer for any exception; `model` is named where memory ran out."""
    code, fields = Code.INTERNAL, {"detail": f"{type(error).__name__}: {error}"}
    if isinstance(error, WorkerFailure):
        code, fields = error.code, error.fields
    elif is_out_of_memory(error):
        code, fields = Code.OUT_OF_MEMORY, {"model": model}
    trace = "".join(traceback.format_exception(error))
    return Failure(code, {name: _sendable(value) for name, value in fields.items()}, _sendable(trace))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, the computer's or the GPU's: CTranslate2 and onnxruntime say so in a `RuntimeError`'s text."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(sign in text for sign in _MEMORY_SIGNS)


def _sendable(text: str) -> str:
    """Without the halves of characters that stand for undecodable bytes in a file's name: they have no UTF-8."""
    return text.encode("utf-8", "replace").decode()
