"""``verify``: shop, ledger and Seven Senders beside each other, and what ``--fix`` mends."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from seven_senders_adapter.clock import utc_now
from seven_senders_local.sandbox import FaultRule, Sandbox
from tests.integration.cli.conftest import CommandLine
from tests.integration.cli.functions import Functions
from tests.integration.cli.verified_shops import BEGIN, PREFIX, Shop, open_shop


@pytest.fixture(params=["shopify", "woocommerce"])
def shop(
    request: pytest.FixtureRequest, command: CommandLine, functions: Functions, sandbox: Sandbox
) -> Iterator[Shop]:
    with open_shop(request.param, command, functions, sandbox) as shop:
        yield shop


@pytest.fixture
def shopify(command: CommandLine, functions: Functions, sandbox: Sandbox) -> Iterator[Shop]:
    with open_shop("shopify", command, functions, sandbox) as shop:
        yield shop


@pytest.fixture
def woocommerce(command: CommandLine, functions: Functions, sandbox: Sandbox) -> Iterator[Shop]:
    with open_shop("woocommerce", command, functions, sandbox) as shop:
        yield shop


@pytest.fixture
def odd_sandbox(sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox whose settings may be changed."""
    before = sandbox.service.settings
    yield sandbox
    sandbox.service.settings = before


class TestAllIsWell:
    def test_nothing_differs(self, shop: Shop) -> None:
        shop.with_orders(1, 2, 3)
        ended = shop.verify()
        assert ended.code == 0
        assert ended.out == ("3 orders were looked at, 0 differ, 0 are left out.\n")

    def test_a_script_gets_all_counts(self, shop: Shop) -> None:
        shop.with_orders(1, 2)
        found = shop.verified()
        assert found.pop("until") > BEGIN.isoformat()
        assert found == {
            "found": [],
            "looked_at": 2,
            "differing": {},
            "left_out": {},
            "on_their_way": 0,
            "not_told": 0,
            "others": 0,
            "deleted": 0,
            "queued": 0,
            "complete": True,
            "code": 0,
        }

    def test_without_any_order_too(self, shop: Shop) -> None:
        shop.connect()
        assert shop.verified()["looked_at"] == 0

    def test_what_is_left_out_is_counted_by_reason(self, shop: Shop) -> None:
        shop.with_orders(1)
        shop.played.put(shop.form.body(2, test=True, status="pending"))
        reason = {"shopify": "test_order", "woocommerce": "status_pending"}[shop.platform]
        ended = shop.verify()
        assert ended.code == 0
        assert f"1 are left out (1 {reason})" in ended.out

    def test_orders_of_others_on_the_account_are_counted(self, shop: Shop) -> None:
        shop.with_orders(1)
        at = f"{BEGIN + timedelta(hours=5):%Y-%m-%dT%H:%M:%S}Z"
        for order_id in (f"{PREFIX}77", "77", PREFIX):
            shop.sandbox.account(shop.name).create({"order_id": order_id, "order_date": at})
        found = shop.verified()
        assert (found["others"], found["found"], found["code"]) == (3, [], 0)
        assert "3 at Seven Senders are not this connection's" in shop.verify().out

    def test_what_was_changed_in_the_last_half_hour_is_left_alone(self, shop: Shop) -> None:
        shop.with_orders(1)
        minutes_ago = shop.command.gateway.now() - timedelta(minutes=20)
        shop.played.put(shop.form.changed(1, **{shop.form.modified: shop.form.write(minutes_ago)}))
        found = shop.verified()
        assert (found["on_their_way"], found["code"]) == (1, 0)
        shop.later()
        assert shop.found()["kind"] == "ledger behind the shop"

    def test_what_the_adapter_did_in_the_last_half_hour_is_left_alone(self, shop: Shop) -> None:
        shop.connect()
        shop.sell(1)
        shop.verify("--fix", "--yes")
        shop.functions.work()
        shop.there(1).fields["language"] = "fr"
        assert shop.verified()["on_their_way"] == 1


