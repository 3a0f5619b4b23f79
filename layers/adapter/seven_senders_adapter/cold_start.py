"""Keeps the garbage collector out of a cold start, which leaves no garbage.

It would go through all that is loaded, again and again: a fifth of the time. A function imports
this module before all that is large.
"""

import gc
import os
from collections.abc import Callable

gc.disable()


def complete(make: Callable[[], object]) -> None:
    """End the start: the collector works from here on, and leaves out what is there already.

    Where Lambda has started the process the function is made now: the start has more processor
    time than the first event.
    """
    if "LAMBDA_TASK_ROOT" in os.environ:
        make()
    gc.freeze()
    gc.enable()
