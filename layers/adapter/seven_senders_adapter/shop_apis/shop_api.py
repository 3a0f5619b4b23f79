"""What is asked of a shop's API, whatever the shop: its webhooks, and its orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from seven_senders_adapter.shops.reading import Body


class ShopApiError(Exception):
    """A call of a shop's API that was not done: what is wrong, and what to do."""


class CredentialsRefused(ShopApiError):
    """The shop does not know who asks."""


class RightMissing(ShopApiError):
    """The shop knows who asks, and does not let him."""


class WrongShop(ShopApiError):
    """Behind the address is no such shop, or nothing that has this API."""


class ShopUnreachable(ShopApiError):
    """No answer, or one that says that the shop can't answer now: try again later."""


class Throttled(ShopApiError):
    """Too many calls for longer than is worth waiting: try again later."""


class NotDone(ShopApiError):
    """The shop refuses what was asked for: its own words."""


PAUSED = "paused"
"""The status of a webhook that a person has stopped in the shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as its shop has it.

    ``topic`` in the words of deliveries, such as ``orders/create``. ``api_version``: ``None`` if
    the shop does not tell. ``faults``: what keeps it from delivering whole orders.
    """

    id: str
    topic: str
    url: str
    status: str
    api_version: str | None
    faults: tuple[str, ...]


class By(StrEnum):
    """What a span of orders is about: when they were created, or last changed."""

    CREATION = "creation"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The orders of a time, the whole seconds ``begin`` and ``end`` included."""

    by: By
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some orders, each as a webhook of the shop would bring it, without personal data.

    It may stand in Shopify's ``note_attributes`` and WooCommerce's ``meta_data``: project them at
    once. ``next`` is where the next page begins, ``None`` after the last one; it may be kept for
    days.
    """

    orders: Sequence[Body]
    next: str | None


class WebhookApi(Protocol):
    """The webhooks of one shop. Every call raises ShopApiError."""

    @property
    def topics(self) -> Sequence[str]:
        """The topics that the adapter takes."""

    @property
    def keeps_secrets(self) -> bool:
        """Whether each webhook has a secret of its own there, which is never shown.

        Else the app signs them all with its client secret.
        """

    def webhooks(self) -> list[Webhook]:
        """All webhooks that these credentials show. Also proves that they suffice for orders."""

    def create(self, topic: str, *, url: str, secret: str) -> None:
        """Make a webhook."""

    def mend(self, webhook: Webhook, *, url: str, secret: str) -> None:
        """Make a webhook deliver whole orders to a URL, signed with a secret."""

    def remove(self, webhook: Webhook) -> None:
        """Delete a webhook, if it is there."""


class OrderApi(Protocol):
    """The orders of one shop. Every call raises ShopApiError."""

    def count(self, span: Span) -> int:
        """How many orders there are in a span now."""

    def page(self, span: Span, position: str | None) -> Page:
        """The orders of a span from a position on, ``None`` being the first.

        By creation the oldest come first. If the span lies in the past each order is on some
        page, however many of them change or vanish meanwhile; one may come twice, and one that
        changes may leave a span by change.
        """

    def order(self, order: str) -> Body | None:
        """One order by the shop's id, trashed or not; ``None`` if there is no such order."""

    def oldest_shown(self, now: datetime) -> datetime | None:
        """Orders created earlier are not shown, for want of a right; ``None`` if all are."""


class ShopApi(WebhookApi, OrderApi, Protocol):
    """One shop's API."""
