"""What can go wrong, as sentences for the user.

    DWhisperError                     status 1: this medium failed, the others go on
      UsageError                      status 2: what was asked for can't be had; nothing was started
        LanguageUnknown, LanguageMisspelt, ModelUnknown, FormatUnknown, FormatMissing, RulesUnknown, TimeUnreadable, RangeEmpty,
        EngineUnknown, EngineMissing, DeviceUnknown, EngineLacks, ComputeTypeUnknown, ModelLacksLanguage,
        ModelCannotTranslate, SettingUnknown, SettingValueBad, JobUnknown, JobAmbiguous, JobBusy, NothingToExport, NoTextYet, PlaceUnknown,
        CommandMissing, ModelInPackage, ModelNameTaken, OutputFolderIsFile, ConfirmationMissing, HomeUnusable, HomeUnreadable, WordEmpty
      MediumError                     the user's file
        MediumMissing, NothingFits, AddressGiven, StreamGiven, MediumUnreadable, MediumEmpty, NotMedia, BrokenOff, RefersElsewhere, NoAudio,
        TrackMissing, FolderWithoutMedia, SoundEmpty, RangePastEnd, MediumChanged, ExtractionFailed, ShotsUnknown
      ModelError                      the weights
        ModelBroken, ModelFolderBroken, ModelDownloadFailed, NoModelHere, ModelNotKept
      WorkerError                     a worker process
        WorkerMissing, WorkerDied, WorkersDie, WorkerHung, WorkerNonsense, NoWorker, WorkerRefused, ContractMismatch, OutOfMemory,
        ChunkDamaged, FileTooLarge
      DeviceBroken, FFmpegMissing, EncodingFailed, OutputFolderUnusable, OutputNotWritable, StoreUnusable, StoreLocked, StoreFull,
      StoreTooNew, OwnershipLost, JobRemoved, JobDamaged, SettingsUnreadable, SettingsTooNew, SettingsNotWritable
      ServerError (`server_errors.py`), OwnServerError (`own_server_errors.py`), CredentialsError (`credential_errors.py`)

A sentence is data: a template (collected by gettext) and the fields it names, formatted as late as it is shown, so that it can be
shown in another language than the log's. It says what happened, what that means for the user's work, and what to do.
Anything raised that is not a `DWhisperError` is a bug and is shown as one.
"""

from collections.abc import Callable
from typing import ClassVar

from dwhisper_worker.contract import MODELS, Code, Failure


def N_(template: str) -> str:  # noqa: N802 - gettext's own name for "translated later"
    """Marks a template for gettext without translating it yet."""
    return template


class DWhisperError(Exception):
    """An error that a user can meet. `fields` fill the braces of `template`."""

    template: ClassVar[str]
    status: ClassVar[int] = 1

    def __init__(self, **fields: object) -> None:
        super().__init__(fields)
        self.fields = fields

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence for the user, its template passed through `translate` first."""
        return translate(self.template).format(**self.fields)

    def gist(self, translate: Callable[[str], str] = str) -> str:
        """What happened, without what it means and what to do: the first sentence of it."""
        return (translate(self.template).partition(". ")[0].removesuffix(".") + ".").format(**self.fields)

    def __str__(self) -> str:
        return self.sentence()


# --- wrong use -----------------------------------------------------------------------------------------------------


class UsageError(DWhisperError):
    """What was asked for can't be had, and nothing was started."""

    status = 2


class WordEmpty(UsageError):
    template = N_("What was given as {what} is empty. Nothing was done. Name something, or leave it out where it may be left out.")


class LanguageUnknown(UsageError):
    template = N_("Whisper does not know the language “{language}”. Nothing was done. “dwhisper models languages” lists those it knows.")


class LanguageMisspelt(LanguageUnknown):
    """One that looks like languages that Whisper knows."""

    template = N_(
        "Whisper does not know the language “{language}”. Nothing was done. Did you mean {nearest}? “dwhisper models languages” lists all."
    )


class ModelUnknown(UsageError):
    template = N_(
        "There is no model “{model}”. Nothing was done. “dwhisper models list” shows those with a name; a folder of weights"
        " can be given by its path."
    )


