"""What a row of the ledger looks like: dataclasses as DynamoDB maps, and back.

Times are ISO 8601 texts, whose order is the order of the times. ``None`` and what is empty are
left out. What is not there reads as ``None`` where that may be, else as the field's default: so
a field with a default can be added without a new format.
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from seven_senders_adapter.clock import from_text, to_text

FORMAT = 1

type Row = dict[str, object]
"""A row's attributes as Python values; numbers that come from DynamoDB are decimals."""


class UnreadableRow(Exception):
    """A row that this version did not write: its key, what is wrong with it, and what to do."""


def to_row(pk: str, value: object, *, expires_at: datetime | None = None) -> Row:
    """A dataclass as a row under a key; DynamoDB drops the row some time after it expires."""
    row: Row = {"pk": pk, "format": FORMAT, **_map_of(value)}
    if expires_at is not None:
        row["expires_at"] = seconds(expires_at)
    return row


def from_row[T](kind: type[T], row: Row) -> T:
    """Read a row as a dataclass. Raises UnreadableRow."""
    pk = row.get("pk")
    if (version := row.get("format")) != FORMAT:
        raise UnreadableRow(
            f"{pk}: its format is {version}, expected {FORMAT}: "
            "deploy the version that wrote the row, or a later one"
        )
    try:
        result: T = _dataclass(kind, row)
    except (TypeError, ValueError) as error:
        raise UnreadableRow(f"{pk}: {error}: put the row right, or delete it") from error
    return result


def is_expired(row: Row, now: datetime) -> bool:
    """Whether a row's time is up; DynamoDB may take days to drop it (source: docs)."""
    expires_at = row.get("expires_at")
    return isinstance(expires_at, Decimal) and expires_at <= seconds(now)


def seconds(at: datetime) -> int:
    """A time as DynamoDB's expiry wants it: whole seconds since 1970."""
    return int(at.timestamp())


def _map_of(value: Any) -> Row:
    members = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {name: _plain(member) for name, member in members.items() if not _is_empty(member)}


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, Mapping | tuple) and not value)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return to_text(value)
        case Mapping():
            return {str(key): _plain(member) for key, member in value.items()}
        case tuple():
            return [_plain(member) for member in value]
        case str() | bool() | int():
            return value
        case _:
            return _map_of(value)


_hints = cache(get_type_hints)


def _dataclass(kind: Any, row: object) -> Any:
    members = _checked(dict, row)
    found = {}
    for name, declared in _hints(kind).items():
        if name in members:
            try:
                found[name] = _read(declared, members[name])
            except (TypeError, ValueError) as error:
                raise ValueError(f"{name}: {error}") from error
        elif get_origin(declared) is UnionType:
            found[name] = None
    return kind(**found)


def _read(kind: Any, value: object) -> Any:
    """Read a value as what a dataclass's field is declared to hold."""
    declared, arguments = get_origin(kind), get_args(kind)
    if declared is UnionType:
        return _read(arguments[0], value)
    if declared is Mapping:
        return {
            _read(arguments[0], key): _read(arguments[1], member)
            for key, member in _checked(dict, value).items()
        }
    if declared is tuple:
        return tuple(_read(arguments[0], member) for member in _checked(list, value))
    if declared is frozenset:
        return frozenset(_read(arguments[0], member) for member in _checked(set, value))
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value)
    return _single(kind, value)


def _single(kind: Any, value: object) -> Any:
    if kind is datetime:
        return from_text(_checked(str, value))
    if kind is bool:
        return _checked(bool, value)
    if kind is int:
        return _whole(_checked(Decimal, value))
    return kind(_checked(str, value))


def _whole(number: Decimal) -> int:
    if number != int(number):
        raise ValueError("expected a whole number")
    return int(number)


def _checked[T](kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value
