"""The deliveries in events/: their dates, their signatures, their order, and what they hold."""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from seven_senders_local.events import (
    CONNECTIONS_FILE,
    Event,
    fill,
    load_events,
    sign,
)
from seven_senders_local.outcome import load_arrivals, load_expected

NOW = datetime(2026, 3, 27, 23, 30, 15, 987, tzinfo=UTC)
ALL = load_events()
CONNECTIONS = yaml.safe_load(CONNECTIONS_FILE.read_text(encoding="utf-8"))
SIGNED = [event for event in ALL.values() if "{signature}" in event.headers.values()]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{utc -3d}", "2026-03-24T23:30:15+00:00"),
        ("{utc -3d +2h}", "2026-03-25T01:30:15+00:00"),
        ("{utc +0d -5m}", "2026-03-27T23:25:15+00:00"),
        ("{offset -3d}", "2026-03-25T01:30:15+02:00"),
        ("{nanoseconds -3d}", "2026-03-24T23:30:15.000000000Z"),
        ("{gmt -3d}", "2026-03-24T23:30:15"),
        ("{local -3d}", "2026-03-25T01:30:15"),
        ("{date +2d}", "2026-03-29"),
        ("{dotted_date +2d}", "29.03.2026"),
        ("{end_of_day +2d}", "2026-03-29T23:59:59+00:00"),
        ("from {date -1d} to {date +1d}", "from 2026-03-26 to 2026-03-28"),
        ("{signature}", "{signature}"),
        (7, 7),
        ({"a": ["{date +0d}", None]}, {"a": ["2026-03-27", None]}),
    ],
)
def test_placeholders_are_filled_with_moments_relative_to_now(text: object, filled: object) -> None:
    assert fill(text, NOW) == filled


def test_an_unknown_form_of_a_moment_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected one of utc"):
        fill("{epoch -3d}", NOW)


def test_a_file_with_other_keys_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "shopify"
    folder.mkdir()
    (folder / "1-created.json").write_text('{"headers": {}}')
    with pytest.raises(ValueError, match="expected the keys about, headers and body"):
        load_events(tmp_path)


@pytest.mark.parametrize("event", SIGNED, ids=lambda event: event.name)
def test_each_delivery_is_signed_over_its_bytes(event: Event) -> None:
    delivery = sign(event, secret="s3cret", now=NOW)
    digest = hmac.new(b"s3cret", delivery.body, hashlib.sha256).digest()
    assert base64.b64encode(digest).decode() in delivery.headers.values()
    text = delivery.body.decode() + "".join(delivery.headers.values())
    assert not re.search(r"\{(signature|utc|gmt|local|offset|date)", text)


def test_all_but_the_ping_and_the_forgery_are_signed() -> None:
    unsigned = {event.name for event in ALL.values() if event not in SIGNED}
    assert unsigned == {"woocommerce/2000-1-ping", "shopify/1010-1-forged"}


@pytest.mark.parametrize(
    ("platform", "body"),
    [
        ("shopify", '{"note":"\\/ \\u0026 Grüße"}'),
        ("woocommerce", '{"note":"\\/ & Gr\\u00fc\\u00dfe"}'),
    ],
)
def test_bodies_are_escaped_as_the_platform_does(platform: str, body: str) -> None:
    event = Event(name=f"{platform}/x", about="", headers={}, body={"note": "/ & Grüße"})
    assert sign(event, secret="s", now=NOW).body.decode() == body


def test_a_form_is_sent_as_it_is() -> None:
    delivery = sign(ALL["woocommerce/2000-1-ping"], secret="s", now=NOW)
    assert delivery.body == b"webhook_id=1"


@pytest.mark.parametrize(
    ("platform", "key"), [("shopify", "updated_at"), ("woocommerce", "date_modified_gmt")]
)
def test_names_sort_in_order_of_time(platform: str, key: str) -> None:
    bodies = [fill(event.body, NOW) for event in ALL.values() if event.platform == platform]
    times = [
        datetime.fromisoformat(body[key])
        for body in bodies
        if isinstance(body, dict) and key in body
    ]
    assert len(times) > 20
    assert times == sorted(times)


def test_nothing_happened_in_the_future_or_too_long_ago() -> None:
    texts = json.dumps([[event.headers, event.body] for event in ALL.values()])
    days = [int(d) for d in re.findall(r"\{(?:utc|gmt|local|offset|nanoseconds) ([+-]\d+)d", texts)]
    assert min(days) > -90
    assert max(days) < -1


@pytest.mark.parametrize("event", ALL.values(), ids=lambda event: event.name)
def test_every_delivery_goes_to_a_connection_of_its_platform(event: Event) -> None:
    assert CONNECTIONS[event.connection]["platform"] == event.platform


@pytest.mark.parametrize(
    "value", ["test.customer@example.com", "Test Customer", "+1-555-0100", "1 Example Street"]
)
@pytest.mark.parametrize("name", ["shopify/1001-1-created", "woocommerce/2001-3-processing"])
def test_bodies_hold_personal_data_that_must_go_no_further(name: str, value: str) -> None:
    assert value in json.dumps(ALL[name].body)


def test_every_delivery_arrives_and_has_an_expected_fate() -> None:
    expected = load_expected(NOW)
    assert {arrival.event.name for arrival in load_arrivals(ALL)} == set(ALL)
    assert set(expected.deliveries) == set(ALL)


def test_what_is_lost_is_healed_and_changed_within_the_hour_that_is_looked_at_first() -> None:
    fates = load_expected(NOW).deliveries
    lost = [arrival.event for arrival in load_arrivals(ALL) if arrival.lost]
    assert {event.name for event in lost} == {name for name in fates if fates[name] == "healed"}
    for event in lost:
        body = fill(event.body, NOW)
        assert isinstance(body, dict)
        changed = body.get("updated_at") or f"{body['date_modified_gmt']}Z"
        assert NOW - datetime.fromisoformat(changed) < timedelta(hours=1)


def test_whatever_comes_out_of_its_place_says_why() -> None:
    newest: dict[str, str] = {}
    for arrival in load_arrivals(ALL):
        order = arrival.event.name.split("-")[0]
        if arrival.event.name <= newest.get(order, ""):
            assert arrival.why, arrival.event.name
        newest[order] = max(arrival.event.name, newest.get(order, ""))


def test_expected_times_are_relative_to_now() -> None:
    later = NOW + timedelta(days=1)
    first, second = load_expected(NOW).orders, load_expected(later).orders
    name = ("demo-shopify", "#1001")
    assert first[name].states[0] == ("new", "2026-02-15T23:30:15+00:00")
    assert second[name].states[0] == ("new", "2026-02-16T23:30:15+00:00")
