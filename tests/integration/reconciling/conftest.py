"""Rounds over a shop whose API is made up: real ledger rows in memory, a played queue and clock."""

import pytest

from tests.integration.reconciling.rounds import Shop


@pytest.fixture
def shop(capsys: pytest.CaptureFixture[str]) -> Shop:
    return Shop(capsys)
