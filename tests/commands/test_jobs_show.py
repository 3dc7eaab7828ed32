"""What `dwhisper jobs show` says of a job."""

from dwhisper_gui.commands.jobs_show import _facts
from dwhisper_gui.core.job import Fingerprint, Job, Options, Output
from dwhisper_gui.jobs.records import JobProgress


def test_numbers_are_told_without_words_that_would_have_to_fit_them() -> None:
    job = Job("k3f9x", b"/a/talk.mp4", Options("tiny.en"), Output(), Fingerprint(1, 2, "3"))
    facts = dict(_facts(job, "running", JobProgress(parts=1, windows=1, windows_done=1), None))
    assert (facts["parts"], facts["windows"]) == ("1", "1 of 1 done")
    facts = dict(_facts(job, "running", JobProgress(parts=2, windows=9, windows_done=4, windows_failed=1), None))
    assert (facts["parts"], facts["windows"]) == ("2", "4 of 9 done, 1 failed")
    assert dict(_facts(job, "queued", JobProgress(), None))["windows"] == ""
