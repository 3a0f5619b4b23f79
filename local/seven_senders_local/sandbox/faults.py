"""What the sandbox is told to do wrong, to which calls, and how often."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """Calls to meet with a fault, and the fault.

    Which: ``method``, ``path`` (a regular expression, searched in the path after the base) and
    ``order_id`` narrow, each if given. The first ``after`` of these calls go well, then each
    fails with ``probability``, ``times`` of them at most.

    What, in this order: wait ``delay_seconds``; let the call take effect if ``applies`` (left
    out: yes, unless ``status`` or ``cut`` is given); wait ``answer_delay_seconds``; then ``cut``
    the connection, or answer ``status``, ``headers`` and ``body`` instead, or the true answer,
    of whose body ``truncate`` sends one half, as if it were the whole; ``break_off`` sends one
    half too, promises the whole and then cuts the connection.
    """

    method: str | None = None
    path: str = ""
    order_id: str | None = None
    after: int = 0
    times: int | None = None
    probability: float = 1
    delay_seconds: float = 0
    applies: bool | None = None
    answer_delay_seconds: float = 0
    cut: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    truncate: bool = False
    break_off: bool = False

    @classmethod
    def from_json(cls, document: object) -> "FaultRule":
        """Read a rule. Raises TypeError or ValueError that name what is wrong."""
        if not isinstance(document, dict):
            raise TypeError(f"a fault rule is {document!r}, expected an object")
        known = [f.name for f in fields(cls)]
        if unknown := sorted(set(document) - set(known)):
            raise ValueError(f"unknown key {unknown[0]!r} in a fault rule, expected {known}")
        return cls(**document)

    def __post_init__(self) -> None:
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path {self.path!r} is no regular expression: {error}") from error
        if self.applies is False and not (self.cut or self.status):
            raise ValueError("a call that does not take effect needs a status, or to be cut")

    @property
    def takes_effect(self) -> bool:
        """Whether the call does what it asks for."""
        return self.applies if self.applies is not None else not (self.cut or self.status)

    def covers(self, method: str, path: str, order_id: str | None) -> bool:
        """Whether this rule is about such a call."""
        return (
            self.method in (None, method)
            and self.order_id in (None, order_id)
            and re.search(self.path, path) is not None
        )


@dataclass(slots=True)
class Faults:
    """The rules in force; of several that cover a call the first that strikes is played.

    Chance depends on the seed and on how often the same call (method, path, order) came before,
    not on the order in which threads come, so a run can be repeated.
    """

    seed: int = 0
    rules: list[FaultRule] = field(default_factory=list)
    _met: Counter[int] = field(default_factory=Counter)
    _struck: Counter[int] = field(default_factory=Counter)
    _calls: Counter[str] = field(default_factory=Counter)

    def clear(self, seed: int = 0) -> None:
        """Forget all rules and counts."""
        self.seed = seed
        self.rules.clear()
        for counter in (self._met, self._struck, self._calls):
            counter.clear()

    def strike(self, method: str, path: str, order_id: str | None) -> FaultRule | None:
        """The rule that this call falls to, if any."""
        call = f"{method} {path} {order_id}"
        self._calls[call] += 1
        for number, rule in enumerate(self.rules):
            if not rule.covers(method, path, order_id):
                continue
            self._met[number] += 1
            if self._met[number] <= rule.after or self._struck[number] == rule.times:
                continue
            if self._chance(f"{number} {call}") < rule.probability:
                self._struck[number] += 1
                return rule
        return None

    def _chance(self, call: str) -> float:
        text = f"{self.seed} {call} {self._calls[call.partition(' ')[2]]}"
        return int.from_bytes(sha256(text.encode()).digest()[:8]) / 2**64
