"""A Shopify order: what merchant and customer do to it, and the body that its webhooks carry."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tests.chaos.connections import (
    PROMISED_ATTRIBUTE,
    TAG_AT_WAREHOUSE,
    TAG_IN_PRODUCTION,
    TAG_PACKING,
)
from tests.chaos.lives.order import (
    PERSONAL_TAGS,
    Body,
    Choice,
    Topics,
    address,
    local,
    one_of,
    order_number,
)
from tests.chaos.lives.shopify_parts import Line, fulfillment, refund, refunded_line

FIRST_ID = 5_550_000_000_000
UPDATED = "orders/updated"
UNPAID = ("pending", "authorized", "partially_paid")
WITH_MONEY = ("paid", "partially_refunded")

STATE_TAGS = (TAG_IN_PRODUCTION, TAG_AT_WAREHOUSE, TAG_PACKING)
OTHER_TAGS = ("vip", "channel:web", "channel:fair", "Größe: L", "note:", ":x", *PERSONAL_TAGS)
LOCALES = {"de-DE": 6, "de": 3, "en": 4, "fr-CA": 2, "nl": 2, "zh-TW": 1, "nb-NO": 1, None: 2}
SOURCES = {"web": 16, "pos": 1, "shopify_draft_order": 1, "580111": 1}
PRICES = ("19.90", "8.00", "1234", "12.345", "0.00")


class ShopifyOrder:
    """An order of a Shopify shop. Operations are asked for only while they are possible."""

    def __init__(self, *, random: Random, connection: str, order: int, created: datetime) -> None:
        self._random = random
        self._order = order
        self.id = FIRST_ID + order
        self.name = order_number(random, order)
        self.created_at = self.updated_at = created
        self.processed_at = one_of(random, {created: 8, created - timedelta(days=3): 1, None: 1})
        self.cancelled_at: datetime | None = None
        self.is_deleted = False
        self.financial_status = "pending"
        self.was_shipped = False
        self.was_restocked = False
        self.locale = one_of(random, LOCALES)
        self.source = one_of(random, SOURCES)
        self.is_test = random.random() < 0.03
        self.tags = random.sample(OTHER_TAGS, one_of(random, {0: 4, 1: 3, 2: 2, 4: 1}))
        self.promised: str | None = self._a_promise()
        self.lines = self._ordered_lines()
        self.refunds: list[Body] = []
        self.fulfillments: list[Body] = []
        self.shipping_price = Decimal("4.90")
        self.money_back = Decimal(0)

    def _ordered_lines(self) -> list[Line]:
        count = one_of(self._random, {0: 1, 1: 20, 2: 12, 3: 6})
        shipping = 0.05 if self._random.random() < 0.04 else 0.97
        return [self._line(position, shipping) for position in range(count)]

    def _line(self, position: int, shipping: float = 1) -> Line:
        return Line(
            id=self.id * 10 + position,
            price=Decimal(self._random.choice(PRICES)),
            ships=self._random.random() < shipping,
            waiting=one_of(self._random, {1: 6, 2: 3, 3: 1}),
        )

    def _a_promise(self) -> str | None:
        day = local(self.created_at + timedelta(days=self._random.randint(1, 9)))
        dates = {day.date().isoformat(): 6, day.isoformat(): 2, "next week": 1, "": 1, None: 4}
        return one_of(self._random, dates)

    @property
    def fulfillment_status(self) -> str | None:
        """What Shopify makes of the units that are delivered or waiting."""
        if self.was_restocked:
            return "restocked"
        if not self.was_shipped:
            return None
        return "partial" if any(line.waiting for line in self.lines) else "fulfilled"

    @property
    def money_left(self) -> Decimal:
        """What could still be refunded."""
        bought = (line.price * (line.current + line.refunded) for line in self.lines)
        return max(sum(bought, self.shipping_price) - self.money_back, Decimal(0))

    def begin(self, *, is_new: bool) -> Topics:
        if not is_new:
            self.pay(self.created_at)
            return (UPDATED,)
        paid = one_of(self._random, {"paid": 5, "pending": 4, "authorized": 1})
        self.financial_status = paid
        topics = ("orders/create", *(("orders/paid",) if paid == "paid" else ()))
        return (*topics, UPDATED) if self._random.random() < 0.3 else topics

    def choices(self) -> Sequence[Choice]:
        if self.is_deleted:
            return ()
        is_open = self.cancelled_at is None
        is_unpaid = self.financial_status in UNPAID
        has_money = self.financial_status in WITH_MONEY
        has_refund = self.financial_status == "refunded"
        waiting = any(line.waiting for line in self.lines)
        current = any(line.current for line in self.lines)
        pace = 8 if has_money else 2  # cash on delivery is shipped before it is paid
        possible = (
            (14, self.pay, is_unpaid and is_open),
            (2, self.pay_in_part, is_unpaid and is_open),
            (2, self.void, is_unpaid),
            (pace, self.ship_all, waiting and is_open),
            (pace, self.ship_some, waiting and is_open),
            (4, self.refund_some, has_money and current),
            (4, self.refund_all, has_money),
            (1, self.refund_money_only, has_money),
            (3, self.take_back_all, (has_money or has_refund) and self.was_shipped and current),
            (3, self.cancel, is_open),
            (2, self.add_line, is_open),
            (2, self.remove_units, waiting and is_open),
            (5, self.mark_progress, True),
            (2, self.change_tags, True),
            (1, self.change_language, True),
            (1, self.change_promise, True),
            (1, self.rename, True),
            (2, self.touch, True),
            (1, self.delete, self.cancelled_at is not None or self.is_test),
        )
        return [Choice(weight, operation) for weight, operation, may in possible if may]

    def note_update(self, at: datetime) -> None:
        self.updated_at = at

    def pay(self, at: datetime) -> Topics:
        self.financial_status = "paid"
        return ("orders/paid", UPDATED)

    def pay_in_part(self, at: datetime) -> Topics:
        self.financial_status = "partially_paid"
        return (UPDATED,)

    def void(self, at: datetime) -> Topics:
        self.financial_status = "voided"
        return (UPDATED,)

    def ship_all(self, at: datetime) -> Topics:
        return self._ship(at, {line.id: line.waiting for line in self.lines})

    def ship_some(self, at: datetime) -> Topics:
        line = self._random.choice([line for line in self.lines if line.waiting])
        return self._ship(at, {line.id: self._random.randint(1, line.waiting)})

    def _ship(self, at: datetime, units: dict[int, int]) -> Topics:
        for line in self.lines:
            line.ship(units.get(line.id, 0))
        self.was_shipped = True
        if self._random.random() < 0.9:  # some apps fulfil without a fulfilment
            number = len(self.fulfillments)
            parcel = fulfillment(at, number=number, order=self.id, person=self._order)
            self.fulfillments.append(parcel)
        is_whole = self.fulfillment_status == "fulfilled"
        return ("orders/fulfilled" if is_whole else "orders/partially_fulfilled", UPDATED)

    def refund_some(self, at: datetime) -> Topics:
        line = self._random.choice([line for line in self.lines if line.current])
        units = {line.id: self._random.randint(1, line.current)}
        return self._refund(at, units, is_whole=False)

    def refund_all(self, at: datetime) -> Topics:
        keeps = self._random.random() < 0.3  # the customer may keep what he has
        units = {} if keeps else {line.id: line.current for line in self.lines}
        return self._refund(at, units, is_whole=True)

    def refund_money_only(self, at: datetime) -> Topics:
        return self._refund(at, {}, is_whole=False)

    def take_back_all(self, at: datetime) -> Topics:
        units = {line.id: line.current for line in self.lines}
        is_whole = self._random.random() < 0.4  # else postage is kept
        return self._refund(at, units, is_whole=is_whole, restock_type="return")

    def _refund(
        self,
        at: datetime,
        units: dict[int, int],
        *,
        is_whole: bool,
        restock_type: str | None = None,
    ) -> Topics:
        back = [(line, units[line.id]) for line in self.lines if units.get(line.id)]
        value = sum((line.price * count for line, count in back), Decimal(0))
        amount = self.money_left if is_whole else min(value or Decimal("0.50"), self.money_left)
        refunded = [
            refunded_line(line, count, restock_type or line.restock_type(self._random))
            for line, count in back
        ]
        for line, count in back:
            line.refund(count)
        self.money_back += amount
        number = len(self.refunds)
        made = refund(at, refunded, amount, number=number, order=self.id, person=self._order)
        self.refunds.append(made)
        self.financial_status = "partially_refunded" if self.money_left else "refunded"
        return (UPDATED, "refunds/create")

    def cancel(self, at: datetime) -> Topics:
        self.cancelled_at = at
        topics: Topics = ("orders/cancelled", UPDATED)
        if self.financial_status in WITH_MONEY and self._random.random() < 0.8:
            units = {line.id: line.current for line in self.lines}
            topics = ("orders/cancelled", *self._refund(at, units, is_whole=True))
        elif self.financial_status in UNPAID and self._random.random() < 0.8:
            self.financial_status = "voided"
        self.was_restocked = not self.was_shipped and self._random.random() < 0.1
        return topics

    def add_line(self, at: datetime) -> Topics:
        self.lines.append(self._line(len(self.lines)))
        if self._random.random() < 0.5:
            after = {"paid": "partially_paid", "refunded": "partially_refunded"}
            self.financial_status = after.get(self.financial_status, self.financial_status)
        return (UPDATED, "orders/edited")

    def remove_units(self, at: datetime) -> Topics:
        line = self._random.choice([line for line in self.lines if line.waiting])
        line.remove(self._random.randint(1, line.waiting))
        return (UPDATED, "orders/edited")

    def mark_progress(self, at: datetime) -> Topics:
        kept = [tag for tag in self.tags if tag not in STATE_TAGS]
        self.tags = [*kept, self._random.choice(STATE_TAGS)]
        return (UPDATED,)

    def change_tags(self, at: datetime) -> Topics:
        self.tags = self._random.sample(OTHER_TAGS, one_of(self._random, {0: 3, 1: 2, 3: 1}))
        return (UPDATED,)

    def change_language(self, at: datetime) -> Topics:
        self.locale = one_of(self._random, LOCALES)
        return (UPDATED,)

    def change_promise(self, at: datetime) -> Topics:
        self.promised = self._a_promise()
        return (UPDATED,)

    def rename(self, at: datetime) -> Topics:
        self.name = f"{self.name}-R"
        return (UPDATED,)

    def touch(self, at: datetime) -> Topics:
        """A new address, or the like."""
        return (UPDATED,)

    def delete(self, at: datetime) -> Topics:
        self.is_deleted = True
        return ("orders/delete",)

    def body(self) -> Body:
        person = address(self._order)
        promised = {"name": PROMISED_ATTRIBUTE, "value": self.promised}
        return {
            "id": self.id,
            "name": self.name,
            "order_number": 1000 + self._order,
            "created_at": local(self.created_at).isoformat(),
            "updated_at": local(self.updated_at).isoformat(),
            "processed_at": self.processed_at and local(self.processed_at).isoformat(),
            "cancelled_at": self.cancelled_at and local(self.cancelled_at).isoformat(),
            "financial_status": self.financial_status,
            "fulfillment_status": self.fulfillment_status,
            "customer_locale": self.locale,
            "tags": ", ".join(self.tags),
            "source_name": self.source,
            "test": self.is_test,
            "email": person["email"],
            "browser_ip": f"192.0.2.{self._order % 256}",
            "note": f"Ring twice at Person-{self._order}",
            "note_attributes": [
                {"name": "Gift for", "value": f"Person-{self._order}"},
                *([promised] if self.promised is not None else []),
            ],
            "order_status_url": f"https://shop.example.com/orders/Person-{self._order}?key=x&a=1",
            "shipping_address": person,
            "line_items": [line.body(self._order) for line in self.lines],
            "refunds": deepcopy(self.refunds),
            "fulfillments": deepcopy(self.fulfillments),
        }
