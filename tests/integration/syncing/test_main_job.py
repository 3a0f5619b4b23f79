from tests.integration.syncing.world import World

CREATE, STATE, UPDATE = "POST orders", "POST order_states", "PUT orders"


def test_an_orders_life_reaches_seven_senders(world: World) -> None:
    world.arrive(minute=1)
    world.arrive("paid", minute=2)
    world.arrive("paid in_preparation", minute=3)
    world.arrive("paid in_preparation", minute=4, shipped=True)
    world.drain()
    assert world.timeline() == ["new", "paid", "in_preparation"]
    assert world.fields()["boarding_complete"] is True
    assert world.writes == [CREATE, STATE, STATE, UPDATE]


def test_delivering_everything_once_more_sends_nothing(world: World) -> None:
    for _ in range(2):
        world.arrive("paid", minute=2)
        world.arrive("paid in_preparation", minute=3, shipped=True)
    world.drain()
    assert world.writes == [CREATE, STATE, STATE, UPDATE]


def test_one_token_serves_all(world: World) -> None:
    for order in range(1, 30):
        world.arrive("paid", minute=1, order=str(order))
    world.drain()
    assert sum(call.path == "/token" for call in world.sandbox.calls) == 1


def test_the_history_tells_what_came_and_what_was_sent(world: World) -> None:
    world.arrive("in_preparation", minute=3)
    world.arrive("paid", minute=2)
    world.drain()
    assert [f"{line.what} {line.detail}" for line in world.record().history] == [
        "came orders/updated, the first",
        "sent created as #1001",
        "sent state in_preparation at 2026-03-02T09:03:00+00:00",
        "came orders/updated, older",
        "skipped state paid lies behind",
    ]


def test_an_order_that_is_left_out_leaves_no_trace(world: World) -> None:
    world.arrive("paid", minute=1, left_out="test_order")
    world.drain()
    assert world.ledger.orders.load("demo", "1") is None
    assert world.writes == []
