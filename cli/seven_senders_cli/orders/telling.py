"""Where an order is, in one sentence, and what happened to it, in order."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from seven_senders_adapter.domain.milestones import rank
from seven_senders_adapter.domain.observation import REOPENED
from seven_senders_adapter.domain.order_record import Happening, OrderRecord
from seven_senders_adapter.ledger.attempts import Attempt
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.messages import FOUND, RESYNC
from seven_senders_cli.orders.comparing import compared, reopened
from seven_senders_cli.orders.refusals import open_refusals
from seven_senders_cli.orders.situation import Situation
from seven_senders_cli.orders.waiting import BEHIND_A_BRAKE, Hold, tried
from seven_senders_cli.screen import as_text

type Happened = tuple[datetime, str, str]
"""A line of an order's timeline: when, what, and its detail."""


def where(found: Situation) -> str:
    """Where the order is, and what it waits for."""
    record = found.record
    sentence = f"{record.number} of {record.connection} is {_stands(record)}"
    waits = in_the_way(record, attempt=found.attempt, letters=found.letters, holds=found.holds)
    if record.deleted_at:
        sentence += f"; the shop has deleted it, noted at {as_text(record.deleted_at)} UTC"
    if waits:
        return f"{sentence}; {'; '.join(waits)}."
    if found.missing:
        return f"{sentence}; {found.missing} comes next."
    if ends := reopened(found.record, found.asked.order):
        return (
            f"{sentence}; Seven Senders has it as {listed(ends)}, the shop shows it open, which"
            " only a person at Seven Senders can mend."
        )
    if changed := _changed_there(found):
        return f"{sentence}; {changed}: seven-senders orders resync mends it."
    return f"{sentence}; nothing is missing."


def timeline(found: Situation) -> list[Happened]:
    """What came, was sent, skipped, refused and noted, what failed and was given up, by time."""
    happened: list[Happened] = [(h.at, _what(h), h.detail) for h in found.record.history]
    happened += [
        (
            letter.failure.last_try,
            "dead letter",
            f"{letter.failure.reason}: {letter.failure.detail}",
        )
        for letter in found.letters
    ]
    if (attempt := found.attempt) and attempt.last_failed_at:
        happened.append((attempt.last_failed_at, "failed", tried(attempt) or BEHIND_A_BRAKE))
    happened += [(hold.since, "stands still", hold.why) for hold in found.holds if hold.since]
    if found.expiring_since:
        happened.append((found.expiring_since, "expiring", "SQS will drop a message of it soon"))
    return sorted(happened, key=lambda line: line[0])


def _what(line: Happening) -> str:
    """What happened; of what came, whether a webhook brought it or what found it in the shop."""
    if line.what != "came":
        return line.what
    topic = re.split("[ ,]", line.detail, maxsplit=1)[0]
    return f"came by {topic if topic in {*FOUND, RESYNC} else 'webhook'}"


def _stands(record: OrderRecord) -> str:
    if record.accepted is None:
        return "not at Seven Senders"
    states = sorted(record.accepted_states, key=rank)
    done = ["created", *(str(state).replace("_", " ") for state in states)]
    if record.accepted.boarding_complete:
        done.append("boarding complete")
    return f"{listed(done)} at Seven Senders"


def in_the_way(
    record: OrderRecord | None,
    *,
    attempt: Attempt | None,
    letters: Iterable[DeadLetter],
    holds: Iterable[Hold],
) -> list[str]:
    """What keeps an order from getting on; without a record nothing was refused of it."""
    waits = [f"it waits{_since(hold.since)}: {hold.why}" for hold in holds]
    if attempt and (failure := tried(attempt)):
        waits.append(f"it waits{_since(attempt.first_failed_at)} because {failure}")
    if attempt and attempt.deaths:
        waits.append(f"its worker died {attempt.deaths} times")
    refused = open_refusals(record) if record else []
    waits += [f"Seven Senders refused {key}: {detail}" for key, detail in refused]
    noted = {refusal.reason for refusal in record.refused.values()} if record else set()
    waits += [
        f"a dead letter says {letter.failure.reason}: {letter.failure.detail}"
        for letter in letters
        if letter.failure.reason not in noted or letter.failure.reason.startswith(REOPENED)
    ]
    return waits


def _changed_there(found: Situation) -> str:
    """What is not as the adapter left it, in words; empty if all is, or nobody knows."""
    if found.asked.unknown:
        return "Seven Senders does not know it any more"
    lines = compared(found.record, found.asked.order)
    names = [line.name for line in lines if line.differs]
    return f"Seven Senders shows {listed(names)} otherwise" if names else ""


def _since(at: datetime | None) -> str:
    return f" since {as_text(at)} UTC" if at else ""


def listed(words: Sequence[str]) -> str:
    """Words in a sentence, at least one."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
