"""Messages as Lambda's poller hands them to a function, and the function's verdict on them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef


def to_event(
    messages: "Sequence[MessageTypeDef]", *, queue_arn: str, region: str
) -> dict[str, list[dict[str, Any]]]:
    """The event of one batch."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "messageAttributes": {
                    name: {
                        "stringValue": value.get("StringValue", ""),
                        "stringListValues": [],
                        "binaryListValues": [],
                        "dataType": value["DataType"],
                    }
                    for name, value in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message.get("MD5OfBody", ""),
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": region,
            }
            for message in messages
        ]
    }


def failed_ids(answer: object, sent: Sequence[str]) -> frozenset[str]:
    """The ids of the messages that the function reports as failed, of those that it was given.

    As Lambda reads it: nothing reported is success; a report that can't be read, or that names
    a message that was not sent, is the failure of all.
    """
    everything = frozenset(sent)
    if answer is None:
        return frozenset()
    if not isinstance(answer, Mapping):
        return everything
    reports = answer.get("batchItemFailures") or []
    if not isinstance(reports, list):
        return everything
    named = [r.get("itemIdentifier") if isinstance(r, Mapping) else None for r in reports]
    failed = frozenset(id_ for id_ in named if isinstance(id_, str) and id_ in everything)
    return failed if len(failed) == len(set(named)) else everything
