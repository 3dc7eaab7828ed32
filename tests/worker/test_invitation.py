"""Invitations as one line."""

from dataclasses import replace

import pytest
from dwhisper_worker.invitation import PREFIX, NotAnInvitation, as_token, from_token
from dwhisper_worker.tasks import Invitation
from hypothesis import given
from hypothesis import strategies as st

INVITATION = Invitation("https://köln.example/api", "pool", bytes(range(32)), user="me", password="p ä", authority="-----BEGIN …")  # noqa: S106 - made up


def test_what_was_written_is_read_whatever_a_terminal_did_to_it() -> None:
    token = as_token(INVITATION)
    assert token.startswith(PREFIX)
    assert token.isascii()
    assert not any(character.isspace() for character in token)
    assert from_token(f"  {token[:40]}\r\n{token[40:]}\n") == INVITATION


def test_its_secrets_are_not_shown_by_accident() -> None:
    shown = repr(replace(INVITATION, key_id="k", key_secret="s3cret"))  # noqa: S106 - made up
    assert "köln.example" in shown
    assert not any(secret in shown for secret in (repr(INVITATION.pool_key), "p ä", "s3cret"))


def attempt(token: str) -> tuple[Invitation | None, str]:
    try:
        return from_token(token), ""
    except NotAnInvitation as refused:
        return None, str(refused)


@given(st.data())
def test_a_part_that_is_missing_or_another_is_noticed(data: st.DataObject) -> None:
    token = as_token(INVITATION)
    at = data.draw(st.integers(len(PREFIX), len(token) - 1))
    other = data.draw(st.sampled_from([character for character in "Aa0-_=!" if character != token[at]]))
    for broken in (token[:at], token[:at] + token[at + 1 :], token[:at] + other + token[at + 1 :]):
        read, reason = attempt(broken)
        assert read in (None, INVITATION), "base64 ignores some bits"
        assert token[len(PREFIX) :] not in reason


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "begin"),
        ("hello", "begin"),
        ("dwhisper-join-2.abcd", "another version"),
        (PREFIX, "missing"),
        (PREFIX + "ä", "missing"),
    ],
)
def test_what_is_no_token_is_refused(token: str, reason: str) -> None:
    with pytest.raises(NotAnInvitation, match=reason):
        from_token(token)
