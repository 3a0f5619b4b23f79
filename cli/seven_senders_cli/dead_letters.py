"""Dead letters as people choose them, look at them, and send them back or drop them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from seven_senders_adapter.clock import Clock
from seven_senders_adapter.dead_letter_run import Action, DeadLetterRun, Selection, Tally
from seven_senders_adapter.ledger.dead_letters import DeadLetter, DeadLetters
from seven_senders_adapter.messages import Received
from seven_senders_adapter.reasons import Reason
from seven_senders_cli.orders.finding import Orders
from seven_senders_cli.reasons_in_words import in_words
from seven_senders_cli.screen import Row

_LETTER_SHOWN = 8
"""How much of a letter's name tells it from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """How a person chooses dead letters; what is empty or ``None`` chooses any.

    ``orders`` are numbers or the shops' ids; ages are those of the last try.
    """

    reasons: Collection[Reason] = ()
    connections: Collection[str] = ()
    orders: Collection[str] = ()
    older_than: timedelta | None = None
    newer_than: timedelta | None = None

    @property
    def choose_any(self) -> bool:
        """Whether nothing is left out."""
        return self == Filters()


def selection(filters: Filters, orders: Orders, now: Clock) -> Selection:
    """What some filters choose. Raises AwsUnavailable."""
    ids = {order.removeprefix("#") for order in filters.orders}
    names = {f"{c}/{o}" for order in filters.orders for c, o in orders.numbered(order)}
    return Selection(
        reasons=frozenset(filters.reasons) or None,
        connections=frozenset(filters.connections) or None,
        orders=(ids | names) or None,
        tried_before=None if filters.older_than is None else now() - filters.older_than,
        tried_since=None if filters.newer_than is None else now() - filters.newer_than,
    )


def until(chosen: Selection, at: datetime) -> Selection:
    """What is chosen, without what fails only after a time.

    So a run takes nothing that nobody was asked about, and ends although what it sends back may
    fail again at once.
    """
    return replace(chosen, tried_before=chosen.tried_before or at)


def listed(index: DeadLetters, chosen: Selection) -> list[DeadLetter]:
    """What the ledger lists of a selection, the oldest failure first.

    Raises AwsUnavailable or UnreadableRow.
    """
    connections = [None] if chosen.connections is None else chosen.connections
    letters = [letter for connection in connections for letter in index.list(connection)]
    return sorted(filter(chosen.takes, letters), key=lambda letter: letter.failure.last_try)


def no_action(_message: Received, _letter: DeadLetter) -> bool:
    """The action that does nothing but let a dead letter be taken off."""
    return True


class Clearance:
    """A run over the queue of dead letters, and which of those that are listed it does not meet."""

    def __init__(
        self, *, run: DeadLetterRun, action: Action, expected: Sequence[DeadLetter]
    ) -> None:
        self.tally = Tally()
        """What it has done so far; it holds also if it is interrupted."""
        self._run = run
        self._action = action
        self._unmet = {letter.failure.letter for letter in expected}

    @property
    def unmet(self) -> int:
        """How many of the expected letters another run has in its hands, or are gone."""
        return len(self._unmet)

    def go(
        self,
        chosen: Selection,
        *,
        has_time: Callable[[], bool],
        progress: Callable[[Tally], None],
    ) -> None:
        """Take the run. Raises AwsUnavailable."""

        def note(tally: Tally) -> None:
            self.tally = tally
            progress(tally)

        self._run.run(chosen, self._act, has_time=has_time, progress=note)

    def _act(self, message: Received, letter: DeadLetter) -> bool:
        self._unmet.discard(letter.failure.letter)
        return self._action(message, letter)


def in_line(letter: DeadLetter) -> Row:
    """A dead letter as one of many."""
    failure = letter.failure
    return {
        "last_try": failure.last_try,
        "connection": letter.connection,
        "order": letter.order,
        "reason": failure.reason,
        "status": failure.status,
        "detail": failure.detail,
        "letter": failure.letter[:_LETTER_SHOWN],
    }


def in_full(letter: DeadLetter) -> Row:
    """All of a dead letter; it holds no personal data."""
    failure = asdict(letter.failure)
    words = in_words(letter.failure.reason)
    where = {"connection": letter.connection, "order": letter.order, "topic": letter.topic}
    return {**where, **failure, "means": words.means, "to_do": words.to_do}


def by_reason(letters: Iterable[DeadLetter]) -> str:
    """How many there are of each reason, the most frequent one first."""
    counts = Counter(letter.failure.reason for letter in letters)
    return ", ".join(f"{count} {reason}" for reason, count in counts.most_common())
