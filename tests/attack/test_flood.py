"""A flood of deliveries that are refused: what it costs, and that the others get through.

Time is played: the flood comes at the stage's limit, 200 deliveries a second, to one process.
"""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest

from seven_senders_adapter.connections.receiving import FRESH_FOR, RETRY_AFTER
from seven_senders_adapter.telemetry import HOLD
from tests.attack.door import Door
from tests.played.clock import PlayedClock
from tests.recording import Recorder
from tests.unit.receiving.deliveries import as_event, shopify, woocommerce

DELIVERIES = 20_000
A_SECOND = 200
LENGTH = timedelta(seconds=DELIVERIES / A_SECOND)
AUTHENTIC = as_event(shopify())
FORGED = (
    as_event(shopify(headers={"x-shopify-hmac-sha256": "AAAA"})),
    as_event(woocommerce(headers={"x-wc-webhook-signature": ""})),
)
KINDS = 3
"""Of refusals: unknown connections, and wrong signatures for each of two connections."""


def to(name: str) -> dict[str, object]:
    return AUTHENTIC | {"pathParameters": {"connection": name}}


def delivery(number: int) -> Mapping[str, object]:
    """One of a hundred is authentic; names are never the same twice, and some impossible."""
    match number % 100:
        case 0:
            return AUTHENTIC
        case odd if odd % 3 == 0:
            return to(f"shop-{number}")
        case odd if odd % 3 == 1:
            return to(f"../{number}")
        case odd:
            return FORGED[odd % 2]


def flood(door: Door) -> Counter[int]:
    """How often each answer was given."""
    answers: Counter[int] = Counter()
    for number in range(DELIVERIES):
        answers[door.status(delivery(number))] += 1
        door.clock.sleep(1 / A_SECOND)
    return answers


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(0)


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str], clock: PlayedClock) -> Recorder:
    return Recorder(capsys, now=clock.now)


def test_it_costs_a_load_and_a_line_of_each_kind_a_minute_and_what_is_authentic_is_taken(
    recorder: Recorder, clock: PlayedClock
) -> None:
    door = Door(recorder.telemetry, clock=clock)
    answers = flood(door)
    assert answers == {200: 200, 404: 13_200, 401: 6_600}
    assert len(door.sqs.sent) == 200
    assert len(door.ssm.calls) == 1 + LENGTH // FRESH_FOR
    assert len(recorder.logged) == 200  # one of each that is authentic
    refusals = [line for line in recorder.written if "Rejected" in line]
    assert len(refusals) <= KINDS * (1 + LENGTH // HOLD)
    clock.sleep(HOLD.total_seconds())
    assert recorder.counted["Rejected unknown_connection"] == 13_200
    assert recorder.counted["Rejected wrong_signature"] == 6_600


def test_while_ssm_fails_it_costs_a_try_and_a_line_every_ten_seconds(
    recorder: Recorder, clock: PlayedClock
) -> None:
    door = Door(recorder.telemetry, clock=clock)
    assert door.status(AUTHENTIC) == 200
    door.ssm.failures = DELIVERIES
    assert flood(door)[200] == 200
    tries = 1 + (LENGTH - FRESH_FOR) // RETRY_AFTER
    assert len(door.ssm.calls) <= 1 + tries
    warnings = [line for line in recorder.logged if line["level"] == "WARNING"]
    assert len(warnings) <= tries


@pytest.mark.parametrize("names", ["shop-{:057}", "../{:057}"], ids=["possible", "impossible"])
def test_names_that_are_never_the_same_twice_take_no_memory(
    recorder: Recorder, clock: PlayedClock, names: str
) -> None:
    door = Door(recorder.telemetry, clock=clock)
    count = 2_000

    def visit(numbers: range) -> None:
        for number in numbers:
            assert door.status(to(names.format(number))) == 404

    visit(range(count))
    gc.collect()
    tracemalloc.start()
    try:
        visit(range(count, 2 * count))
        gc.collect()
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < count * 40, "each name was kept"  # a text of 62 characters takes 103 bytes
