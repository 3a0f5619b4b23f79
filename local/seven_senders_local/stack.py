"""The local stack: the deployed template and handlers on this machine, without AWS."""

import math
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from socket import socket
from threading import Lock, Thread
from typing import TYPE_CHECKING

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.shop_api_store import ShopApiStore
from seven_senders_adapter.connections.shop_apis import ShopApiDocument
from seven_senders_adapter.connections.store import ConnectionStore
from seven_senders_local import connections, front, paths, workers
from seven_senders_local.emulator import REGION, STACK, Emulator
from seven_senders_local.log_lines import LogLines
from seven_senders_local.poller import Poller
from seven_senders_local.processes import Child, StartFailed, guarded
from seven_senders_local.queues import Queues
from seven_senders_local.reconciliation import Reconciliation
from seven_senders_local.source_mapping import SourceMapping
from seven_senders_local.template import Function, Template
from seven_senders_local.workers import Pool, Worker

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

RECEIVE = "ReceiveWebhookFunction"
SYNC = "SyncOrderFunction"
RETRY = "RetryFailedFunction"
CHECK = "CheckConnectionsFunction"
RECONCILE = "ReconcileOrdersFunction"

RECEIVERS = 2
FEWEST_SYNCERS = 8
_SANDBOX_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How a local stack runs.

    ``api_url`` ``None`` starts the sandbox. ``retry_base`` in seconds scales all that waits.
    ``reconciliation_delay`` in minutes leaves a change to its webhook. ``template`` and
    ``verbose``: what is run, and whether the functions' log lines are shown.
    """

    connections: Path
    port: int = 0
    api_url: str | None = None
    retry_base: float = 30
    reconciliation_delay: float = 30
    verbose: bool = False
    template: Path = paths.TEMPLATE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deployment:
    functions: Mapping[str, Function]
    resources: Mapping[str, str]

    @property
    def names(self) -> Mapping[str, str]:
        """What the functions know of paths, queues and the table."""
        return {
            name: value
            for function in (RECEIVE, SYNC, RECONCILE)
            for name, value in self.functions[function].environment.items()
        }


class LocalStack:
    """The functions' workers, the poller between them and the queue, and what can be asked."""

    def __init__(
        self,
        *,
        listener: socket,
        emulator: Emulator,
        deployment: _Deployment,
        api_url: str,
        choices: Choices,
    ) -> None:
        self._webhook_url = _webhook_url(listener)
        self._emulator = emulator
        self._deployment = deployment
        self._api_url = api_url
        self._choices = choices
        names = deployment.names
        syncers = max(FEWEST_SYNCERS, deployment.functions[SYNC].maximum_concurrency)
        self._log_lines = LogLines(
            logs=emulator.client("logs"),
            group=deployment.resources["Logs"],
            echo=sys.stderr.buffer if choices.verbose else None,
        )
        self._receive = self._pool(RECEIVE, RECEIVERS)
        self._sync = self._pool(SYNC, syncers)
        self._retry = self._pool(RETRY, 1)
        self._check = self._pool(CHECK, 1)
        self._reconcile = self._pool(RECONCILE, 1)
        pause = math.ceil(choices.retry_base)
        events = self._mapping(SYNC, self._sync, names["QUEUE_URL"], pause=pause)
        self._poller = Poller(events, workers=syncers)
        url = names["RECONCILIATION_QUEUE_URL"]
        turns = self._mapping(RECONCILE, self._reconcile, url, pause=0)
        reconciliation = Reconciliation(invoke=self._reconcile.invoke, turns=turns)
        self._queues = Queues(
            sqs=emulator.client("sqs"),
            url=names["QUEUE_URL"],
            dead_letter_url=names["DEAD_LETTER_QUEUE_URL"],
            poller=self._poller,
        )
        self._dead_letters = Lock()
        self._front = front.Front(
            listener,
            deliver=self._receive.invoke,
            pages={
                "GET /_local/status": lambda: asdict(self._queues.count()),
                "GET /_local/dead": self._show_dead,
                "GET /_local/aws": self._show_aws,
                "POST /_local/retry-failed": self._retry_failed,
                "POST /_local/check-connections": lambda: self._check.invoke({}),
                "POST /_local/reconcile": reconciliation.run,
            },
        )
        self.url = self._front.url

    @property
    def reached_by(self) -> Mapping[str, str]:
        """The variables that make boto3 talk to this stack."""
        return self._emulator.reached_by

    @property
    def alive(self) -> bool:
        """Whether the emulator still runs, without which nothing does."""
        return self._emulator.alive

    def start(self) -> None:
        """Accept deliveries once the handlers are imported. Raises FunctionFailed."""
        self._log_lines.start()
        with ThreadPoolExecutor() as executor:
            list(executor.map(Pool.warm_up, (self._receive, self._sync)))
        self._poller.start()
        Thread(target=self._front.serve_forever, name="front", daemon=True).start()

    def end(self) -> None:
        """Stop at once: nothing of the local stack outlives it, so nothing is waited for."""
        self._front.server_close()
        self._poller.stop()
        for pool in (self._receive, self._sync, self._retry, self._check, self._reconcile):
            pool.end()
        self._poller.wait_until_stopped()
        self._log_lines.stop()

    def _mapping(self, name: str, pool: Pool, queue_url: str, *, pause: int) -> SourceMapping:
        return SourceMapping(
            sqs=self._emulator.client("sqs"),
            queue_url=queue_url,
            invoke=pool.invoke,
            batch_size=self._deployment.functions[name].batch_size,
            pause=pause,
        )

    def _pool(self, name: str, size: int) -> Pool:
        function = self._deployment.functions[name]
        environment = {
            **workers.environment(function, self._emulator.environment),
            "RETRY_BASE_SECONDS": f"{self._choices.retry_base:g}",
            "RECONCILIATION_DELAY_MINUTES": f"{self._choices.reconciliation_delay:g}",
            "WEBHOOK_URL": self._webhook_url,
        }

        def start() -> Worker:
            with self._log_lines.pipe() as log:
                return Worker(function, environment=environment, log=log)

        return Pool(start, size=size)

    def _show_dead(self) -> object:
        with self._dead_letters:
            return [asdict(letter) for letter in self._queues.dead_letters()]

    def _retry_failed(self) -> object:
        with self._dead_letters:
            return self._retry.invoke({})

    def _show_aws(self) -> object:
        names = self._deployment.names
        return {
            "endpoint": self._emulator.endpoint,
            "region": REGION,
            "stack": STACK,
            "resources": self._deployment.resources,
            "table": names["TABLE_NAME"],
            "queue_url": names["QUEUE_URL"],
            "dead_letter_queue_url": names["DEAD_LETTER_QUEUE_URL"],
            "reconciliation_queue_url": names["RECONCILIATION_QUEUE_URL"],
            "receiving_path": names["RECEIVING_PATH"],
            "syncing_path": names["SYNCING_PATH"],
            "shop_apis_path": names["SHOP_APIS_PATH"],
            "tokens_path": names["TOKENS_PATH"],
            "api_url": self._api_url,
        }


