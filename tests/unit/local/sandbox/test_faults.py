"""What the sandbox can be told to do wrong, and to which calls."""

from itertools import repeat

import pytest

from seven_senders_local.sandbox.faults import FaultRule, Faults

CREATE = ("POST", "/orders", "#1001")


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        pytest.param({}, True, id="no condition: every call"),
        pytest.param({"method": "POST"}, True, id="the method"),
        pytest.param({"method": "GET"}, False, id="another method"),
        pytest.param({"path": "^/orders$"}, True, id="the path"),
        pytest.param({"path": "^/order_states"}, False, id="another path"),
        pytest.param({"order_id": "#1001"}, True, id="the order"),
        pytest.param({"order_id": "#1002"}, False, id="another order"),
        pytest.param({"method": "POST", "order_id": "#1002"}, False, id="all conditions count"),
        pytest.param({"probability": 0}, False, id="never"),
        pytest.param({"times": 0}, False, id="not once"),
    ],
)
def test_a_rule_covers_the_calls_that_it_names(rule: dict[str, object], struck: bool) -> None:
    faults = Faults(rules=[FaultRule.from_json(rule)])
    assert (faults.strike(*CREATE) is not None) is struck


@pytest.mark.parametrize(
    ("rule", "pattern"),
    [
        pytest.param({"times": 2}, "xx..", id="the first two"),
        pytest.param({"after": 1}, ".xxx", id="all but the first"),
        pytest.param({"after": 1, "times": 2}, ".xx.", id="the second and the third"),
    ],
)
def test_a_rule_counts(rule: dict[str, object], pattern: str) -> None:
    faults = Faults(rules=[FaultRule.from_json(rule)])
    assert "".join("x" if faults.strike(*CREATE) else "." for _ in pattern) == pattern


def test_chance_comes_out_near_its_probability_and_again_the_same_with_the_same_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(seed=seed, rules=[FaultRule(probability=0.3)])
        return [faults.strike("POST", "/orders", f"#{n % 50}") is not None for n in range(1000)]

    assert 250 < sum(run(1)) < 350
    assert run(1) == run(1)
    assert run(1) != run(2)


def test_chance_does_not_depend_on_which_thread_comes_first() -> None:
    def struck(calls: list[tuple[str, str, str]]) -> set[str]:
        faults = Faults(rules=[FaultRule(probability=0.5)])
        return {call[2] for call in calls if faults.strike(*call)}

    calls = [("POST", "/orders", f"#{n}") for n in range(100)]
    assert struck(calls) == struck(calls[::-1])


def test_a_call_that_is_repeated_has_its_chance_each_time() -> None:
    faults = Faults(rules=[FaultRule(probability=0.5)])
    struck = [faults.strike(*call) is not None for call in repeat(CREATE, 100)]
    assert 30 < sum(struck) < 70


def test_the_first_rule_that_strikes_is_played_and_the_next_takes_over() -> None:
    once, ever = FaultRule(times=1, status=500), FaultRule(status=503)
    faults = Faults(rules=[once, ever])
    assert [faults.strike(*call) for call in repeat(CREATE, 3)] == [once, ever, ever]


def test_cleared_faults_are_gone_with_their_counts() -> None:
    faults = Faults(rules=[FaultRule(times=1)])
    faults.strike(*CREATE)
    faults.clear()
    assert faults.strike(*CREATE) is None
    faults.rules.append(FaultRule(times=1))
    assert faults.strike(*CREATE) is not None


@pytest.mark.parametrize(
    ("rule", "effect"),
    [
        ({}, True),
        ({"delay_seconds": 1}, True),
        ({"truncate": True}, True),
        ({"status": 500}, False),
        ({"cut": True}, False),
        ({"status": 500, "applies": True}, True),
        ({"cut": True, "applies": True}, True),
    ],
)
def test_a_call_takes_effect_unless_it_is_answered_otherwise(
    rule: dict[str, object], effect: bool
) -> None:
    assert FaultRule.from_json(rule).takes_effect is effect


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ([], "expected an object"),
        ({"propability": 1}, "unknown key 'propability'"),
        ({"path": "("}, "no regular expression"),
        ({"applies": False}, "needs a status"),
    ],
)
def test_a_wrong_rule_is_refused(document: object, error: str) -> None:
    with pytest.raises((TypeError, ValueError), match=error):
        FaultRule.from_json(document)
