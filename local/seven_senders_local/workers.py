"""Processes that run the functions as Lambda's containers do."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Condition
from uuid import uuid4

from seven_senders_local import paths
from seven_senders_local.processes import Child
from seven_senders_local.template import Function

_RUNTIME = Path(__file__).with_name("runtime.py")
INIT_SECONDS = 60.0
"""Lambda allows 10 s; a laptop may start many workers at once."""


class FunctionFailed(Exception):
    """A function raised, ran out of time or died: which one, and what is known of it."""


def environment(function: Function, aws: Mapping[str, str]) -> dict[str, str]:
    """What a function's process sees: Lambda's variables and its own, nothing of this process."""
    code = paths.ROOT / function.code
    on_path = (code, paths.ADAPTER_LAYER, paths.DEPENDENCIES_LAYER, paths.LAMBDA_RUNTIME)
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in on_path),
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(code),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": function.memory,
        **aws,
        **function.environment,
    }


class Stopping(FunctionFailed):
    """A function was cut off, or not begun, because the local stack is stopping."""


class Worker:
    """One process of one function, which runs one invocation at a time."""

    def __init__(
        self, function: Function, *, environment: Mapping[str, str], log: int | None = None
    ) -> None:
        self._function = function
        # -S hides the packages of this environment: the function sees its layers only.
        command = [sys.executable, "-S", "-P", str(_RUNTIME)]
        self._child = Child(command, environment=environment, log=log)

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.alive

    def wait_until_ready(self) -> None:
        """Wait until the handler is imported. Raises FunctionFailed."""
        self._read(INIT_SECONDS)

    def invoke(self, event: object) -> object:
        """Run the function once. Raises FunctionFailed."""
        invocation = {
            "request_id": str(uuid4()),
            "deadline": time.time() + self._function.timeout,
            "event": event,
        }
        with suppress(BrokenPipeError):  # reading tells
            self._child.write(json.dumps(invocation).encode())
        return self._read(self._function.timeout)

    def kill(self) -> None:
        """Kill the process; an invocation that runs fails."""
        self._child.kill()

    def end(self) -> None:
        """Kill the process and wait until it is gone."""
        self._child.end()

    def _read(self, seconds: float) -> object:
        line = self._child.read(seconds=seconds)
        if not line:
            code = self._child.end()
            raise FunctionFailed(f"{self._function.name} ran out of time or ended (code {code})")
        outcome = json.loads(line)
        if "error" in outcome:
            raise FunctionFailed(f"{self._function.name} raised\n{outcome['error']}")
        return outcome["answer"]


class Pool:
    """Workers of one function: started when all others are busy, at most ``size``."""

    def __init__(self, start: Callable[[], Worker], *, size: int) -> None:
        self._start = start
        self._size = size
        self._busy = 0
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        self._ended = False
        self._changed = Condition()

    def warm_up(self) -> None:
        """Start one worker beforehand. Raises FunctionFailed."""
        self._give_back(self._take())

    def invoke(self, event: object) -> object:
        """Run the function in a free worker, waiting for one if need be. Raises FunctionFailed."""
        try:
            worker = self._take()
            try:
                return worker.invoke(event)
            finally:
                self._give_back(worker)
        except FunctionFailed as error:
            if self._ended:
                raise Stopping("the local stack is stopping") from error
            raise

    def end(self) -> None:
        """Kill all workers; invocations that run raise Stopping."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            for worker in self._workers:
                worker.kill()
            self._changed.wait_for(lambda: not self._busy)
            for worker in self._workers:
                worker.end()

    def _take(self) -> Worker:
        with self._changed:
            self._changed.wait_for(lambda: self._busy < self._size or self._ended)
            if self._ended:
                raise Stopping("the local stack is stopping")
            self._busy += 1
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                self._drop(worker)
            worker = self._start()
            self._workers.add(worker)
        try:
            worker.wait_until_ready()
        except FunctionFailed:
            self._give_back(worker)
            raise
        return worker

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            self._busy -= 1
            if worker.alive:
                self._idle.append(worker)
            else:
                self._drop(worker)
            self._changed.notify_all()

    def _drop(self, worker: Worker) -> None:
        self._workers.discard(worker)
        worker.end()
