from typing import Any

import pytest

from seven_senders_adapter.domain.fields import Known, wanted_fields
from seven_senders_adapter.domain.order_record import Fields
from seven_senders_adapter.domain.settings import MappingSettings, PromisedDateRule
from tests.unit.domain.orders import MONDAY, at, snapshot

URL = "https://shop.example"
GERMAN = "https://shop.example/de"
DUTCH = "https://shop.example/nl"
URLS = {"de": GERMAN, "nl": DUTCH}


@pytest.mark.parametrize(
    ("language", "settings", "sent", "url"),
    [
        pytest.param("de", {}, "de", None, id="a language of the API's list"),
        pytest.param("nl", {}, None, None, id="one that is not in it is left out"),
        pytest.param("nl", {"default_language": "en"}, "en", None, id="or gives the default"),
        pytest.param(None, {"default_language": "en"}, "en", None, id="so does none"),
        pytest.param("fr", {"order_url": URL, "order_urls": URLS}, "fr", URL, id="the plain URL"),
        pytest.param(
            "de", {"order_url": URL, "order_urls": URLS}, "de", GERMAN, id="the language's"
        ),
        pytest.param("nl", {"order_urls": URLS}, None, DUTCH, id="looked up before it is reduced"),
        pytest.param(
            "nl",
            {"default_language": "de", "order_urls": {"de": GERMAN}, "order_url": URL},
            "de",
            GERMAN,
            id="the URL of the default language goes with it",
        ),
    ],
)
def test_language_and_url_of_a_new_order(
    language: str | None, settings: dict[str, Any], sent: str | None, url: str | None
) -> None:
    fields, _ = wanted_fields(snapshot(1, language=language), MappingSettings(**settings), None)
    assert (fields.language, fields.order_url) == (sent, url)


@pytest.mark.parametrize(
    ("language", "sent", "url"),
    [
        pytest.param("fr", "fr", URL, id="a new one of the list changes both"),
        pytest.param(None, "de", GERMAN, id="none changes nothing"),
        pytest.param("tr", "de", GERMAN, id="one that the API does not take changes nothing"),
        pytest.param("nl", "de", DUTCH, id="unless the connection has a URL for it"),
    ],
)
def test_language_and_url_of_a_known_order(language: str | None, sent: str, url: str) -> None:
    settings = MappingSettings(order_url=URL, order_urls=URLS, default_language="en")
    known = Known(fields=Fields(language="de", order_url=GERMAN), language="de", order_date=MONDAY)
    fields, _ = wanted_fields(snapshot(1, language=language), settings, known)
    assert (fields.language, fields.order_url) == (sent, url)


def test_a_changed_setting_reaches_a_known_order() -> None:
    known = Known(fields=Fields(order_url="https://old.example"), language=None, order_date=MONDAY)
    fields, _ = wanted_fields(snapshot(1), MappingSettings(order_url=URL), known)
    assert fields.order_url == URL


RULE = PromisedDateRule(business_days=1, cut_off_hour=15, time_zone="UTC")


def test_a_promised_date_of_the_shop_goes_before_the_rule() -> None:
    settings = MappingSettings(promised_date_rule=RULE)
    fields, _ = wanted_fields(snapshot(1, promised_at=at(99)), settings, None)
    assert fields.promised_delivery_date == at(99)


def test_the_rule_counts_from_the_orders_date() -> None:
    settings = MappingSettings(promised_date_rule=RULE)
    known = Known(fields=Fields(), language=None, order_date=MONDAY)
    fields, _ = wanted_fields(snapshot(5000), settings, known)
    assert fields.promised_delivery_date is not None
    assert fields.promised_delivery_date.isoformat() == "2026-03-03T23:59:59+00:00"


def test_a_promised_date_that_is_gone_stays() -> None:
    known = Known(fields=Fields(promised_delivery_date=at(7)), language=None, order_date=MONDAY)
    fields, _ = wanted_fields(snapshot(1), MappingSettings(), known)
    assert fields.promised_delivery_date == at(7)


def test_all_tags_removed_is_a_change() -> None:
    known = Known(fields=Fields(order_tags={"a": "b"}), language=None, order_date=MONDAY)
    fields, _ = wanted_fields(snapshot(1), MappingSettings(), known)
    assert fields.order_tags == {}


def test_that_all_has_shipped_is_never_taken_back() -> None:
    known = Known(fields=Fields(boarding_complete=True), language=None, order_date=MONDAY)
    fields, _ = wanted_fields(snapshot(1, shipped=False), MappingSettings(), known)
    assert fields.boarding_complete is True
