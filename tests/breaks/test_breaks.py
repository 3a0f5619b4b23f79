"""The breaks still fit the code, and a verdict is not given away."""

import ast
from functools import cache
from pathlib import Path

import pytest

from seven_senders_local.paths import ROOT
from tests.breaks.judging import judge
from tests.breaks.parts import BREAKS
from tests.breaks.table import Break, DoesNotApply


@pytest.mark.parametrize("change", BREAKS, ids=lambda change: change.name)
def test_a_break_applies_to_its_file_and_compiles(change: Break) -> None:
    assert change.old != change.new
    ast.parse(change.source(ROOT))


@cache
def statements(path: str) -> list[ast.stmt]:
    return ast.parse((ROOT / path).read_text("utf-8")).body


@pytest.mark.parametrize("test", sorted({test for change in BREAKS for test in change.tests}))
def test_the_tests_of_a_break_exist(test: str) -> None:
    path, *names = test.split("::")
    if not names:
        assert list((ROOT / path).rglob("test_*.py")) or (ROOT / path).is_file()
        return
    body = statements(path)
    for name in names:
        (found,) = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        ]
        body = found.body


def test_each_break_has_a_name_and_a_change_of_its_own() -> None:
    assert len({change.name for change in BREAKS}) == len(BREAKS)
    assert len({(change.file, change.old, change.new) for change in BREAKS}) == len(BREAKS)


@pytest.mark.parametrize("old", ["not there", "twice"])
def test_a_text_that_does_not_stand_once_in_its_file_is_no_break(tmp_path: Path, old: str) -> None:
    (tmp_path / "file.py").write_text("twice and twice")
    change = Break(name="x", file="file.py", old=old, new="", tests=())
    with pytest.raises(DoesNotApply):
        change.source(tmp_path)


@pytest.mark.parametrize(
    ("exit_code", "output", "caught", "by"),
    [
        pytest.param(
            1,
            "FAILED tests/a.py::test_b[c - d] - assert 1 == 2",
            True,
            "tests/a.py::test_b[c",
            id="a test that fails",
        ),
        pytest.param(1, "FAILED tests/a.py::test_b", True, "tests/a.py::test_b", id="no reason"),
        pytest.param(0, "3 passed", False, "all its tests pass", id="tests that pass"),
        pytest.param(
            1,
            "FAILED a.py::b - NameError: name 'x'",
            False,
            "its code does not run",
            id="a name that is not there",
        ),
        pytest.param(
            1, "ERROR a.py::b - KeyError", False, "no test failed", id="a fixture that fails"
        ),
        pytest.param(
            2, "ERROR a.py - ImportError", False, "no test failed", id="a module that can't load"
        ),
        pytest.param(4, "ERROR: not found", False, "no test failed", id="a test that is not there"),
        pytest.param(5, "no tests ran", False, "no test failed", id="no test"),
    ],
)
def test_only_a_test_that_fails_has_caught_a_break(
    exit_code: int, output: str, *, caught: bool, by: str
) -> None:
    verdict = judge(exit_code, output)
    assert verdict.caught is caught
    assert verdict.by.startswith(by)
