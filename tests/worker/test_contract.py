"""What both sides share, held against what it is about: the wire, and faster-whisper's own lists."""

import ast
import dataclasses
import inspect
import sys
from typing import Any

import msgspec
import pytest
from dwhisper_worker import contract
from dwhisper_worker.contract import Call, Envelope

CALLS = [value for value in vars(contract).values() if isinstance(value, Call)]

SAMPLES: list[Any] = [
    contract.Failure("internal", {"detail": "x"}, "trace"),
    contract.HelloReply(1, "0.1", "host", 7, (contract.Device("cpu", "a processor", ("int8",), 2),), ()),
    contract.MediumInfo(
        "mov", 1.5, None, (contract.AudioTrack(0, "aac", "deu", None, True, 2, 48000, 0.0, 1.5, None),), True, (30000, 1001)
    ),
    contract.SpeechReply(b"\x00\xff", b"\x01\x02"),
    contract.ModelsReply((contract.ModelState("tiny", None, "download", 78, None),)),
    contract.DetectReply(({"en": 0.75, "de": 0.25}, {})),
    contract.TranscribeRequest(
        "chunk",
        contract.Decoding("en", prompt="Ärger"),
        (contract.WindowAudio(contract.Window(0, 1.0, 2.0, (contract.Span(1.0, 2.0),), ()), b"\x00\x80"),),
    ),
    contract.TranscribeEvent(
        contract.WindowResult(
            0, (contract.Segment(1.0, 2.0, " a", (contract.Word(1.0, 2.0, " a", 0.5),), -0.1, 0.0, 1.0, 0.0),), 1, False, ("sparse",)
        )
    ),
    contract.TranscribeReply("chunk", True, contract.Figures(1.0, 0.5, 1, 0, 1 << 40)),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_what_is_sent_is_what_arrives(sample: Any) -> None:
    envelope = Envelope(3, contract.REPLY, msgspec.msgpack.encode(sample))
    arrived = msgspec.msgpack.decode(msgspec.msgpack.encode(envelope), type=Envelope)
    assert msgspec.msgpack.decode(arrived.body, type=type(sample)) == sample


def test_every_call_is_served_and_its_types_travel() -> None:
    from dwhisper_worker.service import Service

    served = set(Service()._calls)
    assert served | {contract.SHUTDOWN.name} == {call.name for call in CALLS}
    for call in CALLS:
        for kind in (call.request, call.reply, call.event):
            assert dataclasses.is_dataclass(kind)
            msgspec.msgpack.Decoder(kind)


def test_the_desktop_needs_nothing_to_import_it() -> None:
    tree = ast.parse(inspect.getsource(contract))
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {str(name).partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)


@pytest.mark.integration
def test_models_and_languages_are_faster_whispers() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES
    from faster_whisper.utils import _MODELS

    assert {name: model.repository for name, model in contract.MODELS.items()} == _MODELS
    assert set(contract.LANGUAGES) == set(_LANGUAGE_CODES)
