"""What can go wrong with secrets, as sentences for the user (`errors.py` tells of sentences).

UsageError
  PoolKeyBad
CredentialsError
  KeyringUnusable, CredentialsNotKept, PoolKeyMissing, PoolKeyNotKept
"""

from dwhisper_gui.core.errors import N_, DWhisperError, UsageError


class PoolKeyBad(UsageError):
    template = N_(
        "What the variable {variable} holds is no key of a pool. Nothing was started. It must be {count} random bytes in base64, as"
        " “openssl rand -base64 {count}” makes them, the same for all programs and workers of the pool."
    )


class CredentialsError(DWhisperError):
    """What is secret can't be kept or be had. `detail` is why the keyring can't be used."""


class KeyringUnusable(CredentialsError):
    """Raised only within `credentials`; others are told it, to be said or shown."""

    template = N_(
        "The keyring of this computer can't be used ({detail}), so credentials are those that the environment has, for this run only. They"
        " are in the variables {variables}; unlock or install a keyring (gnome-keyring, KWallet) to have them kept."
    )


class CredentialsNotKept(CredentialsError):
    template = N_(
        "The keyring of this computer can't be used ({detail}), so nothing was changed: DWhisper keeps secrets nowhere else. Unlock or"
        " install one (gnome-keyring, KWallet), or give the credentials to each run in the environment ({variables})."
    )


class PoolKeyMissing(CredentialsError):
    template = N_(
        "The keyring of this computer can't be used ({detail}), so there is no key to seal what is sent to the workers of the pool"
        " “{pool}”. Nothing was started. Give the key to each run in the variable {variable}: “openssl rand -base64 {count}” makes one."
    )


class PoolKeyNotKept(CredentialsError):
    template = N_(
        "The keyring of this computer can't be used ({detail}), so the key of the pool “{pool}” could not be changed there. What it has is"
        " as it was. Unlock or install one (gnome-keyring, KWallet), then try again."
    )
