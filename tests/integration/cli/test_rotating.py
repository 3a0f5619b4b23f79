"""``connections rotate-secret``: at no moment the shop has no valid secret."""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from pydantic import SecretStr
from rich.console import Console

from seven_senders_adapter.connections.shop_apis import (
    ShopifyApiDocument,
    WooCommerceApiDocument,
)
from seven_senders_cli.pauses import UNTIL_IN_FORCE
from seven_senders_local.played_shops.loopback import Said
from seven_senders_local.played_shops.shopify import PlayedShopify
from seven_senders_local.played_shops.woocommerce import PlayedWooCommerce
from tests.integration.cli.conftest import CommandLine, Ended
from tests.integration.cli.gateway import Gateway

OLD, NEW = "whsec_1", "whsec_new"


def rotate(command: CommandLine, *words: str, secret: str = NEW) -> Ended:
    return command("connections", "rotate-secret", "shop", *words, answers=(secret,))


def takes(gateway: Gateway, secret: str, platform: str = "shopify") -> bool:
    """Whether a delivery that is signed with a secret is taken."""
    names = {"shopify": ("X-Shopify-Topic", "X-Shopify-Hmac-Sha256")}
    topic, signature = names.get(platform, ("X-WC-Webhook-Topic", "X-WC-Webhook-Signature"))
    signed = b64encode(hmac.digest(secret.encode(), b"{}", "sha256")).decode()
    headers = {topic: "seven-senders/test", signature: signed}
    return requests.post(f"{gateway.url}shop", data=b"{}", headers=headers, timeout=5).ok


def secrets(command: CommandLine) -> list[str]:
    document = command.stack.connections.load("shop")
    return [secret.get_secret_value() for secret in document.webhook_secrets]


