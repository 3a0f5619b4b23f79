"""Reading orders of a shop that now and then does not answer."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from seven_senders_adapter.shop_apis.patience import PatientOrders
from seven_senders_adapter.shop_apis.shop_api import (
    By,
    CredentialsRefused,
    NotDone,
    OrderApi,
    Page,
    ShopApiError,
    ShopUnreachable,
    Span,
    Throttled,
)
from seven_senders_adapter.shops.reading import Body

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SPAN = Span(by=By.CHANGE, begin=NOW, end=NOW)
WAITS = (1.0, 5.0)
DOWN, SLOW = ShopUnreachable("answers HTTP 502"), ShopUnreachable("answers too slowly")


class Shop:
    """Fails so often, then answers."""

    def __init__(self, *errors: ShopApiError) -> None:
        self.errors = list(errors)
        self.following = "60"

    def count(self, span: Span) -> int:
        return self._answered(7)

    def page(self, span: Span, position: str | None) -> Page:
        return self._answered(Page(orders=[{"id": 1}], next=self.following))

    def order(self, order: str) -> Body | None:
        return self._answered({"id": order})

    def oldest_shown(self, now: datetime) -> datetime | None:
        return self._answered(now)

    def _answered[T](self, answer: T) -> T:
        if self.errors:
            raise self.errors.pop(0)
        return answer


def patient(shop: Shop, waited: list[float], told: list[str]) -> OrderApi:
    return PatientOrders(
        shop,
        waits=WAITS,
        sleep=waited.append,
        tell=lambda error, wait: told.append(f"{error}, {wait:g} s"),
    )


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda api: api.count(SPAN), 7),
        (lambda api: api.page(SPAN, "40"), Page(orders=[{"id": 1}], next="60")),
        (lambda api: api.order("1"), {"id": "1"}),
        (lambda api: api.oldest_shown(NOW), NOW),
    ],
    ids=["count", "page", "order", "oldest_shown"],
)
def test_whatever_is_asked_is_asked_again_after_growing_waits(
    ask: Callable[[OrderApi], object], answer: object
) -> None:
    waited: list[float] = []
    told: list[str] = []
    assert ask(patient(Shop(DOWN, SLOW), waited, told)) == answer
    assert waited == [1.0, 5.0]
    assert told == ["answers HTTP 502, 1 s", "answers too slowly, 5 s"]


def test_one_that_answers_is_not_waited_for() -> None:
    waited: list[float] = []
    assert patient(Shop(), waited, []).count(SPAN) == 7
    assert waited == []


def test_after_the_last_wait_its_error_is_raised() -> None:
    waited: list[float] = []
    with pytest.raises(ShopUnreachable):
        patient(Shop(DOWN, DOWN, DOWN), waited, []).count(SPAN)
    assert waited == [1.0, 5.0]


@pytest.mark.parametrize(
    "error",
    [CredentialsRefused("refuses the key"), Throttled("throttles")],
    ids=["a person has to mend", "was waited for already"],
)
def test_is_raised_at_once_what(error: ShopApiError) -> None:
    waited: list[float] = []
    with pytest.raises(type(error)):
        patient(Shop(error), waited, []).count(SPAN)
    assert waited == []


def test_a_page_that_leads_to_itself_is_an_error() -> None:
    with pytest.raises(NotDone, match="the same page of orders again and again"):
        patient(Shop(), [], []).page(SPAN, "60")
