"""Each round looks at the shop's webhooks, tells what is wrong, and mends it."""

from dataclasses import replace

from seven_senders_adapter.shop_apis.shop_api import RightMissing, Webhook
from tests.integration.reconciling.rounds import URL, Shop


def topics(shop: Shop) -> list[str]:
    return [webhook.topic for webhook in shop.api.registered if webhook.url == f"{URL}acme"]


def change(shop: Shop, **changes: object) -> Webhook:
    """Something happens to the first webhook."""
    first, *others = shop.api.registered
    shop.api.registered = [replace(first, **changes), *others]  # type: ignore[arg-type]  # any of its fields
    return first


def told(shop: Shop) -> list[dict[str, object]]:
    return [line["details"] for line in shop.warned("a webhook is wrong")]


def test_webhooks_that_are_as_they_should_be_are_left(shop: Shop) -> None:
    before = list(shop.api.registered)
    shop.make_round()
    assert shop.api.registered == before
    assert "WebhookFaults" not in shop.recorder.counted


def test_one_that_the_shop_has_deleted_is_made_again(shop: Shop) -> None:
    gone = shop.api.registered.pop(0)
    shop.make_round()
    assert sorted(topics(shop)) == sorted(shop.api.topics)
    assert told(shop) == [{"topic": gone.topic, "what": "is missing"}]
    assert shop.recorder.counted["WebhookFaults"] == 1

    shop.make_round()
    assert shop.recorder.counted["WebhookFaults"] == 1


def test_all_of_them_are_made_again(shop: Shop) -> None:
    """Shopify deletes each after eight failures in a row."""
    shop.api.registered.clear()
    shop.make_round()
    assert sorted(topics(shop)) == sorted(shop.api.topics)


def test_one_that_was_disabled_is_made_active_again(shop: Shop) -> None:
    change(shop, status="disabled", faults=("is disabled",))
    shop.make_round()
    assert {webhook.status for webhook in shop.api.registered} == {"active"}
    assert [line["what"] for line in told(shop)] == ["is disabled"]


def test_one_that_leads_here_by_another_form_of_the_url_is_mended(shop: Shop) -> None:
    change(shop, url=f"{URL}acme/")
    shop.make_round()
    assert sorted(topics(shop)) == sorted(shop.api.topics)


def test_one_of_a_topic_that_is_of_no_use_is_taken_away(shop: Shop) -> None:
    """It would bring personal data that nobody needs."""
    shop.api.registered.append(replace(shop.api.registered[0], id="x", topic="customers/update"))
    shop.make_round()
    assert sorted(topics(shop)) == sorted(shop.api.topics)
    assert told(shop) == [{"topic": "customers/update", "what": "is of no use"}]


def test_one_that_leads_elsewhere_is_another_stacks(shop: Shop) -> None:
    other = replace(shop.api.registered[0], id="x", url="https://uat.example/webhooks/acme")
    shop.api.registered.append(other)
    shop.make_round()
    assert other in shop.api.registered
    assert told(shop) == []


def test_what_a_person_has_paused_is_told_and_stays_as_it_is(shop: Shop) -> None:
    change(shop, status="paused", faults=("is paused",))
    shop.make_round()
    assert [webhook.status for webhook in shop.api.registered].count("paused") == 1
    assert shop.recorder.counted["WebhookFaults"] == 1


def test_what_a_person_has_paused_keeps_no_other_from_being_mended(shop: Shop) -> None:
    change(shop, status="paused", faults=("is paused",))
    shop.api.registered = shop.api.registered[:1]
    shop.make_round()
    assert sorted(topics(shop)) == sorted(shop.api.topics)
    assert [webhook.status for webhook in shop.api.registered].count("paused") == 1


def test_one_of_somebody_else_with_an_odd_url_is_left(shop: Shop) -> None:
    odd = replace(shop.api.registered[0], id="x", url="https://[x/")
    shop.api.registered.append(odd)
    shop.api.registered.pop(0)
    shop.make_round()
    assert sorted(topics(shop)) == sorted(shop.api.topics)
    assert odd in shop.api.registered


def test_what_may_not_be_mended_is_told_again_and_again_and_orders_are_looked_at(
    shop: Shop,
) -> None:
    shop.api.registered.clear()
    shop.api.refuses_changes = RightMissing("the key may not change webhooks")
    shop.changes(1)
    shop.make_round()
    shop.make_round()
    assert shop.recorder.counted["WebhookFaults"] == 2 * len(shop.api.topics)
    assert shop.recorder.counted["ShopApiFailures webhooks"] == 2
    assert shop.queued == ["1"]
