"""`dwhisper-worker`: the program that transcribes. Dispatch only, so that nothing heavy is imported before it is needed."""

import argparse
import faulthandler
import logging
import os
import sys
from importlib import metadata


def main() -> int:
    """Runs the program; returns its exit status."""
    parser = argparse.ArgumentParser(prog="dwhisper-worker", description="Transcribes speech for DWhisper.")
    parser.add_argument("--version", action="version", version=metadata.version("dwhisper-worker"))
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"], help="what to log on standard error")
    transport = parser.add_mutually_exclusive_group(required=True)
    transport.add_argument("--stdio", action="store_true", help="serve the program that started this one")
    arguments = parser.parse_args()

    # onnxruntime reports its use to its maker unless it is told not to, before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # numpy needs it for the spectrogram alone, and after each its other threads keep cores busy waiting for more: 8 % of two cores.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from dwhisper_worker import stdio

    inward, outward = stdio.own_streams()
    faulthandler.enable()
    logging.basicConfig(
        stream=sys.stderr, level=arguments.log_level, format="%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
    )
    stdio.serve(inward, outward)


if __name__ == "__main__":
    sys.exit(main())
