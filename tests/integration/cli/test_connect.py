"""``connect``: what is asked, checked before it is stored, stored, and said of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from seven_senders_adapter.connections.syncing import ConnectionMissing
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_local.sandbox import FaultRule, Sandbox, Settings
from tests.integration.cli.conftest import CommandLine, Ended
from tests.integration.cli.gateway import Gateway

KEY, SECRET = "key_connect", "whsec_connect"
SHOPIFY = (KEY, "https://shop.example/orders", "de", "no", "", SECRET)
"""The answers in the order of the questions; the empty one: webhooks are made by hand."""


@pytest.fixture(autouse=True)
def _keys(sandbox: Sandbox) -> Iterator[None]:
    before = sandbox.service.settings
    sandbox.service.settings = Settings(access_keys=frozenset({KEY, "key_1"}))
    yield
    sandbox.service.settings = before


def connect(command: CommandLine, *words: str, answers: tuple[str, ...] = SHOPIFY) -> Ended:
    return command("connect", "shopify", "shop", *words, answers=answers)


def is_stored(command: CommandLine) -> bool:
    try:
        command.stack.connections.load("shop")
    except ConnectionMissing:
        return False
    return True


def test_the_answers_of_standard_input_are_stored(command: CommandLine) -> None:
    ended = connect(command)
    assert (ended.code, ended.err.splitlines()[1:]) == (0, [])
    document = command.stack.connections.load("shop")
    assert document.settings() == {
        "platform": "shopify",
        "webhook_secrets": [SECRET],
        "access_key": KEY,
        "api_url": command.stack.api_url,
        "order_url": "https://shop.example/orders",
        "default_language": "de",
    }
    assert command.stack.shop_apis.load("shop") is None


def test_variables_are_taken_before_standard_input(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEVEN_SENDERS_ACCESS_KEY", KEY)
    monkeypatch.setenv("SEVEN_SENDERS_ORDER_URL", "https://variable.example")
    monkeypatch.setenv("SEVEN_SENDERS_SHOP", "")
    assert connect(command, answers=("fr", "no", SECRET)).code == 0
    document = command.stack.connections.load("shop")
    assert (document.order_url, document.default_language) == ("https://variable.example", "fr")


def test_any_other_setting_can_be_given_and_is_not_asked_for(command: CommandLine) -> None:
    words = ("--set", "order_id_prefix=B-", "--set", "default_language=fr", "--set", "paused=true")
    answers = (KEY, "https://shop.example/orders", "no", "", SECRET)
    assert connect(command, *words, answers=answers).code == 0
    document = command.stack.connections.load("shop")
    assert (document.order_id_prefix, document.default_language) == ("B-", "fr")
    assert document.paused


def test_it_prints_the_webhook_url_and_what_to_click(command: CommandLine) -> None:
    ended = connect(command)
    assert command.stack.webhook_url("shop") in ended.out
    for words in ("Settings, Notifications, Webhooks", "Order creation", "Order deletion"):
        assert words in ended.out
    assert SECRET not in ended.out + ended.err


def test_a_script_gets_json(command: CommandLine) -> None:
    assert json.loads(connect(command, "--json").out) == {
        "connection": "shop",
        "platform": "shopify",
        "webhook_url": command.stack.webhook_url("shop"),
        "webhooks": [],
        "webhook_secret": None,
    }


def test_the_receiver_takes_what_the_shop_signs_from_then_on(
    command: CommandLine, gateway: Gateway
) -> None:
    connect(command)
    ended = command("doctor", "shop", "--json")
    (url,) = [row for row in json.loads(ended.out) if row["subject"] == "shop: webhook URL"]
    assert url["level"] == "green"


def test_the_token_of_the_check_is_kept_for_the_functions(
    command: CommandLine, sandbox: Sandbox
) -> None:
    logins = sum(call.path == "/token" for call in sandbox.calls)
    connect(command)
    account = Account(api_url=command.stack.api_url, access_key=KEY)
    name = f"{command.stack.output('TokensPath')}/{account.fingerprint}"
    assert command.stack.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    connect(command, "--again", answers=())
    assert sum(call.path == "/token" for call in sandbox.calls) - logins <= 1


@pytest.mark.parametrize(
    ("words", "rule", "code", "says"),
    [
        pytest.param((), None, 2, "refuses the access key (HTTP 401)", id="a key that is refused"),
        pytest.param(
            (),
            FaultRule(path="/token", status=404),
            2,
            "has no login: check api_url",
            id="no login",
        ),
        pytest.param(
            (), FaultRule(path="/token", status=200, body="<html>"), 1, "If its URL is", id="a page"
        ),
        pytest.param(
            ("--set", "api_url=http://127.0.0.1:1/v2"), None, 1, "can't be asked", id="nobody there"
        ),
        pytest.param((), FaultRule(path="/token", status=503), 1, "try again later", id="it fails"),
    ],
)
def test_a_key_or_url_that_does_not_work_is_told_and_nothing_is_stored(
    command: CommandLine,
    sandbox: Sandbox,
    *,
    words: tuple[str, ...],
    rule: FaultRule | None,
    code: int,
    says: str,
) -> None:
    sandbox.play(*([rule] if rule else []))
    ended = connect(command, *words, answers=("key_wrong", *SHOPIFY[1:]))
    assert (ended.code, ended.out) == (code, "")
    assert says in ended.err
    assert "key_wrong" not in ended.err
    assert not is_stored(command)


def test_a_path_of_orders_that_is_not_there_is_told(command: CommandLine, sandbox: Sandbox) -> None:
    sandbox.play(FaultRule(path="^/orders", status=404))
    ended = connect(command)
    assert ended.code == 2
    assert "check api_url, and OrdersPath of the stack" in ended.err
    assert not is_stored(command)


@pytest.mark.parametrize(
    ("words", "answers", "says"),
    [
        (("--set", "acces=1"), SHOPIFY, "acces: not a known key, the nearest one is access_key"),
        (("--set", "access_key=x"), SHOPIFY, "access_key is a secret"),
        (("--set", "webhook_secrets=[x]"), SHOPIFY, "webhook_secrets is a secret"),
        (("--set", "paused"), SHOPIFY, "'paused': expected KEY=VALUE"),
        (("--set", "paused={"), SHOPIFY, "paused: not YAML"),
        ((), (), "access_key is missing: set SEVEN_SENDERS_ACCESS_KEY"),
        ((), SHOPIFY[:5], "webhook_secret is missing: set SEVEN_SENDERS_WEBHOOK_SECRET"),
        ((), (KEY, "", "jp"), "SEVEN_SENDERS_DEFAULT_LANGUAGE: connection shop: default_language"),
        ((), (KEY, "", "", "perhaps"), "SEVEN_SENDERS_CHANGE_OVER: expected yes or no"),
    ],
)
def test_wrong_input_is_told_by_its_name(
    command: CommandLine, words: tuple[str, ...], answers: tuple[str, ...], says: str
) -> None:
    ended = connect(command, *words, answers=answers)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert not is_stored(command)


def test_no_option_takes_a_secret(command: CommandLine) -> None:
    for platform in ("shopify", "woocommerce"):
        assert "--access-key" not in command("connect", platform, "--help").out
        assert "SEVEN_SENDERS_WEBHOOK_SECRET" in command("connect", platform, "--help").out


def test_a_name_that_no_connection_may_have_is_told_before_anything_is_asked(
    command: CommandLine,
) -> None:
    ended = command("connect", "shopify", "My_Shop")
    assert ended.code == 2
    assert "a name has 1 to 63 of a-z, 0-9 and -" in ended.err


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (("", ""), "order_url and default_language not set"),
        (("https://shop.example", ""), "default_language not set"),
        (("", "de"), "order_url not set"),
    ],
)
def test_it_warns_that_no_notification_will_be_sent(
    command: CommandLine, given: tuple[str, str], missing: str
) -> None:
    ended = connect(command, answers=(KEY, *given, "no", "", SECRET))
    assert ended.code == 0
    assert f"{missing}: Seven Senders sends no notification" in ended.err


def test_it_warns_of_others_that_share_the_key_and_the_prefix(command: CommandLine) -> None:
    command.connect("first", access_key=KEY)
    command.connect("second", access_key=KEY, order_id_prefix="B-")
    command.connect("third", access_key="key_1")
    ended = connect(command)
    assert "shares its access key and order_id_prefix '' with first:" in ended.err


def test_a_change_over_looks_up_before_it_creates(command: CommandLine) -> None:
    answers = (*SHOPIFY[:3], "yes", "2026-11-01T00:00:00+01:00", "", SECRET)
    assert connect(command, answers=answers).code == 0
    document = command.stack.connections.load("shop")
    assert document.look_up_before_create
    assert document.orders_since == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_a_change_over_begins_now_if_nothing_else_is_said(command: CommandLine) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    connect(command, answers=(*SHOPIFY[:3], "y", "", "", SECRET))
    since = command.stack.connections.load("shop").orders_since
    assert since
    assert before <= since <= datetime.now(UTC)


def test_a_connection_that_there_is_is_not_overwritten(command: CommandLine) -> None:
    connect(command)
    ended = connect(command, answers=(KEY, "https://other.example", *SHOPIFY[2:]))
    assert ended.code == 2
    assert "shop is connected already" in ended.err
    assert "connections set shop" in ended.err
    assert "--again" in ended.err
    assert command.stack.connections.load("shop").order_url == "https://shop.example/orders"


def test_again_keeps_what_is_not_answered_and_an_older_secret_beside_a_new_one(
    command: CommandLine,
) -> None:
    connect(command, "--set", "order_id_prefix=B-")
    answers = ("", "https://other.example", "", "no", "", "whsec_other")
    assert connect(command, "--again", answers=answers).code == 0
    assert command.stack.connections.load("shop").settings() == {
        "platform": "shopify",
        "webhook_secrets": ["whsec_other", SECRET],
        "access_key": KEY,
        "api_url": command.stack.api_url,
        "order_url": "https://other.example",
        "default_language": "de",
        "order_id_prefix": "B-",
    }


def test_settings_that_can_not_be_read_are_not_lost_either(command: CommandLine) -> None:
    connect(command, "--set", "order_id_prefix=B-")
    command.spoil("shop", max_order_age_days=-1)
    assert "shop is connected already" in connect(command).err
    assert "max_order_age_days" in connect(command, "--again").err
    assert connect(command, "--again", "--set", "max_order_age_days=").code == 0
    assert command.stack.connections.load("shop").order_id_prefix == "B-"


def test_half_a_connection_is_connected_anew(command: CommandLine) -> None:
    connect(command)
    command.stack.ssm.delete_parameter(Name=f"{command.stack.output('ReceivingPath')}/shop")
    assert connect(command).code == 0
    assert command.stack.connections.load("shop").access_key.get_secret_value() == KEY


def test_a_shop_of_another_platform_is_not_overwritten_even_again(command: CommandLine) -> None:
    command.connect("shop", platform="woocommerce")
    ended = connect(command, "--again")
    assert ended.code == 2
    assert "shop is a woocommerce shop" in ended.err


WOOCOMMERCE = (KEY, "https://shop.example/orders", "de", "no", "")


def test_woocommerce_gets_a_secret_made_up_that_is_shown_once(command: CommandLine) -> None:
    ended = command("connect", "woocommerce", "shop", answers=WOOCOMMERCE)
    (secret,) = command.stack.connections.load("shop").webhook_secrets
    text = secret.get_secret_value()
    assert len(text) >= 40
    assert set(text).isdisjoint("&<>'\"")
    assert ended.out.count(text) == 1
    assert "WP REST API Integration v3" in ended.out
    assert text not in command("connect", "woocommerce", "shop", "--again").out


def test_woocommerce_takes_a_secret_that_there_is(command: CommandLine) -> None:
    ended = command("connect", "woocommerce", "shop", answers=(*WOOCOMMERCE, SECRET))
    (secret,) = command.stack.connections.load("shop").webhook_secrets
    assert secret.get_secret_value() == SECRET
    assert SECRET not in ended.out
