"""``send-event``: a delivery from a file reaches the receiver as if its shop had sent it."""

import json
from pathlib import Path

import pytest

from seven_senders_adapter.messages import OrderEvent
from seven_senders_adapter.seven_senders.account import PRODUCTION_URL
from seven_senders_local.events import EVENTS
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.gateway import Gateway
from tests.integration.fifo import received

CREATED = EVENTS / "shopify/1001-1-created.json"
ORDER = {
    "id": 77,
    "name": "#1077",
    "created_at": "{utc -2h}",
    "updated_at": "{utc -1h}",
    "financial_status": "paid",
}


def bare(folder: Path, body: object = ORDER) -> Path:
    path = folder / "order.json"
    path.write_text(json.dumps(body), "utf-8")
    return path


def queued(command: CommandLine) -> OrderEvent:
    """The event that the receiver has queued, which is taken off."""
    url = command.stack.output("OrderEventsQueueUrl")
    [message] = received(command.stack.sqs, url)
    command.stack.sqs.delete_message(QueueUrl=url, ReceiptHandle=message.receipt)
    return message.event()


def test_an_event_goes_to_the_only_connection(command: CommandLine, gateway: Gateway) -> None:
    command.connect("shop", shop_domain="shop.myshopify.com")
    ended = command("send-event", str(CREATED))
    assert ended.code == 0, ended.err
    follow = "seven-senders orders show 1001 --connection shop"
    assert ended.out == f"{gateway.url}shop took it: {follow}\n"
    event = queued(command)
    assert (event.connection, event.order, event.topic) == (
        "shop",
        "5550000001001",
        "orders/create",
    )


def test_an_event_goes_to_the_demonstrations_connection_of_its_platform(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("demo-shopify")
    command.connect("demo-woocommerce", platform="woocommerce")
    command.connect("other")
    ended = command("send-event", str(EVENTS / "woocommerce/2001-1-created.json"), "--json")
    assert json.loads(ended.out) == {
        "connection": "demo-woocommerce",
        "url": f"{gateway.url}demo-woocommerce",
        "status": 200,
        "order": "2001",
    }
    assert queued(command).topic == "order.created"


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        pytest.param((), "orders/updated", id="as an order that was changed"),
        pytest.param(("--topic", "orders/paid"), "orders/paid", id="as what is said"),
    ],
)
def test_a_bare_order_goes(
    command: CommandLine, gateway: Gateway, tmp_path: Path, words: tuple[str, ...], topic: str
) -> None:
    command.connect("one")
    command.connect("two", webhook_secrets=["other"], shop_domain="two.myshopify.com")
    ended = command("send-event", str(bare(tmp_path)), "--connection", "two", *words)
    assert ended.code == 0, ended.err
    assert ended.out.endswith("orders show 1077 --connection two\n")
    event = queued(command)
    assert (event.connection, event.order, event.topic) == ("two", "77", topic)


def test_one_that_would_reach_the_production_system_asks(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("shop", api_url=PRODUCTION_URL)
    ended = command("send-event", str(CREATED), answers=["n"])
    assert (ended.code, f"This reaches {PRODUCTION_URL}" in ended.err) == (1, True)
    assert command("send-event", str(CREATED), "--yes").code == 0
    queued(command)


def test_any_answer_but_200_is_a_failure(command: CommandLine, gateway: Gateway) -> None:
    command.connect("shop", webhook_secrets=["one"])
    command("send-event", str(CREATED))
    queued(command)
    command.connect("shop", webhook_secrets=["two"])
    ended = command("send-event", str(CREATED))
    assert (ended.code, ended.out) == (1, "")
    assert "answers 401 instead of 200. Its secret is not in force: wait a minute" in ended.err


def test_no_answer_is_a_failure(command: CommandLine) -> None:
    command.connect("shop")
    ended = command("send-event", str(CREATED))
    assert ended.code == 1
    assert "can't be reached" in ended.err


@pytest.mark.parametrize(
    ("connections", "words", "code", "says"),
    [
        pytest.param((), (), 2, "there is no connection yet", id="no connection"),
        pytest.param(("a", "b"), (), 2, "say which with --connection: a, b", id="two"),
        pytest.param(("a",), ("b",), 3, "there is no connection b", id="an unknown one"),
        pytest.param(("a",), ("A b",), 2, "a name has 1 to 63 of", id="no name"),
    ],
)
def test_a_connection_has_to_be_known(
    command: CommandLine, connections: tuple[str, ...], words: tuple[str, ...], code: int, says: str
) -> None:
    for name in connections:
        command.connect(name)
    named = [part for word in words for part in ("--connection", word)]
    ended = command("send-event", str(CREATED), *named)
    assert ended.code == code
    assert says in ended.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("?", "no JSON", id="no JSON"),
        pytest.param(
            '{"about": "", "headers": null, "body": {}}',
            "headers: expected an object",
            id="an event without headers",
        ),
        pytest.param(
            '{"id": 1, "created_at": "{soon -1h}"}', "{soon -1h}", id="an odd placeholder"
        ),
        pytest.param(
            '{"about": "", "headers": {"X-WC-Webhook-Topic": "order.updated"}, "body": {}}',
            "it is an event of woocommerce, the connection is one of shopify",
            id="another platform's",
        ),
    ],
)
def test_a_file_of_no_use_is_refused(
    command: CommandLine, tmp_path: Path, text: str, says: str
) -> None:
    command.connect("shop")
    path = tmp_path / "file.json"
    path.write_text(text, "utf-8")
    ended = command("send-event", str(path))
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_a_file_that_is_not_there_is_refused(command: CommandLine, tmp_path: Path) -> None:
    ended = command("send-event", str(tmp_path / "none.json"))
    assert ended.code == 2
    assert "No such file" in ended.err
