"""A sandbox, and one who calls it."""

from collections.abc import Iterator

import pytest

from seven_senders_local.sandbox import Sandbox
from tests.unit.local.sandbox.calling import Caller


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def caller(sandbox: Sandbox) -> Iterator[Caller]:
    caller = Caller(sandbox)
    yield caller
    caller.session.close()
