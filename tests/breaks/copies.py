"""Copies of the project in which code is broken and tests are run; the project itself stays."""

import os
import shutil
import signal
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

from seven_senders_local.paths import ROOT
from tests.breaks.table import Break

EMULATOR = ".ministack"
"""Its environment, which the tests of the command line start."""

IMPORTED_FROM = ("layers/adapter", "cli", "local", "")
"""The folders of the project that are on the path of its tests."""

_PRINT_ORIGINS = (
    "import seven_senders_adapter, seven_senders_cli, seven_senders_local, tests.breaks.copies\n"
    "for module in (\n"
    "    seven_senders_adapter, seven_senders_cli, seven_senders_local, tests.breaks.copies\n"
    "):\n"
    "    print(module.__file__)"
)


class WrongCode(Exception):
    """Python would import other code than the copy's, so that no break would be seen."""


class TookTooLong(Exception):
    """The tests were not done in time: after how many seconds they were stopped."""


class Copy:
    """One copy of the project's own files, without what starts with a dot, but for the emulator."""

    def __init__(self, root: Path) -> None:
        """Copy the project to a folder that is not there yet. Raises WrongCode."""
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".*", "__pycache__", "build"))
        (root / EMULATOR).symlink_to(ROOT / EMULATOR)
        self._root = root
        self._environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(root / folder) for folder in IMPORTED_FROM),
            "CI": "true",  # the same examples of hypothesis each time, and no text cut short
            "PY_COLORS": "0",
        }
        self._check_imports()

    def run_tests(self, *arguments: str, seconds: float) -> tuple[int, str]:
        """The exit code and the output of pytest. Raises TookTooLong."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        with subprocess.Popen(
            command,
            cwd=self._root,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        ) as pytest:
            try:
                output, _ = pytest.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise TookTooLong(f"after {seconds:.0f} s") from None
            finally:
                _end(pytest)
        return pytest.returncode, output

    def run_broken(self, change: Break, *, seconds: float) -> tuple[int, str]:
        """Run a break's tests with the break, and mend it. Raises DoesNotApply, TookTooLong."""
        path = self._root / change.file
        whole = path.read_text("utf-8")
        try:
            self._write(path, change.source(self._root))
            return self.run_tests("-x", *change.tests, seconds=seconds)
        finally:
            self._write(path, whole)

    def _write(self, path: Path, source: str) -> None:
        path.write_text(source, "utf-8")
        # Within a second Python takes a changed file of the same length for unchanged.
        Path(cache_from_source(str(path))).unlink(missing_ok=True)

    def _check_imports(self) -> None:
        found = subprocess.run(
            [sys.executable, "-c", _PRINT_ORIGINS],
            cwd=self._root,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        if strangers := [name for name in found if not Path(name).is_relative_to(self._root)]:
            raise WrongCode(f"not from {self._root}: {', '.join(strangers)}")


def _end(process: subprocess.Popen[str]) -> None:
    """End a process that still runs, and what it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
