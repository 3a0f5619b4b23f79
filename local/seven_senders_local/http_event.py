"""HTTP requests and answers as API Gateway's HTTP API hands them over, format 2.0."""

import base64
import time
from collections.abc import Iterable, Mapping
from email.message import Message
from uuid import uuid4

from seven_senders_local.workers import FunctionFailed

MAX_EVENT_BYTES = 6_291_456
"""Lambda's limit (source: docs)."""

TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})
"""The types beside ``text/*`` whose bodies are handed over as they are (source: inferred)."""


def to_event(
    *, route: str, method: str, path: str, connection: str, headers: Message, body: bytes
) -> dict[str, object]:
    """The event of one request."""
    text = _text(headers, body)
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": _joined(headers.items()),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "localhost",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get("User-Agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "pathParameters": {"connection": connection},
        "body": base64.b64encode(body).decode() if text is None else text,
        "isBase64Encoded": text is None,
    }


def from_answer(answer: object) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a function's answer. Raises FunctionFailed if it is none."""
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        raise FunctionFailed("the function's answer has no statusCode")
    body = str(answer.get("body") or "").encode()
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body)
    headers = {str(name): str(value) for name, value in (answer.get("headers") or {}).items()}
    return int(answer["statusCode"]), headers, body


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    return joined


def _text(headers: Message, body: bytes) -> str | None:
    """The body as text; ``None`` if it travels as base64."""
    kind = headers.get_content_type() if "Content-Type" in headers else ""
    if not (kind.startswith("text/") or kind in TEXT_TYPES):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
