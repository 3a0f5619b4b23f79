"""The webhooks of a connection as its shop has them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from seven_senders_adapter.connections.shop_apis import (
    ShopApiDocument,
    ShopifyApiDocument,
    end_of,
    newest_version,
)
from seven_senders_adapter.shop_apis.registering import lead_to
from seven_senders_adapter.shop_apis.shop_api import Webhook, WebhookApi
from seven_senders_cli.doctor.finding import Finding, amber, green, red


def look(
    subject: str, api: WebhookApi | None, url: str, *, register: str, today: date
) -> Iterator[Finding]:
    """Whether the shop has an active webhook to ``url`` for each topic. Raises ShopApiError.

    ``register`` is the command that makes or mends them.
    """
    if api is None:
        mend = f"Look in the shop's admin, or connect with credentials of its API: {register}"
        yield amber(subject, "not looked at: there are no credentials for the shop's API", mend)
        return
    here = lead_to(url, api.webhooks())
    if not here and not api.keeps_secrets:
        what = "the app has no webhook that leads here, and can't see those made by hand"
        yield amber(subject, what, f"Look in the shop's admin, or: {register}")
        return
    problems = [*_missing(subject, api, here, register)]
    for webhook in here:
        problems += _judged(subject, webhook, url, register, today)
    yield from problems or [green(subject, f"{len(here)} active webhooks lead here")]


def _missing(
    subject: str, api: WebhookApi, here: Sequence[Webhook], register: str
) -> Iterator[Finding]:
    topics = Counter(webhook.topic for webhook in here)
    if missing := [topic for topic in api.topics if not topics[topic]]:
        what = f"no webhook for {', '.join(missing)}: never made, or deleted after failures"
        yield red(subject, what, register)
    if twice := [topic for topic, number in topics.items() if number > 1]:
        yield amber(subject, f"several webhooks for {', '.join(twice)}", register)


def _judged(
    subject: str, webhook: Webhook, url: str, register: str, today: date
) -> Iterator[Finding]:
    for fault in webhook.faults:
        yield red(subject, f"the webhook {webhook.topic} {fault}", register)
    if webhook.url != url:
        yield red(subject, f"the webhook {webhook.topic} leads to {webhook.url}", register)
    if end := end_of(webhook.api_version, today):
        version = f"the version {webhook.api_version} of the API, which {end}"
        what = f"the webhook {webhook.topic} has {version}"
        yield amber(subject, what, "Give the app a newer version, release it")


def version(
    subject: str, opens: ShopApiDocument | None, *, register: str, today: date
) -> Iterator[Finding]:
    """Whether the version of Shopify's API that is called nears its end."""
    if not isinstance(opens, ShopifyApiDocument):
        return
    if end := end_of(opens.api_version, today):
        what = f"the version {opens.api_version} of Shopify's API, which is called, {end}"
        yield amber(subject, what, f"{register} --api-version {newest_version(today)}")
