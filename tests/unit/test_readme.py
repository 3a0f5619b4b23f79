"""The README against what it speaks of: settings, commands, files, reasons, names in AWS."""

import inspect
import re
import shlex
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic.fields import FieldInfo
from typer.main import get_group

from seven_senders_adapter import telemetry
from seven_senders_adapter.connections.documents import ConnectionDocument, ReceivingDocument
from seven_senders_adapter.domain.milestones import State
from seven_senders_adapter.domain.settings import PromisedDateRule
from seven_senders_adapter.reasons import CAN_PASS, Reason
from seven_senders_adapter.shops import SHOPS, shopify, woocommerce
from seven_senders_adapter.shops.shop import Kind
from seven_senders_cli.app import app
from seven_senders_cli.reasons_in_words import IN_WORDS, Words
from tests.unit.template.reading import PROJECT, TEMPLATE, resources

README = (PROJECT / "README.md").read_text("utf-8")
CODE_BLOCKS = re.findall(r"^ *```\w*\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))


def section(title: str) -> str:
    """The text under a heading, down to the next one of its level."""
    level, _, _ = title.partition(" ")
    _, _, rest = README.partition(f"\n{title}\n")
    assert rest, title
    return re.split(rf"^{level} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(title: str) -> list[list[str]]:
    """The cells of the first table of a section, without its head and its back quotes."""
    table = re.search(r"^\|.*\n\|[-|]+\n((?:\|.*\n)+)", section(title), re.MULTILINE)
    assert table, title
    lines = table[1].replace("`", "").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def shown(field: FieldInfo) -> str:
    """A setting's default as the table has it."""
    if field.is_required():
        return "required"
    if isinstance(field.default, dict):
        pairs = ", ".join(f"{key}: {value}" for key, value in field.default.items())
        return f"{{{pairs}}}" if pairs else "empty"
    known = {None: "none", False: "false", "": "empty", (): "empty"}
    return known.get(field.default, str(field.default))


def test_the_settings_table_is_the_connection_document() -> None:
    table = {
        key: (default, part) for key, _, default, part, _ in rows("## Settings of a connection")
    }
    assert table == {
        key: (shown(field), "receiving" if key in ReceivingDocument.model_fields else "syncing")
        for key, field in ConnectionDocument.model_fields.items()
    }


def test_the_settings_tell_every_platform_state_and_part_of_the_rule() -> None:
    settings = section("## Settings of a connection")
    named = set(re.findall(r"`(\w+)`", settings))
    assert named >= SHOPS.keys() | set(State)
    assert f"{{{', '.join(PromisedDateRule.model_fields)}}}" in settings


def test_the_webhook_topics_are_those_that_are_taken() -> None:
    named = set(re.findall(r"`(orders?[./]\w+)`", section("## Set up the webhooks")))
    kinds = shopify.KINDS | woocommerce.KINDS
    assert named == {topic for topic, kind in kinds.items() if kind is not Kind.OTHER}


def test_the_parameters_table_is_the_template() -> None:
    table = {name: default for name, default, _ in rows("## Deploy to AWS in five steps")}
    assert table == {
        name: str(parameter["Default"]) for name, parameter in TEMPLATE["Parameters"].items()
    }


def test_every_output_named_is_one_of_the_template() -> None:
    named = set(re.findall(r"outputs? `(\w+)`", README))
    assert named
    assert named <= TEMPLATE["Outputs"].keys()


def test_every_reason_of_a_dead_letter_is_told() -> None:
    table = rows("### Dead letters")
    told = {reason: Words(means, to_do) for reason, means, to_do in table}
    assert told == IN_WORDS
    assert list(told) == list(Reason)
    assert {reason for reason, _, do in table if "every hour" in do} == CAN_PASS


def test_the_alarms_table_is_the_template() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    assert [name for name, _ in rows("### Alarms")] == [
        f"[{alarm}](docs/operating.md#{alarm.lower()})" for alarm in alarms
    ]


def test_the_metrics_in_bold_are_those_with_an_alarm() -> None:
    watched = {
        alarm["Properties"]["MetricName"]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["Properties"].get("Namespace") == "SevenSendersAdapter"
    }
    bold = {name for name, _ in rows("### Where to look") if name.startswith("**")}
    assert {name.strip("*") for name in bold} == watched


def test_every_metric_named_is_counted() -> None:
    source = inspect.getsource(telemetry)
    counted = set(re.findall(r'(?:_count|_series)\("(\w+)"', source))
    named = {
        name.strip("* ") for names, _ in rows("### Where to look") for name in names.split(",")
    }
    assert named == counted


COMMANDS = re.findall(r"\.venv/bin/(seven-senders [^`\n]+)", README) + [
    f"seven-senders {words}"
    for cell in re.findall(r"^\| (`(?!seven)[a-z].*?) \|", section("## Day by day"), re.MULTILINE)
    for words in re.findall(r"`([^`]+)`", cell)
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_program_exists_with_its_options(command: str) -> None:
    _, *words = shlex.split(command)
    known: Any = get_group(app)
    while hasattr(known, "commands"):
        known = known.commands[words.pop(0)]
    options = {option for parameter in known.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_every_make_target_exists() -> None:
    made = [
        words for text in (*SPANS, *CODE_BLOCKS) for words in re.findall(r"\bmake ([a-z ]+)", text)
    ]
    named = {target for words in made for target in words.split()}
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert {"demo", "test"} <= named
    assert named <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def paths() -> Sequence[str]:
    links = re.findall(r"\]\(([^)]+)\)", README)
    paths = {link.partition("#")[0] for link in links if "://" not in link}
    return sorted(paths - {""})


@pytest.mark.parametrize("path", paths())
def test_every_file_named_exists(path: str) -> None:
    assert (PROJECT / path).exists()


def test_every_heading_that_is_pointed_to_exists() -> None:
    headings = re.findall(r"^##+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors


def test_no_file_is_named_without_a_link() -> None:
    linked = set(re.findall(r"\[`([^`]+)`\]", README))
    files = {span for span in SPANS if re.fullmatch(r"[\w./-]+(\.(py|md|toml|yaml|json)|/)", span)}
    assert files - linked == {"shops.yaml"}


def test_the_costs_add_up() -> None:
    *parts, total = [row[-1].strip("*") for row in rows("## What it costs")]
    assert sum(round(float(part) * 100) for part in parts) == round(float(total) * 100)
