"""What stands at Seven Senders and in the dead letters, against what the oracle says."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from json import loads

from seven_senders_local.sandbox import Sandbox
from tests.chaos.connections import CONNECTIONS
from tests.chaos.oracle import Arrival, Expected, expected
from tests.chaos.played_sqs import Message


def differences(
    arrivals: Mapping[tuple[str, str], Sequence[Arrival]],
    *,
    sandbox: Sandbox,
    dead_letters: Iterable[Message],
) -> Iterator[str]:
    """Every order that is not as it should be, in words, and every one that should not be."""
    reasons = _reasons(dead_letters)
    right: defaultdict[str, set[str]] = defaultdict(set)
    for (connection, order), arrived in arrivals.items():
        settings = CONNECTIONS[connection]
        key = str(settings["access_key"])
        wanted = expected(settings, arrived)
        if wanted.order_id is not None:
            right[key].add(wanted.order_id)
        found = _found(sandbox, key, wanted, reasons.pop((connection, order), frozenset()))
        if all(found != _shown(end) for end in _right_ends(settings, arrived)):
            yield f"{connection} {order}: is {found}, should be {_shown(wanted)}"
    for key in {str(settings["access_key"]) for settings in CONNECTIONS.values()}:
        for remote in sandbox.account(key).orders.values():
            if remote.order_id not in right[key]:
                yield f"account {key}: order {remote.order_id} should not be there"
    for (connection, order), others in reasons.items():
        yield f"{connection} {order}: dead letters that nothing led to: {sorted(others)}"


def _right_ends(settings: Mapping[str, object], arrived: Sequence[Arrival]) -> Iterator[Expected]:
    """What the order of arrival asks for, and what SQS may make of it.

    What was left out while the order was not known says something once it is, if it is delivered
    once more: by SQS, or because its worker was killed.
    """
    yield expected(settings, arrived)
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


def _found(sandbox: Sandbox, key: str, wanted: Expected, reasons: Collection[str]) -> list[object]:
    if wanted.order_id is None:
        return [sorted(reasons)]
    shown: list[object] = [sorted(reasons)]
    for remote in sandbox.account(key).named(wanted.order_id):
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
