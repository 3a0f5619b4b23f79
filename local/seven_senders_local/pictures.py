"""Makes the README's pictures: real commands on a local stack that has had the deliveries.

``python -m seven_senders_local.pictures`` writes ``docs/pictures/*.svg``.
"""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import StringIO
from typing import NoReturn

import requests
import yaml
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from seven_senders_local.demo import (
    DemoFailed,
    Stage,
    deliver,
    local_stack,
    stack_command,
    wait_until_idle,
)
from seven_senders_local.events import CONNECTIONS_FILE, load_events
from seven_senders_local.outcome import load_arrivals
from seven_senders_local.paths import ROOT

PICTURES = ROOT / "docs" / "pictures"
SHOWN: Mapping[str, str] = {
    "doctor": "doctor",
    "failed-list": "failed list",
    "orders-show": "orders show 1001",
}
"""The pictures and what they show, by name."""

_COLUMNS = 120
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> NoReturn:
    """Make all pictures and exit."""
    console = Console()
    try:
        with (
            local_stack(stack_command(CONNECTIONS_FILE)) as url,
            requests.Session() as session,
        ):
            connections = yaml.safe_load(CONNECTIONS_FILE.read_text(encoding="utf-8"))
            stage = Stage(url=url, session=session, connections=connections, console=console)
            deliver(stage, load_arrivals(load_events()), datetime.now(UTC))
            wait_until_idle(stage)
            environment = _reaching(stage.get(f"{url}/_local/aws"))
            PICTURES.mkdir(exist_ok=True)
            for name, words in SHOWN.items():
                picture = draw(f"seven-senders {words}", run(words.split(), environment))
                (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")
                console.print(f"docs/pictures/{name}.svg")
    except DemoFailed as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(1)
    sys.exit(0)


def run(words: list[str], environment: Mapping[str, str]) -> str:
    """What a command prints on a terminal, colours included."""
    master, terminal = pty.openpty()
    command = [sys.executable, "-c", "from seven_senders_cli.app import app; app()", *words]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, env=environment, stdin=terminal, stdout=terminal, stderr=subprocess.DEVNULL
    ):
        os.close(terminal)
        return _read(master)


def draw(title: str, printed: str) -> str:
    """A terminal's content as an SVG without fonts of other servers."""
    console = Console(record=True, width=_COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed.replace("\r\n", "\n").rstrip() + "\n"))
    return _FONT_FACE.sub("", console.export_svg(title=title, theme=MONOKAI))


def _read(master: int) -> str:
    pieces = []
    with os.fdopen(master, "rb", buffering=0) as pipe:
        while piece := _next(pipe.read):
            pieces.append(piece)
    return b"".join(pieces).decode()


def _next(read: Callable[[int], bytes | None]) -> bytes:
    try:
        return read(65536) or b""
    except OSError:  # how Linux says that the terminal's other end is closed
        return b""


def _reaching(aws: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "TERM": "xterm-256color",
        "TTY_INTERACTIVE": "0",  # what is drawn again and again would be in the picture each time
        "COLUMNS": str(_COLUMNS),
        "AWS_ENDPOINT_URL": aws["endpoint"],
        "AWS_DEFAULT_REGION": aws["region"],
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "SEVEN_SENDERS_STACK": aws["stack"],
    }


if __name__ == "__main__":
    main()
