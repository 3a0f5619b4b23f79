"""One HTTP exchange: bounded in size, bounded in time, and to nobody but the host asked for."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.cookiejar import DefaultCookiePolicy
from typing import Any, override
from urllib.parse import urlsplit

import requests
from requests.cookies import RequestsCookieJar
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from seven_senders_adapter.seven_senders.errors import AccountFailure, TemporaryFailure
from seven_senders_adapter.seven_senders.sockets import TimelyAdapter

MAX_ANSWER_BYTES = 1_048_576
MAX_IDLE_SECONDS = 30.0
_CHUNK_BYTES = 65_536

# It would log what it can't parse of an answer's headers.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class Operation(StrEnum):
    """The calls of the API, as errors and metrics name them."""

    LOG_IN = "log_in"
    CREATE_ORDER = "create_order"
    GET_ORDER = "get_order"
    LIST_ORDERS = "list_orders"
    UPDATE_ORDER = "update_order"
    DELETE_ORDER = "delete_order"
    ADD_STATE = "add_state"

    @property
    def changes_something(self) -> bool:
        """Whether a lost answer leaves an order in doubt. A login changes no order."""
        return self not in {Operation.LOG_IN, Operation.GET_ORDER, Operation.LIST_ORDERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOuts:
    """Seconds to wait for a connection, and for a whole answer."""

    connect: float = 3.05
    read: float = 10.0

    @property
    def longest(self) -> float:
        """Seconds that a call takes at worst, from its start to its answer or its failure.

        The connection, its handshake and the sending take at most ``connect`` each on a new
        connection; on a kept one sending takes at most ``read``. The answer takes at most
        ``read``. Not bounded here: the look-up of the host's name, and many addresses of it
        that are tried one after another.
        """
        return self.connect + 2 * self.read


TIME_OUTS = TimeOuts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent. ``url`` is whole and percent-encoded. Token and key are never printed."""

    operation: Operation
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. The names of ``headers`` are in lower case. Its content is not printed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ApiSession(requests.Session):
    """Keeps connections alive and nothing else: no redirect, cookie or .netrc entry is used.

    A redirect could carry a token to another host, and requests would read its body without a
    bound. A cookie could mix up two accounts. A .netrc entry would replace the token.

    A connection that was idle for long is not used again: a Lambda that was frozen does not see
    that the API has closed it, and a call on it would be one whose answer is lost. ``clock``
    gives epoch seconds, which go on while it is frozen.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._used_at: dict[str, float] = {}
        for scheme in ("https://", "http://"):
            self.mount(scheme, TimelyAdapter())
        self.cookies = RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self.auth = _leave_as_it_is

    @override
    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send on a connection that is new or was used a moment ago."""
        host, now = urlsplit(str(request.url)).netloc, self._clock()
        if now - self._used_at.get(host, now) > MAX_IDLE_SECONDS:
            self.close()
        response = super().send(request, **kwargs)
        self._used_at[host] = self._clock()
        return response

    @override
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """No answer is a redirect."""
        return None


def _leave_as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def exchange(session: ApiSession, request: Request, *, time_outs: TimeOuts) -> Answer:
    """Send a request and read the answer, whatever its status.

    Raises TemporaryFailure if no whole answer came, AccountFailure if the URL is none.
    """
    operation = request.operation
    try:
        with session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body,
            timeout=(time_outs.connect, time_outs.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            return Answer(
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=_read(operation, response),
            )
    except requests.RequestException as error:
        raise _failure(operation, error) from error
    except HTTPError as error:
        raise _lost(operation, "the answer broke off", error) from error


def _read(operation: Operation, response: requests.Response) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_CHUNK_BYTES, decode_content=True):
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise TemporaryFailure(
                operation,
                response.status_code,
                f"the answer is longer than {MAX_ANSWER_BYTES} bytes",
                maybe_applied=operation.changes_something,
            )
    return bytes(body)


def _failure(
    operation: Operation, error: requests.RequestException
) -> TemporaryFailure | AccountFailure:
    if isinstance(error, InvalidURL | MissingSchema | InvalidSchema):
        return AccountFailure(operation, None, "this is no URL: check the api_url and the paths")
    if _never_connected(error):
        return TemporaryFailure(operation, None, "no connection to the API", answered=False)
    return _lost(operation, "no answer from the API", error)


def _lost(operation: Operation, what: str, error: Exception) -> TemporaryFailure:
    return TemporaryFailure(
        operation,
        None,
        f"{what} ({type(error).__name__})",
        maybe_applied=operation.changes_something,
        answered=False,
    )


def _never_connected(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, ConnectTimeoutError | NewConnectionError)
