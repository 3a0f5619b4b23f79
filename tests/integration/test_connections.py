"""The two documents of a connection in moto's SSM."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from pydantic import SecretStr

from seven_senders_adapter import aws
from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.shop_apis import (
    ShopApiDocument,
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.connections.syncing import ConnectionMissing, SyncingConnections
from seven_senders_adapter.shops import SHOPS
from tests.recording import Recorder

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SETTINGS = {"platform": "shopify", "webhook_secrets": ["whsec_1"], "access_key": "key_1"}


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator["SSMClient"]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-central-1", config=aws.CONFIG)


def put(ssm: "SSMClient", name: str, text: str) -> None:
    ssm.put_parameter(Name=name, Value=text, Type="SecureString")


def test_the_receiver_loads_every_page_and_nothing_else(
    ssm: "SSMClient", capsys: pytest.CaptureFixture[str]
) -> None:
    document = read_connection("shop", SETTINGS)
    for number in range(25):
        put(ssm, f"/stack/receiving/shop-{number}", document.receiving_text())
    put(ssm, "/stack/receiving/shop-1/deeper", document.receiving_text())
    put(ssm, "/stack/syncing/secret", document.syncing_text())
    recorder = Recorder(capsys)
    connections = ReceivingConnections(
        ssm=ssm, path="/stack/receiving", platforms=SHOPS, telemetry=recorder.telemetry
    )
    found = [connections.get(f"shop-{number}") for number in range(25)]
    assert all(one and one.webhook_secrets == ("whsec_1",) for one in found)
    assert connections.get("deeper") is None
    assert connections.get("secret") is None
    assert recorder.text == ""


def test_syncing_reads_one_document_by_its_name(ssm: "SSMClient") -> None:
    put(ssm, "/stack/syncing/acme", read_connection("acme", SETTINGS).syncing_text())
    connections = SyncingConnections(ssm=ssm, path="/stack/syncing")
    assert connections.get("acme").account.access_key == "key_1"
    with pytest.raises(ConnectionMissing):
        connections.get("other")


@pytest.fixture
def store(ssm: "SSMClient") -> ConnectionStore:
    return ConnectionStore(
        ssm=ssm, receiving_path="/a/receiving", syncing_path="/a/syncing", now=lambda: NOON
    )


def test_each_connection_is_two_secure_strings_and_the_key_is_in_one(
    ssm: "SSMClient", store: ConnectionStore
) -> None:
    for name in ("one", "two", "one"):
        store.save(name, read_connection(name, SETTINGS))
    found = ssm.get_parameters_by_path(Path="/a", Recursive=True, WithDecryption=True)
    values = {p["Name"]: p["Value"] for p in found["Parameters"]}
    assert {p["Type"] for p in found["Parameters"]} == {"SecureString"}
    assert set(values) == {
        f"/a/{part}/{name}" for part in ("receiving", "syncing") for name in ("one", "two")
    }
    with_key = {name for name, value in values.items() if "key_1" in value}
    assert with_key == {"/a/syncing/one", "/a/syncing/two"}
    assert store.names() == ["one", "two"]


def test_a_connection_is_read_as_it_was_saved_and_gone_once_removed(
    store: ConnectionStore,
) -> None:
    settings = {**SETTINGS, "orders_since": "2026-03-01T00:00:00Z", "tag_meta_keys": {"a": "b"}}
    document = read_connection("one", settings)
    store.save("one", document)
    assert store.load("one") == document
    for _ in range(2):
        store.remove("one")
    with pytest.raises(ConnectionMissing):
        store.load("one")


@pytest.mark.parametrize("name", ["", "One", "../syncing/one", "one two"])
def test_ssm_is_not_asked_for_what_can_be_no_name(store: ConnectionStore, name: str) -> None:
    store.save("one", read_connection("one", SETTINGS))
    with pytest.raises(InvalidConnection, match="a name has 1 to 63 of"):
        store.load(name)


@pytest.mark.parametrize(
    ("part", "text", "expected"),
    [
        ("receiving", None, "/a/receiving/one is missing: connect one again"),
        ("syncing", None, "/a/syncing/one is missing: connect one again"),
        ("syncing", "{", "connection one: a document is no JSON"),
        ("syncing", "[]", "connection one: a document is no JSON object"),
        ("syncing", '{"key": 1}', "connection one: access_key: Field required"),
    ],
)
def test_half_a_connection_and_a_wrong_one_are_told(
    ssm: "SSMClient", store: ConnectionStore, part: str, text: str | None, expected: str
) -> None:
    store.save("one", read_connection("one", SETTINGS))
    ssm.delete_parameter(Name=f"/a/{part}/one")
    if text is not None:
        put(ssm, f"/a/{part}/one", text)
    with pytest.raises(InvalidConnection) as raised:
        store.load("one")
    assert str(raised.value).startswith(expected)


def test_a_secret_that_has_ended_is_left_out_of_the_next_write(store: ConnectionStore) -> None:
    ends = {"ended": "2026-03-28T12:00:00Z", "retiring": "2026-03-28T12:00:01Z"}
    retiring = [{"secret": secret, "until": until} for secret, until in ends.items()]
    store.save("one", read_connection("one", {**SETTINGS, "retiring_secrets": retiring}))
    (left,) = store.load("one").retiring_secrets
    assert left.secret.get_secret_value() == "retiring"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            ShopifyApiDocument(
                url="https://one.myshopify.com", client_id="id", client_secret=SecretStr("s")
            ),
            id="a Dev Dashboard app",
        ),
        pytest.param(
            WooCommerceApiDocument(
                url="https://one.example/shop",
                consumer_key=SecretStr("ck"),
                consumer_secret=SecretStr("cs"),
            ),
            id="a WooCommerce key",
        ),
    ],
)
def test_what_opens_the_shops_api_stands_in_a_secure_string_of_its_own(
    ssm: "SSMClient", store: ConnectionStore, document: ShopApiDocument
) -> None:
    shop_apis = ShopApiStore(ssm=ssm, path="/a/shop_apis")
    store.save("one", read_connection("one", SETTINGS))
    assert shop_apis.load("one") is None
    shop_apis.save("one", document)
    assert shop_apis.load("one") == document
    assert (shop_apis.names(), store.names()) == ({"one"}, ["one"])
    (parameter,) = ssm.get_parameters_by_path(Path="/a/shop_apis")["Parameters"]
    assert parameter["Type"] == "SecureString"
    for _ in range(2):
        shop_apis.remove("one")
    assert shop_apis.load("one") is None
    assert store.names() == ["one"]
