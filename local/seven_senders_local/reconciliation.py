"""Reconciliation on request, as no schedule runs on this machine."""

from collections.abc import Callable
from threading import Lock

from seven_senders_local.source_mapping import SourceMapping


class Reconciliation:
    """Has the function make rounds. ``invoke`` runs it, ``turns`` has its queue worked by it."""

    def __init__(self, *, invoke: Callable[[object], object], turns: SourceMapping) -> None:
        self._invoke = invoke
        self._turns = turns
        self._lock = Lock()

    def run(self) -> list[object]:
        """Ask for a round of each connection and have all made; what the function answered.

        Two runs wait for each other: neither could tell when a turn is made that the other took.
        Raises FunctionFailed.
        """
        with self._lock:
            return [self._invoke({}), *self._turns.work_all()]
