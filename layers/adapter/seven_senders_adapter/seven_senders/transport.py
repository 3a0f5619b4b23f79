"""One HTTP exchange: bounded in size, bounded in time, and to nobody but the host asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.cookiejar import DefaultCookiePolicy
from time import monotonic

import requests
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from seven_senders_adapter.seven_senders.errors import AccountFailure, TemporaryFailure

MAX_ANSWER_BYTES = 1_048_576
_CHUNK_BYTES = 65_536


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
    """Seconds to wait for a connection, and for each piece of an answer."""

    connect: float = 3.05
    read: float = 10.0

    @property
    def longest(self) -> float:
        """Seconds that a call takes at worst, from its start to its answer or its failure.

        The whole call has ``connect + read``, but that is looked at only after a piece of the
        body came, and the last piece may be waited for as long as ``read``. Not bounded here:
        the look-up of the host's name, an address tried after another, a handshake or headers
        that come in drips.
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
    """

    def __init__(self) -> None:
        super().__init__()
        self.cookies = RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self.auth = _leave_as_it_is

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 its signature is that of requests
        """No answer is a redirect."""
        return None


def _leave_as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def exchange(session: ApiSession, request: Request, *, time_outs: TimeOuts) -> Answer:
    """Send a request and read the answer, whatever its status.

    Raises TemporaryFailure if no whole answer came, AccountFailure if the URL is none.
    """
    operation = request.operation
    give_up_at = monotonic() + time_outs.connect + time_outs.read
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
                body=_read(operation, response, give_up_at),
            )
    except requests.RequestException as error:
        raise _failure(operation, error) from error
    except HTTPError as error:
        raise _lost(operation, "the answer broke off", error) from error


def _read(operation: Operation, response: requests.Response, give_up_at: float) -> bytes:
    # read1 returns after each piece that arrives, so a drip of bytes can't hold up the caller.
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
        if monotonic() > give_up_at:
            raise TemporaryFailure(
                operation,
                response.status_code,
                "the answer took too long",
                maybe_applied=operation.changes_something,
                answered=False,
            )
    return bytes(body)


def _failure(
    operation: Operation, error: requests.RequestException
) -> TemporaryFailure | AccountFailure:
    if isinstance(error, ValueError):
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
