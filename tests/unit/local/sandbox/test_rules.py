"""The sandbox's rules, one row each, as the API's documents give them."""

import pytest

from seven_senders_local.sandbox.rules import LANGUAGES, STATES, Account, DuplicateAnswer, Refused

AT = "2026-03-27T14:00:00+00:00"


def order(**fields: object) -> dict[str, object]:
    return {"order_id": "#1001", "order_date": AT, **fields}


def state(name: str, **fields: object) -> dict[str, object]:
    return {"order_id": "#1001", "state": name, "datetime": AT, **fields}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="an id and a date are enough"),
        pytest.param({"order_date": "2026-03-27T14:00:00Z"}, id="Z is UTC"),
        pytest.param({"order_url": "https://shop.example/"}, id="order_url"),
        pytest.param({"boarding_complete": False}, id="boarding_complete"),
        pytest.param({"order_tags": {"vip": "true"}}, id="tags are an object of strings"),
        pytest.param({"order_tags": {}}, id="no tags"),
        pytest.param({"promised_delivery_date": AT}, id="promised_delivery_date"),
        pytest.param({"order_items": [{"name": "Cup", "quantity": 2}]}, id="items"),
        *(pytest.param({"language": code}, id=f"language {code}") for code in sorted(LANGUAGES)),
    ],
)
def test_an_order_that_keeps_the_rules_is_created_as_new(fields: dict[str, object]) -> None:
    created, is_new = Account().create(order(**fields))

    assert is_new
    assert [(entry.state, entry.datetime) for entry in created.states] == [
        ("new", fields.get("order_date", AT))
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("order_id", 1001, id="order_id is no number"),
        pytest.param("order_id", " ", id="order_id is not blank"),
        pytest.param("order_date", "27.03.2026 14:00:00", id="dd.mm.yyyy"),
        pytest.param("order_date", "2026-03-27T14:00:00", id="no offset"),
        pytest.param("order_date", "2026-03-27T15:00:00+01:00", id="another offset"),
        pytest.param("order_date", "2026-03-27T14:00:00.5+00:00", id="fractions of a second"),
        pytest.param("order_date", "2026-02-30T14:00:00Z", id="no such day"),
        pytest.param("order_date", "2026-03-27", id="no time"),
        pytest.param("language", "nl", id="a language that is not in the list"),
        pytest.param("language", "DE", id="upper case"),
        pytest.param("language", "de-AT", id="a locale"),
        pytest.param("language", ["de"], id="a list of languages"),
        pytest.param("language", None, id="null"),
        pytest.param("order_url", "", id="empty order_url"),
        pytest.param("boarding_complete", "False", id="boarding_complete as text"),
        pytest.param("order_tags", ["vip"], id="a list of tags"),
        pytest.param("order_tags", {"vip": True}, id="a tag that is no string"),
        pytest.param("order_tags", {"": "x"}, id="a tag without a key"),
        pytest.param("promised_delivery_date", "2026-03-28", id="a promised day without a time"),
        pytest.param("order_items", {"name": "Cup"}, id="items that are no list"),
        pytest.param("order_items", [{"sku": "C"}], id="an item without a name"),
        pytest.param("order_items", [{"name": "Cup", "colour": "red"}], id="an unknown item field"),
        pytest.param("customer", "x", id="an unknown field"),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused_by_its_field(field: str, value: object) -> None:
    account = Account()

    with pytest.raises(Refused) as refused:
        account.create(order(**{field: value}))

    assert refused.value.status == 422
    assert [name for name, _ in refused.value.violations] == [field]
    assert not account.orders


@pytest.mark.parametrize("field", ["order_id", "order_date"])
def test_an_order_needs(field: str) -> None:
    body = order()
    del body[field]
    with pytest.raises(Refused) as refused:
        Account().create(body)
    assert [name for name, _ in refused.value.violations] == [field]


@pytest.mark.parametrize("status", ["400", "409", "422"])
def test_a_second_order_with_the_same_id_is_refused(status: DuplicateAnswer) -> None:
    account = Account()
    account.create(order())
    with pytest.raises(Refused) as refused:
        account.create(order(), duplicate=status)
    assert refused.value.status == int(status)
    assert len(account.orders) == 1


def test_a_second_order_with_the_same_id_may_update_the_first() -> None:
    account = Account()
    first, _ = account.create(order(language="de"))
    second, is_new = account.create(order(language="fr"), duplicate="200")
    assert (second.id, is_new, second.fields["language"]) == (first.id, False, "fr")


def test_a_second_order_with_the_same_id_may_be_made() -> None:
    account = Account()
    account.create(order())
    account.create(order(), duplicate="second")
    assert len(account.named("#1001")) == 2


def test_an_update_changes_only_the_fields_that_it_names() -> None:
    account = Account()
    created, _ = account.create(order(language="de", boarding_complete=False))
    account.update(created.id, {"boarding_complete": True})
    assert created.fields == {"order_date": AT, "language": "de", "boarding_complete": True}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"order_id": "#2"}, 422, id="the id never changes"),
        pytest.param({"order_date": AT}, 422, id="nor does the date"),
        pytest.param({"language": "nl"}, 422, id="the rules of a create hold"),
        pytest.param({"state": "paid"}, 422, id="a state is no field"),
    ],
)
def test_an_update_is_refused(change: dict[str, object], status: int) -> None:
    account = Account()
    created, _ = account.create(order())
    with pytest.raises(Refused) as refused:
        account.update(created.id, change)
    assert refused.value.status == status
    assert created.fields == {"order_date": AT}


