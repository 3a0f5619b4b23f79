"""Ctrl-C while something is done in steps that belong together."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def between_steps() -> Iterator[Callable[[], bool]]:
    """Put Ctrl-C off: what is given is called between two steps and then raises KeyboardInterrupt.

    It is true otherwise. A second Ctrl-C interrupts at once.
    """
    came = False

    def note(*_: object) -> None:
        nonlocal came
        came = True
        signal.signal(signal.SIGINT, before)

    def go_on() -> bool:
        nonlocal came
        if came:
            came = False
            raise KeyboardInterrupt
        return True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield go_on
    finally:
        signal.signal(signal.SIGINT, before)
