"""`dwhisper-worker`: the program that transcribes. Dispatch only, so that nothing heavy is imported before it is needed."""

import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import argparse


def main() -> int:
    """Runs the program; returns its exit status."""
    from dwhisper_worker import interrupts

    interrupts.end_at_once()
    try:
        return _run()
    except KeyboardInterrupt:
        _end(interrupts.STATUS)


def _run() -> int:
    from dwhisper_worker.arguments import parser
    from dwhisper_worker.sentences import Told

    arguments = parser().parse_args()
    # onnxruntime reports its use to its maker unless it is told not to, before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # numpy needs it for the spectrogram alone, and after each its other threads keep cores busy waiting for more: 8 % of two cores.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if arguments.stdio:
        from dwhisper_worker import stdio

        inward, outward = stdio.own_streams()
        _log_to_standard_error(arguments.log_level)
        stdio.serve(inward, outward)
    _log_to_standard_error(arguments.log_level)
    try:
        return _with_a_server(arguments)
    except Told as told:
        _end(told.status, str(told))


def _with_a_server(arguments: "argparse.Namespace") -> int:
    from dwhisper_worker import identity
    from dwhisper_worker.sentences import WronglyUsed

    folder = identity.home()
    try:
        if arguments.command == "join":
            from dwhisper_worker import reception
            from dwhisper_worker.arguments import token

            return reception.join(token(), folder)
        if arguments.command == "status":
            from dwhisper_worker import reception

            return reception.status(folder, as_json=arguments.json)
        from dwhisper_worker import conductor, stdio
        from dwhisper_worker.arguments import invitation, requests

        # Engine threads may be deep in native code, and are not waited for.
        stdio.leave(conductor.serve(invitation(arguments, folder), requests(arguments, folder), arguments.grace, folder))
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith(("conductor", "cryptography", "httpx")):
            raise
        raise WronglyUsed("To work with a server, more has to be installed: pip install 'dwhisper-worker[conductor]'") from None


def _end(status: int, sentence: str = "") -> NoReturn:
    """Ends the process at once: other threads may be deep in native code, and what standard output did not take is not tried again."""
    try:
        sys.stderr.write(f"{sentence}\n" if sentence else "")
        sys.stderr.flush()
    finally:
        os._exit(status)


def _log_to_standard_error(level: str) -> None:
    import faulthandler
    import logging

    faulthandler.enable()
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")


if __name__ == "__main__":
    sys.exit(main())
