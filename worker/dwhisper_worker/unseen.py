"""A secret that is pasted at a prompt, however long: a terminal that edits lines itself keeps 4,095 bytes of each and drops the rest (1,023
on macOS), and an invitation with certificates in it has more."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_BACKSPACE, _DELETE, _CLEAR = "\b", "\x7f", "\x15"
_INTERRUPT, _END = "\x03", "\x04"
_ENTER = "\r\n"
_LOOK_SECONDS = 0.2
_MORE_SECONDS = 0.1
"""Where this little after Enter more has come, nobody typed it: what was pasted has line breaks in it."""


class Line:
    """What has been typed so far."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._escape = ""

    @property
    def text(self) -> str:
        """As it would be seen."""
        return "".join(self._kept)

    def take(self, letter: str) -> bool:
        """Whether the line goes on after this letter. Raises `KeyboardInterrupt` for Ctrl+C, Ctrl+D ends it as Enter does."""
        if self._is_of_a_key(letter):
            return True
        if letter == _INTERRUPT:
            raise KeyboardInterrupt
        if letter == _END or letter in _ENTER:
            return False
        if letter in (_BACKSPACE, _DELETE):
            del self._kept[-1:]
        elif letter == _CLEAR:
            self._kept.clear()
        elif letter.isprintable():
            self._kept.append(letter)
        return True

    def _is_of_a_key(self, letter: str) -> bool:
        """Arrows send “ESC [ A”, and a terminal may put “ESC [200~” before what is pasted: none of it is of the line."""
        if not self._escape:
            self._escape = letter if letter == "\x1b" else ""
            return bool(self._escape)
        self._escape += letter
        if self._escape == "\x1b[" or (self._escape.startswith("\x1b[") and (letter.isdigit() or letter == ";")):
            return True
        ended, self._escape = self._escape.startswith("\x1b["), ""
        return ended and letter not in (_INTERRUPT, _END, *_ENTER)


def ask(prompt: str) -> str:
    """What is typed or pasted at the terminal that standard input is, without showing it. Raises `EOFError` where it ends before anything
    came, `KeyboardInterrupt`."""
    line = Line()
    try:
        with _unedited():
            _show(prompt)
            for letter in _letters():
                if not line.take(letter) and not _comes_more():
                    break
        if not line.text and letter == _END:
            raise EOFError
        return line.text
    finally:
        _show("\n")


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


if sys.platform == "win32":
    import msvcrt
    import time
    from contextlib import nullcontext as _unedited

    def _letters() -> Iterator[str]:
        while True:
            letter = msvcrt.getwch()
            if letter in "\x00\xe0":  # an arrow or the like: its second half says which
                msvcrt.getwch()
            else:
                yield _END if letter == "\x1a" else letter

    def _comes_more() -> bool:
        deadline = time.monotonic() + _MORE_SECONDS
        while not msvcrt.kbhit():
            if time.monotonic() > deadline:
                return False
            time.sleep(_MORE_SECONDS / 10)
        return True

else:
    import codecs
    import os
    import select
    import signal
    import termios

    _DEADLY = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

    class _Ended(BaseException):
        """A signal came that ends the process: not before its terminal shows again what is typed."""

    def _letters() -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while some := _read():
            yield from decoder.decode(some)
        yield _END

    def _read() -> bytes:
        try:
            # A signal that comes just before one would wait for input is heard only when the waiting ends.
            while not select.select([sys.stdin], [], [], _LOOK_SECONDS)[0]:
                pass
            # One, so that what follows an Enter is still there to be asked about.
            return os.read(sys.stdin.fileno(), 1)
        except OSError:  # the terminal was closed
            return b""

    def _comes_more() -> bool:
        return bool(select.select([sys.stdin], [], [], _MORE_SECONDS)[0])

    @contextmanager
    def _unedited() -> Iterator[None]:
        """The terminal hands on each byte as it is, and shows none. In the end it is as it was, whatever happens; what was not read is
        dropped, since a shell would take the rest of a secret for a command."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        unedited = [*before]
        # Nor do keys send signals: after Ctrl+Z the shell would have a terminal that shows nothing.
        unedited[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
        unedited[6] = [*before[6]]
        unedited[6][termios.VMIN], unedited[6][termios.VTIME] = 1, 0

        def end(number: int, _: FrameType | None) -> None:
            raise _Ended(number)

        handlers = {number: signal.signal(number, end) for number in _DEADLY if signal.getsignal(number) == signal.SIG_DFL}
        try:
            try:
                termios.tcsetattr(terminal, termios.TCSAFLUSH, unedited)
                yield
            finally:
                with suppress(termios.error):  # it was closed
                    termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        except _Ended as ended:
            signal.signal(ended.args[0], signal.SIG_DFL)
            signal.raise_signal(ended.args[0])
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
