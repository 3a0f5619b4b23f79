"""Whether Seven Senders has, in the end, what the shops show."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from tests.chaos.connections import CONNECTIONS
from tests.chaos.healing.stack import UPDATED
from tests.chaos.lives.order import Body
from tests.chaos.oracle import Arrival, Expected, expected
from tests.chaos.oracle.reading import read_time

type Order = tuple[str, str]


def behind(
    arrivals: Mapping[Order, Sequence[Arrival]],
    *,
    shown: Mapping[Order, Body],
    told: Mapping[Order, Body],
) -> Iterator[str]:
    """Every order that does not stand at Seven Senders as its shop shows it, in words.

    That each stands there as its arrivals say is held elsewhere. Here the oracle is given what
    the shop shows in the end (``shown``) as one arrival more, and nothing may change by it: not
    the order's number, not its fields, not its states, not its dead letters. Times of states are
    not compared, as they depend on when an order was received first.

    Not looked at are orders that the shop shows no more, and those that the mapping leaves out as
    they are shown: in the trash, failed, never paid. They are not brought in, so that a late
    webhook of an earlier state has the last word.

    WooCommerce tells nobody that a refund was deleted, and moves no time. So an order may stand
    as it was ``told`` last, too.
    """
    for (connection, order), last in shown.items():
        settings = CONNECTIONS[connection]
        arrived = arrivals.get((connection, order), ())
        if expected(settings, [_as_arrival(connection, last)]).order_id is None:
            continue
        now = _shown(expected(settings, arrived))
        ends = [
            _shown(expected(settings, [*arrived, _as_arrival(connection, body)]))
            for body in (last, told.get((connection, order), last))
        ]
        if now not in ends:
            yield f"{connection} {order}: is {now}, its shop shows {ends[0]}"


def _as_arrival(connection: str, body: Body) -> Arrival:
    """An order as it is found soon after its change, by the shop's clock."""
    platform = str(CONNECTIONS[connection]["platform"])
    changed = body["updated_at" if platform == "shopify" else "date_modified_gmt"]
    at = read_time(changed)
    assert at is not None
    return Arrival(topic=UPDATED[platform], body=body, received_at=at + timedelta(minutes=45))


def _shown(end: Expected) -> object:
    states = [state for state, _ in end.states]
    return [end.order_id, dict(end.fields), states, sorted(end.dead_letters)]
