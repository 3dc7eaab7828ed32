"""The sentences of notes (`events.Note`): what is worth telling, but is no error. Templates, as those of errors are."""

from collections.abc import Callable

from dwhisper_gui.core.errors import N_
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.times import clock

NOTES = {
    "several_tracks": N_("There are several audio tracks ({tracks}). Track {taken} is taken; --audio-track takes another."),
    "speech_on_other_track": N_(
        "Nobody speaks on audio track {taken}, which was taken, but on track {other} somebody does: try --audio-track {other}."
    ),
    "channel_alone": N_(
        "Mixed together, its two channels hide what is said: they cancel each other out, or one drowns the other. So the {channel} one"
        " alone is heard."
    ),
    "medium_cut": N_("The file was cut off: its sound ends at {start} instead of {end}. What there is gets transcribed."),
    "ends_before": N_("The recording ends at {end}, before {wanted} (--to), so it is transcribed to its end."),
    "other_language": N_("“{name}” sounds like {heard}, and not like {named}, which was asked for: try --language {code}, or auto."),
    "medium_changed": N_("“{name}” has changed since it was last transcribed, so this is a new job."),
    "medium_changed_meanwhile": N_("“{name}” changed while it was being transcribed, so the subtitles may not fit what it is now."),
    "medium_gone_meanwhile": N_("“{name}” can't be read any more. Its text is kept, since all that is in it was heard before."),
    "without_gpu": N_(
        "This computer has a GPU that can't be used ({detail}), so its processor does the work, which takes longer. “dwhisper doctor” tells"
        " what a GPU lacks."
    ),
    "engine_busy": N_("Another DWhisper is transcribing on this computer. This one waits for its turn."),
    "server_away": N_("{gist} What is done is kept, and this goes on as soon as the server answers."),
    "server_refuses": N_(
        "{gist} What is done is kept, and workers elsewhere go on. “dwhisper server login” in another terminal takes other credentials, and"
        " this goes on with them; after {minutes} minutes without it gives up."
    ),
    "server_back": N_("The server answers again."),
    "goes_on_there": N_(
        "What was given out of “{name}” is left to the workers elsewhere. “dwhisper jobs resume {job}” fetches it; “dwhisper jobs pause"
        " {job}” takes it from them."
    ),
    "not_withdrawn": N_(
        "{gist} So what was given out of “{name}” goes on there until it is done; what it brings is kept for when the job goes on."
    ),
    "left_there": N_(
        "{gist} So what was given out there before goes on until it is done, and some of it may be done twice. It is taken back when the"
        " job is next given to other computers, or removed."
    ),
    "withdrawn": N_(
        "“{name}” was taken from the workers elsewhere. What each had begun, most often one chunk, is lost and done again when the job"
        " goes on."
    ),
    "no_workers": N_(
        "No worker of the pool “{pool}” has shown itself that serves {engine} with the model {model}. The work waits for one:"
        " “dwhisper workers invite” tells how another computer joins."
    ),
    "workers_lost": N_(
        "Nothing has been heard for half a minute of the workers that serve {engine} with the model {model} ({workers}). The work waits for"
        " one: start them again on their computers, with “dwhisper-worker --conductor --model {model}”."
    ),
    "other_workers": N_(
        "The workers of the pool “{pool}” serve {models}, and none of them {engine} with the model {model}. The work waits for one:"
        " “dwhisper-worker --conductor --model {model}” on a computer that has joined."
    ),
    "other_versions": N_(
        "Workers of the pool “{pool}” (on {hosts}) are of another version of DWhisper, so they leave what this one sends to others. The"
        " work waits for one of the same version: update the older."
    ),
    "wrong_keys": N_(
        "The workers of the pool “{pool}” that are there (on {hosts}) have another key than this computer, so they can open nothing that it"
        " sends, and are given none of it. The work waits for one that can. “dwhisper workers invite” tells how they join anew; if they"
        " work for a program on another computer, “dwhisper server join” takes its line, and shares them."
    ),
    "worker_came": N_("A worker of the pool “{pool}” is there now, and the work goes on."),
    "job_elsewhere": N_("Another DWhisper is working on “{name}” already. This one waits for it."),
    "waits_for_paused": N_(
        "“{name}” is paused and all else is done, so this waits for it. “dwhisper jobs resume {job}” in another terminal goes on with it;"
        " Ctrl+C ends the waiting."
    ),
    "goes_on_elsewhere": N_("Another DWhisper goes on with “{name}”."),
    "none_to_resume": N_("No job is stopped, interrupted or paused, so there is nothing to go on with."),
    "nothing_left": N_("“{name}” is done, so there is nothing left to do. “dwhisper export” writes its text again."),
    "rules_kept": N_("{cues} cues, all within the rules “{rules}”."),
    "rules_broken": N_("{cues} cues, {broken} of them not within the rules “{rules}”: {kinds}."),
    "no_picture": N_("“{name}” has no picture, or one without a steady rate, so there are no shots for the subtitles to go with."),
    "shots_unknown": N_("The shots of “{name}” could not be found ({detail}). The subtitles are written without them."),
    "file_left": N_("“{name}” was there already with just this text, so it is left as it is."),
    "file_changed": N_("“{name}” was changed by somebody since it was written, so it is left as it is. --overwrite replaces it."),
    "file_taken": N_(
        "“{name}” was there already and is not this job's, so the text is written as “{written}” (--overwrite replaces the other)."
    ),
    "file_of_before": N_(
        "“{name}” is this job's, but by other rules, with less text or with somebody's changes, so this text is written as “{written}”"
        " (--overwrite replaces the other)."
    ),
    "file_of_another": N_("“{name}” is of another recording with that name, so the text is written as “{written}”."),
    "shots_sought": N_("Looks for the shots of “{name}”."),
}
"""By their code."""
_OF_ONE = {
    "rules_kept": N_("One cue, within the rules “{rules}”."),
    "rules_broken": N_("One cue, not within the rules “{rules}”: {kinds}."),
}
"""Those of one cue, in words of their own."""
SILENT = N_("Nobody speaks in it, so its subtitles are empty.")
_TIMES = {"medium_cut": ("start", "end"), "ends_before": ("end", "wanted")}
"""The fields that are seconds, for programs, and for people a time."""


def is_void(note: Note) -> bool:
    """Whether it says nothing to a person: that no cues keep to the rules."""
    return note.code == "rules_kept" and note.fields["cues"] == "0"


def sentence(note: Note, translate: Callable[[str], str] = str) -> str:
    """The sentence for the user, its template passed through `translate` first. Raises `KeyError` for a code without one."""
    template = _OF_ONE.get(note.code) if note.fields.get("cues") == "1" else None
    times = {name: clock(float(note.fields[name])) for name in _TIMES.get(note.code, ())}
    return translate(template or NOTES[note.code]).format(**{**note.fields, **times})
