"""The lines of an order, for connections that send order items."""

from collections.abc import Iterable

from seven_senders_adapter.domain.snapshot import OrderItem
from seven_senders_adapter.shops.bounds import within
from seven_senders_adapter.shops.reading import Body, amount, text, token

MAX_ITEMS_BYTES = 160 * 1024
MAX_TEXT_CHARACTERS = 512  # a product and its variant have 255 each at Shopify

type StoredItem = dict[str, str | None]


def passing(lines: Iterable[Body]) -> tuple[list[StoredItem], list[str]]:
    """SKU, name, quantity and price of the lines that fit, and why others were dropped.

    ``items_dropped`` stands once if there are lines that can't be read or are too many.
    """
    stored = [_stored(line) for line in lines]
    readable = [item for item in stored if item is not None]
    passed = within(readable, MAX_ITEMS_BYTES)
    return passed, ["items_dropped"] if len(passed) < len(stored) else []


def read(stored: object) -> tuple[OrderItem, ...]:
    """The items of a projection. Raises KeyError or TypeError."""
    if not isinstance(stored, list):
        raise TypeError("items of a projection is no list")
    return tuple(
        OrderItem(
            sku=item["sku"], name=item["name"], quantity=item["quantity"], price=item["price"]
        )
        for item in stored
    )


def _stored(line: Body) -> StoredItem | None:
    name = text(line.get("name"), MAX_TEXT_CHARACTERS)
    quantity = amount(line.get("quantity"))
    if name is None or quantity is None:
        return None
    sku = line.get("sku")
    return {
        "sku": text(sku, MAX_TEXT_CHARACTERS) or token(sku),
        "name": name,
        "quantity": quantity,
        "price": amount(line.get("price")),
    }
