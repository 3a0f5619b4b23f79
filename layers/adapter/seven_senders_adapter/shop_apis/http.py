"""One HTTP exchange with a shop: bounded in time and size, patient while throttled, not redirected.

What comes back is a stranger's: its form is not believed.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from traceback import extract_tb
from typing import Any

import requests
from urllib3.exceptions import LocationValueError  # requests lets it through

from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.shop_apis.shop_api import (
    NotDone,
    ShopUnreachable,
    Throttled,
    WrongShop,
)

TIME_OUTS = (5, 30)
"""Seconds to connect and for an answer. Shops on small hosts are slow."""

MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""A hundred orders with all that plugins keep of them take a few megabytes."""

ATTEMPTS = 5
LONGEST_WAIT = 30.0
_USUAL_WAIT = 2.0
_CHUNK_BYTES = 65_536

_ODDITIES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an answer of another form than its API's can cause. Their texts may quote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopAnswer:
    """What came back. The names of ``headers`` are read in any case. The body is not printed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def is_good(self) -> bool:
        """Whether the status says that it was done."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def text(self) -> str:
        """The body as text, as far as it is some."""
        return self.body.decode("utf-8", "replace")

    @property
    def content(self) -> Any:
        """The JSON of the body; ``None`` if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@contextmanager
def of_expected_form() -> Iterator[None]:
    """Turn what an answer of another form causes into NotDone."""
    try:
        yield
    except _ODDITIES as error:
        where = extract_tb(error.__traceback__)[-1]
        raise NotDone(
            "the shop answers in another form than its API's: look whether a plugin or a proxy"
            f" changes its answers ({type(error).__name__} in {where.name}, line {where.lineno})"
        ) from None  # its text may quote the answer


class ShopHttp:
    """Calls one shop. ``base_url`` has no closing slash."""

    def __init__(self, base_url: str, *, sleep: Callable[[float], None]) -> None:
        self.base_url = base_url
        self._sleep = sleep
        self._session = ApiSession()

    def send(self, method: str, path: str, **options: Any) -> ShopAnswer:
        """Send a request, as ``requests`` takes it, again as long as the shop throttles.

        Raises ShopUnreachable, Throttled, WrongShop if the shop lives elsewhere, or NotDone if its
        answer does not end.
        """
        for _ in range(ATTEMPTS):
            answer = self._once(method, path, options)
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                return answer
            self.wait(_seconds(answer.headers))
        raise Throttled(f"{self.base_url} throttles: try again later")

    def wait(self, seconds: float) -> None:
        """Let the shop catch its breath. Raises Throttled if it asks for too long a wait."""
        if seconds > LONGEST_WAIT:
            raise Throttled(f"{self.base_url} throttles: try again in {seconds:.0f} s")
        self._sleep(seconds)

    def _once(self, method: str, path: str, options: Mapping[str, Any]) -> ShopAnswer:
        try:
            with self._session.request(
                method, self.base_url + path, timeout=TIME_OUTS, stream=True, **options
            ) as response:
                body = self._read(response)
        except (requests.RequestException, LocationValueError) as error:
            raise ShopUnreachable(
                f"{self.base_url} can't be reached ({type(error).__name__}): check the address"
            ) from error
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ShopUnreachable(
                f"{self.base_url} answers HTTP {response.status_code}: try again later"
            )
        if 300 <= response.status_code < 400:  # noqa: PLR2004 - all redirects
            elsewhere = response.headers.get("location", "elsewhere")
            raise WrongShop(f"{self.base_url} sends on to {elsewhere}: give the address there")
        return ShopAnswer(status=response.status_code, headers=response.headers, body=body)

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_CHUNK_BYTES):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise NotDone(
                    f"{self.base_url} answers with more than {MAX_ANSWER_BYTES} bytes: look what"
                    " makes its orders so large"
                )
        return bytes(body)


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("retry-after", _USUAL_WAIT)))
    except ValueError:
        return _USUAL_WAIT
