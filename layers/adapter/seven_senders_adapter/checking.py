"""Which connections are in trouble: silent, refused, standing still, or not reconciled."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from seven_senders_adapter.clock import Clock, to_text
from seven_senders_adapter.domain.traffic import silence
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_adapter.ledger.progress import Progress
from seven_senders_adapter.ledger.reconciliations import Reconciliations
from seven_senders_adapter.ledger.rows import UnreadableRow
from seven_senders_adapter.ledger.standstills import PAUSED, Standstill, Standstills
from seven_senders_adapter.ledger.traffic import Traffic
from seven_senders_adapter.reasons import Reason
from seven_senders_adapter.telemetry import Telemetry

REFUSALS = frozenset(
    {Reason.ORDER_ID_TAKEN, Reason.ORDER_REFUSED, Reason.STATE_REFUSED, Reason.FIELD_REFUSED}
)
"""The dead letters that Seven Senders, or another order of its account, has caused."""

LOOKS_BACK = timedelta(hours=2)
"""Over two hourly checks, so that a late one misses nothing."""

RECONCILED_LATE = timedelta(hours=6)
"""So long a shop's API may fail, or its changes take, before somebody is told."""

NOTED_LATE = timedelta(minutes=1)
"""So much earlier may be noted that an event got through: at most once a minute it is noted."""

type Trouble = Mapping[str, object]
"""What is wrong with a connection, as it is logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many connections there are, and what is wrong with those in trouble, by their names."""

    connections: int
    in_trouble: Mapping[str, Trouble]


class Check:
    """One look at all connections.

    It reads 38 rows and the index of what failed, once a connection: at most some 40 read units,
    30,000 a month for each connection.
    """

    def __init__(
        self,
        *,
        names: Callable[[], Iterable[str]],
        traffic: Traffic,
        standstills: Standstills,
        progress: Progress,
        dead_letters: DeadLetters,
        reconciliations: Reconciliations,
        telemetry: Telemetry,
        now: Clock,
    ) -> None:
        self._names = names
        self._traffic = traffic
        self._standstills = standstills
        self._progress = progress
        self._dead_letters = dead_letters
        self._reconciliations = reconciliations
        self._telemetry = telemetry
        self._now = now

    def run(self) -> Checked:
        """Tell of each connection that is in trouble, and how many are. Raises AwsUnavailable."""
        found = {name: self._check(name) for name in self._names()}
        in_trouble = {name: trouble for name, trouble in found.items() if trouble}
        for name, trouble in in_trouble.items():
            with self._telemetry.about(connection=name):
                self._telemetry.warn("the connection is in trouble", **trouble)
        self._telemetry.connections_in_trouble(len(in_trouble))
        return Checked(connections=len(found), in_trouble=in_trouble)

    def _check(self, name: str) -> Trouble:
        try:
            still = self._stands_still(name)
            if still and still.reason == PAUSED:
                return {}
            return {
                **self._still(still),
                **self._silent(name),
                **self._refused(name),
                **({} if still else self._not_reconciled(name)),
            }
        except UnreadableRow as error:
            return {"unreadable": str(error)}

    def _stands_still(self, name: str) -> Standstill | None:
        """The last standstill, if nothing got through since."""
        still = self._standstills.last(name, self._now())
        through = self._progress.last(name)
        if still is None or (through is not None and through > still.at - NOTED_LATE):
            return None
        return still

    def _still(self, still: Standstill | None) -> Trouble:
        """What is looked at every half hour at least, and was not for longer, waits no more."""
        if still is None or still.at < self._now() - LOOKS_BACK:
            return {}
        return {"stands_still": still.reason, "seen_at": to_text(still.at)}

    def _silent(self, name: str) -> Trouble:
        found = silence(self._traffic.last_weeks(name, self._now()), self._now())
        if found is None:
            return {}
        return {"silent_since": to_text(found.since), "events_expected": found.expected}

    def _refused(self, name: str) -> Trouble:
        letters = self._dead_letters.since(name, self._since())
        reasons = Counter(letter.failure.reason for letter in letters)
        refused = {reason: count for reason, count in reasons.items() if reason in REFUSALS}
        return {"refused": refused} if refused else {}

    def _not_reconciled(self, name: str) -> Trouble:
        """A connection without credentials of its shop's API was never reconciled."""
        progress = self._reconciliations.load(name)
        if progress is None or progress.safe_until > self._now() - RECONCILED_LATE:
            return {}
        why = {"because": progress.failure} if progress.failure else {}
        return {"not_reconciled_since": to_text(progress.safe_until), **why}

    def _since(self) -> datetime:
        return self._now() - LOOKS_BACK
