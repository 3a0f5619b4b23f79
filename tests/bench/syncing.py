"""Processor time of a warm sync, for each call of the Seven Senders API."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any

import requests

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.seven_senders.api import wire_time
from seven_senders_local.sandbox.control import Call
from seven_senders_local.stack import RECEIVE
from tests.bench.answering import counting
from tests.bench.sides import Side, both_started
from tests.bench.warm import BLOCK, block, in_turn
from tests.built.process import Started
from tests.built.world import ACCESS_KEY, World, delivery

ROW_BYTES = 1000
"""About what a row of the ledger holds."""


@dataclass(frozen=True, slots=True)
class Syncing:
    """Seconds for each call of the API: of sync_order, of that what its calls of AWS take, as
    measured bare, and of the same call by requests alone. ``aws_calls`` are how many it makes.
    """

    whole: float
    aws: float
    bare: float
    aws_calls: float

    @property
    def ratio(self) -> float:
        """How much more than requests alone, the calls of AWS left out."""
        return (self.whole - self.aws) / self.bare


class Orders:
    """Order events as Lambda hands them over, each of a new order that was paid."""

    def __init__(self, world: World, order: dict[str, Any]) -> None:
        with world.started(RECEIVE, log=world.packages.opt.with_name("first.log")) as process:
            process.api.invoke(delivery(order))
        self._first, *_ = world.receive()["Records"]
        self._numbers = count(1)

    def next(self) -> dict[str, Any]:
        number = f"bench-{next(self._numbers)}"
        record = deepcopy(self._first)
        record["messageId"] = number
        record["body"] = json.dumps(json.loads(record["body"]) | {"id": number, "number": number})
        record["messageAttributes"]["order"]["stringValue"] = number
        record["attributes"]["MessageGroupId"] = f"shop/{number}"
        return {"Records": [record]}


def compare(
    world: World, mine: Side, other: Side, *, orders: Orders, rounds: Iterator[int]
) -> Syncing:
    """Let sync_order and a bare handler take turns, both at the sandbox."""
    numbers = count(1)

    def sync(process: Started) -> None:
        assert process.api.invoke(orders.next()) == {"batchItemFailures": []}

    def call(process: Started) -> None:
        fields = {"order_id": f"bare-{next(numbers)}", "order_date": wire_time(utc_now())}
        process.api.invoke({"calls": [json.dumps(fields)]})

    def write(process: Started) -> None:
        item = {"pk": {"S": f"bare/{next(numbers)}"}, "history": {"S": "x" * ROW_BYTES}}
        process.api.invoke({"writes": [item]})

    bare = {"API_URL": world.sandbox.api_url, "TOKEN": token(world)}
    with (
        counting(world.emulator.endpoint) as aws,
        both_started(mine, other, AWS_ENDPOINT_URL_DYNAMODB=aws.url, **bare) as processes,
    ):
        an_order, a_call = in_turn(processes, (sync, call), rounds)
        calls = [call.order_id for call in world.sandbox.calls if is_ours(call)]
        aws_calls = aws.calls.total() / len(calls)
        a_write = block(processes[1], write, 4 * BLOCK)
    an_order_has = len(calls) / len(set(calls))
    return Syncing(
        whole=an_order / an_order_has,
        aws=aws_calls * a_write,
        bare=a_call,
        aws_calls=aws_calls,
    )


def is_ours(call: Call) -> bool:
    return call.order_id is not None and call.order_id.startswith("bench-")


def token(world: World) -> str:
    """A token of the sandbox."""
    login = f"{world.sandbox.api_url}/token"
    answer = requests.post(login, json={"access_key": ACCESS_KEY}, timeout=10)
    return str(answer.json()["token"])
