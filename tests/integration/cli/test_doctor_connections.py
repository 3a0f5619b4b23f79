"""What the doctor finds of a connection: settings, access key, brakes, webhook URL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from seven_senders_adapter.connections.documents import read_connection
from seven_senders_adapter.connections.rules import InvalidConnection
from seven_senders_adapter.ledger.brakes import Brakes
from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.shop import Kind, Shop
from seven_senders_adapter.syncing.brake_guard import brake_names
from seven_senders_cli.advice import Advice
from seven_senders_cli.doctor import account, settings, webhook_url
from tests.integration.cli.conftest import CONNECTION, CommandLine
from tests.integration.seven_senders.calling import NOON, FixedTokens, client_at
from tests.integration.seven_senders.scripted_api import Reply, ScriptedApi

ADVICE = Advice(connection="shop", what="no order_url", mend="Set order_url")
A_DAY = timedelta(days=1)
LONG = {"tag_meta_keys": {"k" * 1900: "t" * 1900}}


@pytest.mark.parametrize(
    ("given", "advice", "expected"),
    [
        ({}, [], [("green", "both documents can be read: receiving ")]),
        ({"paused": True}, [], [("amber", "paused: its events wait")]),
        ({}, [ADVICE], [("amber", "no order_url")]),
        (LONG, [], [("amber", "the receiving document has 3")]),
        ({"retiring_secrets": [{"secret": "old", "until": NOON + A_DAY}]}, [], [("green", "both")]),
        (
            {"retiring_secrets": [{"secret": "old", "until": NOON - A_DAY}]},
            [],
            [("amber", "a webhook secret that was replaced has run out")],
        ),
        (
            LONG | {"paused": True},
            [ADVICE],
            [("amber", "the receiving"), ("amber", "paused"), ("amber", "no order_url")],
        ),
    ],
    ids=[
        "all is well",
        "paused",
        "odd settings",
        "hardly any room left",
        "a secret that retires",
        "one that has retired",
        "all at once",
    ],
)
def test_settings_that_can_be_read_are_looked_at(
    given: dict[str, object], advice: list[Advice], expected: list[tuple[str, str]]
) -> None:
    found = list(
        settings.look("shop", "shop", read_connection("shop", CONNECTION | given), advice, now=NOON)
    )
    assert [one.level for one in found] == [level for level, _ in expected]
    assert all(one.what.startswith(what) for one, (_, what) in zip(found, expected, strict=True))


def test_settings_that_cannot_be_read_are_red() -> None:
    [found] = settings.broken("shop", InvalidConnection("connection shop: platform: missing"))
    assert (found.level, found.what) == ("red", "connection shop: platform: missing")


OF = Account("https://api.example/v2", "key")


@dataclass
class Held:
    good_until: datetime | None = NOON + timedelta(minutes=42)


@pytest.mark.parametrize(
    ("reply", "level", "says"),
    [
        (Reply(content=[]), "green", "accepted; its token is good for 42 minutes"),
        (Reply(status=401), "red", "does not let this account read orders"),
        (Reply(status=403), "red", "does not let this account read orders"),
        (Reply(status=404), "red", "has no orders where they are looked for"),
        (Reply(status=400), "green", "accepted"),
        (Reply(status=503), "red", "the API failed (HTTP 503)"),
        (Reply(cut=True), "red", "no answer"),
    ],
    ids=[
        "accepted",
        "refused",
        "blocked",
        "a wrong URL",
        "a filter that is not taken",
        "the API is down",
        "no answer",
    ],
)
def test_the_access_key_is_accepted_or_not(reply: Reply, level: str, says: str) -> None:
    with ScriptedApi(reply, reply) as api:
        [found] = account.access_key("key", client_at(api.url), Held(), OF, now=NOON)
        assert api.requests[0].path == "/v2/orders?order_id=seven-senders-check&limit=1"
    assert found.level == level
    assert says in found.what


def test_a_token_that_another_is_fetching_tells_nothing() -> None:
    with ScriptedApi(Reply(status=401), Reply(status=401)) as api:
        client = client_at(api.url, tokens=FixedTokens(own=False))
        [found] = account.access_key("key", client, Held(), OF, now=NOON)
    assert found.level == "amber"
    assert "can't be told" in found.what


API_BRAKE, ACCOUNT_BRAKE = 0, 1


def one_failed(brakes: Brakes, names: tuple[str, str]) -> None:
    at, name = NOON, names[API_BRAKE]
    brakes.fail(name, what="m1", reason="the API failed", now=at, probe_at=at, limit=3)


def api_is_down(brakes: Brakes, names: tuple[str, str]) -> None:
    brakes.close(names[API_BRAKE], reason="the API failed", now=NOON, probe_at=NOON)


def account_is_refused(brakes: Brakes, names: tuple[str, str]) -> None:
    brakes.close(names[ACCOUNT_BRAKE], reason="no login", now=NOON, probe_at=NOON)


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ([], ["green open: nothing holds its events back"]),
        ([one_failed], ["amber the API failed for 1 events in a row: the API failed"]),
        ([api_is_down], ["red of the API closed since 2026-03-02 12:00:00 UTC, its events wait:"]),
        (
            [one_failed, account_is_refused],
            [
                "amber the API failed for 1 events in a row: the API failed",
                "red of the account closed since 2026-03-02 12:00:00 UTC, its events wait",
            ],
        ),
    ],
    ids=["open", "a failure", "the API is down", "the account is refused"],
)
def test_brakes_that_are_closed_say_since_when_and_why(
    command: CommandLine,
    happened: list[Callable[[Brakes, tuple[str, str]], None]],
    expected: list[str],
) -> None:
    brakes = Brakes(table=command.stack.table)
    for happen in happened:
        happen(brakes, brake_names(OF))
    found = [f"{one.level} {one.what}" for one in account.brakes("brakes", brakes, OF)]
    for name in brake_names(OF):
        brakes.open(name)
    assert len(found) == len(expected)
    assert all(map(str.startswith, found, expected))


SECRET = "whsec_1"


@pytest.mark.parametrize(
    ("status", "level", "says"),
    [
        (200, "green", "takes what is signed with its secret"),
        (301, "red", "answers 301 instead of 200"),
        (401, "red", "answers 401"),
        (404, "red", "answers 404"),
        (429, "amber", "throttles"),
        (500, "red", "answers 500"),
        (503, "red", "answers 503"),
        (599, "red", "answers 599"),
    ],
)
def test_the_webhook_url_takes_what_is_signed_or_not(status: int, level: str, says: str) -> None:
    with ScriptedApi(Reply(status=status, headers={"Location": "/elsewhere"})) as gateway:
        url = f"{gateway.url}/webhooks/shop"
        [found] = webhook_url.look("url", url, platform="shopify", secret=SECRET, now=NOON)
    assert [(one.method, one.path) for one in gateway.requests] == [("POST", "/v2/webhooks/shop")]
    assert found.level == level
    assert says in found.what
    assert bool(found.mend) == (level != "green")


def test_a_webhook_url_that_nobody_answers_is_red() -> None:
    url = "http://127.0.0.1:1/webhooks/shop"
    [found] = webhook_url.look("url", url, platform="shopify", secret=SECRET, now=NOON)
    assert (found.level, found.what) == ("red", f"{url} can't be reached: ConnectionError")


@pytest.mark.parametrize(("platform", "shop"), SHOPS.items(), ids=SHOPS)
def test_what_is_sent_is_signed_as_its_shop_signs_and_of_no_use(platform: str, shop: Shop) -> None:
    with ScriptedApi(Reply()) as gateway:
        list(webhook_url.look("url", gateway.url, platform=platform, secret=SECRET, now=NOON))
    [sent] = gateway.requests
    headers = {name.lower(): value for name, value in sent.headers.items()}
    assert shop.is_authentic(headers, sent.body, [SECRET])
    assert shop.recognise(headers).kind is Kind.OTHER