class FormatUnknown(UsageError):
    template = N_("There is no subtitle format “{format}”. Nothing was done. Known are: {known}.")


class FormatMissing(FormatUnknown):
    template = N_("No subtitle format is named, so there is nothing to write. Nothing was done. Known are: {known}.")


class RulesUnknown(UsageError):
    template = N_("There are no subtitle rules “{rules}”. Nothing was started. Did you mean “{near}”? Known are: {known}.")


class TimeUnreadable(UsageError):
    template = N_("“{text}” is not a time. Nothing was started. Write seconds (90.5) or hours, minutes, seconds (1:02:03.5).")


class RangeEmpty(UsageError):
    template = N_("Nothing lies between {start} and {end}, so nothing was started. --to must come after --from.")


class EngineUnknown(UsageError):
    template = N_("There is no engine “{engine}”. Nothing was started. Known are: {known}.")


class EngineMissing(UsageError):
    template = N_("The engine “{engine}” is not installed here, so nothing was started. Install it with: pip install '{package}'.")


class EngineLacks(UsageError):
    template = N_("The engine “{engine}” has no use for --{option}. Nothing was started. Leave it out, or take another engine.")


class DeviceUnknown(UsageError):
    template = N_("This computer has no device “{device}” that the engine can use. Nothing was started. It has: {known}.")


class ComputeTypeUnknown(UsageError):
    template = N_("“{device}” can't compute in {compute_type}. Nothing was started. It can in: {known}.")


class ModelLacksLanguage(UsageError):
    template = N_(
        "The model “{model}” does not know the language “{language}”. Nothing was started. Take a model that does, such as large-v3-turbo."
    )


class ModelCannotTranslate(UsageError):
    template = N_(
        "The model “{model}” was not trained to translate. Nothing was started. Take one that was, such as small, medium or large-v3."
    )


class SettingUnknown(UsageError):
    template = N_("There is no setting “{key}”. Nothing was changed. “dwhisper settings list” shows them all.")


class SettingValueBad(UsageError):
    template = N_("“{value}” is no value for {key}: it must be {expected}. Nothing was changed.")


class JobUnknown(UsageError):
    template = N_("There is no job “{job}”. “dwhisper jobs list” shows those there are.")


class JobAmbiguous(UsageError):
    template = N_("“{job}” could be several jobs: {candidates}. Give more of its name.")


class JobBusy(UsageError):
    template = N_("Another DWhisper is working on “{name}” right now. Nothing was changed. Pause or cancel the job first, then try again.")


class NothingToExport(UsageError):
    template = N_("“{name}” has no transcript yet, so there is nothing to export. “dwhisper jobs resume {job}” goes on with it.")


class NoTextYet(NothingToExport):
    """`state` is a sentence: how the job stands, and what goes on with it."""

    template = N_("“{name}” has no text yet, so nothing was written. {state}")


class ModelInPackage(UsageError):
    template = N_("“{model}” belongs to an installed Python package, so it was not removed. “pip uninstall {package}” removes it.")


class ModelNameTaken(UsageError):
    template = N_(
        "There is a model “{model}” already, so nothing was copied. Choose another name with --name, or remove that one first: “dwhisper"
        " models remove {model}”."
    )


class OutputFolderIsFile(UsageError):
    template = N_(
        "“{path}” is a file, not a folder. Nothing was started. --output-dir takes a folder; the files in it get their names by themselves."
    )


class ConfirmationMissing(UsageError):
    template = N_("There is nobody here to ask whether this is meant. Nothing was changed. Say --yes where it is.")


class HomeUnusable(UsageError):
    template = N_(
        "“{path}” is a file, not a folder, so DWhisper can't keep anything in “{home}”. Nothing was done. Let the variable DWHISPER_HOME"
        " name a folder, or unset it."
    )


class HomeUnreadable(HomeUnusable):
    template = N_(
        "The name of the folder in the variable DWHISPER_HOME, “{home}”, has bytes in it that are no letters (UTF-8), which not every part"
        " of DWhisper can take. Nothing was done. Let it name another folder, or unset it."
    )


class PlaceUnknown(UsageError):
    template = N_("“{place}” is no place in the queue. Nothing was changed. Say up, down, top, bottom, or a number from 1.")


