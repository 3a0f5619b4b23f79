"""The order that the doctor makes up: all steps, and it is gone whatever happens."""

from collections.abc import Iterator

import pytest

from seven_senders_adapter.seven_senders.account import Account
from seven_senders_adapter.seven_senders.api import Api
from seven_senders_adapter.seven_senders.transport import ApiSession, TimeOuts
from seven_senders_cli.doctor import trial
from seven_senders_cli.doctor.trial import Trial, is_allowed
from seven_senders_local.sandbox import FaultRule, Sandbox, Settings
from tests.unit.template.reading import PROJECT

KEY = "key_1"
STEPS = ["create", "read", "look up", "update", "state paid", "read again", "delete"]


class OwnToken:
    """The token of a login."""

    def __init__(self, api: Api) -> None:
        self._token = api.log_in()

    def current(self) -> str:
        return self._token

    def refused(self, token: str) -> str:
        return self._token

    def is_own(self, token: str) -> bool:
        return True


def run(sandbox: Sandbox, *rules: FaultRule) -> list[tuple[str, str]]:
    """The steps taken, each with its level."""
    api = Api(
        session=ApiSession(),
        account=Account(sandbox.api_url, KEY),
        time_outs=TimeOuts(connect=1, read=5),
    )
    made_up = Trial(
        "order",
        api=api,
        tokens=OwnToken(api),
        language=None,
        order_url="https://shop.example/",
        sleep=lambda _: None,
    )
    sandbox.play(*rules)
    found = made_up.run()
    sandbox.play()
    return [(one.what.partition(":")[0], one.level) for one in found]


def all_as(level: str, **others: str) -> list[tuple[str, str]]:
    return [(step, others.get(step.replace(" ", "_"), level)) for step in STEPS]


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(settings=getattr(request, "param", None)) as sandbox:
        yield sandbox


def test_all_goes_as_it_is_assumed(sandbox: Sandbox) -> None:
    assert run(sandbox) == all_as("green")
    assert not sandbox.account(KEY).orders


@pytest.mark.parametrize(
    ("sandbox", "expected"),
    [
        (Settings(id_form="location"), all_as("green")),
        (Settings(id_form="none"), all_as("green", create="amber")),
        (Settings(list_form="hydra"), all_as("green")),
        (Settings(old_names=True), all_as("green")),
    ],
    ids=["the id in Location", "no id", "a list with a name", "old names"],
    indirect=["sandbox"],
)
def test_what_differs_from_the_assumption_but_is_coped_with_is_amber(
    sandbox: Sandbox, expected: list[tuple[str, str]]
) -> None:
    assert run(sandbox) == expected
    assert not sandbox.account(KEY).orders


@pytest.mark.parametrize(
    "sandbox", [Settings(ignored_filters=frozenset({"order_id"}))], indirect=True
)
def test_a_list_that_is_not_filtered_shows(sandbox: Sandbox) -> None:
    date = {"order_date": "2026-03-02T12:00:00+00:00"}
    sandbox.account(KEY).create({"order_id": "somebody's"} | date)
    assert run(sandbox) == all_as("green", look_up="amber")
    assert [order.order_id for order in sandbox.account(KEY).orders.values()] == ["somebody's"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (FaultRule(method="POST", path="/orders", status=422), [("create", "red")]),
        (
            FaultRule(method="POST", path="/orders", status=503, applies=True),
            [("create", "red"), ("delete", "green")],
        ),
        (
            FaultRule(method="POST", path="/orders", cut=True, applies=False),
            [("create", "red"), ("delete", "green")],
        ),
        (
            FaultRule(path="/order_states", status=404),
            all_as("green", state_paid="red", read_again="amber"),
        ),
        (FaultRule(method="PUT", status=405), all_as("green", update="red", read_again="amber")),
        (FaultRule(method="DELETE", status=503, times=1), all_as("green", delete="amber")),
        (
            FaultRule(method="DELETE", cut=True, applies=True, times=1),
            all_as("green", delete="amber"),
        ),
    ],
    ids=[
        "refused",
        "made although it failed",
        "not made, and no answer",
        "a wrong path of states",
        "no updates",
        "not deleted at first",
        "deleted without an answer",
    ],
)
def test_whatever_fails_the_order_is_gone(
    sandbox: Sandbox, rule: FaultRule, expected: list[tuple[str, str]]
) -> None:
    assert run(sandbox, rule) == expected
    assert not sandbox.account(KEY).orders


def test_an_order_that_cannot_be_deleted_is_red() -> None:
    with Sandbox() as sandbox:
        found = run(sandbox, FaultRule(method="DELETE", status=403))
    assert found == all_as("green", delete="red")


@pytest.mark.parametrize(
    ("api_url", "allowed"),
    [
        ("https://api-uat.sevensenders.com/v2", True),
        ("http://127.0.0.1:8080/v2", True),
        ("http://localhost:8080/v2", True),
        ("https://api.sevensenders.com/v2", False),
        ("https://api-uat.sevensenders.com.example/v2", False),
        ("http://192.168.0.1/v2", False),
    ],
)
def test_orders_are_made_up_on_the_acceptance_system_only(api_url: str, allowed: bool) -> None:
    assert is_allowed(api_url) == allowed


def test_what_is_assumed_is_said_in_the_words_of_the_document() -> None:
    said = (PROJECT / trial.DOCUMENT).read_text("utf-8")
    assumed = [trial.CREATE, trial.SHOWN, trial.LOOK_UP, trial.UPDATE, trial.STATES, trial.HISTORY]
    assert all(f"| {text} |" in said for text in assumed)
    assert f"| {trial.DELETE};" in said
