"""What no webhook told, found in the shops on request and brought to Seven Senders."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
import yaml

from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.table import Table
from seven_senders_local.played_shops.loopback import Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce
from seven_senders_local.sandbox.server import Sandbox
from tests.end_to_end.driving import (
    ACCESS_KEY,
    CONNECTIONS,
    PATIENCE_SECONDS,
    Driver,
    order,
    running_stack,
    wait_for,
)

WOOCOMMERCE_KEY = "another-access-key"


@pytest.fixture(scope="module")
def shopify() -> PlayedShopify:
    return PlayedShopify()


@pytest.fixture(scope="module")
def woocommerce() -> PlayedWooCommerce:
    return PlayedWooCommerce()


@pytest.fixture(scope="module")
def connections(
    shopify: PlayedShopify, woocommerce: PlayedWooCommerce, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    with shopify.serve() as shopify_server, woocommerce.serve() as woocommerce_server:
        shop = yaml.safe_load(CONNECTIONS)["shop"]
        shop["shop_api"] = {
            "url": shopify_server.url,
            "client_id": shopify.client_id,
            "client_secret": shopify.client_secret,
        }
        other = {
            "platform": "woocommerce",
            "webhook_secrets": ["another-secret"],
            "access_key": WOOCOMMERCE_KEY,
            "order_url": "https://shop.example/",
            "shop_api": {
                "url": woocommerce_server.url,
                "consumer_key": woocommerce.consumer_key,
                "consumer_secret": woocommerce.consumer_secret,
            },
        }
        path = tmp_path_factory.mktemp("connections") / "connections.yaml"
        path.write_text(yaml.safe_dump({"shop": shop, "other": other}), encoding="utf-8")
        yield path


@pytest.fixture(scope="module")
def stack(sandbox: Sandbox, connections: Path) -> Iterator[Driver]:
    with running_stack(connections, api_url=sandbox.api_url, reconciliation_delay=0) as driver:
        yield driver


@pytest.fixture(autouse=True)
def _no_refusal(woocommerce: PlayedWooCommerce) -> Iterator[None]:
    yield
    woocommerce.refused = None


def changed_lately(number: int, **changes: bool) -> dict[str, Any]:
    """An order of Shopify as it was 20 minutes ago."""
    return order(number, hours_ago=1 / 3, **changes)


def woocommerce_order(number: int) -> dict[str, Any]:
    """An order of WooCommerce as it was 20 minutes ago, paid."""
    times = dict.fromkeys(
        ("created", "modified", "paid"), datetime.now(UTC) - timedelta(minutes=20)
    )
    return {
        "id": number,
        "number": str(number),
        "status": "processing",
        "meta_data": [],
        "line_items": [{"id": 1, "quantity": 1, "name": "A cup", "sku": "CUP"}],
        "refunds": [],
        **{f"date_{what}_gmt": f"{at:%Y-%m-%dT%H:%M:%S}" for what, at in times.items()},
    }


def reconcile_until(stack: Driver, is_healed: Callable[[], bool]) -> None:
    """Reconcile until something is so: what changed in this very second is looked at next time."""

    def reconciled() -> bool:
        stack.local("reconcile", "POST")
        stack.wait_until_quiet()
        return is_healed()

    wait_for(reconciled)


def came(stack: Driver, connection: str, number: int) -> list[str]:
    """The topics by which an order came, each time that it did."""
    aws = stack.local("aws")
    client = boto3.client(
        "dynamodb",
        endpoint_url=aws["endpoint"],
        region_name=aws["region"],
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    record = Orders(table=Table(client=client, name=aws["table"])).load(connection, str(number))
    assert record is not None
    return [line.detail.partition(",")[0] for line in record.history if line.what == "came"]


def test_an_order_that_no_webhook_told_of_is_healed(
    stack: Driver, sandbox: Sandbox, shopify: PlayedShopify, woocommerce: PlayedWooCommerce
) -> None:
    shopify.put(changed_lately(6001, paid=True))
    woocommerce.put(woocommerce_order(6002))
    reconcile_until(stack, lambda: bool(sandbox.account(ACCESS_KEY).named("#6001")))
    [there] = sandbox.account(ACCESS_KEY).named("#6001")
    assert [entry.state for entry in there.states] == ["new", "paid"]
    [there] = sandbox.account(WOOCOMMERCE_KEY).named("6002")
    assert [entry.state for entry in there.states] == ["new", "paid", "in_preparation"]
    assert came(stack, "shop", 6001) == came(stack, "other", 6002) == ["reconciliation"]


def test_a_last_change_that_was_lost_is_healed_and_what_came_is_left(
    stack: Driver, sandbox: Sandbox, shopify: PlayedShopify
) -> None:
    for number in (6003, 6004):
        stack.deliver(order(number, hours_ago=3, paid=True))
    up_to_date = changed_lately(6004, paid=True, shipped=True)
    stack.deliver(up_to_date, topic="orders/fulfilled")
    stack.wait_until_quiet()
    [there] = sandbox.account(ACCESS_KEY).named("#6003")
    assert there.fields["boarding_complete"] is False
    shopify.put(changed_lately(6003, paid=True, shipped=True))
    shopify.put(up_to_date)
    reconcile_until(stack, lambda: there.fields["boarding_complete"] is True)
    assert came(stack, "shop", 6003) == ["orders/updated", "reconciliation"]
    assert came(stack, "shop", 6004) == ["orders/updated", "orders/fulfilled"]


def test_a_shop_that_fails_keeps_no_other_from_its_round(
    stack: Driver, sandbox: Sandbox, shopify: PlayedShopify, woocommerce: PlayedWooCommerce
) -> None:
    woocommerce.refused = Said(status=500, page="Internal Server Error")
    shopify.put(changed_lately(6005))
    reconcile_until(stack, lambda: bool(sandbox.account(ACCESS_KEY).named("#6005")))


def test_requests_at_once_are_answered_when_all_connections_had_their_turn(stack: Driver) -> None:
    def ask(_: int) -> object:
        return requests.post(f"{stack.url}/_local/reconcile", timeout=PATIENCE_SECONDS).json()

    with ThreadPoolExecutor(max_workers=2) as executor:
        answers = list(executor.map(ask, range(2)))
    assert answers == [[{"asked_for": 2}, {"made": 1}, {"made": 1}]] * 2


def test_the_webhooks_that_a_shop_lacks_are_made_and_their_greetings_answered(
    stack: Driver, shopify: PlayedShopify, woocommerce: PlayedWooCommerce
) -> None:
    for row in list(woocommerce.rows):
        del woocommerce.rows[row]
    stack.local("reconcile", "POST")
    assert {row["uri"] for row in shopify.subscriptions.values()} == {f"{stack.url}/webhooks/shop"}
    assert {row["delivery_url"] for row in woocommerce.rows.values()} == {
        f"{stack.url}/webhooks/other"
    }
    assert set(woocommerce.pings) == {200}
