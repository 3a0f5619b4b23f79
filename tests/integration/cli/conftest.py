"""A stack without its functions in the emulator, a sandbox of Seven Senders, and the commands."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Thread

import pytest
from typer.testing import CliRunner

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.ledger.dead_letters import DeadLetters
from seven_senders_cli.app import app
from seven_senders_cli.stack import Stack, find_stack
from seven_senders_local import paths
from seven_senders_local.emulator import STACK, Emulator
from seven_senders_local.sandbox import Sandbox
from seven_senders_local.template import Template
from tests.integration.cli.functions import Functions
from tests.integration.cli.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands in this process, against the stack that the environment names."""

    def __init__(self, stack: Stack, gateway: Gateway) -> None:
        self.stack = stack
        self.gateway = gateway

    def __call__(self, *words: str, answers: Sequence[str] = ()) -> Ended:
        given = "".join(f"{answer}\n" for answer in answers)
        result = CliRunner().invoke(app, words, input=given, obj=self.gateway)
        if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    def connect(self, name: str, **settings: object) -> None:
        """Store a connection as if it had been connected."""
        document = read_connection(name, CONNECTION | {"api_url": self.stack.api_url} | settings)
        self.stack.connections.save(name, document)

    def spoil(self, name: str, **settings: object) -> None:
        """Store values that no command would, as an older version may have."""
        path = f"{self.stack.output('SyncingPath')}/{name}"
        stored = self.stack.ssm.get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
        self.stack.ssm.put_parameter(
            Name=path,
            Value=json.dumps(json.loads(stored) | settings),
            Type="SecureString",
            Overwrite=True,
        )


CONNECTION: dict[str, object] = {
    "platform": "shopify",
    "webhook_secrets": ["whsec_1"],
    "access_key": "key_1",
}


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = Thread(target=gateway.front.serve_forever, args=(0.005,))
    thread.start()
    yield gateway
    gateway.front.shutdown()
    thread.join()
    gateway.front.server_close()


@pytest.fixture(scope="session")
def _emulator(sandbox: Sandbox, _gateway: Gateway) -> Iterator[Emulator]:
    emulator = Emulator()
    outputs = {"ApiUrl": sandbox.api_url, "WebhookUrl": _gateway.url}
    try:
        emulator.deploy(Template.load(paths.TEMPLATE).for_emulator(outputs))
        yield emulator
    finally:
        emulator.end()


@pytest.fixture(scope="session")
def _stack(_emulator: Emulator) -> Stack:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _emulator.environment.items():
            patch.setenv(name, value)
        return find_stack(STACK)


@pytest.fixture
def command(
    _emulator: Emulator,
    _stack: Stack,
    _gateway: Gateway,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[CommandLine]:
    """The commands, on a stack without connections and messages."""
    for name, value in _emulator.environment.items():
        monkeypatch.setenv(name, value)
    dead_letters = DeadLetters(table=_stack.table)
    for letter in dead_letters.list():
        dead_letters.remove(letter)
    for queue in ("DeadLetterQueueUrl", "OrderEventsQueueUrl"):
        _stack.sqs.purge_queue(QueueUrl=_stack.output(queue))
    # reached as long as the environment is right
    store, shop_apis = _stack.connections, _stack.shop_apis
    _gateway.reset()
    yield CommandLine(_stack, _gateway)
    for name in store.names():
        store.remove(name)
    for name in shop_apis.names():
        shop_apis.remove(name)
    sandbox.play()


@pytest.fixture
def gateway(command: CommandLine) -> Gateway:
    """The webhook URL of the commands' stack, with a receiver behind it."""
    command.gateway.serve(command.stack)
    return command.gateway


@pytest.fixture
def functions(command: CommandLine) -> Iterator[Functions]:
    """The functions on the commands' stack, with an empty queue."""
    functions = Functions(command.stack)
    yield functions
    functions.empty()
