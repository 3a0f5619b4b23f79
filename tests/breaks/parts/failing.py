"""What follows a failure: brakes, probes, waits, and when a message is given up."""

from tests.breaks.table import PACKAGE, Break

GUARD = f"{PACKAGE}/syncing/brake_guard.py"
FAILING = f"{PACKAGE}/syncing/failing.py"
PACE = f"{PACKAGE}/syncing/pace.py"
ORDER_SYNC = f"{PACKAGE}/syncing/order_sync.py"
STEPS = f"{PACKAGE}/syncing/steps.py"

BRAKES = "tests/integration/syncing/test_brakes.py"
FAILING_API = "tests/integration/syncing/test_failing_api.py"
OUTAGES = "tests/integration/syncing/test_outages.py"
RECEIVES = f"{OUTAGES}::test_a_message_that_waits_as_long_as_sqs_keeps_it_is_not_received_too_often"
TRIES = "tests/integration/syncing/test_tries.py"
WAITS = "tests/unit/test_pace.py"
RETRY_AFTER = "tests/integration/syncing/test_wire_forms.py::TestRetryAfter"
GIVEN_UP = f"{FAILING_API}::test_what_fails_for_a_day_while_others_get_through_is_a_dead_letter"

BREAKS = (
    Break(
        name="never closes the brake of an API that is down",
        file=GUARD,
        old="FAILURES_TO_CLOSE = 3\n",
        new="FAILURES_TO_CLOSE = 3_000\n",
        tests=(BRAKES,),
    ),
    Break(
        name="never opens a brake",
        file=GUARD,
        old="        for name in self._seen:\n            self._brakes.open(name)\n",
        new="",
        tests=(BRAKES,),
    ),
    Break(
        name="stops a shop for one message that fails again and again",
        file=GUARD,
        old="failing = self._message_id\n",
        new='failing = f"{self._message_id} {to_text(now)}"\n',
        tests=(BRAKES,),
    ),
    Break(
        name="never stops for the logins of a shop with a single order",
        file=GUARD,
        old="        if failure.operation == Operation.LOG_IN:\n",
        new="        if not failure.operation:\n",
        tests=(BRAKES,),
    ),
    Break(
        name="counts a refused call as a failure of the API",
        file=STEPS,
        old="        except (Refused, OrderNotFound, LookUpInconclusive):\n"
        "            self._work.guard.answered()\n",
        new="        except (Refused, OrderNotFound, LookUpInconclusive):\n",
        tests=(BRAKES,),
    ),
    Break(
        name="keeps the API's brake closed although it has refused an account",
        file=GUARD,
        old="        if self._api in self._seen:\n            self._brakes.open(self._api)\n",
        new="",
        tests=(BRAKES,),
    ),
    Break(
        name="stops all accounts for one that is refused",
        file=GUARD,
        old='f"account/{account.fingerprint}"',
        new='"account"',
        tests=(BRAKES,),
    ),
    Break(
        name="stops all APIs for one that is down",
        file=GUARD,
        old='return f"api/{account.api_url}",',
        new='return "api",',
        tests=(f"{FAILING_API}::test_another_api_goes_on_while_one_is_down",),
    ),
    Break(
        name="goes on with an account that is refused",
        file=GUARD,
        old="        closed = [brake for brake in seen if brake.closed_since]\n",
        new="        closed = [b for b in seen if b.closed_since and b.name == self._api]\n",
        tests=(BRAKES,),
    ),
    Break(
        name="lets every message probe",
        file=GUARD,
        old="        self.probing = all(\n",
        new="        self.probing = bool(closed) or all(\n",
        tests=(BRAKES,),
    ),
    Break(
        name="probes without a pause",
        file=PACE,
        old="return timedelta(seconds=max(1.0, self.base * 2 / 3))",
        new="return timedelta(seconds=1)",
        tests=(WAITS,),
    ),
    Break(
        name="receives what waits behind a brake more than a thousand times",
        file=PACE,
        old="longest = min(max(age.total_seconds() / 4, self.base), 60 * self.base)",
        new="longest = min(max(age.total_seconds() / 4, self.base), 30 * self.base)",
        tests=(RECEIVES,),
    ),
    Break(
        name="lets one message probe for two weeks",
        file=PACE,
        old="        if receives < QUICK_RECEIVES:\n",
        new="        if receives:\n",
        tests=(WAITS,),
    ),
    Break(
        name="keeps what waited for long for hours after the API is back",
        file=PACE,
        old="longest = min(max(age.total_seconds() / 4, self.base), 60 * self.base)",
        new="longest = max(age.total_seconds() / 4, self.base)",
        tests=(WAITS,),
    ),
    Break(
        name="tries again without a longer pause each time",
        file=PACE,
        old="self.base * 2.0 ** min(tries - 1, 16))",
        new="self.base)",
        tests=(WAITS,),
    ),
    Break(
        name="counts no tries",
        file=FAILING,
        old="            tries=work.attempt.tries + 1,\n",
        new="            tries=work.attempt.tries,\n",
        tests=(TRIES,),
    ),
    Break(
        name="ignores Retry-After",
        file=FAILING,
        old="        asked = failure.retry_after\n",
        new="        asked = None\n",
        tests=(RETRY_AFTER,),
    ),
    Break(
        name="never gives up a message that fails alone",
        file=FAILING,
        old="waited=work.attempt.waited + wait,",
        new="waited=wait,",
        tests=(TRIES,),
    ),
    Break(
        name="gives up although nobody got through",
        file=FAILING,
        old="return last is not None and since is not None and last >= since",
        new="return since is not None",
        tests=(TRIES,),
    ),
    Break(
        name="counts progress from before the first failure",
        file=FAILING,
        old="return last is not None and since is not None and last >= since",
        new="return last is not None",
        tests=(TRIES,),
    ),
    Break(
        name="notes no progress",
        file=ORDER_SYNC,
        old="            self._ledger.progress.got_through(connection, self._now())\n",
        new="            self._now()\n",
        tests=(GIVEN_UP,),
    ),
    Break(
        name="puts it down to the message that another worker logs in",
        file=ORDER_SYNC,
        old="        except TokenUnavailable as error:\n",
        new="        except TokenUnavailable as error:\n"
        "            self._failing.order_failed(work, error)\n",
        tests=("tests/integration/syncing/test_worker_tokens.py",),
    ),
    Break(
        name="puts the waiting behind a brake down to the message",
        file=FAILING,
        old="        if closed or work.guard.probing:\n",
        new="        if not work.message:\n",
        tests=(BRAKES,),
    ),
    Break(
        name="says nothing of a connection that stands still",
        file=f"{PACKAGE}/syncing/standing_still.py",
        old="        self._telemetry.held_back()\n",
        new="",
        tests=("tests/integration/syncing/test_standing_still.py",),
    ),
)
