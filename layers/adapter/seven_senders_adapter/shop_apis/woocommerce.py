"""WooCommerce's REST API v3 (source: its controllers of webhooks, versions 7.5 to 11)."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import requests

from seven_senders_adapter.connections.shop_apis import WooCommerceApiDocument
from seven_senders_adapter.shop_apis.http import ShopHttp, content
from seven_senders_adapter.shop_apis.shop_api import (
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopApiError,
    Webhook,
    WrongShop,
)
from seven_senders_adapter.shops.woocommerce import KINDS

PATH = "/wp-json/wc/v3/webhooks"
PER_PAGE = 100
ACTIVE = "active"

_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class WooCommerceApi:
    """What a key of one shop may do.

    A webhook's body has the version of the API that made it, here v3, and no answer tells it. So
    a webhook counts as of v3 if it has the name that this program gives.
    """

    topics = tuple(KINDS)
    keeps_secrets = True

    def __init__(self, document: WooCommerceApiDocument, *, sleep: Callable[[float], None]) -> None:
        self._http = ShopHttp(document.url, sleep=sleep)
        self._keys = (
            document.consumer_key.get_secret_value(),
            document.consumer_secret.get_secret_value(),
        )

    def webhooks(self) -> list[Webhook]:
        """All webhooks of the shop, whoever made them."""
        return [_webhook(row) for page in self._pages() for row in page]

    def _pages(self) -> Iterator[list[Mapping[str, Any]]]:
        number = 1
        while True:
            # In the order of their ids, so that a page does not shift while another is read.
            query = {"per_page": PER_PAGE, "page": number, "orderby": "id", "order": "asc"}
            page: list[Mapping[str, Any]] = self._call("GET", PATH, params=query)
            yield page
            if len(page) < PER_PAGE:
                return
            number += 1

    def create(self, topic: str, *, url: str, secret: str) -> None:
        """Make a webhook. WooCommerce pings its URL at once."""
        webhook = {"name": _name(topic), "topic": topic, "delivery_url": url, "secret": secret}
        self._call("POST", PATH, json=webhook)

    def mend(self, webhook: Webhook, *, url: str, secret: str) -> None:
        """Make it active, with this URL and secret; replace one of a version that is unknown."""
        if webhook.api_version is None:
            self.create(webhook.topic, url=url, secret=secret)
            self.remove(webhook)
            return
        changes = {"status": ACTIVE, "secret": secret}
        if webhook.url != url:
            changes["delivery_url"] = url
        self._call("PUT", f"{PATH}/{webhook.id}", json=changes)

    def remove(self, webhook: Webhook) -> None:
        """Delete a webhook, if it is there."""
        self._call("DELETE", f"{PATH}/{webhook.id}", params={"force": "true"}, gone_is_fine=True)

    def _call(self, method: str, path: str, *, gone_is_fine: bool = False, **options: Any) -> Any:
        response = self._http.send(
            method, path, auth=self._keys, headers={"Accept": "application/json"}, **options
        )
        answer = content(response)
        if response.ok and isinstance(answer, list | dict):
            return answer
        if gone_is_fine and response.status_code == HTTPStatus.NOT_FOUND and answer is not None:
            return answer
        raise _failure(self._http.base_url, method, response, answer)


def _name(topic: str) -> str:
    return f"Seven Senders {topic}"


def _webhook(row: Mapping[str, Any]) -> Webhook:
    is_ours = row["name"] == _name(row["topic"])
    faults = []
    if row["status"] != ACTIVE:
        faults.append(f"is {row['status']}")
    if not is_ours:
        faults.append("was not made by this program, so its version can't be told")
    return Webhook(
        id=str(row["id"]),
        topic=row["topic"],
        url=row["delivery_url"],
        status=row["status"],
        api_version="wp_api_v3" if is_ours else None,
        faults=tuple(faults),
    )


def _failure(url: str, method: str, response: requests.Response, answer: Any) -> ShopApiError:
    told = answer.get("message", "") if isinstance(answer, dict) else ""
    status = response.status_code
    if status in _REFUSED:
        return _refusal(url, method, status, told)
    if status == HTTPStatus.NOT_FOUND:
        return _nothing_there(url, answer, told)
    if answer is None:
        return WrongShop(
            f"{url} answers HTTP {status} with a page instead of JSON: the address is wrong, or"
            " a maintenance mode or a security plugin is in the way"
        )
    return NotDone(f"{url} refuses the call (HTTP {status}): {told}")


def _refusal(url: str, method: str, status: int, told: str) -> ShopApiError:
    if method != "GET":
        # What is changed was read before, so the shop knows the key.
        return RightMissing(
            f"the key may not change webhooks in {url}: give it the permission Read/Write, and a"
            f" user who manages the shop. WooCommerce says: {told}"
        )
    if status == HTTPStatus.UNAUTHORIZED:
        return CredentialsRefused(
            f"{url} refuses the consumer key and secret: check both. If they are right, its web"
            f" server withholds the header Authorization from WordPress. It says: {told}"
        )
    return RightMissing(
        f"{url} does not let the key see webhooks: give it a user who manages the shop, or ask"
        f" whether a security plugin is in the way. It says: {told}"
    )


def _nothing_there(url: str, answer: Any, told: str) -> WrongShop:
    if answer is None:
        return WrongShop(
            f"{url} has no REST API: in WordPress, Settings, Permalinks, choose any but Plain;"
            " or the address is wrong"
        )
    return WrongShop(f"{url} is a WordPress without WooCommerce, or with an old one: {told}")
