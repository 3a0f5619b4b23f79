"""The command line of the local stack as other programs drive it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.driving import Driver, order, wait_for

PROGRAM = Path(sys.executable).with_name("seven-senders")


@contextmanager
def program(connections: Path, temporary: Path) -> Iterator["subprocess.Popen[str]"]:
    temporary.mkdir()
    process = subprocess.Popen(
        [PROGRAM, "local", "--port", "0", "--connections", connections],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def children(process: "subprocess.Popen[str]") -> list[int]:
    listed = subprocess.run(
        ["/usr/bin/env", "pgrep", "-P", str(process.pid)],
        check=True,
        capture_output=True,
        text=True,
    )
    return [int(pid) for pid in listed.stdout.split()]


def runs(pid: int) -> bool:
    listed = subprocess.run(
        ["/usr/bin/env", "ps", "-o", "stat=", "-p", str(pid)],
        check=False,
        capture_output=True,
        text=True,
    )
    return listed.stdout.strip()[:1] not in {"", "Z"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_works_an_order_and_leaves_nothing_behind(
    connections: Path, tmp_path: Path, number: signal.Signals
) -> None:
    temporary = tmp_path / "tmp"
    with program(connections, temporary) as process:
        assert process.stdout is not None
        word, url = process.stdout.readline().split()
        assert word == "ready"
        driver = Driver(url)
        assert driver.deliver(order(3001)) == 200
        driver.wait_until_quiet()
        assert driver.local("status")["dead"] == 0
        driver.close()
        started = children(process)
        before = time.monotonic()
        process.send_signal(number)
        code = process.wait(timeout=10)
        assert time.monotonic() - before < 5
        assert code == (-signal.SIGKILL if number is signal.SIGKILL else 0)
        wait_for(lambda: not any(runs(pid) for pid in started))
    assert len(started) >= 4
    assert list(temporary.iterdir()) == []


def test_a_wrong_connections_file_is_one_clear_line_and_exit_code_2(tmp_path: Path) -> None:
    wrong = tmp_path / "connections.yaml"
    wrong.write_text("shop: {platform: shopify, webhook_secrets: [s], acces_key: k}", "utf-8")
    ended = subprocess.run(
        [PROGRAM, "local", "--port", "0", "--connections", wrong],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert "connection shop" in line
    assert "acces_key" in line
    assert "access_key" in line
    assert ended.stdout == ""
