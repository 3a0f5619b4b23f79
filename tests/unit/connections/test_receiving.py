"""All receiving documents at once: when they are loaded, and what a broken one does."""

import json
from datetime import datetime
from typing import Any

import pytest

from seven_senders_adapter.aws import AwsUnavailable
from seven_senders_adapter.connections.receiving import ReceivingConnections, read_receiving
from seven_senders_adapter.connections.rules import InvalidConnection
from tests.played.clock import PlayedClock
from tests.played.ssm import MemorySsm
from tests.recording import Recorder

PLATFORMS = ("shopify", "woocommerce")
DOCUMENT = '{"platform":"shopify","webhook_secrets":["whsec_1"]}'


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock(0)


@pytest.fixture
def ssm() -> MemorySsm:
    return MemorySsm(
        {
            "/path/acme": DOCUMENT,
            "/path/broken": '{"platform":"shopify"}',
            "/path/other": DOCUMENT,
        }
    )


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str]) -> Recorder:
    return Recorder(capsys)


def made(ssm: MemorySsm, clock: PlayedClock, recorder: Recorder) -> ReceivingConnections:
    return ReceivingConnections(
        ssm=ssm.client,
        path="/path",
        platforms=PLATFORMS,
        telemetry=recorder.telemetry,
        now=clock.now,
        pause=clock.sleep,
    )


def test_unknown_names_load_no_more_than_once_a_minute(
    ssm: MemorySsm, clock: PlayedClock, recorder: Recorder
) -> None:
    connections = made(ssm, clock, recorder)
    for number in range(100):
        assert connections.get(f"unknown-{number}") is None
    clock.sleep(59.9)
    assert connections.get("new") is None
    assert len(ssm.calls) == 1
    ssm.parameters["/path/new"] = DOCUMENT
    clock.sleep(0.1)
    assert connections.get("new")
    assert len(ssm.calls) == 2


def test_a_broken_document_takes_no_other_down_and_is_told_once_a_load(
    ssm: MemorySsm, clock: PlayedClock, recorder: Recorder
) -> None:
    connections = made(ssm, clock, recorder)
    for _ in range(3):
        with pytest.raises(InvalidConnection, match="webhook_secrets"):
            connections.get("broken")
        assert connections.get("acme")
        assert connections.get("other")
    (line,) = recorder.logged
    assert line["connection"] == "broken"
    assert line["details"] == {"error": "webhook_secrets: at least one is needed"}
    assert recorder.counted == {"ConnectionFailures broken_document": 1}


def test_the_last_good_copy_serves_while_ssm_fails_and_is_tried_every_ten_seconds(
    ssm: MemorySsm, clock: PlayedClock, recorder: Recorder
) -> None:
    connections = made(ssm, clock, recorder)
    connections.get("acme")
    ssm.failures = 2
    for at, asked in ((60, 2), (69, 2), (70, 3), (79, 3), (80, 4), (139, 4), (140, 5)):
        clock.reach(at)
        assert connections.get("acme")
        assert len(ssm.calls) == asked
        assert clock.seconds == at, "a delivery had to wait"


@pytest.mark.parametrize("failures", [1, 4])
def test_the_first_load_is_tried_again_within_the_shops_patience(
    ssm: MemorySsm, clock: PlayedClock, recorder: Recorder, failures: int
) -> None:
    ssm.failures = failures
    assert made(ssm, clock, recorder).get("acme")
    assert len(ssm.calls) == failures + 1
    assert clock.seconds < 3


def test_after_three_seconds_the_first_load_gives_up_until_the_next_delivery(
    ssm: MemorySsm, clock: PlayedClock, recorder: Recorder
) -> None:
    connections = made(ssm, clock, recorder)
    ssm.failures = 10**6
    with pytest.raises(AwsUnavailable, match="ssm GetParametersByPath: ThrottlingException"):
        connections.get("acme")
    assert 1 < clock.seconds < 3
    ssm.failures = 0
    assert connections.get("acme")


