"""The oracle over the example deliveries, against what their author expected of them."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chaos.oracle import Arrival, Expected, expected

EVENTS = Path(__file__).parents[2] / "events"
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TOPICS = ("X-Shopify-Topic", "X-WC-Webhook-Topic")
TURNED_AWAY = "turned away"
DEAD_LETTER = "dead letter: "

FORMS: dict[str, Callable[[datetime], str]] = {
    "offset": datetime.isoformat,
    "utc": datetime.isoformat,
    "gmt": lambda time: time.strftime("%Y-%m-%dT%H:%M:%S"),
    "date": lambda time: time.strftime("%Y-%m-%d"),
    "dotted_date": lambda time: time.strftime("%d.%m.%Y"),
    "end_of_day": lambda time: time.strftime("%Y-%m-%dT23:59:59+00:00"),
}
PLACEHOLDER = re.compile(rf"\{{({'|'.join(FORMS)})((?: [+-]\d+[dhms])*)\}}")
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def read(name: str) -> Any:
    """Read a file of the examples, its dates filled in as of NOW."""
    text = (EVENTS / name).read_text(encoding="utf-8")
    return json.loads(PLACEHOLDER.sub(lambda found: fill_in(found[1], found[2]), text))


def fill_in(form: str, shifts: str) -> str:
    deltas = [timedelta(**{UNITS[shift[-1]]: int(shift[:-1])}) for shift in shifts.split()]
    return FORMS[form](NOW + sum(deltas, timedelta()))


def shop_of(delivery: str) -> str:
    return "demo-" + delivery.partition("/")[0]


EXPECTED = read("expected.json")


def lives() -> dict[tuple[str, str], Expected]:
    """Return what the oracle makes of each order, by connection and the shop's id."""
    connections = yaml.safe_load((EVENTS / "connections.yaml").read_text(encoding="utf-8"))
    arrivals = defaultdict(list)
    for step in read("order-of-arrival.json"):
        name = step["delivery"]
        delivery = read(f"{name}.json")
        topic = next((delivery["headers"][key] for key in TOPICS if key in delivery["headers"]), "")
        if EXPECTED["deliveries"][name] != TURNED_AWAY and topic:
            body = delivery["body"]
            arrivals[shop_of(name), str(body.get("id"))].append(Arrival(topic, body, NOW))
    return {order: expected(connections[order[0]], came) for order, came in arrivals.items()}


LIVES = lives()


@pytest.mark.parametrize("shop", EXPECTED["orders"])
def test_each_order_has_the_expected_fields_and_states(shop: str) -> None:
    found = {life.order_id: life for (of, _), life in LIVES.items() if of == shop if life.order_id}

    assert {
        order: {"fields": life.fields, "states": [list(state) for state in life.states]}
        for order, life in found.items()
    } == {
        order: {"fields": wanted["fields"], "states": wanted["states"][1:]}
        for order, wanted in EXPECTED["orders"][shop].items()
    }


def test_each_dead_letter_is_expected() -> None:
    wanted = defaultdict(set)
    for name, became in EXPECTED["deliveries"].items():
        if became.startswith(DEAD_LETTER):
            key = shop_of(name), str(read(f"{name}.json")["body"]["id"])
            wanted[key].add(became.removeprefix(DEAD_LETTER))

    assert {
        key: set(life.dead_letters) for key, life in LIVES.items() if life.dead_letters
    } == wanted
