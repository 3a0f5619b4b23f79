"""Which order a person means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.ledger import Ledger
from seven_senders_cli.failing import Exit, Failed
from seven_senders_cli.orders.waiting import BEHIND_A_BRAKE, Hold, holds, settings_of, tried

MAX_CHARACTERS = 300
"""More than an order's number and a prefix have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Finds orders among all connections of a stack, or in one of them: ``only``."""

    ledger: Ledger
    connections: ConnectionStore
    only: str | None = None

    def find(self, text: str) -> list[OrderRecord]:
        """The orders that a text may mean: a number, an order id at Seven Senders, a shop's id.

        A leading ``#`` may be there or not. Raises Failed if there is none, and says what may be
        the cause.
        """
        text = _checked(text)
        names = self._names()
        records = self._load([*self.numbered(text), *((name, _bare(text)) for name in names)])
        records = records or self._load(self._prefixed(text, names))
        if not records:
            raise Failed(self._why_there_is_none(text, names), code=Exit.NOT_FOUND)
        return sorted(records, key=lambda record: (record.connection, record.order_date))

    def find_one(self, text: str) -> OrderRecord:
        """The one order that is meant. Raises Failed if there is none, or several."""
        records = self.find(text)
        if len(records) > 1:
            named = ", ".join(f"{r.number} of {r.connection} (id {r.order})" for r in records)
            raise Failed(
                f"{text} may be {named}: choose one by --connection and its id",
                code=Exit.WRONG_INPUT,
            )
        return records[0]

    def numbered(self, text: str) -> list[tuple[str, str]]:
        """Connection and the shop's id of the orders with a number.

        Raises AwsUnavailable, or Failed for what no number can be.
        """
        forms = _forms(_checked(text))
        found = [name for form in forms for name in self.ledger.orders.numbered(form)]
        return [(name, order) for name, order in found if self.only in (None, name)]

    def _names(self) -> list[str]:
        names = self.connections.names()
        if self.only is None:
            return names
        if self.only not in names:
            known = f"there are {', '.join(names)}" if names else "there are none"
            raise Failed(f"there is no connection {self.only}: {known}", code=Exit.NOT_FOUND)
        return [self.only]

    def _load(self, names: Iterable[tuple[str, str]]) -> list[OrderRecord]:
        return self.ledger.orders.load_all(names)

    def _prefixed(self, text: str, names: Sequence[str]) -> list[tuple[str, str]]:
        """The orders whose order id at Seven Senders it is, with their connection's prefix."""
        return [
            (found, order)
            for name in names
            if (prefix := self._prefix(name)) and text != prefix and text.startswith(prefix)
            for found, order in self.numbered(text.removeprefix(prefix))
            if found == name
        ]

    def _prefix(self, name: str) -> str:
        settings = settings_of(name, self.connections)
        return "" if isinstance(settings, Hold) else settings.order_id_prefix

    def _why_there_is_none(self, text: str, names: Sequence[str]) -> str:
        found = [*self._dead(text), *self._waiting(text, names), *self._held(names)]
        causes = "; ".join(found) or (
            "it came moments ago, the shop has not delivered it, or it is left out: a test order,"
            " a sale over the counter, a checkout that is not paid, one of before orders_since or"
            " older than max_order_age_days, or nothing of it is shipped (the metric Skipped"
            " counts by reason). Look again in a minute, or save it in the shop, so that it is"
            " sent anew"
        )
        where = f"connection {self.only}" if self.only else "all connections"
        return f"there is no order {text} in {where}: {causes}"

    def _dead(self, text: str) -> list[str]:
        return [
            f"a dead letter says {letter.failure.reason} of an order {letter.order} of"
            f" {letter.connection}: {letter.failure.detail}"
            for letter in self.ledger.dead_letters.list(self.only)
            if letter.order == _bare(text)
        ]

    def _waiting(self, text: str, names: Sequence[str]) -> list[str]:
        attempts = {name: self.ledger.attempts.load(name, _bare(text)) for name in names}
        return [
            f"it waits in {name}: {tried(attempt) or BEHIND_A_BRAKE}"
            for name, attempt in attempts.items()
            if attempt and attempt.last_failed_at and not attempt.given_up
        ]

    def _held(self, names: Sequence[str]) -> list[str]:
        return [
            f"it may wait in {name}, which stands still: {hold.why}"
            for name in names
            for hold in holds(settings_of(name, self.connections), self.ledger.brakes)
        ]


def _checked(text: str) -> str:
    text = text.strip()
    if not 0 < len(_bare(text)) <= MAX_CHARACTERS:
        raise Failed("ORDER: expected an order's number or id, such as 1001", code=Exit.WRONG_INPUT)
    return text


def _bare(text: str) -> str:
    return text.removeprefix("#")


def _forms(text: str) -> list[str]:
    return list(dict.fromkeys((text, _bare(text), f"#{_bare(text)}")))
