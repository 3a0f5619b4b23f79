"""The oracle's fields, against examples worked out by hand from the mapping."""

from datetime import datetime

import pytest

from tests.chaos.connections import (
    CONNECTIONS,
    SHOPIFY_PLAIN,
    SHOPIFY_RICH,
    WOOCOMMERCE_PLAIN,
    WOOCOMMERCE_RICH,
)
from tests.chaos.example_bodies import Body, came, cases, meta, shopify, woocommerce
from tests.chaos.oracle import Arrival, expected


@pytest.mark.parametrize(
    ("bodies", "language", "url"),
    cases(
        {
            "of the locale": (["de-AT"], "de", "de/"),
            "of a locale in capitals": (["FR"], "fr", "fr/"),
            "without a URL of its own": (["es"], "es", None),
            "that Seven Senders does not take, but with a URL": (["nl"], None, "nl/"),
            "that is missing": ([None], None, None),
            "that is no language": (["1"], None, None),
            "that is known later": ([None, "de"], "de", "de/"),
            "that changes": (["de", "fr"], "fr", "fr/"),
            "that is missing later": (["de", None], "de", "de/"),
            "that Seven Senders does not take later": (["de", "nl"], "de", "nl/"),
        }
    ),
)
def test_the_language_and_its_url(
    bodies: list[str | None], language: str | None, url: str | None
) -> None:
    fields = came(
        SHOPIFY_RICH,
        [shopify(f"1{n}:00", customer_locale=locale) for n, locale in enumerate(bodies)],
    ).fields

    assert fields.get("language") == language
    assert fields.get("order_url") == (None if url is None else f"https://rich.example.com/{url}")


@pytest.mark.parametrize(
    ("connection", "body", "language"),
    cases(
        {
            "the default for one that is missing": (SHOPIFY_PLAIN, shopify(), "en"),
            "or not taken": (SHOPIFY_PLAIN, shopify(customer_locale="tr"), "en"),
            "a plugin's key": (
                WOOCOMMERCE_PLAIN,
                woocommerce(meta_data=meta(other="x", trp_language="it_IT")),
                "it",
            ),
            "the first named key": (
                WOOCOMMERCE_RICH,
                woocommerce(meta_data=meta(wpml_language="it", _order_language="pl")),
                "pl",
            ),
            "the second if the first holds none": (
                WOOCOMMERCE_RICH,
                woocommerce(meta_data=meta(_order_language={"a": 1}, wpml_language="it")),
                "it",
            ),
            "no key that was not named": (
                WOOCOMMERCE_RICH,
                woocommerce(meta_data=meta(trp_language="it_IT")),
                None,
            ),
        }
    ),
)
def test_where_the_language_stands(connection: str, body: Body, language: str | None) -> None:
    assert came(connection, [body]).fields.get("language") == language


def test_on_a_known_order_the_default_language_changes_nothing() -> None:
    bodies = [shopify(customer_locale="de"), shopify("10:00")]

    assert came(SHOPIFY_PLAIN, bodies).fields["language"] == "de"


@pytest.mark.parametrize(
    ("tags", "keys"),
    cases(
        {
            "none": ("", None),
            "only blanks": (" , ", None),
            "each is a key": ("vip, new one", {"vip": "true", "new one": "true"}),
            "with a value": ("channel : web", {"channel": "web"}),
            "split at the first colon": ("at:10:30", {"at": "10:30"}),
            "without a key": (":web", {":web": "true"}),
            "without a value": ("channel:", {"channel:": "true"}),
            "equal keys": ("size:L, a, size:M", {"size": "L, M", "a": "true"}),
            "an e-mail address": ("ask test@example.com, a", {"a": "true"}),
            "an e-mail address as a value": ("by:test@example.com", None),
            "a phone number": ("+1 (555) 010-0100, a", {"a": "true"}),
            "a phone number as a value": ("call:555.0100", None),
            "a phone number as a key": ("5550100:yes", {"5550100": "yes"}),
            "six digits": ("555-010", {"555-010": "true"}),
            "digits with letters": ("A5550100", {"A5550100": "true"}),
            "a date": ("2026-03-04, due:04.03.2026", {"2026-03-04": "true", "due": "04.03.2026"}),
        }
    ),
)
def test_tags(tags: str, keys: dict[str, str] | None) -> None:
    assert came(SHOPIFY_PLAIN, [shopify(tags=tags)]).fields.get("order_tags") == keys


