"""The deployed functions on the emulator's queues and table, run by the tests that need them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from functions.receive_webhook.app import ReceiveEnvironment, ReceiveWebhook
from functions.sync_order.app import SyncEnvironment, SyncOrder
from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_cli.stack import Stack
from seven_senders_local.sqs_event import failed_ids, to_event
from tests.played.clock import PlayedClock, PlayedContext
from tests.unit.receiving.deliveries import as_event, shopify

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

CREATED = datetime.now(UTC) - timedelta(hours=10)
TIME_OUT = PlayedContext(PlayedClock(0), ends_at=120)
"""As the functions see it, no time passes."""


class Functions:
    """One process each of the functions that receive and sync."""

    def __init__(self, stack: Stack) -> None:
        self._sqs = stack.sqs
        self._hidden: list[str] = []
        self._queue_url = stack.output("OrderEventsQueueUrl")
        common = {
            "powertools_service_name": stack.name,
            "powertools_metrics_namespace": "Tests",
            "queue_url": self._queue_url,
        }
        self._receive = ReceiveWebhook(
            ReceiveEnvironment(**common, receiving_path=stack.output("ReceivingPath")),
            ssm=stack.ssm,
            sqs=stack.sqs,
            now=utc_now,
        )
        self._sync = SyncOrder(
            SyncEnvironment(
                **common,
                syncing_path=stack.output("SyncingPath"),
                tokens_path=stack.output("TokensPath"),
                dead_letter_queue_url=stack.output("DeadLetterQueueUrl"),
                table_name=stack.output("LedgerTableName"),
                retry_base_seconds="30",
                orders_path=stack.parameters["OrdersPath"],
                order_states_path=stack.parameters["OrderStatesPath"],
                token_path=stack.parameters["TokenPath"],
                state_order_id_field=stack.parameters["StateOrderIdField"],
            ),
            ssm=stack.ssm,
            dynamodb=stack.dynamodb,
            sqs=stack.sqs,
            session=ApiSession(),
            now=utc_now,
            sleep=lambda seconds: None,
            jitter=lambda: 0.5,
        )

    def deliver(self, connection: str, order: object, *, topic: str = "orders/updated") -> None:
        """A shop's delivery comes in, and is worked as far as it can be."""
        self._receive(as_event(shopify(order, topic=topic, connection=connection)))
        self.work()

    def work(self) -> None:
        """Work what can be received; what fails stays hidden."""
        while batch := self._batch():
            ids = [message["MessageId"] for message in batch]
            event = to_event(batch, queue_arn="order-events", region="eu-central-1")
            context: Any = TIME_OUT
            failed = failed_ids(self._sync(event, context), ids)
            for message in batch:
                receipt = message["ReceiptHandle"]
                if message["MessageId"] in failed:
                    self._hidden.append(receipt)
                else:
                    self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=receipt)

    def is_idle(self) -> bool:
        """Whether nothing can be received."""
        return not self._batch()

    def show_hidden(self) -> None:
        """Let what failed be received again."""
        for receipt in self._hidden:
            self._sqs.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=receipt, VisibilityTimeout=0
            )
        self._hidden = []

    def empty(self) -> None:
        """Throw away what is left in the queue."""
        self._sqs.purge_queue(QueueUrl=self._queue_url)

    def _batch(self) -> "Sequence[MessageTypeDef]":
        return self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=720,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        ).get("Messages", [])


def order(name: str, *, id_: int, minute: int = 0, **shown: object) -> dict[str, object]:
    """An order of Shopify as it was so many minutes after its creation."""
    return {
        "id": id_,
        "name": name,
        "created_at": CREATED.isoformat(),
        "updated_at": (CREATED + timedelta(minutes=minute)).isoformat(),
        "financial_status": "paid",
        "line_items": [{"id": 1, "quantity": 1, "current_quantity": 1, "requires_shipping": True}],
        **shown,
    }
