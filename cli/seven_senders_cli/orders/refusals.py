"""What Seven Senders refused of an order and is still missing there."""

from dataclasses import replace

from seven_senders_adapter.domain.observation import REOPENED
from seven_senders_adapter.domain.order_record import OrderRecord
from seven_senders_adapter.domain.plan import next_step


def open_refusals(record: OrderRecord) -> list[tuple[str, str]]:
    """The steps that were refused, with the details; none if only what is of no use any more was.

    A state that lies behind an end is refused, and is not missing.
    """
    if next_step(replace(record, refused={})) is None:
        return []
    return [
        (key, refusal.detail)
        for key, refusal in record.refused.items()
        if not key.startswith(REOPENED)
    ]
