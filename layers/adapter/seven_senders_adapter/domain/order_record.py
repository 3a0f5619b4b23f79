"""What the ledger knows of one order: what should be true, what the API has accepted, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from seven_senders_adapter.domain.milestones import ENDS, State

HISTORY_LENGTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The changeable fields of an order at Seven Senders; ``None`` is left out."""

    language: str | None = None
    order_url: str | None = None
    order_tags: Mapping[str, str] = field(default_factory=dict)
    promised_delivery_date: datetime | None = None
    boarding_complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A call that is about to be made, or whose outcome is not known.

    ``step`` is the key of the step, and ``fields`` what a create sends. ``read_from``: the API
    may be read from then on to see whether the call took effect.
    """

    step: str
    at: datetime
    read_from: datetime
    fields: Fields | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A step that will not be tried again; ``reported`` once it stands in the dead letters."""

    reason: str
    detail: str
    status: int | None
    at: datetime
    reported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A line of an order's history: ``what`` is came, sent, skipped, refused or noted."""

    at: datetime
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One order in the ledger. ``version`` 0 has never been stored. All times are in UTC.

    ``wanted`` and ``wanted_states`` are what the snapshots so far ask for, ``accepted`` and
    ``accepted_states`` what the API has acknowledged; ``accepted`` is ``None`` until the order
    exists there. ``reached`` is the highest state that a look at the API has shown, its own ones
    among them. ``order_id`` is fixed by the first attempt to create it. ``digests`` name the
    snapshots seen at the time ``newest``. ``heard`` is the time of the newest snapshot that a
    webhook brought: what is newer was found in the shop.
    """

    connection: str
    order: str
    number: str
    order_date: datetime
    newest: datetime
    heard: datetime | None = None
    version: int = 0
    digests: tuple[str, ...] = ()
    language: str | None = None
    wanted: Fields = Fields()
    wanted_states: Mapping[State, datetime] = field(default_factory=dict)
    order_id: str | None = None
    remote_id: str | None = None
    accepted: Fields | None = None
    accepted_states: Mapping[State, datetime] = field(default_factory=dict)
    reached: str | None = None
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    intent: Intent | None = None
    recreated_for: str | None = None
    deleted_at: datetime | None = None
    changed_at: datetime | None = None
    history: tuple[Happening, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is expected: an end was accepted, or all has shipped."""
        ended = any(state in ENDS for state in self.accepted_states)
        return ended or (self.accepted is not None and self.accepted.boarding_complete)

    def noting(self, at: datetime, what: str, detail: str) -> "OrderRecord":
        """The record with one more line of history, the oldest dropped."""
        line = Happening(at=at, what=what, detail=detail)
        return replace(self, changed_at=at, history=(*self.history, line)[-HISTORY_LENGTH:])
