"""The dashboard: each graph shows what the code or AWS really counts, and nothing is left out."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import pytest

from seven_senders_local.dashboard import COLUMNS, with_dashboard
from tests.unit.template.emitting import emitted
from tests.unit.template.reading import FUNCTIONS, TEMPLATE_FILE, property_of, resources
from tests.unit.template.series import NAMESPACE, SERVICE, Series, is_of_aws

BODY = property_of("Dashboard", "DashboardBody.Fn::Sub")
assert isinstance(BODY, str)
WIDGETS: list[dict[str, Any]] = json.loads(BODY)["widgets"]
GRAPHS = {w["properties"]["title"]: w for w in WIDGETS if w["type"] == "metric"}
STATISTIC = re.compile(r"Sum|Maximum|Average|p\d\d")

SEARCH = re.compile(
    r"SEARCH\('\{(?P<schema>[^}]+)\} "
    r"MetricName=\"(?P<metric>\w+)\" service=\"(?P<service>[^\"]+)\"', '(?P<stat>[^']+)'\)"
)
"""See "CloudWatch search expression syntax" in CloudWatch's user guide."""


class Searched(NamedTuple):
    """What a search asks for: a metric under exactly these dimensions."""

    namespace: str
    metric: str
    names: frozenset[str]
    service: str
    statistic: str


def lines(graph: str) -> list[list[Any]]:
    found: list[list[Any]] = GRAPHS[graph]["properties"]["metrics"]
    return found


def searches(graph: str) -> Iterator[tuple[Searched, str]]:
    """What a graph searches for, and the label of each line that is found."""
    for line in lines(graph):
        if isinstance(line[0], dict):
            found = SEARCH.fullmatch(line[0]["expression"])
            assert found, line
            namespace, *names = found["schema"].split(",")
            yield (
                Searched(
                    namespace, found["metric"], frozenset(names), found["service"], found["stat"]
                ),
                line[0]["label"],
            )


def drawn(graph: str) -> Iterator[tuple[Series, dict[str, str]]]:
    """The single metrics of a graph, and how each is drawn."""
    for line in lines(graph):
        if isinstance(line[0], str):
            namespace, metric, *dimensions, options = line
            pairs = zip(dimensions[::2], dimensions[1::2], strict=True)
            yield Series(namespace, metric, frozenset(pairs)), options


def is_found(search: Searched) -> bool:
    return any(
        (series.namespace, series.metric) == (search.namespace, search.metric)
        and {name for name, _ in series.dimensions} == search.names
        and ("service", search.service) in series.dimensions
        for series in emitted()
    )


def test_the_dashboard_in_the_template_is_the_one_that_is_made() -> None:
    template = TEMPLATE_FILE.read_text("utf-8")

    assert with_dashboard(template) == template, "run make dashboard"


def test_a_template_without_a_place_for_the_dashboard_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 blocks for the dashboard"):
        with_dashboard("Resources:\n")


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_graph_shows_what_the_functions_really_count_or_aws_documents(graph: str) -> None:
    assert lines(graph)
    for series, options in drawn(graph):
        assert series in emitted() if series.namespace == NAMESPACE else is_of_aws(series)
        assert STATISTIC.fullmatch(options["stat"])


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_search_finds_what_the_functions_really_count(graph: str) -> None:
    for search, label in searches(graph):
        assert search.service == SERVICE
        assert is_found(search)
        assert STATISTIC.fullmatch(search.statistic)
        named = set(re.findall(r"\$\{!PROP\('Dim\.(\w+)'\)\}", label))
        assert named == search.names - {"service"}


def test_every_metric_of_the_functions_is_shown() -> None:
    shown = {series.metric for graph in GRAPHS for series, _ in drawn(graph)}
    shown |= {search.metric for graph in GRAPHS for search, _ in searches(graph)}

    assert shown >= {series.metric for series in emitted()}


def test_what_is_counted_by_reason_is_shown_by_reason() -> None:
    by_reason = {s.metric for s in emitted() if "reason" in dict(s.dimensions)}
    shown = {s.metric for graph in GRAPHS for s, _ in searches(graph) if "reason" in s.names}

    assert shown == by_reason


def test_every_alarm_is_shown() -> None:
    (alarms,) = [widget["properties"]["alarms"] for widget in WIDGETS if widget["type"] == "alarm"]

    assert alarms == [f"${{{name}.Arn}}" for name in resources("AWS::CloudWatch::Alarm")]


@pytest.mark.parametrize("metric", ["Invocations", "Errors", "Throttles", "Duration"])
def test_every_function_is_shown(metric: str) -> None:
    shown = {
        dict(series.dimensions)["FunctionName"]
        for graph in GRAPHS
        for series, _ in drawn(graph)
        if series.metric == metric
    }

    assert shown == {f"${{{name}}}" for name in FUNCTIONS}


@pytest.mark.parametrize("percentile", ["p50", "p95", "p99"])
def test_lag_is_shown_with(percentile: str) -> None:
    drawn_lags = [
        options["stat"]
        for graph in GRAPHS
        for series, options in drawn(graph)
        if series.metric == "Lag"
    ]

    assert percentile in drawn_lags


def test_no_part_lies_over_another_or_beyond_the_grid() -> None:
    def cells(widget: dict[str, Any]) -> set[tuple[int, int]]:
        across = range(widget["x"], widget["x"] + widget["width"])
        return {(x, widget["y"] + down) for x in across for down in range(widget["height"])}

    places = [cells(widget) for widget in WIDGETS]
    assert all(0 <= x < COLUMNS for place in places for x, _ in place)
    assert not [pair for pair in combinations(places, 2) if pair[0] & pair[1]]


def test_each_graph_has_a_title_of_its_own() -> None:
    assert len(GRAPHS) == sum(widget["type"] == "metric" for widget in WIDGETS)


def test_each_row_of_graphs_has_a_heading_in_words() -> None:
    headings = {widget["y"] + widget["height"] for widget in WIDGETS if widget["type"] == "text"}
    tops = {widget["y"] for widget in GRAPHS.values()}

    assert len(tops - headings) <= 1, "only the costs have two rows"
