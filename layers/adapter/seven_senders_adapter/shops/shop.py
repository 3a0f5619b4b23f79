"""What the adapter asks of every kind of shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from traceback import extract_tb
from typing import TYPE_CHECKING, Protocol

from seven_senders_adapter.domain.snapshot import Snapshot

if TYPE_CHECKING:  # pydantic stays out of the receiver
    from seven_senders_adapter.domain.settings import MappingSettings

type Headers = Mapping[str, str]
"""A request's headers, names in lower case, as API Gateway's HTTP API gives them."""

type Projection = dict[str, object]
"""What the receiver lets through of an order: JSON values by allow-list, no personal data."""


class Kind(Enum):
    """What a delivery's topic says that it is."""

    ORDER = auto()
    DELETION = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a delivery's headers say; texts are empty where the shop sent none."""

    kind: Kind
    topic: str
    delivery_id: str
    source: str
    """The shop's host name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionNames:
    """The names of a connection's attributes and meta keys that may pass the receiver."""

    promised_date_attribute: str | None = None
    promised_date_meta_key: str | None = None
    promised_date_format: str | None = None
    language_meta_keys: tuple[str, ...] | None = None
    tag_meta_keys: Mapping[str, str] | None = None
    send_order_items: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """An order that can be read: the shop's id, what may pass, and what was dropped and why."""

    order: str
    projection: Projection
    dropped: tuple[str, ...] = ()
    """Reasons to count, one an occurrence: ``personal_tag``, ``unreadable_promised_date``."""


class NotAnOrder(Exception):
    """An authentic body that is no order and may be left: its ``reason`` is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableOrder(Exception):
    """An order that lacks what the mapping needs: the shop's id, if known, and what is missing."""

    def __init__(self, order: str | None, missing: Sequence[str]) -> None:
        super().__init__(f"the order lacks {', '.join(missing)}")
        self.order = order
        self.missing = tuple(missing)


_ODDITIES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a body that no shop foresaw can cause. Their texts may quote it and are not kept."""


class Shop(Protocol):
    """One kind of shop. Adding one is a module with this shape and a line in ``SHOPS``."""

    platform: str

    def is_ping(self, headers: Headers, body: bytes, /) -> bool:
        """Whether this is the shop's unsigned greeting, which is answered 200 and left."""

    def is_authentic(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        """Whether one of the secrets signed exactly these bytes; malformed signatures did not."""

    def recognise(self, headers: Headers) -> Delivery:
        """Read what the headers say; never fails."""

    def project(self, kind: Kind, body: object, names: ProjectionNames) -> Projected:
        """Fold a parsed JSON body into what may pass.

        Raises NotAnOrder or UnreadableOrder.
        """

    def read_snapshot(self, projection: Projection, settings: "MappingSettings") -> Snapshot:
        """Read a projection of ``Kind.ORDER`` by the connection's settings.

        Raises KeyError, TypeError or ValueError if this version did not write the projection.
        """


def project(shop: Shop, kind: Kind, body: object, names: ProjectionNames) -> Projected:
    """Fold a parsed JSON body into what may pass, whatever stands in it.

    Raises NotAnOrder or UnreadableOrder.
    """
    try:
        return shop.project(kind, body, names)
    except _ODDITIES as error:
        where = extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} in {where.name}, line {where.lineno}"
        raise UnreadableOrder(None, [f"the expected form: {place}"]) from None
