"""What an error's header and body say, as far as they can be understood."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seven_senders_adapter.seven_senders.refusals import (
    MAX_RETRY_AFTER,
    blamed_fields,
    retry_after,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SENT = ("order_id", "order_date", "order_url", "language", "order_tags", "promised_delivery_date")


def violation(path: str, message: str = "odd") -> object:
    return {"violations": [{"propertyPath": path, "message": message}]}


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("21600", MAX_RETRY_AFTER),
        ("21601", MAX_RETRY_AFTER),
        ("9" * 5000, MAX_RETRY_AFTER),
        ("Mon, 02 Mar 2026 12:02:00 GMT", timedelta(minutes=2)),
        ("Mon, 02 Mar 2026 13:02:00 +0100", timedelta(minutes=2)),
        ("Mon, 02 Mar 2026 12:02:00 -0000", timedelta(minutes=2)),
        ("Tue, 03 Mar 2026 12:00:00 GMT", MAX_RETRY_AFTER),
        ("Mon, 02 Mar 2026 11:59:00 GMT", None),
        (None, None),
        ("", None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("120, 240", None),
        ("2026-03-02T12:02:00Z", None),
        ("Mon, 02 Mar 99999999999999999999 12:02:00 GMT", None),
        ("Mon, 02 Mar 2026 12:02:00 +99999999999999", None),
    ],
)
def test_retry_after_is_understood_up_to_six_hours_or_ignored(
    text: str | None, wait: timedelta | None
) -> None:
    assert retry_after(text, now=NOON) == wait


@given(st.text())
def test_no_retry_after_raises(text: str) -> None:
    wait = retry_after(text, now=NOON)
    assert wait is None or timedelta(0) < wait <= MAX_RETRY_AFTER


@pytest.mark.parametrize(
    ("content", "blamed"),
    [
        (violation("language"), {"language"}),
        (violation("order_tags"), {"order_tags"}),
        (violation("order_tags[vip]"), {"order_tags"}),
        (violation("orderTags.vip"), {"order_tags"}),
        (violation("data.order_url"), {"order_url"}),
        (violation("children[promisedDeliveryDate].data"), {"promised_delivery_date"}),
        (violation("language", "not among order_tags"), {"language"}),
        (violation("", "The order_url is wrong."), {"order_url"}),
        ({"@type": "hydra:Error", "hydra:description": "language: bad"}, {"language"}),
        ({"type": "about:blank", "detail": "order_tags: bad"}, {"order_tags"}),
        ({"errors": {"language": ["bad"]}}, {"language"}),
        ({"errors": [{"field": "language", "message": "bad"}]}, {"language"}),
        ({"errors": ["no", 3, None]}, set()),
        ({"message": 'The "language" is bad, so is order_url'}, {"language", "order_url"}),
        ({"error": "bad", "request": {"language": "xx"}}, set()),
        (violation("languages"), set()),
        (violation("boarding_complete"), set()),
        ({"detail": None, "violations": "all"}, set()),
        ({"violations": [None, 3, {"propertyPath": 3}]}, set()),
        ([{"propertyPath": "language"}], {"language"}),
        ("language is bad", {"language"}),
        (None, set()),
        (3, set()),
    ],
)
def test_the_blamed_fields_are_those_that_paths_or_else_texts_name(
    content: object, blamed: set[str]
) -> None:
    assert blamed_fields(json.dumps(content).encode(), sent=SENT) == blamed


@pytest.mark.parametrize(
    ("body", "blamed"),
    [
        (b"", set()),
        (b"<html lang='de'><b>language</b> is bad</html>", {"language"}),
        (b"\xff\xfe language", {"language"}),
        (b"[" * 200_000, set()),
    ],
)
def test_a_body_of_any_kind_is_searched_for_fields(body: bytes, blamed: set[str]) -> None:
    assert blamed_fields(body, sent=SENT) == blamed


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_no_body_raises(content: object) -> None:
    assert blamed_fields(json.dumps(content).encode(), sent=SENT) <= set(SENT)
