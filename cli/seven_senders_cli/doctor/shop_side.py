"""The webhooks of a connection as its shop has them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from seven_senders_adapter.shop_apis.registering import lead_to
from seven_senders_adapter.shop_apis.shop_api import Webhook, WebhookApi
from seven_senders_cli.doctor.finding import Finding, amber, green, red

SUPPORTED_DAYS = 365
"""How long Shopify keeps a version of its API, by the month in its name (source: shopify.dev)."""


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
    if _is_outdated(webhook.api_version, today):
        what = f"the webhook {webhook.topic} has the version {webhook.api_version} of the API"
        yield amber(subject, what, "Give the app a newer version, release it")


def _is_outdated(version: str | None, today: date) -> bool:
    """Whether a version of Shopify's API, named after its month, is no longer kept."""
    try:
        return (today - date.fromisoformat(f"{version}-01")).days > SUPPORTED_DAYS
    except ValueError:
        return False
