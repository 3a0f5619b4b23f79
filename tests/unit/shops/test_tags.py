import pytest

from seven_senders_adapter.shops.tags import fold, is_personal, passing, split
from tests.unit.shops.orders import meta, projected, shopify_order, snapshot_of, woo_order


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("vip", {"vip": "true"}),
        ("channel:web", {"channel": "web"}),
        ("vip, channel:web", {"vip": "true", "channel": "web"}),
        (" channel : web ", {"channel": "web"}),
        ("ratio:16:9", {"ratio": "16:9"}),
        (":web", {":web": "true"}),
        ("channel:", {"channel:": "true"}),
        (":", {":": "true"}),
        ("size:b, size:a", {"size": "b, a"}),
        ("", {}),
        (" , ,", {}),
        (None, {}),
        (["vip"], {}),
    ],
)
def test_each_shopify_tag_is_a_key(tags: object, expected: dict[str, str]) -> None:
    assert snapshot_of("shopify", shopify_order(tags=tags)).tags == expected


@pytest.mark.parametrize(
    ("tag", "dropped"),
    [
        pytest.param("jana@example.com", True, id="an e-mail address"),
        pytest.param("by jana.novak@shop.example.cz now", True, id="one within a text"),
        pytest.param("mail:jana@example.com", True, id="one as a value"),
        pytest.param("jana@example.com:x", True, id="one as a key"),
        pytest.param("jana@münchen.de", True, id="one with an umlaut"),
        pytest.param("jana\u200b@example.com", True, id="one with a character that nobody sees"),
        pytest.param("jana@exa\u00admple.com", True, id="one with a soft hyphen"),
        pytest.param("jana\uff20example\u3002com", True, id="one of full width"),
        pytest.param("@home", False, id="an at sign alone"),
        pytest.param("5@9.50", False, id="a price"),
        pytest.param("+420 777 123 456", True, id="a phone number"),
        pytest.param("0301234567", True, id="one of digits alone"),
        pytest.param("tel:(030) 123-45/67", True, id="one as a value, with all separators"),
        pytest.param("tel:+49.30.1234567", True, id="one with dots"),
        pytest.param("tel:[0]30 \u2013 123 45 67", True, id="one with a long dash"),
        pytest.param("0301234567:", True, id="one before an empty value"),
        pytest.param(":0301234567", True, id="one after an empty key"),
        pytest.param("1234567", True, id="seven digits"),
        pytest.param("123456", False, id="six digits"),
        pytest.param("tel 0301234567", False, id="digits with letters"),
        pytest.param("0301234567:vip", False, id="digits as the key of another value"),
        pytest.param("tel:030:1234567", False, id="digits with a colon between"),
        pytest.param("delivery:2026-03-28", False, id="an ISO date"),
        pytest.param("2026-03-28", False, id="an ISO date without a key"),
        pytest.param("delivery:20260328", False, id="an ISO date without dashes"),
        pytest.param("delivery:28.03.2026", False, id="a German date"),
        pytest.param("delivery:28. 3. 2026", False, id="a Czech date"),
        pytest.param("delivery:03/28/2026", False, id="an American date"),
        pytest.param("delivery:2026-03-28T10", False, id="a date with letters"),
        pytest.param("delivery:2026-13-28", True, id="no month"),
        pytest.param("delivery:20261328", True, id="no month without dashes"),
        pytest.param("delivery:31.02.2026", True, id="no day"),
        pytest.param("tel:0301-12-11", True, id="no year"),
        pytest.param("tel:2019123", True, id="no date without dashes"),
        pytest.param("tel:2026-03/28", True, id="mixed separators"),
    ],
)
def test_personal_tags_are_dropped_and_counted(tag: str, dropped: bool) -> None:
    read = projected("shopify", shopify_order(tags=f"vip, {tag}"))
    expected = ["vip"] if dropped else ["vip", tag]
    assert (read.projection["tags"], read.dropped) == (expected, ("personal_tag",) * dropped)


@pytest.mark.parametrize(
    ("listed", "passed", "reasons"),
    [
        pytest.param("a@b.de,c@d.de,x", ["x"], ["personal_tag"] * 2, id="each personal one"),
        pytest.param("x," + "y" * 256, ["x"], ["tags_dropped"], id="one that is too long"),
        pytest.param("x," * 300, ["x"] * 250, ["tags_dropped"], id="too many, once"),
        pytest.param("x\ud800y\x00,\uffff", ["x y"], ["tags_dropped"], id="what SQS refuses"),
    ],
)
def test_what_is_dropped_is_counted(listed: str, passed: list[str], reasons: list[str]) -> None:
    assert passing(listed) == (passed, reasons)


def test_tags_are_personal_by_their_value_and_split_at_the_first_colon() -> None:
    assert split("a:b:c") == ("a", "b:c")
    assert is_personal("a:1234567")
    assert fold([("a", "1"), ("b", "2"), ("a", "3")]) == {"a": "1, 3", "b": "2"}


WOO_TAGS = {"_channel": "channel", "_gift": "gift", "_medium": "channel"}


@pytest.mark.parametrize(
    ("values", "expected", "dropped"),
    [
        pytest.param({"_channel": "web"}, {"channel": "web"}, (), id="a short token"),
        pytest.param({"_gift": True}, {"gift": "true"}, (), id="a boolean"),
        pytest.param({"_gift": 3}, {"gift": "3"}, (), id="an integer"),
        pytest.param(
            {"_medium": "b", "_channel": "a"}, {"channel": "a, b"}, (), id="equal tags are joined"
        ),
        pytest.param({"other": "web"}, {}, (), id="a key that is not named"),
        pytest.param({"_gift": None}, {}, (), id="null"),
        pytest.param({"_gift": ""}, {}, (), id="an empty value"),
        pytest.param({"_gift": {"a": 1}}, {}, ("unreadable_tag",), id="a nested value"),
        pytest.param({"_gift": "Jana Novak"}, {}, ("unreadable_tag",), id="words"),
        pytest.param({"_gift": "a@b.de"}, {}, ("unreadable_tag",), id="an e-mail address"),
        pytest.param({"_gift": "x" * 41}, {}, ("unreadable_tag",), id="a long value"),
        pytest.param({"_gift": "0301234567"}, {}, ("personal_tag",), id="a phone number"),
        pytest.param({"_gift": 301234567}, {}, ("personal_tag",), id="a phone number as integer"),
        pytest.param({"_gift": "2026-03-28"}, {"gift": "2026-03-28"}, (), id="a date"),
    ],
)
def test_woocommerce_tags_come_from_named_meta_keys(
    values: dict[str, object], expected: dict[str, str], dropped: tuple[str, ...]
) -> None:
    body = woo_order(meta_data=meta(**values))
    assert snapshot_of("woocommerce", body, tag_meta_keys=WOO_TAGS).tags == expected
    assert projected("woocommerce", body, tag_meta_keys=WOO_TAGS).dropped == dropped


def test_without_named_meta_keys_woocommerce_has_no_tags() -> None:
    assert snapshot_of("woocommerce", woo_order(meta_data=meta(_channel="web"))).tags == {}
