"""What connections are warned of."""

import pytest

from seven_senders_adapter.connections.documents import SyncingDocument
from seven_senders_cli.advice import advise

WHOLE = {
    "access_key": "key_1",
    "order_url": "https://shop.example/orders",
    "default_language": "de",
}


def documents(**changes: dict[str, object]) -> dict[str, SyncingDocument]:
    return {name: SyncingDocument.model_validate(WHOLE | own) for name, own in changes.items()}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"one": {}}, []),
        ({"one": {"order_url": None}}, ["one: order_url not set"]),
        ({"one": {"order_url": None, "order_urls": {"de": "https://shop.example/de"}}}, []),
        ({"one": {"default_language": None}}, ["one: default_language not set"]),
        (
            {"one": {"order_url": None, "default_language": None}},
            ["one: order_url and default_language not set"],
        ),
        ({"one": {}, "two": {"order_id_prefix": "B-"}}, []),
        ({"one": {}, "two": {"access_key": "key_2"}}, []),
        ({"one": {}, "two": {"api_url": "https://api-uat.sevensenders.com/v2"}}, []),
        (
            {"one": {}, "two": {}, "three": {"access_key": "key_2"}},
            ["one: shares its access key", "two: shares its access key"],
        ),
        (
            {"one": {"order_id_prefix": "A-"}, "two": {"order_id_prefix": "A-"}},
            ["one: shares its access key", "two: shares its access key"],
        ),
    ],
    ids=[
        "all is set",
        "no URL",
        "a URL for each language",
        "no language",
        "neither",
        "one account, two prefixes",
        "two accounts",
        "one key at two APIs",
        "two of one account without prefixes",
        "two of one account with one prefix",
    ],
)
def test_what_is_odd_is_told_of_each_connection(
    given: dict[str, dict[str, object]], says: list[str]
) -> None:
    told = [str(advice) for advice in advise(documents(**given))]
    assert [one.split(": ")[0] for one in told] == [
        f"connection {say.split(': ')[0]}" for say in says
    ]
    assert all(say in one for one, say in zip(told, says, strict=True))


def test_each_is_told_which_others_it_may_collide_with() -> None:
    one, two, three = advise(documents(one={}, two={}, three={}))
    assert "with two, three" in one.what
    assert "with one, three" in two.what
    assert "with one, two" in three.what


def test_no_key_is_told() -> None:
    told = advise(documents(one={"order_url": None}, two={}))
    assert told
    assert "key_1" not in repr(told)