class TestWhatDiffers:
    """Each kind of difference is told and mended, and is gone after that."""

    def test_an_order_that_no_webhook_brought(self, shop: Shop) -> None:
        shop.with_orders(1)
        shop.sell(2)
        ended = shop.verify()
        assert ended.code == 1
        head, row, sentence = ended.out.splitlines()
        assert head.split("\t") == ["number", "order", "what", "cause", "to_mend"]
        assert row.split("\t") == [
            "2",
            "2",
            "the ledger does not know it",
            "no webhook came, or it is older than the connection",
            "bring it in from the shop",
        ]
        assert sentence.startswith("2 orders were looked at, 1 differ (1 not in the ledger), ")
        assert shop.mended()["found"] == []
        assert shop.there(2).fields["order_date"]

    def test_a_change_that_no_webhook_brought(self, shop: Shop) -> None:
        shop.with_orders(1)
        shop.played.put(shop.form.changed(1))
        one = shop.found()
        assert (one["kind"], one["cause"]) == (
            "ledger behind the shop",
            "the last change has not arrived",
        )
        assert shop.mended()["found"] == []
        assert shop.there(1).fields["boarding_complete"] is True

    def test_an_order_that_was_changed_at_seven_senders(self, shop: Shop) -> None:
        shop.with_orders(1)
        shop.played.put(shop.form.changed(1))
        shop.mended()
        shop.there(1).fields["boarding_complete"] = False
        one = shop.found()
        assert one["what"] == "Seven Senders shows boarding_complete otherwise"
        assert one["cause"] == "somebody has changed it there"
        assert shop.mended()["found"] == []
        assert shop.there(1).fields["boarding_complete"] is True

    def test_an_order_that_was_deleted_at_seven_senders(self, shop: Shop) -> None:
        shop.with_orders(1)
        shop.sandbox.account(shop.name).delete(shop.there(1).id)
        one = shop.found()
        assert one["what"] == "Seven Senders does not know it any more"
        assert shop.mended()["found"] == []
        assert shop.there(1).state == "paid" or shop.there(1).state == "in_preparation"

    def test_an_order_that_was_deleted_in_the_shop(self, shop: Shop) -> None:
        shop.with_orders(1, 2)
        shop.played.delete("1")
        one = shop.found()
        assert (one["kind"], one["number"], one["order"]) == ("deleted in the shop", "1", "1")
        assert one["cause"].startswith("it was deleted in the shop")
        assert one["to_mend"] == "note it; a person decides at Seven Senders"
        found = shop.mended()
        assert (found["found"], found["code"]) == ([], 0)
        assert shop.record(1).deleted_at is not None
        assert shop.there(1).states[-1].state != "cancelled"
        assert found["deleted"] == 1
        assert "1 that the shop has deleted stand at Seven Senders" in shop.verify().out

    def test_an_order_in_woocommerces_trash(self, woocommerce: Shop) -> None:
        shop = woocommerce
        shop.with_orders(1)
        shop.played.put(shop.form.body(1, status="trash"))
        assert shop.found()["cause"] == "it was moved to the trash, and no webhook came"
        assert shop.mended()["found"] == []
        assert shop.record(1).deleted_at is not None

    def test_a_refund_that_was_deleted_though_no_time_changed(self, shop: Shop) -> None:
        shop.connect()
        shop.played.put(shop.form.changed(1, **shop.form.refunded))
        shop.mended()
        assert shop.there(1).state == "refunded"
        shop.played.put(shop.form.changed(1))
        one = shop.found()
        assert one["kind"] == "refund gone"
        assert one["cause"] == "a refund was deleted in the shop, which sends no webhook"
        found = shop.mended()
        assert [one["to_mend"] for one in found["found"]] == ["a person at Seven Senders"]
        assert "reopened_after_refunded" in shop.record(1).refused
        assert shop.verify("--fix", "--yes").code == 1

    def test_a_step_that_seven_senders_refused(self, shop: Shop) -> None:
        shop.connect()
        shop.sell(1)
        shop.sandbox.play(FaultRule(method="POST", path="^/orders$", status=422))
        found = shop.mended()
        [one] = found["found"]
        assert (one["what"], found["code"]) == ("create is missing", 1)
        assert one["cause"].startswith("Seven Senders refused create: ")
        shop.sandbox.play()
        assert shop.mended()["found"] == []

    def test_a_step_that_waits_goes_on_by_itself(self, shop: Shop) -> None:
        shop.connect()
        shop.sell(1)
        shop.sandbox.play(FaultRule(path="^/order_states$", status=503))
        shop.mended()
        found = shop.verified("--fix", "--yes")
        [one] = found["found"]
        assert one["to_mend"] == "goes on by itself"
        assert "because add_state: the API failed (HTTP 503), tried once" in one["cause"]
        assert (one["queued"], found["queued"], found["code"]) == (False, 0, 1)

    def test_an_order_that_can_not_be_read(self, woocommerce: Shop) -> None:
        shop = woocommerce
        shop.connect()
        shop.played.put(shop.form.body(3) | {"number": ""})
        one = shop.found()
        assert (one["order"], one["kind"]) == ("3", "unreadable")
        assert one["cause"] == "the order lacks number"

    def test_what_is_left_out_now_but_known_is_compared(self, shopify: Shop) -> None:
        shop = shopify
        shop.with_orders(1)
        shop.played.put(shop.form.changed(1, test=True))
        assert shop.found()["kind"] == "ledger behind the shop"


