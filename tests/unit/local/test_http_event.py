import base64
from email.message import Message

import pytest

from seven_senders_local import http_event
from seven_senders_local.workers import FunctionFailed


def event(body: bytes = b"{}", **headers: str) -> dict[str, object]:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return http_event.to_event(
        route="POST /webhooks/{connection}",
        method="POST",
        path="/webhooks/shop",
        connection="shop",
        headers=message,
        body=body,
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("application/json", b'{"a": "\xc3\xa4"}', id="JSON"),
        pytest.param("application/json; charset=utf-8", b"{}", id="JSON with a charset"),
        pytest.param("text/plain", b"hello", id="text"),
    ],
)
def test_a_body_of_text_is_handed_over_as_it_is(kind: str, body: bytes) -> None:
    handed = event(body, Content_Type=kind)
    assert handed["body"] == body.decode()
    assert handed["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param({"Content_Type": "application/octet-stream"}, b"{}", id="of another type"),
        pytest.param(
            {"Content_Type": "application/x-www-form-urlencoded"}, b"webhook_id=1", id="of a form"
        ),
        pytest.param({}, b"{}", id="of no type"),
        pytest.param({"Content_Type": "application/json"}, b'{"a": "\xe4"}', id="not UTF-8"),
    ],
)
def test_every_other_body_travels_as_base64(headers: dict[str, str], body: bytes) -> None:
    handed = event(body, **headers)
    assert handed["body"] == base64.b64encode(body).decode()
    assert handed["isBase64Encoded"] is True


def test_names_of_headers_are_in_lower_case_and_repeated_ones_are_joined() -> None:
    message = Message()
    message["X-Shopify-Topic"] = "orders/create"
    message["X-Two"] = "a"
    message["x-two"] = "b"
    handed = http_event.to_event(
        route="POST /webhooks/{connection}",
        method="POST",
        path="/webhooks/shop",
        connection="shop",
        headers=message,
        body=b"",
    )
    assert handed["headers"] == {"x-shopify-topic": "orders/create", "x-two": "a,b"}


def test_the_connection_is_a_parameter_of_the_path() -> None:
    assert event()["pathParameters"] == {"connection": "shop"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param({"statusCode": 200}, (200, {}, b""), id="without a body"),
        pytest.param({"statusCode": 401, "body": "no"}, (401, {}, b"no"), id="with a body"),
        pytest.param(
            {"statusCode": 200, "headers": {"a": "b"}, "body": "bm8=", "isBase64Encoded": True},
            (200, {"a": "b"}, b"no"),
            id="in base64",
        ),
    ],
)
def test_an_answer_is_read(answer: object, expected: object) -> None:
    assert http_event.from_answer(answer) == expected


@pytest.mark.parametrize("answer", [None, "ok", {"body": "ok"}])
def test_an_answer_without_a_status_is_a_failure_of_the_function(answer: object) -> None:
    with pytest.raises(FunctionFailed, match="statusCode"):
        http_event.from_answer(answer)
