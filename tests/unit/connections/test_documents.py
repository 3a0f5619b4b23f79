"""A connection's settings as they are written: what is taken, and what an error says."""

import json
from datetime import UTC, datetime
from traceback import format_exception
from typing import Any

import pytest
import yaml

from seven_senders_adapter.connections.documents import (
    ConnectionDocument,
    ReceivingDocument,
    SyncingDocument,
    read_connection,
    read_syncing,
)
from seven_senders_adapter.connections.receiving import read_receiving
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.shops import SHOPS

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECRET = "whsec_0123456789"
KEY = "key_9876543210"

SMALLEST = {"platform": "shopify", "webhook_secrets": [SECRET], "access_key": KEY}

EVERYTHING = """
platform: woocommerce
webhook_secrets: [whsec_0123456789, another]
retiring_secrets: [{secret: before, until: 2026-03-30T12:00:00+02:00}]
access_key: key_9876543210
api_url: https://api-uat.sevensenders.com/v2/
order_url: https://shop.example/account
order_urls: {fr: https://shop.example/fr/compte}
default_language: de
order_id_prefix: W-
shop_domain: Shop.Example
include_test_orders: true
include_pos_orders: true
include_orders_without_shipping: true
include_pending_orders: true
max_order_age_days: 0
orders_since: 2026-01-01T00:00:00Z
look_up_before_create: true
language_meta_keys: [wpml_language]
promised_date_attribute: Lieferdatum
promised_date_meta_key: _delivery_date
promised_date_format: "%d.%m.%Y"
promised_date_rule:
  {business_days: 2, cut_off_hour: 15, time_zone: Europe/Berlin, holidays: [2026-12-25]}
state_tags: {packed: warehouse_handover}
state_statuses: {processing: in_preparation, packed: warehouse_handover}
tag_meta_keys: {_channel: channel}
send_order_items: true
paused: true
"""

RECEIVING_KEYS = {
    "platform",
    "webhook_secrets",
    "retiring_secrets",
    "shop_domain",
    "language_meta_keys",
    "promised_date_attribute",
    "promised_date_meta_key",
    "promised_date_format",
    "tag_meta_keys",
    "send_order_items",
}


def test_all_keys_together_are_those_of_the_two_documents() -> None:
    everything = set(yaml.safe_load(EVERYTHING))
    assert set(ReceivingDocument.model_fields) == RECEIVING_KEYS
    assert set(SyncingDocument.model_fields) == everything - RECEIVING_KEYS
    assert set(ConnectionDocument.model_fields) == everything


def test_every_key_is_taken_and_split_into_the_two_documents() -> None:
    document = read_connection("acme", yaml.safe_load(EVERYTHING))
    receiving = json.loads(document.receiving_text())
    syncing = json.loads(document.syncing_text())
    assert set(receiving) == RECEIVING_KEYS
    assert set(syncing) == set(ConnectionDocument.model_fields) - RECEIVING_KEYS
    assert receiving["webhook_secrets"] == [SECRET, "another"]
    assert receiving["retiring_secrets"][0]["secret"] == "before"
    assert syncing["access_key"] == KEY
    assert KEY not in document.receiving_text()


def test_what_is_written_is_read_on_both_sides() -> None:
    document = read_connection("acme", yaml.safe_load(EVERYTHING))
    receiving = read_receiving(document.receiving_text(), platforms=SHOPS)
    assert receiving.platform == "woocommerce"
    assert receiving.secrets_at(NOON) == (SECRET, "another", "before")
    assert receiving.shop_domain == "shop.example"
    assert receiving.names.promised_date_attribute == "Lieferdatum"
    assert receiving.names.promised_date_meta_key == "_delivery_date"
    assert receiving.names.promised_date_format == "%d.%m.%Y"
    assert receiving.names.language_meta_keys == ("wpml_language",)
    assert receiving.names.tag_meta_keys == {"_channel": "channel"}
    assert receiving.names.send_order_items is True
    syncing = read_syncing("acme", document.syncing_text())
    assert syncing.model_dump() == document.model_dump(include=set(SyncingDocument.model_fields))
    assert syncing.account.api_url == "https://api-uat.sevensenders.com/v2"
    assert syncing.account.access_key == KEY