def test_tags_that_all_go_leave_an_empty_object() -> None:
    bodies = [shopify(tags="a"), shopify("10:00", tags="")]

    assert came(SHOPIFY_PLAIN, bodies).fields["order_tags"] == {}


def test_tags_of_meta_keys_are_tokens() -> None:
    body = woocommerce(meta_data=meta(_customer_group="gold", _sales_channel="Ask for Mr. Test"))

    assert came(WOOCOMMERCE_RICH, [body]).fields["order_tags"] == {"group": "gold"}


@pytest.mark.parametrize(
    ("created", "promised"),
    cases(
        {
            "Friday before the cut-off": ("2026-03-06T14:59:59+01:00", "2026-03-10T22:59:59"),
            "Friday at the cut-off": ("2026-03-06T15:00:00+01:00", "2026-03-11T22:59:59"),
            "by local time": ("2026-03-06T13:59:59Z", "2026-03-10T22:59:59"),
            "Sunday": ("2026-03-08T08:00:00+01:00", "2026-03-11T22:59:59"),
            "into summer time": ("2026-03-27T15:00:00+01:00", "2026-04-01T21:59:59"),
            "over Easter": ("2026-04-01T15:00:00+02:00", "2026-04-08T21:59:59"),
            "on a holiday": ("2026-04-03T09:00:00+02:00", "2026-04-09T21:59:59"),
            "a day that has begun only there": ("2026-03-05T23:30:00Z", "2026-03-10T22:59:59"),
        }
    ),
)
def test_the_promised_date_by_rule(created: str, promised: str) -> None:
    body = {**shopify(), "created_at": created, "updated_at": "2026-04-10T00:00:00Z"}
    arrival = Arrival("orders/create", body, datetime.fromisoformat("2026-03-09T00:00:00Z"))

    fields = expected(CONNECTIONS[SHOPIFY_RICH], [arrival]).fields

    assert fields["promised_delivery_date"] == f"{promised}+00:00"


BY_RULE = "2026-03-04T22:59:59"


@pytest.mark.parametrize(
    ("values", "promised"),
    cases(
        {
            "a date lasts to its end": (["2026-03-28"], "2026-03-28T22:59:59"),
            "in summer time too": (["2026-03-29"], "2026-03-29T21:59:59"),
            "a date-time": (["2026-03-10T12:00:00+01:00"], "2026-03-10T11:00:00"),
            "what is no date leaves it to the rule": (["soon"], BY_RULE),
            "what is missing too": ([None], BY_RULE),
            "a changed date": (["2026-03-10", "2026-03-11"], "2026-03-11T22:59:59"),
            "a date that goes": (["2026-03-10", None], BY_RULE),
        }
    ),
)
def test_the_promised_date_by_attribute(values: list[str | None], promised: str) -> None:
    bodies = [
        shopify(f"1{n}:00", note_attributes=[{"name": "Delivery date", "value": value}])
        for n, value in enumerate(values)
    ]

    fields = came(SHOPIFY_RICH, bodies).fields

    assert fields["promised_delivery_date"] == f"{promised}+00:00"


def test_a_promised_date_that_goes_without_a_rule_stays() -> None:
    bodies = [woocommerce(meta_data=meta(_delivery_day="2026-03-10")), woocommerce("10:00")]

    fields = came(WOOCOMMERCE_RICH, bodies).fields

    assert fields["promised_delivery_date"] == "2026-03-10T23:59:59+00:00"


@pytest.mark.parametrize(
    ("bodies", "complete"),
    cases(
        {
            "false at first": ([shopify()], False),
            "not for a part": ([shopify(fulfillment_status="partial")], False),
            "true in the creation": ([shopify(fulfillment_status="fulfilled")], True),
            "true later": ([shopify(), shopify("10:00", fulfillment_status="fulfilled")], True),
            "never back": ([shopify(fulfillment_status="fulfilled"), shopify("10:00")], True),
            "not by an older one": (
                [shopify("10:00"), shopify("09:30", fulfillment_status="fulfilled")],
                False,
            ),
        }
    ),
)
def test_boarding_is_complete_once_all_was_shipped(bodies: list[Body], complete: bool) -> None:
    assert came(SHOPIFY_PLAIN, bodies).fields["boarding_complete"] is complete
