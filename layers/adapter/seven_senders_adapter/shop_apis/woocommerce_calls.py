"""Calls of WooCommerce's REST API v3, and what its refusals mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.http import ShopAnswer, ShopHttp, told
from seven_senders_adapter.shop_apis.oauth import OAuth
from seven_senders_adapter.shop_apis.shop_api import (
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopApiError,
    WrongShop,
)

API = "/wp-json/wc/v3/"
GONE = "_invalid_id"
"""How the codes end by which WooCommerce says that there is no such thing."""

_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back. ``content`` is ``None`` if there is no such thing."""

    content: Any
    headers: Mapping[str, str]


class WooCommerceCalls:
    """Calls one shop. ``what`` is asked for or changed, such as ``orders``, or ``orders/31``."""

    def __init__(self, document: WooCommerceApiDocument, *, sleep: Callable[[float], None]) -> None:
        self._http = ShopHttp(document.url, sleep=sleep)
        self._is_signed = document.plain_http
        keys = (
            document.consumer_key.get_secret_value(),
            document.consumer_secret.get_secret_value(),
        )
        self._auth = OAuth(*keys) if document.plain_http else keys

    @property
    def url(self) -> str:
        """The shop's address."""
        return self._http.base_url

    def call(
        self, method: str, what: str, *, gone_is_fine: bool = False, **options: Any
    ) -> Answered:
        """Send a request, as ``requests`` takes it. Raises ShopApiError."""
        response = self._http.send(
            method, API + what, auth=self._auth, headers={"Accept": "application/json"}, **options
        )
        answer = response.content
        if response.is_good and isinstance(answer, list | dict):
            return Answered(content=answer, headers=response.headers)
        if gone_is_fine and _is_gone(response, answer):
            return Answered(content=None, headers=response.headers)
        raise self._failure(method, what, response, answer)

    def _failure(self, method: str, what: str, response: ShopAnswer, answer: Any) -> ShopApiError:
        why = told(answer.get("message") if isinstance(answer, dict) else None)
        status = response.status
        if status in _REFUSED:
            return self._refusal(method, what.partition("/")[0], status, why)
        if status == HTTPStatus.NOT_FOUND:
            return _nothing_there(self.url, answer, why)
        if answer is None:
            return WrongShop(
                f"{self.url} answers HTTP {status} with a page instead of JSON: the address is"
                " wrong, or a maintenance mode or a security plugin is in the way"
            )
        return NotDone(f"{self.url} refuses the call (HTTP {status}): {why}")

    def _refusal(self, method: str, things: str, status: int, why: str) -> ShopApiError:
        if method != "GET":
            # What is changed was read before, so the shop knows the key.
            return RightMissing(
                f"the key may not change {things} in {self.url}: give it the permission"
                f" Read/Write, and a user who manages the shop. WooCommerce says: {why}"
            )
        if status == HTTPStatus.UNAUTHORIZED:
            return CredentialsRefused(
                f"{self.url} refuses the consumer key and secret: check both. If they are right,"
                f" {self._other_cause}. It says: {why}"
            )
        return RightMissing(
            f"{self.url} does not let the key see {things}: give it a user who manages the shop,"
            f" or ask whether a security plugin is in the way. It says: {why}"
        )

    @property
    def _other_cause(self) -> str:
        if self._is_signed:
            return (
                "the address is not written as in WordPress, Settings, General, which is what it"
                " signs, or one of the two clocks is more than 15 minutes off"
            )
        return "its web server withholds the header Authorization from WordPress"


def _is_gone(response: ShopAnswer, answer: Any) -> bool:
    if response.status != HTTPStatus.NOT_FOUND or not isinstance(answer, dict):
        return False
    code = answer.get("code")
    return isinstance(code, str) and code.endswith(GONE)


def _nothing_there(url: str, answer: Any, why: str) -> WrongShop:
    if answer is None:
        return WrongShop(
            f"{url} has no REST API: in WordPress, Settings, Permalinks, choose any but Plain;"
            " or the address is wrong"
        )
    return WrongShop(f"{url} is a WordPress without WooCommerce, or with an old one: {why}")
