"""The public end of the commands' stack: a webhook URL with the real receiver behind it."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast, override

from rich.console import Console

from seven_senders_adapter.clock import utc_now
from seven_senders_adapter.connections.receiving import ReceivingConnections
from seven_senders_adapter.receiving import Receiver, Request
from seven_senders_adapter.shops import SHOPS
from seven_senders_cli.pauses import Pauses
from seven_senders_cli.stack import Stack
from seven_senders_local import front

if TYPE_CHECKING:
    from seven_senders_adapter.telemetry import Telemetry


class Silence:
    """A Telemetry that writes nothing, as the commands' output is read in the same process."""

    def about(self, **_: str) -> nullcontext[None]:
        return nullcontext()

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


class Gateway(Pauses):
    """Listens for deliveries; it hangs up as long as no receiver was put behind it.

    Time passes for the receiver only when a command waits; ``waits`` in seconds.
    """

    def __init__(self) -> None:
        listener = front.listen(0)
        self.url = f"{front.url_of(listener)}/webhooks/"
        self.front = front.Front(listener, deliver=self._deliver, pages={})
        self.reset()

    def reset(self) -> None:
        """Take the receiver away."""
        self.waits: list[float] = []
        self._receiver: Receiver | None = None

    def serve(self, stack: Stack) -> None:
        """Put a receiver behind it that has read nothing yet."""
        telemetry = cast("Telemetry", Silence())
        connections = ReceivingConnections(
            ssm=stack.ssm,
            path=stack.output("ReceivingPath"),
            platforms=SHOPS,
            telemetry=telemetry,
            now=self.now,
        )
        self._receiver = Receiver(
            connections=connections,
            shops=SHOPS,
            queue=stack.queue,
            now=self.now,
            telemetry=telemetry,
        )

    @override
    def now(self) -> datetime:
        return utc_now() + timedelta(seconds=sum(self.waits))

    @override
    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @override
    def wait(self, seconds: float, why: str, console: Console) -> None:
        console.print(f"{why}: {seconds:.0f} s", soft_wrap=True)
        self.waits.append(seconds)

    def _deliver(self, event: dict[str, object]) -> object:
        if self._receiver is None:
            raise ConnectionAbortedError
        return self._receiver.receive(Request.from_event(event)).for_gateway()