def test_the_smallest_document_has_the_defaults() -> None:
    document = read_connection("acme", SMALLEST)
    assert document.api_url == "https://api.sevensenders.com/v2"
    assert document.max_order_age_days == 90
    assert not document.paused
    assert not document.send_order_items
    assert document.receiving_text() == (
        '{"platform":"shopify","webhook_secrets":["whsec_0123456789"]}'
    )


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://api.sevensenders.com/v2/", "https://api.sevensenders.com/v2"),
    ],
)
def test_a_base_url_has_no_closing_slash(given: str, used: str) -> None:
    assert read_connection("acme", changed(api_url=given)).account.api_url == used


def changed(**changes: Any) -> dict[str, Any]:
    return SMALLEST | changes


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(None, "the document: Input should be an object", id="nothing"),
        pytest.param({}, "platform: Field required; webhook_secrets: Field required", id="empty"),
        pytest.param(
            changed(platform="magento"),
            "platform: expected one of shopify, woocommerce",
            id="a shop that is not known",
        ),
        pytest.param(changed(webhook_secrets=SECRET), "webhook_secrets: ", id="secrets, no list"),
        pytest.param(
            changed(retiring_secrets=[{"secret": SECRET, "until": "tomorrow"}]),
            "retiring_secrets.0.until: ",
            id="an end of a secret that is no time",
        ),
        pytest.param(
            changed(retiring_secrets=[{"secret": SECRET}]),
            "retiring_secrets.0.until: Field required",
            id="a retiring secret without an end",
        ),
        pytest.param(changed(access_key=[KEY]), "access_key: ", id="an access key that is a list"),
        pytest.param(
            changed(order_ulr="x"),
            "order_ulr: not a known key, the nearest one is order_url",
            id="a misspelt key",
        ),
        pytest.param(
            changed(accesskey=KEY),
            "accesskey: not a known key, the nearest one is access_key",
            id="a misspelt key with a secret",
        ),
        pytest.param(
            changed(
                promised_date_rule={
                    "business_days": 2,
                    "cut_of_hour": 15,
                    "time_zone": "Europe/Berlin",
                }
            ),
            "promised_date_rule.cut_of_hour: not a known key, the nearest one is cut_off_hour",
            id="a misspelt key within a key",
        ),
        pytest.param(
            changed(api_url="sevensenders.com"),
            "api_url: expected a base URL such as https://api.sevensenders.com/v2",
            id="a base URL without a scheme",
        ),
        pytest.param(
            changed(api_url="https://[api/v2"), "api_url: expected a base URL", id="no URL"
        ),
        pytest.param(
            changed(api_url="https://key@host/v2"), "api_url: expected", id="a URL with a user"
        ),
        pytest.param(
            changed(api_url="https://host/v2?a=b"), "api_url: expected", id="a URL with a query"
        ),
        pytest.param(
            changed(shop_domain="https://shop.example/"),
            "shop_domain: expected a host name such as shop.example",
            id="a URL for a host name",
        ),
        pytest.param(
            changed(promised_date_format="DD.MM.YYYY"),
            "promised_date_format: expected a strptime format of a whole date such as %d.%m.%Y",
            id="a format of another kind",
        ),
        pytest.param(
            changed(promised_date_format="%d.%m."),
            "promised_date_format: expected a strptime format of a whole date such as %d.%m.%Y",
            id="a format without a year",
        ),
        pytest.param(changed(default_language="jp"), "default_language: expected", id="language"),
        pytest.param(changed(state_tags={"x": "shipped"}), "state_tags.x: ", id="a state"),
        pytest.param(changed(orders_since="2026-01-01"), "orders_since: ", id="no time"),
    ],
)
def test_a_wrong_document_gives_one_error_that_names_the_key(settings: object, says: str) -> None:
    with pytest.raises(InvalidConnection) as error:
        read_connection("acme", settings)
    assert str(error.value).startswith("connection acme: ")
    assert says in str(error.value)
    shown = "".join(format_exception(error.value))
    assert SECRET not in shown
    assert KEY not in shown


RULE = {"business_days": 2, "cut_off_hour": 15, "time_zone": "Europe/Berlin"}
NOT_EMPTY = "expected a value that is not empty"
DATES_OR_COUNTRY = "expected dates, or a country code that the holidays package knows, such as DE"