def test_a_deleted_order_is_gone_and_its_id_is_free() -> None:
    account = Account()
    created, _ = account.create(order())
    account.delete(created.id)
    with pytest.raises(Refused) as refused:
        account.get(created.id)
    assert refused.value.status == 404
    assert account.create(order())[1]


SENDABLE = [name for name in STATES if name not in ("new", "shipped", "completed")]


@pytest.mark.parametrize("before", ["new", *SENDABLE])
@pytest.mark.parametrize("after", SENDABLE)
def test_states_go_forwards_only_and_each_at_most_once(before: str, after: str) -> None:
    account = Account()
    created, _ = account.create(order())
    if before != "new":
        account.add_state(state(before))

    if STATES.index(after) > STATES.index(before):
        account.add_state(state(after))
        assert created.state == after
    else:
        with pytest.raises(Refused) as refused:
            account.add_state(state(after))
        assert refused.value.status == 400
        assert created.state == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(state("new"), 422, id="new is set by the service"),
        pytest.param(state("shipped"), 422, id="so is shipped"),
        pytest.param(state("completed"), 422, id="so is completed"),
        pytest.param(state("In_preparation"), 422, id="names are lower case"),
        pytest.param(state("paid", datetime="2026-03-27T15:00:00+01:00"), 422, id="not in UTC"),
        pytest.param(state("paid", location=7), 422, id="a location is text"),
        pytest.param(state("paid", note="x"), 422, id="an unknown field"),
        pytest.param({"order_id": "#1001", "state": "paid"}, 422, id="no time"),
        pytest.param(state("paid", order_id="#2"), 404, id="no such order"),
    ],
)
def test_a_state_is_refused(body: dict[str, object], status: int) -> None:
    account = Account()
    created, _ = account.create(order())
    with pytest.raises(Refused) as refused:
        account.add_state(body)
    assert refused.value.status == status
    assert created.state == "new"


@pytest.mark.parametrize(("items", "taken"), [([], True), ([{"name": "Cup"}], False)])
def test_refunded_is_for_orders_without_items(items: list[object], taken: bool) -> None:
    account = Account()
    created, _ = account.create(order(order_items=items))
    if taken:
        account.add_state(state("refunded"))
    else:
        with pytest.raises(Refused):
            account.add_state(state("refunded"))
    assert (created.state == "refunded") is taken


def test_what_the_service_sets_lies_between_preparation_and_the_ends() -> None:
    account = Account()
    created, _ = account.create(order())
    account.advance_by_service("#1001", "shipped", AT)
    with pytest.raises(Refused):
        account.add_state(state("in_preparation"))
    account.add_state(state("returned", location="Berlin"))
    assert [entry.state for entry in created.states] == ["new", "shipped", "returned"]
    assert created.states[-1].location == "Berlin"