def test_the_new_secret_is_in_force_once_it_is_said_to_be_and_the_old_one_for_48_hours(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("shop")
    assert takes(gateway, OLD)
    ended = rotate(command)
    assert ended.code == 0
    assert "now change it in the shop" in ended.out
    assert "Until all receivers know the new secret: 65 s" in ended.err
    assert NEW not in ended.out + ended.err
    assert takes(gateway, NEW)
    assert takes(gateway, OLD)
    for hours, old_is_taken in ((47, True), (1, False)):
        gateway.waits.append(timedelta(hours=hours).total_seconds())
        assert takes(gateway, OLD) is old_is_taken
        assert takes(gateway, NEW)
    command("connections", "set", "shop", "paused=true")
    assert secrets(command) == [NEW]


def test_a_second_rotation_keeps_what_the_first_has_replaced(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("shop")
    rotate(command, "--keep-hours", "1")
    gateway.waits.append(timedelta(minutes=50).total_seconds())
    rotate(command, "--keep-hours", "1", secret="whsec_newest")
    gateway.waits.append(timedelta(minutes=50).total_seconds())
    assert all(takes(gateway, secret) for secret in (OLD, NEW, "whsec_newest"))


def test_how_long_the_old_one_is_taken_can_be_set(command: CommandLine, gateway: Gateway) -> None:
    command.connect("shop")
    rotate(command, "--keep-hours", "1")
    (old,) = command.stack.connections.load("shop").retiring_secrets
    assert timedelta() < old.until - gateway.now() <= timedelta(hours=1)
    assert rotate(command, "--keep-hours", "0").code == 2


def test_both_are_in_force_while_it_waits(
    command: CommandLine, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.connect("shop")
    seen: list[list[str]] = []

    class Looking(Gateway):
        def wait(self, seconds: float, why: str, console: Console) -> None:
            seen.append(secrets(command))
            gateway.wait(seconds, why, console)

        now = gateway.now

    command.gateway = Looking.__new__(Looking)
    rotate(command)
    assert seen == [[NEW, OLD]]


def test_interrupted_while_it_waits_both_stay_without_an_end_and_it_can_be_done_again(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("shop")

    class Interrupted(Gateway):
        def wait(self, seconds: float, why: str, console: Console) -> None:
            raise KeyboardInterrupt

    command.gateway = Interrupted.__new__(Interrupted)
    assert rotate(command).code == 130
    document = command.stack.connections.load("shop")
    assert (secrets(command), document.retiring_secrets) == ([NEW, OLD], ())
    command.gateway = gateway
    assert rotate(command, secret="whsec_other").code == 0
    assert all(takes(gateway, secret) for secret in (OLD, NEW, "whsec_other"))
    assert secrets(command) == ["whsec_other"]


def test_what_is_set_while_it_waits_stays(command: CommandLine, gateway: Gateway) -> None:
    command.connect("shop")

    class Pausing(Gateway):
        def wait(self, seconds: float, why: str, console: Console) -> None:
            assert command("pause", "shop").code == 0
            gateway.wait(seconds, why, console)

        now = gateway.now

    command.gateway = Pausing.__new__(Pausing)
    assert rotate(command).code == 0
    assert command.stack.connections.load("shop").paused
    assert secrets(command) == [NEW]


def test_a_secret_that_the_receivers_do_not_take_ends_no_other(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("shop")
    gateway.reset()
    ended = rotate(command)
    assert ended.code == 1
    assert "the old secret of shop stays in force beside the new one" in ended.err
    assert secrets(command) == [NEW, OLD]


def test_a_secret_is_needed_and_never_taken_from_the_command_line(command: CommandLine) -> None:
    command.connect("shop")
    ended = rotate(command, secret="")
    assert ended.code == 2
    assert "set SEVEN_SENDERS_WEBHOOK_SECRET" in ended.err
    assert secrets(command) == [OLD]


def test_woocommerce_gets_a_secret_made_up_that_is_shown_once_with_where_to_put_it(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("shop", platform="woocommerce")
    ended = rotate(command, secret="")
    (made,) = secrets(command)
    assert ended.out.count(made) == 1
    assert "put it into all four webhooks" in ended.out
    assert takes(gateway, made, "woocommerce")
    assert takes(gateway, OLD, "woocommerce")


@pytest.fixture
def woocommerce(command: CommandLine, gateway: Gateway) -> Iterator[PlayedWooCommerce]:
    played = PlayedWooCommerce()
    with played.serve() as server:
        document = WooCommerceApiDocument(
            url=server.url, consumer_key=SecretStr("ck_1"), consumer_secret=SecretStr("cs_1")
        )
        command.connect("shop", platform="woocommerce")
        command.stack.shop_apis.save("shop", document)
        command("connect", "woocommerce", "shop", "--again")
        yield played


def test_with_its_api_the_shop_is_changed_too_and_nothing_secret_is_shown(
    command: CommandLine, gateway: Gateway, woocommerce: PlayedWooCommerce
) -> None:
    ended = rotate(command, "--json", secret="")
    (made,) = secrets(command)
    assert {row["secret"] for row in woocommerce.rows.values()} == {made}
    result = json.loads(ended.out)
    assert (result["shop_changed"], result["webhook_secret"]) == (True, None)
    assert made not in ended.out + ended.err
    assert gateway.waits == [UNTIL_IN_FORCE] * 2  # connecting, and now


def test_a_shop_that_cannot_be_changed_keeps_its_secret_in_force(
    command: CommandLine, gateway: Gateway, woocommerce: PlayedWooCommerce
) -> None:
    woocommerce.refused = Said(status=503)
    ended = rotate(command)
    assert ended.code == 1
    assert "Once that is mended, rotate again" in ended.err
    assert secrets(command) == [NEW, OLD]
    woocommerce.refused = None
    assert rotate(command).code == 0
    assert {row["secret"] for row in woocommerce.rows.values()} == {NEW}
    assert secrets(command) == [NEW]


def test_the_secret_of_a_shopify_app_is_tried_on_its_api_before_anything_is_stored(
    command: CommandLine, gateway: Gateway
) -> None:
    command.connect("shop")
    played = PlayedShopify(client_secret="shpss_new")
    with played.serve() as server:
        document = ShopifyApiDocument(
            url=server.url, client_id="client_1", client_secret=SecretStr("shpss_1")
        )
        command.stack.shop_apis.save("shop", document)
        ended = rotate(command, secret="shpss_wrong")
        assert ended.code == 1
        assert "Shopify refuses client id and secret" in ended.err
        assert secrets(command) == [OLD]
        assert rotate(command, secret="shpss_new").code == 0
    assert secrets(command) == ["shpss_new"]
    stored = command.stack.shop_apis.load("shop")
    assert isinstance(stored, ShopifyApiDocument)
    assert stored.client_secret.get_secret_value() == "shpss_new"
