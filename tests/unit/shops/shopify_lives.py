"""Lives of one Shopify order: bodies as the shop sends them, beside what the mapping says of them.

An order is played unit by unit, and the expectation looks at the units, not at the body.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from tests.unit.domain.orders import MONDAY, at
from tests.unit.shops.orders import shopify_line, shopify_order, shopify_refund

TAG_STATES = {
    "in work": State.IN_PRODUCTION,
    "packed": State.WAREHOUSE_HANDOVER,
    "picked": State.IN_PREPARATION,
    "rma": State.RETURNED,
    "written off": State.REFUNDED,
    "storno": State.CANCELLED,
}
SETTINGS = MappingSettings(state_tags=TAG_STATES)
TAGS = ["vip", *TAG_STATES]
EVENTS = [*["pay", "ship", "tag", "untag", "remove", "cancel"], *["refund"] * 4]
BERLIN = timezone(timedelta(hours=1))


def text(moment: datetime | None) -> str | None:
    return moment.astimezone(BERLIN).isoformat() if moment else None


@dataclass
class Unit:
    """One piece of a line, and what became of it."""

    line: int
    ships: bool
    is_removed: bool = False
    restock_type: str | None = None
    refunded_at: datetime | None = None


@dataclass
class Order:
    """What happened to an order so far."""

    units: list[Unit]
    processed_at: datetime | None
    now: datetime = MONDAY
    is_paid: bool = False
    is_all_money_back: bool = False
    refund_times: list[datetime] = field(default_factory=list)
    cancelled_at: datetime | None = None
    fulfillment_status: str | None = None
    tags: list[str] = field(default_factory=list)

    def body(self) -> dict[str, object]:
        """The order as Shopify shows it now."""
        return shopify_order(
            created_at=text(MONDAY),
            updated_at=text(self.now),
            processed_at=text(self.processed_at),
            cancelled_at=text(self.cancelled_at),
            financial_status=self._financial_status(),
            fulfillment_status=self.fulfillment_status,
            tags=", ".join(self.tags),
            line_items=[self._line(line) for line in sorted({unit.line for unit in self.units})],
            refunds=[self._refund(moment) for moment in self.refund_times],
        )

    def expected(self) -> Snapshot:
        """What the mapping says of it."""
        return Snapshot(
            order="820982911946154508",
            number="#1001",
            created_at=MONDAY,
            updated_at=self.now,
            states=self._states(),
            paid_at_if_first=(self.processed_at or MONDAY) if self.is_paid else None,
            shipped=self.fulfillment_status == "fulfilled",
            language="de",
            tags=dict.fromkeys(self.tags, "true"),
        )

    def _states(self) -> dict[State, datetime]:
        states = {TAG_STATES[tag]: self.now for tag in self.tags if tag in TAG_STATES}
        if self.is_paid:
            states[State.PAID] = self.now
        to_ship = [unit for unit in self.units if unit.ships and not unit.is_removed]
        came_back = [
            unit.refunded_at
            for unit in to_ship
            if unit.refunded_at is not None and unit.restock_type == "return"
        ]
        if came_back and all(unit.refunded_at is not None for unit in to_ship):
            states[State.RETURNED] = max(came_back)
        if self.is_all_money_back and self.cancelled_at is None:
            states[State.REFUNDED] = max(self.refund_times, default=self.now)
        if self.cancelled_at is not None:
            states[State.CANCELLED] = self.cancelled_at
        return states

    def _financial_status(self) -> str:
        if not self.is_paid:
            return "voided" if self.cancelled_at else "pending"
        if self.is_all_money_back:
            return "refunded"
        return "partially_refunded" if self.refund_times else "paid"

    def _line(self, line: int) -> dict[str, object]:
        units = [unit for unit in self.units if unit.line == line]
        left = [unit for unit in units if not unit.is_removed and unit.refunded_at is None]
        return shopify_line(
            line, len(units), current_quantity=len(left), requires_shipping=units[0].ships
        )

    def _refund(self, moment: datetime) -> dict[str, object]:
        units = [unit for unit in self.units if unit.refunded_at == moment]
        each = [(unit.line, 1, unit.restock_type or "") for unit in units]
        return shopify_refund(*each, at=text(moment) or "")

    # --- what may happen ---

    def pay(self, draw: st.DrawFn) -> None:
        self.is_paid = self.is_paid or self.cancelled_at is None

    def ship(self, draw: st.DrawFn) -> None:
        self.fulfillment_status = draw(st.sampled_from(["partial", "fulfilled", "restocked"]))

    def tag(self, draw: st.DrawFn) -> None:
        self.tags = sorted({*self.tags, draw(st.sampled_from(TAGS))})

    def untag(self, draw: st.DrawFn) -> None:
        self.tags = self.tags[1:]

    def remove(self, draw: st.DrawFn) -> None:
        for unit in self._left()[:1]:
            unit.is_removed = True

    def refund(self, draw: st.DrawFn) -> None:
        """Of some units or of none, of a part of the money or of all."""
        if not self.is_paid:
            return
        left = self._left()
        for unit in left[: draw(st.sampled_from([0, 1, len(left), len(left)]))]:
            types = [*["return"] * 3, "no_restock", "cancel"] if unit.ships else ["no_restock"]
            unit.restock_type = draw(st.sampled_from(types))
            unit.refunded_at = self.now
        self.refund_times.append(self.now)
        self.is_all_money_back = self.is_all_money_back or draw(st.booleans())

    def cancel(self, draw: st.DrawFn) -> None:
        self.cancelled_at = self.cancelled_at or self.now

    def _left(self) -> list[Unit]:
        return [unit for unit in self.units if not unit.is_removed and unit.refunded_at is None]


@st.composite
def shopify_lives(draw: st.DrawFn) -> list[tuple[dict[str, object], Snapshot]]:
    """Bodies in order of time, each with the snapshot that it stands for."""
    pieces = draw(st.lists(st.sampled_from([11, 12, 13, 13]), max_size=3))
    units = [Unit(11, ships=True), *(Unit(line, ships=line != 13) for line in pieces)]
    processed_at = draw(st.none() | st.integers(-5, 5).map(at))
    order = Order(units=units, processed_at=processed_at, is_paid=draw(st.booleans()))
    life = [(order.body(), order.expected())]
    for event in draw(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=8)):
        order.now += timedelta(minutes=draw(st.integers(1, 9)))
        getattr(order, event)(draw)
        life.append((order.body(), order.expected()))
    return life
