"""Warnings of what works in a connection's settings, but is hardly meant so."""

from seven_senders_adapter.connections.documents import ConnectionDocument
from seven_senders_cli.advice import advise
from seven_senders_cli.doctor import checks
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import Stack


def warn_of(stack: Stack, name: str, screen: Screen) -> None:
    """Warn of a connection, given all of its stack that can be read."""
    documents = {
        other: document
        for other, document in checks.load(stack).items()
        if isinstance(document, ConnectionDocument)
    }
    for advice in advise(documents):
        if advice.connection == name:
            screen.warn(str(advice))