class CommandMissing(UsageError):
    template = N_("“{path}” is no command of dwhisper. Nothing was started. “dwhisper transcribe {quoted}” transcribes it.")


# --- the medium ----------------------------------------------------------------------------------------------------


class MediumError(DWhisperError):
    """The user's file can't be used. The others in the queue go on."""


class MediumMissing(MediumError):
    template = N_("“{path}” is not there. It was left out. Check the name and whether its disk is connected.")


class NothingFits(MediumMissing):
    template = N_("No file fits the pattern “{path}”. It was left out. Check the folder and the letters it begins and ends with.")


class AddressGiven(MediumError):
    template = N_(
        "“{path}” is an address. It was left out, since DWhisper reads files on this computer: download it first, for example with yt-dlp."
    )


class StreamGiven(MediumError):
    template = N_("“-” would be standard input, which DWhisper does not read. It was left out. Save it to a file and name that.")


class MediumUnreadable(MediumError):
    template = N_("“{path}” can't be read ({detail}). It was left out. Check its permissions and its disk.")


class MediumEmpty(MediumError):
    template = N_("“{path}” is empty (0 bytes). It was left out. The copy or download it came from probably failed.")


class NotMedia(MediumError):
    template = N_(
        "“{path}” is not a recording that FFmpeg can read ({detail}). It was left out. If it is the file you meant, it may be damaged."
    )


class BrokenOff(NotMedia):
    template = N_(
        "“{path}” is a recording that broke off: its index is missing or cut ({detail}), so nothing can play it as it is. It was left out."
        " A repair tool such as untrunc may save it, with a whole recording of the same device."
    )


class RefersElsewhere(MediumError):
    template = N_(
        "“{path}” is a list that names other files or addresses ({format}), not a recording. It was left out, since opening it could"
        " read files or fetch addresses you did not choose. Add the recordings themselves."
    )


class NoAudio(MediumError):
    template = N_("“{path}” has no audio track, so there is nothing to transcribe. It was left out.")


class TrackMissing(MediumError):
    template = N_("“{path}” has no audio track “{track}”. It was left out. It has: {tracks}.")


class FolderWithoutMedia(MediumError):
    template = N_("The folder “{path}” holds no video or audio file. It was left out.")


class SoundEmpty(MediumError):
    template = N_("“{path}” has an audio track with no sound in it (0 s). It was left out. The recording or copy of it probably failed.")


class RangePastEnd(MediumError):
    template = N_("“{path}” ends at {duration}, so from {start} on there is nothing to transcribe. Choose an earlier --from.")


class MediumChanged(MediumError):
    template = N_(
        "“{path}” is no longer the file that this job was begun with. The finished part is kept and can be exported. Run transcribe on"
        " it again to start a new job."
    )


class ShotsUnknown(MediumError):
    template = N_("The shots of “{path}” could not be found ({detail}), so nothing was written. Without --shots it can be.")


class ExtractionFailed(MediumError):
    template = N_(
        "FFmpeg could not read the sound of “{path}” between {start} and {end} ({detail}). The rest of the job is kept;"
        " “dwhisper jobs retry {job}” tries again."
    )


class FFmpegMissing(DWhisperError):
    template = N_(
        "No ffmpeg was found, neither on this system nor the one that comes with DWhisper. Nothing was started. Install ffmpeg or"
        " reinstall DWhisper."
    )


class EncodingFailed(DWhisperError):
    """Sound for other computers. `codec` is the encoder's name in ffmpeg's libraries."""

    template = N_(
        "The Python package “av” of this computer can't encode sound as {codec} ({detail}), so nothing more can be sent to workers"
        " elsewhere. What is done is kept. Reinstall DWhisper, which brings one that can; or go on here with --runner local."
    )


# --- models and workers --------------------------------------------------------------------------------------------


class ModelError(DWhisperError):
    """The weights can't be used."""


class ModelBroken(ModelError):
    template = N_(
        "The weights of “{model}” at {path} are damaged or not a Whisper model ({detail}), so they can't be used. “dwhisper models remove"
        " {model}” and then “dwhisper models download {model}” fetches them again."
    )


