"""Connections on which an answer has one time-out as a whole, not one for each of its pieces.

urllib3 and ``http.client`` wait anew for every piece, so headers or a body in drips, or endless
``100 Continue``, could hold up a worker for ever.
"""

import http.client
import socket
from collections.abc import Buffer
from http import HTTPStatus
from io import BufferedReader, RawIOBase
from math import inf
from time import monotonic
from typing import Any, override

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class _Timely(RawIOBase):
    """A socket's file that ends with TimeoutError once the socket's time-out is over in all."""

    def __init__(self, file: RawIOBase, sock: socket.socket) -> None:
        self._file = file
        self._sock = sock
        self._time_out = sock.gettimeout()
        self._until = inf if self._time_out is None else monotonic() + self._time_out

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int | None:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(None if left == inf else left)
        try:
            return self._file.readinto(buffer)
        finally:
            self._sock.settimeout(self._time_out)

    @override
    def close(self) -> None:
        self._file.close()
        super().close()


def _is_interim(status: int) -> bool:
    return HTTPStatus.CONTINUE <= status < HTTPStatus.OK


class _TimelyResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = BufferedReader(_Timely(self.fp.detach(), sock))

    def _read_status(self) -> tuple[str, int, str]:
        """Skip every interim answer: ``http.client`` skips 100 only, and takes another for final.

        Then the real answer would be taken for that of the next call.
        """
        version, status, reason = super()._read_status()  # type: ignore[misc]  # typeshed lacks this method of http.client
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            raise http.client.BadStatusLine("nobody asked for another protocol")
        return version, HTTPStatus.CONTINUE if _is_interim(status) else status, reason


class _Connection(HTTPConnection):
    response_class = _TimelyResponse


class _SecureConnection(HTTPSConnection):
    response_class = _TimelyResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class TimelyAdapter(HTTPAdapter):
    """What a session mounts to have such connections. An answer has its read time-out in all."""

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
