"""Who has not signed is turned away: nothing is queued, and no line is written of it."""

import hmac
from base64 import b64encode
from collections.abc import Callable

import pytest

from seven_senders_adapter.receiving import Request
from tests.attack.door import OTHER_SECRET, Door
from tests.recording import Recorder
from tests.unit.receiving.deliveries import SECRET, as_event, shopify, signature, woocommerce

HEADERS = {"acme": "x-shopify-hmac-sha256", "woo": "x-wc-webhook-signature"}
MAKE: dict[str, Callable[..., Request]] = {"acme": shopify, "woo": woocommerce}


def forged(name: str, sign: Callable[[bytes], str | None]) -> dict[str, object]:
    """A delivery that is right but for its signature; ``None`` leaves it out."""
    given = MAKE[name](connection=name)
    headers = {key: value for key, value in given.headers.items() if key != HEADERS[name]}
    if (signed := sign(given.body.encode())) is not None:
        headers[HEADERS[name]] = signed
    return as_event(given) | {"headers": headers}


FORGERIES: dict[str, Callable[[bytes], str | None]] = {
    "missing": lambda body: None,
    "empty": lambda body: "",
    "made with a guessed secret": lambda body: signature(body, "guess"),
    "made with an empty secret": lambda body: signature(body, ""),
    "made with the secret of another connection": lambda body: signature(body, OTHER_SECRET),
    "made for another body": lambda body: signature(body + b" "),
    "made for no body": lambda body: signature(b""),
    "not base64": lambda body: "%%%",
    "base64 of nothing": lambda body: "====",
    "base64 without its padding": lambda body: signature(body)[:-1],
    "in lower case": lambda body: signature(body).lower(),
    "hexadecimal": lambda body: hmac.new(SECRET.encode(), body, "sha256").hexdigest(),
    "made with SHA-1": lambda body: b64encode(hmac.digest(SECRET.encode(), body, "sha1")).decode(),
    "not ASCII": lambda body: "é" * 44,
    "of letters that look like ASCII": lambda body: signature(body).replace("=", "\uff1d"),
    "half a character": lambda body: "\ud800",
    "with a NUL behind it": lambda body: signature(body) + "\x00",
    "a million characters long": lambda body: "A" * 1_000_000,
    "right, but sent twice": lambda body: f"{signature(body)},{signature(body)}",
    "right behind a wrong one": lambda body: f"AAAA,{signature(body)}",
    "right before a wrong one": lambda body: f"{signature(body)},AAAA",
}


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str]) -> Recorder:
    return Recorder(capsys)


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("sign", FORGERIES.values(), ids=FORGERIES)
def test_a_signature_that_is(
    recorder: Recorder, name: str, sign: Callable[[bytes], str | None]
) -> None:
    door = Door(recorder.telemetry)
    assert door.status(forged(name, sign)) == 401
    assert not door.sqs.sent
    assert not recorder.logged
    assert recorder.counted == {"Rejected wrong_signature": 1}


@pytest.mark.parametrize("name", HEADERS)
def test_the_same_delivery_rightly_signed_is_taken(recorder: Recorder, name: str) -> None:
    door = Door(recorder.telemetry)
    assert door.status(forged(name, signature)) == 200
    assert len(door.sqs.sent) == 1


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("where", ["x-signature", "authorization", *HEADERS.values()])
def test_a_signature_counts_in_its_own_header_only(
    recorder: Recorder, name: str, where: str
) -> None:
    door = Door(recorder.telemetry)
    event = forged(name, lambda body: None)
    given = MAKE[name](connection=name)
    headers = dict(given.headers)
    headers[where] = headers.pop(HEADERS[name])
    expected = 200 if where == HEADERS[name] else 401
    assert door.status(event | {"headers": headers}) == expected


def test_a_delivery_of_one_connection_is_not_taken_for_another(recorder: Recorder) -> None:
    door = Door(recorder.telemetry)
    assert door.status(as_event(shopify(connection="acme"))) == 200
    assert door.status(as_event(shopify(connection="other"))) == 401
    assert [message.group for message in door.sqs.sent] == ["acme/820982911946154508"]


def test_a_body_that_was_changed_on_its_way_is_not_taken(recorder: Recorder) -> None:
    door = Door(recorder.telemetry)
    event = as_event(shopify())
    for changed in (f"{event['body']} ", str(event["body"]).replace("#1001", "#1002"), "", None):
        assert door.status(event | {"body": changed}) == 401
    assert door.status(event | {"isBase64Encoded": True}) == 400
    assert not door.sqs.sent
