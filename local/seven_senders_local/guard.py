"""Runs a module as a program until standard input ends: ``guard.py MODULE ARGUMENTS``.

Whoever starts it holds the other end of standard input, so the program goes when its starter
goes, even if that was killed.
"""

import os
import runpy
import sys
from threading import Thread


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    Thread(target=_end_with_input, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
