"""Syncing documents one by one: how long a copy serves, and what goes wrong by type."""

import pytest

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.connections.syncing import ConnectionMissing, SyncingConnections
from tests.played.clock import PlayedClock
from tests.played.ssm import MemorySsm

DOCUMENT = '{"access_key":"secret_key"}'
PAUSED = '{"access_key":"secret_key","paused":true}'


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(0)


@pytest.fixture
def ssm() -> MemorySsm:
    return MemorySsm({"/path/acme": DOCUMENT})


@pytest.fixture
def connections(ssm: MemorySsm, clock: PlayedClock) -> SyncingConnections:
    return SyncingConnections(ssm=ssm.client, path="/path", now=clock.now)


def test_a_copy_serves_for_a_minute(
    connections: SyncingConnections, ssm: MemorySsm, clock: PlayedClock
) -> None:
    connections.get("acme")
    ssm.parameters["/path/acme"] = PAUSED
    clock.sleep(59)
    assert not connections.get("acme").paused
    assert len(ssm.calls) == 1
    clock.sleep(1)
    assert connections.get("acme").paused
    assert len(ssm.calls) == 2


def test_the_last_good_copy_serves_while_ssm_fails_and_is_tried_every_ten_seconds(
    connections: SyncingConnections, ssm: MemorySsm, clock: PlayedClock
) -> None:
    connections.get("acme")
    ssm.parameters["/path/acme"] = PAUSED
    ssm.failures = 2
    for seconds, asked, paused in ((60, 2, False), (9, 2, False), (1, 3, False), (10, 4, True)):
        clock.sleep(seconds)
        assert connections.get("acme").paused is paused
        assert len(ssm.calls) == asked


def test_without_a_copy_a_failing_ssm_is_told(
    connections: SyncingConnections, ssm: MemorySsm
) -> None:
    ssm.failures = 1
    with pytest.raises(AwsUnavailable, match="ssm GetParameter: ThrottlingException"):
        connections.get("acme")
    assert connections.get("acme").access_key.get_secret_value() == "secret_key"


def test_a_connection_without_a_document_is_missing(connections: SyncingConnections) -> None:
    with pytest.raises(ConnectionMissing, match="other"):
        connections.get("other")


def test_a_name_that_no_connection_may_have_is_never_asked_for(
    connections: SyncingConnections, ssm: MemorySsm
) -> None:
    with pytest.raises(ConnectionMissing):
        connections.get("../receiving/acme")
    assert ssm.calls == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "connection acme: the document: Invalid JSON"),
        ("[]", "connection acme: the document: Input should be an object"),
        ("{}", "connection acme: access_key: Field required"),
        ('{"access_key":"secret_key","webhook_secrets":["s"]}', "webhook_secrets: not a known key"),
    ],
)
def test_a_broken_document_is_named_and_no_copy_hides_it(
    connections: SyncingConnections, ssm: MemorySsm, clock: PlayedClock, text: str, says: str
) -> None:
    connections.get("acme")
    clock.sleep(60)
    ssm.parameters["/path/acme"] = text
    with pytest.raises(InvalidConnection) as error:
        connections.get("acme")
    assert says in str(error.value)
    assert "secret_key" not in str(error.value)


def test_a_removed_connection_is_missing_after_a_minute(
    connections: SyncingConnections, ssm: MemorySsm, clock: PlayedClock
) -> None:
    connections.get("acme")
    del ssm.parameters["/path/acme"]
    clock.sleep(60)
    with pytest.raises(ConnectionMissing):
        connections.get("acme")
