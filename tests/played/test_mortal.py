"""The tests' dead processes: nothing of them has an effect any more."""

from contextlib import suppress

import pytest

from tests.played.mortal import Fuse, Killed, mortal


class Effects:
    """Notes its effects."""

    def __init__(self) -> None:
        self.had: list[str] = []

    def put_item(self, name: str) -> str:
        self.had.append(name)
        return name

    def get_item(self, name: str) -> str:
        return name


@pytest.mark.parametrize("after", [0, 1, 2])
def test_after_its_last_effect_a_process_has_no_other_and_reads_nothing(after: int) -> None:
    effects = Effects()
    process = mortal(effects, Fuse(after))
    with suppress(Killed):
        for name in "abc":
            process.put_item(name)
    with pytest.raises(Killed):
        process.put_item("in a finally")
    with pytest.raises(Killed):
        process.get_item("in a finally")
    assert effects.had == ["a", "b", "c"][:after]


def test_reads_burn_nothing_and_attributes_pass() -> None:
    process = mortal(Effects(), Fuse(1))
    assert [process.get_item("a") for _ in range(5)] == ["a"] * 5
    assert process.had == []


@pytest.mark.parametrize("point", [0, 1, 2])
def test_another_process_may_come_in_between(point: int) -> None:
    effects = Effects()
    first = mortal(effects, Fuse(point, then=lambda: effects.had.append("other")))
    for name in "ab":
        assert first.put_item(name) == name
    expected = ["a", "b"]
    expected.insert(point, "other")
    assert effects.had == expected
