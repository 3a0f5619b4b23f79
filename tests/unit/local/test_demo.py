"""The demonstration starts a local stack and leaves no process behind."""

import os
import sys
from pathlib import Path

import pytest

from seven_senders_local.demo import DemoFailed, local_stack

TELLS_ITS_ID = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
WAITS = "import signal; signal.pause()\n"
READY = "print('a word before'); print('ready http://127.0.0.1:1', flush=True)\n"


def stack(code: str, file: Path) -> list[str]:
    return [sys.executable, "-c", TELLS_ITS_ID + code, str(file)]


def is_gone(file: Path) -> bool:
    try:
        os.kill(int(file.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


def test_the_stack_is_gone_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with local_stack(stack(READY + WAITS, file)) as url:
        assert url == "http://127.0.0.1:1"
        assert not is_gone(file)
    assert is_gone(file)


@pytest.mark.parametrize("error", [KeyboardInterrupt, DemoFailed])
def test_the_stack_is_gone_after(error: type[BaseException], tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with pytest.raises(error), local_stack(stack(READY + WAITS, file)):
        raise error
    assert is_gone(file)


def test_a_stack_that_does_not_start_says_why(tmp_path: Path) -> None:
    code = "sys.exit('not YAML')"
    with (
        pytest.raises(DemoFailed, match="not YAML"),
        local_stack(stack(code, tmp_path / "pid")),
    ):
        pass
