"""Child processes that end with this one, however it ends."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer

_GUARD = Path(__file__).with_name("guard.py")


class StartFailed(Exception):
    """A part of the local stack did not come up: which, and why."""


def guarded(module: str, *arguments: str, python: Path | None = None) -> list[str]:
    """The command that runs a module until its standard input ends."""
    return [str(python or sys.executable), "-P", str(_GUARD), module, *arguments]


class Child:
    """A child process that is spoken to in lines.

    It is in a session of its own, so that Ctrl-C reaches only this process, and sees its
    standard input end when this process is gone. ``output`` and ``log`` are where its standard
    output and standard error go: by default to ``read``, and where ours goes.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        output: int = subprocess.PIPE,
        log: int | None = None,
        keep_open: Sequence[int] = (),
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - the project's own commands
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=log,
            pass_fds=keep_open,
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def write(self, line: bytes) -> None:
        """Send a line. Raises BrokenPipeError if it is gone."""
        pipe = self._process.stdin
        if pipe is not None:
            pipe.write(line + b"\n")
            pipe.flush()

    def read(self, *, seconds: float) -> bytes:
        """The next line; empty if it was gone or silent for so long, and is now killed."""
        pipe = self._process.stdout
        timer = Timer(seconds, self.kill)
        timer.start()
        line = pipe.readline() if pipe is not None else b""
        timer.cancel()
        return line if line.endswith(b"\n") else b""

    def kill(self) -> None:
        """Kill it; it holds nothing worth keeping."""
        self._process.kill()

    def end(self) -> int:
        """Kill it, wait until it is gone, and return its exit code."""
        self.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        return code
