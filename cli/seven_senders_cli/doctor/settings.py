"""The documents of a connection, and what stands in them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_adapter.connections.rules import MAX_DOCUMENT_BYTES, InvalidConnection
from seven_senders_cli.advice import Advice
from seven_senders_cli.doctor.finding import Finding, amber, green, red

NEARLY_FULL = MAX_DOCUMENT_BYTES * 9 // 10


def broken(subject: str, error: InvalidConnection) -> Iterator[Finding]:
    """A connection whose settings can't be read."""
    mend = (
        "Its deliveries or events wait: correct them with seven-senders connections set, or"
        " connect it again"
    )
    yield red(subject, str(error), mend)


def look(
    subject: str,
    name: str,
    document: ConnectionDocument,
    advice: Sequence[Advice],
    *,
    now: datetime,
) -> Iterator[Finding]:
    """What is to be said of settings that can be read, ``advice`` included."""
    sizes = {
        "receiving": len(document.receiving_text().encode()),
        "syncing": len(document.syncing_text().encode()),
    }
    problems = [
        amber(
            subject,
            f"the {part} document has {size} of {MAX_DOCUMENT_BYTES} bytes",
            "Shorten its maps and lists before you add to them",
        )
        for part, size in sizes.items()
        if size > NEARLY_FULL
    ]
    if document.paused:
        what = "paused: its events wait, each for 14 days at most"
        problems.append(amber(subject, what, f"When it may go on: seven-senders resume {name}"))
    if document.without_ended_secrets(now) != document:
        what = "a webhook secret that was replaced has run out"
        mend = "See that the shop signs with the new one; the next change drops the old one"
        problems.append(amber(subject, what, mend))
    problems += [amber(subject, one.what, one.mend) for one in advice]
    shown = ", ".join(f"{part} {size} bytes" for part, size in sizes.items())
    yield from problems or [green(subject, f"both documents can be read: {shown}")]