@contextmanager
def running(choices: Choices) -> Iterator[LocalStack]:
    """Run a local stack until the block ends.

    Raises InvalidConnection, StartFailed, FunctionFailed or OSError if it can't be started.
    """
    with ExitStack() as ended:
        listener = ended.enter_context(front.listen(choices.port))
        emulator = Emulator()
        ended.callback(emulator.end)
        api_url = choices.api_url or _start_sandbox(ended)
        documents = connections.read_file(choices.connections, api_url=api_url)
        shop_apis = connections.read_shop_apis(choices.connections)
        deployment = _deploy(
            emulator,
            choices.template,
            outputs={"WebhookUrl": _webhook_url(listener), "ApiUrl": api_url},
        )
        _save(emulator.client("ssm"), deployment.names, documents, shop_apis)
        stack = LocalStack(
            listener=listener,
            emulator=emulator,
            deployment=deployment,
            api_url=api_url,
            choices=choices,
        )
        ended.callback(stack.end)
        stack.start()
        yield stack


def _webhook_url(listener: socket) -> str:
    """The webhook URL of a connection, up to its name."""
    return f"{front.url_of(listener)}/webhooks/"


def _save(
    ssm: "SSMClient",
    names: Mapping[str, str],
    documents: Mapping[str, ConnectionDocument],
    shop_apis: Mapping[str, ShopApiDocument],
) -> None:
    store = ConnectionStore(
        ssm=ssm, receiving_path=names["RECEIVING_PATH"], syncing_path=names["SYNCING_PATH"]
    )
    for name, document in documents.items():
        store.save(name, document)
    shop_api_store = ShopApiStore(ssm=ssm, path=names["SHOP_APIS_PATH"])
    for name, shop_api in shop_apis.items():
        shop_api_store.save(name, shop_api)


def _start_sandbox(ended: ExitStack) -> str:
    """Start the project's own Seven Senders API; its base URL."""
    child = Child(guarded("seven_senders_local.sandbox", "--port", "0"))
    ended.callback(child.end)
    first_word, _, url = child.read(seconds=_SANDBOX_SECONDS).decode().partition(" ")
    if first_word != "ready":
        raise StartFailed("the sandbox of the Seven Senders API does not start")
    return url.strip()


def _deploy(emulator: Emulator, path: Path, *, outputs: Mapping[str, str]) -> _Deployment:
    template = Template.load(path)
    deployed = emulator.deploy(template.for_emulator(outputs))
    return _Deployment(functions=template.functions(deployed.outputs), resources=deployed.resources)
