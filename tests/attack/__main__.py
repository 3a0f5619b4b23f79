"""Runs the fuzzers for long: first those of hypothesis, in rounds, then schemathesis over HTTP.

Each round has a seed of its own, with which the same cases are made again.
"""

import argparse
import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from time import monotonic

from rich.console import Console

from seven_senders_adapter.telemetry import Telemetry
from seven_senders_local.paths import ROOT
from tests.attack.door import Door
from tests.attack.open_door import front_of

ROUND = 2_000
SCHEMATHESIS_TAKES = 10
"""Times as long for a case."""

HERE = Path(__file__).parent.relative_to(ROOT)
FUZZERS = (HERE / "test_fuzzing.py", HERE / "test_http.py")


def main() -> int:
    """0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, required=True, help="of each fuzzer")
    parser.add_argument("--seed", type=int, required=True)
    asked = parser.parse_args()
    return fuzz_in_rounds(asked.cases, asked.seed, Console()) or fuzz_over_http(
        max(1, asked.cases // SCHEMATHESIS_TAKES), asked.seed
    )


def fuzz_in_rounds(cases: int, first_seed: int, console: Console) -> int:
    """Run the tests of hypothesis with so many cases each."""
    began = monotonic()
    for seed, done in enumerate(range(0, cases, ROUND), first_seed):
        size = min(ROUND, cases - done)
        pytest = [sys.executable, "-m", "pytest", "-q", f"--hypothesis-seed={seed}"]
        ended = subprocess.run(
            [*pytest, *FUZZERS],
            cwd=ROOT,
            env={**os.environ, "CASES": str(size)},
            check=False,
            capture_output=True,
            text=True,
        )
        if ended.returncode:
            console.print(ended.stdout, markup=False)
            console.print(f"Repeat it: make fuzz CASES={size} SEED={seed}")
            return 1
        rate = (done + size) / (monotonic() - began)
        console.print(f"seed {seed}: {done + size:,} of {cases:,} cases, {rate:,.0f} a second")
    return 0


def fuzz_over_http(cases: int, seed: int) -> int:
    """Run schemathesis against the local front with the receiver behind it."""
    telemetry = Telemetry(service="fuzz", namespace="Fuzz")
    with redirect_stdout(StringIO()), front_of(Door(telemetry)) as front:
        command: list[str | Path] = [
            *(ROOT / ".fuzz/bin/schemathesis", "--config-file", HERE / "schemathesis.toml"),
            *("run", HERE / "openapi.yaml", "--url", front.url),
            *("--max-examples", str(cases), "--seed", str(seed)),
        ]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
