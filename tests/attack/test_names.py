"""A connection's name comes from the URL: whatever it is, it opens nothing and names nothing."""

import pytest

from tests.attack.door import Door
from tests.recording import Recorder
from tests.unit.receiving.deliveries import as_event, shopify

IMPOSSIBLE = {
    "empty": "",
    "a dot": ".",
    "the folder above": "..",
    "a path from there": "../syncing/acme",
    "a path back to itself": "x/../acme",
    "a slash behind it": "acme/",
    "a slash before it": "/acme",
    "an absolute path": "/seven-senders/stack/syncing/acme",
    "a path of Windows": r"..\syncing\acme",
    "a percent escape": "acme%2Fwoo",
    "an escaped dot": "%2e%2e",
    "one escaped twice": "%252e%252e%252fsyncing%252facme",
    "NUL behind it": "acme\x00",
    "a line feed behind it": "acme\n",
    "a blank": "acme woo",
    "a version of the parameter": "acme:1",
    "a comma": "acme,woo",
    "an asterisk": "*",
    "a question mark": "acm?",
    "a set": "[a-z]*",
    "SQL's wildcard": "acm%",
    "in capitals": "ACME",
    "a hyphen first": "-acme",
    "an umlaut": "ä",
    "a letter that looks like another": "\u0430cme",
    "full width": "\uff41\uff43\uff4d\uff45",
    "a digit of another script": "acme\u0661",
    "the other way round": "\u202eemca",
    "half a character": "\ud800",
    "one character too long": "a" * 64,
    "10,000 characters": "a" * 10_000,
    "10,000 steps up": "../" * 10_000,
}
UNKNOWN = {
    "as long as can be": "a" * 63,
    "digits": "0",
    "the key of a setting": "webhook-secrets",
    "an attribute of Python": "class",
}


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str]) -> Recorder:
    return Recorder(capsys)


@pytest.mark.parametrize("name", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_name_that_none_may_have_is_not_even_looked_up(recorder: Recorder, name: str) -> None:
    door = Door(recorder.telemetry)
    assert door.status(as_event(shopify(connection=name))) == 404
    assert door.ssm.calls == []
    assert_it_names_nothing(recorder, name)


@pytest.mark.parametrize("name", (UNKNOWN | IMPOSSIBLE).values(), ids=UNKNOWN | IMPOSSIBLE)
def test_once_the_connections_are_loaded_no_name_leads_to_another_parameter(
    recorder: Recorder, name: str
) -> None:
    door = Door(recorder.telemetry)
    assert door.status(as_event(shopify())) == 200
    assert door.status(as_event(shopify(connection=name))) == 404
    assert door.ssm.calls == [("GetParametersByPath", "/path")]
    assert len(door.sqs.sent) == 1
    assert_it_names_nothing(recorder, name)


def assert_it_names_nothing(recorder: Recorder, name: str) -> None:
    """Neither a dimension nor a line holds it."""
    lines = [*recorder.written, *recorder.logged]
    assert {line.get("connection") for line in lines} <= {"acme", None}
    assert not any(name in line.values() for line in lines)
    assert recorder.counted["Rejected unknown_connection"] == 1
