"""The webhooks of a connection as its shop has them."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from seven_senders_adapter.connections.shop_apis import (
    WARNED_BEFORE,
    ShopApiDocument,
    ShopifyApiDocument,
    end_of,
    newest_version,
)
from seven_senders_adapter.shop_apis.registering import Fault, faults, lead_to
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
    problems = [
        *_wrong(subject, faults(api.topics, here, url, today), register),
        *_ending(subject, here, today),
    ]
    yield from problems or [green(subject, f"{len(here)} active webhooks lead here")]


def _wrong(subject: str, found: Sequence[Fault], register: str) -> Iterator[Finding]:
    """The same fault of several webhooks is one finding."""
    for (what, loses_orders), same in groupby(found, attrgetter("what", "loses_orders")):
        topics = ", ".join(fault.topic for fault in same)
        judged = red if loses_orders else amber
        yield judged(subject, f"webhook {topics}: {what}", register)


def _ending(subject: str, here: Sequence[Webhook], today: date) -> Iterator[Finding]:
    for webhook in here:
        if (end := end_of(webhook.api_version)) and end - WARNED_BEFORE <= today < end:
            version = f"has the version {webhook.api_version} of the API, which ends on {end}"
            what = f"webhook {webhook.topic}: {version}"
            yield amber(subject, what, "Give the app a newer version, release it")


def version(
    subject: str, opens: ShopApiDocument | None, *, register: str, today: date
) -> Iterator[Finding]:
    """Whether the version of Shopify's API that is called nears its end."""
    if not isinstance(opens, ShopifyApiDocument):
        return
    end = end_of(opens.api_version)
    if end and today >= end - WARNED_BEFORE:
        ends = "ended" if today >= end else "ends"
        what = f"the version {opens.api_version} of Shopify's API, which is called, {ends} on {end}"
        yield amber(subject, what, f"{register} --api-version {newest_version(today)}")
