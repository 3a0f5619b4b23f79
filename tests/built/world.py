"""What built functions find around them: an emulated AWS with the stack of the built template, and
the sandbox as the Seven Senders API."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.shop_apis import ShopifyApiDocument
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_local import sqs_event
from seven_senders_local.emulator import REGION, Emulator
from seven_senders_local.sandbox.server import Sandbox
from seven_senders_local.template import Function, Template
from tests.built.packages import BUILT_FOR_HERE, Packages, unpack
from tests.built.process import Started, environment, started

CONNECTION = "shop"
SECRET = "shop-secret"
ACCESS_KEY = "access-key"


@dataclass(frozen=True, slots=True)
class World:
    """``functions`` are those of the built template, by their names in it."""

    emulator: Emulator
    sandbox: Sandbox
    functions: Mapping[str, Function]
    packages: Packages

    @property
    def names(self) -> Mapping[str, str]:
        """What any function knows of paths, queues and the table."""
        return {
            k: v for function in self.functions.values() for k, v in function.environment.items()
        }

    def environment(self, name: str) -> dict[str, str]:
        """What the process of a function sees."""
        return environment(
            self.functions[name],
            task=self.packages.tasks[name],
            opt=self.packages.opt,
            # The emulator has no API Gateway, whose URL it would be.
            aws={**self.emulator.environment, "WEBHOOK_URL": "https://api.example/webhooks/"},
        )

    def started(self, name: str, *, log: Path) -> AbstractContextManager[Started]:
        """A process of a function."""
        return started(self.functions[name], self.environment(name), log=log)

    def connect(self) -> None:
        """Store a connection whose API is the sandbox."""
        settings = {
            "platform": "shopify",
            "webhook_secrets": [SECRET],
            "access_key": ACCESS_KEY,
            "api_url": self.sandbox.api_url,
        }
        store = ConnectionStore(
            ssm=self.emulator.client("ssm"),
            receiving_path=self.names["RECEIVING_PATH"],
            syncing_path=self.names["SYNCING_PATH"],
        )
        store.save(CONNECTION, read_connection(CONNECTION, settings))

    def let_in(self, url: str) -> None:
        """Store what opens the API of the connection's shop."""
        app = ShopifyApiDocument(
            url=url, client_secret=SecretStr("shpss_1"), access_token=SecretStr("shpat_1")
        )
        path = self.names["SHOP_APIS_PATH"]
        ShopApiStore(ssm=self.emulator.client("ssm"), path=path).save(CONNECTION, app)

    def receive(self, queue: str = "QUEUE_URL") -> dict[str, Any]:
        """The next messages of a queue, by the variable of its URL, as Lambda hands them over."""
        answer = self.emulator.client("sqs").receive_message(
            QueueUrl=self.names[queue],
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return sqs_event.to_event(answer.get("Messages", []), queue_arn="", region=REGION)

    def delete(self, batch: Mapping[str, Any]) -> None:
        """Take order events off the queue, as Lambda does when they are done."""
        for record in batch["Records"]:
            self.emulator.client("sqs").delete_message(
                QueueUrl=self.names["QUEUE_URL"], ReceiptHandle=record["receiptHandle"]
            )


def delivery(order: Mapping[str, object], *, topic: str = "orders/create") -> dict[str, object]:
    """A shop's delivery as API Gateway hands it over."""
    body = json.dumps(order)
    digest = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()
    return {
        "version": "2.0",
        "routeKey": "POST /webhooks/{connection}",
        "pathParameters": {"connection": CONNECTION},
        "headers": {
            "content-type": "application/json",
            "x-shopify-topic": topic,
            "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
            "x-shopify-webhook-id": f"delivery-of-{order['id']}",
        },
        "body": body,
        "isBase64Encoded": False,
    }


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Unpack what is built, and start all that it talks to."""
    template = Template.load(BUILT_FOR_HERE / "template.yaml")
    with ExitStack() as ended:
        emulator = Emulator()
        ended.callback(emulator.end)
        sandbox = ended.enter_context(Sandbox())
        deployed = emulator.deploy(template.for_emulator({}))
        built = World(
            emulator=emulator,
            sandbox=sandbox,
            functions=template.functions(deployed.outputs),
            packages=unpack(BUILT_FOR_HERE, folder),
        )
        built.connect()
        yield built
