"""Runs the sandbox on its own: ``python -m seven_senders_local.sandbox --port P``."""

import argparse
import signal
import sys
import threading

from seven_senders_local.sandbox.server import Sandbox
from seven_senders_local.sandbox.settings import Settings


def main() -> None:
    """Print ``ready URL`` and answer until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m seven_senders_local.sandbox", description=main.__doc__
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--latency", type=float, default=0, help="seconds that each call takes")
    arguments = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    settings = Settings(latency_seconds=arguments.latency)
    with Sandbox(settings=settings, port=arguments.port) as sandbox:
        sys.stdout.write(f"ready {sandbox.api_url}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
