"""`dwhisper-worker`: the program that transcribes. Dispatch only, so that nothing heavy is imported before it is needed."""

import faulthandler
import logging
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def main() -> int:
    """Runs the program; returns its exit status."""
    from dwhisper_worker.arguments import parser

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
    return _with_a_server(arguments)


def _with_a_server(arguments: "argparse.Namespace") -> int:
    from dwhisper_worker import identity, joining

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
    except joining.NotInvited as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith(("conductor", "cryptography", "httpx")):
            raise
        sys.stderr.write("To work with a server, more has to be installed: pip install 'dwhisper-worker[conductor]'\n")
        return 2


def _log_to_standard_error(level: str) -> None:
    faulthandler.enable()
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")


if __name__ == "__main__":
    sys.exit(main())
