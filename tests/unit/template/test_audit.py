"""What checkov may leave: each finding has its reason, where people look for reasons."""

import re

import yaml

from tests.unit.template.reading import PROJECT

DECISIONS = (PROJECT / "docs/decisions.md").read_text("utf-8")
CONFIG_FILE = PROJECT / ".checkov.yaml"
SKIPPED = yaml.safe_load(CONFIG_FILE.read_text("utf-8"))["skip-check"]


def test_each_finding_that_is_left_has_its_reason_beside_it() -> None:
    reasons = re.findall(
        r"^  - (CKV\w+) +# \S.{20,}$", CONFIG_FILE.read_text("utf-8"), re.MULTILINE
    )

    assert reasons == SKIPPED


def test_the_findings_that_are_left_are_those_that_the_decisions_accept() -> None:
    _, _, accepted = DECISIONS.partition("\n## Knowingly accepted\n")
    accepted, _, _ = accepted.partition("\n## ")
    lines = re.findall(r"^- `(CKV\w+)`, [^:]+: \S(?:.|\n  ){40,}$", accepted, re.MULTILINE)

    assert sorted(lines) == sorted(SKIPPED)
