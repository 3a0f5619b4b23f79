"""Webhooks in Shopify's GraphQL: the queries, and how an answer is read."""

from collections.abc import Mapping
from typing import Any

from seven_senders_adapter.shop_apis.http import expected, told
from seven_senders_adapter.shop_apis.shop_api import Webhook

FORMAT = "JSON"
GONE = "does not exist"
"""How Shopify says that there is no such webhook."""

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


def as_webhook(node: Mapping[str, Any]) -> Webhook:
    """A webhook from its node."""
    faults = []
    if node["format"] != FORMAT:
        faults.append(f"sends {told(node['format'])}")
    if node["filter"]:
        faults.append("leaves orders out by a filter")
    if node["includeFields"]:
        faults.append("leaves fields out")
    return Webhook(
        id=expected(str, node["id"]),
        topic=node["topic"].lower().replace("_", "/", 1),
        url=expected(str, node["uri"]),
        status="active",
        api_version=expected(str, node["apiVersion"]["handle"]),
        faults=tuple(faults),
    )


def as_enum(topic: str) -> str:
    """A topic in GraphQL's words: ``ORDERS_PAID`` for ``orders/paid``."""
    return topic.replace("/", "_").upper()
