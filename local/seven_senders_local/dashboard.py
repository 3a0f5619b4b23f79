"""The CloudWatch dashboard: made here, written into template.yaml by ``make dashboard``."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seven_senders_local import paths

NAMESPACE = "SevenSendersAdapter"
SERVICE = "${AWS::StackName}"
COLUMNS = 24
HEIGHT = 6

_BLOCK = re.compile(
    r"(?<=      DashboardBody: !Sub \|\n).*?(?=  # Here the dashboard ends\.\n)", re.DOTALL
)
_ALARM = re.compile(r"^  (\w+):\n    Type: AWS::CloudWatch::Alarm$", re.MULTILINE)
_FUNCTIONS = (
    "ReceiveWebhookFunction",
    "SyncOrderFunction",
    "RetryFailedFunction",
    "CheckConnectionsFunction",
    "ReconcileOrdersFunction",
)

type Metric = list[object]
"""A line of a graph in CloudWatch's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A part of the dashboard. ``metrics`` only for a graph."""

    type: str
    properties: dict[str, object]
    metrics: Sequence[Metric] = ()
    width: int = COLUMNS // 3
    height: int = HEIGHT


def own(metric: str, label: str, stat: str = "Sum") -> Metric:
    """A metric of the functions, for the whole stack."""
    return [NAMESPACE, metric, "service", SERVICE, {"label": label, "stat": stat}]


def of_aws(namespace: str, metric: str, label: str, stat: str = "Sum", **at: str) -> Metric:
    """A metric of AWS; ``at`` are its dimensions."""
    dimensions = [text for pair in at.items() for text in pair]
    return [f"AWS/{namespace}", metric, *dimensions, {"label": label, "stat": stat}]


def each(metric: str, *by: str, stat: str = "Sum") -> Metric:
    """A metric of the functions, a line for each connection and all else that it is counted by."""
    schema = ",".join([NAMESPACE, *sorted(["service", "connection", *by])])
    terms = f'MetricName="{metric}" service="{SERVICE}"'
    # The exclamation mark keeps CloudFormation from taking the label for a variable of its own.
    label = " ".join(f"${{!PROP('Dim.{name}')}}" for name in ("connection", *by))
    return [{"expression": f"SEARCH('{{{schema}}} {terms}', '{stat}')", "label": label}]


def every_function(metric: str, stat: str = "Sum") -> list[Metric]:
    """A metric of Lambda, a line for each function."""
    return [
        of_aws(
            "Lambda",
            metric,
            f"{name.removesuffix('Function')} {metric.lower()}",
            stat,
            FunctionName=f"${{{name}}}",
        )
        for name in _FUNCTIONS
    ]


