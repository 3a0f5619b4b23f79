"""All that is known of one order: in the ledger, among the dead letters, and at Seven Senders."""

from dataclasses import asdict, dataclass
from datetime import datetime

from seven_senders_adapter.clients import Clients
from seven_senders_adapter.connections.documents import SyncingDocument
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.plan import next_step
from seven_senders_adapter.ledger import Ledger
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.seven_senders.answers import RemoteOrder
from seven_senders_adapter.seven_senders.client import SevenSendersClient
from seven_senders_adapter.seven_senders.errors import (
    LookUpInconclusive,
    OrderNotFound,
    SevenSendersError,
)
from seven_senders_cli.orders.waiting import Hold, holds, settings_of

MOST_PAGES = 3
"""So many pages are looked through for an order; syncing takes more time, people do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What Seven Senders says now: the order, or why there is none to show.

    ``unknown``: it was asked and does not know the order.
    """

    order: RemoteOrder | None = None
    why_not: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One order: what should be true, what was accepted, what stands in the way, what is there.

    ``attempt`` is the message of it that fails and waits; ``expiring_since``: when a message of
    it was seen that SQS will soon drop.
    """

    record: OrderRecord
    attempt: Attempt | None
    letters: tuple[DeadLetter, ...]
    holds: tuple[Hold, ...]
    expiring_since: datetime | None
    asked: Asked

    @property
    def missing(self) -> str | None:
        """The step that comes next, by its key; ``None`` if nothing is left to do."""
        step = next_step(self.record)
        return step.key if step else None

    def as_json(self) -> dict[str, object]:
        """All of it, for scripts."""
        order = self.asked.order
        return {
            "record": asdict(self.record),
            "missing": self.missing,
            "attempt": asdict(self.attempt) if self.attempt else None,
            "dead_letters": [asdict(letter) for letter in self.letters],
            "connection_waits": [asdict(hold) for hold in self.holds],
            "expiring_since": self.expiring_since,
            "seven_senders": asdict(order) if order else None,
            "seven_senders_why_not": self.asked.why_not,
        }


def situation(
    record: OrderRecord,
    *,
    ledger: Ledger,
    connections: ConnectionStore,
    clients: Clients | None,
) -> Situation:
    """Gather what is known of an order; without ``clients`` Seven Senders is not asked.

    Raises AwsUnavailable and UnreadableRow.
    """
    connection, order = record.connection, record.order
    settings = settings_of(connection, connections)
    attempt = ledger.attempts.load(connection, order)
    letters = ledger.dead_letters.list(connection)
    return Situation(
        record=record,
        attempt=None if attempt and attempt.given_up else attempt,
        letters=tuple(letter for letter in letters if letter.order == order),
        holds=tuple(holds(settings, ledger.brakes)),
        expiring_since=ledger.orders.expiring_since(connection, order),
        asked=_ask(record, settings, clients),
    )


def _ask(record: OrderRecord, settings: SyncingDocument | Hold, clients: Clients | None) -> Asked:
    if clients is None:
        return Asked(why_not="was not asked")
    if isinstance(settings, Hold):
        return Asked(why_not=f"can't be asked: {settings.why}")
    order_id = record.order_id or settings.order_id_prefix + record.number
    try:
        order = read_there(record, order_id, clients.of(settings.account))
    except OrderNotFound:
        order = None
    except SevenSendersError as error:
        return Asked(why_not=f"can't be asked now: {error}")
    if order is None:
        return Asked(why_not=f"does not know the order {order_id}", unknown=True)
    return Asked(order=order)


def read_there(
    record: OrderRecord, order_id: str, client: SevenSendersClient
) -> RemoteOrder | None:
    """An order as Seven Senders shows it; ``None`` if it does not know its order id.

    Raises SevenSendersError: OrderNotFound if it does not know its own id any more, and
    LookUpInconclusive if a few pages do not tell.
    """
    if record.remote_id is not None:
        return client.get_order(record.remote_id)
    pages = iter(range(MOST_PAGES))

    def before_page() -> None:
        if next(pages, None) is None:
            raise LookUpInconclusive(
                "list_orders", None, "the list is not filtered by order_id, and it is long"
            )

    return client.find_order(order_id, record.order_date, before_page=before_page)
