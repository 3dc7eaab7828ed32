"""What can go wrong with a Conductor server, as sentences for the user (`errors.py` tells of sentences).

UsageError
  ServerUnnamed, ServerAddressBad, ServerAddressSecret, AuthorityUnusable, ServerCredentialsHalf, ServerCredentialsNone,
  NoServerAtAll, PoolNameBad, InvitationBad
ServerError                       the server, or the way to it
  ServerUnreachable, ServerStruggles, ServerFull, StorageStruggles        `transient`: the same may work in a while
  ServerNotConductor, ServerTooOld, ServerWithoutFiles, ServerRefusesCredentials, CredentialsRefused, ServerWantsCredentials,
  ServerForbids, ServerCertificateUntrusted, ServerTooLarge, ServerClockOff, ServerAnswersNonsense, ServerRefuses, StorageRefuses
  WorkflowGone, WorkflowNotResumable, WorkflowsEnd, FileGone          of one thing that was on it
"""

from typing import ClassVar

from dwhisper_gui.core.errors import N_, DWhisperError, UsageError

# --- wrong use -----------------------------------------------------------------------------------------------------


class ServerUnnamed(UsageError):
    template = N_(
        "No Conductor server is named, so nothing was started. Name one: “dwhisper settings set conductor.url ADDRESS”; “dwhisper server"
        " install” and “dwhisper server start” run one on this computer."
    )


class ServerAddressBad(UsageError):
    template = N_("“{address}” is no address of a server. Nothing was done. It must look like https://conductor.example or {example}.")


class ServerAddressSecret(UsageError):
    """The address is named without what should not be in it."""

    template = N_(
        "The address of {address} has a user or a password in it, and would be shown and kept as plain text. Nothing was done."
        " Name the address without them; “dwhisper server login” keeps them in the keyring."
    )


class AuthorityUnusable(UsageError):
    template = N_(
        "The certificate authority “{path}” of the setting conductor.authority can't be used ({detail}), so the server was not asked."
        " Let the setting name a file with certificates in PEM form, or unset it."
    )


class InvitationBad(UsageError):
    template = N_(
        "What was given is no invitation: {detail}. Nothing was changed. Copy the whole line that “dwhisper workers invite” prints on the"
        " computer whose workers are to be shared."
    )


class ServerCredentialsHalf(UsageError):
    template = N_(
        "Of the credentials, {given} is given, but {missing} is not. Nothing was done. Give both: a user and a password, or a key"
        " and its secret."
    )


class ServerCredentialsNone(UsageError):
    template = N_(
        "No credentials are given. Nothing was done. “dwhisper server login --user NAME” asks for a password, “--key KEY” for the secret"
        " of a key; in a script, the user (unless it is named) and the password are the lines of standard input."
    )


class NoServerAtAll(UsageError):
    template = N_("No credentials are kept for {server}, so none were removed. “dwhisper server login” keeps some.")


class PoolNameBad(UsageError):
    template = N_("“{pool}” is no name of a pool. Nothing was done. Take letters, digits, dots and underscores.")


# --- the server ----------------------------------------------------------------------------------------------------


class ServerError(DWhisperError):
    """The server can't be used, or could not do what it was asked. `server` in the fields is its address, without secrets."""

    transient: ClassVar[bool] = False
    """Whether the same may work in a while, with nothing done about it."""


class ServerUnreachable(ServerError):
    transient = True
    template = N_(
        "The Conductor server {server} can't be reached ({detail}). What is done is kept. Check that it runs, that this is its address and"
        " that the network is there."
    )


class ServerStruggles(ServerError):
    transient = True
    template = N_(
        "The Conductor server {server} could not do what it was asked ({detail}). What is done is kept. Try again in a while; its log"
        " tells more."
    )


class ServerFull(ServerError):
    transient = True
    template = N_(
        "The Conductor server {server} has no room left on its disk ({detail}). What is done is kept, and nothing more can be sent to it"
        " before there is room again. Make room there."
    )


class ServerNotConductor(ServerError):
    template = N_(
        "What answers at {server} is no Conductor server ({detail}). Nothing was done. Check the address: it is that of Conductor's API,"
        " with or without /api, not of another service or of its web page."
    )


