"""What an answer that is no success means for the caller (source: docs and inferred)."""

import json
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from seven_senders_adapter.seven_senders.answers import Json
from seven_senders_adapter.seven_senders.errors import (
    AccountFailure,
    OrderNotFound,
    Refused,
    SevenSendersError,
    TemporaryFailure,
    TokenRefused,
)
from seven_senders_adapter.seven_senders.transport import Answer, Operation

MAX_RETRY_AFTER = timedelta(hours=6)

_ACCOUNT_BLOCKED = frozenset({402, 403})
_CONTENT_REFUSED = frozenset({400, 409, 413, 415, 422})
_NO_SUCH_ORDER = frozenset({404, 410})
_NO_SUCH_PATH = frozenset({404, 405, 410})
_NEVER_ABOUT_AN_ORDER = frozenset({Operation.CREATE_ORDER, Operation.LIST_ORDERS})
_BLAMING_KEYS = ("propertyPath", "property_path", "property", "field", "path")
_TELLING_KEYS = (
    "detail",
    "message",
    "title",
    "description",
    "hydra:description",
    "error",
    "error_description",
)


def failure(
    answer: Answer, *, operation: Operation, sent: Collection[str], now: datetime
) -> SevenSendersError | None:
    """What an answer means by its status; ``None`` for a success. ``sent``: the fields sent."""
    status = answer.status
    match status // 100:
        case 2:
            return None
        case 3:
            return AccountFailure(operation, status, "the API sends elsewhere: check the api_url")
        case 4:
            return _refusal(answer, operation=operation, sent=sent, now=now)
    return TemporaryFailure(
        operation,
        status,
        "the API failed",
        maybe_applied=operation.changes_something,
        retry_after=retry_after(answer.headers.get("retry-after"), now=now),
    )


def _refusal(
    answer: Answer, *, operation: Operation, sent: Collection[str], now: datetime
) -> SevenSendersError:
    status = answer.status
    if (about_account := _account_failure(operation, status)) is not None:
        return about_account
    if status in _NO_SUCH_ORDER:
        return OrderNotFound(operation, status, "the order is not there")
    if status in _CONTENT_REFUSED:
        blamed = blamed_fields(answer.body, sent=sent)
        return Refused(operation, status, _refused_reason(blamed), blamed)
    # What else a 4xx may mean is unknown: repeated, it shows whether it is about this order.
    return TemporaryFailure(
        operation,
        status,
        "the API does not take this now",
        retry_after=retry_after(answer.headers.get("retry-after"), now=now),
    )


def _account_failure(operation: Operation, status: int) -> AccountFailure | None:
    if operation is Operation.LOG_IN:
        return AccountFailure(operation, status, "no login: check the access_key and the api_url")
    if status == HTTPStatus.UNAUTHORIZED:
        return TokenRefused(
            operation, status, "the token is refused: check the account and its key"
        )
    if status in _ACCOUNT_BLOCKED:
        return AccountFailure(
            operation, status, "the account may not do this: check it and its key"
        )
    if status in _NO_SUCH_PATH and operation in _NEVER_ABOUT_AN_ORDER:
        return AccountFailure(operation, status, "no such path: check the api_url and the paths")
    return None


def _refused_reason(blamed: frozenset[str]) -> str:
    return f"refused because of {', '.join(sorted(blamed))}" if blamed else "refused"


def retry_after(text: str | None, *, now: datetime) -> timedelta | None:
    """How long to wait by a ``Retry-After`` in seconds or as a date, at most 6 hours.

    ``None`` if it is absent, lies in the past, or is nonsense.
    """
    text = (text or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        wait = timedelta(seconds=min(float(text), MAX_RETRY_AFTER.total_seconds()))
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(wait, MAX_RETRY_AFTER) if wait > timedelta(0) else None


def blamed_fields(body: bytes, *, sent: Collection[str]) -> frozenset[str]:
    """Which of the fields sent an error's body blames.

    By the paths of its violations, else by the fields that its texts mention.
    """
    try:
        content: Json = json.loads(body)
    except (ValueError, RecursionError):
        content = body.decode(errors="replace")
    by_path = _mentioned(_blaming_paths(content), sent)
    return by_path or _mentioned(_telling_texts(content), sent)


def _mentioned(texts: Iterator[str], sent: Collection[str]) -> frozenset[str]:
    # orderTags and [order_tags][vip] both name order_tags.
    words = {
        word
        for text in texts
        for word in re.findall(r"[a-z_]+", re.sub(r"(?<=[a-z])([A-Z])", r"_\1", text).lower())
    }
    return frozenset(name for name in sent if name in words)


def _blaming_paths(content: Json) -> Iterator[str]:
    for violation in _violations(content):
        if isinstance(violation, dict):
            yield from (v for key in _BLAMING_KEYS if isinstance(v := violation.get(key), str))


def _telling_texts(content: Json) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for part in (content, *_violations(content)):
        if isinstance(part, dict):
            yield from (v for key in _TELLING_KEYS if isinstance(v := part.get(key), str))


def _violations(content: Json) -> list[Json]:
    if not isinstance(content, dict):
        return content if isinstance(content, list) else []
    found: list[Json] = []
    for key in ("violations", "errors"):
        value = content.get(key)
        if isinstance(value, list):
            found += value
        elif isinstance(value, dict):
            found += [{"field": name} for name in value]
    return found
