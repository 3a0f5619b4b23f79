"""What works in a connection's settings, but is hardly meant so."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seven_senders_adapter.connections.documents import SyncingDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is odd about a connection, and what to do about it, a sentence each."""

    connection: str
    what: str
    mend: str

    def __str__(self) -> str:
        """Both on one line."""
        return f"connection {self.connection}: {self.what}. {self.mend}"


def advise(documents: Mapping[str, SyncingDocument]) -> list[Advice]:
    """What to look at in some connections, given all of a stack by their names."""
    return [*_unsaid(documents), *_colliding(documents)]


def _unsaid(documents: Mapping[str, SyncingDocument]) -> Iterator[Advice]:
    for name, document in documents.items():
        missing = []
        if not document.order_url and not document.order_urls:
            missing.append("order_url")
        if document.default_language is None:
            missing.append("default_language")
        if missing:
            yield Advice(
                connection=name,
                what=f"{' and '.join(missing)} not set: Seven Senders sends no notification"
                " for an order without URL or language",
                mend=f"seven-senders connections set {name} "
                + " ".join(f"{key}=..." for key in missing),
            )


def _colliding(documents: Mapping[str, SyncingDocument]) -> Iterator[Advice]:
    sharing = defaultdict(list)
    for name, document in documents.items():
        sharing[document.account, document.order_id_prefix].append(name)
    for (_, prefix), names in sharing.items():
        for name in names if len(names) > 1 else ():
            others = ", ".join(other for other in names if other != name)
            yield Advice(
                connection=name,
                what=f"shares its access key and order_id_prefix {prefix!r} with {others}: of two"
                " orders of one number Seven Senders takes the first only",
                mend="Before the first order of one of them: seven-senders connections set NAME"
                " order_id_prefix=...",
            )
