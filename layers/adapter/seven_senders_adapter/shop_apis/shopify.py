"""Shopify's Admin API in GraphQL (source: shopify.dev, API version 2026-10)."""

import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import requests

from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.shop_apis.http import ATTEMPTS, ShopHttp, content
from seven_senders_adapter.shop_apis.shop_api import (
    CredentialsRefused,
    NotDone,
    RightMissing,
    ShopUnreachable,
    Throttled,
    Webhook,
    WrongShop,
)
from seven_senders_adapter.shops.shopify import KINDS

FORMAT = "JSON"
SCOPES = frozenset({"read_orders", "write_orders"})
"""Either lets an app see orders, without which it gets none of their webhooks."""

LIST = """
query Webhooks($after: String) {
  currentAppInstallation { accessScopes { handle } }
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri format filter includeFields apiVersion { handle } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
CREATE = """
mutation Create($topic: WebhookSubscriptionTopic!, $webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhook) {
    userErrors { field message }
  }
}
"""
UPDATE = """
mutation Update($id: ID!, $webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhook) {
    userErrors { field message }
  }
}
"""
DELETE = """
mutation Delete($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    userErrors { field message }
  }
}
"""

_OAUTH_ERROR = re.compile(r"Oauth error (\w+): ([^<]+)")
_ADVICE: Mapping[str, str] = {
    "shop_not_permitted": "the app must belong to the organization that owns the shop; else give"
    " a token of the Admin API",
    "app_not_installed": "install the app in the shop",
    "invalid_client": "check the client id and the client secret",
    "application_cannot_be_found": "check the client id",
}


class ShopifyApi:
    """What an app of one shop may do. It sees its own webhooks, not those made by hand.

    The API version of a webhook is its app's (source: ``WebhookSubscription.apiVersion``), so
    it can't be mended here.
    """

    topics = tuple(KINDS)
    keeps_secrets = False

    def __init__(self, document: ShopifyApiDocument, *, sleep: Callable[[float], None]) -> None:
        self._document = document
        self._http = ShopHttp(document.url, sleep=sleep)
        self._token = document.access_token and document.access_token.get_secret_value()

    def webhooks(self) -> list[Webhook]:
        """All webhooks of the app in this shop."""
        return [_webhook(node) for page in self._pages() for node in page["nodes"]]

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        after = None
        while True:
            data = self._call(LIST, after=after)
            _check_scopes(data["currentAppInstallation"]["accessScopes"])
            page = data["webhookSubscriptions"]
            yield page
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def create(self, topic: str, *, url: str, secret: str) -> None:  # noqa: ARG002 - the app's
        """Make a webhook."""
        self._change(CREATE, topic=_as_enum(topic), webhook={"uri": url, "format": FORMAT})

    def mend(self, webhook: Webhook, *, url: str, secret: str) -> None:  # noqa: ARG002 - the app's
        """Set URL and format, and take away what would leave out orders or parts of them."""
        changes = {"uri": url, "format": FORMAT, "filter": "", "includeFields": []}
        self._change(UPDATE, id=webhook.id, webhook=changes)

    def remove(self, webhook: Webhook) -> None:
        """Delete a webhook."""
        self._change(DELETE, id=webhook.id)

    def _change(self, mutation: str, **variables: object) -> None:
        (result,) = self._call(mutation, **variables).values()
        if errors := result["userErrors"]:
            told = "; ".join(str(error["message"]) for error in errors)
            raise NotDone(f"Shopify refuses the webhook: {told}")

    def _call(self, query: str, **variables: object) -> Mapping[str, Any]:
        for _ in range(ATTEMPTS):
            answer = self._post(query, variables)
            errors = answer.get("errors")
            if not errors:
                data: Mapping[str, Any] = answer["data"]
                return data
            if _code(errors) != "THROTTLED":
                raise _refusal(errors)
            self._http.wait(_seconds_until_affordable(answer))
        raise Throttled("Shopify throttles the app: try again later")

    def _post(self, query: str, variables: Mapping[str, object]) -> Mapping[str, Any]:
        response = self._http.send(
            "POST",
            f"/admin/api/{self._document.api_version}/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": self._token or self._log_in()},
        )
        answer = content(response)
        if response.status_code == HTTPStatus.OK and isinstance(answer, dict):
            return answer
        raise _failure(self._document.url, response, answer)

    def _log_in(self) -> str:
        """A token by the client-credentials grant. It lives for 24 hours, longer than we do."""
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
        answer = content(response)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if response.status_code == HTTPStatus.OK and token:
            self._token = str(token)
            return self._token
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise WrongShop(f"Shopify has no shop at {document.url}: check its domain")
        raise CredentialsRefused(
            f"Shopify refuses client id and secret for {document.url}: {_why(response, answer)}"
        )


def _webhook(node: Mapping[str, Any]) -> Webhook:
    faults = []
    if node["format"] != FORMAT:
        faults.append(f"sends {node['format']}")
    if node["filter"]:
        faults.append("leaves orders out by a filter")
    if node["includeFields"]:
        faults.append("leaves fields out")
    return Webhook(
        id=node["id"],
        topic=node["topic"].lower().replace("_", "/", 1),
        url=node["uri"],
        status="active",
        api_version=node["apiVersion"]["handle"],
        faults=tuple(faults),
    )


def _as_enum(topic: str) -> str:
    return topic.replace("/", "_").upper()


def _check_scopes(scopes: list[Mapping[str, str]]) -> None:
    if SCOPES.isdisjoint(scope["handle"] for scope in scopes):
        raise RightMissing(
            "the app lacks the access scope read_orders: add it to a version of the app, release"
            " it, and approve it in the shop"
        )


def _code(errors: Any) -> str:
    """The code of the first error, empty if it has none. Some answers have a text instead."""
    if not isinstance(errors, list):
        return ""
    return str(errors[0].get("extensions", {}).get("code", ""))


def _refusal(errors: Any) -> RightMissing | NotDone:
    told = "; ".join(e["message"] for e in errors) if isinstance(errors, list) else str(errors)
    if _code(errors) == "ACCESS_DENIED":
        return RightMissing(f"Shopify does not let the app do this: {told}")
    return NotDone(f"Shopify refuses the call: {told}")


def _seconds_until_affordable(answer: Mapping[str, Any]) -> float:
    """How long until the bucket holds what the query costs (source: rate limits, shopify.dev)."""
    try:
        cost = answer["extensions"]["cost"]
        status = cost["throttleStatus"]
        lacking = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return max(1.0, lacking / float(status["restoreRate"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise NotDone("Shopify throttles the calls and does not say for how long") from error


def _failure(url: str, response: requests.Response, answer: Any) -> Exception:
    told = answer.get("errors", "") if isinstance(answer, dict) else ""
    match response.status_code:
        case HTTPStatus.UNAUTHORIZED:
            return CredentialsRefused(f"Shopify refuses the token for {url}: {told}".rstrip(": "))
        case HTTPStatus.FORBIDDEN:
            return RightMissing(f"Shopify does not let the app do this in {url}: {told}")
        case HTTPStatus.NOT_FOUND:
            return WrongShop(f"Shopify has no shop at {url}: check its domain")
        case HTTPStatus.PAYMENT_REQUIRED | HTTPStatus.LOCKED:
            return ShopUnreachable(f"the shop {url} is frozen or locked: see its admin")
        case status:
            return NotDone(f"{url} answers HTTP {status}, which is not expected: {told}")


def _why(response: requests.Response, answer: Any) -> str:
    """What an OAuth error says, in JSON or on a page, with what to do."""
    code, told = "", f"HTTP {response.status_code}"
    if isinstance(answer, dict) and "error" in answer:
        code = str(answer["error"])
        told = str(answer.get("error_description", code))
    elif found := _OAUTH_ERROR.search(response.text):
        code, told = found[1], found[2].strip()
    return f"{told}: {_ADVICE[code]}" if code in _ADVICE else told
