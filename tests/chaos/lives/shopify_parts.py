"""The parts of a Shopify order: lines, refunds and fulfilments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random

from tests.chaos.lives.order import Body, local, one_of


@dataclass(slots=True)
class Line:
    """A line of an order; each unit is in one of four places."""

    id: int
    price: Decimal
    ships: bool
    waiting: int
    delivered: int = 0
    removed: int = 0
    refunded: int = 0

    @property
    def current(self) -> int:
        """The units that the order still has."""
        return self.waiting + self.delivered

    def ship(self, units: int) -> None:
        """Send units that wait."""
        self.waiting -= units
        self.delivered += units

    def remove(self, units: int) -> None:
        """Take units that wait out of the order, by an edit."""
        self.waiting -= units
        self.removed += units

    def refund(self, units: int) -> None:
        """Take units out of the order for their money, those that were delivered first."""
        from_customer = min(units, self.delivered)
        self.delivered -= from_customer
        self.waiting -= units - from_customer
        self.refunded += units

    def restock_type(self, random: Random) -> str:
        """What the merchant chooses for units that he refunds now."""
        usual = "return" if self.delivered else "cancel"
        return one_of(random, {usual: 7, "no_restock": 2, "legacy_restock": 1})

    def body(self, person: int) -> Body:
        """The line as Shopify shows it."""
        return {
            "id": self.id,
            "sku": None if self.id % 3 else f"CUP-{self.id % 7}",
            "name": "Cup “Grüße & Küsse”",
            "quantity": self.current + self.removed + self.refunded,
            "current_quantity": self.current,
            "fulfillable_quantity": self.waiting,
            "requires_shipping": self.ships,
            "gift_card": False,
            "price": str(self.price),
            "properties": [{"name": "Engraving", "value": f"For Person-{person}"}],
        }


def fulfillment(at: datetime, *, number: int, order: int, person: int) -> Body:
    """A parcel that is on its way."""
    return {
        "id": order * 100 + number,
        "order_id": order,
        "status": "success",
        "created_at": local(at).isoformat(),
        "tracking_number": f"PARCEL-{person}-{number}",
    }


def refund(
    at: datetime, lines: Sequence[Body], amount: Decimal, *, number: int, order: int, person: int
) -> Body:
    """Money that goes back, and the units for which it does."""
    return {
        "id": order * 100 + number,
        "order_id": order,
        "created_at": local(at).isoformat(),
        "note": f"Person-{person} was not at home",
        "refund_line_items": lines,
        "transactions": [{"kind": "refund", "status": "success", "amount": str(amount)}],
    }


def refunded_line(line: Line, units: int, restock_type: str) -> Body:
    """One line of a refund, made before the units are taken out."""
    return {
        "id": line.id * 10 + line.refunded,
        "line_item_id": line.id,
        "quantity": units,
        "restock_type": restock_type,
    }