class TestReading:
    def test_without_fix_nothing_is_changed_anywhere(self, shop: Shop) -> None:
        shop.with_orders(*range(1, 7))
        shop.sell(8)
        shop.played.put(shop.form.changed(2))
        shop.played.delete("3")
        shop.there(4).fields["language"] = "fr"
        shop.sandbox.account(shop.name).delete(shop.there(5).id)
        rows, calls = shop.rows(), len(shop.sandbox.calls)
        assert shop.verified()["code"] == 1
        assert shop.queued() == 0
        assert shop.rows() == rows
        made = {call.method for call in shop.sandbox.calls[calls:] if call.path != "/token"}
        assert made == {"GET"}

    def test_a_list_that_ignores_dates_is_not_believed(
        self, woocommerce: Shop, odd_sandbox: Sandbox
    ) -> None:
        woocommerce.with_orders(1, 2)
        account = woocommerce.sandbox.account(woocommerce.name)
        account.create({"order_id": "old", "order_date": "2020-01-01T00:00:00Z"})
        woocommerce.sandbox.account(woocommerce.name).delete(woocommerce.there(2).id)
        self.ignore(odd_sandbox, "order_date[after]", "order_date[before]")
        ended = woocommerce.verify()
        assert ended.code == 1
        assert "Seven Senders does not know it any more" in ended.out
        assert "the list of Seven Senders can't be relied on (list_orders: the list is" in ended.err
        assert "those that the shop does not know can't be told" in ended.err

    def test_a_list_that_ignores_pages_is_not_believed(
        self, woocommerce: Shop, odd_sandbox: Sandbox
    ) -> None:
        woocommerce.with_orders(1, 2)
        self.ignore(odd_sandbox, "offset")
        ended = woocommerce.verify()
        assert (ended.code, "the same orders again and again" in ended.err) == (0, True)

    def test_what_a_list_does_not_show_is_asked_for_once_more(
        self, woocommerce: Shop, odd_sandbox: Sandbox
    ) -> None:
        woocommerce.with_orders(1)
        odd_sandbox.play(FaultRule(method="GET", path=r"^/orders$", status=400))
        ended = woocommerce.verify()
        assert ended.code == 0
        assert "refuses to filter by order_date" in ended.err

    def ignore(self, sandbox: Sandbox, *filters: str) -> None:
        changed = sandbox.service.settings.changed({"ignored_filters": list(filters)})
        sandbox.service.settings = changed


class TestMending:
    def test_it_says_how_many_are_queued_and_ends_well(self, woocommerce: Shop) -> None:
        woocommerce.connect()
        woocommerce.sell(1, 2)
        ended = woocommerce.verify("--fix", "--yes")
        assert (ended.code, woocommerce.queued()) == (0, 2)
        assert "\tqueued: bring it in from the shop\n" in ended.out
        assert ended.out.endswith(", 2 are queued to be mended.\n")

    def test_who_does_not_agree_changes_nothing(self, woocommerce: Shop) -> None:
        woocommerce.connect()
        woocommerce.sell(1)
        ended = woocommerce.verify("--fix", answers=("n",))
        assert (ended.code, woocommerce.queued()) == (1, 0)
        assert "nothing was done" in ended.err

    def test_what_it_brings_in_is_no_webhook(self, woocommerce: Shop) -> None:
        woocommerce.with_orders(1)
        assert woocommerce.record(1).heard is None
        assert woocommerce.record(1).history[0].detail == "verification, the first"


class TestWhatCanNotBeDone:
    def test_a_connection_without_credentials(self, command: CommandLine) -> None:
        command.connect("no-api")
        ended = command("verify", "no-api", "--since", "2026-01-01")
        assert ended.code == 1
        assert "no-api has no credentials of its shop's API" in ended.err

    def test_orders_that_the_shop_does_not_show(self, shopify: Shop) -> None:
        shopify.connect()
        shopify.played.scopes = ["read_orders"]
        long_ago = f"{utc_now() - timedelta(days=100):%Y-%m-%d}"
        ended = shopify.command("verify", shopify.name, "--since", long_ago)
        assert ended.code == 1
        assert "lacks the access scope read_all_orders" in ended.err

    def test_orders_that_may_all_be_on_their_way(self, shopify: Shop) -> None:
        shopify.connect()
        since = (utc_now() - timedelta(minutes=10)).isoformat()
        ended = shopify.command("verify", shopify.name, "--since", since)
        assert ended.code == 2
        assert "may be on their way: begin with an earlier --since" in ended.err

    def test_an_api_that_fails_on_the_way(self, shopify: Shop) -> None:
        shopify.with_orders(1)
        shopify.sandbox.play(FaultRule(method="GET", path="^/orders", status=503))
        found = shopify.verified()
        assert (found["complete"], found["code"]) == (False, 1)
        ended = shopify.verify()
        since = f"{BEGIN - timedelta(days=1):%Y-%m-%d}T00:00:00+00:00"
        assert f"stopped after 0 orders. With --since {since} it goes on" in ended.err
        assert "Seven Senders can't be asked: list_orders: the API failed (HTTP 503)" in ended.err