def graph(title: str, *metrics: Metric, stacked: bool = False, width: int = COLUMNS // 3) -> Widget:
    """Metrics over time."""
    properties = {"title": title, "region": "${AWS::Region}", "view": "timeSeries"}
    return Widget(
        type="metric",
        properties={**properties, "stacked": stacked, "period": 300},
        metrics=metrics,
        width=width,
    )


def heading(text: str) -> Widget:
    """A heading, and what the graphs below it show."""
    return Widget(type="text", properties={"markdown": text}, width=COLUMNS, height=2)


def _queue(queue: str, metric: str, label: str, stat: str = "Maximum") -> Metric:
    return of_aws("SQS", metric, label, stat, QueueName=f"${{{queue}.QueueName}}")


def _api(metric: str, label: str, stat: str = "Sum") -> Metric:
    return of_aws("ApiGateway", metric, label, stat, ApiId="${WebhookApi}", Stage="$default")


def _table(metric: str, label: str) -> Metric:
    return of_aws("DynamoDB", metric, label, TableName="${LedgerTable}")


def widgets(alarms: Iterable[str]) -> list[Widget]:
    """All parts, from what a merchant asks first to what an engineer asks last."""
    return [
        *_health(alarms),
        *_in_and_out(),
        *_healing(),
        *_time_and_failures(),
        *_waiting(),
        *_costs(),
    ]


def _health(alarms: Iterable[str]) -> Iterator[Widget]:
    yield heading(
        "# Orders on their way to Seven Senders\nFrom the shops' webhooks to the Seven Senders"
        " Portal. An alarm that is not green says in its description what to do."
    )
    arns = [f"${{{name}.Arn}}" for name in alarms]
    properties: dict[str, object] = {"title": "Alarms", "alarms": arns}
    yield Widget(type="alarm", properties=properties, width=COLUMNS, height=4)


def _in_and_out() -> Iterator[Widget]:
    yield heading(
        "## What comes in\nTaken: an order event was queued. Left: nothing to send, such as a test"
        " order. Refused: a wrong signature, or no connection of this name."
    )
    yield graph(
        "Deliveries",
        own("Accepted", "taken"),
        own("Skipped", "left"),
        own("Rejected", "refused"),
        _api("4xx", "answered 4xx"),
        _api("5xx", "answered 5xx"),
    )
    yield graph("Taken, by shop", each("Accepted"), stacked=True)
    yield graph(
        "Left and refused, by shop and reason",
        each("Skipped", "reason"),
        each("Rejected", "reason"),
    )
    yield heading(
        "## What goes out\nWhat Seven Senders has taken: new orders, their states, and changes of"
        " their fields. Values left out: tags with personal data, dates that can't be read."
    )
    yield graph(
        "Orders and states",
        own("OrdersCreated", "orders created"),
        own("StatesSent", "states sent"),
        own("OrdersUpdated", "orders updated"),
    )
    yield graph("Orders created, by shop", each("OrdersCreated"), stacked=True)
    yield graph("Values left out, by shop and reason", each("Dropped", "reason"))


def _healing() -> Iterator[Widget]:
    yield heading(
        "## What the webhooks missed\nReconciliation asks the shops' APIs. Found: brought in by it."
        " Lost: found, and long after it no webhook has come."
    )
    yield graph("Orders found, by shop", each("OrdersFound"), stacked=True)
    yield graph(
        "What fails, by shop",
        each("WebhooksLost"),
        each("WebhookFaults"),
        each("ShopApiFailures", "reason"),
    )
    yield graph(
        "Healing",
        own("OrdersFound", "orders found"),
        own("WebhooksLost", "webhooks lost"),
        own("WebhookFaults", "webhooks missing or wrong"),
        own("ShopApiFailures", "calls that shops' APIs failed"),
    )


def _time_and_failures() -> Iterator[Widget]:
    yield heading(
        "## How long it takes\nSeconds from the receipt of an event to Seven Senders. p95: 95 of"
        " 100 took no longer. Shopify waits 5,000 ms for an answer."
    )
    lag = [own("Lag", f"{stat} of all", stat) for stat in ("p50", "p95", "p99")]
    yield graph("From its receipt to Seven Senders, in seconds", *lag)
    yield graph("The same by shop, p95", each("Lag", stat="p95"))
    answers = [_api("Latency", f"{stat} of all", stat) for stat in ("p50", "p90", "p99")]
    yield graph("Answers to the shops, in ms", *answers)
    yield heading(
        "## What fails\nA dead letter waits for a retry or a person; the README says what to do of"
        " each reason. What stands still follows by itself once it is mended."
    )
    yield graph("Dead letters, by shop and reason", each("DeadLettered", "reason"), stacked=True)
    yield graph(
        "What stands still, by shop and reason",
        each("ConnectionFailures", "reason"),
        own("ConnectionsInTrouble", "connections in trouble, by the hourly check", "Maximum"),
    )
    yield graph(
        "Failures",
        own("Retries", "events that are tried again"),
        own("LoginsFailed", "logins that failed"),
        own("AwsFailures", "waits for AWS"),
        own("Bugs", "errors that nobody foresaw"),
        *every_function("Errors"),
    )


def _waiting() -> Iterator[Widget]:
    yield heading(
        "## What waits\nOrder events wait for minutes at most, unless something stands still or is"
        " paused. SQS drops what is 14 days old, 1,209,600 seconds."
    )
    yield graph(
        "Order events in the queue",
        _queue("OrderEventsQueue", "ApproximateNumberOfMessagesVisible", "ready"),
        _queue("OrderEventsQueue", "ApproximateNumberOfMessagesNotVisible", "in work or waiting"),
        stacked=True,
    )
    yield graph(
        "Dead letters",
        _queue("DeadLetterQueue", "ApproximateNumberOfMessagesVisible", "waiting"),
        _queue("DeadLetterQueue", "ApproximateNumberOfMessagesNotVisible", "being retried"),
        stacked=True,
    )
    yield graph(
        "Age of the oldest event, in seconds",
        _queue("OrderEventsQueue", "ApproximateAgeOfOldestMessage", "oldest"),
        own("NearExpiry", "looks at what is 11 days old"),
    )


def _costs() -> Iterator[Widget]:
    yield heading(
        "## What it costs\nWhat AWS charges for, beside the metrics themselves, and what"
        " Seven Senders has to answer."
    )
    yield graph(
        "Runs of the functions", *every_function("Invocations"), *every_function("Throttles")
    )
    yield graph("Their time, in ms a run", *every_function("Duration", "Average"))
    yield graph(
        "Requests",
        _api("Count", "deliveries"),
        own("ApiCalls", "calls of Seven Senders"),
        own("Logins", "logins"),
        _queue("OrderEventsQueue", "NumberOfMessagesSent", "messages queued", "Sum"),
        _queue("OrderEventsQueue", "NumberOfMessagesReceived", "messages received", "Sum"),
        _queue("OrderEventsQueue", "NumberOfEmptyReceives", "empty receives", "Sum"),
    )
    yield graph(
        "Calls of Seven Senders, by shop and outcome", each("ApiCalls", "outcome"), width=12
    )
    yield graph(
        "DynamoDB units",
        _table("ConsumedReadCapacityUnits", "read"),
        _table("ConsumedWriteCapacityUnits", "written"),
        width=12,
    )


def _placed(parts: Iterable[Widget]) -> Iterator[tuple[Widget, dict[str, object]]]:
    """Each part with its place: from left to right, in rows whose parts are of one height."""
    x = y = row_height = 0
    for part in parts:
        if x + part.width > COLUMNS:
            x, y = 0, y + row_height
        yield part, {"x": x, "y": y, "width": part.width, "height": part.height}
        x, row_height = x + part.width, part.height


def _lines(parts: Iterable[Widget]) -> Iterator[str]:
    """The JSON of the dashboard: a line for each part, and one for each of its metrics."""
    yield '{"start": "-P1D", "widgets": ['
    placed = list(_placed(parts))
    for number, (part, place) in enumerate(placed, start=1):
        end = "}}" if number == len(placed) else "}},"
        properties = json.dumps(part.properties, ensure_ascii=False).removesuffix("}")
        opening = f'{json.dumps({"type": part.type, **place}).removesuffix("}")}, "properties": '
        if not part.metrics:
            yield f"{opening}{properties}{end}"
            continue
        yield f'{opening}{properties}, "metrics": ['
        yield ",\n".join(f"  {json.dumps(metric)}" for metric in part.metrics) + f"]{end}"
    yield "]}"


def with_dashboard(template: str) -> str:
    """A template's text with the dashboard that belongs to its alarms."""
    body = "\n".join(_lines(widgets(_ALARM.findall(template))))
    block = "".join(f"        {line}\n" for line in body.splitlines())
    written, blocks = _BLOCK.subn(lambda _: block, template)
    if blocks != 1:
        raise ValueError(f"template.yaml has {blocks} blocks for the dashboard, expected one")
    return written


if __name__ == "__main__":
    text = paths.TEMPLATE.read_text("utf-8")
    paths.TEMPLATE.write_text(with_dashboard(text), "utf-8")
