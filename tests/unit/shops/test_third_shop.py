"""A third kind of shop is one module with the shape of ``Shop``, and one line in ``SHOPS``."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.projecting import (
    deletion,
    essentials,
    present,
    snapshot,
    stored_time,
)
from seven_senders_adapter.shops.reading import as_object, header, language, moment
from seven_senders_adapter.shops.shop import (
    Delivery,
    Headers,
    Kind,
    Projected,
    Projection,
    ProjectionNames,
    Shop,
    UnreadableOrder,
)


class Corner:
    """The corner shop: signs with a hash of its own, counts orders from 1, sells for cash."""

    platform = "corner"

    def is_ping(self, headers: Headers, body: bytes) -> bool:
        return body == b"hello"

    def is_authentic(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        seals = [sha256(secret.encode() + body).hexdigest() for secret in secrets]
        return headers.get("x-corner-seal") in seals

    def recognise(self, headers: Headers) -> Delivery:
        topic = header(headers.get("x-corner-topic"))
        kinds = {"sold": Kind.ORDER, "torn-up": Kind.DELETION}
        return Delivery(
            kind=kinds.get(topic, Kind.OTHER), topic=topic, delivery_id="", source="corner.example"
        )

    def project(self, kind: Kind, body: object, names: ProjectionNames) -> Projected:
        slip = as_object(body)
        if kind is Kind.DELETION:
            return deletion(slip)
        read = essentials(slip, number="slip", created_at="sold", updated_at="seen", zone=UTC)
        facts = {"paid_at": moment(slip.get("paid"), UTC), "language": language(slip.get("tongue"))}
        return Projected(order=read["id"], projection={**read, **present(facts)})

    def read_snapshot(self, projection: Projection, settings: MappingSettings) -> Snapshot:
        paid_at = stored_time(projection, "paid_at")
        states = {State.PAID: paid_at} if paid_at else {}
        return snapshot(projection, settings, states=states, tags={}, shipped=True, left_out=None)


SHOPS_WITH_A_THIRD: Mapping[str, Shop] = {
    **SHOPS,
    "corner": Corner(),
}
SECRET = "hush"
SLIP = {
    "id": 7,
    "slip": "A-7",
    "sold": "2026-03-02T10:00:00",
    "seen": "2026-03-02T10:05:00",
    "paid": "2026-03-02T10:00:00",
    "tongue": "cs_CZ",
    "customer": "Jana Novak",
}


def test_an_order_of_the_third_shop_takes_the_same_way() -> None:
    shop = SHOPS_WITH_A_THIRD["corner"]
    body = json.dumps(SLIP).encode()
    seal = sha256(SECRET.encode() + body).hexdigest()
    headers = {"x-corner-topic": "sold", "x-corner-seal": seal}
    assert not shop.is_ping(headers, body)
    assert shop.is_authentic(headers, body, ["old", SECRET])
    assert not shop.is_authentic(headers, body + b" ", ["old", SECRET])

    delivery = shop.recognise(headers)
    read = shop.project(delivery.kind, json.loads(body), ProjectionNames())
    assert "Jana" not in str(read)

    sold = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert shop.read_snapshot(read.projection, MappingSettings()) == Snapshot(
        order="7",
        number="A-7",
        created_at=sold,
        updated_at=sold.replace(minute=5),
        states={State.PAID: sold},
        shipped=True,
        language="cs",
    )


def test_its_greetings_deletions_and_unreadable_orders_do_too() -> None:
    shop = SHOPS_WITH_A_THIRD["corner"]
    assert shop.is_ping({}, b"hello")
    assert shop.recognise({"x-corner-topic": "torn-up"}).kind is Kind.DELETION
    assert shop.recognise({}).kind is Kind.OTHER
    assert shop.project(Kind.DELETION, {"id": 7}, ProjectionNames()).order == "7"
    with pytest.raises(UnreadableOrder) as caught:
        shop.project(Kind.ORDER, {"id": 7, "slip": "A-7"}, ProjectionNames())
    assert caught.value.missing == ("sold", "seen")
