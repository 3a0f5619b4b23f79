"""``connections``: listed, shown, checked, changed and removed; no secret is ever shown."""

import json
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.shop_apis import (
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.ledger.backfills import Backfill, Backfills
from seven_senders_adapter.ledger.reconciliations import Reconciliation, Reconciliations
from seven_senders_local.played_shops.loopback import Asked, Loopback, Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.sandbox import Sandbox, Settings
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.gateway import Gateway

SECRETS = ("key_1", "key_2", "whsec_1", "whsec_old", "shpss_1", "cs_1")


@pytest.fixture
def shop_api(command: CommandLine) -> Iterator[PlayedShopify]:
    """A Shopify shop whose API is open to the connection ``shop``."""
    played = PlayedShopify()
    with played.serve() as server:
        document = ShopifyApiDocument(
            url=server.url, client_id="client_1", client_secret=SecretStr("shpss_1")
        )
        command.stack.shop_apis.save("shop", document)
        yield played


def test_the_list_tells_prefixes_and_whether_the_shops_api_is_open(command: CommandLine) -> None:
    command.connect("one")
    command.connect("two", platform="woocommerce", order_id_prefix="B-", paused=True)
    document = WooCommerceApiDocument(
        url="https://two.example", consumer_key=SecretStr("ck"), consumer_secret=SecretStr("cs_1")
    )
    command.stack.shop_apis.save("two", document)
    rows = json.loads(command("connections", "list", "--json").out)
    common = {"api_url": command.stack.api_url}
    assert rows == [
        common
        | {
            "connection": "one",
            "platform": "shopify",
            "order_id_prefix": "",
            "shop_api": False,
            "paused": False,
        },
        common
        | {
            "connection": "two",
            "platform": "woocommerce",
            "order_id_prefix": "B-",
            "shop_api": True,
            "paused": True,
        },
    ]


def test_a_connection_that_cannot_be_read_is_listed_with_the_rest(command: CommandLine) -> None:
    command.connect("broken")
    command.connect("good")
    command.stack.ssm.delete_parameter(Name=f"{command.stack.output('SyncingPath')}/broken")
    ended = command("connections", "list", "--json")
    assert [(row["connection"], row["platform"]) for row in json.loads(ended.out)] == [
        ("broken", None),
        ("good", "shopify"),
    ]
    assert "connect broken again" in ended.err


def test_all_settings_are_shown_and_no_secret(
    command: CommandLine, shop_api: PlayedShopify
) -> None:
    retiring = [{"secret": "whsec_old", "until": "2999-01-01T00:00:00Z"}]
    command.connect("shop", retiring_secrets=retiring, default_language="de")
    ended = command("connections", "show", "shop", "--json")
    (row,) = json.loads(ended.out)
    assert row["webhook_url"] == command.stack.webhook_url("shop")
    assert row["shop_api"].startswith("http://127.0.0.1:")
    assert (row["default_language"], row["max_order_age_days"]) == ("de", 90)
    assert (row["access_key"], row["webhook_secrets"]) == ("is stored", "1 stored")
    assert row["retiring_secrets"] == ["one until 2999-01-01 00:00:00+00:00"]
    assert not any(secret in ended.out + ended.err for secret in SECRETS)


@pytest.mark.parametrize(
    "words",
    [
        ("show", "other"),
        ("check", "other"),
        ("set", "other", "paused=true"),
        ("remove", "other", "--yes"),
        ("rotate-secret", "other"),
    ],
    ids=" ".join,
)
def test_a_connection_that_there_is_not_is_told(
    command: CommandLine, words: tuple[str, ...]
) -> None:
    command.connect("shop")
    ended = command("connections", *words)
    assert (ended.code, ended.out) == (3, "")
    assert "there is no connection other: see seven-senders connections list" in ended.err


def test_a_check_looks_at_one_connection_and_ends_with_0_if_nothing_is_red(
    command: CommandLine, gateway: Gateway, shop_api: PlayedShopify
) -> None:
    command.connect("shop", order_url="https://shop.example", default_language="de")
    command.connect("broken")
    command.stack.ssm.delete_parameter(Name=f"{command.stack.output('SyncingPath')}/broken")
    shop_api.add("ORDERS_PAID", command.stack.webhook_url("shop"))
    ended = command("connections", "check", "shop", "--json")
    found = {row["subject"]: row["level"] for row in json.loads(ended.out)}
    assert found == {
        "shop: settings": "green",
        "shop: access key": "green",
        "shop: brakes": "green",
        "shop: webhook URL": "green",
        "shop: webhooks in the shop": "red",
        "shop: reconciliation": "amber",
    }
    assert ended.code == 1
    shop_api.subscriptions.clear()
    assert command("connections", "check", "shop").code == 0


def test_a_stored_value_that_is_wrong_is_taken_back_and_the_others_stay(
    command: CommandLine,
) -> None:
    command.connect("shop", order_id_prefix="B-")
    command.spoil("shop", max_order_age_days=-1)
    assert command("connections", "set", "shop", "default_language=de").code == 2
    ended = command("connections", "set", "shop", "max_order_age_days=")
    assert (ended.code, ended.out.splitlines()[0]) == (0, "settings: unreadable is now readable")
    assert command.stack.connections.load("shop").order_id_prefix == "B-"


def test_settings_are_changed_and_taken_back_and_what_changed_is_said(
    command: CommandLine,
) -> None:
    command.connect("shop", default_language="de", order_url="https://shop.example")
    ended = command(
        "connections",
        "set",
        "shop",
        "default_language=fr",
        "state_tags={packed: warehouse_handover}",
        "promised_date_format=%d.%m.%Y",
        "order_url=",
        "max_order_age_days=90",
    )
    assert ended.code == 0
    *lines, last = ended.out.splitlines()
    assert set(lines) == {
        "promised_date_format: none is now %d.%m.%Y",
        "order_url: https://shop.example is now none",
        "default_language: de is now fr",
        "state_tags: none is now {'packed': 'warehouse_handover'}",
    }
    assert last == "In force within a minute."
    document = command.stack.connections.load("shop")
    assert (document.order_url, document.default_language) == (None, "fr")
    assert document.state_tags == {"packed": "warehouse_handover"}


def test_a_script_gets_what_changed_as_json(command: CommandLine) -> None:
    command.connect("shop")
    ended = command("connections", "set", "shop", "paused=true", "--json")
    assert json.loads(ended.out) == {
        "connection": "shop",
        "changes": [{"setting": "paused", "before": False, "after": True}],
    }
    ended = command("connections", "set", "shop", "paused=true", "--json")
    assert json.loads(ended.out)["changes"] == []


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (("default_language=jp",), "default_language: expected"),
        (("paused=perhaps",), "paused: "),
        (("name=other",), "name: not a known key"),
        (("nonsense=",), "nonsense: not a known key"),
        (("platform=woocommerce",), "platform: can't be changed"),
        (("access_key=key_2",), "access_key is a secret"),
        (("webhook_secrets=[whsec_2]",), "webhook_secrets is a secret"),
        (("webhook_secrets",), "webhook_secrets: see seven-senders connections rotate-secret"),
        (("api_url=http://127.0.0.1:1/v2",), "http://127.0.0.1:1/v2 can't be asked"),
    ],
    ids=" ".join,
)
def test_a_change_that_cannot_be_is_told_and_changes_nothing(
    command: CommandLine, texts: tuple[str, ...], says: str
) -> None:
    command.connect("shop")
    before = command.stack.connections.load("shop")
    ended = command("connections", "set", "shop", *texts)
    assert (ended.code in {1, 2}, ended.out) == (True, "")
    assert says in ended.err
    assert command.stack.connections.load("shop") == before


