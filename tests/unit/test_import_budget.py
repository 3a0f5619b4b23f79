"""What a cold start of the receiver may load, and what it may not."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADED = "import sys; sys.path.insert(0, 'layers/adapter'); import runpy; {}; print(*sys.modules)"


def loaded(statement: str) -> set[str]:
    """The modules of a fresh interpreter after one statement."""
    run = subprocess.run(
        [sys.executable, "-c", LOADED.format(statement)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(run.stdout.split())


@pytest.fixture(scope="module")
def receiver() -> set[str]:
    return loaded("runpy.run_path('functions/receive_webhook/app.py')")


@pytest.mark.parametrize("module", ["requests", "pydantic", "aws_xray_sdk"])
def test_the_receiver_does_not_load(module: str, receiver: set[str]) -> None:
    assert "seven_senders_adapter.receiving" in receiver
    assert module not in receiver


def test_the_check_would_see_it() -> None:
    assert "pydantic" in loaded("import seven_senders_adapter.connections.documents")
