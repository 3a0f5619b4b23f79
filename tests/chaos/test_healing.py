"""What webhooks miss is found in the shops and brought in, whatever goes wrong meanwhile."""

from datetime import timedelta

import pytest

from tests.chaos.healing.play import Heal
from tests.chaos.troubles import CALM

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("seed", range(1, 3))
def test_every_order_stands_as_its_shop_shows_it_although_of_ten_webhooks_four_are_lost(
    seed: int,
) -> None:
    heal = Heal(seed=seed, orders=100, lasts=12 * HOUR)
    result = heal.run()
    assert result.differences == [], f"seed {seed}"
    assert len(heal.found) > 20
    for trouble in ("killed", "aws_fault", "API faults"):
        assert result.counts[trouble] > 0
    assert heal.healing.counted["ShopApiFailures"] > 0


def test_a_shop_whose_webhooks_never_come_is_brought_in_all_the_same() -> None:
    heal = Heal(seed=3, orders=40, share=0, chances=CALM, shop_faults=0, lasts=8 * HOUR)
    result = heal.run()
    assert result.differences == []
    assert heal.found == heal.healing.arrivals.keys()


def test_the_webhooks_that_are_lost_are_counted_a_day_or_an_hour_later() -> None:
    """Exactly those: the run compares."""
    heal = Heal(
        seed=4,
        orders=100,
        chances=CALM,
        shop_faults=0,
        lasts=8 * HOUR,
        settles=25 * HOUR,
    )
    result = heal.run()
    assert result.differences == []
    assert result.counts["webhooks counted as lost"] > 20


def test_a_shop_whose_webhooks_all_come_in_time_hears_of_nothing() -> None:
    """But of refunds that were deleted: of those no webhook tells."""
    heal = Heal(
        seed=5,
        orders=100,
        share=1,
        in_time=True,
        chances=CALM,
        shop_faults=0,
        lasts=8 * HOUR,
        settles=3 * HOUR,
    )
    result = heal.run()
    assert result.differences == []
    assert heal.found <= heal.silent
    assert result.counts["webhooks counted as lost"] == 0


def test_a_seed_heals_the_same_again() -> None:
    def run() -> object:
        return Heal(seed=6, orders=10, lasts=2 * HOUR, settles=HOUR).run()

    assert run() == run()
