"""One HTTP exchange with a shop: bounded in time and size, patient while throttled, not redirected.

What comes back is a stranger's: its form is not believed.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from traceback import extract_tb
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from urllib3.exceptions import (
    LocationValueError,  # requests lets it through
    ProtocolError,
    ReadTimeoutError,
)

from seven_senders_adapter.clock import Clock, utc_now
from seven_senders_adapter.seven_senders.refusals import retry_after
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.shop_apis.shop_api import (
    NotDone,
    ShopUnreachable,
    Throttled,
    WrongShop,
)
from seven_senders_adapter.shops.personal import holds_email

MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""A hundred orders with all that plugins keep of them take a few megabytes."""

ATTEMPTS = 5
LONGEST_WAIT = 30.0
MOST_TOLD = 200
"""So many characters of a shop's own words are told."""

UNTOLD = "no words that can be shown"
_USUAL_WAIT = 2.0
_CHUNK_BYTES = 65_536
_QUERY = re.compile(r"\?\S+")

_ODDITIES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an answer of another form than its API's can cause. Their texts may quote it."""

# It would log each URL, and in the query of some stand a key and a signature.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class AnswerTooLarge(NotDone):
    """An answer that was not read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an exchange may take: seconds to connect and for the whole answer, and its bytes.

    Shops on small hosts are slow.
    """

    connect: float = 5.0
    answer: float = 30.0
    size: int = MAX_ANSWER_BYTES


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


def expected[T](kind: type[T], value: Any) -> T:
    """A value of an answer that is of this kind. Raises TypeError if it is not."""
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected")
    return value


def told(words: object) -> str:
    """What may be told of a shop's own words: a line of at most 200 printable characters.

    Nothing of what holds an e-mail address, and of a URL no query, where keys may stand.
    """
    if not isinstance(words, str) or holds_email(words):
        return UNTOLD
    printable = "".join(sign if sign.isprintable() else " " for sign in words)
    line = " ".join(_QUERY.sub("?", printable).split())
    return line[:MOST_TOLD] or UNTOLD


class ShopHttp:
    """Calls one shop. ``base_url`` has no closing slash."""

    def __init__(
        self,
        base_url: str,
        *,
        sleep: Callable[[float], None],
        bounds: Bounds = Bounds(),
        now: Clock = utc_now,
    ) -> None:
        self.base_url = base_url
        self._sleep = sleep
        self._bounds = bounds
        self._now = now
        self._session = ApiSession()

    def send(self, method: str, path: str, **options: Any) -> ShopAnswer:
        """Send a request, as ``requests`` takes it, again as long as the shop throttles.

        Raises ShopUnreachable, Throttled, WrongShop if the shop lives elsewhere, or NotDone if its
        answer does not end.
        """
        answer = self._once(method, path, options)
        for _ in range(ATTEMPTS - 1):
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                return answer
            self.wait(self._asked_wait(answer.headers))
            answer = self._once(method, path, options)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Throttled(f"{self.base_url} throttles: try again later")
        return answer

    def wait(self, seconds: float) -> None:
        """Let the shop catch its breath. Raises Throttled if it asks for too long a wait."""
        if seconds > LONGEST_WAIT:
            raise Throttled(f"{self.base_url} throttles: try again in {seconds:.0f} s")
        self._sleep(seconds)

    def _once(self, method: str, path: str, options: Mapping[str, Any]) -> ShopAnswer:
        time_outs = (self._bounds.connect, self._bounds.answer)
        try:
            with self._session.request(
                method, self.base_url + path, timeout=time_outs, stream=True, **options
            ) as response:
                body = self._read(response)
        except (requests.RequestException, LocationValueError) as error:
            told_of = _no_answer(error)
            raise ShopUnreachable(f"{self.base_url} {told_of}") from None  # it holds the URL
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ShopUnreachable(
                f"{self.base_url} answers HTTP {response.status_code}: try again later"
            )
        if 300 <= response.status_code < 400:  # noqa: PLR2004 - all redirects
            elsewhere = _host(response.headers.get("location", ""))
            raise WrongShop(f"{self.base_url} sends on to {elsewhere}: give the address there")
        return ShopAnswer(status=response.status_code, headers=response.headers, body=body)

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_CHUNK_BYTES):
            body += piece
            if len(body) > self._bounds.size:
                raise AnswerTooLarge(
                    f"{self.base_url} answers with more than {self._bounds.size} bytes: look what"
                    " makes its orders so large"
                )
        return bytes(body)

    def _asked_wait(self, headers: Mapping[str, str]) -> float:
        """The seconds after which the shop wants to be asked again, if that makes sense."""
        text = re.sub(r"\.\d+$", "", headers.get("retry-after", ""))  # Shopify's has decimals
        wait = retry_after(text, now=self._now())
        return wait.total_seconds() if wait else _USUAL_WAIT


def _no_answer(error: Exception) -> str:
    """What a call without a whole answer means, as the end of a sentence that begins with a URL."""
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.ReadTimeout) or isinstance(cause, ReadTimeoutError):
        return "answers too slowly: try again later"
    kind = type(error).__name__
    broken = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
    if isinstance(error, broken) or isinstance(cause, ProtocolError):
        return f"breaks off its answer ({kind}): try again later"
    return f"can't be reached ({kind}): check the address"


def _host(url: str) -> str:
    """Scheme and host of a URL. What else stands in a redirect may repeat the request's keys."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "no address"
    host = parts.netloc.rpartition("@")[2]
    return told(urlunsplit((parts.scheme, host, "", "", ""))) if host else "another path of it"
