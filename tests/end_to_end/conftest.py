from collections.abc import Iterator
from pathlib import Path

import pytest

from seven_senders_local.sandbox.server import Sandbox
from tests.end_to_end.driving import Driver, connections_file, running_stack


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def connections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return connections_file(tmp_path_factory.mktemp("connections"))


@pytest.fixture(scope="module")
def stack(sandbox: Sandbox, connections: Path) -> Iterator[Driver]:
    """One local stack for the tests of a module; each takes orders of its own."""
    with running_stack(connections, api_url=sandbox.api_url) as driver:
        yield driver


@pytest.fixture(autouse=True)
def _no_faults(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.play()
