"""The queue of order events and its dead letters."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from seven_senders_adapter.aws import reaching
from seven_senders_adapter.ledger.dead_letters import DeadLetter
from seven_senders_adapter.queue import EXPIRY_WARNING_AFTER
from seven_senders_cli.doctor.finding import Finding, amber, green, red

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

EVENTS = "queue"
LETTERS = "dead letters"

MANY = 60_000
"""Half of what SQS hides of a FIFO queue at a time (source: alarm QueueFillsUpAlarm)."""

LONG = timedelta(hours=1)
"""What waits is tried every half hour at least; what is older waits for somebody."""

_ATTRIBUTES: Sequence["QueueAttributeNameType"] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def count(sqs: "SQSClient", url: str) -> tuple[int, int, int]:
    """The messages of a queue, about: free to be received, in flight, delayed."""
    with reaching("sqs GetQueueAttributes"):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_ATTRIBUTES)["Attributes"]
    free, in_flight, delayed = (int(found[name]) for name in _ATTRIBUTES)
    return free, in_flight, delayed


def oldest(cloudwatch: "CloudWatchClient", url: str, now: datetime) -> timedelta | None:
    """The age of a queue's oldest message by CloudWatch; ``None`` if it has none to tell."""
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
        StartTime=now - timedelta(minutes=15),
        EndTime=now,
        Period=300,
        Statistics=["Maximum"],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return timedelta(seconds=points[-1]["Maximum"]) if points else None


def judge_events(counted: tuple[int, int, int], age: timedelta | None) -> Iterator[Finding]:
    """How the queue of order events does. ``age`` is that of its oldest message, if known."""
    free, in_flight, delayed = counted
    what = f"{free} events wait, {in_flight} in flight or put off, {delayed} delayed"
    if age is not None:
        what += f"; the oldest is {_in_words(age)} old"
    if age is not None and age >= EXPIRY_WARNING_AFTER:
        yield red(EVENTS, what, "SQS drops it at 14 days: mend what it waits for before that")
    elif sum(counted) >= MANY:
        yield red(EVENTS, what, "From 120,000 on all shops wait: mend what they wait for")
    elif age is not None and age >= LONG:
        yield amber(EVENTS, what, "See what is amber or red of the connections")
    else:
        yield green(EVENTS, what)


def judge_letters(
    letters: Sequence[DeadLetter], counted: tuple[int, int, int], now: datetime
) -> Iterator[Finding]:
    """How many dead letters there are and why, by their list and by their queue's count."""
    if letters:
        reasons = Counter(letter.failure.reason for letter in letters).most_common()
        what = ", ".join(f"{number} {reason}" for reason, number in reasons)
        age = now - min(letter.failure.last_try for letter in letters)
        if age >= EXPIRY_WARNING_AFTER:
            what = f"{what}; the oldest is {_in_words(age)} old"
            yield red(LETTERS, what, "SQS drops it at 14 days: seven-senders failed list")
        else:
            yield amber(LETTERS, what, "See what to do of each: seven-senders failed list")
    unlisted = sum(counted) - len(letters)
    if unlisted > 0:
        what = f"about {unlisted} that are not listed"
        yield amber(LETTERS, what, "Wait: retry_failed lists them within the hour")
    if not letters and unlisted <= 0:
        yield green(LETTERS, "none")


def _in_words(age: timedelta) -> str:
    minutes = age // timedelta(minutes=1)
    if minutes < 2 * 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 2 * 24 else f"{hours // 24} days"
