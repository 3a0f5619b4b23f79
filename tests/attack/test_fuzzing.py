"""Whatever comes is answered, what is signed is kept, and nobody else gets in.

``make fuzz CASES=100000`` tries more cases than ``make test`` does.
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seven_senders_local.connections import read_file
from seven_senders_local.events import CONNECTIONS_FILE
from tests.attack.cases import few
from tests.attack.door import ANSWERS, DOCUMENTS, OTHER_SECRET, Door
from tests.attack.mutations import VALUES, Mutation, mutations
from tests.attack.personal import leaks
from tests.recording import Recorder
from tests.unit.receiving.deliveries import SECRET, as_event, shopify, woocommerce

SIGNED_IN = {
    "acme": ("x-shopify-hmac-sha256", SECRET),
    "other": ("x-shopify-hmac-sha256", OTHER_SECRET),
    "woo": ("x-wc-webhook-signature", SECRET),
}
TEXTS = st.text(st.characters(exclude_categories=()))
NAMES = st.sampled_from([*DOCUMENTS, "nobody"]) | TEXTS
AUTHENTIC = [as_event(shopify()), as_event(woocommerce()), as_event(shopify(as_base64=True))]
ODD_URLS = ["http://[", "http://[::1", "//", "https://a:99999/", "https://\u2100.example/"]
HEADERS = st.dictionaries(
    st.sampled_from(sorted({name for event in AUTHENTIC for name in cast("Any", event["headers"])}))
    | TEXTS,
    TEXTS | st.sampled_from(ODD_URLS) | VALUES,
    max_size=4,
)
ODD_PARTS = st.fixed_dictionaries(
    {},
    optional={
        "pathParameters": st.fixed_dictionaries({"connection": NAMES}) | VALUES,
        "headers": HEADERS | VALUES,
        "body": TEXTS | st.binary().map(lambda raw: b64encode(raw).decode()) | VALUES,
        "isBase64Encoded": st.booleans() | VALUES,
    },
)


@st.composite
def gateway_events(draw: st.DrawFn) -> dict[str, object]:
    """Events with odd parts, and true ones with some of their headers, or other parts, replaced."""
    event = draw(st.sampled_from([*AUTHENTIC, {}]))
    headers = cast("Mapping[str, object]", event.get("headers", {}))
    if draw(st.booleans()):
        return event | {"headers": {**headers, **draw(HEADERS)}}
    return event | draw(ODD_PARTS)


def is_signed(event: Mapping[str, Any]) -> bool:
    """Whether the body of an event bears the signature of the connection that it is for."""
    header, secret = SIGNED_IN[event["pathParameters"]["connection"]]
    is_base64 = event["isBase64Encoded"] is True
    body = b64decode(event["body"]) if is_base64 else event["body"].encode("utf-8", "surrogatepass")
    signature = b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return bool(event["headers"][header] == signature)


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str]) -> Recorder:
    return Recorder(capsys)


def test_any_event_is_answered_and_only_what_is_signed_is_queued(
    recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    door = Door(recorder.telemetry)

    @few(200)
    @given(event=gateway_events())
    def fuzz(event: dict[str, object]) -> None:
        door.sqs.sent.clear()
        answer = door.answer(event)
        assert answer["statusCode"] in ANSWERS
        assert len(cast("str", answer["body"])) < 20
        lines = [line for line in capsys.readouterr().out.splitlines() if "_aws" not in line]
        assert len(lines) == len(door.sqs.sent)
        assert not door.sqs.sent or is_signed(event)

    fuzz()


def test_a_signed_order_is_queued_whatever_else_is_odd_and_nothing_personal_with_it(
    recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    connections = read_file(CONNECTIONS_FILE)
    documents = {name: document.receiving_text() for name, document in connections.items()}
    secrets = {name: json.loads(text)["webhook_secrets"][0] for name, text in documents.items()}
    door = Door(recorder.telemetry, documents=documents)

    @few(200)
    @given(mutation=mutations(), as_base64=st.booleans())
    def fuzz(mutation: Mutation, *, as_base64: bool) -> None:
        door.sqs.sent.clear()
        name = mutation.event.connection
        assert door.status(mutation.signed(secrets[name], as_base64=as_base64)) == 200
        (message,) = door.sqs.sent
        if mutation.is_whole:
            assert "unreadable" not in message.attributes
            assert json.loads(message.body).keys() >= {"id", "number", "created_at", "updated_at"}
        assert list(leaks(str(message) + capsys.readouterr().out)) == []

    fuzz()
