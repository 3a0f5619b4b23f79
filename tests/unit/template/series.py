"""Which metrics there are to watch: those that the functions write, and those of AWS."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.unit.template.reading import FUNCTIONS, TEMPLATE, resources


class Series(NamedTuple):
    """A metric as CloudWatch keeps it. Values of dimensions are as in ``Fn::Sub``."""

    namespace: str
    metric: str
    dimensions: frozenset[tuple[str, str]]


def as_text(value: Any) -> str:
    """A value of the template as ``Fn::Sub`` writes it."""
    match value:
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case _:
            return str(value)


_VARIABLES = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
SERVICE = as_text(_VARIABLES["POWERTOOLS_SERVICE_NAME"])
NAMESPACE = as_text(_VARIABLES["POWERTOOLS_METRICS_NAMESPACE"])

_QUEUE = frozenset({"QueueName"})
_STAGE = frozenset({"ApiId", "Stage"})
_FUNCTION = frozenset({"FunctionName"})
_TABLE = frozenset({"TableName"})

DOCUMENTED: Mapping[tuple[str, str], frozenset[str]] = {
    # "Available CloudWatch metrics for Amazon SQS" in SQS's developer guide.
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): _QUEUE,
    ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible"): _QUEUE,
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): _QUEUE,
    ("AWS/SQS", "NumberOfEmptyReceives"): _QUEUE,
    ("AWS/SQS", "NumberOfMessagesReceived"): _QUEUE,
    ("AWS/SQS", "NumberOfMessagesSent"): _QUEUE,
    # "Working with metrics for HTTP APIs" in API Gateway's developer guide. That throttled requests
    # count as errors of the client stands under "Recommended alarms" in CloudWatch's guide.
    ("AWS/ApiGateway", "4xx"): _STAGE,
    ("AWS/ApiGateway", "5xx"): _STAGE,
    ("AWS/ApiGateway", "Count"): _STAGE,
    ("AWS/ApiGateway", "Latency"): _STAGE,
    # "Types of metrics for Lambda functions" in Lambda's developer guide.
    ("AWS/Lambda", "Duration"): _FUNCTION,
    ("AWS/Lambda", "Errors"): _FUNCTION,
    ("AWS/Lambda", "Invocations"): _FUNCTION,
    ("AWS/Lambda", "Throttles"): _FUNCTION,
    # "DynamoDB metrics and dimensions" in DynamoDB's developer guide.
    ("AWS/DynamoDB", "ConsumedReadCapacityUnits"): _TABLE,
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"): _TABLE,
}
"""The dimensions of AWS's own metrics, and where AWS documents them."""

OF_THE_STACK: Mapping[str, frozenset[str]] = {
    "QueueName": frozenset(f"${{{name}.QueueName}}" for name in resources("AWS::SQS::Queue")),
    "ApiId": frozenset(f"${{{name}}}" for name in resources("AWS::Serverless::HttpApi")),
    "Stage": frozenset({"$default"}),
    "FunctionName": frozenset(f"${{{name}}}" for name in FUNCTIONS),
    "TableName": frozenset(f"${{{name}}}" for name in resources("AWS::DynamoDB::Table")),
}
"""What a dimension of AWS's metrics may be in this stack."""


def is_of_aws(series: Series) -> bool:
    """Whether AWS documents a metric, and each of its dimensions names what the stack has."""
    documented = DOCUMENTED.get((series.namespace, series.metric))
    names = [name for name, _ in series.dimensions]
    return sorted(names) == sorted(documented or ()) and all(
        value in OF_THE_STACK[name] for name, value in series.dimensions
    )
