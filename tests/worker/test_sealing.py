"""Sealing files for a server that is not trusted."""

import base64

import pytest
from dwhisper_worker.sealing import KEY_BYTES, NotAKey, NotSealedSo, key_of_text, new_key, seal, unseal
from hypothesis import given
from hypothesis import strategies as st

KEY = bytes(range(KEY_BYTES))


@given(st.binary(), st.text())
def test_what_is_sealed_comes_out_the_same(content: bytes, purpose: str) -> None:
    assert unseal(KEY, seal(KEY, content, purpose), purpose) == content


def test_nothing_of_it_is_read_without_the_key_or_for_another_purpose() -> None:
    sealed = seal(KEY, b"what was said", "sound of 0.1 of abc")
    assert b"what was said" not in sealed
    for key, purpose in ((new_key(), "sound of 0.1 of abc"), (KEY, "result of 0.1 of abc")):
        with pytest.raises(NotSealedSo):
            unseal(key, sealed, purpose)


@given(st.integers(0, 40), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    sealed = bytearray(seal(KEY, b"what was said", "a"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(NotSealedSo):
        unseal(KEY, bytes(sealed), "a")


@pytest.mark.parametrize("short", [b"", b"abc", bytes(12)])
def test_what_is_too_short_to_be_sealed_is_refused(short: bytes) -> None:
    with pytest.raises(NotSealedSo):
        unseal(KEY, short, "a")


def test_no_two_are_sealed_alike() -> None:
    assert seal(KEY, b"same", "a") != seal(KEY, b"same", "a")
    assert len({new_key() for _ in range(10)}) == 10


@given(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES))
def test_a_key_is_read_however_it_is_written(key: bytes) -> None:
    for written in (base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()):
        for spelling in (written, written.rstrip("="), f" {written}\n", f"{written[:20]}\r\n{written[20:]}"):
            assert key_of_text(spelling) == key


@pytest.mark.parametrize(
    "written", ["", "x", "=", "%%%%", "ä" * 43, base64.b64encode(bytes(31)).decode(), base64.b64encode(bytes(33)).decode(), "A" * 42 + "!A"]
)
def test_what_is_no_key_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(NotAKey) as refused:
        key_of_text(written)
    assert str(refused.value) == ""
