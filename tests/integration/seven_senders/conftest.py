"""An API that answers by a script."""

from collections.abc import Iterator

import pytest

from tests.integration.seven_senders.calling import OK
from tests.integration.seven_senders.scripted_api import ScriptedApi


@pytest.fixture
def server() -> Iterator[ScriptedApi]:
    with ScriptedApi(OK) as server:
        yield server
