"""`dwhisper`: dispatch only, so that nothing is imported before it is needed."""

import os
import sys

WORKER = "--worker"
"""The first argument by which a frozen DWhisper, which has no Python of its own to start a worker with, is one itself."""


def main() -> None:
    """The program. Ends the process with its exit status."""
    try:
        if sys.argv[1:2] == [WORKER]:
            _be_worker(sys.argv[2:])
        else:
            sys.exit(_command(sys.argv[1:]))
    except KeyboardInterrupt:
        # Before a command has its own way with it.
        sys.exit(130)


def _command(arguments: list[str]) -> int:
    from dwhisper_gui.commands import tree

    first = arguments[0] if arguments else "--help"
    if not first.startswith("-") and first not in tree.names() and (os.path.lexists(first) or os.sep in first):
        return tree.refuse_path(first)
    return tree.run(arguments or [first])


def _be_worker(arguments: list[str]) -> None:
    # By its name, as a program of its own: of the worker, the desktop's code knows the contract only.
    import runpy

    sys.argv = ["dwhisper-worker", *(arguments or ["--stdio"])]
    runpy.run_module("dwhisper_worker", run_name="__main__")


if __name__ == "__main__":
    main()
