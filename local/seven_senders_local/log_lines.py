"""The functions' log lines, put where CloudWatch Logs would have them."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import batched
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_TICK_SECONDS = 0.1
_CHUNK_BYTES = 65_536
_AT_ONCE = 1_000
"""The most lines that one call puts; CloudWatch Logs takes 10,000 (source: docs)."""

_KEPT = 10_000

_STREAMS = 2


class LogLines:
    """Reads what processes write, and puts it into a log group in batches, from one thread.

    ``echo`` is shown all of it too. ``kept``: so many of the newest lines can be asked for at
    least, and twice as many at most. What is not read yet waits in the processes' pipes, so no
    more memory is taken than they and one batch need.
    """

    def __init__(
        self,
        *,
        logs: "CloudWatchLogsClient",
        group: str,
        echo: BinaryIO | None = None,
        kept: int = _KEPT,
    ) -> None:
        self._logs = logs
        self._group = group
        self._echo = echo
        self._kept = kept
        self._pipes: list[_Pipe] = []
        self._changing = Lock()
        self._streams: list[str] = []
        self._in_stream = 0
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="log lines", daemon=True)

    @contextmanager
    def pipe(self) -> Iterator[int]:
        """A pipe for a process that is started in the block: its end to write to."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        with self._changing:
            self._pipes.append(_Pipe(reading))
        try:
            yield writing
        finally:
            os.close(writing)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read what is left, and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        while not self._stopping.wait(_TICK_SECONDS):
            self._collect()
        self._collect()

    def _collect(self) -> None:
        with self._changing:
            pipes = list(self._pipes)
        for pipe in pipes:
            for lines in batched(pipe.lines(), min(_AT_ONCE, self._kept), strict=False):
                self._put(lines)
        with self._changing:
            self._pipes = [pipe for pipe in self._pipes if not pipe.has_ended]

    def _put(self, lines: Sequence[bytes]) -> None:
        self._show(lines)
        now = int(time.time() * 1000)
        with suppress(BotoCoreError, ClientError):  # nothing but the lines depends on them
            self._logs.put_log_events(
                logGroupName=self._group,
                logStreamName=self._stream(len(lines)),
                logEvents=[
                    {"timestamp": now, "message": line.decode(errors="replace")} for line in lines
                ],
            )

    def _show(self, lines: Sequence[bytes]) -> None:
        if self._echo:
            try:
                self._echo.write(b"".join(line + b"\n" for line in lines))
                self._echo.flush()
            except OSError:  # nobody looks any more, and the functions must not wait for that
                self._echo = None

    def _stream(self, coming: int) -> str:
        """The stream for some lines: a new one when one is full, of which two are kept."""
        self._in_stream += coming
        if not self._streams or self._in_stream > self._kept:
            name = uuid4().hex
            self._logs.create_log_stream(logGroupName=self._group, logStreamName=name)
            self._streams.append(name)
            self._in_stream = coming
        if len(self._streams) > _STREAMS:
            self._logs.delete_log_stream(
                logGroupName=self._group, logStreamName=self._streams.pop(0)
            )
        return self._streams[-1]


class _Pipe:
    """The end of a process's pipe that is read from."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._rest = b""
        self.has_ended = False

    def lines(self) -> Iterator[bytes]:
        """The lines that came meanwhile; at the end of the pipe also one that was cut off."""
        while not self.has_ended:
            try:
                read = os.read(self._number, _CHUNK_BYTES)
            except BlockingIOError:
                return
            *whole, self._rest = (self._rest + read).split(b"\n")
            yield from filter(None, whole)
            if not read:
                os.close(self._number)
                self.has_ended = True
                if self._rest:
                    yield self._rest
