"""What stands at Seven Senders and in the dead letters, against what the oracle says."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from json import loads

from seven_senders_local.sandbox.rules import Account
from tests.chaos.connections import CONNECTIONS
from tests.chaos.oracle import Arrival, Expected, expected
from tests.played.sqs import Message


def differences(
    arrivals: Mapping[tuple[str, str], Sequence[Arrival]],
    *,
    account: Callable[[str], Account],
    dead_letters: Iterable[Message],
    may_come_again: bool,
) -> Iterator[str]:
    """Every order that is not as it should be, in words, and every one that should not be.

    ``account`` gives the account of an access key. ``may_come_again``: whether messages were
    delivered once more after they were worked.
    """
    reasons = _reasons(dead_letters)
    right: defaultdict[str, set[str]] = defaultdict(set)
    for (connection, order), arrived in arrivals.items():
        settings = CONNECTIONS[connection]
        key = str(settings["access_key"])
        wanted = expected(settings, arrived)
        if wanted.order_id is not None:
            right[key].add(wanted.order_id)
        found = _found(account(key), wanted, reasons.pop((connection, order), frozenset()))
        ends = [wanted, *(_ends_of_repetition(settings, arrived) if may_come_again else ())]
        if all(found != _shown(end) for end in ends):
            yield f"{connection} {order}: is {found}, should be {_shown(wanted)}"
    for key in {str(settings["access_key"]) for settings in CONNECTIONS.values()}:
        for remote in account(key).orders.values():
            if remote.order_id not in right[key]:
                yield f"account {key}: order {remote.order_id} should not be there"
    for (connection, order), others in reasons.items():
        yield f"{connection} {order}: dead letters that nothing led to: {sorted(others)}"


def _ends_of_repetition(
    settings: Mapping[str, object], arrived: Sequence[Arrival]
) -> Iterator[Expected]:
    """What an order may come to besides, if what was left out is delivered once more.

    It left no trace while the order was not known, and says something once it is.
    """
    known_from = next(
        (n for n in range(len(arrived)) if expected(settings, arrived[: n + 1]).order_id), 0
    )
    left_out = arrived[:known_from]
    for again in [left_out, *([one] for one in left_out)]:
        for place in range(known_from + 1, len(arrived) + 1):
            yield expected(settings, [*arrived[:place], *again, *arrived[place:]])


def _shown(wanted: Expected) -> list[object]:
    if wanted.order_id is None:
        return [sorted(wanted.dead_letters)]
    return [sorted(wanted.dead_letters), dict(wanted.fields), list(wanted.states)]


def _found(account: Account, wanted: Expected, reasons: Collection[str]) -> list[object]:
    if wanted.order_id is None:
        return [sorted(reasons)]
    shown: list[object] = [sorted(reasons)]
    for remote in account.named(wanted.order_id):
        states = [(entry.state, entry.datetime) for entry in remote.states[1:]]
        shown += [remote.fields, states]
    return shown


def said_twice(dead_letters: Iterable[Message]) -> list[str]:
    """Orders that were reported as re-opened more than once after the same end."""
    said = Counter(
        f"{letter.text('connection')} {letter.text('order')} {_reason(letter)}"
        for letter in dead_letters
        if _reason(letter).startswith("reopened")
    )
    return [what for what, times in said.items() if times > 1]


def _reasons(dead_letters: Iterable[Message]) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for letter in dead_letters:
        order = letter.text("connection"), letter.text("order")
        found[order] = found.get(order, frozenset()) | {_reason(letter)}
    return found


def _reason(letter: Message) -> str:
    return str(loads(letter.text("failure"))["reason"])
