"""What stands before every walk through a shop's past orders."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.ledger.backfills import Backfills
from seven_senders_adapter.ledger.reconciliations import Reconciliations
from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.patience import PatientOrders
from seven_senders_adapter.shop_apis.shop_api import OrderApi
from seven_senders_cli.failing import Exit, Failed
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack

_RIGHTS: Mapping[str, str] = {
    "shopify": "its app lacks the access scope read_all_orders: ask Shopify for it, add it to a"
    " version of the app, release that, and approve it in the shop"
}


WAITS = (2.0, 10.0, 30.0, 120.0)
"""Seconds after which a shop that can't answer is asked again."""


def open_orders(
    stack: Stack, connection: str, document: ConnectionDocument, pauses: Pauses, screen: Screen
) -> OrderApi:
    """The API of a connection's shop, which asks again for some minutes while it can't answer.

    Raises Failed if nothing opens it, or InvalidConnection.
    """
    shop_api = stack.shop_apis.load(connection)
    if shop_api is None:
        raise Failed(
            f"{connection} has no credentials of its shop's API, where past orders are: add them"
            f" with seven-senders connect {document.platform} {connection} --again"
        )
    return PatientOrders(
        open_shop_api(shop_api, sleep=pauses.sleep),
        waits=WAITS,
        sleep=pauses.sleep,
        tell=lambda error, wait: screen.warn(f"{error}; it is asked again in {wait:.0f} s"),
    )


def forget_positions(stack: Stack, connection: str) -> None:
    """Forget where looking through a shop's orders is; another shop has other orders."""
    Reconciliations(table=stack.table).remove(connection)
    Backfills(table=stack.table).remove(connection)


def check_dates(since: datetime, until: datetime | None, now: datetime) -> None:
    """Raise Failed if a time does not begin before it ends, or has not ended yet."""
    if until is not None and until > now:
        raise Failed("--until lies ahead: leave it out to go up to now", code=Exit.WRONG_INPUT)
    if since >= (until or now):
        end = "--until" if until else "now"
        raise Failed(f"--since has to lie before {end}", code=Exit.WRONG_INPUT)


def check_shown(api: OrderApi, platform: str, since: datetime, now: datetime) -> None:
    """Raise Failed if the shop does not show the orders since a time, or ShopApiError."""
    oldest = api.oldest_shown(now)
    if oldest is None or since >= oldest:
        return
    why = _RIGHTS.get(platform, "a right is missing: give it to whom the shop knows us as")
    raise Failed(
        f"the shop shows no orders created before {oldest:%Y-%m-%d %H:%M:%S} UTC, as {why}."
        f" Or begin later: --since {oldest + timedelta(days=1):%Y-%m-%d}"
    )
