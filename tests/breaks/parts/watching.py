"""Watching: what counts as traffic, what is noted of a standstill, and what is trouble."""

from tests.breaks.table import PACKAGE, Break

ARRIVALS = f"{PACKAGE}/syncing/arrivals.py"
STANDING_STILL = f"{PACKAGE}/syncing/standing_still.py"
CHECKING = f"{PACKAGE}/checking.py"
TRAFFIC = f"{PACKAGE}/domain/traffic.py"
TELEMETRY = f"{PACKAGE}/telemetry.py"

COUNTED = "tests/integration/syncing/test_arrivals.py"
CHECKED = "tests/integration/syncing/test_checking.py"
SILENT = "tests/unit/domain/test_traffic.py"
ALARMS = "tests/unit/template/test_alarms.py"

BREAKS = (
    Break(
        name="counts an event at each receipt",
        file=ARRIVALS,
        old="message.receives > 1 or ",
        new="",
        tests=(COUNTED,),
    ),
    Break(
        name="writes the traffic at every batch",
        file=ARRIVALS,
        old="if traffic is self._reconciled or self._seldom.is_due(connection):",
        new="if connection:",
        tests=(COUNTED,),
    ),
    Break(
        name="holds a batch up because its traffic can't be written",
        file=ARRIVALS,
        old="except AwsUnavailable:",
        new="except KeyError:",
        tests=(COUNTED,),
    ),
    Break(
        name="takes the silence itself for what is usual",
        file=TRAFFIC,
        old="first <= earlier <= last",
        new="first <= earlier",
        tests=(SILENT,),
    ),
    Break(
        name="lets one burst make a silence",
        file=TRAFFIC,
        old="fmean(count > 0 for count in known)",
        new="fmean(known)",
        tests=(SILENT,),
    ),
    Break(
        name="calls a paused connection silent",
        file=CHECKING,
        old="if still and still.reason == PAUSED:",
        new="if still and not still.reason:",
        tests=(CHECKED,),
    ),
    Break(
        name="tells of a standstill that is over",
        file=CHECKING,
        old="through > still.at - NOTED_LATE",
        new="through > still.at",
        tests=(CHECKED,),
    ),
    Break(
        name="lets one broken row hide the other connections",
        file=CHECKING,
        old="except UnreadableRow as error:",
        new="except KeyError as error:",
        tests=(CHECKED,),
    ),
    Break(
        name="notes nothing of a connection that a brake holds back",
        file=STANDING_STILL,
        old="        self._telemetry.held_back()\n        self._note(connection, reason)\n",
        new="        self._telemetry.held_back()\n",
        tests=(CHECKED,),
    ),
    Break(
        name="gives a metric another name than its alarm has",
        file=TELEMETRY,
        old='_count("LoginsFailed")',
        new='_count("FailedLogins")',
        tests=(ALARMS,),
    ),
    Break(
        name="counts wrong signatures where no alarm can see them",
        file=TELEMETRY,
        old='frozenset({"Rejected"})',
        new="frozenset()",
        tests=(ALARMS,),
    ),
)
