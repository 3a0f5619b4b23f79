import pytest

from tests.unit.shops.orders import meta, shopify_order, snapshot_of, woo_order


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "de"),
        ("de-DE", "de"),
        ("zh-TW", "zh"),
        ("EN", "en"),
        ("zh-Hant-TW", "zh"),
        (None, None),
        ("", None),
        ("german", None),
        ("de; Jana", None),
        (["de"], None),
    ],
)
def test_shopify_language_is_the_first_subtag(locale: object, expected: str | None) -> None:
    assert snapshot_of("shopify", shopify_order(customer_locale=locale)).language == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"wpml_language": "cs"}, "cs", id="WPML"),
        pytest.param({"trp_language": "de_DE"}, "de", id="TranslatePress"),
        pytest.param({"_weglot_language": "fr"}, "fr", id="Weglot"),
        pytest.param({"weglot_language": "it"}, "it", id="Weglot's other key"),
        pytest.param({"_user_language": "sk"}, "sk", id="qTranslate-X"),
        pytest.param({"trp_language": "de_DE_formal"}, "de", id="a WordPress locale"),
        pytest.param({"trp_language": "de", "wpml_language": "cs"}, "cs", id="the first known key"),
        pytest.param({"trp_language": "de", "wpml_language": None}, "de", id="null is passed over"),
        pytest.param(
            {"trp_language": "de", "wpml_language": {"x": []}}, "de", id="so is an object"
        ),
        pytest.param({"lang": "de"}, None, id="another key"),
        pytest.param({}, None, id="no key"),
    ],
)
def test_woocommerce_language_comes_from_the_plugins_meta_keys(
    values: dict[str, object], expected: str | None
) -> None:
    assert snapshot_of("woocommerce", woo_order(meta_data=meta(**values))).language == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [(("lang", "wpml_language"), "de"), (("wpml_language",), "cs"), ((), None)],
)
def test_named_meta_keys_replace_the_known_ones(
    keys: tuple[str, ...], expected: str | None
) -> None:
    body = woo_order(meta_data=meta(wpml_language="cs", lang="de"))
    assert snapshot_of("woocommerce", body, language_meta_keys=keys).language == expected


@pytest.mark.parametrize("data", [None, {}, [None, 1, "x"], [{"key": ["wpml_language"]}], [{}]])
def test_odd_meta_data_names_no_language(data: object) -> None:
    assert snapshot_of("woocommerce", woo_order(meta_data=data)).language is None


def test_the_first_of_equal_meta_keys_counts() -> None:
    data = [*meta(wpml_language=""), *meta(wpml_language="cs"), *meta(wpml_language="de")]
    assert snapshot_of("woocommerce", woo_order(meta_data=data)).language == "cs"
