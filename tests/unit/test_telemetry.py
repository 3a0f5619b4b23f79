"""What is logged and counted, and what a flood of refusals may write."""

from contextlib import nullcontext

import pytest

from seven_senders_adapter.telemetry import HOLD
from tests.played.clock import PlayedClock
from tests.recording import Recorder


@pytest.fixture
def recorder(capsys: pytest.CaptureFixture[str]) -> Recorder:
    return Recorder(capsys)


def test_every_log_line_names_connection_order_and_delivery(recorder: Recorder) -> None:
    with recorder.telemetry.about(connection="acme", order="17", delivery_id="d-1"):
        recorder.telemetry.note("queued", topic="orders/paid")
        recorder.telemetry.warn("odd")
    for line in recorder.logged:
        assert (line["connection"], line["order"], line["delivery_id"]) == ("acme", "17", "d-1")
    assert [(line["level"], line["message"]) for line in recorder.logged] == [
        ("INFO", "queued"),
        ("WARNING", "odd"),
    ]
    assert recorder.logged[0]["details"] == {"topic": "orders/paid"}


def test_a_subject_ends_with_its_block(recorder: Recorder) -> None:
    with recorder.telemetry.about(connection="acme", order="17"):
        with recorder.telemetry.about(connection="other"):
            pass
        recorder.telemetry.note("inside")
    recorder.telemetry.note("outside")
    assert recorder.logged[0]["order"] == "17"
    assert "connection" not in recorder.logged[1]


def test_metrics_count_for_the_service_and_for_the_connection_and_reason(
    recorder: Recorder,
) -> None:
    with recorder.telemetry.about(connection="acme", order="17"):
        recorder.telemetry.skipped("other_topic")
        recorder.telemetry.skipped("other_topic")
    (line,) = recorder.written
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["service"],
        ["service", "connection", "reason"],
    ]
    assert (line["service"], line["connection"], line["reason"], line["Skipped"]) == (
        recorder.service,
        "acme",
        "other_topic",
        [2.0],
    )
    assert "order" not in line


@pytest.mark.parametrize(
    ("connection", "dimensions"),
    [
        pytest.param(
            "acme",
            [["service"], ["service", "connection", "reason"], ["service", "reason"]],
            id="of a connection",
        ),
        pytest.param(None, [["service"], ["service", "reason"]], id="of none that exists"),
    ],
)
def test_refused_deliveries_count_for_their_reason_too_for_an_alarm_can_not_search(
    recorder: Recorder, connection: str | None, dimensions: list[list[str]]
) -> None:
    with recorder.telemetry.about(connection=connection) if connection else nullcontext():
        recorder.telemetry.rejected("wrong_signature")
    (line,) = recorder.written
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == dimensions


def test_metrics_of_one_connection_share_a_line(recorder: Recorder) -> None:
    with recorder.telemetry.about(connection="acme"):
        recorder.telemetry.order_created()
    with recorder.telemetry.about(connection="other"):
        recorder.telemetry.order_created()
    with recorder.telemetry.about(connection="acme"):
        recorder.telemetry.state_sent()
        recorder.telemetry.state_sent()
    acme, other = recorder.written
    assert (acme["connection"], acme["OrdersCreated"], acme["StatesSent"]) == ("acme", [1], [2])
    assert (other["connection"], other["OrdersCreated"]) == ("other", [1])


def test_what_was_flushed_is_not_counted_again(recorder: Recorder) -> None:
    recorder.telemetry.accepted()
    recorder.telemetry.lagged(3)
    recorder.telemetry.flush()
    recorder.telemetry.flush()
    assert recorder.counted == {"Accepted": 1, "Lag": 3}


def test_all_metrics_have_their_names(recorder: Recorder) -> None:
    telemetry = recorder.telemetry
    telemetry.accepted()
    telemetry.rejected("wrong_signature")
    telemetry.skipped("other_topic")
    telemetry.dropped("personal_tag")
    telemetry.order_created()
    telemetry.state_sent()
    telemetry.order_updated()
    telemetry.api_called("log_in", "ok", 0.1)
    telemetry.api_called("log_in", "account_failure", 0.1)
    telemetry.api_called("create_order", "TemporaryFailure", 0.1)
    telemetry.retried()
    telemetry.dead_lettered("order_id_taken")
    telemetry.lagged(2.5)
    telemetry.near_expiry()
    telemetry.connection_failed("account")
    telemetry.aws_failed()
    telemetry.connections_in_trouble(2)
    assert recorder.counted == {
        "Accepted": 1,
        "Rejected wrong_signature": 1,
        "Skipped other_topic": 1,
        "Dropped personal_tag": 1,
        "OrdersCreated": 1,
        "StatesSent": 1,
        "OrdersUpdated": 1,
        "ApiCalls ok": 1,
        "ApiCalls account_failure": 1,
        "ApiCalls TemporaryFailure": 1,
        "Retries": 1,
        "DeadLettered order_id_taken": 1,
        "Logins": 1,
        "LoginsFailed": 1,
        "Lag": 2.5,
        "NearExpiry": 1,
        "ConnectionFailures account": 1,
        "AwsFailures": 1,
        "ConnectionsInTrouble": 2,
    }


@pytest.mark.parametrize("samples", [1, 99, 100, 101, 250])
def test_no_lag_is_lost_over_the_hundred_samples_of_a_line(
    recorder: Recorder, samples: int
) -> None:
    for _ in range(samples):
        recorder.telemetry.lagged(1)
    assert recorder.counted == {"Lag": samples}


def test_that_no_connection_is_in_trouble_is_written_too(recorder: Recorder) -> None:
    recorder.telemetry.connections_in_trouble(0)
    (line,) = recorder.written
    assert line["ConnectionsInTrouble"] == [0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


def test_nothing_counted_writes_nothing(recorder: Recorder) -> None:
    assert recorder.text == ""


def test_a_flood_of_refusals_writes_one_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    clock = PlayedClock(0)
    recorder = Recorder(capsys, clock.now)
    for _ in range(500):
        recorder.telemetry.rejected("wrong_signature")
        recorder.telemetry.flush()
    assert recorder.counted == {"Rejected wrong_signature": 1}
    assert len(recorder.text.splitlines()) == 1
    clock.sleep(HOLD.total_seconds())
    assert recorder.counted == {"Rejected wrong_signature": 500}
    assert len(recorder.text.splitlines()) == 2


def test_messages_held_back_count_against_their_connection_once_a_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = PlayedClock(0)
    recorder = Recorder(capsys, clock.now)
    for _ in range(500):
        with recorder.telemetry.about(connection="acme"):
            recorder.telemetry.held_back()
        recorder.telemetry.flush()
    assert recorder.counted == {"ConnectionFailures brake_closed": 1}
    clock.sleep(HOLD.total_seconds())
    assert recorder.counted == {"ConnectionFailures brake_closed": 500}
    assert [line["connection"] for line in recorder.written] == ["acme", "acme"]