@pytest.fixture
def keys(sandbox: Sandbox) -> Iterator[None]:
    before = sandbox.service.settings
    sandbox.service.settings = Settings(access_keys=frozenset({"key_1", "key_2"}))
    yield
    sandbox.service.settings = before


@pytest.mark.parametrize(("key", "code"), [("key_2", 0), ("key_wrong", 2)])
def test_a_new_access_key_is_asked_for_and_checked_before_it_is_stored(
    command: CommandLine, keys: None, key: str, code: int
) -> None:
    command.connect("shop")
    ended = command("connections", "set", "shop", "access_key", answers=(key,))
    assert ended.code == code
    assert key not in ended.out + ended.err
    stored = command.stack.connections.load("shop").access_key.get_secret_value()
    assert stored == (key if code == 0 else "key_1")
    if code == 0:
        assert "access_key: a secret is now another one" in ended.out


def test_a_change_warns_like_connecting(command: CommandLine) -> None:
    command.connect("first", order_id_prefix="A-")
    command.connect("shop", order_url="https://shop.example", default_language="de")
    ended = command("connections", "set", "shop", "order_id_prefix=A-", "default_language=")
    assert "shares its access key and order_id_prefix 'A-' with first" in ended.err
    assert "default_language not set" in ended.err


def is_there(command: CommandLine) -> bool:
    try:
        command.stack.connections.load("shop")
    except ConnectionMissing:
        return False
    return True


