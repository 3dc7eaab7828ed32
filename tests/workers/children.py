"""Which processes a test has started."""

import psutil


class Children:
    """Made at the beginning of a test; others' processes are not counted."""

    def __init__(self) -> None:
        self._before = set(psutil.Process().children())

    def new(self) -> list[psutil.Process]:
        """Those started since, and not ended and waited for."""
        return [child for child in psutil.Process().children() if child not in self._before]