def test_names_that_no_connection_may_have_are_left(clock: PlayedClock, recorder: Recorder) -> None:
    connections = made(MemorySsm({"/path/Acme": DOCUMENT}), clock, recorder)
    assert connections.get("Acme") is None


def changed(**changes: Any) -> str:
    settings = {"platform": "shopify", "webhook_secrets": ["whsec_1"]} | changes
    return json.dumps(settings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{", "the document is no JSON", id="no JSON"),
        pytest.param("[]", "the document is no JSON object", id="a list"),
        pytest.param(changed(platform="x"), "platform: expected one of shopify, woo", id="shop"),
        pytest.param(changed(platform=None), "platform: expected one of", id="no shop"),
        pytest.param(changed(platform=["shopify"]), "platform: expected one of", id="shops"),
        pytest.param(changed(webhook_secrets=None), "webhook_secrets: at least", id="no secrets"),
        pytest.param(changed(webhook_secrets=[]), "webhook_secrets: at least", id="empty secrets"),
        pytest.param(changed(webhook_secrets="whsec_1"), "webhook_secrets: exp", id="one secret"),
        pytest.param(changed(webhook_secrets=["a", ""]), "webhook_secrets: exp", id="'' secret"),
        pytest.param(changed(webhook_secrets=[1]), "webhook_secrets: exp", id="a number"),
        *(
            pytest.param(changed(retiring_secrets=retiring), "retiring_secrets: exp", id=name)
            for name, retiring in {
                "a secret without an end": [{"secret": "whsec_1"}],
                "an end without a secret": [{"until": "2026-03-28T12:00:00Z"}],
                "an end without an offset": [{"secret": "whsec_1", "until": "2026-03-28T12:00"}],
                "an end that is a number": [{"secret": "whsec_1", "until": 1}],
                "a retiring secret that is empty": [{"secret": "", "until": "2026-03-28T12:00Z"}],
                "retiring secrets that are texts": ["whsec_1"],
                "retiring secrets that are none": None,
            }.items()
        ),
        pytest.param(changed(shop_domain=1), "shop_domain: expected a string", id="domain"),
        pytest.param(changed(language_meta_keys="x"), "language_meta_keys: exp", id="language"),
        pytest.param(changed(tag_meta_keys={"a": 1}), "tag_meta_keys: exp", id="tags"),
        pytest.param(changed(tag_meta_keys=["a"]), "tag_meta_keys: exp", id="a list of tags"),
        pytest.param(changed(send_order_items="no"), "send_order_items: exp", id="flag"),
    ],
)
def test_the_plain_check_names_the_wrong_key(text: str, says: str) -> None:
    with pytest.raises(InvalidConnection, match=says) as error:
        read_receiving(text, platforms=PLATFORMS)
    assert "whsec_1" not in str(error.value)


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        pytest.param("2026-03-28T11:59:59Z", ("whsec_1", "old", "older"), id="before both ends"),
        pytest.param("2026-03-28T12:00:00Z", ("whsec_1", "old"), id="when the first ends"),
        pytest.param("2026-03-28T13:00:00Z", ("whsec_1",), id="after both ends"),
    ],
)
def test_a_retiring_secret_is_taken_until_its_end(now: str, taken: tuple[str, ...]) -> None:
    text = changed(
        retiring_secrets=[
            {"secret": "old", "until": "2026-03-28T13:00:00Z"},
            {"secret": "older", "until": "2026-03-28T13:00:00+01:00"},
        ]
    )
    connection = read_receiving(text, platforms=PLATFORMS)
    assert connection.secrets_at(datetime.fromisoformat(now)) == taken
    assert "old" not in repr(connection)


def test_keys_of_a_later_version_are_left() -> None:
    assert read_receiving(changed(new_key=1), platforms=PLATFORMS).platform == "shopify"
