"""Whose tasks are whose."""

import re

import pytest
from dwhisper_worker.sealing import new_key
from dwhisper_worker.tasks import desk_domain, serving

KEY = new_key()


def domain(*, pool: str = "default", key: bytes = KEY, engine: str = "faster-whisper", model: str = "base") -> str:
    return serving(pool, key, engine, model).domain


def test_workers_with_another_pool_key_engine_or_model_take_other_tasks() -> None:
    others = [domain(pool="second"), domain(key=new_key()), domain(engine="openai-whisper"), domain(model="tiny")]
    assert len({domain(), *others}) == 5
    assert domain() == domain()


def test_nothing_of_the_key_is_in_it_but_a_mark() -> None:
    assert KEY.hex()[:6] not in domain()
    assert re.fullmatch(r"default--[0-9a-f]{8}--faster-whisper--base", domain())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/home/a/weights/mine", "/srv/models/mine"),
        ("large-v3-turbo", "turbo"),
        ("large", "large-v3"),
    ],
)
def test_one_model_under_two_names_is_one(one: str, other: str) -> None:
    assert domain(model=one) == domain(model=other)


@pytest.mark.parametrize(("one", "other"), [("/w/модель", "/w/другая"), ("/w/turbo", "turbo"), ("/w/a b", "/w/a_b"), ("/w/a--b", "/w/a_b")])
def test_two_models_are_two_whatever_they_are_called(one: str, other: str) -> None:
    assert domain(model=one) != domain(model=other)


@pytest.mark.parametrize("model", ["/w/модель", "/w/a b:c/d?e", "/w/-x-", "/w/a--b"])
def test_a_domain_has_no_letter_that_a_queue_or_an_address_means_something_by(model: str) -> None:
    parts = domain(model=model).split("--")
    assert len(parts) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", part) for part in parts)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", desk_domain("install", model))
