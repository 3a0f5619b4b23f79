"""What the reason of a dead letter means, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from seven_senders_adapter.reasons import Reason


@dataclass(frozen=True, slots=True)
class Words:
    """What a reason means, and what to do: half a sentence each."""

    means: str
    to_do: str


IN_WORDS: Mapping[Reason, Words] = {
    Reason.FAILED_FOR_A_DAY: Words(
        "its calls failed for a day while others got through",
        "nothing: it is retried every hour. If it comes back, look at its detail",
    ),
    Reason.RECEIVED_TOO_OFTEN: Words(
        "SQS moved it after 1,000 receives", "nothing: it is retried every hour"
    ),
    Reason.KILLS_ITS_WORKER: Words(
        "the function died five times over it",
        "look for time-outs and lack of memory in the log, mend it, retry",
    ),
    Reason.UNREADABLE_MESSAGE: Words(
        "another version wrote the message", "deploy that version or a later one, retry"
    ),
    Reason.UNREADABLE_ORDER: Words(
        "the shop's body lacks what the detail names, or is no JSON",
        "WooCommerce: set the webhook to v3. Save the order in the shop so that it is sent again."
        " A retry does not help: drop it",
    ),
    Reason.ORDER_ID_TAKEN: Words(
        "another shop or integration has an order of this number on the same account",
        "set order_id_prefix for one of the shops, retry",
    ),
    Reason.ORDER_REFUSED: Words(
        "Seven Senders refused to create the order", "clear it up with Seven Senders, retry"
    ),
    Reason.STATE_REFUSED: Words(
        "Seven Senders refused a state of the order", "clear it up with Seven Senders, retry"
    ),
    Reason.FIELD_REFUSED: Words(
        "Seven Senders refused a field; the order went on without it",
        "mend the value in the shop or the settings, or retry",
    ),
    Reason.REOPENED_AFTER_RETURNED: Words(
        "the shop shows the order open again, Seven Senders has it as returned",
        "have it mended at Seven Senders, drop the letter",
    ),
    Reason.REOPENED_AFTER_REFUNDED: Words(
        "the shop shows the order open again, Seven Senders has it as refunded",
        "have it mended at Seven Senders, drop the letter",
    ),
    Reason.REOPENED_AFTER_CANCELLED: Words(
        "the shop shows the order open again, for example after a late payment; Seven Senders has"
        " it as cancelled",
        "have it mended at Seven Senders, drop the letter",
    ),
}


def in_words(reason: str) -> Words:
    """The words for a reason, also for one that only a later version knows."""
    try:
        return IN_WORDS[Reason(reason)]
    except ValueError:
        return Words("this version does not know the reason", "update this program")
