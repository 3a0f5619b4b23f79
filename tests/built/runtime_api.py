"""Lambda's Runtime API on loopback, for one process of one function."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, override
from uuid import uuid4

from seven_senders_local.workers import FunctionFailed

START_SECONDS = 60
"""How long a start is waited for, on a machine that is busy with other things."""


class RuntimeApi:
    """Hands events to the process that asks at ``address``, and takes its answers."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        self.address = f"127.0.0.1:{server.server_address[1]}"

    def wait_until_asked(self) -> None:
        """Wait until the process has started and asks for an event. Raises FunctionFailed."""
        if not self._server.asked.wait(START_SECONDS):
            raise FunctionFailed("the function does not start")

    def invoke(self, event: object) -> Any:
        """Run the function once; its first time waits for its start. Raises FunctionFailed."""
        self._server.events.put(event)
        try:
            outcome, content = self._server.outcomes.get(
                timeout=START_SECONDS + self._server.timeout_seconds
            )
        except Empty:
            raise FunctionFailed("the function does not start, or ran out of time") from None
        if outcome != "response":
            raise FunctionFailed(json.dumps(content))
        return content


@contextmanager
def runtime_api(timeout_seconds: float) -> Iterator[RuntimeApi]:
    """Serve until the block ends; the process is told to answer an event in so many seconds."""
    with _Server(timeout_seconds) as server:
        Thread(target=server.serve_forever, args=(0.01,), name="runtime API", daemon=True).start()
        yield RuntimeApi(server)
        server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.timeout_seconds = timeout_seconds
        self.asked = Event()
        self.events: SimpleQueue[object] = SimpleQueue()
        self.outcomes: SimpleQueue[tuple[str, object]] = SimpleQueue()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    @override
    def handle(self) -> None:
        with suppress(ConnectionError):  # the process was killed, as Lambda ends it
            super().handle()

    def do_GET(self) -> None:
        """``/invocation/next``: waits for an event."""
        self.server.asked.set()
        event = self.server.events.get()
        deadline = time.time() + self.server.timeout_seconds
        self._answer(
            200,
            json.dumps(event).encode(),
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": str(uuid4()),
                "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:::function:built",
            },
        )

    def do_POST(self) -> None:
        """``/invocation/ID/response`` or ``/error``, and ``/init/error``: what came of it."""
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(202, b"", {})
        self.server.outcomes.put((self.path.rpartition("/")[2], content))

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""
