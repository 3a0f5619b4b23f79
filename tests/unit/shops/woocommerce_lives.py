"""Lives of one WooCommerce order: bodies as the shop sends them, beside what the mapping says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from tests.unit.domain.orders import MONDAY
from tests.unit.shops.orders import meta, woo_order

STATUS_STATES = {
    "processing": State.IN_PREPARATION,
    "in-work": State.IN_PRODUCTION,
    "handed-over": State.WAREHOUSE_HANDOVER,
    "rma": State.RETURNED,
    "written-off": State.REFUNDED,
    "storno": State.CANCELLED,
}
SETTINGS = MappingSettings(state_statuses=STATUS_STATES)
NO_ORDERS_YET = ["checkout-draft", "auto-draft", "failed", "trash", "pending"]
STATUSES = [
    *STATUS_STATES,
    *NO_ORDERS_YET,
    *["on-hold", "processing", "completed", "cancelled", "refunded", "my-own"],
]
EVENTS = ["go_on", "go_on", "go_on", "pay", "refund", "refund", "translate"]


def text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() if moment else None


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


@dataclass
class Order:
    """What happened to an order so far; money in cents."""

    status: str
    total: int
    now: datetime = MONDAY
    paid_at: datetime | None = None
    refunds: list[int] = field(default_factory=list)
    language: str | None = None

    def body(self) -> dict[str, object]:
        """The order as WooCommerce shows it now."""
        return woo_order(
            status=self.status,
            date_created_gmt=text(MONDAY),
            date_modified_gmt=text(self.now),
            date_paid_gmt=text(self.paid_at),
            total=money(self.total),
            refunds=[{"id": n, "total": f"-{money(r)}"} for n, r in enumerate(self.refunds)],
            meta_data=meta(wpml_language=self.language) if self.language else [],
        )

    def expected(self) -> Snapshot:
        """What the mapping says of it."""
        return Snapshot(
            order="22",
            number="22",
            created_at=MONDAY,
            updated_at=self.now,
            states=self._states(),
            shipped=self.status == "completed",
            language=self.language,
            left_out=f"no order yet: {self.status}" if self._is_no_order_yet() else None,
        )

    def _states(self) -> dict[State, datetime]:
        states: dict[State, datetime] = {}
        if self.paid_at is not None:
            states[State.PAID] = self.paid_at
        if self.status in STATUS_STATES:
            states[STATUS_STATES[self.status]] = self.now
        is_all_money_back = 0 < self.total <= sum(self.refunds)
        if self.status == "cancelled":
            states[State.CANCELLED] = self.now
        elif self.status == "refunded" or is_all_money_back:
            states[State.REFUNDED] = self.now
        return states

    def _is_no_order_yet(self) -> bool:
        is_abandoned = self.status == "cancelled" and self.paid_at is None
        return is_abandoned or self.status in NO_ORDERS_YET

    # --- what may happen ---

    def go_on(self, draw: st.DrawFn) -> None:
        self.status = draw(st.sampled_from(STATUSES))

    def pay(self, draw: st.DrawFn) -> None:
        self.paid_at = self.paid_at or self.now
        self.status = draw(st.sampled_from([self.status, "processing"]))

    def refund(self, draw: st.DrawFn) -> None:
        self.refunds.append(draw(st.sampled_from([1, self.total // 2, self.total])))

    def translate(self, draw: st.DrawFn) -> None:
        self.language = draw(st.sampled_from(["de", "fr"]))


@st.composite
def woocommerce_lives(draw: st.DrawFn) -> list[tuple[dict[str, object], Snapshot]]:
    """Bodies in order of time, some in the same second, each with what it stands for."""
    order = Order(
        status=draw(st.sampled_from(STATUSES)),
        total=draw(st.sampled_from([0, 1, 9999, 10000])),
    )
    life = [(order.body(), order.expected())]
    for event in draw(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=8)):
        order.now += timedelta(minutes=draw(st.sampled_from([0, 1, 2, 9])))
        getattr(order, event)(draw)
        life.append((order.body(), order.expected()))
    return life
