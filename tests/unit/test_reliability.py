"""docs/reliability.md against the tests that it names."""

import re

import pytest

from tests.unit.template.reading import PROJECT

TEXT = (PROJECT / "docs/reliability.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", TEXT)))
ROWS = [
    line.strip("|").split("|")
    for line in re.findall(r"^\|.*\|$", TEXT, re.MULTILINE)
    if not line.startswith(("|---", "| fault |", "| attack |"))
]


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_is_named_is_there(path: str, name: str) -> None:
    code = (PROJECT / "tests" / path).read_text("utf-8")
    assert f"def {name}(" in code if name else code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip()[:40])
def test_each_fault_has_a_test(row: list[str]) -> None:
    assert len(row) == 3
    assert "::test_" in row[2]


def test_the_document_names_tests() -> None:
    assert len(NAMED) > 50
    assert len(ROWS) > 30
