"""Why a model can't be served, in words: for who starts a worker by hand. The program has sentences of its own, in the user's language."""

from dwhisper_worker.contract import Code
from dwhisper_worker.errors import WorkerFailure

WORDS = {
    Code.ENGINE_UNKNOWN: "there is no engine “{engine}”. There are: {known}.",
    Code.ENGINE_MISSING: "the engine {engine} is not installed here. Install the package {package}.",
    Code.DEVICE_UNKNOWN: "there is no device “{device}” here. There are: {known}.",
    Code.DEVICE_BROKEN: "{device} can’t compute ({detail}). Install what is missing, or leave out --device.",
    Code.COMPUTE_TYPE_UNKNOWN: "{device} can’t compute in {compute_type}. It can in: {known}.",
    Code.MODEL_UNKNOWN: "there is no model of that name, nor a folder with one. “dwhisper models list” knows the names.",
    Code.MODEL_BROKEN: "what is in {path} is no model, or damaged ({detail}). Delete it, and it is downloaded again.",
    Code.MODEL_DOWNLOAD_FAILED: "it could not be downloaded ({detail}). Here already: {here}.",
    Code.MODEL_IN_PACKAGE: "its weights are in the package {package}, which is not installed here.",
    Code.MODEL_NOT_KEPT: "the folder {folder} can’t be written ({detail}).",
    Code.OUT_OF_MEMORY: "this computer has too little memory for it. Take a smaller one.",
}


def why(failure: WorkerFailure) -> str:
    """The reason, as the rest of a sentence; of what should not happen, its code and fields."""
    words = WORDS.get(failure.code)
    return str(failure) if words is None else words.format(**failure.fields)
