import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seven_senders_local import workers
from seven_senders_local.template import Function
from seven_senders_local.workers import FunctionFailed, Pool, Stopping, Worker

CODE = """
import os, sys, time

def handler(event, context):
    print("a line of log")
    match event:
        case "fail": raise ValueError("no such order")
        case "sleep": time.sleep(60)
        case "die": os._exit(3)
        case "pid": return os.getpid()
        case "path": return sys.path
        case "environment": return dict(os.environ)
        case "time left": return context.get_remaining_time_in_millis()
        case ["meet", folder, number]:
            open(f"{folder}/{os.getpid()}", "w").close()
            while len(os.listdir(folder)) < number: time.sleep(0.01)
    return {"seen": event}
"""


@pytest.fixture
def function(tmp_path: Path) -> Function:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(CODE, encoding="utf-8")
    return Function(
        name="Work",
        code=str(tmp_path / "code"),
        handler="app.handler",
        timeout=20,
        memory="128",
        environment={"COLOUR": "blue"},
        batch_size=10,
        maximum_concurrency=2,
    )


type Started = Callable[[Function], Pool]


@pytest.fixture
def started() -> Iterator[Started]:
    pools: list[Pool] = []

    def start(function: Function, size: int = 2) -> Pool:
        environment = workers.environment(function, {"AWS_REGION": "eu-central-1"})
        pool = Pool(lambda: Worker(function, environment=environment), size=size)
        pools.append(pool)
        return pool

    yield start
    for pool in pools:
        pool.end()


def test_a_function_answers(started: Started, function: Function) -> None:
    assert started(function).invoke("hello") == {"seen": "hello"}


def test_a_function_that_raises_fails_and_its_worker_stays(
    started: Started, function: Function
) -> None:
    pool = started(function)
    worker = pool.invoke("pid")
    with pytest.raises(FunctionFailed, match="ValueError: no such order"):
        pool.invoke("fail")
    assert pool.invoke("pid") == worker


def test_a_worker_that_dies_fails_and_another_takes_its_place(
    started: Started, function: Function
) -> None:
    pool = started(function)
    worker = pool.invoke("pid")
    with pytest.raises(FunctionFailed, match="code 3"):
        pool.invoke("die")
    assert pool.invoke("pid") != worker


def test_a_worker_that_was_killed_while_idle_is_not_used(
    started: Started, function: Function
) -> None:
    pool = started(function)
    worker = pool.invoke("pid")
    assert isinstance(worker, int)
    os.kill(worker, signal.SIGKILL)
    os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
    assert pool.invoke("pid") != worker


def test_a_function_is_killed_at_its_time_out(started: Started, function: Function) -> None:
    pool = started(with_timeout(function, 0.3))
    with pytest.raises(FunctionFailed, match="ran out of time"):
        pool.invoke("sleep")


def test_a_function_knows_how_much_time_it_has(started: Started, function: Function) -> None:
    left = started(function).invoke("time left")
    assert isinstance(left, int)
    assert 15_000 < left <= 20_000


def test_a_function_that_cannot_be_imported_tells_why(started: Started, function: Function) -> None:
    Path(function.code, "app.py").write_text("import requests_of_nobody", encoding="utf-8")
    with pytest.raises(FunctionFailed, match="No module named 'requests_of_nobody'"):
        started(function).warm_up()


def test_a_function_sees_its_layers_and_no_other_packages(
    started: Started, function: Function
) -> None:
    path = started(function).invoke("path")
    assert isinstance(path, list)
    assert path[0] == function.code
    assert not [folder for folder in path if "site-packages" in folder]


def test_a_function_sees_its_own_variables_and_none_of_ours(
    started: Started, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    seen = started(function).invoke("environment")
    assert isinstance(seen, dict)
    assert seen["COLOUR"] == "blue"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "Work"
    assert "AWS_PROFILE" not in seen


def test_workers_are_started_while_all_others_are_busy_up_to_the_size(
    started: Started, function: Function, tmp_path: Path
) -> None:
    pool = started(function)
    folder = tmp_path / "met"
    folder.mkdir()
    with ThreadPoolExecutor() as executor:
        list(executor.map(pool.invoke, [["meet", str(folder), 2]] * 2))
        seen = set(executor.map(pool.invoke, ["pid"] * 10))
    assert {str(pid) for pid in seen} <= {path.name for path in folder.iterdir()}


def test_the_end_does_not_wait_for_what_runs(started: Started, function: Function) -> None:
    pool = started(function)
    pool.warm_up()
    with ThreadPoolExecutor() as executor:
        running = executor.submit(pool.invoke, "sleep")
        while not running.running():
            time.sleep(0.01)
        before = time.monotonic()
        pool.end()
        assert isinstance(running.exception(timeout=5), Stopping)
    assert time.monotonic() - before < 5
    with pytest.raises(Stopping):
        pool.invoke("hello")


def with_timeout(function: Function, seconds: float) -> Function:
    return Function(
        name=function.name,
        code=function.code,
        handler=function.handler,
        timeout=seconds,
        memory=function.memory,
        environment=function.environment,
        batch_size=function.batch_size,
        maximum_concurrency=function.maximum_concurrency,
    )
