"""From the bodies of one order's life to its states and fields, as the mapping's tables say."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from seven_senders_adapter.domain.observation import REOPENED, reason_to_leave_out
from seven_senders_adapter.domain.settings import MappingSettings
from seven_senders_adapter.domain.snapshot import Snapshot
from tests.unit.domain.derivation import Derivation
from tests.unit.domain.orders import LATER
from tests.unit.domain.play import Delivery, Play
from tests.unit.shops import shopify_lives as shopify
from tests.unit.shops import woocommerce_lives as woocommerce
from tests.unit.shops.orders import snapshot_of

type Life = Sequence[tuple[dict[str, object], Snapshot]]


@st.composite
def arriving(draw: st.DrawFn, lives: st.SearchStrategy[Life]) -> Life:
    """A life as it is delivered: each body at least once, in any order, some again."""
    life = list(draw(lives))
    again = draw(st.lists(st.sampled_from(life), max_size=3))
    return draw(st.just(life) | st.permutations([*life, *again]))


def played(platform: str, life: Life, mapping: MappingSettings) -> Play:
    play = Play(settings=mapping)
    for body, _ in life:
        shown = snapshot_of(platform, body, mapping)
        if play.record is not None or reason_to_leave_out(shown, mapping, LATER) is None:
            play.deliver(Delivery(shown))
    return play


def derived(life: Life) -> Derivation:
    derivation = Derivation()
    for _, expected in life:
        if derivation.newest is not None or expected.left_out is None:
            derivation.receive(expected, LATER)
    return derivation


def assert_agrees(platform: str, life: Life, mapping: MappingSettings) -> None:
    play, expected = played(platform, life, mapping), derived(life)
    if expected.newest is None:
        assert play.record is None
        return
    assert play.known.accepted_states == expected.states
    assert play.accepted.order_tags == expected.newest.tags
    assert play.accepted.language == expected.language
    assert play.accepted.boarding_complete == expected.is_shipped
    assert set(play.known.refused) == {f"{REOPENED}{end}" for end in expected.reopened_after}


@settings(max_examples=200)
@given(arriving(shopify.shopify_lives()))
def test_a_shopify_order_gets_what_the_tables_say(life: Life) -> None:
    assert_agrees("shopify", life, shopify.SETTINGS)


@settings(max_examples=200)
@given(arriving(woocommerce.woocommerce_lives()))
def test_a_woocommerce_order_gets_what_the_tables_say(life: Life) -> None:
    assert_agrees("woocommerce", life, woocommerce.SETTINGS)


@given(arriving(shopify.shopify_lives()))
def test_a_shopify_orders_bodies_once_more_send_nothing(life: Life) -> None:
    twice = played("shopify", [*life, *life], shopify.SETTINGS)
    assert twice.keys == played("shopify", life, shopify.SETTINGS).keys


@given(arriving(woocommerce.woocommerce_lives()))
def test_a_woocommerce_orders_bodies_once_more_send_nothing(life: Life) -> None:
    # What was left out while the order was not known says something once it is.
    life = [(body, expected) for body, expected in life if expected.left_out is None]
    twice = played("woocommerce", [*life, *life], woocommerce.SETTINGS)
    assert twice.keys == played("woocommerce", life, woocommerce.SETTINGS).keys
