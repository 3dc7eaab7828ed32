"""What goes to workers elsewhere and comes back from them, sealed with the job's key."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from dwhisper_worker.contract import VERSION, Decoding, WindowAudio, WindowResult
from dwhisper_worker.sealing import NotSealedSo, new_key, seal, unseal
from dwhisper_worker.tasks import (
    ChunkFile,
    ClipsFile,
    LanguagesFile,
    ResultFile,
    Sound,
    TaskInput,
    TaskOutput,
    chunk_purpose,
    key_purpose,
    result_purpose,
)

_T = TypeVar("_T", ResultFile, LanguagesFile)


class ResultDamaged(Exception):
    """What came back is not what a worker sealed."""


@dataclass(frozen=True, slots=True)
class Seals:
    """Of one job: its key, and that key wrapped with its pool's."""

    job: str
    key: bytes = field(repr=False)
    wrapped: str

    @classmethod
    def new(cls, job: str, pool_key: bytes) -> "Seals":
        """A key that nobody else has."""
        key = new_key()
        return cls(job, key, base64.b64encode(seal(pool_key, key, key_purpose(job))).decode())

    @classmethod
    def unwrapped(cls, job: str, pool_key: bytes, wrapped: str) -> "Seals":
        """The key of an earlier run. Raises `NotSealedSo` where it is another pool's."""
        try:
            key = unseal(pool_key, base64.b64decode(wrapped, validate=True), key_purpose(job))
        except ValueError as error:
            raise NotSealedSo(job) from error
        return cls(job, key, wrapped)

    def chunk(self, subject: str, decoding: Decoding, windows: Sequence[WindowAudio], sound: Sound) -> bytes:
        """A chunk's file."""
        return self._sealed(ChunkFile(decoding, tuple(one.window for one in windows), sound), chunk_purpose(self.job, subject))

    def clips(self, subject: str, sound: Sound) -> bytes:
        """The file of a question after the language."""
        return self._sealed(ClipsFile(sound), chunk_purpose(self.job, subject))

    def input(self, subject: str, file: str) -> dict[str, object]:
        """What a task carries that points to a file."""
        told: dict[str, object] = msgspec.to_builtins(TaskInput(VERSION, self.job, subject, file, self.wrapped))
        return told

    def windows(self, subject: str, output: TaskOutput, sealed: bytes) -> tuple[WindowResult, ...]:
        """The text in a chunk's result. Raises `ResultDamaged`."""
        return self._opened(subject, output, sealed, ResultFile).windows

    def languages(self, subject: str, output: TaskOutput, sealed: bytes) -> tuple[dict[str, float], ...]:
        """The answer to a question after the language. Raises `ResultDamaged`."""
        return self._opened(subject, output, sealed, LanguagesFile).probabilities

    def _sealed(self, content: ChunkFile | ClipsFile, purpose: str) -> bytes:
        return seal(self.key, msgspec.msgpack.encode(content), purpose)

    def _opened(self, subject: str, output: TaskOutput, sealed: bytes, kind: type[_T]) -> _T:
        if hashlib.sha256(sealed).hexdigest() != output.sha256:
            raise ResultDamaged(f"{subject}: its hash is another")
        try:
            return msgspec.msgpack.decode(unseal(self.key, sealed, result_purpose(self.job, subject)), type=kind)
        except (NotSealedSo, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ResultDamaged(f"{subject}: {error}") from error
