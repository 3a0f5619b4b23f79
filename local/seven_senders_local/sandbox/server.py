"""The sandbox on a socket: HTTP/1.1 with keep-alive, on 127.0.0.1 only."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, override

from seven_senders_local.sandbox.control import CONTROL_PATH, Call, Control
from seven_senders_local.sandbox.faults import FaultRule
from seven_senders_local.sandbox.reading import BASE_PATH
from seven_senders_local.sandbox.rules import Account, Refused
from seven_senders_local.sandbox.service import Answer, Request, Service
from seven_senders_local.sandbox.settings import Settings

_MAX_BODY_BYTES = 1_048_576


class Sandbox:
    """A running sandbox: a context manager, or ``start`` and ``stop``.

    ``now`` gives epoch seconds, by which tokens expire.
    """

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        port: int = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.service = Service(settings=settings or Settings())
        self.control = Control(service=self.service)
        self.lock = threading.Lock()
        self._now = now
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where the sandbox itself is, for the paths under ``/_sandbox``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api_url(self) -> str:
        """The base URL of the API."""
        return self.url + BASE_PATH

    def account(self, access_key: str) -> Account:
        """The orders of an account, to fill or to look at."""
        with self.lock:
            return self.service.account(access_key)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls so far, in the order in which they ended."""
        with self.lock:
            return tuple(self.control.calls)

    def play(self, *rules: FaultRule, seed: int = 0) -> None:
        """Put these fault rules in force instead of those before; none: all goes well."""
        with self.lock:
            self.control.faults.clear(seed)
            self.control.faults.rules.extend(rules)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and close all connections."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> Answer | None:
        """The answer to a request; ``None`` cuts the connection."""
        if target.startswith(CONTROL_PATH):
            with self.lock:
                return self.control.answer(method, target, body)
        try:
            request = Request.to(method, target, headers, body)
        except Refused as refusal:
            return Answer.refusing(refusal)
        with self.lock:
            order_id = self.service.order_id_of(request)
            fault = self.control.faults.strike(method, request.path, order_id)
            latency = self.service.settings.latency_seconds
        rule = fault or FaultRule()
        _pause(latency + rule.delay_seconds)
        answer: Answer | None = None
        if rule.takes_effect:
            with self.lock:
                answer = self.service.answer(request, now=self._now())
        _pause(rule.answer_delay_seconds)
        sent = _spoilt(answer, rule)
        call = Call(
            method=method,
            path=request.path,
            order_id=order_id,
            status=sent.status if sent else None,
            applied=answer is not None and answer.status < HTTPStatus.MULTIPLE_CHOICES,
            faulty=fault is not None,
        )
        with self.lock:
            self.control.calls.append(call)
        return sent


def _pause(seconds: float) -> None:
    if seconds:  # even a sleep of nothing gives the processor away
        time.sleep(seconds)


def _spoilt(answer: Answer | None, rule: FaultRule) -> Answer | None:
    if rule.cut:
        return None
    if rule.status is not None:
        return Answer(rule.status, rule.body.encode(), rule.headers)
    if answer is not None and (rule.truncate or rule.break_off):
        half = answer.body[: len(answer.body) // 2]
        missing = len(answer.body) - len(half) if rule.break_off else 0
        return replace(answer, body=half, missing=missing)
    return answer


type _Accepted = socket.socket | tuple[bytes, socket.socket]
"""What socketserver calls a request: for TCP always a socket."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    @override
    def process_request_thread(self, request: _Accepted, client_address: object) -> None:
        if isinstance(request, socket.socket):
            self._open.add(request)
        super().process_request_thread(request, client_address)

    @override
    def shutdown_request(self, request: _Accepted) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in tuple(self._open):
            _hang_up(connection)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SevenSendersSandbox"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True  # a client that no longer waits

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the calls are listed under ``/_sandbox/calls``."""

    def _respond(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit():
            self._send(Answer.refusing(Refused(411, "expected a Content-Length")), closing=True)
            return
        if int(length) > _MAX_BODY_BYTES:
            self._send(Answer.refusing(Refused(413, "Payload Too Large")), closing=True)
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.sandbox.answer(self.command, self.path, headers, body)
        if answer is None:
            self.close_connection = True
            _hang_up(self.connection)
        else:
            self._send(answer)
            self.close_connection = self.close_connection or answer.missing > 0

    def _send(self, answer: Answer, *, closing: bool = False) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(answer.body) + answer.missing))
        if closing:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_PUT(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()
