"""Logs and metrics: the only place that names them and their dimensions."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from seven_senders_adapter.clock import Clock, utc_now

HOLD = timedelta(minutes=1)
"""How long refusals, and messages held back, are added up before they are written."""

ALARMED_BY_REASON = frozenset({"Rejected"})
"""Metrics of which an alarm watches one reason, of all connections: an alarm can't search."""


_SUBJECT: ContextVar[Mapping[str, str]] = ContextVar("subject", default=MappingProxyType({}))


type _Dimensions = tuple[tuple[str, str], ...]


class _Series(NamedTuple):
    metric: str
    unit: MetricUnit
    dimensions: _Dimensions

    @property
    def dimension_sets(self) -> tuple[_Dimensions, ...]:
        """What it counts under beside ``service`` alone."""
        sets = [self.dimensions] if self.dimensions else []
        if self.metric in ALARMED_BY_REASON:
            sets.append(tuple(pair for pair in self.dimensions if pair[0] == "reason"))
        return tuple(dict.fromkeys(sets))


class Telemetry:
    """Counts and tells what happens. One a process; ``flush`` at the end of every invocation.

    Metrics are added up in memory and written as one EMF line for each set of dimension values.
    Each line counts twice: under ``service`` alone, for alarms, and under all that it has; those
    of ``ALARMED_BY_REASON`` count under ``service`` and ``reason`` too. As ``connection`` is a
    dimension, only names that exist in SSM may be passed to ``about``.
    ``now`` goes on while a Lambda is frozen, as ``monotonic`` does not.
    """

    def __init__(self, *, service: str, namespace: str, now: Clock = utc_now) -> None:
        self._logger = Logger(service=service, utc=True, use_rfc3339=True)
        self._service = service
        self._namespace = namespace
        self._now = now
        self._counts: Counter[_Series] = Counter()
        self._samples: defaultdict[_Series, list[float]] = defaultdict(list)
        self._held: Counter[_Series] = Counter()
        self._held_until = now()

    @contextmanager
    def about(self, *, connection: str, order: str = "", delivery_id: str = "") -> Iterator[None]:
        """Tie all that is logged and counted inside to a connection that exists, and an order."""
        keys = {"connection": connection, "order": order, "delivery_id": delivery_id}
        token = _SUBJECT.set({key: value for key, value in keys.items() if value})
        try:
            yield
        finally:
            _SUBJECT.reset(token)

    def note(self, message: str, **details: object) -> None:
        """Log what happened. Details hold no personal data and no secret."""
        self._logger.info(
            message, stacklevel=3, extra={**_SUBJECT.get(), "details": details or None}
        )

    def warn(self, message: str, **details: object) -> None:
        """Log what somebody should look at. Details hold no personal data and no secret."""
        self._logger.warning(
            message, stacklevel=3, extra={**_SUBJECT.get(), "details": details or None}
        )

    def bug(self, message: str, error: Exception) -> None:
        """Log an error that nobody foresaw, with where it came from, and count it."""
        self._logger.error(message, stacklevel=3, exc_info=error, extra={**_SUBJECT.get()})
        self._count("Bugs")

    def accepted(self) -> None:
        """An order event was queued."""
        self._count("Accepted")

    def rejected(self, reason: str) -> None:
        """A delivery was refused. Written at most once in ``HOLD``, whoever floods us."""
        self._held[_series("Rejected", MetricUnit.Count, reason=reason)] += 1

    def skipped(self, reason: str) -> None:
        """An authentic delivery, or an order, is left."""
        self._count("Skipped", reason=reason)

    def dropped(self, reason: str) -> None:
        """A value of an order that goes on is left out."""
        self._count("Dropped", reason=reason)

    def order_created(self) -> None:
        """Seven Senders took a new order."""
        self._count("OrdersCreated")

    def state_sent(self) -> None:
        """Seven Senders took a state."""
        self._count("StatesSent")

    def order_updated(self) -> None:
        """Seven Senders took changed fields."""
        self._count("OrdersUpdated")

    def api_called(self, operation: str, outcome: str, seconds: float) -> None:
        """A call was made. ``outcome`` is ``ok`` or the failure's name, never an answer's text."""
        self._count("ApiCalls", outcome=outcome)
        if operation == "log_in" and outcome == "ok":
            self._count("Logins")
        elif operation == "log_in":
            self._count("LoginsFailed")
        self.note("called the API", operation=operation, outcome=outcome, seconds=round(seconds, 3))

    def retried(self) -> None:
        """A message that failed waits for its next try."""
        self._count("Retries")

    def dead_lettered(self, reason: str) -> None:
        """A message or a refusal went to the dead letters."""
        self._count("DeadLettered", reason=reason)

    def lagged(self, seconds: float) -> None:
        """How long an order event took from its receipt to its acceptance by Seven Senders."""
        self._samples[_series("Lag", MetricUnit.Seconds)].append(seconds)

    def near_expiry(self) -> None:
        """A message would soon expire from its queue."""
        self._count("NearExpiry")

    def connection_failed(self, reason: str) -> None:
        """A whole connection can't be worked: its document, key, account or API."""
        self._count("ConnectionFailures", reason=reason)

    def held_back(self) -> None:
        """A closed brake holds a message back: its connection still stands still.

        Written at most once in ``HOLD``, however many wait.
        """
        self._held[_series("ConnectionFailures", MetricUnit.Count, reason="brake_closed")] += 1

    def aws_failed(self) -> None:
        """An event waits, as a service of AWS refuses the worker, or it gets no token."""
        self._count("AwsFailures")

    def connections_in_trouble(self, number: int) -> None:
        """So many connections are in trouble; written if it is none, too."""
        self._samples[_series("ConnectionsInTrouble", MetricUnit.Count)].append(number)

    def orders_found(self, number: int) -> None:
        """Reconciliation has queued so many orders that no webhook had brought as they are."""
        if number:
            self._counts[_series("OrdersFound", MetricUnit.Count)] += number

    def webhook_fault(self) -> None:
        """A webhook of the connection is missing in its shop, or wrong there."""
        self._count("WebhookFaults")

    def webhooks_lost(self, number: int) -> None:
        """Of so many orders that reconciliation has corrected no webhook came long after."""
        self._counts[_series("WebhooksLost", MetricUnit.Count)] += number

    def shop_failed(self, asked_for: str) -> None:
        """The API of the connection's shop did not give what it was asked for."""
        self._count("ShopApiFailures", reason=asked_for)

    def flush(self) -> None:
        """Write what was counted, and what was held for long enough."""
        values = {series: [float(count)] for series, count in self._counts.items()}
        values |= self._samples
        self._counts.clear()
        self._samples.clear()
        if self._held and self._now() >= self._held_until:
            values |= {series: [float(count)] for series, count in self._held.items()}
            self._held.clear()
            self._held_until = self._now() + HOLD
        by_sets = attrgetter("dimension_sets")
        for sets, group in groupby(sorted(values, key=by_sets), by_sets):
            self._write(sets, {series: values[series] for series in group})

    def _count(self, metric: str, **by: str) -> None:
        self._counts[_series(metric, MetricUnit.Count, **by)] += 1

    def _write(
        self, sets: Sequence[_Dimensions], values: Mapping[_Series, Sequence[float]]
    ) -> None:
        emf = EphemeralMetrics(service=self._service, namespace=self._namespace)
        for dimensions in sets:
            emf.add_dimensions(service=self._service, **dict(dimensions))
        for series, samples in values.items():
            for sample in samples:
                emf.add_metric(series.metric, series.unit, sample)
        if emf.metric_set:  # powertools writes by itself at a hundred samples
            emf.flush_metrics()


def _series(metric: str, unit: MetricUnit, **by: str) -> _Series:
    connection = {key: name for key, name in _SUBJECT.get().items() if key == "connection"}
    return _Series(metric, unit, tuple((connection | by).items()))