class ModelFolderBroken(ModelBroken):
    """Weights that have no name by which they could be fetched again."""

    template = N_(
        "The weights at {path} are damaged or not a Whisper model ({detail}), so they can't be used. Give another folder, or a model's"
        " name."
    )


class ModelDownloadFailed(ModelError):
    template = N_(
        "The model “{model}” is not on this computer and could not be downloaded: {detail}. Once that is mended, try again; a model is"
        " fetched only once. Or take one that is here with --model ({here}), or bring the weights: “dwhisper models import FOLDER”."
    )


class NoModelHere(ModelDownloadFailed):
    """A download failed, and there is no other model to take."""

    template = N_(
        "The model “{model}” could not be downloaded: {detail}. No model is on this computer yet. Once that is mended, try again; a model"
        " is fetched only once. Or bring the weights: “dwhisper models import FOLDER”, or --model with a folder of them."
    )


class ModelNotKept(ModelError):
    template = N_(
        "The weights of “{model}” could not be written to “{folder}” ({detail}), so nothing of them is kept there. Mend that, or have them"
        " elsewhere (“dwhisper settings set models_folder FOLDER”), then try again."
    )


class WorkerError(DWhisperError):
    """A worker process failed; what it had in hand may be given out again."""


class WorkerMissing(WorkerError):
    template = N_("The worker “{command}” could not be started ({detail}). Nothing is lost. Check the setting worker.command.")


class WorkerDied(WorkerError):
    template = N_("A worker ended unexpectedly ({detail}). What was finished before is kept.")


class WorkersDie(WorkerError):
    template = N_(
        "One worker after the other died while it loaded the model “{model}” ({detail}). What is done is kept. There may be too little"
        " memory for it: close other programs or take a smaller model, then run the same command again."
    )


class WorkerHung(WorkerError):
    template = N_("A worker gave no sign of life for {seconds:.0f} s and was ended. What was finished before is kept.")


class WorkerNonsense(WorkerError):
    template = N_("A worker sent something that is no answer ({detail}) and was ended. What was finished before is kept.")


class NoWorker(WorkerNonsense):
    """It did not begin as a worker does."""

    template = N_("“{command}” is no worker: what it says is no answer ({detail}). Nothing is lost. Check the setting worker.command.")


class WorkerRefused(WorkerError):
    template = N_("A worker could not do its task ({detail}). The log has the details.")


class ContractMismatch(WorkerError):
    template = N_(
        "The worker speaks version {theirs} of the protocol, this program {ours}. Nothing was done. Install the same version of both."
    )


class OutOfMemory(WorkerError):
    template = N_(
        "There is not enough memory for the model “{model}”. What is done is kept. Take a smaller model, or close other programs."
    )


class DeviceBroken(DWhisperError):
    template = N_(
        "“{device}” is there but can't compute ({detail}), so this does not go on. What is done is kept. “dwhisper doctor” says what a GPU"
        " lacks; --device cpu takes the processor."
    )


class ChunkDamaged(WorkerError):
    template = N_(
        "What a worker got of the recording could not be used ({detail}). What is done is kept; “dwhisper jobs retry” sends it anew. If"
        " this happens often, look at the server’s file storage."
    )


class FileTooLarge(WorkerError):
    template = N_(
        "The server, or a proxy in front of it, takes no file of {megabytes} MB, so a worker could not deliver. What is done is kept. Raise"
        " its limit (such as nginx’s client_max_body_size) to 100 MB, then “dwhisper jobs retry” does the rest."
    )


# --- results -------------------------------------------------------------------------------------------------------


class OutputFolderUnusable(DWhisperError):
    template = N_(
        "The subtitles of “{name}” can't be written to the folder “{path}” ({detail}), so nothing was done for it. Name another folder"
        " with --output-dir."
    )


class OutputNotWritable(DWhisperError):
    template = N_(
        "The subtitles could not be written to “{path}” ({detail}). The transcript is kept: “dwhisper export {job} --output-dir FOLDER”"
        " writes them elsewhere."
    )


class StoreUnusable(DWhisperError):
    template = N_(
        "The file with all jobs, “{path}”, can't be used ({detail}). What is in it stays as it is; what was under way is done again"
        " next time. Mend that, or move the file away to begin without jobs, then run the same command again."
    )


