"""The HTTP front of the local stack: the webhook route of the API, and the stack's own pages."""

import errno
import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server, socket
from typing import Any, override
from urllib.parse import unquote

from seven_senders_local import http_event
from seven_senders_local.processes import StartFailed
from seven_senders_local.workers import FunctionFailed, Stopping

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 10 * 1024 * 1024
"""API Gateway's limit (source: docs)."""

ROUTE = "POST /webhooks/{connection}"
_WEBHOOK = re.compile(r"/webhooks/([^/]+)")
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_PATIENCE_SECONDS = 30
_CHUNK_BYTES = 1024 * 1024

type Page = Callable[[], object]
type Deliver = Callable[[dict[str, object]], object]


def listen(port: int) -> socket:
    """Take a port of 127.0.0.1, 0 any free one. Raises StartFailed if it can't be had."""
    try:
        return create_server(("127.0.0.1", port), backlog=128)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "is taken" if taken else f"can't be had ({error.strerror})"
        raise StartFailed(f"port {port} {why}: choose another with --port") from error


def url_of(listener: socket) -> str:
    """Where it listens."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


class Front(ThreadingHTTPServer):
    """Serves ``listener``. ``pages`` are answered as JSON, by ``METHOD /path``.

    ``deliver`` hands an event to the receiving function. It and the pages may raise
    FunctionFailed, which is answered 500.
    """

    def __init__(self, listener: socket, *, deliver: Deliver, pages: Mapping[str, Page]) -> None:
        super().__init__(listener.getsockname(), _Exchange, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_port = listener.getsockname()[1]
        self.deliver = deliver
        self.pages = pages

    @property
    def url(self) -> str:
        """Where it listens."""
        return url_of(self.socket)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that go away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = _PATIENCE_SECONDS

    def do_GET(self) -> None:
        self._exchange()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - http.server's names

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: refused deliveries write no log line."""

    def _exchange(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not _LENGTH.fullmatch(length):
            self.close_connection = True
            self._say(411, {"message": "Length Required"})
            return
        body = self._read(int(length))
        if body is None:
            self._say(413, {"message": "Request Entity Too Large"})
            return
        try:
            self._route(self.path.partition("?")[0], body)
        except FunctionFailed as error:
            if not isinstance(error, Stopping):
                logger.warning("%s", error)
            self._say(500, {"message": "Internal Server Error"})

    def _read(self, length: int) -> bytes | None:
        """The body; ``None`` if it is too large, read to its end so that the answer arrives."""
        if length <= MAX_BODY_BYTES:
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionAbortedError
            return body
        while length > 0 and (chunk := self.rfile.read(min(length, _CHUNK_BYTES))):
            length -= len(chunk)
        return None

    def _route(self, path: str, body: bytes) -> None:
        if page := self.server.pages.get(f"{self.command} {path}"):
            self._say(200, page())
        elif self.command == "POST" and (webhook := _WEBHOOK.fullmatch(path)):
            self._deliver(path, unquote(webhook[1]), body)
        else:
            self._say(404, {"message": "Not Found"})

    def _deliver(self, path: str, connection: str, body: bytes) -> None:
        event = http_event.to_event(
            route=ROUTE,
            method=self.command,
            path=path,
            connection=connection,
            headers=self.headers,
            body=body,
        )
        if len(json.dumps(event, ensure_ascii=False).encode()) > http_event.MAX_EVENT_BYTES:
            self._say(413, {"message": "Request Entity Too Large"})
        else:
            self._answer(*http_event.from_answer(self.server.deliver(event)))

    def _say(self, status: int, content: object) -> None:
        headers = {"Content-Type": "application/json"}
        self._answer(status, headers, json.dumps(content).encode())

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
