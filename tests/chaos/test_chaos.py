"""Lives of orders through everything, with everything going wrong: each ends as it should."""

import boto3
import pytest
from moto import mock_aws

from tests.chaos.play import Play
from tests.chaos.troubles import CALM
from tests.played.ledger_table import create_ledger_table


@pytest.mark.parametrize("seed", range(1, 3))
def test_every_order_ends_as_the_mapping_says(seed: int) -> None:
    result = Play(seed=seed, orders=80).run()
    assert result.differences == [], f"seed {seed}"
    assert 0.25 < result.counts["API faults"] / result.counts["API calls"] < 0.4
    for trouble in ("killed", "aws_fault", "late_effect", "second_worker", "lost_delete"):
        assert result.counts[trouble] > 0


def test_every_order_does_so_on_an_emulator_of_aws() -> None:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-central-1")
        create_ledger_table(dynamodb)
        play = Play(
            seed=6,
            orders=5,
            dynamodb=dynamodb,
            ssm=boto3.client("ssm", region_name="eu-central-1"),
        )
        assert play.run().differences == []


def test_nothing_goes_to_the_dead_letters_twice_when_nothing_goes_wrong() -> None:
    result = Play(seed=7, orders=80, chances=CALM).run()
    assert result.differences == []
    assert result.said_twice == []


def test_a_seed_plays_the_same_again() -> None:
    assert Play(seed=8, orders=10).run() == Play(seed=8, orders=10).run()
