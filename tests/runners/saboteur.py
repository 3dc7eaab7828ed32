"""A real worker with one fault built in: `python saboteur.py FAULT CHUNK[,CHUNK] --stdio`.

It is `dwhisper-worker` with its `Transcriber.submit` bent for the chunks named: `die` ends the process, `misplace` sends a window's
text with times outside the window, `count` says that it decoded a window more often than can be, `unfinished` that the chunk
is complete before its windows are; `garbage` writes what is no message among the messages, `flood` megabytes to all else that it has."""

import os
import sys
from dataclasses import replace

from dwhisper_worker import __main__, stdio, transcribe
from dwhisper_worker.contract import Figures, Segment, TranscribeEvent, TranscribeReply, TranscribeRequest, WindowResult

FAULT, CHUNKS = sys.argv[1], sys.argv[2].split(",")
submit = transcribe.Transcriber.submit
own_streams = stdio.own_streams
outward: list[int] = []


def known_streams() -> tuple[int, int]:
    streams = own_streams()
    outward.append(streams[1])
    return streams


def bent(self: transcribe.Transcriber, request: TranscribeRequest, on_event: transcribe.OnEvent, on_done: transcribe.OnDone) -> None:
    if request.chunk not in CHUNKS:
        submit(self, request, on_event, on_done)
    elif FAULT == "die":
        os._exit(1)
    elif FAULT == "misplace":
        window = request.windows[0].window
        segment = Segment(window.end, window.end + 1, " beyond", (), 0.0, 0.0, 1.0, 0.0)
        on_event(TranscribeEvent(WindowResult(window.index, (segment,), 1, False, ())))
    elif FAULT == "count":
        on_event(TranscribeEvent(WindowResult(request.windows[0].window.index, (), 2**63, False, ())))
    elif FAULT == "unfinished":
        on_done(TranscribeReply(request.chunk, True, Figures(1.0, 1.0, 0, 0, 1)))
    elif FAULT == "refuse":
        on_done(ValueError("no"))
    elif FAULT == "garbage":
        os.write(outward[0], b"WARNING: deprecated \xff\x00" * 1000)
        submit(self, request, on_event, on_done)
    elif FAULT == "flood":
        for _ in range(100):
            os.write(1, b"x" * 100_000)
            os.write(2, b"a line of some library\n" * 1000)
        submit(self, request, on_event, on_done)
    else:
        submit(self, replace(request), on_event, on_done)


stdio.own_streams = known_streams
transcribe.Transcriber.submit = bent  # type: ignore[method-assign]
sys.argv[1:3] = []
sys.exit(__main__.main())