def test_nothing_is_removed_unless_a_person_agrees(command: CommandLine) -> None:
    command.connect("shop")
    ended = command("connections", "remove", "shop", answers=("n",))
    assert (ended.code, is_there(command)) == (1, True)
    ended = command("connections", "remove", "shop", answers=("y",))
    assert (ended.code, is_there(command)) == (0, False)


def test_removing_deletes_the_webhooks_in_the_shop_and_all_that_is_stored(
    command: CommandLine, shop_api: PlayedShopify
) -> None:
    command.connect("shop")
    shop_api.add("ORDERS_PAID", command.stack.webhook_url("shop"))
    other = shop_api.add("ORDERS_PAID", "https://uat.example/webhooks/shop")
    ended = command("connections", "remove", "shop", "--yes")
    assert ended.code == 0
    assert "Its 1 webhooks are deleted." in ended.out
    assert "stay in the ledger" in ended.out
    assert list(shop_api.subscriptions) == [other]
    assert not is_there(command)
    assert command.stack.shop_apis.load("shop") is None


def test_removing_forgets_where_in_the_shops_orders_it_was(
    command: CommandLine, shop_api: PlayedShopify
) -> None:
    """Another shop of the name has other orders."""
    command.connect("shop")
    rows = remember_positions(command)
    command("connections", "remove", "shop", "--yes")
    assert [row.load("shop") for row in rows] == [None, None]


def remember_positions(command: CommandLine) -> tuple[Reconciliations, Backfills]:
    """A reconciliation and a back-fill of the connection have begun."""
    at = utc_now()
    reconciliations = Reconciliations(table=command.stack.table)
    backfills = Backfills(table=command.stack.table)
    reconciliations.remove("shop")
    backfills.remove("shop")
    reconciliations.save("shop", Reconciliation(since=at, safe_until=at))
    backfills.save("shop", Backfill(begin=at, end=at, position="101:9100"))
    return reconciliations, backfills


def test_what_opens_the_shops_api_is_taken_away_before_the_webhooks(
    command: CommandLine, shop_api: PlayedShopify
) -> None:
    """Else a round of reconciliation in between would make them again."""
    command.connect("shop")
    shop_api.add("ORDERS_PAID", command.stack.webhook_url("shop"))
    opens: list[object] = []

    def watched(asked: Asked) -> Said:
        if b"webhookSubscriptionDelete" in asked.body:
            opens.append(command.stack.shop_apis.load("shop"))
        return shop_api.answer(asked)

    with Loopback(watched) as server:
        document = command.stack.shop_apis.load("shop")
        assert document
        command.stack.shop_apis.save("shop", document.model_copy(update={"url": server.url}))
        command("connections", "remove", "shop", "--yes")
    assert opens == [None]


def test_without_the_shops_api_a_person_is_told_to_delete_the_webhooks(
    command: CommandLine,
) -> None:
    command.connect("shop")
    ended = command("connections", "remove", "shop", "--yes")
    url = command.stack.webhook_url("shop")
    assert f"Delete its webhooks in the shop, those that lead to {url}" in ended.out


def test_a_shop_that_does_not_answer_keeps_the_connection_unless_its_webhooks_are_left(
    command: CommandLine, shop_api: PlayedShopify
) -> None:
    command.connect("shop")
    shop_api.client_secret = "rotated"
    ended = command("connections", "remove", "shop", "--yes")
    assert ended.code == 1
    assert "Shopify refuses client id and secret" in ended.err
    assert "leave the webhooks to the shop with --leave-webhooks" in ended.err
    assert is_there(command)
    assert command.stack.shop_apis.load("shop") is not None
    assert command("connections", "remove", "shop", "--yes", "--leave-webhooks").code == 0
    assert not is_there(command)


def test_half_a_connection_can_be_removed(command: CommandLine) -> None:
    command.connect("shop")
    command.stack.ssm.delete_parameter(Name=f"{command.stack.output('SyncingPath')}/shop")
    assert command("connections", "remove", "shop", "--yes").code == 0
    assert command.stack.connections.names() == []


def test_what_is_set_is_what_is_read(command: CommandLine) -> None:
    """The document that is written is the one that a file would have made."""
    command.connect("shop")
    command("connections", "set", "shop", "orders_since=2026-11-01T00:00:00Z", "shop_domain=A.b")
    stored = command.stack.connections.load("shop")
    assert stored == read_connection("shop", stored.settings())
