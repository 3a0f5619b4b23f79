"""The demonstration starts a local stack, plays two shops, and leaves no process behind."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from seven_senders_adapter.shop_apis import open_shop_api
from seven_senders_adapter.shop_apis.shop_api import By, Span
from seven_senders_local.connections import read_file, read_shop_apis
from seven_senders_local.demo import DemoFailed, local_stack
from seven_senders_local.demo_shops import DemoShops
from seven_senders_local.events import CONNECTIONS_FILE, Event

TELLS_ITS_ID = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
WAITS = "import signal; signal.pause()\n"
READY = "print('a word before'); print('ready http://127.0.0.1:1', flush=True)\n"


def stack(code: str, file: Path) -> list[str]:
    return [sys.executable, "-c", TELLS_ITS_ID + code, str(file)]


def is_gone(file: Path) -> bool:
    try:
        os.kill(int(file.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


def test_the_stack_is_gone_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with local_stack(stack(READY + WAITS, file)) as url:
        assert url == "http://127.0.0.1:1"
        assert not is_gone(file)
    assert is_gone(file)


@pytest.mark.parametrize("error", [KeyboardInterrupt, DemoFailed])
def test_the_stack_is_gone_after(error: type[BaseException], tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with pytest.raises(error), local_stack(stack(READY + WAITS, file)):
        raise error
    assert is_gone(file)


def test_a_stack_that_does_not_start_says_why(tmp_path: Path) -> None:
    code = "sys.exit('not YAML')"
    with (
        pytest.raises(DemoFailed, match="not YAML"),
        local_stack(stack(code, tmp_path / "pid")),
    ):
        pass


CONNECTIONS = yaml.safe_load(CONNECTIONS_FILE.read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)


def happened(step: str, *, order: int = 7, status: str = "processing") -> Event:
    body = {
        "id": order,
        "status": status,
        "date_created_gmt": "{gmt -2d}",
        "date_modified_gmt": "{gmt -1d}",
    }
    return Event(name=f"woocommerce/{step}", about="", headers={}, body=body)


def test_the_shops_are_reached_as_their_connections_file_says() -> None:
    with DemoShops(CONNECTIONS).served() as file:
        assert read_file(file) == read_file(CONNECTIONS_FILE)
        apis = read_shop_apis(file)
        assert set(apis) == set(CONNECTIONS)
        assert all(open_shop_api(api).webhooks() == [] for api in apis.values())
    assert not file.exists()


def test_the_shops_have_the_orders_as_they_stand_last() -> None:
    events = [
        (happened("1-created"), "synced"),
        (happened("2-forged", status="refunded"), "turned away"),
        (happened("3-completed", status="completed"), "healed"),
        (happened("4-created", order=8), "synced"),
        (happened("5-deleted", order=8), "noted"),
    ]
    span = Span(by=By.CHANGE, begin=NOW - timedelta(days=3), end=NOW)
    shops = DemoShops(CONNECTIONS)
    shops.stock([event for event, _ in events], {event.name: fate for event, fate in events}, NOW)
    with shops.served() as file:
        api = open_shop_api(read_shop_apis(file)["demo-woocommerce"])
        orders = api.page(span, None).orders
    assert [(order["id"], order["status"]) for order in orders] == [(7, "completed")]
