"""Lambda's runtime in small: runs one handler, one invocation at a time, over pipes.

It is started by path, without the environment of the local stack, and imports the standard
library only. A line of JSON in is an invocation, a line out its outcome; the first line out
says that the handler is imported. What a handler prints goes to standard error.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any, TextIO

type Handler = Callable[[Any, "Context"], object]


class Context:
    """What a handler learns about its invocation, under the names that Lambda gives."""

    function_version = "$LATEST"

    def __init__(self, request_id: str, deadline: float) -> None:
        self.aws_request_id = request_id
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.invoked_function_arn = (
            f"arn:aws:lambda:{os.environ['AWS_REGION']}:000000000000:function:{self.function_name}"
        )
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """The time until the process is killed, in milliseconds."""
        return max(0, int((self._deadline - time.time()) * 1000))


def _import_handler() -> Handler:
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    handler: Handler = getattr(import_module(module), name)
    return handler


def _say(pipe: TextIO, outcome: dict[str, object]) -> None:
    pipe.write(json.dumps(outcome) + "\n")
    pipe.flush()


def _outcome(handler: Handler, event: object, context: Context) -> dict[str, object]:
    try:
        return {"answer": handler(event, context)}
    except Exception:  # noqa: BLE001 - as Lambda does: the caller decides what an error means
        return {"error": traceback.format_exc()}


def main() -> None:
    """Serve invocations until standard input ends."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        handler = _import_handler()
    except BaseException:
        _say(pipe, {"error": traceback.format_exc()})
        raise
    _say(pipe, {"answer": "ready"})
    for line in sys.stdin:
        invocation = json.loads(line)
        context = Context(invocation["request_id"], invocation["deadline"])
        _say(pipe, _outcome(handler, invocation["event"], context))


if __name__ == "__main__":
    main()
