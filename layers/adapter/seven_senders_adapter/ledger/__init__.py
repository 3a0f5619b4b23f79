"""The DynamoDB table that remembers what Seven Senders has accepted, and what stands in the way."""

from dataclasses import dataclass

from seven_senders_adapter.ledger.attempts import Attempts
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.ledger.claims import Claims
from seven_senders_adapter.ledger.corrections import Corrections
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.orders import Orders
from seven_senders_adapter.ledger.progress import Progress
from seven_senders_adapter.ledger.standstills import Standstills
from seven_senders_adapter.ledger.table import Table
from seven_senders_adapter.ledger.traffic import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The parts of the ledger that syncing needs, over one table."""

    orders: Orders
    claims: Claims
    attempts: Attempts
    brakes: Brakes
    progress: Progress
    standstills: Standstills
    traffic: Traffic
    reconciled: Traffic
    dead_letters: DeadLetters
    corrections: Corrections

    @classmethod
    def at(cls, table: Table) -> "Ledger":
        """The ledger in a table."""
        return cls(
            orders=Orders(table=table),
            claims=Claims(table=table),
            attempts=Attempts(table=table),
            brakes=Brakes(table=table),
            progress=Progress(table=table),
            standstills=Standstills(table=table),
            traffic=Traffic(table=table),
            reconciled=Traffic(table=table, reconciled=True),
            dead_letters=DeadLetters(table=table),
            corrections=Corrections(table=table),
        )
