"""Tokens: one login for the whole fleet, and no token that is not good."""

from tests.breaks.table import PACKAGE, Break

TOKENS = f"{PACKAGE}/tokens.py"

TESTS = "tests/integration/seven_senders/tokens"
SHARED = f"{TESTS}/test_shared_token.py"
CURRENT = f"{SHARED}::TestCurrent"
REFRESH = f"{SHARED}::TestRefresh"
LOG_IN = f"{TESTS}/test_logging_in.py::TestLogIn"
REFUSED = f"{TESTS}/test_refused_token.py::TestRefused"
HOURLY = f"{TESTS}/test_logins_an_hour.py"

BREAKS = (
    Break(
        name="uses the token of another key",
        file=TOKENS,
        old='ours = content["fingerprint"] == fingerprint',
        new='ours = content["fingerprint"] != ""',
        tests=(f"{CURRENT}::test_is_never_the_token_of_another_key",),
    ),
    Break(
        name="logs in without a lease",
        file=TOKENS,
        old="            if self._leases.take(\n",
        new="            if True or self._leases.take(\n",
        tests=(f"{LOG_IN}::test_is_waited_for_while_another_worker_has_the_lease",),
    ),
    Break(
        name="logs in although another has just done so",
        file=TOKENS,
        old="            if shared := self._read(old):\n                self._release()\n",
        new="            if shared := None:\n                self._release()\n",
        tests=(f"{LOG_IN}::test_looks_at_ssm_again_under_the_lease",),
    ),
    Break(
        name="lets another log in before all can read the new token",
        file=TOKENS,
        old="until=now + SETTLING)",
        new="until=now)",
        tests=(f"{LOG_IN}::test_is_followed_by_no_other_until_all_can_read_its_token",),
    ),
    Break(
        name="shares no token",
        file=TOKENS,
        old="        self._share(token)\n",
        new="",
        tests=(f"{CURRENT}::test_is_logged_in_for_and_shared_if_there_is_none",),
    ),
    Break(
        name="asks SSM at each call",
        file=TOKENS,
        old="        if now < self._refresh_at:\n",
        new="        if not now:\n",
        tests=(f"{CURRENT}::test_comes_from_memory_without_a_look_at_ssm",),
    ),
    Break(
        name="uses a token that has expired",
        file=TOKENS,
        old="        if held is None or now >= held.expires_at:\n",
        new="        if held is None:\n",
        tests=(f"{TESTS}/test_ended_token.py",),
    ),
    Break(
        name="takes a token that has expired from SSM",
        file=TOKENS,
        old="        if now >= self.expires_at:\n",
        new="        if not self.expires_at:\n",
        tests=(f"{CURRENT}::test_is_logged_in_for_once_the_shared_one_has_expired",),
    ),
    Break(
        name="takes a token again that was refused",
        file=TOKENS,
        old="self._refused, self._held = self._held, None",
        new="self._held = None",
        tests=(REFUSED,),
    ),
    Break(
        name="is stopped by rubbish in the parameter",
        file=TOKENS,
        old="    except (LookupError, TypeError, ValueError, OverflowError, RecursionError):\n",
        new="    except LookupError:\n",
        tests=(f"{CURRENT}::test_is_logged_in_for_if_the_parameter_holds_rubbish",),
    ),
    Break(
        name="is stopped when SSM throttles a look at what another shared",
        file=TOKENS,
        old="            with suppress(AwsUnavailable):\n                if shared",
        new="            with suppress(ArithmeticError):\n                if shared",
        tests=(f"{LOG_IN}::test_is_waited_for_while_another_worker_has_the_lease",),
    ),
    Break(
        name="drops a good token because it can't be replaced",
        file=TOKENS,
        old="            self._refresh_at = now + REFRESH_PAUSE\n            return held.text\n",
        new="            raise\n",
        tests=(f"{REFRESH}::test_that_fails_leaves_the_old_one_in_use_while_it_is_good",),
    ),
    Break(
        name="uses no token that it can't share",
        file=TOKENS,
        old='            self._api.observe("share_token", outcome(error), monotonic() - started)\n'
        "            return\n",
        new="            raise\n",
        tests=(f"{CURRENT}::test_is_used_from_memory_if_it_can_not_be_shared",),
    ),
    Break(
        name="gives the lease back at once after a token that nobody else can read",
        file=TOKENS,
        old='            self._api.observe("share_token", outcome(error), monotonic() - started)\n'
        "            return\n",
        new='            self._api.observe("share_token", outcome(error), monotonic() - started)\n'
        "            self._release()\n            return\n",
        tests=(HOURLY,),
    ),
    Break(
        name="keeps the lease after a login that failed",
        file=TOKENS,
        old="        except (SevenSendersError, AwsUnavailable):\n            self._release()\n",
        new="        except (SevenSendersError, AwsUnavailable):\n",
        tests=(f"{LOG_IN}::test_that_fails_is_tried_again_later_and_frees_the_lease",),
    ),
    Break(
        name="lets all workers replace a token at the same moment",
        file=TOKENS,
        old="early * (0.2 + 0.8 * self._jitter())",
        new="early",
        tests=(f"{REFRESH}::test_happens_at_other_moments_in_other_workers",),
    ),
    Break(
        name="believes a token that says it expired long ago",
        file=TOKENS,
        old="return at if at > now else now + DEFAULT_LIFE",
        new="return at",
        tests=(f"{TESTS}/test_expiry.py",),
    ),
)
