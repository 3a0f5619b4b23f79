"""What the ledger keeps once a connection, written by whoever is at it."""

from dataclasses import dataclass, replace

from seven_senders_adapter.ledger.rows import from_row, to_row
from seven_senders_adapter.ledger.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned:
    """``version`` 0 has never been stored."""

    version: int = 0


class PerConnection[V: Versioned]:
    """Values by connection; keys begin with ``kind``. Every call raises AwsUnavailable."""

    def __init__(self, *, table: Table, kind: str, form: type[V]) -> None:
        self._table = table
        self._kind = kind
        self._form = form

    def load(self, connection: str) -> V | None:
        """That of a connection, if there ever was one. Raises UnreadableRow."""
        row = self._table.get(self._key(connection))
        return None if row is None else from_row(self._form, row)

    def save(self, connection: str, value: V) -> V:
        """Write it over the version that it was made from; returns it with its new version.

        Raises Conflict if somebody else has written meanwhile.
        """
        saved = replace(value, version=value.version + 1)
        self._table.put_over(to_row(self._key(connection), saved), version=value.version)
        return saved

    def remove(self, connection: str) -> None:
        """Forget it, if it is there."""
        self._table.delete(self._key(connection))

    def _key(self, connection: str) -> str:
        return f"{self._kind}/{connection}"
