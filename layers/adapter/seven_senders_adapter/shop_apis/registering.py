"""The webhooks that a connection needs, registered as often as anybody likes."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from seven_senders_adapter.connections.shop_apis import end_of
from seven_senders_adapter.shop_apis.shop_api import Webhook, WebhookApi


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of one topic's webhook: ``kept``, ``created``, ``mended`` or ``removed``."""

    topic: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one topic's webhook, as the end of a sentence that begins with it.

    ``loses_orders``: orders do not come by it as they should.
    """

    topic: str
    what: str
    loses_orders: bool = True


def faults(topics: Sequence[str], here: Sequence[Webhook], url: str, today: date) -> list[Fault]:
    """What keeps the webhooks that lead to ``url`` from bringing each of the topics once."""
    number = Counter(webhook.topic for webhook in here)
    missing = [Fault(topic, "is missing") for topic in topics if not number[topic]]
    several = [
        Fault(topic, "stands there several times", loses_orders=False)
        for topic in number
        if number[topic] > 1
    ]
    useless = [
        Fault(topic, "is of no use", loses_orders=False) for topic in number if topic not in topics
    ]
    wrong = [Fault(one.topic, what) for one in here for what in _wrong(one, url)]
    ended = [
        Fault(one.topic, f"has the version {one.api_version} of the API, which ended on {end}")
        for one in here
        if (end := end_of(one.api_version)) and today >= end
    ]
    return [*missing, *several, *useless, *wrong, *ended]


def register(
    api: WebhookApi, *, url: str, secret: str, leaving: Collection[str] = ()
) -> Iterator[Registered]:
    """See to it that each topic has exactly one webhook that delivers whole orders to ``url``.

    No other topic keeps one: it would only bring personal data that nobody needs. Those of other
    URLs are left: they may be of another stack. ``leaving``: topics that stay as they are. Stopped
    anywhere, it can be done again. Raises ShopApiError.
    """
    existing = lead_to(url, api.webhooks())
    for webhook in existing:
        if webhook.topic not in api.topics:
            api.remove(webhook)
            yield Registered(webhook.topic, "removed", "is of no use")
    for topic in api.topics:
        if topic in leaving:
            continue
        same = [webhook for webhook in existing if webhook.topic == topic]
        yield from _registered(api, topic, same, url=url, secret=secret)


def remove(api: WebhookApi, *, url: str) -> Iterator[Registered]:
    """Delete all webhooks that lead to ``url``. Raises ShopApiError."""
    for webhook in lead_to(url, api.webhooks()):
        api.remove(webhook)
        yield Registered(webhook.topic, "removed")


def lead_to(url: str, webhooks: Sequence[Webhook]) -> list[Webhook]:
    """Those of some webhooks that mean this URL, however it is written."""
    return [webhook for webhook in webhooks if _place(webhook.url) == _place(url)]


def _registered(
    api: WebhookApi, topic: str, same: Sequence[Webhook], *, url: str, secret: str
) -> Iterator[Registered]:
    if not same:
        api.create(topic, url=url, secret=secret)
        yield Registered(topic, "created")
        return
    best, *others = sorted(same, key=lambda webhook: len(_wrong(webhook, url)))
    for other in others:  # first, as Shopify takes no URL twice
        api.remove(other)
        yield Registered(topic, "removed", "stood there twice")
    wrong = _wrong(best, url)
    if wrong or api.keeps_secrets:
        api.mend(best, url=url, secret=secret)
    yield Registered(topic, "mended" if wrong else "kept", ", ".join(wrong))


def _wrong(webhook: Webhook, url: str) -> tuple[str, ...]:
    return webhook.faults if webhook.url == url else (*webhook.faults, f"leads to {webhook.url}")


def _place(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:  # somebody else's
        return url, ""
    return parts.netloc.lower(), parts.path.rstrip("/")