class ServerTooOld(ServerError):
    template = N_(
        "The Conductor server {server} is too old for DWhisper: it does not know the call {lacks}. What is done is kept. Install"
        " version 3.32.1 or newer of it."
    )


class ServerWithoutFiles(ServerError):
    template = N_(
        "The Conductor server {server} has its file storage turned off, and sound and text travel as files. What is done is kept. Start it"
        " with conductor.file-storage.enabled=true and conductor.file-storage.type=conductor (or s3, azure-blob, gcs); “dwhisper server"
        " docker” prints a command that does."
    )


class ServerWantsCredentials(ServerError):
    template = N_(
        "The Conductor server {server} asks for credentials, and none are known. What is done is kept. “dwhisper server login” takes them."
    )


class ServerRefusesCredentials(ServerError):
    template = N_(
        "The Conductor server {server} refuses the credentials that are known for it ({detail}). What is done is kept. “dwhisper server"
        " login” takes others."
    )


class CredentialsRefused(ServerRefusesCredentials):
    """Those that somebody has just given."""

    template = N_(
        "The Conductor server {server} refuses these credentials ({detail}), so they are not kept; any that were kept before are as they"
        " were. Try “dwhisper server login” again."
    )


class ServerForbids(ServerError):
    template = N_(
        "The Conductor server {server} does not allow what was asked ({detail}). What is done is kept. Ask whoever runs it, or log in as"
        " somebody else: “dwhisper server login”."
    )


class ServerCertificateUntrusted(ServerError):
    template = N_(
        "The certificate of the server {server} is not to be trusted ({detail}), so nothing was sent to it. If it is of an authority of"
        " your own, name the file with that: “dwhisper settings set conductor.authority FILE”."
    )


class ServerTooLarge(ServerError):
    template = N_(
        "The Conductor server {server} takes no file of {megabytes:.1f} MB. What is done is kept. Whoever runs it can allow larger ones:"
        " conductor.file-storage.conductor.max-size of Conductor, client_max_body_size of a proxy."
    )


class ServerClockOff(ServerError):
    template = N_(
        "The clock of the Conductor server {server} is {seconds:.0f} s {direction} that of this computer. Work is not lost by it, but tasks"
        " may be taken from workers too early or too late. Set the clock that is wrong, best by NTP."
    )


class ServerAnswersNonsense(ServerError):
    template = N_(
        "The Conductor server {server} gave an answer that makes no sense here ({detail}). What is done is kept. It may be of a version"
        " that DWhisper does not know, or a proxy may be in between."
    )


class ServerRefuses(ServerError):
    """An answer that says no, for a reason that is not foreseen."""

    template = N_("The Conductor server {server} refused what it was asked ({detail}). What is done is kept. The log has the details.")


class StorageStruggles(ServerError):
    """Storage elsewhere, where the server has its files kept. `storage` is its host."""

    transient = True
    template = N_(
        "The storage {storage}, where the Conductor server {server} keeps its files, could not do what it was asked ({detail}). What is"
        " done is kept. Try again in a while; if that does not help, look at the bucket and at the keys that the server has for it."
    )


class StorageRefuses(ServerError):
    template = N_(
        "The storage {storage}, where the Conductor server {server} keeps its files, refused what it was asked ({detail}). What is done is"
        " kept. Whoever looks after the server can mend that: it is about the settings conductor.file-storage of Conductor, or the bucket."
    )


# --- things on it --------------------------------------------------------------------------------------------------


class WorkflowGone(ServerError):
    template = N_(
        "The Conductor server {server} no longer has the workflow {workflow}. What is done is kept; what is missing can be begun"
        " anew there."
    )


class WorkflowNotResumable(ServerError):
    template = N_(
        "The Conductor server {server} can't go on with the workflow {workflow} ({detail}). What is done is kept; what is missing can be"
        " begun anew there."
    )


class WorkflowsEnd(ServerError):
    template = N_(
        "The work of this recording was ended on the Conductor server {tries} times before it was done. What is done is kept. Ask whoever"
        " looks after the server why, then “dwhisper jobs retry {job}” goes on with the rest."
    )


class FileGone(ServerError):
    template = N_(
        "The Conductor server {server} does not have the contents of the file {file} ({detail}). What it held is done again; nothing else"
        " is lost."
    )
