"""An invitation as one line that can be shown, copied and pasted: what the desktop prints and `dwhisper-worker join` reads.

Both sides use this page, so it needs nothing heavy. A line that was cut off or mistyped is noticed by its checksum.
"""

import base64
import binascii
import hashlib

import msgspec

from dwhisper_worker.tasks import Invitation

_FAMILY = "dwhisper-join-"
PREFIX = f"{_FAMILY}1."
"""What every token begins with; the number is that of its layout."""
_CHECK_BYTES = 4


class NotAnInvitation(Exception):
    """What was read is no token; the text says why, without any of it: it may hold secrets."""


def as_token(invitation: Invitation) -> str:
    """One line without spaces. It holds all the secrets of the invitation, readable by whoever sees it."""
    body = msgspec.msgpack.encode(invitation)
    return PREFIX + base64.urlsafe_b64encode(_check(body) + body).decode().rstrip("=")


def from_token(token: str) -> Invitation:
    """What `as_token` was given; spaces and line breaks, which terminals put in, are ignored. Raises `NotAnInvitation`."""
    token = "".join(token.split())
    if not token.startswith(PREFIX):
        if token.startswith(_FAMILY):
            raise NotAnInvitation("it was made by another version of DWhisper")
        raise NotAnInvitation(f"it does not begin with “{PREFIX}”")
    encoded = token.removeprefix(PREFIX)
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAnInvitation("a part of it is missing or mistyped") from None
    check, body = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
    if check != _check(body):
        raise NotAnInvitation("a part of it is missing or mistyped")
    try:
        return msgspec.msgpack.decode(body, type=Invitation)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotAnInvitation("it was made by another version of DWhisper") from None


def _check(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:_CHECK_BYTES]
