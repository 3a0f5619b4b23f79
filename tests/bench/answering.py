"""Loopback servers that stand between a measured process and what it talks to."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import override
from urllib.parse import urlsplit


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class _Sqs(_Quiet):
    def do_POST(self) -> None:
        message = json.loads(self.body())["MessageBody"].encode()
        digest = hashlib.md5(message, usedforsecurity=False).hexdigest()
        answer = {"MessageId": "sent", "MD5OfMessageBody": digest, "SequenceNumber": "1"}
        self.reply(200, json.dumps(answer).encode())


class Counted:
    """Passes calls of AWS on, and counts them by operation."""

    def __init__(self, target: str, url: str) -> None:
        self.target = target
        self.url = url
        self.calls: Counter[str] = Counter()


class _Counting(_Quiet):
    counted: Counted

    def do_POST(self) -> None:
        body = self.body()
        self.counted.calls[self.headers["X-Amz-Target"].rpartition(".")[2]] += 1
        connection = HTTPConnection(urlsplit(self.counted.target).netloc)
        connection.request("POST", self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.reply(answer.status, content)


@contextmanager
def sqs_answering() -> Iterator[str]:
    """An SQS that takes every message and forgets it: its URL."""
    with _serving(_Sqs) as url:
        yield url


@contextmanager
def counting(target: str) -> Iterator[Counted]:
    """Something to call in place of ``target``, a URL."""

    class Handler(_Counting):
        pass

    with _serving(Handler) as url:
        Handler.counted = Counted(target, url)
        yield Handler.counted


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
