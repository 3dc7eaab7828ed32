"""What ffmpeg complains of while it decodes a track, as far as that may have cost sound of this track."""

from dwhisper_gui.media.ffmpeg import complaint, first_sound, mapped_stream, start_time


class Complaints:
    """Takes the lines of ffmpeg's log in their order.

    Before ffmpeg tells what is in a file it tries the decoders of all streams, and looks at the file's end. Those of a recording that
    begins in the middle of a picture complain, and one that was stopped in a packet ends in a corrupt one. Nothing of that need be about
    what is read, and what is, is said again then."""

    def __init__(self, container: str) -> None:
        self.lasting = ""
        """The first of those that may be about any time, since it is the cause of the others; empty where there is none."""
        self.before_sound = ""
        """Decoders said it before there was any sound, as they do where they come in in the middle of a frame: what is lost lies there."""
        self._container = container.partition(",")[0]
        self._opened = self._sounding = False
        self._stream: int | None = None

    def take(self, line: str) -> None:
        """A line of the log."""
        told = complaint(line)
        if told is None:
            self._opened = self._opened or start_time(line) is not None
            self._sounding = self._sounding or first_sound(line)
            if self._stream is None:
                self._stream = mapped_stream(line)
        elif told.stream not in (None, self._stream):
            pass
        elif self._sounding or self._is_of_reading(told.speaker):
            self.lasting = self.lasting or told.text
        elif self._opened:
            self.before_sound = self.before_sound or told.text

    def _is_of_reading(self, speaker: str) -> bool:
        """Said of the file, not by a decoder. What nobody in particular says is so until the file is open."""
        return speaker.startswith("in#") or speaker.partition(",")[0] == self._container or not (speaker or self._opened)
