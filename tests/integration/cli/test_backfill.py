"""``backfill``: a shop's past orders come in, by the API that a connection has credentials of."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, override
from uuid import uuid4

import pytest
from pydantic import SecretStr

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.shop_apis import (
    ShopApiDocument,
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_cli.doctor.queues import count
from seven_senders_cli.making_room import LOOK_AGAIN_SECONDS
from seven_senders_local.played_shops.loopback import Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce
from seven_senders_local.sandbox import Sandbox
from tests.integration.cli.conftest import CommandLine, Ended
from tests.integration.cli.functions import Functions
from tests.integration.cli.gateway import Gateway
from tests.unit.shops.orders import shopify_order, woo_order

BEGIN = utc_now().replace(microsecond=0) - timedelta(days=120)
"""Webhooks of orders that are so old are left out."""

SINCE = f"{BEGIN:%Y-%m-%d}"


def shopify_body(number: int) -> dict[str, object]:
    at = (BEGIN + timedelta(hours=number)).isoformat()
    times = {"created_at": at, "processed_at": at, "updated_at": at}
    return shopify_order(id=number, name=str(number), financial_status="paid", **times)


def woo_body(number: int) -> dict[str, object]:
    at = (BEGIN + timedelta(hours=number)).replace(tzinfo=None).isoformat()
    times = {"date_created_gmt": at, "date_modified_gmt": at, "date_paid_gmt": at}
    return woo_order(id=number, number=str(number), **times)


@dataclass
class Shop:
    """A played shop with a connection of its own, as no ledger is emptied between two tests."""

    name: str
    platform: str
    played: Any
    document: ShopApiDocument
    body: Callable[[int], dict[str, object]]
    command: CommandLine

    def connect(self, **settings: object) -> None:
        given = {"platform": self.platform, "order_id_prefix": f"{self.name}-"}
        self.command.connect(self.name, **given | settings)
        self.command.stack.shop_apis.save(self.name, self.document)

    def sell(self, *numbers: int) -> None:
        for number in numbers:
            self.played.put(self.body(number))

    def backfill(self, *words: str, answers: tuple[str, ...] = ()) -> Ended:
        return self.command("backfill", self.name, "--since", SINCE, *words, answers=answers)

    def found(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.backfill("--yes", "--json", *words).out)
        return found

    def queued(self) -> int:
        return sum(count(self.command.stack.sqs, self.command.stack.output("OrderEventsQueueUrl")))

    def record(self, number: int) -> OrderRecord:
        record = Orders(table=self.command.stack.table).load(self.name, str(number))
        assert record
        return record


@pytest.fixture
def shopify_shop(command: CommandLine) -> Iterator[Shop]:
    played = PlayedShopify(scopes=["read_orders", "read_all_orders"])
    with played.serve() as server:
        document = ShopifyApiDocument(
            url=server.url, client_id="client_1", client_secret=SecretStr("shpss_1")
        )
        yield Shop(f"s{uuid4().hex[:8]}", "shopify", played, document, shopify_body, command)


@pytest.fixture
def woo_shop(command: CommandLine) -> Iterator[Shop]:
    played = PlayedWooCommerce()
    with played.serve() as server:
        document = WooCommerceApiDocument(
            url=server.url, consumer_key=SecretStr("ck_1"), consumer_secret=SecretStr("cs_1")
        )
        yield Shop(f"w{uuid4().hex[:8]}", "woocommerce", played, document, woo_body, command)


@pytest.fixture(params=["shopify_shop", "woo_shop"])
def shop(request: pytest.FixtureRequest) -> Shop:
    found: Shop = request.getfixturevalue(request.param)
    return found


def test_old_orders_reach_seven_senders_with_as_many_calls_as_a_dry_run_says(
    shop: Shop, functions: Functions, sandbox: Sandbox
) -> None:
    shop.connect()
    shop.sell(1, 2, 3)
    looked = shop.found("--dry-run")
    assert (looked["looked_at"], looked["new"], looked["seconds"]) == (3, 3, 2)
    assert shop.queued() == 0
    before = len(sandbox.calls)
    ended = shop.backfill("--yes")
    assert ended.code == 0
    assert ended.out.startswith(
        "3 orders were looked at. 3 new and 0 changed ones were queued, 0 are up to date, 0 left"
    )
    functions.work()
    assert {state.value for state in shop.record(2).accepted_states} >= {"paid"}
    assert shop.record(3).order_date == BEGIN + timedelta(hours=3)
    calls = [call for call in sandbox.calls[before:] if call.path != "/token"]
    assert len(calls) == looked["calls"]


def test_done_twice_all_is_up_to_date(shop: Shop, functions: Functions) -> None:
    shop.connect()
    shop.sell(1, 2, 3)
    shop.backfill("--yes")
    functions.work()
    again = shop.found()
    assert (again["up_to_date"], again["queued"], shop.queued()) == (3, 0, 0)


def test_the_dates_choose_whole_days_in_utc(shop: Shop) -> None:
    shop.connect()
    hours = 24 - BEGIN.hour
    shop.sell(1, hours + 23, hours + 25)
    until = f"{BEGIN + timedelta(days=1):%Y-%m-%d}"
    found = shop.found("--until", until)
    assert found["since"] == f"{SINCE}T00:00:00+00:00"
    assert found["until"] == f"{until}T23:59:59+00:00"
    assert found["queued"] == 2


def test_it_says_what_it_takes_and_asks(shop: Shop) -> None:
    shop.connect()
    shop.sell(1, 2, 3)
    ended = shop.backfill("--rate", "0.1", answers=("n",))
    assert ended.code == 1
    assert f"About 3 orders were created from {SINCE} 00:00:00 to " in ended.err
    assert "about 9 calls at Seven Senders, and at least 1 min at 0.1 orders a second" in ended.err
    assert "nothing was done" in ended.err
    assert shop.queued() == 0
    assert shop.backfill(answers=("y",)).code == 0


def test_a_script_gets_all_counts(woo_shop: Shop) -> None:
    woo_shop.connect()
    woo_shop.sell(1)
    woo_shop.played.put(woo_body(2) | {"status": "pending"})
    woo_shop.played.put(woo_body(3) | {"number": ""})
    found = woo_shop.found()
    assert found.pop("since") < found.pop("until")
    assert found == {
        "connection": woo_shop.name,
        "looked_at": 3,
        "new": 1,
        "changed": 0,
        "up_to_date": 0,
        "left_out": {"status_pending": 1},
        "unreadable": 1,
        "queued": 1,
    }


def test_an_order_that_can_not_be_read_is_named_with_what_it_lacks(woo_shop: Shop) -> None:
    woo_shop.connect()
    woo_shop.played.put(woo_body(3) | {"number": ""})
    ended = woo_shop.backfill("--yes")
    assert ended.code == 0
    assert "order 3 lacks number: left out" in ended.err


def test_a_pipe_gets_a_line_now_and_then(woo_shop: Shop) -> None:
    woo_shop.connect(orders_since=BEGIN.isoformat())
    woo_shop.sell(*range(1, 251))
    lines = woo_shop.backfill("--dry-run").err.splitlines()
    assert lines[-2:] == [
        "100 of 250 orders, 100 to bring in",
        "200 of 250 orders, 200 to bring in",
    ]


def test_who_has_no_credentials_is_told_how_to_add_them(command: CommandLine) -> None:
    command.connect("shop")
    ended = command("backfill", "shop", "--since", SINCE)
    assert ended.code == 1
    assert "seven-senders connect shopify shop --again" in ended.err


def test_a_connection_that_there_is_not_is_not_found(command: CommandLine) -> None:
    assert command("backfill", "nobody", "--since", SINCE).code == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Missing option"),
        (["--since", "yesterday"], "expected a date such as"),
        (["--since", "2026-01-31T08:00"], "its offset such as"),
        (["--since", "2026-01-31", "--until", "2026-01-30"], "has to lie before --until"),
        (["--since", "2026-01-31T08:00Z", "--until", "2026-01-31T08:00Z"], "before --until"),
        (["--since", "8000-01-01"], "--since has to lie before now"),
        (["--since", "2026-01-31", "--until", "8000-01-01"], "--until lies ahead"),
        (["--since", "2026-01-31", "--rate", "0"], "Invalid value"),
    ],
)
def test_wrong_dates_and_rates_are_wrong_input(
    command: CommandLine, words: list[str], told: str
) -> None:
    ended = command("backfill", "shop", *words)
    assert ended.code == 2
    assert told in ended.err


def test_a_shopify_app_that_sees_60_days_is_told_the_scope_that_it_lacks(
    shopify_shop: Shop,
) -> None:
    shopify_shop.connect()
    shopify_shop.played.scopes = ["read_orders"]
    shopify_shop.sell(1)
    ended = shopify_shop.backfill("--yes")
    assert ended.code == 1
    assert "lacks the access scope read_all_orders" in ended.err
    later = ended.err.partition("--since ")[2].strip()
    command = shopify_shop.command
    assert command("backfill", shopify_shop.name, "--since", later, "--yes").code == 0
    assert shopify_shop.queued() == 0


def test_nothing_is_queued_for_a_connection_that_is_paused(shop: Shop) -> None:
    shop.connect(paused=True)
    shop.sell(1)
    ended = shop.backfill("--yes")
    assert ended.code == 1
    assert f"seven-senders resume {shop.name}" in ended.err
    assert shop.queued() == 0
    assert shop.found("--dry-run")["new"] == 1


def test_who_asks_for_orders_from_before_orders_since_is_warned(shop: Shop) -> None:
    since = BEGIN + timedelta(hours=2)
    shop.connect(orders_since=since.isoformat())
    shop.sell(1, 2, 3)
    ended = shop.backfill("--yes")
    assert f"created before {since:%Y-%m-%d %H:%M:%S} UTC are left out" in ended.err
    assert "1 left out (1 before_orders_since)" in ended.out
    assert shop.queued() == 2


class Busy(Gateway):
    """Time in which the queue is worked, and once something happens after so many orders."""

    def __init__(self, gateway: Gateway, shop: Shop, after: int, then: Callable[[], None]) -> None:
        self.__dict__ |= gateway.__dict__
        self._stack = shop.command.stack
        self._orders = 0
        self._after = after
        self._then = then

    @override
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if seconds == LOOK_AGAIN_SECONDS:
            self._stack.sqs.purge_queue(QueueUrl=self._stack.output("OrderEventsQueueUrl"))
            return
        self._orders += 1
        if self._orders == self._after:
            self._then()


def ctrl_c() -> None:
    raise KeyboardInterrupt


def test_after_ctrl_c_the_same_command_goes_on(woo_shop: Shop, gateway: Gateway) -> None:
    woo_shop.connect()
    woo_shop.sell(*range(1, 131))
    woo_shop.command.gateway = Busy(gateway, woo_shop, 110, ctrl_c)
    ended = woo_shop.backfill("--yes")
    assert ended.code == 130
    assert "Waits: 21 order events are in the queue and go first." in ended.err
    stopped = re.search("stopped after 1[1-3][0-9] orders, none is lost: the same", ended.err)
    assert stopped, "Python may see Ctrl-C some orders later"
    ended = woo_shop.backfill("--yes")
    assert "Goes on after 100 of them." in ended.err
    assert ended.out.startswith("130 orders were looked at. 130 new ")


def test_if_the_shop_breaks_down_the_same_command_goes_on(woo_shop: Shop, gateway: Gateway) -> None:
    woo_shop.connect()
    woo_shop.sell(*range(1, 131))

    def break_down() -> None:
        woo_shop.played.refused = Said(status=503, page="Sorry")

    woo_shop.command.gateway = Busy(gateway, woo_shop, 5, break_down)
    ended = woo_shop.backfill("--yes")
    assert ended.code == 1
    assert "HTTP 503: try again later" in ended.err
    assert "stopped after 100 orders, none is lost: the same command goes on" in ended.err
    woo_shop.played.refused = None
    assert woo_shop.found()["new"] == 130
