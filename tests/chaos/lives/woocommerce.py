"""A WooCommerce order: what happens to it in the shop, and the body that its webhooks carry."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tests.chaos.connections import (
    META_CHANNEL,
    META_CUSTOMER_GROUP,
    META_LANGUAGE,
    META_LANGUAGE_SECOND,
    META_PROMISED,
    STATUS_HANDED_OVER,
    STATUS_IN_PRODUCTION,
    STATUS_PACKING,
    STATUS_RETURNED,
)
from tests.chaos.lives.order import (
    Body,
    Choice,
    Topics,
    address,
    local,
    one_of,
    order_number,
    utc,
)

FIRST_ID = 7_000
UPDATED: Topics = ("order.updated",)
DRAFT = "checkout-draft"
UNPAID = (DRAFT, "pending", "on-hold", "failed")
PROGRESS = (STATUS_IN_PRODUCTION, STATUS_HANDED_OVER, STATUS_PACKING, "awaiting-stock")
IN_WORK = ("processing", *PROGRESS)

TOTALS = ("69.20", "1234", "12.345", "0.00", "0.99")
LANGUAGES = ("de", "en", "fr_FR", "nl", "pt-br", "ja", "")
LANGUAGE_KEYS = (META_LANGUAGE, META_LANGUAGE_SECOND, "trp_language", "_weglot_language")
PLAIN_VALUES = ("gold", "silver", "b2b-1", "2026-03-28")
ODD_VALUES = ("person-1@example.org", "+1-555-0100", "555-010-0001", {"name": "Person-0"}, None, "")
TAG_VALUES = (*PLAIN_VALUES, *PLAIN_VALUES, *ODD_VALUES)
"""Of a meta key that stands for a tag: tokens, personal ones, and what is none."""


class WooCommerceOrder:
    """An order of a WooCommerce shop. Operations are asked for only while they are possible."""

    def __init__(self, *, random: Random, connection: str, order: int, created: datetime) -> None:
        self._random = random
        self._connection = connection
        self._order = order
        self.id = FIRST_ID + order
        self.number = order_number(random, order)
        self.created_at = self.updated_at = created
        self.paid_at: datetime | None = None
        self.completed_at: datetime | None = None
        self.status = "pending"
        self.status_before_trash = ""
        self.total = Decimal(random.choice(TOTALS))
        self.refunds: list[Body] = []
        self.meta: dict[str, object] = {"_billing_vat": f"VAT of Person-{order}"}
        self.quantity = one_of(random, {1: 6, 2: 3, 0.5: 1})
        for change in (self.change_language, self.change_promise, self.change_tags):
            if random.random() < 0.6:
                change(created)

    @property
    def refunded(self) -> Decimal:
        """The sum of all refunds."""
        return -sum((Decimal(str(refund["total"])) for refund in self.refunds), Decimal(0))

    def begin(self, *, is_new: bool) -> Topics:
        if not is_new:
            self.pay(self.created_at)
            return UPDATED
        first = {"pending": 5, "processing": 6, "on-hold": 3, DRAFT: 1, "failed": 1}
        self.status = one_of(self._random, first)
        if self.status == "processing":
            self.pay(self.created_at)
        return ("order.created", *UPDATED)

    def choices(self) -> Sequence[Choice]:
        if self.status == "trash":
            return (Choice(3, self.restore), Choice(1, self.touch))
        is_unpaid = self.status in UNPAID
        is_in_work = self.status in IN_WORK
        has_money = self.paid_at is not None and self.refunded < self.total
        is_ended = self.status in ("cancelled", "refunded", STATUS_RETURNED)
        possible = (
            (12, self.pay, is_unpaid),
            (2, self.start_unpaid, is_unpaid),
            (2, self.fail_or_wait, is_unpaid),
            (8, self.progress, is_in_work),
            (10, self.complete, is_in_work or self.status == "on-hold"),
            (6 if is_unpaid else 2, self.cancel, self.status != "cancelled"),
            (5, self.reopen, is_ended),
            (3, self.refund_some, has_money),
            (3, self.refund_rest, has_money),
            (1, self.mark_refunded, self.paid_at is not None),
            (1, self.forget_refund, bool(self.refunds)),
            (4, self.take_back, self.status == "completed"),
            (2, self.change_tags, True),
            (1, self.change_language, True),
            (1, self.change_promise, True),
            (1, self.renumber, True),
            (1, self.change_total, not self.refunds),
            (2, self.touch, True),
            (2, self.trash, True),
        )
        return [Choice(weight, operation) for weight, operation, may in possible if may]

    def note_update(self, at: datetime) -> None:
        self.updated_at = at

    def pay(self, at: datetime) -> Topics:
        self.paid_at = self.paid_at or at
        is_virtual = self._random.random() < 0.05
        return self.complete(at) if is_virtual else self._become("processing")

    def start_unpaid(self, at: datetime) -> Topics:
        """Cash on delivery, or an invoice."""
        return self._become("processing")

    def fail_or_wait(self, at: datetime) -> Topics:
        return self._become(self._random.choice(("failed", "on-hold", "pending")))

    def progress(self, at: datetime) -> Topics:
        return self._become(self._random.choice(PROGRESS))

    def complete(self, at: datetime) -> Topics:
        self.paid_at = self.paid_at or at
        self.completed_at = at
        return self._become("completed")

    def cancel(self, at: datetime) -> Topics:
        return self._become("cancelled")

    def reopen(self, at: datetime) -> Topics:
        """A late payment comes in, or a person corrects a mistake."""
        if self.status == "cancelled":
            self.paid_at = self.paid_at or at
        return self._become("processing")

    def take_back(self, at: datetime) -> Topics:
        return self._become(STATUS_RETURNED)

    def mark_refunded(self, at: datetime) -> Topics:
        """The money goes back by other ways, so that no refund is there."""
        return self._become("refunded")

    def refund_some(self, at: datetime) -> Topics:
        return self._refund(round((self.total - self.refunded) / self._random.randint(2, 9), 3))

    def refund_rest(self, at: datetime) -> Topics:
        if self._random.random() < 0.6:
            self._become("refunded")
        return self._refund(self.total - self.refunded)

    def _refund(self, amount: Decimal) -> Topics:
        reason = f"Person-{self._order} was not at home"
        refund: Body = {"id": self.id * 100 + len(self.refunds), "reason": reason}
        self.refunds.append({**refund, "total": f"-{amount}"})
        self._random.shuffle(self.refunds)
        return UPDATED

    def forget_refund(self, at: datetime) -> Topics:
        """Deletes a refund, of which WooCommerce tells nobody."""
        self.refunds.pop()
        return ()

    def trash(self, at: datetime) -> Topics:
        self.status_before_trash = self.status
        self._become("trash")
        return ("order.deleted",)

    def restore(self, at: datetime) -> Topics:
        self._become(self.status_before_trash)
        return ("order.restored",)

    def change_tags(self, at: datetime) -> Topics:
        for key in (META_CUSTOMER_GROUP, META_CHANNEL):
            self.meta[key] = self._random.choice(TAG_VALUES)
        return UPDATED

    def change_language(self, at: datetime) -> Topics:
        self.meta[self._random.choice(LANGUAGE_KEYS)] = self._random.choice(LANGUAGES)
        return UPDATED

    def change_promise(self, at: datetime) -> Topics:
        day = local(self.created_at + timedelta(days=self._random.randint(1, 9)))
        dates = {day.date().isoformat(): 6, day.isoformat(): 2, "next week": 1, "": 1}
        self.meta[META_PROMISED] = one_of(self._random, dates)
        return UPDATED

    def change_total(self, at: datetime) -> Topics:
        self.total = Decimal(self._random.choice(TOTALS))
        return UPDATED

    def renumber(self, at: datetime) -> Topics:
        self.number = f"{self.number}-R"
        return UPDATED

    def touch(self, at: datetime) -> Topics:
        """A new address, or the like."""
        return UPDATED

    def _become(self, status: str) -> Topics:
        self.status = status
        return UPDATED

    def body(self) -> Body:
        person = address(self._order)
        key = f"wc_order_Person-{self._order}"
        return {
            "id": self.id,
            "parent_id": 0,
            "status": self.status,
            "currency": "EUR",
            "version": "11.0.1",
            **self._times(),
            "total": str(self.total),
            "order_key": key,
            "billing": person,
            "shipping": {**person},
            "customer_ip_address": f"192.0.2.{self._order % 256}",
            "customer_user_agent": f"Browser of Person-{self._order}",
            "customer_note": f"Ring twice at Person-{self._order}",
            "number": self.number,
            "meta_data": [
                {"id": number, "key": key, "value": deepcopy(value)}
                for number, (key, value) in enumerate(self.meta.items(), self.id * 100)
            ],
            "line_items": [
                {
                    "id": self.id * 10,
                    "name": "Tasse „Grüße & Küsse“ 🐴",
                    "quantity": self.quantity,
                    "sku": (None, "CUP-1", 17)[self.id % 3],
                    "price": 16.725,
                    "meta_data": [{"key": "Engraving", "value": f"For Person-{self._order}"}],
                }
            ],
            "refunds": [{**refund} for refund in self.refunds],
            "payment_url": f"https://{self._connection}.example/pay/{self.id}/?key={key}",
        }

    def _times(self) -> Body:
        times = {
            "date_created": self.created_at,
            "date_modified": self.updated_at,
            "date_completed": self.completed_at,
            "date_paid": self.paid_at,
        }
        return {
            **{name: at and _naive(local(at)) for name, at in times.items()},
            **{f"{name}_gmt": at and _naive(utc(at)) for name, at in times.items()},
        }


def _naive(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat()
