"""Why a message stands in the dead letters, and which of the reasons can pass by themselves."""

from enum import StrEnum


class Reason(StrEnum):
    """The reason of a dead letter, in the words that people search for."""

    FAILED_FOR_A_DAY = "failed_for_a_day"
    RECEIVED_TOO_OFTEN = "received_too_often"
    KILLS_ITS_WORKER = "kills_its_worker"
    UNREADABLE_MESSAGE = "unreadable_message"
    UNREADABLE_ORDER = "unreadable_order"
    ORDER_ID_TAKEN = "order_id_taken"
    ORDER_REFUSED = "order_refused"
    STATE_REFUSED = "state_refused"
    FIELD_REFUSED = "field_refused"
    REOPENED_AFTER_RETURNED = "reopened_after_returned"
    REOPENED_AFTER_REFUNDED = "reopened_after_refunded"
    REOPENED_AFTER_CANCELLED = "reopened_after_cancelled"


CAN_PASS = frozenset({Reason.FAILED_FOR_A_DAY, Reason.RECEIVED_TOO_OFTEN})
"""What is returned to the queue without a person."""
