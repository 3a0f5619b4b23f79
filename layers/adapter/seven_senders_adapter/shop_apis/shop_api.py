"""What the command line asks of a shop's API, whatever the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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


class ShopApi(Protocol):
    """One shop's API. Every call raises ShopApiError."""

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
