"""One order's deliveries, and an API that may refuse or fail."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from hypothesis import strategies as st

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.observation import first_record, observe, without_refusals
from seven_senders_adapter.domain.order_record import Fields, OrderRecord, Refusal
from seven_senders_adapter.domain.plan import (
    CREATE,
    AddState,
    Create,
    Step,
    Update,
    field_key,
    next_step,
)
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from tests.unit.domain.orders import LATER, MONDAY, SETTINGS, accept, at

MOST = 12
"""Deliveries of a test, at most."""

MANY = 200
"""Calls that no order needs."""

MINUTES = st.integers(-5, 60)
"""Some lie before the order's date, and some after the receipts below."""


@dataclass(frozen=True)
class Delivery:
    """A snapshot, and when it came."""

    snapshot: Snapshot
    received_at: datetime = LATER


@dataclass(frozen=True)
class Troubles:
    """What the API does, delivery by delivery.

    It answers so many calls of a delivery and then fails, or answers all (``None``). It refuses
    the steps of these keys, and forgets the order before the deliveries of these places.
    """

    answers: list[int | None]
    refuses: set[str]
    forgets: set[int]


@dataclass(frozen=True)
class Call:
    """A call to the API, what was known before it, and after how many deliveries it came."""

    step: Step
    before: OrderRecord
    delivery: int


@dataclass
class Play:
    """Brings deliveries to the domain, and its calls to an API that refuses some steps."""

    refuses: Collection[str] = ()
    settings: MappingSettings = SETTINGS
    record: OrderRecord | None = None
    calls: list[Call] = field(default_factory=list)
    delivered: int = 0

    def deliver(
        self, delivery: Delivery, *, answers: int | None = None, redriven: bool = False
    ) -> bool:
        """Whether all calls got an answer; the API gives ``answers`` at most, then it fails."""
        self.delivered += 1
        self.record = self._observed(delivery, redriven=redriven)
        while (step := next_step(self.record)) is not None:
            if answers == 0:
                return False
            assert len(self.calls) < MANY, "there is no end of calls"
            answers = None if answers is None else answers - 1
            self.calls.append(Call(step, self.record, self.delivered))
            answer = refuse if step.key in self.refuses else accept
            self.record = answer(self.record, step)
        return True

    def forget(self) -> None:
        """The API answers that it does not know the order (any more)."""
        if self.record is not None:
            self.record = replace(self.record, accepted=None, accepted_states={}, remote_id=None)

    @property
    def known(self) -> OrderRecord:
        """The record, once something was delivered."""
        assert self.record is not None
        return self.record

    @property
    def accepted(self) -> Fields:
        """The fields at Seven Senders, once the order was created."""
        assert self.known.accepted is not None
        return self.known.accepted

    @property
    def keys(self) -> list[str]:
        """The keys of all calls."""
        return [call.step.key for call in self.calls]

    def _observed(self, delivery: Delivery, *, redriven: bool) -> OrderRecord:
        shown, received_at, digest = (
            delivery.snapshot,
            delivery.received_at,
            repr(delivery.snapshot),
        )
        if self.record is None:
            return first_record(
                "demo", shown, self.settings, received_at=received_at, digest=digest
            )
        record = without_refusals(self.record, LATER) if redriven else self.record
        return observe(record, shown, self.settings, received_at=received_at, digest=digest)


def refuse(record: OrderRecord, step: Step) -> OrderRecord:
    """The record after the API has refused a step for good."""
    match step:
        case Create():
            keys = [CREATE]
        case AddState():
            keys = [step.key]
        case Update(changes):
            keys = [field_key(name, value) for name, value in changes.items()]
    refusal = Refusal(reason="refused", detail="", status=400, at=MONDAY)
    return replace(record, refused={**record.refused, **dict.fromkeys(keys, refusal)})


def sorted_by_state(states: dict[State, datetime]) -> dict[State, datetime]:
    """Equal snapshots shall look equal, as those that were read from equal bodies do."""
    return dict(sorted(states.items()))


def snapshots(minutes: st.SearchStrategy[int]) -> st.SearchStrategy[Snapshot]:
    """Any snapshot of one order that was updated in one of those minutes."""
    return st.builds(
        Snapshot,
        order=st.just("1"),
        number=st.just("#1001"),
        created_at=st.just(MONDAY),
        updated_at=minutes.map(at),
        states=st.dictionaries(st.sampled_from(State), MINUTES.map(at)).map(sorted_by_state),
        paid_at_if_first=st.none() | MINUTES.map(at),
        shipped=st.booleans(),
        language=st.sampled_from([None, "de", "fr"]),
        tags=st.sampled_from([{}, {"vip": "true"}, {"vip": "true", "channel": "web"}]),
        promised_at=st.none() | MINUTES.map(at),
    )


@st.composite
def lives(draw: st.DrawFn, *, distinct: bool = False) -> list[Snapshot]:
    """One order's snapshots in order of time; also several of one minute, unless ``distinct``."""
    last = 40 if distinct else 4
    minutes = sorted(
        draw(st.lists(st.integers(1, last), min_size=1, max_size=MOST // 2, unique=distinct))
    )
    return [draw(snapshots(st.just(minute))) for minute in minutes]


@st.composite
def deliveries(draw: st.DrawFn, *, distinct: bool = False) -> list[Delivery]:
    """Each snapshot of a life at least once, in any order, some again."""
    life = draw(lives(distinct=distinct))
    again = draw(st.lists(st.sampled_from(life), max_size=MOST // 2))
    shuffled = draw(st.permutations([*life, *again]))
    return [Delivery(shown, at(draw(st.integers(30, 90)))) for shown in shuffled]


REFUSALS = st.sets(st.sampled_from([f"state {state}" for state in State]), max_size=3)
FAILURES = st.lists(st.none() | st.integers(0, 3), min_size=MOST, max_size=MOST)
TROUBLES = st.builds(
    Troubles, answers=FAILURES, refuses=REFUSALS, forgets=st.sets(st.integers(1, MOST), max_size=2)
)
