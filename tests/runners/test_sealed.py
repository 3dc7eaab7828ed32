"""What goes to workers is for those of the pool, and what comes back is taken only as it was sealed, for what it was sealed."""

import base64
import hashlib
import json
from dataclasses import replace

import msgspec
import pytest
from dwhisper_worker.contract import Decoding, Window, WindowAudio, WindowResult
from dwhisper_worker.sealing import NotSealedSo, new_key, seal, unseal
from dwhisper_worker.tasks import ChunkFile, LanguagesFile, ResultFile, Sound, TaskOutput, chunk_purpose, result_purpose

from dwhisper_gui.runners.conductor import ConductorSetup
from dwhisper_gui.runners.sealed import ResultDamaged, Seals

POOL_KEY = new_key()
WINDOW = Window(3, 1.0, 9.5, (), ())
RESULT = ResultFile((WindowResult(3, (), 1, False, ()),))
OUTPUT = TaskOutput(file="f", sha256="", worker="w", host="h", weights="x", compute_type="int8", device="cpu", figures=None)


@pytest.fixture
def seals() -> Seals:
    return Seals.new("k3f9x", POOL_KEY)


def answered(seals: Seals, content: object, subject: str = "0.1", job: str = "k3f9x", key: bytes = b"") -> tuple[TaskOutput, bytes]:
    """As a worker answers."""
    sealed = seal(key or seals.key, msgspec.msgpack.encode(content), result_purpose(job, subject))
    return replace(OUTPUT, sha256=hashlib.sha256(sealed).hexdigest()), sealed


def test_a_later_run_has_the_same_key_and_another_pool_or_job_has_none(seals: Seals) -> None:
    assert Seals.unwrapped("k3f9x", POOL_KEY, seals.wrapped) == seals
    assert Seals.new("k3f9x", POOL_KEY).key != seals.key
    for job, key, wrapped in (
        ("k3f9x", new_key(), seals.wrapped),
        ("other", POOL_KEY, seals.wrapped),
        ("k3f9x", POOL_KEY, "no base64!"),
        ("k3f9x", POOL_KEY, base64.b64encode(b"short").decode()),
        ("k3f9x", POOL_KEY, ""),
    ):
        with pytest.raises(NotSealedSo):
            Seals.unwrapped(job, key, wrapped)


def test_keys_are_not_shown_by_accident(seals: Seals) -> None:
    shown = repr(seals) + repr(ConductorSetup("pool", POOL_KEY, "install"))
    assert "install" in shown
    assert not any(repr(key) in shown for key in (POOL_KEY, seals.key))


def test_a_chunk_is_opened_by_a_worker_of_the_pool_as_that_chunk_only(seals: Seals) -> None:
    sound = Sound(b"the sound of it", (8000,))
    file = seals.chunk("0.1", Decoding("en"), [WindowAudio(WINDOW, b"pcm")], sound)
    assert b"the sound of it" not in file
    told = seals.input("0.1", "conductor://file/1")
    assert seals.key.hex() not in json.dumps(told)
    key = Seals.unwrapped("k3f9x", POOL_KEY, str(told["key"])).key
    opened = msgspec.msgpack.decode(unseal(key, file, chunk_purpose("k3f9x", "0.1")), type=ChunkFile)
    assert opened == ChunkFile(Decoding("en"), (WINDOW,), sound)
    for purpose in (chunk_purpose("k3f9x", "0.2"), chunk_purpose("other", "0.1"), result_purpose("k3f9x", "0.1")):
        with pytest.raises(NotSealedSo):
            unseal(key, file, purpose)


def test_what_a_worker_answers_is_read(seals: Seals) -> None:
    assert seals.windows("0.1", *answered(seals, RESULT)) == RESULT.windows
    shares = ({"en": 0.75, "de": 0.25},)
    assert seals.languages("language", *answered(seals, LanguagesFile(shares), "language")) == shares


def test_what_is_not_just_that_is_damaged(seals: Seals) -> None:
    output, sealed = answered(seals, RESULT)
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    whole = replace(output, sha256=hashlib.sha256(flipped).hexdigest())
    for told, content in (
        (output, flipped),
        (whole, flipped),
        (replace(output, sha256=""), sealed),
        (replace(output, sha256=hashlib.sha256(b"").hexdigest()), b""),
        answered(seals, RESULT, subject="0.2"),
        answered(seals, RESULT, job="other"),
        answered(seals, RESULT, key=new_key()),
        answered(seals, "no result"),
        answered(seals, LanguagesFile(({"en": 1.0},))),
    ):
        with pytest.raises(ResultDamaged):
            seals.windows("0.1", told, content)
