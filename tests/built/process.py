"""Processes of functions, started as Lambda starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seven_senders_local.paths import LAMBDA_RUNTIME
from seven_senders_local.template import Function
from tests.built.runtime_api import RuntimeApi, runtime_api

PYTHON = (sys.executable, "-S", "-P")
"""Without the packages of this environment and without the working directory."""


@dataclass(frozen=True, slots=True)
class Started:
    """A process that fetches its invocations from ``api``."""

    api: RuntimeApi
    pid: int


def environment(
    function: Function, *, task: Path, opt: Path, aws: Mapping[str, str]
) -> dict[str, str]:
    """What a function's process sees. On Lambda it can't write into its folders."""
    on_path = (task, opt / "python", LAMBDA_RUNTIME)
    return {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in on_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(task),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": function.memory,
        **aws,
        **function.environment,
    }


@contextmanager
def started(function: Function, environment: Mapping[str, str], *, log: Path) -> Iterator[Started]:
    """One process of Lambda's runtime client until the block ends. It prints to ``log``."""
    with (
        runtime_api(function.timeout) as api,
        log.open("ab") as output,
        subprocess.Popen(
            [*PYTHON, "-m", "awslambdaric", function.handler],
            env={**environment, "AWS_LAMBDA_RUNTIME_API": api.address},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            yield Started(api, process.pid)
        finally:
            process.kill()
