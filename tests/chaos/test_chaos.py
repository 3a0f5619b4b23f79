"""Lives of orders through everything, with everything going wrong: each ends as it should."""

import pytest

from tests.chaos.play import Play
from tests.chaos.troubles import CALM


@pytest.mark.parametrize("seed", [1, 2])
def test_every_order_ends_as_the_mapping_says(seed: int) -> None:
    result = Play(seed=seed, orders=40).run()
    assert result.differences == [], f"seed {seed}"


def test_nothing_is_amiss_when_nothing_goes_wrong() -> None:
    result = Play(seed=3, orders=40, chances=CALM).run()
    assert result.differences == []
