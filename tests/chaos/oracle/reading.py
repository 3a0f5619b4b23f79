"""What both platforms' bodies are read with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


class Unreadable(Exception):
    """The body lacks what an order can't be without."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One body as the mapping sees it.

    ``language`` is the shop's own, before it is reduced to the API's list. ``paid`` is None, or
    its time if the order's first snapshot shows it, and its time if a later one is the first to.
    ``states`` are the other states it shows, with their times; None is that of the update.
    ``identity`` is what the receiver lets through: two bodies with the same one are the same
    snapshot.
    """

    number: str
    created: datetime
    updated: datetime
    no_order_yet: bool
    language: str | None
    tags: Mapping[str, str]
    promised: datetime | None
    shipped: bool
    paid: tuple[datetime, datetime] | None
    states: Mapping[str, datetime | None]
    identity: str


def needed(body: object, number: str, created: str, updated: str) -> tuple[str, datetime, datetime]:
    """Return number, creation and update of an order, which stand under the given keys.

    Raises Unreadable if one of them or the id is missing or makes no sense.
    """
    if not isinstance(body, dict):
        raise Unreadable
    shown = body.get(number)
    made, changed = read_time(body.get(created)), read_time(body.get(updated))
    if not is_number(body.get("id")) or not is_number(shown) or made is None or changed is None:
        raise Unreadable
    return str(shown), made, changed


def is_number(value: object) -> bool:
    """Tell whether it may be an id or an order number: an integer or a text."""
    if isinstance(value, str):
        return value.strip() != ""
    return isinstance(value, int) and not isinstance(value, bool)


def read_time(value: object) -> datetime | None:
    """Read ISO 8601; without an offset it is UTC. None if it is no time."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def read_language(value: object) -> str | None:
    """Return the first subtag in lower case, such as ``de`` of ``de-AT``; None if it is none."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", value):
        return None
    return re.split("[-_]", value)[0].lower()


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; what is no list has none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
