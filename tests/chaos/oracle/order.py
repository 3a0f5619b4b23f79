"""One order's life: what its snapshots, one after the other, make of it at Seven Senders."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.oracle.reading import Snapshot

STEPS = ("paid", "in_production", "warehouse_handover", "in_preparation")
ENDS = ("returned", "refunded", "cancelled")
RANKED = (*STEPS, *ENDS)
LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt pl pt ro ru sk sl sv uk".split()
)
MAX_AGE_DAYS = 90


def is_left_out(snapshot: Snapshot, settings: Mapping[str, Any], received_at: datetime) -> bool:
    """Tell whether an order that is not known yet is left."""
    days = settings.get("max_order_age_days", MAX_AGE_DAYS)
    since = settings.get("orders_since")
    return (
        snapshot.no_order_yet
        or (days > 0 and received_at - snapshot.created > timedelta(days=days))
        or (since is not None and snapshot.created < datetime.fromisoformat(since))
    )


class Order:
    """What must be at Seven Senders of an order that was not left out.

    ``fields`` are as on the wire, ``states`` are the accepted ones with their times.
    """

    def __init__(self, first: Snapshot, settings: Mapping[str, Any]) -> None:
        self.order_id = settings.get("order_id_prefix", "") + first.number
        self.fields: dict[str, object] = {
            "order_date": wire_time(first.created),
            "boarding_complete": False,
        }
        self.states: dict[str, datetime] = {}
        self._settings = settings
        self._created = first.created
        self._first = first
        self._newest = first.updated
        self._seen: set[str] = set()
        if "default_language" in settings:
            self.fields["language"] = settings["default_language"]

    def take(self, snapshot: Snapshot, received_at: datetime) -> set[str]:
        """Do what a snapshot asks for, and return the reasons of its dead letters."""
        if snapshot.identity in self._seen:
            return set()
        self._seen.add(snapshot.identity)
        shown = self._dated(snapshot, received_at)
        if snapshot.updated < self._newest:
            self._add({state: at for state, at in shown.items() if state in STEPS})
            return set()
        self._newest = snapshot.updated
        self._change_fields(snapshot)
        end = self._accepted_end()
        if end is not None and not any(_rank(state) >= _rank(end) for state in shown):
            return {f"reopened_after_{end}"}
        self._add(shown)
        return set()

    def wire_states(self) -> tuple[tuple[str, str], ...]:
        """Return the accepted states by rank, their times as on the wire."""
        return tuple((state, wire_time(self.states[state])) for state in _by_rank(self.states))

    def _dated(self, snapshot: Snapshot, received_at: datetime) -> dict[str, datetime]:
        """Date what it shows: from the order on, before each higher state and its receipt."""
        shown = {state: at or snapshot.updated for state, at in snapshot.states.items()}
        if snapshot.paid is not None:
            at_first, later = snapshot.paid
            shown["paid"] = at_first if self._first.paid is not None else later
        latest = received_at
        for state in reversed(_by_rank(shown)):
            latest = min(latest, max(shown[state], self._created))
            shown[state] = latest
        return shown

    def _add(self, shown: Mapping[str, datetime]) -> None:
        for state in _by_rank(shown):
            if all(_rank(state) > _rank(accepted) for accepted in self.states):
                self.states[state] = shown[state]

    def _accepted_end(self) -> str | None:
        return next((end for end in reversed(ENDS) if end in self.states), None)

    def _change_fields(self, snapshot: Snapshot) -> None:
        language, fields, settings = snapshot.language, self.fields, self._settings
        url = settings.get("order_urls", {}).get(language, settings.get("order_url"))
        if url is not None:
            fields["order_url"] = url
        if language in LANGUAGES:
            fields["language"] = language
        if snapshot.tags or "order_tags" in fields:
            fields["order_tags"] = snapshot.tags
        if snapshot.promised is not None:
            fields["promised_delivery_date"] = wire_time(snapshot.promised)
        if snapshot.shipped:
            fields["boarding_complete"] = True


def wire_time(time: datetime) -> str:
    """Write a time as the API takes it: UTC, whole seconds."""
    return time.astimezone(UTC).replace(microsecond=0).isoformat()


def _rank(state: str) -> int:
    return RANKED.index(state)


def _by_rank(states: Mapping[str, datetime]) -> list[str]:
    return sorted(states, key=_rank)
