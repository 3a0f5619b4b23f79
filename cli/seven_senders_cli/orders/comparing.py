"""An order as the shop wants it, as Seven Senders took it, and as it stands there now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from seven_senders_adapter.domain.milestones import ENDS, rank
from seven_senders_adapter.domain.order_record import Fields, OrderRecord
from seven_senders_adapter.domain.plan import FIELD_NAMES
from seven_senders_adapter.seven_senders.answers import RemoteOrder

type Known = object | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A state with its times, or a field with its values; ``None`` where it is not known.

    ``differs``: something is not as it should be, or changed there behind the adapter's back.
    """

    name: str
    wanted: Known
    accepted: Known
    there: Known
    differs: bool


def compared(record: OrderRecord, remote: RemoteOrder | None) -> list[Compared]:
    """All states by rank, then all fields."""
    there = remote.states if remote else {}
    names = {*record.wanted_states, *record.accepted_states, *there}
    states = [_state(record, name, remote) for name in sorted(names, key=rank)]
    shown = remote.fields if remote else None
    return [*states, *(_field(record, name, shown) for name in FIELD_NAMES)]


def _state(record: OrderRecord, name: str, remote: RemoteOrder | None) -> Compared:
    wanted = {str(state): at for state, at in record.wanted_states.items()}
    accepted = {str(state): at for state, at in record.accepted_states.items()}
    there = remote.states if remote else {}
    highest = max(map(rank, there), default=-1)
    is_behind = rank(name) <= max(highest, rank(record.reached or ""), *map(rank, accepted), -1)
    is_lost = bool(there) and name in accepted and rank(name) > highest
    is_reopened = name in reopened(record, remote)
    return Compared(
        name=name,
        wanted=wanted.get(name),
        accepted=accepted.get(name),
        there=there.get(name) or (name in there or None),
        differs=(name in wanted and not is_behind) or is_lost or is_reopened,
    )


def reopened(record: OrderRecord, remote: RemoteOrder | None) -> list[str]:
    """The ends that the order stands at there while the shop shows it open."""
    there = remote.states if remote else {}
    wanted = {str(state) for state in record.wanted_states}
    return [end for end in ENDS if end in there and end not in wanted]


def _field(record: OrderRecord, name: str, shown: Fields | None) -> Compared:
    wanted = _value(record.wanted, name)
    accepted, there = _value(record.accepted, name), _value(shown, name)
    is_done = name == "boarding_complete" and accepted is True  # never taken back
    is_lacking = wanted not in (None, accepted) and not is_done
    has_changed = None not in (wanted, accepted, there) and accepted != there
    return Compared(
        name=name,
        wanted=wanted,
        accepted=accepted,
        there=there,
        differs=is_lacking or has_changed,
    )


def _value(fields: Fields | None, name: str) -> Known:
    match getattr(fields, name, None):
        case datetime() as at:
            return at.replace(microsecond=0)  # as the wire has it
        case Mapping() as tags:
            return ", ".join(f"{tag}: {value}" for tag, value in tags.items()) or None
        case value:
            return value
