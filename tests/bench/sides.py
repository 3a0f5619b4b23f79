"""What is compared: each built function, and a bare one that has the same to start with."""

import compileall
import py_compile
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from seven_senders_local.stack import RECEIVE, SYNC
from seven_senders_local.template import Function
from tests.built.process import Started, environment, started
from tests.built.world import SECRET, World

BARE = {RECEIVE: "receiving", SYNC: "syncing"}
"""The bare handlers in ``bare/`` of functions that are compared at work; else ``clients_only``."""


@dataclass(frozen=True, slots=True)
class Side:
    """A function that can be started any number of times."""

    function: Function
    environment: Mapping[str, str]
    log: Path

    @contextmanager
    def started(self, **variables: str) -> Iterator[Started]:
        with started(self.function, {**self.environment, **variables}, log=self.log) as process:
            yield process


def built(world: World, name: str, folder: Path) -> Side:
    return Side(world.functions[name], world.environment(name), folder / f"{name}.log")


def bare(world: World, name: str, folder: Path) -> Side:
    """A bare function with byte code, as the built ones have it."""
    module = BARE.get(name, "clients_only")
    task = folder / f"bare-{name}"
    task.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).parent / "bare" / f"{module}.py", task)
    compileall.compile_dir(
        task, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    function = replace(world.functions[name], handler=f"{module}.handler")
    surroundings = environment(
        function, task=task, opt=world.packages.opt, aws=world.emulator.environment
    )
    needs = {"SECRET": SECRET, "CLIENTS": " ".join(clients(world.packages.tasks[name]))}
    return Side(function, {**surroundings, **needs}, folder / f"bare-{name}.log")


def clients(task: Path) -> list[str]:
    """The services that a built function makes clients of."""
    return re.findall(r'aws\.client\("(\w+)"', (task / "app.py").read_text("utf-8"))


def processor_seconds(process: Started) -> float:
    """What a process has used of a processor so far. Its one thread is all that works in it."""
    nanoseconds, *_ = Path(f"/proc/{process.pid}/schedstat").read_text("ascii").split()
    return int(nanoseconds) / 1e9


def peak_megabytes(process: Started) -> float:
    """The most memory that a process had at a time."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1000


@contextmanager
def both_started(mine: Side, other: Side, **variables: str) -> Iterator[tuple[Started, Started]]:
    with ExitStack() as ended:
        yield (
            ended.enter_context(mine.started(**variables)),
            ended.enter_context(other.started(**variables)),
        )