class StoreLocked(StoreUnusable):
    template = N_(
        "The file with all jobs, “{path}”, can't be used, since another program keeps it locked. What is in it stays as it is; what was"
        " under way is done again next time. Wait for that program or end it, then run the same command again."
    )


class StoreFull(StoreUnusable):
    template = N_(
        "The file with all jobs, “{path}”, can't be written to, since its disk is full. What is in it stays as it is; what was under way is"
        " done again next time. Make room there, then run the same command again."
    )


class StoreTooNew(DWhisperError):
    template = N_(
        "The file with all jobs, “{path}”, was written by a newer DWhisper (layout {found}, this one knows {known}). Nothing was changed in"
        " it. Install the newer version."
    )


class OwnershipLost(DWhisperError):
    template = N_(
        "Another DWhisper has taken over the job {job}, so this one has stopped working on it. What was done is kept, and the other"
        " goes on with it; “dwhisper jobs show {job}” shows how far it is."
    )


class JobRemoved(DWhisperError):
    template = N_(
        "The job {job} was removed by another program while this one waited for it, so nothing more is done for it. Run transcribe on its"
        " file again to begin anew."
    )


class JobDamaged(DWhisperError):
    template = N_(
        "What the file with all jobs has of “{name}” is damaged ({detail}), so this job can't be used; the others can. “dwhisper jobs"
        " remove {job}” takes it out. Run transcribe on its file again then to begin anew."
    )


class SettingsUnreadable(DWhisperError):
    template = N_(
        "The settings file “{path}” can't be read ({detail}). Nothing was done. Mend it, or begin with defaults: “dwhisper settings reset”."
    )


class SettingsTooNew(DWhisperError):
    template = N_(
        "The settings file “{path}” was written by a newer DWhisper (version {found}, this one knows {known}). Nothing was done or"
        " changed. Install the newer version, or move the file away to begin with defaults."
    )


class SettingsNotWritable(DWhisperError):
    template = N_("The settings could not be written to “{path}” ({detail}). Nothing was changed. Check its permissions and its disk.")


_BY_CODE: dict[str, type[DWhisperError]] = {
    Code.CONTRACT_MISMATCH: ContractMismatch,
    Code.NOT_MEDIA: NotMedia,
    Code.REFERS_ELSEWHERE: RefersElsewhere,
    Code.UNREADABLE: MediumUnreadable,
    Code.ENGINE_UNKNOWN: EngineUnknown,
    Code.ENGINE_MISSING: EngineMissing,
    Code.DEVICE_UNKNOWN: DeviceUnknown,
    Code.DEVICE_BROKEN: DeviceBroken,
    Code.COMPUTE_TYPE_UNKNOWN: ComputeTypeUnknown,
    Code.MODEL_UNKNOWN: ModelUnknown,
    Code.MODEL_BROKEN: ModelBroken,
    Code.MODEL_DOWNLOAD_FAILED: ModelDownloadFailed,
    Code.MODEL_CANNOT_TRANSLATE: ModelCannotTranslate,
    Code.MODEL_IN_PACKAGE: ModelInPackage,
    Code.MODEL_NOT_KEPT: ModelNotKept,
    Code.MODEL_LACKS_LANGUAGE: ModelLacksLanguage,
    Code.OUT_OF_MEMORY: OutOfMemory,
    Code.CHUNK_DAMAGED: ChunkDamaged,
    Code.FILE_TOO_LARGE: FileTooLarge,
}


def from_failure(failure: Failure) -> DWhisperError:
    """The error that a worker's `Failure` stands for; codes without a sentence of their own become `WorkerRefused`."""
    error = _BY_CODE.get(failure.code)
    if error is ModelBroken and failure.fields.get("model") not in MODELS:
        error = ModelFolderBroken
    if error is ModelDownloadFailed and not failure.fields.get("here"):
        error = NoModelHere
    if error is not None:
        made = error(**failure.fields)
        try:
            made.sentence()
        except (KeyError, IndexError, ValueError):
            pass  # a worker of another make that sends other fields
        else:
            return made
    return WorkerRefused(detail=failure.fields.get("detail", failure.code))
