"""Lives of orders, invented from a seed: what happens in a shop, and what its webhooks say of it.

Nothing here knows the adapter: the shops' own documentation says what they do.
"""

from tests.chaos.lives.arrival import Delivery, deliveries
from tests.chaos.lives.changes import Change, history
from tests.chaos.lives.signing import headers

__all__ = ["Change", "Delivery", "deliveries", "headers", "history"]
