"""The report of what subtitles break of their rules and only other words or times could mend: for people and for programs."""

import json
from itertools import groupby
from typing import Any

from dwhisper_gui.core.events import Note
from dwhisper_gui.core.job import Output
from dwhisper_gui.core.notes import sentence
from dwhisper_gui.subtitles.cues import Cue
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.formats import Format, formats_named
from dwhisper_gui.subtitles.frames import Frames
from dwhisper_gui.subtitles.plain import encoded, timestamp
from dwhisper_gui.subtitles.problems import Problem, counted, problems


def problems_of(document: Document) -> list[Problem]:
    """What its cues break of its rules."""
    return problems(document.cues, document.rules, document.frame_rate, document.transcript.text_language, document.shots)


def note_of(document: Document, found: list[Problem], job: str = "") -> Note:
    """One line that says how its cues keep to its rules."""
    cues, rules = str(len(document.cues)), document.rules.name
    if not found:
        return Note(job, "rules_kept", {"cues": cues, "rules": rules})
    broken = str(len({problem.cue for problem in found}))
    return Note(job, "rules_broken", {"cues": cues, "broken": broken, "rules": rules, "kinds": counted(found)})


def report_text(document: Document) -> bytes:
    """For people: each cue that is not within the rules, its time and text, and what is wrong with it."""
    found = problems_of(document)
    blocks = [f"{document.medium}: {sentence(note_of(document, found))}\n"]
    for number, of_cue in groupby(found, key=lambda problem: problem.cue):
        cue = document.cues[number - 1]
        times = f"{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}"
        wrong = "\n".join(f"    {problem.sentence()}" for problem in of_cue)
        blocks.append(f"{number}  {times}  {' / '.join(cue.lines)}\n{wrong}\n")
    return encoded("\n".join(blocks))


def report_json(document: Document) -> bytes:
    """For programs: the same."""
    found = problems_of(document)
    rate = document.frame_rate if Frames.of(document.frame_rate).counted else None
    content = {
        "medium": document.medium,
        "rules": document.rules.name,
        "language": document.transcript.text_language,
        "frame_rate": rate,
        "cues": len(document.cues),
        "problems": [{**_of_cue(document.cues[problem.cue - 1]), **_of_problem(problem)} for problem in found],
    }
    return json.dumps(content, indent=1).encode("ascii")


def _of_cue(cue: Cue) -> dict[str, Any]:
    return {"start": cue.start, "end": cue.end, "lines": cue.lines}


def _of_problem(problem: Problem) -> dict[str, Any]:
    measured = {} if problem.where else {"value": problem.value, "limit": problem.limit, "unit": problem.unit}
    where = {"where": problem.where} if problem.where else {}
    return {"cue": problem.cue, "rule": problem.rule, **measured, **where, "sentence": problem.sentence()}


REPORTS = (Format("report.txt", "report.txt", report_text), Format("report.json", "report.json", report_json))


WITHOUT_CUES = frozenset({"txt", "docx", "json"})
"""Formats for whose text rules mean nothing."""


def shows_cues(output: Output) -> bool:
    """Whether any of the files that are asked for shows cues, or tells of them."""
    return output.report or not WITHOUT_CUES.issuperset(output.formats)


def written_as(output: Output) -> list[Format]:
    """The formats of the files that are asked for. Raises `FormatUnknown`."""
    return [*formats_named(output.formats), *(REPORTS if output.report else ())]
