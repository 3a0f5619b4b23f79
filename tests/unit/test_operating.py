"""The runbook against what it speaks of: alarms, commands, outputs, parameters, headings."""

import re
import shlex
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_group

from seven_senders_cli.app import app
from tests.unit.template.reading import PROJECT, TEMPLATE, resources

RUNBOOK = (PROJECT / "docs/operating.md").read_text("utf-8")
README = (PROJECT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", RUNBOOK, flags=re.DOTALL))
LINES = [line for block in BLOCKS for line in block.splitlines()]
COMMANDS = sorted({text for text in (*SPANS, *LINES) if text.startswith("seven-senders ")})
ALARMS = resources("AWS::CloudWatch::Alarm")


def section(alarm: str) -> str:
    """The text under an alarm's heading."""
    _, _, rest = RUNBOOK.partition(f"\n### `{alarm}`\n")
    return re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]


def anchors(text: str) -> set[str]:
    """What may be pointed to in a document."""
    headings = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_alarm_has_its_section_in_the_templates_order() -> None:
    assert re.findall(r"^### `(\w+)`$", RUNBOOK, re.MULTILINE) == list(ALARMS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_a_section_says_what_the_alarm_means_where_to_look_and_what_to_do(alarm: str) -> None:
    told = re.findall(r"^\*\*(\w+):\*\* \S.{20,}$", section(alarm), re.MULTILINE)
    assert told == ["Means", "Look", "Do"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists_with_its_options(command: str) -> None:
    found: Any = get_group(app)
    words = shlex.split(command)[1:]
    while isinstance(found, TyperGroup):
        found = found.commands[words.pop(0)]
    known = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_every_command_is_found() -> None:
    assert len(COMMANDS) > 15
    assert RUNBOOK.count("seven-senders doctor") > 10


def test_every_output_named_is_one_of_the_template() -> None:
    named = set(re.findall(r"\boutput ([A-Z]\w+)", RUNBOOK))
    assert "LedgerTableName" in named
    assert named <= TEMPLATE["Outputs"].keys()


def test_every_make_target_exists() -> None:
    targets = {word for line in LINES if line.startswith("make ") for word in line.split()[1:]}
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert targets
    assert targets <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize(
    ("path", "anchor"), sorted(set(re.findall(r"\]\(([^)#]*)#?([^)]*)\)", RUNBOOK)))
)
def test_what_is_pointed_to_exists(path: str, anchor: str) -> None:
    target = PROJECT / "docs" / path if path else PROJECT / "docs/operating.md"
    assert target.exists()
    assert not anchor or anchor in anchors(target.read_text("utf-8"))


def test_what_stays_is_what_the_template_retains() -> None:
    kept = {
        r["Type"] for r in TEMPLATE["Resources"].values() if r.get("DeletionPolicy") == "Retain"
    }
    assert kept == {"AWS::SQS::Queue", "AWS::DynamoDB::Table"}
