"""The paths under ``/_sandbox`` by which a test or a person looks in and sets the sandbox up."""

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from seven_senders_local.sandbox.faults import FaultRule, Faults
from seven_senders_local.sandbox.rules import Refused
from seven_senders_local.sandbox.service import Answer, Service

if TYPE_CHECKING:
    from collections.abc import Callable

CONTROL_PATH = "/_sandbox/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that was made: no body. ``status`` None: the connection was cut."""

    method: str
    path: str
    order_id: str | None
    status: int | None
    applied: bool
    faulty: bool


@dataclass(slots=True, kw_only=True)
class Control:
    """What stands behind the paths. Not safe for threads: the server locks it."""

    service: Service
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        """Do what a request to ``/_sandbox/...`` asks."""
        url = urlsplit(target)
        what = f"{method} {url.path.removeprefix(CONTROL_PATH)}"
        looks: dict[str, Callable[[], object]] = {
            "GET orders": self.orders,
            "GET calls": lambda: {
                "count": len(self.calls),
                "calls": [asdict(call) for call in self.calls],
            },
            "GET settings": self.service.settings.to_json,
        }
        if what in looks:
            return Answer.of(200, looks[what]())
        changes: dict[str, Callable[[], None]] = {
            "DELETE calls": self.calls.clear,
            "POST faults": lambda: self._add_faults(json.loads(body), url.query),
            "DELETE faults": self.faults.clear,
            "PUT settings": lambda: self._set_up(json.loads(body)),
            "DELETE tokens": self.service.access.grants.clear,
            "POST states": lambda: self._advance(json.loads(body)),
        }
        if what not in changes:
            return Answer.of(404, {"error": f"nothing answers to {what}"})
        try:
            changes[what]()
        except (KeyError, TypeError, ValueError, Refused) as error:
            return Answer.of(400, {"error": f"{type(error).__name__}: {error}"})
        return Answer(204)

    def orders(self) -> dict[str, dict[str, list[dict[str, object]]]]:
        """All orders: by access key, by ``order_id``; more than one there is a second order."""
        result: dict[str, dict[str, list[dict[str, object]]]] = {}
        for key, account in self.service.accounts.items():
            orders = result.setdefault(key, {})
            for order in account.orders.values():
                orders.setdefault(order.order_id, []).append(
                    {
                        "id": order.id,
                        "order_id": order.order_id,
                        "fields": order.fields,
                        "state": order.state,
                        "states_history": [asdict(entry) for entry in order.states],
                    }
                )
        return result

    def _add_faults(self, documents: list[object], query: str) -> None:
        rules = [FaultRule.from_json(document) for document in documents]
        if seed := parse_qs(query).get("seed"):
            self.faults.seed = int(seed[0])
        self.faults.rules.extend(rules)

    def _set_up(self, changes: dict[str, object]) -> None:
        self.service.settings = self.service.settings.changed(changes)

    def _advance(self, steps: list[dict[str, str]]) -> None:
        for step in steps:
            account = self.service.account(step["access_key"])
            account.advance_by_service(step["order_id"], step["state"], step["datetime"])
