from datetime import date, datetime
from pathlib import Path

import pytest

from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_local.connections import read_file, read_shop_apis

TWO_SHOPS = """
one: {platform: shopify, webhook_secrets: [s], access_key: k, api_url: https://api.example/v2}
two: {platform: woocommerce, webhook_secrets: [s], access_key: k, orders_since: 2026-03-01T00:00Z}
"""


def file(folder: Path, text: str | bytes) -> Path:
    path = folder / "connections.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_all_connections_of_a_file_are_read(tmp_path: Path) -> None:
    documents = read_file(file(tmp_path, TWO_SHOPS))
    assert {name: document.platform for name, document in documents.items()} == {
        "one": "shopify",
        "two": "woocommerce",
    }
    assert documents["one"].api_url == "https://api.example/v2"


def test_a_given_url_replaces_that_of_all_connections(tmp_path: Path) -> None:
    documents = read_file(file(tmp_path, TWO_SHOPS), api_url="http://127.0.0.1:1/v2/")
    assert {document.api_url for document in documents.values()} == {"http://127.0.0.1:1/v2"}


SHOP = "{platform: shopify, webhook_secrets: [s], access_key: k"
RULE = "promised_date_rule: {business_days: 1, cut_off_hour: 9, time_zone: Europe/Berlin"


def test_a_connection_may_take_over_keys_of_another_and_change_them(tmp_path: Path) -> None:
    two = f"one: &one {SHOP}}}\ntwo: {{<<: *one, paused: true, access_key: other}}"
    three = f"{two}\nthree: {{<<: *one, paused: false}}"
    documents = read_file(file(tmp_path, three))
    assert [document.paused for document in documents.values()] == [False, True, False]


def test_dates_need_no_quotes(tmp_path: Path) -> None:
    dates = f"orders_since: 2026-03-01 00:00:00+01:00, {RULE}, holidays: [2026-12-25]}}"
    document = read_file(file(tmp_path, f"one: {SHOP}, {dates}}}"))["one"]
    assert document.orders_since == datetime.fromisoformat("2026-02-28T23:00Z")
    assert document.promised_date_rule is not None
    assert document.promised_date_rule.holidays == (date(2026, 12, 25),)


APIS = f"""
one: {SHOP}, shop_api: {{url: http://127.0.0.1:1, client_id: c, client_secret: s}}}}
two: {SHOP}}}
three:
  platform: woocommerce
  webhook_secrets: [s]
  access_key: k
  shop_api: {{url: http://localhost:2/shop, consumer_key: k, consumer_secret: s}}
"""


def test_a_connection_may_name_what_opens_its_shops_api(tmp_path: Path) -> None:
    apis = read_shop_apis(file(tmp_path, APIS))
    assert {name: (api.platform, api.url) for name, api in apis.items()} == {
        "one": ("shopify", "http://127.0.0.1:1"),
        "three": ("woocommerce", "http://localhost:2/shop"),
    }


def test_what_opens_a_shops_api_is_none_of_the_settings(tmp_path: Path) -> None:
    documents = read_file(file(tmp_path, APIS))
    assert documents["one"] == documents["two"]


@pytest.mark.parametrize(
    ("shop_api", "told"),
    [
        pytest.param(
            "{url: http://127.0.0.1:1, client_secret: s}",
            "client_id or access_token is needed",
            id="a key that is missing",
        ),
        pytest.param(
            "{url: http://shop.example, client_id: c, client_secret: s}",
            "url: expected the shop's own URL",
            id="a URL that is not the shop's",
        ),
        pytest.param(
            "{url: http://127.0.0.1:1, consumer_key: k, client_secret: s}",
            "consumer_key: not a known key",
            id="a key of another platform",
        ),
        pytest.param("client", "expected {key: value}", id="no keys"),
    ],
)
def test_what_is_wrong_of_a_shop_api_is_one_error_that_says_where(
    tmp_path: Path, shop_api: str, told: str
) -> None:
    with pytest.raises(InvalidConnection, match=f"^connection one: shop_api: .*{told}"):
        read_shop_apis(file(tmp_path, f"one: {SHOP}, shop_api: {shop_api}}}"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            f"one: {SHOP}, orders_since: 2026-02-30}}",
            "connection one: orders_since: expected a date and time with offset such as",
            id="a day that there is not",
        ),
        pytest.param(
            f"one: {SHOP}, {RULE}, holidays: [2026-13-01]}}}}",
            r"connection one: promised_date_rule\.holidays\.0: .* month value is outside",
            id="a month that there is not",
        ),
        pytest.param(
            f"one: {SHOP}}}\ntwo: {SHOP}}}\none: {SHOP}}}",
            r"connections\.yaml, line 3: one stands twice",
            id="two connections of one name",
        ),
        pytest.param(
            f"1: {SHOP}}}\n'1': {SHOP}}}",
            r"connections\.yaml, line 2: 1 stands twice",
            id="two connections of one name, once in quotes",
        ),
        pytest.param(
            f"one: {SHOP},\n\n  platform: woocommerce}}",
            r"connections\.yaml, line 3: platform stands twice",
            id="a key that stands twice",
        ),
        pytest.param("", "expected connections by name", id="an empty file"),
        pytest.param("- one", "expected connections by name", id="a list"),
        pytest.param("one: [\n", "connections.yaml, line 2: not YAML", id="no YAML"),
        pytest.param("one: 0b_", "connections.yaml: not YAML", id="a number without digits"),
        pytest.param(b"one: \xff", "not UTF-8", id="another encoding"),
        pytest.param("one: shopify", "connection one", id="a connection without keys"),
        pytest.param("One: {}", "connection 'One'", id="a name that is not allowed"),
    ],
)
@pytest.mark.parametrize("api_url", [None, "http://127.0.0.1:1/v2"])
def test_a_wrong_file_is_one_error_that_says_where(
    tmp_path: Path, text: str | bytes, told: str, api_url: str | None
) -> None:
    with pytest.raises(InvalidConnection, match=told):
        read_file(file(tmp_path, text), api_url=api_url)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidConnection, match=r"none\.yaml: No such file"):
        read_file(tmp_path / "none.yaml")
