import pytest

from seven_senders_local import sqs_event


def test_a_message_becomes_a_record() -> None:
    event = sqs_event.to_event(
        [
            {
                "MessageId": "1",
                "ReceiptHandle": "r",
                "Body": "{}",
                "Attributes": {"MessageGroupId": "shop/1", "ApproximateReceiveCount": "2"},
                "MessageAttributes": {"topic": {"DataType": "String", "StringValue": "t"}},
            }
        ],
        queue_arn="arn",
        region="eu-central-1",
    )
    [record] = event["Records"]
    assert record["messageId"] == "1"
    assert record["receiptHandle"] == "r"
    assert record["body"] == "{}"
    assert record["attributes"]["MessageGroupId"] == "shop/1"
    assert record["messageAttributes"]["topic"]["stringValue"] == "t"
    assert (record["eventSourceARN"], record["awsRegion"]) == ("arn", "eu-central-1")


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        pytest.param(None, "", id="no answer is success"),
        pytest.param({"batchItemFailures": []}, "", id="an empty report is success"),
        pytest.param({"batchItemFailures": None}, "", id="a report of null is success"),
        pytest.param({}, "", id="no report is success"),
        pytest.param({"batchItemFailures": [{"itemIdentifier": "a"}]}, "a", id="one failed"),
        pytest.param(
            {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "a"}]},
            "a",
            id="one reported twice failed",
        ),
        pytest.param(
            {"batchItemFailures": [{"itemIdentifier": "x"}]}, "abc", id="an unknown id fails all"
        ),
        pytest.param(
            {"batchItemFailures": [{"itemIdentifier": ""}]}, "abc", id="an empty id fails all"
        ),
        pytest.param({"batchItemFailures": [{}]}, "abc", id="a report without an id fails all"),
        pytest.param({"batchItemFailures": "a"}, "abc", id="a report that is no list fails all"),
        pytest.param("done", "abc", id="an answer that is no object fails all"),
    ],
)
def test_what_a_function_reports(answer: object, failed: str) -> None:
    assert sqs_event.failed_ids(answer, ["a", "b", "c"]) == set(failed)
