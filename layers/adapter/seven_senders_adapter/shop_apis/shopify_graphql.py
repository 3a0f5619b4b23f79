"""Shopify's Admin API in GraphQL: logging in, calling, and waiting for what a call costs."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.shop_apis.http import (
    ATTEMPTS,
    ShopAnswer,
    ShopHttp,
    expected,
    told,
)
from seven_senders_adapter.shop_apis.shop_api import (
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopApiError,
    ShopUnreachable,
    Throttled,
    WrongShop,
)

THROTTLED = "THROTTLED"
_OAUTH_ERROR = re.compile(r"Oauth error (\w+): ([^<]+)")
_ADVICE: Mapping[str, str] = {
    "shop_not_permitted": "the app must belong to the organization that owns the shop; else give"
    " a token of the Admin API",
    "app_not_installed": "install the app in the shop",
    "invalid_client": "check the client id and the client secret",
    "application_cannot_be_found": "check the client id",
}


def next_cursor(connection: Mapping[str, Any], cursor: str | None) -> str | None:
    """Where the page after the one that ``cursor`` brought begins; ``None`` if it is the last.

    Raises NotDone if there is one and Shopify does not say where.
    """
    page = connection["pageInfo"]
    if not expected(bool, page["hasNextPage"]):
        return None
    following = page["endCursor"]
    if not isinstance(following, str) or following == cursor:
        raise NotDone("Shopify has another page and does not say where it begins: try again later")
    return following


class ShopifyGraphQL:
    """Calls the API of one shop as one app. ``monotonic``: seconds that pass."""

    def __init__(
        self,
        document: ShopifyApiDocument,
        *,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._document = document
        self._http = ShopHttp(document.url, sleep=sleep)
        self._budget = _Budget(monotonic)
        self._token = document.access_token and document.access_token.get_secret_value()

    def call(self, query: str, /, **variables: object) -> Mapping[str, Any]:
        """Run a query or mutation. Raises ShopApiError."""
        for _ in range(ATTEMPTS):
            if seconds := self._budget.seconds_until_affordable(query):
                self._http.wait(seconds)
            answer = self._post(query, variables)
            self._budget.note(query, answer)
            errors = answer.get("errors")
            if not errors:
                data: Mapping[str, Any] = answer["data"]
                return data
            if _code(errors) != THROTTLED:
                raise _refusal(errors)
        raise Throttled("Shopify throttles the app: try again later")

    def _post(self, query: str, variables: Mapping[str, object]) -> Mapping[str, Any]:
        response = self._send(query, variables)
        if response.status == HTTPStatus.UNAUTHORIZED and not self._document.access_token:
            self._token = None  # it may have lived its 24 hours
            response = self._send(query, variables)
        answer = response.content
        if response.status == HTTPStatus.OK and isinstance(answer, dict):
            return answer
        raise _failure(self._document.url, response, answer)

    def _send(self, query: str, variables: Mapping[str, object]) -> ShopAnswer:
        return self._http.send(
            "POST",
            f"/admin/api/{self._document.api_version}/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": self._token or self._log_in()},
        )

    def _log_in(self) -> str:
        """A token by the client-credentials grant. It lives for 24 hours."""
        document = self._document
        response = self._http.send(
            "POST",
            "/admin/oauth/access_token",
            data={
                "grant_type": "client_credentials",
                "client_id": document.client_id,
                "client_secret": document.client_secret.get_secret_value(),
            },
            headers={"Accept": "application/json"},
        )
        answer = response.content
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if response.status == HTTPStatus.OK and token and isinstance(token, str):
            self._token = token
            return token
        if response.status == HTTPStatus.NOT_FOUND:
            raise WrongShop(f"Shopify has no shop at {document.url}: check its domain")
        raise CredentialsRefused(
            f"Shopify refuses client id and secret for {document.url}: {_why(response, answer)}"
        )


@dataclass
class _Budget:
    """What the app may still spend, as the last answer told it (source: rate limits, shopify.dev).

    Before a call Shopify takes what it may cost at most, and after it gives back what it did not.
    """

    monotonic: Callable[[], float]
    costs: dict[str, float] = field(default_factory=dict)
    available: float = 0.0
    restored_a_second: float = 1.0
    told_at: float = 0.0

    def note(self, query: str, answer: Mapping[str, Any]) -> None:
        """Remember what an answer says of costs. Raises NotDone if one that throttles says none."""
        is_throttled = _code(answer.get("errors")) == THROTTLED
        try:
            cost = answer["extensions"]["cost"]
            requested, status = float(cost["requestedQueryCost"]), cost["throttleStatus"]
            available, restored = float(status["currentlyAvailable"]), float(status["restoreRate"])
        except (KeyError, TypeError, ValueError):
            if is_throttled:
                raise NotDone("Shopify throttles and does not say for how long") from None
            return
        self.costs[query] = requested
        self.restored_a_second = max(restored, 1.0)
        self.available = available
        self.told_at = self.monotonic()
        if is_throttled:  # whatever it says is there: wait for a second at least
            self.available = min(available, requested - self.restored_a_second)

    def seconds_until_affordable(self, query: str) -> float:
        """How long to wait before a call; 0 if what it costs is not known yet."""
        if query not in self.costs:
            return 0.0
        waited = self.monotonic() - self.told_at
        lacking = self.costs[query] - self.available
        return max(0.0, lacking / self.restored_a_second - waited)


def _code(errors: Any) -> object:
    """The code of the first error, empty if it has none. Some answers have a text instead."""
    if not errors or not isinstance(errors, list):
        return ""
    return errors[0].get("extensions", {}).get("code", "")


def _refusal(errors: Any) -> ShopApiError:
    why = told("; ".join(e["message"] for e in errors) if isinstance(errors, list) else errors)
    match _code(errors):
        case "ACCESS_DENIED":
            return RightMissing(f"Shopify does not let the app do this: {why}")
        case "INTERNAL_SERVER_ERROR":
            return ShopUnreachable(f"Shopify can't answer now, try again later: {why}")
        case "MAX_COST_EXCEEDED":
            return NotDone(
                f"Shopify allows no call that costs so much: {why} Take a newer version of the"
                " adapter, or tell its makers"
            )
    return NotDone(f"Shopify refuses the call: {why}")


def _failure(url: str, response: ShopAnswer, answer: Any) -> ShopApiError:
    why = told(answer.get("errors") if isinstance(answer, dict) else None)
    match response.status:
        case HTTPStatus.UNAUTHORIZED:
            return CredentialsRefused(f"Shopify refuses the token for {url}: {why}")
        case HTTPStatus.FORBIDDEN:
            return RightMissing(f"Shopify does not let the app do this in {url}: {why}")
        case HTTPStatus.NOT_FOUND:
            return WrongShop(f"Shopify has no shop at {url}: check its domain")
        case HTTPStatus.PAYMENT_REQUIRED | HTTPStatus.LOCKED:
            return ShopUnreachable(f"the shop {url} is frozen or locked: see its admin")
        case status:
            return NotDone(f"{url} answers HTTP {status}, which is not expected: {why}")


def _why(response: ShopAnswer, answer: Any) -> str:
    """What an OAuth error says, in JSON or on a page, with what to do."""
    code = ""
    words: object = f"HTTP {response.status}"
    if isinstance(answer, dict) and isinstance(answer.get("error"), str):
        code = answer["error"]
        words = answer.get("error_description", code)
    elif found := _OAUTH_ERROR.search(response.text):
        code, words = found[1], found[2]
    return f"{told(words)}: {_ADVICE[code]}" if code in _ADVICE else told(words)
