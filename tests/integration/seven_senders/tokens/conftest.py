"""A fleet at an API that gives another token at each login."""

from collections.abc import Iterator

import pytest

from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi
from tests.integration.seven_senders.tokens.fleet import Fleet


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with ScriptedApi(Reply(content={"token": "login-1"})) as server:
        server.script(*(Reply(content={"token": f"login-{n}"}) for n in range(1, 100)))
        yield Fleet(server)
