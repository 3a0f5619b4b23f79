import pytest

from seven_senders_local.stack import RECEIVE, SYNC
from tests.bench.cold import Start
from tests.bench.report import Report, show
from tests.bench.sizes import Size
from tests.bench.stack import Throughput
from tests.bench.syncing import Syncing


def report(*, receive: float = 1.0, sync: float = 1.0, warm: float = 1.0) -> Report:
    def starts(ratio: float) -> tuple[Start, Start]:
        bare = Start(asks=0.3, answers=0.3, processor=0.3, megabytes=50)
        return Start(asks=0.3, answers=0.3 * ratio, processor=0.3, megabytes=50), bare

    return Report(
        cold={RECEIVE: starts(receive), SYNC: starts(sync)},
        warm=(0.002 * warm, 0.002),
        syncing=Syncing(whole=0.006, aws=0.004, bare=0.001, aws_calls=3),
        sizes={"AdapterLayer": Size(unzipped=700_000, zipped=350_000)},
        throughput=Throughput(answered=100, worked=50),
    )


@pytest.mark.parametrize(
    ("measured", "missed"),
    [
        pytest.param({}, [], id="as fast as bare"),
        pytest.param({"receive": 1.24, "sync": 1.29, "warm": 1.49}, [], id="just fast enough"),
        pytest.param({"receive": 1.26}, [f"cold start of {RECEIVE}"], id="a slow receiver"),
        pytest.param({"sync": 1.31}, [f"cold start of {SYNC}"], id="a slow sync_order"),
        pytest.param({"warm": 1.51}, [f"warm delivery of {RECEIVE}"], id="slow deliveries"),
    ],
)
def test_a_goal_is_missed_by_its_ratio(measured: dict[str, float], missed: list[str]) -> None:
    assert report(**measured).missed == missed


def test_the_report_shows_figures_ratios_and_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    show(report(receive=1.5))
    printed = capsys.readouterr().out
    assert f"missed: cold start of {RECEIVE} is 1.50 times bare, at most 1.25" in printed
    assert f"holds: cold start of {SYNC} is 1.00 times bare, at most 1.3" in printed
    assert "ratio of the calls of the API, without those of AWS            2.00" in printed
