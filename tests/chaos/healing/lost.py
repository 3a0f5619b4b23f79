"""How many webhooks have to be counted as lost, worked out from what arrived."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.chaos.connections import CONNECTIONS
from tests.chaos.healing.stack import Found
from tests.chaos.oracle import SHOPS, Arrival
from tests.chaos.oracle.order import is_left_out
from tests.chaos.oracle.reading import Snapshot, Unreadable

LOST_AFTER = {"shopify": timedelta(hours=24), "woocommerce": timedelta(hours=1)}


def lost_webhooks(
    arrivals: Mapping[tuple[str, str], Sequence[Arrival]],
    rounds: Mapping[str, Sequence[datetime]],
) -> int:
    """The number of corrected orders of which no webhook has told in time, round by round.

    A correction is an order of reconciliation that is newer than all that came of it. It is lost
    if at the first round that is so long after its change that no webhook would come any more,
    none has come of this change or a later one. ``rounds``: by connection, when each ended. It
    holds if an order's events are worked as they arrive.
    """
    lost: set[tuple[str, str, datetime]] = set()
    for (connection, order), arrived in arrivals.items():
        heard = _heard(connection, arrived)
        for corrected_at, changed_at in heard.corrections:
            platform = str(CONNECTIONS[connection]["platform"])
            due = max(corrected_at, changed_at + LOST_AFTER[platform])
            looked_at = next((at for at in rounds[connection] if at >= due), None)
            if looked_at and not heard.of(changed_at, by=looked_at):
                lost.add((connection, order, looked_at))
    return len(lost)


@dataclass(slots=True)
class _Heard:
    """What webhooks said of an order, and what reconciliation: times of receipt and of change."""

    webhooks: list[tuple[datetime, datetime]] = field(default_factory=list)
    corrections: list[tuple[datetime, datetime]] = field(default_factory=list)

    def of(self, changed_at: datetime, *, by: datetime) -> bool:
        """Whether a webhook has told of a change by a time."""
        return any(at <= by and changed >= changed_at for at, changed in self.webhooks)


def _heard(connection: str, arrived: Sequence[Arrival]) -> _Heard:
    heard = _Heard()
    newest: datetime | None = None
    seen: set[str] = set()
    for arrival, snapshot in _read(connection, arrived):
        if newest is None and is_left_out(snapshot, CONNECTIONS[connection], arrival.received_at):
            continue
        if newest is None or snapshot.updated > newest:
            newest, seen = snapshot.updated, set()
        is_news = snapshot.updated == newest and snapshot.identity not in seen
        seen.add(snapshot.identity)
        entry = arrival.received_at, snapshot.updated
        if not isinstance(arrival, Found):
            heard.webhooks.append(entry)
        elif is_news:
            heard.corrections.append(entry)
    return heard


def _read(connection: str, arrived: Sequence[Arrival]) -> Iterator[tuple[Arrival, Snapshot]]:
    shop = SHOPS[str(CONNECTIONS[connection]["platform"])]
    for arrival in arrived:
        if arrival.topic not in shop.ORDER_TOPICS or shop.is_error_body(arrival.body):
            continue
        try:
            yield arrival, shop.read(arrival.body, CONNECTIONS[connection])
        except Unreadable:
            continue
