"""Envelopes as bytes."""

import msgspec
import pytest
from dwhisper_worker.contract import HEADER, MAX_ENVELOPE_BYTES, Envelope, Span
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.workers.frames import Deframer, Nonsense, decoded, frame

envelopes = st.builds(Envelope, st.integers(0, 2**63), st.sampled_from(["reply", "event", "transcribe"]), st.binary(max_size=300))


@given(st.lists(envelopes, max_size=5), st.integers(1, 50))
def test_envelopes_come_out_as_they_went_in_whatever_the_pieces(sent: list[Envelope], size: int) -> None:
    stream = b"".join(b"".join(frame(one.id, one.kind, one.body)) for one in sent)
    deframer = Deframer()
    came = [envelope for at in range(0, len(stream), size) for envelope in deframer.feed(stream[at : at + size])]
    assert came == sent


def test_a_frame_is_what_the_worker_decodes() -> None:
    body = bytes(range(256)) * 300
    head, rest = frame(7, "probe", body)
    assert rest is body
    assert HEADER.unpack(head[: HEADER.size]) == (len(head) - HEADER.size + len(body),)
    assert msgspec.msgpack.decode(head[HEADER.size :] + rest, type=Envelope) == Envelope(7, "probe", body)


@pytest.mark.parametrize(
    "raw", [b"hello, world\n", HEADER.pack(MAX_ENVELOPE_BYTES + 1), HEADER.pack(3) + b"\xc1\xc1\xc1", HEADER.pack(1) + b"\x07"]
)
def test_what_is_no_envelope_is_nonsense(raw: bytes) -> None:
    with pytest.raises(Nonsense):
        list(Deframer().feed(raw))


def test_an_announced_length_alone_is_nothing_yet() -> None:
    assert list(Deframer().feed(HEADER.pack(MAX_ENVELOPE_BYTES))) == []


def test_a_body_of_another_type_is_nonsense() -> None:
    assert decoded(msgspec.msgpack.encode(Span(1, 2)), Span) == Span(1, 2)
    with pytest.raises(Nonsense, match="Span"):
        decoded(msgspec.msgpack.encode({"start": "x", "end": 2}), Span)


def test_a_request_longer_than_the_contract_allows_is_refused_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwhisper_gui.workers.frames.MAX_ENVELOPE_BYTES", 100)
    with pytest.raises(ValueError, match="too long"):
        frame(1, "probe", b"x" * 101)