def with_holidays(holidays: object) -> dict[str, Any]:
    return changed(promised_date_rule=RULE | {"holidays": holidays})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(changed(webhook_secrets=[]), f"webhook_secrets: {NOT_EMPTY}", id="no secret"),
        pytest.param(
            changed(webhook_secrets=["s", ""]),
            f"webhook_secrets.1: {NOT_EMPTY}",
            id="an empty secret behind another",
        ),
        pytest.param(
            changed(webhook_secrets=[""]),
            f"webhook_secrets.0: {NOT_EMPTY}",
            id="an empty secret alone, which is not called an empty list",
        ),
        pytest.param(changed(access_key=""), f"access_key: {NOT_EMPTY}", id="an empty access key"),
        pytest.param(
            changed(tag_meta_keys={"_k": ""}), f"tag_meta_keys._k: {NOT_EMPTY}", id="an empty tag"
        ),
        pytest.param(
            with_holidays("XX"),
            f"promised_date_rule.holidays: {DATES_OR_COUNTRY}",
            id="a country that there is not",
        ),
        pytest.param(
            with_holidays("Germany"),
            f"promised_date_rule.holidays: {DATES_OR_COUNTRY}",
            id="a country by its name",
        ),
        pytest.param(
            with_holidays(25),
            f"promised_date_rule.holidays: {DATES_OR_COUNTRY}",
            id="holidays that are a number",
        ),
        pytest.param(
            with_holidays(["2026-12-25", "2026-13-01"]),
            "promised_date_rule.holidays.1: Input should be a valid date or datetime,"
            " month value is outside expected range of 1-12",
            id="a holiday that there is not",
        ),
    ],
)
def test_an_error_says_once_and_in_plain_words_what_was_expected(
    settings: object, says: str
) -> None:
    with pytest.raises(InvalidConnection) as error:
        read_connection("acme", settings)
    assert str(error.value) == f"connection acme: {says}"


def test_a_country_that_the_holidays_package_knows_is_kept_as_its_code() -> None:
    document = read_connection("acme", with_holidays("DE"))
    syncing = read_syncing("acme", document.syncing_text())
    assert syncing.promised_date_rule is not None
    assert syncing.promised_date_rule.holidays == "DE"


def test_an_age_is_not_longer_than_can_be_reckoned_with() -> None:
    read_connection("acme", changed(max_order_age_days=36_500))
    with pytest.raises(InvalidConnection, match="max_order_age_days"):
        read_connection("acme", changed(max_order_age_days=10**10))


def test_all_wrong_keys_stand_in_one_error() -> None:
    with pytest.raises(InvalidConnection) as error:
        read_connection("acme", changed(platform="x", paused="maybe", max_order_age_days=-1))
    for key in ("platform", "paused", "max_order_age_days"):
        assert f"{key}: " in str(error.value)


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        ("a", True),
        ("0-shop", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("", False),
        ("-a", False),
        ("Acme", False),
        ("a_b", False),
        ("a/b", False),
        ("ä", False),
        ("a\n", False),
    ],
)
def test_names(name: str, *, is_taken: bool) -> None:
    if is_taken:
        read_connection(name, SMALLEST)
    else:
        with pytest.raises(InvalidConnection, match="a name has 1 to 63 of a-z, 0-9 and -"):
            read_connection(name, SMALLEST)


@pytest.mark.parametrize(
    ("part", "key", "longer"),
    [
        ("receiving", "webhook_secrets", lambda n: ["x" * n]),
        ("syncing", "order_url", lambda n: "https://" + "x" * n),
    ],
)
def test_a_document_fits_into_4096_bytes(part: str, key: str, longer: Any) -> None:
    def text(length: int) -> str:
        document = read_connection("acme", changed(**{key: longer(length)}))
        return str(getattr(document, f"{part}_text")())

    room = 4096 - len(text(1).encode()) + 1
    assert len(text(room).encode()) == 4096
    with pytest.raises(
        InvalidConnection, match=f"the {part} document has 4097 bytes, .* shorten {key}"
    ):
        text(room + 1)


def test_the_size_is_counted_in_bytes() -> None:
    read_connection("acme", changed(order_url="https://" + "x" * 3000))
    with pytest.raises(InvalidConnection, match="bytes"):
        read_connection("acme", changed(order_url="https://" + "ü" * 3000))


def test_secrets_are_never_printed() -> None:
    document = read_connection("acme", SMALLEST)
    receiving = read_receiving(document.receiving_text(), platforms=SHOPS)
    for shown in (document, document.account, receiving):
        assert SECRET not in f"{shown!r} {shown}"
        assert KEY not in f"{shown!r} {shown}"
    assert SECRET not in document.model_dump_json()
    assert KEY not in document.model_dump_json()
