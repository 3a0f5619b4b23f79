"""The index of what fails: dead letters, and messages whose calls have failed and wait."""

from collections.abc import Iterator
from datetime import datetime

from seven_senders_adapter.clock import to_text
from seven_senders_adapter.ledger.rows import Row, is_expired
from seven_senders_adapter.ledger.table import Table

INDEX = "failures"
"""The index by connection and ``failed_at``, which only rows of failures have."""


def listed(row: Row, *, connection: str, order: str, failed_at: datetime) -> Row:
    """A row that stands in the index."""
    return {**row, "connection": connection, "order": order, "failed_at": to_text(failed_at)}


def failures(table: Table, kind: str, connection: str | None, *, now: datetime) -> Iterator[Row]:
    """The rows of a connection, the oldest failure first, or of all in no order.

    ``kind`` is what their keys begin with. May lag behind by a moment. Raises AwsUnavailable.
    """
    if connection is None:
        rows = table.scan(INDEX)
    else:
        rows = table.query(
            INDEX, where="#connection = :connection", values={"connection": connection}
        )
    return _current(rows, kind, now)


def failures_since(
    table: Table, kind: str, connection: str, since: datetime, *, now: datetime
) -> Iterator[Row]:
    """The rows of a connection that failed since a time, the oldest failure first; the same."""
    rows = table.query(
        INDEX,
        where="#connection = :connection AND #failed_at >= :since",
        values={"connection": connection, "since": to_text(since)},
    )
    return _current(rows, kind, now)


def failures_until(
    table: Table, kind: str, connection: str, until: datetime, *, now: datetime
) -> Iterator[Row]:
    """The rows of a connection that failed until a time, the oldest failure first; the same."""
    rows = table.query(
        INDEX,
        where="#connection = :connection AND #failed_at <= :until",
        values={"connection": connection, "until": to_text(until)},
    )
    return _current(rows, kind, now)


def _current(rows: Iterator[Row], kind: str, now: datetime) -> Iterator[Row]:
    return (row for row in rows if str(row["pk"]).startswith(kind) and not is_expired(row, now))
