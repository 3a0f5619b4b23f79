"""Projections: what all shops put into them, and how that is read back."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from seven_senders_adapter.clock import from_text
from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.shops import items, promised
from seven_senders_adapter.shops.reading import Body, identifier, moment, order_number
from seven_senders_adapter.shops.shop import Projected, Projection, UnreadableOrder

if TYPE_CHECKING:  # pydantic stays out of the receiver
    from seven_senders_adapter.domain.settings import MappingSettings


def essentials(
    body: Body, *, number: str, created_at: str, updated_at: str, zone: tzinfo | None = None
) -> dict[str, str]:
    """The id, number and times that every order needs, from the shop's fields of these names.

    ``zone`` is that of times without an offset. Raises UnreadableOrder.
    """
    read = {
        "id": identifier(body.get("id")),
        number: order_number(body.get(number)),
        created_at: moment(body.get(created_at), zone),
        updated_at: moment(body.get(updated_at), zone),
    }
    found = [value for value in read.values() if value is not None]
    if len(found) < len(read):
        raise UnreadableOrder(read["id"], [name for name, value in read.items() if value is None])
    return dict(zip(("id", "number", "created_at", "updated_at"), found, strict=True))


def deletion(body: Body) -> Projected:
    """A deleted order, of which only the id is known. Raises UnreadableOrder."""
    order = identifier(body.get("id"))
    if order is None:
        raise UnreadableOrder(None, ["id"])
    return Projected(order=order, projection={"id": order})


def present(values: Mapping[str, object]) -> Projection:
    """The values that say something: neither ``None`` nor false nor empty."""
    return {key: value for key, value in values.items() if value}


def stored_text(projection: Projection, key: str) -> str:
    """A text of a projection. Raises KeyError or TypeError."""
    value = projection[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} of a projection is no text")
    return value


def stored_time(projection: Projection, key: str) -> datetime | None:
    """A time of a projection, if it is there. Raises TypeError or ValueError."""
    return from_text(stored_text(projection, key)) if key in projection else None


def snapshot(
    projection: Projection,
    settings: "MappingSettings",
    *,
    states: Mapping[State, datetime],
    tags: Mapping[str, str],
    shipped: bool,
    left_out: str | None,
    paid_at_if_first: datetime | None = None,
) -> Snapshot:
    """Read what all shops project, and add what the shop has found out.

    Raises KeyError, TypeError or ValueError if this version did not write the projection.
    """
    rule = settings.promised_date_rule
    zone = ZoneInfo(rule.time_zone) if rule else UTC
    return Snapshot(
        order=stored_text(projection, "id"),
        number=stored_text(projection, "number"),
        created_at=from_text(stored_text(projection, "created_at")),
        updated_at=from_text(stored_text(projection, "updated_at")),
        states=states,
        paid_at_if_first=paid_at_if_first,
        shipped=shipped,
        language=stored_text(projection, "language") if "language" in projection else None,
        tags=tags,
        promised_at=promised.read(stored_text(projection, "promised"), zone)
        if "promised" in projection
        else None,
        items=items.read(projection.get("items", [])),
        left_out=left_out,
    )
