"""What the doctor finds of a connection's reconciliation."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from seven_senders_adapter.ledger.reconciliations import Reconciliation, Window
from seven_senders_cli.doctor.finding import Finding
from seven_senders_cli.doctor.reconciliation import look
from tests.integration.seven_senders.calling import NOON

HOUR = timedelta(hours=1)
RECENT = NOON - HOUR / 2
LONG_AGO = NOON - 5 * HOUR
HEARD = {NOON - HOUR: 100, NOON - 23 * HOUR: 20, NOON - 25 * HOUR: 7}
FOUND = {NOON - 2 * HOUR: 3}


def found(
    progress: Reconciliation | None,
    *,
    has_credentials: bool = True,
    counted: Mapping[datetime, int] = FOUND,
) -> Finding:
    (finding,) = look(
        "shop: reconciliation",
        progress,
        has_credentials=has_credentials,
        heard=HEARD,
        reconciled=counted,
        register="seven-senders connect shopify shop --again",
        now=NOON,
    )
    return finding


@pytest.mark.parametrize(
    ("progress", "level", "says"),
    [
        pytest.param(
            Reconciliation(since=LONG_AGO, safe_until=RECENT),
            "green",
            "all changes are in up to 2026-03-02 11:30:00 UTC;"
            " in 24 h 120 events by webhook, 3 by reconciliation",
            id="up to date",
        ),
        pytest.param(None, "amber", "not done yet; in 24 h 120 events", id="new"),
        pytest.param(
            Reconciliation(
                since=LONG_AGO,
                safe_until=RECENT,
                failing_since=RECENT,
                failure="the shop is frozen",
            ),
            "amber",
            "all changes are in up to 2026-03-02 11:30:00 UTC; the shop's API fails since"
            " 2026-03-02 11:30:00 UTC: the shop is frozen",
            id="a shop that fails",
        ),
        pytest.param(
            Reconciliation(since=LONG_AGO, safe_until=LONG_AGO),
            "amber",
            "all changes are in up to 2026-03-02 07:00:00 UTC; in 24 h",
            id="behind",
        ),
        pytest.param(
            Reconciliation(
                since=LONG_AGO,
                safe_until=LONG_AGO,
                window=Window(begin=LONG_AGO, end=NOON, looked_at=4200),
            ),
            "amber",
            "all changes are in up to 2026-03-02 07:00:00 UTC, 4200 orders were looked at since;",
            id="at work on many changes",
        ),
    ],
)
def test_a_connection_is(progress: Reconciliation | None, level: str, says: str) -> None:
    finding = found(progress)
    assert (finding.level, finding.what[: len(says)]) == (level, says)


def test_without_credentials_of_the_shops_api_it_is_said_what_that_means() -> None:
    finding = found(None, has_credentials=False)
    assert finding.level == "amber"
    assert finding.what == (
        "not done, as there are no credentials for the shop's API; in 24 h 120 events by webhook"
    )
    assert finding.mend.endswith("seven-senders connect shopify shop --again")
