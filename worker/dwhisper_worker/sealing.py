"""Sealed files: what passes through a server that has neither authentication nor deletion is read by nobody without the job's key.

AES-256-GCM (NIST SP 800-38D). Each job has a key of its own, which travels wrapped with that of the pool whose workers serve it; a pool's
key is in the keyring of the desktop and in its workers' files, and never on the server. A sealed file is bound to its purpose: what was
sealed as one chunk's sound can't be passed off as another's text.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class NotSealedSo(Exception):
    """What was to be opened is damaged, or was sealed with another key or for another purpose."""


class NotAKey(Exception):
    """What was read is no key. Its text is empty: what was read may nearly be one."""


def new_key() -> bytes:
    """A key for a job or a pool."""
    return secrets.token_bytes(KEY_BYTES)


def key_of_text(written: str) -> bytes:
    """A key written in base64, in either of its alphabets (RFC 4648, 4 and 5), with padding or without. Raises `NotAKey`."""
    plain = "".join(written.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise NotAKey from None
    if len(key) != KEY_BYTES:
        raise NotAKey
    return key


def seal(key: bytes, content: bytes, purpose: str) -> bytes:
    """`content`, to be read by those who have the key and name the purpose."""
    # 96 random bits: no key seals anywhere near the 2^32 files after which a repeated nonce gets likely (SP 800-38D, 8.3).
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, purpose.encode())


def unseal(key: bytes, sealed: bytes, purpose: str) -> bytes:
    """What `seal` was given. Raises `NotSealedSo`."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise NotSealedSo(purpose) from error
