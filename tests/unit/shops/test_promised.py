from datetime import datetime

import pytest

from seven_senders_adapter.domain.settings import MappingSettings, PromisedDateRule
from tests.unit.shops.orders import meta, projected, shopify_order, snapshot_of, woo_order

BERLIN = MappingSettings(
    promised_date_rule=PromisedDateRule(business_days=2, cut_off_hour=15, time_zone="Europe/Berlin")
)
UTC_ONLY = MappingSettings()


@pytest.mark.parametrize(
    ("value", "form", "settings", "expected"),
    [
        pytest.param("2026-03-28", None, BERLIN, "2026-03-28T22:59:59Z", id="a date in winter"),
        pytest.param("2026-03-29", None, BERLIN, "2026-03-29T21:59:59Z", id="a date in summer"),
        pytest.param("2026-03-28", None, UTC_ONLY, "2026-03-28T23:59:59Z", id="no zone is UTC"),
        pytest.param(
            "2026-03-28T18:00:00+01:00", None, BERLIN, "2026-03-28T17:00:00Z", id="a time of day"
        ),
        pytest.param("2026-03-28T18:00:00Z", None, BERLIN, "2026-03-28T18:00:00Z", id="in UTC"),
        pytest.param(
            "2026-03-28T18:00", None, BERLIN, "2026-03-28T17:00:00Z", id="a local time of day"
        ),
        pytest.param("28.03.2026", "%d.%m.%Y", BERLIN, "2026-03-28T22:59:59Z", id="a format"),
        pytest.param(
            "28.03.2026 00:00", "%d.%m.%Y %H:%M", BERLIN, "2026-03-27T23:00:00Z",
            id="a format with a time of day",
        ),
        pytest.param("2026-03-28", "%d.%m.%Y", BERLIN, "2026-03-28T22:59:59Z", id="ISO as well"),
    ],
)  # fmt: skip
def test_a_promised_date(
    value: str, form: str | None, settings: MappingSettings, expected: str
) -> None:
    shopify = shopify_order(note_attributes=[{"name": "due", "value": value}])
    names = {"promised_date_attribute": "due", "promised_date_format": form}
    assert snapshot_of("shopify", shopify, settings, **names).promised_at == datetime.fromisoformat(
        expected
    )
    woo = woo_order(meta_data=meta(due=value))
    names = {"promised_date_meta_key": "due", "promised_date_format": form}
    assert snapshot_of("woocommerce", woo, settings, **names).promised_at == datetime.fromisoformat(
        expected
    )


@pytest.mark.parametrize(
    ("value", "form", "dropped"),
    [
        pytest.param("28.03.2026", None, True, id="no ISO date"),
        pytest.param("2026-02-30", None, True, id="no such day"),
        pytest.param("28.03.26 Jana", "%d.%m.%y", True, id="not of the format"),
        pytest.param("28.03.2026", "%Y.%m.%Y", True, id="a format that can't be"),
        pytest.param("28.03.2026", "%Q", True, id="an unknown directive"),
        pytest.param("0001-01-01", None, True, id="a year out of reason"),
        pytest.param("9999-12-31", None, True, id="the end of time"),
        pytest.param("٢٠٢٦-03-28", None, True, id="digits that are not ASCII"),
        pytest.param("2026-03-28" + " " * 99, None, True, id="over-long"),
        pytest.param(20260328, None, True, id="a number"),
        pytest.param(["2026-03-28"], None, True, id="a list"),
        pytest.param("", None, False, id="an empty value is no date"),
        pytest.param(None, None, False, id="nor is null"),
    ],
)
def test_anything_else_is_left_out_and_counted(
    value: object, form: str | None, dropped: bool
) -> None:
    reasons = ("unreadable_promised_date",) * dropped
    shopify = shopify_order(note_attributes=[{"name": "due", "value": value}])
    read = projected("shopify", shopify, promised_date_attribute="due", promised_date_format=form)
    assert ("promised" in read.projection, read.dropped) == (False, reasons)
    woo = woo_order(meta_data=meta(due=value))
    read = projected("woocommerce", woo, promised_date_meta_key="due", promised_date_format=form)
    assert ("promised" in read.projection, read.dropped) == (False, reasons)


def test_only_the_named_attribute_is_read() -> None:
    body = shopify_order(
        note_attributes=[
            {"name": "gift note", "value": "for Jana"},
            {"name": "due", "value": ""},
            {"name": "due", "value": "2026-03-28"},
        ]
    )
    read = projected("shopify", body, promised_date_attribute="due")
    assert read.projection["promised"] == "2026-03-28"
    assert "promised" not in projected("shopify", body).projection
    assert "promised" not in projected("shopify", body, promised_date_attribute="x").projection


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        pytest.param("2026-03-28", "2026-03-28", id="a date stays a date"),
        pytest.param("20260328", "2026-03-28", id="written in full"),
        pytest.param("2026-03-28T18:00+01:00", "2026-03-28T17:00:00+00:00", id="a time in UTC"),
        pytest.param("2026-03-28T18:00", "2026-03-28T18:00:00", id="a local time stays local"),
    ],
)
def test_what_is_queued_of_a_promised_date(value: str, stored: str) -> None:
    body = woo_order(meta_data=meta(due=value))
    read = projected("woocommerce", body, promised_date_meta_key="due")
    assert read.projection["promised"] == stored
