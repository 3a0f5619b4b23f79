"""A loopback server whose answers are scripted, one after another, for tests of the client."""

import json
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, override


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. ``content`` is sent as JSON, ``body`` as it is, ``raw`` instead of all of it.

    ``promises`` is the Content-Length, if it is not the true one. ``cut`` closes the connection
    instead of answering, ``closes`` does so after it without having said so, ``hangs`` never
    answers, ``drips`` sends the body (or ``raw``) byte by byte, one each so many seconds.
    After what is not whole, and after ``raw``, the connection is closed.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: object = None
    body: bytes = b""
    raw: bytes = b""
    promises: int | None = None
    cut: bool = False
    closes: bool = False
    hangs: bool = False
    drips: float = 0.0

    def head(self) -> bytes:
        if self.raw:
            return b""
        headers = {"Content-Length": str(self.promises or len(self.payload())), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {responses.get(self.status, 'Odd')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def is_whole(self) -> bool:
        odd = self.promises is not None or "Transfer-Encoding" in self.headers or bool(self.raw)
        return not (self.cut or self.closes or self.hangs or self.drips or odd)

    def payload(self) -> bytes:
        if self.raw:
            return self.raw
        return self.body if self.content is None else json.dumps(self.content).encode()


@dataclass(frozen=True)
class Seen:
    """A request that came, and the client's port, which names its connection."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int

    def json(self) -> object:
        return json.loads(self.body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: "ScriptedApi") -> None:
        self._hung_up = api.hung_up
        super().__init__(("127.0.0.1", 0), _handler(api))

    @override
    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._hung_up.set()

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients may hang up."""


class ScriptedApi:
    """Answers each request with the next reply; the last one is repeated.

    ``hung_up`` is set once it has closed a connection. ``certificate`` is a file with one and
    its key, for TLS.
    """

    def __init__(self, *replies: Reply, certificate: Path | None = None) -> None:
        self.requests: list[Seen] = []
        self.hung_up = threading.Event()
        self._scheme = "https" if certificate else "http"
        self._replies = list(replies)
        self._closing = threading.Event()
        self._server = _Server(self)
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/v2"

    def script(self, *replies: Reply) -> None:
        self._replies = list(replies)

    def answer(self, seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(seen)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        handler.close_connection = not reply.is_whole()
        if reply.hangs:
            self._closing.wait()
        elif reply.drips:
            self._drip(reply, handler)
        elif not reply.cut:
            handler.wfile.write(reply.head() + reply.payload())

    def _drip(self, reply: Reply, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(reply.head())
        for byte in reply.payload():
            if self._closing.wait(reply.drips):
                return
            try:
                handler.wfile.write(bytes([byte]))
            except OSError:
                return


def _handler(api: ScriptedApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            api.answer(Seen(self.command, self.path, headers, body, self.client_address[1]), self)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - http.server's names

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
