"""How long what failed waits, at the base of 30 seconds."""

from datetime import timedelta

import pytest

from seven_senders_adapter.syncing.pace import Pace

AT_MOST = Pace(jitter=lambda: 1.0)
AT_LEAST = Pace(jitter=lambda: 0.0)


@pytest.mark.parametrize(
    ("tries", "bound"),
    [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (9, 3600), (10_000, 3600)],
)
def test_after_each_try_the_wait_lies_below_a_bound_that_doubles_up_to_an_hour(
    tries: int, bound: int
) -> None:
    assert AT_LEAST.back_off(tries, None) == 1
    assert AT_MOST.back_off(tries, None) == bound


@pytest.mark.parametrize(("asked", "wait"), [(7, 30), (120, 120), (21_600, 21_600)])
def test_a_longer_wait_that_the_api_asks_for_is_kept(asked: int, wait: int) -> None:
    assert AT_MOST.back_off(1, timedelta(seconds=asked)) == wait


@pytest.mark.parametrize(
    ("age", "least", "most"),
    [
        pytest.param(timedelta(0), 23, 30, id="just sent"),
        pytest.param(timedelta(minutes=40), 450, 600, id="a quarter of its age"),
        pytest.param(timedelta(days=13), 1350, 1800, id="at most half an hour"),
    ],
)
def test_behind_a_brake_the_wait_grows_with_the_age(age: timedelta, least: int, most: int) -> None:
    assert (AT_LEAST.hold(age), AT_MOST.hold(age)) == (least, most)


def test_a_closed_brake_is_probed_three_times_a_minute() -> None:
    assert Pace().probe_interval == timedelta(seconds=20)


def test_a_message_gives_up_probing_soon_after_its_hundredth_receipt() -> None:
    day = timedelta(days=1)
    assert AT_LEAST.probe_again(day, 99) == 20
    assert AT_LEAST.probe_again(day, 100) == AT_LEAST.hold(day)
